"""env, printenv, id, whoami, groups, hostname, uname, nproc, date, sleep, tty and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.applets.accounts import Accounts
from dockpy.fake.applets.applet import applet, wide
from dockpy.fake.applets.errors import BadUsage, Die
from dockpy.fake.applets.inputs import read_file
from dockpy.fake.applets.numbers import duration, number_of
from dockpy.fake.applets.running import become
from dockpy.fake.applets.times import SECOND, local, now, parse_time, strftime
from dockpy.fake.kernel.tty import TerminalFile

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__: list[str] = []


@applet("env")
def env(a: Applet) -> Steps[int | None]:
    """Run a command in another environment, or print it."""
    found = a.options("+iu:0", {"ignore-environment": "i", "unset": "u", "null": "0"})
    words = found.rest
    variables = {} if "i" in found or words[:1] == ["-"] else dict(a.p.env)
    words = words[1:] if words[:1] == ["-"] else words
    for name in found.all("u"):
        variables.pop(name, None)
    while words and "=" in words[0]:
        name, _, value = words[0].partition("=")
        variables[name] = value
        words = words[1:]
    if words:
        return (yield from become(a, words, variables))
    for name, value in variables.items():
        a.put(f"{name}={value}".encode("utf-8", "surrogateescape") + (b"\0" if "0" in found else b"\n"))
    return 0


@applet("printenv")
def printenv(a: Applet) -> Steps[int | None]:
    """Print variables of the environment."""
    yield from ()
    if not a.args:
        for name, value in a.p.env.items():
            a.say(f"{name}={value}")
    for name in a.args:
        if name in a.p.env:
            a.say(a.p.env[name])
        else:
            a.status = 1
    return None


@applet("id")
def id_(a: Applet) -> Steps[int | None]:
    """Print who one is."""
    found = a.options("rnugG", {"user": "u", "group": "g", "groups": "G", "name": "n", "real": "r"}, most=1)
    yield from ()
    accounts = Accounts(a.p)
    uid, gid, groups = a.p.uid, a.p.gid, [a.p.gid, *(g for g in a.p.groups if g != a.p.gid)]
    if found.rest:
        account = accounts.account(found.rest[0])
        if account is None:
            raise Die(f"unknown user {found.rest[0]}")
        uid, gid, groups = account.uid, account.gid, accounts.member_of(account.name, account.gid)
    named = "n" in found
    if found.any("ugG"):
        numbers = [uid] if "u" in found else [gid] if "g" in found else groups
        look = accounts.user if "u" in found else accounts.group
        shown = []
        for number in numbers:
            name = look(number) if named else str(number)
            if name is None:
                yield from a.complain(f"unknown ID {number}")
                a.status = 1
            shown.append(name or str(number))
        a.say(" ".join(shown))
        return None
    user, group = accounts.user(uid), accounts.group(gid)
    text = f"uid={uid}{f'({user})' if user else ''} gid={gid}{f'({group})' if group else ''}"
    if groups != [gid] or group or (a.p.groups and not found.rest):
        names = ((number, accounts.group(number)) for number in groups)
        text += " groups=" + ",".join(f"{number}({name})" if name else str(number) for number, name in names)
    a.say(text)
    return None


@applet("groups")
def groups(a: Applet) -> Steps[int | None]:
    """Print the names of groups."""
    a.args = ["-Gn", *a.args]
    return (yield from id_(a))


@applet("whoami", "logname")
def whoami(a: Applet) -> Steps[int | None]:
    """Print one's name."""
    a.options("", most=0)
    yield from ()
    name = Accounts(a.p).user(a.p.uid)
    if name is None:
        raise Die(f"unknown uid {a.p.uid}")
    a.say(name)
    return 0


@applet("hostname", "dnsdomainname", "hostid")
def hostname(a: Applet) -> Steps[int | None]:
    """Print the host's name."""
    found = a.options("dfisF:v", most=1)
    if a.name == "hostid":
        a.say("00000000")
        return 0
    if found.rest or "F" in found:
        raise Die("sethostname: Operation not permitted")
    name = a.p.namespace.hostname
    if "i" in found:
        for line in wide((yield from read_file(a, "/etc/hosts"))).splitlines():
            words = line.split()
            if name in words[1:]:
                a.say(words[0] + " ")
                return 0
        raise Die(f"{name}: Unknown host")
    if a.name == "dnsdomainname" or "d" in found:
        a.say(name.partition(".")[2])
    else:
        a.say(name.partition(".")[0] if "s" in found else name)
    return 0


