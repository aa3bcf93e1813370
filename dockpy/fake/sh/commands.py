"""Simple commands: assignments, then a function, a builtin or a program."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockpy.fake.sh.builtins import BUILTINS
from dockpy.fake.sh.calls import Call
from dockpy.fake.sh.errors import Abort, Ended, Failure, Return
from dockpy.fake.sh.parser import SPECIAL
from dockpy.fake.sh.text import outer
from dockpy.fake.sh.variables import quoted

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from dockpy.fake.kernel.process import Code, Process
    from dockpy.fake.kernel.scheduler import Program, Wait, Waitable
    from dockpy.fake.sh.redirects import Saved
    from dockpy.fake.sh.shell import Shell
    from dockpy.fake.sh.tree import Function, Simple

__all__ = ["Runner"]

_DEEPEST = 3_000
_SEGV = 11
_STDERR, _TRACED = 2, -2
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+/.,:%@")


@dataclass(slots=True)
class _Found:
    """A program: its code, its arguments, and its path; None where the shell runs it as a script."""

    code: Code
    argv: list[str]
    path: str | None


def traced(word: str) -> str:
    """A word as ``set -x`` shows it."""
    return word if all(char in _PLAIN for char in word) or word == "]" or word == "]]" else quoted(word)


class Runner:
    """Runs simple commands.

    Args:
        shell: whose state they read and change.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def run(self, command: Simple, last: bool) -> Generator[Waitable | Wait | None, None, int]:
        """Run a command; returns its status."""
        shell = self._shell
        shell.line = command.line
        shell.substituted = 0
        try:
            args = yield from shell.expander.arguments(command.words)
        except Failure as failure:
            raise (yield from shell.fail(failure)) from None
        name = args[0] if args else ""
        special = not args or (name in SPECIAL and name not in shell.functions)
        try:
            saved = yield from shell.redirects.apply(command.redirects) if command.redirects else _nothing()
        except Failure as failure:
            yield from shell.warn(str(failure))
            if special and args:
                raise Abort(failure.status) from None
            return failure.status
        try:
            try:
                assignments: list[tuple[str, str]] = []
                for one in command.assignments:
                    assignments.append((one.name, (yield from shell.expander.text(one.value))))
                    if not args:
                        shell.assign(*assignments[-1])
            except Failure as failure:
                raise (yield from shell.fail(failure)) from None
            if shell.options["x"]:
                yield from self._trace(assignments, args, saved)
            if not args:
                return shell.substituted
            return (yield from self._named(args, assignments, saved, last and not shell.redirects.lent))
        finally:
            shell.redirects.restore(saved)
            if shell.redirects.lent:
                shell.redirects.close_lent()

    def _trace(
        self, assignments: list[tuple[str, str]], args: list[str], saved: Saved
    ) -> Generator[Waitable | Wait | None, None, None]:
        shell = self._shell
        words = [f"{name}={traced(value)}" for name, value in assignments] + [traced(arg) for arg in args]
        shell.options["x"] = False
        try:
            prompt = yield from shell.prompt("PS4", "+ ")
        finally:
            shell.options["x"] = True
        fds = shell.p.fds
        before = next((file for fd, file in saved if fd == _STDERR), fds.get(_STDERR))
        if before is None:
            return
        fds[_TRACED] = before  # where the standard error was before the command's own redirections
        try:
            yield from shell.complain(f"{prompt}{' '.join(words)}\n", _TRACED)
        finally:
            fds.pop(_TRACED, None)

    def _assign(self, assignments: list[tuple[str, str]]) -> Generator[Waitable | Wait | None, None, None]:
        shell = self._shell
        try:
            for name, value in assignments:
                shell.assign(name, value)
        except Failure as failure:
            raise (yield from shell.fail(failure)) from None

    def _named(
        self, args: list[str], assignments: list[tuple[str, str]], saved: Saved, last: bool
    ) -> Generator[Waitable | Wait | None, None, int]:
        shell, name = self._shell, args[0]
        function = shell.functions.get(name)
        if function is None and name in SPECIAL:
            yield from self._assign(assignments)
            if name == "exec":
                return (yield from self._exec(args, saved))
            return (yield from self.builtin(args, special=True))
        if function is None and name not in BUILTINS:
            extra = dict(assignments)
            if protected := next((name for name in extra if name in shell.variables.readonly), None):
                raise (yield from shell.fail(Failure(f"{protected}: is read only")))
            return (yield from self.program(args, extra, last))
        if not assignments:
            if function is not None:
                return (yield from self.function(function, args))
            return (yield from self.builtin(args))
        shell.variables.enter()
        try:
            for variable, _ in assignments:
                shell.variables.local(variable)
                shell.variables.export(variable)
            yield from self._assign(assignments)
            if function is not None:
                return (yield from self.function(function, args))
            return (yield from self.builtin(args))
        finally:
            shell.variables.leave()

    # Builtins and functions

    def builtin(
        self, args: list[str], *, special: bool = False
    ) -> Generator[Waitable | Wait | None, None, int]:
        """Run a builtin."""
        shell = self._shell
        before, shell.command = shell.command, args[0]
        try:
            done = BUILTINS[args[0]](shell, args)
            return done if isinstance(done, int) else (yield from done)
        except Failure as failure:
            yield from shell.warn(str(failure))
            if special or args[0] == "local":
                raise Abort(failure.status) from None
            return failure.status
        except Abort as abort:
            if special:
                raise
            return abort.status
        finally:
            shell.command = before

    def function(self, function: Function, args: list[str]) -> Generator[Waitable | Wait | None, None, int]:
        """Run a function with arguments."""
        shell = self._shell
        if shell.calls >= _DEEPEST:
            shell.p.kill(_SEGV)
            raise Ended(128 + _SEGV)
        arguments, shell.arguments = shell.arguments, args[1:]
        shell.calls += 1
        shell.variables.enter()
        shell.variables.local("FUNCNAME")
        shell.variables.set("FUNCNAME", function.name)
        try:
            call = Call(shell.evaluator.run(function.body))
            yield call
            return call.result()
        except Return as jump:
            return jump.status
        finally:
            shell.variables.leave()
            shell.calls -= 1
            shell.arguments = arguments

    # Programs

    def _environment(self, extra: dict[str, str]) -> dict[str, str]:
        return self._shell.variables.environment | {name: outer(value) for name, value in extra.items()}

    def find(self, args: Sequence[str], path: str | None) -> _Found:
        """A program.

        Raises:
            Failure: it cannot be run.
        """
        shell, name = self._shell, args[0]
        given = [outer(arg) for arg in args]
        env = {} if path is None else {"PATH": outer(path)}
        if not name:
            raise Failure(": Permission denied", 127)
        try:
            loaded = shell.p.namespace.loader.load(shell.p, given[0], env)
        except OSError as error:
            if error.errno == errno.ENOEXEC:
                return _Found(self._script(given), given, None)
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                raise Failure(f"{name}: not found", 127) from None
            raise Failure(f"{name}: {error.strerror}", 126) from None
        return _Found(loaded.code, loaded.argv(given), loaded.path)

    def _script(self, args: list[str]) -> Code:
        """A file that no kernel runs is a script."""
        from dockpy.fake.sh.main import main

        path = self.locate(args[0]) or args[0]

        def code(p: Process) -> Program:
            p.argv = [self._shell.name, path, *args[1:]]
            return (yield from main(p))

        return code

    def locate(self, name: str) -> str | None:
        """The path of a program that can be run."""
        shell = self._shell
        fs, p = shell.p.namespace.fs, shell.p
        path = shell.variables.get("PATH") or ""
        for folder in [""] if "/" in name else path.split(":"):
            full = name if "/" in name else f"{folder or '.'}/{name}"
            try:
                if fs.access(p, outer(full), 1) and fs.stat(p, outer(full)).kind == "file":
                    return full
            except OSError:
                continue
        return None

    def locate_text(self, name: str) -> str | None:
        """The path of a file in PATH that can be read."""
        shell = self._shell
        for folder in (shell.variables.get("PATH") or "").split(":"):
            full = f"{folder or '.'}/{name}"
            if shell.p.namespace.fs.exists(shell.p, outer(full)):
                return full
        return None

    def program(
        self, args: list[str], extra: dict[str, str], last: bool
    ) -> Generator[Waitable | Wait | None, None, int]:
        """Run a program and wait for it; where nothing follows, it takes the shell's place."""
        shell = self._shell
        try:
            found = self.find(args, extra.get("PATH", shell.variables.get("PATH")))
        except Failure as failure:
            yield from shell.warn(str(failure))
            return failure.status
        env = self._environment(extra)
        if last and not shell.traps.any:
            raise (yield from self._become(found, args, env))
        child = shell.p.fork(found.code, found.argv)
        child.env = env
        child.exe = found.path or child.exe
        shell.jobs.lead([child], front=True)
        self._release()
        return (yield from shell.jobs.foreground([child], " ".join(args)))

    def _release(self) -> None:
        if self._shell.redirects.lent:
            self._shell.redirects.close_lent()

    def _become(
        self, found: _Found, args: list[str], env: dict[str, str]
    ) -> Generator[Waitable | Wait | None, None, Ended]:
        p = self._shell.p
        if found.path is not None:
            yield from p.exec([outer(arg) for arg in args], env)
        p.env = dict(env)
        for signal in [signal for signal, what in p.dispositions.items() if what == "catch"]:
            p.default(signal)
        return Ended((yield from found.code(p)))

    def become(self, args: list[str]) -> Generator[Waitable | Wait | None, None, int]:
        """``exec`` with a program: it takes the shell's place."""
        shell = self._shell
        before, shell.command = shell.command, "exec"
        try:
            found = self.find(args, shell.variables.get("PATH"))
        except Failure as failure:
            yield from shell.warn(str(failure))
            raise Abort(failure.status) from None
        finally:
            shell.command = before
        raise (yield from self._become(found, args, self._environment({})))

    def _exec(self, args: list[str], saved: Saved) -> Generator[Waitable | Wait | None, None, int]:
        shell = self._shell
        words = args[2:] if args[1:2] == ["--"] else args[1:]
        if words:
            return (yield from self.become(words))
        shell.redirects.keep(saved)
        return 0


def _nothing() -> Generator[Waitable | Wait | None, None, Saved]:
    yield from ()
    return []
