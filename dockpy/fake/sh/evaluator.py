"""The evaluation of the syntax tree, all of simple commands aside."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from dockpy.fake.kernel.file import pipe
from dockpy.fake.sh.errors import Break, Continue, Exit, Failure
from dockpy.fake.sh.patterns import matches
from dockpy.fake.sh.tree import (
    AndOr,
    Background,
    Case,
    Command,
    For,
    Function,
    Group,
    If,
    Loop,
    Not,
    Pipeline,
    Sequence,
    Simple,
    Subshell,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from dockpy.fake.kernel.file import File
    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Wait, Waitable
    from dockpy.fake.sh.shell import Shell

    Status: TypeAlias = Generator[Waitable | Wait | None, None, int]

__all__ = ["Evaluator"]

_ROUNDS = 4
"""After so many rounds of loops the other processes run."""
_INT, _QUIT = 2, 3


def _last(command: Command, shell: Shell) -> Status:
    return shell.evaluator.run(command, True)


class Evaluator:
    """Evaluates commands.

    Args:
        shell: whose state they read and change.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._rounds = 0
        self._kinds: dict[type, Callable[..., Status]] = {
            Simple: self._simple,
            Pipeline: self._pipeline,
            Not: self._not,
            AndOr: self._and_or,
            Sequence: self._sequence,
            Background: self._background,
            Subshell: self._subshell,
            Group: self._group,
            If: self._if,
            Loop: self._loop,
            For: self._for,
            Case: self._case,
            Function: self._define,
        }

    def run(self, command: Command, last: bool = False) -> Status:
        """Run a command; returns its status.

        Args:
            command: it.
            last: nothing follows in this process: a program may take its place.
        """
        shell = self._shell
        if shell.options["n"] and not shell.interactive:
            return 0
        status = yield from self._kinds[type(command)](command, last)
        shell.status = status
        if shell.p.caught:
            yield from shell.traps.run_pending()
            status = shell.status
        return status

    def substituted(self, command: Command) -> Status:
        """Run a command whose output is wanted: with ``-e``, too, it runs to its end."""
        self._shell.options["e"] = False
        return (yield from self.run(command, True))

    def alone(self, command: Command) -> Status:
        """Run a command in the background."""
        self._shell.tested = 0
        return (yield from self.run(command, True))

    def _checked(self, status: int) -> Generator[Waitable | Wait | None, None, None]:
        """What a command's failure leads to."""
        shell = self._shell
        if status and not shell.tested:
            shell.status = status
            yield from shell.traps.failed()
            if shell.options["e"]:
                raise Exit(status)

    def _tested(self, command: Command) -> Status:
        shell = self._shell
        shell.tested += 1
        try:
            return (yield from self.run(command))
        finally:
            shell.tested -= 1

    # Commands and lists of them

    def _simple(self, command: Simple, last: bool) -> Status:
        status = yield from self._shell.runner.run(command, last)
        if status:
            yield from self._checked(status)
        return status

    def _sequence(self, command: Sequence, last: bool) -> Status:
        status, final = 0, len(command.commands) - 1
        for number, one in enumerate(command.commands):
            status = yield from self.run(one, last and number == final)
        return status

    def _not(self, command: Not, last: bool) -> Status:
        return int(not (yield from self._tested(command.command)))

    def _and_or(self, command: AndOr, last: bool) -> Status:
        status = yield from self._tested(command.left)
        if (status == 0) != command.both:
            return status
        return (yield from self.run(command.right, last))

    def _pipeline(self, command: Pipeline, last: bool) -> Status:
        shell = self._shell
        children = self._piped(command)
        shell.jobs.lead(children, front=True)
        status = yield from shell.jobs.foreground(children, command.text)
        yield from self._checked(status)
        return status

    def _piped(self, command: Pipeline) -> list[Process]:
        shell = self._shell
        p, children, before = shell.p, [], None
        for number, one in enumerate(command.commands):
            fds = dict(p.fds)
            opened: list[File] = []
            if before is not None:
                fds[0] = before
                opened.append(before)
            if number + 1 < len(command.commands):
                before, writer = pipe()
                fds[1] = writer
                opened.append(writer)
            children.append(shell.fork(partial(_last, one), fds))
            for file in opened:
                file.close()
        return children

    def _background(self, command: Background, last: bool) -> Status:
        yield from ()
        shell = self._shell
        text = command.text if shell.interactive else ""
        if isinstance(command.command, Pipeline):
            children = self._piped(command.command)
            shell.jobs.lead(children, front=False)
            shell.background = shell.jobs.add(children, text).pid
            return 0
        inner: Command = command.command
        if isinstance(inner, Subshell) and not inner.redirects:
            inner = inner.body
        fds = dict(shell.p.fds)
        null = None
        if not shell.options["m"] and not shell.interactive:
            null = shell.redirects.null()
        if null is not None:
            fds[0] = null

        def run(sub: Shell) -> Status:
            if not shell.options["m"]:
                sub.p.ignore(_INT)
                sub.p.ignore(_QUIT)
            return sub.evaluator.alone(inner)

        child = shell.fork(run, fds)
        if null is not None:
            null.close()
        shell.background = shell.jobs.add([child], text).pid
        return 0

    # What groups

    def _subshell(self, command: Subshell, last: bool) -> Status:
        shell = self._shell
        shell.line = command.line

        def run(sub: Shell) -> Status:
            try:
                sub.redirects.keep((yield from sub.redirects.apply(command.redirects)))
            except Failure as failure:
                raise (yield from sub.fail(failure)) from None
            return (yield from sub.evaluator.run(command.body, True))

        if last and not shell.traps.any:  # it is all that is left to do here
            return (yield from run(shell))
        child = shell.fork(run)
        shell.jobs.lead([child], front=True)
        status = yield from shell.jobs.foreground([child])
        yield from self._checked(status)
        return status

    def _group(self, command: Group, last: bool) -> Status:
        shell = self._shell
        if not command.redirects:
            return (yield from self.run(command.body, last))
        shell.line = command.line or shell.line
        try:
            saved = yield from shell.redirects.apply(command.redirects)
        except Failure as failure:
            yield from shell.warn(str(failure))
            return failure.status
        try:
            return (yield from self.run(command.body, False))
        finally:
            shell.redirects.restore(saved)

    def _if(self, command: If, last: bool) -> Status:
        for condition, body in command.clauses:
            if (yield from self._tested(condition)) == 0:
                return (yield from self.run(body, last))
        if command.otherwise is not None:
            return (yield from self.run(command.otherwise, last))
        return 0

    def _round(self, body: Command) -> Status:
        """One round of a loop.

        Raises:
            Break: the loop is to end.
        """
        self._rounds += 1
        if self._rounds % _ROUNDS == 0:
            yield None
        try:
            return (yield from self.run(body))
        except Continue as jump:
            if jump.levels > 1:
                raise Continue(jump.levels - 1) from None
            return 0

    def _loop(self, command: Loop, last: bool) -> Status:
        shell, status = self._shell, 0
        shell.loops += 1
        try:
            while True:
                shell.tested += 1
                try:
                    condition = yield from self._round(command.condition)
                finally:
                    shell.tested -= 1
                if (condition == 0) == command.until:
                    return status
                status = yield from self._round(command.body)
        except Break as jump:
            return self._left(jump)
        finally:
            shell.loops -= 1

    def _left(self, jump: Break) -> int:
        if isinstance(jump, Continue):
            raise jump
        if jump.levels > 1:
            raise Break(jump.levels - 1)
        return 0

    def _for(self, command: For, last: bool) -> Status:
        shell, status = self._shell, 0
        shell.line = command.line
        try:
            if command.words is None:
                words = list(shell.arguments)
            else:
                words = yield from shell.expander.arguments(command.words)
        except Failure as failure:
            raise (yield from shell.fail(failure)) from None
        shell.loops += 1
        try:
            for word in words:
                try:
                    shell.assign(command.name, word)
                except Failure as failure:
                    raise (yield from shell.fail(failure)) from None
                status = yield from self._round(command.body)
        except Break as jump:
            return self._left(jump)
        finally:
            shell.loops -= 1
        return status

    def _case(self, command: Case, last: bool) -> Status:
        shell = self._shell
        shell.line = command.line
        try:
            subject = yield from shell.expander.text(command.subject)
            for item in command.items:
                for pattern in item.patterns:
                    if matches((yield from shell.expander.pattern(pattern)), subject):
                        return 0 if item.body is None else (yield from self.run(item.body, last))
        except Failure as failure:
            raise (yield from shell.fail(failure)) from None
        return 0

    def _define(self, command: Function, last: bool) -> Status:
        yield from ()
        self._shell.functions[command.name] = command
        return 0
