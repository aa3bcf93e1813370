"""A method of one daemon as a method of all: the same arguments, typed as they are there."""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from dockpy.fleet.results import FleetList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockpy.fleet.results import FleetResults

__all__ = ["Each", "Every", "Fanned", "FannedList"]

S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)
S_contra = TypeVar("S_contra", contravariant=True)
T = TypeVar("T")
P = ParamSpec("P")


class Fans(Protocol[S_co]):
    """What calls something on every daemon: a fleet, or one of its collections."""

    def _fan(self, call: Callable[[S_co], T], /) -> FleetResults[T]: ...


class Each(Generic[P, T]):
    """Calls a method on every daemon at once; the arguments are the method's."""

    def __init__(self, part: Fans[S], method: Callable[Concatenate[S, P], T]) -> None:
        self._part: Fans[Any] = part
        update_wrapper(self, method)
        self._name = method.__name__  # each one's own: a client may be of a class of one's own

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> FleetResults[T]:
        """What came of each daemon."""
        return self._part._fan(lambda subject: getattr(subject, self._name)(*args, **kwargs))


class Every(Generic[P, T]):
    """Calls a method that lists on every daemon at once; the arguments are the method's."""

    def __init__(self, part: Fans[S], method: Callable[Concatenate[S, P], Sequence[T]]) -> None:
        self._part: Fans[Any] = part
        update_wrapper(self, method)
        self._name = method.__name__

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> FleetList[T]:
        """The objects of all daemons, and why those of some are missing."""
        return FleetList(self._part._fan(lambda subject: getattr(subject, self._name)(*args, **kwargs)))


class Fanned(Generic[S_contra, P, T]):
    """A method of every daemon, in a class: ``get = Fanned(ContainerCollection.get)``."""

    def __init__(self, method: Callable[Concatenate[S_contra, P], T]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, part: None, owner: type) -> Self: ...
    @overload
    def __get__(self, part: Fans[S_contra], owner: type) -> Each[P, T]: ...
    def __get__(self, part: Fans[S_contra] | None, owner: type) -> Self | Each[P, T]:
        return self if part is None else Each(part, self._method)


class FannedList(Generic[S_contra, P, T]):
    """A method of every daemon that lists: ``list = FannedList(ContainerCollection.list)``."""

    def __init__(self, method: Callable[Concatenate[S_contra, P], Sequence[T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, part: None, owner: type) -> Self: ...
    @overload
    def __get__(self, part: Fans[S_contra], owner: type) -> Every[P, T]: ...
    def __get__(self, part: Fans[S_contra] | None, owner: type) -> Self | Every[P, T]:
        return self if part is None else Every(part, self._method)
