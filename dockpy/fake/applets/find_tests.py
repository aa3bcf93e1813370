"""find's expressions: tests and actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.applets.accounts import Accounts
from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.globs import glob_matches
from dockpy.fake.applets.modes import changed_mode
from dockpy.fake.applets.numbers import number_of
from dockpy.fake.applets.regex import Regex
from dockpy.fake.applets.running import run
from dockpy.fake.applets.times import SECOND, now

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.files import Stat

    Test = Callable[["Found"], Steps[bool]]

__all__ = ["Found", "Parser", "run_batches"]

_SIZES = {"": 512, "b": 512, "c": 1, "k": 1024}
_KINDS = {"f": "file", "d": "dir", "l": "symlink", "p": "fifo", "s": "socket", "c": "char", "b": "block"}
_BATCH = 128


class Found:
    """A file that was come across."""

    def __init__(self, a: Applet, path: str, stat: Stat, depth: int) -> None:
        self.a = a
        self.path = path
        self.stat = stat
        self.depth = depth
        self.pruned = False

    @property
    def name(self) -> str:
        """Its last name."""
        return self.path.rstrip("/").rpartition("/")[2] or self.path


class Parser:
    """Parses an expression.

    Attributes:
        expression: what is asked of each file.
        batches: commands that take many files at once, with the files that wait for them.
    """

    def __init__(self, a: Applet, args: list[str]) -> None:
        self.a = a
        self._args = args
        self._acts = False
        self.least: int = 0
        self.most: int | None = None
        self.depth_first: bool = False
        self.follow: bool = False
        self.follow_first: bool = False
        self.batches: list[tuple[list[str], list[str]]] = []
        test = self._alternatives() if args else _always
        if self._args:
            raise Die(
                f"unpaired '{self._args[0]}'" if self._args[0] == ")" else f"unrecognized: {self._args[0]}"
            )
        self.expression: Test = test if self._acts else _both(test, _printing(b"\n"))

    def _alternatives(self) -> Test:
        test = self._all()
        while self._args[:1] in (["-o"], ["-or"]):
            self._args.pop(0)
            test = _either(test, self._all())
        return test

    def _all(self) -> Test:
        test = self._not()
        while self._args and self._args[0] not in ("-o", "-or", ")"):
            if self._args[0] in ("-a", "-and"):
                self._args.pop(0)
            test = _both(test, self._not())
        return test

    def _not(self) -> Test:
        if self._args[:1] in (["!"], ["-not"]):
            self._args.pop(0)
            return _negated(self._not())
        if self._args[:1] == ["("]:
            self._args.pop(0)
            test = self._alternatives() if self._args[:1] != [")"] else _always
            if self._args[:1] != [")"]:
                raise Die("unpaired '('")
            self._args.pop(0)
            return test
        return self._primary()

    def _value(self, name: str) -> str:
        if not self._args:
            raise Die(f"{name} requires an argument")
        return self._args.pop(0)

    def _primary(self) -> Test:
        name = self._args.pop(0) if self._args else ""
        action = _action(name)
        if action is not None:
            self._acts = True
            return action
        match name:
            case "-exec" | "-ok":
                return self._exec()
            case "-prune":
                return _pruning
            case "-quit":
                self._acts = True
                return _quitting
            case "-depth" | "-d" | "-xdev" | "-mount" | "-follow" | "-noleaf" | "-true" | "-daystart":
                self.depth_first = self.depth_first or name in ("-depth", "-d")
                self.follow = self.follow or name == "-follow"
                return _always
            case "-false":
                return _negated(_always)
            case "-empty":
                return _simple(_is_empty)
            case "-executable":
                return _simple(lambda found: found.a.p.namespace.fs.access(found.a.p, found.path, 1))
        if name.startswith("-") and name[1:] in _VALUED:
            return self._valued(name[1:], self._value(name))
        raise BadUsage(f"unrecognized: {name}")

    def _valued(self, name: str, value: str) -> Test:
        if name == "maxdepth":
            self.most = number_of(value)
            return _always
        if name == "mindepth":
            self.least = number_of(value)
            return _always
        if name == "regex":
            regex = Regex(value)
            return _simple(
                lambda f: (m := regex.search(f.path)) is not None and m.spans[0] == (0, len(f.path))
            )
        if name == "type":
            return _simple(_typed(value))
        return _simple(_VALUED[name](self.a, value))

    def _exec(self) -> Test:
        self._acts = True
        words: list[str] = []
        while self._args and self._args[0] != ";" and not (self._args[0] == "+" and words[-1:] == ["{}"]):
            words.append(self._args.pop(0))
        if not self._args or not words:
            raise Die("-exec requires an argument")
        if self._args.pop(0) == "+":
            batch: tuple[list[str], list[str]] = (words[:-1], [])
            self.batches.append(batch)
            return self._batching(batch)

        def execute(found: Found) -> Steps[bool]:
            argv = [word.replace("{}", found.path) for word in words]
            return (yield from _executed(found.a, argv)) == 0

        return execute

    def _batching(self, batch: tuple[list[str], list[str]]) -> Test:
        def collect(found: Found) -> Steps[bool]:
            batch[1].append(found.path)
            if len(batch[1]) >= _BATCH:
                yield from run_batches(found.a, self)
            return True

        return collect


def run_batches(a: Applet, parser: Parser) -> Steps[None]:
    """Run what ``-exec … +`` has collected."""
    for words, paths in parser.batches:
        if paths:
            argv = [*words, *paths]
            paths.clear()
            if (yield from _executed(a, argv)):
                a.status = 1


def _executed(a: Applet, argv: list[str]) -> Steps[int]:
    try:
        return (yield from run(a, argv))
    except Die as end:
        yield from a.complain(str(end.message).replace("can't execute '", "").replace("':", ":"))
        return end.code or 1


def _simple(test: Callable[[Found], bool]) -> Test:
    def ask(found: Found) -> Steps[bool]:
        yield from ()
        return test(found)

    return ask


_always = _simple(lambda found: True)


def _both(one: Test, other: Test) -> Test:
    def ask(found: Found) -> Steps[bool]:
        return (yield from one(found)) and (yield from other(found))

    return ask


def _either(one: Test, other: Test) -> Test:
    def ask(found: Found) -> Steps[bool]:
        return (yield from one(found)) or (yield from other(found))

    return ask


def _negated(test: Test) -> Test:
    def ask(found: Found) -> Steps[bool]:
        return not (yield from test(found))

    return ask


def _printing(end: bytes) -> Test:
    def act(found: Found) -> bool:
        found.a.put(found.path.encode("utf-8", "surrogateescape") + end)
        return True

    return _simple(act)


def _prune(found: Found) -> bool:
    found.pruned = True
    return True


_pruning = _simple(_prune)


def _quitting(found: Found) -> Steps[bool]:
    yield from ()
    raise Die(None, 0)


def _deleting(found: Found) -> Steps[bool]:
    fs = found.a.p.namespace.fs
    try:
        (fs.rmdir if found.stat.is_dir else fs.unlink)(found.a.p, found.path)
    except OSError as error:
        yield from found.a.complain(f"{found.path}: {reason(error)}")
        found.a.status = 1
        return False
    return True


def _action(name: str) -> Test | None:
    return {"-print": _printing(b"\n"), "-print0": _printing(b"\0"), "-delete": _deleting}.get(name)


def _is_empty(found: Found) -> bool:
    if found.stat.is_dir:
        return not found.a.p.namespace.fs.listdir(found.a.p, found.path)
    return found.stat.is_file and found.stat.size == 0


def _compared(text: str, unit: int = 1) -> Callable[[int], bool]:
    """``+3``, ``-3``, ``3``."""
    sign = text[:1] if text[:1] in ("+", "-") else ""
    number = number_of(text[len(sign) :]) * unit
    if sign == "+":
        return lambda value: value > number
    return (lambda value: value < number) if sign else lambda value: value == number


def _typed(value: str) -> Callable[[Found], bool]:
    if value not in _KINDS:
        raise Die(f"invalid argument '{value}' to '-type'")
    return lambda found: found.stat.kind == _KINDS[value]


def _sized(a: Applet, value: str) -> Callable[[Found], bool]:
    suffix = value.lstrip("+-0123456789")
    if suffix not in _SIZES:
        raise Die(f"invalid number '{value.lstrip('+-')}'")
    check = _compared(value.removesuffix(suffix), _SIZES[suffix])
    return lambda found: check(found.stat.size)


def _aged(unit: int) -> Callable[[Applet, str], Callable[[Found], bool]]:
    def made(a: Applet, value: str) -> Callable[[Found], bool]:
        check = _compared(value)
        return lambda found: check((now(a.p) // SECOND - found.stat.mtime // SECOND) // unit)

    return made


def _newer(a: Applet, value: str) -> Callable[[Found], bool]:
    try:
        mtime = a.p.namespace.fs.stat(a.p, value).mtime
    except OSError as error:
        raise Die(f"{value}: {reason(error)}") from None
    return lambda found: found.stat.mtime > mtime


def _permitted(a: Applet, value: str) -> Callable[[Found], bool]:
    how = value[:1] if value[:1] in ("-", "/", "+") else ""
    bits = changed_mode(value[len(how) :], 0, directory=False, umask=0)
    if bits is None:
        raise Die(f"invalid mode '{value[len(how) :]}'")
    if how == "-":
        return lambda found: found.stat.mode & bits == bits
    return (
        (lambda found: bool(found.stat.mode & bits) or not bits)
        if how
        else lambda found: found.stat.mode == bits
    )


def _owned(by_group: bool) -> Callable[[Applet, str], Callable[[Found], bool]]:
    def made(a: Applet, value: str) -> Callable[[Found], bool]:
        accounts = Accounts(a.p)
        number = accounts.gid_of(value) if by_group else accounts.uid_of(value)
        if number is None:
            raise Die(f"unknown {'group' if by_group else 'user'} {value}")
        return lambda found: (found.stat.gid if by_group else found.stat.uid) == number

    return made


_VALUED: dict[str, Callable[[Applet, str], Callable[[Found], bool]]] = {
    "name": lambda a, value: lambda found: glob_matches(value, found.name),
    "iname": lambda a, value: lambda found: glob_matches(value, found.name, fold=True),
    "path": lambda a, value: lambda found: glob_matches(value, found.path),
    "wholename": lambda a, value: lambda found: glob_matches(value, found.path),
    "ipath": lambda a, value: lambda found: glob_matches(value, found.path, fold=True),
    "size": _sized,
    "mtime": _aged(86400),
    "mmin": _aged(60),
    "newer": _newer,
    "perm": _permitted,
    "user": _owned(False),
    "group": _owned(True),
    "inum": lambda a, value: lambda found: found.stat.ino == number_of(value),
    "links": lambda a, value: lambda found: _compared(value)(found.stat.nlink),
    "maxdepth": lambda a, value: lambda found: True,
    "mindepth": lambda a, value: lambda found: True,
    "regex": lambda a, value: lambda found: True,
    "type": lambda a, value: lambda found: True,
}
