"""One plugin, and what it is made of: a configuration and a root file system."""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.fake.blobs import Blob
from dockpy.fake.failure import Failure
from dockpy.fake.registry.store import compressed
from dockpy.fake.state.plugin_config import read_config
from dockpy.version import at_least
from dockpy.wire.oci import DOCKER_LAYER_GZIP, DOCKER_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockpy.fake.registry import Manifest
    from dockpy.fake.state.image_names import Name

__all__ = ["PLUGIN_CONFIG", "Bundle", "Plugin", "bundle_of_tar"]

PLUGIN_CONFIG = "application/vnd.docker.plugin.v1+json"
"""The media type of a plugin's configuration."""

_LARGEST_CONFIG = 1024 * 1024
_IN_MEMORY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a plugin is, wherever it is.

    Attributes:
        config: what its author says of it.
        config_blob: the same, as it is pushed.
        layers: its root file system, in gzip's form.
        manifest: what names them.
    """

    config: dict[str, Any]
    config_blob: Blob
    layers: tuple[Blob, ...]
    manifest: Blob

    @classmethod
    def of_config(cls, config: dict[str, Any], layers: tuple[Blob, ...]) -> Bundle:
        """That of a configuration and layers."""
        config_blob = Blob.of(_compact(config) + b"\n")
        manifest = {
            "schemaVersion": 2,
            "config": _descriptor(PLUGIN_CONFIG, config_blob),
            "layers": [_descriptor(DOCKER_LAYER_GZIP, layer) for layer in layers],
            "mediaType": DOCKER_MANIFEST,
        }
        return cls(config, config_blob, layers, Blob.of(_compact(manifest)))

    @classmethod
    def of_manifest(cls, manifest: Manifest, config_blob: Blob, layers: tuple[Blob, ...]) -> Bundle:
        """One that a registry has."""
        return cls(json.loads(config_blob.read()), config_blob, layers, manifest.blob)

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """All of it."""
        return (self.manifest, self.config_blob, *self.layers)

    def file(self, path: str) -> tarfile.TarInfo | None:
        """What its root file system has at a path."""
        wanted = path.strip("/")
        for layer in reversed(self.layers):
            with tarfile.open(fileobj=io.BytesIO(layer.read()), mode="r:gz") as archive:
                for member in archive:
                    if member.name.removeprefix("./").strip("/") == wanted:
                        return member
        return None


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _descriptor(kind: str, blob: Blob) -> dict[str, Any]:
    return {"mediaType": kind, "digest": blob.digest, "size": blob.size}


@dataclass(slots=True)
class Plugin:
    """An installed plugin.

    Attributes:
        name: what it goes by here.
        reference: where it comes from.
        settings: what is set.
    """

    id: str
    name: Name
    reference: Name
    bundle: Bundle
    settings: dict[str, Any] = field(default_factory=dict)
    enabled: bool = False

    @property
    def capabilities(self) -> list[str]:
        """What it can do: ``volumedriver``, of the interface type ``docker.volumedriver/1.0``."""
        types = self.bundle.config["Interface"]["Types"] or ()
        return [kind.partition(".")[2].rpartition("/")[0] for kind in types]

    def inspect(self) -> dict[str, Any]:
        """It as the API has it."""
        return {
            "Config": self.bundle.config,
            "Enabled": self.enabled,
            "Id": self.id,
            "Name": self.name.familiar,
            "PluginReference": self.reference.familiar,
            "Settings": self.settings,
        }


def bundle_of_tar(pieces: Iterable[bytes], api: str, release: str) -> Bundle:
    """The plugin in a tar: ``config.json``, and what is in ``rootfs/``.

    Args:
        pieces: the tar.
        api: the engine's newest version.
        release: the engine's, which the plugin says it was made with.

    Raises:
        Failure: 500, there is none in it.
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file, tempfile.SpooledTemporaryFile(_IN_MEMORY) as root:
        for piece in pieces:
            file.write(piece)
        size = file.tell()
        file.seek(0)
        try:
            data, found = _split(file, root) if size else (None, False)
        except tarfile.TarError:
            problem = "unexpected EOF" if size < tarfile.BLOCKSIZE else "archive/tar: invalid tar header"
            raise Failure(500, f"failed to read from tar: {problem}") from None
        if not found and not at_least(api, "1.42"):
            raise Failure(500, "no rootfs found: EOF")
        if data is None:
            raise Failure(500, "config not found")
        config = read_config(data, api)
        root.seek(0)
        layer = compressed(Blob.from_pieces(iter(lambda: root.read(65536), b"")))
    config["DockerVersion"] = release
    config["rootfs"] = {"diff_ids": [layer.digest], "type": "layers"}
    return Bundle.of_config(config, (layer,))


def _split(file: Any, root: Any) -> tuple[bytes | None, bool]:
    """The configuration, and whether there is a root file system, which is written to `root`."""
    config: bytes | None = None
    found = False
    with (
        tarfile.open(fileobj=file, mode="r:") as archive,
        tarfile.open(fileobj=root, mode="w", format=tarfile.PAX_FORMAT) as rootfs,
    ):
        for member in archive:
            name = member.name.removeprefix("./").strip("/")
            if name == "config.json":
                content = archive.extractfile(member)
                config = content.read(_LARGEST_CONFIG) if content is not None else b""
            elif name == "rootfs" or name.startswith("rootfs/"):
                found = True
                member.name = name.removeprefix("rootfs").strip("/") or "."
                if member.islnk():
                    member.linkname = member.linkname.removeprefix("./").removeprefix("rootfs/")
                member.pax_headers = {}
                rootfs.addfile(member, archive.extractfile(member) if member.isreg() else None)
    return config, found
