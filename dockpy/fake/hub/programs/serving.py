"""What servers have in common: connections, each a process of its own, and signals that end them."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from dockpy.fake.kernel.process import Interrupted

if TYPE_CHECKING:
    from dockpy.fake.kernel.file import File
    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Program

__all__ = ["Reader", "Steps", "serve"]

Steps = Generator[Any, None, Any]


class Reader:
    """Reads a connection by lines and lengths.

    Args:
        p: who reads.
        fd: what from.
    """

    def __init__(self, p: Process, fd: int) -> None:
        self._p = p
        self._fd = fd
        self._rest = b""

    def line(self) -> Generator[Any, None, bytes | None]:
        """A line without its end; None at the end."""
        while b"\n" not in self._rest:
            piece = yield from self._p.read(self._fd)
            if not piece:
                return None
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line.removesuffix(b"\r")

    def exactly(self, size: int) -> Generator[Any, None, bytes | None]:
        """So many bytes; None where there are less."""
        while len(self._rest) < size:
            piece = yield from self._p.read(self._fd)
            if not piece:
                return None
            self._rest += piece
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def serve(
    p: Process, ports: list[int], handle: Callable[[Process, int, str], Program], stops: tuple[int, ...]
) -> Generator[Any, None, int]:
    """Serve until a signal comes.

    Args:
        p: the server.
        ports: where it listens.
        handle: serves one connection: its process, the descriptor, the address that it comes from.
        stops: the signals that end it.

    Returns:
        The signal.

    Raises:
        OSError: EADDRINUSE.
    """
    listeners = [p.open_fd(p.network.listen(port)) for port in ports]
    for signal in stops:
        p.catch(signal)
    try:
        while True:
            while p.caught:
                if (signal := p.caught.popleft()) in stops:
                    return signal
            for fd in listeners:
                while (socket := p.file(fd).accept_now()) is not None:  # type: ignore[attr-defined]
                    _begin(p, socket, handle)
            for child in [child for child in p.children if child.exit_code is not None]:
                p.reap(child)
            try:
                yield from p.poll(listeners)
            except Interrupted:
                continue
    finally:
        for fd in listeners:
            p.close(fd)


def _begin(p: Process, socket: File, handle: Callable[[Process, int, str], Program]) -> None:
    address = str(socket.remote[0])  # type: ignore[attr-defined]

    def connection(child: Process) -> Program:
        for fd in [fd for fd in child.fds if fd > 2 and child.fds[fd] is not socket]:
            child.close(fd)
        fd = next(fd for fd, file in child.fds.items() if file is socket)
        try:
            return (yield from handle(child, fd, address))
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.ECONNRESET):
                raise
            return 0

    with contextlib.suppress(BlockingIOError):  # the container may have no more processes: nobody serves it
        p.fork(connection, fds={**{fd: file for fd, file in p.fds.items() if fd < 3}, 3: socket})
    socket.close()
