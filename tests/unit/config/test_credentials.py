"""Credentials, the names they are kept under, and the headers they travel in."""

from __future__ import annotations

import base64
import json
import pickle
from typing import Any, cast

import pytest

from dockpy.config import (
    HUB_SERVER,
    Credentials,
    encode_registry_auth,
    encode_registry_config,
    server_address,
)
from dockpy.daemon import credentials_of
from dockpy.errors import InvalidArgument
from dockpy.reference import ImageReference


def decoded(header: str) -> Any:
    """As the engine decodes it: URL-safe, padding required."""
    assert set(header) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=")
    return json.loads(base64.b64decode(header, altchars=b"-_", validate=True))


def test_the_header_of_nobody() -> None:
    assert encode_registry_auth(None) == encode_registry_auth(Credentials()) == "e30="
    assert encode_registry_config({}) == "e30="


def test_the_header_to_the_letter() -> None:
    # Accepted by Docker 28.5 for a push to a registry with basic authentication.
    header = encode_registry_auth(Credentials("tester", "s3cret", server_address="127.0.0.1:5051"))
    text = '{"username":"tester","password":"s3cret","serveraddress":"127.0.0.1:5051"}'
    assert header == base64.urlsafe_b64encode(text.encode()).decode()


def test_every_field_of_the_header() -> None:
    everything = Credentials("u", "p", "i", "r", "h", "e@x")
    assert decoded(encode_registry_auth(everything)) == {
        "username": "u",
        "password": "p",
        "email": "e@x",
        "serveraddress": "h",
        "identitytoken": "i",
        "registrytoken": "r",
    }
    assert decoded(encode_registry_auth(Credentials(identity_token="i"))) == {"identitytoken": "i"}


@pytest.mark.parametrize("password", ["?>~~ÿ", "pä\u20ac", '"\\', "a" * 5000])
def test_any_password_travels(password: str) -> None:
    assert decoded(encode_registry_auth(Credentials("u", password)))["password"] == password


def test_the_header_of_a_build() -> None:
    hub, ghcr = Credentials("a", "1"), Credentials("b", "2", server_address="ghcr.io")
    assert decoded(encode_registry_config({"docker.io": hub, "https://ghcr.io/": ghcr})) == {
        "https://index.docker.io/v1/": {"username": "a", "password": "1"},
        "ghcr.io": {"username": "b", "password": "2", "serveraddress": "ghcr.io"},
    }


@pytest.mark.parametrize(
    ("registry", "address"),
    [
        (ImageReference.parse("ubuntu").registry, HUB_SERVER),
        ("index.docker.io", HUB_SERVER),
        ("registry-1.docker.io", HUB_SERVER),
        ("https://registry-1.docker.io/v2/", HUB_SERVER),
        (HUB_SERVER, HUB_SERVER),
        ("ghcr.io", "ghcr.io"),
        ("https://GHCR.io/v2/", "ghcr.io"),
        ("localhost:5000/x", "localhost:5000"),
        ("http://[::1]:5000", "[::1]:5000"),
        ("docker.io:443", "docker.io:443"),
    ],
)
def test_the_name_they_are_kept_under(registry: str, address: str) -> None:
    assert server_address(registry) == address
    assert server_address(address) == address


def test_the_repr_shows_no_secret() -> None:
    credentials = Credentials("me", "s3cret", "s3cret", "s3cret", "h")
    assert "s3cret" not in repr(credentials) + str(credentials) + f"{credentials}"
    assert repr(credentials) == "Credentials(username='me', server_address='h', email='')"


def test_it_is_a_value() -> None:
    assert pickle.loads(pickle.dumps(Credentials("u", "p"))) == Credentials("u", "p")
    assert Credentials("u", "p") != Credentials("u", "q")
    assert not Credentials(server_address="h", email="e@x")
    for field in ("username", "password", "identity_token", "registry_token"):
        assert Credentials(**{field: "x"})


def test_what_is_no_mapping_is_not_shown() -> None:
    with pytest.raises(InvalidArgument) as caught:
        credentials_of(cast("Any", "tester:s3cret"), "registry")
    assert str(caught.value) == "auth_config is a str; it takes {'username': …, 'password': …}"
