"""How a registry is told who we are: by name and password, or by tokens that are asked for and expire."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote_plus, urlencode

from dockpy.config.credentials import Credentials
from dockpy.errors import InvalidArgument, InvalidResponse
from dockpy.registry.scope import Access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dockpy.registry.challenge import Challenge
    from dockpy.registry.scope import Scope

__all__ = ["Keys", "TokenRequest"]

CLIENT = "dockpy"
_DEFAULT_LIFE = 60.0
_MARGIN = 10.0
_LASTING = 30.0
_MOST = 128
_WIDEST = 16
_LONGEST = 128 * 1024
_SPENT = 16
_TOKEN_USER = "<token>"  # the user name that says: the password is an identity token  # noqa: S105
_ORDER = ("pull", "push", "delete")

Wanted = frozenset[tuple[str, str, str]]
"""Type, name and action of each thing to be done."""


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request to a token server.

    Attributes:
        method: ``GET`` or ``POST``.
        url: of the server, checked.
        headers: of the request, credentials among them.
        body: of the request, credentials in it.
        or_status: statuses that are no errors: the answer is empty then.
    """

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    or_status: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    secret: str = field(repr=False)
    wanted: Wanted
    life: float
    expires: float

    def lasts(self, now: float, *, long: bool) -> bool:
        left = self.expires - now
        return left > (min(_LASTING, self.life / 2) if long else min(_MARGIN, self.life / 10))


@dataclass(frozen=True, slots=True)
class _Bearer:
    """Where tokens come from."""

    realm: str
    service: str


