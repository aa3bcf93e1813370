"""cmp, diff, dd, split, shuf, dos2unix: files compared, cut and rearranged."""

from __future__ import annotations

import difflib
import os
import random
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet, raw
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.inputs import close, open_fd, open_or_complain, read_all, read_file
from dockpy.fake.applets.numbers import KMG, number_of, within_memory
from dockpy.fake.applets.times import SECOND, local, now, strftime

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.applets.options import Options

__all__: list[str] = []

_PIECE = 1 << 20
"""More than a pipe gives at once, and little enough to have in memory."""
_LARGEST_BLOCK = 1 << 34
"""Real ones have no memory for 32 GiB, and some for 8."""
_DD = ("if", "of", "bs", "ibs", "obs", "count", "skip", "seek", "conv", "iflag", "oflag", "status")


def _read(a: Applet, path: str) -> Steps[bytes]:
    text = "can't stat '{}': {}" if a.name == "diff" else "{}: {}"
    fd = yield from open_or_complain(a, path, text=text)
    if fd is None:
        raise Die(None, 2)
    data = yield from read_all(a, fd)
    close(a, fd)
    return data


@applet("cmp", failure=2)
def cmp(a: Applet) -> Steps[int | None]:
    """Say where two files differ."""
    found = a.options("sln:", least=1, most=4)
    paths = [*found.rest[:2], "-"][:2]
    one = yield from _read(a, paths[0])
    other = yield from _read(a, paths[1])
    skips = [number_of(text) for text in found.rest[2:]]
    one = one[skips[0] if skips else 0 :]
    other = other[skips[1] if len(skips) > 1 else 0 :]
    if "n" in found:
        limit = number_of(found.get("n") or "0")
        one, other = one[:limit], other[:limit]
    shared = min(len(one), len(other))
    differs = False
    for at in range(shared):
        if one[at] == other[at]:
            continue
        if "s" in found:
            return 1
        if "l" not in found:
            line = one.count(b"\n", 0, at) + 1
            a.say(f"{paths[0]} {paths[1]} differ: char {at + 1}, line {line}")
            return 1
        differs = True
        a.say(f"{at + 1} {one[at]:3o} {other[at]:3o}")
    if len(one) == len(other):
        return int(differs)
    if "s" not in found:
        yield from a.complain(f"EOF on {paths[0] if len(one) < len(other) else paths[1]}")
    return 1


@applet("diff", failure=2)
def diff(a: Applet) -> Steps[int | None]:
    """Print how files differ."""
    found = a.options(
        "abdiL:NqrsS:tTU:wupB", {"brief": "q", "recursive": "r", "new-file": "N"}, least=2, most=2
    )
    paths = list(found.rest)
    fs = a.p.namespace.fs
    directories = [path != "-" and fs.exists(a.p, path) and fs.stat(a.p, path).is_dir for path in paths]
    if all(directories):
        return (yield from _directories(a, found, paths))
    for at in (0, 1):
        if directories[at]:
            paths[at] = f"{paths[at].rstrip('/')}/{paths[1 - at].rpartition('/')[2]}"
            if not fs.exists(a.p, paths[at]):
                raise Die(f"can't stat '{paths[at]}': No such file or directory", 1)
    return (yield from _pair(a, found, paths))


def _directories(a: Applet, found: Options, paths: list[str]) -> Steps[int]:
    fs = a.p.namespace.fs
    names = [fs.listdir(a.p, path) for path in paths]
    code = 0
    for name in sorted({*names[0], *names[1]}):
        pair = [f"{path.rstrip('/')}/{name}" for path in paths]
        missing = [at for at in (0, 1) if name not in names[at]]
        if missing and "N" not in found:
            a.say(f"Only in {paths[1 - missing[0]]}: {name}")
            code = 1
        elif any(fs.exists(a.p, path) and fs.stat(a.p, path).is_dir for path in pair):
            if "r" in found:
                code = max(code, (yield from _directories(a, found, pair)))
        else:
            code = max(code, (yield from _pair(a, found, pair)))
    return code


