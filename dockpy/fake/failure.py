"""How the fake daemon refuses: a status and the engine's own text."""

from __future__ import annotations

__all__ = ["Failure"]


class Failure(Exception):
    """What a call is answered with where it cannot be done.

    Args:
        status: the HTTP status.
        message: the engine's text, word by word; `dockpy.fake.messages` holds those that several parts use.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status: int = status
        self.message: str = message
