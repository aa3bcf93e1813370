"""Operations on commands executed in containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import Operation, Param, json_body, model, nothing, upgrade

if TYPE_CHECKING:
    from dockpy.wire.common import IDResponse
    from dockpy.wire.exec import ExecInspectResponse

__all__ = ["CREATE", "INSPECT", "RESIZE", "START"]

CREATE: Operation[IDResponse] = Operation(
    "ContainerExec",
    "POST",
    "/containers/{id}/exec",
    subject="container",
    answer=model("common.IDResponse"),
    success=(201,),
    body=json_body("exec.ExecCreateRequest"),
)

START: Operation[bytes] = Operation(
    "ExecStart",
    "POST",
    "/exec/{id}/start",
    subject="exec",
    answer=upgrade("tcp"),
    success=(101, 200),
    body=json_body("exec.ExecStartRequest"),
    prompt=True,
)

RESIZE: Operation[None] = Operation(
    "ExecResize",
    "POST",
    "/exec/{id}/resize",
    subject="exec",
    answer=nothing(),
    success=(200, 201),  # the second is podman's
    query=(Param("h", "int", required=True), Param("w", "int", required=True)),
)

INSPECT: Operation[ExecInspectResponse] = Operation(
    "ExecInspect",
    "GET",
    "/exec/{id}/json",
    subject="exec",
    answer=model("exec.ExecInspectResponse"),
)
