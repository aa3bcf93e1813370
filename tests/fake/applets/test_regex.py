"""POSIX regular expressions: the same language as Python's, matched leftmost and longest, without hanging."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.fake.applets.regex import BadRegex, Regex

_ATOM = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]"])
_EXPRESSION = st.recursive(
    _ATOM,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{1,2}"])).map(lambda pair: f"({pair[0]}){pair[1]}"),
    ),
    max_leaves=6,
)


@given(_EXPRESSION, st.text("abc", max_size=8))
def test_it_finds_the_leftmost_and_longest(pattern, text):
    python = re.compile(pattern)
    expected = None
    for start in range(len(text) + 1):
        ends = [end for end in range(start, len(text) + 1) if python.fullmatch(text, start, end)]
        if ends:
            expected = (start, ends[-1])
            break
    match = Regex(pattern, extended=True).search(text)
    assert (None if match is None else (match.start, match.end)) == expected


@given(st.text("ab()[]{}*+?|^$\\.-:,12", max_size=12), st.booleans(), st.text("ab", max_size=4))
def test_any_text_is_an_expression_or_is_refused(pattern, extended, text):
    try:
        regex = Regex(pattern, extended=extended)
    except BadRegex:
        return
    match = regex.search(text)
    assert match is None or 0 <= match.start <= match.end <= len(text)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*a){8}b"])
def test_backtracking_does_not_explode(pattern):
    assert Regex(pattern, extended=True).search("a" * 60 + "!") is None


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        ("(a|ab)(c|bcd)(d*)", "abcd", ["abcd", "a", "bcd", ""]),
        ("(foo|bar)+", "foobar", ["foobar", "bar"]),
        ("([a-z]+)=([0-9]+)", "x: ab=12", ["ab=12", "ab", "12"]),
    ],
)
def test_groups(pattern, text, groups):
    match = Regex(pattern, extended=True).search(text)
    assert [match.group(number) for number in range(len(groups))] == groups
