"""Registries and what is in them. Type checkers read this; nothing runs it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, assert_type

from dockpy import TLS
from dockpy.registry.archive.image_archive import ImageArchive
from dockpy.registry.blobs import BlobStream
from dockpy.registry.image import Layer, RegistryImage
from dockpy.registry.limits import RateLimit
from dockpy.registry.manifest import Manifest
from dockpy.registry.progress import TransferKind, TransferProgress
from dockpy.registry.registry import Registry
from dockpy.registry.repository import Repository
from dockpy.wire.oci import OCIDescriptor, OCIIndex, OCIManifest
from dockpy.wire.oci_image import OCIHistory, OCIImage


def made() -> None:
    assert_type(Registry(), Registry)
    Registry("ghcr.io", username="user", password="password", insecure=False, tls=TLS(), timeout=(5, 60))
    Registry("ghcr.io", identity_token="token", timeout=5)
    with Registry() as registry:
        assert_type(registry, Registry)


def registry(registry: Registry, other: Registry, archive: ImageArchive) -> None:
    assert_type(registry.host, str)
    assert_type(registry.url, str)
    assert_type(registry.rate_limit, RateLimit | None)
    registry.ping()
    registry.login("user", "password", save=True)
    registry.logout(erase=True)
    assert_type(registry.repositories(limit=10), list[str])
    assert_type(registry.repository("team/app"), Repository)
    assert_type(registry.manifest("app:1", platform="linux/amd64"), Manifest)
    assert_type(registry.image("app:1", platform="linux/amd64"), RegistryImage)
    assert_type(registry.exists("app:1"), bool)
    registry.delete("app:1")
    assert_type(registry.pull("app:1", platform="linux/amd64", progress=print), ImageArchive)
    assert_type(registry.push(archive), list[Manifest])
    assert_type(registry.push(Path("app.tar"), "app:1", image="app", compress=True, progress=print), Manifest)
    assert_type(
        registry.copy(
            "app:1", to=other, name="team/app:2", platform="linux/amd64", referrers=True, progress=print
        ),
        Manifest,
    )
    registry.close()


def repository(repository: Repository) -> None:
    assert_type(repository.registry, Registry)
    assert_type(repository.name, str)
    assert_type(repository.reference, str)
    assert_type(repository.tags(limit=10), list[str])
    assert_type(repository.manifest(), Manifest)
    assert_type(repository.manifest("1", platform="linux/amd64"), Manifest)
    assert_type(repository.image("1", platform="linux/amd64"), RegistryImage)
    assert_type(repository.config("1", platform="linux/amd64"), OCIImage)
    assert_type(repository.layers("1", platform="linux/amd64"), list[Layer])
    assert_type(repository.blob("sha256:…"), BlobStream)
    assert_type(repository.has_blob("sha256:…"), bool)
    assert_type(repository.exists("1"), bool)
    repository.delete("1")
    assert_type(repository.referrers("1", artifact_type="type"), list[OCIDescriptor])


def manifest(manifest: Manifest) -> None:
    assert_type(manifest.reference, str)
    assert_type(manifest.digest, str)
    assert_type(manifest.media_type, str)
    assert_type(manifest.content, bytes)
    assert_type(manifest.size, int)
    assert_type(manifest.is_index, bool)
    assert_type(manifest.document, OCIManifest | OCIIndex)
    assert_type(manifest.to_dict(), dict[str, Any])
    assert_type(manifest.config, OCIDescriptor | None)
    assert_type(manifest.layers, list[OCIDescriptor])
    assert_type(manifest.manifests, list[OCIDescriptor])
    assert_type(manifest.subject, OCIDescriptor | None)
    assert_type(manifest.artifact_type, str | None)
    assert_type(manifest.annotations, dict[str, str])
    assert_type(manifest.platforms, list[str])
    assert_type(manifest.child("linux/amd64"), OCIDescriptor)


def image(image: RegistryImage) -> None:
    assert_type(image.manifest, Manifest)
    assert_type(image.config, OCIImage)
    assert_type(image.reference, str)
    assert_type(image.digest, str)
    assert_type(image.id, str)
    assert_type(image.short_id, str)
    assert_type(image.layers, list[Layer])
    assert_type(image.size, int)
    assert_type(image.history, list[OCIHistory])
    assert_type(image.os, str)
    assert_type(image.architecture, str)
    assert_type(image.platform, str)
    assert_type(image.created, datetime | None)
    assert_type(image.author, str)
    assert_type(image.labels, dict[str, str])
    assert_type(image.env, dict[str, str])
    assert_type(image.entrypoint, list[str])
    assert_type(image.command, list[str])
    assert_type(image.working_dir, str)
    assert_type(image.user, str)
    assert_type(image.exposed_ports, list[str])


def layer(layer: Layer) -> None:
    assert_type(layer.digest, str)
    assert_type(layer.size, int)
    assert_type(layer.media_type, str)
    assert_type(layer.diff_id, str | None)
    assert_type(layer.instruction, str | None)
    assert_type(layer.created, datetime | None)
    assert_type(layer.comment, str)


def blob(blob: BlobStream) -> None:
    assert_type(blob.digest, str)
    assert_type(blob.size, int | None)
    assert_type(blob.read(10), bytes)
    assert_type(blob.write_to("layer.tar.gz"), Path)
    for piece in blob:
        assert_type(piece, bytes)
    blob.close()


def archive(archive: ImageArchive) -> None:
    assert_type(archive.digest, str)
    assert_type(archive.manifest, Manifest)
    assert_type(archive.names, list[str])
    assert_type(archive.size, int)
    assert_type(archive.read(10), bytes)
    assert_type(archive.write_to("app.tar"), Path)
    assert_type(archive.write_layout("app"), Path)
    for piece in archive:
        assert_type(piece, bytes)
    archive.close()


def progress(event: TransferProgress) -> None:
    assert_type(event.kind, TransferKind)
    assert_type(event.digest, str)
    assert_type(event.current, int)
    assert_type(event.total, int)
    assert_type(event.subject, str)
    assert_type(event.reason, str)


def rate_limit(limit: RateLimit) -> None:
    assert_type(limit.limit, int | None)
    assert_type(limit.remaining, int | None)
    assert_type(limit.window, int | None)
