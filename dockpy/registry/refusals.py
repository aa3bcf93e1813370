"""A registry's answers with an error status, as errors: in its own words, without our secrets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from dockpy.errors import ApiError, ErrorResponse, ImageNotFound, RateLimited, error_for_status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["explanation_of", "refusal"]

_LONGEST = 1000
_PRIVATE_HEADERS = frozenset({"set-cookie", "location", "authorization"})


def refusal(
    status: int,
    headers: Mapping[str, str],
    content: bytes,
    *,
    path: str = "",
    retry_after: float | None = None,
    known: bool = False,
    secrets: Iterable[str] = (),
) -> ApiError:
    """The error of an answer.

    Args:
        status: its HTTP status.
        headers: its headers.
        content: its body, or the beginning of it.
        path: what was asked for: a manifest that is missing is an image.
        retry_after: seconds after which to ask again; None where it does not say.
        known: we had said who we are.
        secrets: what the error may not show, whoever wrote it into the body.
    """
    secrets = list(secrets)
    for secret in secrets:
        content = content.replace(secret.encode(), b"***")
    public = {name: value for name, value in headers.items() if name.lower() not in _PRIVATE_HEADERS}
    response = ErrorResponse(
        status, headers={name: _without(value, secrets) for name, value in public.items()}, content=content
    )
    message = explanation_of(content) or "the registry does not say why"
    message = _without(message, secrets)  # JSON may have written it otherwise
    hint = _hint(status, content, path, known)
    if status == 429:
        return RateLimited(message, response=response, retry_after=retry_after, hint=hint)
    kind = ImageNotFound if status == 404 and "/manifests/" in path else error_for_status(status)
    return kind(message, status_code=status, response=response, hint=hint)


def explanation_of(content: bytes) -> str:
    """What an error's body says: the messages of the registry's JSON with their codes, else its text."""
    text = content.decode("utf-8", "replace")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
        if text.lstrip().startswith("<"):  # a page of some proxy
            return ""
    said = _messages(cast("dict[str, Any]", document)) if isinstance(document, dict) else text
    plain = "".join(char if char.isprintable() else " " for char in said[: 2 * _LONGEST])
    return " ".join(plain.split())[:_LONGEST]


def _messages(document: dict[str, Any]) -> str:
    errors = document.get("errors")
    found: list[str] = []
    for error in errors[:10] if isinstance(errors, list) else []:
        code, message = (
            (_text(error.get(key)) for key in ("code", "message")) if isinstance(error, dict) else ("", "")
        )
        if code and message:
            found.append(f"{message} ({code})")
        elif code or message:
            found.append(code or message)
    if found:
        return "; ".join(found)
    for key in ("error_description", "details", "message", "error"):
        if text := _text(document.get(key)):
            return text
    return ""


def _text(value: object) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _hint(status: int, content: bytes, path: str, known: bool) -> str | None:
    if status == 401 and not known:
        return "Say who you are: Registry(…, username=…, password=…), registry.login(…), or `docker login`."
    if status == 401:
        return "The registry does not accept these credentials, or not for this; registry.login(…) checks."
    if status == 403:
        return "Whoever this is may not do that; other credentials may."
    if status == 404 and path == "/v2/":
        return "What answers there is no registry: check the host, and the port."
    if status == 404 and b"MANIFEST_UNKNOWN" in content:
        return "`repository.tags()` lists the tags there are."
    if status == 429:
        return "Ask again later; who is logged in may often ask for more."
    return None
