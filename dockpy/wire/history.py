"""What the steps say by which an image was made."""

from __future__ import annotations

import re

__all__ = ["instruction_of"]

_NOTHING_RUN = re.compile(r"(?:\|\d+ .*?)?/bin/sh -c #\(nop\)\s*(.*)", re.DOTALL)
_RUN = re.compile(r"(?:RUN )?(?:\|\d+ .*?)?/bin/sh -c (.*?)(?: # buildkit)?", re.DOTALL)


def instruction_of(created_by: str | None) -> str:
    """A step as a Dockerfile has it, such as ``RUN make``: what builders wrap it in is left out."""
    text = str(created_by or "").strip()
    if match := _NOTHING_RUN.fullmatch(text):
        return match[1]
    if match := _RUN.fullmatch(text):
        return f"RUN {match[1]}"
    return text.removesuffix(" # buildkit")
