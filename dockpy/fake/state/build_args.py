"""Build arguments: what was given with the build, and what the Dockerfile declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["BuildArgs"]

_PROXIES = (
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "FTP_PROXY",
    "ftp_proxy",
    "NO_PROXY",
    "no_proxy",
)
_NEWER_PROXIES = ("ALL_PROXY", "all_proxy")


class BuildArgs:
    """The arguments of a build.

    Args:
        given: with the build: name to value; None where nothing was given after all.
        api: the engine's newest version.
    """

    def __init__(self, given: Mapping[str, str | None], api: str) -> None:
        self._given = dict(given)
        self._proxies = _PROXIES + (_NEWER_PROXIES if at_least(api, "1.42") else ())
        self._first: dict[str, str | None] = {}
        self._declared: dict[str, str | None] = {}
        self._used: set[str] = set()

    def begin_stage(self) -> None:
        """Nothing is declared in it yet."""
        self._declared = {}

    def declare_first(self, name: str, default: str | None) -> None:
        """An ARG before the first stage."""
        self._first[name] = default
        self._used.add(name)

    def declare(self, name: str, default: str | None) -> None:
        """An ARG in a stage."""
        self._declared[name] = default
        self._used.add(name)

    def of_first(self) -> dict[str, str]:
        """What FROMs may use."""
        return self._values(self._first)

    def of_stage(self, env: Sequence[str]) -> dict[str, str]:
        """What the stage's instructions may use, where the environment does not say it."""
        known = {entry.partition("=")[0] for entry in env}
        return {name: value for name, value in self._values(self._declared).items() if name not in known}

    def counts(self, name: str) -> bool:
        """Whether a command that sees an argument depends on it: not on a proxy that nobody declared."""
        return name in self._declared or name not in self._proxies

    def unused(self) -> list[str]:
        """What was given and nobody declared."""
        return sorted(name for name in self._given if name not in self._used and name not in self._proxies)

    def _values(self, declared: Mapping[str, str | None]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in (*declared, *(name for name in self._proxies if name not in declared)):
            value = self._given[name] if name in self._given else declared.get(name)
            if value is None and name not in self._given:
                value = self._first.get(name) if name in declared else None
            if value is not None:
                found[name] = value
        return found
