"""Which instruction made which layer: an image's history beside its layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockpy.wire.history import instruction_of
from dockpy.wire.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from dockpy.resources.base import Answer

__all__ = ["ImageLayer", "join_layers"]


@dataclass(frozen=True, slots=True)
class ImageLayer:
    """One layer of an image.

    Attributes:
        digest: the digest of its uncompressed tar.
        instruction: what made it, such as ``RUN make``; None where it cannot be told.
        size: bytes that it adds; None where it cannot be told.
        created: when it was made.
        comment: what its maker noted.
    """

    digest: str
    instruction: str | None = None
    size: int | None = None
    created: datetime | None = None
    comment: str = ""


# Instructions that change what is run, and no file.
_NO_FILES = frozenset(
    {
        *("ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD"),
        *("SHELL", "STOPSIGNAL", "USER", "VOLUME"),
    }
)


def join_layers(history: Sequence[Answer], digests: Sequence[str]) -> list[ImageLayer]:
    """The layers, lowest first, with what the history says of each.

    The history does not say which of its steps made a layer. A step that added bytes did; one that only
    changed the configuration did not; of the others, it is plain only where the numbers fit.

    Args:
        history: the steps, newest first, as the engine gives them.
        digests: the layers, lowest first.
    """
    steps = [step for step in reversed(history) if _may_have_layer(step)]
    certain = [step for step in steps if step.get("Size")]
    if len(certain) == len(digests):
        steps = certain
    if len(steps) == len(digests):
        return [_layer(digest, step) for digest, step in zip(digests, steps, strict=True)]
    # From either end as far as each step is certain; between the two nobody knows.
    below = _certain(steps)
    above = _certain(reversed(steps)) if below < min(len(steps), len(digests)) else 0
    above = min(above, len(digests) - below)
    known = {index: steps[index] for index in range(min(below, len(digests)))}
    known |= {len(digests) - 1 - index: steps[len(steps) - 1 - index] for index in range(above)}
    return [
        _layer(digest, known[index]) if index in known else ImageLayer(digest)
        for index, digest in enumerate(digests)
    ]


def _may_have_layer(step: Answer) -> bool:
    return bool(step.get("Size")) or _instruction(step).partition(" ")[0] not in _NO_FILES


def _certain(steps: Iterable[Answer]) -> int:
    number = 0
    for step in steps:
        if not step.get("Size"):
            break
        number += 1
    return number


def _instruction(step: Answer) -> str:
    return instruction_of(step.get("CreatedBy"))


def _layer(digest: str, step: Answer) -> ImageLayer:
    return ImageLayer(
        digest,
        _instruction(step) or None,
        int(step.get("Size") or 0),
        parse_time(step.get("Created")),
        str(step.get("Comment") or ""),
    )
