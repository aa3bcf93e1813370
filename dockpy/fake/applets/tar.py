"""tar."""

from __future__ import annotations

import os
import tarfile
import tempfile
from typing import IO, TYPE_CHECKING

from dockpy.fake.applets.accounts import Accounts
from dockpy.fake.applets.applet import applet, raw
from dockpy.fake.applets.compressing import compressor
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.globs import glob_matches
from dockpy.fake.applets.inputs import close, open_fd
from dockpy.fake.applets.modes import mode_letters
from dockpy.fake.applets.numbers import number_of
from dockpy.fake.applets.times import SECOND, local, strftime

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.applets.options import Options
    from dockpy.fake.files import Stat

__all__: list[str] = []

_KINDS = {
    "file": tarfile.REGTYPE,
    "dir": tarfile.DIRTYPE,
    "symlink": tarfile.SYMTYPE,
    "char": tarfile.CHRTYPE,
    "block": tarfile.BLKTYPE,
    "fifo": tarfile.FIFOTYPE,
}
_IN_MEMORY = 4 << 20
_LONG = {
    "create": "c",
    "extract": "x",
    "get": "x",
    "list": "t",
    "file": "f",
    "directory": "C",
    "verbose": "v",
    "gzip": "z",
    "bzip2": "j",
    "xz": "J",
    "auto-compress": "a",
    "to-stdout": "O",
    "exclude": "E",
    "strip-components": "S",
    "no-same-owner": "o",
    "numeric-owner": "n",
    "overwrite": "w",
    "files-from": "T",
    "exclude-from": "X",
    "same-permissions": "p",
    "keep-old": "k",
    "dereference": "h",
}


@applet("tar")
def tar(a: Applet) -> Steps[int | None]:
    """Pack and unpack archives."""
    if a.args and not a.args[0].startswith("-"):
        a.args = ["-" + a.args[0], *a.args[1:]]
    found = a.options("txcC:f:OoT:X:pvhkzjJaZmE:S:nw", _LONG)
    modes = [letter for letter in "ctx" if letter in found]
    if len(modes) != 1:
        raise BadUsage
    if modes == ["c"]:
        yield from _Packing(a, found).run()
    else:
        yield from _Unpacking(a, found, listing=modes == ["t"]).run()
    return a.status


