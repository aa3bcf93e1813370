"""Where something goes."""

from __future__ import annotations

from dockpy.client import Client
from dockpy.errors import InvalidArgument

__all__ = ["check_target"]


def check_target(to: Client) -> Client:
    """What is given as ``to``.

    Raises:
        InvalidArgument: it is no client.
    """
    if not isinstance(to, Client):
        raise InvalidArgument(f"to={to!r}: it takes the Client of the other daemon")
    return to
