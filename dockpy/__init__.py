"""The Docker Engine from Python: every object typed, every daemon from one program.

    import dockpy

    client = dockpy.from_env()
    print(client.containers.run("busybox", ["echo", "hi"]))

Names are loaded when they are first used: ``import dockpy`` costs next to nothing.
"""

from __future__ import annotations

import importlib

from dockpy._version import __version__

TYPE_CHECKING = False  # type checkers take it for True; importing typing would cost more than all the rest
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
    from dockpy.resources.container import Container
    from dockpy.resources.image import Image
    from dockpy.resources.network import Network
    from dockpy.resources.output import RunOutput
    from dockpy.resources.volume import Volume
    from dockpy.transport.caller import Hooks

__all__ = [
    "TLS",
    "APIError",
    "ApiError",
    "BadParameter",
    "BuildError",
    "Client",
    "ConfigError",
    "Conflict",
    "ConnectionFailed",
    "Container",
    "ContainerError",
    "ContextNotFound",
    "Credentials",
    "DockerException",
    "DockpyError",
    "Forbidden",
    "Hooks",
    "Image",
    "ImageLoadError",
    "ImageNotFound",
    "ImageReference",
    "InvalidArgument",
    "InvalidEndpoint",
    "InvalidReference",
    "InvalidResponse",
    "Network",
    "NotFound",
    "PullError",
    "PushError",
    "RunOutput",
    "ServerError",
    "StreamError",
    "TimedOut",
    "Unauthorized",
    "VersionMismatch",
    "Volume",
    "__version__",
    "errors",
    "from_env",
    "ops",
]

_HOMES = {
    "Client": "client",
    "Container": "resources.container",
    "Credentials": "config.credentials",
    "Hooks": "transport.caller",
    "Image": "resources.image",
    "ImageReference": "reference",
    "Network": "resources.network",
    "RunOutput": "resources.output",
    "TLS": "config.tls",
    "Volume": "resources.volume",
    "from_env": "client",
}
"""Where a name is defined; names that are not here are errors."""

_MODULES = ("errors", "ops")


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'dockpy' has no attribute {name!r}")
    if name in _MODULES:
        value: object = importlib.import_module(f"dockpy.{name}")
    else:
        value = getattr(importlib.import_module(f"dockpy.{_HOMES.get(name, 'errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
