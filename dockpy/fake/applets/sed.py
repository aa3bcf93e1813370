"""sed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dockpy.fake.applets.applet import applet, narrow
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.inputs import Lines, close, open_fd, read_file
from dockpy.fake.applets.sed_script import Address, Command, ScriptParser, Substitution

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.applets.regex import Regex

__all__: list[str] = []


class _Quit(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _Input:
    """The lines of all files, one after the other, with a look ahead for ``$``."""

    def __init__(self, a: Applet, paths: list[str]) -> None:
        self._a = a
        self._paths = paths
        self._lines: Lines | None = None
        self._fd = -1
        self._ahead: bytes | None = None
        self.failed = False

    def _fetch(self) -> Steps[bytes | None]:
        while True:
            if self._lines is not None:
                line = yield from self._lines.next()
                if line is not None:
                    return line
                close(self._a, self._fd)
                self._lines = None
            if not self._paths:
                return None
            path = self._paths.pop(0)
            try:
                self._fd = 0 if path == "-" else open_fd(self._a, path)
                if path != "-" and self._a.p.namespace.fs.stat(self._a.p, path).is_dir:
                    continue
                self._lines = Lines(self._a, self._fd)
            except OSError as error:
                yield from self._a.complain(f"{path}: {reason(error)}")
                self.failed = True

    def next(self) -> Steps[bytes | None]:
        if self._ahead is None:
            return (yield from self._fetch())
        line, self._ahead = self._ahead, None
        return line

    def is_last(self) -> Steps[bool]:
        if self._ahead is None:
            self._ahead = yield from self._fetch()
        return self._ahead is None


class _Sed:
    def __init__(self, a: Applet, commands: list[Command], *, quiet: bool) -> None:
        self.a = a
        self.commands = commands
        self.quiet = quiet
        self.hold = ""
        self.number = 0
        self.out = 1
        self.input = _Input(a, [])
        self.ended = True
        self.space = ""
        self.appended: list[tuple[str, str]] = []
        self.files: dict[str, int] = {}
        self.missing_newline = False

    def run(self, paths: list[str]) -> Steps[None]:
        self.input = _Input(self.a, paths)
        restart = False
        while True:
            if not restart and not (yield from self._read()):
                return
            try:
                restart = yield from self._cycle()
            except _Quit:
                yield from self._append()
                raise
            yield from self._append()

    def _read(self) -> Steps[bool]:
        line = yield from self.input.next()
        if line is None:
            return False
        self.number += 1
        self.ended = line.endswith(b"\n")
        self.space = line.removesuffix(b"\n").decode("latin-1")
        return True

    def _put(self, text: str, *, ended: bool = True) -> Steps[None]:
        yield from self._write(self.out, text.encode("latin-1") + (b"\n" if ended else b""))

    def _write(self, fd: int, data: bytes) -> Steps[None]:
        if fd == 1:
            self.a.put((b"\n" if self.missing_newline and data else b"") + data)
            self.missing_newline = bool(data) and not data.endswith(b"\n")
            yield from self.a.spill()
        else:
            yield from self.a.p.write(fd, data)

    def _append(self) -> Steps[None]:
        appended, self.appended = self.appended, []
        for kind, text in appended:
            if kind == "a":
                yield from self._put(text)
                continue
            try:
                data = yield from read_file(self.a, raw_path(text))
            except OSError:
                continue
            yield from self._write(self.out, data)

    def _matches(self, address: Address) -> Steps[bool]:
        if address.kind == "line":
            return self.number == address.number
        if address.kind == "last":
            return (yield from self.input.is_last())
        return self._expression(address.regex).matches(self.space)

    @staticmethod
    def _expression(regex: Regex | None) -> Regex:
        if regex is None:
            raise Die("no previous regexp")
        return regex

    def _selected(self, command: Command) -> Steps[bool]:
        if command.first is None:
            return not command.negated
        if command.last is None:
            return (yield from self._matches(command.first)) is not command.negated
        return (yield from self._in_range(command, command.first, command.last)) is not command.negated

    def _in_range(self, command: Command, first: Address, last: Address) -> Steps[bool]:
        if not command.active:
            if not (yield from self._matches(first)):
                return False
            if last.kind == "more":
                command.until = self.number + last.number
            elif last.kind == "line":
                command.until = last.number
            if last.kind in ("more", "line"):
                command.active = self.number < command.until
                return True
            command.active = True
            if last.kind == "last" and (yield from self.input.is_last()):
                command.active = False
            return True
        if last.kind in ("more", "line"):
            command.active = self.number < command.until
            return self.number <= command.until
        if (yield from self._matches(last)):
            command.active = False
        return True

    def _cycle(self) -> Steps[bool]:
        """Run the script on a line; whether it is to run again without reading one."""
        at = 0
        changed = False
        while at < len(self.commands):
            command = self.commands[at]
            at += 1
            if not (yield from self._selected(command)):
                if command.letter == "{":
                    at = command.jump
                continue
            letter = command.letter
            if letter == "s" and command.substitution is not None:
                changed = (yield from self._substitute(command.substitution)) or changed
            elif letter == "b" or (letter == "t" and changed) or (letter == "T" and not changed):
                changed = changed and letter != "t"
                at = command.jump
                yield None
            elif letter == "d":
                return False
            elif letter == "D":
                _, newline, rest = self.space.partition("\n")
                if not newline:
                    return False
                self.space = rest
                return True
            elif letter == "c":
                if command.last is None or not command.active or command.negated:
                    yield from self._put(command.text)
                return False
            elif letter in "nN":
                if not (yield from self._next(letter)):
                    return False
            elif letter == "q":
                if not self.quiet:
                    yield from self._put(self.space, ended=self.ended)
                raise _Quit(0)
            else:
                yield from self._simple(command)
        if not self.quiet:
            yield from self._put(self.space, ended=self.ended)
        return False

    def _next(self, letter: str) -> Steps[bool]:
        if (yield from self.input.is_last()):
            if not self.quiet:
                yield from self._put(self.space, ended=self.ended)
            raise _Quit(0)
        before = self.space
        if letter == "n" and not self.quiet:
            yield from self._put(before)
        yield from self._append()
        yield from self._read()
        if letter == "N":
            self.space = f"{before}\n{self.space}"
        return True

    def _simple(self, command: Command) -> Steps[None]:
        letter = command.letter
        match letter:
            case "p":
                yield from self._put(self.space)
            case "P":
                yield from self._put(self.space.partition("\n")[0])
            case "=":
                yield from self._put(str(self.number))
            case "a" | "r":
                self.appended.append((letter, command.text))
            case "i":
                yield from self._put(command.text)
            case "g":
                self.space = self.hold
            case "G":
                self.space += "\n" + self.hold
            case "h":
                self.hold = self.space
            case "H":
                self.hold += "\n" + self.space
            case "x":
                self.space, self.hold = self.hold, self.space
            case "y":
                self.space = self.space.translate(command.table)
            case "w":
                yield from self._write(self.file(command.text), self.space.encode("latin-1") + b"\n")

    def file(self, path: str) -> int:
        """A file that is written to, opened once."""
        if path == "/dev/stdout":
            return 1
        if path not in self.files:
            self.files[path] = open_fd(self.a, raw_path(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        return self.files[path]

    def _substitute(self, what: Substitution) -> Steps[bool]:
        regex = self._expression(what.regex)
        text = self.space
        found: list[str] = []
        at, count, last_end = 0, 0, -1
        done = False
        while at <= len(text) and (match := regex.search(text, at)) is not None:
            found.append(text[at : match.start])
            if match.start == match.end == last_end:
                found.append(text[match.end : match.end + 1])
                at = match.end + 1
                continue
            count += 1
            if count >= what.nth:
                for part in what.replacement:
                    found.append(part if isinstance(part, str) else match.group(part))
                done = True
            else:
                found.append(match.group())
            at = last_end = match.end
            if done and not what.everywhere:
                break
            if match.start == match.end:
                found.append(text[at : at + 1])
                at += 1
        if not done:
            return False
        self.space = "".join(found) + text[at:]
        if what.prints:
            yield from self._put(self.space)
        if what.write_to is not None:
            yield from self._write(self.file(what.write_to), self.space.encode("latin-1") + b"\n")
        return True


def raw_path(text: str) -> str:
    """A path from the text of a script."""
    return text.encode("latin-1").decode("utf-8", "surrogateescape")


@applet("sed")
def sed(a: Applet) -> Steps[int | None]:
    """Edit a stream of lines."""
    if a.args[:1] == ["--version"]:
        a.say("This is not GNU sed version 4.0")
        return 0
    found = a.options(
        "i::rEne:f:",
        {
            "in-place": "i",
            "regexp-extended": "r",
            "quiet": "n",
            "silent": "n",
            "expression": "e",
            "file": "f",
        },
    )
    parser = ScriptParser(extended=found.any("rE"))
    pending = ""
    for letter, value in found.given:
        if letter == "e":
            pending += ("\n" if pending else "") + narrow(value)
        elif letter == "f":
            try:
                data = yield from read_file(a, "/dev/stdin" if value == "-" else value)
            except OSError as error:
                raise Die(f"{value}: {reason(error)}") from None
            pending += ("\n" if pending else "") + data.decode("latin-1").removesuffix("\n")
    if not found.any("ef"):
        if not found.rest:
            raise BadUsage
        pending = narrow(found.rest.pop(0))
    quiet = "n" in found or (pending + "\n").startswith("#n\n")
    parser.add(pending)
    parser.finish()
    editor = _Sed(a, parser.commands, quiet=quiet)
    for command in parser.commands:
        target = (
            command.text
            if command.letter == "w"
            else command.substitution.write_to
            if command.substitution
            else None
        )
        if target:
            editor.file(target)
    try:
        if "i" in found:
            for path in found.rest:
                yield from _in_place(a, editor, path, found.get("i") or "")
        else:
            yield from editor.run(found.rest or ["-"])
            if editor.input.failed:
                a.status = 1
    except _Quit as end:
        return end.code
    return None


def _in_place(a: Applet, editor: _Sed, path: str, suffix: str) -> Steps[None]:
    fs = a.p.namespace.fs
    try:
        stat = fs.stat(a.p, path)
    except OSError as error:
        yield from a.complain(f"{path}: {reason(error)}")
        a.status = 1
        return
    if not stat.is_file:
        yield from a.complain(f"{path}: Not a regular file")
        a.status = 1
        return
    scratch = path + f".sed{a.p.pid}"
    editor.out = open_fd(a, scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.mode)
    editor.number = 0
    quit_with: _Quit | None = None
    try:
        yield from editor.run([path])
    except _Quit as end:
        quit_with = end
        while (line := (yield from editor.input.next())) is not None:
            yield from a.p.write(editor.out, line)
    close(a, editor.out)
    fs.chmod(a.p, scratch, stat.mode)
    if suffix:
        fs.rename(a.p, path, suffix.replace("*", path.rpartition("/")[2]) if "*" in suffix else path + suffix)
    fs.rename(a.p, scratch, path)
    if quit_with is not None:
        raise quit_with
