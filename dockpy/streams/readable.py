"""What archives are read from."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

__all__ = ["SupportsRead"]


@runtime_checkable
class SupportsRead(Protocol):
    """A file, open for reading bytes."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many; empty at the end."""
        ...
