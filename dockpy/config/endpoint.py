"""Where a daemon is: an address as the docker command writes them, read and checked.

    unix:///path/to/docker.sock
    tcp://host[:port]                          2375 without TLS, 2376 with it
    http://host[:port]   https://host[:port]   tcp:// that says which
    ssh://[user@]host[:port][/path/to/docker.sock]
    npipe:////./pipe/docker_engine             on Windows

Reading one does no I/O. What may be a password is shown in no error.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
import urllib.parse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from dockpy.config import environment
from dockpy.config.tls import TLS
from dockpy.errors import InvalidEndpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Endpoint", "Scheme", "parse_endpoint"]

Scheme = Literal["unix", "tcp", "ssh", "npipe", "fake"]
"""How a daemon is reached; ``http://`` and ``https://`` are both ``tcp``, ``fake`` is one in this process."""

_SCHEMES = ("unix", "tcp", "http", "https", "ssh", "npipe")
_ACCEPTED = (
    "An endpoint is written unix:///path/to/docker.sock, tcp://host[:port], https://host[:port] "
    "or ssh://[user@]host[:port]."
)
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_MAX_HOST = 253
# Names end up on ssh's command line, where a leading "-" makes an option and others are for the shell.
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+\\-]*")
_PORT = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a daemon. Made by `parse_endpoint` or `resolve_endpoint`.

    Attributes:
        url: the address in full, such as ``tcp://10.0.0.5:2376``.
        scheme: how it is reached.
        host: the host; IPv6 without its brackets. None for a socket.
        port: the port; None for a socket, and for ssh where the address names none.
        path: the socket's path, which for ssh is one on the other machine; None where the address names none.
        user: the user for ssh; None where the address names none.
        tls: the TLS material; None for a connection without TLS.
        origin: where it comes from: ``argument``, ``DOCKER_HOST``, ``context 'x'``, ``default socket``.
        candidates: the paths of the default sockets, where one of them was taken; else empty.
        headers: HTTP headers for each request, the ``HttpHeaders`` of config.json.
    """

    url: str
    scheme: Scheme
    host: str | None = None
    port: int | None = None
    path: str | None = None
    user: str | None = None
    tls: TLS | None = None
    origin: str = field(default="argument", compare=False)
    candidates: tuple[str, ...] = field(default=(), compare=False)
    # Not in the repr: proxies take tokens in headers.
    headers: Mapping[str, str] = field(default_factory=dict[str, str], compare=False, repr=False)

    @property
    def display(self) -> str:
        """The address for messages and logs; it holds no secret."""
        return self.url


def parse_endpoint(text: str, tls: TLS | bool | None = None, *, origin: str = "argument") -> Endpoint:
    """Read an address of a daemon.

    Args:
        text: the address.
        tls: the TLS material for ``tcp://`` and ``https://``. None leaves it to the address, True takes the
            system's certificate authorities, False is without TLS.
        origin: where the address comes from, for errors.

    Returns:
        The endpoint, its defaults filled in.

    Raises:
        InvalidEndpoint: the text is no address, or TLS is asked for where there is none; the message names
            what is wrong and the accepted forms, and never a password.
    """
    try:
        _check_characters(text)
        scheme, rest = _split_scheme(text)
        if scheme in ("unix", "npipe"):
            if tls:
                raise InvalidEndpoint("TLS is for tcp:// and https:// only")
            return _socket(scheme, rest, origin)
        if scheme == "ssh":
            if tls:
                raise InvalidEndpoint("TLS is for tcp:// and https:// only; ssh:// is encrypted without")
            return _ssh(rest, origin)
        return _tcp(scheme, rest, tls, origin)
    except InvalidEndpoint as error:
        error.hint = error.hint or _ACCEPTED
        error.at(subject=f"endpoint {_shown(text)!r} from {origin}")
        raise


class _Authority(NamedTuple):
    user: str | None
    host: str
    port: int | None
    path: str

    @property
    def netloc(self) -> str:
        """User, host and port as a URL has them."""
        host = f"[{self.host.replace('%', '%25')}]" if ":" in self.host else self.host
        user = f"{urllib.parse.quote(self.user)}@" if self.user else ""
        return user + host + (f":{self.port}" if self.port else "")


def _socket(scheme: str, path: str, origin: str) -> Endpoint:
    if scheme == "npipe":
        if not environment.WINDOWS:
            raise InvalidEndpoint("named pipes (npipe://) are there on Windows only")
        if not path.startswith("//"):
            raise InvalidEndpoint("this is no named pipe", hint="Write npipe:////./pipe/docker_engine.")
        return Endpoint(f"npipe://{path}", "npipe", path=path, origin=origin)
    if not path.startswith("/"):
        relative = path.lstrip("~/.")
        shown = relative and "@" not in relative  # what is before "@" may be a password
        hint = f"Write the whole path, for example unix:///{relative}." if shown else None
        raise InvalidEndpoint("a UNIX socket's path begins with '/'", hint=hint)
    if path.endswith("/"):
        raise InvalidEndpoint("this names a directory, not a socket")
    return Endpoint(f"unix://{path}", "unix", path=path, origin=origin)


def _tcp(scheme: str, rest: str, tls: TLS | bool | None, origin: str) -> Endpoint:
    authority = _authority(rest)
    if authority.user is not None:
        raise InvalidEndpoint(
            f"{scheme}:// takes no user name or password",
            hint="A daemon knows its clients by TLS certificates.",
        )
    if authority.path not in ("", "/"):
        raise InvalidEndpoint("a path after the host is not supported")
    if scheme == "http" and tls:
        raise InvalidEndpoint(
            "http:// is without TLS, and TLS is asked for",
            hint="Write tcp:// or https://, or leave out tls=, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH.",
        )
    if scheme == "https" and tls is False:
        raise InvalidEndpoint("https:// is with TLS, and TLS is turned off", hint="Write tcp:// or http://.")
    if tls is True or (tls is None and scheme == "https"):
        tls = TLS()
    material = tls if isinstance(tls, TLS) else None
    authority = authority._replace(port=authority.port or (2376 if material else 2375))
    url = f"tcp://{authority.netloc}"
    return Endpoint(url, "tcp", authority.host, authority.port, tls=material, origin=origin)


def _ssh(rest: str, origin: str) -> Endpoint:
    user, host, port, path = authority = _authority(rest)
    if user is not None and ":" in user:
        raise InvalidEndpoint(
            "a password in an ssh:// address is not supported",
            hint="Use a key, with ssh-agent or an IdentityFile in ~/.ssh/config.",
        )
    if user is not None:
        user = urllib.parse.unquote(user)
        if not _USER.fullmatch(user):
            raise InvalidEndpoint("this user name is not accepted")
    path = urllib.parse.unquote(path)
    if not path.isprintable():
        raise InvalidEndpoint("there is a control character in the path")
    url = f"ssh://{authority._replace(user=user).netloc}"
    if path in ("", "/"):
        return Endpoint(url, "ssh", host, port, user=user, origin=origin)
    return Endpoint(url + urllib.parse.quote(path), "ssh", host, port, path, user, origin=origin)


def _authority(rest: str) -> _Authority:
    """Read ``[user@]host[:port][/path]``."""
    netloc, slash, path = rest.partition("/")
    if "?" in rest or "#" in rest:
        raise InvalidEndpoint("an endpoint has no '?' and no '#'")
    user, at, netloc = netloc.rpartition("@")
    if at and not user:
        raise InvalidEndpoint("the user name before '@' is empty")
    if netloc.startswith("["):
        host, bracket, port = netloc[1:].partition("]")
        if not bracket or port[:1] not in ("", ":"):
            raise InvalidEndpoint("an IPv6 address is written [address] or [address]:port")
        host = host.replace("%25", "%")  # the zone's "%", which a URL writes that way
        _check_ipv6(host)
        colon, port = port[:1], port[1:]
    else:
        host, colon, port = netloc.partition(":")
        if ":" in port:
            raise InvalidEndpoint(
                "there is more than one ':' after the host", hint="IPv6 addresses go in [brackets]."
            )
        _check_host(host)
    return _Authority(user if at else None, host, _port(port) if colon else None, slash + path)


def _port(text: str) -> int:
    if not _PORT.fullmatch(text) or not 0 < int(text) < 65536:
        raise InvalidEndpoint("the port is not a number from 1 to 65535")
    return int(text)


def _check_host(host: str) -> None:
    if not host:
        raise InvalidEndpoint("the host is missing")
    if host.startswith("-"):
        raise InvalidEndpoint("a host cannot begin with '-'")
    if not host.isascii():
        raise InvalidEndpoint(
            "the host is not ASCII", hint="Write an international name in its encoded form (xn--…)."
        )
    if len(host) > _MAX_HOST or not _HOST.fullmatch(host):
        raise InvalidEndpoint("this is not a host name")


def _check_ipv6(host: str) -> None:
    address, percent, zone = host.partition("%")
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        raise InvalidEndpoint("what is in [brackets] is not an IPv6 address") from None
    if percent and not re.fullmatch(r"[A-Za-z0-9_.-]+", zone):
        raise InvalidEndpoint("the IPv6 address's zone is not valid")


def _check_characters(text: str) -> None:
    if not text:
        raise InvalidEndpoint("an endpoint cannot be empty")
    for position, character in enumerate(text):
        inside_path = character == " " and text.startswith("unix:///") and position < len(text) - 1
        if (character.isspace() and not inside_path) or not character.isprintable():
            kind = "whitespace" if character.isspace() else "a control character"
            raise InvalidEndpoint(f"there is {kind} ({character!r}) at position {position}")


def _split_scheme(text: str) -> tuple[str, str]:
    scheme, separator, rest = text.partition("://")
    if not separator:
        raise InvalidEndpoint("there is no scheme (what ends in '://')", hint=_likely(text))
    scheme = scheme.lower()
    if scheme in _SCHEMES:
        return scheme, rest
    if not scheme:
        raise InvalidEndpoint("the scheme before '://' is empty")
    near = ["unix"] if scheme.endswith("unix") else difflib.get_close_matches(scheme, _SCHEMES, 1, 0.5)
    hint = f"Did you mean {near[0]}://? {_ACCEPTED}" if near else None
    raise InvalidEndpoint("the scheme is not known", hint=hint)


def _likely(text: str) -> str | None:
    """What someone who left out the scheme may have meant."""
    shown = _shown(text)
    if text.startswith("\\\\"):
        return "For a named pipe, write npipe:////./pipe/docker_engine."
    if text.startswith("unix:"):
        return f"For a UNIX socket, write unix:///{shown.removeprefix('unix:').lstrip('/')}."
    if text.startswith(("/", "~", ".")) or text.endswith(".sock"):
        return f"For a UNIX socket, write unix:///{shown.lstrip('~/.')}."
    if "@" in text:
        return f"For a daemon behind ssh, write ssh://{shown}."
    if re.fullmatch(r"[\w.-]+(:\d+)?", text, re.ASCII) and not text.startswith("-"):
        return f"For a daemon on the network, write tcp://{shown}; for a UNIX socket, unix:///path."
    return None


def _shown(text: str) -> str:
    """The text for a message: without what may be a password or a token, and not too long."""
    if not text.startswith("unix:///"):
        scheme, separator, rest = text.rpartition("://") if text.count("://") == 1 else ("", "", text)
        # To the last "@": a password may hold any character, also those that end a host.
        user, at, host = rest.rpartition("@")
        if at:
            name, colon, _ = user.partition(":")
            user = (name if _USER.fullmatch(name) else "***") + (":***" if colon else "")
        text = scheme + separator + user + at + re.sub(r"[?#].*", "?***", host, flags=re.DOTALL)
    return text if len(text) <= 200 else f"{text[:200]}…"
