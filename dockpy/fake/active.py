"""What is in force for a while: the faults of a daemon, and those of a registry."""

from __future__ import annotations

import contextlib
from typing import Generic, TypeVar

__all__ = ["Active"]

T = TypeVar("T")


class Active(Generic[T]):
    """Things in force, in the order in which they came."""

    def __init__(self) -> None:
        self._things: list[T] = []

    def add(self, thing: T) -> T:
        """It is in force from now on."""
        self._things.append(thing)
        return thing

    def remove(self, thing: T) -> None:
        """It is in force no more; nothing where it was not."""
        with contextlib.suppress(ValueError):
            self._things.remove(thing)

    def clear(self) -> None:
        """Nothing is in force any more."""
        self._things.clear()

    def now(self) -> list[T]:
        """What is in force at the moment."""
        return list(self._things)
