"""What becomes of containers when their engine is stopped and started again, as both engines do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure

if TYPE_CHECKING:
    from dockpy.fake.engine import Engine
    from dockpy.fake.state.container import Container

__all__ = ["boot", "halt"]


def halt(engine: Engine, *, killed: bool) -> None:
    """Stop the containers that run.

    They get their stop signal, and are killed where they do not end at once: an engine waits for ten
    seconds, which tests need not.

    Args:
        engine: the daemon.
        killed: the engine was killed: it stops what still runs when it starts again, and takes that for
            somebody's wish, so that ``unless-stopped`` does not apply.
    """
    stopped_before = {container.id for container in engine.containers if container.manually_stopped}
    for container in engine.containers:
        if container.state.running:
            engine.containers.stop(container, timeout=0)
        if not killed and container.id not in stopped_before:
            container.manually_stopped = False


def boot(engine: Engine) -> None:
    """Start those again whose restart policy says so; the events from before are forgotten."""
    engine.events.forget()
    for container in engine.containers:
        if _starts_again(container):
            try:
                engine.containers.start(container)
            except Failure as failure:
                container.state.error = failure.message
    engine.swarm.rebooted()
    engine.scheduler.pump()
    engine.notify()


def _starts_again(container: Container) -> bool:
    match (container.host_config.get("RestartPolicy") or {}).get("Name"):
        case "always":
            return container.state.started_at is not None
        case "unless-stopped":
            return not container.manually_stopped and container.exits > 0
        case "on-failure":
            return container.state.exit_code != 0 and container.exits > 0
        case _:
            return False
