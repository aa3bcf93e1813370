"""Images to and from the containerd store, which gives them ids of another kind, and wants every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from transfers import archive, entry

from dockpy import InvalidArgument
from dockpy.transfer.layers import held_layers

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.transfer import CopyProgress

SETTINGS = {"features": {"containerd-snapshotter": True}, "storage-driver": "native"}
pytestmark = [pytest.mark.real, pytest.mark.parametrize("engine_place", ["unix28"], indirect=True)]


@pytest.mark.parametrize("source", ["unix20", "unix28"])
def test_there_and_back(
    private_engine: Callable[..., Any],
    reach: Callable[[str], Any],
    create: Any,
    new_name: Callable[[], str],
    source: str,
) -> None:
    engine = private_engine(SETTINGS)
    with reach(source).connect() as here, engine.connect() as there:
        container = create(here, ["true"])
        container.put_archive("/", archive([entry("own", data=b"own")], "tmp"))
        name = new_name()
        image = container.commit(name, changes=["ENV STAGE=test"])
        changed = container.commit(f"{name}:other", changes=["ENV STAGE=other"])
        try:
            copied = image.copy(to=there)
            assert copied.id != image.id
            assert copied.tags == [f"{name}:latest"]
            assert copied.attrs.root_fs.layers == image.attrs.root_fs.layers
            assert held_layers(there, image.attrs.root_fs.layers) == 0
            twin = there.containers.create(copied.id, ["true"], network="none")
            assert twin.copy_from("/tmp/own") == b"own"
            told: list[CopyProgress] = []
            assert image.copy(to=there, progress=told.append) == copied
            assert told == []
            with pytest.raises(InvalidArgument, match="is the name of another image there"):
                changed.copy(to=there, names=name)
            image.remove(force=True)
            assert copied.copy(to=here).id == image.id
        finally:
            for each in (name, f"{name}:other"):
                here.images.remove(each, force=True)
