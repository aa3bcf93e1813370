"""Options as getopt_long takes them apart: short ones in clusters, long ones by a unique prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.applets.errors import BadUsage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Options", "parse"]


class Options:
    """The options and operands of one call.

    Attributes:
        given: each option with its value (empty where it takes none), in their order.
        rest: the operands.
    """

    def __init__(self) -> None:
        self.given: list[tuple[str, str]] = []
        self.rest: list[str] = []

    def __contains__(self, letter: object) -> bool:
        return any(name == letter for name, _ in self.given)

    def any(self, letters: str) -> bool:
        """Whether one of these was given."""
        return any(name in letters for name, _ in self.given)

    def count(self, letter: str) -> int:
        """How often it was given."""
        return sum(name == letter for name, _ in self.given)

    def all(self, letter: str) -> list[str]:
        """Each value that it was given."""
        return [value for name, value in self.given if name == letter]

    def get(self, letter: str) -> str | None:
        """Its last value."""
        return next((value for name, value in reversed(self.given) if name == letter), None)

    def last(self, letters: str) -> str:
        """Which of these came last; empty for none."""
        return next((name for name, _ in reversed(self.given) if name in letters), "")


def _short_spec(spec: str) -> dict[str, str]:
    """``"ab:c::"`` → ``{"a": "", "b": ":", "c": "::"}``."""
    found: dict[str, str] = {}
    at = 0
    while at < len(spec):
        letter = spec[at]
        at += 1
        colons = ""
        while at < len(spec) and spec[at] == ":":
            colons += ":"
            at += 1
        found[letter] = colons
    return found


def parse(called: str, args: Sequence[str], spec: str, long: Mapping[str, str]) -> Options:
    """Take a command line apart.

    Args:
        called: what the program was called as, for messages.
        args: its arguments.
        spec: short options; ``:`` behind one that takes a value, ``::`` where the value is optional. With a
            ``+`` in front, the first operand ends the options.
        long: the short option that each long one stands for.

    Raises:
        BadUsage: with getopt's message.
    """
    in_order = spec.startswith("+")
    takes = _short_spec(spec.lstrip("+"))
    found = Options()
    words = iter(args)
    for word in words:
        if word == "--":
            found.rest.extend(words)
        elif word.startswith("--"):
            _long(called, word[2:], words, takes, long, found)
        elif word.startswith("-") and word != "-":
            _cluster(called, word[1:], words, takes, found)
        else:
            found.rest.append(word)
            if in_order:
                found.rest.extend(words)
    return found


def _cluster(
    called: str, cluster: str, words: Iterator[str], takes: Mapping[str, str], found: Options
) -> None:
    while cluster:
        letter, cluster = cluster[0], cluster[1:]
        kind = takes.get(letter)
        if kind is None:
            raise BadUsage(f"invalid option -- '{letter}'", called)
        if not kind:
            found.given.append((letter, ""))
            continue
        if not cluster and kind == ":":
            value = next(words, None)
            if value is None:
                raise BadUsage(f"option requires an argument -- '{letter}'", called)
            cluster = value
        found.given.append((letter, cluster))
        return


def _long(
    called: str,
    text: str,
    words: Iterator[str],
    takes: Mapping[str, str],
    long: Mapping[str, str],
    found: Options,
) -> None:
    given, equals, value = text.partition("=")
    matches = [given] if given in long else [name for name in long if name.startswith(given)]
    if not matches:
        raise BadUsage(f"unrecognized option '--{given}'", called)
    if len({long[name] for name in matches}) > 1:
        possible = " ".join(f"'--{name}'" for name in matches)
        raise BadUsage(f"option '--{given}' is ambiguous; possibilities: {possible}", called)
    name = matches[0]
    letter = long[name]
    kind = takes.get(letter, "")
    if equals and not kind:
        raise BadUsage(f"option '--{name}' doesn't allow an argument", called)
    if kind == ":" and not equals:
        following = next(words, None)
        if following is None:
            raise BadUsage(f"option '--{name}' requires an argument", called)
        value = following
    found.given.append((letter, value))
