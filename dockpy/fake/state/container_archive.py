"""Files of a container as archives: out of it, into it, and what there is to know of a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.files import ROOT, BadArchive
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockpy.fake.state.container import Container

__all__ = ["extract", "pack", "stat_header"]


def stat_header(container: Container, path: str) -> str:
    """What the header of the archive operations tells of a path.

    Raises:
        Failure: 404, there is nothing.
    """
    try:
        return container.fs.stat_header(ROOT, path)
    except FileNotFoundError:
        raise Failure(404, _missing(container, path)) from None
    except BadArchive as error:
        raise Failure(500, str(error)) from None


def pack(container: Container, path: str) -> Iterator[bytes]:
    """A path as a tar.

    Raises:
        Failure: 404, there is nothing.
    """
    try:
        return container.fs.tar(ROOT, path)
    except FileNotFoundError:
        raise Failure(404, _missing(container, path)) from None
    except BadArchive as error:
        raise Failure(500, str(error)) from None


def _missing(container: Container, path: str) -> str:
    return f"Could not find the file {path} in container {container.id}"


def extract(
    container: Container, path: str, pieces: Iterable[bytes], *, no_overwrite: bool, copy_ids: bool
) -> None:
    """Unpack a tar into a directory.

    Args:
        container: where.
        path: the directory.
        pieces: the tar.
        no_overwrite: a directory is not replaced by something else, nor the other way round.
        copy_ids: the files get the owners that the tar says.

    Raises:
        Failure: it cannot be unpacked there.
    """
    api = container.engine.api
    modern = at_least(api, "1.42")
    _check_writable(container, path, modern)
    try:
        container.fs.untar(
            ROOT, path, pieces, no_overwrite_dir_non_dir=no_overwrite, copy_uid_gid=copy_ids, api=api
        )
    except FileNotFoundError:
        raise Failure(404, _missing(container, path)) from None
    except NotADirectoryError as error:
        raise Failure(400 if modern else 500, str(error.strerror)) from None
    except BadArchive as error:
        raise Failure(404 if error.missing and modern else 500, str(error)) from None
    except OSError as error:
        raise Failure(500, str(error.strerror).lower()) from None
    container.emit("extract-to-dir")


def _check_writable(container: Container, path: str, modern: bool) -> None:
    if not container.host_config.get("ReadonlyRootfs"):
        return
    on_volume = any(
        path == mount["Destination"] or path.startswith(f"{mount['Destination'].rstrip('/')}/")
        for mount in container.mounts
    )
    if not on_volume:
        raise Failure(403 if modern else 500, "container rootfs is marked read-only")
