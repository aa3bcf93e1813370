"""The other subjects' ways to an engine: bare http.client, docker-py, podman-py, aiodocker."""

from __future__ import annotations

import http.client
import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import docker

__all__ = ["UnixConnection", "bare", "docker_py", "podman_py", "socket_path"]


def socket_path(url: str) -> str:
    """The path of a ``unix://`` address."""
    return url.removeprefix("unix://")


class UnixConnection(http.client.HTTPConnection):
    """http.client over a UNIX socket."""

    def __init__(self, url: str) -> None:
        super().__init__("localhost")
        self._path = socket_path(url)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


def bare(url: str, target: str, method: str = "GET", body: Any = None) -> http.client.HTTPResponse:
    """An answer, by http.client alone."""
    connection = UnixConnection(url)
    connection.request(method, target, body, encode_chunked=body is not None and not isinstance(body, bytes))
    return connection.getresponse()


def docker_py(url: str) -> docker.DockerClient:
    """docker-py's client, which has agreed on a version."""
    import docker

    client = docker.DockerClient(url, version="auto")
    client.ping()
    return client


def podman_py(url: str) -> Any:
    """podman-py's client."""
    from podman import PodmanClient

    return PodmanClient(base_url=url.replace("unix://", "http+unix://"))
