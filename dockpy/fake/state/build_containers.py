"""The containers of a build's steps: made, run to their end, and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.engine import Gone
from dockpy.fake.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.image import Image

__all__ = ["StepContainers"]

KILL = 9


class StepContainers:
    """They.

    Args:
        engine: the daemon.
        host_config: of each.
        peer: who waits for the build.
    """

    def __init__(
        self, engine: Engine, host_config: Mapping[str, Any], peer: Callable[[], bool] | None
    ) -> None:
        self._engine = engine
        self._host_config = {**host_config, "LogConfig": {"Type": "none"}}
        self._peer = peer
        self._left: list[Container] = []

    def create(self, image: Image, config: Mapping[str, Any], image_id: str) -> tuple[Container, list[str]]:
        """A container of an image, and warnings.

        Args:
            image: what it is made from.
            config: what it starts from.
            image_id: the image's id; empty where it is none of the daemon's.

        Raises:
            Failure: in the engine's words.
        """
        request = {name: value for name, value in config.items() if value is not None}
        request |= {"Image": image_id, "HostConfig": dict(self._host_config)}
        container, warnings = self._engine.containers.create(None, request, image=image)
        self._left.append(container)
        return container, warnings

    def run(self, container: Container) -> Generator[tuple[int, bytes], None, int]:
        """Run it; gives what it writes as it comes, and at last its exit code.

        Raises:
            Failure: it cannot be started.
            Gone: nobody waits any more; it is removed.
        """
        engine = self._engine
        fanout = container.stdio.fanout
        attachment = fanout.attach((1, 2))
        container.emit("attach")
        try:
            engine.containers.start(container)
            while True:
                while attachment.pieces:
                    yield attachment.take()
                if attachment.ended:
                    break
                engine.wait(lambda: bool(attachment.pieces) or attachment.ended, self._peer)
            engine.wait(lambda: not container.state.running, self._peer)
            return container.last_exit
        except (Gone, GeneratorExit):
            self._abandon(container)
            raise
        finally:
            fanout.detach(attachment)

    def _abandon(self, container: Container) -> None:
        if container.state.running and not self._engine.closed:
            init = container.init
            if init is not None:
                init.kill(KILL)
            self._engine.catch_up()
        if not container.state.running:
            self.remove(container)

    def remove(self, container: Container) -> None:
        """Remove it with its volumes."""
        if container in self._left:
            self._left.remove(container)
        self._engine.containers.forget(container, remove_volumes=True)

    def remove_all(self) -> Iterator[str]:
        """Remove those that are left; their ids."""
        for container in list(self._left):
            try:
                self._engine.containers.remove(container, force=True, volumes=True)
            except Failure:
                continue
            self._left.remove(container)
            yield container.id
