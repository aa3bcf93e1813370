"""getopt, sysctl, stty, adduser, addgroup, cal: settings, and what stands alone."""

from __future__ import annotations

import calendar
import os
import re
from typing import TYPE_CHECKING

from dockpy.fake.applets.accounts import Accounts
from dockpy.fake.applets.applet import applet, raw, wide
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.inputs import close, open_fd, read_file
from dockpy.fake.applets.numbers import number_of
from dockpy.fake.applets.options import parse
from dockpy.fake.applets.times import SECOND, local, now
from dockpy.fake.kernel.tty import TerminalFile

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__: list[str] = []

_MODES = ("icanon", "echo", "isig", "icrnl", "opost", "onlcr")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


@applet("getopt")
def getopt(a: Applet) -> Steps[int | None]:
    """Take a command line apart for a script."""
    found = a.options("+o:n:qQl:s:Tau")
    if "T" in found:
        return 4
    rest = found.rest[1:] if found.rest[:1] == ["--"] else list(found.rest)
    plain = "o" not in found
    if plain and not rest:
        raise Die("missing optstring argument", 1)
    spec = rest.pop(0) if plain else found.get("o") or ""
    long: dict[str, str] = {}
    for name in ",".join(found.all("l")).split(","):
        if name:
            mark = chr(0xE000 + len(long))
            long[name.rstrip(":")] = mark
            spec += mark + name[len(name.rstrip(":")) :]
    names = {mark: name for name, mark in long.items()}
    code, shown = 0, ""
    try:
        parsed = parse(found.get("n") or "getopt", rest, spec, long)
    except BadUsage as bad:
        if "q" not in found:
            yield from a.error(f"{bad.prefix}: {bad.message}\n")
        code, parsed = 1, parse("", [], "", {})
    takes = {letter: ":" in spec[at + 1 : at + 2] for at, letter in enumerate(spec)}
    quote = (lambda text: text) if plain or "u" in found else _quoted
    for letter, value in parsed.given:
        shown += f" --{names[letter]}" if letter in names else f" -{letter}"
        shown += f" {quote(value)}" if takes.get(letter) else ""
    a.say(" ".join([shown + " --", *[quote(word) for word in parsed.rest]]))
    return code


@applet("sysctl")
def sysctl(a: Applet) -> Steps[int | None]:
    """Print settings of the kernel."""
    found = a.options("neAapwq")
    for word in found.rest:
        name, equals, _ = word.partition("=")
        path = "/proc/sys/" + name.replace(".", "/")
        if equals:
            yield from a.complain(f"error setting key '{name}': Read-only file system")
            a.status = 1
            continue
        try:
            text = wide((yield from read_file(a, path))).rstrip("\n")
        except OSError as error:
            if "e" not in found:
                yield from a.complain(f"{path}: {reason(error)}")
                a.status = 1
            continue
        a.say(text if "n" in found else f"{name} = {text}")
    return None


@applet("stty")
def stty(a: Applet) -> Steps[int | None]:
    """Print or change a terminal's settings."""
    yield from ()
    file = a.p.fds.get(0)
    if not isinstance(file, TerminalFile):
        raise Die("standard input: Inappropriate ioctl for device")
    terminal = file.terminal
    if not a.args:
        a.say("speed 38400 baud; line = 0;")
    for word in a.args:
        on, name = not word.startswith("-"), word.lstrip("-")
        if word == "size":
            a.say(f"{terminal.rows} {terminal.columns}")
        elif name in _MODES:
            setattr(terminal.modes, name, on)
        elif word in ("raw", "cooked", "sane"):
            for mode in _MODES:
                setattr(terminal.modes, mode, word != "raw" or mode == "echo")
    return 0


