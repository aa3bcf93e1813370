"""What the daemons of a fleet answered: a value or an error of each, by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Self, TypeVar, cast

from dockpy.errors import FleetError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FleetList", "FleetResults", "Outcome"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T_co]):
    """What came of one daemon.

    Attributes:
        error: why there is no value; None where there is one.
    """

    _value: T_co | None = None
    error: Exception | None = None

    @property
    def value(self) -> T_co:
        """What it answered.

        Raises:
            Exception: it did not; this is its `error`.
        """
        if self.error is not None:
            raise self.error
        return cast("T_co", self._value)

    @property
    def ok(self) -> bool:
        """Whether there is a value."""
        return self.error is None

    def __repr__(self) -> str:
        return f"Outcome(value={self._value!r})" if self.ok else f"Outcome(error={self.error!r})"


class FleetResults(Mapping[str, Outcome[T_co]]):
    """What each daemon answered, by its name, in the fleet's order: ``results["a"].value`` or ``.error``."""

    def __init__(self, outcomes: Mapping[str, Outcome[T_co]]) -> None:
        self._outcomes = dict(outcomes)

    @property
    def succeeded(self) -> dict[str, T_co]:
        """The values, by the names of the daemons that gave one."""
        return {name: outcome.value for name, outcome in self._outcomes.items() if outcome.ok}

    @property
    def errors(self) -> dict[str, Exception]:
        """What went wrong, by the names of the daemons on which it did."""
        return {name: outcome.error for name, outcome in self._outcomes.items() if outcome.error is not None}

    def raise_errors(self) -> Self:
        """Go on only where all daemons answered.

        Returns:
            These results.

        Raises:
            FleetError: some did not; its ``errors`` say which.
        """
        if errors := self.errors:
            raise FleetError.of(errors, len(self))
        return self

    def __getitem__(self, name: str) -> Outcome[T_co]:
        return self._outcomes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._outcomes)

    def __len__(self) -> int:
        return len(self._outcomes)

    def __repr__(self) -> str:
        errors = self.errors
        failed = f", failed: {', '.join(errors)}" if errors else ""
        return f"<FleetResults: {len(self) - len(errors)} of {len(self)} daemons answered{failed}>"


class FleetList(list[T]):
    """The objects of all daemons in one list, daemon by daemon in the fleet's order.

    What it lacks is told by `errors`: look at them, or call `raise_errors`, before you take it for all.

    Attributes:
        errors: what went wrong, by the names of the daemons whose objects are missing.
    """

    def __init__(self, results: FleetResults[Sequence[T]]) -> None:
        self._found = {name: list(found) for name, found in results.succeeded.items()}
        super().__init__(item for found in self._found.values() for item in found)
        self.errors: dict[str, Exception] = results.errors

    def by_daemon(self) -> dict[str, list[T]]:
        """The objects by their daemon's name, as they came; of daemons that have none, an empty list."""
        return {name: list(found) for name, found in self._found.items()}

    def raise_errors(self) -> Self:
        """Go on only where the list is whole.

        Returns:
            This list.

        Raises:
            FleetError: some daemons did not answer; its ``errors`` say which.
        """
        if self.errors:
            raise FleetError.of(self.errors, len(self._found) + len(self.errors))
        return self
