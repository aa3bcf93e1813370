"""Reading a tar that lies in a blob as Go's archive/tar does: members, and where their data lie.

It takes what Docker takes: POSIX headers with PAX records, GNU's long names, big numbers and sparse files.
Nothing is read of what files hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dockpy.fake.files.content import Content, Extent
from dockpy.fake.files.faults import BadArchive
from dockpy.fake.files.node import NO_XATTRS
from dockpy.streams.tar import BLOCK, XATTR, checksum

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from dockpy.fake.blobs import Blob

__all__ = ["Member", "scan"]

_HEADER = "archive/tar: invalid tar header"
_TRUNCATED = "unexpected EOF"
_MOST = 1024 * 1024
_OCTAL = re.compile(rb"[ \0]*([0-7]*)[ \0]*")
_SECONDS = re.compile(rb"(-?)(\d{1,18})(?:\.(\d*))?")
_WITHOUT_DATA = frozenset("123456")
_NANO = 1_000_000_000


@dataclass(slots=True)
class Member:
    """One member. Bytes of names that are no UTF-8 are surrogates.

    Attributes:
        name: as it stands there.
        kind: the header's letter.
        mode: as it stands there, masked to 0o7777.
        mtime: in nanoseconds.
        target: of a link.
        device: major and minor.
        data: what it holds.
        xattrs: its extended attributes.
        partial: the archive ends in the middle of its data.
    """

    name: str
    kind: str
    mode: int
    uid: int
    gid: int
    mtime: int
    target: str
    device: tuple[int, int]
    data: bytes | Extent | Content = b""
    xattrs: Mapping[str, bytes] = field(default_factory=lambda: NO_XATTRS)
    partial: bool = False


def scan(blob: Blob) -> Generator[Member, None, bool]:
    """The members, one by one; the error of a broken archive comes where it breaks.

    Returns:
        Whether the archive's end stands there; it may as well just stop.

    Raises:
        BadArchive: it is no tar, or ends too early; in the words of Go's library.
    """
    position = 0
    own: dict[str, bytes] = {}
    long: dict[str, bytes] = {}
    while True:
        block = blob.read(position, BLOCK)
        if not block:
            return False
        if len(block) < BLOCK:
            raise BadArchive(_TRUNCATED)
        if block[0] == 0 and not any(block):
            following = blob.read(position + BLOCK, BLOCK)
            if 0 < len(following) < BLOCK:
                raise BadArchive(_TRUNCATED)
            if any(following):
                raise BadArchive(_HEADER)
            return bool(following)
        _check(block)
        position += BLOCK
        kind = chr(block[156])
        size = _number(block[124:136])
        if kind in "xLK":
            if not 0 <= size <= _MOST:
                raise BadArchive(_HEADER)
            data = blob.read(position, size)
            if len(data) < size:
                raise BadArchive(_TRUNCATED)
            position += size + -size % BLOCK
            if kind == "x":
                own = dict(_records(data))
            else:
                long["path" if kind == "L" else "linkpath"] = data.partition(b"\0")[0]
            continue
        records = {**own, **long}
        member = _member(block, kind, records)
        own, long = {}, {}
        if records.get("size"):
            size = _decimal(records["size"])
        if member.kind in _WITHOUT_DATA:
            size = 0
        if size < 0:
            raise BadArchive(_HEADER)
        end = position + size
        if kind == "S" or any(key.startswith("GNU.sparse.") for key in records):
            yield _sparse(blob, block, member, records, position, size)
            position = end + -size % BLOCK
            if kind == "S":
                extended, at = block[482], position - size - -size % BLOCK
                while extended:
                    extended = blob.read(at + 504, 1)[0]
                    at += BLOCK
                    position += BLOCK
            continue
        if end > blob.size:
            member.data, member.partial = Extent(blob, position, max(0, blob.size - position)), True
            yield member
            raise BadArchive(_TRUNCATED)
        if size:
            member.data = Extent(blob, position, size)
        yield member
        position = end + -size % BLOCK
        if position > blob.size:
            raise BadArchive(_TRUNCATED)


def _check(block: bytes) -> None:
    given = _number(block[148:156])
    total = checksum(block)
    if given == total:
        return
    signed = total - 256 * sum(byte > 127 for byte in block[:148] + block[156:])
    if given != signed:
        raise BadArchive(_HEADER)


def _member(block: bytes, kind: str, records: Mapping[str, bytes]) -> Member:
    name = block[:100].partition(b"\0")[0]
    if block[257:263] == b"ustar\0" and (prefix := block[345:500].partition(b"\0")[0]):
        name = prefix + b"/" + name
    target = block[157:257].partition(b"\0")[0]
    uid, gid = _number(block[108:116]), _number(block[116:124])
    mtime = _number(block[136:148]) * _NANO
    mode = _number(block[100:108]) & 0o7777
    xattrs: Mapping[str, bytes] = NO_XATTRS
    if records:
        name = records.get("GNU.sparse.name") or records.get("path") or name
        target = records.get("linkpath") or target
        uid = _decimal(records["uid"]) if records.get("uid") else uid
        gid = _decimal(records["gid"]) if records.get("gid") else gid
        mtime = _time(records["mtime"]) if records.get("mtime") else mtime
        xattrs = {key.removeprefix(XATTR): value for key, value in records.items() if key.startswith(XATTR)}
    if kind in "\x007S":
        kind = "5" if kind == "\0" and name.endswith(b"/") else "0"
    mtime = max(0, mtime)  # the engine knows no time before 1970
    device = (_number(block[329:337]), _number(block[337:345])) if kind in "34" else (0, 0)
    return Member(_text(name), kind, mode, uid, gid, mtime, _text(target), device, b"", xattrs)


def _sparse(
    blob: Blob, block: bytes, member: Member, records: Mapping[str, bytes], position: int, size: int
) -> Member:
    """A file with holes: its parts are put where they belong."""
    if block[156:157] == b"S":
        real = _number(block[483:495])
        parts = _pairs(block[386:482])
        extended = block[482]
        while extended:
            more = blob.read(position, BLOCK)
            if len(more) < BLOCK:
                raise BadArchive(_TRUNCATED)
            parts += _pairs(more[:504])
            extended = more[504]
            position += BLOCK
    elif records.get("GNU.sparse.major") == b"1":
        real = _decimal(records.get("GNU.sparse.realsize", b""))
        text = blob.read(position, min(size, _MOST))
        numbers, used = _lines(text)
        parts = list(zip(numbers[::2], numbers[1::2], strict=True))
        skipped = used + -used % BLOCK
        position += skipped
        size -= skipped
    else:
        real = _decimal(records.get("GNU.sparse.size", b"") or records.get("GNU.sparse.realsize", b""))
        numbers = [_decimal(text) for text in records.get("GNU.sparse.map", b"").split(b",") if text]
        if len(numbers) % 2:
            raise BadArchive(_HEADER)
        parts = list(zip(numbers[::2], numbers[1::2], strict=True))
    if sum(length for _, length in parts) > size or position + size > blob.size:
        raise BadArchive(_HEADER if position + size <= blob.size else _TRUNCATED)
    content = Content()
    content.truncate(real)
    for offset, length in parts:
        if offset < 0 or length < 0 or offset + length > real:
            raise BadArchive(_HEADER)
        at = offset
        for piece in blob.pieces(position, length):
            content.write(at, piece)
            at += len(piece)
        position += length
    member.data = content
    return member


def _pairs(data: bytes) -> list[tuple[int, int]]:
    found = []
    for start in range(0, len(data) - 23, 24):
        if not data[start]:
            break
        found.append((_number(data[start : start + 12]), _number(data[start + 12 : start + 24])))
    return found


def _lines(data: bytes) -> tuple[list[int], int]:
    """The numbers of a sparse map that stands before the data, and how long it is."""
    head, _, _ = data.partition(b"\n")
    count = 2 * _decimal(head)
    lines = data.split(b"\n", count + 1)
    if count < 0 or len(lines) < count + 2:
        raise BadArchive(_HEADER)
    used = sum(len(line) + 1 for line in lines[: count + 1])
    return [_decimal(line) for line in lines[1 : count + 1]], used


def _number(data: bytes) -> int:
    if data[0] & 0x80:
        bits = 8 * len(data) - 1
        value = int.from_bytes(data) & ((1 << bits) - 1)
        value -= (value >> (bits - 1)) << bits
        if not -(2**63) <= value < 2**63:
            raise BadArchive(_HEADER)
        return value
    match = _OCTAL.fullmatch(data)
    if match is None:
        raise BadArchive(_HEADER)
    return int(match[1] or b"0", 8)


def _decimal(value: bytes) -> int:
    if not re.fullmatch(rb"-?\d{1,19}", value) or not -(2**63) <= int(value) < 2**63:
        raise BadArchive(_HEADER)
    return int(value)


def _time(value: bytes) -> int:
    match = _SECONDS.fullmatch(value)
    if match is None:
        raise BadArchive(_HEADER)
    total = int(match[2]) * _NANO + int((match[3] or b"").ljust(9, b"0")[:9])
    return -total if match[1] else total


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


_TEXTS = (b"path", b"linkpath", b"uname", b"gname")


def _records(data: bytes) -> Iterator[tuple[str, bytes]]:
    position = 0
    while position < len(data):
        space = data.find(b" ", position, position + 20)
        digits = data[position:space] if space > position else b""
        end = position + int(digits) if digits.isdigit() else 0
        equals = data.find(b"=", space, end)
        if equals < 0 or end > len(data) or data[end - 1 : end] != b"\n":
            raise BadArchive(_HEADER)
        key, value = data[space + 1 : equals], data[equals + 1 : end - 1]
        if b"\0" in (value if key in _TEXTS else key):
            raise BadArchive(_HEADER)
        yield _text(key), value
        position = end
