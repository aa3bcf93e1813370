"""Operations on networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import Operation, Param, json_body, model, models, nothing

if TYPE_CHECKING:
    from dockpy.wire.networks import (
        NetworkCreateResponse,
        NetworkInspect,
        NetworkPruneResponse,
        NetworkSummary,
    )

__all__ = ["CONNECT", "CREATE", "DELETE", "DISCONNECT", "INSPECT", "LIST", "PRUNE"]

LIST: Operation[list[NetworkSummary]] = Operation(
    "NetworkList",
    "GET",
    "/networks",
    subject="network",
    answer=models("networks.NetworkSummary"),
    query=(Param("filters", "filters"),),
)

INSPECT: Operation[NetworkInspect] = Operation(
    "NetworkInspect",
    "GET",
    "/networks/{id}",
    subject="network",
    answer=model("networks.NetworkInspect"),
    query=(Param("verbose", "bool"), Param("scope")),
)

DELETE: Operation[None] = Operation(
    "NetworkDelete",
    "DELETE",
    "/networks/{id}",
    subject="network",
    answer=nothing(),
    success=(204,),
)

CREATE: Operation[NetworkCreateResponse] = Operation(
    "NetworkCreate",
    "POST",
    "/networks/create",
    subject="network",
    answer=model("networks.NetworkCreateResponse"),
    success=(201,),
    body=json_body("networks.NetworkCreateRequest"),
    missing="plugin",  # a driver; with ConfigFrom, that network
)

CONNECT: Operation[None] = Operation(
    "NetworkConnect",
    "POST",
    "/networks/{id}/connect",
    subject="network",
    answer=nothing(),
    body=json_body("networks.NetworkConnectRequest"),
)

DISCONNECT: Operation[None] = Operation(
    "NetworkDisconnect",
    "POST",
    "/networks/{id}/disconnect",
    subject="network",
    answer=nothing(),
    body=json_body("networks.NetworkDisconnectRequest"),
)

PRUNE: Operation[NetworkPruneResponse] = Operation(
    "NetworkPrune",
    "POST",
    "/networks/prune",
    subject="network",
    answer=model("networks.NetworkPruneResponse"),
    query=(Param("filters", "filters"),),
    waits=True,  # as long as there is something to remove
)
