"""Where contexts are kept, and which of them is the current one."""

from __future__ import annotations

import hashlib
import json
import os

from dockpy.compat.constants import DEFAULT_UNIX_SOCKET, IS_WINDOWS_PLATFORM
from dockpy.compat.utils.config import find_config_file
from dockpy.compat.utils.host import parse_host

__all__ = [
    "METAFILE",
    "get_context_dir",
    "get_context_host",
    "get_context_id",
    "get_current_context_name",
    "get_meta_dir",
    "get_meta_file",
    "get_tls_dir",
    "write_context_name_to_docker_config",
]

METAFILE = "meta.json"


def get_current_context_name() -> str:
    """The name that config.json says, else ``default``."""
    path = find_config_file()
    if path is None:
        return "default"
    try:
        with open(path) as file:
            return str(json.load(file).get("currentContext", "default"))
    except (OSError, ValueError, AttributeError):
        return "default"


def write_context_name_to_docker_config(name: str | None = None) -> Exception | None:
    """Make a context the current one; what went wrong, or None."""
    path, config = find_config_file(), {}
    try:
        if path:
            with open(path) as file:
                config = json.load(file)
        if name and name != "default":
            config["currentContext"] = name
        elif not config.pop("currentContext", None):
            return None
        with open(path or "", "w") as file:
            json.dump(config, file, indent=4)
    except (OSError, ValueError) as error:
        return error
    return None


def get_context_id(name: str) -> str:
    """The name of a context's folder."""
    return hashlib.sha256(name.encode("utf-8")).hexdigest()


def get_context_dir() -> str:
    """The folder of all contexts, beside config.json."""
    return os.path.join(os.path.dirname(find_config_file() or ""), "contexts")


def get_meta_dir(name: str | None = None) -> str:
    """The folder of contexts' settings, or that of one."""
    folder = os.path.join(get_context_dir(), "meta")
    return os.path.join(folder, get_context_id(name)) if name else folder


def get_meta_file(name: str) -> str:
    """The file of a context's settings."""
    return os.path.join(get_meta_dir(name), METAFILE)


def get_tls_dir(name: str | None = None, endpoint: str = "") -> str:
    """The folder of contexts' TLS files, or that of one."""
    folder = os.path.join(get_context_dir(), "tls")
    return os.path.join(folder, get_context_id(name), endpoint) if name else folder


def get_context_host(path: str | None = None, tls: bool = False) -> str:
    """A daemon's address as a context has it."""
    host = parse_host(path, IS_WINDOWS_PLATFORM, tls)
    return host.removeprefix("http+") if host == DEFAULT_UNIX_SOCKET else host
