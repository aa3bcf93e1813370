"""The engine itself."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from dockpy.compat import auth
from dockpy.compat.api.streams import StreamClient
from dockpy.compat.types.daemon import CancellableStream
from dockpy.compat.utils.decorators import minimum_version
from dockpy.compat.utils.utils import convert_filters, datetime_to_timestamp
from dockpy.ops import system

__all__ = ["DaemonApiMixin"]


def _timestamp(moment: Any) -> Any:
    return datetime_to_timestamp(moment) if isinstance(moment, datetime) else moment


class DaemonApiMixin(StreamClient):
    """docker-py's low-level methods on the engine."""

    @minimum_version("1.25")
    def df(self) -> Any:
        """What uses its disk."""
        return self._json(system.DATA_USAGE)

    def events(
        self, since: Any = None, until: Any = None, filters: Any = None, decode: bool | None = None
    ) -> CancellableStream:
        """What happens, as it happens."""
        params = {"since": _timestamp(since), "until": _timestamp(until)}
        params["filters"] = convert_filters(filters) if filters else filters
        response = self._send(system.EVENTS, params=params, stream=True, timeout=None)
        return CancellableStream(self._stream_helper(response, decode=decode), response)

    def info(self) -> Any:
        """What it is and has."""
        return self._json(system.INFO)

    def login(
        self,
        username: str,
        password: str | None = None,
        email: str | None = None,
        registry: str | None = None,
        reauth: bool = False,
        dockercfg_path: str | None = None,
    ) -> Any:
        """Have it check credentials for a registry, and keep them in memory.

        Returns:
            What the registry said; the credentials themselves where they are known already.
        """
        if dockercfg_path and os.path.exists(dockercfg_path):
            self.reload_config(dockercfg_path)
        elif not self._auth_configs or self._auth_configs.is_empty:
            self.reload_config()
        known = self._auth_configs.resolve_authconfig(registry)
        if known and known.get("username") == username and not reauth:
            return known
        given = {"username": username, "password": password, "email": email, "serveraddress": registry}
        response = self._send(system.AUTH, body=given)
        if response.status_code == 200:
            self._auth_configs.add_auth(registry or auth.INDEX_NAME, given)
        return self._result(response, json=True)

    def ping(self) -> bool:
        """Whether it answers."""
        return bool(self._result(self._send(system.PING)) == "OK")

    def version(self, api_version: bool = True) -> Any:
        """Its versions."""
        return self._json(system.VERSION, versioned=api_version)
