"""Blocking files and connections for programs that are plain functions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.kernel.network import Listener, Socket
    from dockpy.fake.programs.worker import Worker

__all__ = ["Connection", "Files", "Network", "Server", "Stream"]

_MODES = {
    "r": os.O_RDONLY,
    "w": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    "a": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    "x": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
    "r+": os.O_RDWR,
}


class Stream:
    """An open file of the container's. It reads bytes; it writes bytes, and text as UTF-8."""

    def __init__(self, worker: Worker, fd: int) -> None:
        self._worker = worker
        self._fd = fd
        self._buffer = b""
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer only at the end; all that come where negative."""
        while not self._ended and (size < 0 or len(self._buffer) < size):
            self._fill()
        if size < 0:
            size = len(self._buffer)
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def read_some(self, size: int = 65536) -> bytes:
        """What there is, at least a byte; empty at the end."""
        if not self._buffer and not self._ended:
            self._fill()
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def readline(self) -> bytes:
        """A line with its end; empty at the end."""
        while b"\n" not in self._buffer and not self._ended:
            self._fill()
        end = self._buffer.find(b"\n") + 1 or len(self._buffer)
        line, self._buffer = self._buffer[:end], self._buffer[end:]
        return line

    def __iter__(self) -> Iterator[bytes]:
        """Line by line."""
        return iter(self.readline, b"")

    def _fill(self) -> None:
        data = self._worker.ask(lambda: self._worker.process.read(self._fd))
        self._ended = not data
        self._buffer += data

    def write(self, data: bytes | str) -> int:
        """Write all of it; how much that is."""
        raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else bytes(data)
        self._worker.ask(lambda: self._worker.process.write(self._fd, raw))
        return len(data)

    def flush(self) -> None:
        """Nothing: what is written is written."""

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._worker.do(lambda: self._worker.process.file(self._fd).isatty)

    def close(self) -> None:
        """Close it."""
        self._worker.do(lambda: self._worker.process.close(self._fd))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._fd in self._worker.process.fds:
            self.close()


class Files:
    """The files of the container; paths may be relative. Errors are those of Linux."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._process = worker.process

    def open(self, path: str, mode: str = "r") -> Stream:
        """Open a file.

        Args:
            path: which.
            mode: ``r``, ``w``, ``a``, ``x`` or ``r+``; a ``b`` changes nothing.
        """
        flags = _MODES.get(mode.replace("b", ""))
        if flags is None:
            raise ValueError(f"A file cannot be opened for {mode!r}; for {', '.join(_MODES)} it can")
        return Stream(self._worker, self._worker.do(lambda: self._process.open(path, flags, at=3)))

    def read_bytes(self, path: str) -> bytes:
        """All that a file holds."""
        return self._worker.do(lambda: self._process.read_bytes(path))

    def read_text(self, path: str) -> str:
        """All that a file holds, which is UTF-8."""
        return self.read_bytes(path).decode()

    def write_bytes(self, path: str, data: bytes) -> None:
        """Make a file hold this, and nothing else."""
        self._worker.do(lambda: self._process.write_bytes(path, data))

    def write_text(self, path: str, text: str) -> None:
        """Make a file hold this text, as UTF-8."""
        self.write_bytes(path, text.encode())

    def exists(self, path: str) -> bool:
        """Whether the path leads to something."""
        return self._worker.do(lambda: self._process.exists(path))

    def is_dir(self, path: str) -> bool:
        """Whether it is a directory."""
        return self.exists(path) and self._worker.do(lambda: self._process.stat(path).is_dir)

    def listdir(self, path: str = ".") -> list[str]:
        """The names in a directory, sorted."""
        return self._worker.do(lambda: self._process.listdir(path))

    def makedirs(self, path: str) -> None:
        """Make a directory, and those above it that are missing."""
        self._worker.do(lambda: self._process.makedirs(path))

    def remove(self, path: str) -> None:
        """Remove a file."""
        self._worker.do(lambda: self._process.unlink(path))

    def chmod(self, path: str, mode: int) -> None:
        """Change the permission bits."""
        self._worker.do(lambda: self._process.chmod(path, mode))


class Connection(Stream):
    """A stream connection."""

    def __init__(self, worker: Worker, fd: int, socket: Socket) -> None:
        super().__init__(worker, fd)
        self._socket = socket
        self.local: tuple[str, int] = socket.local
        self.remote: tuple[str, int] = socket.remote

    def close_write(self) -> None:
        """Send no more; the other side reads to its end."""
        self._worker.do(self._socket.shutdown)


class Server:
    """A listening socket."""

    def __init__(self, worker: Worker, fd: int, listener: Listener) -> None:
        self._worker = worker
        self._fd = fd
        self.port: int = listener.local[1]

    def accept(self) -> Connection:
        """Wait for the next connection."""
        fd, socket = self._worker.ask(lambda: self._worker.process.accept(self._fd))
        return Connection(self._worker, fd, socket)

    def close(self) -> None:
        """Listen no more."""
        self._worker.do(lambda: self._worker.process.close(self._fd))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._fd in self._worker.process.fds:
            self.close()


class Network:
    """The network of the container."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._process = worker.process

    @property
    def addresses(self) -> list[str]:
        """The container's IP addresses, sorted."""
        return self._worker.do(lambda: sorted(self._process.network.addresses))

    def listen(self, port: int, host: str = "0.0.0.0") -> Server:  # noqa: S104 - in memory
        """Listen for connections."""

        def begin() -> Server:
            listener = self._process.network.listen(port, host)
            return Server(self._worker, self._process.open_fd(listener, 3), listener)

        return self._worker.do(begin)

    def connect(self, host: str, port: int) -> Connection:
        """Connect to a container's name or address."""

        def begin() -> Connection:
            socket = self._process.network.connect(host, port)
            return Connection(self._worker, self._process.open_fd(socket, 3), socket)

        return self._worker.do(begin)
