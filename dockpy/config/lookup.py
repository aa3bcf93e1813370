"""Which credentials count for a registry."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from dockpy.config.credentials import Credentials, matching_key, server_address
from dockpy.config.file import ConfigFile
from dockpy.config.helper import CredentialHelper

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["find_credentials"]


def find_credentials(
    registry: str,
    *,
    explicit: Credentials | None = None,
    login: Mapping[str, Credentials] | None = None,
    config: ConfigFile | None = None,
    environ: Mapping[str, str] = os.environ,
    timeout: float = 30,
) -> Credentials | None:
    """Find who we are to a registry; the first that has something says it.

    1. `explicit`
    2. `login`
    3. ``DOCKER_AUTH_CONFIG``, which the docker command puts before its file
    4. the registry's own helper (``credHelpers``)
    5. the helper for all others (``credsStore``)
    6. what config.json itself holds (``auths``)

    At most one helper runs, and only for this registry.

    Args:
        registry: a registry's host, such as the `registry` of an `ImageReference`.
        explicit: what the caller gave for this one call; an empty one asks to be nobody.
        login: what was logged in with before, by registry.
        config: the configuration; None reads config.json.
        environ: the environment for config.json and the helper.
        timeout: seconds that the helper may take.

    Returns:
        The credentials; None where there are none, which for many registries is enough.

    Raises:
        ConfigError: config.json cannot be read, or the helper is missing or failed. A helper that knows
            nothing of the registry is no error.
    """
    given = explicit
    if given is None and login and (key := matching_key(registry, login)) is not None:
        given = login[key]
    if given is not None:
        return replace(given, server_address=given.server_address or server_address(registry))
    if (found := ConfigFile.given(environ).credentials(registry)) is not None:
        return found
    if config is None:
        config = ConfigFile.load(environ)
    if name := helper_name(registry, config):
        found = CredentialHelper(name, environ, timeout=timeout).get(registry)
        if found is not None:
            return found
    return config.credentials(registry)


def helper_name(registry: str, config: ConfigFile) -> str:
    """The helper that keeps a registry's credentials; empty where config.json itself does."""
    key = matching_key(registry, config.credential_helpers)
    return config.credentials_store if key is None else config.credential_helpers[key]
