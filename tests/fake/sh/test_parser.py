"""The parser takes any text, and quoting is what it is elsewhere."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from box import Box
from scripts import ENVIRONMENT, recorded

from dockpy.fake.sh.arithmetic import evaluate
from dockpy.fake.sh.errors import Failure, Incomplete, SyntaxFault
from dockpy.fake.sh.parser import Parser
from dockpy.fake.sh.source import Source
from dockpy.fake.sh.text import decode, encode, inner, outer

PIECES = st.sampled_from(
    [
        "if",
        "then",
        "fi",
        "elif",
        "else",
        "while",
        "until",
        "do",
        "done",
        "for",
        "in",
        "case",
        "esac",
        "(",
        ")",
        "{",
        "}",
        ";;",
        ";",
        "&",
        "&&",
        "|",
        "||",
        "!",
        "<",
        ">",
        "<<",
        "<<-",
        ">>",
        ">&",
        "<&",
        "&>",
        "$",
        "${",
        "$(",
        "$((",
        "))",
        "`",
        "'",
        '"',
        "\\",
        "\n",
        "#",
        "~",
        "=",
        "a",
        "x=1",
        "1",
        ":",
        "-",
        "+",
        "?",
        "/",
        "%",
        "*",
        "[",
        "]",
        "[[",
        "]]",
        "2>",
        "E",
        "function",
        "echo",
    ]
)
SCRIPTS = st.one_of(
    st.text(max_size=60),
    st.lists(PIECES, max_size=25).map(" ".join),
    st.lists(PIECES, max_size=25).map("".join),
    st.sampled_from([script.text for _, script, _ in recorded()]).flatmap(
        lambda text: st.integers(0, len(text)).map(lambda end: text[:end])
    ),
)


def parsed(text, *, final=True, aliases=None):
    """All commands, or the error."""
    parser = Parser(Source(text, final=final), aliases)
    commands = []
    try:
        while (command := parser.next()) is not None:
            commands.append(command)
    except SyntaxFault as fault:
        return str(fault)
    return commands


@settings(max_examples=600, deadline=2000)
@given(SCRIPTS)
def test_the_parser_ends(text):
    result = parsed(inner(text))
    assert isinstance(result, list) or result.startswith(("syntax error: ", "out of memory"))


@settings(max_examples=300, deadline=2000)
@given(SCRIPTS)
def test_what_comes_in_pieces_parses_as_it_would_at_once(text):
    """What is complete without its end is not another command with it."""
    whole = parsed(text + "\n")
    source = Source(text + "\n", final=False)
    parser = Parser(source)
    commands = []
    fault = None
    try:
        while (command := parser.next()) is not None:
            commands.append(command)
    except Incomplete:
        pass
    except SyntaxFault as error:
        fault = str(error)
    if isinstance(whole, list):
        assert fault is None
        assert whole[: len(commands)] == commands
    elif fault is not None:
        assert whole == fault


@pytest.mark.parametrize(
    "piece",
    ["(", "{ ", "$(", "`", "${x:-", "$((", '"$(', "if ", "f() ", "! ", "a|", "a&&", "<(", "case x in a) "],
)
def test_deep_nesting_is_refused_or_read(piece):
    parsed(piece * 3000)
    parsed(inner(piece * 3000 + "x"))


def test_aliases_of_themselves_end():
    aliases = {"a": "a a", "b": "c ", "c": "b ", "d": "d; d "}
    for text in ("a", "b b b", "d", "a; b; c; d d"):
        assert isinstance(parsed(text, aliases=aliases), list)


@settings(max_examples=150, deadline=5000)
@given(
    st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8), max_size=5
    )
)
def test_quoted_words_come_through(words):
    script = "".join(f"printf '%s\\000' {shlex.quote(word)}\n" for word in words)
    script += f'set -- {" ".join(map(shlex.quote, words))}\nfor x in "$@"; do printf \'%s\\000\' "$x"; done'
    outcome = Box().run(["sh", "-c", script], ENVIRONMENT)
    assert outcome.err == b""
    assert outcome.out == b"".join(word.encode() + b"\0" for word in words) * 2


@given(st.binary())
def test_text_keeps_its_bytes(data):
    text = decode(data)
    assert len(text) == len(data)
    assert encode(text) == data
    assert inner(outer(text)) == text


class Names(dict):
    def number(self, name):
        return self.get(name)

    def assign(self, name, value):
        self[name] = value


@given(st.one_of(st.text(max_size=30), st.text("0123456789abx+-*/%&|^<>=!~?:,() ", max_size=30)))
def test_arithmetic_has_a_value_or_fails(text):
    try:
        value = evaluate(text, Names(a="3", b="a+1", x="x"))
    except Failure:
        return
    assert -(1 << 63) <= value < 1 << 63


@given(
    st.recursive(
        st.integers(0, 1 << 40).map(str),
        lambda inside: st.tuples(inside, st.sampled_from(["+", "-", "*", "&", "|", "^"]), inside).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        max_leaves=12,
    )
)
def test_arithmetic_agrees_with_python(text):
    expected = eval(text) & 0xFFFFFFFFFFFFFFFF
    assert evaluate(text, Names()) & 0xFFFFFFFFFFFFFFFF == expected
