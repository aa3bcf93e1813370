"""What crosses a transport: a request, an answer, and how long to wait for it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Request", "Response", "TimeoutSetting", "Timeouts", "check_timeout"]

TimeoutSetting = float | tuple[float | None, float | None] | None
"""Seconds for both connecting and reading, a pair of the two, or None for no limit."""


_LONGEST = 366 * 86400.0
_ACCEPTED = "it takes seconds above 0 and up to a year, a pair (connect, read) of them, or None for no limit"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds; None for as long as it takes.

    Attributes:
        connect: for a connection to be made.
        read: between two reads of an answer; for its head as a whole, once it has begun, and for each
            kilobyte of a call's. Streams have none, unless asked for.
    """

    connect: float | None = 60.0
    read: float | None = 60.0

    @classmethod
    def of(cls, setting: TimeoutSetting) -> Timeouts:
        """The timeouts of a setting.

        Raises:
            InvalidArgument: a number is not positive, or it is no number.
        """
        pair = setting if isinstance(setting, tuple) else (setting, setting)
        if len(pair) != 2:
            raise InvalidArgument(f"timeout={setting!r}: {_ACCEPTED}")
        connect, read = (check_timeout("timeout", seconds) for seconds in pair)
        return cls(connect, read)

    def extended(self, seconds: float) -> Timeouts:
        """Longer reads, by the seconds that the operation itself may take; infinity for no limit."""
        if self.read is None or math.isinf(seconds):
            return Timeouts(self.connect, None)
        return Timeouts(self.connect, self.read + seconds)


def check_timeout(option: str, seconds: float | None) -> float | None:
    """A timeout that sockets can keep.

    Raises:
        InvalidArgument: it is no number, or not within 0 and a year.
    """
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= _LONGEST:
        raise InvalidArgument(f"{option}={seconds!r}: {_ACCEPTED}")
    return float(seconds)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, ready to send.

    Attributes:
        method: the HTTP method.
        target: path and query, percent-encoded.
        headers: its headers, without Host, User-Agent and those that frame the body.
        body: bytes, an iterable of bytes that is sent as it is read, or None.
        idempotent: it may be sent again where nothing came back.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)  # may hold credentials
    body: bytes | Iterable[bytes] | None = field(default=None, repr=False)
    idempotent: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer, read to its end."""

    status: int
    reason: str
    headers: Mapping[str, str]
    content: bytes = field(repr=False)  # may hold tokens and keys
