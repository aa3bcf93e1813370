"""Volumes and host folders to mount, in docker-py's forms and the docker command's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dockpy.errors import InvalidArgument
from dockpy.options.values import is_list, is_text

__all__ = ["binds_and_volumes"]

Volumes = Mapping[str, str | Mapping[str, str]] | Sequence[str]
_OPTIONS = {"bind", "mode", "propagation"}
_FORMS = (
    "it takes {'/host' or 'volume': {'bind': '/inside', 'mode': 'ro'}}, or ['/host:/inside:ro', '/inside']"
)


def binds_and_volumes(volumes: Volumes) -> tuple[list[str], list[str]]:
    """The Engine's binds (``source:target[:options]``), and the targets of anonymous volumes.

    Raises:
        InvalidArgument: a form is none of the known ones.
    """
    if isinstance(volumes, Mapping):
        return [_bind(source, target) for source, target in volumes.items()], []
    if not is_list(volumes) or not all(map(is_text, volumes)):
        raise InvalidArgument(f"volumes={volumes!r}: {_FORMS}")
    binds = [text for text in volumes if ":" in text]
    anonymous = [text for text in volumes if ":" not in text]
    for text in anonymous:
        if not text.startswith("/"):
            raise InvalidArgument(f"volumes: {text!r} is no absolute path in the container; {_FORMS}")
    return binds, anonymous


def _bind(source: str, target: str | Mapping[str, str]) -> str:
    options: list[str] = []
    match target:
        case str():
            inside = target
        case {"bind": inside} if set(target) <= _OPTIONS:
            options = [option for option in (target.get("mode", "rw"), target.get("propagation")) if option]
        case _:
            inside = ""
    if not all(is_text(part) and part for part in (source, inside, *options)):
        raise InvalidArgument(f"volumes: {source!r}: {target!r}: {_FORMS}")
    return ":".join(filter(None, (source, inside, ",".join(options))))
