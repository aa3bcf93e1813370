"""Connections to the engine's builder: HTTP/2 with gRPC on it."""

from __future__ import annotations

from dockpy.ops.operation import Operation, Param, upgrade

__all__ = ["GRPC", "SESSION"]

SESSION: Operation[bytes] = Operation(
    "Session",
    "POST",
    "/session",
    subject="daemon",
    answer=upgrade("h2c"),
    success=(101,),
    # What BuildKit calls the session by, and what it may call on the client's side: /package.Service/Method
    headers=(
        Param("X-Docker-Expose-Session-Uuid"),
        Param("X-Docker-Expose-Session-Name"),
        Param("X-Docker-Expose-Session-Sharedkey"),
        Param("X-Docker-Expose-Session-Grpc-Method", "strs"),
    ),
    deprecated="1.53",
    prompt=True,
)

GRPC: Operation[bytes] = Operation(
    "GRPC",
    "POST",
    "/grpc",
    subject="daemon",
    answer=upgrade("h2c"),
    success=(101,),
    deprecated="1.53",
    prompt=True,
)
