"""Which API version a client and its daemon speak: found out once, also under threads."""

from __future__ import annotations

import copy
import threading
from typing import TYPE_CHECKING

from dockpy.errors import DockpyError, InvalidResponse, TimedOut, VersionMismatch
from dockpy.forks import renew_after_fork
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


class _Attempt:
    """One thread's asking of the daemon, which others wait for."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.error: DockpyError | None = None


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
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """In a forked child: whoever was asking the daemon is in the parent."""
        self._lock = threading.Lock()
        self._attempt: _Attempt | None = None

    def version(
        self,
        ping: Callable[[], Mapping[str, str]],
        oldest: Callable[[Mapping[str, str]], str | None],
        patience: float | None = None,
    ) -> str:
        """The version to speak; the daemon is asked the first time, once for all threads that wait for it.

        Args:
            ping: gives the headers of the daemon's ping.
            oldest: gives the oldest version that the daemon speaks; only asked where it matters.
            patience: seconds to wait for another thread's asking; None for as long as it takes.

        Raises:
            VersionMismatch: there is no common version.
            InvalidResponse: the daemon names none.
            TimedOut: another thread's asking took longer than this one's patience.
        """
        while self._version is None:
            with self._lock:
                attempt = self._attempt
                if mine := attempt is None:
                    if self._version is not None:  # since this thread looked: it had to wait for the lock
                        break
                    attempt = self._attempt = _Attempt()
            assert attempt is not None
            if mine:
                self._ask(attempt, ping, oldest)
            elif not attempt.done.wait(patience):
                raise TimedOut("The daemon did not answer in time")
            elif attempt.error is not None:
                # Those who waited fail alike, at once: were each to ask again, their timeouts would add up.
                raise copy.copy(attempt.error)
        return self._version

    def _ask(
        self,
        attempt: _Attempt,
        ping: Callable[[], Mapping[str, str]],
        oldest: Callable[[Mapping[str, str]], str | None],
    ) -> None:
        try:
            self._version = self._negotiate(ping(), oldest)
        except DockpyError as error:
            attempt.error = copy.copy(error)
            raise
        finally:
            self._attempt = None
            attempt.done.set()

    @staticmethod
    def _negotiate(headers: Mapping[str, str], oldest: Callable[[Mapping[str, str]], str | None]) -> str:
        newest = _checked(headers.get("Api-Version", ""), "Api-Version")
        # Only a daemon newer than dockpy may have dropped everything that dockpy speaks.
        beyond = at_least(newest, NEWEST) and newest != NEWEST
        if not beyond and at_least(newest, OLDEST):
            return agree(newest, None)
        lowest = oldest(headers)
        return agree(newest, None if lowest is None else _checked(lowest, "MinAPIVersion"))


def _checked(version: str, name: str) -> str:
    """A version that the daemon named.

    Raises:
        InvalidResponse: it is none.
    """
    try:
        parse_version(version)
    except ValueError:
        raise InvalidResponse(
            f"What answers there names no API version ({name}: {version[:40]!r})",
            hint="Check that the endpoint is a Docker engine's.",
        ) from None
    return version
