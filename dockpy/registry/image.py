"""One image in a registry, for one platform: its manifest and its configuration."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dockpy.errors import InvalidArgument, InvalidResponse, ResponseTooLarge
from dockpy.registry.digests import check_content
from dockpy.registry.manifest import Manifest, read_document
from dockpy.registry.scope import pulling
from dockpy.wire.document import Document
from dockpy.wire.history import instruction_of
from dockpy.wire.oci import DOCKER_CONFIG, OCI_CONFIG
from dockpy.wire.times import parse_time

if TYPE_CHECKING:
    from datetime import datetime

    from dockpy.registry.session import RegistrySession
    from dockpy.wire.oci_image import OCIHistory, OCIImage

__all__ = ["Layer", "RegistryImage", "get_image"]

_LARGEST = 8 * 1024 * 1024
# Docker before 1.10 called configurations octet streams.
_CONFIGS = frozenset({DOCKER_CONFIG, OCI_CONFIG, "application/octet-stream", ""})


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of an image in a registry.

    Attributes:
        digest: of the blob, as it is stored and sent.
        size: bytes of the blob, which usually is compressed.
        media_type: what the blob is.
        diff_id: the digest of its uncompressed tar, by which engines know the layer; None where it is not
            told.
        instruction: what made it, such as ``RUN make``; None where it cannot be told.
        created: when it was made.
        comment: what its maker noted.
    """

    digest: str
    size: int
    media_type: str
    diff_id: str | None = None
    instruction: str | None = None
    created: datetime | None = None
    comment: str = ""


class RegistryImage:
    """An image in a registry, for one platform.

    Attributes:
        manifest: its manifest.
        config: its configuration, typed by attribute and raw by key.
    """

    def __init__(self, manifest: Manifest, config: OCIImage) -> None:
        self.manifest: Manifest = manifest
        self.config: OCIImage = config

    @property
    def reference(self) -> str:
        """The name that it was asked for by."""
        return self.manifest.reference

    @property
    def digest(self) -> str:
        """The digest of its manifest, by which it is pulled."""
        return self.manifest.digest

    @property
    def id(self) -> str:
        """The digest of its configuration: the image's id on most engines."""
        config = self.manifest.config
        return config.digest if config is not None else ""

    @property
    def short_id(self) -> str:
        """The id's first 12 hex digits."""
        return self.id.partition(":")[2][:12]

    @cached_property
    def layers(self) -> list[Layer]:
        """Its layers, lowest first: what each is, and which instruction made it.

        Raises:
            InvalidResponse: the configuration tells of other layers than the manifest.
        """
        diff_ids = self._list(self._section("rootfs").get("diff_ids"))
        steps = [step for step in self._steps() if not step.get("empty_layer")]
        blobs = self.manifest.layers
        if len(diff_ids) != len(blobs):
            raise InvalidResponse(
                f"The manifest has {len(blobs)} layers, the configuration {len(diff_ids)}",
                subject=f"image {self.reference}",
            )
        if len(steps) != len(blobs):  # which step made which layer nobody can tell
            steps = [{} for _ in blobs]
        return [
            Layer(
                blob.digest,
                blob.size,
                blob.media_type,
                str(diff_id),
                instruction_of(_text(step.get("created_by"))) or None,
                parse_time(step.get("created")),
                _text(step.get("comment")),
            )
            for blob, diff_id, step in zip(blobs, diff_ids, steps, strict=True)
        ]

    @property
    def size(self) -> int:
        """Bytes that its layers take in the registry; on an engine, unpacked, they take more."""
        return sum(layer.size for layer in self.manifest.layers)

    @property
    def history(self) -> list[OCIHistory]:
        """The steps by which it was made, the first one first."""
        return [Document.of(step, "oci_image.OCIHistory") for step in self._steps()]

    @property
    def os(self) -> str:
        """The operating system that it is for."""
        return _text(self.config.get("os"))

    @property
    def architecture(self) -> str:
        """The processors that it is for, such as ``amd64``."""
        return _text(self.config.get("architecture"))

    @property
    def platform(self) -> str:
        """What it is for, as ``os/architecture[/variant]``."""
        variant = _text(self.config.get("variant"))
        return "/".join(part for part in (self.os, self.architecture, variant) if part)

    @property
    def created(self) -> datetime | None:
        """When it was built."""
        return parse_time(self.config.get("created"))

    @property
    def author(self) -> str:
        """Who made it."""
        return _text(self.config.get("author"))

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        found = self._section("config").get("Labels")
        return {name: _text(value) for name, value in found.items()} if isinstance(found, dict) else {}

    @property
    def env(self) -> dict[str, str]:
        """The environment that a container of it starts with."""
        entries = self._list(self._section("config").get("Env"))
        return {name: value for name, _, value in (_text(entry).partition("=") for entry in entries)}

    @property
    def entrypoint(self) -> list[str]:
        """What a container of it runs, before the command."""
        return [_text(word) for word in self._list(self._section("config").get("Entrypoint"))]

    @property
    def command(self) -> list[str]:
        """What a container of it runs, or the arguments of the entrypoint."""
        return [_text(word) for word in self._list(self._section("config").get("Cmd"))]

    @property
    def working_dir(self) -> str:
        """Where it runs."""
        return _text(self._section("config").get("WorkingDir"))

    @property
    def user(self) -> str:
        """As whom it runs; empty for root."""
        return _text(self._section("config").get("User"))

    @property
    def exposed_ports(self) -> list[str]:
        """The ports that it serves, such as ``80/tcp``."""
        found = self._section("config").get("ExposedPorts")
        return sorted(found) if isinstance(found, dict) else []

    def __eq__(self, other: object) -> bool:
        return self.manifest == other.manifest if isinstance(other, RegistryImage) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.manifest)

    def __repr__(self) -> str:
        return f"<RegistryImage: {self.reference!r} {self.platform} {self.short_id}>"

    def _section(self, name: str) -> dict[str, Any]:
        found = self.config.get(name)
        return found if isinstance(found, dict) else {}

    def _steps(self) -> list[dict[str, Any]]:
        return [step for step in self._list(self.config.get("history")) if isinstance(step, dict)]

    @staticmethod
    def _list(value: Any) -> list[Any]:
        return value if isinstance(value, list) else []


