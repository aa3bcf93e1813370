"""Questions to whoever sits at the standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__ = ["confirmed"]


def confirmed(a: Applet, question: str) -> Steps[bool]:
    """Ask on the standard error; whether the answer's line begins with a y."""
    yield from a.error(question)
    answer = b""
    while (byte := (yield from a.p.read(0, 1))) and byte != b"\n":
        answer += byte
    return answer[:1].lower() == b"y"
