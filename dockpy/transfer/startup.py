"""A container is started where it has come to: does it stay up?"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from dockpy.errors import NotReady, TimedOut

if TYPE_CHECKING:
    from dockpy.resources.container import Container

__all__ = ["SETTLED", "come_up"]

SETTLED: float = 0.5
"""How long a container has to run, in seconds, to be taken for running."""


def come_up(made: Container, *, paused: bool, healthy_within: float) -> None:
    """Start a container, and see whether it stays up.

    Args:
        made: the container.
        paused: it is paused then.
        healthy_within: seconds that it may take to become healthy; 0 not to wait.

    Raises:
        NotReady: it has ended, even where its engine started it again; or it is not healthy in time.
    """
    made.start()
    with contextlib.suppress(TimedOut):
        made.wait(timeout=SETTLED)
    made.reload()
    if made.status != "running" or made.attrs.get("RestartCount"):
        output = made.logs(tail=20).decode("utf-8", "replace").strip()
        how = "and has ended before" if made.exit_code is None else f"with exit status {made.exit_code}"
        raise NotReady(
            f"It does not stay up there: it is {made.status}, {how} (start=False leaves it stopped there): "
            + (output or "it said nothing"),
            container=made,
            state=made.status,
            exit_code=made.exit_code,
            output=output,
            subject=f"container {made.name}",
            daemon=made.client.daemon,
        )
    if paused:
        made.pause()
    elif healthy_within:
        made.wait_healthy(timeout=healthy_within)
