"""Handlers of volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.failure import Failure
from dockpy.fake.handlers.swarm import read_version
from dockpy.fake.state.listing import prunable_volumes, select_volumes
from dockpy.ops import volumes as ops

if TYPE_CHECKING:
    from dockpy.fake.state.swarm_volumes import ClusterVolume

__all__: list[str] = []


@handles(ops.LIST)
def _list(call: Call) -> Answer:
    engine = call.engine
    found = select_volumes(engine, engine.volumes, call.filters())
    told = [volume.inspect() for volume in found]
    if (cluster := engine.swarm.cluster) is not None and call.knows("1.42") and not call.text("filters"):
        told += [volume.inspect() for volume in cluster.volumes]
    return Answer(json={"Volumes": told, "Warnings": None})


@handles(ops.CREATE)
def _create(call: Call) -> Answer:
    request = call.json()
    if call.knows("1.42") and request.get("ClusterVolumeSpec") is not None:
        return Answer(json=call.engine.swarm.manager().volumes.create(request).inspect())
    volume = call.engine.volumes.create(
        request.get("Name") or "",
        request.get("Driver") or "",
        request.get("DriverOpts"),
        request.get("Labels"),
    )
    return Answer(json=volume.inspect())


@handles(ops.INSPECT)
def _inspect(call: Call) -> Answer:
    if (shared := _shared(call)) is not None:
        return Answer(json=shared.inspect())
    return Answer(json=call.engine.volumes.get(call.id).inspect())


def _shared(call: Call) -> ClusterVolume | None:
    """The cluster's volume that is meant; None where it is one of the engine's, or none."""
    cluster = call.engine.swarm.cluster
    if cluster is None or call.engine.volumes.find(call.id) is not None:
        return None
    return cluster.volumes.find(call.id)


@handles(ops.UPDATE)
def _update(call: Call) -> None:
    if (cluster := call.engine.swarm.cluster) is None:
        raise Failure(503, "volume update only valid for cluster volumes, but swarm is unavailable")
    version = read_version(call, "swarm object")
    cluster.volumes.update(call.id, version, call.json().get("Spec") or {})


@handles(ops.DELETE)
def _delete(call: Call) -> None:
    if (shared := _shared(call)) is not None:
        call.engine.swarm.manager().volumes.remove(shared, force=call.flag("force"))
        return
    call.engine.volumes.remove(call.id, call.flag("force"))


@handles(ops.PRUNE)
def _prune(call: Call) -> Answer:
    engine = call.engine
    wanted = prunable_volumes(engine, engine.volumes, call.filters(), call.version)
    removed, freed = engine.volumes.prune(wanted)
    return Answer(json={"VolumesDeleted": removed, "SpaceReclaimed": freed})
