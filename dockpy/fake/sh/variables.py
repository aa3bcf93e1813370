"""The shell's variables: values, what is exported and read-only, and what functions keep to themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockpy.fake.sh.errors import Failure
from dockpy.fake.sh.text import inner, outer
from dockpy.fake.sh.words import NAME

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Variables", "quoted"]


def quoted(text: str) -> str:
    """A text in quotes, as the shell prints it to be read again."""
    pieces = re.findall(r"([^']*)('*)", text)
    shown = "".join(
        f"'{piece}'" + (f'"{quotes}"' if quotes else "") for piece, quotes in pieces if piece or quotes
    )
    return shown or "''"


class Variables:
    """Variables.

    Args:
        special: makes the values of variables that change by themselves, by name.

    Attributes:
        values: by name; None for a name that is only exported, read-only or local.
    """

    def __init__(self, special: dict[str, Callable[[], str]]) -> None:
        self.values: dict[str, str | None] = {}
        self.exported: set[str] = set()
        self.readonly: set[str] = set()
        self.export_all: bool = False
        self._special = special
        self._locals: list[dict[str, tuple[str | None, bool, bool]]] = []
        self._environment: dict[str, str] | None = None

    def copy(self, special: dict[str, Callable[[], str]]) -> Variables:
        """What a subshell begins with."""
        other = Variables(special)
        other.values = dict(self.values)
        other.exported = set(self.exported)
        other.readonly = set(self.readonly)
        other.export_all = self.export_all
        other._locals = [dict(frame) for frame in self._locals]
        return other

    def take_environment(self, env: dict[str, str]) -> None:
        """Begin with an environment."""
        for name, value in env.items():
            if NAME.fullmatch(name):
                self.values[name] = inner(value)
                self.exported.add(name)

    def get(self, name: str) -> str | None:
        """A value; None where it is unset."""
        if name in self._special:
            if name in self.values:
                return self._special[name]()
            return None
        return self.values.get(name)

    def set(self, name: str, value: str) -> None:
        """Set a variable.

        Raises:
            Failure: it is read-only.
        """
        if name in self.readonly:
            raise Failure(f"{name}: is read only")
        self.values[name] = value
        if self.export_all:
            self.exported.add(name)
        if name in self.exported:
            self._environment = None

    def unset(self, name: str) -> None:
        """Unset a variable.

        Raises:
            Failure: it is read-only.
        """
        if name in self.readonly:
            raise Failure(f"{name}: is read only")
        self.values.pop(name, None)
        self.exported.discard(name)
        self._environment = None

    def export(self, name: str, exported: bool = True) -> None:
        """Pass a variable on to programs, or do not any more."""
        (self.exported.add if exported else self.exported.discard)(name)
        self.values.setdefault(name, None)
        self._environment = None

    def protect(self, name: str) -> None:
        """Make a variable read-only."""
        self.readonly.add(name)
        self.values.setdefault(name, None)

    @property
    def environment(self) -> dict[str, str]:
        """What programs get; not to be changed."""
        if self._environment is None:
            self._environment = {
                name: outer(value) for name in self.exported if (value := self.values.get(name)) is not None
            }
        return self._environment

    # Functions

    @property
    def in_function(self) -> bool:
        """Whether a function runs."""
        return bool(self._locals)

    def enter(self) -> None:
        """A function begins, or a command with assignments of its own."""
        self._locals.append({})

    def leave(self) -> None:
        """It is over: what was local is as it was before."""
        for name, (value, there, exported) in self._locals.pop().items():
            if there:
                self.values[name] = value
            else:
                self.values.pop(name, None)
            (self.exported.add if exported else self.exported.discard)(name)
            self._environment = None

    def local(self, name: str) -> None:
        """Keep what the variable is now for after the function."""
        frame = self._locals[-1]
        if name not in frame:
            frame[name] = (self.values.get(name), name in self.values, name in self.exported)