def _pair(a: Applet, found: Options, paths: list[str]) -> Steps[int]:
    texts = []
    for path in paths:
        missing = "N" in found and path != "-" and not a.p.namespace.fs.exists(a.p, path)
        texts.append(b"" if missing else (yield from _read(a, path)))
    lines = [text.decode("latin-1").splitlines(keepends=True) for text in texts]
    keys = [[_key(line, found) for line in side] for side in lines]
    if keys[0] == keys[1]:
        return 0
    if "q" in found:
        a.say(f"Files {paths[0]} and {paths[1]} differ")
        return 1
    context = number_of(found.get("U") or "3")
    labels = [*found.all("L"), *paths[len(found.all("L")) :]]
    a.say(f"--- {labels[0]}\n+++ {labels[1]}")
    matcher = difflib.SequenceMatcher(None, keys[0], keys[1], autojunk=False)
    for group in matcher.get_grouped_opcodes(context):
        first, last = group[0], group[-1]
        a.say(f"@@ -{_span(first[1], last[2])} +{_span(first[3], last[4])} @@")
        for tag, start, end, other_start, other_end in group:
            if tag == "equal":
                _put(a, " ", lines[0][start:end])
                continue
            _put(a, "-", lines[0][start:end])
            _put(a, "+", lines[1][other_start:other_end])
        yield from a.spill()
    return 1


def _key(line: str, found: Options) -> str:
    if "w" in found:
        line = "".join(line.split())
    elif "b" in found:
        line = " ".join(line.split())
    return line.lower() if "i" in found else line


def _span(start: int, end: int) -> str:
    count = end - start
    if count == 1:
        return str(start + 1)
    return f"{start + 1 if count else start},{count}"


def _put(a: Applet, mark: str, lines: list[str]) -> None:
    for line in lines:
        a.put((mark + line).encode("latin-1"))
        if not line.endswith("\n"):
            a.put(b"\n\\ No newline at end of file\n")


@applet("dd")
def dd(a: Applet) -> Steps[int | None]:
    """Copy blocks."""
    given: dict[str, str] = {}
    for word in a.args:
        name, equals, value = word.partition("=")
        if not equals or name not in _DD:
            raise BadUsage
        given[name] = value
    size = number_of(given.get("bs") or given.get("ibs") or "512", KMG, least=1, most=(1 << 63) - 1)
    if size > _LARGEST_BLOCK:
        raise Die("out of memory")
    count = number_of(given["count"], KMG) if "count" in given else None
    skip, seek = number_of(given.get("skip") or "0", KMG), number_of(given.get("seek") or "0", KMG)
    conversions = (given.get("conv") or "").split(",")
    reading, writing = 0, 1
    path = given.get("if", "")
    try:
        reading = open_fd(a, path) if path else 0
        path = given.get("of", "")
        if path:
            flags = os.O_WRONLY | os.O_CREAT
            writing = open_fd(a, path, flags | (0 if "notrunc" in conversions or seek else os.O_TRUNC))
    except OSError as error:
        raise Die(f"can't open '{path}': {reason(error)}") from None
    while skip and (yield from _copy_block(a, reading, None, size)):
        skip -= 1
    if seek:
        file = a.p.file(writing)
        getattr(file, "seek", lambda offset, whence: None)(seek * size, 0)
        if "notrunc" not in conversions and path:
            a.p.namespace.fs.truncate(a.p, path, seek * size)
    full = partial = 0
    while (count is None or full + partial < count) and (
        copied := (yield from _copy_block(a, reading, writing, size))
    ):
        full += copied == size
        partial += copied < size
        while "sync" in conversions and copied < size:
            padding = bytes(min(size - copied, _PIECE))
            yield from a.p.write(writing, padding)
            copied += len(padding)
            yield None
    close(a, reading)
    close(a, writing)
    padded = partial if "sync" in conversions else 0
    if given.get("status") != "none":
        records = f"{full}+{partial} records in\n{full + padded}+{partial - padded} records out\n"
        yield from a.error(records)
    return 0


