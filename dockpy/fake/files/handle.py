"""Open files of a tree, and the devices that need nobody."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from dockpy.fake.files.content import Content, read_part, size_of
from dockpy.fake.files.faults import fault
from dockpy.fake.kernel.scheduler import Waitable

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from dockpy.fake.files.node import Node, Stat

__all__ = ["Device", "DynamicFile", "OpenFile", "full", "null", "random_device", "zero"]

_ALWAYS = Waitable()
"""Files of trees and these devices never have to be waited for."""
_LARGEST = 1 << 43


class OpenFile:
    """An open file or directory of a tree.

    Attributes:
        node: what was opened.
        flags: ``os.O_*``.
        position: where the next byte is read or written.
        path: its absolute path when it was opened.
    """

    __slots__ = (
        "_device",
        "_grow",
        "_handles",
        "_now",
        "_readable",
        "_writable",
        "flags",
        "node",
        "path",
        "position",
    )

    readable: Waitable = _ALWAYS
    writable: Waitable = _ALWAYS
    isatty = False

    def __init__(
        self,
        node: Node,
        flags: int,
        path: str,
        device: int,
        now: Callable[[], int],
        grow: Callable[[int], int],
    ) -> None:
        self.node: Node = node
        self.flags: int = flags
        self.path: str = path
        self.position: int = 0
        access = flags & os.O_ACCMODE
        self._readable = access != os.O_WRONLY
        self._writable = access != os.O_RDONLY
        self._device = device
        self._now = now
        self._grow = grow
        self._handles = 1

    def read_now(self, size: int) -> bytes | None:
        """Up to so many bytes; empty at the end."""
        if not self._readable:
            raise fault(errno.EBADF)
        if self.node.entries is not None:
            raise fault(errno.EISDIR)
        data = read_part(self.node.data, self.position, size)
        self.position += len(data)
        return data

    def write_now(self, data: bytes) -> int | None:
        """Write all of the data, or as much as there is space for.

        Raises:
            OSError: EBADF, it was not opened for that; ENOSPC, no space is left.
        """
        if not self._writable:
            raise fault(errno.EBADF)
        if not data:
            return 0
        node = self.node
        content = node.writable()
        if self.flags & os.O_APPEND:
            self.position = content.size
        end = self.position + len(data)
        if end > _LARGEST:
            raise fault(errno.EFBIG)
        if end > content.size:
            missing = end - content.size
            granted = self._grow(missing)
            if granted < missing:
                data = data[: max(0, len(data) - (missing - granted))]
                if not data:
                    raise fault(errno.ENOSPC)
        content.write(self.position, data)
        self.position += len(data)
        node.mtime = self._now()
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position: from the start, from here, or from the end."""
        base = (0, self.position, size_of(self.node.data))
        if whence not in (0, 1, 2) or base[whence] + offset < 0:
            raise fault(errno.EINVAL)
        self.position = base[whence] + offset
        return self.position

    def truncate(self, size: int) -> None:
        """Make the file that long."""
        if not self._writable or size < 0:
            raise fault(errno.EINVAL)
        resize(self.node, size, self._grow)
        self.node.mtime = self._now()

    def stat(self) -> Stat:
        """What ``fstat`` says."""
        return self.node.stat(self._device)

    def retain(self) -> OpenFile:
        """See `File`."""
        self._handles += 1
        return self

    def close(self) -> None:
        """See `File`."""
        self._handles -= 1


def resize(node: Node, size: int, grow: Callable[[int], int]) -> None:
    """Make a file that long."""
    if size > _LARGEST:
        raise fault(errno.EFBIG)
    before = size_of(node.data)
    if size < before:
        grow(size - before)
    if size == 0:
        node.data = Content()
    else:
        node.writable().truncate(size)


class DynamicFile:
    """A file whose bytes were made when it was opened; what is written goes to whoever takes it."""

    __slots__ = ("_consume", "_data", "_handles", "flags", "node", "path", "position")

    readable: Waitable = _ALWAYS
    writable: Waitable = _ALWAYS
    isatty = False

    def __init__(self, node: Node, flags: int, path: str) -> None:
        self.node: Node = node
        self.flags: int = flags
        self.path: str = path
        self.position: int = 0
        access = flags & os.O_ACCMODE
        produce = node.produce
        self._data = produce() if produce is not None and access != os.O_WRONLY else b""
        self._consume = node.consume if access != os.O_RDONLY else None
        self._handles = 1

    def read_now(self, size: int) -> bytes | None:
        """See `File`."""
        if self.flags & os.O_ACCMODE == os.O_WRONLY:
            raise fault(errno.EBADF)
        data = self._data[self.position : self.position + size]
        self.position += len(data)
        return data

    def write_now(self, data: bytes) -> int | None:
        """See `File`."""
        if self._consume is None:
            raise fault(errno.EBADF if self.flags & os.O_ACCMODE == os.O_RDONLY else errno.EINVAL)
        self._consume(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position."""
        base = (0, self.position, len(self._data))
        if whence not in (0, 1, 2) or base[whence] + offset < 0:
            raise fault(errno.EINVAL)
        self.position = base[whence] + offset
        return self.position

    def truncate(self, size: int) -> None:
        """Nothing: there is nothing that stays."""

    def stat(self) -> Stat:
        """What ``fstat`` says."""
        return self.node.stat()

    def retain(self) -> DynamicFile:
        """See `File`."""
        self._handles += 1
        return self

    def close(self) -> None:
        """See `File`."""
        self._handles -= 1


class Device:
    """A device without a state.

    Args:
        read: gives so many bytes.
        write: takes bytes; says how many.
    """

    readable: Waitable = _ALWAYS
    writable: Waitable = _ALWAYS
    isatty = False
    position = 0

    def __init__(self, read: Callable[[int], bytes], write: Callable[[bytes], int] = len) -> None:
        self._read = read
        self._write = write

    def read_now(self, size: int) -> bytes | None:
        """See `File`."""
        return self._read(size)

    def write_now(self, data: bytes) -> int | None:
        """See `File`."""
        return self._write(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Nothing moves."""
        return 0

    def truncate(self, size: int) -> None:
        """No device can be truncated."""
        raise fault(errno.EINVAL)

    def retain(self) -> Device:
        """See `File`."""
        return self

    def close(self) -> None:
        """See `File`."""


def null() -> Device:
    """``/dev/null``."""
    return Device(lambda _size: b"")


def zero() -> Device:
    """``/dev/zero``."""
    return Device(bytes)


def full() -> Device:
    """``/dev/full``."""

    def refuse(_data: bytes) -> int:
        raise fault(errno.ENOSPC)

    return Device(bytes, refuse)


def random_device(source: random.Random) -> Callable[[], Device]:
    """``/dev/random`` and ``/dev/urandom``, from a source that a test can seed."""
    return lambda: Device(source.randbytes)
