"""ls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockpy.fake.applets.accounts import Accounts
from dockpy.fake.applets.applet import applet, raw
from dockpy.fake.applets.errors import reason
from dockpy.fake.applets.modes import mode_string
from dockpy.fake.applets.numbers import human, number_of
from dockpy.fake.applets.sort import version_key
from dockpy.fake.applets.times import SECOND, local, now, strftime
from dockpy.fake.kernel.tty import TerminalFile

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.applets.options import Options
    from dockpy.fake.files import Stat

__all__ = ["blocks_of", "shown_time"]

_MARKS = {"dir": "/", "symlink": "@", "fifo": "|", "socket": "="}
_COLOURS = {"dir": 34, "symlink": 36, "fifo": 33, "socket": 35, "char": 33, "block": 33}


def blocks_of(stat: Stat) -> int:
    """How many blocks of 512 bytes it takes, on a file system whose own have 4096."""
    if stat.kind == "dir":
        return 8
    return (stat.size + 4095) // 4096 * 8 if stat.kind == "file" else 0


def shown_time(a: Applet, mtime: int) -> str:
    """``Nov 28 05:08``; the year in place of the time where that is half a year off."""
    when = local(a.p, mtime // SECOND)
    age = now(a.p) // SECOND - mtime // SECOND
    return strftime("%b %e %H:%M" if -15 * 60 < age < 365 * 43200 else "%b %e  %Y", when)


@dataclass
class _Entry:
    name: str
    path: str
    stat: Stat
    target: str = ""
    target_stat: Stat | None = None


class _Ls:
    def __init__(self, a: Applet, found: Options) -> None:
        self.a = a
        self.found = found
        self.long = found.any("lngo0")
        terminal = a.p.fds.get(1)
        is_terminal = terminal is not None and terminal.isatty
        style = found.last("1Cxl")
        self.columns = style in ("C", "x") or (style == "" and is_terminal)
        self.across = style == "x"
        width = found.get("w")
        shown = terminal.terminal.columns if isinstance(terminal, TerminalFile) else 0
        self.width = number_of(width) if width else shown or 80
        colour = found.get("K")
        self.colour = colour is not None and (colour in ("", "always") or (colour == "auto" and is_terminal))
        self.accounts = Accounts(a.p)
        self.printable = is_terminal

    def entry(self, name: str, path: str, follow: bool) -> Steps[_Entry | None]:
        fs = self.a.p.namespace.fs
        try:
            stat = fs.stat(self.a.p, path, follow)
        except OSError as error:
            yield from self.a.complain(f"{path}: {reason(error)}")
            self.a.status = 1
            return None
        entry = _Entry(name, path, stat)
        if stat.kind == "symlink":
            entry.target = fs.readlink(self.a.p, path)
            try:
                entry.target_stat = fs.stat(self.a.p, path)
            except OSError:
                entry.target_stat = None
        return entry

    def arranged(self, entries: list[_Entry]) -> list[_Entry]:
        order = self.found.last("StXvcu")
        entries.sort(key=lambda entry: raw(entry.name))
        if order == "S":
            entries.sort(key=lambda entry: -entry.stat.size)
        elif order == "t" or "t" in self.found:
            entries.sort(key=lambda entry: -entry.stat.mtime)
        elif order == "X":
            entries.sort(key=lambda entry: raw(entry.name.rpartition(".")[2] if "." in entry.name else ""))
        elif order == "v":
            entries.sort(key=lambda entry: version_key(raw(entry.name)))
        if "r" in self.found:
            entries.reverse()
        if "G" in self.found:
            entries.sort(key=lambda entry: not entry.stat.is_dir)
        return entries

    def show(self, entries: list[_Entry]) -> Steps[None]:
        if not self.columns or self.long:
            for entry in entries:
                self.a.put(self._line(entry) + b"\n")
                yield from self.a.spill()
            return
        cells = [self._line(entry) for entry in entries]
        for line in _in_columns(cells, self.width, across=self.across):
            self.a.put(line + b"\n")
        yield from self.a.spill()

    def _line(self, entry: _Entry) -> bytes:
        found, stat = self.found, entry.stat
        text = f"{stat.ino:7d} " if "i" in found else ""
        if "s" in found:
            text += f"{(blocks_of(stat) + 1) // 2:6d} "
        if self.long:
            text += self._details(stat)
        line = raw(text) + self._name(entry)
        if self.long and entry.target:
            line += b" -> " + _printable(raw(entry.target))
            if "F" in found and entry.target_stat is not None:
                line += self._mark(entry.target_stat)
        elif found.any("Fp"):
            line += self._mark(stat)
        return line

    def _details(self, stat: Stat) -> str:
        found = self.found
        text = f"{mode_string(stat)} {stat.nlink:4d} "
        if "n" in found:
            text += f"{stat.uid:<8d} {stat.gid:<8d} "
        else:
            user = self.accounts.user(stat.uid) or str(stat.uid)
            group = self.accounts.group(stat.gid) or str(stat.gid)
            text += f"{user:<8.8s} {group:<8.8s} "
        if stat.kind in ("char", "block"):
            text += f"{stat.rdev[0]:4d}, {stat.rdev[1]:3d} "
        elif "h" in found:
            text += f"{human(stat.size):>7s} "
        else:
            text += f"{stat.size:9d} "
        if "0" in found:
            return text + strftime("%Y-%m-%d %H:%M:%S %z ", local(self.a.p, stat.mtime // SECOND))
        return text + shown_time(self.a, stat.mtime) + " "

    def _name(self, entry: _Entry) -> bytes:
        shown = _printable(raw(entry.name))
        if not self.colour:
            return shown
        kind = entry.stat.kind
        colour = _COLOURS.get(kind, 32 if entry.stat.mode & 0o111 else 0)
        bold = 1 if colour else 0
        return b"\x1b[%d;%dm" % (bold, colour) + shown + b"\x1b[m"

    def _mark(self, stat: Stat) -> bytes:
        if stat.is_dir:
            return b"/"
        if "F" not in self.found:
            return b""
        if stat.is_file:
            return b"*" if stat.mode & 0o111 else b""
        return _MARKS.get(stat.kind, "").encode()

    def directory(self, path: str) -> Steps[list[_Entry] | None]:
        a, found = self.a, self.found
        try:
            names = a.p.namespace.fs.listdir(a.p, path)
        except OSError as error:
            yield from a.complain(f"can't open '{path}': {reason(error)}")
            a.status = 1
            return None
        shown = [name for name in names if found.any("aA") or not name.startswith(".")]
        if "a" in found:
            shown = [".", "..", *shown]
        entries = []
        for name in shown:
            entry = yield from self.entry(name, f"{path.rstrip('/')}/{name}", "L" in found)
            if entry is not None:
                entries.append(entry)
        return self.arranged(entries)

    def directories(self, paths: list[str], *, headers: bool, first: bool) -> Steps[None]:
        for path in paths:
            entries = yield from self.directory(path)
            if entries is None:
                continue
            if headers:
                self.a.put((b"" if first else b"\n") + raw(path) + b":\n")
            first = False
            if self.long or "s" in self.found:
                self.a.say(f"total {(sum(blocks_of(entry.stat) for entry in entries) + 1) // 2}")
            yield from self.show(entries)
            if "R" in self.found:
                below = [e.path for e in entries if e.stat.is_dir and e.name not in (".", "..")]
                yield from self.directories(below, headers=True, first=False)


def _printable(name: bytes) -> bytes:
    return bytes(byte if 32 <= byte < 127 else 63 for byte in name)


def _in_columns(cells: list[bytes], width: int, *, across: bool) -> list[bytes]:
    if not cells:
        return []
    column = max(map(len, cells)) + 2
    count = max(1, width // column)
    rows = -(-len(cells) // count)
    lines = []
    for row in range(rows):
        chosen = cells[row * count : (row + 1) * count] if across else cells[row::rows]
        lines.append(b"".join(cell.ljust(column) for cell in chosen[:-1]) + chosen[-1])
    return lines


@applet("ls")
def ls(a: Applet) -> Steps[int | None]:
    """List directories."""
    found = a.options(
        "1AaCxdLHRFplinshrSXvctuw:0GK::",
        {"full-time": "0", "group-directories-first": "G", "color": "K"},
    )
    lister = _Ls(a, found)
    files: list[_Entry] = []
    directories: list[_Entry] = []
    follow = found.any("LH") or not (lister.long or found.any("dF"))
    for path in found.rest or ["."]:
        entry = yield from lister.entry(path, path, follow and _leads_somewhere(a, path))
        if entry is not None:
            (directories if entry.stat.is_dir and "d" not in found else files).append(entry)
    yield from lister.show(lister.arranged(files))
    paths = [entry.path for entry in lister.arranged(directories)]
    yield from lister.directories(paths, headers=len(found.rest) > 1 or "R" in found, first=not files)
    return None


def _leads_somewhere(a: Applet, path: str) -> bool:
    return a.p.namespace.fs.exists(a.p, path)
