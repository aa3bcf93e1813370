"""Credential helpers: programs called ``docker-credential-<name>`` that keep credentials.

A helper is run with one word (``get``, ``store``, ``erase`` or ``list``), reads what it is about from its
standard input, and answers on its standard output, also when it fails.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from typing import TYPE_CHECKING, Any, cast

from dockpy.config.credentials import Credentials, server_address
from dockpy.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CredentialHelper"]

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_NOT_FOUND = "credentials not found in native keychain"
_TOKEN_USER = "<token>"  # the user name that says: the secret is an identity token  # noqa: S105


class CredentialHelper:
    """One credential helper. Making one runs nothing.

    Args:
        name: the helper's name, such as ``pass`` for ``docker-credential-pass``.
        environ: the environment that it is looked for in, by PATH, and that it gets.
        timeout: seconds that it may take, each time.

    Raises:
        ConfigError: the name is none of a helper.
    """

    def __init__(self, name: str, environ: Mapping[str, str] = os.environ, *, timeout: float = 30) -> None:
        # A name with a separator would run a program from elsewhere than the PATH.
        if not _NAME.fullmatch(name):
            raise ConfigError(
                f"{name!r} is not the name of a credential helper",
                hint="credsStore and credHelpers hold the part of the name after 'docker-credential-'.",
            )
        self.program: str = f"docker-credential-{name}"
        self._environ = environ
        self._timeout = timeout

    def get(self, registry: str) -> Credentials | None:
        """The credentials that it keeps for a registry.

        Args:
            registry: a registry's host, or its URL.

        Returns:
            The credentials; None where it keeps none.

        Raises:
            ConfigError: the helper is missing, failed, took too long or answered nonsense.
        """
        server = server_address(registry)
        output = self._run("get", server)
        if output is None:
            return None
        answer = self._decode("get", output)
        username, secret = answer.get("Username", ""), answer.get("Secret", "")
        if username == _TOKEN_USER:
            found = Credentials(identity_token=secret, server_address=server)
        else:
            found = Credentials(username, secret, server_address=server)
        return found or None

    def store(self, credentials: Credentials) -> None:
        """Have it keep credentials, under their `server_address`.

        Args:
            credentials: what to keep: user name and password, or the identity token.

        Raises:
            ConfigError: the helper is missing, failed or took too long.
        """
        token = credentials.identity_token
        entry = {
            "ServerURL": server_address(credentials.server_address),
            "Username": _TOKEN_USER if token else credentials.username,
            "Secret": token or credentials.password,
        }
        self._run("store", json.dumps(entry), secret=entry["Secret"])

    def erase(self, registry: str) -> None:
        """Have it forget a registry's credentials; none kept is no error.

        Args:
            registry: a registry's host, or its URL.

        Raises:
            ConfigError: the helper is missing, failed or took too long.
        """
        self._run("erase", server_address(registry))

    def list(self) -> dict[str, str]:
        """The registries that it keeps credentials for, and the user name of each.

        Raises:
            ConfigError: the helper is missing, failed, took too long or answered nonsense.
        """
        return self._decode("list", self._run("list", "") or "{}")

    def __repr__(self) -> str:
        return f"CredentialHelper({self.program.removeprefix('docker-credential-')!r})"

    def _run(self, action: str, given: str, *, secret: str = "") -> str | None:
        """Run it; its output, None where it says that there are no credentials."""
        import shutil  # both are loaded where there is a helper to run
        import subprocess

        path = shutil.which(self.program, path=self._environ.get("PATH"))
        if path is None:
            raise ConfigError(
                f"the credential helper {self.program!r} is not on the PATH",
                hint="Install it, or take it out of credsStore and credHelpers in config.json.",
            )
        try:
            done = subprocess.run(  # its name was checked  # noqa: S603  # nosec B603
                [path, action],
                input=given.encode(),
                capture_output=True,
                timeout=self._timeout,
                env=dict(self._environ),
                check=False,
            )
        except subprocess.TimeoutExpired:
            problem = f"did not answer within {self._timeout:g} s"
        except OSError as error:
            problem = f"could not be run: {error.strerror}"
        else:
            output = done.stdout.decode("utf-8", "replace")
            if done.returncode == 0:
                return output
            if _NOT_FOUND in output:
                return None
            problem = f"failed: {_message(output, done.stderr, secret) or f'exit status {done.returncode}'}"
        # Raised out here: subprocess's errors carry the output along.
        raise ConfigError(f"the credential helper {self.program!r} ({action}) {problem}")

    def _decode(self, action: str, output: str) -> dict[str, str]:
        answer: object = None
        with contextlib.suppress(ValueError, RecursionError):  # a JSON error carries the whole text along
            answer = json.loads(output)
        if isinstance(answer, dict):
            values = cast("dict[str, Any]", answer)
            if all(isinstance(value, str) for value in values.values()):
                return values
        raise ConfigError(
            f"the credential helper {self.program!r} ({action}) answered no JSON object of strings"
        )


def _message(output: str, stderr: bytes, secret: str) -> str:
    """What a failed helper said, without what it was told or was about to tell."""
    said = output.strip() or stderr.decode("utf-8", "replace").strip()
    if '"Secret"' in said:
        return ""
    if secret:
        said = said.replace(secret, "***")
    return said[:500]
