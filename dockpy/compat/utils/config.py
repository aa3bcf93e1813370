"""Where docker-py looks for the docker command's configuration."""

from __future__ import annotations

import json
import logging
import os
from typing import Any

from dockpy.compat.constants import IS_WINDOWS_PLATFORM

__all__ = [
    "DOCKER_CONFIG_FILENAME",
    "LEGACY_DOCKER_CONFIG_FILENAME",
    "config_path_from_environment",
    "find_config_file",
    "home_dir",
    "load_general_config",
]

DOCKER_CONFIG_FILENAME = os.path.join(".docker", "config.json")
LEGACY_DOCKER_CONFIG_FILENAME = ".dockercfg"

log: logging.Logger = logging.getLogger(__name__)


def find_config_file(config_path: str | None = None) -> str | None:
    """The first configuration file that is there."""
    paths = [
        config_path,
        config_path_from_environment(),
        os.path.join(home_dir(), DOCKER_CONFIG_FILENAME),
        os.path.join(home_dir(), LEGACY_DOCKER_CONFIG_FILENAME),
    ]
    return next((path for path in paths if path and os.path.exists(path)), None)


def config_path_from_environment() -> str | None:
    """config.json in DOCKER_CONFIG; None where that is not set."""
    folder = os.environ.get("DOCKER_CONFIG")
    return os.path.join(folder, os.path.basename(DOCKER_CONFIG_FILENAME)) if folder else None


def home_dir() -> str:
    """The user's home."""
    if IS_WINDOWS_PLATFORM:
        return os.environ.get("USERPROFILE", "")
    return os.path.expanduser("~")


def load_general_config(config_path: str | None = None) -> Any:
    """What the configuration file says; nothing where there is none, or none that can be read."""
    path = find_config_file(config_path)
    if path is None:
        return {}
    try:
        with open(path) as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        log.debug("The configuration %s cannot be read: %s", path, type(error).__name__)
        return {}
