"""docker-py's low-level client."""

from __future__ import annotations

from dockpy.compat.api.build import BuildApiMixin
from dockpy.compat.api.config import ConfigApiMixin
from dockpy.compat.api.container import ContainerApiMixin
from dockpy.compat.api.daemon import DaemonApiMixin
from dockpy.compat.api.exec_api import ExecApiMixin
from dockpy.compat.api.image import ImageApiMixin
from dockpy.compat.api.network import NetworkApiMixin
from dockpy.compat.api.plugin import PluginApiMixin
from dockpy.compat.api.secret import SecretApiMixin
from dockpy.compat.api.service import ServiceApiMixin
from dockpy.compat.api.swarm import SwarmApiMixin
from dockpy.compat.api.volume import VolumeApiMixin

__all__ = ["APIClient"]


class APIClient(
    BuildApiMixin,
    ConfigApiMixin,
    ContainerApiMixin,
    DaemonApiMixin,
    ExecApiMixin,
    NetworkApiMixin,
    PluginApiMixin,
    SecretApiMixin,
    ServiceApiMixin,
    SwarmApiMixin,
    VolumeApiMixin,
    ImageApiMixin,
):
    """One daemon, by the Engine API's operations: JSON in, JSON out. It is a requests session too.

    Args:
        base_url: the daemon's address: ``unix:///path``, ``tcp://host:port``, ``ssh://user@host``; None for
            the default socket.
        version: the API version to speak; None or ``"auto"`` asks the daemon for its own.
        timeout: seconds to wait for a connection and for an answer; None for no limit.
        tls: True, or a `TLSConfig`.
        user_agent: the User-Agent header.
        num_pools: has no effect: there is one pool.
        credstore_env: variables for credential helpers.
        use_ssh_client: has no effect: it is always the system's ssh that connects.
        max_pool_size: how many connections are kept.

    Raises:
        DockerException: the address cannot be read, or the daemon does not say its version.
    """
