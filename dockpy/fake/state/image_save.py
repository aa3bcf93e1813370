"""Images as one tar, in the form in which the daemon's engine saves them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.fake.blobs import Blob
from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.reply import encode_text
from dockpy.fake.state.image import chain_ids
from dockpy.fake.state.image_names import parse_reference
from dockpy.fake.state.image_platform import Platform
from dockpy.streams.tar import END_OF_ARCHIVE, TarEntry, TarKind, encode_entry, encode_header
from dockpy.version import at_least
from dockpy.wire.oci import OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dockpy.fake.state.image import Image
    from dockpy.fake.state.image_names import Name
    from dockpy.fake.state.images import Images

__all__ = ["save"]


@dataclass(slots=True)
class _Chosen:
    image: Image
    names: list[Name] = field(default_factory=list)


def save(images: Images, references: Sequence[str], platforms: Sequence[Platform] = ()) -> Iterator[bytes]:
    """Images as a tar.

    Args:
        images: where they are.
        references: names, of which all go along that are meant (a repository's, without a tag), or ids.
        platforms: they have to be for one of these; none for whatever they are for.

    Returns:
        The tar, piece by piece; it is made as it is asked for.

    Raises:
        Failure: one of them is not here.
    """
    chosen: dict[str, _Chosen] = {}
    for reference in references:
        for image, name in _meant(images, reference):
            one = chosen.setdefault(image.id, _Chosen(image))
            if name is not None and name not in one.names:
                one.names.append(name)
    for one in chosen.values():
        found = Platform.of_image(one.image)
        if platforms and not any(platform.fits(found) for platform in platforms):
            raise Failure(500, f"no suitable export target found for platform {platforms[0]}")
    for one in chosen.values():
        images.emit("save", one.image)
    ordered = sorted(chosen.values(), key=lambda one: one.image.id)
    return _tar(_layout(ordered) if at_least(images.api, "1.44") else _legacy(ordered))


def _meant(images: Images, reference: str) -> Iterator[tuple[Image, Name | None]]:
    try:
        parsed = parse_reference(reference, images.api)
    except Failure as failure:
        raise Failure(500, failure.message) from None
    if not isinstance(parsed, str):
        if parsed.digest and (image := images.named(parsed)) is not None:
            yield image, None
            return
        tagged = images.repository_tags(parsed)
        wanted = [name for name in tagged if not parsed.tag or name == parsed]
        for name in wanted:
            if (image := images.named(name)) is not None:
                yield image, name
        if wanted:
            return
        if parsed.tag:
            raise Failure(404, "reference does not exist")
    image = images.find(reference)
    if image is None:
        raise Failure(404, f"No such image: {reference}")
    yield image, None


_File = tuple[TarEntry, Blob | None]


def _tar(files: Iterable[_File]) -> Iterator[bytes]:
    for entry, blob in files:
        if blob is None:
            yield encode_header(entry)
        else:
            yield from encode_entry(entry, blob.pieces())
    yield END_OF_ARCHIVE


def _file(path: str, blob: Blob, mtime: int = 0) -> _File:
    return TarEntry(path, TarKind.FILE, blob.size, 0o644, mtime=max(mtime, 0)), blob


def _folder(path: str, mtime: int = 0) -> _File:
    return TarEntry(path, TarKind.DIRECTORY, mode=0o755, mtime=max(mtime, 0)), None


def _json(value: Any) -> Blob:
    return Blob.of(encode_text(json.dumps(value, separators=(",", ":"), ensure_ascii=False)))


def _made(image: Image) -> int:
    return image.created_at // SECOND


def _repositories(chosen: Sequence[_Chosen], top: dict[str, str]) -> list[_File]:
    """The oldest form's list of names: repository, tag, uppermost layer."""
    listed: dict[str, dict[str, str]] = {}
    for one in chosen:
        for name in one.names:
            listed.setdefault(name.familiar_repository, {})[name.tag] = top[one.image.id]
    if not listed:
        return []
    text = json.dumps(listed, separators=(",", ":"), sort_keys=True)
    return [_file("repositories", Blob.of(text.encode() + b"\n"))]


# As an OCI layout, which newer engines write


def _layout(chosen: Sequence[_Chosen]) -> Iterator[_File]:
    blobs: dict[str, tuple[Blob, int]] = {}
    manifests: list[dict[str, Any]] = []
    listed: list[dict[str, Any]] = []
    for one in chosen:
        image = one.image
        layers = [_descriptor(OCI_LAYER, layer.blob) for layer in image.layers]
        document = _json(
            {
                "schemaVersion": 2,
                "mediaType": OCI_MANIFEST,
                "config": _descriptor(OCI_CONFIG, image.blob),
                "layers": layers,
            }
        )
        blobs[document.digest] = document, 0
        blobs[image.id] = image.blob, _made(image)
        for layer in image.layers:
            blobs.setdefault(layer.diff_id, (layer.blob, _made(image)))
        entry = _descriptor(OCI_MANIFEST, document)
        manifests += [{**entry, "annotations": _called(name)} for name in one.names] or [entry]
        listed.append(
            {
                "Config": _place(image.id),
                "RepoTags": [name.familiar for name in one.names] or None,
                "Layers": [_place(layer.diff_id) for layer in image.layers],
                "LayerSources": {layer["digest"]: _source(layer) for layer in layers},
            }
        )
    if blobs:
        yield _folder("blobs")
        yield _folder("blobs/sha256")
    for digest, (blob, mtime) in sorted(blobs.items()):
        yield _file(_place(digest), blob, mtime)
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests or None}
    yield _file("index.json", _json(index))
    yield _file("manifest.json", Blob.of(_json(listed or None).read() + b"\n"))
    yield _file("oci-layout", Blob.of(b'{"imageLayoutVersion": "1.0.0"}'))
    tops = {one.image.id: one.image.diff_ids[-1].partition(":")[2] for one in chosen if one.image.layers}
    yield from _repositories([one for one in chosen if one.image.layers], tops)


