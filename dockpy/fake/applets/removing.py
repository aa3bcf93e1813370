"""rm, rmdir, unlink."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.prompts import confirmed

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__ = ["remove"]


def remove(a: Applet, path: str, *, force: bool, recursive: bool, ask: bool = False) -> Steps[bool]:
    """Remove a file or a tree; complains, and says whether it was done."""
    fs = a.p.namespace.fs
    try:
        stat = fs.stat(a.p, path, False)
    except OSError as error:
        if force and isinstance(error, (FileNotFoundError, NotADirectoryError)):
            return True
        yield from a.complain(f"can't remove '{path}': {reason(error)}")
        return False
    if not stat.is_dir:
        if ask and not (yield from confirmed(a, f"{a.name}: remove '{path}'? ")):
            return True
        return (yield from _done(a, path, lambda: fs.unlink(a.p, path)))
    if not recursive:
        yield from a.complain(f"'{path}' is a directory")
        return False
    if ask and not (yield from confirmed(a, f"{a.name}: descend into directory '{path}'? ")):
        return True
    try:
        names = fs.listdir(a.p, path)
    except OSError as error:
        yield from a.complain(f"can't open '{path}': {reason(error)}")
        return False
    done = True
    for name in names:
        child = f"{path.rstrip('/')}/{name}"
        done = (yield from remove(a, child, force=force, recursive=True, ask=ask)) and done
        yield None
    if ask and not (yield from confirmed(a, f"{a.name}: remove directory '{path}'? ")):
        return done
    return (yield from _done(a, path, lambda: fs.rmdir(a.p, path))) and done


def _done(a: Applet, path: str, action: object) -> Steps[bool]:
    assert callable(action)
    try:
        action()
    except OSError as error:
        yield from a.complain(f"can't remove '{path}': {reason(error)}")
        return False
    return True


@applet("rm")
def rm(a: Applet) -> Steps[int | None]:
    """Remove files."""
    found = a.options("fiRrv")
    if not found.rest and "f" not in found:
        raise BadUsage
    last = found.last("fi")
    for path in found.rest:
        if path.rstrip("/").rpartition("/")[2] in (".", ".."):
            yield from a.complain("can't remove '.' or '..'")
            a.status = 1
            continue
        if not (yield from remove(a, path, force=last == "f", recursive=found.any("rR"), ask=last == "i")):
            a.status = 1
    return None


@applet("rmdir")
def rmdir(a: Applet) -> Steps[int | None]:
    """Remove empty directories."""
    found = a.options("pF", {"parents": "p", "ignore-fail-on-non-empty": "F"}, least=1)
    for path in found.rest:
        current = path
        while True:
            try:
                a.p.namespace.fs.rmdir(a.p, current)
            except OSError as error:
                if not ("F" in found and "not empty" in reason(error)):
                    yield from a.complain(f"'{current}': {reason(error)}")
                    a.status = 1
                break
            current = current.rstrip("/").rpartition("/")[0]
            if "p" not in found or not current:
                break
    return None


@applet("unlink")
def unlink(a: Applet) -> Steps[int | None]:
    """Remove one name."""
    found = a.options("", least=1, most=1)
    yield from ()
    try:
        a.p.namespace.fs.unlink(a.p, found.rest[0])
    except OSError as error:
        raise Die(f"can't remove file '{found.rest[0]}': {reason(error)}") from None
    return 0
