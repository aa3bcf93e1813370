"""Files of a container as archives: out of it, into it, and what there is to know of a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.files import ROOT, BadArchive
from dockpy.fake.programs.users import identify
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockpy.fake.state.container import Container

__all__ = ["extract", "pack", "stat_header"]


def stat_header(container: Container, path: str, called: str) -> str:
    """What the header of the archive operations tells of a path.

    Args:
        container: whose.
        path: which.
        called: what the container was called in the request; it is in the message.

    Raises:
        Failure: 404, there is nothing.
    """
    try:
        if "\0" in path:
            raise BadArchive(f"lstat /{path.lstrip('/')}: invalid argument")
        return container.fs.stat_header(ROOT, path)
    except FileNotFoundError:
        raise Failure(404, _missing(called, path)) from None
    except BadArchive as error:
        raise Failure(500, _seen_from_outside(container, str(error))) from None


def pack(container: Container, path: str, called: str) -> Iterator[bytes]:
    """A path as a tar; arguments as of `stat_header`.

    Raises:
        Failure: 404, there is nothing.
    """
    try:
        return container.fs.tar(ROOT, path, kinds_in_modes=not at_least(container.engine.api, "1.42"))
    except FileNotFoundError:
        raise Failure(404, _missing(called, path)) from None
    except BadArchive as error:
        raise Failure(500, str(error)) from None


def _seen_from_outside(container: Container, text: str) -> str:
    """Docker 20.10 looks at a container's files from the host."""
    if at_least(container.engine.api, "1.42"):
        return text
    return text.replace("lstat /", f"lstat /var/lib/docker/overlay2/{container.id}/merged/", 1)


def _missing(called: str, path: str) -> str:
    return f"Could not find the file {path} in container {called}"


def extract(
    container: Container,
    path: str,
    pieces: Iterable[bytes],
    called: str,
    *,
    no_overwrite: bool,
    copy_ids: bool,
) -> None:
    """Unpack a tar into a directory.

    Args:
        container: where.
        path: the directory.
        pieces: the tar.
        called: what the container was called in the request.
        no_overwrite: a directory is not replaced by something else, nor the other way round.
        copy_ids: the files become those of the container's user, where it has one.

    Raises:
        Failure: it cannot be unpacked there.
    """
    api = container.engine.api
    modern = at_least(api, "1.42")
    _check_writable(container, path, modern)
    try:
        owner = _owner(container) if copy_ids else None
        container.fs.untar(
            ROOT,
            path,
            pieces,
            no_overwrite_dir_non_dir=no_overwrite,
            owner=owner,
            api=api,
        )
    except FileNotFoundError:
        raise Failure(404, _missing(called, path)) from None
    except NotADirectoryError as error:
        raise Failure(400 if modern else 500, str(error.strerror)) from None
    except BadArchive as error:
        raise Failure(404 if error.missing and modern else 500, str(error)) from None
    except OSError as error:
        raise Failure(500, str(error.strerror).lower()) from None
    container.emit("extract-to-dir")


def _owner(container: Container) -> tuple[int, int] | None:
    user = container.config.get("User")
    if not user:
        return None
    who = identify(container.fs, user, modern=at_least(container.engine.api, "1.42"))
    return who.uid, who.gid


def _check_writable(container: Container, path: str, modern: bool) -> None:
    if not container.host_config.get("ReadonlyRootfs"):
        return
    on_volume = any(
        path == mount["Destination"] or path.startswith(f"{mount['Destination'].rstrip('/')}/")
        for mount in container.mounts
    )
    if not on_volume:
        raise Failure(400 if modern else 500, "container rootfs is marked read-only")
