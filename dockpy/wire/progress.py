"""The messages by which an engine tells how a pull, push, build or load goes.

Whatever goes wrong once the stream has begun comes as a message with `error_detail`, under the status 200.
"""

from __future__ import annotations

from typing import Annotated

from dockpy.wire.base import CamelModel, Model, Name, SnakeModel, Until
from dockpy.wire.common import ErrorDetail
from dockpy.wire.oci import OCIDescriptor

__all__ = [
    "BuildInfo",
    "CreateImageInfo",
    "ImageID",
    "LoadImageInfo",
    "ProgressDetail",
    "ProgressMessage",
    "PushImageInfo",
    "PushResult",
]


class ProgressDetail(SnakeModel):
    """How far it is, in bytes where no units are named; empty where the message tells no progress."""

    current: int | None = None
    total: int | None = None  # None where nobody knows
    start: int | None = None  # seconds since 1970
    hide_counts: Annotated[bool | None, Name("hidecounts")] = None
    units: str | None = None


class ProgressMessage(CamelModel):
    """What all the messages may say."""

    id: str | None = None  # what the message is about: a layer's short digest, a tag
    status: str | None = None
    progress: Annotated[str | None, Until("1.52")] = None  # deprecated: a bar, drawn with characters
    progress_detail: ProgressDetail | None = None
    error: str | None = None  # deprecated: the message of error_detail
    error_detail: ErrorDetail | None = None


class CreateImageInfo(ProgressMessage):
    """A message of a pull or an import. The last one of an import has the image's id for its status."""


class PushResult(Model):
    """What a push made in the registry, or why it made less than it was asked for."""

    tag: str | None = None
    digest: str | None = None
    size: int | None = None  # of the manifest, in bytes

    # Of an image with several platforms: one was pushed in place of all, or content of some is not here
    manifest_pushed_instead_of_index: Annotated[bool | None, Name("manifestPushedInsteadOfIndex")] = None
    original_index: Annotated[OCIDescriptor | None, Name("originalIndex")] = None
    selected_manifest: Annotated[OCIDescriptor | None, Name("selectedManifest")] = None
    content_missing: Annotated[bool | None, Name("contentMissing")] = None
    desc: Annotated[OCIDescriptor | None, Name("desc")] = None


class PushImageInfo(ProgressMessage):
    """A message of a push; the last one has the result."""

    aux: PushResult | None = None


class LoadImageInfo(ProgressMessage):
    """A message of a load; `stream` names what was loaded."""

    stream: str | None = None


class ImageID(Model):
    """The id of the image that a build made."""

    id: Annotated[str | None, Name("ID")] = None


class BuildInfo(ProgressMessage):
    """A message of a build.

    `aux` is the image's id. In messages with the id ``moby.buildkit.trace`` it is BuildKit's own status, a
    protocol buffer in base64.
    """

    stream: str | None = None  # output, as it comes
    aux: str | ImageID | None = None
