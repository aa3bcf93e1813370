"""Dockerfiles of any kind: they are read, or refused with a line and a reason."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.fake.state.dockerfile import DockerfileError, parse_dockerfile
from dockpy.fake.state.dockerfile_lex import ExpansionError, Lex
from dockpy.fake.state.dockerfile_stages import read_stages

KEYWORDS = [
    "FROM",
    "RUN",
    "ENV",
    "COPY",
    "LABEL",
    "HEALTHCHECK",
    "ONBUILD",
    "ARG",
    "CMD",
    "SHELL",
    "# escape=",
]
LINES = st.lists(
    st.builds(
        " ".join,
        st.lists(
            st.sampled_from([*KEYWORDS, "a", "b=c", '"', "'", "\\", "<<EOF", "EOF", "--x=y", '["a"]', "$A"])
        ),
    )
)
WORDS = st.text(alphabet="$ab{}:-+?#%/'\"\\ 1*")


@given(st.one_of(LINES.map("\n".join), st.text()), st.sampled_from(["1.41", "1.51"]))
def test_any_dockerfile(text: str, api: str) -> None:
    data = text.encode("utf-8", "replace")
    with contextlib.suppress(DockerfileError):
        dockerfile = parse_dockerfile(data, api, heredocs=api == "1.51")
        assert all(1 <= node.line <= node.end for node in dockerfile.nodes)
        stages, arguments = read_stages(dockerfile.nodes, api, buildkit=True)
        read = len(arguments) + sum(1 + len(stage.instructions) for stage in stages)
        assert read == len(dockerfile.nodes)


@given(WORDS, st.dictionaries(st.sampled_from(["a", "b"]), WORDS), st.sampled_from(["1.41", "1.51"]))
def test_any_word(text: str, variables: dict[str, str], api: str) -> None:
    lex = Lex("\\", api)
    with contextlib.suppress(ExpansionError):
        whole = lex.word(text, variables)
        assert len(lex.words(text, variables)) <= len(whole) + 1


@given(st.text(alphabet="ab c"))
def test_a_quoted_word_stays(text: str) -> None:
    assert Lex("\\", "1.51").word(f'"{text}"', {}) == text
    assert Lex("\\", "1.51").word("$a", {"a": text}) == text
    assert Lex("\\", "1.51").words(f"'{text}'", {}) == ([text] if text else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${a:-x}", "x"),
        ("${b:-x}", "x"),
        ("${b-x}", ""),
        ("${c#*/}", "lib/x.so"),
        ("${c##*/}", "x.so"),
        ("${c%/*}", "usr/lib"),
        ("${c%%/*}", "usr"),
        ("${c/lib/bin}", "usr/bin/x.so"),
        ("${c//s/S}", "uSr/lib/x.So"),
    ],
)
def test_forms(text: str, expected: str) -> None:
    assert Lex("\\", "1.51").word(text, {"b": "", "c": "usr/lib/x.so"}) == expected
