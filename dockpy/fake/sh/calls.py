"""Calls of shell functions without Python's stack: a deep recursion of a script is none of this program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.kernel.scheduler import Wait

if TYPE_CHECKING:
    from collections.abc import Generator

    from dockpy.fake.kernel.scheduler import Waitable

__all__ = ["Call", "drive"]


class Call(Wait):
    """Steps that `drive` is to run instead of whoever yields this, until they end.

    Args:
        steps: them.
    """

    __slots__ = ("_error", "_status", "steps")

    def __init__(self, steps: Generator[Waitable | Wait | None, None, int]) -> None:
        super().__init__()
        self.steps: Generator[Waitable | Wait | None, None, int] = steps
        self._status = 0
        self._error: BaseException | None = None

    def ended(self, status: int, error: BaseException | None = None) -> None:
        """The steps have ended."""
        self._status, self._error = status, error

    def result(self) -> int:
        """What the steps returned; raises what they raised."""
        if self._error is not None:
            raise self._error
        return self._status


def drive(
    steps: Generator[Waitable | Wait | None, None, int],
) -> Generator[Waitable | Wait | None, None, int]:
    """Run steps and the calls that they make; returns what they return."""
    callers: list[tuple[Generator[Waitable | Wait | None, None, int], Call]] = []
    try:
        while True:
            try:
                wanted = next(steps)
            except StopIteration as stop:
                if not callers:
                    return int(stop.value)
                steps, call = callers.pop()
                call.ended(stop.value)
            except Exception as error:
                if not callers:
                    raise
                steps, call = callers.pop()
                call.ended(0, error)
            else:
                if isinstance(wanted, Call):
                    callers.append((steps, wanted))
                    steps = wanted.steps
                else:
                    yield wanted
    finally:
        steps.close()
        while callers:
            callers.pop()[0].close()
