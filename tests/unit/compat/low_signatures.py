"""The public names of docker-py and of dockpy.compat, and how they are called."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

__all__ = ["LOW", "of_module"]

RECORDED = "docker"
LOW = (
    *(
        "api",
        "api.build",
        "api.client",
        "api.config",
        "api.container",
        "api.daemon",
        "api.exec_api",
        "api.image",
    ),
    *(
        "api.network",
        "api.plugin",
        "api.secret",
        "api.service",
        "api.swarm",
        "api.volume",
        "auth",
        "constants",
    ),
    *("context", "context.api", "context.config", "context.context", "credentials", "credentials.constants"),
    *("credentials.errors", "credentials.store", "credentials.utils", "errors", "tls", "transport"),
    *("transport.unixconn", "types", "types.base", "types.containers", "types.daemon"),
    *("types.healthcheck", "types.networks", "types.services", "types.swarm", "utils", "utils.build"),
    *("utils.config", "utils.decorators", "utils.fnmatch", "utils.json_stream", "utils.ports", "utils.proxy"),
    *("utils.socket", "utils.utils", "version"),
)
"""The modules of the low-level half."""


def of_module(library: str, path: str) -> dict[str, Any]:
    """The public names of a module: a function's parameters, a class' bases and members.

    Of a module those that it defines, of a package those of its modules too.
    """
    module = importlib.import_module(f"{library}.{path}")
    return {
        name: described(library, value)
        for name, value in sorted(vars(module).items())
        if not name.startswith("_")
        and not inspect.ismodule(value)
        and (getattr(value, "__module__", None) or "").startswith(library)
        and (library != RECORDED or hasattr(module, "__path__") or value.__module__ == f"{library}.{path}")
    }


def described(library: str, value: Any) -> Any:
    if inspect.isclass(value):
        members = {
            name: described(library, getattr(value, name)) if callable(getattr(value, name)) else "attribute"
            for name in dir(value)
            if not name.startswith("_") and belongs(library, value, name)
        }
        return {
            "parameters": [] if value.__name__.endswith("ApiMixin") else parameters(value),
            "members": members,
        }
    return parameters(value) if callable(value) else "value"


def belongs(library: str, cls: type, name: str) -> bool:
    """Whether a member is the library's, and not of a class that it stands on."""
    owner = next(kind for kind in cls.__mro__ if name in vars(kind))
    return owner.__module__.startswith(library)


def parameters(function: Any) -> list[str]:
    """Name, kind and default of each parameter."""
    try:
        signature = inspect.signature(function)
    except ValueError:
        return []
    return [
        f"{'*' * (parameter.kind.value // 2 if parameter.kind.value in (2, 4) else 0)}{parameter.name}"
        + ("" if parameter.default is parameter.empty else f"={shown(parameter.default)}")
        for parameter in signature.parameters.values()
    ]


def shown(default: Any) -> str:
    return default.__name__ if callable(default) else repr(default)
