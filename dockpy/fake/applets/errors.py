"""How an applet gives up, and what it says of the system's errors."""

from __future__ import annotations

import os

__all__ = ["BadUsage", "Die", "reason"]


class Die(Exception):
    """The applet ends with a message.

    Args:
        message: what stands behind the applet's name; None for nothing.
        code: the exit code; the applet's own for failures where None.
        bare: the message stands alone, without the applet's name.
    """

    def __init__(self, message: str | None = None, code: int | None = None, *, bare: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.bare = bare


class BadUsage(Exception):
    """The applet ends with its synopsis, after a message where there is one.

    Args:
        message: what stands before the synopsis.
        prefix: what stands before the message: the applet's name, or what it was called as.
    """

    def __init__(self, message: str | None = None, prefix: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.prefix = prefix


def reason(error: OSError) -> str:
    """``"No such file or directory"``."""
    return error.strerror or os.strerror(error.errno or 0)
