"""Credentials of registries: config.json, credential helpers, and what login adds to them."""

from __future__ import annotations

import base64
import json
import logging
from typing import TYPE_CHECKING, Any

from dockpy.compat import credentials, errors
from dockpy.compat.utils import config

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "INDEX_NAME",
    "INDEX_URL",
    "TOKEN_USERNAME",
    "AuthConfig",
    "convert_to_hostname",
    "decode_auth",
    "encode_header",
    "get_config_header",
    "get_credential_store",
    "load_config",
    "parse_auth",
    "resolve_authconfig",
    "resolve_index_name",
    "resolve_repository_name",
    "split_repo_name",
]

INDEX_NAME = "docker.io"
INDEX_URL = f"https://index.{INDEX_NAME}/v1/"
TOKEN_USERNAME = "<token>"  # noqa: S105 - the user's name that says that the password is a token

log: logging.Logger = logging.getLogger(__name__)

# Names


def resolve_repository_name(repo_name: str) -> tuple[str, str]:
    """A repository's registry, and its name there: ``"a/b"`` → ``("docker.io", "a/b")``.

    Raises:
        InvalidRepository: it is no repository's name.
    """
    if "://" in repo_name:
        raise errors.InvalidRepository(f"Repository name cannot contain a scheme ({repo_name})")
    registry, name = split_repo_name(repo_name)
    if registry.startswith("-") or registry.endswith("-"):
        raise errors.InvalidRepository(f"A registry's name begins and ends with no hyphen ({registry})")
    return resolve_index_name(registry), name


def split_repo_name(repo_name: str) -> tuple[str, str]:
    """A repository's registry as it is written, and its name there."""
    first, slash, rest = repo_name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return first, rest
    return INDEX_NAME, repo_name


def resolve_index_name(index_name: str) -> str:
    """A registry's host; Docker Hub's has two names."""
    host = convert_to_hostname(index_name)
    return INDEX_NAME if host == f"index.{INDEX_NAME}" else host


def convert_to_hostname(url: str) -> str:
    """The host of a registry's URL."""
    return url.replace("http://", "").replace("https://", "").split("/", 1)[0]


# Headers


def get_config_header(client: Any, registry: str) -> bytes | None:
    """The X-Registry-Auth header for a registry; None where there are no credentials."""
    if not client._auth_configs or client._auth_configs.is_empty:
        client._auth_configs = load_config(credstore_env=client.credstore_env)
    found = resolve_authconfig(client._auth_configs, registry, credstore_env=client.credstore_env)
    return encode_header(found) if found else None


def encode_header(auth: Any) -> bytes:
    """Credentials as a header has them."""
    return base64.urlsafe_b64encode(json.dumps(auth).encode("ascii"))


def decode_auth(auth: str | bytes) -> tuple[str, str]:
    """The user's name and the password of config.json's ``auth``."""
    name, password = base64.b64decode(auth).split(b":", 1)
    return name.decode(), password.decode()


# Configurations


