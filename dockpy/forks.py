"""What a forked child makes anew: locks that another thread held, connections that are the parent's."""

from __future__ import annotations

import os
import weakref
from typing import Protocol

__all__ = ["renew_after_fork"]


class Renewable(Protocol):
    """Something that a forked child makes anew."""

    def after_fork(self) -> None:
        """In the child: forget what belongs to the parent."""
        ...


_RENEWABLE: weakref.WeakSet[Renewable] = weakref.WeakSet()


def renew_after_fork(item: Renewable) -> None:
    """Have `after_fork` called in every forked child, for as long as the item lives."""
    _RENEWABLE.add(item)


def _after_fork() -> None:
    for item in list(_RENEWABLE):
        item.after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork)
