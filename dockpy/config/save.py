"""Keeping credentials where the docker command finds them: in the registry's helper, else in config.json."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from dockpy.config.credentials import Credentials, encode_basic, matching_key, server_address
from dockpy.config.environment import config_dir
from dockpy.config.file import ConfigFile
from dockpy.config.helper import CredentialHelper
from dockpy.config.jsonfile import read_object
from dockpy.config.lookup import helper_name
from dockpy.errors import ConfigError, InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["erase_credentials", "save_credentials"]


def save_credentials(credentials: Credentials, environ: Mapping[str, str] = os.environ) -> None:
    """Keep credentials, as ``docker login`` does.

    Args:
        credentials: what to keep; its `server_address` names the registry.
        environ: the environment for config.json and the helper.

    Raises:
        InvalidArgument: the credentials name no registry.
        ConfigError: config.json cannot be read or written, or the helper is missing or failed.
    """
    server = server_address(credentials.server_address)
    if not server:
        raise InvalidArgument("the credentials name no registry", hint="Give them a server_address.")
    config = ConfigFile.load(environ)
    if name := helper_name(server, config):
        CredentialHelper(name, environ).store(credentials)
        _write(environ, server, {})  # as docker does it: what was kept there in the clear before is gone
        return
    token = credentials.identity_token
    entry = {
        "auth": encode_basic(credentials.username, "" if token else credentials.password),
        "identitytoken": token,
        "registrytoken": credentials.registry_token,
    }
    _write(environ, server, {field: value for field, value in entry.items() if value})


def erase_credentials(registry: str, environ: Mapping[str, str] = os.environ) -> None:
    """Forget a registry's credentials, as ``docker logout`` does; where there are none, nothing happens.

    Args:
        registry: a registry's host, or its URL.
        environ: the environment for config.json and the helper.

    Raises:
        ConfigError: config.json cannot be read or written, or the helper is missing or failed.
    """
    config = ConfigFile.load(environ)
    if name := helper_name(registry, config):
        CredentialHelper(name, environ).erase(registry)
    keys = list(config.registries)
    while (key := matching_key(registry, keys)) is not None:  # however often, and however it is written
        keys.remove(key)
        _write(environ, key, None)


def _write(environ: Mapping[str, str], key: str, entry: dict[str, str] | None) -> None:
    """Replace one entry of ``auths``; whatever else is in the file stays."""
    path = Path(os.path.realpath(config_dir(environ) / "config.json"))  # a link to the file stays one
    content = read_object(path)
    auths = content.section("auths").to_dict()
    others = {name: value for name, value in auths.items() if name != key}
    changed = {**others, key: entry} if entry is not None else others
    text = json.dumps({**content.to_dict(), "auths": changed}, indent="\t")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _replace(path, text)
    except OSError as error:
        raise ConfigError(f"cannot write {str(path)!r}: {error.strerror}") from None


def _replace(path: Path, text: str) -> None:
    """Write a file for its owner only, and whole or not at all."""
    import tempfile  # it is loaded where something is saved

    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=f"{path.name}.", delete=False, encoding="utf-8"
    ) as file:
        try:
            file.write(text)
            file.close()
            os.replace(file.name, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(file.name)
            raise
