"""One daemon."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, Self

from dockpy.closing import Closing
from dockpy.config.environment import api_version, default_platform
from dockpy.daemon import Daemon
from dockpy.errors import DockpyError, InvalidArgument
from dockpy.resources.logins import Logins
from dockpy.resources.system import System
from dockpy.transport.caller import Caller, Hooks
from dockpy.transport.message import Timeouts, check_timeout

if TYPE_CHECKING:
    from dockpy.config.endpoint import Endpoint
    from dockpy.config.tls import TLS
    from dockpy.resources.builder import Builder
    from dockpy.resources.configs import ConfigCollection
    from dockpy.resources.containers import ContainerCollection
    from dockpy.resources.images import ImageCollection
    from dockpy.resources.networks import NetworkCollection
    from dockpy.resources.nodes import NodeCollection
    from dockpy.resources.plugins import PluginCollection
    from dockpy.resources.secrets import SecretCollection
    from dockpy.resources.services import ServiceCollection
    from dockpy.resources.swarm import Swarm
    from dockpy.resources.tasks import TaskCollection
    from dockpy.resources.volumes import VolumeCollection
    from dockpy.transport.connectors import Connector
    from dockpy.transport.message import TimeoutSetting

__all__ = ["Client", "from_env"]


class Client(System, Logins, Closing):
    """One daemon: its containers, images, networks, volumes.

    Making a client opens no connection and starts nothing; the first call does. It may be shared by threads.
    Use it in a ``with`` statement, or `close` it, to give its connections back early.

    Args:
        host: the daemon's address: ``unix:///path``, ``tcp://host:port``, ``https://host:port``,
            ``ssh://user@host``. None finds it as the docker command does: DOCKER_HOST, DOCKER_CONTEXT, the
            current docker context, the default socket.
        timeout: seconds to wait for a connection and for an answer, a pair (connect, read), or None for no
            limit. Streams (logs, events, pulls) have none: see ``with_options(stream_timeout=…)``.
        version: the API version to speak, such as ``"1.41"``; ``"auto"`` agrees with the daemon on the newest
            one that both know (DOCKER_API_VERSION pins it too).
        tls: certificates (`TLS`); True for TLS with the environment's or the system's; False for none; None
            as the environment says (DOCKER_TLS_VERIFY, DOCKER_CERT_PATH).
        pool_size: how many connections are kept open at most (100 if not given); over ssh, how many ssh
            processes serve calls (10).
        hooks: functions to call before each request and after each answer.

    Raises:
        InvalidEndpoint: the address cannot be read.
        InvalidArgument: another argument cannot be.
    """

    def __init__(
        self,
        host: str | None = None,
        *,
        timeout: TimeoutSetting = 60,
        version: str = "auto",
        tls: TLS | bool | None = None,
        pool_size: int | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        self._setup(host, None, timeout, version, tls, pool_size, hooks)

    def _setup(
        self,
        host: str | None,
        context: str | None,
        timeout: TimeoutSetting,
        version: str,
        tls: TLS | bool | None,
        pool_size: int | None,
        hooks: Hooks | None,
    ) -> None:
        from dockpy.config.resolve import resolve_endpoint

        number = isinstance(pool_size, int) and not isinstance(pool_size, bool)
        if pool_size is not None and not (number and pool_size >= 1):
            raise InvalidArgument(f"pool_size={pool_size!r}: it takes a whole number above 0")
        self._timeouts = Timeouts.of(timeout)
        self._stream_timeout: float | None = None
        environ = dict(os.environ)
        pinned = api_version(environ) if version == "auto" else version
        self._arguments: tuple[Any, ...] = (host, context, timeout, version, tls, pool_size)
        self._shared = Daemon(
            lambda: resolve_endpoint(host, tls, context, environ),
            environ,
            pinned,
            pool_size,
            hooks or Hooks(),
        )
        address = environ.get("DOCKER_HOST") or None if host is None else host
        if context is None and address is not None:
            from dockpy.config.endpoint import parse_endpoint

            # Refused now, not at the first call.
            parse_endpoint(address, origin="DOCKER_HOST" if host is None else "argument")

    @classmethod
    def of_connector(
        cls,
        connector: Connector,
        url: str,
        *,
        timeout: TimeoutSetting = 60,
        version: str = "auto",
        hooks: Hooks | None = None,
    ) -> Self:
        """The daemon behind a connector: how a fake daemon in this process is reached.

        Args:
            connector: makes the connections.
            url: what the daemon is called, in errors and when objects are compared.
            timeout: as of `Client`.
            version: as of `Client`.
            hooks: as of `Client`.
        """
        client = cls.__new__(cls)
        client._timeouts, client._stream_timeout = Timeouts.of(timeout), None
        client._connect(connector, url, version, hooks)
        return client

    def _connect(self, connector: Connector, url: str, version: str, hooks: Hooks | None) -> None:
        from dockpy.config.endpoint import Endpoint

        self._arguments = (connector, url, version)
        environ = dict(os.environ)
        self._shared = Daemon(
            lambda: Endpoint(url, "fake"),
            environ,
            api_version(environ) if version == "auto" else version,
            1,
            hooks or Hooks(),
            connector,
        )

    @classmethod
    def from_context(
        cls, name: str, *, timeout: TimeoutSetting = 60, version: str = "auto", pool_size: int | None = None
    ) -> Self:
        """The daemon of a docker context (``docker context ls``).

        Args:
            name: the context's name.
            timeout: as of `Client`.
            version: as of `Client`.
            pool_size: as of `Client`.

        Raises:
            ContextNotFound: there is no such context; the message lists those there are.
        """
        client = cls.__new__(cls)
        client._setup(None, name, timeout, version, None, pool_size, None)
        _ = client.endpoint  # a context that is not there is an error here, not at the first call
        return client

    def with_options(
        self,
        *,
        timeout: TimeoutSetting | Literal["same"] = "same",
        stream_timeout: float | Literal["same"] | None = "same",
    ) -> Self:
        """A view of the same client, its connections included, with other timeouts.

        Args:
            timeout: seconds to wait for a connection and an answer, a pair (connect, read), or None for no
                limit.
            stream_timeout: seconds that a stream may be silent; None for as long as it likes.
        """
        view = type(self).__new__(type(self))
        view._arguments, view._shared = self._arguments, self._shared
        view._timeouts = self._timeouts if timeout == "same" else Timeouts.of(timeout)
        view._stream_timeout = (
            self._stream_timeout
            if stream_timeout == "same"
            else check_timeout("stream_timeout", stream_timeout)
        )
        return view

    # The daemon

    @property
    def endpoint(self) -> Endpoint:
        """Where the daemon is, and what said so."""
        return self._shared.endpoint

    @property
    def daemon(self) -> str:
        """The daemon's address, without credentials."""
        return self._shared.endpoint.display

    @property
    def timeouts(self) -> Timeouts:
        """How long calls wait to connect and for an answer."""
        return self._timeouts

    @property
    def stream_timeout(self) -> float | None:
        """How long a stream may be silent, in seconds; None for as long as it likes."""
        return self._stream_timeout

    @property
    def hooks(self) -> Hooks:
        """Functions called before each request and after each answer; shared by all views of the client."""
        return self._shared.hooks

    @property
    def api(self) -> Caller:
        """The Engine's operations as they are: ``client.api.call(ops.containers.TOP, {"id": "web"})``."""
        shared = self._shared
        return Caller(
            shared.transport, shared.negotiation, self._timeouts, shared.hooks, self._stream_timeout
        )

    @property
    def api_version(self) -> str:
        """The API version that is spoken with the daemon; agreed on at the first call."""
        return self.api.version()

    @property
    def default_platform(self) -> str | None:
        """The platform for pulls and containers where none is given (DOCKER_DEFAULT_PLATFORM)."""
        return default_platform(self._shared.environ)

    @property
    def detach_keys(self) -> str | None:
        """The keys that detach from a terminal where none are given (``detachKeys`` of the configuration)."""
        return self._shared.config_file.detach_keys or None

    @property
    def proxy_variables(self) -> dict[str, str]:
        """The variables that docker's configuration (``proxies``) gives to containers and builds."""
        return self._shared.config_file.proxy_variables(self.daemon)

    # Its objects

    @property
    def containers(self) -> ContainerCollection:
        """Containers."""
        from dockpy.resources.containers import ContainerCollection

        return ContainerCollection(self)

    @property
    def images(self) -> ImageCollection:
        """Images."""
        from dockpy.resources.images import ImageCollection

        return ImageCollection(self)

    @property
    def networks(self) -> NetworkCollection:
        """Networks."""
        from dockpy.resources.networks import NetworkCollection

        return NetworkCollection(self)

    @property
    def volumes(self) -> VolumeCollection:
        """Volumes."""
        from dockpy.resources.volumes import VolumeCollection

        return VolumeCollection(self)

    @property
    def plugins(self) -> PluginCollection:
        """Plugins of the engine."""
        from dockpy.resources.plugins import PluginCollection

        return PluginCollection(self)

    @property
    def builder(self) -> Builder:
        """The builder and its cache."""
        from dockpy.resources.builder import Builder

        return Builder(self)

    # Its swarm

    @property
    def swarm(self) -> Swarm:
        """The swarm that the daemon is part of, or may become part of."""
        from dockpy.resources.swarm import Swarm

        return Swarm(self)

    @property
    def services(self) -> ServiceCollection:
        """Services of the swarm."""
        from dockpy.resources.services import ServiceCollection

        return ServiceCollection(self)

    @property
    def tasks(self) -> TaskCollection:
        """Tasks of the swarm's services."""
        from dockpy.resources.tasks import TaskCollection

        return TaskCollection(self)

    @property
    def nodes(self) -> NodeCollection:
        """Nodes of the swarm."""
        from dockpy.resources.nodes import NodeCollection

        return NodeCollection(self)

    @property
    def secrets(self) -> SecretCollection:
        """Secrets of the swarm."""
        from dockpy.resources.secrets import SecretCollection

        return SecretCollection(self)

    @property
    def configs(self) -> ConfigCollection:
        """Configs of the swarm."""
        from dockpy.resources.configs import ConfigCollection

        return ConfigCollection(self)

    # Its life

    def close(self) -> None:
        """Give back its connections; the next call opens new ones."""
        self._shared.close()

    def __getstate__(self) -> dict[str, Any]:
        """How to make such a client: neither connections nor credentials nor hooks are pickled."""
        return {
            "arguments": self._arguments,
            "connected": self._shared.connector is not None,
            "timeouts": self._timeouts,
            "stream_timeout": self._stream_timeout,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        if state["connected"]:
            connector, url, pinned = state["arguments"]
            self._connect(connector, url, pinned, None)
        else:
            host, context, timeout, version, tls, pool_size = state["arguments"]
            self._setup(host, context, timeout, version, tls, pool_size, None)
        self._timeouts, self._stream_timeout = state["timeouts"], state["stream_timeout"]

    def __repr__(self) -> str:
        try:
            return f"<Client: {self.daemon}>"
        except DockpyError as error:  # a context that is not there: told, not raised, while debugging
            return f"<Client: nowhere yet: {error.message}>"


def from_env(*, timeout: TimeoutSetting = 60, version: str = "auto", pool_size: int | None = None) -> Client:
    """The daemon that the environment says, as the docker command finds it: ``Client()`` by docker-py's name.

    Args:
        timeout: as of `Client`.
        version: as of `Client`.
        pool_size: as of `Client`.
    """
    return Client(timeout=timeout, version=version, pool_size=pool_size)
