"""Operations on secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import Operation, Param, json_body, model, models, nothing

if TYPE_CHECKING:
    from dockpy.wire.secrets import Secret, SecretCreateResponse

__all__ = ["CREATE", "DELETE", "INSPECT", "LIST", "UPDATE"]

LIST: Operation[list[Secret]] = Operation(
    "SecretList",
    "GET",
    "/secrets",
    subject="secret",
    answer=models("secrets.Secret"),
    query=(Param("filters", "filters"),),
)

CREATE: Operation[SecretCreateResponse] = Operation(
    "SecretCreate",
    "POST",
    "/secrets/create",
    subject="secret",
    answer=model("secrets.SecretCreateResponse"),
    success=(201,),
    body=json_body("secrets.SecretSpec"),
)

INSPECT: Operation[Secret] = Operation(
    "SecretInspect",
    "GET",
    "/secrets/{id}",
    subject="secret",
    answer=model("secrets.Secret"),
)

DELETE: Operation[None] = Operation(
    "SecretDelete",
    "DELETE",
    "/secrets/{id}",
    subject="secret",
    answer=nothing(),
    success=(204,),
)

UPDATE: Operation[None] = Operation(
    "SecretUpdate",
    "POST",
    "/secrets/{id}/update",
    subject="secret",
    answer=nothing(),
    query=(Param("version", "int", required=True),),
    body=json_body("secrets.SecretSpec"),  # whole, but only the labels may differ
)
