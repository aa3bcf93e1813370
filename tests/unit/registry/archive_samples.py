"""Archives to read: those that engines wrote (`record_archives.py` made them), and some of a test's own."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parent / "recorded"
NAMES = sorted(path.name.removesuffix(".tar.gz") for path in RECORDED.glob("*.tar.gz"))

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
OCI = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


def recorded(name: str) -> bytes:
    """An archive, as the engine wrote it."""
    return gzip.decompress((RECORDED / f"{name}.tar.gz").read_bytes())


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def files_in(archive: bytes) -> dict[str, bytes]:
    """Its regular files, by name."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        found = {member.name: tar.extractfile(member) for member in tar if member.isreg()}
        return {name: file.read() for name, file in found.items() if file is not None}


def tar_of(files: dict[str, bytes], *others: tarfile.TarInfo) -> bytes:
    """An archive of files, and of members that are none."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for other in others:
            tar.addfile(other)
    return buffer.getvalue()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


class Layout:
    """An OCI layout in the making."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}
        self.listed: list[dict[str, Any]] = []

    def blob(self, content: bytes, kind: str = "", **more: Any) -> dict[str, Any]:
        """Put a blob into it; gives its descriptor."""
        digest = digest_of(content)
        self.files[f"blobs/{digest.replace(':', '/')}"] = content
        return {"mediaType": kind, "digest": digest, "size": len(content), **more}

    def image(self, *layers: dict[str, Any], architecture: str = "amd64", **more: Any) -> dict[str, Any]:
        """Put an image of these layers into it; gives its manifest's descriptor."""
        platform = {"architecture": architecture, "os": "linux"}
        rootfs = {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]}
        config = json.dumps({**platform, "rootfs": rootfs}).encode()
        described = self.blob(config, "application/vnd.oci.image.config.v1+json")
        manifest = {
            "schemaVersion": 2,
            "mediaType": OCI,
            "config": described,
            "layers": list(layers),
        }
        return self.blob(json.dumps({**manifest, **more}).encode(), OCI, platform=platform)

    def index(self, *manifests: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Put an index into it; gives its descriptor."""
        document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": list(manifests), **more}
        return self.blob(json.dumps(document).encode(), INDEX)

    def name(self, descriptor: dict[str, Any], *names: str) -> None:
        """List a manifest, under these names."""
        key = "io.containerd.image.name"
        self.listed += [{**descriptor, "annotations": {key: name}} for name in names] or [descriptor]

    def tar(self) -> bytes:
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": self.listed}
        return tar_of({**self.files, "index.json": json.dumps(index).encode()})
