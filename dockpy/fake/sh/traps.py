"""Traps: what is run when a signal comes, when the shell ends, and when a command fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.kernel.signals import NAMES, signal_number
from dockpy.fake.sh.errors import Exit, Interrupt, Jump, Return
from dockpy.fake.sh.variables import quoted

if TYPE_CHECKING:
    from collections.abc import Generator

    from dockpy.fake.kernel.scheduler import Wait, Waitable
    from dockpy.fake.sh.shell import Shell

__all__ = ["ERROR", "EXIT", "Traps", "number_of"]

EXIT, ERROR = 0, -1
_STOPS = (20, 21, 22)
_KILL, _STOP, _INT, _QUIT, _TERM = 9, 19, 2, 3, 15


def number_of(name: str) -> int | None:
    """The number of a signal, or of EXIT and ERR; None where there is none."""
    upper = name.upper()
    if upper in ("EXIT", "0"):
        return EXIT
    return ERROR if upper == "ERR" else signal_number(name)


class Traps:
    """The traps of one shell.

    Args:
        shell: it.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self.actions: dict[int, str] = {}
        self._in_error = False

    @property
    def any(self) -> bool:
        """Whether something is to be run; then the shell stays with its last command."""
        return any(self.actions.values())

    def set(self, number: int, action: str | None) -> None:
        """Set a trap; empty to ignore the signal, None for what it does by default."""
        if action is None:
            self.actions.pop(number, None)
        else:
            self.actions[number] = action
        if number in (EXIT, ERROR, _KILL, _STOP):
            return
        p = self._shell.p
        if action:
            p.catch(number)
        elif action == "":
            p.ignore(number)
        elif self._shell.interactive:
            self.guard(number)
        else:
            p.default(number)

    def guard(self, number: int) -> None:
        """What an interactive shell does with a signal that has no trap."""
        p = self._shell.p
        if number == _INT:
            p.catch(number)
        elif number in (_QUIT, _TERM, *_STOPS):
            p.ignore(number)
        else:
            p.default(number)

    def listing(self) -> str:
        """What ``trap`` prints."""
        names = {EXIT: "EXIT", ERROR: "ERR"}
        return "".join(
            f"trap -- {quoted(action)} {names.get(number) or NAMES[number]}\n"
            for number, action in sorted(self.actions.items(), key=lambda item: item[0] % 128)
        )

    def run_pending(self) -> Generator[Waitable | Wait | None, None, None]:
        """Run the actions of the signals that came."""
        caught = self._shell.p.caught
        while caught:
            number = caught.popleft()
            action = self.actions.get(number)
            if action:
                yield from self._run(action)
            elif number == _INT and self._shell.interactive:
                raise Interrupt(128 + _INT)

    def failed(self) -> Generator[Waitable | Wait | None, None, None]:
        """A command failed that nothing looks at."""
        action = self.actions.get(ERROR)
        shell = self._shell
        if action and not self._in_error and (not shell.variables.in_function or shell.options["E"]):
            self._in_error = True
            try:
                yield from self._run(action)
            finally:
                self._in_error = False

    def _run(self, action: str) -> Generator[Waitable | Wait | None, None, None]:
        shell = self._shell
        before = shell.status
        yield from shell.run(action)
        shell.status = before

    def leave(self) -> Generator[Waitable | Wait | None, None, int]:
        """The shell ends: run the EXIT trap; returns the exit code."""
        shell = self._shell
        action = self.actions.pop(EXIT, None)
        if not action:
            return shell.status
        before = shell.status
        try:
            yield from shell.run(action)
        except (Exit, Return) as jump:
            return jump.status
        except Jump:
            pass
        return before
