"""stat, du, df, free, uptime, mount: what there is and how much of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockpy.fake.applets.accounts import Accounts
from dockpy.fake.applets.applet import applet, wide
from dockpy.fake.applets.errors import Die, reason
from dockpy.fake.applets.inputs import read_file
from dockpy.fake.applets.ls import blocks_of
from dockpy.fake.applets.modes import mode_string
from dockpy.fake.applets.numbers import human, number_of, width_of, within_memory
from dockpy.fake.applets.times import SECOND, local, now, strftime
from dockpy.fake.files import Tree

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.applets.options import Options
    from dockpy.fake.files import Mount, Stat

__all__: list[str] = []

_KINDS = {
    "file": "regular file",
    "dir": "directory",
    "symlink": "symbolic link",
    "char": "character special file",
    "block": "block special file",
    "fifo": "fifo",
    "socket": "socket",
}


def _time(a: Applet, mtime: int) -> str:
    when = local(a.p, mtime // SECOND)
    return strftime("%Y-%m-%d %H:%M:%S", when) + f".{mtime % SECOND:09d} " + strftime("%z", when)


@applet("stat")
def stat(a: Applet) -> Steps[int | None]:
    """Print all about files."""
    found = a.options("Lltfc:", {"dereference": "L", "format": "c", "terse": "t"}, least=1)
    form = found.get("c")
    for path in found.rest:
        try:
            one = a.p.namespace.fs.stat(a.p, path, "L" in found)
        except OSError as error:
            yield from a.complain(f"can't stat '{path}': {reason(error)}")
            a.status = 1
            continue
        if form is not None:
            a.say(_formatted(a, form, path, one))
        else:
            _show(a, path, one)
    return None


def _kind(one: Stat) -> str:
    return "regular empty file" if one.is_file and not one.size else _KINDS[one.kind]


def _show(a: Applet, path: str, one: Stat) -> None:
    accounts = Accounts(a.p)
    leads = f" -> {one.target}" if one.kind == "symlink" else ""
    a.say(f"  File: {path}{leads}")
    a.say(f"  Size: {one.size:<10d}\tBlocks: {blocks_of(one):<10d} IO Block: 4096   {_kind(one)}")
    major, minor = one.device >> 8, one.device & 255
    a.say(
        f"Device: {one.device:x}h/{one.device}d\tInode: {one.ino:<10d}  Links: {one.nlink}"
        if (major, minor)
        else ""
    )
    user, group = accounts.user(one.uid) or "UNKNOWN", accounts.group(one.gid) or "UNKNOWN"
    a.say(
        f"Access: ({one.mode:04o}/{mode_string(one)})  Uid: ({one.uid:5d}/{user:>8s})   "
        f"Gid: ({one.gid:5d}/{group:>8s})"
    )
    for name in ("Access", "Modify", "Change"):
        a.say(f"{name}: {_time(a, one.mtime)}")


def _formatted(a: Applet, form: str, path: str, one: Stat) -> str:
    accounts = Accounts(a.p)
    fields = {
        "n": path,
        "N": f"'{path}' -> '{one.target}'" if one.kind == "symlink" else path,
        "a": f"{one.mode:o}",
        "A": mode_string(one),
        "f": f"{one.st_mode:x}",
        "F": _kind(one),
        "u": str(one.uid),
        "U": accounts.user(one.uid) or "UNKNOWN",
        "g": str(one.gid),
        "G": accounts.group(one.gid) or "UNKNOWN",
        "s": str(one.size),
        "b": str(blocks_of(one)),
        "B": "512",
        "o": "4096",
        "i": str(one.ino),
        "h": str(one.nlink),
        "d": str(one.device),
        "D": f"{one.device:x}",
        "t": f"{one.rdev[0]:x}",
        "T": f"{one.rdev[1]:x}",
        "%": "%",
    }
    for letter in "xyz":
        fields[letter] = _time(a, one.mtime)
        fields[letter.upper()] = str(one.mtime // SECOND)

    size = 0

    def one_field(match: re.Match[str]) -> str:
        nonlocal size
        value, width = fields.get(match[3], "?"), width_of(match[2])
        size = within_memory(size + width)
        return value.ljust(width) if match[1] else value.rjust(width)

    return re.sub(r"%(-?)(\d*)([A-Za-z%])", one_field, form)


@applet("du")
def du(a: Applet) -> Steps[int | None]:
    """Print how much space files take."""
    found = a.options("aHkLsxd:lchmb", {"max-depth": "d", "summarize": "s"})
    depth = number_of(found.get("d") or ("0" if "s" in found else str(1 << 30)))
    seen: set[tuple[int, int]] = set()
    total = 0
    for path in found.rest or ["."]:
        total += yield from _usage(a, found, path, 0, depth, seen)
    if "c" in found:
        a.say(f"{_size(found, total)}\ttotal")
    return None


def _size(found: Options, blocks: int) -> str:
    if "h" in found:
        return human(blocks, 512)
    return str((blocks + 1) // 2 if "m" not in found else -(-blocks // 2048))


def _usage(
    a: Applet, found: Options, path: str, at: int, depth: int, seen: set[tuple[int, int]]
) -> Steps[int]:
    fs = a.p.namespace.fs
    try:
        one = fs.stat(a.p, path, "L" in found or ("H" in found and not at))
        names = fs.listdir(a.p, path) if one.is_dir else []
    except OSError as error:
        yield from a.complain(f"{path}: {reason(error)}")
        a.status = 1
        return 0
    if one.nlink > 1 and not one.is_dir and "l" not in found:
        if (one.device, one.ino) in seen:
            return 0
        seen.add((one.device, one.ino))
    blocks = blocks_of(one)
    for name in names:
        blocks += yield from _usage(a, found, f"{path.rstrip('/')}/{name}", at + 1, depth, seen)
        yield None
    if at <= depth and (one.is_dir or "a" in found or not at):
        a.say(f"{_size(found, blocks)}\t{path}")
        yield from a.spill()
    return blocks


@applet("df")
def df(a: Applet) -> Steps[int | None]:
    """Print how full file systems are."""
    found = a.options("PkmhTaiB:t:")
    yield from ()
    fs = a.p.namespace.fs
    try:
        shown_mounts = [_mount_of(a, path) for path in found.rest] or fs.mounts
    except OSError as error:
        raise Die(f"{error.filename}: {reason(error)}") from None
    names = {"h": "     Size"} if "h" in found else {}
    head = f"{'Filesystem':<20s} {names.get('h', '1K-blocks' if 'P' not in found else '1024-blocks'):>9s}"
    a.say(f"{head}      Used Available {'Use%' if 'P' not in found else 'Capacity'} Mounted on")
    for mount in shown_mounts:
        total, used = _room(mount)
        cells = [total, used, total - used]
        shown = [human(cell, 1024) if "h" in found else str(cell) for cell in cells]
        source = "overlay" if mount.path == "/" else "tmpfs"
        share = f"{-(-used * 100 // total) if total else 0}%"
        a.say(f"{source:<20s} {shown[0]:>9s} {shown[1]:>9s} {shown[2]:>9s} {share:>4s} {mount.path}")
    return 0


_DISK = 62914560
_SIZE = re.compile(r"\bsize=(\d+)k")


def _mount_of(a: Applet, path: str) -> Mount:
    return a.p.namespace.fs.place(a.p, path).mount


def _room(mount: Mount) -> tuple[int, int]:
    """Kilobytes that there are where something is mounted, and those that are taken."""
    size = _SIZE.search(mount.tmpfs or "")
    if size is None:
        return _DISK, _DISK // 4
    return int(size[1]), sum(
        -(-node.size // 4096) * 4 for _, node in Tree(mount.root).walk() if node.kind == "file"
    )


@applet("free")
def free(a: Applet) -> Steps[int | None]:
    """Print how much memory there is."""
    found = a.options("bkmghtwV")
    yield from ()
    unit = {"b": 1, "m": 1 << 20, "g": 1 << 30}.get(found.last("bkmg"), 1024)
    total, used = (2 << 30) // unit, (1 << 29) // unit
    a.say("              total        used        free      shared  buff/cache   available")
    a.say(f"Mem:    {total:11d} {used:11d} {total - used:11d} {0:11d} {0:11d} {total - used:11d}")
    a.say(f"Swap:   {0:11d} {0:11d} {0:11d}")
    return 0


@applet("uptime")
def uptime(a: Applet) -> Steps[int | None]:
    """Print how long it has been up."""
    yield from ()
    init = a.p.namespace.init
    seconds = (now(a.p) - init.started) // SECOND if init is not None else 0
    minutes = seconds // 60
    text = f"{minutes // 60}:{minutes % 60:02d}" if minutes >= 60 else f"{minutes} min"
    stamp = strftime(" %H:%M:%S", local(a.p, now(a.p) // SECOND))
    a.say(f"{stamp} up {text},  0 users,  load average: 0.00, 0.00, 0.00")
    return 0


@applet("mount", "umount")
def mount(a: Applet) -> Steps[int | None]:
    """Print what is mounted; nothing can be."""
    if not a.args and a.name == "mount":
        for line in wide((yield from read_file(a, "/proc/mounts"))).splitlines():
            words = line.split()
            if len(words) > 3:
                a.say(f"{words[0]} on {words[1]} type {words[2]} ({words[3]})")
        return 0
    operands = [arg for arg in a.args if not arg.startswith("-")]
    if a.name == "umount":
        raise Die(f"can't unmount {operands[0] if operands else '/'}: Operation not permitted")
    raise Die("permission denied (are you root?)")
