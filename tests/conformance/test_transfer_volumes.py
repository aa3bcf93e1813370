"""Volumes between two engines."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from transfers import PAIRS, entry, fill, listing, mounted, odd_tree

from dockpy import Client, InvalidArgument, NotFound, Volume
from dockpy.streams.tar import END_OF_ARCHIVE, TarEntry, encode_entry
from dockpy.streams.untar import TarDecoder
from dockpy.transfer.carrier import CARRIER_LABEL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockpy.transfer import CopyProgress

both_ways = pytest.mark.parametrize(("source", "target"), PAIRS, indirect=True)
pytestmark = both_ways


@pytest.fixture
def volume(source: Client, target: Client, new_name: Callable[[], str], labels: dict[str, str]) -> Volume:
    return source.volumes.create(new_name(), labels={**labels, "kept": "so"})


def carriers(client: Client, volume: Volume) -> list[object]:
    """What is left of the copying of a volume."""
    left: list[object] = [
        *client.containers.list(all=True, filters={"volume": volume.name, "label": CARRIER_LABEL})
    ]
    return left


def test_everything_that_a_folder_can_hold(source: Client, target: Client, volume: Volume) -> None:
    fill(source, volume.name, odd_tree())
    before = listing(source, volume.name)
    assert len(before) == len(odd_tree()) - 2  # hard links are one
    copied = volume.copy(to=target)
    assert copied.client is target
    assert (copied.name, copied.driver, copied.labels, copied.options) == (
        (volume.name, "local", volume.labels, {})
    )
    assert listing(target, volume.name) == before == listing(source, volume.name)
    for client in (source, target):
        assert carriers(client, volume) == []
        assert not any("dockpy-transfer" in tag for image in client.images.list() for tag in image.tags)


def test_capabilities_of_programs(source: Client, target: Client, volume: Volume) -> None:
    capability = bytes.fromhex("0100000200040000") + bytes(12)
    program = TarEntry("v/program", size=1, mode=0o755, xattrs={"security.capability": capability})
    with mounted(source, volume.name) as container:
        container.put_archive("/", b"".join([*encode_entry(program, [b"x"]), END_OF_ARCHIVE]))
    volume.copy(to=target)
    with mounted(target, volume.name) as container:
        found = TarDecoder().feed(container.get_archive("/v/program")[0].read())[0]
    assert isinstance(found, TarEntry)
    assert found.xattrs == program.xattrs


def test_options_that_lead_to_the_same_place(
    source: Client, target: Client, new_name: Callable[[], str], labels: dict[str, str], tmp_path: Path
) -> None:
    """Both engines are on this machine, as two are that have the same file server."""
    options = {"type": "none", "o": "bind", "device": str(tmp_path)}
    (tmp_path / "file").write_text("precious")
    volume = source.volumes.create(new_name(), driver_opts=options, labels=labels)
    copied = volume.copy(to=target)
    assert copied.options == options
    assert (tmp_path / "file").read_text() == "precious"


def test_an_empty_one_under_another_name(
    source: Client, target: Client, volume: Volume, new_name: Callable[[], str]
) -> None:
    other = new_name()
    copied = volume.copy(to=target, name=other)
    assert copied.name == other
    assert list(listing(target, other)) == ["v"]
    with pytest.raises(NotFound):
        target.volumes.get(volume.name)


def test_one_that_is_there_and_empty_is_filled(
    source: Client, target: Client, volume: Volume, labels: dict[str, str]
) -> None:
    target.volumes.create(volume.name, labels={**labels, "own": "yes"})
    fill(source, volume.name, [entry("f", data=b"news")])
    copied = volume.copy(to=target)
    assert "own" in copied.labels
    assert listing(target, volume.name) == listing(source, volume.name)


def test_one_that_holds_something_is_left_alone(
    source: Client, target: Client, volume: Volume, labels: dict[str, str]
) -> None:
    target.volumes.create(volume.name, labels=labels)
    fill(target, volume.name, [entry("theirs", data=b"precious")])
    before = listing(target, volume.name)
    with pytest.raises(InvalidArgument, match="is not empty: give another name="):
        volume.copy(to=target)
    assert listing(target, volume.name) == before


def test_one_that_is_used_or_of_another_kind_is_left_alone(
    source: Client, target: Client, volume: Volume, labels: dict[str, str], create: Callable[..., object]
) -> None:
    target.volumes.create(volume.name, labels=labels)
    create(target, volumes=[f"{volume.name}:/v"])
    with pytest.raises(InvalidArgument, match="a container uses it"):
        volume.copy(to=target)


def test_another_kind(
    source: Client, target: Client, volume: Volume, labels: dict[str, str], new_name: Callable[[], str]
) -> None:
    name = new_name()
    options = {"type": "tmpfs", "device": "tmpfs", "o": "size=1m"}
    target.volumes.create(name, labels=labels, driver_opts=options)
    with pytest.raises(InvalidArgument, match="another driver or other options"):
        volume.copy(to=target, name=name)


def test_on_one_daemon(source: Client, target: Client, volume: Volume, new_name: Callable[[], str]) -> None:
    with pytest.raises(InvalidArgument, match="cannot be copied onto itself"):
        volume.copy(to=source)
    fill(source, volume.name, odd_tree())
    twin = volume.copy(to=source, name=new_name())
    assert listing(source, twin.name) == listing(source, volume.name)


def test_one_that_is_gone(source: Client, target: Client, volume: Volume) -> None:
    volume.remove()
    with pytest.raises(NotFound):
        volume.copy(to=target)


def test_memory_stays_small_and_progress_is_told(source: Client, target: Client, volume: Volume) -> None:
    size = 24 * 1024 * 1024
    fill(source, volume.name, [entry("big", data=bytes(size))])
    told: list[CopyProgress] = []
    real = source.daemon.startswith("unix") and target.daemon.startswith("unix")
    if real:
        tracemalloc.start()
    try:
        volume.copy(to=target, progress=told.append)
        if real:  # a fake daemon's files are in this process
            assert tracemalloc.get_traced_memory()[1] < size / 4
    finally:
        if real:
            tracemalloc.stop()
    assert [(each.step, each.phase) for each in told if each.phase != "progress"] == [
        (f"volume {volume.name}", "started"),
        (f"volume {volume.name}", "done"),
        (f"files of {volume.name}", "started"),
        (f"files of {volume.name}", "done"),
    ]
    assert told[-1].current >= size
    assert told[-1].total == size


def test_something_else_than_a_client(source: Client, target: Client, volume: Volume) -> None:
    with pytest.raises(InvalidArgument, match=r"to='unix:///x': it takes the Client"):
        volume.copy(to="unix:///x")  # type: ignore[arg-type]
