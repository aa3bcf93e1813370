"""Instructions that commit and import take."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.fake.failure import Failure
from dockpy.fake.state.config_changes import apply_changes


@pytest.mark.parametrize(
    ("change", "key", "value"),
    [
        ("CMD", "Cmd", ["/bin/sh", "-c"]),
        ('cmd ["x"]', "Cmd", ["x"]),
        ('CMD ["x"', "Cmd", ["/bin/sh", "-c", '["x"']),
        ("ENTRYPOINT a b", "Entrypoint", ["/bin/sh", "-c", "a b"]),
        ('ENV A=b C="d e"', "Env", ["A=b", "C=d e"]),
        ("ENV A=b\\ c D='e f' G=$A", "Env", ["A=b c", "D=e f", "G="]),
        ("ENV A b c", "Env", ["A=b c"]),
        (
            "EXPOSE 80 81/udp 90-92",
            "ExposedPorts",
            {"80/tcp": {}, "81/udp": {}, "90/tcp": {}, "91/tcp": {}, "92/tcp": {}},
        ),
        ("HEALTHCHECK NONE", "Healthcheck", {"Test": ["NONE"]}),
        (
            "HEALTHCHECK --interval=1s CMD x",
            "Healthcheck",
            {"Test": ["CMD-SHELL", "x"], "Interval": 1_000_000_000},
        ),
        ('LABEL x=1 "a b"=c', "Labels", {"x": "1", "a b": "c"}),
        ("ONBUILD RUN x", "OnBuild", ["RUN x"]),
        ("STOPSIGNAL 99", "StopSignal", "99"),
        ('VOLUME ["/c"]', "Volumes", {"/c": {}}),
        ("WORKDIR a", "WorkingDir", "/a"),
    ],
)
def test_as_engines_take_them(change: str, key: str, value: Any) -> None:
    assert apply_changes({}, [change], "1.51")[key] == value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("FOO bar", "FOO is not a valid change command"),
        ("ENV", "ENV requires at least one argument"),
        ("ENV A", "ENV must have two arguments"),
        ("EXPOSE x", "Invalid containerPort: x"),
        ("USER", "USER requires exactly one argument"),
        ("STOPSIGNAL FOO", "invalid signal: FOO"),
        ("HEALTHCHECK x", 'Unknown type "X" in HEALTHCHECK (try CMD)'),
        ("ONBUILD FROM x", "FROM isn't allowed as an ONBUILD trigger"),
        ("LABEL a=b c", 'Syntax error - can\'t find = in "c". Must be of the form: name=value'),
        ("# comment", "file with no instructions"),
    ],
)
def test_as_engines_refuse_them(change: str, words: str) -> None:
    with pytest.raises(Failure) as caught:
        apply_changes({}, [change], "1.51")
    assert (caught.value.status, caught.value.message) == (400, words)


@given(st.lists(st.text(alphabet="CMDENVLABELXPOSUR \"'\\=$[]{},ab1/\n#", max_size=25), max_size=3))
def test_any_text_is_taken_or_refused(changes: list[str]) -> None:
    with contextlib.suppress(Failure):
        assert isinstance(apply_changes({}, changes, "1.51"), dict)
