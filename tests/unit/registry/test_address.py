"""From a registry's name to where requests go."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy import InvalidArgument
from dockpy.registry.address import parse_address


@pytest.mark.parametrize(
    ("host", "named", "netloc", "scheme"),
    [
        ("docker.io", "docker.io", "registry-1.docker.io", "https"),
        ("index.docker.io", "docker.io", "registry-1.docker.io", "https"),
        ("https://registry-1.docker.io/", "docker.io", "registry-1.docker.io", "https"),
        ("ghcr.io", "ghcr.io", "ghcr.io", "https"),
        ("Registry.Example:5000", "Registry.Example:5000", "registry.example:5000", "https"),
        ("10.0.0.5:5000", "10.0.0.5:5000", "10.0.0.5:5000", "https"),
        ("[2001:db8::1]:5000", "[2001:db8::1]:5000", "[2001:db8::1]:5000", "https"),
        ("127.0.0.1:5050", "127.0.0.1:5050", "127.0.0.1:5050", None),
        ("127.8.9.10", "127.8.9.10", "127.8.9.10", None),
        ("localhost:5000", "localhost:5000", "localhost:5000", None),
        ("[::1]:5000", "[::1]:5000", "[::1]:5000", None),
        ("https://127.0.0.1:5050", "127.0.0.1:5050", "127.0.0.1:5050", "https"),
        ("HTTP://localhost:5000/", "localhost:5000", "localhost:5000", "http"),
    ],
)
def test_where_requests_go(host: str, named: str, netloc: str, scheme: str | None) -> None:
    address = parse_address(host)
    assert (address.host, address.netloc, address.scheme) == (named, netloc, scheme)


@pytest.mark.parametrize(
    ("host", "insecure", "scheme"),
    [
        ("ghcr.io", True, None),
        ("127.0.0.1:1", True, None),
        ("127.0.0.1:1", False, "https"),
        ("http://ghcr.io", True, "http"),
        ("https://ghcr.io", True, "https"),
    ],
)
def test_what_insecure_changes(host: str, insecure: bool, scheme: str | None) -> None:
    assert parse_address(host, insecure).scheme == scheme


def test_host_and_port() -> None:
    address = parse_address("[::1]:5000")
    assert (address.hostname, address.port, address.url("http")) == ("::1", 5000, "http://[::1]:5000")
    assert parse_address("ghcr.io").port is None
    assert parse_address("ghcr.io").hostname == "ghcr.io"


@pytest.mark.parametrize(
    "host",
    [
        *(
            "",
            "/",
            "a/b",
            "ghcr.io/",
            "ghcr.io/app",
            "host:",
            "host:0",
            "host:65536",
            "host:a",
            "a..b",
            "-a",
            "a b",
        ),
        *(
            "user@host",
            "https://user:secret@host",
            "ftp://host",
            "https://",
            "https://host/v2/",
            "a\nb",
            "b\u00fc.de",
        ),
        *(
            "[::1",
            "::1",
            "[1.2.3.4]",
            "[zz::1]:5000",
            "x" * 300,
            "unix:///var/run/docker.sock",
            "host?x",
            "host#x",
        ),
    ],
)
def test_what_is_no_registry(host: str) -> None:
    with pytest.raises(InvalidArgument, match="is not the name of a registry") as caught:
        parse_address(host)
    assert "secret" not in str(caught.value)
    assert "host[:port]" in str(caught.value)


@pytest.mark.parametrize("host", ["registry", "http://registry"])
def test_a_host_that_no_reference_can_begin_with(host: str) -> None:
    """To docker and to us ``registry/app`` is a repository of Docker Hub."""
    with pytest.raises(InvalidArgument, match="would be a repository's") as caught:
        parse_address(host, True)
    assert f"{host.removeprefix('http://')}:443" in str(caught.value)
    assert parse_address(f"{host}:80", True).port == 80


@pytest.mark.parametrize("host", [None, 5000, b"ghcr.io"])
def test_a_host_is_a_text(host: Any) -> None:
    with pytest.raises(InvalidArgument, match="is not the name of a registry"):
        parse_address(host)


@pytest.mark.parametrize(
    ("host", "insecure"), [("http://ghcr.io", None), ("http://ghcr.io", False), ("http://127.0.0.1:1", False)]
)
def test_plain_http_passes_here_or_where_it_is_asked_for(host: str, insecure: bool | None) -> None:
    with pytest.raises(InvalidArgument, match="insecure=True"):
        parse_address(host, insecure)


@given(st.text(max_size=40), st.sampled_from([None, True, False]))
def test_any_text_is_an_address_or_refused(text: str, insecure: bool | None) -> None:
    try:
        address = parse_address(text, insecure)
    except InvalidArgument:
        return
    again = parse_address(address.host, True)
    assert (again.host, again.netloc) == (address.host, address.netloc)
    assert address.hostname
