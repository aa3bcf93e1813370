"""What is told of a copy or a move while it goes on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["CopyPhase", "CopyProgress", "Meter", "OnProgress"]

CopyPhase: TypeAlias = Literal["started", "progress", "done", "undone"]

_PERIOD = 0.1


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """Where a copy or a move stands.

    Attributes:
        phase: ``started`` or ``done``: the step; ``progress``: bytes of it have passed; ``undone``: it was
            done, or begun, and another one failed.
        step: the step's name.
        number: which one it is, from 1.
        steps: how many there are.
        current: bytes that have passed in this step.
        total: about how many there are; None where nobody knows.
    """

    phase: CopyPhase
    step: str
    number: int
    steps: int
    current: int = 0
    total: int | None = None


OnProgress: TypeAlias = "Callable[[CopyProgress], object]"
"""Is told of a copy or a move."""


class Meter:
    """Counts the bytes of one step, and tells of them ten times a second at most.

    Args:
        step: the step's name.
        number: which one it is, from 1.
        steps: how many there are.
        total: about how many bytes there are.
        progress: is told; None for nobody.
        clock: the time, in seconds.

    Attributes:
        current: bytes that have passed.
    """

    def __init__(
        self,
        step: str,
        number: int,
        steps: int,
        total: int | None,
        progress: OnProgress | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._about = (step, number, steps)
        self._total = total
        self._progress = progress
        self._clock = clock
        self._told = clock()
        self.current: int = 0

    def tell(self, phase: CopyPhase) -> None:
        """Tell where the step stands."""
        if self._progress is not None:
            self._progress(CopyProgress(phase, *self._about, self.current, self._total))

    def counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces as they come, counted."""
        for piece in pieces:
            self.current += len(piece)
            if (now := self._clock()) - self._told >= _PERIOD:
                self._told = now
                self.tell("progress")
            yield piece
