"""Files that are there whole, or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["write_whole"]


def write_whole(path: str | os.PathLike[str], pieces: Iterable[bytes]) -> Path:
    """Write a file; until its last piece has come there is none, or the one that was there before.

    Args:
        path: of the file.
        pieces: its content; none is asked for where the file cannot be written.

    Returns:
        The path.

    Raises:
        OSError: the file cannot be written.
    """
    target = Path(path)
    if target.is_dir():  # renaming would tell, once everything has been fetched
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    beside = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        with beside.open("xb") as file:
            file.writelines(pieces)
        beside.replace(target)
    except BaseException as error:
        beside.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename == str(beside):
            error.filename, error.filename2 = str(target), None  # the name that the caller knows
        raise
    return target
