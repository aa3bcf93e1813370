"""chmod, chown, chgrp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.applets.accounts import Accounts
from dockpy.fake.applets.applet import applet
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.modes import changed_mode, mode_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.files import Stat

__all__: list[str] = []


def _each(
    a: Applet,
    path: str,
    recursive: bool,
    change: Callable[[str, Stat, bool], None],
    *,
    quiet: bool,
    follow: bool,
) -> Steps[None]:
    """Change a path, and what is below it."""
    fs = a.p.namespace.fs
    try:
        stat = fs.stat(a.p, path, follow)
        change(path, stat, follow)
        names = fs.listdir(a.p, path) if recursive and stat.is_dir else []
    except OSError as error:
        a.status = 1
        if not quiet:
            yield from a.complain(f"{path}: {reason(error)}")
        return
    for name in names:
        child = f"{path.rstrip('/')}/{name}"
        yield from _each(a, child, recursive, change, quiet=quiet, follow=False)
        yield None


@applet("chmod")
def chmod(a: Applet) -> Steps[int | None]:
    """Change permission bits."""
    a.args = _mode_first(a.args)
    found = a.options(
        "Rvcf", {"recursive": "R", "verbose": "v", "changes": "c", "silent": "f", "quiet": "f"}, least=2
    )
    text, *paths = found.rest
    fs = a.p.namespace.fs

    def change(path: str, stat: Stat, follow: bool) -> None:
        if stat.kind == "symlink":
            return
        mode = changed_mode(text, stat.mode, directory=stat.is_dir, umask=a.p.umask)
        if mode is None:
            raise Die(f"invalid mode '{text}'")
        fs.chmod(a.p, path, mode)
        if "v" in found or ("c" in found and mode != stat.mode):
            shown = mode_string(fs.stat(a.p, path))[1:]
            a.say(f"mode of '{path}' changed to {mode:04o} ({shown})")

    for path in paths:
        yield from _each(a, path, "R" in found, change, quiet="f" in found, follow=True)
    return None


def _mode_first(args: list[str]) -> list[str]:
    """``chmod -w file``: a mode that looks like an option is none."""
    found: list[str] = []
    for at, arg in enumerate(args):
        if arg.startswith("-") and len(arg) > 1 and arg[1] in "rwxXstugo" and not arg.startswith("--"):
            return [*found, "--", *args[at:]]
        found.append(arg)
    return found


@applet("chown", "chgrp")
def chown(a: Applet) -> Steps[int | None]:
    """Change owners and groups."""
    found = a.options(
        "RhLHPvcf",
        {
            "recursive": "R",
            "no-dereference": "h",
            "verbose": "v",
            "changes": "c",
            "silent": "f",
            "quiet": "f",
            "dereference": "D",
        },
        least=2,
    )
    text, *paths = found.rest
    accounts = Accounts(a.p)
    uid = gid = -1
    mark = ""
    if a.name == "chgrp":
        user, group = "", text
    else:
        mark = ":" if ":" in text else "." if "." in text and accounts.account(text) is None else ""
        user, _, group = text.partition(mark) if mark else (text, "", "")
        if mark and not group and user and (account := accounts.account(user)) is not None:
            gid = account.gid
    if user:
        number = accounts.uid_of(user)
        if number is None:
            raise Die(f"unknown user{'/group' * bool(mark)} {text}")
        uid = number
    if group:
        number = accounts.gid_of(group)
        if number is None:
            raise Die(f"unknown user/group {text}" if a.name == "chown" else f"unknown group {group}")
        gid = number
    fs = a.p.namespace.fs

    def change(path: str, stat: Stat, follow: bool) -> None:
        fs.chown(a.p, path, uid, gid, follow and "h" not in found)
        if found.any("vc"):
            owner = f"{uid if uid >= 0 else stat.uid}:{gid if gid >= 0 else stat.gid}"
            a.say(f"changed ownership of '{path}' to {owner}")

    if not paths:
        raise BadUsage
    for path in paths:
        yield from _each(a, path, "R" in found, change, quiet="f" in found, follow="h" not in found)
    return None
