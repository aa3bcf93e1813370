"""Platforms: ``os[/arch[/variant]]``."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument
from dockpy.options.values import string_list

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ARCHITECTURES", "platform_json", "platform_name", "platforms_json"]

ARCHITECTURES: dict[str, str] = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "armhf": "arm/v7",
    "armv7l": "arm/v7",
    "armel": "arm/v6",
    "armv6l": "arm/v6",
    "i386": "386",
    "i686": "386",
}
"""Architectures as uname and others call them, and as images do; some mean a variant as well."""

_PLATFORM = re.compile(r"[a-z0-9_.-]+(?:/[a-z0-9_.-]+){0,2}", re.IGNORECASE | re.ASCII)


def platform_name(platform: str) -> str:
    """The platform as the text that other operations take.

    Raises:
        InvalidArgument: it is no platform.
    """
    if not isinstance(platform, str) or not _PLATFORM.fullmatch(platform):
        raise InvalidArgument(f"platform={platform!r}: it takes os[/arch[/variant]], such as 'linux/arm64'")
    return platform


def platform_json(platform: str | None) -> str | None:
    """The platform as the JSON object that newer operations take: ``linux/arm64`` → its os and architecture.

    Raises:
        InvalidArgument: it is no platform.
    """
    if platform is None:
        return None
    names = ("os", "architecture", "variant")
    return json.dumps(
        dict(zip(names, platform_name(platform).split("/"), strict=False)), separators=(",", ":")
    )


def platforms_json(option: str, platforms: str | Sequence[str] | None) -> list[str] | None:
    """One platform, or several, as a list of such JSON objects.

    Args:
        option: the option's name, for errors.
        platforms: the platform or platforms.

    Raises:
        InvalidArgument: one is no platform.
    """
    if platforms is None:
        return None
    return [str(platform_json(platform)) for platform in string_list(option, platforms)]
