"""Paths: from an operation and a name to a target, and back.

Formatting refuses every name that could reach another operation; matching is what the fake daemon routes by.
`match_path(op.method, format_path(op, parts))` gives back the operation and the parts.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from dockpy.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.ops.operation import Operation

__all__ = ["describe", "format_path", "match_path"]

_PART = re.compile(r"\{(\w+)\}")

_CONTAINER = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_REFERENCE = re.compile(r"(?:\[[0-9a-fA-F:.]+\](?::\d+)?/)?[a-zA-Z0-9][\w.:@-]*(?:/[\w.:@-]+)*", re.ASCII)
_SEGMENT = re.compile(r"[^/\\?#%\x00-\x1f\x7f\ud800-\udfff]+")  # of the last range no bytes can be made

_RULES = {
    # subject: (pattern, what it allows, said in words)
    "container": (_CONTAINER, "letters, digits, '_', '.' and '-', beginning with a letter or a digit"),
    "exec": (_CONTAINER, "letters and digits"),
    "image": (_REFERENCE, "registry/namespace/name:tag@digest, or an image id"),
    "plugin": (_REFERENCE, "registry/namespace/name:tag, or a plugin id"),
}
_ANY_SEGMENT = (_SEGMENT, "no '/', '\\', '?', '#', '%' and no control characters")


def format_path(operation: Operation[Any], parts: Mapping[str, str]) -> str:
    """The operation's path with its parts filled in and percent-encoded, without the version.

    Args:
        operation: the operation.
        parts: each of the path's parts by its name (``{"id": "web"}``).

    Raises:
        InvalidArgument: a part is missing, or it is no name of such an object.
    """
    names = _PART.findall(operation.path)
    for name in parts:
        if name not in names:
            raise InvalidArgument(f"{operation.id} has no path part {name!r}; it has {names}")
    path = operation.path
    for name in names:
        path = path.replace(f"{{{name}}}", _encode(operation, parts.get(name, "")))
    return path


def describe(operation: Operation[Any], parts: Mapping[str, str]) -> str | None:
    """The object that a call is about, for an error: ``container web``."""
    value = next(iter(parts.values()), None)
    return f"{operation.subject} {value}" if value else None


def _encode(operation: Operation[Any], value: str) -> str:
    subject = operation.subject
    if not isinstance(value, str):
        raise InvalidArgument(f"The {subject}'s name or id is a str, not {type(value).__name__}")
    if not value:
        raise InvalidArgument(f"The {subject}'s name or id is empty", operation=operation.id)
    if subject == "container":
        value = value.removeprefix("/")  # the engine itself lists names with it
    pattern, allowed = _RULES.get(subject, _ANY_SEGMENT)
    if not pattern.fullmatch(value) or any(part in (".", "..") for part in value.split("/")):
        raise InvalidArgument(f"{value!r} is no {subject}'s name or id: {allowed}", operation=operation.id)
    return quote(value, safe="/:@")


@functools.cache
def _routes() -> list[tuple[str, re.Pattern[str], Operation[Any]]]:
    """Every operation's pattern, those without parts first: ``/images/json`` is no image of that name."""
    from dockpy.ops import all_operations

    routes: list[tuple[str, re.Pattern[str], Operation[Any]]] = []
    for operation in sorted(all_operations(), key=lambda operation: operation.path.count("{")):
        part = ".+" if operation.subject in ("image", "plugin") else "[^/]+"
        pattern = _PART.sub(lambda match, part=part: f"(?P<{match[1]}>{part})", operation.path)  # type: ignore[misc]
        routes.append((operation.method, re.compile(pattern), operation))
    return routes


def match_path(method: str, path: str) -> tuple[Operation[Any], dict[str, str]] | None:
    """The operation that a path reaches, and its parts.

    Args:
        method: the HTTP method.
        path: the path, without version and query, percent-encoded or not.

    Returns:
        The operation and its decoded parts; None where no operation has such a path.
    """
    for route_method, pattern, operation in _routes():
        if route_method == method and (match := pattern.fullmatch(path)):
            return operation, {name: unquote(value) for name, value in match.groupdict().items()}
    return None
