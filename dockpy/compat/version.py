"""The version of docker-py that these modules answer for."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "7.2.0"
