"""Names of images, read as the engine reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import InvalidReference
from dockpy.fake.failure import Failure
from dockpy.fake.state.image_names import Name, parse_name, parse_reference
from dockpy.reference import ImageReference

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("text", "host", "path", "tag", "digest"),
    [
        ("busybox", "docker.io", "library/busybox", "", ""),
        ("busybox:1", "docker.io", "library/busybox", "1", ""),
        ("index.docker.io/library/busybox", "docker.io", "library/busybox", "", ""),
        ("me/app", "docker.io", "me/app", "", ""),
        ("localhost:5000/x/y:1", "localhost:5000", "x/y", "1", ""),
        (f"x:1@{DIGEST}", "docker.io", "library/x", "1", DIGEST),
        ("[::1]:5000/x", "[::1]:5000", "x", "", ""),
    ],
)
def test_names(text: str, host: str, path: str, tag: str, digest: str) -> None:
    assert parse_name(text) == Name(host, path, tag, digest)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("", "invalid reference format", "invalid reference format"),
        ("a..b", "invalid reference format", "invalid reference format"),
        ("x:", "invalid reference format", "invalid reference format"),
        ("x@y", "invalid reference format", "invalid reference format"),
        (
            "Foo",
            "invalid reference format: repository name must be lowercase",
            "invalid reference format: repository name (library/Foo) must be lowercase",
        ),
        *[
            (
                "a" * 64,
                *[f"invalid repository name ({'a' * 64}), cannot specify 64-byte hexadecimal strings"] * 2,
            )
        ],
        ("a" * 300, *["repository name must not be more than 255 characters"] * 2),
    ],
)
def test_refused(text: str, old: str, new: str) -> None:
    for api, words in (("1.41", old), ("1.51", new)):
        with pytest.raises(Failure) as caught:
            parse_name(text, api)
        assert (caught.value.status, caught.value.message) == (400, words)


def test_ids() -> None:
    assert parse_reference("a" * 64) == parse_reference(DIGEST) == DIGEST


@given(st.text(alphabet="aB0.:/@_-[]sha256", max_size=30) | st.text(max_size=12))
def test_agrees_with_the_clients_parser(text: str) -> None:
    try:
        known = ImageReference.parse(text)
    except InvalidReference:
        known = None
    try:
        name = parse_name(text)
    except Failure:
        assert known is None
        return
    assert parse_name(name.familiar) == name
    if known is not None:
        assert (known.registry, known.repository) == (name.host, name.path)
