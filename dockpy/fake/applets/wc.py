"""wc, and what folds and numbers: fold, expand, unexpand, paste, seq."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet, narrow, raw
from dockpy.fake.applets.errors import BadUsage, Die
from dockpy.fake.applets.escapes import unescape
from dockpy.fake.applets.inputs import Lines, change_lines, close, open_or_complain
from dockpy.fake.applets.numbers import number_of, within_memory

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__: list[str] = []

_WORD = re.compile(rb"[^ \t\n\v\f\r]+")


class _Counts:
    def __init__(self) -> None:
        self.values = dict.fromkeys("lwmcL", 0)
        self._in_word = False
        self._column = 0

    def add(self, data: bytes) -> None:
        values = self.values
        values["l"] += data.count(b"\n")
        values["c"] += len(data)
        values["m"] += len(data)
        words = len(_WORD.findall(data))
        if words and self._in_word and not data[:1].isspace():
            words -= 1
        values["w"] += words
        self._in_word = not data[-1:].isspace()

    def widths(self, data: bytes) -> None:
        for byte in data:
            if byte in (10, 13, 12):
                self.values["L"] = max(self.values["L"], self._column)
                self._column = 0
            elif byte == 9:
                self._column = (self._column | 7) + 1
            elif 32 <= byte < 127:
                self._column += 1

    def end(self) -> None:
        self.values["L"] = max(self.values["L"], self._column)

    def join(self, other: _Counts) -> None:
        for name, value in other.values.items():
            self.values[name] = max(value, self.values[name]) if name == "L" else self.values[name] + value


@applet("wc")
def wc(a: Applet) -> Steps[int | None]:
    """Count lines, words and bytes."""
    found = a.options("lwcmL")
    shown = [letter for letter in "lwmcL" if letter in found] or ["l", "w", "c"]
    total = _Counts()
    paths = found.rest or ["-"]
    form = "%d" if len(shown) == 1 and len(paths) == 1 else "%9d"
    done = 0
    for path in paths:
        fd = yield from open_or_complain(a, path)
        if fd is None:
            a.status = 1
            continue
        counts = _Counts()
        try:
            while piece := (yield from a.p.read(fd, 65536)):
                counts.add(piece)
                if "L" in shown:
                    counts.widths(piece)
                yield None
        except InterruptedError:
            raise
        except OSError as error:
            yield from a.complain(f"{path}: {error.strerror}")
            a.status = 1
        counts.end()
        close(a, fd)
        total.join(counts)
        done += 1
        _show(a, counts, shown, form, path if found.rest else "")
    if len(paths) > 1:
        _show(a, total, shown, form, "total")
    return None


def _show(a: Applet, counts: _Counts, shown: list[str], form: str, name: str) -> None:
    numbers = " ".join(form % counts.values[letter] for letter in shown)
    a.say(f"{numbers} {name}" if name else numbers)


@applet("fold")
def fold(a: Applet) -> Steps[int | None]:
    """Break long lines."""
    found = a.options("bsw:", {"bytes": "b", "spaces": "s", "width": "w"})
    width = number_of(found.get("w") or "80", least=1, most=10000)
    spaces, plain = "s" in found, "b" in found
    yield from change_lines(a, found.rest, lambda line: _folded(line, width, spaces=spaces, plain=plain))
    return None


def _folded(line: bytes, width: int, *, spaces: bool, plain: bool) -> bytes:
    found, piece, column = bytearray(), bytearray(), 0
    for byte in line:
        if byte == 10:
            return bytes(found + piece + b"\n")
        after = _column(column, byte, plain=plain)
        while after > width and piece:
            cut = max(piece.rfind(b" "), piece.rfind(b"\t")) + 1 if spaces else len(piece)
            cut = cut or len(piece)
            found += piece[:cut] + b"\n"
            del piece[:cut]
            column = 0
            for held in piece:
                column = _column(column, held, plain=plain)
            after = _column(column, byte, plain=plain)
        piece.append(byte)
        column = after
    return bytes(found + piece)


def _column(column: int, byte: int, *, plain: bool) -> int:
    if plain:
        return column + 1
    if byte == 8:
        return max(0, column - 1)
    if byte == 13:
        return 0
    return (column | 7) + 1 if byte == 9 else column + 1


@applet("expand", "unexpand")
def expand(a: Applet) -> Steps[int | None]:
    """Tabs to blanks, or blanks to tabs."""
    found = a.options(
        "it:" if a.name == "expand" else "ft:a", {"initial": "i", "first-only": "f", "tabs": "t", "all": "a"}
    )
    width = number_of(found.get("t") or "8", least=1, most=1 << 30)
    everywhere = "i" not in found if a.name == "expand" else found.any("ta") and "f" not in found

    def retabbed(line: bytes) -> bytes:
        within_memory(line.count(b"\t") * width)
        body = line if everywhere else line[: len(line) - len(line.lstrip(b" \t"))]
        changed = body.expandtabs(width) if a.name == "expand" else _with_tabs(body, width)
        return changed + line[len(body) :]

    yield from change_lines(a, found.rest, retabbed)
    return None


def _with_tabs(line: bytes, width: int) -> bytes:
    found, column, blanks = bytearray(), 0, 0
    for byte in line.expandtabs(width):
        column += 1
        if byte == 32:
            blanks += 1
            if column % width == 0:
                found += b"\t"
                blanks = 0
            continue
        found += b" " * blanks
        blanks = 0
        found.append(byte)
    return bytes(found + b" " * blanks)


@applet("paste")
def paste(a: Applet) -> Steps[int | None]:
    """Join the lines of files side by side."""
    found = a.options("d:s")
    given = found.get("d")
    if given == "":
        raise Die("-d '' is not supported")
    listed = unescape(narrow(given or "\\t"))
    between = [b"" if char == "\0" else char.encode("latin-1") for char in listed]
    readers = []
    standard: Lines | None = None
    for path in found.rest or ["-"]:
        fd = yield from open_or_complain(a, path)
        if fd is None:
            raise Die(None, 1)
        if fd == 0:
            standard = standard or Lines(a, 0)
        readers.append(standard if fd == 0 and standard is not None else Lines(a, fd))
    if "s" in found:
        for reader in readers:
            yield from _serial(a, reader, between)
        return None
    while readers:
        any_line = False
        for index, reader in enumerate(readers):
            line = yield from reader.next()
            if line is None:
                continue
            any_line = True
            a.put(line.rstrip(b"\n"))
            a.put(between[index % len(between)] if index < len(readers) - 1 else b"\n")
        if not any_line:
            return None
        yield from a.spill()
    return None


def _serial(a: Applet, reader: Lines, between: list[bytes]) -> Steps[None]:
    line = yield from reader.next()
    number = 0
    while line is not None:
        following = yield from reader.next()
        a.put(line.rstrip(b"\n"))
        a.put(b"\n" if following is None else between[number % len(between)])
        line = following
        number += 1
        yield from a.spill()


def _number(word: str) -> float:
    try:
        return float.fromhex(word) if word.lower().lstrip("+-").startswith("0x") else float(word)
    except ValueError:
        raise BadUsage from None


@applet("seq")
def seq(a: Applet) -> Steps[int | None]:
    """Print numbers."""
    found = a.options("+ws:", least=1, most=3)
    words = found.rest
    numbers = [_number(word) for word in words]
    places = max((len(word.partition(".")[2]) for word in words[:-1]), default=0)
    first = numbers[0] if len(words) > 1 else 1.0
    step = numbers[1] if len(words) > 2 else 1.0
    last = numbers[-1]
    width = 0
    if "w" in found:
        width = max(len(f"{first:.{places}f}"), len(f"{last:.{places}f}"))
    separator = found.get("s") or "\n"
    if not (first <= last if step >= 0 else first >= last) or math.isnan(step):
        return 0
    steps = (last - first) / step if step else math.inf
    count = int(steps + 1e-9) if math.isfinite(steps) else -1
    begun, at_once = 0, 1 if a.line_buffered else 200
    while count < 0 or begun <= count:
        ended = begun + at_once if count < 0 else min(begun + at_once, count + 1)
        words = [
            f"{first + index * step if index else first:0{width}.{places}f}" for index in range(begun, ended)
        ]
        a.put(raw((separator if begun else "") + separator.join(words)))
        begun = ended
        yield from a.spill()
        if begun % 1000 == 0:
            yield None
    a.put(b"\n")
    return 0
