"""Which program a file is."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockpy.fake.files import ROOT
from dockpy.fake.files.content import read_part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockpy.fake.files import FileSystem, Who
    from dockpy.fake.kernel.process import Code, Process
    from dockpy.fake.kernel.scheduler import Program

__all__ = ["DEFAULT_PATH", "SHELLS", "Loaded", "find", "load", "shell_or_applet"]

DEFAULT_PATH = "/sbin:/usr/sbin:/bin:/usr/bin"
"""Where programs are looked for where the environment has no PATH."""

_ELF = b"\x7fELF"
_OURS = b"\x7fELFdockpy:"
_HEAD = 256
_MOST_INTERPRETERS = 5
SHELLS = ("sh", "ash", "bash", "dash")


@dataclass(slots=True)
class Loaded:
    """A program that was found; see `dockpy.fake.kernel.namespace.Loaded`.

    Attributes:
        code: the program.
        path: where it is.
        before: of a script, its interpreter with that one's argument, and the script.
    """

    code: Code
    path: str
    before: tuple[str, ...] = ()

    def argv(self, given: Sequence[str]) -> list[str]:
        """The arguments that it is run with."""
        return [*self.before, *given[1:]] if self.before else list(given)


def find(fs: FileSystem, who: Who, name: str, path: str) -> str:
    """The path of a program: its name where that has a slash, else the first one in PATH that may be run.

    Raises:
        OSError: ENOENT; EACCES, there are some, but they may not be run.
    """
    if "/" in name:
        return name
    denied = False
    for directory in path.split(":") if name else ():
        candidate = f"{directory or '.'}/{name}"
        try:
            if not fs.stat(who, candidate).is_file:
                continue
        except OSError:
            continue
        if fs.access(who, candidate, 1):
            return candidate
        denied = True
    if denied:
        raise PermissionError(errno.EACCES, "Permission denied", name)
    raise FileNotFoundError(errno.ENOENT, "No such file or directory", name)


def load(
    fs: FileSystem, who: Who, name: str, env: Mapping[str, str], special: Callable[[str, str], Code | None]
) -> Loaded:
    """The program of this name.

    Args:
        fs: the files.
        who: runs it.
        name: a path where it has a slash, else looked for in PATH.
        env: has PATH.
        special: knows further programs, by the name as it was given and by that in the file (or empty).

    Raises:
        OSError: ENOENT, EACCES or ENOEXEC.
    """
    before: tuple[str, ...] = ()
    named = name
    for _ in range(_MOST_INTERPRETERS):
        code = special(named, "") if not before else None
        if code is not None:
            return Loaded(code, named)
        path = find(fs, who, named, env.get("PATH", DEFAULT_PATH))
        head = _head(fs, who, path)
        if not head.startswith(b"#!"):
            return Loaded(_program(path, head, special), path, before)
        interpreter, _, argument = _text(head[2:].split(b"\n")[0]).strip(" \t").partition(" ")
        if not interpreter:
            break
        argument = argument.strip(" \t")
        script = (path, *before[1:])
        before = (interpreter, *([argument] if argument else ()), *script)
        named = interpreter if "/" in interpreter else f"./{interpreter}"
    raise OSError(errno.ENOEXEC, "Exec format error", name)


def shell_or_applet(name: str) -> Code | None:
    """The shell, or the applet of this name."""
    if name in SHELLS:
        from dockpy.fake.sh import main

        return main
    from dockpy.fake.applets import APPLETS

    return APPLETS.get(name)


def _head(fs: FileSystem, who: Who, path: str) -> bytes:
    node = fs.lookup(who, path)
    if node.kind != "file" or not fs.access(who, path, 1):
        raise PermissionError(errno.EACCES, "Permission denied", path)
    if node.produce is not None:
        return fs.read_bytes(ROOT, path)[:_HEAD]
    return read_part(node.data, 0, _HEAD)


def _program(path: str, head: bytes, special: Callable[[str, str], Code | None]) -> Code:
    code: Code | None = None
    base = path.rpartition("/")[2].lstrip("-")
    if head.startswith(_OURS):
        name = _text(head[len(_OURS) :].split(b"\n")[0])
        if name == "busybox":
            code = shell_or_applet(base) or _no_applet(base)
        else:
            code = special("", name) or shell_or_applet(name)
    elif head.startswith(_ELF):
        code = shell_or_applet(base)
    if code is None:
        raise OSError(errno.ENOEXEC, "Exec format error", path)
    return code


def _no_applet(name: str) -> Code:
    def program(p: Process) -> Program:
        yield from p.write(2, f"{name}: applet not found\n".encode())
        return 127

    return program


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
