"""Where a build's context comes from: a folder, a Dockerfile alone, a tar of one's own, a URL."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dockpy.build.context import compressed, tar_of_texts
from dockpy.build.folder import plan_folder
from dockpy.errors import InvalidArgument

__all__ = ["Source", "read_source"]

_CHUNK = 64 * 1024
_URLS = ("http://", "https://", "git://", "github.com/", "git@")
_LARGEST_DOCKERFILE = 1 << 20  # of a tar of one's own; what is larger is left to the engine


@dataclass(frozen=True, slots=True)
class Source:
    """A context.

    Attributes:
        query: what the Engine is told of it.
        body: makes what is sent; None where the daemon fetches it.
        dockerfile: what the Dockerfile says; None where that is not known here.
    """

    query: Mapping[str, Any]
    body: Callable[[], bytes | Iterable[bytes]] | None = None
    dockerfile: bytes | None = None


def read_source(options: Mapping[str, Any]) -> Source:
    """The context of a build.

    Args:
        options: those of `BuildOptions` that say where it comes from, without None.

    Raises:
        InvalidArgument: they do not go together, or what they name is not there.
    """
    path, name, text = _path(options), _dockerfile_path(options), _dockerfile_text(options)
    remote = options.get("remote")
    if path is not None and path.startswith(_URLS):
        remote, path = path, None
    if options.get("custom_context"):
        source = _own_tar(options, path or remote, name, text)
    elif remote is not None:
        if path is not None or text is not None or not isinstance(remote, str):
            raise InvalidArgument(
                "remote= is a URL that the daemon fetches all from: it takes no path= or text"
            )
        source = Source({"remote": remote, "dockerfile": name})
    elif path is not None:
        planned = plan_folder(path, name, text)
        source = Source({"dockerfile": planned.dockerfile}, planned.context.tar, planned.content)
    elif text is not None:
        packed = tar_of_texts({"Dockerfile": text})
        source = Source({"dockerfile": "Dockerfile"}, lambda: packed, text)
    else:
        raise InvalidArgument("An image is built from path=, fileobj=, remote=, or a text as dockerfile=")
    return _gzipped(source) if _wants_gzip(options) else source


def _path(options: Mapping[str, Any]) -> str | None:
    value = options.get("path")
    if value is None:
        return None
    if not _is_path(value):
        raise InvalidArgument(f"path={value!r}: it takes the path of a folder, or a URL")
    return os.fsdecode(value)


def _dockerfile_path(options: Mapping[str, Any]) -> str | None:
    value = options.get("dockerfile")
    if value is None or (isinstance(value, str) and _is_text(value)):
        return None
    if not _is_path(value):
        raise InvalidArgument(f"dockerfile={value!r}: it takes a path, or a text with a line break in it")
    return os.fsdecode(value)


def _is_path(value: Any) -> bool:
    return isinstance(value, (str, os.PathLike)) and "\0" not in (path := os.fsdecode(value)) and path != ""


def _is_text(value: str) -> bool:
    return "\n" in value or "\r" in value


def _dockerfile_text(options: Mapping[str, Any]) -> bytes | None:
    """A Dockerfile that is no file of a folder's."""
    value, fileobj = options.get("dockerfile"), options.get("fileobj")
    given = isinstance(value, str) and _is_text(value)
    if fileobj is None or options.get("custom_context"):
        return value.encode("utf-8", "surrogateescape") if given and isinstance(value, str) else None
    if value is not None:
        raise InvalidArgument("fileobj= is the Dockerfile already: dockerfile= says it twice")
    content = b"".join(_pieces(fileobj, "fileobj"))
    if not content.strip():
        raise InvalidArgument("fileobj= is an empty Dockerfile, or has been read to its end")
    return content


def _own_tar(options: Mapping[str, Any], place: str | None, name: str | None, text: bytes | None) -> Source:
    fileobj = options.get("fileobj")
    if fileobj is None or place is not None or text is not None:
        raise InvalidArgument(
            "custom_context=True takes a tar as fileobj=, and the Dockerfile's path in it as dockerfile="
        )
    content = _dockerfile_within(fileobj, name or "Dockerfile")
    body = (lambda: bytes(fileobj)) if isinstance(fileobj, _BYTES) else (lambda: _pieces(fileobj, "fileobj"))
    return Source({"dockerfile": name}, body, content)


_BYTES = (bytes, bytearray, memoryview)


def _dockerfile_within(fileobj: Any, name: str) -> bytes | None:
    """The Dockerfile of a tar, where that can be read without using it up."""
    file = io.BytesIO(fileobj) if isinstance(fileobj, _BYTES) else fileobj
    try:
        position = file.tell() if file.seekable() else None
    except (AttributeError, OSError, ValueError):
        return None
    if position is None:
        return None
    try:
        with tarfile.open(fileobj=file, mode="r:*") as archive:
            wanted = os.path.normpath(name).lstrip("/")
            member = next(
                (item for item in archive if os.path.normpath(item.name).lstrip("/") == wanted), None
            )
            found = archive.extractfile(member) if member is not None and member.isreg() else None
            return found.read(_LARGEST_DOCKERFILE) if found is not None else None
    except (tarfile.TarError, OSError, EOFError, TypeError, ValueError):
        return None  # what it is, the engine will say
    finally:
        file.seek(position)


def _pieces(fileobj: Any, option: str) -> Iterator[bytes]:
    if isinstance(fileobj, _BYTES):
        yield bytes(fileobj)
        return
    if hasattr(fileobj, "read"):
        pieces: Iterable[Any] = _read(fileobj, option)
    elif isinstance(fileobj, Iterable) and not isinstance(fileobj, str):
        pieces = fileobj
    else:
        raise InvalidArgument(f"{option}={fileobj!r}: it takes an open file, bytes, or pieces of them")
    for piece in pieces:
        if not isinstance(piece, (str, *_BYTES)):
            raise InvalidArgument(f"{option}: it is made of bytes, not of {type(piece).__name__}")
        yield piece.encode() if isinstance(piece, str) else bytes(piece)


def _read(file: Any, option: str) -> Iterator[Any]:
    try:
        while piece := file.read(_CHUNK):
            yield piece
    except ValueError as error:  # a closed file, or one that was opened for text and holds none
        raise InvalidArgument(f"{option}: it cannot be read: {error}") from None


def _wants_gzip(options: Mapping[str, Any]) -> bool:
    return bool(options.get("gzip") or options.get("compression")) and not options.get("custom_context")


def _gzipped(source: Source) -> Source:
    body = source.body
    if body is None:
        return source

    def packed() -> Iterator[bytes]:
        data = body()
        return compressed([data] if isinstance(data, bytes) else data)

    return Source(source.query, packed, source.dockerfile)
