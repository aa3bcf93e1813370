"""What a volume holds, without unpacking it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from dockpy.streams.tar import TarEntry
from dockpy.streams.untar import TarDecoder
from dockpy.transfer.carrier import PLACE, carrier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.client import Client

__all__ = ["fingerprint", "is_empty"]


def is_empty(client: Client, volume: str) -> bool:
    """Whether a volume holds nothing."""
    entries = 0
    for found in _found(client, volume):
        entries += isinstance(found, TarEntry)
        if entries > 1:  # the first is the volume itself
            return False
    return True


def fingerprint(client: Client, volume: str) -> str:
    """A digest of all that copies keep of a volume's files; those that hold the same have the same."""
    digest = hashlib.sha256()
    for found in _found(client, volume):
        if isinstance(found, bytes):
            digest.update(found)
        else:
            kept = (
                *(found.name, found.kind, found.size, found.mode, found.uid, found.gid, found.mtime),
                *(found.target, found.device, sorted(found.xattrs.items())),
            )
            digest.update(ascii(kept).encode())
    return digest.hexdigest()


def _found(client: Client, volume: str) -> Iterator[TarEntry | bytes]:
    """The volume's entries, each followed by its data."""
    decoder = TarDecoder()
    with carrier(client, volume, "read") as container:
        stream, _ = container.get_archive(PLACE)
        with stream:
            for piece in stream:
                yield from decoder.feed(piece)
    decoder.close()
