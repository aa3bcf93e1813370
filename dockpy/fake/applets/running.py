"""Other programs, started by applets."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from dockpy.fake.applets.errors import Die, reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.kernel.process import Process

__all__ = ["become", "run", "spawn"]


def spawn(a: Applet, argv: Sequence[str], env: Mapping[str, str] | None = None) -> Process:
    """Start a program.

    Raises:
        Die: it cannot be run; 127 where it is not there, 126 else.
    """
    try:
        return a.p.spawn(argv, env)
    except OSError as error:
        missing = error.errno == errno.ENOENT
        raise Die(f"can't execute '{argv[0]}': {reason(error)}", 127 if missing else 126) from None


def run(a: Applet, argv: Sequence[str], env: Mapping[str, str] | None = None) -> Steps[int]:
    """Run a program to its end; its exit code."""
    yield from a.flush()
    child = spawn(a, argv, env)
    code = (yield from a.p.wait(child, restart=True)).exit_code
    return 0 if code is None else code


def become(a: Applet, argv: Sequence[str], env: Mapping[str, str] | None = None) -> Steps[int]:
    """Go on as another program, in this process.

    Raises:
        Die: as of `spawn`.
    """
    yield from a.flush()
    try:
        yield from a.p.exec(argv, env)
    except OSError as error:
        missing = error.errno == errno.ENOENT
        raise Die(f"can't execute '{argv[0]}': {reason(error)}", 127 if missing else 126) from None
    return 0
