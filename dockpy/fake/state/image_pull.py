"""Pulling: from a registry to a daemon, by reference; told of line by line."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.files import BadArchive, Layer
from dockpy.fake.registry import Refusal
from dockpy.fake.state.image import chain_ids
from dockpy.fake.state.image_names import parse_name
from dockpy.fake.state.image_platform import HOST, Platform, mismatch
from dockpy.fake.state.plugin import PLUGIN_CONFIG
from dockpy.version import at_least
from dockpy.wire.oci import INDEX_TYPES, MANIFEST_TYPES

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from dockpy.fake.blobs import Blob
    from dockpy.fake.registry import Manifest, RegistrySession
    from dockpy.fake.state.image import Image
    from dockpy.fake.state.image_lines import Lines
    from dockpy.fake.state.image_names import Name
    from dockpy.fake.state.images import Images

__all__ = ["choose_manifest", "open_session", "pull"]

_REMEMBERED: OrderedDict[str, Layer] = OrderedDict()
"""Layers by the digest that a registry has them under, for all daemons of the process."""
_MOST_REMEMBERED = 64
_LARGEST_REMEMBERED = 16 * 1024 * 1024
_ATTESTATION = "vnd.docker.reference.type"


def pull(
    images: Images,
    reference: str,
    tag: str,
    lines: Lines,
    *,
    platform: Platform | None = None,
    auth: str | None = None,
) -> Iterator[bytes]:
    """Bring an image here, or all of a repository where neither tag nor digest is given.

    Args:
        images: where it comes to.
        reference: its name.
        tag: its tag or digest, where the name has none.
        lines: writes the messages.
        platform: of several, the one for this; None for the host's.
        auth: who asks: the header ``X-Registry-Auth``.

    Raises:
        Failure: it cannot be had.
    """
    name = _named(images, reference, tag)
    if name.repository == "docker.io/library/scratch":
        raise Failure(403, "'scratch' is a reserved name")
    session = open_session(images, name, auth)
    wanted = platform or HOST
    new = False
    if name.tag or name.digest:
        new = yield from _pull_one(images, session, name, lines, wanted)
    else:
        try:
            tags = session.tags()
        except Refusal as refusal:
            raise refusal.of_pull(name.familiar_repository, name.familiar, images.api) from None
        for each in tags:
            new |= yield from _pull_one(images, session, name.of_tag(each), lines, wanted)
    what = "Downloaded newer image for" if new else "Image is up to date for"
    yield lines.status(f"Status: {what} {name.familiar}")
    image = images.named(name)
    images.emit("pull", image, id=name.familiar, name=name.familiar_repository)
    if platform is not None and image is not None:
        found = Platform.of_image(image)
        if not platform.fits(found):
            shown = name.familiar
            yield lines.status(f"WARNING: {mismatch(shown, platform, found, images.api)}")


def _named(images: Images, reference: str, tag: str) -> Name:
    name = parse_name(reference, images.api)
    if not tag:
        return name
    if ":" not in tag:
        return name.of_tag(tag)
    try:
        return name.of_digest(parse_name(f"x@{tag}", images.api).digest)
    except Failure:
        raise Failure(400, "invalid checksum digest format") from None


def open_session(
    images: Images, name: Name, auth: str | None, actions: tuple[str, ...] = ("pull",)
) -> RegistrySession:
    """A way to a name's registry; credentials that cannot be read are none."""
    registries = images.engine.registries
    try:
        return registries.session(name.host, name.path, auth=auth, actions=actions)
    except ValueError:
        return registries.session(name.host, name.path, actions=actions)


def _pull_one(
    images: Images, session: RegistrySession, name: Name, lines: Lines, platform: Platform
) -> Generator[bytes, None, bool]:
    """Bring one image here; gives back whether that changed anything."""
    try:
        document = session.manifest(name.digest or name.tag)
    except Refusal as refusal:
        raise refusal.of_pull(name.familiar_repository, name.familiar, images.api) from None
    if document.config_type == PLUGIN_CONFIG:
        problem = f'Encountered remote "{PLUGIN_CONFIG}"(plugin) when fetching'
        raise Failure(400 if at_least(images.api, "1.42") else 500, problem)
    yield lines.status(f"Pulling from {name.path}", name.full if name.digest else name.tag)
    digest = document.digest
    try:
        manifest = choose_manifest(session, document, platform, images.api)
        image = yield from _fetch(images, session, name, manifest, lines)
    except Refusal as refusal:
        raise Failure(500, refusal.text) from None
    except BadArchive as error:
        raise Failure(500, f"failed to register layer: {error}") from None
    yield lines.status(f"Digest: {digest}")
    changed = images.named(name) is not image
    if name.tag:
        images.name(name.of_tag(name.tag), image)
    images.name(name.of_digest(digest), image)
    return changed


