"""Pushing: from a daemon to a registry, by reference; told of line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.registry import Manifest, Refusal
from dockpy.fake.registry.store import compressed, image_manifest
from dockpy.fake.state.image_lines import whole
from dockpy.fake.state.image_names import parse_name
from dockpy.fake.state.image_platform import Platform, mismatch
from dockpy.fake.state.image_pull import open_session
from dockpy.version import at_least
from dockpy.wire.oci import DOCKER_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from dockpy.fake.blobs import Blob
    from dockpy.fake.files import Layer
    from dockpy.fake.registry import RegistrySession
    from dockpy.fake.state.image import Image
    from dockpy.fake.state.image_lines import Lines
    from dockpy.fake.state.image_names import Name
    from dockpy.fake.state.images import Images

__all__ = ["push"]

_STEP = 512
_LEAST_TOLD = 512 * 1024


def push(
    images: Images,
    reference: str,
    tag: str,
    lines: Lines,
    *,
    platform: Platform | None = None,
    auth: str | None = None,
) -> Iterator[bytes]:
    """Bring an image to its registry, or all tags of its repository where no tag is given.

    Args:
        images: where it is.
        reference: its name.
        tag: its tag, where the name has none.
        lines: writes the messages.
        platform: it has to be for this.
        auth: who asks: the header ``X-Registry-Auth``.

    Raises:
        Failure: it cannot be done.
    """
    try:
        name = parse_name(reference, images.api)
        if tag:
            name = name.of_tag(tag)
    except Failure as failure:
        raise Failure(400 if at_least(images.api, "1.42") else 500, failure.message) from None
    yield lines.status(f"The push refers to repository [{name.repository}]")
    tagged = images.repository_tags(name)
    if name.digest:
        raise Failure(500, "cannot push a digest reference")
    if not tagged:
        shown = name.familiar_repository
        raise Failure(500, f"An image does not exist locally with the tag: {shown}")
    if name.tag:
        tagged = [each for each in tagged if each == name]
        if not tagged:
            raise Failure(500, f"tag does not exist: {name.familiar}")
    session = open_session(images, name, auth, ("pull", "push"))
    try:
        session.reach()
        for each in tagged:
            yield from _push_one(images, session, each, lines, platform)
    except Refusal as refusal:
        raise Failure(500, refusal.text) from None
    image = images.named(name)
    images.emit("push", image, id=name.familiar, name=name.familiar_repository)


def _push_one(
    images: Images, session: RegistrySession, name: Name, lines: Lines, platform: Platform | None
) -> Iterator[bytes]:
    image = images.named(name)
    assert image is not None
    if platform is not None and not platform.fits(Platform.of_image(image)):
        raise Failure(404, mismatch(name.familiar, platform, Platform.of_image(image), images.api))
    layers = list(dict.fromkeys(reversed(image.layers)))
    for layer in layers:
        yield lines.progress("Preparing", layer.diff_id[7:19])
    pushed: dict[str, Blob] = {}
    for layer in layers:
        pushed[layer.diff_id] = yield from _push_layer(images, session, name, layer, lines)
    document = _manifest(image, [pushed[layer.diff_id] for layer in image.layers])
    if not session.has_blob(image.id):
        session.put_blob(image.blob)
    session.put_manifest(name.tag, document)
    images.name(name.of_digest(document.digest), image)
    size = document.blob.size
    yield lines.status(f"{name.tag}: digest: {document.digest} size: {size}")
    yield lines.aux({"Tag": name.tag, "Digest": document.digest, "Size": size})


def _manifest(image: Image, layers: list[Blob]) -> Manifest:
    return Manifest(DOCKER_MANIFEST, image_manifest(image.blob, layers))


def _push_layer(
    images: Images, session: RegistrySession, name: Name, layer: Layer, lines: Lines
) -> Generator[bytes, None, Blob]:
    """Bring a layer there, in the least expensive way; gives back the blob that it is there."""
    id = layer.diff_id[7:19]
    known = images.distributions(layer, name.host)
    packed = compressed(layer.blob)
    for blob in [*(blob for path, blob in known.items() if path == name.path), packed]:
        if session.has_blob(blob.digest):
            images.distribute(layer, name.host, name.path, blob)
            yield lines.progress("Layer already exists", id)
            return blob
    for path, blob in known.items():
        if path != name.path and session.put_blob(blob, mount_from=path):
            images.distribute(layer, name.host, name.path, blob)
            yield lines.progress(f"Mounted from {path}", id)
            return blob
    session.put_blob(packed)
    total, size = layer.size, layer.blob.size
    done = min(_STEP, size)
    while done < size:
        yield lines.progress("Pushing", id, done, total)
        done += max(_LEAST_TOLD, whole(size // 4))
    yield lines.progress("Pushing", id, size, total)
    yield lines.progress("Pushed", id)
    images.distribute(layer, name.host, name.path, packed)
    return packed
