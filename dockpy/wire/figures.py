"""Figures that are made of what an engine sent, whose fields may hold other types than documented."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, TypeVar

from dockpy.errors import InvalidResponse

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["figure"]

M = TypeVar("M")
T = TypeVar("T")


def figure(compute: Callable[[M], T]) -> Callable[[M], T]:
    """The same; where the fields do not allow it, `InvalidResponse` says so and names the figure."""

    @functools.wraps(compute)
    def computed(model: M) -> T:
        try:
            return compute(model)
        except (AttributeError, TypeError, ValueError, ArithmeticError, LookupError):
            name = f"{type(model).__name__}.{compute.__name__}"
        raise InvalidResponse(f"{name} cannot be made of what the engine sent")

    return computed
