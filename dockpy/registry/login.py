"""Logging in to a registry: whether it knows somebody, and keeping that where docker finds it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dockpy.config.credentials import Credentials, server_address
from dockpy.config.save import erase_credentials, save_credentials
from dockpy.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.registry.session import RegistrySession

__all__ = ["login", "logout"]


def login(
    session: RegistrySession,
    username: str,
    password: str,
    *,
    save: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Credentials:
    """Ask a registry whether it knows somebody; from then on the session is that one.

    Args:
        session: the registry's.
        username: the user's name.
        password: the password, or a token that the registry takes for one.
        save: keep it as ``docker login`` does, in the registry's helper or in config.json.
        environ: the environment for config.json and the helper.

    Returns:
        The credentials; an identity token in place of the password, where the registry gives one.

    Raises:
        InvalidArgument: the name or the password is empty, or they cannot be sent.
        Unauthorized: the registry does not accept them; who we are stays as it was.
        ConfigError: they cannot be kept.
    """
    if not username or not password:
        raise InvalidArgument("a login takes a user's name and a password")
    if ":" in username:
        raise InvalidArgument("a user's name has no ':' in it: the registry would read it as another")
    server = server_address(session.host)
    credentials = Credentials(username, password, server_address=server)
    if token := session.identified(credentials):
        credentials = Credentials(username, identity_token=token, server_address=server)
    if save:
        save_credentials(credentials, environ)
    session.identify(credentials)
    return credentials


def logout(session: RegistrySession, *, erase: bool = False, environ: Mapping[str, str] = os.environ) -> None:
    """Be nobody to a registry from now on.

    Args:
        session: the registry's.
        erase: forget what ``docker login`` kept as well.
        environ: the environment for config.json and the helper.

    Raises:
        ConfigError: config.json or the helper cannot be used.
    """
    session.identify(None)
    if erase:
        erase_credentials(session.host, environ)
