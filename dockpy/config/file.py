"""The docker command's config.json, as far as it counts here."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dockpy.config.credentials import Credentials, decode_basic, matching_key, server_address
from dockpy.config.environment import config_dir
from dockpy.config.jsonfile import Section, parse_object, read_object

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ConfigFile"]

_PROXIES = {
    "httpProxy": "HTTP_PROXY",
    "httpsProxy": "HTTPS_PROXY",
    "noProxy": "NO_PROXY",
    "ftpProxy": "FTP_PROXY",
    "allProxy": "ALL_PROXY",
}
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What config.json says. The repr shows no credentials, headers or proxies: all may hold secrets.

    Attributes:
        path: the file; None for a configuration that was read from none.
        current_context: ``currentContext``: the docker context in use; empty where there is none.
        credentials_store: ``credsStore``: the helper that keeps the credentials; empty where there is none.
        credential_helpers: ``credHelpers``: the helpers for single registries.
        detach_keys: ``detachKeys``: the keys that detach from a container; empty where it does not say.
        http_headers: ``HttpHeaders``: sent to the daemon with each request.
        proxies: ``proxies``: for containers and builds, by daemon; ``default`` is for those not named.
    """

    path: Path | None = None
    current_context: str = ""
    credentials_store: str = ""
    credential_helpers: Mapping[str, str] = field(default_factory=dict[str, str])
    detach_keys: str = ""
    http_headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    proxies: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict[str, "Mapping[str, str]"], repr=False
    )
    _auths: Section = field(default_factory=lambda: Section({}), repr=False, compare=False)

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> ConfigFile:
        """Read the file: ``$DOCKER_CONFIG/config.json``, else ``~/.docker/config.json``.

        Args:
            environ: the environment to ask.

        Returns:
            What it says; where there is no such file, an empty one.

        Raises:
            ConfigError: the file is there but cannot be read; the message names it, and shows nothing of it.
        """
        return cls.read(config_dir(environ) / "config.json")

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> ConfigFile:
        """Read a file.

        Args:
            path: the file; where it is missing, the result is empty.

        Raises:
            ConfigError: the file is there but cannot be read; the message names it, and shows nothing of it.
        """
        path = Path(path)
        content = read_object(path)
        proxies = content.section("proxies")
        return cls(
            path=path,
            current_context=content.text("currentContext"),
            credentials_store=content.text("credsStore"),
            credential_helpers=content.texts("credHelpers"),
            detach_keys=content.text("detachKeys"),
            http_headers=_headers(content),
            proxies={daemon: _proxies(proxies.section(daemon)) for daemon in proxies},
            _auths=content.section("auths"),
        )

    @classmethod
    def given(cls, environ: Mapping[str, str] = os.environ) -> ConfigFile:
        """What ``DOCKER_AUTH_CONFIG`` holds in place of a file: ``auths``, which count before the file's.

        Args:
            environ: the environment to ask.

        Raises:
            ConfigError: it holds no JSON object; nothing of it is shown.
        """
        content = parse_object(environ.get("DOCKER_AUTH_CONFIG", ""), "DOCKER_AUTH_CONFIG")
        return cls(_auths=content.section("auths"))

    @property
    def registries(self) -> tuple[str, ...]:
        """The registries of ``auths``, as the file names them."""
        return tuple(self._auths)

    def proxy_variables(self, daemon: str = "default") -> dict[str, str]:
        """The environment variables that ``proxies`` means for a container or a build.

        Args:
            daemon: the daemon's URL; one that ``proxies`` does not name has the ``default`` ones.

        Returns:
            The variables, each in upper and lower case, since programs differ in which they read.
        """
        chosen = self.proxies.get(daemon, self.proxies.get("default", {}))
        upper = {_PROXIES[name]: value for name, value in chosen.items()}
        return upper | {name.lower(): value for name, value in upper.items()}

    def credentials(self, registry: str) -> Credentials | None:
        """The credentials that the file itself holds for a registry; helpers are not asked.

        Args:
            registry: a registry's host, or its URL.

        Returns:
            The credentials; None where ``auths`` has none for it.

        Raises:
            ConfigError: the entry cannot be read; the message names the file and the entry.
        """
        key = matching_key(registry, self._auths)
        if key is None:
            return None
        entry = self._auths.section(key)
        username, password = entry.text("username"), entry.text("password")
        if auth := entry.text("auth"):
            decoded = decode_basic(auth)
            if decoded is None:
                raise entry.error("auth", "is not 'username:password' in base64")
            username, password = decoded
        identity_token = entry.text("identitytoken")
        found = Credentials(
            username=username,
            # docker stores "username:" with a token, and sends no password along with one.
            password="" if identity_token else password,
            identity_token=identity_token,
            registry_token=entry.text("registrytoken"),
            server_address=server_address(registry),
            email=entry.text("email"),
        )
        return found or None


def _proxies(section: Section) -> dict[str, str]:
    return {name: value for name in _PROXIES if (value := section.text(name))}


def _headers(content: Section) -> dict[str, str]:
    """``HttpHeaders``, refused where they would not stay the headers they are."""
    headers = content.texts("HttpHeaders")
    for name, value in headers.items():
        latin = all(character < "\u0100" for character in value)
        if not (_HEADER_NAME.fullmatch(name) and latin and value.replace("\t", " ").isprintable()):
            raise content.error(f"HttpHeaders.{name}", "is not a header's name and value")
    return headers
