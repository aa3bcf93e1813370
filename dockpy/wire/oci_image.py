"""The configuration of an image, as registries and archives hold it: what runs, on which layers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import Name, SnakeModel
from dockpy.wire.images import ImageConfig

__all__ = ["OCIHistory", "OCIImage", "OCIRootFS"]


class OCIRootFS(SnakeModel):
    """The layers of an image, lowest first, by the digests of their uncompressed tars."""

    type: str | None = None  # layers
    diff_ids: list[str] = []


class OCIHistory(SnakeModel):
    """One step by which an image was made."""

    created: str | None = None
    created_by: str | None = None
    author: str | None = None
    comment: str | None = None
    empty_layer: bool | None = None  # the step changed the config only


class OCIImage(SnakeModel):
    """The configuration of an image; its digest is the image's id."""

    created: str | None = None
    author: str | None = None
    architecture: str | None = None
    os: str | None = None
    os_version: Annotated[str | None, Name("os.version")] = None
    os_features: Annotated[list[str], Name("os.features")] = []
    variant: str | None = None
    config: ImageConfig = Field(default_factory=ImageConfig)
    rootfs: OCIRootFS = Field(default_factory=OCIRootFS)
    history: list[OCIHistory] = []
