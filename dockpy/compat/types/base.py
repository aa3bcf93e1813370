"""A dict that is made of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["DictType", "entry", "given"]


class DictType(dict[str, Any]):
    """A JSON object of the engine's, by its JSON names."""

    def __init__(self, init: Mapping[str, Any]) -> None:
        super().__init__(init)


def entry(name: str, convert: Callable[[Any], Any] = lambda value: value) -> Any:
    """An attribute for an entry of a dict.

    Args:
        name: the entry's JSON name.
        convert: makes what is written of what is set.
    """

    def read(self: dict[str, Any]) -> Any:
        return self.get(name)

    def write(self: dict[str, Any], value: Any) -> None:
        self[name] = convert(value)

    return property(read, write, doc=f"``{name}``.")


def given(**values: Any) -> dict[str, Any]:
    """Those of the values that are not None."""
    return {name: value for name, value in values.items() if value is not None}
