"""What a container shares with another one besides its network: the numbers of processes, and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.engine import Engine
    from dockpy.fake.files.mounts import Source
    from dockpy.fake.kernel.namespace import Pids
    from dockpy.fake.state.container import Container

__all__ = ["SHM", "make_exact", "shared_memory", "shared_pids"]

SHM = "/dev/shm"  # noqa: S108
_PREFIX = "container:"


def make_exact(engine: Engine, host_config: dict[str, Any]) -> None:
    """Let modes name the other container by its id. It is there: that was checked."""
    for name in ("PidMode", "IpcMode"):
        mode: str = host_config.get(name) or ""
        if mode.startswith(_PREFIX):
            host_config[name] = _PREFIX + engine.containers.get(mode.removeprefix(_PREFIX)).id


def shared_pids(container: Container) -> Pids | None:
    """The numbers of processes that it shares with another container.

    Raises:
        Failure: that one does not run.
    """
    other = _other(container, "PidMode")
    if other is None:
        return None
    if other.namespace is None:
        modern = at_least(container.engine.api, "1.42")
        where = "failed to join PID namespace: " if modern else ""
        raise Failure(500, f"{where}container {other.id} is not running")
    return other.namespace.pids


def shared_memory(container: Container) -> Source | None:
    """The ``/dev/shm`` of another container that it is to have.

    Raises:
        Failure: that one does not run, or keeps it to itself.
    """
    other = _other(container, "IpcMode")
    if other is None:
        return None
    if not other.state.running:
        raise _not_joined(container, other, 409, f"container {other.id} is not running")
    mount = other.fs.mounted_at(SHM)
    if mount is None or other.host_config.get("IpcMode") != "shareable":
        problem = "non-shareable IPC (hint: use IpcMode:shareable for the donor container)"
        raise _not_joined(container, other, 400, problem)
    return mount.tree


def _other(container: Container, name: str) -> Container | None:
    mode: str = container.host_config.get(name) or ""
    if not mode.startswith(_PREFIX):
        return None
    return container.engine.containers.get(mode.removeprefix(_PREFIX))


def _not_joined(container: Container, other: Container, status: int, problem: str) -> Failure:
    if not at_least(container.engine.api, "1.42"):
        return Failure(500, f"can't join IPC of container {other.id}: {problem}")
    whose = "" if problem.startswith("container") else f"container {other.id}: "
    return Failure(status, f"failed to join IPC namespace: {whose}{problem}")
