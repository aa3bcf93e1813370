"""What a copy or a move is going to do, and doing it: step by step, all of it or nothing."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from dockpy.errors import DockpyError, TransferError
from dockpy.transfer.progress import Meter

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.transfer.progress import OnProgress

    Do: TypeAlias = Callable[[Meter], object]
    Undo: TypeAlias = Callable[[], object]

__all__ = ["Plan", "Step", "Transfer"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is going to be done.

    Attributes:
        name: what it is called, such as ``volume data``; no two steps of a plan have the same.
        what: what is done, as the user would say it.
        where: the address of the daemon that it changes.
        bytes: about how many have to travel; None where none do, or nobody knows.
    """

    name: str
    what: str
    where: str
    bytes: int | None = None

    def __str__(self) -> str:
        return f"{self.what} on {self.where}" + ("" if self.bytes is None else f" ({_size(self.bytes)})")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a copy or a move does, in order. ``str()`` of it is to be read.

    Attributes:
        title: the whole, such as ``move the container web from unix:///a.sock to unix:///b.sock``.
        steps: its steps.
    """

    title: str
    steps: tuple[Step, ...] = ()

    @property
    def bytes(self) -> int:
        """About how many bytes travel, of the steps that know."""
        return sum(step.bytes or 0 for step in self.steps)

    def __str__(self) -> str:
        lines = [f"{number:2}. {step}" for number, step in enumerate(self.steps, 1)]
        return "\n".join([self.title, *(lines or ["    nothing is to be done"])])


@dataclass(frozen=True, slots=True)
class _Action:
    do: Do
    undo: Undo | None
    final: bool


class Transfer:
    """A plan together with what its steps do.

    Args:
        title: the whole, for people.
        progress: is told of each step; None for nobody.
    """

    def __init__(self, title: str, *, progress: OnProgress | None = None) -> None:
        self._title = title
        self._progress = progress
        self._steps: list[Step] = []
        self._actions: list[_Action] = []

    @property
    def measures(self) -> bool:
        """Whether somebody is told how far it is, so that sizes are worth asking for."""
        return self._progress is not None

    @property
    def plan(self) -> Plan:
        """What is going to be done; nothing is done yet."""
        return Plan(self._title, tuple(self._steps))

    def step(
        self,
        name: str,
        what: str,
        where: str,
        do: Do,
        *,
        undo: Undo | None = None,
        bytes: int | None = None,
        final: bool = False,
    ) -> None:
        """Add a step, to be done after those that are there.

        Args:
            name: what it is called.
            what: what is done, for people.
            where: the daemon that it changes.
            do: does it. It is given the step's `Meter`.
            undo: brings back what was. It is called where this step or a later one failed, so it has to look
                how far the step came: not at all, half way, or to its end with the answer lost.
            bytes: about how many travel.
            final: once it has begun, nothing is undone any more: what it takes away is safe elsewhere.
        """
        self._steps.append(Step(name, what, where, bytes))
        self._actions.append(_Action(do, undo, final))

    def run(self) -> None:
        """Do all of it; where a step fails, undo what was done, the latest first.

        Raises:
            TransferError: a step failed with one of dockpy's errors, which is its cause. Anything else (of
                ``progress``, or a KeyboardInterrupt) comes as it is, after the undoing. What could not be
                undone is among the error's notes.
        """
        begun: list[int] = []
        safe = False  # what a final step takes away is not brought back, nor what it relies on
        for number, action in enumerate(self._actions):
            safe = safe or action.final
            begun = [] if safe else [*begun, number]
            meter = self._meter(number)
            try:
                meter.tell("started")
                action.do(meter)
                meter.tell("done")
            except DockpyError as error:
                raise self._failure(number, error, self._undo(begun)) from error
            except BaseException as error:
                for text in self._undo(begun):
                    error.add_note(text)
                raise

    def _failure(self, number: int, error: DockpyError, left: list[str]) -> TransferError:
        step = self._steps[number]
        failure = TransferError(
            f"Step {number + 1} of {len(self._steps)} failed, {step.what}: {error}",
            step=step.name,
            plan=self.plan,
            left=tuple(left),
        )
        for text in left:
            failure.add_note(text)
        return failure

    def _meter(self, number: int) -> Meter:
        step = self._steps[number]
        return Meter(step.name, number + 1, len(self._steps), step.bytes, self._progress)

    def _undo(self, begun: list[int]) -> list[str]:
        """Undo steps, the latest first; what could not be undone is told."""
        left: list[str] = []
        for number in reversed(begun):
            undo = self._actions[number].undo
            if undo is None:
                continue
            try:
                undo()
            except BaseException as error:
                left.append(f"It was not undone: {self._steps[number]}: {str(error) or type(error).__name__}")
                if not isinstance(error, Exception):  # somebody is in a hurry: tell them what is left
                    rest = [each for each in begun if each < number and self._actions[each].undo]
                    left += [f"It was not undone: {self._steps[each]}" for each in reversed(rest)]
                    break
            else:
                with contextlib.suppress(Exception):  # whoever fails to be told does not end the undoing
                    self._meter(number).tell("undone")
        return left


def _size(size: int) -> str:
    number, units = float(size), ["bytes", "kB", "MB", "GB", "TB"]
    while number >= 1000 and len(units) > 1:
        number /= 1000
        units.pop(0)
    return f"{number:.0f} {units[0]}" if units[0] == "bytes" else f"{number:.1f} {units[0]}"
