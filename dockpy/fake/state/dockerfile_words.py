"""How the words of a Dockerfile's line are told apart: each instruction has a way of its own."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SPLIT", "Words", "split_command"]

_BLANKS = re.compile(r"[\t\v\f\r ]+")


@dataclass(frozen=True, slots=True)
class Words:
    """Arguments.

    Attributes:
        words: the arguments.
        json: they were written as a JSON array.
    """

    words: list[str]
    json: bool = False


def split_command(line: str) -> tuple[str, list[str], str]:
    """A line's keyword, flags and rest."""
    keyword, *rest = _BLANKS.split(line.strip(), maxsplit=1)
    flags, left = _flags(rest[0].strip() if rest else "")
    return keyword, flags, left.strip()


def _flags(text: str) -> tuple[list[str], str]:
    """The words at the beginning that start with two dashes, without their quotes, and what follows."""
    flags: list[str] = []
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if not text.startswith("--", at):
            return flags, text[at:]
        word, quote = "", ""
        while at < len(text) and (quote or not text[at].isspace()):
            character = text[at]
            at += 1
            if character == quote:
                quote = ""
            elif not quote and character in "'\"":
                quote = character
            elif character == "\\":
                word += text[at : at + 1]
                at += 1
            else:
                word += character
        if word == "--":
            return flags, text[at:]
        flags.append(word)


def _words(text: str, escape: str) -> list[str]:
    """Words apart by blanks; quotes and escapes keep them together, and stay."""
    found: list[str] = []
    word, quote, at = "", "", 0
    while at < len(text):
        character = text[at]
        at += 1
        if not quote and character.isspace():
            if word:
                found.append(word)
            word = ""
        elif character == escape and quote != "'":
            if at < len(text):
                word += character + text[at]
            at += 1
        else:
            if character == quote:
                quote = ""
            elif not quote and character in "'\"":
                quote = character
            word += character
    return [*found, word] if word else found


def _named_values(keyword: str) -> Callable[[str, str, bool], Words]:
    def split(rest: str, escape: str, alone: bool) -> Words:
        words = _words(rest, escape)
        if not words:
            return Words([])
        if "=" not in words[0]:
            parts = _BLANKS.split(rest, maxsplit=1)
            if len(parts) < 2:
                raise ValueError(f"{keyword} must have two arguments")
            return Words(parts)
        pairs: list[str] = []
        for word in words:
            name, equals, value = word.partition("=")
            if not equals:
                shown = json.dumps(word, ensure_ascii=False)
                raise ValueError(f"Syntax error - can't find = in {shown}. Must be of the form: name=value")
            pairs += [name, value]
        return Words(pairs)

    return split


def _whole(rest: str, escape: str, alone: bool) -> Words:
    return Words([rest] if rest else [])


def _blank_separated(rest: str, escape: str, alone: bool) -> Words:
    return Words(_BLANKS.split(rest) if rest else [])


def _json(rest: str, alone: bool) -> list[str] | None:
    """The strings of a JSON array that stands at the beginning; None where none does.

    Raises:
        ValueError: it holds something else.
    """
    if not rest.startswith("["):
        return None
    try:
        value, end = json.JSONDecoder().raw_decode(rest)
    except (json.JSONDecodeError, RecursionError):
        return None
    if alone and rest[end:].strip():
        return None
    if not all(isinstance(item, str) for item in value):
        raise ValueError("when using JSON array syntax, arrays must be comprised of strings only")
    return list(value)


def _maybe_json(rest: str, escape: str, alone: bool) -> Words:
    listed = _json(rest, alone)
    return Words([rest] if rest else []) if listed is None else Words(listed, json=True)


def _maybe_json_words(rest: str, escape: str, alone: bool) -> Words:
    listed = _json(rest, alone)
    return _blank_separated(rest, escape, alone) if listed is None else Words(listed, json=True)


def _health(rest: str, escape: str, alone: bool) -> Words:
    kind, *command = rest.split(None, 1)
    found = _maybe_json(command[0] if command else "", escape, alone)
    return Words([kind, *found.words], found.json)


SPLIT: dict[str, Callable[[str, str, bool], Words]] = {
    "add": _maybe_json_words,
    "arg": lambda rest, escape, alone: Words(_words(rest, escape)),
    "cmd": _maybe_json,
    "copy": _maybe_json_words,
    "entrypoint": _maybe_json,
    "env": _named_values("ENV"),
    "expose": _blank_separated,
    "from": _blank_separated,
    "healthcheck": lambda rest, escape, alone: _health(rest, escape, alone) if rest else Words([]),
    "label": _named_values("LABEL"),
    "maintainer": _whole,
    "run": _maybe_json,
    "shell": _maybe_json,
    "stopsignal": _whole,
    "user": _whole,
    "volume": _maybe_json_words,
    "workdir": _whole,
}
"""By the instruction's name in lower case; they take the rest of the line, the escape character, and whether
a JSON array has to stand alone."""
