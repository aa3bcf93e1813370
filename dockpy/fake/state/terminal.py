"""The terminal of a container or an exec: between its processes, a log, and who is attached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.kernel import tty
from dockpy.fake.kernel.scheduler import Wait

if TYPE_CHECKING:
    from dockpy.fake.kernel.file import PipeReader
    from dockpy.fake.kernel.namespace import Namespace
    from dockpy.fake.kernel.scheduler import Program, Task
    from dockpy.fake.state.logs import ContainerLog
    from dockpy.fake.state.stdio import Fanout

__all__ = ["Terminal"]

_PIECE = 32 * 1024


class Terminal:
    """Moves bytes between a terminal and those outside.

    Args:
        namespace: the container that it is in.
        fanout: who gets what is printed.
        log: takes it, too; None for none.
        stdin: where what is typed comes from; None for nobody types.
        size: height and width.
        number: its name is ``/dev/pts/<number>``.

    Attributes:
        tty: what processes have of it.
    """

    def __init__(
        self,
        namespace: Namespace,
        fanout: Fanout,
        log: ContainerLog | None,
        stdin: PipeReader | None,
        size: tuple[int, int],
        number: int = 0,
    ) -> None:
        self.tty: tty.Terminal = tty.Terminal(namespace, *size, number)
        self._fanout = fanout
        self._log = log
        self._stdin = stdin
        fanout.holders += 1
        self._tasks: list[Task] = [namespace.scheduler.start(self._show(), self._shown)]
        if stdin is not None:
            self._tasks.append(namespace.scheduler.start(self._type(stdin), lambda result: None))

    def resize(self, height: int, width: int) -> None:
        """Change its size."""
        self.tty.resize(height, width)

    def close(self) -> None:
        """It goes away: what was printed is still shown."""
        while self._move():
            pass
        for task in self._tasks:
            task.end()
        self.tty.close()
        self._shown(0)

    def _shown(self, result: object) -> None:
        if self._fanout.holders:
            self._fanout.holders = 0
            if self._fanout.on_release is not None:
                self._fanout.on_release()

    def _move(self) -> bytes | None:
        data = self.tty.read_now(_PIECE)
        if data:
            if self._log is not None:
                self._log.write(1, data)
            self._fanout.put(1, data)
        return data

    def _show(self) -> Program:
        while True:
            if self._fanout.full:
                yield self._fanout.room
                continue
            data = self._move()
            if data is None:
                yield self.tty.readable
            elif not data:
                return 0

    def _type(self, stdin: PipeReader) -> Program:
        while (data := stdin.read_now(_PIECE)) != b"":
            if data is None:
                yield Wait((stdin.readable,))
            else:
                self.tty.type(data)
        return 0