def _append(a: Applet, path: str, line: str) -> Steps[None]:
    try:
        fd = open_fd(a, path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    except OSError as error:
        raise Die(f"{path}: {reason(error)}") from None
    yield from a.p.write(fd, raw(line) + b"\n")
    close(a, fd)


@applet("addgroup")
def addgroup(a: Applet) -> Steps[int | None]:
    """Add a group, or a user to one."""
    found = a.options("g:S", {"gid": "g", "system": "S"}, least=1, most=2)
    accounts = Accounts(a.p)
    name = found.rest[0]
    if len(found.rest) == 2:
        group = found.rest[1]
        data = wide((yield from read_file(a, "/etc/group")))
        lines = []
        for line in data.splitlines():
            fields = line.split(":")
            if fields[0] == group:
                fields[3] = ",".join(filter(None, [*fields[3].split(","), name]))
            lines.append(":".join(fields))
        a.p.namespace.fs.write_bytes(a.p, "/etc/group", raw("\n".join(lines) + "\n"))
        return 0
    if accounts.gid_of(name) is not None:
        raise Die(f"group '{name}' in use")
    yield from _append(a, "/etc/group", f"{name}:x:{_free_gid(accounts, found.get('g'), 'S' in found)}:")
    return 0


def _free_gid(accounts: Accounts, given: str | None, system: bool) -> int:
    if given is not None:
        return number_of(given)
    taken = {group.gid for group in accounts.groups} | {user.uid for user in accounts.users}
    return next(number for number in range(100 if system else 1000, 60000) if number not in taken)


@applet("adduser")
def adduser(a: Applet) -> Steps[int | None]:
    """Add a user."""
    found = a.options(
        "h:g:s:G:DSHu:k:",
        {
            "home": "h",
            "gecos": "g",
            "shell": "s",
            "ingroup": "G",
            "disabled-password": "D",
            "empty-password": "D",
        }
        | {"system": "S", "no-create-home": "H", "uid": "u"},
        least=1,
        most=2,
    )
    accounts = Accounts(a.p)
    name = found.rest[0]
    if accounts.account(name) is not None:
        raise Die(f"user '{name}' in use")
    uid = _free_gid(accounts, found.get("u"), "S" in found)
    home = found.get("h") or f"/home/{name}"
    shell = found.get("s") or ("/bin/false" if "S" in found else "/bin/sh")
    group = found.get("G")
    gid = accounts.gid_of(group) if group is not None else 65533 if "S" in found else uid
    if gid is None:
        raise Die(f"unknown group {group}")
    yield from _append(
        a, "/etc/passwd", f"{name}:x:{uid}:{gid}:{found.get('g') or 'Linux User,,,'}:{home}:{shell}"
    )
    if group is None and "S" not in found:
        yield from _append(a, "/etc/group", f"{name}:x:{gid}:")
    if "H" not in found and not a.p.namespace.fs.exists(a.p, home):
        a.p.namespace.fs.makedirs(a.p, home, 0o755)
        a.p.namespace.fs.chown(a.p, home, uid, gid)
    return 0


@applet("cal")
def cal(a: Applet) -> Steps[int | None]:
    """Print a calendar."""
    yield from ()
    today = local(a.p, now(a.p) // SECOND)
    words = [word for word in a.args if re.fullmatch(r"\d+", word)]
    year = int(words[-1]) if words else today.year
    month = int(words[0]) if len(words) > 1 else today.month
    if not 1 <= month <= 12 or not 1 <= year <= 9999:
        raise Die(f"number {words[0]} is not in 1..12 range")
    a.say(f"{calendar.month_name[month]} {year}".center(20).rstrip())
    a.say("Su Mo Tu We Th Fr Sa")
    weeks = calendar.Calendar(6).monthdayscalendar(year, month)
    for week in weeks:
        a.say(" ".join(f"{day:2d}" if day else "  " for day in week).rstrip())
    for _ in range(6 - len(weeks)):
        a.say(" " * 21)
    return 0


@applet("vi", "crond", "login", "getty")
def vi(a: Applet) -> Steps[int | None]:
    """What the fake has not."""
    yield from ()
    raise Die("not available in a fake container")
