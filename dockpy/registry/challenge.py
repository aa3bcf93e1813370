"""What a registry asks for: the header ``WWW-Authenticate``, read in one pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from string import ascii_letters, digits
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Challenge", "parse_challenges"]

_TOKEN = frozenset(ascii_letters + digits + "!#$%&'*+-.^_`|~")
_SPACE = " \t"
_LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to be let in.

    Attributes:
        scheme: ``basic``, ``bearer``, …: in small letters.
        params: what it says, by names in small letters: ``realm``, ``service``, ``scope``, ``error``.
    """

    scheme: str
    params: Mapping[str, str] = field(default_factory=dict[str, str])


def parse_challenges(header: str) -> list[Challenge]:
    """Read the header; several of them are one, with commas between.

    Args:
        header: its value, of which 64 KiB are read. What is no challenge in it is passed over.

    Returns:
        The challenges in their order. Of a parameter that is there twice the first counts.
    """
    header = header[:_LONGEST]
    found: list[Challenge] = []
    params: dict[str, str] = {}
    at = 0
    while at < len(header):
        name, at = _word(header, at)
        if not name:
            at += 1
            continue
        after = _skip(header, at)
        if after < len(header) and header[after] == "=":
            value, at = _value(header, _skip(header, after + 1))
            params.setdefault(name.lower(), value)
        else:
            params = {}
            found.append(Challenge(name.lower(), params))
    return found


def _word(text: str, at: int) -> tuple[str, int]:
    end = at
    while end < len(text) and text[end] in _TOKEN:
        end += 1
    return text[at:end], end


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _value(text: str, at: int) -> tuple[str, int]:
    """A parameter's value, in quotation marks or without, and where it ends."""
    if at >= len(text) or text[at] != '"':
        end = at
        while end < len(text) and text[end] not in ", \t":
            end += 1
        return text[at:end], end
    pieces: list[str] = []
    at += 1
    while at < len(text) and text[at] != '"':
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
        pieces.append(text[at])
        at += 1
    return "".join(pieces), at + 1
