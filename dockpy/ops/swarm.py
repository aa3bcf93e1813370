"""Operations on the swarm, and on this engine's part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import Answer, Operation, Param, json_body, model, nothing

if TYPE_CHECKING:
    from dockpy.wire.swarm import Swarm, UnlockKeyResponse

__all__ = ["INIT", "INSPECT", "JOIN", "LEAVE", "UNLOCK", "UNLOCK_KEY", "UPDATE"]

INSPECT: Operation[Swarm] = Operation(
    "SwarmInspect",
    "GET",
    "/swarm",
    subject="daemon",
    answer=model("swarm.Swarm"),
)

INIT: Operation[str] = Operation(
    "SwarmInit",
    "POST",
    "/swarm/init",
    subject="daemon",
    answer=Answer("json"),  # the node's id, as a JSON string
    body=json_body("swarm.SwarmInitRequest"),
)

JOIN: Operation[None] = Operation(
    "SwarmJoin",
    "POST",
    "/swarm/join",
    subject="daemon",
    answer=nothing(),
    body=json_body("swarm.SwarmJoinRequest"),
)

LEAVE: Operation[None] = Operation(
    "SwarmLeave",
    "POST",
    "/swarm/leave",
    subject="daemon",
    answer=nothing(),
    query=(Param("force", "bool"),),
)

UPDATE: Operation[None] = Operation(
    "SwarmUpdate",
    "POST",
    "/swarm/update",
    subject="daemon",
    answer=nothing(),
    query=(
        Param("version", "int", required=True),
        Param("rotateWorkerToken", "bool"),
        Param("rotateManagerToken", "bool"),
        Param("rotateManagerUnlockKey", "bool"),
    ),
    body=json_body("swarm.SwarmSpec"),
)

UNLOCK_KEY: Operation[UnlockKeyResponse] = Operation(
    "SwarmUnlockkey",
    "GET",
    "/swarm/unlockkey",
    subject="daemon",
    answer=model("swarm.UnlockKeyResponse"),
)

UNLOCK: Operation[None] = Operation(
    "SwarmUnlock",
    "POST",
    "/swarm/unlock",
    subject="daemon",
    answer=nothing(),
    body=json_body("swarm.SwarmUnlockRequest"),
)
