"""Operations on volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import Operation, Param, json_body, model, nothing

if TYPE_CHECKING:
    from dockpy.wire.volumes import Volume, VolumeListResponse, VolumePruneResponse

__all__ = ["CREATE", "DELETE", "INSPECT", "LIST", "PRUNE", "UPDATE"]

LIST: Operation[VolumeListResponse] = Operation(
    "VolumeList",
    "GET",
    "/volumes",
    subject="volume",
    answer=model("volumes.VolumeListResponse"),
    query=(Param("filters", "filters"),),
)

CREATE: Operation[Volume] = Operation(
    "VolumeCreate",
    "POST",
    "/volumes/create",
    subject="volume",
    answer=model("volumes.Volume"),
    success=(201,),
    body=json_body("volumes.VolumeCreateRequest"),
)

INSPECT: Operation[Volume] = Operation(
    "VolumeInspect",
    "GET",
    "/volumes/{name}",
    subject="volume",
    answer=model("volumes.Volume"),
)

UPDATE: Operation[None] = Operation(
    "VolumeUpdate",
    "PUT",
    "/volumes/{name}",
    subject="volume",
    answer=nothing(),
    query=(Param("version", "int", required=True),),
    body=json_body("volumes.VolumeUpdateRequest", required=False),
    since="1.42",
)

DELETE: Operation[None] = Operation(
    "VolumeDelete",
    "DELETE",
    "/volumes/{name}",
    subject="volume",
    answer=nothing(),
    success=(204,),
    query=(Param("force", "bool"),),
)

PRUNE: Operation[VolumePruneResponse] = Operation(
    "VolumePrune",
    "POST",
    "/volumes/prune",
    subject="volume",
    answer=model("volumes.VolumePruneResponse"),
    query=(Param("filters", "filters"),),
    waits=True,  # as long as there is something to remove
)
