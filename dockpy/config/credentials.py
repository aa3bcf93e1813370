"""Who we are to a registry, and under which name a registry's credentials are kept."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument
from dockpy.reference import DEFAULT_REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "HUB_SERVER",
    "Credentials",
    "encode_registry_auth",
    "encode_registry_config",
    "matching_key",
    "server_address",
]

HUB_SERVER = "https://index.docker.io/v1/"
"""The name that Docker Hub's credentials are kept under."""

_HUB_HOSTS = frozenset({DEFAULT_REGISTRY, "index.docker.io", "registry-1.docker.io"})
# What `docker login` keeps for itself beside Docker Hub's credentials.
_NOT_CREDENTIALS = ("/access-token", "/refresh-token")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name and password, or a token, for one registry. The repr shows no secret.

    Args:
        username: the user's name.
        password: the password.
        identity_token: a token that the registry's token service takes in place of the password.
        registry_token: a bearer token that is sent to the registry as it is.
        server_address: the registry, as `server_address` names it.
        email: an address; some old registries ask for it.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)
    server_address: str = ""
    email: str = ""

    def __bool__(self) -> bool:
        """Whether there is anything to identify with."""
        return bool(self.username or self.password or self.identity_token or self.registry_token)

    def to_wire(self) -> dict[str, str]:
        """The Engine's ``AuthConfig``, secrets included; what is empty is left out."""
        fields = {
            "username": self.username,
            "password": self.password,
            "email": self.email,
            "serveraddress": self.server_address,
            "identitytoken": self.identity_token,
            "registrytoken": self.registry_token,
        }
        return {name: value for name, value in fields.items() if value}


def server_address(registry: str) -> str:
    """The name under which docker keeps a registry's credentials.

    Args:
        registry: a registry's host, or its URL.

    Returns:
        ``https://index.docker.io/v1/`` for Docker Hub, by any of its names; for others the host, with its
        port where it has one, without scheme and path.
    """
    host = registry.strip().rpartition("://")[2].partition("/")[0].lower()
    return HUB_SERVER if host in _HUB_HOSTS else host


def matching_key(registry: str, keys: Iterable[str]) -> str | None:
    """The key that means a registry, among those of a configuration file or a login table.

    Args:
        registry: a registry's host, or its URL.
        keys: hosts or URLs, in whatever form their authors chose.

    Returns:
        The key written as docker writes it, else as the caller did, else the first that means the same
        registry; None where no key does.
    """
    wanted = server_address(registry)
    keys = list(keys)
    for exact in (wanted, registry):
        if exact in keys:
            return exact
    return next(
        (key for key in keys if server_address(key) == wanted and not key.endswith(_NOT_CREDENTIALS)), None
    )


def encode_registry_auth(credentials: Credentials | None) -> str:
    """The header ``X-Registry-Auth``, for pull and push.

    Args:
        credentials: who we are; None for nobody, which the engine wants to be told too.

    Returns:
        JSON in URL-safe base64, padded, as the engine reads it.
    """
    return _encode(credentials.to_wire() if credentials is not None else {})


def encode_registry_config(credentials: Mapping[str, Credentials]) -> str:
    """The header ``X-Registry-Config``, for builds.

    Args:
        credentials: who we are to each registry that the build may pull from, by the registry's host or URL.

    Returns:
        JSON in URL-safe base64, padded, as the engine reads it.
    """
    return _encode({server_address(registry): each.to_wire() for registry, each in credentials.items()})


def encode_basic(username: str, password: str) -> str:
    """The ``auth`` of config.json: ``username:password`` in base64.

    Raises:
        InvalidArgument: they hold what is no text.
    """
    encoded = None
    with contextlib.suppress(UnicodeEncodeError):  # it carries the password along
        encoded = f"{username}:{password}".encode()
    if encoded is None:
        raise InvalidArgument("The user's name or the password holds characters that cannot be written")
    return base64.b64encode(encoded).decode("ascii")


def decode_basic(text: str) -> tuple[str, str] | None:
    """User name and password from the ``auth`` of config.json; None where it is not one."""
    try:
        username, colon, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (username, password.rstrip("\0")) if colon else None


def _encode(value: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode("ascii")
