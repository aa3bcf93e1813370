"""awk's words."""

from __future__ import annotations

import re
from typing import NamedTuple

from dockpy.fake.applets.errors import Die

__all__ = ["BUILTINS", "Token", "tokens"]

_BUILTINS = (
    "length substr index split sub gsub match sprintf sin cos atan2 exp log sqrt int rand srand tolower "
    "toupper system close fflush systime strftime and or xor compl lshift rshift"
)
BUILTINS = frozenset(_BUILTINS.split())
_WORDS = (
    "BEGIN END function func if else while for do break continue next nextfile exit return delete in getline "
    "print printf"
)
_KEYWORDS = frozenset(_WORDS.split())
_PUNCTUATION = re.compile(
    r"\*\*=|\*\*|\+=|-=|\*=|/=|%=|\^=|==|<=|>=|!=|\+\+|--|&&|\|\||>>|!~|[{}()\[\];,+\-*/%^!<>|?:~$=]"
)
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SKIP = re.compile(r"(?:[ \t\r]|\\\r?\n|#[^\n]*)+")
_ENDS_VALUE = frozenset(["number", "string", "name", "builtin", "regex"])
_ESCAPES = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "/": "/",
    '"': '"',
    "\\": "\\",
}


class Token(NamedTuple):
    """A word: what it is, and its text."""

    kind: str
    text: str


def tokens(text: str) -> list[Token]:
    """All words of a program, of one character a byte.

    Raises:
        Die: it has something else.
    """
    found: list[Token] = []
    at = 0
    while at < len(text):
        skip = _SKIP.match(text, at)
        if skip is not None:
            at = skip.end()
            continue
        char = text[at]
        if char == "\n":
            found.append(Token("newline", "\n"))
            at += 1
        elif char == '"':
            value, at = _string(text, at + 1, '"')
            found.append(Token("string", value))
        elif char == "/" and not _after_value(found):
            value, at = _regex(text, at + 1)
            found.append(Token("regex", value))
        elif (number := _NUMBER.match(text, at)) is not None:
            found.append(Token("number", number[0]))
            at = number.end()
        elif (word := re.compile(r"[A-Za-z_]\w*", re.ASCII).match(text, at)) is not None:
            at = word.end()
            name = word[0]
            kind = "keyword" if name in _KEYWORDS else "builtin" if name in BUILTINS else "name"
            if kind == "name" and text[at : at + 1] == "(":
                kind = "call"
            found.append(Token(kind, "function" if name == "func" else name))
        elif (mark := _PUNCTUATION.match(text, at)) is not None:
            found.append(Token("mark", mark[0].replace("**", "^")))
            at = mark.end()
        else:
            raise Die(f"cmd. line:{text.count(chr(10), 0, at) + 1}: Unexpected token")
    return [*found, Token("end", "")]


def _after_value(found: list[Token]) -> bool:
    if not found:
        return False
    last = found[-1]
    return last.kind in _ENDS_VALUE or last.text in (")", "]", "$", "++", "--")


def _string(text: str, at: int, end: str) -> tuple[str, int]:
    found = ""
    while at < len(text) and text[at] != end:
        char = text[at]
        at += 1
        if char == "\\" and at < len(text):
            octal = re.compile(r"[0-7]{1,3}").match(text, at)
            if octal is not None:
                found += chr(int(octal[0], 8) & 255)
                at = octal.end()
                continue
            following = text[at]
            at += 1
            if following != "\n":
                found += _ESCAPES.get(following, "\\" + following)
            continue
        found += char
    if at >= len(text):
        raise Die(f"cmd. line:{text.count(chr(10), 0, at) + 1}: Unexpected end of string")
    return found, at + 1


def _regex(text: str, at: int) -> tuple[str, int]:
    found = ""
    inside = False
    while at < len(text) and (text[at] != "/" or inside):
        char = text[at]
        at += 1
        if char == "\n":
            break
        if char == "\\" and at < len(text):
            following = text[at]
            at += 1
            found += "/" if following == "/" else char + following
            continue
        if char == "[" and not inside:
            inside = True
            skip = re.compile(r"\^?\]?").match(text, at)
            found += char + (skip[0] if skip else "")
            at = skip.end() if skip else at
            continue
        if char == "]":
            inside = False
        found += char
    if at >= len(text):
        raise Die(f"cmd. line:{text.count(chr(10), 0, at) + 1}: Unexpected end of string")
    return found, at + 1
