"""Which fields of a payload a version of the API does not know."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from dockpy.version import at_least
from dockpy.wire.base import Model, Since, Until

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["bounds", "unknown_fields"]


def unknown_fields(model: Model, version: str) -> Iterator[str]:
    """What is set in a payload and not known to an API version, each said in words."""
    for name in model.model_fields_set:
        value = getattr(model, name, None)
        if value is None:
            continue
        since, until = bounds(type(model)).get(name, (None, None))
        if not at_least(version, since):
            yield f"{name} needs API {since}"
        elif until is not None and at_least(version, until):
            yield f"{name} is gone since API {until}"
        for inner in _models(value):
            yield from unknown_fields(inner, version)


@functools.cache
def bounds(cls: type[Model]) -> dict[str, tuple[str | None, str | None]]:
    """The versions that a payload's fields came in and went in, of those that did not always exist."""
    found: dict[str, tuple[str | None, str | None]] = {}
    for name, info in cls.model_fields.items():
        since = next((mark.version for mark in info.metadata if isinstance(mark, Since)), None)
        until = next((mark.version for mark in info.metadata if isinstance(mark, Until)), None)
        if since or until:
            found[name] = since, until
    return found


def _models(value: Any) -> Iterator[Model]:
    if isinstance(value, Model):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _models(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _models(item)
