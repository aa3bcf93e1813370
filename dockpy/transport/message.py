"""What crosses a transport: a request, an answer, and how long to wait for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Request", "Response", "Timeouts"]

TimeoutSetting = float | tuple[float | None, float | None] | None
"""Seconds for both connecting and reading, a pair of the two, or None for no limit."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds; None for as long as it takes.

    Attributes:
        connect: for a connection to be made.
        read: between two reads of an answer. Streams have none, unless asked for.
    """

    connect: float | None = 60.0
    read: float | None = 60.0

    @classmethod
    def of(cls, setting: TimeoutSetting) -> Timeouts:
        """The timeouts of a setting.

        Raises:
            InvalidArgument: a number is not positive, or it is no number.
        """
        connect, read = setting if isinstance(setting, tuple) else (setting, setting)
        for seconds in (connect, read):
            if seconds is not None and (
                isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0
            ):
                raise InvalidArgument(
                    f"timeout={setting!r}: it takes seconds above 0, a pair (connect, read) of them, or None"
                )
        return cls(connect, read)

    def extended(self, seconds: float) -> Timeouts:
        """Longer reads, by the time that the operation itself may take."""
        return self if self.read is None else Timeouts(self.connect, self.read + seconds)


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
    content: bytes
