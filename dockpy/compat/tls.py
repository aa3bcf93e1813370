"""docker-py's TLS settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dockpy.compat.errors import TLSParameterError
from dockpy.config.tls import TLS

if TYPE_CHECKING:
    import requests

__all__ = ["TLSConfig"]


class TLSConfig:
    """How to speak TLS with a daemon.

    Args:
        client_cert: the client's certificate and its key, two paths.
        ca_cert: the file of the certificate authority to trust.
        verify: whether the daemon's certificate is verified; None does not.

    Raises:
        TLSParameterError: a file is not there, or one of certificate and key is missing.
    """

    cert: tuple[str, str] | None = None
    ca_cert: str | None = None
    verify: bool | None = None

    def __init__(
        self,
        client_cert: tuple[str, str] | None = None,
        ca_cert: str | None = None,
        verify: bool | None = None,
    ) -> None:
        if client_cert:
            self.cert = _checked(client_cert)
        self.verify = verify
        self.ca_cert = ca_cert
        if verify and ca_cert and not os.path.isfile(ca_cert):
            raise TLSParameterError("There is no certificate authority's file at `ca_cert`")

    def configure_client(self, client: requests.Session) -> None:
        """Have a requests session use these settings."""
        client.verify = self.ca_cert if self.verify and self.ca_cert else self.verify
        if self.cert:
            client.cert = self.cert

    def material(self) -> TLS:
        """The same as dockpy has it."""
        cert, key = self.cert or (None, None)
        return TLS(self.ca_cert if self.verify else None, cert, key, verify=bool(self.verify))


def _checked(pair: tuple[str, str]) -> tuple[str, str]:
    try:
        cert, key = pair
    except ValueError:
        raise TLSParameterError("client_cert takes a pair: the certificate's file and the key's") from None
    if not (cert and key and os.path.isfile(cert) and os.path.isfile(key)):
        raise TLSParameterError("client_cert takes a certificate's file and a key's that are there")
    return cert, key
