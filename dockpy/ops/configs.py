"""Operations on configs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import Operation, Param, json_body, model, models, nothing

if TYPE_CHECKING:
    from dockpy.wire.configs import Config, ConfigCreateResponse

__all__ = ["CREATE", "DELETE", "INSPECT", "LIST", "UPDATE"]

LIST: Operation[list[Config]] = Operation(
    "ConfigList",
    "GET",
    "/configs",
    subject="config",
    answer=models("configs.Config"),
    query=(Param("filters", "filters"),),
)

CREATE: Operation[ConfigCreateResponse] = Operation(
    "ConfigCreate",
    "POST",
    "/configs/create",
    subject="config",
    answer=model("configs.ConfigCreateResponse"),
    success=(201,),
    body=json_body("configs.ConfigSpec"),
)

INSPECT: Operation[Config] = Operation(
    "ConfigInspect",
    "GET",
    "/configs/{id}",
    subject="config",
    answer=model("configs.Config"),
)

DELETE: Operation[None] = Operation(
    "ConfigDelete",
    "DELETE",
    "/configs/{id}",
    subject="config",
    answer=nothing(),
    success=(204,),
)

UPDATE: Operation[None] = Operation(
    "ConfigUpdate",
    "POST",
    "/configs/{id}/update",
    subject="config",
    answer=nothing(),
    query=(Param("version", "int", required=True),),
    body=json_body("configs.ConfigSpec"),  # whole, but only the labels may differ
)
