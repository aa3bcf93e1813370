"""An image: what its configuration says, on which layers."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dockpy.fake.blobs import Blob
from dockpy.fake.files import merge
from dockpy.fake.kernel.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.fake.files import Layer, Tree

__all__ = ["Image", "chain_ids", "config_blob", "merged", "nanoseconds"]


class Image:
    """An image as a daemon has it.

    Attributes:
        blob: the configuration's document; its digest is the image's id.
        config: what it says, as JSON: ``config``, ``rootfs``, ``history``, ``architecture`` …
        layers: lowest first.
        parent: the id of the image that it was made from here, or empty.
        last_tag_time: nanoseconds since 1970; None where it never got a name on this daemon.
    """

    __slots__ = ("blob", "config", "last_tag_time", "layers", "parent")

    def __init__(self, blob: Blob, layers: Sequence[Layer], *, parent: str = "") -> None:
        self.blob: Blob = blob
        self.config: dict[str, Any] = json.loads(blob.read())
        self.layers: tuple[Layer, ...] = tuple(layers)
        self.parent: str = parent
        self.last_tag_time: int | None = None

    @property
    def id(self) -> str:
        """``sha256:…``."""
        return self.blob.digest

    @property
    def settings(self) -> dict[str, Any]:
        """What a container of it starts from: ``Cmd``, ``Env`` …"""
        return self.config.get("config") or {}

    @property
    def history(self) -> list[dict[str, Any]]:
        """The steps by which it was made, the first one first."""
        return self.config.get("history") or []

    @property
    def diff_ids(self) -> list[str]:
        """The digests of its layers' uncompressed tars, lowest first."""
        return [layer.diff_id for layer in self.layers]

    @property
    def size(self) -> int:
        """Of all files of all layers, in bytes."""
        return sum(layer.size for layer in self.layers)

    @property
    def created(self) -> str:
        """When it was made, as its configuration has it; empty where that does not say."""
        return self.config.get("created") or ""

    @property
    def created_at(self) -> int:
        """When it was made, in nanoseconds since 1970; 0 where it does not say."""
        return nanoseconds(self.created)

    @property
    def author(self) -> str:
        """Who made it."""
        return self.config.get("author") or ""

    @property
    def comment(self) -> str:
        """What was said at its making: the last step's comment."""
        return self.config.get("comment") or next(
            (step.get("comment") or "" for step in reversed(self.history)), ""
        )

    @property
    def os(self) -> str:
        """``linux``."""
        return self.config.get("os") or ""

    @property
    def architecture(self) -> str:
        """``amd64`` …"""
        return self.config.get("architecture") or ""

    @property
    def variant(self) -> str:
        """Of an ARM: ``v7`` …; else empty."""
        return self.config.get("variant") or ""

    @property
    def platform(self) -> str:
        """``linux/amd64``."""
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return self.settings.get("Labels") or {}

    def tree(self) -> Tree:
        """Its files."""
        return merged(self.layers)

    def __repr__(self) -> str:
        return f"Image({self.id})"


@lru_cache(maxsize=64)
def merged(layers: tuple[Layer, ...]) -> Tree:
    """What layers are together: made once for all daemons."""
    return merge(layers)


def config_blob(config: Mapping[str, Any]) -> Blob:
    """A configuration's document: the same bytes for the same values in the same order."""
    text = json.dumps(config, separators=(",", ":"), ensure_ascii=False)
    # As Go writes it: safe to stand in a page.
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Blob.of(text.encode())


def chain_ids(diff_ids: Sequence[str]) -> list[str]:
    """What names each layer together with all below it."""
    chain: list[str] = []
    for diff_id in diff_ids:
        chain.append(Blob.of(f"{chain[-1]} {diff_id}".encode()).digest if chain else diff_id)
    return chain


def nanoseconds(text: str) -> int:
    """A time of a configuration, in nanoseconds since 1970; 0 for none, and for what is no time."""
    whole, _, rest = text.partition(".")
    digits = rest.rstrip("Z").partition("+")[0].partition("-")[0]
    try:
        moment = datetime.fromisoformat(text if not rest else whole + rest[len(digits) :])
        return int(moment.timestamp()) * SECOND + int(digits.ljust(9, "0")[:9] or "0")
    except ValueError:
        return 0
