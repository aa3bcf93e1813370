"""Credentials for registries."""

from __future__ import annotations

from typing import Annotated

from dockpy.wire.base import Model, Name, SnakeModel, Until

__all__ = ["AuthConfig", "AuthResponse"]


class AuthConfig(SnakeModel):
    """Who we are to one registry: a user name and password, or one of the tokens.

    The header ``X-Registry-Auth`` is one of these, ``X-Registry-Config`` a map of them by registry; both are
    JSON in URL-safe base64.
    """

    username: str | None = None
    password: str | None = None
    auth: str | None = None  # username:password in base64
    email: Annotated[str | None, Until("1.52")] = None  # deprecated since long, never used
    server_address: Annotated[str | None, Name("serveraddress")] = None
    identity_token: Annotated[str | None, Name("identitytoken")] = None  # to get access tokens with
    registry_token: Annotated[str | None, Name("registrytoken")] = None  # a bearer token, sent as it is


class AuthResponse(Model):
    """The answer of SystemAuth."""

    status: str = ""
    identity_token: str | None = None  # to keep in place of the password
