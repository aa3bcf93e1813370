"""An engine's words for what a registry refuses."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, NoReturn

from dockpy.fake.failure import Failure
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.registry.messages import RegistryAnswer

__all__ = ["Refusal", "refused"]

_DENIED = "denied: requested access to the resource is denied"


class Refusal(Exception):
    """A registry that does not do what a daemon asks it.

    Args:
        text: what the engine says of it.
        code: the registry's, such as ``MANIFEST_UNKNOWN``; ``UNAUTHORIZED``, ``DENIED`` and
            ``TOOMANYREQUESTS`` too.
        url: what was asked for, where the engine names it before the text while it pulls.
        method: how.
        retry: the engine tries again.
        status: the HTTP status that the registry answered with, where it answered.
    """

    def __init__(
        self,
        text: str,
        *,
        code: str = "",
        url: str | None = None,
        method: str = "",
        retry: bool = False,
        status: int = 0,
    ) -> None:
        self.text: str = text
        self.code: str = code
        self.retry: bool = retry
        self.status: int = status
        self._asked = f'{method.capitalize()} "{url}": ' if url is not None else ""
        super().__init__(self._asked + text)

    @property
    def full(self) -> str:
        """The text with what was asked for, where the engine says it."""
        return self._asked + self.text

    def of_pull(self, name: str, reference: str, api: str) -> Failure:
        """What a pull is answered with.

        Args:
            name: the repository, as people write it.
            reference: with its tag or digest.
            api: the engine's API version.
        """
        if self.code == "MANIFEST_UNKNOWN":
            return Failure(404, f"manifest for {reference} not found: {self.text}")
        if self.code == "NAME_UNKNOWN":
            return Failure(404, f"repository {name} not found: {self.text}")
        if self.code == "DENIED":
            hint = f"pull access denied for {name}, repository does not exist or may require 'docker login'"
            return Failure(404, f"{hint}: {_DENIED}")
        return Failure(self._status() if at_least(api, "1.42") else 500, self.full)

    def of_distribution(self, api: str) -> Failure:
        """What DistributionInspect is answered with."""
        if self.code == "MANIFEST_UNKNOWN":
            return Failure(404, self.text)
        if self.code == "DENIED":
            return Failure(403, f"errors:\n{_DENIED}\nunauthorized: authentication required\n")
        old = self._asked and not at_least(api, "1.42")
        return Failure(500 if old else self._status(), self.full)

    def of_login(self, api: str) -> Failure:
        """What SystemAuth is answered with."""
        return Failure(self._status(), self.full)

    def _status(self) -> int:
        return {"UNAUTHORIZED": 401, "TOOMANYREQUESTS": 429, "DENIED": 403}.get(self.code, 500)


def refused(method: str, url: str, answer: RegistryAnswer, *, of_token: bool = False) -> NoReturn:
    """Say what an answer that is none means.

    Args:
        method: what was asked.
        url: for what.
        answer: the answer.
        of_token: it came from who hands out tokens.

    Raises:
        Refusal: always.
    """
    if of_token:
        raise Refusal(_of_token(answer), code="UNAUTHORIZED", url=url, method=method, status=answer.status)
    if answer.status >= 500:
        raise Refusal(
            f"received unexpected HTTP status: {answer.status} {HTTPStatus(answer.status).phrase}",
            retry=True,
            status=answer.status,
        )
    if 'error="insufficient_scope"' in answer.headers.get("Www-Authenticate", ""):
        raise Refusal(_DENIED, code="DENIED", status=answer.status)
    code, message = _first_error(answer)
    if not code:
        text = f"{answer.status} {HTTPStatus(answer.status).phrase}"
        raise Refusal(f"unexpected http code: {text}, URL: {url}", status=answer.status)
    text = f"{code.lower().replace('_', ' ')}: {message}"
    raise Refusal(text, code=code, status=answer.status)


def _of_token(answer: RegistryAnswer) -> str:
    try:
        details = json.loads(b"".join(answer.pieces())).get("details", "")
    except (ValueError, AttributeError):
        details = ""
    return f"unauthorized: {details}" if details else "unauthorized"


def _first_error(answer: RegistryAnswer) -> tuple[str, str]:
    """The code and the message of an answer's first error; those that HEAD hides are known by the status."""
    try:
        error = json.loads(b"".join(answer.pieces()))["errors"][0]
        return str(error["code"]), str(error["message"])
    except (ValueError, LookupError, TypeError):
        return "", ""
