"""The busybox command itself: it runs the applet that its first argument names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import BANNER, REGISTER, applet, run_body
from dockpy.fake.applets.errors import Die

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__ = ["names"]

_SHELLS = ("ash", "sh")


def names() -> list[str]:
    """All applets, as ``busybox --list`` has them; the shells too."""
    return sorted({*REGISTER, *_SHELLS})


@applet("busybox")
def busybox(a: Applet) -> Steps[int | None]:
    """Run an applet, or list them."""
    if not a.args:
        a.say(BANNER)
        a.say("\nUsage: busybox [function [arguments]...]\n   or: busybox --list[-full]")
        a.say("\nCurrently defined functions:")
        for line in _columns(names()):
            a.say("\t" + line)
        return 0
    name = a.args[0]
    if name in ("--list", "--list-full"):
        for one in names():
            a.say(f"{'bin/' if name == '--list-full' else ''}{one}")
        return 0
    if name in ("--help", "--install"):
        a.args = []
        return 0 if name == "--install" else (yield from busybox(a))
    name = name.rpartition("/")[2]
    if name in _SHELLS:
        child = a.p.spawn([f"/bin/{name}", *a.args[1:]])
        return (yield from a.p.wait(child, restart=True)).exit_code
    if name not in REGISTER:
        raise Die(f"{name}: applet not found", 127, bare=True)
    a.p.argv = a.args
    return (yield from run_body(a.p, name))


def _columns(words: list[str], width: int = 70) -> list[str]:
    lines, line = [], ""
    for word in words:
        if line and len(line) + len(word) + 2 > width:
            lines.append(line + ",")
            line = ""
        line += (", " if line else "") + word
    return [*lines, line]