def _copy_block(a: Applet, reading: int, writing: int | None, size: int) -> Steps[int]:
    """Copy what one read of a block gives, piece by piece; returns how much that was."""
    copied = 0
    while copied < size:
        wanted = min(size - copied, _PIECE)
        piece = yield from a.p.read(reading, wanted)
        if writing is not None and piece:
            yield from a.p.write(writing, piece)
        copied += len(piece)
        if len(piece) < wanted:
            break
        yield None
    return copied


@applet("split")
def split(a: Applet) -> Steps[int | None]:
    """Cut a file into several."""
    found = a.options("l:b:a:", most=2)
    path = found.rest[0] if found.rest else "-"
    prefix = found.rest[1] if len(found.rest) > 1 else "x"
    data = yield from _read(a, path)
    if "b" in found:
        step = number_of(found.get("b") or "0", {"k": 1024, "m": 1 << 20}, least=1)
        pieces = [data[at : at + step] for at in range(0, len(data), step)]
    else:
        step = number_of(found.get("l") or "1000", least=1)
        lines = data.splitlines(keepends=True)
        pieces = [b"".join(lines[at : at + step]) for at in range(0, len(lines), step)]
    width = number_of(found.get("a") or "2", least=1)
    if len(prefix) + width > 255:
        raise Die("suffix too long")
    for number, piece in enumerate(pieces):
        name, rest = "", number
        for _ in range(width):
            name = chr(97 + rest % 26) + name
            rest //= 26
        if rest:
            raise Die("suffixes exhausted")
        a.p.namespace.fs.write_bytes(a.p, prefix + name, piece)
        yield None
    return 0


@applet("shuf")
def shuf(a: Applet) -> Steps[int | None]:
    """Print lines in any order."""
    found = a.options("n:o:zei:r")
    if "i" in found:
        low, _, high = (found.get("i") or "").partition("-")
        first, last = number_of(low), number_of(high)
        within_memory((last - first) * 64)
        words = [str(number) for number in range(first, last + 1)]
    elif "e" in found:
        words = list(found.rest)
    else:
        data = yield from _read(a, found.rest[0] if found.rest else "-")
        words = data.decode("utf-8", "surrogateescape").splitlines()
    random.Random(f"{now(a.p)} {a.p.host_pid}").shuffle(words)  # noqa: S311 - a test can foresee it
    if "n" in found:
        words = words[: number_of(found.get("n") or "0")]
    for word in words:
        a.say(word)
        yield from a.spill()
    return 0


@applet("dos2unix", "unix2dos")
def dos2unix(a: Applet) -> Steps[int | None]:
    """Change the ends of lines."""
    found = a.options("ud")
    to_dos = (a.name == "unix2dos" or "d" in found) and "u" not in found

    def changed(data: bytes) -> bytes:
        plain = data.replace(b"\r\n", b"\n")
        return plain.replace(b"\n", b"\r\n") if to_dos else plain

    if not found.rest:
        a.put(changed((yield from read_all(a, 0))))
        return 0
    for path in found.rest:
        try:
            data = yield from read_file(a, path)
            a.p.namespace.fs.write_bytes(a.p, path, changed(data))
        except OSError as error:
            raise Die(f"{path}: {reason(error)}") from None
    return 0


@applet("ts")
def ts(a: Applet) -> Steps[int | None]:
    """Put the time before each line."""
    form = a.args[0] if a.args else "%b %d %H:%M:%S"
    while line := (yield from _line(a)):
        stamp = strftime(form, local(a.p, now(a.p) // SECOND))
        a.put(raw(stamp) + b" " + line)
        yield from a.flush()
    return 0


def _line(a: Applet) -> Steps[bytes]:
    line = b""
    while not line.endswith(b"\n") and (byte := (yield from a.p.read(0, 1))):
        line += byte
    return line
