"""gzip, bzip2, xz and what undoes them."""

from __future__ import annotations

import bz2
import lzma
import os
import zlib
from typing import TYPE_CHECKING, Protocol

from dockpy.fake.applets.applet import applet
from dockpy.fake.applets.errors import reason
from dockpy.fake.applets.inputs import close, open_fd

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__ = ["Packer", "compressor"]


class Packer(Protocol):
    """What compresses."""

    def compress(self, data: bytes, /) -> bytes:
        """Take some data."""
        ...

    def flush(self) -> bytes:
        """The end."""
        ...


class _Plain:
    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


def compressor(kind: str, level: int = 6) -> Packer:
    """What compresses as ``gz``, ``bz2`` or ``xz``; as it is for an empty kind."""
    if kind == "gz":
        return zlib.compressobj(level, zlib.DEFLATED, 31)
    if kind == "bz2":
        return bz2.BZ2Compressor(level)
    return lzma.LZMACompressor() if kind == "xz" else _Plain()


class _Unpacker:
    """Takes members one after the other apart."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._one = self._new()
        self.done = False

    def _new(self) -> zlib._Decompress | bz2.BZ2Decompressor | lzma.LZMADecompressor:
        if self._kind == "gz":
            return zlib.decompressobj(31)
        return bz2.BZ2Decompressor() if self._kind == "bz2" else lzma.LZMADecompressor()

    def decompress(self, data: bytes) -> bytes:
        found = b""
        while data:
            if self._one.eof:
                self._one = self._new()
            found += self._one.decompress(data)
            data = self._one.unused_data
        self.done = self._one.eof
        return found


_NAMES = {
    "gzip": ("gz", "gz"),
    "gunzip": ("gz", "gz"),
    "zcat": ("gz", "gz"),
    "bzip2": ("bz2", "bz2"),
    "bunzip2": ("bz2", "bz2"),
    "bzcat": ("bz2", "bz2"),
    "xz": ("xz", "xz"),
    "unxz": ("xz", "xz"),
    "xzcat": ("xz", "xz"),
}


@applet(*_NAMES)
def gzip(a: Applet) -> Steps[int | None]:
    """Compress and decompress files."""
    found = a.options("cfkdtvqn123456789")
    kind, suffix = _NAMES[a.name]
    cat = a.name.endswith("cat") or "c" in found
    unpack = a.name.endswith("cat") or a.name.startswith(("gun", "bun", "un")) or found.any("dt")
    for path in found.rest or ["-"]:
        if not (
            yield from _one(
                a, path, kind, suffix, cat=cat, unpack=unpack, letters="".join(n for n, _ in found.given)
            )
        ):
            a.status = 1
    return None


def _one(
    a: Applet, path: str, kind: str, suffix: str, *, cat: bool, unpack: bool, letters: str
) -> Steps[bool]:
    fs = a.p.namespace.fs
    reading, writing, target = 0, 1, ""
    if path != "-":
        try:
            reading = open_fd(a, path)
        except OSError as error:
            yield from a.complain(f"{path}: {reason(error)}")
            return False
        if not cat and "t" not in letters:
            if unpack:
                stem, dot, ending = path.rpartition(".")
                if not dot or ending not in (suffix, "tgz"):
                    yield from a.complain(f"{path}: unknown suffix - ignored")
                    return False
                target = stem + (".tar" if ending == "tgz" else "")
            else:
                target = f"{path}.{suffix}"
            if fs.exists(a.p, target) and "f" not in letters:
                yield from a.complain(f"can't open '{target}': File exists")
                return False
            stat = fs.stat(a.p, path)
            writing = open_fd(a, target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.mode)
    level = next((int(letter) for letter in letters if letter.isdecimal()), 6)
    good = yield from (
        _unpack(a, reading, writing, kind, quiet="t" in letters)
        if unpack
        else _pack(a, reading, writing, kind, level)
    )
    close(a, reading)
    close(a, writing)
    if target:
        fs.utime(a.p, target, fs.stat(a.p, path).mtime)
        if "k" not in letters and good:
            fs.unlink(a.p, path)
        elif not good:
            fs.unlink(a.p, target)
    return good


def _pack(a: Applet, reading: int, writing: int, kind: str, level: int) -> Steps[bool]:
    packer = compressor(kind, level)
    while piece := (yield from a.p.read(reading, 65536)):
        yield from a.p.write(writing, packer.compress(piece))
        yield None
    yield from a.p.write(writing, packer.flush())
    return True


def _unpack(a: Applet, reading: int, writing: int, kind: str, *, quiet: bool) -> Steps[bool]:
    unpacker = _Unpacker(kind)
    first = True
    try:
        while piece := (yield from a.p.read(reading, 65536)):
            data = unpacker.decompress(piece)
            first = False
            if not quiet:
                yield from a.p.write(writing, data)
            yield None
    except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        yield from a.complain(
            ("no gzip/bzip2/xz magic" if a.name == "zcat" else "invalid magic") if first else "corrupted data"
        )
        return False
    if not unpacker.done:
        yield from a.complain(
            ("no gzip/bzip2/xz magic" if a.name == "zcat" else "invalid magic")
            if first
            else "unexpected end of file"
        )
        return False
    return True
