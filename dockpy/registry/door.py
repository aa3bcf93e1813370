"""The door to registries in this process: requests cross as they would on a connection, without one."""

from __future__ import annotations

import io
from http.client import responses
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from dockpy.registry.registry import Registry

__all__ = ["Door", "LocalAnswer", "LocalRegistry", "ReachesRegistries", "registry_in_process"]

_PIECE = 256 * 1024


class LocalAnswer(Protocol):
    """What a registry in this process answers."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """By names as they would be written."""
        ...

    def pieces(self) -> Iterator[bytes]:
        """The body as it is asked for; `ConnectionError` where the connection ends before it does."""
        ...


class LocalRegistry(Protocol):
    """A registry in this process."""

    def handle(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: Iterable[bytes]
    ) -> LocalAnswer:
        """Answer a request.

        Args:
            method: in capitals.
            path: decoded, such as ``/v2/``.
            query: as it stands.
            headers: by names of any case.
            body: as it comes; it is read before this returns, or not at all.

        Raises:
            ConnectionError: the connection ends without an answer.
        """
        ...


@runtime_checkable
class ReachesRegistries(Protocol):
    """A way to a daemon in this process, whose registries are in it too."""

    def registry(self, host: str) -> LocalRegistry:
        """The registry that the daemon knows under a host's name.

        Raises:
            ConnectionError: nobody is there.
        """
        ...


class Door(BaseAdapter):
    """Sends what a requests session asks to registries in this process.

    What goes wrong is what goes wrong on a connection: errors of requests and urllib3. It may be shared by
    threads; it holds nothing.

    Args:
        find: the registry of a host, such as ``127.0.0.1:5000``; `ConnectionError` where nobody is there.
    """

    def __init__(self, find: Callable[[str], LocalRegistry]) -> None:
        super().__init__()
        self._find = find

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Carry a request over, and give back the answer, whose body has yet to be read.

        Args:
            request: the request; its body is read as it is taken.
            stream: False reads the answer's body now.
            timeout: of no account: nobody keeps one waiting.
            verify: of no account.
            cert: of no account.
            proxies: of no account.

        Raises:
            requests.exceptions.ConnectionError: nobody is at the host, or the connection ended.
        """
        parts = urlsplit(request.url or "")
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        host = parts.netloc.rpartition("@")[2]
        headers = {"host": host, "x-forwarded-proto": parts.scheme, **headers}
        registry = self._registry(host, request)
        try:
            answer = registry.handle(
                str(request.method), unquote(parts.path), parts.query, headers, _pieces(request.body)
            )
        except ConnectionError as error:
            raise requests.exceptions.ConnectionError(
                ProtocolError("Connection aborted.", error), request=request
            ) from error
        response = _response(answer, request)
        if not stream:
            _ = response.content
        return response

    def _registry(self, host: str, request: requests.PreparedRequest) -> LocalRegistry:
        try:
            return self._find(host)
        except ConnectionError as error:
            pool = HTTPConnectionPool(host.partition(":")[0] or "-")
            reason = NewConnectionError(HTTPConnection(pool.host), f"Failed to connect to {host}: {error}")
            refused = MaxRetryError(pool, request.url or "", reason)
            raise requests.exceptions.ConnectionError(refused, request=request) from error

    def close(self) -> None:
        """Nothing is held."""


def registry_in_process(
    host: str, find: Callable[[str], LocalRegistry], username: str | None, password: str | None
) -> Registry:
    """A registry that is reached through the door.

    Args:
        host: the registry's.
        find: as of `Door`.
        username: who asks; None for nobody.
        password: of that user.
    """
    from dockpy.registry.identity import Identity, explicit_credentials
    from dockpy.registry.registry import Registry
    from dockpy.registry.session import RegistrySession

    given = explicit_credentials(host, username, password, None)
    who = Identity(host, given, find=lambda _: None)
    return Registry._of_session(RegistrySession(host, credentials=who, adapter=Door(find)), who)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _pieces(body: Any) -> Iterator[bytes]:
    if body is None:
        return
    if isinstance(body, str):
        body = body.encode()
    if isinstance(body, bytes):
        for start in range(0, len(body), _PIECE):
            yield body[start : start + _PIECE]
    elif hasattr(body, "read"):
        while piece := body.read(_PIECE):
            yield piece
    else:
        yield from body


def _response(answer: LocalAnswer, request: requests.PreparedRequest) -> requests.Response:
    told = next((value for name, value in answer.headers.items() if name.lower() == "content-length"), "")
    bodiless = request.method == "HEAD" or answer.status in (204, 304)
    raw = HTTPResponse(
        _Body(answer.pieces(), int(told) if told.isdecimal() else None),
        dict(answer.headers),
        answer.status,
        preload_content=False,
        decode_content=False,
        request_method=request.method,
    )
    if bodiless:
        raw.close()
    response = requests.Response()
    response.status_code = answer.status
    response.reason = responses.get(answer.status, "")
    response.headers = CaseInsensitiveDict(answer.headers)
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    response.raw = raw
    response.url = request.url or ""
    response.request = request
    return response


class _Body(io.RawIOBase):
    """The body of an answer, of which no more is held than is being read.

    Args:
        pieces: it.
        length: as the answer says; what comes after is another answer's on a connection, and not read.
    """

    def __init__(self, pieces: Iterator[bytes], length: int | None) -> None:
        self._pieces = pieces
        self._left = length
        self._held = memoryview(b"")
        self._broken: ConnectionError | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes, fewer at the end alone, as a connection's answers are read."""
        found: list[bytes | memoryview] = []
        wanted = self._left if size is None or size < 0 else size
        if wanted is not None and self._left is not None:
            wanted = min(wanted, self._left)
        taken = 0
        while (wanted is None or taken < wanted) and self._more():
            part = self._held if wanted is None else self._held[: wanted - taken]
            self._held = self._held[len(part) :]
            taken += len(part)
            found.append(part)
        if self._left is not None:
            self._left -= taken
        if not taken and self._broken is not None:
            raise self._broken
        return b"".join(found)

    def _more(self) -> bool:
        while not self._held and self._broken is None:
            try:
                piece = next(self._pieces, None)
            except ConnectionError as error:
                self._broken = error
                return False
            if piece is None:
                return False
            self._held = memoryview(piece)
        return bool(self._held)

    def close(self) -> None:
        end = getattr(self._pieces, "close", None)
        if not self.closed and end is not None:
            end()
        self._held = memoryview(b"")
        super().close()
