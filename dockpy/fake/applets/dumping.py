"""od, hexdump, xxd, strings: bytes as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet, raw
from dockpy.fake.applets.errors import Die
from dockpy.fake.applets.inputs import close, open_or_complain, read_all
from dockpy.fake.applets.numbers import KMG, c_integer, number_of, within_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.applets.applet import Applet, Steps

__all__: list[str] = []

_NAMED = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
_OCTAL_WIDTHS = {1: 3, 2: 6, 4: 11, 8: 22}
_DECIMAL_WIDTHS = {1: 3, 2: 5, 4: 10, 8: 20}


def _content(a: Applet, paths: list[str]) -> Steps[bytes]:
    found = b""
    for path in paths or ["-"]:
        fd = yield from open_or_complain(a, path)
        if fd is None:
            a.status = 1
            continue
        found += yield from read_all(a, fd)
        close(a, fd)
    return found


def _offset(text: str | None) -> int:
    return number_of(text, KMG) if text and not text.startswith("0x") else c_integer(text or "0") or 0


def _character(byte: int) -> str:
    return _NAMED.get(byte) or (chr(byte) if 32 <= byte < 127 else f"{byte:03o}")


def _cells(kind: str, size: int) -> Callable[[bytes], str]:
    """How od shows a line of bytes."""

    def numbers(line: bytes) -> str:
        words = [int.from_bytes(line[at : at + size], "little") for at in range(0, len(line), size)]
        if kind == "x":
            return "".join(f" {word:0{2 * size}x}" for word in words)
        if kind == "o":
            return "".join(f" {word:0{_OCTAL_WIDTHS[size]}o}" for word in words)
        if kind == "u":
            return "".join(f" {word:{_DECIMAL_WIDTHS[size]}d}" for word in words)
        half = 1 << (8 * size - 1)
        return "".join(f" {(word ^ half) - half:{_DECIMAL_WIDTHS[size] + 1}d}" for word in words)

    if kind == "c":
        return lambda line: "".join(f" {_character(byte):>3s}" for byte in line)
    return numbers


_OLD = {"b": "o1", "c": "c", "d": "u2", "h": "x2", "i": "d4", "l": "d8", "o": "o2", "x": "x2", "s": "d2"}


@applet("od")
def od(a: Applet) -> Steps[int | None]:
    """Dump files, in octal where not told else."""
    found = a.options("A:N:abcdfhij:lot:vxsS:w::")
    radix = found.get("A") or "o"
    kinds = [_OLD[letter] for letter, _ in found.given if letter in _OLD]
    kinds += [kind for text in found.all("t") for kind in re.findall(r"[acdoux](?:[1248CSIL])?z?", text)]
    shown = []
    for kind in kinds or ["o2"]:
        letter = "c" if kind[0] == "a" else kind[0]
        size = {"C": 1, "S": 2, "I": 4, "L": 8}.get(kind[1:2]) or int(kind[1:2] or 4)
        shown.append(_cells(letter, size))
    data = yield from _content(a, found.rest)
    skip = _offset(found.get("j"))
    data = data[skip:]
    if "N" in found:
        data = data[: _offset(found.get("N"))]
    forms = {"o": "{:07o}", "x": "{:06x}", "d": "{:07d}", "n": ""}
    if radix not in forms:
        raise Die(f"bad output address radix '{radix}' (must be [doxn])")
    width = int(found.get("w") or (32 if "w" in found else 16))
    previous, starred = b"", False
    for at in range(0, len(data), width):
        line = data[at : at + width]
        if line == previous and "v" not in found:
            if not starred:
                a.say("*")
            starred = True
            continue
        previous, starred = line, False
        head = forms[radix].format(skip + at)
        for form in shown:
            a.say(head + form(line))
            head = " " * len(head)
        yield from a.spill()
    if radix != "n" and not (a.status and not data):
        a.say(forms[radix].format(skip + len(data)))
    return None


@applet("hexdump", "hd")
def hexdump(a: Applet) -> Steps[int | None]:
    """Dump files in hexadecimal."""
    found = a.options("bcdoxCe:f:n:s:v")
    data = yield from _content(a, found.rest)
    skip = _offset(found.get("s"))
    data = data[skip:]
    if "n" in found:
        data = data[: _offset(found.get("n"))]
    canonical = "C" in found or a.name == "hd"
    previous, starred = b"", False
    for at in range(0, len(data), 16):
        line = data[at : at + 16]
        if line == previous and "v" not in found:
            if not starred:
                a.say("*")
            starred = True
            continue
        previous, starred = line, False
        a.say(_canonical(skip + at, line) if canonical else _words(skip + at, line, found.last("bcdox")))
        yield from a.spill()
    if data:
        a.say(f"{skip + len(data):0{8 if canonical else 7}x}")
    return None


def _canonical(at: int, line: bytes) -> str:
    cells = [f"{byte:02x}" for byte in line]
    halves = " ".join(cells[:8]).ljust(23) + "  " + " ".join(cells[8:]).ljust(23)
    return f"{at:08x}  {halves}  |{''.join(chr(byte) if 32 <= byte < 127 else '.' for byte in line)}|"


def _words(at: int, line: bytes, kind: str) -> str:
    if kind in ("b", "c"):
        cells = [f" {byte:03o}" if kind == "b" else f" {_character(byte):>3s}" for byte in line]
        return f"{at:07x}" + "".join(cells).ljust(64)
    words = [int.from_bytes(line[start : start + 2], "little") for start in range(0, len(line), 2)]
    form = {"d": "   {:05d}", "o": "  {:06o}", "x": "    {:04x}"}.get(kind, " {:04x}")
    return f"{at:07x}" + "".join(form.format(word) for word in words).ljust(8 * len(form.format(0)))


@applet("xxd")
def xxd(a: Applet) -> Steps[int | None]:
    """Dump files in hexadecimal, or undo that."""
    found = a.options("l:n:s:ac:g:o:prui")
    data = yield from _content(a, found.rest[:1])
    if "r" in found:
        for line in data.splitlines():
            body = line if "p" in found else line.partition(b": ")[2].partition(b"  ")[0]
            dumped = re.sub(rb"[^0-9a-fA-F]", b"", body)
            a.put(bytes.fromhex(dumped[: len(dumped) // 2 * 2].decode()))
        yield from a.flush()
        return None
    skip = _offset(found.get("s"))
    data = data[skip:]
    limit = found.get("l") or found.get("n")
    if limit is not None:
        data = data[: _offset(limit)]
    plain = "p" in found
    width = number_of(found.get("c") or ("30" if plain else "16"), least=1)
    within_memory(2 * width)
    group = number_of(found.get("g") or "2") or width
    for at in range(0, len(data), width):
        row = data[at : at + width]
        digits = row.hex().upper() if "u" in found else row.hex()
        if plain:
            a.say(digits)
        else:
            cells = " ".join(digits[start : start + 2 * group] for start in range(0, len(digits), 2 * group))
            full = 2 * width + -(-width // group)
            text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
            a.say(f"{skip + at + _offset(found.get('o')):08x}: {cells:<{full}s} {text}")
        yield from a.spill()
    return None


@applet("strings")
def strings(a: Applet) -> Steps[int | None]:
    """Print what is text in files."""
    found = a.options("ft:an:o")
    least = number_of(found.get("n") or "4", least=1)
    radix = "o" if "o" in found else found.get("t") or ""
    for path in found.rest or ["-"]:
        for match in re.finditer(rb"[\t\x20-\x7e]+", (yield from _content(a, [path]))):
            if len(match[0]) < least:
                continue
            place = f"{match.start():7{radix}} " if radix in ("o", "d", "x") and radix else ""
            a.put(raw((f"{path}: " if "f" in found else "") + place) + match[0] + b"\n")
            yield from a.spill()
    return None
