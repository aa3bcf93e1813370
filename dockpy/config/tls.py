"""TLS material: which files prove who we are, and whom we believe.

Only what is said here counts. ``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE`` and the like are meant for the web
and are not consulted, so they cannot break the connection to a daemon.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dockpy.config.environment import config_dir
from dockpy.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TLS"]


@dataclass(frozen=True, slots=True)
class TLS:
    """How to speak TLS with a daemon. Making one reads no file; `context` does.

    Args:
        ca: the certificate authorities to trust, and no others (PEM); None trusts the system's.
        cert: the client's certificate (PEM); None for a daemon that asks for none.
        key: the certificate's private key (PEM); None where it is in `cert`.
        verify: False accepts any certificate, so anyone in between can read along.
        hostname: the name that the daemon's certificate must carry; None for the host of the URL.
    """

    ca: str | os.PathLike[str] | None = None
    cert: str | os.PathLike[str] | None = None
    key: str | os.PathLike[str] | None = None
    verify: bool = True
    hostname: str | None = None

    @classmethod
    def from_directory(
        cls, path: str | os.PathLike[str], *, verify: bool = True, hostname: str | None = None
    ) -> TLS:
        """The ``ca.pem``, ``cert.pem`` and ``key.pem`` of a directory, laid out as for ``DOCKER_CERT_PATH``.

        ``ca.pem`` must be there unless `verify` is False; ``cert.pem`` and ``key.pem`` go together, and may
        both be missing.

        Args:
            path: the directory; ``~`` is the home directory.
            verify: as for `TLS`.
            hostname: as for `TLS`.

        Raises:
            ConfigError: the directory or one of its files is missing.
        """
        directory = _expanded(path)
        if not directory.is_dir():
            raise ConfigError(f"TLS: there is no directory {str(directory)!r}")
        ca, cert, key = (_if_there(directory / name) for name in ("ca.pem", "cert.pem", "key.pem"))
        missing = "ca.pem" if ca is None and verify else None
        if (cert is None) is not (key is None):
            missing = "cert.pem" if cert is None else "key.pem"
        if missing is not None:
            raise ConfigError(
                f"TLS: there is no file {str(directory / missing)!r}",
                hint="Files that are called otherwise are given as TLS(ca=…, cert=…, key=…).",
            )
        return cls(ca, cert, key, verify, hostname)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> TLS | None:
        """The material that the docker command's variables name.

        TLS is on where ``DOCKER_TLS_VERIFY``, ``DOCKER_TLS`` or ``DOCKER_CERT_PATH`` is set and not empty.
        The files are in ``DOCKER_CERT_PATH``, else beside config.json. The daemon's certificate is verified
        unless that was turned off: by ``DOCKER_TLS`` alone, or by an empty ``DOCKER_TLS_VERIFY``.

        Args:
            environ: the environment to ask.

        Returns:
            The material; None where TLS is not on.

        Raises:
            ConfigError: the directory or one of its files is missing.
        """
        verify = environ.get("DOCKER_TLS_VERIFY")
        unverified = environ.get("DOCKER_TLS")
        directory = environ.get("DOCKER_CERT_PATH")
        if not (verify or unverified or directory):
            return None
        turned_off = not verify and (verify is not None or bool(unverified))
        if turned_off and not directory and not config_dir(environ).is_dir():
            return cls(verify=False)  # nothing was promised to be there
        return cls.from_directory(directory or config_dir(environ), verify=not turned_off)

    def context(self) -> ssl.SSLContext:
        """Read the files and build what `ssl` needs; each call builds a new one.

        Returns:
            A client context: TLS 1.2 at least, the daemon's certificate verified unless `verify` is False.

        Raises:
            ConfigError: a file is missing, unreadable, not PEM, encrypted, or certificate and key do not
                belong together; the message names the file.
        """
        # Not ssl.create_default_context(): since Python 3.13 it asks for extensions that certificates made by
        # Docker's own instructions lack, and it logs the session's keys where SSLKEYLOGFILE says.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        self._trust(context)
        self._identify(context)
        return context

    def _trust(self, context: ssl.SSLContext) -> None:
        if self.ca is None:
            if self.verify:
                context.load_default_certs(ssl.Purpose.SERVER_AUTH)
            return
        ca = _readable(self.ca, "certificate authority")
        try:
            context.load_verify_locations(cafile=ca)
        except ssl.SSLError:
            raise ConfigError(f"TLS: {str(ca)!r} holds no certificate in PEM form") from None
        # As for the docker command, what the file holds is trusted, be it a root or not.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN

    def _identify(self, context: ssl.SSLContext) -> None:
        if self.cert is None:
            if self.key is not None:
                raise ConfigError(
                    f"TLS: the key {str(self.key)!r} has no certificate", hint="Give cert= as well."
                )
            return
        cert = _readable(self.cert, "certificate")
        key = _readable(self.key, "key") if self.key is not None else cert
        encrypted = ConfigError(
            f"TLS: the key {str(key)!r} is encrypted",
            hint="dockpy never asks for a passphrase; decrypt the key, as 'openssl pkey -in … -out …' does.",
        )

        def no_passphrase() -> str:
            raise encrypted  # else OpenSSL would ask at the terminal

        try:
            context.load_cert_chain(cert, key, password=no_passphrase)
        except ssl.SSLError as error:
            if error.reason == "KEY_VALUES_MISMATCH":
                problem = f"the key {str(key)!r} does not belong to {str(cert)!r}"
            else:
                problem = f"{str(cert)!r} and {str(key)!r} are not a certificate and its key in PEM form"
            raise ConfigError(f"TLS: {problem}") from None


def _expanded(path: str | os.PathLike[str]) -> Path:
    return Path(os.path.expanduser(path))  # unlike Path.expanduser(), it lets an unknown ~user be


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None


def _readable(path: str | os.PathLike[str], what: str) -> Path:
    """The file's path; `ssl` itself does not say which of its files is missing."""
    path = _expanded(path)
    try:
        path.open("rb").close()
    except OSError as error:
        raise ConfigError(f"TLS: cannot read the {what} {str(path)!r}: {error.strerror}") from None
    return path
