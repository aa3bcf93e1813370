"""OCI documents: what a registry speaks, and what an engine says of the content it stores.

An image's configuration is in `dockpy.wire.oci_image`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from dockpy.wire.base import CamelModel, Name, SnakeModel

__all__ = [
    "DOCKER_CONFIG",
    "DOCKER_LAYER",
    "DOCKER_LAYER_FOREIGN",
    "DOCKER_LAYER_GZIP",
    "DOCKER_LAYER_ZSTD",
    "DOCKER_MANIFEST",
    "DOCKER_MANIFEST_LIST",
    "DOCKER_MANIFEST_SCHEMA1",
    "INDEX_TYPES",
    "IN_TOTO",
    "MANIFEST_TYPES",
    "OCI_CONFIG",
    "OCI_EMPTY",
    "OCI_INDEX",
    "OCI_LAYER",
    "OCI_LAYER_GZIP",
    "OCI_LAYER_ZSTD",
    "OCI_LAYOUT",
    "OCI_MANIFEST",
    "OCICatalog",
    "OCIDescriptor",
    "OCIError",
    "OCIErrors",
    "OCIIndex",
    "OCILayout",
    "OCIManifest",
    "OCIPlatform",
    "OCITags",
]

# Media types, by who named them

DOCKER_MANIFEST_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
"""Retired: registries still answer with it where nothing newer is accepted."""
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"
DOCKER_LAYER_ZSTD = "application/vnd.docker.image.rootfs.diff.tar.zstd"
DOCKER_LAYER_FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
"""A layer that is fetched from its own URLs and never pushed (Windows)."""

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
OCI_LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
OCI_LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd"
OCI_LAYOUT = "application/vnd.oci.layout.header.v1+json"
OCI_EMPTY = "application/vnd.oci.empty.v1+json"
"""The config of a manifest that needs none: the two bytes ``{}``."""

IN_TOTO = "application/vnd.in-toto+json"
"""The layers of an attestation manifest: statements on how an image was built."""

MANIFEST_TYPES = (OCI_MANIFEST, DOCKER_MANIFEST)
"""Manifests of one image for one platform."""

INDEX_TYPES = (OCI_INDEX, DOCKER_MANIFEST_LIST)
"""Manifests that list others, one a platform."""


class OCIPlatform(CamelModel):
    """For which machine an image is made."""

    architecture: str = ""  # in Go's words: amd64 | arm64 | arm | ppc64le | …
    os: str = ""
    os_version: Annotated[str | None, Name("os.version")] = None
    os_features: Annotated[list[str], Name("os.features")] = []
    variant: str | None = None  # of an ARM: v6 | v7 | v8


class OCIDescriptor(CamelModel):
    """A reference to content: its type, digest and size in bytes, and what is known of it beforehand."""

    media_type: str = ""
    digest: str = ""
    size: int = 0
    urls: list[str] = []
    annotations: dict[str, str] = {}
    data: str | None = None  # the content itself, base64, where it is small
    platform: OCIPlatform | None = None
    artifact_type: str | None = None


class OCIManifest(CamelModel):
    """One image for one platform: its config and its layers, lowest first. Docker's v2 manifest is alike."""

    schema_version: int | None = None  # 2
    media_type: str | None = None
    artifact_type: str | None = None
    config: OCIDescriptor = Field(default_factory=OCIDescriptor)
    layers: list[OCIDescriptor] = []
    subject: OCIDescriptor | None = None  # the manifest that this one is about
    annotations: dict[str, str] = {}


class OCIIndex(CamelModel):
    """Manifests to choose from, usually by platform. Docker's manifest list is alike."""

    schema_version: int | None = None  # 2
    media_type: str | None = None
    artifact_type: str | None = None
    manifests: list[OCIDescriptor] = []
    subject: OCIDescriptor | None = None
    annotations: dict[str, str] = {}


class OCILayout(CamelModel):
    """The file ``oci-layout``, by which a directory or an archive says that it is laid out so."""

    image_layout_version: str | None = None


class OCITags(SnakeModel):
    """The tags of a repository."""

    name: str = ""
    tags: list[str] = []


class OCICatalog(SnakeModel):
    """The repositories of a registry."""

    repositories: list[str] = []


class OCIError(SnakeModel):
    """One thing that a registry found wrong."""

    code: str = ""  # MANIFEST_UNKNOWN | NAME_UNKNOWN | UNAUTHORIZED | DENIED | TOOMANYREQUESTS | …
    message: str = ""
    detail: Any = None


class OCIErrors(SnakeModel):
    """The body of a registry's error status."""

    errors: list[OCIError] = []
