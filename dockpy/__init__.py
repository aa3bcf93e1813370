"""The Docker Engine from Python: every object typed, every daemon from one program.

    import dockpy

    client = dockpy.from_env()
    print(client.containers.run("busybox", ["echo", "hi"]))

Names are loaded when they are first used: ``import dockpy`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from dockpy._version import __version__

if TYPE_CHECKING:
    from dockpy import errors, ops
    from dockpy.client import Client, from_env
    from dockpy.config.credentials import Credentials
    from dockpy.config.tls import TLS
    from dockpy.errors import (
        APIError,
        ApiError,
        BadParameter,
        BuildError,
        ConfigError,
        Conflict,
        ConnectionFailed,
        ContainerError,
        ContextNotFound,
        DockerException,
        DockpyError,
        Forbidden,
        ImageLoadError,
        ImageNotFound,
        InvalidArgument,
        InvalidEndpoint,
        InvalidReference,
        InvalidResponse,
        NotFound,
        PullError,
        PushError,
        ServerError,
        StreamError,
        TimedOut,
        Unauthorized,
        VersionMismatch,
    )
    from dockpy.reference import ImageReference
    from dockpy.resources.containers import Container
    from dockpy.resources.images import Image
    from dockpy.resources.networks import Network
    from dockpy.resources.output import RunOutput
    from dockpy.resources.volumes import Volume
    from dockpy.transport.caller import Hooks

_NAMES = {
    "Client": "client",
    "Container": "resources.containers",
    "Credentials": "config.credentials",
    "Hooks": "transport.caller",
    "Image": "resources.images",
    "ImageReference": "reference",
    "Network": "resources.networks",
    "RunOutput": "resources.output",
    "TLS": "config.tls",
    "Volume": "resources.volumes",
    "from_env": "client",
}
_ERRORS = (
    "APIError", "ApiError", "BadParameter", "BuildError", "ConfigError", "Conflict", "ConnectionFailed",
    "ContainerError", "ContextNotFound", "DockerException", "DockpyError", "Forbidden", "ImageLoadError",
    "ImageNotFound", "InvalidArgument", "InvalidEndpoint", "InvalidReference", "InvalidResponse", "NotFound",
    "PullError", "PushError", "ServerError", "StreamError", "TimedOut", "Unauthorized", "VersionMismatch",
)  # fmt: skip
_MODULES = ("errors", "ops")

__all__ = [  # noqa: PLE0604 - a test holds it against the list of public names
    "__version__",
    *sorted(_NAMES),
    *_ERRORS,
    *_MODULES,
]


def __getattr__(name: str) -> object:
    if name in _NAMES:
        value: object = getattr(importlib.import_module(f"dockpy.{_NAMES[name]}"), name)
    elif name in _ERRORS:
        value = getattr(importlib.import_module("dockpy.errors"), name)
    elif name in _MODULES:
        value = importlib.import_module(f"dockpy.{name}")
    else:
        raise AttributeError(f"module 'dockpy' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
