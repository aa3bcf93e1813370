"""Matching without backtracking: states are sets of places in the expression, made when they are needed."""

from __future__ import annotations

from dockpy.fake.applets.regex.nodes import WORD, Alt, Assertion, Cat, Chars, Group, Node, Repeat

__all__ = ["Automaton"]

_START, _WORD, _OTHER, _LINE = 0, 1, 2, 3
_END = -1
_STATES = 2_000


class Automaton:
    """The automaton of an expression without back references.

    Args:
        node: the expression.
        groups: how many it has.
        lines: ``^`` and ``$`` are each line's.
    """

    def __init__(self, node: Node, groups: int, *, lines: bool) -> None:
        self._groups = groups
        self._lines = lines
        self._kinds: list[str] = []
        self._codes: list[frozenset[int]] = []
        self._marks: list[str] = []
        self._slots: list[int] = []
        self._next: list[int] = []
        self._other: list[int] = []
        self._match = self._add("match")
        self._first = self._build(node, self._match)
        self._cache: dict[tuple[frozenset[int], int, int], tuple[bool, frozenset[int]]] = {}

    # Building, from the end

    def _add(
        self,
        kind: str,
        following: int = -1,
        other: int = -1,
        *,
        codes: frozenset[int] = frozenset(),
        mark: str = "",
        slot: int = -1,
    ) -> int:
        self._kinds.append(kind)
        self._next.append(following)
        self._other.append(other)
        self._codes.append(codes)
        self._marks.append(mark)
        self._slots.append(slot)
        return len(self._kinds) - 1

    def _build(self, node: Node, following: int) -> int:
        match node:
            case Chars(codes):
                return self._add("chars", following, codes=codes)
            case Assertion(kind):
                return self._add("assert", following, mark=kind)
            case Cat(parts):
                for part in reversed(parts):
                    following = self._build(part, following)
                return following
            case Alt(parts):
                entry = self._build(parts[-1], following)
                for part in reversed(parts[:-1]):
                    entry = self._add("split", self._build(part, following), entry)
                return entry
            case Group(number, part):
                end = self._add("save", following, slot=2 * number + 1)
                return self._add("save", self._build(part, end), slot=2 * number)
            case Repeat(part, least, most):
                return self._build_repeat(part, least, most, following)
        raise AssertionError(node)

    def _build_repeat(self, part: Node, least: int, most: int | None, following: int) -> int:
        if most is None:
            loop = self._add("split", -1, following)
            self._next[loop] = self._build(part, loop)
            entry = loop
        else:
            entry = following
            for _ in range(most - least):
                entry = self._add("split", self._build(part, entry), following)
        for _ in range(least):
            entry = self._build(part, entry)
        return entry

    # Searching

    def search(self, text: str, at: int) -> list[tuple[int, int]] | None:
        """The spans of the leftmost, longest match and its groups; None where there is none."""
        for start in range(at, len(text) + 1):
            end = self._longest(text, start)
            if end is not None:
                return self._spans(text, start, end)
        return None

    def _before(self, text: str, at: int) -> int:
        if at == 0:
            return _START
        if text[at - 1] == "\n" and self._lines:
            return _LINE
        return _WORD if ord(text[at - 1]) in WORD else _OTHER

    def _longest(self, text: str, start: int) -> int | None:
        states: frozenset[int] = frozenset({self._first})
        found = None
        cache = self._cache
        before = self._before(text, start)
        size = len(text)
        for at in range(start, size + 1):
            code = ord(text[at]) if at < size else _END
            step = cache.get((states, before, code))
            if step is None:
                step = self._step(states, before, code)
            accepts, states = step
            if accepts:
                found = at
            if not states:
                break
            before = self._before(text, at + 1) if at < size else _OTHER
        return found

    def _step(self, states: frozenset[int], before: int, code: int) -> tuple[bool, frozenset[int]]:
        closure: set[int] = set()
        pending = list(states)
        following: set[int] = set()
        while pending:
            at = pending.pop()
            if at in closure:
                continue
            closure.add(at)
            kind = self._kinds[at]
            if kind == "chars":
                if code in self._codes[at]:
                    following.add(self._next[at])
            elif kind == "split":
                pending += (self._next[at], self._other[at])
            elif kind == "save" or (kind == "assert" and self._holds(self._marks[at], before, code)):
                pending.append(self._next[at])
        step = (self._match in closure, frozenset(following))
        if len(self._cache) > _STATES:
            self._cache.clear()
        self._cache[states, before, code] = step
        return step

    def _holds(self, mark: str, before: int, code: int) -> bool:
        if mark in "^A":
            return before == _START or (mark == "^" and before == _LINE)
        if mark in "$Z":
            return code == _END or (mark == "$" and self._lines and code == 10)
        was, comes = before == _WORD, code in WORD
        return {"b": was != comes, "B": was == comes, "<": not was and comes, ">": was and not comes}[mark]

    # Groups

    def _spans(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """The groups of the first way, in the order of preference, that leads from start to end."""
        if not self._groups:
            return [(start, end)]
        empty = (-1,) * (2 * self._groups + 2)
        threads: list[tuple[int, tuple[int, ...]]] = [(self._first, empty)]
        for at in range(start, end + 1):
            code = ord(text[at]) if at < len(text) else _END
            reached: dict[int, tuple[int, ...]] = {}
            before = self._before(text, at)
            for place, slots in threads:
                self._follow(place, slots, at, before, code, reached)
            if at == end:
                slots = reached[self._match]
                return [(start, end), *zip(slots[2::2], slots[3::2], strict=True)]
            threads = [
                (self._next[place], slots)
                for place, slots in reached.items()
                if self._kinds[place] == "chars" and code in self._codes[place]
            ]
        raise AssertionError("the match is not there")

    def _follow(
        self,
        place: int,
        slots: tuple[int, ...],
        at: int,
        before: int,
        code: int,
        reached: dict[int, tuple[int, ...]],
    ) -> None:
        pending = [(place, slots)]
        while pending:
            place, slots = pending.pop()
            if place in reached:
                continue
            reached[place] = slots
            kind = self._kinds[place]
            if kind == "split":
                pending += [(self._other[place], slots), (self._next[place], slots)]
            elif kind == "save":
                slot = self._slots[place]
                pending.append((self._next[place], (*slots[:slot], at, *slots[slot + 1 :])))
            elif kind == "assert" and self._holds(self._marks[place], before, code):
                pending.append((self._next[place], slots))
