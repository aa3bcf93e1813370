"""Images for registries, made here and pushed: small ones, of any platform, whole indexes, artifacts."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockpy.registry.manifest_calls import put_manifest
from dockpy.registry.uploads import upload_bytes
from dockpy.wire.oci import (
    DOCKER_CONFIG,
    DOCKER_LAYER_GZIP,
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_EMPTY,
    OCI_INDEX,
    OCI_LAYER_GZIP,
    OCI_MANIFEST,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockpy.registry.registry import Registry

CREATED = "2024-11-28T01:17:20.602362340Z"


@dataclass(frozen=True)
class Pushed:
    """A manifest that was pushed."""

    media_type: str
    content: bytes
    platform: str | None = None

    @property
    def digest(self) -> str:
        return digest_of(self.content)

    def described(self, **more: Any) -> dict[str, Any]:
        found = {"mediaType": self.media_type, "digest": self.digest, "size": len(self.content), **more}
        if self.platform is not None:
            names = ("os", "architecture", "variant")
            found["platform"] = dict(zip(names, self.platform.split("/"), strict=False))
        return found


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


def layer_of(text: str) -> tuple[bytes, str]:
    """A layer with one file, and the digest of its tar."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        entry = tarfile.TarInfo("file")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(file.getvalue(), mtime=0), digest_of(file.getvalue())


def push_image(
    registry: Registry,
    repository: str,
    tag: str | None,
    *,
    platform: str = "linux/amd64",
    texts: Iterable[str] = ("one", "two"),
    docker: bool = False,
    **more: Any,
) -> Pushed:
    """Push an image of one layer for each text; its history has a step without a layer, too."""
    layers = [layer_of(text) for text in texts]
    config = json.dumps(config_of(platform, [diff_id for _, diff_id in layers])).encode()
    kinds = (DOCKER_MANIFEST, DOCKER_CONFIG, DOCKER_LAYER_GZIP)
    kind, config_kind, layer_kind = kinds if docker else (OCI_MANIFEST, OCI_CONFIG, OCI_LAYER_GZIP)
    for blob in (config, *(content for content, _ in layers)):
        upload_bytes(registry.session, repository, blob, digest_of(blob))
    document = {
        "schemaVersion": 2,
        "mediaType": kind,
        "config": blob_of(config_kind, config),
        "layers": [blob_of(layer_kind, content) for content, _ in layers],
        **more,
    }
    return push(registry, repository, tag, Pushed(kind, json.dumps(document).encode(), platform))


def config_of(platform: str, diff_ids: list[str]) -> dict[str, Any]:
    names = ("os", "architecture", "variant")
    steps = [
        {"created": CREATED, "created_by": f"/bin/sh -c make {index}", "comment": "made"}
        for index in range(len(diff_ids))
    ]
    return {
        **dict(zip(names, platform.split("/"), strict=False)),
        "created": CREATED,
        "author": "somebody",
        "config": {
            "Cmd": ["serve", "--all"],
            "Entrypoint": ["/bin/app"],
            "Env": ["PATH=/bin", "A=b=c"],
            "Labels": {"kind": "test"},
            "WorkingDir": "/srv",
            "User": "app",
            "ExposedPorts": {"80/tcp": {}, "53/udp": {}},
        },
        "history": [*steps, {"created": CREATED, "created_by": "CMD serve", "empty_layer": True}],
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    }


def push_index(
    registry: Registry, repository: str, tag: str | None, items: Iterable[dict[str, Any]], **more: Any
) -> Pushed:
    """Push an index of descriptors."""
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(items), **more}
    return push(registry, repository, tag, Pushed(OCI_INDEX, json.dumps(document).encode()))


def push_artifact(
    registry: Registry, repository: str, tag: str | None, kind: str, subject: Pushed | None = None
) -> Pushed:
    """Push what is no image: a signature, perhaps about something."""
    upload_bytes(registry.session, repository, b"{}", digest_of(b"{}"))
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": kind,
        "config": blob_of(OCI_EMPTY, b"{}"),
        "layers": [],
    }
    if subject is not None:
        document["subject"] = subject.described()
        document["subject"].pop("platform", None)
    return push(registry, repository, tag, Pushed(OCI_MANIFEST, json.dumps(document).encode()))


def push(registry: Registry, repository: str, tag: str | None, pushed: Pushed) -> Pushed:
    digest = put_manifest(
        registry.session, repository, tag or pushed.digest, pushed.content, pushed.media_type
    )
    assert digest == pushed.digest
    return pushed


def blob_of(kind: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": kind, "digest": digest_of(content), "size": len(content)}
