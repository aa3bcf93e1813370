"""Which of several images a machine runs: the choice that docker makes."""

from __future__ import annotations

import platform as machine
from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument
from dockpy.options.platforms import ARCHITECTURES, platform_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dockpy.wire.oci import OCIDescriptor

__all__ = ["best", "check_platform", "choose", "fits", "here", "platform_of", "usable"]

_SYSTEMS = {"macos": "darwin"}
_ARM_VARIANTS = ("v8", "v7", "v6", "v5")
_ATTESTATION = "vnd.docker.reference.type"

Platform = tuple[str, str, str]
"""Operating system, architecture, variant, each as images have it; the usual variant is empty."""


def here() -> str:
    """This machine's platform, of containers: ``linux/amd64``."""
    return "/".join(part for part in normalized("linux", machine.machine()) if part)


def normalized(os: str, architecture: str, variant: str = "") -> Platform:
    """A platform as it is compared: 64-bit ARM is v8, 32-bit ARM is v7 unless they say otherwise."""
    os, architecture, variant = os.lower(), architecture.lower(), variant.lower()
    architecture, _, implied = ARCHITECTURES.get(architecture, architecture).partition("/")
    variant = variant or implied
    if variant.isdecimal():
        variant = f"v{variant}"
    if architecture == "arm":
        variant = variant or "v7"
    elif (architecture, variant) in (("arm64", "v8"), ("amd64", "v1")) or architecture == "386":
        variant = ""
    return _SYSTEMS.get(os, os), architecture, variant


def check_platform(platform: str | None) -> None:
    """See that it is a platform, or None.

    Raises:
        InvalidArgument: it is none.
    """
    if platform is not None:
        platform_name(platform)


def wanted_platform(platform: str | None) -> Platform:
    """A platform as it was asked for; what is left out is this machine's.

    Raises:
        InvalidArgument: it is none.
    """
    parts = platform_name(here() if platform is None else platform).split("/")
    if len(parts) == 1:
        parts = [parts[0], *here().split("/")[1:]]
    return normalized(*parts)


def platform_of(descriptor: OCIDescriptor) -> str:
    """The platform that a descriptor names, as it names it; empty where it names none.

    Attestations are for ``unknown/unknown``, which is none.
    """
    found = descriptor.get("platform")
    if not isinstance(found, dict):
        return ""
    parts = [found.get(key) for key in ("os", "architecture", "variant")]
    if not all(isinstance(part, str) and part and part != "unknown" for part in parts[:2]):
        return ""
    return "/".join(part for part in parts if isinstance(part, str) and part)


def usable(manifests: Iterable[OCIDescriptor]) -> list[OCIDescriptor]:
    """Those of an index that can be images: attestations are none."""
    return [item for item in manifests if not _is_attestation(item)]


def fits(wanted: str | None, offered: str) -> int | None:
    """How well a machine runs an image that is for some platform.

    Args:
        wanted: the machine's platform; None for this one.
        offered: the image's.

    Returns:
        0 for the best; None where it does not run it.
    """
    return _rank(wanted_platform(wanted), normalized(*offered.split("/")[:3])) if "/" in offered else None


def choose(manifests: Sequence[OCIDescriptor], platform: str | None, *, subject: str) -> OCIDescriptor:
    """The manifest for a platform.

    Args:
        manifests: of an index.
        platform: ``os[/arch[/variant]]``; None for this machine's, or the only one there is.
        subject: for the error.

    Raises:
        InvalidArgument: there is none for it.
    """
    candidates = usable(manifests)
    if found := best(candidates, platform):
        return found
    if platform is None and len(candidates) == 1:
        return candidates[0]
    offered = ", ".join(dict.fromkeys(platform_of(item) or "one that is not named" for item in candidates))
    asked = "this machine" if platform is None else repr(platform)
    raise InvalidArgument(
        f"platform={platform!r}: there is no image for {asked}",
        subject=subject,
        hint=f"There are images for: {offered}." if offered else "It has no image at all.",
    )


def best(candidates: Iterable[OCIDescriptor], platform: str | None) -> OCIDescriptor | None:
    """The one that suits a platform best, the first of equals; None where none does."""
    ranked = [(fits(platform, platform_of(item)), item) for item in candidates]
    suited = [(rank, item) for rank, item in ranked if rank is not None]
    return min(suited, key=lambda pair: pair[0])[1] if suited else None


def _rank(wanted: Platform, offered: Platform) -> int | None:
    if wanted[0] != offered[0]:
        return None
    runs = _runs(wanted[1], wanted[2])
    return runs.index(offered[1:]) if offered[1:] in runs else None


def _runs(architecture: str, variant: str) -> list[tuple[str, str]]:
    """What a processor runs, the best first, as docker takes it."""
    if architecture == "amd64":
        level = int(variant[1:]) if variant[1:].isdecimal() and len(variant) == 2 else 1
        own = [("amd64", f"v{number}") for number in range(level, 1, -1)]
        return list(dict.fromkeys([("amd64", variant), *own, ("amd64", ""), ("386", "")]))
    if architecture == "arm64":
        narrow = [("arm", older) for older in _ARM_VARIANTS]
        return list(dict.fromkeys([("arm64", variant), ("arm64", ""), *narrow]))
    if architecture == "arm" and variant in _ARM_VARIANTS:
        return [("arm", older) for older in _ARM_VARIANTS[_ARM_VARIANTS.index(variant) :]]
    return [(architecture, variant)]


def _is_attestation(descriptor: OCIDescriptor) -> bool:
    annotations, platform = descriptor.get("annotations"), descriptor.get("platform")
    if isinstance(annotations, dict) and annotations.get(_ATTESTATION) == "attestation-manifest":
        return True
    return isinstance(platform, dict) and platform.get("os") == platform.get("architecture") == "unknown"
