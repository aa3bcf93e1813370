"""How requests reach a registry and its answers come back."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin

from dockpy.errors import ErrorResponse, ResponseTooLarge, error_for_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import requests
    from requests.adapters import BaseAdapter

    from dockpy.config.credentials import Credentials
    from dockpy.config.tls import TLS
    from dockpy.registry.scope import Scope

__all__ = ["Answer", "Body", "OpenAnswer", "RegistrySession"]

MANIFEST_LIMIT = 4 * 1024 * 1024
"""Bytes that an answer which is read whole may have: what registries themselves allow for a manifest."""


class Body(Protocol):
    """The body of a request that is sent as it is read, once."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read whole.

    Attributes:
        status: the HTTP status.
        headers: by names of any case.
        content: the body.
        url: where it came from in the end, without credentials.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str


class OpenAnswer(contextlib.AbstractContextManager["OpenAnswer"]):
    """An answer whose body is read as it comes. Close it, or leave its ``with`` block.

    Attributes:
        status: the HTTP status.
        headers: by names of any case.
        url: where it came from in the end, without credentials.
    """

    def __init__(self, response: requests.Response) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.url: str = response.url
        self._response = response

    def read(self, size: int) -> bytes:
        """The next bytes, at most so many; empty at the end.

        Raises:
            TruncatedResponse: the body ends before its length, or the connection does.
            TimedOut: nothing came in time.
        """
        return bytes(self._response.raw.read(size, decode_content=False))

    def close(self) -> None:
        """Give the connection back."""
        self._response.close()

    def __exit__(self, *_: object) -> None:
        self.close()


class RegistrySession:
    """How requests reach one registry. Making one opens no connection. It may be shared by threads.

    Args:
        host: the registry, such as ``docker.io`` or ``127.0.0.1:5050``.
        credentials: asked, once, when the registry wants to know who we are; None is nobody.
        insecure: True lets plain HTTP and certificates that cannot be verified pass; None does so for plain
            HTTP on this machine; False does for nothing.
        tls: certificates; None for those of ``certs.d`` and the system.
        timeout: seconds to wait for a connection, and for bytes of an answer.
        adapter: reaches a registry in this process, in place of the network.
    """

    def __init__(
        self,
        host: str,
        *,
        credentials: Callable[[], Credentials | None] = lambda: None,
        insecure: bool | None = None,
        tls: TLS | None = None,
        timeout: float | tuple[float, float] = 60,
        adapter: BaseAdapter | None = None,
    ) -> None:
        import requests

        self.host: str = host
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False
        if adapter is not None:
            self._session.mount("http://", adapter)

    @property
    def url(self) -> str:
        """Where the registry is, for messages: ``https://registry-1.docker.io``."""
        return f"http://{self.host}"

    def call(
        self,
        method: str,
        path: str,
        *,
        scope: Scope,
        subject: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        accept: Sequence[int] = (200,),
        limit: int = MANIFEST_LIMIT,
    ) -> Answer:
        """Send a request and read the answer whole.

        Args:
            method: in capitals.
            path: such as ``/v2/``, quoted; or a URL that this registry gave (a next page, an upload).
            scope: what it takes.
            subject: what it is about, for errors: ``image 127.0.0.1:5050/app:1``.
            params: the query.
            headers: of the request.
            body: of the request.
            accept: the statuses that are no errors.
            limit: bytes that the answer may have.

        Raises:
            ApiError: the registry answered with another status; `RateLimited`, `NotFound`, … by the status.
            ResponseTooLarge: the answer is larger than `limit`.
            ConnectionFailed, InvalidResponse, UntrustedLocation: as their names say.
        """
        with self.open(
            method,
            path,
            scope=scope,
            subject=subject,
            params=params,
            headers=headers,
            body=body,
            accept=accept,
        ) as opened:
            content = b"" if method == "HEAD" else opened.read(limit + 1)
            if len(content) > limit:
                raise ResponseTooLarge(f"The answer has more than {limit} bytes", subject=subject)
            return Answer(opened.status, opened.headers, content, opened.url)

    def open(
        self,
        method: str,
        path: str,
        *,
        scope: Scope,
        subject: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | Body = b"",
        accept: Sequence[int] = (200,),
    ) -> OpenAnswer:
        """Send a request; the answer's body is still to be read. Arguments and errors as of `call`.

        A `Body` is sent once: where the registry refuses it with 401, the error is raised, and the next
        request brings a new token.
        """
        response = self._session.request(
            method,
            urljoin(self.url, path),
            params=dict(params or {}),
            headers=dict(headers or {}),
            data=body,
            timeout=self._timeout,
            stream=True,
            allow_redirects=False,
        )
        answer = OpenAnswer(response)
        if answer.status in accept:
            return answer
        with answer:
            content = answer.read(64 * 1024)
        raise error_for_status(answer.status)(
            content.decode("utf-8", "replace"),
            status_code=answer.status,
            response=ErrorResponse(answer.status, "", dict(answer.headers), content),
            operation=f"{method} {path}",
            subject=subject,
            daemon=self.url,
        )

    def close(self) -> None:
        """Give its connections back; the next request opens new ones."""
        self._session.close()
