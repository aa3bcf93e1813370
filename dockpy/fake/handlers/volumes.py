"""Handlers of volumes."""

from __future__ import annotations

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.failure import Failure
from dockpy.fake.state.listing import prunable_volumes, select_volumes
from dockpy.ops import volumes as ops

__all__: list[str] = []


@handles(ops.LIST)
def _list(call: Call) -> Answer:
    engine = call.engine
    found = select_volumes(engine, engine.volumes, call.filters())
    return Answer(json={"Volumes": [volume.inspect() for volume in found], "Warnings": None})


@handles(ops.CREATE)
def _create(call: Call) -> Answer:
    request = call.json()
    if call.knows("1.42") and request.get("ClusterVolumeSpec") is not None:
        raise Failure(
            503,
            'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" '
            "to connect this node to swarm and try again.",
        )
    volume = call.engine.volumes.create(
        request.get("Name") or "",
        request.get("Driver") or "",
        request.get("DriverOpts"),
        request.get("Labels"),
    )
    return Answer(json=volume.inspect())


@handles(ops.INSPECT)
def _inspect(call: Call) -> Answer:
    return Answer(json=call.engine.volumes.get(call.id).inspect())


@handles(ops.UPDATE)
def _update(call: Call) -> Answer:
    raise Failure(503, "volume update only valid for cluster volumes, but swarm is unavailable")


@handles(ops.DELETE)
def _delete(call: Call) -> None:
    call.engine.volumes.remove(call.id, call.flag("force"))


@handles(ops.PRUNE)
def _prune(call: Call) -> Answer:
    engine = call.engine
    wanted = prunable_volumes(engine, engine.volumes, call.filters(), call.version)
    removed, freed = engine.volumes.prune(wanted)
    return Answer(json={"VolumesDeleted": removed, "SpaceReclaimed": freed})
