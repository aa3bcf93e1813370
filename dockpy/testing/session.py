"""What tests make on a real engine, told apart by labels, and removed: after each test, and after a crash.

Everything carries ``dockpy.session``, which names the process that made it. A session that finds things of a
process that is gone removes them: tests that were killed leave nothing behind once they are run again.
"""

from __future__ import annotations

import contextlib
import os
import socket
from typing import TYPE_CHECKING, Any

from dockpy.errors import ApiError, Conflict, DockpyError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.client import Client
    from dockpy.resources.config import Config
    from dockpy.resources.secret import Secret
    from dockpy.resources.service import Service

__all__ = ["SESSION", "TEST", "current", "remove_all", "sweep"]

SESSION = "dockpy.session"
"""The label that names the process which made something."""
TEST = "dockpy.test"
"""The label that names the test."""


def current() -> str:
    """What this process's session is called: its machine, its number, and when it was started."""
    return f"{_machine()}/{os.getpid()}/{_started(os.getpid())}"


def _machine() -> str:
    """Where numbers of processes are those that we see: containers may share their host's name."""
    try:
        return f"{socket.gethostname()}:{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return socket.gethostname()


def _started(process: int) -> str:
    """When a process was started, in the system's ticks; numbers of processes are used again."""
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "0"


def _is_over(session: str) -> bool:
    """Whether a session's process has ended; one of another machine is left alone."""
    machine, _, rest = session.partition("/")
    process, _, started = rest.partition("/")
    if machine != _machine() or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return started != "0" and _started(int(process)) != started


def sweep(client: Client) -> list[str]:
    """Remove what sessions that are over left on an engine; returns their names."""
    over = sorted({session for session in _sessions(client) if _is_over(session)})
    for session in over:
        remove_all(client, {SESSION: session})
    return over


def _sessions(client: Client) -> Iterator[str]:
    mine = {"label": SESSION}
    for container in client.containers.list(all=True, filters=mine):
        yield container.labels.get(SESSION, "")
    for network in client.networks.list(filters=mine):
        yield network.labels.get(SESSION, "")
    for volume in client.volumes.list(filters=mine):
        yield volume.labels.get(SESSION, "")
    for image in client.images.list(filters=mine):
        yield image.labels.get(SESSION, "")
    for one in _of_the_swarm(client, mine):
        yield one.labels.get(SESSION, "")


def _of_the_swarm(client: Client, filters: dict[str, Any]) -> list[Service | Secret | Config]:
    """Services, secrets and configs; none where the engine manages no swarm."""
    try:
        services = client.services.list(filters=filters)
    except ApiError:
        return []
    return [*services, *client.secrets.list(filters=filters), *client.configs.list(filters=filters)]


def remove_all(client: Client, labels: dict[str, str]) -> None:
    """Remove every service, secret, config, container, network, volume and image that carries these labels.

    What goes meanwhile is no error; the first other one is raised, once everything else was tried.
    """
    mine = {"label": [f"{name}={value}" for name, value in labels.items()]}
    failed: list[DockpyError] = []

    @contextlib.contextmanager
    def attempt() -> Iterator[None]:
        try:
            yield
        except (NotFound, Conflict):  # gone, or going
            pass
        except DockpyError as error:
            failed.append(error)

    for one in _of_the_swarm(client, mine):
        with attempt():
            one.remove()
    for container in client.containers.list(all=True, filters=mine):
        with attempt():
            container.remove(force=True, v=True)
    for network in client.networks.list(filters=mine):
        with attempt():
            network.remove()
    for volume in client.volumes.list(filters=mine):
        with attempt():
            volume.remove(force=True)
    for image in client.images.list(filters=mine):
        with attempt():
            image.remove(force=True)
    if failed:
        raise failed[0]
