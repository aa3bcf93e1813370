"""The parts of a regular expression."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ALL", "CLASSES", "WORD", "Alt", "Assertion", "Back", "Cat", "Chars", "Group", "Node", "Repeat"]

ALL = frozenset(range(256))


def _those(test: str) -> frozenset[int]:
    return frozenset(code for code in range(128) if getattr(chr(code), test)())


_UPPER, _LOWER, _DIGIT = _those("isupper"), _those("islower"), _those("isdigit")
_ALPHA = _UPPER | _LOWER
_ALNUM = _ALPHA | _DIGIT
_GRAPH = frozenset(range(33, 127))
CLASSES: dict[str, frozenset[int]] = {
    "alpha": _ALPHA,
    "digit": _DIGIT,
    "alnum": _ALNUM,
    "upper": _UPPER,
    "lower": _LOWER,
    "space": frozenset(map(ord, " \t\n\v\f\r")),
    "blank": frozenset(map(ord, " \t")),
    "punct": _GRAPH - _ALNUM,
    "print": _GRAPH | {32},
    "graph": _GRAPH,
    "cntrl": frozenset({*range(32), 127}),
    "xdigit": frozenset(map(ord, "0123456789abcdefABCDEF")),
}
"""What stands between ``[:`` and ``:]``."""
WORD = _ALNUM | {ord("_")}


@dataclass(frozen=True)
class Chars:
    """One character of a set."""

    codes: frozenset[int]


@dataclass(frozen=True)
class Cat:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Alt:
    """One of several."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Repeat:
    """As often as that; without an end where `most` is None."""

    part: Node
    least: int
    most: int | None


@dataclass(frozen=True)
class Group:
    """What is remembered under a number."""

    number: int
    part: Node


@dataclass(frozen=True)
class Back:
    """What a group has matched."""

    number: int


@dataclass(frozen=True)
class Assertion:
    """A place: ``^ $ < > b B``."""

    kind: str


Node = Chars | Cat | Alt | Repeat | Group | Back | Assertion
