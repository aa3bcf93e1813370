"""The state of one shell, and of the subshells that are copies of it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dockpy.fake.sh import options as option_table
from dockpy.fake.sh.calls import drive
from dockpy.fake.sh.commands import Runner
from dockpy.fake.sh.errors import Abort, Ended, Failure, Jump, SyntaxFault
from dockpy.fake.sh.evaluator import Evaluator
from dockpy.fake.sh.expansion import Expander, home_of
from dockpy.fake.sh.jobs import Jobs
from dockpy.fake.sh.parser import Parser
from dockpy.fake.sh.redirects import Redirects
from dockpy.fake.sh.source import Source
from dockpy.fake.sh.text import decode, encode
from dockpy.fake.sh.traps import Traps
from dockpy.fake.sh.variables import Variables
from dockpy.fake.sh.words import NAME, WordReader

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from dockpy.fake.kernel.file import File
    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Program, Wait, Waitable
    from dockpy.fake.sh.options import Options
    from dockpy.fake.sh.tree import Command, Function

__all__ = ["Shell"]

_SEGV = 11


class Shell:
    """One shell.

    Args:
        p: its process.
        name: ``$0``.

    Attributes:
        command: what stands before the line in messages: a builtin's name, a script's.
        arguments: ``$1`` and so on.
        pid: ``$$``: of a subshell, its parent's.
        status: ``$?``.
        loops: how many loops are running within each other.
        tested: above 0, a command that fails does not end the shell with ``-e``.
        calls: how many functions are running within each other.
    """

    def __init__(self, p: Process, name: str) -> None:
        self.p: Process = p
        self.name: str = name
        self.applet: str = posixpath.basename(p.argv[0]).lstrip("-") or "sh"
        self.pid: int = p.pid
        self.variables: Variables = Variables({"LINENO": lambda: str(self.line), "RANDOM": self._random})
        self.functions: dict[str, Function] = {}
        self.aliases: dict[str, str] = {}
        self.options: Options = dict.fromkeys(option_table.NAMES, False)
        self.arguments: list[str] = []
        self.command: str | None = None
        self.line: int = 0
        self.status: int = 0
        self.substituted: int = 0
        self.background: int | None = None
        self.loops: int = 0
        self.tested: int = 0
        self.calls: int = 0
        self.option_offset: int = 0
        self.is_subshell: bool = False
        self.from_file: bool = False
        self._seed = p.pid
        self._make_parts()
        self.jobs: Jobs = Jobs(self)

    def _make_parts(self) -> None:
        self.expander: Expander = Expander(self)
        self.evaluator: Evaluator = Evaluator(self)
        self.runner: Runner = Runner(self)
        self.redirects: Redirects = Redirects(self)
        self.traps: Traps = Traps(self)

    def _random(self) -> str:
        self._seed = (self._seed * 1103515245 + 12345) & 0x7FFFFFFF
        return str(self._seed >> 16)

    def send(self, pid: int, signal: int) -> str | None:
        """Send a signal to a process; returns why that cannot be.

        Args:
            pid: which; 0 and below for all that belong together.
            signal: its number.
        """
        try:
            self.p.send(pid, signal)
        except OSError as error:
            return error.strerror
        return None

    # Variables and parameters

    @property
    def ifs(self) -> str:
        """What fields are split at."""
        value = self.variables.get("IFS")
        return " \t\n" if value is None else value

    @property
    def interactive(self) -> bool:
        """Whether somebody types the commands."""
        return self.options["i"]

    def parameter(self, name: str) -> str | None:
        """The value of ``$name``; ``@`` and ``*`` aside."""
        first = name[0]
        if first.isdecimal():
            number = int(name)
            if number == 0:
                return self.name
            return self.arguments[number - 1] if number <= len(self.arguments) else None
        if first == "?":
            return str(self.status)
        if first == "#":
            return str(len(self.arguments))
        if first == "$":
            return str(self.pid)
        if first == "!":
            return None if self.background is None else str(self.background)
        if first == "-":
            return option_table.flags(self.options)
        return self.variables.get(name)

    def number(self, name: str) -> str | None:
        """A variable in arithmetic."""
        value = self.variables.get(name)
        if value is None and self.options["u"]:
            raise Failure(f"{name}: parameter not set")
        return value

    def assign(self, name: str, value: str) -> None:
        """Set a variable.

        Raises:
            Failure: it is read-only, or that is no name.
        """
        if not NAME.fullmatch(name):
            raise Failure(f"{name}: bad variable name")
        self.variables.set(name, value)
        if name == "OPTIND":
            self.option_offset = 0

    def home_of(self, user: str) -> str | None:
        """A user's home, by the container's ``/etc/passwd``."""
        try:
            text = self.p.namespace.fs.read_bytes(self.p, "/etc/passwd")
        except OSError:
            return None
        return home_of(text, user)

    # Messages and output

    def say(self, text: str) -> Generator[Waitable | Wait | None, None, int]:
        """Write to the standard output; returns 0, or 1 where that fails."""
        try:
            yield from self.p.write(1, encode(text))
        except OSError as error:
            yield from self.complain(f"{self.applet}: write error: {error.strerror}\n")
            return 1
        return 0

    def complain(self, text: str, fd: int = 2) -> Generator[Waitable | Wait | None, None, None]:
        """Write to the standard error, if there is one."""
        try:
            yield from self.p.write(fd, encode(text))
        except OSError:
            return

    def warn(self, message: str, line: int | None = None) -> Generator[Waitable | Wait | None, None, None]:
        """Say what is wrong, with what and where."""
        prefix = f"{self.name}: "
        if self.command is not None:
            if self.command != self.name:
                prefix += f"{self.command}: "
            if not self.interactive or self.from_file:
                prefix += f"line {self.line if line is None else line}: "
        yield from self.complain(f"{prefix}{message}\n")

    def warn_plainly(self, message: str) -> Generator[Waitable | Wait | None, None, None]:
        """Say what is wrong in the words of an applet that is built in."""
        yield from self.complain(f"{self.applet}: {message}\n")

    def fail(self, failure: Failure) -> Generator[Waitable | Wait | None, None, Abort]:
        """Report a failure; returns what to raise."""
        yield from self.warn(str(failure))
        return Abort(failure.status)

    def prompt(self, name: str, usual: str) -> Generator[Waitable | Wait | None, None, str]:
        """What PS1, PS2 or PS4 becomes."""
        value = self.variables.get(name)
        if value is None:
            return usual if name == "PS4" else ""
        reader = WordReader(Source(""), Parser(Source("")).substituted)
        kept = value.replace("\\$", "\\\\\\$") if name != "PS4" else value  # ``\$`` has a meaning of its own
        try:
            return (yield from self.expander.text(reader.document(kept)))
        except (Failure, SyntaxFault):
            return value

    # Text

    def run(
        self, text: str, *, line: int = 0, last: bool = False
    ) -> Generator[Waitable | Wait | None, None, int]:
        """Run a text; returns the status.

        Args:
            text: it.
            line: the number of its first line.
            last: nothing follows in this process.
        """
        source = Source(text, line=line)
        parser = Parser(source, self.aliases)
        status = 0
        while True:
            try:
                command = parser.next()
            except SyntaxFault as fault:
                yield from self.warn(str(fault), fault.line)
                raise Abort(2) from None
            if command is None:
                return status
            if not self.options["n"]:
                status = yield from self.evaluator.run(command, last and parser.ended)

    # Subshells

    def copy(self) -> Shell:
        """What a subshell begins with."""
        other = Shell.__new__(Shell)
        other.__dict__.update(self.__dict__)
        other.variables = self.variables.copy({"LINENO": lambda: str(other.line), "RANDOM": other._random})
        other.functions = dict(self.functions)
        other.aliases = dict(self.aliases)
        other.options = dict(self.options)
        other.options["i"] = other.options["m"] = False
        other.arguments = list(self.arguments)
        other.is_subshell = True
        other._make_parts()
        other.jobs = self.jobs.copy(other)
        return other

    def fork(
        self,
        run: Callable[[Shell], Generator[Waitable | Wait | None, None, int]],
        fds: Mapping[int, File] | None = None,
    ) -> Process:
        """A child process that is a copy of this shell and runs something else."""
        shell = self.copy()

        def code(p: Process) -> Program:
            shell.p = p
            return (yield from shell.finish(run(shell)))

        child = self.p.fork(code, fds=fds)
        self.jobs.lead([child], front=False)
        return child

    def finish(
        self, steps: Generator[Waitable | Wait | None, None, int]
    ) -> Generator[Waitable | Wait | None, None, int]:
        """Run the last that this process does: to its end, or whatever ends it; and the EXIT trap."""
        try:
            self.status = yield from drive(steps)
        except Ended as ended:
            return ended.status
        except RecursionError:
            return 128 + _SEGV
        except Jump as jump:
            self.status = jump.status
        return (yield from self.traps.leave())

    def substitute(self, body: Command | None) -> Generator[Waitable | Wait | None, None, str]:
        """What commands print, without the newlines at its end."""
        self.substituted = 0
        if body is None:
            return ""
        reader, writer = self.p.pipe()
        child = self.fork(
            lambda shell: shell.evaluator.substituted(body),
            {fd: file for fd, file in self.p.fds.items() if fd not in (1, reader, writer)}
            | {1: self.p.file(writer)},
        )
        self.p.close(writer)
        pieces = []
        try:
            while data := (yield from self._read(reader)):
                pieces.append(data)
        finally:
            if self.p.exit_code is None:
                self.p.close(reader)
        self.substituted = yield from self.jobs.foreground([child])
        return decode(b"".join(pieces).replace(b"\0", b"").rstrip(b"\n"))

    def _read(self, fd: int) -> Generator[Waitable | Wait | None, None, bytes]:
        while True:
            try:
                return (yield from self.p.read(fd))
            except InterruptedError:
                yield from self.traps.run_pending()

    def connect(self, body: Command | None, reading: bool) -> str:
        """The path of a pipe to commands that run meanwhile."""
        reader, writer = self.p.pipe()
        mine, theirs = (reader, writer) if reading else (writer, reader)
        fds = {fd: file for fd, file in self.p.fds.items() if fd not in (reader, writer)}
        fds[1 if reading else 0] = self.p.file(theirs)
        if body is not None:
            self.fork(lambda shell: shell.evaluator.alone(body), fds)
        self.p.close(theirs)
        self.redirects.lent.append(mine)
        return f"/dev/fd/{mine}"
