"""Addresses of daemons: what is read, what is refused, and that no error tells a secret."""

from __future__ import annotations

import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.config import TLS, Endpoint, environment, parse_endpoint
from dockpy.errors import InvalidEndpoint

MATERIAL = TLS("/certs/ca.pem", "/certs/cert.pem", "/certs/key.pem")

# text, tls, url, scheme, host, port, path, user, whether with TLS
ACCEPTED = [
    ("unix:///run/docker.sock", None, None, "unix", None, None, "/run/docker.sock", None, False),
    ("unix:///a b/@/é:1.sock", None, None, "unix", None, None, "/a b/@/é:1.sock", None, False),
    ("unix:///run/docker.sock", False, None, "unix", None, None, "/run/docker.sock", None, False),
    ("UNIX:///x", None, "unix:///x", "unix", None, None, "/x", None, False),
    ("tcp://10.0.0.5", None, "tcp://10.0.0.5:2375", "tcp", "10.0.0.5", 2375, None, None, False),
    ("tcp://10.0.0.5", MATERIAL, "tcp://10.0.0.5:2376", "tcp", "10.0.0.5", 2376, None, None, True),
    ("tcp://10.0.0.5", True, "tcp://10.0.0.5:2376", "tcp", "10.0.0.5", 2376, None, None, True),
    ("tcp://10.0.0.5", False, "tcp://10.0.0.5:2375", "tcp", "10.0.0.5", 2375, None, None, False),
    ("tcp://host.example:1", MATERIAL, None, "tcp", "host.example", 1, None, None, True),
    ("tcp://my_host.:65535/", None, "tcp://my_host.:65535", "tcp", "my_host.", 65535, None, None, False),
    ("http://h", None, "tcp://h:2375", "tcp", "h", 2375, None, None, False),
    ("http://h", False, "tcp://h:2375", "tcp", "h", 2375, None, None, False),
    ("https://h", None, "tcp://h:2376", "tcp", "h", 2376, None, None, True),
    ("https://h:443", MATERIAL, "tcp://h:443", "tcp", "h", 443, None, None, True),
    ("tcp://[::1]", None, "tcp://[::1]:2375", "tcp", "::1", 2375, None, None, False),
    ("tcp://[fe80::1%25eth0]:1", None, None, "tcp", "fe80::1%eth0", 1, None, None, False),
    ("tcp://[fe80::1%eth0]:1", None, "tcp://[fe80::1%25eth0]:1", "tcp", "fe80::1%eth0", 1, None, None, False),
    ("ssh://build", None, None, "ssh", "build", None, None, None, False),
    ("ssh://root@10.0.0.5:2222", None, None, "ssh", "10.0.0.5", 2222, None, "root", False),
    ("ssh://me@h/run/my/docker.sock", None, None, "ssh", "h", None, "/run/my/docker.sock", "me", False),
    ("ssh://h/", None, "ssh://h", "ssh", "h", None, None, None, False),
    ("ssh://h/a%20b", None, None, "ssh", "h", None, "/a b", None, False),
    ("ssh://me%40corp@h", None, None, "ssh", "h", None, None, "me@corp", False),
    ("ssh://me@corp@h", None, "ssh://me%40corp@h", "ssh", "h", None, None, "me@corp", False),
    ("ssh://[::1]:22", None, None, "ssh", "::1", 22, None, None, False),
]

