"""What a build takes from a URL: a fake daemon reaches nothing but this machine's loopback."""

from __future__ import annotations

import http.client
import posixpath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from dockpy.fake.failure import Failure
from dockpy.fake.files import Node
from dockpy.fake.state.build_context import Files
from dockpy.fake.state.build_copy import Source
from dockpy.fake.state.build_sums import sum_of_node

if TYPE_CHECKING:
    from dockpy.fake.engine import Engine

__all__ = ["download", "fetched"]

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_TIMEOUT = 5
_MOST_REDIRECTS = 10


def download(url: str) -> tuple[bytes, str]:
    """What a URL stands for, and its media type.

    Args:
        url: ``http://127.0.0.1:8000/file``.

    Raises:
        Failure: there is nothing; in Go's words.
    """
    for _ in range(_MOST_REDIRECTS):
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host not in _LOOPBACK or parts.scheme != "http":
            raise Failure(500, f'Get "{url}": dial tcp: lookup {host}: no such host')
        port = parts.port or 80
        connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", target)
            response = connection.getresponse()
            data = response.read()
        except OSError:
            address = f"{host}:{port}"
            raise Failure(500, f'Get "{url}": dial tcp {address}: connect: connection refused') from None
        except http.client.HTTPException:
            raise Failure(500, f'Get "{url}": EOF') from None
        finally:
            connection.close()
        if response.status in (301, 302, 303, 307, 308) and (location := response.getheader("Location")):
            url = location
            continue
        if response.status >= 400:
            raise Failure(500, f"failed to GET {url} with status {response.status} {response.reason}: ")
        return data, response.getheader("Content-Type", "")
    raise Failure(500, f'Get "{url}": stopped after 10 redirects')


def fetched(engine: Engine, url: str, path: str) -> Source:
    """What ADD takes from a URL.

    Args:
        engine: the daemon.
        url: the URL.
        path: where it is copied to.

    Raises:
        Failure: there is nothing, or its name cannot be told.
    """
    data, _ = download(url)
    name = posixpath.basename(unquote(urlsplit(url).path).rstrip("/"))
    if not name:
        if path.endswith("/"):
            raise Failure(500, f"cannot determine filename for source {url}")
        name = "unnamed"
    node = Node.file(data, mode=0o600, mtime=engine.now())
    root = Node.directory({name: node})
    return Source(Files(root), name, f"file:{sum_of_node(name, node, formats=False)}", whole=True)
