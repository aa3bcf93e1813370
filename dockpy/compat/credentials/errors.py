"""What goes wrong with a credential helper."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

__all__ = ["CredentialsNotFound", "InitializationError", "StoreError", "process_store_error"]


class StoreError(RuntimeError):
    """A credential helper failed."""


class CredentialsNotFound(StoreError):
    """A credential helper has no credentials for a registry."""


class InitializationError(StoreError):
    """A credential helper is not there."""


def process_store_error(cpe: subprocess.CalledProcessError, program: str) -> StoreError:
    """The error of a helper that ended with a failure."""
    message = cpe.output.decode("utf-8")
    if "credentials not found in native keychain" in message:
        return CredentialsNotFound(f"No matching credentials in {program}")
    return StoreError(f'The credential helper {program} failed: "{message}"')
