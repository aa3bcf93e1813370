"""Where each layer stands, of messages as engines send them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.resources.layers_progress import LayerProgress, LayersProgress
from dockpy.wire.progress import CreateImageInfo

A, B = "f987ae3708d1", "3f44dc77ed20"


def message(id: str | None = None, status: str | None = None, **detail: Any) -> CreateImageInfo:
    return CreateImageInfo.model_validate({"id": id, "status": status, "progressDetail": detail})


def test_a_pull() -> None:
    seen = []
    progress = LayersProgress(lambda each: seen.append((each.layers[A].phase, each.layers[A].current)))
    for status, detail in (
        ("Pulling fs layer", {}),
        ("Downloading", {"current": 10, "total": 100}),
        ("Downloading", {"current": 100, "total": 100}),
        ("Verifying Checksum", {}),
        ("Download complete", {}),
        ("Extracting", {"current": 50, "total": 100}),
        ("Pull complete", {}),
    ):
        progress(message(A, status, **detail))
    assert seen == [
        ("waiting", 0),
        ("downloading", 10),
        ("downloading", 100),
        ("downloaded", 100),
        ("downloaded", 100),
        ("extracting", 50),
        ("done", 100),
    ]
    assert progress.layers == {A: LayerProgress(A, "done", 100, 100, "Pull complete")}
    assert repr(progress) == "<LayersProgress: 1 of 1 layers>"


def test_a_push() -> None:
    progress = LayersProgress()
    for id, status, detail in (
        (A, "Preparing", {}),
        (B, "Preparing", {}),
        (B, "Waiting", {}),
        (A, "Pushing", {"current": 7}),
        (A, "Retrying in 5 seconds", {}),
        (A, "Pushed", {}),
        (B, "Mounted from library/busybox", {}),
    ):
        progress(message(id, status, **detail))
    assert list(progress.layers) == [A, B]
    assert progress.done == 2


@pytest.mark.parametrize("status", ["Already exists", "Layer already exists"])
def test_what_was_there(status: str) -> None:
    progress = LayersProgress()
    progress(message(A, status))
    assert progress.layers[A] == LayerProgress(A, "done", status=status)


def test_what_is_of_no_layer() -> None:
    progress = LayersProgress()
    progress(message(None, "Digest: sha256:abc"))
    progress(message("latest", "Pulling from library/busybox"))
    progress(message("0123456789ab", "Pulling from library/busybox"))  # a tag that looks like one
    progress(message())
    assert progress.layers == {}


def test_seconds_are_no_bytes() -> None:
    progress = LayersProgress()
    progress(message(A, "Extracting", current=3, units="s"))
    assert progress.layers[A] == LayerProgress(A, "extracting", status="Extracting")


def test_nothing_new_is_not_told() -> None:
    told: list[LayersProgress] = []
    progress = LayersProgress(told.append)
    for _ in range(3):
        progress(message(A, "Waiting"))
    assert len(told) == 1


@given(st.lists(st.tuples(st.sampled_from([A, B, "x", None]), st.text(max_size=20), st.integers())))
def test_words_that_nobody_knows(messages: list[tuple[str | None, str, int]]) -> None:
    progress = LayersProgress()
    for id, status, current in messages:
        progress(message(id, status, current=current))
    assert set(progress.layers) <= {A, B}
    assert all(layer.phase == "waiting" for layer in progress.layers.values())
