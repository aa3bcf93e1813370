"""Images between two engines."""

from __future__ import annotations

import secrets
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from transfers import PAIRS, archive, entry

from dockpy import Client, Image, ImageNotFound, InvalidArgument, VersionMismatch
from dockpy.resources.loading import loaded
from dockpy.transfer.layers import held_layers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.transfer import CopyProgress

pytestmark = pytest.mark.parametrize(("source", "target"), PAIRS, indirect=True)


@pytest.fixture
def image(
    source: Client, target: Client, create: Any, new_name: Callable[[], str], labels: dict[str, str]
) -> Iterator[Image]:
    """An image of busybox and one more layer, with two names."""
    made = derived(source, create, labels, 1000)
    for name in (new_name(), f"{new_name()}:2.0"):
        made.tag(name)
    yield made
    for client in (source, target):
        remove(client, made.id)


def derived(client: Client, create: Any, labels: dict[str, str], size: int) -> Image:
    container = create(client, ["true"])
    container.put_archive("/", archive([entry("own", data=secrets.token_bytes(size))], "tmp"))
    made: Image = container.commit(changes=[f"LABEL {key}={value}" for key, value in labels.items()])
    container.remove()
    return made


def remove(client: Client, name: str) -> None:
    try:
        client.images.remove(name, force=True)
    except ImageNotFound:
        return


def test_it_is_the_same_there(source: Client, target: Client, image: Image, create: Any) -> None:
    copied = image.copy(to=target)
    assert copied.client is target
    assert (copied.id, sorted(copied.tags)) == (image.id, sorted(image.tags))
    assert copied.attrs.root_fs.layers == image.attrs.root_fs.layers
    assert copied.labels == image.labels
    assert copied.created == image.created
    assert copied.platform == image.platform
    own = create(source, ["true"], image=image.id).copy_from("/tmp/own")
    assert len(own) == 1000
    assert create(target, ["true"], image=copied.id).copy_from("/tmp/own") == own


def test_one_that_is_there_is_only_named(source: Client, target: Client, image: Image) -> None:
    first, second = sorted(image.tags)
    image.copy(to=target, names=first)
    told: list[CopyProgress] = []
    copied = image.copy(to=target, progress=told.append)
    assert sorted(copied.tags) == [first, second]
    assert {each.step for each in told} == {f"names of {image.name}"}
    told.clear()
    image.copy(to=target, progress=told.append)
    assert told == []


def test_names(source: Client, target: Client, image: Image, new_name: Callable[[], str]) -> None:
    assert image.copy(to=target, names=[]).tags == []
    name = new_name()
    assert image.copy(to=target, names=f"docker.io/library/{name}").tags == [f"{name}:latest"]
    with pytest.raises(InvalidArgument, match="has a digest"):
        image.copy(to=target, names=f"{name}@sha256:{'0' * 64}")
    with pytest.raises(InvalidArgument):
        image.copy(to=target, names="No Name")


def test_a_name_of_another_image_is_left_alone_unless_told(
    source: Client, target: Client, image: Image, create: Any, labels: dict[str, str]
) -> None:
    theirs = derived(target, create, labels, 10)
    try:
        theirs.tag(image.tags[0])
        with pytest.raises(InvalidArgument, match="is the name of another image there"):
            image.copy(to=target)
        with pytest.raises(ImageNotFound):
            target.images.get(image.id)
        copied = image.copy(to=target, overwrite=True)
        assert sorted(copied.tags) == sorted(image.tags)
        theirs.stale()
        assert theirs.tags == []
    finally:
        remove(target, theirs.id)


def test_layers_that_are_there_are_not_sent(source: Client, target: Client, image: Image) -> None:
    """Its base is, where busybox is of the same layer on both engines, or somebody else brought that."""
    base, own = image.attrs.root_fs.layers
    there = any(each.attrs.root_fs.layers[:1] == [base] for each in loaded(target.images.list()))
    assert held_layers(target, [base, own]) == (1 if there else 0)
    image.copy(to=target)
    assert held_layers(target, [base, own]) == 2


def test_memory_stays_small(source: Client, target: Client, create: Any, labels: dict[str, str]) -> None:
    size = 16 * 1024 * 1024
    image = derived(source, create, labels, size)
    real = source.daemon.startswith("unix") and target.daemon.startswith("unix")
    told: list[CopyProgress] = []
    try:
        if real:
            tracemalloc.start()
        image.copy(to=target, progress=told.append)
        if real:  # a fake daemon's files are in this process
            assert tracemalloc.get_traced_memory()[1] < size / 4
    finally:
        if real:
            tracemalloc.stop()
        for client in (source, target):
            remove(client, image.id)
    assert [each.phase for each in told if each.phase != "progress"] == ["started", "done"]
    assert told[-1].current > size


def test_a_platform_takes_an_engine_that_knows_them(source: Client, target: Client, image: Image) -> None:
    if source.api_version == "1.41":
        with pytest.raises(VersionMismatch, match="platform"):
            image.copy(to=target, platform="linux/amd64")
        with pytest.raises(ImageNotFound):
            target.images.get(image.id)
    else:
        assert image.copy(to=target, platform="linux/amd64").id == image.id
        with pytest.raises(ImageNotFound):
            image.copy(to=target, platform="linux/arm64", names=[])


def test_one_that_is_gone(source: Client, target: Client, image: Image) -> None:
    image.remove(force=True)
    with pytest.raises(ImageNotFound):
        image.copy(to=target)
