"""Reading the docker command's JSON files: an error names the file and the field, and never shows a value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from dockpy.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Section", "parse_object", "read_object"]


class Section:
    """A JSON object of a file; a field that is missing or null reads as empty.

    Args:
        values: the decoded object.
        path: the file, or the name of what is none.
        where: the object's place in the file, such as ``auths.ghcr.io``.
    """

    __slots__ = ("_values", "path", "where")

    def __init__(self, values: dict[str, Any], path: Path | str | None = None, where: str = "") -> None:
        self._values = values
        self.path: Path | str | None = path
        self.where: str = where

    def text(self, name: str) -> str:
        """A string."""
        return cast("str", self._get(name, str, "a string", ""))

    def flag(self, name: str) -> bool:
        """A boolean."""
        return cast("bool", self._get(name, bool, "true or false", False))

    def section(self, name: str) -> Section:
        """An object."""
        values = self._get(name, dict, "an object", {})
        return Section(values, self.path, self._place(name))

    def texts(self, name: str) -> dict[str, str]:
        """An object of strings."""
        section = self.section(name)
        return {key: section.text(key) for key in section}

    def to_dict(self) -> dict[str, Any]:
        """The decoded object itself."""
        return self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def error(self, name: str, problem: str) -> ConfigError:
        """The error of a field that cannot be used."""
        return ConfigError(f"{str(self.path)!r}: {self._place(name)} {problem}")

    def _place(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def _get(self, name: str, kind: type, expected: str, default: object) -> Any:
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, kind):
            raise self.error(name, f"is not {expected}")
        return value


def read_object(path: Path) -> Section:
    """Read a file that holds one JSON object.

    Args:
        path: the file; where it is missing, an empty object is read.

    Raises:
        ConfigError: the file cannot be read or holds something else; the message names it, and shows nothing
            of it.
    """
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Section({}, path)
    except OSError as error:
        if isinstance(error, PermissionError) and not path.exists():
            return Section({}, path)  # a directory that is closed to us, such as another user's home
        raise ConfigError(f"cannot read {str(path)!r}: {error.strerror}") from None
    return _parsed(content, path, repr(str(path)))


def parse_object(text: str, name: str) -> Section:
    """Read a text that holds one JSON object, such as an environment variable; an empty one holds nothing.

    Args:
        text: the text.
        name: its name, for errors.

    Raises:
        ConfigError: it holds something else; the message shows nothing of it.
    """
    return _parsed(text.encode("utf-8", "surrogateescape"), None, name)


def _parsed(content: bytes, path: Path | None, name: str) -> Section:
    problem = "does not hold a JSON object"
    values: object = None
    try:
        values = json.loads(content.decode("utf-8-sig")) if content.strip() else {}
    except json.JSONDecodeError as error:
        problem = f"is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        problem = "is not valid JSON in UTF-8"
    # Raised out here: an error of the JSON or UTF-8 decoder carries the whole document along.
    if not isinstance(values, dict):
        raise ConfigError(f"{name} {problem}")
    return Section(cast("dict[str, Any]", values), path or name)
