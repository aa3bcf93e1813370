"""Which daemon is meant: what is said outright, else the environment, else docker's configuration."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from dockpy.config import environment
from dockpy.config.contexts import DEFAULT_CONTEXT, Context, load_context
from dockpy.config.endpoint import Endpoint, parse_endpoint
from dockpy.config.file import ConfigFile
from dockpy.config.tls import TLS
from dockpy.errors import ContextNotFound, InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["resolve_endpoint"]


def resolve_endpoint(
    host: str | None = None,
    tls: TLS | bool | None = None,
    context: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Endpoint:
    """Find the daemon, as the docker command does: the first of these that says something.

    1. `host` or `context`
    2. ``DOCKER_HOST``
    3. ``DOCKER_CONTEXT``
    4. the ``currentContext`` of config.json
    5. the first default socket that exists, else ``/var/run/docker.sock``

    The context ``default`` stands for 2 and 5. TLS from the environment applies to addresses, never to
    contexts, which have their own. This reads files, but opens no connection.

    Args:
        host: the daemon's address.
        tls: the TLS material. None takes the environment's or the context's; True insists on TLS, with that
            material or else the system's certificate authorities; False is without TLS.
        context: a docker context's name.
        environ: the environment to ask.

    Returns:
        The endpoint, with its origin and the ``HttpHeaders`` of config.json.

    Raises:
        InvalidArgument: both `host` and `context` are given.
        InvalidEndpoint: the address cannot be read.
        ContextNotFound: there is no such context.
        ConfigError: config.json, the context or the TLS material cannot be used.
    """
    config = ConfigFile.load(environ)
    endpoint = _find(host, tls, context, environ, config)
    return replace(endpoint, headers=config.http_headers)


def _find(
    host: str | None,
    tls: TLS | bool | None,
    context: str | None,
    environ: Mapping[str, str],
    config: ConfigFile,
) -> Endpoint:
    if host is not None and context is not None:
        raise InvalidArgument(
            "host and context were both given; each names a daemon", hint="Leave one of them out."
        )
    if host is not None:
        return _address(host, tls, environ, "argument")
    if context is not None and context != DEFAULT_CONTEXT:
        return _context(load_context(context, environ), tls, environ)
    if docker_host := environ.get("DOCKER_HOST"):
        return _address(docker_host, tls, environ, "DOCKER_HOST")
    if context is None:
        for name, source in (
            (environ.get("DOCKER_CONTEXT"), "DOCKER_CONTEXT"),
            (config.current_context, f"the currentContext of {str(config.path)!r}"),
        ):
            if name == DEFAULT_CONTEXT:
                break
            if name:
                return _context(_named_by(source, name, environ), tls, environ, source)
    return _default_socket(tls, environ, "default socket")


def _address(host: str, tls: TLS | bool | None, environ: Mapping[str, str], origin: str) -> Endpoint:
    # The environment's TLS is for daemons on the network; exported once, it must not break unix:// or ssh://.
    if (tls is None or tls is True) and _on_network(host):
        tls = TLS.from_environ(environ) or tls
    return parse_endpoint(host, tls, origin=origin)


def _context(
    context: Context, tls: TLS | bool | None, environ: Mapping[str, str], source: str = ""
) -> Endpoint:
    origin = f"context {context.name!r}" + (f" from {source}" if source else "")
    if not context.host:
        return _default_socket(tls, environ, origin)
    # A context may carry TLS files beside an address that has no use for them.
    if (tls is None or tls is True) and _on_network(context.host):
        tls = context.tls or tls
    return parse_endpoint(context.host, tls, origin=origin)


def _named_by(source: str, name: str, environ: Mapping[str, str]) -> Context:
    try:
        return load_context(name, environ)
    except ContextNotFound as error:
        raise ContextNotFound(f"{error.message}, which {source} names", hint=error.hint) from None


def _default_socket(tls: TLS | bool | None, environ: Mapping[str, str], origin: str) -> Endpoint:
    candidates = environment.default_sockets(environ)
    path = next((path for path in candidates if os.path.exists(path)), candidates[0])
    scheme = "npipe" if environment.WINDOWS else "unix"
    return replace(parse_endpoint(f"{scheme}://{path}", tls, origin=origin), candidates=candidates)


def _on_network(address: str) -> bool:
    return address.lower().startswith(("tcp://", "http://", "https://"))
