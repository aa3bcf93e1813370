"""Platforms: how they are written, and which image is for one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.state.image import Image

__all__ = ["HOST", "Platform", "mismatch", "parse_json", "parse_platform"]

_OSES = {
    "linux",
    "windows",
    "darwin",
    "freebsd",
    "netbsd",
    "openbsd",
    "solaris",
    "plan9",
    "android",
    "wasip1",
}
_SAME = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386", "armhf": "arm"}
_ARCHITECTURES = {
    *("386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le"),
    *("riscv64", "s390x", "wasm"),
}


@dataclass(frozen=True, slots=True)
class Platform:
    """An operating system and a machine; what is empty is not asked for."""

    os: str = ""
    architecture: str = ""
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    def fits(self, other: Platform) -> bool:
        """Whether what is made for the other is what was asked for."""
        return (
            self.os in ("", other.os)
            and self.architecture in ("", other.architecture)
            and (not self.variant or not other.variant or self.variant == other.variant)
        )

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Platform:
        """A platform as OCI documents have it."""
        return cls(value.get("os") or "", value.get("architecture") or "", value.get("variant") or "")

    @classmethod
    def of_image(cls, image: Image) -> Platform:
        """What an image is made for."""
        return cls(image.os, image.architecture, image.variant)


HOST = Platform("linux", "amd64")


def parse_platform(text: str, api: str = "1.51") -> Platform | None:
    """``linux/arm/v7``, ``linux`` or ``arm64``; None for nothing.

    Args:
        text: the platform.
        api: the engine's newest version: they word one text differently.

    Raises:
        Failure: 400, it is none.
    """
    if not text:
        return None
    parts = text.lower().split("/")
    pattern = "^[A-Za-z0-9_.-]+$" if at_least(api, "1.42") else "^[A-Za-z0-9_-]+$"
    for part in parts:
        if not re.match(pattern, part):
            raise Failure(
                400,
                f'"{part}" is an invalid component of "{text}": platform specifier component must match '
                f'"{pattern}": invalid argument',
            )
    if len(parts) > 3:
        raise Failure(400, f'"{text}": cannot parse platform specifier: invalid argument')
    if len(parts) == 1:
        only = _SAME.get(parts[0], parts[0])
        if only in _OSES:
            return Platform(only, HOST.architecture)
        if only in _ARCHITECTURES:
            return Platform(HOST.os, only)
        raise Failure(400, f'"{text}": unknown operating system or architecture: invalid argument')
    architecture = _SAME.get(parts[1], parts[1])
    variant = parts[2] if len(parts) == 3 else ""
    return Platform(parts[0], architecture, "" if (architecture, variant) == ("arm64", "v8") else variant)


def parse_json(text: str) -> Platform | None:
    """A platform as JSON, as newer operations take it; None for nothing.

    Raises:
        Failure: 400, it is none.
    """
    if not text:
        return None
    try:
        value = json.loads(text)
    except ValueError:
        raise Failure(
            400, f"failed to parse platform: invalid character '{text[:1]}' looking for beginning of value"
        ) from None
    if not isinstance(value, dict) or not all(isinstance(part, str) for part in value.values() if part):
        raise Failure(
            400, "failed to parse platform: json: cannot unmarshal into Go value of type v1.Platform"
        )
    found = Platform.of(value)
    if found.variant and not (found.os and found.architecture):
        raise Failure(400, "both OS and Architecture must be provided")
    return found


def mismatch(reference: str, wanted: Platform, found: Platform, api: str) -> str:
    """What an engine says where an image is for another platform."""
    if at_least(api, "1.44"):
        return (
            f"image with reference {reference} was found but its platform ({found}) does not match the "
            f"specified platform ({wanted})"
        )
    return (
        f"image with reference {reference} was found but does not match the specified platform: "
        f"wanted {wanted}, actual: {found}"
    )
