"""Registries by their own API, the OCI distribution specification: no daemon takes part.

`scope` says what is to be done, `session` sends requests; everything else is built on these two.
"""

from __future__ import annotations

__all__: list[str] = []
