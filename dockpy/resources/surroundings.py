"""The caller's machine, for the options of containers: its variables, its files, where it stands."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument
from dockpy.options.fields import Surroundings

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["IdFile", "surroundings"]


def surroundings() -> Surroundings:
    """This process's machine."""
    return Surroundings(environ=os.environ, absolute=os.path.abspath, read=_read)


def _read(option: str, path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError) as error:  # the last: a path with a NUL
        raise InvalidArgument(f"{option}: {path!r} cannot be read: {error}") from None


class IdFile:
    """A file for the id of a container that is to be created; it is gone again where that fails.

    Args:
        path: where it is; nothing may be there.

    Raises:
        InvalidArgument: something is there, or nothing can be.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._written = False
        try:
            open(path, "x").close()
        except (OSError, ValueError) as error:
            raise InvalidArgument(f"cidfile={path!r}: {error}") from None

    def write(self, container_id: str) -> None:
        """Write the id."""
        with open(self._path, "w", encoding="ascii") as file:
            file.write(container_id)
        self._written = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._written:
            os.unlink(self._path)
