"""All that a daemon holds, set aside to be brought back: each test begins where the first one did."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.execs import Execs
from dockpy.fake.state.stdio import Stdio

if TYPE_CHECKING:
    from dockpy.fake.engine import Engine
    from dockpy.fake.files import Tree
    from dockpy.fake.state.container import Container

__all__ = ["Snapshot", "restore", "take"]

_PARTS = ("images", "volumes", "networks", "containers", "builder", "plugins")
KILL = 9


class Snapshot:
    """What a daemon held at some time. Made by `FakeDaemon.snapshot`.

    Attributes:
        parts: copies, by the engine's names for them.
        running: the ids of the containers that ran; they are started anew when it is brought back.
    """

    def __init__(self, engine: Engine, parts: dict[str, Any], running: frozenset[str]) -> None:
        self.engine = engine
        self.parts = parts
        self.running = running


def take(engine: Engine) -> Snapshot:
    """Set aside what an engine holds."""
    running = frozenset(container.id for container in engine.containers if container.state.running)
    return Snapshot(engine, _copied(engine, {name: getattr(engine, name) for name in _PARTS}), running)


def restore(engine: Engine, snapshot: Snapshot) -> None:
    """Bring back what was set aside; what runs now is killed, without a trace."""
    for container in engine.containers:
        _kill(container)
    if engine.ports is not None:
        engine.ports.shut_all()
    for name, part in _copied(engine, snapshot.parts).items():
        setattr(engine, name, part)
    engine.execs = Execs(engine)
    stopped = [container for container in engine.containers if container.id in snapshot.running]
    for container in stopped:
        container.state.running = container.state.paused = container.state.restarting = False
        engine.networks.disconnect_all(container)
    _start(engine, stopped)
    engine.notify()


def _kill(container: Container) -> None:
    if container.restart_timer is not None:
        container.restart_timer.cancel()
    if container.health is not None:
        container.health.stop()
    if (namespace := container.namespace) is not None:
        namespace.on_exit = None
        if namespace.init is not None:
            namespace.init.kill(KILL)
    container.state.running = False  # for those who have yet to kill it


def _start(engine: Engine, containers: list[Container]) -> None:
    """Start containers, those that others need first."""
    failed: dict[str, Container] = {}
    for container in containers:
        try:
            engine.containers.start(container)
        except Failure as failure:
            container.state.error = failure.message
            failed[container.id] = container
    if failed and len(failed) < len(containers):
        _start(engine, list(failed.values()))


def _copied(engine: Engine, parts: dict[str, Any]) -> dict[str, Any]:
    """A copy of what changes; what runs has none, and what never changes is shared."""
    shared = (engine, *(part for name, part in vars(engine).items() if name not in _PARTS))
    memo: dict[int, Any] = {id(part): part for part in shared}
    trees: dict[int, Tree] = {}
    containers = list(parts["containers"])
    for container in containers:
        for gone in (container.namespace, container.restart_timer, container.health, container.stdio):
            if gone is not None:
                memo[id(gone)] = None
        memo[id(container.execs)] = None
        trees[id(container.upper.base)] = container.upper.base
    for tree in trees.values():
        memo |= {id(node): node for _, node in tree.walk()}
    copied = copy.deepcopy(parts, memo)
    for container in copied["containers"]:
        _refit(engine, container)
    return copied


def _refit(engine: Engine, container: Container) -> None:
    container.stdio = Stdio(engine, container)
    container.execs = {}
