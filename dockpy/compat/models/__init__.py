"""The objects of docker-py's high-level API, one noun a module."""

from __future__ import annotations

__all__: list[str] = []
