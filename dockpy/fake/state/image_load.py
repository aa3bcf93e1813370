"""Loading what engines saved: images out of a tar, with the ids that they had."""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING, Any

from dockpy.fake.blobs import Blob
from dockpy.fake.failure import Failure
from dockpy.fake.files import BadArchive, Extent, Layer
from dockpy.fake.files.scan import scan
from dockpy.fake.files.unpacking import unpacked
from dockpy.fake.state.image import chain_ids
from dockpy.fake.state.image_names import parse_name
from dockpy.fake.state.image_platform import Platform
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from dockpy.fake.files.scan import Member
    from dockpy.fake.state.image import Image
    from dockpy.fake.state.image_lines import Lines
    from dockpy.fake.state.images import Images

__all__ = ["load"]

_MOST_LINKS = 10
_STEP = 32 * 1024


def load(
    images: Images,
    pieces: Blob | Iterable[bytes],
    lines: Lines,
    *,
    quiet: bool = True,
    platforms: Sequence[Platform] = (),
) -> Iterator[bytes]:
    """Take the images of a tar in.

    Args:
        images: where they come to.
        pieces: the tar, compressed or not.
        lines: writes the messages.
        quiet: say nothing of how far it is.
        platforms: only what is for one of these; none for all.

    Raises:
        Failure: it holds no images, or not what it says.
    """
    archive = _Archive(images, pieces)
    told = False
    for entry in archive.manifest():
        image = yield from _load_one(images, archive, entry, lines, quiet, platforms)
        if image is None:
            continue
        for text in entry.get("RepoTags") or ():
            name = parse_name(text, images.api).with_default()
            other = images.named(name)
            if other is not None and other is not image:
                yield lines.stream(
                    f"The image {name.familiar} already exists, renaming the old one with ID {other.id} "
                    "to empty string\n"
                )
            images.name(name, image)
            yield lines.stream(f"Loaded image: {name.familiar}\n")
        if not entry.get("RepoTags"):
            yield lines.stream(f"Loaded image ID: {image.id}\n")
        told = True
        images.emit("load", image)
    if not told:
        yield b"{}\r\n"


def _load_one(
    images: Images,
    archive: _Archive,
    entry: dict[str, Any],
    lines: Lines,
    quiet: bool,
    platforms: Sequence[Platform],
) -> Generator[bytes, None, Image | None]:
    """Take one image in; gives it back, or None where it is for another platform."""
    config = archive.read(str(entry.get("Config") or ""))
    known = images.get(config.digest)
    image = known or images.build(config, ())
    wanted: list[str] = (image.config.get("rootfs") or {}).get("diff_ids") or []
    found = Platform.of_image(image)
    if platforms and not any(platform.fits(found) for platform in platforms):
        return None
    if not image.os or image.os != "linux":
        raise Failure(500, f"cannot load {image.os or 'unknown'} image on linux")
    paths: list[str] = entry.get("Layers") or []
    if len(paths) != len(wanted):
        raise Failure(
            500,
            f"invalid manifest, layers length mismatch: expected {len(paths)}, got {len(wanted)}",
        )
    layers: list[Layer] = []
    here = images.chains()
    for number, (path, diff_id, chain) in enumerate(zip(paths, wanted, chain_ids(wanted), strict=True)):
        layer = images.layer(diff_id)
        if layer is None or chain not in here:
            layer = layer or archive.layer(path)
            if not quiet:
                size = layer.blob.size
                for current in (min(_STEP, size), size, size):
                    yield lines.progress("Loading layer", diff_id[7:19], current, size)
        if layer.diff_id != diff_id:
            raise Failure(
                500,
                f"invalid diffID for layer {number}: expected {diff_id!r}, got {layer.diff_id!r}".replace(
                    "'", '"'
                ),
            )
        layers.append(layer)
    return known or images.take(images.build(config, layers))


class _Archive:
    """What lies in the tar, by path."""

    def __init__(self, images: Images, pieces: Blob | Iterable[bytes]) -> None:
        self._images = images
        self._members: dict[str, Member] = {}
        blob, broken = unpacked(pieces)
        try:
            for member in scan(blob):
                self._members[_path(member.name)] = member
        except BadArchive as error:
            broken = broken or error
        if broken is not None:
            raise self._broken(broken)

    def _broken(self, error: BadArchive) -> Failure:
        if at_least(self._images.api, "1.42"):
            return Failure(500, str(error))
        return Failure(500, f"Error processing tar file(exit status 1): {error}")

    def manifest(self) -> list[dict[str, Any]]:
        """What ``manifest.json`` lists.

        Raises:
            Failure: there is none, or it cannot be read.
        """
        if "manifest.json" not in self._members:
            if at_least(self._images.api, "1.52"):
                raise Failure(500, "invalid archive: does not contain a manifest.json")
            raise self._missing("repositories")
        data = self.read("manifest.json").read()
        try:
            value = json.loads(data)
        except ValueError:
            shown = data.decode("utf-8", "replace").lstrip()[:1]
            problem = f"invalid character '{shown}' looking for beginning of value" if shown else "EOF"
            raise Failure(500, problem) from None
        if value is None and at_least(self._images.api, "1.42"):
            raise Failure(500, "invalid manifest, manifest cannot be null (but can be [])")
        if not isinstance(value or [], list) or not all(isinstance(entry, dict) for entry in value or ()):
            kind = "object" if isinstance(value, dict) else "string"
            raise Failure(
                500, f"json: cannot unmarshal {kind} into Go value of type []tarexport.manifestItem"
            )
        return value or []

    def read(self, path: str) -> Blob:
        """A file.

        Raises:
            Failure: it is not there.
        """
        return self._part(path)

    def layer(self, path: str) -> Layer:
        """A layer's tar.

        Raises:
            Failure: it is not there, or no tar.
        """
        try:
            return Layer.from_tar(self._part(path), api=self._images.api)
        except BadArchive as error:
            raise Failure(500, str(error)) from None

    def _part(self, path: str) -> Blob:
        blob, offset, size = self._extent(path)
        return blob if size == blob.size else Blob.from_pieces(blob.pieces(offset, size))

    def _extent(self, path: str) -> tuple[Blob, int, int]:
        wanted = _path(path)
        for _ in range(_MOST_LINKS):
            member = self._members.get(wanted)
            if member is None:
                break
            if member.kind == "2":
                wanted = _path(posixpath.join(posixpath.dirname(wanted), member.target))
            elif member.kind == "1":
                wanted = _path(member.target)
            elif isinstance(member.data, bytes):
                return Blob.of(member.data), 0, len(member.data)
            elif isinstance(member.data, Extent):
                return member.data.blob, member.data.offset, member.data.size
            else:  # a sparse file
                break
        raise self._missing(path)

    def _missing(self, path: str) -> Failure:
        folder = f"/var/lib/docker/tmp/docker-import-{self._images.engine.random.randrange(10**9, 10**10)}"
        return Failure(500, f"open {folder}/{path}: no such file or directory")


def _path(name: str) -> str:
    """A member's path within the tar: nothing leads out of it."""
    return posixpath.normpath(f"/{name}").lstrip("/")