class AuthConfig(dict[str, Any]):
    """The credentials that a client has: ``auths``, ``credsStore`` and ``credHelpers`` of config.json.

    Args:
        dct: those sections.
        credstore_env: variables for credential helpers.
    """

    def __init__(self, dct: dict[str, Any], credstore_env: Mapping[str, str] | None = None) -> None:
        dct.setdefault("auths", {})
        super().__init__(dct)
        self._credstore_env = credstore_env
        self._stores: dict[str, credentials.Store] = {}

    def __repr__(self) -> str:
        # docker-py's shows the passwords.
        return f"<AuthConfig: {', '.join(map(str, self.auths)) or 'nothing'}>"

    @classmethod
    def parse_auth(cls, entries: Mapping[str, Any], raise_on_error: bool = False) -> dict[str, Any]:
        """The section ``auths``, decoded.

        Raises:
            InvalidConfigFile: an entry is no object, and `raise_on_error`.
        """
        found: dict[str, Any] = {}
        for registry, entry in entries.items():
            if not isinstance(entry, dict):
                if raise_on_error:
                    raise errors.InvalidConfigFile(f"Invalid configuration for registry {registry}")
                return {}
            if "identitytoken" in entry:
                found[registry] = {"IdentityToken": entry["identitytoken"]}
            elif "auth" in entry:
                name, password = decode_auth(entry["auth"])
                found[registry] = {
                    "username": name,
                    "password": password,
                    "email": entry.get("email"),
                    "serveraddress": registry,
                }
            else:
                found[registry] = {}  # a credential helper has them
        return found

    @classmethod
    def load_config(
        cls,
        config_path: str | None,
        config_dict: dict[str, Any] | None,
        credstore_env: Mapping[str, str] | None = None,
    ) -> AuthConfig:
        """The credentials of a configuration, or of the file that has it."""
        if not config_dict:
            path = config.find_config_file(config_path)
            if path is None:
                return cls({}, credstore_env)
            try:
                with open(path) as file:
                    config_dict = json.load(file)
            except (OSError, ValueError):
                return cls(_load_legacy_config(path), credstore_env)
        sections = config_dict or {}
        found: dict[str, Any] = {}
        if sections.get("auths"):
            found["auths"] = cls.parse_auth(sections.pop("auths"), raise_on_error=True)
        for name in ("credsStore", "credHelpers"):
            if sections.get(name):
                found[name] = sections.pop(name)
        # A file of the oldest kind has the registries on its first level.
        return cls(found or {"auths": cls.parse_auth(sections)}, credstore_env)

    @property
    def auths(self) -> dict[str, Any]:
        """Credentials by registry."""
        found: dict[str, Any] = self.get("auths", {})
        return found

    @property
    def creds_store(self) -> str | None:
        """The credential helper for every registry."""
        return self.get("credsStore")

    @property
    def cred_helpers(self) -> dict[str, str]:
        """Credential helpers by registry."""
        found: dict[str, str] = self.get("credHelpers", {})
        return found

    @property
    def is_empty(self) -> bool:
        """Whether there are no credentials at all."""
        return not (self.auths or self.creds_store or self.cred_helpers)

    def resolve_authconfig(self, registry: str | None = None) -> dict[str, Any] | None:
        """The credentials for a registry; None for Docker Hub.

        Raises:
            DockerException: a credential helper failed.
        """
        if helper := self.get_credential_store(registry):
            found = self._resolve_authconfig_credstore(registry, helper)
            if found is not None:
                return found
        host = resolve_index_name(registry) if registry else INDEX_NAME
        if host in self.auths:
            return self.auths[host]  # type: ignore[no-any-return]
        return next((entry for key, entry in self.auths.items() if resolve_index_name(key) == host), None)

    def _resolve_authconfig_credstore(
        self, registry: str | None, credstore_name: str
    ) -> dict[str, Any] | None:
        server = _server(registry)
        try:
            found = self._get_store_instance(credstore_name).get(server)
        except credentials.CredentialsNotFound:
            return None
        except credentials.StoreError as error:
            raise errors.DockerException(f"Credentials store error: {error!r}") from error
        if found["Username"] == TOKEN_USERNAME:
            return {"ServerAddress": server, "IdentityToken": found["Secret"]}
        return {"ServerAddress": server, "Username": found["Username"], "Password": found["Secret"]}

    def _get_store_instance(self, name: str) -> credentials.Store:
        if name not in self._stores:
            self._stores[name] = credentials.Store(name, environment=self._credstore_env)
        return self._stores[name]

    def get_credential_store(self, registry: str | None) -> str | None:
        """The credential helper for a registry."""
        return self.cred_helpers.get(_server(registry)) or self.creds_store

    def get_all_credentials(self) -> dict[str, Any]:
        """Credentials by registry, those of credential helpers too."""
        found = self.auths.copy()
        helpers = (
            dict.fromkeys(self._get_store_instance(self.creds_store).list(), self.creds_store)
            if (self.creds_store)
            else {}
        )
        for registry, helper in [*helpers.items(), *self.cred_helpers.items()]:
            found[registry] = self._resolve_authconfig_credstore(registry, helper)
            found[convert_to_hostname(registry)] = found[registry]
        return found

    def add_auth(self, reg: str, data: dict[str, Any]) -> None:
        """Add the credentials for a registry."""
        self["auths"][reg] = data


def _server(registry: str | None) -> str:
    return INDEX_URL if not registry or registry == INDEX_NAME else registry


def resolve_authconfig(
    authconfig: dict[str, Any], registry: str | None = None, credstore_env: Mapping[str, str] | None = None
) -> dict[str, Any] | None:
    """The credentials for a registry; None for Docker Hub."""
    return _auth_config(authconfig, credstore_env).resolve_authconfig(registry)


def get_credential_store(authconfig: dict[str, Any], registry: str | None) -> str | None:
    """The credential helper for a registry."""
    return _auth_config(authconfig, None).get_credential_store(registry)


def _auth_config(given: dict[str, Any], credstore_env: Mapping[str, str] | None) -> AuthConfig:
    return given if isinstance(given, AuthConfig) else AuthConfig(given, credstore_env)


def parse_auth(entries: Mapping[str, Any], raise_on_error: bool = False) -> dict[str, Any]:
    """As of `AuthConfig`."""
    return AuthConfig.parse_auth(entries, raise_on_error)


def load_config(
    config_path: str | None = None,
    config_dict: dict[str, Any] | None = None,
    credstore_env: Mapping[str, str] | None = None,
) -> AuthConfig:
    """As of `AuthConfig`."""
    return AuthConfig.load_config(config_path, config_dict, credstore_env)


def _load_legacy_config(config_file: str) -> dict[str, Any]:
    """The two lines of an old .dockercfg: ``auth = …`` and ``email = …``."""
    try:
        with open(config_file) as file:
            auth, email = [line.strip().split(" = ")[1] for line in file][:2]
        name, password = decode_auth(auth)
    except (OSError, ValueError, IndexError) as error:
        log.debug("%s holds no credentials: %s", config_file, type(error).__name__)
        return {}
    entry = {"username": name, "password": password, "email": email, "serveraddress": INDEX_URL}
    return {"auths": {INDEX_NAME: entry}}
