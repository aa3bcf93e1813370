"""Operations on containers. Executing commands in them is in `dockpy.ops.exec`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import (
    Operation,
    Param,
    archive,
    frames,
    header_model,
    json_body,
    json_stream,
    model,
    models,
    nothing,
    raw_body,
    upgrade,
)

if TYPE_CHECKING:
    from dockpy.wire.containers import (
        ContainerCreateResponse,
        ContainerInspectResponse,
        ContainerPathStat,
        ContainerPruneResponse,
        ContainerSummary,
        ContainerTopResponse,
        ContainerUpdateResponse,
        ContainerWaitResponse,
        FilesystemChange,
    )
    from dockpy.wire.stats import ContainerStatsResponse

__all__ = [
    "ARCHIVE",
    "ARCHIVE_INFO",
    "ATTACH",
    "ATTACH_WEBSOCKET",
    "CHANGES",
    "CREATE",
    "DELETE",
    "EXPORT",
    "INSPECT",
    "KILL",
    "LIST",
    "LOGS",
    "PAUSE",
    "PRUNE",
    "PUT_ARCHIVE",
    "RENAME",
    "RESIZE",
    "RESTART",
    "START",
    "STATS",
    "STOP",
    "TOP",
    "UNPAUSE",
    "UPDATE",
    "WAIT",
]

LIST: Operation[list[ContainerSummary]] = Operation(
    "ContainerList",
    "GET",
    "/containers/json",
    subject="container",
    answer=models("containers.ContainerSummary"),
    query=(
        Param("all", "bool"),
        Param("limit", "int"),
        Param("size", "bool"),
        Param("filters", "filters"),
    ),
)

CREATE: Operation[ContainerCreateResponse] = Operation(
    "ContainerCreate",
    "POST",
    "/containers/create",
    subject="container",
    answer=model("containers.ContainerCreateResponse"),
    success=(201,),
    query=(Param("name"), Param("platform")),
    body=json_body("containers.ContainerCreateRequest"),
    missing="image",
)

INSPECT: Operation[ContainerInspectResponse] = Operation(
    "ContainerInspect",
    "GET",
    "/containers/{id}/json",
    subject="container",
    answer=model("containers.ContainerInspectResponse"),
    query=(Param("size", "bool"),),
)

TOP: Operation[ContainerTopResponse] = Operation(
    "ContainerTop",
    "GET",
    "/containers/{id}/top",
    subject="container",
    answer=model("containers.ContainerTopResponse"),
    query=(Param("ps_args"),),
)

LOGS: Operation[bytes] = Operation(
    "ContainerLogs",
    "GET",
    "/containers/{id}/logs",
    subject="container",
    answer=frames(),
    query=(
        Param("follow", "bool"),
        Param("stdout", "bool"),
        Param("stderr", "bool"),
        Param("since"),  # seconds since 1970, with up to 9 decimals, as the next
        Param("until"),
        Param("timestamps", "bool"),
        Param("tail"),
    ),
    prompt=True,
)

CHANGES: Operation[list[FilesystemChange]] = Operation(
    "ContainerChanges",
    "GET",
    "/containers/{id}/changes",
    subject="container",
    answer=models("containers.FilesystemChange"),
)

EXPORT: Operation[bytes] = Operation(
    "ContainerExport",
    "GET",
    "/containers/{id}/export",
    subject="container",
    answer=archive(),
)

STATS: Operation[ContainerStatsResponse] = Operation(
    "ContainerStats",
    "GET",
    "/containers/{id}/stats",
    subject="container",
    answer=json_stream("stats.ContainerStatsResponse"),
    query=(Param("stream", "bool"), Param("one-shot", "bool")),
    prompt=True,
)

RESIZE: Operation[None] = Operation(
    "ContainerResize",
    "POST",
    "/containers/{id}/resize",
    subject="container",
    answer=nothing(),
    query=(Param("h", "int", required=True), Param("w", "int", required=True)),
)

START: Operation[None] = Operation(
    "ContainerStart",
    "POST",
    "/containers/{id}/start",
    subject="container",
    answer=nothing(),
    success=(204, 304),
    query=(Param("detachKeys"),),
)

STOP: Operation[None] = Operation(
    "ContainerStop",
    "POST",
    "/containers/{id}/stop",
    subject="container",
    answer=nothing(),
    success=(204, 304),
    query=(Param("t", "int"), Param("signal", since="1.42")),
)

RESTART: Operation[None] = Operation(
    "ContainerRestart",
    "POST",
    "/containers/{id}/restart",
    subject="container",
    answer=nothing(),
    success=(204,),
    query=(Param("t", "int"), Param("signal", since="1.42")),
)

KILL: Operation[None] = Operation(
    "ContainerKill",
    "POST",
    "/containers/{id}/kill",
    subject="container",
    answer=nothing(),
    success=(204,),
    query=(Param("signal"),),
)

UPDATE: Operation[ContainerUpdateResponse] = Operation(
    "ContainerUpdate",
    "POST",
    "/containers/{id}/update",
    subject="container",
    answer=model("containers.ContainerUpdateResponse"),
    body=json_body("containers.ContainerUpdateRequest"),
)

RENAME: Operation[None] = Operation(
    "ContainerRename",
    "POST",
    "/containers/{id}/rename",
    subject="container",
    answer=nothing(),
    success=(204,),
    query=(Param("name", required=True),),
)

PAUSE: Operation[None] = Operation(
    "ContainerPause",
    "POST",
    "/containers/{id}/pause",
    subject="container",
    answer=nothing(),
    success=(204,),
)

UNPAUSE: Operation[None] = Operation(
    "ContainerUnpause",
    "POST",
    "/containers/{id}/unpause",
    subject="container",
    answer=nothing(),
    success=(204,),
)

ATTACH: Operation[bytes] = Operation(
    "ContainerAttach",
    "POST",
    "/containers/{id}/attach",
    subject="container",
    answer=upgrade("tcp"),
    success=(101, 200),
    query=(
        Param("detachKeys"),
        Param("logs", "bool"),
        Param("stream", "bool"),
        Param("stdin", "bool"),
        Param("stdout", "bool"),
        Param("stderr", "bool"),
    ),
    prompt=True,
)

ATTACH_WEBSOCKET: Operation[bytes] = Operation(
    "ContainerAttachWebsocket",
    "GET",
    "/containers/{id}/attach/ws",
    subject="container",
    answer=upgrade("websocket"),
    success=(101, 200),
    query=(
        Param("detachKeys"),
        Param("logs", "bool"),
        Param("stream", "bool"),
        Param("stdin", "bool", since="1.42"),  # before, all three are attached whatever is asked
        Param("stdout", "bool", since="1.42"),
        Param("stderr", "bool", since="1.42"),
    ),
    prompt=True,
)

WAIT: Operation[ContainerWaitResponse] = Operation(
    "ContainerWait",
    "POST",
    "/containers/{id}/wait",
    subject="container",
    answer=model("containers.ContainerWaitResponse"),
    query=(Param("condition"),),  # not-running | next-exit | removed
    waits=True,
    prompt=True,
)

DELETE: Operation[None] = Operation(
    "ContainerDelete",
    "DELETE",
    "/containers/{id}",
    subject="container",
    answer=nothing(),
    success=(204,),
    query=(Param("v", "bool"), Param("force", "bool"), Param("link", "bool")),
)

ARCHIVE_INFO: Operation[ContainerPathStat] = Operation(
    "ContainerArchiveInfo",
    "HEAD",
    "/containers/{id}/archive",
    subject="container",
    answer=header_model("X-Docker-Container-Path-Stat", "containers.ContainerPathStat"),
    query=(Param("path", required=True),),
)

ARCHIVE: Operation[bytes] = Operation(
    "ContainerArchive",
    "GET",
    "/containers/{id}/archive",
    subject="container",
    answer=archive(),
    query=(Param("path", required=True),),
)

PUT_ARCHIVE: Operation[None] = Operation(
    "PutContainerArchive",
    "PUT",
    "/containers/{id}/archive",
    subject="container",
    answer=nothing(),
    query=(
        Param("path", required=True),
        Param("noOverwriteDirNonDir", "bool"),
        Param("copyUIDGID", "bool"),
    ),
    body=raw_body(),
)

PRUNE: Operation[ContainerPruneResponse] = Operation(
    "ContainerPrune",
    "POST",
    "/containers/prune",
    subject="container",
    answer=model("containers.ContainerPruneResponse"),
    query=(Param("filters", "filters"),),
    waits=True,  # as long as there is something to remove
)
