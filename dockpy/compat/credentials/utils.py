"""The environment of a credential helper."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["create_environment_dict"]


def create_environment_dict(overrides: Mapping[str, str] | None) -> dict[str, str]:
    """This process' environment, with other values."""
    return {**os.environ, **(overrides or {})}
