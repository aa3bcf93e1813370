"""Files of variables and of labels, read as the docker command reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["environment_lines", "label_lines"]

_BOM = b"\xef\xbb\xbf"
# What Go calls a space; str.isspace knows some more.
_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)


def environment_lines(option: str, path: str, content: bytes, environ: Mapping[str, str]) -> list[str]:
    """The variables in a file, as ``NAME=value``.

    A line is ``NAME=value``, with nothing quoted or expanded, or a ``NAME`` that takes its value from the
    caller's environment, and is left out where that has none. Empty lines, and those that begin with ``#``,
    count as nothing, as does space before a name; space after a value belongs to it.

    Args:
        option: the option's name, for errors.
        path: the file's path, for errors.
        content: what is in the file.
        environ: the caller's environment.

    Raises:
        InvalidArgument: a line has no name, a name holds a space, or a line is no UTF-8. No value is shown.
    """
    lines = list[str]()
    for name, given in _entries(option, path, content):
        value = environ.get(name) if given is None else given
        if value is not None:
            lines.append(f"{name}={value}")
    return lines


def label_lines(option: str, path: str, content: bytes) -> dict[str, str]:
    """The labels in a file: lines as of `environment_lines`; a name alone counts as nothing."""
    return {name: value for name, value in _entries(option, path, content) if value is not None}


def _entries(option: str, path: str, content: bytes) -> Iterator[tuple[str, str | None]]:
    for number, raw in enumerate(content.removeprefix(_BOM).split(b"\n"), 1):
        where = f"{option}={path!r}: line {number}"
        try:
            line = raw.removesuffix(b"\r").decode().lstrip(_SPACES)
        except UnicodeDecodeError:
            raise InvalidArgument(f"{where} is no UTF-8") from None
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not name or "\0" in line:
            raise InvalidArgument(f"{where}: it takes NAME=value, or NAME")
        if any(character in _SPACES for character in name):
            raise InvalidArgument(f"{where}: there is a space in the name {name!r}")
        yield name, value if equals else None
