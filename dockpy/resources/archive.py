"""Archives to send: bytes, files, pieces or paths."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from dockpy.errors import InvalidArgument
from dockpy.registry.archive.image_archive import ImageArchive
from dockpy.streams.readable import SupportsRead
from dockpy.transport.exchange import ByteStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Archive", "SupportsRead", "opened"]

_CHUNK = 128 * 1024


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
    elif isinstance(data, (ByteStream, ImageArchive)):
        # Both have a read(): a daemon's stream of all that is still to come, a registry's archive of what was
        # not read yet. Iterating over that begins anew.
        yield data
    else:
        yield _pieces(data) if isinstance(data, SupportsRead) else data


def _pieces(file: SupportsRead) -> Iterator[bytes]:
    try:
        yield from iter(lambda: file.read(_CHUNK), b"")
    except ValueError as error:  # a closed file, or one that was opened for text and holds none
        raise InvalidArgument(f"The archive cannot be read: {error}") from None