# text, tls, the message, a part of the hint
REFUSED = [
    ("", None, "cannot be empty", "unix:///path/to/docker.sock, tcp://host"),
    ("localhost", None, "no scheme", "tcp://localhost; for a UNIX socket, unix:///path"),
    ("localhost:2375", None, "no scheme", "tcp://localhost:2375"),
    ("/var/run/docker.sock", None, "no scheme", "write unix:///var/run/docker.sock."),
    ("./docker.sock", None, "no scheme", "write unix:///docker.sock."),
    ("docker.sock", None, "no scheme", "unix:///docker.sock"),
    ("unix:/run/docker.sock", None, "no scheme", "unix:///run/docker.sock"),
    ("unix:run/docker.sock", None, "no scheme", "unix:///run/docker.sock"),
    ("me@host", None, "no scheme", "write ssh://me@host"),
    (r"\\.\pipe\docker_engine", None, "no scheme", "npipe:////./pipe/docker_engine"),
    ("-Hfoo", None, "no scheme", "An endpoint is written"),
    ("tcp:/h", None, "no scheme", "An endpoint is written"),
    ("://h", None, "scheme before '://' is empty", "An endpoint is written"),
    ("tpc://h", None, "scheme is not known", "Did you mean tcp://?"),
    ("htps://h", None, "scheme is not known", "Did you mean https://?"),
    ("ssl://h", None, "scheme is not known", "Did you mean ssh://?"),
    ("http+unix://%2Frun%2Fx", None, "scheme is not known", "Did you mean unix://?"),
    ("carrier-pigeon://h", None, "scheme is not known", "An endpoint is written"),
    ("unix://", None, "path begins with '/'", "An endpoint is written"),
    ("unix://var/run/docker.sock", None, "path begins with '/'", "unix:///var/run/docker.sock"),
    ("unix://~/docker.sock", None, "path begins with '/'", "unix:///docker.sock"),
    ("unix:///run/", None, "a directory", "An endpoint is written"),
    ("unix:///run/x", MATERIAL, "TLS is for tcp:// and https:// only", ""),
    ("unix:///run/x", True, "TLS is for tcp:// and https:// only", ""),
    ("ssh://h", MATERIAL, "TLS is for", ""),
    ("npipe:////./pipe/docker_engine", None, "on Windows only", ""),
    ("tcp://", None, "host is missing", ""),
    ("tcp://:2375", None, "host is missing", ""),
    ("ssh://", None, "host is missing", ""),
    ("ssh:///run/x", None, "host is missing", ""),
    ("tcp://h:", None, "port is not a number", ""),
    ("tcp://h:0", None, "port is not a number from 1 to 65535", ""),
    ("tcp://h:65536", None, "port is not a number from 1 to 65535", ""),
    ("tcp://h:+1", None, "port is not a number", ""),
    ("tcp://h:٣", None, "port is not a number", ""),
    ("tcp://h:1:2", None, "more than one ':'", "brackets"),
    ("tcp://::1:2375", None, "more than one ':'", "brackets"),
    ("tcp://[::1", None, "is written .address.", ""),
    ("tcp://[::1]2375", None, "is written .address.", ""),
    ("tcp://[::g]", None, "not an IPv6 address", ""),
    ("tcp://[127.0.0.1]", None, "not an IPv6 address", ""),
    ("tcp://[fe80::1%a;b]", None, "zone is not valid", ""),
    ("tcp://h/v1.41", None, "path after the host", ""),
    ("tcp://h?x=1", None, "no '.' and no '#'", ""),
    ("tcp://h#x", None, "no '.' and no '#'", ""),
    ("ssh://h/x?y", None, "no '.' and no '#'", ""),
    ("tcp://me@h", None, "takes no user name or password", "TLS certificates"),
    ("https://me:s3cret@h", None, "takes no user name or password", "TLS certificates"),
    ("http://h", MATERIAL, "http:// is without TLS", "Write tcp:// or https://"),
    ("https://h", False, "TLS is turned off", "Write tcp:// or http://"),
    ("tcp://a..b", None, "not a host name", ""),
    ("tcp://.a", None, "not a host name", ""),
    ("tcp://a-", None, "not a host name", ""),
    ("tcp://" + "a" * 64, None, "not a host name", ""),
    ("tcp://" + "a." * 127 + "a", None, "not a host name", ""),
    ("tcp://h$(id)", None, "not a host name", ""),
    ("tcp://bücher.example", None, "not ASCII", "xn--"),
    ("tcp:// h", None, r"whitespace \(' '\) at position 6", ""),
    ("tcp://h\n", None, r"whitespace \('\\n'\) at position 7", ""),
    ("unix:///x ", None, "whitespace", ""),
    ("unix:///x\x00y", None, "control character", ""),
    ("tcp://h\u200b", None, "control character", ""),
    ("ssh://-oProxyCommand=id", None, "cannot begin with '-'", ""),
    ("ssh://-oProxyCommand=id@h", None, "user name is not accepted", ""),
    ("ssh://%2doProxyCommand@h", None, "user name is not accepted", ""),
    ("ssh://a%0Ab@h", None, "user name is not accepted", ""),
    ("ssh://`id`@h", None, "user name is not accepted", ""),
    ("ssh://@h", None, "user name before '@' is empty", ""),
    ("ssh://me:s3cret@h", None, "a password in an ssh:// address is not supported", "Use a key"),
    ("ssh://me:@h", None, "a password in an ssh:// address", "Use a key"),
    ("ssh://h/a%00b", None, "control character in the path", ""),
]


@pytest.mark.parametrize(
    ("text", "tls", "url", "scheme", "host", "port", "path", "user", "with_tls"), ACCEPTED
)
def test_the_parts_of_an_address(
    text: str,
    tls: TLS | bool | None,
    url: str | None,
    scheme: str,
    host: str | None,
    port: int | None,
    path: str | None,
    user: str | None,
    with_tls: bool,
) -> None:
    endpoint = parse_endpoint(text, tls)
    assert endpoint.url == endpoint.display == (url or text)
    assert (endpoint.scheme, endpoint.host, endpoint.port) == (scheme, host, port)
    assert (endpoint.path, endpoint.user) == (path, user)
    assert endpoint.tls == ((tls if isinstance(tls, TLS) else TLS()) if with_tls else None)
    assert endpoint.origin == "argument"
    assert (endpoint.candidates, endpoint.headers) == ((), {})
    assert parse_endpoint(endpoint.url, endpoint.tls) == endpoint


