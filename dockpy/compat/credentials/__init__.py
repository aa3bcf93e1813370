"""docker-py's credential helpers."""

from __future__ import annotations

from dockpy.compat.credentials.constants import (
    DEFAULT_LINUX_STORE,
    DEFAULT_OSX_STORE,
    DEFAULT_WIN32_STORE,
    PROGRAM_PREFIX,
)
from dockpy.compat.credentials.errors import CredentialsNotFound, StoreError
from dockpy.compat.credentials.store import Store

__all__ = [
    "DEFAULT_LINUX_STORE",
    "DEFAULT_OSX_STORE",
    "DEFAULT_WIN32_STORE",
    "PROGRAM_PREFIX",
    "CredentialsNotFound",
    "Store",
    "StoreError",
]
