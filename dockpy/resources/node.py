"""One node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.errors import InvalidArgument
from dockpy.ops import nodes as ops
from dockpy.options.swarm import availability_word
from dockpy.options.values import label_map, text
from dockpy.resources.base import given
from dockpy.resources.versioned import Versioned, read_spec, spec_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.resources.task import Task
    from dockpy.wire.nodes import Node as NodeAttrs

__all__ = ["Node"]


class Node(Versioned["NodeAttrs"]):
    """A daemon that is part of a swarm."""

    # What it is

    @property
    def hostname(self) -> str:
        """Its host's name."""
        return str(self._description.get("Hostname") or "")

    @property
    def engine_version(self) -> str:
        """The version of its engine."""
        return str((self._description.get("Engine") or {}).get("EngineVersion") or "")

    @property
    def platform(self) -> str:
        """What it runs on: ``linux/x86_64``."""
        platform = self._description.get("Platform") or {}
        return "/".join(filter(None, (platform.get("OS"), platform.get("Architecture"))))

    @property
    def role(self) -> str:
        """What it shall be: ``manager`` or ``worker``."""
        return str(spec_of(self._known).get("Role") or "")

    @property
    def availability(self) -> str:
        """Whether it takes tasks: ``active``, ``pause`` (no new ones) or ``drain`` (none)."""
        return str(spec_of(self._known).get("Availability") or "")

    @property
    def state(self) -> str:
        """How the managers see it: ``ready``, ``down``, ``disconnected`` or ``unknown``."""
        return str((self._known.get("Status") or {}).get("State") or "")

    @property
    def addr(self) -> str:
        """Its address."""
        return str((self._known.get("Status") or {}).get("Addr") or "")

    @property
    def is_leader(self) -> bool:
        """Whether it leads the managers."""
        return bool((self._known.get("ManagerStatus") or {}).get("Leader"))

    @property
    def _description(self) -> dict[str, Any]:
        return dict(self._known.get("Description") or {})

    def _inspect(self) -> NodeAttrs:
        return self.client.api.call(ops.INSPECT, {"id": self.id})

    def tasks(self, *, filters: Mapping[str, Any] | None = None) -> list[Task]:
        """The tasks that it was given.

        Args:
            filters: as of `TaskCollection.list`.

        Operation: TaskList.
        """
        return self.client.tasks.list(filters={**(filters or {}), "node": self.id})

    # What changes it

    def update(
        self,
        *,
        availability: str | None = None,
        role: str | None = None,
        labels: Mapping[str, str] | Sequence[str] | None = None,
        name: str | None = None,
    ) -> None:
        """Change it; what is not given stays as it is.

        Args:
            availability: ``active``, ``pause`` (no new tasks) or ``drain`` (none).
            role: ``manager`` or ``worker``.
            labels: all of its labels.
            name: its name.

        Raises:
            BadParameter: it is the last manager, which cannot become a worker.

        Operation: NodeInspect, NodeUpdate.
        """
        if role not in (None, "manager", "worker"):
            raise InvalidArgument(f"role={role!r}: it takes 'manager' or 'worker'")
        changes = given(
            Availability=availability_word(availability),
            Role=role,
            Labels=label_map(labels) if labels is not None else None,
            Name=text("name", name) if name is not None else None,
        )
        self._change(
            lambda current, version: self.client.api.call(
                ops.UPDATE,
                {"id": self.id},
                {"version": version},
                read_spec("nodes.NodeSpec", current, **changes),
            )
        )

    def remove(self, *, force: bool = False) -> None:
        """Remove it from the swarm; it should have left, or be down.

        Args:
            force: also where it has not.

        Raises:
            BadParameter: it is a manager, or part of the swarm still.
            NotFound: it is not there any more.

        Operation: NodeDelete.
        """
        self.client.api.call(ops.DELETE, {"id": self.id}, {"force": force or None})
