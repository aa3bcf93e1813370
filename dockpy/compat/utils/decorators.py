"""Checks before a method of the low-level client."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from dockpy.compat import errors
from dockpy.compat.utils.utils import version_lt

__all__ = ["check_resource", "minimum_version", "update_headers"]

F = TypeVar("F", bound=Callable[..., Any])


def check_resource(resource_name: str) -> Callable[[F], F]:
    """The first argument, by that name, is a name or id, or a dict with one.

    Raises:
        NullResource: it is missing or empty.
    """

    def decorator(function: F) -> F:
        @functools.wraps(function)
        def wrapped(self: Any, resource_id: Any = None, *args: Any, **kwargs: Any) -> Any:
            if resource_id is None and kwargs.get(resource_name):
                resource_id = kwargs.pop(resource_name)
            if isinstance(resource_id, dict):
                resource_id = resource_id.get("Id", resource_id.get("ID"))
            if not resource_id:
                raise errors.NullResource("Resource ID was not provided")
            return function(self, resource_id, *args, **kwargs)

        return cast("F", wrapped)

    return decorator


def minimum_version(version: str) -> Callable[[F], F]:
    """The method needs that API version.

    Raises:
        InvalidVersion: the client speaks an older one.
    """

    def decorator(function: F) -> F:
        @functools.wraps(function)
        def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
            if version_lt(self._version, version):
                raise errors.InvalidVersion(f"{function.__name__} is not available for version < {version}")
            return function(self, *args, **kwargs)

        return cast("F", wrapped)

    return decorator


def update_headers(f: F) -> F:
    """The request takes the ``HttpHeaders`` of config.json."""

    def inner(self: Any, *args: Any, **kwargs: Any) -> Any:
        if "HttpHeaders" in self._general_configs:
            kwargs["headers"] = {**(kwargs.get("headers") or {}), **self._general_configs["HttpHeaders"]}
        return f(self, *args, **kwargs)

    return cast("F", inner)
