"""The programs of the hub's images, by the name that their files have (``\\x7fELFdockpy:<name>``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockpy.fake.kernel.process import Code

__all__ = ["PROGRAMS"]

PROGRAMS: dict[str, Code] = {}
"""Besides the shell and busybox's applets."""
