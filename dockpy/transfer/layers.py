"""Leaving layers out of an image's archive, which the engine that loads it holds already.

Engines open the tar of a layer only where they have no layer of its chain: of it and all that are below it.
(Docker 20.10 and 28.5 do with their own stores; the containerd store wants every blob.)
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from dockpy.resources.loading import loaded
from dockpy.streams.tar import END_OF_ARCHIVE, TarEntry, encode_header, padding
from dockpy.streams.untar import TarDecoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dockpy.client import Client

__all__ = ["held_layers", "without_layers"]

_MOST = 1024 * 1024
"""Longer descriptions of a layer are not read."""


def held_layers(client: Client, layers: Sequence[str]) -> int:
    """How many of these layers, counted from the lowest, an engine need not be sent.

    Args:
        client: the engine.
        layers: the digests of an image's layers, lowest first.
    """
    status: list[list[str]] = client.info().get("DriverStatus") or []
    if not layers or any("io.containerd.snapshotter" in text for pair in status for text in pair):
        return 0
    held = 0
    for image in loaded(client.images.list()):
        theirs: list[str] = (image.attrs.get("RootFS") or {}).get("Layers") or []
        while held < min(len(layers), len(theirs)) and theirs[: held + 1] == list(layers[: held + 1]):
            held += 1
    return held


def without_layers(pieces: Iterable[bytes], layers: Sequence[str], held: int) -> Iterator[bytes]:
    """An archive of ``docker save`` without the tars of the lowest layers.

    Args:
        pieces: the archive, of one image.
        layers: the digests of its layers, lowest first.
        held: how many of them are left out; one that is needed once more above stays.

    Raises:
        InvalidResponse: it is no archive, or broke off.
    """
    spare = set(layers[:held]) - set(layers[held:])
    chains = {chain for chain, digest in zip(_chains(layers), layers, strict=True) if digest in spare}
    dropped = {f"blobs/sha256/{digest.partition(':')[2]}" for digest in spare}
    decoder, entry, left, description = TarDecoder(), TarEntry("."), 0, bytearray()
    for piece in pieces:
        for found in decoder.feed(piece):
            if isinstance(found, TarEntry):
                entry, left = found, found.size
                description.clear()
                if entry.name not in dropped:
                    yield encode_header(entry)
                continue
            left -= len(found)
            if entry.name not in dropped:
                yield found if left else found + padding(entry.size)
            folder, _, name = entry.name.rpartition("/")
            if name == "json" and entry.size <= _MOST:
                description += found
                if not left and _describes(bytes(description), folder, chains):
                    dropped.add(f"{folder}/layer.tar")
    decoder.close()
    yield END_OF_ARCHIVE


def _chains(layers: Sequence[str]) -> list[str]:
    """The digest of each layer with all that are below it."""
    chains: list[str] = []
    for digest in layers:
        chains.append(_digest(f"{chains[-1]} {digest}") if chains else digest)
    return chains


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _describes(description: bytes, folder: str, chains: set[str]) -> bool:
    """Whether a folder of the form before Docker 25 is of one of these chains.

    Its name is the digest of what describes the layer and of the chain: no other chain has that.
    """
    try:
        document: dict[str, Any] = json.loads(description)
        del document["id"]
    except (ValueError, TypeError, KeyError):
        return False
    if parent := document.get("parent"):
        document["parent"] = f"sha256:{parent}"
    # Of layers below the uppermost one, the system was added after the digest had been made.
    plain = {key: value for key, value in document.items() if key != "os"}
    return any(
        _digest(json.dumps(dict(sorted({**said, "layer_id": chain}.items())), separators=(",", ":")))
        == f"sha256:{folder}"
        for said in (plain, document)
        for chain in chains
    )
