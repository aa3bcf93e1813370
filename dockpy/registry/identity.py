"""Who we are to a registry: looked up when it asks, and no sooner."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dockpy.config.credentials import Credentials, server_address
from dockpy.errors import InvalidArgument
from dockpy.forks import renew_after_fork

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Identity", "explicit_credentials"]


class Identity:
    """The credentials for one registry: explicit ones, else those of a login, else what docker has.

    Calling it gives them; docker's configuration is asked once.

    Args:
        host: the registry.
        explicit: what the caller gave; an empty one asks to be nobody.
        login: what a client's login says now, which counts before docker's configuration.
        find: asks docker's configuration; None for `find_credentials`.
    """

    def __init__(
        self,
        host: str,
        explicit: Credentials | None = None,
        *,
        login: Callable[[], Credentials | None] = lambda: None,
        find: Callable[[str], Credentials | None] | None = None,
    ) -> None:
        self._host = host
        self._given = explicit
        self._login = login
        self._find = find
        self._found: Credentials | None = None
        self._asked = False
        self._lock = threading.Lock()
        renew_after_fork(self)

    def __call__(self) -> Credentials | None:
        """The credentials; None for nobody."""
        with self._lock:
            if self._given is not None:
                return self._given
            if (login := self._login()) is not None:
                return login
            if not self._asked:
                self._found = self._find(self._host) if self._find is not None else _find(self._host)
                self._asked = True
            return self._found

    def set(self, credentials: Credentials) -> None:
        """Be somebody else from now on; of empty credentials, nobody."""
        with self._lock:
            self._given = credentials

    @property
    def username(self) -> str:
        """Who we are, as far as it is known without asking."""
        known = self._given if self._given is not None else self._found
        return known.username if known is not None else ""

    def after_fork(self) -> None:
        """In a forked child: the lock is the parent's."""
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Identity({self._host!r})"


def explicit_credentials(
    host: str, username: str | None, password: str | None, identity_token: str | None
) -> Credentials | None:
    """The credentials that a caller gave; None where none was.

    Raises:
        InvalidArgument: a password has no user, or a user has nothing to prove it with.
    """
    if username is None and password is None and identity_token is None:
        return None
    if password is not None and not username:
        raise InvalidArgument("password= takes username= beside it")
    if username and password is None and identity_token is None:
        raise InvalidArgument("username= takes password= or identity_token= beside it")
    return Credentials(
        username or "",
        password or "",
        identity_token=identity_token or "",
        server_address=server_address(host),
    )


def _find(host: str) -> Credentials | None:
    from dockpy.config.lookup import find_credentials

    return find_credentials(host)
