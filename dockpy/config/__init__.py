"""Where the daemon is, and who we are: endpoints, docker contexts, TLS material, config.json and credentials.

What the docker command reads counts here too. Nothing in here opens a connection; files are read and helpers
run by the functions that say so, never by making an object.
"""

from __future__ import annotations

from dockpy.config.contexts import Context, current_context_name, list_contexts, load_context
from dockpy.config.credentials import (
    HUB_SERVER,
    Credentials,
    encode_registry_auth,
    encode_registry_config,
    server_address,
)
from dockpy.config.endpoint import Endpoint, Scheme, parse_endpoint
from dockpy.config.environment import api_version, config_dir, default_platform, default_sockets
from dockpy.config.file import ConfigFile
from dockpy.config.helper import CredentialHelper
from dockpy.config.lookup import find_credentials
from dockpy.config.resolve import resolve_endpoint
from dockpy.config.save import erase_credentials, save_credentials
from dockpy.config.tls import TLS

__all__ = [
    "HUB_SERVER",
    "TLS",
    "ConfigFile",
    "Context",
    "CredentialHelper",
    "Credentials",
    "Endpoint",
    "Scheme",
    "api_version",
    "config_dir",
    "current_context_name",
    "default_platform",
    "default_sockets",
    "encode_registry_auth",
    "encode_registry_config",
    "erase_credentials",
    "find_credentials",
    "list_contexts",
    "load_context",
    "parse_endpoint",
    "resolve_endpoint",
    "save_credentials",
    "server_address",
]
