"""Which paths the rules leave out."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dockpy.build import dockerignore
from dockpy.build.dockerignore import Ignore, Row, _expression, read_patterns
from dockpy.errors import InvalidArgument


def test_lines() -> None:
    content = b"\xef\xbb\xbf# comment\n /a/../b/ \r\n!  /c\n\n\t\n #no comment\n//d\n!\n.\n/\n\xff"
    assert read_patterns(content) == ["b", "!c", "#no comment", "d", "!", ".", "/", "\udcff"]
    assert read_patterns(b"") == []


@pytest.mark.parametrize(
    ("patterns", "path", "ignored"),
    [
        (["a"], "a/b/c", True),
        (["a"], "b/a", False),
        (["a", "!a/b"], "a/b/c", False),
        (["!a/b", "a"], "a/b", True),
        (["**/a"], "x/y/a/z", True),
        (["[^a]"], "b", True),
        (["a[^x]b"], "a/b", True),  # as the engine: not what a shell would say
        (["[*]"], "*", False),  # the engine reads it as one of [^/, any number of times, and a ]
        (["[*]"], "[^]", True),
        (["\\*"], "*", True),
        (["\\*"], "a", False),
        (["a.c"], "abc", False),
        (["*.c"], "axc", False),
        (["a[.]*"], "a.x", True),
        (["\\d*"], "1x", True),
        (["x[a-c]"], "xb", True),
    ],
)
def test_ignores(patterns: list[str], path: str, ignored: bool) -> None:
    assert Ignore(patterns).ignores(path) is ignored


def test_order_alone_decides_what_is_tried() -> None:
    """A rule that would change nothing leaves no trace in the row: so the engine does it."""
    ignored, row = Ignore(["a", "*", "!a/b"]).row("a", None)
    assert (ignored, row) == (True, (True, False, False))


@pytest.mark.parametrize(
    ("pattern", "folder", "may"),
    [
        ("!a/b", "a", True),
        ("!a/b", "a/b", False),
        ("!a/b", "c", False),
        ("!a", "a", False),
        ("!*.md", "a", False),
        ("!*/keep", "a", True),
        ("!*/keep", "a/b", False),
        ("!**/keep", "a/b/c", True),
        ("!a/**/keep", "a/b", True),
        ("!a/**/keep", "b", False),
        ("!a[/]b", "a", True),
        ("a/b", "a", False),
    ],
)
def test_what_may_be_kept_below(pattern: str, folder: str, may: bool) -> None:
    assert Ignore([pattern]).may_keep_below(folder) is may


TEXTS = st.text(st.sampled_from("ab/*?.[]^-\\!# d\u00fc\n"), max_size=12)
PATHS = st.lists(st.text(st.sampled_from("ab.*\u00fc"), min_size=1, max_size=3), min_size=1, max_size=4)


@given(st.lists(TEXTS, max_size=4), PATHS)
def test_reads_or_refuses(patterns: list[str], parts: list[str]) -> None:
    try:
        ignore = Ignore(read_patterns("\n".join(patterns).encode()))
    except InvalidArgument:
        return
    path = "/".join(parts)
    row: Row | None = None
    for end in range(1, len(parts) + 1):
        ignored, row = ignore.row("/".join(parts[:end]), row)
    assert ignore.ignores(path) is ignored


@given(st.lists(TEXTS, min_size=1, max_size=4), PATHS)
def test_what_is_not_looked_into_has_nothing_to_keep(patterns: list[str], parts: list[str]) -> None:
    try:
        ignore = Ignore(read_patterns("\n".join(patterns).encode()))
    except InvalidArgument:
        return
    for end in range(1, len(parts)):
        folder = "/".join(parts[:end])
        if ignore.ignores(folder) and not ignore.may_keep_below(folder):
            assert ignore.ignores("/".join(parts))


PATTERNS = st.text(st.sampled_from("ab/*?.**"), min_size=1, max_size=7)


@given(PATTERNS, PATHS)
def test_wildcards_by_another_way(pattern: str, parts: list[str]) -> None:
    """A matcher that tries every way, character by character, agrees."""
    (clean,) = read_patterns(pattern.encode()) or [""]
    path = "/".join(parts)
    expected = any(matches(clean, "/".join(parts[:end])) for end in range(1, len(parts) + 1))
    assert Ignore([clean] if clean else []).ignores(path) is expected


@cache
def matches(pattern: str, path: str) -> bool:
    if pattern.startswith("**") and not set("*?") & set(pattern[2:]):
        return path.endswith(pattern[2:]) or f"/{path}" == pattern[2:]
    if not pattern:
        return not path
    if pattern.startswith("**"):
        rest = pattern[2:].removeprefix("/")
        if not rest:
            return True
        return any(
            matches_rest(rest, path[index:])
            for index in range(len(path) + 1)
            if index == 0 or path[index - 1] == "/"
        )
    return matches_rest(pattern, path)


@cache
def matches_rest(pattern: str, path: str) -> bool:
    """The same, within a pattern: ``**`` at its beginning has no way of its own there."""
    if not pattern:
        return not path
    if pattern.startswith("**"):
        rest = pattern[2:].removeprefix("/")
        starts = [index for index in range(len(path) + 1) if index == 0 or path[index - 1] == "/"]
        return not rest or any(matches_rest(rest, path[index:]) for index in starts)
    if pattern[0] == "*":
        ends = [index for index in range(len(path) + 1) if "/" not in path[:index]]
        return any(matches_rest(pattern[1:], path[index:]) for index in ends)
    if not path or (path[0] == "/" if pattern[0] == "?" else path[0] != pattern[0]):
        return False
    return matches_rest(pattern[1:], path[1:])


def test_many_stars_do_not_take_long() -> None:
    assert not Ignore(["*a" * 30 + "b"]).ignores("a" * 200)
    assert Ignore(["*a" * 30 + "b"]).ignores("a" * 200 + "b")


@given(st.text("ab/*?.^]\n", min_size=1, max_size=12), st.text("ab/.^]\n", min_size=1, max_size=12))
def test_stars_match_as_the_engines_expression(pattern: str, path: str) -> None:
    assume("*" in pattern or "?" in pattern)  # others are no expressions
    pattern = re.sub(r"\*+", "*", pattern)
    assert Ignore([pattern]).row(path, None)[0] == bool(re.fullmatch(_expression(pattern), path))


def test_many_stars_beside_a_class_do_not_take_long_either() -> None:
    assert not Ignore(["*a" * 30 + "*[b]"]).ignores("a" * 200)
    assert Ignore(["*a" * 30 + "*[b]"]).ignores("a" * 200 + "b")


@given(
    st.lists(st.sampled_from(["*", "a", "b", "?", "/", "**/", "[ab]", r"\*", ".", "^a"]), max_size=8).map(
        "".join
    ),
    st.text("ab/.*^", max_size=9),
)
def test_fewer_ways_to_try_are_enough(pattern: str, path: str) -> None:
    try:
        decided = dockerignore._matcher(pattern)(path)
    except InvalidArgument:
        assume(False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dockerignore, "_decided", lambda pieces: pieces)
        assert dockerignore._matcher(pattern)(path) == decided