@dataclass(slots=True)
class _Turn:
    """Threads that want the same token."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    failed: bool = False


class Keys:
    """What one registry is told about us. It may be shared by threads.

    Args:
        ask: gives our credentials; asked once the registry wants to know, and for each request from then on.
        check: lets a token server's URL pass, or raises `UntrustedLocation`.
        fetch: sends a request to a token server; gives the answer's body, None for a status that is no error.
        clock: seconds that only ever grow.
        offline: an identity token is asked for along with the first token.
    """

    def __init__(
        self,
        ask: Callable[[], Credentials | None],
        *,
        check: Callable[[str], str],
        fetch: Callable[[TokenRequest], bytes | None],
        clock: Callable[[], float],
        offline: bool = False,
    ) -> None:
        self._ask = ask
        self._check = check
        self._fetch = fetch
        self._clock = clock
        self._offline = offline
        self._credentials = Credentials()
        self._way: _Bearer | str | None = None
        self._tokens: list[_Token] = []
        self._wider: dict[Wanted, Wanted] = {}
        self._spent: list[str] = []  # secrets that count no more, and that an answer may still repeat
        self.identity: str = ""
        self.after_fork()

    def after_fork(self) -> None:
        """In a forked child: locks that the parent's threads held are made anew."""
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._fetching: dict[Wanted, _Turn] = {}

    @property
    def known(self) -> bool:
        """Whether there is anything to say of us; False as long as nobody wanted to know."""
        return bool(self._credentials)

    @property
    def asked(self) -> bool:
        """Whether the registry has said what it wants to know."""
        return self._way is not None

    @property
    def secrets(self) -> list[str]:
        """What no error may show."""
        with self._lock:
            found = {*self._spent, *self._held()}
        found |= {quote_plus(secret) for secret in found}  # as forms have them
        return sorted(found, key=len, reverse=True)

    def header(self, scope: Scope, *, long: bool = False) -> str | None:
        """The ``Authorization`` of a request; None as long as the registry has not asked for one.

        Args:
            scope: what it takes.
            long: a token must be good for a while yet: a body is sent that cannot be sent again.

        Raises:
            ApiError, ConnectionFailed, InvalidResponse: the token server gave none.
            InvalidArgument: the credentials are such that they cannot be sent.
        """
        way = self._way
        if way is None:
            return None
        self._asked()  # who has logged out, or in as somebody else, is not who we were any more
        known = self._credentials
        if not isinstance(way, _Bearer):
            return _basic(known.username, known.password) if known.username or known.password else None
        if known.registry_token:
            return f"Bearer {known.registry_token}"
        return f"Bearer {self._token(way, _wanted(scope), long)}"

    def refused(
        self, challenges: Sequence[Challenge], scope: Scope, used: str | None, *, again: bool
    ) -> bool:
        """Learn from a 401.

        Args:
            challenges: what the registry asks for.
            scope: what the request took.
            used: the ``Authorization`` that it had.
            again: it was sent a second time already.

        Returns:
            Whether sending it again may help.

        Raises:
            UntrustedLocation: the registry sends us for tokens where we do not go.
            InvalidArgument: the credentials are such that they cannot be sent.
        """
        bearer = next((one for one in challenges if one.scheme == "bearer" and one.params.get("realm")), None)
        if bearer is None:
            return self._refused_basic(challenges, used)
        realm = self._check(bearer.params["realm"])
        news = self._asked()
        self._way = _Bearer(realm, bearer.params.get("service", ""))
        widened = self._widen(_wanted(scope), bearer.params.get("scope", ""))
        if used is None or not used.startswith("Bearer "):
            return True
        secret = used.removeprefix("Bearer ")
        with self._lock:
            self._tokens = [token for token in self._tokens if token.secret != secret]
            self._spend([secret])
        return secret != self._credentials.registry_token and (news or widened or not again)

    def _refused_basic(self, challenges: Sequence[Challenge], used: str | None) -> bool:
        if not any(one.scheme == "basic" for one in challenges):
            return False
        self._asked()
        known = self._credentials
        if not (known.username or known.password):
            return False
        self._way = "basic"
        return _basic(known.username, known.password) != used

    def _asked(self) -> bool:
        """Ask who we are: True where that is news."""
        with self._asking:
            found = self._ask() or Credentials()
            if found == self._credentials:
                return False
            _check(found)
            with self._lock:
                self._spend(self._held())
                self._credentials, self._tokens, self.identity = found, [], ""
        return True

    def _held(self) -> list[str]:
        """All that is secret now."""
        known = self._credentials
        found = [known.password, known.identity_token, known.registry_token, self.identity]
        if known.password:
            found.append(_basic(known.username, known.password).partition(" ")[2])
        return [*filter(None, found), *(token.secret for token in self._tokens)]

    def _spend(self, secrets: list[str]) -> None:
        self._spent = [*self._spent, *secrets][-_SPENT:]

    def _widen(self, wanted: Wanted, scope: str) -> bool:
        """Ask for what the registry says it takes, of what is asked for anyway: True where that is news."""
        names = {(kind, name) for kind, name, _ in wanted}
        more = wanted | {one for one in _read_scope(scope) if one[:2] in names}
        with self._lock:
            before = self._wider.get(wanted, wanted)
            if more <= before or len(more | before) > _WIDEST:
                return False
            if len(self._wider) >= _MOST:
                self._wider.clear()
            self._wider[wanted] = more | before
        return True

    # Tokens

    def _token(self, way: _Bearer, wanted: Wanted, long: bool) -> str:
        with self._lock:
            wanted = self._wider.get(wanted, wanted)
        if (found := self._found(wanted, long)) is not None:
            return found
        with self._alone(wanted):
            if (found := self._found(wanted, long)) is not None:  # another thread was before us
                return found
            known = self._credentials
            token = self._new(way, wanted, known)
            with self._lock:
                if known is not self._credentials:  # who we were when it was asked for
                    return token.secret
                now = self._clock()
                alive = [one for one in self._tokens if one.expires > now and not one.wanted <= wanted]
                self._tokens = [*alive[-_MOST + 1 :], token]
            return token.secret

    def _found(self, wanted: Wanted, long: bool) -> str | None:
        with self._lock:
            now = self._clock()
            fit = (one for one in self._tokens if wanted <= one.wanted and one.lasts(now, long=long))
            return next((one.secret for one in fit), None)

    @contextlib.contextmanager
    def _alone(self, wanted: Wanted) -> Iterator[None]:
        """One thread at a time asks for a token of one kind, unless that failed."""
        with self._lock:
            turn = self._fetching.setdefault(wanted, _Turn())
        with turn.lock:
            if not turn.failed:
                turn.failed = True
                try:
                    yield
                    turn.failed = False
                finally:
                    with self._lock:
                        if self._fetching.get(wanted) is turn:
                            del self._fetching[wanted]
                return
        yield  # a server that hangs would let one after the other wait as long

    def _new(self, way: _Bearer, wanted: Wanted, known: Credentials) -> _Token:
        asked = self._clock()
        content = self._answer(way, _written(wanted), known)
        document: object = None
        with contextlib.suppress(ValueError, RecursionError):  # they carry the text along
            document = json.loads(content)
        if not isinstance(document, dict):
            raise InvalidResponse("The token server answered no JSON object")
        said = cast("dict[str, Any]", document)
        secret = said.get("token") or said.get("access_token")
        if not isinstance(secret, str) or not _fit(secret):
            raise InvalidResponse("The token server answered without a token")
        if isinstance(refresh := said.get("refresh_token"), str) and _fit(refresh):
            with self._lock:
                if known is self._credentials:
                    self.identity = refresh
        life = said.get("expires_in")
        good = isinstance(life, (int, float)) and not isinstance(life, bool) and 0 < life < 1e9
        seconds = float(cast("float", life)) if good else _DEFAULT_LIFE
        return _Token(secret, wanted, seconds, asked + seconds)

    def _answer(self, way: _Bearer, scopes: list[str], known: Credentials) -> bytes:
        headers: dict[str, str] = {}
        query = [("service", way.service)] if way.service else []
        with self._lock:
            own = self.identity if known is self._credentials else ""
        if identity := own or known.identity_token:
            form = [
                ("grant_type", "refresh_token"),
                *query,
                ("client_id", CLIENT),
                ("scope", " ".join(scopes)),
                ("refresh_token", identity),
            ]
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            request = TokenRequest("POST", way.realm, headers, urlencode(form).encode(), (404, 405))
            if (content := self._fetch(request)) is not None:
                return content
            headers = {"Authorization": _basic(known.username or _TOKEN_USER, identity)}
        elif known.username or known.password:
            query.append(("account", known.username))
            headers["Authorization"] = _basic(known.username, known.password)
        if self._offline:
            query += [("client_id", CLIENT), ("offline_token", "true")]
        query += [("scope", scope) for scope in scopes]
        joint = "&" if "?" in way.realm else "?"
        content = self._fetch(TokenRequest("GET", f"{way.realm}{joint}{urlencode(query)}", headers))
        return content or b""


