"""What went wrong on several daemons at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from dockpy.errors.base import DockpyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["FleetError"]

_TOLD = 5


class FleetError(DockpyError, ExceptionGroup[Exception]):
    """Some daemons of a fleet could not do what all were asked for.

    It is an exception group: ``except* ConnectionFailed as failed`` takes out of it what is such an error,
    and ``failed.errors`` says on which daemons; a traceback shows each with its daemon's name.

    Attributes:
        errors: what happened, by the daemon's name, in the fleet's order.
    """

    # The group's own one cannot be set.
    message: str = ""  # pyright: ignore[reportIncompatibleMethodOverride]

    def __new__(cls, message: str, errors: Mapping[str, Exception]) -> Self:
        """A group of them; there has to be one."""
        return super().__new__(cls, message, list(errors.values()))

    def __init__(self, message: str, errors: Mapping[str, Exception]) -> None:
        super().__init__(message)
        self.errors: dict[str, Exception] = dict(errors)

    @classmethod
    def of(cls, errors: Mapping[str, Exception], asked: int) -> Self:
        """Of the daemons that failed.

        Args:
            errors: what happened, by name.
            asked: how many daemons there are.
        """
        told = [f"{name}: {_brief(error)}" for name, error in list(errors.items())[:_TOLD]]
        if len(errors) > _TOLD:
            told.append(f"and {len(errors) - _TOLD} more")
        daemons = "daemon" if asked == 1 else "daemons"
        return cls(f"{len(errors)} of {asked} {daemons} failed: {'; '.join(told)}", errors)

    def derive(self, excs: Sequence[Exception], /) -> FleetError:  # type: ignore[override]
        """Some of it, as ``except*`` and `split` ask for; their names are kept."""
        left, found = dict(self.errors), dict[str, Exception]()
        for error in excs:
            parts = {id(leaf) for leaf in _leaves(error)}
            for name, whole in left.items():
                if parts <= {id(leaf) for leaf in _leaves(whole)}:
                    found[name] = error
                    del left[name]
                    break
        return FleetError(self.message, found)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.errors, self.__dict__)


def _rebuild(
    cls: type[FleetError], message: str, errors: dict[str, Exception], state: dict[str, Any]
) -> FleetError:
    error = cls(message, errors)
    error.__dict__.update(state)
    return error


def _brief(error: Exception) -> str:
    """One line: of what kind it is, and what it says."""
    text = error.message if isinstance(error, DockpyError) else str(error)
    return f"{type(error).__name__}: {text}".splitlines()[0] if text else type(error).__name__


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """What a group is made of, however deep; of another error itself."""
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error
