"""Reading tar archives as they come: entries, and the data of files in pieces.

It reads what Docker, GNU tar and Python write: POSIX headers with and without PAX records, GNU's long names
and big numbers. Names come as they stand there: whether to trust them is for whoever makes files of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from dockpy.errors import InvalidResponse, TruncatedResponse
from dockpy.streams.tar import BLOCK, XATTR, TarEntry, TarKind, checksum

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TarDecoder"]

_MOST = 1024 * 1024
"""Headers that are longer than this are refused, so that memory stays bounded."""
_KINDS = {kind.encode(): kind for kind in TarKind} | {b"\0": TarKind.FILE, b"7": TarKind.FILE}
_EXTENSIONS = {b"x": "PAX", b"g": "PAX, for all", b"L": "long name", b"K": "long target"}
_KEPT = ("path", "linkpath", "size", "uid", "gid", "mtime", "uname", "gname")
_OCTAL = re.compile(rb"[ \0]*([0-7]*)[ \0]*")
_DECIMAL = re.compile(rb"(-?\d{1,20})(?:\.(\d*))?")


class TarDecoder:
    """Splits an archive into entries and data; the same bytes whatever the chunking.

    Attributes:
        done: the archive's end was seen; what comes after it is ignored.
    """

    def __init__(self) -> None:
        self.done: bool = False
        self._rest = b""  # of a header that is not whole
        self._left = 0  # bytes of data that are still to come
        self._padding = 0  # bytes after them
        self._extension = b""  # the kind of header that the data belong to; empty where they are a file's
        self._collected = bytearray()  # the data of that header
        self._common: dict[str, bytes] = {}  # records for all entries
        self._own: dict[str, bytes] = {}  # records for the next one
        self._long: dict[str, bytes] = {}  # GNU's long names for the next one

    def feed(self, data: bytes) -> list[TarEntry | bytes]:
        """The entries that this data completes, each followed by the pieces of its data.

        Raises:
            InvalidResponse: the data is no archive.
        """
        data = self._rest + data
        found: list[TarEntry | bytes] = []
        position = 0
        while position < len(data) and not self.done:
            if self._left:
                piece = data[position : position + self._left]
                position += len(piece)
                self._left -= len(piece)
                if not self._extension:
                    found.append(piece)
                    continue
                self._collected += piece
                if not self._left:
                    self._extend()
            elif self._padding:
                skipped = min(self._padding, len(data) - position)
                position += skipped
                self._padding -= skipped
            elif len(data) - position >= BLOCK:
                entry = self._begin(data[position : position + BLOCK])
                position += BLOCK
                if entry is not None:
                    found.append(entry)
            else:
                break
        self._rest = b"" if self.done else data[position:]
        return found

    def skip(self) -> int:
        """Leave out the data of the entry that was just found, where the archive can be sought in.

        Returns:
            How many bytes it is, with what fills them up; what stands after them is to be fed next.
        """
        skipped = self._left + self._padding
        self._left = self._padding = 0
        return skipped

    def close(self) -> None:
        """Say that the data has ended.

        Raises:
            InvalidResponse: the archive had not.
        """
        if not self.done:
            said = self._rest.decode("utf-8", "replace").strip("\0\r\n ")
            raise TruncatedResponse(f"The archive broke off{f': {said}' if said.startswith('{') else ''}")

    def _begin(self, block: bytes) -> TarEntry | None:
        """Read a header; None for one that only says something of the next."""
        if not any(block):
            if self._own or self._long:
                _fail("a header that belongs to nothing")
            self.done = True
            return None
        if (given := _number(block[148:156])) != checksum(block) and given != _signed_checksum(block):
            _fail("a header's checksum is wrong")
        kind, size = block[156:157], _number(block[124:136])
        self._extension = kind if kind in _EXTENSIONS else b""
        if self._extension:
            if not 0 <= size <= _MOST:
                _fail(f"a header of {size} bytes ({_EXTENSIONS[kind]})")
            self._collected.clear()
            self._expect(size)
            return None
        if kind not in _KINDS:
            _fail(f"an entry of the unknown kind {kind!r}")
        entry = self._entry(block, _KINDS[kind], {**self._common, **self._long, **self._own})
        self._own, self._long = {}, {}
        self._expect(entry.size)
        return entry

    def _expect(self, size: int) -> None:
        self._left, self._padding = size, -size % BLOCK

    def _extend(self) -> None:
        """Take what a header said of the next entry, or of all."""
        data = bytes(self._collected)
        self._collected.clear()
        match self._extension:
            case b"x":
                self._own = dict(_records(data))
            case b"g":
                self._common |= {key: value for key, value in _records(data) if key in _KEPT}
            case b"L":
                self._long["path"] = data.partition(b"\0")[0]
            case _:
                self._long["linkpath"] = data.partition(b"\0")[0]

    def _entry(self, block: bytes, kind: TarKind, records: dict[str, bytes]) -> TarEntry:
        name = _field(block[:100])
        if block[257:263] == b"ustar\0" and (prefix := _field(block[345:500])):
            name = prefix + b"/" + name
        name = records.get("path") or name
        if block[156:157] == b"\0" and name.endswith(b"/"):  # before POSIX, directories had no kind
            kind = TarKind.DIRECTORY
        size = _decimal(records, "size", _number(block[124:136]))
        if not name or size < 0:
            _fail("an entry without a name" if not name else f"an entry of {size} bytes")
        device = (0, 0)
        if kind in (TarKind.CHARACTER_DEVICE, TarKind.BLOCK_DEVICE):
            device = _number(block[329:337]), _number(block[337:345])
        return TarEntry(
            _text(name.rstrip(b"/") or name),
            kind,
            size if kind is TarKind.FILE else 0,
            _number(block[100:108]) & 0o7777,
            _decimal(records, "uid", _number(block[108:116])),
            _decimal(records, "gid", _number(block[116:124])),
            _decimal(records, "mtime", _number(block[136:148])),
            _text(records.get("linkpath") or _field(block[157:257])),
            _text(records.get("uname") or _field(block[265:297])),
            _text(records.get("gname") or _field(block[297:329])),
            device,
            {key.removeprefix(XATTR): value for key, value in records.items() if key.startswith(XATTR)},
        )


def _fail(problem: str) -> NoReturn:
    raise InvalidResponse(f"This is no tar that can be read: {problem}")


def _field(data: bytes) -> bytes:
    return data.partition(b"\0")[0]


def _text(data: bytes) -> str:
    if b"\0" in data:
        _fail("a NUL in a name")
    return data.decode("utf-8", "surrogateescape")


def _number(data: bytes) -> int:
    """A header's number: octal digits or, where its first bit is set, a signed big-endian one."""
    if data[0] & 0x80:
        bits = 8 * len(data) - 1
        value = int.from_bytes(data) & ((1 << bits) - 1)
        value -= (value >> (bits - 1)) << bits
    elif match := _OCTAL.fullmatch(data):
        value = int(match[1] or b"0", 8)
    else:
        _fail(f"{data!r} is no number")
    return _bounded(value)


