"""Operations on plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import (
    Operation,
    Param,
    json_body,
    json_stream,
    model,
    models,
    nothing,
    raw_body,
)

if TYPE_CHECKING:
    from dockpy.wire.plugins import Plugin, PluginPrivilege
    from dockpy.wire.progress import ProgressMessage, PushImageInfo

__all__ = [
    "CREATE",
    "DELETE",
    "DISABLE",
    "ENABLE",
    "INSPECT",
    "LIST",
    "PRIVILEGES",
    "PULL",
    "PUSH",
    "SET",
    "UPGRADE",
]

LIST: Operation[list[Plugin]] = Operation(
    "PluginList",
    "GET",
    "/plugins",
    subject="plugin",
    answer=models("plugins.Plugin"),
    query=(Param("filters", "filters"),),
)

PRIVILEGES: Operation[list[PluginPrivilege]] = Operation(
    "GetPluginPrivileges",
    "GET",
    "/plugins/privileges",
    subject="plugin",
    answer=models("plugins.PluginPrivilege"),
    query=(Param("remote", required=True),),
    headers=(Param("X-Registry-Auth"),),
)

# The privileges that PULL and UPGRADE carry must be all that the plugin wants: what PRIVILEGES answers.

PULL: Operation[ProgressMessage] = Operation(
    "PluginPull",
    "POST",
    "/plugins/pull",
    subject="plugin",
    answer=json_stream("progress.ProgressMessage"),
    query=(
        Param("remote", required=True),
        Param("name"),
    ),
    headers=(Param("X-Registry-Auth"),),
    body=json_body("plugins.PluginPrivilege", many=True),
)

INSPECT: Operation[Plugin] = Operation(
    "PluginInspect",
    "GET",
    "/plugins/{name}/json",
    subject="plugin",
    answer=model("plugins.Plugin"),
)

DELETE: Operation[None] = Operation(
    "PluginDelete",
    "DELETE",
    "/plugins/{name}",
    subject="plugin",
    answer=nothing(),
    query=(Param("force", "bool"),),
)

ENABLE: Operation[None] = Operation(
    "PluginEnable",
    "POST",
    "/plugins/{name}/enable",
    subject="plugin",
    answer=nothing(),
    query=(Param("timeout", "int", required=True),),  # seconds that each of the engine's calls to it may take
)

DISABLE: Operation[None] = Operation(
    "PluginDisable",
    "POST",
    "/plugins/{name}/disable",
    subject="plugin",
    answer=nothing(),
    query=(Param("force", "bool"),),
)

UPGRADE: Operation[ProgressMessage] = Operation(
    "PluginUpgrade",
    "POST",
    "/plugins/{name}/upgrade",
    subject="plugin",
    answer=json_stream("progress.ProgressMessage"),
    query=(Param("remote", required=True),),
    headers=(Param("X-Registry-Auth"),),
    body=json_body("plugins.PluginPrivilege", many=True),
)

CREATE: Operation[None] = Operation(
    "PluginCreate",
    "POST",
    "/plugins/create",
    subject="plugin",
    answer=nothing(),
    success=(204,),
    query=(Param("name", required=True),),
    body=raw_body(),
)

PUSH: Operation[PushImageInfo] = Operation(
    "PluginPush",
    "POST",
    "/plugins/{name}/push",
    subject="plugin",
    answer=json_stream("progress.PushImageInfo"),
    headers=(Param("X-Registry-Auth"),),
)

SET: Operation[None] = Operation(
    "PluginSet",
    "POST",
    "/plugins/{name}/set",
    subject="plugin",
    answer=nothing(),
    success=(204,),
    body=json_body("plugins.PluginSetting", many=True),
)
