"""A credential helper: a program that keeps passwords."""

from __future__ import annotations

import json
import shutil
import subprocess
import warnings
from typing import TYPE_CHECKING, Any

from dockpy.compat.credentials.constants import PROGRAM_PREFIX
from dockpy.compat.credentials.errors import CredentialsNotFound, StoreError, process_store_error
from dockpy.compat.credentials.utils import create_environment_dict

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Store"]


class Store:
    """One credential helper.

    Args:
        program: its name without ``docker-credential-``.
        environment: variables for it, beside this process' own.
    """

    def __init__(self, program: str, environment: Mapping[str, str] | None = None) -> None:
        self.program: str = PROGRAM_PREFIX + program
        self.exe: str | None = shutil.which(self.program)
        self.environment = environment
        if self.exe is None:
            warnings.warn(f"{self.program} is not on the PATH", stacklevel=2)

    def get(self, server: str | bytes) -> dict[str, Any]:
        """The credentials for a registry.

        Raises:
            CredentialsNotFound: there are none.
            StoreError: the helper failed.
        """
        found: dict[str, Any] = json.loads(self._execute("get", _bytes(server)))
        if not found["Username"] and not found["Secret"]:
            raise CredentialsNotFound(f"No matching credentials in {self.program}")
        return found

    def store(self, server: str, username: str, secret: str) -> bytes:
        """Keep credentials for a registry; what the helper said."""
        record = {"ServerURL": server, "Username": username, "Secret": secret}
        return self._execute("store", json.dumps(record).encode())

    def erase(self, server: str | bytes) -> None:
        """Forget the credentials for a registry."""
        self._execute("erase", _bytes(server))

    def list(self) -> dict[str, str]:
        """The users' names by registry."""
        names: dict[str, str] = json.loads(self._execute("list", None))
        return names

    def _execute(self, subcmd: str, data_input: bytes | None) -> bytes:
        if self.exe is None:
            raise StoreError(f"{self.program} is not on the PATH")
        environment = create_environment_dict(self.environment)
        try:
            return subprocess.check_output(  # noqa: S603 - a list, no shell  # nosec B603
                [self.exe, subcmd], input=data_input, env=environment
            )
        except subprocess.CalledProcessError as error:
            raise process_store_error(error, self.program) from error
        except FileNotFoundError as error:
            raise StoreError(f"{self.program} is not on the PATH") from error
        except OSError as error:
            raise StoreError(f"{self.program} cannot be run: {error.strerror}") from error


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
