"""Who made what is found on a daemon: a transfer that is at work, or one that was broken off."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Mark", "is_abandoned"]

_at_work: set[str] = set()  # this process's own


class Mark:
    """What a transfer writes on things that it makes.

    Args:
        purpose: what they are for.

    Attributes:
        token: a word of its own.
        text: what is written.
    """

    def __init__(self, purpose: str) -> None:
        self.token: str = secrets.token_hex(6)
        self.text: str = f"{purpose}:{self.token}:{os.getpid()}:{socket.gethostname()}"

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """It is not abandoned for as long as a ``with`` block takes."""
        _at_work.add(self.text)
        try:
            yield
        finally:
            _at_work.discard(self.text)


def is_abandoned(text: str) -> bool:
    """Whether the process that wrote a mark is at it no more, as far as can be seen from here."""
    if text in _at_work:
        return False
    _, _, process, host = (text.split(":", 3) + [""] * 4)[:4]
    if host != socket.gethostname() or not process.isdecimal():
        return False
    if int(process) == os.getpid():
        return True
    if os.name == "nt":  # where such a question would end the process
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is another user's
        return False
    return False
