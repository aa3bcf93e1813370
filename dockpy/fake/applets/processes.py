"""kill, killall, pidof, pgrep, pkill, ps, top, timeout, nohup, nice, time, watch, setsid, su: processes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dockpy.fake.applets.accounts import Accounts
from dockpy.fake.applets.applet import applet
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.inputs import open_fd
from dockpy.fake.applets.numbers import duration, number_of
from dockpy.fake.applets.regex import Regex
from dockpy.fake.applets.running import become, run, spawn
from dockpy.fake.applets.times import SECOND, local, now, strftime
from dockpy.fake.kernel.scheduler import Wait
from dockpy.fake.kernel.signals import NAMES, signal_number

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.kernel.process import Process

__all__: list[str] = []


def _signal(text: str) -> int:
    number = 0 if text == "0" else signal_number(text)
    if number is None:
        raise Die(f"bad signal name '{text}'")
    return number


def _named(p: Process) -> str:
    return p.argv[0].rpartition("/")[2] if p.argv else ""


def _shown(number: int) -> str:
    return "POLL" if number == 29 else NAMES.get(number, str(number))


def _list_signals(a: Applet, words: list[str]) -> int:
    for word in words:
        number = int(word) & 127 if word.isdecimal() else _signal(word)
        a.say(_shown(number) if word.isdecimal() else str(number))
    if not words:
        for number in range(1, 32):
            a.say(f"{number:2d}) {_shown(number)}")
    return 0


@applet("kill", "killall")
def kill(a: Applet) -> Steps[int | None]:
    """Send signals to processes."""
    words, signal, quiet = list(a.args), 15, False
    while words and words[0].startswith("-") and words[0] != "-":
        option = words.pop(0)
        if option == "--":
            break
        if option == "-l":
            return _list_signals(a, words)
        if option == "-q" and a.name == "killall":
            quiet = True
        elif option == "-s":
            if not words:
                raise BadUsage
            signal = _signal(words.pop(0))
        else:
            signal = _signal(option[1:])
    if not words:
        raise Die("you need to specify whom to kill")
    for word in words:
        if a.name == "killall":
            victims = [p for p in a.p.namespace.visible.values() if _named(p) == word and p is not a.p]
            if not victims and not quiet:
                yield from a.complain(f"{word}: no process killed")
            a.status = a.status if victims else 1
            for victim in victims:
                victim.kill(signal)
            continue
        try:
            number = int(word)
        except ValueError:
            yield from a.complain(f"invalid number '{word}'")
            a.status = 1
            continue
        try:
            a.p.send(number, signal)
        except OSError as error:
            yield from a.complain(f"can't kill pid {number}: {reason(error)}")
            a.status = 1
        yield None
    return None


@applet("pidof")
def pidof(a: Applet) -> Steps[int | None]:
    """Print the numbers of programs that run."""
    found = a.options("so:")
    yield from ()
    pids = [
        str(p.pid)
        for p in reversed(list(a.p.namespace.visible.values()))
        if p.exit_code is None and p is not a.p and _named(p) in found.rest
    ]
    if not pids:
        return 1
    a.say(" ".join(pids[:1] if "s" in found else pids))
    return 0


@applet("pgrep", "pkill")
def pgrep(a: Applet) -> Steps[int | None]:
    """Search for processes by name."""
    signal = 15
    if a.name == "pkill" and a.args and (number := signal_number(a.args[0].lstrip("-"))) is not None:
        signal = number
        a.args = a.args[1:]
    found = a.options("vlafonxs:P:", least=1)
    yield from ()
    regex = Regex(found.rest[0], extended=True)
    hits = []
    for p in list(a.p.namespace.visible.values()):
        name = " ".join(p.argv) if "f" in found else _named(p)
        match = regex.search(name)
        whole = match is not None and (match.start, match.end) == (0, len(name))
        matched = whole if "x" in found else match is not None
        if p is not a.p and p.exit_code is None and matched is not ("v" in found):
            hits.append(p)
    hits = hits[:1] if "o" in found else hits[-1:] if "n" in found else hits
    for p in hits:
        if a.name == "pkill":
            p.kill(signal)
        else:
            shown = f" {' '.join(p.argv)}" if "a" in found else f" {_named(p)}" if "l" in found else ""
            a.say(f"{p.pid}{shown}")
    return 0 if hits else 1


_SUPPORTED = "user,group,comm,args,pid,ppid,pgid,nice,rgroup,ruser,tty,vsz,sid,stat,rss"
_COLUMNS = {
    "pid": ("PID", 5),
    "ppid": ("PPID", 5),
    "user": ("USER", 8),
    "group": ("GROUP", 8),
    "comm": ("COMMAND", 16),
    "args": ("COMMAND", 256),
    "pgid": ("PGID", 5),
    "sid": ("SID", 5),
    "nice": ("NI", 5),
    "rgroup": ("RGROUP", 8),
    "ruser": ("RUSER", 8),
    "stat": ("STAT", 4),
    "vsz": ("VSZ", 4),
    "rss": ("RSS", 4),
    "tty": ("TT", 6),
}


def _column(a: Applet, accounts: Accounts, p: Process, name: str) -> str:
    match name:
        case "pid":
            return f"{p.pid:5d}"
        case "ppid":
            return f"{p.parent.pid if p.parent is not None else 0:5d}"
        case "user" | "ruser":
            return f"{accounts.user(p.uid) or str(p.uid):<8.8s}"
        case "group" | "rgroup":
            return f"{accounts.group(p.gid) or str(p.gid):<8.8s}"
        case "comm":
            return f"{_named(p):<16.16s}"
        case "args":
            return f"[{_named(p)}]" if p.exit_code is not None else " ".join(p.argv)
        case "pgid" | "sid":
            return f"{p.pid:5d}"
        case "nice":
            return f"{0:5d}"
        case "stat":
            return f"{'Z' if p.exit_code is not None else 'R' if p is a.p else 'S':<4s}"
        case "vsz":
            return "4400"
        case "rss":
            return f"{'4':>4s}"
    return f"{'?':<6s}"


@applet("ps")
def ps(a: Applet) -> Steps[int | None]:
    """List processes."""
    found = a.options("o:aAdefl" + "Tuxw")
    yield from ()
    columns: list[tuple[str, str]] = []
    for text in found.all("o") or ["pid,user,args"]:
        for part in text.split(","):
            name, equals, header = part.partition("=")
            if name not in _COLUMNS:
                raise Die(f"bad -o argument '{name}', supported arguments: {_SUPPORTED}")
            columns.append((name, header if equals else _COLUMNS[name][0]))
    last = len(columns) - 1

    def line(cells: list[str]) -> str:
        return " ".join(cells)

    heads = [
        header if at == last else f"{header:<{_COLUMNS[name][1]}s}"
        for at, (name, header) in enumerate(columns)
    ]
    if any(header for _, header in columns):
        a.say(line(heads))
    accounts = Accounts(a.p)
    for p in sorted(a.p.namespace.visible.values(), key=lambda p: p.pid):
        a.say(line([_column(a, accounts, p, name) for name, _ in columns]))
    return 0


@applet("top")
def top(a: Applet) -> Steps[int | None]:
    """List processes, again and again."""
    found = a.options("bHmn:d:")
    count = number_of(found.get("n") or ("1" if "b" in found else "0"))
    pause = duration(found.get("d") or "5")
    shown = 0
    while True:
        accounts = Accounts(a.p)
        a.say("Mem: 1024000K used, 1024000K free, 0K shrd, 0K buff, 512000K cached")
        a.say("CPU:   0% usr   0% sys   0% nic 100% idle   0% io   0% irq   0% sirq")
        alive = sorted(a.p.namespace.visible.values(), key=lambda p: p.pid)
        a.say(f"Load average: 0.00 0.00 0.00 1/{len(alive)} {a.p.pid}")
        a.say("  PID  PPID USER     STAT   VSZ %VSZ %CPU COMMAND")
        for p in alive:
            parent = p.parent.pid if p.parent is not None else 0
            user = accounts.user(p.uid) or str(p.uid)
            state = "R" if p is a.p else "S"
            a.say(f"{p.pid:5d} {parent:5d} {user:<8.8s} {state:<4s}  2268   0%   0% {' '.join(p.argv)}")
        yield from a.flush()
        shown += 1
        if shown == count:
            return 0
        yield from a.p.sleep(pause)


@applet("timeout")
def timeout(a: Applet) -> Steps[int | None]:
    """Run a command for so long at most."""
    found = a.options("+s:k:p:t:", least=2)
    signal = _signal(found.get("s") or "TERM")
    limit = duration(found.rest[0])
    grace = found.get("k")
    child = spawn(a, found.rest[1:])
    if limit and (yield from _outlives(a, child, limit)):
        child.kill(signal)
        if grace is not None and (yield from _outlives(a, child, duration(grace))):
            child.kill(9)
        yield from a.p.wait(child, restart=True)
        return 128 + signal if signal != 9 else 137
    return (yield from a.p.wait(child, restart=True)).exit_code


def _outlives(a: Applet, child: Process, seconds: float) -> Steps[bool]:
    """Whether a child is still there after so long."""
    due = now(a.p) + round(seconds * SECOND)
    while child.exit_code is None and now(a.p) < due:
        yield Wait((child.exited,), due)
    return child.exit_code is None


@applet("nohup", "nice", "setsid", "ionice", "chroot", "stdbuf")
def nohup(a: Applet) -> Steps[int | None]:
    """Run a command in another way."""
    words = list(a.args)
    if a.name == "nice":
        if not words:
            a.say("0")
            return 0
        if words[0] == "-n":
            words = words[2:]
    elif a.name == "chroot":
        raise (
            Die(f"can't change root directory to '{words[0]}': Operation not permitted")
            if words
            else BadUsage
        )
    while words and words[0].startswith("-") and a.name in ("setsid", "ionice", "stdbuf"):
        words.pop(0)
    if not words:
        raise BadUsage
    if a.name == "nohup":
        a.p.ignore(1)
        stdout = a.p.fds.get(1)
        if stdout is not None and stdout.isatty:
            fd = open_fd(a, "nohup.out", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            a.p.dup2(fd, 1)
            yield from a.complain("appending output to nohup.out")
    if a.name == "setsid" and a.p.parent is not None:
        a.p.setsid()
    return (yield from become(a, words))


@applet("time")
def time(a: Applet) -> Steps[int | None]:
    """Say how long a command takes."""
    found = a.options("+vpao:f:", least=1)
    began = now(a.p)
    code = yield from run(a, found.rest)
    seconds = (now(a.p) - began) / SECOND
    if "p" in found:
        yield from a.error(f"real {seconds:.2f}\nuser 0.00\nsys 0.00\n")
    else:
        minutes, rest = divmod(seconds, 60)
        yield from a.error(f"real\t{int(minutes)}m {rest:.2f}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n")
    return code


@applet("watch")
def watch(a: Applet) -> Steps[int | None]:
    """Run a command again and again."""
    found = a.options("+n:td", least=1)
    pause = duration(found.get("n") or "2")
    command = " ".join(found.rest)
    while True:
        a.put(b"\x1b[H\x1b[J")
        if "t" not in found:
            stamp = strftime("%Y-%m-%d %H:%M:%S", local(a.p, now(a.p) // SECOND))
            a.say(f"Every {pause:.1f}s: {command}{stamp:>{max(1, 60 - len(command))}s}\n")
        yield from run(a, ["sh", "-c", command])
        yield from a.p.sleep(pause)


@applet("su")
def su(a: Applet) -> Steps[int | None]:
    """Run a shell as somebody else."""
    found = a.options("+lmpc:s:")
    words = found.rest[1:] if found.rest[:1] == ["-"] else list(found.rest)
    name = words.pop(0) if words else "root"
    accounts = Accounts(a.p)
    account = accounts.account(name)
    if account is None:
        raise Die(f"unknown user {name}")
    if a.p.uid != 0 and a.p.uid != account.uid:
        raise Die("must be suid to work properly")
    a.p.groups = tuple(accounts.member_of(account.name, account.gid))
    a.p.uid, a.p.gid = account.uid, account.gid
    if not found.any("mp"):
        a.p.env |= {"HOME": account.home, "SHELL": account.shell, "USER": name, "LOGNAME": name}
    shell = found.get("s") or account.shell or "/bin/sh"
    command = found.get("c")
    return (yield from become(a, [shell, *(["-c", command] if command is not None else []), *words]))