class _Packing:
    def __init__(self, a: Applet, found: Options) -> None:
        self.a = a
        self.found = found
        self.accounts = Accounts(a.p)
        self.links: dict[tuple[int, int], str] = {}
        self.warned = False
        self.size = 0
        if not found.rest:
            raise Die("empty archive")
        name = found.get("f") or "-"
        kind = "gz" if "z" in found else "bz2" if "j" in found else "xz" if "J" in found else ""
        if "a" in found:
            kind = {"tgz": "gz", "gz": "gz", "bz2": "bz2", "xz": "xz"}.get(name.rpartition(".")[2], "")
        self.compressor = compressor(kind)
        self.fd = 1
        if name != "-":
            try:
                self.fd = open_fd(a, name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            except OSError as error:
                raise Die(f"can't open '{name}': {reason(error)}") from None
        stat = a.p.namespace.fs.stat(a.p, name) if name != "-" else None
        self.own = (stat.device, stat.ino) if stat is not None else None

    def run(self) -> Steps[None]:
        a = self.a
        folder = self.found.get("C")
        if folder is not None:
            _change(a, folder)
        for path in self.found.rest:
            yield from self.add(path)
        yield from self.put(b"\0" * (1024 + -(self.size + 1024) % 10240))
        yield from a.p.write(self.fd, self.compressor.flush())
        close(a, self.fd)
        if a.status:
            yield from a.complain("error exit delayed from previous errors")

    def put(self, data: bytes) -> Steps[None]:
        self.size += len(data)
        packed = self.compressor.compress(data)
        if packed:
            yield from self.a.p.write(self.fd, packed)

    def add(self, path: str) -> Steps[None]:
        a, fs = self.a, self.a.p.namespace.fs
        name = path.lstrip("/")
        if path.startswith("/") and not self.warned:
            self.warned = True
            yield from a.complain("removing leading '/' from member names")
        if any(glob_matches(pattern, name) for pattern in self.found.all("E")):
            return
        try:
            stat = fs.stat(a.p, path, "h" in self.found)
        except OSError as error:
            yield from a.complain(f"{path}: {reason(error)}")
            a.status = 1
            return
        if (stat.device, stat.ino) == self.own:
            yield from a.complain(f"{path}: file is the archive; skipping")
            return
        if stat.kind in _KINDS:
            yield from self.member(path, name, stat)
        if stat.is_dir:
            for child in fs.listdir(a.p, path):
                yield from self.add(f"{path.rstrip('/')}/{child}")

    def member(self, path: str, name: str, stat: Stat) -> Steps[None]:
        a = self.a
        info = tarfile.TarInfo(name + "/" * (stat.is_dir and bool(name) and not name.endswith("/")))
        info.mode, info.uid, info.gid, info.mtime = stat.mode, stat.uid, stat.gid, stat.mtime // SECOND
        info.uname = "" if "n" in self.found else self.accounts.user(stat.uid) or ""
        info.gname = "" if "n" in self.found else self.accounts.group(stat.gid) or ""
        info.type = _KINDS[stat.kind]
        info.linkname = stat.target
        info.devmajor, info.devminor = stat.rdev
        first = self.links.setdefault((stat.device, stat.ino), name) if stat.nlink > 1 else name
        if first != name and stat.is_file:
            info.type, info.linkname = tarfile.LNKTYPE, first
        info.size = stat.size if info.type == tarfile.REGTYPE else 0
        if "v" in self.found:
            line = raw(info.name + "/" * stat.is_dir * (not info.name.endswith("/"))) + b"\n"
            if self.fd == 1:
                yield from a.error(line.decode("utf-8", "surrogateescape"))
            else:
                a.put(line)
                yield from a.spill()
        header = info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
        yield from self.put(header)
        if info.size:
            yield from self.data(path, info.size)

    def data(self, path: str, size: int) -> Steps[None]:
        fd = open_fd(self.a, path)
        left = size
        while left and (piece := (yield from self.a.p.read(fd, min(left, 65536)))):
            yield from self.put(piece)
            left -= len(piece)
            yield None
        close(self.a, fd)
        yield from self.put(b"\0" * (left + -size % 512))


class _Unpacking:
    def __init__(self, a: Applet, found: Options, *, listing: bool) -> None:
        self.a = a
        self.found = found
        self.listing = listing
        self.strip = number_of(found.get("S") or "0")
        self.wanted = [name.rstrip("/") for name in found.rest]
        self.seen: set[str] = set()

    def run(self) -> Steps[None]:
        a = self.a
        name = self.found.get("f") or "-"
        fd = 0
        if name != "-":
            try:
                fd = open_fd(a, name)
            except OSError as error:
                raise Die(f"can't open '{name}': {reason(error)}") from None
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
            while piece := (yield from a.p.read(fd, 65536)):
                spool.write(piece)
                yield None
            close(a, fd)
            spool.seek(0)
            folder = self.found.get("C")
            if folder is not None:
                _change(a, folder)
            yield from self._members(spool)
        for name in self.wanted:
            if name not in self.seen:
                yield from a.complain(f"{name}: not found in archive")
                a.status = 1

    def _members(self, spool: IO[bytes]) -> Steps[None]:
        try:
            with tarfile.open(
                fileobj=spool, errorlevel=2, encoding="utf-8", errors="surrogateescape"
            ) as archive:
                for info in archive:
                    if self._chosen(info):
                        yield from self._member(archive, info)
                    yield None
        except (tarfile.TarError, EOFError) as error:
            short = "empty" in str(error) or "truncated" in str(error) or "unexpected end" in str(error)
            raise Die("short read" if short else "invalid tar magic") from None

    def _chosen(self, info: tarfile.TarInfo) -> bool:
        name = info.name.rstrip("/")
        if any(glob_matches(pattern, name) for pattern in self.found.all("E")):
            return False
        if not self.wanted:
            return True
        for wanted in self.wanted:
            if name == wanted or name.startswith(wanted + "/") or glob_matches(wanted, name):
                self.seen.add(wanted)
                return True
        return False

    def _member(self, archive: tarfile.TarFile, info: tarfile.TarInfo) -> Steps[None]:
        a = self.a
        shown = info.name + "/" * info.isdir()
        if self.listing:
            a.say(_long(a, info, shown) if "v" in self.found else shown)
            yield from a.spill()
            return
        if "v" in self.found:
            a.say(shown)
            yield from a.spill()
        if "O" in self.found:
            yield from self._copy(archive, info, 1)
            return
        parts = [part for part in info.name.split("/") if part not in ("", ".")]
        if ".." in parts:
            raise Die(f"name '{info.name}' contains '..'")
        path = "/".join(parts[self.strip :])
        if path:
            yield from self._extract(archive, info, path)

    def _extract(self, archive: tarfile.TarFile, info: tarfile.TarInfo, path: str) -> Steps[None]:
        a, fs = self.a, self.a.p.namespace.fs
        parent = path.rpartition("/")[0]
        if parent and not fs.exists(a.p, parent):
            fs.makedirs(a.p, parent)
        try:
            if info.isdir():
                if not fs.exists(a.p, path):
                    fs.mkdir(a.p, path)
            elif fs.exists(a.p, path, False):
                if "k" in self.found:
                    return
                fs.unlink(a.p, path)
            if info.isreg():
                fd = open_fd(a, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, info.mode & 0o777)
                yield from self._copy(archive, info, fd)
                close(a, fd)
            elif info.issym():
                fs.symlink(a.p, info.linkname, path)
            elif info.islnk():
                fs.link(a.p, "/".join(info.linkname.split("/")[self.strip :]), path)
                return
            elif info.isfifo():
                fs.mknod(a.p, path, "fifo", info.mode)
            elif info.isdev():
                kind = "char" if info.ischr() else "block"
                fs.mknod(a.p, path, kind, info.mode, (info.devmajor, info.devminor))
            if a.p.uid == 0 and "o" not in self.found:
                fs.chown(a.p, path, info.uid, info.gid, False)
            if not info.issym():
                mode = info.mode if a.p.uid == 0 or "p" in self.found else info.mode & ~a.p.umask
                fs.chmod(a.p, path, mode)
            if "m" not in self.found and not info.isdir():
                fs.utime(a.p, path, int(info.mtime) * SECOND, False)
        except OSError as error:
            raise Die(
                f"can't open '{path}': {reason(error)}"
                if info.isreg()
                else f"can't create '{path}': {reason(error)}"
            ) from None

    def _copy(self, archive: tarfile.TarFile, info: tarfile.TarInfo, fd: int) -> Steps[None]:
        source = archive.extractfile(info) if info.isreg() else None
        while source is not None and (piece := source.read(65536)):
            if fd == 1:
                self.a.put(piece)
                yield from self.a.spill()
            else:
                yield from self.a.p.write(fd, piece)
            yield None


def _long(a: Applet, info: tarfile.TarInfo, shown: str) -> str:
    letters = {tarfile.DIRTYPE: "d", tarfile.SYMTYPE: "l", tarfile.CHRTYPE: "c", tarfile.BLKTYPE: "b"}
    letters |= {tarfile.FIFOTYPE: "p", tarfile.LNKTYPE: "-"}
    bits = mode_letters(info.mode & 0o7777)
    owner = f"{info.uname or info.uid}/{info.gname or info.gid}"
    when = strftime("%Y-%m-%d %H:%M:%S", local(a.p, int(info.mtime)))
    leads = f" -> {info.linkname}" if info.issym() or info.islnk() else ""
    return f"{letters.get(info.type, '-')}{bits} {owner} {info.size:9d} {when} {shown}{leads}"


def _change(a: Applet, folder: str) -> None:
    fs = a.p.namespace.fs
    try:
        if not fs.stat(a.p, folder).is_dir:
            raise NotADirectoryError(20, "Not a directory")
        a.p.cwd = fs.realpath(a.p, folder)
    except OSError as error:
        raise Die(f"can't change directory to '{folder}': {reason(error)}") from None
