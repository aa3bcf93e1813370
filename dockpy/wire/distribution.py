"""What an engine learns of an image from its registry, without pulling it."""

from __future__ import annotations

from pydantic import Field

from dockpy.wire.base import Model
from dockpy.wire.oci import OCIDescriptor, OCIPlatform

__all__ = ["DistributionInspect"]


class DistributionInspect(Model):
    """The manifest or index behind an image's name, and the platforms it is for."""

    descriptor: OCIDescriptor = Field(default_factory=OCIDescriptor)
    platforms: list[OCIPlatform] = []
