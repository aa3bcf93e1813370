"""Images: what an engine holds, and what becomes of it.

The messages of pull, push, build and load are in `dockpy.wire.progress`, a registry's documents in
`dockpy.wire.oci`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import JsonObject, Model, Name, Since, SnakeModel, Until
from dockpy.wire.containers import ContainerConfig, DriverData, HealthConfig
from dockpy.wire.identity import Identity
from dockpy.wire.oci import OCIDescriptor, OCIPlatform

__all__ = [
    "AttestationProperties",
    "AttestationStatement",
    "ImageConfig",
    "ImageDeleteResponseItem",
    "ImageHistoryResponseItem",
    "ImageInspect",
    "ImageManifestSize",
    "ImageManifestSummary",
    "ImageMetadata",
    "ImageProperties",
    "ImagePruneResponse",
    "ImageSearchResponseItem",
    "ImageSummary",
    "ImageUnpackedSize",
    "RootFS",
]

# The parts of an image


class ImageConfig(Model):
    """What a container of the image starts from."""

    user: str | None = None  # name or id, and :group
    exposed_ports: dict[str, JsonObject] = {}  # 80/tcp: {}
    env: list[str] = []  # NAME=value
    cmd: list[str] = []
    healthcheck: HealthConfig | None = None
    args_escaped: bool | None = None  # Windows
    volumes: dict[str, JsonObject] = {}  # /path: {}
    working_dir: str | None = None
    entrypoint: list[str] = []
    on_build: list[str] = []  # instructions for a Dockerfile that builds on the image
    labels: dict[str, str] = {}
    stop_signal: str | None = None
    shell: list[str] = []  # what runs the instructions in shell form

    # Of a container, not of an image: never set, all deprecated in 1.46
    hostname: Annotated[str | None, Until("1.50")] = None
    domainname: Annotated[str | None, Until("1.50")] = None
    attach_stdin: Annotated[bool | None, Until("1.50")] = None
    attach_stdout: Annotated[bool | None, Until("1.50")] = None
    attach_stderr: Annotated[bool | None, Until("1.50")] = None
    tty: Annotated[bool | None, Until("1.50")] = None
    open_stdin: Annotated[bool | None, Until("1.50")] = None
    stdin_once: Annotated[bool | None, Until("1.50")] = None
    image: Annotated[str | None, Until("1.50")] = None
    network_disabled: Annotated[bool | None, Until("1.50")] = None
    mac_address: Annotated[str | None, Until("1.50")] = None
    stop_timeout: Annotated[int | None, Until("1.50")] = None  # seconds


class RootFS(Model):
    """The layers of an image, lowest first, by the digests of their uncompressed tars."""

    type: str = ""  # layers
    layers: list[str] = []


class ImageMetadata(Model):
    """What this engine alone knows of an image."""

    last_tag_time: str | None = None  # 0001-01-01T00:00:00Z for never


# The manifests of an image with several platforms


class ImageManifestSize(Model):
    """How much room a manifest takes, in bytes."""

    total: int = 0  # with what is unpacked of it
    content: int = 0  # as a registry holds it


class ImageUnpackedSize(Model):
    """How much room an unpacked image takes, in bytes."""

    unpacked: int = 0


class ImageProperties(Model):
    """What a manifest of an image says."""

    platform: OCIPlatform = Field(default_factory=OCIPlatform)
    identity: Annotated[Identity | None, Since("1.54")] = None
    containers: list[str] = []  # ids of those that use it
    size: ImageUnpackedSize = Field(default_factory=ImageUnpackedSize)


class AttestationProperties(Model):
    """What a manifest of attestations says."""

    for_: str = ""  # the digest of the manifest that it is about


class ImageManifestSummary(Model):
    """One of the manifests that an image is made of."""

    id: Annotated[str, Name("ID")] = ""
    descriptor: OCIDescriptor = Field(default_factory=OCIDescriptor)
    available: bool = False  # all of its content is here
    size: ImageManifestSize = Field(default_factory=ImageManifestSize)
    kind: str = ""  # image | attestation | unknown
    image_data: ImageProperties | None = None  # of an image
    attestation_data: AttestationProperties | None = None  # of an attestation


# An image


class ImageSummary(Model):
    """An image, in a list. Sizes are in bytes; a number is -1 where nobody asked for it."""

    id: str = ""
    parent_id: str = ""
    repo_tags: list[str] = []  # before 1.43 <none>:<none> for an image without a name
    repo_digests: list[str] = []
    created: int = 0  # seconds since 1970
    size: int = 0
    shared_size: int = -1
    virtual_size: Annotated[int | None, Until("1.44")] = None  # deprecated in 1.43: the same as size
    labels: dict[str, str] = {}
    containers: int = -1  # that use the image; counted from 1.51 on
    manifests: Annotated[list[ImageManifestSummary], Since("1.47")] = []
    descriptor: Annotated[OCIDescriptor | None, Since("1.48")] = None


class ImageInspect(Model):
    """An image, in full."""

    id: str = ""
    descriptor: Annotated[OCIDescriptor | None, Since("1.48")] = None
    manifests: Annotated[list[ImageManifestSummary], Since("1.48")] = []
    identity: Annotated[Identity | None, Since("1.53")] = None
    repo_tags: list[str] = []
    repo_digests: list[str] = []
    parent: str = ""  # deprecated in 1.51; only of what the classic builder built here
    comment: str = ""
    created: str | None = None
    container: Annotated[str | None, Until("1.45")] = None  # deprecated in 1.44
    container_config: Annotated[ContainerConfig | None, Until("1.45")] = None  # deprecated in 1.44
    docker_version: str = ""  # deprecated in 1.51; only of what the classic builder built
    author: str = ""  # deprecated, as MAINTAINER is
    config: ImageConfig = Field(default_factory=ImageConfig)
    architecture: str = ""
    variant: str | None = None
    os: str = ""
    os_version: str | None = None
    size: int = 0  # bytes
    virtual_size: Annotated[int | None, Until("1.44")] = None  # deprecated in 1.43: the same as size
    graph_driver: DriverData | None = None  # where a snapshotter stores images, from 1.52 on none
    root_fs: Annotated[RootFS, Name("RootFS")] = Field(default_factory=RootFS)
    metadata: ImageMetadata = Field(default_factory=ImageMetadata)


# What operations answer


class ImageHistoryResponseItem(Model):
    """One step by which an image was made."""

    id: str = ""  # <missing> where the step's image is not here
    created: int = 0  # seconds since 1970
    created_by: str = ""
    tags: list[str] = []
    size: int = 0  # bytes
    comment: str = ""


class ImageDeleteResponseItem(Model):
    """A name or an image that is gone: one of the two is set."""

    untagged: str | None = None
    deleted: str | None = None


class ImagePruneResponse(Model):
    """What ImagePrune removed, and the room it freed in bytes."""

    images_deleted: list[ImageDeleteResponseItem] = []
    space_reclaimed: int = 0


class ImageSearchResponseItem(SnakeModel):
    """A repository that Docker Hub found."""

    description: str = ""
    is_official: bool = False
    is_automated: bool = False  # deprecated in 1.44: always False
    name: str = ""
    star_count: int = 0


class AttestationStatement(Model):
    """An in-toto statement that is attached to an image."""

    descriptor: OCIDescriptor = Field(default_factory=OCIDescriptor)
    predicate_type: str = ""
    statement: JsonObject = {}  # as it was signed, where asked for
