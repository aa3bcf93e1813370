"""Where a registry may send us, and who may see our credentials there."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy import UntrustedLocation
from dockpy.registry.places import check_location, check_realm, is_loopback, origin_of, resolved, shown

REMOTE, LOCAL = "https://registry.example", "http://127.0.0.1:5000"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Registry.Example/v2/", ("https", "registry.example", 443)),
        ("http://registry.example:80", ("http", "registry.example", 80)),
        ("https://[::1]:5000/x?y", ("https", "::1", 5000)),
    ],
)
def test_origins(url: str, origin: tuple[str, str, int]) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "/v2/",
            "//host/",
            "ftp://host/",
            "file:///etc/passwd",
            "https:///x",
            "https://host:0/",
            "https://host:x/",
        ),
        *(
            "https://user@host/",
            "https://user:pass@host/",
            "https://host\\@evil/",
            "https://ho st/",
            "https://host/\r\nx",
        ),
        *(
            "https://h\u00f6st/",
            "https://host/\x00",
            "https://[::1/",
            "https://host:99999/",
            pytest.param("https://" + "a" * 20_000, id="long"),
        ),
    ],
)
def test_what_is_no_place_to_go(url: str) -> None:
    with pytest.raises(UntrustedLocation) as caught:
        origin_of(url)
    assert "pass" not in str(caught.value).replace("passwd", "")


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST.", "a.localhost", "::1", "[::1]"),
        *("127.1", "0x7f.1", "2130706433", "017700000001", "::ffff:127.0.0.1"),
    ],
)
def test_this_machine_by_all_its_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["128.0.0.1", "localhost.example", "notlocalhost", "10.0.0.1", "::2", "ghcr.io"]
)
def test_other_machines(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("realm", "registry", "insecure", "good"),
    [
        ("https://auth.example/token", REMOTE, False, True),
        ("https://registry.example/token", REMOTE, False, True),
        ("https://10.0.0.5/token", REMOTE, False, True),
        ("http://auth.example/token", REMOTE, False, False),
        ("http://registry.example/token", REMOTE, False, False),
        ("http://auth.example/token", REMOTE, True, True),
        ("https://127.0.0.1/token", REMOTE, False, False),
        ("https://localhost/token", REMOTE, False, False),
        ("https://127.1/token", REMOTE, True, False),
        ("https://[::1]/token", REMOTE, True, False),
        ("https://[::ffff:7f00:1]/token", REMOTE, False, False),
        ("https://169.254.169.254/token", REMOTE, True, False),
        ("https://0.0.0.0/token", REMOTE, False, False),
        ("http://127.0.0.1:5000/token", LOCAL, False, True),
        ("http://127.0.0.1:5001/token", LOCAL, False, True),
        ("http://localhost:5001/token", LOCAL, False, True),
        ("http://auth.example/token", LOCAL, False, False),
        ("https://auth.example/token", LOCAL, False, True),
        ("http://auth.example/token", LOCAL, True, True),
        ("http://registry.example/token", "http://registry.example", True, True),
        ("https://auth.example/token#x", REMOTE, False, False),
        ("https://me:secret@auth.example/token", REMOTE, True, False),
        ("gopher://auth.example/token", REMOTE, True, False),
        ("/token", REMOTE, True, False),
        ("https://auth.example/to\nken", REMOTE, True, False),
    ],
)
def test_token_servers(realm: str, registry: str, insecure: bool, good: bool) -> None:
    if good:
        assert check_realm(realm, registry, insecure=insecure) == realm
    else:
        with pytest.raises(UntrustedLocation) as caught:
            check_realm(realm, registry, insecure=insecure)
        assert "secret" not in str(caught.value) + caught.value.location


@pytest.mark.parametrize(
    ("location", "source", "insecure", "good"),
    [
        ("https://cdn.example/x?sig=1", REMOTE, False, True),
        ("https://registry.example/x", REMOTE, False, True),
        ("https://registry.example:8443/x", REMOTE, False, True),
        ("http://registry.example/x", REMOTE, False, False),
        ("http://cdn.example/x", REMOTE, True, False),
        ("https://127.0.0.1/x", REMOTE, False, False),
        ("https://127.0.0.1/x", REMOTE, True, True),
        ("https://10.0.0.5/x", REMOTE, False, False),
        ("https://10.0.0.5/x", REMOTE, True, True),
        ("https://10.0.0.6/x", "https://10.0.0.5", False, True),
        ("https://127.0.0.1/x", "https://10.0.0.5", False, False),
        ("https://169.254.169.254/x", "https://10.0.0.5", False, False),
        ("https://[fd00::1]/x", REMOTE, False, False),
        ("http://127.0.0.1:9000/x", LOCAL, False, True),
        ("https://cdn.example/x", LOCAL, False, True),
        ("http://cdn.example/x", LOCAL, False, False),
        ("http://cdn.example/x", LOCAL, True, True),
        ("http://cdn.example/x", "http://registry.example", True, True),
        ("https://me:secret@cdn.example/x", REMOTE, True, False),
    ],
)
def test_redirects_and_uploads(location: str, source: str, insecure: bool, good: bool) -> None:
    if good:
        assert check_location(location, source, insecure=insecure) == location
    else:
        with pytest.raises(UntrustedLocation) as caught:
            check_location(location, source, insecure=insecure)
        assert "secret" not in str(caught.value) + caught.value.location


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://me:pw@host/a?sig=x#y", "https://host/a"),
        ("https://host", "https://host"),
        ("me:pw@host/x?y", "host/x"),
        ("https://host/a\x1b[0m", "https://host/a\ufffd[0m"),
    ],
)
def test_urls_in_messages(url: str, text: str) -> None:
    assert shown(url) == text


@given(st.text(max_size=60), st.booleans(), st.sampled_from([REMOTE, LOCAL]))
def test_any_text_is_a_place_or_refused(text: str, insecure: bool, source: str) -> None:
    for check in (check_realm, check_location):
        with contextlib.suppress(UntrustedLocation):
            assert check(text, source, insecure=insecure) == text
            assert origin_of(text).scheme in ("http", "https")


@pytest.mark.parametrize(
    ("place", "url"),
    [
        ("/x?y#z", "https://host/x?y"),
        ("x", "https://host/v2/x"),
        ("?last=b", "https://host/v2/a?last=b"),
        ("//other/x", "https://other/x"),
        ("http://other/x", "http://other/x"),
        ("", "https://host/v2/a"),
    ],
)
def test_relative_places(place: str, url: str) -> None:
    assert resolved(place, "https://host/v2/a?b") == url


@pytest.mark.parametrize(
    "place",
    ["http://[::1/", "/a b", "/a\tb", "\\\\other\\x", "/\u00fc", pytest.param("x" * 20_000, id="long")],
)
def test_what_is_no_relative_place(place: str) -> None:
    with pytest.raises(UntrustedLocation):
        resolved(place, "https://host/v2/")
