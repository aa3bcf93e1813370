"""docker-py's constants."""

from __future__ import annotations

import sys

from dockpy.compat.version import __version__

__all__ = [
    "BYTE_UNITS",
    "CONTAINER_LIMITS_KEYS",
    "DEFAULT_DATA_CHUNK_SIZE",
    "DEFAULT_DOCKER_API_VERSION",
    "DEFAULT_HTTP_HOST",
    "DEFAULT_MAX_POOL_SIZE",
    "DEFAULT_NPIPE",
    "DEFAULT_NUM_POOLS",
    "DEFAULT_NUM_POOLS_SSH",
    "DEFAULT_SWARM_ADDR_POOL",
    "DEFAULT_SWARM_SUBNET_SIZE",
    "DEFAULT_TIMEOUT_SECONDS",
    "DEFAULT_UNIX_SOCKET",
    "DEFAULT_USER_AGENT",
    "INSECURE_REGISTRY_DEPRECATION_WARNING",
    "IS_WINDOWS_PLATFORM",
    "MINIMUM_DOCKER_API_VERSION",
    "STREAM_HEADER_SIZE_BYTES",
    "WINDOWS_LONGPATH_PREFIX",
]

DEFAULT_DOCKER_API_VERSION = "1.45"
MINIMUM_DOCKER_API_VERSION = "1.24"
DEFAULT_TIMEOUT_SECONDS = 60
STREAM_HEADER_SIZE_BYTES = 8
CONTAINER_LIMITS_KEYS = ["memory", "memswap", "cpushares", "cpusetcpus"]

DEFAULT_HTTP_HOST = "127.0.0.1"
DEFAULT_UNIX_SOCKET = "http+unix:///var/run/docker.sock"
DEFAULT_NPIPE = "npipe:////./pipe/docker_engine"

BYTE_UNITS = {"b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}

INSECURE_REGISTRY_DEPRECATION_WARNING = (
    "{} ignores its deprecated `insecure_registry` argument. Please leave it out."
)

IS_WINDOWS_PLATFORM = sys.platform == "win32"
WINDOWS_LONGPATH_PREFIX = "\\\\?\\"

DEFAULT_USER_AGENT = f"docker-sdk-python/{__version__}"
DEFAULT_NUM_POOLS = 25
DEFAULT_NUM_POOLS_SSH = 9
DEFAULT_MAX_POOL_SIZE = 10
DEFAULT_DATA_CHUNK_SIZE = 2 * 1024**2

DEFAULT_SWARM_ADDR_POOL = ["10.0.0.0/8"]
DEFAULT_SWARM_SUBNET_SIZE = 24
