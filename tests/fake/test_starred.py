"""Stars: what they match is what Python's own stars match, in less time."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from dockpy.fake.applets.globs import glob_matches
from dockpy.fake.starred import starred

PARTS = st.lists(st.text("ab.", max_size=2), min_size=1, max_size=5)
TEXTS = st.text("abc", max_size=9)


@given(PARTS, TEXTS)
def test_the_same_texts_match(parts: list[str], text: str) -> None:
    assert bool(re.fullmatch(starred(parts), text)) == bool(re.fullmatch(".*".join(parts), text))


@given(PARTS, TEXTS)
def test_as_little_and_as_much(parts: list[str], text: str) -> None:
    """At the beginning of a text, the shortest and the longest."""
    ends = [end for end in range(len(text) + 1) if re.fullmatch(".*".join(parts), text[:end])]
    for greedy, expected in ((False, ends[:1]), (True, ends[-1:])):
        found = re.match(starred(parts, greedy=greedy), text)
        assert ([] if found is None else [found.end()]) == expected


def test_many_stars_do_not_take_long() -> None:
    assert not glob_matches("*a" * 40 + "b", "a" * 300)
    assert glob_matches("*a" * 40 + "*", "a" * 300)
