"""The road to registries: requests, over pooled connections, without what leads elsewhere.

It sends what it is given to where it is told, once, and knows no credentials: no redirect is followed, no
cookie kept, no netrc read. Of the environment only the proxies count.
"""

from __future__ import annotations

import http.client
import threading
from typing import TYPE_CHECKING, Any, cast

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_environ_proxies
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from dockpy._version import __version__
from dockpy.registry.answers import OpenAnswer
from dockpy.registry.failures import explain
from dockpy.registry.heads import BoundedResponse, without_queries
from dockpy.registry.places import is_loopback, origin_of
from dockpy.registry.trust import speaks_tls, trust
from dockpy.transport.failures import is_closed_pool, is_lost_connection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from requests.adapters import BaseAdapter

    from dockpy.config.tls import TLS
    from dockpy.registry.address import Address, Scheme
    from dockpy.registry.answers import Body
    from dockpy.registry.places import Origin

__all__ = ["Road", "proxies_for"]

_POOL_SIZE = 16
_BROKEN = (requests.RequestException, HTTPError, http.client.HTTPException, OSError)


class _PlainConnection(HTTPConnection):
    response_class = BoundedResponse


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection  # pyright: ignore[reportAssignmentType]  # as it is for urllib3


class _TLSConnection(HTTPSConnection):
    response_class = BoundedResponse


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection  # pyright: ignore[reportAssignmentType]  # as it is for urllib3


class _UnverifiedConnection(_TLSConnection):
    """A connection whose user said insecure=True: urllib3 need not warn of each request."""

    def connect(self) -> None:
        super().connect()
        self.is_verified = True


class _UnverifiedPool(HTTPSConnectionPool):
    ConnectionCls = _UnverifiedConnection  # pyright: ignore[reportAssignmentType]  # as it is for urllib3


class _Adapter(HTTPAdapter):
    """An adapter that speaks TLS by a context of ours, and by nothing else."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        context = options.get("ssl_context")
        self._unverified = context is not None and not context.verify_mode
        super().__init__(pool_connections=_POOL_SIZE, pool_maxsize=_POOL_SIZE)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **options, **self._options)
        self._equip(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options, **self._options)
        self._equip(manager)
        return manager

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """The context does."""

    def close(self) -> None:
        """Close every pooled connection at once: errors that are kept would keep their pools too."""
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in list(manager.pools.keys()):
                if (pool := manager.pools.get(key)) is not None:
                    pool.close()
        super().close()

    def _equip(self, manager: Any) -> None:
        secure = _UnverifiedPool if self._unverified else _TLSPool
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": secure}


class _Sending:
    """A body on its way; it remembers that it could not be read, which is not the registry's failure."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._body
        except GeneratorExit:
            raise
        except BaseException as error:
            self.error = error
            raise


class Road:
    """Sends requests for one registry, to it and to where it points.

    Args:
        address: the registry's.
        tls: certificates.
        adapter: reaches a registry in this process, in place of the network.
    """

    def __init__(self, address: Address, tls: TLS | None, adapter: BaseAdapter | None) -> None:
        self._address = address
        self._tls = tls
        self._given = adapter
        self._lock = threading.Lock()
        self._adapters: dict[tuple[str, bool, bool], _Adapter] = {}

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Body,
        timeout: tuple[float | None, float | None],
    ) -> OpenAnswer:
        """Send a request.

        Raises:
            ConnectionFailed, TimedOut, InvalidResponse: no answer came, or it was none.
            ConfigError: TLS material cannot be used.
        """
        sending = body if isinstance(body, bytes) else _Sending(body)
        request = requests.PreparedRequest()
        request.method, request.url = method, url
        request.headers = CaseInsensitiveDict(
            {"User-Agent": f"dockpy/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity", **headers}
        )
        if len(body) or method in ("POST", "PUT", "PATCH"):
            request.headers["Content-Length"] = str(len(body))
        request.body = sending or None  # type: ignore[assignment]
        again = method in ("GET", "HEAD")
        while True:
            # Raised out here: the libraries' errors carry the request along, and with it the credentials.
            try:
                return self._sent(request, url, timeout)
            except _BROKEN as error:
                failed = explain(error, "/".join(url.split("/", 3)[:3]))
                lost, unsent = is_lost_connection(error), is_closed_pool(error)
            if isinstance(sending, _Sending) and sending.error is not None:
                raise sending.error from None
            if not (again and lost) and not (unsent and isinstance(body, bytes)):
                raise failed from None
            again = False  # the registry closed a connection that we had kept; a new one is made

    def scheme(self, timeout: float | None) -> Scheme:
        """How the registry is reached, where its address leaves that open: a handshake is tried.

        Args:
            timeout: seconds to wait for a connection.

        Raises:
            ConnectionFailed, TimedOut: nobody is there.
        """
        address, url = self._address, self._address.url("https")
        if proxies_for(url):
            return "https"  # a port behind a proxy is not tried out
        failed = None
        try:
            where = (address.hostname, address.port or 443)
            return "https" if speaks_tls(where, address.hostname, timeout) else "http"
        except ConnectionRefusedError as error:
            if address.port is None:
                return "http"  # which has a port of its own
            failed = explain(error, url)
        except OSError as error:
            failed = explain(error, url)
        raise failed

    def close(self) -> None:
        """Close every pooled connection; the next request opens new ones."""
        with self._lock:
            adapters = list(self._adapters.values())
        for adapter in adapters:
            adapter.close()
        if self._given is not None:
            self._given.close()

    def after_fork(self) -> None:
        """In a forked child: the connections are the parent's."""
        self._lock = threading.Lock()
        self._adapters = {}

    def _sent(
        self, request: requests.PreparedRequest, url: str, timeout: tuple[float | None, float | None]
    ) -> OpenAnswer:
        limits = cast("Any", timeout)  # requests takes no limit for connecting too; its stubs do not know
        if self._given is not None:
            response = self._given.send(request, stream=True, timeout=limits)
            read = response.raw.read
        else:
            adapter = self._adapter(origin_of(url))
            with without_queries():
                response = adapter.send(request, stream=True, timeout=limits, proxies=proxies_for(url))
            read = response.raw.read1  # read() waits for as many bytes as are asked for
        return OpenAnswer(response, lambda size: read(size, decode_content=False), str(request.method))

    def _adapter(self, origin: Origin) -> _Adapter:
        here = origin.host == self._address.hostname
        # Another port is another server, and another folder of certs.d: our certificate is not for it.
        own = origin == origin_of(self._address.url("https"))
        key = (origin.scheme, here, own)
        with self._lock:
            if key not in self._adapters:
                options = self._options(here=here, own=own) if origin.scheme == "https" else {}
                self._adapters[key] = _Adapter(options)
            return self._adapters[key]

    def _options(self, *, here: bool, own: bool) -> dict[str, Any]:
        address, tls = self._address, self._tls
        context = trust(address.host, tls=tls, insecure=address.insecure, own=own)
        name = tls.hostname if tls is not None and here else None
        return {"ssl_context": context, **({} if name is None else {"server_hostname": name})}


def proxies_for(url: str) -> dict[str, str]:
    """The proxies of the environment for a URL; none for this machine, nor where ``NO_PROXY`` says so."""
    return {} if is_loopback(origin_of(url).host) else get_environ_proxies(url)
