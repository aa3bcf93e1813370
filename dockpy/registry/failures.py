"""What a failed connection to a registry means: the host, the cause, and what to try next."""

from __future__ import annotations

import socket
import ssl

from dockpy.errors import ConnectionFailed, DockpyError, InvalidResponse, TimedOut
from dockpy.transport.failures import root_cause

__all__ = ["explain"]


def explain(error: BaseException, url: str) -> DockpyError:
    """The typed error of a failure on the way to a registry. It carries nothing of the request.

    Args:
        error: what a socket or the HTTP library raised.
        url: the origin that was to be reached, for messages.
    """
    cause = root_cause(error)
    if cause is None:
        assert isinstance(error, DockpyError)
        return error
    message, hint = _meaning(cause, url)
    kind: type[DockpyError] = ConnectionFailed
    if type(error).__name__ == "ProxyError":
        message, hint = (
            f"The proxy before {url} cannot be used: {_text(cause)}",
            ("HTTPS_PROXY names it; NO_PROXY names the hosts that are reached without."),
        )
    elif isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__:
        kind = TimedOut
    elif not isinstance(cause, OSError) and "Closed" not in type(cause).__name__:
        kind = InvalidResponse
    return kind(message, daemon=url, hint=hint)


def _meaning(cause: BaseException, url: str) -> tuple[str, str | None]:
    host = url.partition("://")[2]
    if isinstance(cause, ConnectionRefusedError):
        return f"Nothing listens at {host}", "Is the registry running, and is the port right?"
    if isinstance(cause, socket.gaierror):
        return f"The host of {host} is not known: {cause.strerror}", "Check the registry's name."
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"The certificate of {host} is not trusted: {cause.verify_message}", (
            f"Put the authority that signed it into /etc/docker/certs.d/{host}/ca.crt or give TLS(ca=…); "
            "insecure=True trusts anyone who answers."
        )
    if isinstance(cause, ssl.SSLError):
        return _tls_meaning(cause, host)
    if isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__:
        return f"{host} did not answer in time", "Give it more: Registry(…, timeout=…)."
    if isinstance(cause, ConnectionError):
        return f"{host} closed the connection: {_text(cause)}", None
    if isinstance(cause, OSError):
        return f"{host} cannot be reached: {_text(cause)}", None
    if "Closed" in type(cause).__name__:
        return f"The connections to {host} were closed meanwhile", None
    return f"What answers at {host} does not speak HTTP as registries do: {type(cause).__name__}", None


def _tls_meaning(cause: ssl.SSLError, host: str) -> tuple[str, str | None]:
    reason = cause.reason or str(cause)
    if "ALERT" in reason and any(
        alert in reason for alert in ("CERTIFICATE", "UNKNOWN_CA", "HANDSHAKE_FAILURE")
    ):
        return f"{host} refused this client's certificate, or asks for one: {reason}", (
            f"Put it into /etc/docker/certs.d/{host}/ as client.cert and client.key, or give TLS(cert=…)."
        )
    if "WRONG_VERSION" in reason or "RECORD_LAYER" in reason or "HTTP_REQUEST" in reason:
        return f"{host} does not speak TLS: {reason}", (
            "insecure=True lets plain HTTP pass, where you trust the network in between."
        )
    return f"TLS with {host} failed: {reason}", None


def _text(cause: BaseException) -> str:
    return (cause.strerror if isinstance(cause, OSError) else None) or str(cause) or type(cause).__name__
