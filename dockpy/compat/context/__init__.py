"""docker-py's contexts."""

from __future__ import annotations

from dockpy.compat.context.api import ContextAPI
from dockpy.compat.context.context import Context

__all__ = ["Context", "ContextAPI"]