def _basic(username: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode('ascii')}"


def _check(credentials: Credentials) -> None:
    """See that credentials can be sent: errors of whoever encodes them would show them."""
    known = credentials
    texts = {
        "user's name": known.username,
        "password": known.password,
        "identity token": known.identity_token,
    }
    wrong = [name for name, text in texts.items() if not text.isascii() and not _encodable(text)]
    if known.registry_token and not _fit(known.registry_token):
        wrong.append("registry token")
    if wrong:
        raise InvalidArgument(f"The {wrong[0]} for the registry holds characters that cannot be sent")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _fit(secret: str) -> bool:
    """Whether a token may stand in a header."""
    return 0 < len(secret) < _LONGEST and secret.isascii() and secret.isprintable() and " " not in secret


def _wanted(scope: Scope) -> Wanted:
    return frozenset((access.type, access.name, action) for access in scope for action in access.actions)


def _read_scope(text: str) -> Iterator[tuple[str, str, str]]:
    """What the ``scope`` of a challenge names."""
    for one in text[:8192].split(" "):
        kind, _, rest = one.partition(":")
        name, colon, actions = rest.rpartition(":")
        if colon and name:
            yield from ((kind, name, action) for action in actions.split(",") if action)


def _written(wanted: Wanted) -> list[str]:
    """The scopes as token servers read them."""
    actions: dict[tuple[str, str], list[str]] = {}
    for kind, name, action in sorted(wanted, key=_rank):
        actions.setdefault((kind, name), []).append(action)
    return [str(Access(name, tuple(given), kind)) for (kind, name), given in actions.items()]


def _rank(one: tuple[str, str, str]) -> tuple[str, str, int, str]:
    kind, name, action = one
    return kind, name, _ORDER.index(action) if action in _ORDER else len(_ORDER), action
