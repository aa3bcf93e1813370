"""Writing tar archives: an entry's header, its data, padding, the end.

What fits a plain POSIX header (ustar) is written as one; a name that is long or not ASCII, a number that is
too big and extended attributes take an extended (PAX) header before it. The same entries give the same bytes.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from dockpy.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "BLOCK",
    "END_OF_ARCHIVE",
    "XATTR",
    "TarEntry",
    "TarKind",
    "checksum",
    "encode_entry",
    "encode_header",
    "padding",
]

BLOCK: int = 512
"""Headers are this long, and data is filled up to a multiple of it."""
_MOST_7, _MOST_11 = 8**7 - 1, 8**11 - 1  # what so many octal digits can say
END_OF_ARCHIVE: bytes = bytes(2 * BLOCK)
"""What stands at the end of an archive."""
XATTR: str = "SCHILY.xattr."
"""What the name of an extended attribute has before it in a PAX header."""


class TarKind(StrEnum):
    """What an entry is, as its header says it."""

    FILE = "0"
    HARDLINK = "1"
    SYMLINK = "2"
    CHARACTER_DEVICE = "3"
    BLOCK_DEVICE = "4"
    DIRECTORY = "5"
    FIFO = "6"


@dataclass(slots=True)  # not frozen, which takes a multiple of the time: contexts have tens of thousands
class TarEntry:
    """A member of an archive. Bytes of names that are no UTF-8 are surrogates, as Python has them in paths.

    Attributes:
        name: its path, with ``/`` between the parts and none at the end.
        kind: what it is.
        size: of a file, how many bytes of data follow; of others 0.
        mode: its permissions, with the set-user-id, set-group-id and sticky bits.
        uid: its owner's number.
        gid: its group's number.
        mtime: when it was changed, in whole seconds since 1970.
        target: where a link leads: a symbolic one's text, or the name of the member that a hard one is.
        uname: its owner's name.
        gname: its group's name.
        device: of a device, its numbers: major, minor.
        xattrs: its extended attributes.
    """

    name: str
    kind: TarKind = TarKind.FILE
    size: int = 0
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: int = 0
    target: str = ""
    uname: str = ""
    gname: str = ""
    device: tuple[int, int] = (0, 0)
    xattrs: Mapping[str, bytes] = field(default_factory=dict)


def encode_header(entry: TarEntry) -> bytes:
    """An entry's header, with the extended one before it where it needs one.

    Raises:
        ArchiveError: it cannot be written: its name is empty, a text holds a NUL, a number is negative.
    """
    _check(entry)
    # Each field keeps what it can hold, and a record, which readers prefer, says the rest.
    records: dict[str, bytes] = {}
    header = _block(entry, entry.kind.encode(), records)
    if entry.xattrs:
        records |= {XATTR + key: value for key, value in entry.xattrs.items()}
    return _extended(entry.name, records) + header if records else header


def encode_entry(entry: TarEntry, data: Iterable[bytes] = ()) -> Iterator[bytes]:
    """An entry in pieces: its header, its data, the padding. What the data has beyond the size is left out.

    Args:
        entry: the entry.
        data: what the file holds.

    Raises:
        ArchiveError: it cannot be written, or there is less data than its size says.
    """
    yield encode_header(entry)
    left = entry.size
    if left:
        for piece in data:
            yield piece[:left]
            left -= min(left, len(piece))
            if not left:
                break
    if left:
        raise ArchiveError(
            f"{entry.name!r} got shorter while it was read: {left} of {entry.size} bytes are missing",
            member=entry.name,
        )
    yield padding(entry.size)


def padding(size: int) -> bytes:
    """What stands after so many bytes of data."""
    return bytes(-size % BLOCK)


def checksum(header: bytes) -> int:
    """The sum of a header's bytes, its own field read as blanks."""
    return sum(header[:148]) + sum(header[156:BLOCK]) + 8 * ord(" ")


