"""Whom to believe that they are the registry, and how to prove who we are: TLS, and docker's ``certs.d``."""

from __future__ import annotations

import os
import socket
import ssl
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dockpy.config.environment import WINDOWS, home_dir
from dockpy.config.tls import TLS
from dockpy.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["certificate_folders", "speaks_tls", "trust"]

_HANDSHAKE = 10.0
"""Seconds that a port has to show that it speaks TLS."""

_NO_TLS = (
    *("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "UNKNOWN_PROTOCOL"),
    *("UNEXPECTED_EOF_WHILE_READING", "PACKET_LENGTH_TOO_LONG", "UNEXPECTED_MESSAGE"),
)


def certificate_folders(host: str, environ: Mapping[str, str] = os.environ) -> list[Path]:
    """Where certificates for a registry may be: the system's folder, and the user's own.

    Args:
        host: the registry, with its port where it has one.
        environ: the environment to ask.
    """
    name = host.replace(":", "") if WINDOWS else host
    if WINDOWS:
        roots = [Path(environ.get("PROGRAMDATA") or "C:/ProgramData") / "docker"]
    else:
        roots = [Path("/etc/docker")]
    roots.append(Path(environ.get("XDG_CONFIG_HOME") or home_dir(environ) / ".config") / "docker")
    return [root / "certs.d" / name for root in roots]


def trust(
    host: str,
    *,
    tls: TLS | None = None,
    insecure: bool = False,
    own: bool = True,
    environ: Mapping[str, str] = os.environ,
) -> ssl.SSLContext:
    """What `ssl` needs for connections to a registry, or on its behalf. This reads files.

    Args:
        host: the registry, with its port where it has one.
        tls: the certificates; None for those of ``certs.d``, beside those that the system trusts.
        insecure: any certificate passes.
        own: False for connections to others that the registry sends us to: the client's certificate stays
            with us, and whom the system trusts is believed too.
        environ: the environment; its ``REQUESTS_CA_BUNDLE`` and ``SSL_CERT_FILE`` mean registries as well.

    Raises:
        ConfigError: a file cannot be used; the message names it.
    """
    if tls is not None:
        chosen = replace(tls, verify=tls.verify and not insecure)
        if own:
            return chosen.context()
        context = replace(chosen, cert=None, key=None).context()
        if chosen.ca is not None and chosen.verify:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        return context
    context = TLS(verify=not insecure).context()
    system = ssl.get_default_verify_paths()
    if not (insecure or WINDOWS or system.cafile or system.capath):
        import certifi  # a Python that knows of no authorities, such as python.org's for macOS

        _believe(context, Path(certifi.where()))
    bundle = environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE")
    if bundle and not insecure:
        _believe(context, Path(bundle))
    for folder in certificate_folders(host, environ):
        for name in _files(folder):
            _apply(context, folder / name, own=own, verify=not insecure)
    return context


def speaks_tls(address: tuple[str, int], hostname: str, timeout: float | None) -> bool:
    """Whether a port speaks TLS: nothing is sent but a handshake, and nobody is believed yet.

    Args:
        address: the host and the port.
        hostname: who is asked for, where several share the port.
        timeout: seconds to wait for a connection; a handshake may take 10 at most.

    Raises:
        OSError: nobody is there.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(address, timeout) as connection:
        connection.settimeout(_HANDSHAKE if timeout is None else min(timeout, _HANDSHAKE))
        try:
            context.wrap_socket(connection, server_hostname=hostname).close()
        except ssl.SSLEOFError:
            return False
        except ssl.SSLError as error:  # it may want a certificate of ours
            return not any(reason in (error.reason or str(error)) for reason in _NO_TLS)
        except (TimeoutError, ConnectionError):
            return False
    return True


def _files(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []
    except OSError as error:
        raise ConfigError(f"cannot read the folder {str(folder)!r}: {error.strerror}") from None


def _apply(context: ssl.SSLContext, path: Path, *, own: bool, verify: bool) -> None:
    """One file of ``certs.d``: *.crt are authorities, *.cert with *.key of the same name is the client's."""
    key, cert = path.with_suffix(".key"), path.with_suffix(".cert")
    if path.suffix == ".crt" and verify:
        _believe(context, path)
    elif path.suffix == ".cert" and own:
        if not key.exists():
            raise ConfigError(f"TLS: the certificate {str(path)!r} has no {key.name!r} beside it")
        _identify(context, path, key)
    elif path.suffix == ".key" and own and not cert.exists():
        raise ConfigError(
            f"TLS: the key {str(path)!r} has no {cert.name!r} beside it",
            hint="In certs.d, .crt are certificate authorities, .cert and .key the client's.",
        )


def _believe(context: ssl.SSLContext, path: Path) -> None:
    problem = "holds no certificate in PEM form"
    try:
        if path.is_dir():
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return
    except ssl.SSLError:
        pass
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    raise ConfigError(f"TLS: {str(path)!r} {problem}")


def _identify(context: ssl.SSLContext, cert: Path, key: Path) -> None:
    # A context made for these alone says in the same words what is wrong with them.
    TLS(cert=cert, key=key, verify=False).context()
    context.load_cert_chain(cert, key)
