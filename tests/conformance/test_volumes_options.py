"""Volumes: what is pruned, what they take, drivers that are not there, and those of a cluster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import BadParameter, Client, InvalidArgument, NotFound, ServerError, VersionMismatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy import Volume


@pytest.fixture
def make(new_name: Callable[[], str], labels: dict[str, str]) -> Callable[..., Volume]:
    """Create a volume; what is left of them goes with all that the run made."""

    def create(client: Client, name: str | None = None, **options: Any) -> Volume:
        options["labels"] = {**labels, **options.get("labels", {})}
        return client.volumes.create(name or new_name(), **options)

    return create


def test_prune_anonymous_ones(engine: Client, make: Any, labels: dict[str, str]) -> None:
    """What prune() means is the same on every engine; one that cannot do it says so, and removes nothing."""
    mark = {"prune": f"{labels['dockpy-test']}-anonymous"}
    named = make(engine, labels=mark)
    nameless = engine.volumes.create(labels={**labels, **mark})
    if engine.api_version == "1.41":
        with pytest.raises(VersionMismatch, match="remove named volumes too") as caught:
            engine.volumes.prune(filters={"label": mark})
        assert caught.value.operation == "VolumePrune"
        nameless.reload()
        nameless.remove()
    else:
        assert engine.volumes.prune(filters={"label": mark}).volumes_deleted == [nameless.name]
    named.reload()
    named.remove()


@pytest.mark.parametrize("how", ["argument", "filter"])
def test_prune_all(engine: Client, make: Any, create: Any, labels: dict[str, str], how: str) -> None:
    mark = {"prune": f"{labels['dockpy-test']}-{how}"}
    unused = {make(engine, labels=mark), engine.volumes.create(labels={**labels, **mark})}
    used, other = make(engine, labels=mark), make(engine)
    create(engine, volumes=[f"{used.name}:/data"])
    if how == "argument":
        answer = engine.volumes.prune(all=True, filters={"label": mark})
    else:
        answer = engine.volumes.prune(filters={"label": mark, "all": True})
    assert set(answer.volumes_deleted) == {volume.name for volume in unused}
    assert answer.space_reclaimed >= 0
    used.reload()
    other.reload()
    other.remove()


def test_what_it_takes(engine: Client, make: Any, start: Any) -> None:
    volume = make(engine)
    assert volume.usage().ref_count == 0
    writer = start(
        engine, ["sh", "-c", "head -c 100000 /dev/zero > /data/file"], volumes=[f"{volume.name}:/data"]
    )
    assert writer.wait(timeout=30)["StatusCode"] == 0
    usage = volume.usage()
    assert usage.ref_count == 1
    assert usage.size >= 100_000
    writer.remove()
    volume.remove()
    with pytest.raises(NotFound, match="no such volume") as caught:
        volume.usage()
    assert (caught.value.operation, caught.value.status_code) == ("SystemDataUsage", 404)


def test_options_of_the_driver(engine: Client, make: Any) -> None:
    volume = make(engine, driver_opts={"type": "tmpfs", "device": "tmpfs", "o": "size=1m"})
    assert volume.options == {"type": "tmpfs", "device": "tmpfs", "o": "size=1m"}
    [listed] = engine.volumes.list(filters={"name": volume.name})
    assert listed.options == volume.options
    assert engine.volumes.list(filters={"driver": "no-such-driver"}) == []


def test_what_a_listing_warns_of(engine: Client, make: Any) -> None:
    volume = make(engine)
    found = engine.volumes.list(filters={"name": volume.name})
    assert found == [volume]
    assert found.warnings == []
    volume.remove()


def test_a_volume_of_a_cluster(engine: Client, make: Any) -> None:
    """It takes a swarm's manager, and a storage plugin of its own kind."""
    spec = {"AccessMode": {"Scope": "single", "Sharing": "none"}, "Availability": "active"}
    if engine.api_version == "1.41":
        with pytest.raises(VersionMismatch, match=r"1\.42"):
            make(engine, driver="csi", cluster_volume_spec=spec)
    else:
        with pytest.raises((ServerError, NotFound, BadParameter), match=r"swarm|AccessMode"):
            make(engine, driver="csi", cluster_volume_spec=spec)
        with pytest.raises(InvalidArgument, match="NoSuchField"):
            make(engine, driver="csi", cluster_volume_spec={"NoSuchField": 1})


def test_update(engine: Client, make: Any) -> None:
    volume = make(engine)
    spec = {"Availability": "drain"}
    if engine.api_version == "1.41":
        for version in (None, 1):
            with pytest.raises(VersionMismatch, match=r"VolumeUpdate needs API 1\.42"):
                volume.update(spec, version=version)
    else:
        with pytest.raises(InvalidArgument, match="no cluster volume"):
            volume.update(spec)
        with pytest.raises(
            (ServerError, NotFound, BadParameter), match=r"cluster volume|swarm|not found"
        ) as caught:
            volume.update(spec, version=1)
        assert (caught.value.operation, caught.value.subject) == ("VolumeUpdate", f"volume {volume.name}")
    volume.remove()


def test_names_of_nameless_ones(engine: Client, labels: dict[str, str]) -> None:
    volume = engine.volumes.create(labels=labels)
    assert re.fullmatch("[0-9a-f]{64}", volume.name)
    volume.remove()
