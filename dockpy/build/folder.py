"""A folder and a Dockerfile, as a context that the classic builder takes."""

from __future__ import annotations

import os
from typing import NamedTuple

from dockpy.build.context import Context, random_name
from dockpy.build.dockerignore import Ignore, read_patterns
from dockpy.errors import InvalidArgument

__all__ = ["Planned", "plan_folder"]

_IGNORE = ".dockerignore"


class Planned(NamedTuple):
    """A context, the Dockerfile's name in it, and what the Dockerfile says."""

    context: Context
    dockerfile: str
    content: bytes


def plan_folder(path: str, dockerfile: str | None, content: bytes | None = None) -> Planned:
    """What of a folder is sent.

    ``<Dockerfile>.dockerignore`` counts in place of ``.dockerignore`` where it is there. Both the Dockerfile
    and the ``.dockerignore`` are sent even if they are left out: the builder reads them, and keeps what is
    left out of the image itself. A Dockerfile that is not in the folder goes under a random name.

    Args:
        path: the folder.
        dockerfile: the Dockerfile's path, relative to the folder; None for ``Dockerfile``.
        content: what the Dockerfile says, where it is no file.

    Raises:
        InvalidArgument: the folder or the Dockerfile is not there, or ``.dockerignore`` cannot be read.
    """
    root = os.path.realpath(path)
    if not os.path.isdir(root):
        raise InvalidArgument(f"path={path!r}: there is no such folder")
    if content is not None:
        rules = _read(os.path.join(root, _IGNORE))
        return _under_a_random_name(root, content, Ignore(read_patterns(rules or b"")), rules)
    given = os.path.join(root, dockerfile or _default_name(root))
    real = os.path.realpath(given)
    content = _read(real)
    if content is None:
        raise InvalidArgument(
            f"dockerfile={dockerfile or 'Dockerfile'!r}: there is no file {given!r}; a text has a line break"
        )
    own = os.path.relpath(real, root)
    outside = os.path.isabs(own) or own.split(os.sep)[0] == os.pardir
    name = None if outside else own.replace(os.sep, "/")
    specific = f"{given}{_IGNORE}"
    if (rules := _read(specific)) is not None:
        return _under_a_random_name(root, content, Ignore(read_patterns(rules)), None)
    rules = _read(os.path.join(root, _IGNORE))
    ignore = Ignore(read_patterns(rules or b""))
    if name is None:
        return _under_a_random_name(root, content, ignore, rules)
    return Planned(Context(root, ignore, frozenset({name, _IGNORE})), name, content)


def _default_name(root: str) -> str:
    """``Dockerfile``, or ``dockerfile`` where there is only that."""
    found = (name for name in ("Dockerfile", "dockerfile") if os.path.lexists(os.path.join(root, name)))
    return next(found, "Dockerfile")


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise InvalidArgument(f"{path!r} cannot be read: {error.strerror}") from None


def _under_a_random_name(root: str, content: bytes, ignore: Ignore, rules: bytes | None) -> Planned:
    """The invented name stands in ``.dockerignore``, which the builder reads to keep its own files out."""
    name = random_name()
    said = (_IGNORE.encode() if rules is None else rules) + f"\n{name}\n".encode()
    return Planned(Context(root, ignore, frozenset(), {_IGNORE: said, name: content}), name, content)
