"""Which API version a client and its daemon speak: found out once, also under threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dockpy.errors import InvalidResponse, VersionMismatch
from dockpy.version import NEWEST, OLDEST, at_least, parse_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Negotiation", "agree"]


def agree(newest: str, oldest: str | None) -> str:
    """The newest version that both sides know.

    Args:
        newest: the newest version that the daemon speaks.
        oldest: the oldest one; None where it was not asked.

    Raises:
        VersionMismatch: there is none.
    """
    agreed = newest if not at_least(newest, NEWEST) else NEWEST
    if at_least(agreed, OLDEST) and at_least(agreed, oldest):
        return agreed
    theirs = f"{oldest} to {newest}" if oldest else f"up to {newest}"
    raise VersionMismatch(
        f"No common API version: the daemon speaks {theirs}, dockpy {OLDEST} to {NEWEST}",
        hint="Upgrade the engine." if not at_least(newest, OLDEST) else "Upgrade dockpy.",
    )


class Negotiation:
    """The version that a client and its daemon agreed on.

    Args:
        pinned: the version to speak whatever the daemon says; None to ask it.

    Raises:
        VersionMismatch: the pinned version is none that dockpy speaks.
    """

    def __init__(self, pinned: str | None) -> None:
        if pinned is not None:
            major, minor = parse_version(pinned)
            pinned = f"{major}.{minor}"
            if not at_least(pinned, OLDEST) or not at_least(NEWEST, pinned):
                raise VersionMismatch(f"dockpy speaks API {OLDEST} to {NEWEST}, not {pinned}")
        self._version = pinned
        self._lock = threading.Lock()

    def version(
        self, ping: Callable[[], Mapping[str, str]], oldest: Callable[[Mapping[str, str]], str | None]
    ) -> str:
        """The version to speak; the daemon is asked the first time.

        Args:
            ping: gives the headers of the daemon's ping.
            oldest: gives the oldest version that the daemon speaks; only asked where it matters.

        Raises:
            VersionMismatch: there is no common version.
            InvalidResponse: the daemon names none.
        """
        if self._version is None:
            with self._lock:
                if self._version is None:
                    self._version = self._negotiate(ping(), oldest)
        return self._version

    @staticmethod
    def _negotiate(headers: Mapping[str, str], oldest: Callable[[Mapping[str, str]], str | None]) -> str:
        newest = headers.get("Api-Version", "")
        try:
            parse_version(newest)
        except ValueError:
            raise InvalidResponse(
                f"What answers there names no API version (Api-Version: {newest[:40]!r})",
                hint="Check that the endpoint is a Docker engine's.",
            ) from None
        # Only a daemon newer than dockpy may have dropped everything that dockpy speaks.
        beyond = at_least(newest, NEWEST) and newest != NEWEST
        return agree(newest, oldest(headers) if beyond or not at_least(newest, OLDEST) else None)

    def __reduce__(self) -> tuple[type[Negotiation], tuple[str | None]]:
        return Negotiation, (self._version,)
