"""Signals, process groups and sessions: the part of a process that is about them."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from dockpy.fake.kernel.signals import IGNORED, STOPPING

if TYPE_CHECKING:
    from collections import deque

    from dockpy.fake.kernel.namespace import Namespace
    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Task, Waitable
    from dockpy.fake.kernel.tty import Terminal

__all__ = ["CHLD", "CONT", "KILL", "PIPE", "STOP", "TTIN", "Interrupted", "Signalling"]

KILL, PIPE, CHLD, CONT, STOP, TTIN = 9, 13, 17, 18, 19, 21


class Interrupted(InterruptedError):
    """A signal that the program catches came while it was blocked; it stands in `Process.caught`."""


class Signalling:
    """The part of `Process` that is about signals; its attributes are described there."""

    namespace: Namespace
    parent: Process | None
    pid: int
    pgid: int
    sid: int
    uid: int
    tty: Terminal | None
    exit_code: int | None
    stopped: int
    caught: deque[int]
    dispositions: dict[int, str]
    _task: Task
    _interrupt: Waitable
    _news_of_stop: bool

    def _exit(self, code: int, signal: int = 0) -> None:
        raise NotImplementedError

    def kill(self, signal: int) -> None:
        """Send it a signal from outside of its container, or from the kernel; 0 does nothing.

        PID 1 gets a signal only if it catches it, and KILL and STOP.
        """
        if self.exit_code is not None or signal == 0:
            return
        disposition = self.dispositions.get(signal)
        shielded = self.pid == 1
        if signal == CONT and self.stopped:
            self.stopped = 0
            if not self.namespace.frozen:
                self._task.thaw()
        if signal == KILL:
            self._exit(128 + KILL, KILL)
        elif signal == STOP:
            self._stop(signal)
        elif disposition == "catch":
            self.caught.append(signal)
            self._interrupt.wake()
        elif disposition == "ignore" or signal in IGNORED or shielded:
            pass
        elif signal in STOPPING:
            self._stop(signal)
        else:
            self._exit(128 + signal, signal)

    def _stop(self, signal: int) -> None:
        self.stopped = signal
        self._news_of_stop = True
        self._task.freeze()
        if self.parent is not None:
            self.parent.child_exited.wake()

    def send(self, pid: int, signal: int) -> None:
        """``kill(2)``: to a process, to a group (0: its own; -n: that of number n), to all others (-1).

        Raises:
            OSError: ESRCH, there is none; EPERM, it is another user's; EINVAL, there is no such signal.
        """
        if not 0 <= signal <= 64:
            raise OSError(errno.EINVAL, "Invalid argument")
        everybody = list(self.namespace.visible.values())
        if pid > 0:
            targets = [one for one in everybody if one.pid == pid]
        elif pid == -1:
            targets = [one for one in everybody if one is not self and one.pid != 1]
        else:
            group = self.pgid if pid == 0 else -pid
            targets = [one for one in everybody if one.pgid == group]
        if not targets:
            raise ProcessLookupError(errno.ESRCH, "No such process")
        allowed = [one for one in targets if self.uid in (0, one.uid)]
        if not allowed:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        for one in allowed:
            if one.pid != 1 or signal not in (KILL, STOP):  # not even root within kills PID 1 so
                one.kill(signal)

    def catch(self, signal: int) -> None:
        """Have a signal come to `caught`."""
        self._set(signal, "catch")

    def ignore(self, signal: int) -> None:
        """Have a signal do nothing."""
        self._set(signal, "ignore")

    def default(self, signal: int) -> None:
        """Have a signal do what it does by default."""
        self._set(signal, None)

    def _set(self, signal: int, disposition: str | None) -> None:
        if signal in (KILL, STOP) or not 0 < signal <= 64:
            raise OSError(errno.EINVAL, "Invalid argument")
        if disposition is None:
            self.dispositions.pop(signal, None)
        else:
            self.dispositions[signal] = disposition

    # Sessions and groups

    def setpgid(self, pgid: int = 0) -> None:
        """Go to a process group of its session; 0 for one of its own.

        Raises:
            OSError: EPERM, there is no such group in the session.
        """
        pgid = pgid or self.pid
        if pgid != self.pid and not any(
            one.pgid == pgid and one.sid == self.sid for one in self.namespace.visible.values()
        ):
            raise PermissionError(errno.EPERM, "Operation not permitted")
        self.pgid = pgid

    def setsid(self) -> int:
        """Begin a session, without a terminal.

        Raises:
            OSError: EPERM, it leads a group already.
        """
        if any(one.pgid == self.pid for one in self.namespace.visible.values()):
            raise PermissionError(errno.EPERM, "Operation not permitted")
        self.pgid = self.sid = self.pid
        self.tty = None
        return self.sid
