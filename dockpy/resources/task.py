"""One task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.ops import tasks as ops
from dockpy.resources.swarm_logs import Logged
from dockpy.resources.versioned import spec_of

if TYPE_CHECKING:
    from dockpy.resources.container import Container
    from dockpy.resources.node import Node
    from dockpy.resources.service import Service
    from dockpy.wire.tasks import Task as TaskAttrs

__all__ = ["Task"]


class Task(Logged["TaskAttrs"]):
    """A piece of work that a swarm gave to a node, or will: a service's container, and how it stands with
    it.
    """

    _LOGS = ops.LOGS

    @property
    def name(self) -> str:
        """Its name; engines give tasks none as a rule."""
        return str(self._known.get("Name") or "")

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return dict(self._known.get("Labels") or {})

    @property
    def state(self) -> str:
        """``new``, ``pending``, ``preparing``, ``running``, ``complete``, ``failed``, ``rejected``, …"""
        return str(self._status.get("State") or "")

    @property
    def desired_state(self) -> str:
        """What it shall be: ``running``, ``shutdown``, …; of a job ``complete``."""
        return str(self._known.get("DesiredState") or "")

    @property
    def message(self) -> str:
        """How it came to its state."""
        return str(self._status.get("Message") or "")

    @property
    def error(self) -> str:
        """Why it failed, was rejected or has to wait; empty where it did not."""
        return str(self._status.get("Err") or "")

    @property
    def container_id(self) -> str:
        """The id of its container; empty where it has none yet."""
        return str(self._container.get("ContainerID") or "")

    @property
    def exit_code(self) -> int | None:
        """How its container ended; None where it did not yet."""
        ended = self.state in ("complete", "failed", "shutdown")
        return int(self._container.get("ExitCode") or 0) if ended and self._container else None

    @property
    def slot(self) -> int | None:
        """Which of a replicated service's tasks it is, counted from 1; None of other services'."""
        slot = self._known.get("Slot")
        return slot if isinstance(slot, int) else None

    @property
    def image(self) -> str:
        """The name of its image."""
        return str((spec_of(self._known).get("ContainerSpec") or {}).get("Image") or "")

    @property
    def service_id(self) -> str:
        """The id of its service."""
        return str(self._known.get("ServiceID") or "")

    @property
    def node_id(self) -> str:
        """The id of its node; empty where it was given to none yet."""
        return str(self._known.get("NodeID") or "")

    @property
    def service(self) -> Service:
        """Its service; read further, it is loaded."""
        return self.client.services.known(self.service_id)

    @property
    def node(self) -> Node | None:
        """Its node; read further, it is loaded. None where it was given to none yet."""
        return self.client.nodes.known(self.node_id) if self.node_id else None

    @property
    def container(self) -> Container | None:
        """Its container, which the daemon of its node has; None where there is none yet."""
        return self.client.containers.known(self.container_id) if self.container_id else None

    @property
    def _status(self) -> dict[str, Any]:
        return dict(self._known.get("Status") or {})

    @property
    def _container(self) -> dict[str, Any]:
        return dict(self._status.get("ContainerStatus") or {})

    def _has_terminal(self) -> bool:
        return bool((spec_of(self._known).get("ContainerSpec") or {}).get("TTY"))

    def _inspect(self) -> TaskAttrs:
        return self.client.api.call(ops.INSPECT, {"id": self.id})