@applet("uname", "arch")
def uname(a: Applet) -> Steps[int | None]:
    """Print the system's name."""
    found = a.options("snrvmpioa", {"all": "a"} if a.name == "uname" else None, most=0)
    yield from ()
    parts = {
        "s": "Linux",
        "n": a.p.namespace.hostname,
        "r": "6.1.0",
        "v": "#1 SMP",
        "m": "x86_64",
        "p": "unknown",
        "i": "unknown",
        "o": "GNU/Linux",
    }
    if a.name == "arch":
        a.say(parts["m"])
        return 0
    chosen = [text for letter, text in parts.items() if letter in found] or [parts["s"]]
    if "a" in found:
        chosen = [parts[letter] for letter in "snrvmo"]
    a.say(" ".join(chosen))
    return 0


@applet("nproc")
def nproc(a: Applet) -> Steps[int | None]:
    """Print how many processors there are."""
    found = a.options("ai:", {"all": "a", "ignore": "i"})
    yield from ()
    a.say(str(max(1, 2 - number_of(found.get("i") or "0"))))
    return 0


@applet("date")
def date(a: Applet) -> Steps[int | None]:
    """Print the time."""
    found = a.options(
        "Rs:ud:r:I::D:",
        {"rfc-2822": "R", "set": "s", "utc": "u", "date": "d", "reference": "r", "iso-8601": "I"},
    )
    nanoseconds = now(a.p)
    if "u" in found:
        a.p.env["TZ"] = "UTC0"
    rest = list(found.rest)
    form = rest.pop(0)[1:] if rest and rest[0].startswith("+") else None
    text = found.get("d")
    if text is not None:
        given = parse_time(a.p, text, utc="u" in found)
        if given is None:
            raise Die(f"invalid date '{text}'")
        nanoseconds = given
    reference = found.get("r")
    if reference is not None:
        try:
            nanoseconds = a.p.namespace.fs.stat(a.p, reference).mtime
        except OSError as error:
            raise Die(f"can't stat '{reference}': {error.strerror}") from None
    if rest:
        if parse_time(a.p, rest[0]) is None:
            raise Die(f"invalid date '{rest[0]}'")
        found.given.append(("s", rest.pop(0)))
    if rest:
        raise BadUsage
    failed = "s" in found
    if failed:
        yield from a.complain("can't set date: Operation not permitted")
    if form is None:
        precision = found.get("I")
        form = "%a %b %e %H:%M:%S %Z %Y"
        if "R" in found:
            form = "%a, %d %b %Y %H:%M:%S %z"
        elif "I" in found:
            kinds = {
                "": "%Y-%m-%d",
                "date": "%Y-%m-%d",
                "hours": "%Y-%m-%dT%H%:z",
                "minutes": "%Y-%m-%dT%H:%M%:z",
            }
            form = kinds.get(precision or "", "%Y-%m-%dT%H:%M:%S%:z")
    a.say(strftime(form, local(a.p, nanoseconds // SECOND)))
    return 1 if failed else 0


@applet("sleep", "usleep")
def sleep(a: Applet) -> Steps[int | None]:
    """Wait."""
    if not a.args:
        raise BadUsage
    if a.name == "usleep":
        yield from a.p.sleep(number_of(a.args[0]) / 1_000_000)
        return 0
    yield from a.p.sleep(min(sum(duration(text) for text in a.args), 1e9))
    return 0


@applet("tty")
def tty(a: Applet) -> Steps[int | None]:
    """Print the name of the terminal."""
    found = a.options("s")
    yield from ()
    file = a.p.fds.get(0)
    terminal = file.terminal if isinstance(file, TerminalFile) else None
    if "s" not in found:
        a.say(terminal.name if terminal is not None else "not a tty")
    return 0 if terminal is not None else 1


@applet("sync", "logger")
def sync(a: Applet) -> Steps[int | None]:
    """Nothing that shows."""
    yield from ()
    return 0
