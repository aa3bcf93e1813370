"""Operations on nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import Operation, Param, json_body, model, models, nothing

if TYPE_CHECKING:
    from dockpy.wire.nodes import Node

__all__ = ["DELETE", "INSPECT", "LIST", "UPDATE"]

LIST: Operation[list[Node]] = Operation(
    "NodeList",
    "GET",
    "/nodes",
    subject="node",
    answer=models("nodes.Node"),
    query=(Param("filters", "filters"),),
)

INSPECT: Operation[Node] = Operation(
    "NodeInspect",
    "GET",
    "/nodes/{id}",
    subject="node",
    answer=model("nodes.Node"),
)

DELETE: Operation[None] = Operation(
    "NodeDelete",
    "DELETE",
    "/nodes/{id}",
    subject="node",
    answer=nothing(),
    query=(Param("force", "bool"),),
)

UPDATE: Operation[None] = Operation(
    "NodeUpdate",
    "POST",
    "/nodes/{id}/update",
    subject="node",
    answer=nothing(),
    query=(Param("version", "int", required=True),),
    body=json_body("nodes.NodeSpec"),
)
