"""A daemon's address, as docker-py reads and writes it."""

from __future__ import annotations

import string
from typing import NamedTuple
from urllib.parse import urlparse, urlunparse

from dockpy.compat.constants import DEFAULT_HTTP_HOST, DEFAULT_NPIPE, DEFAULT_UNIX_SOCKET
from dockpy.compat.errors import DockerException

__all__ = ["URLComponents", "parse_host"]

_SCHEME = f"{string.ascii_letters}+"


class URLComponents(NamedTuple):
    """The parts of a URL, in the order of `urllib.parse.urlunparse`."""

    scheme: str | None
    netloc: str | None
    url: str
    params: str | None
    query: str | None
    fragment: str | None


def parse_host(addr: str | None, is_win32: bool = False, tls: bool = False) -> str:
    """The URL of an address: ``unix:///a`` → ``http+unix:///a``, ``tcp://h:1`` → ``http://h:1``.

    Args:
        addr: the address; nothing means the default one.
        is_win32: whether that default is Windows' pipe.
        tls: whether ``tcp://`` means https.

    Raises:
        DockerException: the address cannot be read.
    """
    if not addr and is_win32:
        return DEFAULT_NPIPE
    if not addr or addr.strip() == "unix://":
        return DEFAULT_UNIX_SOCKET
    addr = addr.strip()
    url = urlparse(addr)
    scheme = url.scheme
    if not scheme or any(character not in _SCHEME for character in scheme):
        url, scheme = urlparse(f"//{addr}", "tcp"), "tcp"  # host:port alone
    if scheme == "fd":
        raise DockerException("fd:// cannot be reached")
    if scheme in ("http", "https"):
        tls, scheme = scheme == "https", "tcp"
    elif scheme == "http+unix":
        scheme = "unix"
    if scheme not in ("tcp", "unix", "npipe", "ssh"):
        raise DockerException(f"Invalid bind address protocol: {addr}")
    if url.params or url.query or url.fragment or url.password or (scheme == "tcp" and not url.netloc):
        raise DockerException(f"Invalid bind address format: {addr}")
    if scheme in ("unix", "npipe"):
        # unix://var/run and unix:///var/run are one.
        path = f"{url.hostname}/{url.path}" if scheme == "unix" and url.hostname is not None else url.path
        return f"{'http+unix' if scheme == 'unix' else scheme}://{path}".rstrip("/")
    if scheme == "ssh" and url.path:
        raise DockerException(f"Invalid bind address format: no path allowed for this protocol: {addr}")
    netloc, port = url.netloc, url.port or 0
    if port <= 0:
        if scheme != "ssh":
            raise DockerException(f"Invalid bind address format: port is required: {addr}")
        port, netloc = 22, f"{netloc}:22"
    if not url.hostname:
        netloc = f"{DEFAULT_HTTP_HOST}:{port}"
    written = ("https" if tls else "http") if scheme == "tcp" else scheme
    return urlunparse(URLComponents(written, netloc, url.path, "", "", "")).rstrip("/")