def _check(entry: TarEntry) -> None:
    texts, problem = entry.name, None
    if entry.target or entry.uname or entry.gname or entry.xattrs:
        texts = "".join((entry.name, entry.target, entry.uname, entry.gname, *entry.xattrs))
    if not entry.name:
        problem = "it needs a name"
    elif "\0" in texts or not (texts.isascii() or _encodable(texts)):
        problem = "a text holds what no path can"
    elif entry.xattrs and any("=" in key for key in entry.xattrs):
        problem = "the name of an extended attribute holds a ="
    elif entry.name.endswith("/") and entry.kind is not TarKind.DIRECTORY:
        problem = "only a directory's name ends with a slash"
    elif entry.size and entry.kind is not TarKind.FILE:
        problem = "only files have a size"
    elif entry.size < 0 or entry.uid < 0 or entry.gid < 0:
        problem = "a number is negative"
    elif not 0 <= entry.mode <= 0o177777:  # some tell the kind in it, too
        problem = f"{entry.mode:#o} is no mode"
    elif entry.device != (0, 0) and (min(entry.device) < 0 or max(entry.device) > _MOST_7):
        problem = f"{entry.device} are no numbers of a device"
    if problem:
        raise ArchiveError(f"{entry.name!r} cannot be put into a tar: {problem}", member=entry.name)


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _block(entry: TarEntry, kind: bytes, records: dict[str, bytes]) -> bytes:
    """A header of one block; what does not fit is put into the records."""
    name = entry.name.rstrip("/") + "/" if entry.kind is TarKind.DIRECTORY else entry.name
    path = _text(name, 100, "path", records)
    uid, gid, size, mtime = entry.uid, entry.gid, entry.size, entry.mtime
    if uid > _MOST_7 or gid > _MOST_7 or size > _MOST_11 or not 0 <= mtime <= _MOST_11:
        uid, gid = _number(uid, _MOST_7, "uid", records), _number(gid, _MOST_7, "gid", records)
        size, mtime = _number(size, _MOST_11, "size", records), _number(mtime, _MOST_11, "mtime", records)
    begin = b"%s%07o\0%07o\0%07o\0%011o\0%011o\0" % (path, entry.mode, uid, gid, size, mtime)
    end, total, more = _end(kind, entry.target, entry.uname, entry.gname, entry.device)
    if more:
        records.update(more)
    # The low half of an Adler-32 is one more than the sum of so few bytes, and found in a tenth of the time.
    added = (zlib.adler32(begin) & 0xFFFF) - 1
    return b"%s%06o\0 %s" % (begin, added + total, end)


@lru_cache(64)
def _end(
    kind: bytes, target: str, uname: str, gname: str, device: tuple[int, int]
) -> tuple[bytes, int, dict[str, bytes]]:
    """What follows the checksum, what it adds to it, and records: much the same for a whole archive."""
    records: dict[str, bytes] = {}
    fields = [
        kind,
        _text(target, 100, "linkpath", records),
        b"ustar\00000",
        _text(uname, 32, "uname", records),
        _text(gname, 32, "gname", records),
        b"%07o\0%07o\0" % device,
    ]
    end = b"".join(fields).ljust(BLOCK - 156, b"\0")
    return end, sum(end) + 8 * ord(" "), records  # the checksum's own field counts as blanks


def _text(value: str, width: int, key: str, records: dict[str, bytes]) -> bytes:
    if not value:
        return bytes(width)
    if value.isascii() and len(value) <= width:
        return value.encode().ljust(width, b"\0")
    records[key] = value.encode("utf-8", "surrogateescape")
    return value.encode("ascii", "replace")[:width].ljust(width, b"\0")


def _number(value: int, most: int, key: str, records: dict[str, bytes]) -> int:
    if 0 <= value <= most:
        return value
    records[key] = b"%d" % value
    return 0


def _extended(name: str, records: Mapping[str, bytes]) -> bytes:
    """A PAX header: an entry of its own, whose data are the records."""
    if not records:
        return b""
    data = b"".join(_record(key, value) for key, value in records.items())
    # Only readers that know no PAX see its name.
    last = name.rstrip("/").rpartition("/")[2].encode("ascii", "replace").decode()[:80]
    return _block(TarEntry(f"PaxHeaders.0/{last}", size=len(data)), b"x", {}) + data + padding(len(data))


def _record(key: str, value: bytes) -> bytes:
    """``30 path=…\\n``: the number is the length of all of it, its own digits too."""
    rest = b" %s=%s\n" % (key.encode("utf-8", "surrogateescape"), value)
    size = len(rest)
    while size != len(rest) + len(str(size)):
        size = len(rest) + len(str(size))
    return b"%d%s" % (size, rest)
