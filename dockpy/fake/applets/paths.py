"""basename, dirname, pwd, readlink, realpath, which: names of files."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet
from dockpy.fake.applets.errors import BadUsage, Die, reason

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__: list[str] = []


def _base(path: str, suffix: str) -> str:
    name = path.rstrip("/").rpartition("/")[2] or ("/" if path else "")
    return name.removesuffix(suffix) if suffix and name != suffix else name


@applet("basename")
def basename(a: Applet) -> Steps[int | None]:
    """Print the last name of a path."""
    found = a.options("+as:", least=1)
    yield from ()
    if found.any("as"):
        for path in found.rest:
            a.say(_base(path, found.get("s") or ""))
        return 0
    if len(found.rest) > 2:
        raise BadUsage
    a.say(_base(found.rest[0], found.rest[1] if len(found.rest) > 1 else ""))
    return 0


@applet("dirname")
def dirname(a: Applet) -> Steps[int | None]:
    """Print a path without its last name."""
    found = a.options("", least=1, most=1)
    yield from ()
    path = found.rest[0].rstrip("/")
    head, slash, _ = path.rpartition("/")
    a.say(head.rstrip("/") or "/" if slash or (found.rest[0].startswith("/")) else ".")
    return 0


@applet("pwd")
def pwd(a: Applet) -> Steps[int | None]:
    """Print the working directory."""
    yield from ()
    a.say(a.p.namespace.fs.realpath(a.p, a.p.cwd))
    return 0


@applet("readlink")
def readlink(a: Applet) -> Steps[int | None]:
    """Print where links lead."""
    found = a.options("fnveqs", least=1, most=1)
    fs = a.p.namespace.fs
    path = found.rest[0]
    try:
        target = fs.realpath(a.p, path) if found.any("fe") else fs.readlink(a.p, path)
    except OSError as error:
        raise Die(f"{path}: {_unreadable(error)}" if "v" in found else None) from None
    a.put(target.encode("utf-8", "surrogateescape") + (b"" if "n" in found else b"\n"))
    yield from a.flush()
    return 0


def _unreadable(error: OSError) -> str:
    return "cannot read link: not a symlink" if error.errno == errno.EINVAL else reason(error)


@applet("realpath")
def realpath(a: Applet) -> Steps[int | None]:
    """Print absolute paths without links."""
    found = a.options("", least=1)
    for path in found.rest:
        try:
            a.p.namespace.fs.stat(a.p, path, False)
            a.say(a.p.namespace.fs.realpath(a.p, path))
        except OSError as error:
            yield from a.complain(f"{path}: {reason(error)}")
            a.status = 1
    return None


@applet("which")
def which(a: Applet) -> Steps[int | None]:
    """Print where programs are."""
    found = a.options("a", least=1)
    yield from ()
    fs = a.p.namespace.fs
    folders = (a.p.env.get("PATH") or "/sbin:/usr/sbin:/bin:/usr/bin").split(":")
    for name in found.rest:
        places = [name] if "/" in name else [f"{folder or '.'}/{name}" for folder in folders]
        hits = [path for path in places if fs.access(a.p, path, 1) and fs.stat(a.p, path).is_file]
        for path in hits if "a" in found else hits[:1]:
            a.say(path)
        if not hits:
            a.status = 1
    return None
