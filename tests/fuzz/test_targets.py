"""Every target under hypothesis, its good input, and the inputs that once crashed it (``corpus/``).

`run.py` is the same, guided by coverage and for longer.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

import fuzzed_streams
from targets import TARGETS, Target

CORPUS = Path(__file__).parent / "corpus"
CRASHES = sorted(path.relative_to(CORPUS) for path in CORPUS.glob("*/*"))

every_target = pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))


@st.composite
def inputs(draw: st.DrawFn, target: Target) -> bytes:
    """Good input with something cut out of it and put into it."""
    data = draw(st.sampled_from(target.seeds))
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
    return data[:start] + draw(st.binary(max_size=24)) + data[end:] + draw(st.binary(max_size=8))


@every_target
@settings(max_examples=15, deadline=5000, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_bad_input_is_a_typed_error(target: Target, data: st.DataObject) -> None:
    target(data.draw(inputs(target)))


@every_target
def test_good_input_and_none(target: Target) -> None:
    assert target.seeds
    for seed in (b"", *target.seeds):
        target(seed)


@pytest.mark.parametrize("path", CRASHES, ids=str)
@pytest.mark.timeout(20)
def test_what_crashed_does_not(path: Path) -> None:
    TARGETS[path.parent.name]((CORPUS / path).read_bytes())


def test_the_corpus_is_of_targets_that_there_are() -> None:
    assert {path.parent.name for path in CRASHES} <= set(TARGETS)


@pytest.mark.parametrize(
    ("name", "decoder"),
    [("lines", "LineDecoder"), ("json_objects", "JsonDecoder"), ("websockets", "WebSocketDecoder")],
)
def test_a_target_notices(name: str, decoder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that loses a byte of each piece does not pass."""
    whole = getattr(fuzzed_streams, decoder)

    class Broken(whole):  # type: ignore[misc,valid-type]
        def feed(self, data: bytes) -> object:
            return super().feed(data[:-1] if len(data) > 2 else data)

    monkeypatch.setattr(fuzzed_streams, decoder, Broken)
    with pytest.raises(AssertionError):
        TARGETS[name](TARGETS[name].seeds[0])
