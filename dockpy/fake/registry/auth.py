"""Who may do what in a registry: basic authentication, and tokens with scopes that expire."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.registry.messages import RegistryAnswer, RegistryError
from dockpy.fake.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockpy.fake.registry.messages import RegistryRequest

__all__ = ["Access", "Gate"]

_SERVICE = "dockpy-fake-registry"


@dataclass(frozen=True, slots=True)
class Access:
    """One thing that somebody wants to do.

    Attributes:
        type: ``repository`` or ``registry``.
        name: the repository, or ``catalog``.
        action: ``pull``, ``push``, ``delete`` or ``*``.
    """

    type: str
    name: str
    action: str

    @property
    def detail(self) -> dict[str, str]:
        """It as registries name it in their errors."""
        return {"Type": self.type, "Class": "", "Name": self.name, "Action": self.action}


@dataclass(frozen=True, slots=True)
class _Token:
    user: str | None
    access: frozenset[Access]
    expires: int


class Gate:
    """Lets those in who may.

    Args:
        users: name to password; None lets everybody do everything.
        tokens: they have to bring a token, not their password.
        ttl: for how many seconds a token is good.
        refreshable: identity tokens are handed out, to get tokens with.
        allows: whether a user (None for nobody in particular) may do something.
        now: the time in nanoseconds.
        new_secret: makes tokens.
    """

    def __init__(
        self,
        users: Mapping[str, str] | None,
        *,
        tokens: bool,
        ttl: float,
        refreshable: bool,
        allows: Callable[[str | None, Access], bool],
        now: Callable[[], int],
        new_secret: Callable[[], str],
    ) -> None:
        self.users: dict[str, str] | None = dict(users) if users is not None else None
        self.ttl: float = ttl
        self._refreshable = refreshable
        self.tokens: bool = tokens
        self._allows = allows
        self._now = now
        self._new_secret = new_secret
        self._issued: dict[str, _Token] = {}
        self._refresh: dict[str, str] = {}

    @property
    def open(self) -> bool:
        """Whether nobody is asked who they are."""
        return self.users is None and not self.tokens

    def check(self, request: RegistryRequest, wanted: Sequence[Access]) -> None:
        """Let a request pass.

        Raises:
            RegistryError: it may not.
        """
        if self.open:
            return
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if self.tokens:
            self._check_token(request, wanted, given.strip() if scheme.lower() == "bearer" else "")
            return
        user = self._user_of(scheme, given)
        if user is None and not (wanted and all(self._allows(None, access) for access in wanted)):
            raise _unauthorized(wanted, 'Basic realm="dockpy fake registry"')
        if not all(self._allows(user, access) for access in wanted):
            raise RegistryError("DENIED", [access.detail for access in wanted])

    def token(self, request: RegistryRequest) -> RegistryAnswer:
        """Hand out a token; or say that the password is wrong."""
        if request.method == "POST":
            return self._oauth(b"".join(request.pieces))
        values = parse_qs(request.query)
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        user = self._user_of(scheme, given)
        if user is None and given:
            return _wrong()
        answer = self._issue(user, values.get("scope", []))
        answer["access_token"] = answer["token"]
        if self._refreshable and user is not None and values.get("offline_token") == ["true"]:
            answer["refresh_token"] = self._refresh_token(user)
        return RegistryAnswer.of_json(answer)

    def revoke(self) -> None:
        """No token that was handed out is good any more; those that make new ones are."""
        self._issued.clear()

    def _check_token(self, request: RegistryRequest, wanted: Sequence[Access], secret: str) -> None:
        token = self._issued.get(secret)
        problem = None
        if token is None or token.expires <= self._now():
            problem = "invalid_token" if secret else ""
        elif not token.access.issuperset(wanted):
            problem = "insufficient_scope"
        if problem is None:
            return
        challenge = f'Bearer realm="{request.base}/token",service="{_SERVICE}"'
        if wanted:
            challenge += f',scope="{_scope_of(wanted)}"'
        if problem:
            challenge += f',error="{problem}"'
        raise _unauthorized(wanted, challenge)

    def _oauth(self, body: bytes) -> RegistryAnswer:
        form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") == "password":
            user = self._checked(form.get("username", ""), form.get("password", ""))
        elif form.get("grant_type") == "refresh_token":
            user = self._refresh.get(form.get("refresh_token", ""))
        else:
            raise RegistryError("UNSUPPORTED", message="unsupported grant_type value", status=400)
        if user is None:
            return _wrong()
        answer = self._issue(user, form.get("scope", "").split(" "))
        answer["access_token"] = answer.pop("token")
        answer["scope"] = form.get("scope", "")
        if form.get("grant_type") == "refresh_token":
            answer["refresh_token"] = form["refresh_token"]
        elif self._refreshable and form.get("access_type") == "offline":
            answer["refresh_token"] = self._refresh_token(user)
        return RegistryAnswer.of_json(answer)

    def _issue(self, user: str | None, scopes: Sequence[str]) -> dict[str, Any]:
        wanted = {access for scope in scopes for one in scope.split() for access in _accesses(one)}
        now = self._now()
        for secret in [secret for secret, token in self._issued.items() if token.expires <= now]:
            del self._issued[secret]
        granted = frozenset(access for access in wanted if self._allows(user, access))
        secret = self._new_secret()
        self._issued[secret] = _Token(user, granted, now + round(self.ttl * SECOND))
        return {"token": secret, "expires_in": max(1, int(self.ttl)), "issued_at": rfc3339(now)}

    def _refresh_token(self, user: str) -> str:
        secret = self._new_secret()
        self._refresh[secret] = user
        return secret

    def _user_of(self, scheme: str, given: str) -> str | None:
        if scheme.lower() != "basic":
            return None
        try:
            name, colon, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        return self._checked(name, password) if colon else None

    def _checked(self, name: str, password: str) -> str | None:
        if self.users is None:
            return name or None
        if name == "<token>":  # who logs in with an identity token
            return self._refresh.get(password)
        return name if self.users.get(name) == password else None


def _wrong() -> RegistryAnswer:
    """As Docker Hub puts it; engines read the text in this form alone."""
    return RegistryAnswer.of_json({"details": "incorrect username or password"}, status=401)


def _unauthorized(wanted: Sequence[Access], challenge: str) -> RegistryError:
    detail = [access.detail for access in wanted] or None
    return RegistryError("UNAUTHORIZED", detail, headers={"Www-Authenticate": challenge})


def _scope_of(wanted: Sequence[Access]) -> str:
    actions: dict[tuple[str, str], list[str]] = {}
    for access in wanted:
        actions.setdefault((access.type, access.name), []).append(access.action)
    return " ".join(f"{kind}:{name}:{','.join(given)}" for (kind, name), given in actions.items())


def _accesses(scope: str) -> list[Access]:
    kind, colon, rest = scope.partition(":")
    name, _, actions = rest.rpartition(":")
    if not colon or not name:
        return []
    return [Access(kind, name, action) for action in actions.split(",") if action]
