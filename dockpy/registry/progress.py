"""What is told of a transfer while it goes on."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Progress", "Reporter", "TransferKind", "TransferProgress"]


TransferKind: TypeAlias = Literal[
    "started", "progress", "done", "exists", "mounted", "skipped", "retry", "manifest"
]


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """What happens to a blob or a manifest.

    Attributes:
        kind: ``started``; ``progress``; ``done``; ``exists``, nothing had to be sent; ``mounted``, the
            registry had it in another repository; ``skipped``, it lies elsewhere and is never pushed;
            ``retry``, the connection broke; ``manifest``, one was put there.
        digest: of the content.
        current: bytes that have passed; after a ``retry`` it may be fewer than before.
        total: bytes that there are.
        subject: what it is, such as ``blob sha256:… of 127.0.0.1:5050/app``.
        reason: of a ``retry``: what went wrong.
    """

    kind: TransferKind
    digest: str
    current: int = 0
    total: int = 0
    subject: str = ""
    reason: str = ""


Progress: TypeAlias = "Callable[[TransferProgress], object]"
"""Is told of a transfer, by one thread at a time."""

_PERIOD = 0.1


class Reporter:
    """Passes on what threads tell: one at a time, and of each blob's progress ten times a second at most.

    Args:
        progress: is told; None for nobody.
        clock: the time, in seconds.
    """

    def __init__(self, progress: Progress | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._progress = progress
        self._clock = clock
        self._lock = threading.Lock()
        self._told: dict[str, float] = {}

    def __call__(self, event: TransferProgress) -> None:
        """Tell it, unless it is too soon."""
        if self._progress is None:
            return
        with self._lock:
            now = self._clock()
            if event.kind == "progress":
                if now - self._told.get(event.digest, 0) < _PERIOD:
                    return
                self._told[event.digest] = now
            elif event.kind == "started":
                self._told[event.digest] = now
            else:
                self._told.pop(event.digest, None)
            self._progress(event)
