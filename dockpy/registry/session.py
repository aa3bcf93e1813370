"""How requests reach a registry and its answers come back."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlencode, urlsplit

from dockpy.closing import Closing
from dockpy.errors import ConnectionFailed, DockpyError, InvalidArgument, InvalidResponse
from dockpy.forks import renew_after_fork
from dockpy.registry.address import parse_address
from dockpy.registry.answers import Answer, Body, OpenAnswer
from dockpy.registry.challenge import parse_challenges
from dockpy.registry.limits import rate_limit_of, retry_after_of
from dockpy.registry.places import check_location, check_realm, origin_of, resolved, shown
from dockpy.registry.refusals import refusal
from dockpy.registry.tokens import Keys, TokenRequest
from dockpy.transport.message import Timeouts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from requests.adapters import BaseAdapter

    from dockpy.config.credentials import Credentials
    from dockpy.config.tls import TLS
    from dockpy.registry.address import Scheme
    from dockpy.registry.limits import RateLimit
    from dockpy.registry.road import Road
    from dockpy.registry.scope import Scope
    from dockpy.transport.message import TimeoutSetting

__all__ = ["MANIFEST_LIMIT", "Answer", "Body", "OpenAnswer", "RegistrySession"]

MANIFEST_LIMIT = 4 * 1024 * 1024
"""Bytes that an answer which is read whole may have: what registries themselves allow for a manifest."""

_ERROR_LIMIT = 64 * 1024
_TOKEN_LIMIT = 1024 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_MOST_ATTEMPTS = 4
_PATIENCE = 30.0
_UNWELL = (500, 502, 503, 504)  # distribution 2.8 answers 500 while someone else writes what is read
_PAUSES = (0.1, 0.5)

logger: logging.Logger = logging.getLogger("dockpy")
logger.addHandler(logging.NullHandler())


class RegistrySession(Closing):
    """How requests reach one registry. Making one opens no connection. It may be shared by threads.

    Args:
        host: the registry, such as ``docker.io`` or ``127.0.0.1:5050``.
        credentials: asked once the registry wants to know who we are, and for each request from then on;
            None is nobody.
        insecure: True lets plain HTTP and certificates that cannot be verified pass; None does so for plain
            HTTP on this machine; False does for nothing.
        tls: certificates; None for those of ``certs.d`` and the system.
        timeout: seconds to wait for a connection, and for bytes of an answer; a pair of them; None for no
            limit.
        adapter: reaches a registry in this process, in place of the network.
        patience: seconds that a request may wait, all in all, where the registry says to come back later.
        clock: seconds that only ever grow; tokens expire by them.
        wait: waits so many seconds, in place of doing so really.

    Raises:
        InvalidArgument: the host is no name of a registry, or wants plain HTTP where that does not pass.
    """

    def __init__(
        self,
        host: str,
        *,
        credentials: Callable[[], Credentials | None] = lambda: None,
        insecure: bool | None = None,
        tls: TLS | None = None,
        timeout: TimeoutSetting = 60,
        adapter: BaseAdapter | None = None,
        patience: float = _PATIENCE,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        from dockpy.registry.road import Road

        self._address = parse_address(host, True if adapter is not None and insecure is None else insecure)
        timeouts = Timeouts.of(timeout)
        self._timeout = timeouts.connect, timeouts.read
        self._patience = patience
        self._clock = clock
        self._wait = wait
        self._road: Road = Road(self._address, tls, adapter)
        self._scheme: Scheme | None = "http" if adapter is not None else self._address.scheme
        if self._scheme is None and tls is not None and not self._address.insecure:
            self._scheme = "https"  # whoever says whom to believe does not mean anyone who listens
        self._keys = self._new_keys(credentials)
        self._open = False  # it has answered without asking who we are
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self.rate_limit: RateLimit | None = None
        renew_after_fork(self)

    @property
    def host(self) -> str:
        """The registry, as references name it."""
        return self._address.host

    @property
    def url(self) -> str:
        """Where the registry is, for messages: ``https://registry-1.docker.io``."""
        return self._address.url(self._scheme or ("https" if self._address.insecure else "http"))

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
            try:
                content = opened.whole(limit, self._timeout[1])
            except DockpyError as error:
                raise error.at(
                    operation=_operation(method, path), subject=subject, daemon=self.url
                ) from error.__cause__
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
        try:
            url = self._resolve(path, params or {})
            answer = self._followed(method, url, headers or {}, body, scope)
            if answer.status not in accept:
                self._refuse(answer, path)
            encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
            if encoding not in ("", "identity") and method != "HEAD":
                answer.close()
                raise InvalidResponse(f"The answer is packed ({encoding[:40]!r}), which was not asked for")
        except DockpyError as error:
            raise error.at(
                operation=_operation(method, path), subject=subject, daemon=self.url
            ) from error.__cause__
        return answer

    def same_origin(self, url: str) -> bool:
        """Whether a URL, or a path, leads to this registry, as credentials do.

        Raises:
            UntrustedLocation: it is no URL.
        """
        return origin_of(resolved(url, self._base())) == origin_of(self._base())

    def identify(self, credentials: Credentials | None) -> None:
        """Be somebody else from now on; tokens are forgotten."""
        self._keys = self._new_keys(lambda: credentials)
        self._open = False

    def identified(self, credentials: Credentials) -> str:
        """Ask the registry whether it knows somebody; who we are stays as it is.

        Returns:
            An identity token that stands for the password, where the registry gives any; else nothing.

        Raises:
            Unauthorized: it does not.
        """
        mine, was_open = self._new_keys(lambda: credentials, offline=True), self._open
        try:
            answer = self._authorized("GET", f"{self._base()}/v2/", {}, b"", (), mine)
            if answer.status != 200:
                self._refuse(answer, "/v2/", mine)
            answer.said(_ERROR_LIMIT, self._timeout[1])
        except DockpyError as error:
            raise error.at(
                operation="GET /v2/", subject=f"registry {self.host}", daemon=self.url
            ) from error.__cause__
        finally:
            self._open = was_open
        return mine.identity

    def close(self) -> None:
        """Give its connections back; the next request opens new ones. Who waits to ask again is woken."""
        closed, self._closed = self._closed, threading.Event()
        closed.set()
        self._road.close()

    def after_fork(self) -> None:
        """In a forked child: connections and locks are the parent's."""
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._road.after_fork()
        self._keys.after_fork()

    def __repr__(self) -> str:
        return f"RegistrySession({self.host!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a registry's session holds connections and credentials, and cannot be pickled")

    # Where requests go

    def _base(self) -> str:
        """The registry's origin; whether it speaks TLS is found out the first time."""
        if self._scheme is None:
            with self._lock:
                if self._scheme is None:
                    self._scheme = self._road.scheme(self._timeout[0])
        return self._address.url(self._scheme)

    def _resolve(self, path: str, params: Mapping[str, str]) -> str:
        base = self._base()
        if path.startswith("/") and not path.startswith("//"):
            if not path.isascii() or any(char <= " " or char == "\x7f" for char in path):
                raise InvalidArgument(f"{path[:200]!r} is no path: it has to be quoted")
            url = base + path.partition("#")[0]
        else:
            url = check_location(resolved(path, base), base, insecure=self._address.insecure)
        if params:
            url += ("&" if urlsplit(url).query else "?") + urlencode(params)
        return url

    def _followed(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Body, scope: Scope
    ) -> OpenAnswer:
        """The answer that redirects lead to; credentials do not go along to others."""
        for _ in range(_MOST_REDIRECTS + 1):
            if origin_of(url) == origin_of(self._base()):
                answer = self._authorized(method, url, headers, body, scope, self._keys)
            else:
                answer = self._patient(method, url, headers, body)
            if answer.status not in _REDIRECTS or method not in ("GET", "HEAD"):
                return answer
            place = answer.headers.get("Location")
            answer.said(_ERROR_LIMIT, self._timeout[1])
            if not place:
                raise InvalidResponse(f"The registry redirects ({answer.status}) without saying where to")
            url = check_location(resolved(place, url), url, insecure=self._address.insecure)
        raise InvalidResponse(f"The registry redirects more than {_MOST_REDIRECTS} times: {shown(url)}")

    # Who we are

    def _new_keys(self, ask: Callable[[], Credentials | None], *, offline: bool = False) -> Keys:
        keys: Keys = Keys(
            ask,
            check=lambda realm: check_realm(realm, self._base(), insecure=self._address.insecure),
            fetch=lambda request: self._token_content(request, keys),
            clock=self._clock,
            offline=offline,
        )
        return keys

    def _authorized(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Body, scope: Scope, keys: Keys
    ) -> OpenAnswer:
        """The answer of the registry itself, told who we are where it wants to know."""
        once = not isinstance(body, bytes)
        if once and not keys.asked and not self._open:
            answer = self._patient("GET", f"{self._base()}/v2/", {}, b"")
            self._learnt(answer, keys, scope)
            answer.said(_ERROR_LIMIT, self._timeout[1])
        attempts = 0
        while True:
            used = keys.header(scope, long=once)
            given = {**headers, "Authorization": used} if used is not None else headers
            answer = self._patient(method, url, given, body)
            self.rate_limit = rate_limit_of(answer.headers) or self.rate_limit
            helps = self._learnt(answer, keys, scope, used, again=attempts > 0)
            attempts += 1
            if not helps or once or attempts == _MOST_ATTEMPTS:
                return answer
            answer.said(_ERROR_LIMIT, self._timeout[1])

    def _learnt(
        self, answer: OpenAnswer, keys: Keys, scope: Scope, used: str | None = None, *, again: bool = False
    ) -> bool:
        """Whether an answer taught us what to say of ourselves, so that asking again may help."""
        if answer.status != 401:
            self._open = self._open or used is None
            return False
        try:
            challenges = parse_challenges(answer.headers.get("WWW-Authenticate", ""))
            return keys.refused(challenges, scope, used, again=again)
        except BaseException:
            answer.close()
            raise

    def _token_content(self, request: TokenRequest, keys: Keys) -> bytes | None:
        """The answer of a token server."""
        with self._patient(request.method, request.url, request.headers, request.body) as answer:
            if answer.status in request.or_status:
                return None
            if answer.status != 200:
                self._refuse(answer, "", keys)
            return answer.whole(_TOKEN_LIMIT, self._timeout[1])

    # Sending

    def _patient(self, method: str, url: str, headers: Mapping[str, str], body: bytes | Body) -> OpenAnswer:
        """The answer, come back for where the server says when, or may be well again in a moment."""
        left, pauses = self._patience, list(_PAUSES)
        while True:
            answer = self._sent(method, url, headers, body)
            seconds = None
            if isinstance(body, bytes) and answer.status in (429, 503):
                seconds = retry_after_of(answer.headers, time.time())
            if seconds is None and answer.status in _UNWELL and method in ("GET", "HEAD") and pauses:
                seconds = pauses.pop(0)
            if seconds is None or seconds > left:
                return answer
            left -= max(seconds, 0.1)  # "at once" is no leave to go on for ever
            answer.said(_ERROR_LIMIT, self._timeout[1])
            self._pause(seconds)

    def _pause(self, seconds: float) -> None:
        if self._wait is not None:
            self._wait(seconds)
        elif self._closed.wait(seconds):
            raise ConnectionFailed("The registry was closed while a request waited to be sent again")

    def _sent(self, method: str, url: str, headers: Mapping[str, str], body: bytes | Body) -> OpenAnswer:
        began = time.monotonic()
        answer = self._road.send(method, url, headers, body, self._timeout)
        took = (time.monotonic() - began) * 1000
        logger.debug("%s %s -> %d (%.1f ms)", method, answer.url, answer.status, took)
        return answer

    def _refuse(self, answer: OpenAnswer, path: str, keys: Keys | None = None) -> NoReturn:
        keys = keys or self._keys
        content = answer.said(_ERROR_LIMIT, self._timeout[1])
        raise refusal(
            answer.status,
            answer.headers,
            content,
            path=path,
            retry_after=retry_after_of(answer.headers, time.time()),
            known=keys.known,
            secrets=keys.secrets,
        )


def _operation(method: str, path: str) -> str:
    if "://" in path:
        path = f"/{shown(path).partition('://')[2].partition('/')[2]}"
    return f"{method} {path.partition('?')[0]}"