def choose_manifest(session: RegistrySession, document: Manifest, platform: Platform, api: str) -> Manifest:
    """The manifest of one image: of an index the one for a platform.

    Raises:
        Failure: there is none for it, or it is of another kind.
    """
    if document.media_type in MANIFEST_TYPES:
        return document
    if document.media_type not in INDEX_TYPES:
        raise Failure(500, f"unsupported media type {document.media_type}, no decoder for it is available")
    for entry in document.document.get("manifests") or []:
        found = Platform.of(entry.get("platform") or {})
        if _ATTESTATION not in (entry.get("annotations") or {}) and platform.fits(found):
            return session.manifest(entry["digest"])
    problem = f"no matching manifest for {platform} in the manifest list entries"
    if at_least(api, "1.45"):
        problem += ": no match for platform in manifest: not found"
    raise Failure(404 if at_least(api, "1.45") else 500, problem)


def _fetch(
    images: Images, session: RegistrySession, name: Name, document: Manifest, lines: Lines
) -> Generator[bytes, None, Image]:
    manifest: dict[str, Any] = document.document
    config = session.blob(manifest["config"]["digest"])
    if (image := images.get(config.digest)) is not None:
        return image
    entries: list[dict[str, Any]] = manifest.get("layers") or []
    here = images.chains()
    chain: list[str] = []
    layers: list[Layer | None] = []
    for entry in entries:
        known = images.distributed_layer(entry["digest"])
        if known is not None:
            chain.append(known.diff_id)
            there = None not in layers and chain_ids(chain)[-1] in here
        else:
            there = False
        layers.append(known if there else None)
        yield lines.progress("Already exists" if there else "Pulling fs layer", entry["digest"][7:19])
    blobs: dict[str, Blob] = {}
    for entry, known in zip(entries, layers, strict=True):
        if known is None:
            yield from _download(session, entry["digest"], lines, blobs)
    for number, (entry, known) in enumerate(zip(entries, layers, strict=True)):
        if known is not None:
            continue
        digest, blob = entry["digest"], blobs[entry["digest"]]
        yield lines.progress("Extracting", digest[7:19], blob.size, blob.size)
        layers[number] = _layer_of(blob, images.api)
        yield lines.progress("Extracting", digest[7:19], blob.size, blob.size)
        yield lines.progress("Pull complete", digest[7:19])
    found = [layer for layer in layers if layer is not None]
    image = images.build(config, found)
    if image.config.get("rootfs", {}).get("diff_ids", []) != image.diff_ids:
        raise Failure(500, "layers from manifest don't match image configuration")
    for entry, layer in zip(entries, found, strict=True):
        images.distribute(
            layer, name.host, name.path, blobs.get(entry["digest"]) or session.blob(entry["digest"])
        )
    return images.take(image)


def _download(session: RegistrySession, digest: str, lines: Lines, blobs: dict[str, Blob]) -> Iterator[bytes]:
    if digest in blobs:
        return
    blob = session.blob(digest)
    blobs[digest] = blob
    yield lines.progress("Downloading", digest[7:19], blob.size, blob.size)
    yield lines.progress("Verifying Checksum", digest[7:19])
    if blob.digest != digest:
        raise Failure(500, f"filesystem layer verification failed for digest {digest}")
    yield lines.progress("Download complete", digest[7:19])


def _layer_of(blob: Blob, api: str) -> Layer:
    """The layer that a blob is; unpacked once in the process."""
    layer = _REMEMBERED.get(blob.digest)
    if layer is None:
        layer = Layer.from_tar(blob, api=api)
        if layer.blob.size <= _LARGEST_REMEMBERED:
            _REMEMBERED[blob.digest] = layer
            while len(_REMEMBERED) > _MOST_REMEMBERED:
                _REMEMBERED.popitem(last=False)
    return layer
