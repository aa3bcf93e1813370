"""How a keyword of create finds its place in the Engine's request: the rows that the tables are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from dockpy.errors import InvalidArgument

__all__ = ["Draft", "Parser", "PathLike", "Place", "Surroundings", "config", "each", "host", "query"]

T = TypeVar("T")
Parser = Callable[[str, Any], Any]
"""Turns the value of an option, named first, into what the Engine takes."""


class PathLike(Protocol):
    """A path, such as a `pathlib.Path`."""

    def __fspath__(self) -> str: ...


def _nothing_there(option: str, path: str) -> bytes:
    raise InvalidArgument(f"{option}={path!r}: there is no such file")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What options ask of the caller's machine, which this package, being pure, does not touch.

    Attributes:
        environ: the variables.
        absolute: makes a relative path absolute.
        read: gives a file's content, for the option of this name.
    """

    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    absolute: Callable[[str], str] = str
    read: Callable[[str, str], bytes] = _nothing_there


@dataclass(slots=True)
class Draft:
    """A request in the making, by the Python names of the wire's fields.

    Attributes:
        around: the caller's machine.
        config: what the container is.
        host: how it runs on its host.
        query: the query's parameters.
        networks: the endpoints that it shall have, by network.
        endpoint: what was asked of the first of them in options of their own.
        options: the option that a field is of, for errors.
    """

    around: Surroundings
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    host: dict[str, Any] = field(default_factory=dict[str, Any])
    query: dict[str, str] = field(default_factory=dict[str, str])
    networks: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    endpoint: dict[str, Any] = field(default_factory=dict[str, Any])
    options: dict[str, str] = field(default_factory=dict[str, str])


Place = Callable[[Draft, str, Any], None]
"""Puts the value of an option, named second, where the Engine has it."""


def config(name: str, parse: Parser) -> Place:
    """A row for a field of what the container is."""

    def place(draft: Draft, option: str, value: Any) -> None:
        draft.config[name] = parse(option, value)
        draft.options[name] = option

    return place


def host(name: str, parse: Parser) -> Place:
    """A row for a field of how it runs on its host."""

    def place(draft: Draft, option: str, value: Any) -> None:
        draft.host[name] = parse(option, value)
        draft.options[name] = option

    return place


def query(name: str, parse: Callable[[Any], str]) -> Place:
    """A row for a parameter of the query."""

    def place(draft: Draft, option: str, value: Any) -> None:
        draft.query[name] = parse(value)

    return place


def each(parse: Callable[[str, Any], T]) -> Callable[[str, Any], list[T]]:
    """A parser of lists of what another one parses; a single str, or mapping, counts as a list of one."""

    def parse_all(option: str, value: Any) -> list[T]:
        items = value if isinstance(value, (list, tuple)) else [value]
        return [parse(option, item) for item in items]

    return parse_all
