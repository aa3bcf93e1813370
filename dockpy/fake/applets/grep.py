"""grep, egrep, fgrep."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet, narrow, raw
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.inputs import Lines, close, open_fd, read_file
from dockpy.fake.applets.numbers import number_of
from dockpy.fake.applets.regex import BadRegex, Regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.applets.options import Options

__all__: list[str] = []


class _Pattern:
    """One of the patterns: where it matches in a line."""

    def __init__(
        self, text: str, *, fixed: bool, extended: bool, fold: bool, words: bool, whole: bool
    ) -> None:
        self._fold = fold and fixed
        self._text = text.lower() if self._fold else text
        self._words = words
        self._whole = whole
        self._regex: Regex | None = None
        if not fixed:
            try:
                self._regex = Regex(text, extended=extended, fold=fold)
            except BadRegex as error:
                raise Die(f"bad regex '{text}'") from error

    def find(self, line: str, at: int = 0, *, words: bool = True) -> tuple[int, int] | None:
        """The first match from there on."""
        if self._whole:
            return self._find_whole(line)
        subject = line.lower() if self._fold else line
        while at <= len(line):
            span = self._search(subject, at)
            if span is None or not (self._words and words) or _is_word(line, span):
                return span
            at = span[0] + 1
        return None

    def _search(self, line: str, at: int) -> tuple[int, int] | None:
        if self._regex is None:
            start = line.find(self._text, at)
            return None if start < 0 else (start, start + len(self._text))
        match = self._regex.search(line, at)
        return None if match is None else (match.start, match.end)

    def _find_whole(self, line: str) -> tuple[int, int] | None:
        subject = line.lower() if self._fold else line
        span = self._search(subject, 0)
        return span if span == (0, len(line)) else None


def _is_word(line: str, span: tuple[int, int]) -> bool:
    def inside(at: int) -> bool:
        return 0 <= at < len(line) and line[at].isascii() and (line[at].isalnum() or line[at] == "_")

    return not inside(span[0] - 1) and not inside(span[1])


class _Grep:
    def __init__(self, a: Applet, found: Options, patterns: list[_Pattern]) -> None:
        self.a = a
        self.found = found
        self.patterns = patterns
        self.invert = "v" in found
        self.end = b"\0" if "z" in found else b"\n"
        self.limit = _count(found, "m", -1)
        self.after = _count(found, "A", _count(found, "C", 0))
        self.before = _count(found, "B", _count(found, "C", 0))
        self.named = False
        self.matched = False
        self.failed = False
        self.listed = False
        self._separate = False

    def first(self, line: str, at: int = 0) -> tuple[int, int] | None:
        """The leftmost, longest match; busybox looks for whole words only where it begins."""
        found = (pattern.find(line, at, words=not at) for pattern in self.patterns)
        spans = [span for span in found if span is not None]
        return min(spans, key=lambda span: (span[0], -span[1])) if spans else None

    def file(self, path: str, fd: int) -> Steps[bool]:
        """Search one file; whether all is known now."""
        a, found = self.a, self.found
        lines = Lines(a, fd, self.end, keep_error=True)
        held: deque[tuple[int, bytes]] = deque(maxlen=self.before or None)
        number = count = trailing = last = 0
        quiet = found.any("qlLc")
        while self.limit and (raw_line := (yield from lines.next())) is not None:
            number += 1
            line = raw_line.removesuffix(self.end)
            span = self.first(line.decode("latin-1"))
            if (span is not None) is self.invert:
                if trailing and not quiet:
                    trailing -= 1
                    last = self.put(path, number, b"-", line)
                elif self.before and not quiet:
                    held.append((number, line))
                yield from a.spill()
                continue
            count += 1
            self.matched = True
            if "q" in found:
                return True
            if found.any("lL"):
                break
            if "c" not in found:
                self._gap(held[0][0] if held else number, last)
                for before, text in held:
                    self.put(path, before, b"-", text)
                held.clear()
                if "o" in found:
                    self._parts(path, number, line, span)
                else:
                    self.put(path, number, b":", line)
                last, trailing = number, self.after
            yield from a.spill()
            if count == self.limit:
                yield from self._rest(lines, path, number, trailing if not quiet else 0)
                break
        self._summary(path, count)
        return False

    def _rest(self, lines: Lines, path: str, number: int, trailing: int) -> Steps[None]:
        while trailing and (line := (yield from lines.next())) is not None:
            number += 1
            trailing -= 1
            self.put(path, number, b"-", line.removesuffix(self.end))

    def _gap(self, number: int, last: int) -> None:
        if (self.after or self.before) and self._separate and (not last or number > last + 1):
            self.a.put(b"--\n")
        self._separate = True

    def _parts(self, path: str, number: int, line: bytes, span: tuple[int, int] | None) -> None:
        while span is not None and not self.invert:
            start, end = span
            if end > start:
                self.put(path, number, b":", line[start:end])
            span = self.first(line.decode("latin-1"), max(end, start + 1)) if end < len(line) else None

    def put(self, path: str, number: int, mark: bytes, line: bytes) -> int:
        prefix = raw(path) + mark if self.named else b""
        if "n" in self.found:
            prefix += b"%d" % number + mark
        self.a.put(prefix + line + (self.end if "z" in self.found else b"\n"))
        return number

    def _summary(self, path: str, count: int) -> None:
        found = self.found
        if "c" in found:
            self.a.say(f"{path}:{count}" if self.named else str(count))
        if ("l" in found and count) or ("L" in found and not count):
            self.a.say(path)
            self.listed = True


def _count(found: Options, letter: str, default: int) -> int:
    text = found.get(letter)
    return default if text is None else number_of(text)


def _patterns(a: Applet, found: Options) -> Steps[list[_Pattern]]:
    texts: list[str] = []
    for letter, value in found.given:
        if letter == "e":
            texts += narrow(value).split("\n")
        elif letter == "f":
            try:
                data = yield from read_file(a, "/dev/stdin" if value == "-" else value)
            except OSError as error:
                raise Die(f"{value}: {reason(error)}") from None
            texts += data.decode("latin-1").removesuffix("\n").split("\n") if data else []
    if not found.any("ef"):
        if not found.rest:
            raise BadUsage
        texts = narrow(found.rest.pop(0)).split("\n")
    fixed = "F" in found or a.name == "fgrep"
    return [
        _Pattern(
            text,
            fixed=fixed,
            extended="E" in found or a.name == "egrep",
            fold="i" in found,
            words="w" in found and "x" not in found,
            whole="x" in found,
        )
        for text in texts
    ]


def _tree(a: Applet, path: str, follow: bool) -> Iterator[str]:
    """The files below a directory."""
    fs = a.p.namespace.fs
    for name in fs.listdir(a.p, path):
        child = f"{path.rstrip('/')}/{name}"
        try:
            stat = fs.stat(a.p, child, follow)
        except OSError:
            continue
        if stat.is_dir:
            yield from _tree(a, child, follow)
        elif stat.kind != "symlink":
            yield child


@applet("grep", "egrep", "fgrep", failure=2)
def grep(a: Applet) -> Steps[int | None]:
    """Print the lines that match."""
    found = a.options("lnqvscFiHhe:f:LorRm:wxA:B:C:EzI")
    patterns = yield from _patterns(a, found)
    search = _Grep(a, found, patterns)
    recursive = found.any("rR")
    paths = found.rest or (["."] if recursive else ["-"])
    search.named = (len(paths) > 1 or recursive) and "h" not in found
    if found.last("Hh") == "H":
        search.named = True
    for path in paths:
        if (yield from _search_path(a, search, path, recursive)):
            return 0
    if "L" in found:
        return 2 if search.failed else 0 if search.listed else 1
    return 0 if search.matched and not search.failed else 2 if search.failed else 1


def _search_path(a: Applet, search: _Grep, path: str, recursive: bool) -> Steps[bool]:
    silent = "s" in search.found
    shown = "(standard input)" if path == "-" else path
    try:
        if path == "-":
            return (yield from search.file(shown, 0))
        if a.p.namespace.fs.stat(a.p, path).is_dir and recursive:
            for child in _tree(a, path, "R" in search.found):
                if (yield from _search_path(a, search, child, False)):
                    return True
            return False
        fd = open_fd(a, path)
        try:
            return (yield from search.file(shown, fd))
        finally:
            close(a, fd)
    except InterruptedError:
        raise
    except OSError as error:
        if isinstance(error, IsADirectoryError):
            return False
        search.failed = True
        if not silent:
            yield from a.complain(f"{path}: {reason(error)}")
        return False
