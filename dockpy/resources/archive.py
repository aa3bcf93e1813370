"""Archives to send: bytes, files, pieces or paths."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from dockpy.errors import InvalidArgument
from dockpy.transport.exchange import ByteStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Archive", "SupportsRead", "opened"]

_CHUNK = 64 * 1024


@runtime_checkable
class SupportsRead(Protocol):
    """A file, open for reading bytes."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many; empty at the end."""
        ...


Archive: TypeAlias = "bytes | SupportsRead | Iterable[bytes] | str | Path"
"""A tar: its bytes, an open file, pieces of it, or the path of one."""


@contextlib.contextmanager
def opened(data: Archive) -> Iterator[bytes | Iterable[bytes]]:
    """An archive as what can be sent; a file that is opened for it is closed."""
    if isinstance(data, (bytes, bytearray, memoryview)):
        yield bytes(data)
    elif isinstance(data, (str, Path)):
        try:
            file = open(data, "rb")  # noqa: SIM115 - only opening it may fail here
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InvalidArgument(f"The archive {str(data)!r} cannot be read: {reason}") from None
        with file:
            yield _pieces(file)
    else:
        # A daemon's stream has a read() too, of all that is still to come.
        yield _pieces(data) if isinstance(data, SupportsRead) and not isinstance(data, ByteStream) else data


def _pieces(file: SupportsRead) -> Iterator[bytes]:
    try:
        yield from iter(lambda: file.read(_CHUNK), b"")
    except ValueError as error:  # a closed file, or one that was opened for text and holds none
        raise InvalidArgument(f"The archive cannot be read: {error}") from None
