"""Loading many objects at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from dockpy.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.resources.base import Resource

__all__ = ["loaded"]

R = TypeVar("R", bound="Resource[Any]")


def loaded(objects: Sequence[R]) -> list[R]:
    """Those of the objects that are still there, each with its full inspect."""

    def load(item: R) -> bool:
        try:
            item.reload()
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(max_workers=8) as pool:
        return [item for item, there in zip(objects, pool.map(load, objects), strict=True) if there]
