"""What a registry asks for."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.registry.challenge import Challenge, parse_challenges

HUB = (
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",'
    'scope="repository:library/ubuntu:pull,push",error="insufficient_scope"'
)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", []),
        ('Basic realm="test"', [("basic", {"realm": "test"})]),
        ("Basic", [("basic", {})]),
        (
            HUB,
            [
                (
                    "bearer",
                    {
                        "realm": "https://auth.docker.io/token",
                        "service": "registry.docker.io",
                        "scope": "repository:library/ubuntu:pull,push",
                        "error": "insufficient_scope",
                    },
                )
            ],
        ),
        (
            'BEARER  Realm = "a" ,  service=b,Basic realm="c, d"',
            [("bearer", {"realm": "a", "service": "b"}), ("basic", {"realm": "c, d"})],
        ),
        ('Negotiate, Basic realm="x"', [("negotiate", {}), ("basic", {"realm": "x"})]),
        (r'Basic realm="say \"hi\" \\ there"', [("basic", {"realm": r'say "hi" \ there'})]),
        ('Basic realm="first", realm="second"', [("basic", {"realm": "first"})]),
        ('Basic realm="never ends', [("basic", {"realm": "never ends"})]),
        (",, ,Basic ,, realm=x,,", [("basic", {"realm": "x"})]),
        ('realm="of nothing", Basic realm="x"', [("basic", {"realm": "x"})]),
        ('Bearer realm="", service=', [("bearer", {"realm": "", "service": ""})]),
    ],
)
def test_challenges(header: str, found: list[tuple[str, dict[str, str]]]) -> None:
    assert [(one.scheme, dict(one.params)) for one in parse_challenges(header)] == found


names = st.text("abcdefghijklmnopqrstuvwxyz_-", min_size=1, max_size=8)
values = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20)


@given(st.lists(st.builds(Challenge, names, st.dictionaries(names, values, max_size=4)), max_size=4))
def test_what_is_written_is_read(challenges: list[Challenge]) -> None:
    def quoted(text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    header = ", ".join(
        f"{one.scheme.upper()} " + ", ".join(f"{name}={quoted(value)}" for name, value in one.params.items())
        for one in challenges
    )
    assert parse_challenges(header) == challenges


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for challenge in parse_challenges(text):
        assert challenge.scheme == challenge.scheme.lower() != ""


@pytest.mark.parametrize("piece", ['a="', "\\", '"\\', "a ", "a=", ",", "a =b ", 'Bearer realm="'])
def test_long_headers_take_no_longer_than_their_length(piece: str) -> None:
    began = time.process_time()
    parse_challenges(piece * (200_000 // len(piece)))
    assert time.process_time() - began < 5
