"""Which step of an image's history made which layer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.resources.image_layers import join_layers


def history(*steps: tuple[str, int]) -> list[dict[str, Any]]:
    """A history as the engine gives it, of steps in their own order."""
    return [{"CreatedBy": text, "Size": size, "Created": 1_600_000_000} for text, size in reversed(steps)]


def joined(steps: list[dict[str, Any]], number: int) -> list[tuple[str | None, int | None]]:
    layers = join_layers(steps, [f"sha256:{index}" for index in range(number)])
    assert [layer.digest for layer in layers] == [f"sha256:{index}" for index in range(number)]
    return [(layer.instruction, layer.size) for layer in layers]


def test_of_both_builders() -> None:
    steps = history(
        ("/bin/sh -c #(nop) ADD file:ab in / ", 5),
        ('/bin/sh -c #(nop)  CMD ["sh"]', 0),
        ("|1 A=b /bin/sh -c make all", 7),
        ("ENV A=b", 0),
        ("RUN /bin/sh -c make # buildkit", 3),
        ("RUN |2 A=b B=c /bin/sh -c test # buildkit", 2),
        ("COPY a /b # buildkit", 1),
    )
    assert joined(steps, 5) == [
        ("ADD file:ab in /", 5),
        ("RUN make all", 7),
        ("RUN make", 3),
        ("RUN test", 2),
        ("COPY a /b", 1),
    ]


def test_layers_without_bytes() -> None:
    steps = history(("COPY a /", 5), ("RUN /bin/sh -c mkdir /x", 0), ("WORKDIR /y", 0), ("LABEL a=b", 0))
    assert joined(steps, 3) == [("COPY a /", 5), ("RUN mkdir /x", 0), ("WORKDIR /y", 0)]
    assert joined(steps, 1) == [("COPY a /", 5)]


def test_where_it_cannot_be_told() -> None:
    """One of the two that added no bytes made a layer: which one, nobody knows."""
    steps = history(("COPY a /", 5), ("RUN true", 0), ("RUN mkdir /x", 0), ("COPY b /", 6))
    assert joined(steps, 3) == [("COPY a /", 5), (None, None), ("COPY b /", 6)]


def test_more_layers_than_history() -> None:
    assert joined([], 2) == [(None, None), (None, None)]
    assert joined(history(("", 4)), 1) == [(None, 4)]


STEPS = st.lists(
    st.tuples(st.sampled_from(["RUN a", "ENV A=b", "COPY a b", ""]), st.integers(0, 2)), max_size=6
)


@given(STEPS, st.integers(0, 6))
def test_every_layer_once(steps: list[tuple[str, int]], number: int) -> None:
    found = joined(history(*steps), number)
    # What is told is a step, and in the steps' order.
    rest = iter(steps)
    for instruction, size in found:
        if size is not None:
            assert any((text or None, bytes_) == (instruction, size) for text, bytes_ in rest)


@pytest.mark.parametrize(
    ("platform", "has"),
    [
        ("linux", True),
        ("linux/arm64", True),
        ("linux/aarch64", True),
        ("linux/arm64/v8", True),
        ("linux/arm64/v9", False),
        ("Linux/x86_64", True),
        ("linux/amd64/v1", False),
        ("windows/amd64", False),
    ],
)
def test_platforms_of_registry_data(platform: str, has: bool) -> None:
    import dockpy
    from dockpy.resources.registry_data import RegistryData
    from dockpy.wire.distribution import DistributionInspect

    attrs = DistributionInspect.read(
        {
            "Descriptor": {"digest": "sha256:abcdef0123456789"},
            "Platforms": [
                {"architecture": "amd64", "os": "linux"},
                {"architecture": "arm64", "os": "linux", "variant": "v8"},
            ],
        }
    )
    data = RegistryData(dockpy.Client("unix:///nowhere"), "a:1", attrs)
    assert data.has_platform(platform) is has
    assert repr(data) == "<RegistryData: 'a:1' abcdef012345>"
