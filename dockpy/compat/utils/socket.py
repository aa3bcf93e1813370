"""Reading the socket of an attached container or exec."""

from __future__ import annotations

import errno
import os
import select
import socket as pysocket
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "STDERR",
    "STDOUT",
    "SocketError",
    "consume_socket_output",
    "demux_adaptor",
    "frames_iter",
    "frames_iter_no_tty",
    "frames_iter_tty",
    "next_frame_header",
    "read",
    "read_exactly",
]

STDOUT = 1
STDERR = 2

_TRY_AGAIN = (errno.EINTR, errno.EDEADLK, errno.EWOULDBLOCK)


class SocketError(Exception):
    """The socket ended before what was to be read was there."""


def read(socket: Any, n: int = 4096) -> Any:
    """At most so many bytes, waited for; None where the socket turns out to have none."""
    pending = getattr(getattr(socket, "_sock", socket), "pending", None)
    if pending is None or not pending():  # what TLS has decrypted already does not show at the socket
        _wait(socket)
    try:
        if hasattr(socket, "recv"):
            return socket.recv(n)
        if isinstance(socket, pysocket.SocketIO):
            return socket.read(n)
        return os.read(socket.fileno(), n)
    except OSError as error:
        if error.errno not in _TRY_AGAIN:
            raise
        return None


def _wait(socket: Any) -> None:
    if not hasattr(select, "poll"):  # on Windows
        select.select([socket], [], [])
        return
    poll = select.poll()
    poll.register(socket, select.POLLIN | select.POLLPRI)
    poll.poll()


def read_exactly(socket: Any, n: int) -> bytes:
    """Just so many bytes.

    Raises:
        SocketError: the socket ended before.
    """
    data = b""
    while len(data) < n:
        more = read(socket, n - len(data))
        if not more:
            raise SocketError("Unexpected EOF")
        data += more
    return data


def next_frame_header(socket: Any) -> tuple[int, int]:
    """The stream and the length of the next frame; ``(-1, -1)`` at the end."""
    try:
        stream, length = struct.unpack(">BxxxL", read_exactly(socket, 8))
    except SocketError:
        return -1, -1
    return stream, length


def frames_iter(socket: Any, tty: bool) -> Iterator[tuple[int, bytes]]:
    """The output by stream (1 stdout, 2 stderr), as it comes; with a TTY all of it is stdout."""
    if tty:
        return ((STDOUT, piece) for piece in frames_iter_tty(socket))
    return frames_iter_no_tty(socket)


def frames_iter_no_tty(socket: Any) -> Iterator[tuple[int, bytes]]:
    """The output of a process without a TTY, as it comes."""
    while True:
        stream, left = next_frame_header(socket)
        if left < 0:
            return
        while left > 0:
            data = read(socket, left)
            if data is None:
                continue
            if not data:
                return
            left -= len(data)
            yield stream, data


def frames_iter_tty(socket: Any) -> Iterator[bytes]:
    """The output of a process with a TTY, as it comes."""
    while (data := read(socket)) != b"":
        if data:
            yield data


def consume_socket_output(frames: Iterable[Any], demux: bool = False) -> Any:
    """All output; with `demux`, that of stdout and that of stderr, each None where there is none."""
    if demux is False:
        return b"".join(frames)
    out: list[bytes | None] = [None, None]
    for frame in frames:
        assert frame != (None, None)
        index = 0 if frame[0] is not None else 1
        out[index] = (out[index] or b"") + frame[index]
    return tuple(out)


def demux_adaptor(stream_id: int, data: bytes) -> tuple[bytes | None, bytes | None]:
    """A frame as the pair ``(stdout, stderr)``, one of which is None."""
    if stream_id == STDOUT:
        return data, None
    if stream_id == STDERR:
        return None, data
    raise ValueError(f"{stream_id} is not a valid stream")
