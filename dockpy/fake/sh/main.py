"""The program ``sh``: its arguments, and where its commands come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import BANNER
from dockpy.fake.sh import options as option_table
from dockpy.fake.sh.errors import Abort, Exit, Failure, Incomplete, Jump, SyntaxFault
from dockpy.fake.sh.parser import Parser
from dockpy.fake.sh.shell import Shell
from dockpy.fake.sh.source import Source
from dockpy.fake.sh.text import decode, inner, outer

if TYPE_CHECKING:
    from collections.abc import Generator

    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Program, Wait, Waitable

__all__ = ["main"]

_CHUNK = 1023
_INT, _QUIT, _TERM, _TSTP, _TTIN, _TTOU = 2, 3, 15, 20, 21, 22
_USAGE = (
    f"{BANNER}\n\nUsage: sh [-il] [-|+Cabefmnuvx] [-|+o OPT]... "
    "[-c 'SCRIPT' [ARG0 ARGS] | FILE ARGS | -s ARGS]\n\n"
    "Unix shell interpreter\n"
)


def main(p: Process) -> Program:
    """The shell."""
    args = [inner(arg) for arg in p.argv[1:]]
    shell = Shell(p, inner(p.argv[0]))
    if args == ["--help"]:
        yield from shell.complain(_USAGE)
        return 0
    login = p.argv[0].startswith("-")
    try:
        rest = _options(shell, args)
    except Failure as failure:
        yield from shell.complain(f"{shell.name}: {failure}\n")
        return failure.status
    _variables(shell)
    if shell.options["c"]:
        if not rest:
            yield from shell.complain(f"{shell.name}: -c requires an argument\n")
            return 2
        script, names = rest[0], rest[1:]
        if names:
            shell.name = names[0]
        shell.arguments = names[1:]
        if shell.options["i"]:
            yield from _welcome(shell)
        return (yield from shell.finish(shell.run(script, last=not shell.options["s"])))
    if rest and not shell.options["s"]:
        shell.arguments = rest[1:]
        return (yield from _file(shell, rest[0]))
    shell.arguments = rest
    shell.options["s"] = True
    if _typed(p) and not shell.options["n"]:
        shell.options["i"] = True
    if shell.options["i"]:
        yield from _welcome(shell)
    if login and shell.p.namespace.fs.exists(p, "/etc/profile"):
        return (yield from shell.finish(_profile(shell)))
    return (yield from shell.finish(_Reader(shell).run()))


def _options(shell: Shell, args: list[str]) -> list[str]:
    given = (
        [arg for arg in args if arg not in ("-l", "--login")] if args[:1] in (["-l"], ["--login"]) else args
    )
    rest = option_table.take(shell.options, given)
    if shell.options["a"]:
        shell.variables.export_all = True
    return rest or []


def _typed(p: Process) -> bool:
    return all(fd in p.fds and p.fds[fd].isatty for fd in (0, 1))


def _variables(shell: Shell) -> None:
    p, variables = shell.p, shell.variables
    values = variables.values
    values |= {"FUNCNAME": "", "LINENO": "", "RANDOM": "", "OPTIND": "1", "PS2": "> ", "PS4": "+ "}
    values |= {"PATH": "/sbin:/usr/sbin:/bin:/usr/bin"}
    variables.take_environment(p.env)
    values["IFS"] = " \t\n"
    values.setdefault("PS1", "\\w \\$ ")
    values["PPID"] = str(p.parent.pid if p.parent is not None else 0)
    level = values.get("SHLVL") or ""
    values["SHLVL"] = str(int(level) + 1 if level.isdecimal() else 1)
    values["PWD"] = inner(p.cwd)
    variables.exported |= {"SHLVL", "PWD"}


def _welcome(shell: Shell) -> Generator[Waitable | Wait | None, None, None]:
    if _typed(shell.p):
        shell.options["m"] = True
        shell.p.setpgid()
        shell.jobs.give_terminal(shell.p.pgid)
    for signal in (_INT, _QUIT, _TERM, *((_TSTP, _TTIN, _TTOU) if shell.options["m"] else ())):
        shell.traps.guard(signal)
    if not shell.options["m"]:
        yield from shell.complain(f"{shell.name}: can't access tty; job control turned off\n")
    yield from shell.say(
        f"\n\n{BANNER.removesuffix(' multi-call binary.')} built-in shell (ash)\n"
        "Enter 'help' for a list of built-in commands.\n\n"
    )


def _file(shell: Shell, path: str) -> Program:
    try:
        data = shell.p.namespace.fs.read_bytes(shell.p, outer(path))
    except OSError as error:
        yield from shell.complain(f"{shell.name}: can't open '{path}': {error.strerror}\n")
        return 2
    shell.name = shell.command = path
    shell.from_file = True
    return (yield from shell.finish(shell.run(decode(data), line=1)))


def _profile(shell: Shell) -> Generator[Waitable | Wait | None, None, int]:
    yield from shell.run(". /etc/profile")
    return (yield from _Reader(shell).run())


class _Reader:
    """Reads commands from the standard input, and runs each when it is complete.

    Args:
        shell: runs them.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._text = ""
        self._line = 1
        self._final = False

    def run(self) -> Generator[Waitable | Wait | None, None, int]:
        """Run all of it."""
        shell = self._shell
        while True:
            try:
                if not (yield from self._next()):
                    if shell.interactive:
                        yield from shell.complain("\n")
                    return shell.status
            except Exit:
                raise
            except Abort as abort:
                if not shell.interactive:
                    raise
                shell.status = abort.status
                self._text = ""
            except Jump as jump:
                if not shell.interactive:
                    raise
                shell.status = jump.status
                self._text = ""
                yield from shell.complain("\n")

    def _next(self) -> Generator[Waitable | Wait | None, None, bool]:
        """Run the next command; false where there is none."""
        shell = self._shell
        begun = False
        if shell.interactive and not self._text:
            yield from self._notices()
        while True:
            if not self._text and not self._final:
                yield from self._more("PS2" if begun else "PS1")
                continue
            source = Source(self._text, line=self._line, final=self._final)
            parser = Parser(source, shell.aliases)
            try:
                command = parser.next()
            except Incomplete:
                begun = begun or bool(self._text.strip())
                yield from self._more("PS2" if begun else "PS1")
                continue
            except SyntaxFault as fault:
                yield from shell.warn(str(fault), fault.line)
                raise Abort(2) from None
            self._text, self._line = source.text[source.position :], source.line
            if command is None:
                return False
            if not shell.options["n"]:
                yield from shell.evaluator.run(command)
            shell.jobs.reap()
            return True

    def _more(self, prompt: str) -> Generator[Waitable | Wait | None, None, None]:
        shell = self._shell
        if shell.interactive:
            yield from shell.complain(self._shown((yield from shell.prompt(prompt, ""))))
        while True:
            try:
                data = yield from shell.p.read(0, _CHUNK)
                break
            except InterruptedError:
                yield from shell.traps.run_pending()
            except OSError:
                data = b""
                break
        if shell.options["v"]:
            yield from shell.complain(decode(data))
        self._text += decode(data)
        self._final = not data

    def _shown(self, prompt: str) -> str:
        """The prompt with what its backslashes stand for."""
        p = self._shell.p
        home = self._shell.variables.get("HOME") or ""
        place = inner(p.cwd)
        if len(home) > 1 and (place + "/").startswith(home.rstrip("/") + "/"):
            place = "~" + place[len(home.rstrip("/")) :]
        values = {
            "\\w": place,
            "\\W": place.rpartition("/")[2] or place,
            "\\$": "#" if p.uid == 0 else "$",
            "\\h": inner(p.namespace.hostname).split(".")[0],
            "\\H": inner(p.namespace.hostname),
            "\\n": "\n",
            "\\u": "root" if p.uid == 0 else str(p.uid),
        }
        for letters, value in values.items():
            prompt = prompt.replace(letters, value)
        return prompt

    def _notices(self) -> Generator[Waitable | Wait | None, None, None]:
        jobs = self._shell.jobs
        for job in jobs.known():
            if job.done:
                yield from self._shell.complain(jobs.line(job))
                job.waited = True
