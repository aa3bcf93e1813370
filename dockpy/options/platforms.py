"""Platforms: ``os[/arch[/variant]]``."""

from __future__ import annotations

import json
import re

from dockpy.errors import InvalidArgument

__all__ = ["platform_json"]

_PLATFORM = re.compile(r"[a-z0-9_.-]+(?:/[a-z0-9_.-]+){0,2}", re.IGNORECASE)


def platform_json(platform: str | None) -> str | None:
    """The platform as the JSON object that newer operations take: ``linux/arm64`` → its os and architecture.

    Raises:
        InvalidArgument: it is no platform.
    """
    if platform is None:
        return None
    if not _PLATFORM.fullmatch(platform):
        raise InvalidArgument(f"platform={platform!r}: it takes os[/arch[/variant]], such as 'linux/arm64'")
    names = ("os", "architecture", "variant")
    return json.dumps(dict(zip(names, platform.split("/"), strict=False)), separators=(",", ":"))
