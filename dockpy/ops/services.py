"""Operations on services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import Operation, Param, frames, json_body, model, models, nothing

if TYPE_CHECKING:
    from dockpy.wire.services import Service, ServiceCreateResponse, ServiceUpdateResponse

__all__ = ["CREATE", "DELETE", "INSPECT", "LIST", "LOGS", "UPDATE"]

LIST: Operation[list[Service]] = Operation(
    "ServiceList",
    "GET",
    "/services",
    subject="service",
    answer=models("services.Service"),
    query=(
        Param("filters", "filters"),
        Param("status", "bool"),  # with each service's status
    ),
)

CREATE: Operation[ServiceCreateResponse] = Operation(
    "ServiceCreate",
    "POST",
    "/services/create",
    subject="service",
    answer=model("services.ServiceCreateResponse"),
    success=(201,),
    headers=(Param("X-Registry-Auth"),),
    body=json_body("services.ServiceSpec"),
)

INSPECT: Operation[Service] = Operation(
    "ServiceInspect",
    "GET",
    "/services/{id}",
    subject="service",
    answer=model("services.Service"),
    query=(Param("insertDefaults", "bool"),),
)

DELETE: Operation[None] = Operation(
    "ServiceDelete",
    "DELETE",
    "/services/{id}",
    subject="service",
    answer=nothing(),
)

UPDATE: Operation[ServiceUpdateResponse] = Operation(
    "ServiceUpdate",
    "POST",
    "/services/{id}/update",
    subject="service",
    answer=model("services.ServiceUpdateResponse"),
    query=(
        Param("version", "int", required=True),
        Param("registryAuthFrom"),  # without the header: spec | previous-spec
        Param("rollback"),  # previous; the body counts for nothing, but must be a whole spec
    ),
    headers=(Param("X-Registry-Auth"),),
    body=json_body("services.ServiceSpec"),
)

LOGS: Operation[bytes] = Operation(
    "ServiceLogs",
    "GET",
    "/services/{id}/logs",
    subject="service",
    answer=frames(),
    query=(
        Param("details", "bool"),
        Param("follow", "bool"),
        Param("stdout", "bool"),
        Param("stderr", "bool"),
        Param("since"),  # seconds since 1970, with up to 9 decimals
        Param("timestamps", "bool"),
        Param("tail"),
    ),
    prompt=True,
)