def get_image(session: RegistrySession, repository: str, manifest: Manifest) -> RegistryImage:
    """Fetch the configuration of an image, verified.

    Args:
        session: the registry.
        repository: where the image is.
        manifest: its manifest, no index.

    Raises:
        InvalidArgument: it is an artifact, no image.
        DigestMismatch: the configuration is not what its digest says.
        ResponseTooLarge: it has more than 8 MiB.
        InvalidResponse: it is none.
    """
    subject = f"image {manifest.reference}"
    config = manifest.config
    if config is None or config.media_type not in _CONFIGS:
        kind = manifest.artifact_type or (config.media_type if config is not None else manifest.media_type)
        raise InvalidArgument(
            f"It is no image, but an artifact of the type {kind!r}",
            subject=subject,
            hint="manifest() and blob() give what it consists of.",
        )
    if config.size > _LARGEST:
        raise ResponseTooLarge(
            f"Its configuration has {config.size} bytes, more than {_LARGEST}",
            subject=subject,
            daemon=session.url,
        )
    path = f"/v2/{repository}/blobs/{config.digest}"
    try:
        answer = session.call("GET", path, scope=pulling(repository), subject=subject, limit=_LARGEST)
        what = "The configuration is not what its digest says"
        check_content(answer.content, config.digest, subject=subject, what=what)
        raw = read_document(answer.content, subject=subject, what="The configuration")
    except InvalidResponse as error:
        raise error.at(operation=f"GET {path}", subject=subject, daemon=session.url) from None
    return RegistryImage(manifest, Document.of(raw, "oci_image.OCIImage"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
