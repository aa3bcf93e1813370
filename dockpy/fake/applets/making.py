"""mkdir, touch, ln, link, mkfifo, mknod, mktemp, truncate: what makes names and files."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.inputs import close, open_fd
from dockpy.fake.applets.modes import changed_mode
from dockpy.fake.applets.numbers import KMG, number_of
from dockpy.fake.applets.times import now, parse_time

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__: list[str] = []


def _mode(text: str | None, default: int) -> int | None:
    if text is None:
        return None
    mode = changed_mode(text, default, directory=True, umask=0)
    if mode is None:
        raise Die(f"invalid mode '{text}'")
    return mode


@applet("mkdir")
def mkdir(a: Applet) -> Steps[int | None]:
    """Make directories."""
    found = a.options("m:pv", {"mode": "m", "parents": "p", "verbose": "v"}, least=1)
    mode = _mode(found.get("m"), 0o777)
    fs = a.p.namespace.fs
    for path in found.rest:
        try:
            if "p" in found:
                _make_parents(a, path)
                if mode is not None and not fs.exists(a.p, path):
                    fs.mkdir(a.p, path)
                    fs.chmod(a.p, path, mode)
                elif not fs.exists(a.p, path):
                    fs.mkdir(a.p, path)
                elif not fs.stat(a.p, path).is_dir:
                    raise FileExistsError(17, "File exists")
            else:
                fs.mkdir(a.p, path)
                if mode is not None:
                    fs.chmod(a.p, path, mode)
        except OSError as error:
            yield from a.complain(f"can't create directory '{path}': {reason(error)}")
            a.status = 1
            continue
        if "v" in found:
            a.say(f"created directory: '{path}'")
    return None


def _make_parents(a: Applet, path: str) -> None:
    fs = a.p.namespace.fs
    parts = [part for part in path.rstrip("/").split("/") if part]
    current = "/" if path.startswith("/") else ""
    for part in parts[:-1]:
        current += part
        if not fs.exists(a.p, current):
            fs.mkdir(a.p, current)
            fs.chmod(a.p, current, 0o777 & ~a.p.umask | 0o300)
        current += "/"


@applet("touch")
def touch(a: Applet) -> Steps[int | None]:
    """Make files, or change their times."""
    found = a.options(
        "cr:d:t:hamf", {"no-create": "c", "reference": "r", "date": "d", "no-dereference": "h"}, least=1
    )
    fs = a.p.namespace.fs
    when: int | None = None
    text = found.get("d") or found.get("t")
    if text is not None:
        when = parse_time(a.p, text)
        if when is None:
            raise Die(f"invalid date '{text}'")
    reference = found.get("r")
    if reference is not None:
        try:
            when = fs.stat(a.p, reference).mtime
        except OSError as error:
            raise Die(f"can't stat '{reference}': {reason(error)}") from None
    for path in found.rest:
        try:
            if not fs.exists(a.p, path, "h" not in found):
                if found.any("ch"):
                    continue
                close(a, open_fd(a, path, os.O_RDWR | os.O_CREAT))
            if "a" not in found or "m" in found:
                fs.utime(a.p, path, when, "h" not in found)
        except OSError as error:
            yield from a.complain(f"{path}: {reason(error)}")
            a.status = 1
    return None


@applet("ln")
def ln(a: Applet) -> Steps[int | None]:
    """Make links."""
    found = a.options("sfnbS:vT", least=1)
    words = found.rest
    fs = a.p.namespace.fs
    last = words[-1]
    if len(words) == 1:
        words = [*words, words[0].rstrip("/").rpartition("/")[2] or "."]
        last = words[-1]
    into = _is_directory(a, last, follow="n" not in found) and "T" not in found
    if len(words) > 2 and not into:
        raise BadUsage
    for source in words[:-1]:
        path = f"{last.rstrip('/')}/{source.rstrip('/').rpartition('/')[2]}" if into else last
        if "s" not in found and not fs.exists(a.p, source, False):
            yield from a.complain(f"{source}: No such file or directory")
            a.status = 1
            continue
        try:
            if found.any("fb") and fs.exists(a.p, path, False):
                if "b" in found:
                    fs.rename(a.p, path, path + (found.get("S") or "~"))
                else:
                    fs.unlink(a.p, path)
            if "s" in found:
                fs.symlink(a.p, source, path)
            else:
                fs.link(a.p, source, path)
        except OSError as error:
            yield from a.complain(f"{path}: {reason(error)}")
            a.status = 1
            continue
        if "v" in found:
            a.say(f"'{path}' -> '{source}'")
    return None


def _is_directory(a: Applet, path: str, *, follow: bool) -> bool:
    try:
        return a.p.namespace.fs.stat(a.p, path, follow).is_dir
    except OSError:
        return False


@applet("link")
def link(a: Applet) -> Steps[int | None]:
    """Give a file one name more."""
    found = a.options("", least=2, most=2)
    yield from ()
    source, target = found.rest
    try:
        a.p.namespace.fs.link(a.p, source, target)
    except OSError as error:
        raise Die(f"can't create hardlink '{target}' to '{source}': {reason(error)}") from None
    return 0


@applet("mkfifo", "mknod")
def mkfifo(a: Applet) -> Steps[int | None]:
    """Make pipes and devices."""
    found = a.options("m:", {"mode": "m"}, least=1)
    yield from ()
    path, *rest = found.rest
    kind = "p" if a.name == "mkfifo" else rest[0] if rest else ""
    if kind not in ("p", "b", "c", "u") or len(rest) != {"mkfifo": 0}.get(a.name, 1 if kind == "p" else 3):
        raise BadUsage
    mode = _mode(found.get("m"), 0o666)
    device = (number_of(rest[1]), number_of(rest[2])) if kind != "p" else (0, 0)
    names = {"p": "fifo", "b": "block", "c": "char", "u": "char"}
    try:
        a.p.namespace.fs.mknod(a.p, path, names[kind], 0o666, device)
        if mode is not None:
            a.p.namespace.fs.chmod(a.p, path, mode)
    except OSError as error:
        raise Die(f"{path}: {reason(error)}") from None
    return 0


@applet("mktemp")
def mktemp(a: Applet) -> Steps[int | None]:
    """Make a file or directory with a name of its own."""
    found = a.options("dqtp:u", most=1)
    template = found.rest[0] if found.rest else "tmp.XXXXXX"
    directory = a.p.env.get("TMPDIR") or found.get("p") or "/tmp"  # noqa: S108 - within the container
    if not found.rest or found.any("tp"):
        template = f"{directory}/{template}"
    stem = template.rstrip("X")
    count = len(template) - len(stem)
    if count < 6:
        raise Die(None if "q" in found else "(null): Invalid argument")
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    chance = random.Random(f"{now(a.p)} {a.p.host_pid}")  # noqa: S311 - a test can foresee it
    fs = a.p.namespace.fs
    yield from ()
    while True:
        path = stem + "".join(chance.choices(letters, k=count))
        if fs.exists(a.p, path, False):
            continue
        try:
            if "d" in found:
                fs.mkdir(a.p, path, 0o700)
            elif "u" not in found:
                close(a, open_fd(a, path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise Die(None if "q" in found else f"(null): {reason(error)}") from None
        a.say(path)
        return 0


@applet("truncate")
def truncate(a: Applet) -> Steps[int | None]:
    """Make files that long."""
    found = a.options("cs:", least=1)
    text = found.get("s")
    if text is None:
        raise BadUsage
    size = number_of(text, KMG)
    fs = a.p.namespace.fs
    for path in found.rest:
        try:
            if not fs.exists(a.p, path):
                if "c" in found:
                    continue
                close(a, open_fd(a, path, os.O_WRONLY | os.O_CREAT))
            fs.truncate(a.p, path, size)
        except OSError as error:
            yield from a.complain(f"{path}: open: {reason(error)}")
            a.status = 1
    return None
