"""Checksums and encodings: md5sum and its kin, cksum, crc32, base64."""

from __future__ import annotations

import base64 as encoding
import hashlib
import zlib
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet
from dockpy.fake.applets.errors import Die
from dockpy.fake.applets.inputs import CANNOT_OPEN, Lines, close, open_or_complain, read_all
from dockpy.fake.applets.numbers import number_of

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__: list[str] = []


def _digest(a: Applet, path: str, algorithm: str) -> Steps[str | None]:
    fd = yield from open_or_complain(a, path, text=CANNOT_OPEN)
    if fd is None:
        return None
    digest = hashlib.new(algorithm, usedforsecurity=False)
    try:
        while piece := (yield from a.p.read(fd, 65536)):
            digest.update(piece)
            yield None
    except InterruptedError:
        raise
    except OSError as error:
        yield from a.complain(f"can't read '{path}': {error.strerror}")
        return None
    finally:
        close(a, fd)
    return digest.hexdigest()


@applet("md5sum", "sha1sum", "sha256sum", "sha512sum", "sha3sum")
def md5sum(a: Applet) -> Steps[int | None]:
    """Print or check digests of files."""
    found = a.options("scwba:", {"check": "c"})
    algorithm = a.name.removesuffix("sum")
    if algorithm == "sha3":
        algorithm = f"sha3_{found.get('a') or '224'}"
    if "c" in found:
        return (yield from _check(a, found.rest, algorithm, quiet="s" in found, warn="w" in found))
    for path in found.rest or ["-"]:
        text = yield from _digest(a, path, algorithm)
        if text is None:
            a.status = 1
        else:
            a.say(f"{text}  {path}")
        yield from a.spill()
    return None


def _check(a: Applet, paths: list[str], algorithm: str, *, quiet: bool, warn: bool) -> Steps[int]:
    failed = total = 0
    for path in paths or ["-"]:
        fd = yield from open_or_complain(a, path)
        if fd is None:
            raise Die(None, 1)
        lines = Lines(a, fd)
        while (line := (yield from lines.next())) is not None:
            text = line.decode("utf-8", "surrogateescape").rstrip("\n")
            wanted, separator, name = text.partition("  ")
            if not separator:
                wanted, separator, name = text.partition(" *")
            if not separator and warn:
                yield from a.complain("invalid format")
            total += 1
            actual = (yield from _digest(a, name, algorithm)) if separator else None
            good = actual is not None and actual.lower() == wanted.lower()
            failed += not good
            if not quiet and separator:
                a.say(f"{name}: {'OK' if good else 'FAILED'}")
        close(a, fd)
    if failed and not quiet:
        yield from a.complain(f"WARNING: {failed} of {total} computed checksums did NOT match")
    if not total:
        yield from a.complain("no checksum lines found")
        return 1
    return 1 if failed else a.status


_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="


def _remainder(byte: int) -> int:
    crc = byte << 24
    for _ in range(8):
        crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
    return crc & 0xFFFFFFFF


_TABLE = [_remainder(byte) for byte in range(256)]


@applet("cksum", "crc32")
def cksum(a: Applet) -> Steps[int | None]:
    """Print checksums and sizes of files."""
    found = a.options("")
    for path in found.rest or ["-"]:
        fd = yield from open_or_complain(a, path)
        if fd is None:
            a.status = 1
            continue
        data = yield from read_all(a, fd)
        close(a, fd)
        if a.name == "crc32":
            a.say(f"{zlib.crc32(data):08x}" + (f" {path}" if found.rest else ""))
            continue
        crc, size = 0, len(data)
        length = size.to_bytes((size.bit_length() + 7) // 8, "little")
        for byte in data + length:
            crc = (crc << 8 & 0xFFFFFFFF) ^ _TABLE[crc >> 24 ^ byte]
        a.say(f"{crc ^ 0xFFFFFFFF} {size}" + (f" {path}" if found.rest else ""))
    return None


@applet("base64")
def base64(a: Applet) -> Steps[int | None]:
    """Encode and decode base 64."""
    found = a.options("dw:", {"decode": "d", "wrap": "w"}, most=1)
    path = found.rest[0] if found.rest else "-"
    fd = yield from open_or_complain(a, path)
    if fd is None:
        return 1
    data = yield from read_all(a, fd)
    close(a, fd)
    if "d" in found:
        text = bytes(byte for byte in data if byte in _BASE64)
        usable = len(text) // 4 * 4
        a.put(encoding.b64decode(text[:usable]))
        if usable != len(text):
            raise Die("truncated input")
        yield from a.flush()
        return 0
    width = number_of(found.get("w") or "76")
    encoded = encoding.b64encode(data)
    step = width or len(encoded) or 1
    for at in range(0, len(encoded), step):
        a.put(encoded[at : at + step] + (b"\n" if width else b""))
        yield from a.spill()
    return 0
