"""Volumes and host folders to mount, in docker-py's forms and the docker command's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dockpy.errors import InvalidArgument
from dockpy.options.values import is_list, is_text

__all__ = ["Volumes", "binds_and_volumes"]

Volumes = Mapping[str, str | Mapping[str, Any]] | Sequence[str]
_OPTIONS = {"bind", "mode", "propagation", "ro"}
_DRIVE = re.compile(r"(?<![^:])[A-Za-z]:(?=[\\/])")
_FORMS = (
    "it takes {'/host' or 'volume': {'bind': '/inside', 'mode': 'ro'}}, or ['/host:/inside:ro', '/inside']"
)


def binds_and_volumes(volumes: Volumes, absolute: Callable[[str], str] = str) -> tuple[list[str], list[str]]:
    """The Engine's binds (``source:target[:options]``), and the targets of anonymous volumes.

    Args:
        volumes: what shall be mounted.
        absolute: makes a source that begins with a dot, which no volume's name does, absolute.

    Raises:
        InvalidArgument: a form is none of the known ones.
    """
    if isinstance(volumes, Mapping):
        return [_absolute(_bind(source, target), absolute) for source, target in volumes.items()], []
    if not is_list(volumes) or not all(map(is_text, volumes)):
        raise InvalidArgument(f"volumes={volumes!r}: {_FORMS}")
    binds = [_absolute(text, absolute) for text in volumes if ":" in text]
    anonymous = [text for text in volumes if ":" not in text]
    for text in binds:
        if len(_DRIVE.sub("", text).split(":")) > 3:
            raise InvalidArgument(f"volumes: {text!r}: there are too many colons; {_FORMS}")
    for text in anonymous:
        if not text.startswith("/"):
            raise InvalidArgument(f"volumes: {text!r} is no absolute path in the container; {_FORMS}")
    return binds, anonymous


def _absolute(bind: str, absolute: Callable[[str], str]) -> str:
    source, colon, rest = bind.partition(":")
    return f"{absolute(source)}{colon}{rest}" if source.startswith(".") else bind


def _bind(source: str, target: str | Mapping[str, Any]) -> str:
    options: list[str] = []
    match target:
        case str():
            inside = target
        case {"bind": inside} if set(target) <= _OPTIONS and not {"mode", "ro"} <= set(target):
            mode = target.get("mode", "ro" if target.get("ro") is True else "rw")
            options = [option for option in (mode, target.get("propagation")) if option]
        case _:
            inside = ""
    if not all(is_text(part) and part for part in (source, inside, *options)):
        raise InvalidArgument(f"volumes: {source!r}: {target!r}: {_FORMS}")
    return ":".join(filter(None, (source, inside, ",".join(options))))
