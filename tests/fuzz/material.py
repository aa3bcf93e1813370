"""What the targets are made of: a registry of them, and how bytes become cuts, texts and values."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockpy.errors import DockpyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["TARGETS", "Material", "Target", "cuts", "fuzzed", "outcome", "same"]


@dataclass(frozen=True)
class Target:
    """A decoder or parser under fire.

    Attributes:
        name: what it is called.
        run: takes the input; what it raises beside `errors` is a crash.
        errors: what may come of bad input.
        seeds: good input to begin with.
        weight: its share of the inputs, 1 for those that cost milliseconds.
    """

    name: str
    run: Callable[[bytes], None]
    errors: tuple[type[BaseException], ...]
    seeds: tuple[bytes, ...]
    weight: int

    def __call__(self, data: bytes) -> None:
        """Try an input."""
        with contextlib.suppress(self.errors):
            self.run(data)


TARGETS: dict[str, Target] = {}
"""By their names."""

DEFAULT: tuple[type[BaseException], ...] = (DockpyError,)


def fuzzed(
    *seeds: bytes | str, errors: Sequence[type[BaseException]] = DEFAULT, weight: int = 4
) -> Callable[[Callable[[bytes], None]], Callable[[bytes], None]]:
    """A function of bytes is a target, of its name."""

    def register(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
        name = run.__name__
        assert name not in TARGETS, name
        encoded = tuple(seed.encode() if isinstance(seed, str) else seed for seed in seeds)
        TARGETS[name] = Target(name, run, tuple(errors), encoded, weight)
        return run

    return register


class Material:
    """Bytes to draw from; where there are none left, nothing, zero and no."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        """A number from 0 to 255."""
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def rest(self) -> bytes:
        """All that is left."""
        at, self._at = self._at, len(self._data)
        return self._data[at:]

    def text(self) -> str:
        """What is left up to the next separator, any Unicode with surrogates for what is none."""
        end = self._data.find(b"\xff", self._at)
        end = len(self._data) if end < 0 else end
        piece, self._at = self._data[self._at : end], end + 1
        return piece.decode("utf-8", "surrogateescape")

    def left(self) -> bool:
        """Whether anything is."""
        return self._at < len(self._data)

    def value(self, names: Sequence[str] = (), depth: int = 3) -> Any:
        """Any value that JSON has, and some that callers give; mappings mostly have these names."""
        kind = self.byte() % (14 if depth else 10)
        match kind:
            case 0 | 1 | 2 | 3:
                return self.text()
            case 4:
                return None
            case 5:
                return bool(self.byte() & 1)
            case 6:
                return self.byte() - 128
            case 7:
                return int.from_bytes(bytes(self.byte() for _ in range(self.byte() % 10)), "big", signed=True)
            case 8:
                return (0.5, -1.0, 1e308, float("inf"), float("nan"), 1e-9, 2.0**63, -0.0)[self.byte() % 8]
            case 9:
                return names[self.byte() % len(names)] if names else ""
            case 10 | 11:
                return [self.value(names, depth - 1) for _ in range(self.byte() % 4)]
            case _:
                return {self._name(names): self.value(names, depth - 1) for _ in range(self.byte() % 5)}

    def _name(self, names: Sequence[str]) -> str:
        choice = self.byte()
        return names[choice % len(names)] if names and choice < 224 else self.text()


def cuts(data: bytes, plan: bytes) -> Iterator[bytes]:
    """The data in pieces: of one byte, of the plan's sizes, and of what is left."""
    at = 0
    for size in plan:
        if at >= len(data):
            return
        size = size % 41 + 1 if size < 240 else size * 37
        yield data[at : at + size]
        at += size
    if at < len(data):
        yield data[at:]


def outcome(run: Callable[[], Any]) -> tuple[str, Any]:
    """What comes of it: a value, or the kind of a typed error."""
    try:
        return "value", run()
    except DockpyError as error:
        return "error", type(error).__name__


def same(one: Any, other: Any) -> None:
    """Both ways to the same have to lead there."""
    assert one == other, f"{str(one)[:300]} is not {str(other)[:300]}"
