"""What all views of a client share."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument
from dockpy.forks import renew_after_fork
from dockpy.transport.negotiation import Negotiation

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.config.credentials import Credentials
    from dockpy.config.endpoint import Endpoint
    from dockpy.config.file import ConfigFile
    from dockpy.transport.caller import Hooks
    from dockpy.transport.connectors import Connector
    from dockpy.transport.transport import Transport

__all__ = ["Daemon", "credentials_of"]


class Daemon:
    """The way to a daemon, the version, who is logged in, who watches."""

    def __init__(
        self,
        resolve: Callable[[], Endpoint],
        environ: dict[str, str],
        version: str | None,
        pool_size: int | None,
        hooks: Hooks,
        connector: Connector | None = None,
    ) -> None:
        self.environ = environ
        self.negotiation: Negotiation = Negotiation(version)
        self.pool_size = pool_size
        self.hooks = hooks
        self.logins: dict[str, Credentials] = {}
        self.connector = connector
        self._resolve = resolve
        self._endpoint: Endpoint | None = None
        self._transport: Transport | None = None
        self._lock = threading.Lock()
        renew_after_fork(self)

    @property
    def endpoint(self) -> Endpoint:
        """Where the daemon is; found out the first time."""
        if self._endpoint is None:
            self._endpoint = self._resolve()
        return self._endpoint

    @property
    def transport(self) -> Transport:
        """The way to the daemon; made the first time."""
        if self._transport is None:
            from dockpy.transport.transport import Transport

            with self._lock:
                if self._transport is None:
                    self._transport = Transport(
                        self.endpoint,
                        pool_size=self.pool_size,
                        headers=self.endpoint.headers,
                        connector=self.connector,
                    )
        return self._transport

    @functools.cached_property
    def config_file(self) -> ConfigFile:
        """What config.json says; read the first time."""
        from dockpy.config.file import ConfigFile

        return ConfigFile.load(self.environ)

    def forget_config(self) -> None:
        """Read config.json anew the next time: we have changed it."""
        self.__dict__.pop("config_file", None)

    def after_fork(self) -> None:
        """In a forked child: a thread of the parent may hold the lock."""
        self._lock = threading.Lock()

    def close(self) -> None:
        """Give back the connections; the next call opens new ones."""
        if self._transport is not None:
            self._transport.close()


def credentials_of(given: Mapping[str, str], address: str) -> Credentials:
    """Credentials from a mapping, by the Engine's names (docker-py's ``auth_config``) or ours."""
    from dockpy.config.credentials import Credentials

    names = {name.replace("_", ""): name for name in Credentials.__dataclass_fields__}
    if not isinstance(given, Mapping):  # and it is not shown: it may be a password
        raise InvalidArgument(
            f"auth_config is a {type(given).__name__}; it takes {{'username': …, 'password': …}}"
        )
    if unknown := [name for name in given if name.replace("_", "") not in names]:
        raise InvalidArgument(f"auth_config has no {', '.join(unknown)}; it takes {', '.join(names)}")
    values = {names[name.replace("_", "")]: value for name, value in given.items()}
    return Credentials(**{"server_address": address, **values})
