"""Operations on the engine itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import (
    Operation,
    Param,
    headers,
    json_body,
    json_stream,
    model,
    text,
)

if TYPE_CHECKING:
    from dockpy.wire.auth import AuthResponse
    from dockpy.wire.disk_usage import SystemDataUsageResponse
    from dockpy.wire.events import EventMessage
    from dockpy.wire.system import SystemInfo, SystemVersion

__all__ = ["AUTH", "DATA_USAGE", "EVENTS", "INFO", "PING", "PING_HEAD", "VERSION"]

AUTH: Operation[AuthResponse] = Operation(
    "SystemAuth",
    "POST",
    "/auth",
    subject="daemon",
    answer=model("auth.AuthResponse"),
    success=(200, 204),
    body=json_body("auth.AuthConfig"),
)

INFO: Operation[SystemInfo] = Operation(
    "SystemInfo",
    "GET",
    "/info",
    subject="daemon",
    answer=model("system.SystemInfo"),
)

VERSION: Operation[SystemVersion] = Operation(
    "SystemVersion",
    "GET",
    "/version",
    subject="daemon",
    answer=model("system.SystemVersion"),
)

PING: Operation[str] = Operation(
    "SystemPing",
    "GET",
    "/_ping",
    subject="daemon",
    answer=text(),
    unversioned=True,
)

PING_HEAD: Operation[dict[str, str]] = Operation(
    "SystemPingHead",
    "HEAD",
    "/_ping",
    subject="daemon",
    answer=headers(),
    unversioned=True,
)

EVENTS: Operation[EventMessage] = Operation(
    "SystemEvents",
    "GET",
    "/events",
    subject="daemon",
    answer=json_stream("events.EventMessage"),
    query=(
        Param("since"),
        Param("until"),
        Param("filters", "filters"),
    ),
    prompt=True,
)

DATA_USAGE: Operation[SystemDataUsageResponse] = Operation(
    "SystemDataUsage",
    "GET",
    "/system/df",
    subject="daemon",
    answer=model("disk_usage.SystemDataUsageResponse"),
    query=(
        Param("type", "strs", since="1.42"),
        Param("verbose", "bool", since="1.52"),
    ),
    waits=True,  # every volume is walked file by file
)
