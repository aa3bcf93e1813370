"""The layer that COPY or ADD makes."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dockpy.fake.files import FileSystem, Upper
from dockpy.fake.state.build_copy import Destination, owner_of
from dockpy.fake.state.image import merged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.fake.engine import Engine
    from dockpy.fake.files import Layer
    from dockpy.fake.state.build_copy import Source

__all__ = ["copied"]


def copied(
    engine: Engine,
    layers: tuple[Layer, ...],
    sources: Sequence[Source],
    path: str,
    *,
    directory: str,
    chown: str = "",
    keep_owners: bool = False,
    unpack: bool = False,
    chmod: int | None = None,
) -> Layer:
    """Copy files over layers.

    Args:
        engine: the daemon.
        layers: what there is.
        sources: what to copy.
        path: where to; a slash at its end says that it is a directory.
        directory: where a path begins that is not absolute.
        chown: whose the copies become, by name or number; empty for root's.
        keep_owners: they keep their owners, where nothing else is said.
        unpack: archives are unpacked.
        chmod: the mode of the copies; None for what they have.

    Raises:
        Failure: it cannot be.
    """
    upper = Upper(merged(layers))
    fs = FileSystem(upper, now=engine.now, disk=engine.disk)
    owner: tuple[int, int] | None = None if keep_owners else (0, 0)
    if chown:
        owner = owner_of(chown, fs)
    where = path
    if not path.startswith("/"):
        where = posixpath.normpath(posixpath.join("/", directory, path))
        where += "/" if path.endswith("/") else ""
    destination = Destination(upper, fs, where, owner, engine.api)
    for source in sources:
        destination.take(source, unpack=unpack, chmod=chmod)
    return upper.freeze()
