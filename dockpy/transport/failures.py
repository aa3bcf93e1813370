"""What a failed connection means: the endpoint, where it came from, the cause, and what to try next."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from dockpy.errors import ConnectionFailed, DockpyError, InvalidResponse, TimedOut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.config.endpoint import Endpoint

__all__ = ["explain", "is_closed_pool", "is_lost_connection", "root_cause"]

_START = (
    "Is the Docker engine running? `docker context ls` lists where else one may be, DOCKER_HOST names one."
)


def explain(error: BaseException, endpoint: Endpoint) -> DockpyError:
    """The typed error of a failure on the way to a daemon.

    Args:
        error: what a connector, a socket or the HTTP library raised.
        endpoint: where the daemon was to be.
    """
    if isinstance(error, DockpyError):
        return error.at(daemon=endpoint.display)
    cause = _cause(error)
    if isinstance(cause, DockpyError):
        return cause.at(daemon=endpoint.display)
    message, hint = _meaning(cause, endpoint)
    kind: type[DockpyError] = ConnectionFailed
    if isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__:
        kind = TimedOut
    elif not isinstance(cause, OSError) and "Disconnected" not in type(cause).__name__:
        kind = InvalidResponse
    return kind(f"{message} (endpoint from {endpoint.origin})", daemon=endpoint.display, hint=hint)


def root_cause(error: BaseException) -> BaseException | None:
    """What a traceback should show beneath an explained error: what really happened, without the wrapping."""
    cause = _cause(error)
    return None if isinstance(cause, DockpyError) else cause


def is_lost_connection(error: BaseException) -> bool:
    """Whether the daemon closed the connection before it answered anything."""
    return isinstance(
        _cause(error), (ConnectionResetError, BrokenPipeError)
    )  # RemoteDisconnected is the first


def is_closed_pool(error: BaseException) -> bool:
    """Whether the connections were given back before one was taken for this request."""
    return any(type(current).__name__ == "ClosedPoolError" for current in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that it wraps, outermost first."""
    pending, seen = [error], set[int]()
    while pending:
        current = pending.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = [*current.args, getattr(current, "reason", None), current.__cause__, current.__context__]
        pending += [item for item in inner if isinstance(item, BaseException)]


def _cause(error: BaseException) -> BaseException:
    """What really happened, beneath the HTTP library's wrapping."""
    chain = list(_chain(error))
    for current in chain:
        if isinstance(current, DockpyError):
            return current
    for current in chain:
        # requests' own exceptions are OSErrors without a number, and say nothing of their own.
        if isinstance(current, OSError) and not type(current).__module__.startswith("requests"):
            return current
    for current in chain:
        if type(current).__module__ == "http.client":
            return current
    return chain[-1]


def _meaning(cause: BaseException, endpoint: Endpoint) -> tuple[str, str | None]:
    from dockpy.transport.ssh import SSHFailed  # it loads what starts processes

    where = endpoint.display
    if isinstance(cause, SSHFailed):
        return f"No engine answered over ssh: {cause}", f"Try `ssh {endpoint.host} docker version`."
    if isinstance(cause, FileNotFoundError):
        tried = [path for path in endpoint.candidates if path != endpoint.path]
        return f"There is no socket at {endpoint.path}", (
            f"{_START}\nAlso looked for: {', '.join(tried)}." if tried else _START
        )
    if isinstance(cause, PermissionError):
        return f"The socket {endpoint.path} may not be opened by this user", (
            "Add the user to the group that owns the socket (usually `docker`) and log in again, "
            "or use a rootless engine."
        )
    if isinstance(cause, ConnectionRefusedError):
        return f"Nothing listens at {where}", _START
    if isinstance(cause, socket.gaierror):
        return (
            f"The host {endpoint.host} is not known: {cause.strerror}",
            "Check the host's name in the endpoint.",
        )
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"The daemon's certificate is not trusted: {cause.verify_message}", (
            "Name the authority that signed it: TLS(ca=…), or DOCKER_CERT_PATH with a ca.pem."
        )
    if isinstance(cause, ssl.SSLError):
        return _tls_meaning(cause)
    if isinstance(cause, TimeoutError):
        return (
            "The daemon did not answer in time",
            "Give it more: Client(timeout=…), client.with_options(timeout=…).",
        )
    if isinstance(cause, ConnectionError):
        return f"The daemon closed the connection: {cause}", None
    if isinstance(cause, OSError):
        return f"The daemon cannot be reached: {cause.strerror or cause}", _START
    return (
        f"What answers there does not speak the Engine API: {cause}",
        "Check that the endpoint is a Docker engine's.",
    )


def _tls_meaning(cause: ssl.SSLError) -> tuple[str, str | None]:
    reason = cause.reason or str(cause)
    # The daemon's alerts: an expired certificate, one of an authority that it does not know, none at all, …
    alerts = ("CERTIFICATE", "UNKNOWN_CA", "HANDSHAKE_FAILURE")
    if "ALERT" in reason and any(alert in reason for alert in alerts):
        return f"The daemon refused this client's certificate, or asks for one: {reason}", (
            "Give the client's own: TLS(cert=…, key=…), or DOCKER_CERT_PATH with cert.pem and key.pem."
        )
    if "WRONG_VERSION" in reason or "RECORD_LAYER" in reason or "HTTP_REQUEST" in reason:
        return (
            f"The daemon does not speak TLS there: {reason}",
            "Leave TLS off for this endpoint, or check its port.",
        )
    return f"TLS with the daemon failed: {reason}", None
