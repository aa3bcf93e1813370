"""What needs a container that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.state.container import Container

__all__ = ["check_running"]


def check_running(container: Container) -> None:
    """See that a container runs.

    Raises:
        Failure: 409, it does not, or not at the moment.
    """
    state = container.state
    if state.restarting:
        raise Failure(409, f"Container {container.id} is restarting, wait until the container is running")
    if not state.running:
        word = "container" if at_least(container.engine.api, "1.42") else "Container"
        raise Failure(409, f"{word} {container.id} is not running")
