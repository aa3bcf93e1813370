"""One run of an applet: its arguments, buffered output and complaints; and the register of all of them."""

from __future__ import annotations

import errno
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, TypeVar

from dockpy.fake.applets.errors import BadUsage, Die, reason
from dockpy.fake.applets.options import Options, parse
from dockpy.fake.applets.usages import USAGES
from dockpy.fake.kernel.scheduler import Wait, Waitable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.kernel.process import Code, Process
    from dockpy.fake.kernel.scheduler import Program

__all__ = ["BANNER", "Applet", "Body", "Steps", "applet", "narrow", "program_of", "raw", "run_body", "wide"]

T = TypeVar("T")
Steps = Generator[Waitable | Wait | None, None, T]
"""What may block, and returns a T."""

BANNER = "BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) multi-call binary."

_BUFFER = 4096


def raw(text: str) -> bytes:
    """The bytes of an argument or a path."""
    return text.encode("utf-8", "surrogateescape")


def wide(data: bytes) -> str:
    """The argument or path of these bytes."""
    return data.decode("utf-8", "surrogateescape")


def narrow(text: str) -> str:
    """An argument as a text of one character a byte, as programs in the C locale see it."""
    return raw(text).decode("latin-1")


class Applet:
    """One run of an applet.

    Attributes:
        p: its process.
        name: the applet's.
        args: its arguments.
        status: an exit code that it may keep here while it goes on.
        line_buffered: each line of its output is to be seen at once: a terminal shows it.
    """

    def __init__(self, p: Process, name: str, failure: int = 1) -> None:
        self.p: Process = p
        self.name: str = name
        self.args: list[str] = p.argv[1:]
        self.failure: int = failure
        self.status: int = 0
        self._out = bytearray()
        stdout = p.fds.get(1)
        self.line_buffered: bool = bool(stdout and stdout.isatty)

    def options(
        self, spec: str, long: Mapping[str, str] | None = None, *, least: int = 0, most: int | None = None
    ) -> Options:
        """Its options, see `dockpy.fake.applets.options.parse`.

        Args:
            spec: the short ones.
            long: the short one of each long one.
            least: how many operands there must be.
            most: how many there may be.
        """
        found = parse(self.p.argv[0], self.args, spec, long or {})
        if len(found.rest) < least or (most is not None and len(found.rest) > most):
            raise BadUsage
        return found

    # Output

    def put(self, data: bytes) -> None:
        """Add to the output's buffer; `flush` or `spill` writes it."""
        self._out += data

    def say(self, text: str) -> None:
        """Add a line to the output's buffer."""
        self._out += raw(text)
        self._out += b"\n"

    def spill(self) -> Steps[None]:
        """Write the buffer if it is full, or if a terminal has a line."""
        if len(self._out) >= _BUFFER or (self.line_buffered and self._out):
            yield from self.flush()

    def flush(self) -> Steps[None]:
        """Write what is in the buffer."""
        if not self._out:
            return
        data = bytes(self._out)
        self._out.clear()
        try:
            yield from self.p.write(1, data)
        except BrokenPipeError:
            raise Die("write error: Broken pipe", 1) from None
        except OSError as error:
            raise Die(f"write error: {reason(error)}", 1) from None

    def complain(self, message: str) -> Steps[None]:
        """Say on the standard error what is wrong, behind the applet's name."""
        yield from self.error(f"{self.name}: {message}\n")

    def error(self, text: str) -> Steps[None]:
        """Write a text to the standard error, after what was printed before."""
        yield from self.flush()
        try:
            yield from self.p.write(2, raw(text))
        except OSError as error:
            if error.errno != errno.EBADF and not isinstance(error, BrokenPipeError):
                raise

    def usage(self) -> str:
        """Its synopsis, as it stands behind what is wrong."""
        usage = USAGES.get(self.name)
        if usage is None:
            return f"{BANNER}\n\nNo help available\n"
        return f"{BANNER}\n\nUsage: {self.name} {usage}".rstrip() + "\n"


Body = Callable[[Applet], Steps[int | None]]

REGISTER: dict[str, Code] = {}
"""The programs by name."""
_BODIES: dict[str, tuple[Body, int]] = {}


def applet(*names: str, failure: int = 1) -> Callable[[Body], Body]:
    """Register an applet under its names.

    Args:
        names: what it is called as.
        failure: its exit code where it gives up.
    """

    def register(body: Body) -> Body:
        for name in names:
            _BODIES[name] = (body, failure)
            REGISTER[name] = program_of(name)
        return body

    return register


def program_of(name: str) -> Code:
    """The program that an applet is."""

    def program(p: Process) -> Program:
        return (yield from run_body(p, name))

    program.__name__ = program.__qualname__ = name
    return program


def run_body(p: Process, name: str) -> Steps[int]:
    """Run an applet in a process that is there, with its arguments; returns the exit code."""
    body, failure = _BODIES[name]
    a = Applet(p, name, failure)
    if a.args == ["--help"] and name in USAGES:
        yield from a.error(a.usage())
        return 0
    code: int | None
    try:
        try:
            code = yield from body(a)
            yield from a.flush()
            return a.status if code is None else code
        except BadUsage as bad:
            message = "" if bad.message is None else f"{bad.prefix or a.name}: {bad.message}\n"
            yield from a.error(message + a.usage())
            return a.failure
        except OSError as error:
            raise Die(reason(error)) from None
    except Die as end:
        if end.message is not None:
            yield from a.error(f"{end.message}\n" if end.bare else f"{a.name}: {end.message}\n")
        else:
            yield from a.flush()
        return a.failure if end.code is None else end.code
