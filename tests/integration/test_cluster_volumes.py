"""Volumes of a cluster: on an engine that is made a swarm's manager for that."""

from __future__ import annotations

from typing import Any

import pytest

from dockpy import NotFound, ServerError, VersionMismatch
from dockpy.wire.volumes import AccessMode, ClusterVolumeSpec, MountVolume

SPEC: dict[str, Any] = {
    "Group": "fast",
    "AccessMode": {"Scope": "single", "Sharing": "none", "BlockVolume": {}},
    "CapacityRange": {"RequiredBytes": 5, "LimitBytes": 10},
    "Availability": "active",
}


@pytest.fixture
def manager(private_engine: Any) -> Any:
    with private_engine().connect() as client:
        client.swarm.init(advertise_addr="127.0.0.1", listen_addr="127.0.0.1:0")
        yield client


def test_create_update_remove(manager: Any) -> None:
    if manager.api_version == "1.41":
        with pytest.raises(VersionMismatch, match=r"1\.42"):
            manager.volumes.create("far", driver="csi", cluster_volume_spec=SPEC)
        return
    volume = manager.volumes.create("far", driver="csi", labels={"a": "b"}, cluster_volume_spec=SPEC)
    assert (volume.driver, volume.labels, volume.attrs.scope) == ("csi", {"a": "b"}, "global")
    cluster = volume.attrs.cluster_volume
    assert cluster.spec.to_dict() == SPEC
    assert (cluster.spec.group, cluster.spec.capacity_range.limit_bytes) == ("fast", 10)
    assert [item.name for item in manager.volumes.list()] == ["far"]

    volume.update({**SPEC, "Availability": "drain"})
    assert volume.attrs.cluster_volume.spec.availability == "drain"
    assert volume.attrs.cluster_volume.version.index > cluster.version.index
    with pytest.raises(ServerError, match="out of sequence"):
        volume.update(SPEC, version=cluster.version.index)
    volume.update({**SPEC, "Availability": "pause"}, version=volume.attrs.cluster_volume.version.index)
    assert volume.attrs.cluster_volume.spec.availability == "pause"

    volume.remove(force=True)  # no storage plugin says that it is gone
    for ask in (volume.reload, lambda: volume.update(SPEC)):
        with pytest.raises(NotFound):
            ask()


def test_as_a_model(manager: Any) -> None:
    spec = ClusterVolumeSpec(
        access_mode=AccessMode(
            scope="multi", sharing="readonly", mount_volume=MountVolume(fs_type="ext4", mount_flags=["ro"])
        )
    )
    if manager.api_version == "1.41":
        with pytest.raises(VersionMismatch, match=r"1\.42"):
            manager.volumes.create("far", cluster_volume_spec=spec)
        return
    volume = manager.volumes.create("far", driver="csi", cluster_volume_spec=spec)
    mode = volume.attrs.cluster_volume.spec.access_mode
    assert (mode.scope, mode.sharing, mode.mount_volume.fs_type) == ("multi", "readonly", "ext4")
    volume.remove(force=True)
