"""docker-init: PID 1 of containers that ask for it (``HostConfig.Init``)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from dockpy.fake.kernel.process import Interrupted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.fake.kernel.process import Code, Process
    from dockpy.fake.kernel.scheduler import Program

__all__ = ["INIT", "under_init"]

INIT = "/sbin/docker-init"
_ITS_OWN = {4, 5, 6, 7, 8, 9, 11, 17, 19, 21, 22, 31}
"""Signals that it does not pass on: its own faults, what stops it, and what its children's ends send it."""


def under_init(argv: Sequence[str], program: Code | None) -> Code:
    """What PID 1 does: it starts a program, passes signals on to it, buries orphans, and ends as it does.

    Args:
        argv: the program and its arguments.
        program: the user's program that this is, if it is one.
    """

    def init(p: Process) -> Program:
        for signal in range(1, 32):
            if signal not in _ITS_OWN:
                p.catch(signal)
        try:
            child = p.spawn(argv) if program is None else p.fork(program, argv)
        except OSError as error:
            text = f"[FATAL tini (7)] exec {argv[0]} failed: {error.strerror}\n"
            yield from p.write(2, text.encode("utf-8", "surrogateescape"))
            return 127 if error.errno == errno.ENOENT else 126
        child.pgid = child.pid
        if p.tty is not None:
            p.tty.foreground = child.pgid
        while child.exit_code is None:
            try:
                yield from p.wait()
            except Interrupted:
                while p.caught:
                    child.kill(p.caught.popleft())
        return child.exit_code

    return init
