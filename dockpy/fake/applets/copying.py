"""cp, mv, install: files copied and moved."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.inputs import close, open_fd
from dockpy.fake.applets.modes import changed_mode
from dockpy.fake.applets.prompts import confirmed
from dockpy.fake.applets.removing import remove

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.files import Stat

__all__ = ["copy"]


class _How:
    """How to copy: letters as of cp."""

    def __init__(self, letters: str) -> None:
        if "a" in letters:
            letters += "dpR"
        self.recursive: bool = "R" in letters or "r" in letters
        self.preserve: bool = "p" in letters
        self.force: bool = "f" in letters
        self.ask: bool = "i" in letters
        self.keep: bool = "n" in letters
        self.link: bool = "l" in letters
        self.symlink: bool = "s" in letters
        self.update: bool = "u" in letters
        self.made: set[tuple[int, int]] = set()
        last = next((letter for letter in reversed(letters) if letter in "PdLH"), "")
        self.follow: bool = last == "L" or (not self.recursive and last == "")
        self.follow_first: bool = last == "H"


def _stat(a: Applet, path: str, *, follow: bool) -> Stat | None:
    try:
        return a.p.namespace.fs.stat(a.p, path, follow)
    except OSError:
        return None


def copy(a: Applet, source: str, target: str, how: _How, *, first: bool = True) -> Steps[bool]:
    """Copy a file or a tree to that very path; complains, and says whether it was done."""
    fs = a.p.namespace.fs
    follow = how.follow or (first and how.follow_first)
    try:
        stat = fs.stat(a.p, source, follow)
    except OSError as error:
        yield from a.complain(f"can't stat '{source}': {reason(error)}")
        return False
    try:
        there: Stat | None = fs.stat(a.p, target)
    except NotADirectoryError as error:
        yield from a.complain(f"can't stat '{target}': {reason(error)}")
        return False
    except OSError:
        there = None
    if there is not None and (there.device, there.ino) == (stat.device, stat.ino):
        yield from a.complain(f"'{source}' and '{target}' are the same file")
        return False
    if stat.is_dir:
        return (yield from _copy_directory(a, source, target, stat, there, how))
    if there is not None or _stat(a, target, follow=False) is not None:
        if how.keep or (how.update and there is not None and there.mtime >= stat.mtime):
            return True
        if how.ask and not (yield from confirmed(a, f"{a.name}: overwrite '{target}'? ")):
            return True
    try:
        yield from _copy_node(a, source, target, stat, how)
    except _Failed as failure:
        yield from a.complain(str(failure))
        return False
    if how.preserve:
        _preserve(a, target, stat)
    return True


class _Failed(Exception):
    pass


def _copy_node(a: Applet, source: str, target: str, stat: Stat, how: _How) -> Steps[None]:
    fs = a.p.namespace.fs
    if how.link or how.symlink:
        try:
            if _stat(a, target, follow=False) is not None and how.force:
                fs.unlink(a.p, target)
            if how.symlink:
                fs.symlink(a.p, source, target)
            else:
                fs.link(a.p, source, target)
        except OSError as error:
            raise _Failed(f"can't create {'sym' * how.symlink}link '{target}': {reason(error)}") from None
        return
    if stat.kind == "file" or not (how.recursive or stat.kind == "symlink"):
        yield from _copy_content(a, source, target, stat, how)
        return
    if _stat(a, target, follow=False) is not None:
        _attempt(lambda: fs.unlink(a.p, target), f"can't remove '{target}'")
    if stat.kind == "symlink":
        leads = fs.readlink(a.p, source)
        _attempt(lambda: fs.symlink(a.p, leads, target), f"can't create symlink '{target}'")
    else:
        _attempt(lambda: fs.mknod(a.p, target, stat.kind, stat.mode, stat.rdev), f"can't create '{target}'")


def _attempt(action: object, what: str) -> None:
    assert callable(action)
    try:
        action()
    except OSError as error:
        raise _Failed(f"{what}: {reason(error)}") from None


def _copy_content(a: Applet, source: str, target: str, stat: Stat, how: _How) -> Steps[None]:
    fs = a.p.namespace.fs
    try:
        reading = open_fd(a, source)
    except OSError as error:
        raise _Failed(f"can't open '{source}': {reason(error)}") from None
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        try:
            writing = open_fd(a, target, flags, stat.mode & 0o777)
        except OSError as error:
            there = _stat(a, target, follow=False)
            if there is None or there.is_dir or not how.force:
                raise _Failed(f"can't create '{target}': {reason(error)}") from None
            try:
                fs.unlink(a.p, target)
                writing = open_fd(a, target, flags, stat.mode & 0o777)
            except OSError as again:
                raise _Failed(f"can't create '{target}': {reason(again)}") from None
        try:
            while piece := (yield from a.p.read(reading, 65536)):
                yield from a.p.write(writing, piece)
                yield None
        except InterruptedError:
            raise
        except OSError as error:
            raise _Failed(
                f"write error: {reason(error)}"
                if error.errno == errno.ENOSPC
                else f"read error: {reason(error)}"
            ) from None
        finally:
            close(a, writing)
    finally:
        close(a, reading)


def _copy_directory(
    a: Applet, source: str, target: str, stat: Stat, there: Stat | None, how: _How
) -> Steps[bool]:
    fs = a.p.namespace.fs
    if not how.recursive:
        yield from a.complain(f"omitting directory '{source}'")
        return False
    if (stat.device, stat.ino) in how.made:
        yield from a.complain(f"recursion detected, omitting directory '{source}'")
        return False
    if there is not None and not there.is_dir:
        yield from a.complain(f"target '{target}' is not a directory")
        return False
    if not fs.access(a.p, source, 4):
        yield from a.complain(f"can't open '{source}': Permission denied")
        return False
    if there is None:
        try:
            fs.mkdir(a.p, target, stat.mode | 0o700)
        except OSError as error:
            yield from a.complain(f"can't create directory '{target}': {reason(error)}")
            return False
    made = fs.stat(a.p, target)
    how.made.add((made.device, made.ino))
    names = fs.listdir(a.p, source)
    done = True
    for name in names:
        done = (
            yield from copy(
                a, f"{source.rstrip('/')}/{name}", f"{target.rstrip('/')}/{name}", how, first=False
            )
        ) and done
        yield None
    if there is None:
        fs.chmod(a.p, target, stat.mode if how.preserve else stat.mode & ~a.p.umask)
    if how.preserve:
        _preserve(a, target, stat)
    return done


def _preserve(a: Applet, target: str, stat: Stat) -> None:
    fs = a.p.namespace.fs
    try:
        fs.chown(a.p, target, stat.uid, stat.gid, False)
        if stat.kind != "symlink":
            fs.chmod(a.p, target, stat.mode)
            fs.utime(a.p, target, stat.mtime)
    except OSError:
        return  # who may not give away a file keeps it


def _targets(a: Applet, words: list[str], into: str | None, *, plain: bool) -> Steps[list[tuple[str, str]]]:
    """Which path each source goes to."""
    if into is None and len(words) < 2:
        raise BadUsage
    sources, last = (words[:-1], words[-1]) if into is None else (words, into)
    if len(sources) > 1 or into is not None:
        return [(source, _below(last, source)) for source in sources]
    yield from ()
    source_stat, there = _checked(a, sources[0]), _checked(a, last)
    if there is None or not there.is_dir:
        return [(sources[0], last)]
    if not plain:
        return [(sources[0], _below(last, sources[0]))]
    if source_stat is None or not source_stat.is_dir:
        raise Die(f"'{last}' is a directory")
    return [(sources[0], last)]


def _checked(a: Applet, path: str) -> Stat | None:
    try:
        return a.p.namespace.fs.stat(a.p, path)
    except NotADirectoryError:
        raise Die(f"can't stat '{path}': Path has non-directory component") from None
    except OSError:
        return None


def _below(directory: str, source: str) -> str:
    name = source.rstrip("/").rpartition("/")[2]
    return f"{directory.rstrip('/')}/{name}" if name else directory


@applet("cp")
def cp(a: Applet) -> Steps[int | None]:
    """Copy files."""
    found = a.options(
        "pdRfilsLHarPvuTt:n",
        {
            "archive": "a",
            "force": "f",
            "interactive": "i",
            "link": "l",
            "dereference": "L",
            "recursive": "R",
            "symbolic-link": "s",
            "no-target-directory": "T",
            "target-directory": "t",
            "update": "u",
            "no-clobber": "n",
            "verbose": "v",
        },
        least=1,
    )
    how = _How("".join(letter for letter, _ in found.given))
    for source, target in (yield from _targets(a, found.rest, found.get("t"), plain="T" in found)):
        if not (yield from copy(a, source, target, how)):
            a.status = 1
        elif "v" in found:
            a.say(f"'{source}' -> '{target}'")
    return None


@applet("mv")
def mv(a: Applet) -> Steps[int | None]:
    """Move files."""
    found = a.options(
        "finTt:v",
        {
            "force": "f",
            "interactive": "i",
            "no-clobber": "n",
            "verbose": "v",
            "no-target-directory": "T",
            "target-directory": "t",
        },
        least=1,
    )
    fs = a.p.namespace.fs
    for source, target in (yield from _targets(a, found.rest, found.get("t"), plain="T" in found)):
        last = found.last("fin")
        there = _stat(a, target, follow=False)
        if there is not None and last == "n":
            continue
        if there is not None and last == "i" and not (yield from confirmed(a, f"mv: overwrite '{target}'? ")):
            continue
        try:
            fs.rename(a.p, source, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                yield from a.complain(f"can't rename '{source}': {reason(error)}")
                a.status = 1
                continue
            if not (yield from _move_over(a, source, target)):
                a.status = 1
                continue
        if "v" in found:
            a.say(f"'{source}' -> '{target}'")
    return None


def _move_over(a: Applet, source: str, target: str) -> Steps[bool]:
    """Move to another file system: copy, then remove."""
    there = _stat(a, target, follow=False)
    if there is not None and not there.is_dir:
        a.p.namespace.fs.unlink(a.p, target)
    if not (yield from copy(a, source, target, _How("a"))):
        return False
    return (yield from remove(a, source, force=True, recursive=True))


@applet("install")
def install(a: Applet) -> Steps[int | None]:
    """Copy files, with a mode and an owner."""
    found = a.options("cdDpsg:m:o:t:v", least=1)
    fs = a.p.namespace.fs
    mode = changed_mode(found.get("m") or "755", 0, directory=False, umask=0)
    if mode is None:
        raise Die(f"invalid mode '{found.get('m')}'")
    if "d" in found:
        for path in found.rest:
            fs.makedirs(a.p, path, 0o755)
            fs.chmod(a.p, path, mode)
        return 0
    if "D" in found:
        parent = found.get("t") or found.rest[-1].rpartition("/")[0]
        if parent:
            fs.makedirs(a.p, parent, 0o755)
    for source, target in (yield from _targets(a, found.rest, found.get("t"), plain=False)):
        if not (yield from copy(a, source, target, _How("fp" if "p" in found else "f"))):
            a.status = 1
            continue
        fs.chmod(a.p, target, mode)
    return None