@pytest.mark.parametrize(("text", "tls", "message", "hint"), REFUSED)
def test_every_way_of_being_wrong_is_named(
    text: str, tls: TLS | bool | None, message: str, hint: str
) -> None:
    with pytest.raises(InvalidEndpoint, match=message) as caught:
        parse_endpoint(text, tls, origin="DOCKER_HOST")
    assert isinstance(caught.value, ValueError)
    assert caught.value.hint
    assert hint in caught.value.hint
    assert "from DOCKER_HOST" in str(caught.value)


def test_the_whole_message() -> None:
    with pytest.raises(InvalidEndpoint) as caught:
        parse_endpoint("tcp://10.0.0.5:port")
    assert str(caught.value) == (
        "the port is not a number from 1 to 65535 [endpoint 'tcp://10.0.0.5:port' from argument]\n"
        "An endpoint is written unix:///path/to/docker.sock, tcp://host[:port], https://host[:port] "
        "or ssh://[user@]host[:port]."
    )


@pytest.mark.parametrize(
    "text",
    [
        "ssh://me:s3cret@h",
        "ssh://me:s3cret@h:port",
        "ssh://me:pa/s3cret@h",
        "ssh://me:pa?s3cret@h",
        "ssh://me:pa#s3cret@h",
        "ssh://me:pa@s3cret@h",
        "ssh://me:pa://s3cret@h",
        "ssh://me:pa s3cret@h",
        "ssh://me:pa\ns3cret@h",
        "ssh://me%3As3cret@h",
        "ssh://:s3cret@h",
        "me:s3cret@h",
        "tcp://me:s3cret@h:2375",
        "tcp://s3cret$@h",
        "https://me:s3cret@h/path",
        "tcp://h?token=s3cret",
        "tcp://h#s3cret",
        "tcp://h/?token=s3cret@x",
        "unix://me:s3cret@h/x",
        "foo://me:s3cret@h",
    ],
)
def test_no_error_tells_a_secret(text: str) -> None:
    with pytest.raises(InvalidEndpoint) as caught:
        parse_endpoint(text)
    error = caught.value
    shown = "".join(traceback.format_exception(error))
    shown = shown.replace(f"{text!r}", "")  # the test's own frame may show its argument
    assert "s3cret" not in str(error) + repr(error) + repr(error.__dict__)
    assert b"s3cret" not in pickle.dumps(error)
    assert "s3cret" not in shown


def test_a_very_long_text_is_cut_in_the_message() -> None:
    with pytest.raises(InvalidEndpoint) as caught:
        parse_endpoint("tcp://" + "x" * 100_000)
    assert len(str(caught.value)) < 600


def test_named_pipes_are_for_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "WINDOWS", True)
    endpoint = parse_endpoint("npipe:////./pipe/docker_engine")
    assert (endpoint.scheme, endpoint.path) == ("npipe", "//./pipe/docker_engine")
    assert endpoint.url == "npipe:////./pipe/docker_engine"
    with pytest.raises(InvalidEndpoint, match="no named pipe"):
        parse_endpoint("npipe://docker_engine")


def test_it_is_a_value() -> None:
    one = parse_endpoint("tcp://h", MATERIAL, origin="argument")
    other = parse_endpoint("https://h:2376", MATERIAL, origin="DOCKER_HOST")
    assert one == other
    assert len({one, other}) == 1
    assert pickle.loads(pickle.dumps(one)) == one
    assert one != parse_endpoint("tcp://h:2376")


def test_the_repr_shows_no_headers() -> None:
    endpoint = Endpoint("unix:///x", "unix", path="/x", headers={"Authorization": "Bearer s3cret"})
    assert "s3cret" not in repr(endpoint)
    assert endpoint.headers["Authorization"] == "Bearer s3cret"


_pieces = st.lists(
    st.one_of(
        st.sampled_from(
            ["tcp", "ssh", "unix", "https", "://", "/", ":", "@", "[", "]", "::1", "%", "?", "#", "-"]
        ),
        st.text(max_size=4),
        st.text("ab09.-_", max_size=4),
    ),
    max_size=8,
).map("".join)


@given(st.one_of(st.text(), _pieces))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        endpoint = parse_endpoint(text)
    except InvalidEndpoint:
        return
    assert parse_endpoint(endpoint.url, endpoint.tls) == endpoint
    assert not (endpoint.host or "").startswith("-")
    assert not (endpoint.user or "").startswith("-")
