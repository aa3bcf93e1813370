"""From one daemon to another: images, volumes, networks and containers, streamed through this process."""

from __future__ import annotations

from dockpy.transfer.plan import Plan, Step
from dockpy.transfer.progress import CopyProgress

__all__ = ["CopyProgress", "Plan", "Step"]
