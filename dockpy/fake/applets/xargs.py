"""xargs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet, raw, wide
from dockpy.fake.applets.errors import Die
from dockpy.fake.applets.inputs import read_all
from dockpy.fake.applets.numbers import number_of
from dockpy.fake.applets.prompts import confirmed
from dockpy.fake.applets.running import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.applets.applet import Applet, Steps

__all__: list[str] = []

_BYTES = 32 * 1024


def _words(text: str, end: str | None) -> Iterator[str]:
    """Words, as xargs quotes them."""
    word, quote, started, escaped = "", "", False, False
    for char in text:
        if escaped:
            word, escaped, started = word + char, False, True
        elif quote:
            if char == quote:
                quote = ""
            elif char == "\n":
                raise Die(f"unmatched {'single' if quote == chr(39) else 'double'} quote")
            else:
                word += char
        elif char == "\\":
            escaped = True
        elif char in "'\"":
            quote, started = char, True
        elif char in " \t\n":
            if started:
                if word == end:
                    return
                yield word
            word, started = "", False
        else:
            word, started = word + char, True
    if quote:
        raise Die(f"unmatched {'single' if quote == chr(39) else 'double'} quote")
    if started and word != end:
        yield word


@applet("xargs")
def xargs(a: Applet) -> Steps[int | None]:
    """Run a command with arguments from the input."""
    found = a.options(
        "+trn:s:e::E:xp0I:P:L:i::", {"no-run-if-empty": "r", "null": "0", "max-args": "n", "interactive": "p"}
    )
    command = found.rest or ["echo"]
    text = wide((yield from read_all(a, 0)))
    limit = number_of(found.get("n") or "0") or None
    place = found.get("I") if "I" in found else (found.get("i") or "{}") if "i" in found else None
    if "0" in found:
        words = [word for word in text.split("\0") if word]
    elif place is not None:
        words = [line.lstrip(" \t") for line in text.split("\n") if line.strip(" \t")]
    else:
        words = list(_words(text, found.get("E") or found.get("e")))
    if place is not None:
        for word in words:
            yield from _one(a, [part.replace(place, word) for part in command], found.any("t"), "p" in found)
        return a.status
    lines = number_of(found.get("L") or "0")
    if lines:
        limit = None
    most = number_of(found.get("s") or str(_BYTES))
    batch: list[str] = []
    size = base = sum(len(raw(word)) + 1 for word in command)
    ran = False
    for word in words:
        length = len(raw(word)) + 1
        if batch and ((limit and len(batch) >= limit) or size + length > most):
            yield from _one(a, [*command, *batch], found.any("t"), "p" in found)
            ran, batch, size = True, [], base
        batch.append(word)
        size += length
    if batch or (not ran and "r" not in found):
        yield from _one(a, [*command, *batch], found.any("t"), "p" in found)
    return a.status


def _one(a: Applet, argv: list[str], trace: bool, ask: bool) -> Steps[None]:
    if ask:
        if not (yield from confirmed(a, " ".join(argv) + " ?...")):
            return
    elif trace:
        yield from a.error(" ".join(argv) + "\n")
    try:
        code = yield from run(a, argv)
    except Die as end:
        raise Die(str(end.message).replace("can't execute '", "").replace("':", ":"), end.code) from None
    if code == 255:
        raise Die(f"{argv[0]}: exited with status 255; aborting", 124)
    if code > 128:
        raise Die(f"{argv[0]}: terminated by signal {code - 128}", 125)
    if code:
        a.status = 123