def _decimal(records: dict[str, bytes], key: str, otherwise: int) -> int:
    """A record's number without its fraction; the header's where there is none."""
    value = records.get(key)
    if not value:
        return otherwise
    match = _DECIMAL.fullmatch(value)
    if match is None:
        _fail(f"{key} is {value[:40]!r}")
    whole = int(match[1])
    earlier = value.startswith(b"-") and bool((match[2] or b"").strip(b"0"))
    return _bounded(whole - earlier)


def _bounded(value: int) -> int:
    if not -(2**63) <= value < 2**63:
        _fail(f"the number {value} is too big")
    return value


def _signed_checksum(block: bytes) -> int:
    """The sum as some old programs made it, with bytes that are signed."""
    return checksum(block) - 256 * sum(byte > 127 for byte in block[:148] + block[156:])


def _records(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The records of a PAX header."""
    position = 0
    while position < len(data):
        space = data.find(b" ", position, position + 20)
        digits = data[position:space] if space > position else b""
        end = position + int(digits) if digits.isdigit() else 0
        equals = data.find(b"=", space, end)
        if equals < 0 or end > len(data) or data[end - 1 : end] != b"\n":
            _fail(f"{data[position : position + 40]!r} is no PAX record")
        key = _text(data[space + 1 : equals])
        if key.startswith("GNU.sparse."):
            _fail("a sparse file")
        if key in _KEPT or key.startswith(XATTR):
            yield key, data[equals + 1 : end - 1]
        position = end
