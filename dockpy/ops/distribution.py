"""Operations on images in registries, through the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops.operation import Operation, Param, model

if TYPE_CHECKING:
    from dockpy.wire.distribution import DistributionInspect

__all__ = ["INSPECT"]

INSPECT: Operation[DistributionInspect] = Operation(
    "DistributionInspect",
    "GET",
    "/distribution/{name}/json",
    subject="image",
    answer=model("distribution.DistributionInspect"),
    headers=(Param("X-Registry-Auth"),),
)
