"""uniq, cut, comm, tr."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet, narrow, raw
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.escapes import escape_at
from dockpy.fake.applets.inputs import Lines, change_lines, open_fd, open_or_complain
from dockpy.fake.applets.numbers import number_of
from dockpy.fake.applets.regex.nodes import CLASSES

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps

__all__: list[str] = []


@applet("uniq")
def uniq(a: Applet) -> Steps[int | None]:
    """Print one of equal lines that follow each other."""
    found = a.options("cduf:s:w:iz", least=0, most=2)
    fields, chars = number_of(found.get("f") or "0"), number_of(found.get("s") or "0")
    width = number_of(found.get("w") or str(1 << 30))
    end = b"\0" if "z" in found else b"\n"
    fd = 0
    if found.rest and found.rest[0] != "-":
        try:
            fd = open_fd(a, found.rest[0])
        except OSError as error:
            raise Die(f"can't open '{found.rest[0]}': {reason(error)}") from None
    if len(found.rest) > 1 and found.rest[1] != "-":
        target = open_fd(a, found.rest[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        a.p.dup2(target, 1)

    def key(line: bytes) -> bytes:
        at = 0
        for _ in range(fields):
            match = re.compile(rb"[ \t]*[^ \t]*").match(line, at)
            at = match.end() if match else at
        part = line[at + chars :][:width]
        return part.lower() if "i" in found else part

    lines = Lines(a, fd, end)
    current = yield from lines.next()
    while current is not None:
        current = current.removesuffix(end)
        count = 1
        wanted = key(current)
        while (following := (yield from lines.next())) is not None and key(
            following.removesuffix(end)
        ) == wanted:
            count += 1
        if not ("d" in found and count == 1) and not ("u" in found and count > 1):
            a.put((b"%7d " % count if "c" in found else b"") + current + end)
            yield from a.spill()
        current = following
    return 0


class _Ranges:
    """The list of cut."""

    def __init__(self, text: str) -> None:
        self._spans: list[tuple[int, int]] = []
        for part in text.split(","):
            match = re.fullmatch(r"(\d*)(-?)(\d*)", part)
            if not part:
                raise Die("missing list of positions")
            if match is None:
                raise Die(f"invalid number '{part.partition('-')[0] or part}'")
            low = int(match[1] or 1) or 1
            high = (int(match[3]) if match[3] else 1 << 30) if match[2] else low
            if high < low:
                raise Die(f"{high}<{low - 1}")
            self._spans.append((low, high))
        self._spans.sort()

    def positions(self, size: int) -> list[int]:
        """The positions, from 0, of a line with so many; each once."""
        seen: list[int] = []
        done = 0
        for low, high in self._spans:
            for at in range(max(low, done + 1), min(high, size) + 1):
                seen.append(at - 1)
            done = max(done, min(high, size))
        return seen


@applet("cut")
def cut(a: Applet) -> Steps[int | None]:
    """Print parts of lines."""
    found = a.options("b:c:f:d:snD")
    kinds = [letter for letter in "bcf" if letter in found]
    if len(kinds) != 1:
        raise BadUsage if kinds else Die("expected a list of bytes, characters, or fields")
    kind = kinds[0]
    delimiter = found.get("d")
    if kind != "f" and delimiter is not None:
        raise Die("a delimiter may be specified only when operating on fields")
    if kind != "f" and "s" in found:
        raise Die("suppressing non-delimited lines makes sense only when operating on fields")
    between = raw(delimiter)[:1] if delimiter is not None else b"\t"
    between = between or b"\0"
    ranges = _Ranges(found.get(kind) or "")

    def selected(line: bytes) -> bytes:
        line = line.removesuffix(b"\n")
        if kind != "f":
            return bytes(line[at] for at in ranges.positions(len(line))) + b"\n"
        parts = line.split(between)
        if len(parts) == 1:
            return b"" if "s" in found else line + b"\n"
        return between.join(parts[at] for at in ranges.positions(len(parts))) + b"\n"

    yield from change_lines(a, found.rest, selected)
    return None


@applet("comm")
def comm(a: Applet) -> Steps[int | None]:
    """Print what two sorted files have alone and together."""
    found = a.options("123", least=2, most=2)
    readers = []
    for path in found.rest:
        fd = yield from open_or_complain(a, path)
        if fd is None:
            raise Die(None)
        readers.append(Lines(a, fd))
    tabs = {1: b"", 2: b"\t" * ("1" not in found), 3: b"\t" * ("1" not in found) + b"\t" * ("2" not in found)}
    left = yield from readers[0].next()
    right = yield from readers[1].next()
    while left is not None or right is not None:
        one = None if left is None else left.rstrip(b"\n")
        other = None if right is None else right.rstrip(b"\n")
        if other is None or (one is not None and one < other):
            column, text = 1, one or b""
        elif one is None or other < one:
            column, text = 2, other
        else:
            column, text = 3, one
        if str(column) not in found:
            a.put(tabs[column] + text + b"\n")
            yield from a.spill()
        if column != 2:
            left = yield from readers[0].next()
        if column != 1:
            right = yield from readers[1].next()
    return 0


def _set(text: str) -> list[int]:
    """The characters of one of tr's strings."""
    found: list[int] = []
    at = 0
    while at < len(text):
        if text.startswith("[:", at) and (end := text.find(":]", at)) > 0 and text[at + 2 : end] in CLASSES:
            name = text[at + 2 : end]
            found += sorted(CLASSES[name])
            at = end + 2
            continue
        if text.startswith("[=", at) and text[at + 3 : at + 5] == "=]":
            found.append(ord(text[at + 2]))
            at += 5
            continue
        code, at = _char(text, at)
        if text[at : at + 1] == "-" and at + 1 < len(text):
            last, at = _char(text, at + 1)
            found += range(code, last + 1)
        else:
            found.append(code)
    return found


def _char(text: str, at: int) -> tuple[int, int]:
    if text[at] == "\\" and at + 1 < len(text):
        return escape_at(text, at + 1)
    return ord(text[at]), at + 1


@applet("tr")
def tr(a: Applet) -> Steps[int | None]:
    """Replace or remove characters."""
    found = a.options("+Ccds", least=1)
    first = _set(narrow(found.rest[0]))
    second = _set(narrow(found.rest[1])) if len(found.rest) > 1 else []
    if len(found.rest) == 2 and not second and "d" not in found:
        raise Die("STRING2 cannot be empty")
    if found.any("cC"):
        first = [code for code in range(256) if code not in set(first)]
    table = list(range(256))
    if "d" not in found and second:
        for index, code in enumerate(first):
            table[code] = second[min(index, len(second) - 1)]
    removed = bytes(set(first)) if "d" in found else b""
    squeezed = set(second or first) if "s" in found else set()
    last = -1
    while piece := (yield from a.p.read(0, 65536)):
        changed = piece.translate(bytes(table), removed)
        if squeezed:
            kept = bytearray()
            for byte in changed:
                if byte != last or byte not in squeezed:
                    kept.append(byte)
                last = byte
            changed = bytes(kept)
        a.put(changed)
        yield from a.spill()
        yield None
    return 0
