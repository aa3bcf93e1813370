"""The docker command's environment, as far as it counts here.

Every function takes the environment as a mapping, so that a program can ask about another one than its own. A
variable that is set but empty counts as not set, as it does for the docker command.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument
from dockpy.version import parse_version

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["WINDOWS", "api_version", "config_dir", "default_platform", "default_sockets", "home_dir"]

WINDOWS = os.name == "nt"
"""Whether this is Windows, where engines listen at named pipes."""


def home_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The user's home directory, by `environ` where it says.

    Args:
        environ: the environment to ask.
    """
    home = environ.get("USERPROFILE" if WINDOWS else "HOME")
    return Path(home or os.path.expanduser("~"))


def config_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the docker command keeps ``config.json`` and its contexts: ``DOCKER_CONFIG``, else ``~/.docker``.

    Args:
        environ: the environment to ask.
    """
    directory = environ.get("DOCKER_CONFIG")
    return Path(directory) if directory else home_dir(environ) / ".docker"


def api_version(environ: Mapping[str, str] = os.environ) -> str | None:
    """The API version that ``DOCKER_API_VERSION`` fixes, such as ``1.44``; None where it fixes none.

    Args:
        environ: the environment to ask.

    Raises:
        InvalidArgument: what is set is not an API version.
    """
    text = environ.get("DOCKER_API_VERSION")
    if not text:
        return None
    try:
        major, minor = parse_version(text)
    except InvalidArgument as error:
        raise InvalidArgument(f"DOCKER_API_VERSION: {error.message}") from None
    return f"{major}.{minor}"


def default_platform(environ: Mapping[str, str] = os.environ) -> str | None:
    """The platform that ``DOCKER_DEFAULT_PLATFORM`` asks for, such as ``linux/arm64``; else None.

    Args:
        environ: the environment to ask.
    """
    return environ.get("DOCKER_DEFAULT_PLATFORM") or None


def default_sockets(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The paths where a local engine usually listens, the likeliest first.

    Docker's own socket, the one of a rootless engine, those of Docker Desktop; on Windows the named pipe.

    Args:
        environ: the environment to ask.
    """
    if WINDOWS:
        return ("//./pipe/docker_engine",)
    home = home_dir(environ)
    runtime = environ.get("XDG_RUNTIME_DIR")
    paths = [
        Path("/var/run/docker.sock"),
        *([Path(runtime) / "docker.sock"] if runtime else []),
        home / ".docker/run/docker.sock",
        home / ".docker/desktop/docker.sock",
    ]
    # A relative home or runtime directory would name a different socket in each working directory.
    return tuple(str(path) for path in paths if path.is_absolute())
