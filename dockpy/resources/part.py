"""What the parts of a container have in common: its logs, its processes, its files are a part each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.ops import containers as ops
from dockpy.resources.base import Resource

if TYPE_CHECKING:
    from dockpy.ops.operation import Operation
    from dockpy.wire.containers import ContainerInspectResponse

__all__ = ["ContainerPart"]


class ContainerPart(Resource["ContainerInspectResponse"]):
    """The base of a container's parts."""

    def _inspect(self) -> ContainerInspectResponse:
        return self.client.api.call(ops.INSPECT, {"id": self.id})

    def _has_terminal(self) -> bool:
        return bool((self.attrs.get("Config") or {}).get("Tty"))

    def _do(self, operation: Operation[Any], *, takes: float = 0, **query: Any) -> None:
        """Call an operation that changes it."""
        try:
            self.client.api.call(operation, {"id": self.id}, query, takes=takes)
        finally:
            self.stale()