def _descriptor(media_type: str, blob: Blob) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": blob.digest, "size": blob.size}


def _source(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    return {key: descriptor[key] for key in ("mediaType", "size", "digest")}


def _called(name: Name) -> dict[str, str]:
    return {"io.containerd.image.name": name.full, "org.opencontainers.image.ref.name": name.tag}


def _place(digest: str) -> str:
    return f"blobs/sha256/{digest.partition(':')[2]}"


# One folder a layer, as engines wrote it before


def _legacy(chosen: Sequence[_Chosen]) -> Iterator[_File]:
    folders: dict[str, list[_File]] = {}
    configs: dict[str, _File] = {}
    listed: list[dict[str, Any]] = []
    tops: dict[str, str] = {}
    places: dict[str, str] = {}  # where a layer's tar lies that several images have
    for one in chosen:
        image, parent, layers = one.image, "", []
        for layer, chain in zip(image.layers, chain_ids(image.diff_ids), strict=True):
            top = layer is image.layers[-1]
            id = Blob.of(f"{chain} {image.id if top else ''}".encode()).digest.partition(":")[2]
            layers.append(f"{id}/layer.tar")
            if id not in folders:
                described = _described(id, parent, image if top else None)
                mtime = _made(image)
                folders[id] = [
                    _folder(id, mtime),
                    _file(f"{id}/VERSION", Blob.of(b"1.0"), mtime),
                    _file(f"{id}/json", described, mtime),
                    _link(f"{id}/layer.tar", places[layer.diff_id], mtime)
                    if layer.diff_id in places
                    else _file(f"{id}/layer.tar", layer.blob, mtime),
                ]
                places.setdefault(layer.diff_id, id)
            parent = id
        tops[image.id] = parent
        path = f"{image.id.partition(':')[2]}.json"
        configs[path] = _file(path, image.blob, _made(image))
        tags = [name.familiar for name in one.names] or None
        listed.append({"Config": path, "RepoTags": tags, "Layers": layers or None})
    parts: dict[str, list[_File]] = {**folders, **{path: [file] for path, file in configs.items()}}
    # A folder stands before what links into it.
    for path in sorted(parts, key=lambda path: (_links(parts[path]), path)):
        yield from parts[path]
    yield _file("manifest.json", Blob.of(_json(listed or None).read() + b"\n"))
    yield from _repositories(chosen, tops)


def _described(id: str, parent: str, image: Image | None) -> Blob:
    described: dict[str, Any] = {"id": id, **({"parent": parent} if parent else {})}
    if image is None:
        return _json({**described, "created": "1970-01-01T00:00:00Z", "os": "linux"})
    kept = ("created", "author", "config", "docker_version", "architecture", "os")
    return _json({**described, **{key: image.config[key] for key in kept if key in image.config}})


def _link(path: str, id: str, mtime: int) -> _File:
    target = f"../{id}/layer.tar"
    return TarEntry(path, TarKind.SYMLINK, mode=0o777, mtime=max(mtime, 0), target=target), None


def _links(files: Sequence[_File]) -> bool:
    return any(entry.kind is TarKind.SYMLINK for entry, _ in files)
