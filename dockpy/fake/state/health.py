"""Health checks: a command that is executed in a container now and then, and what its exit codes say."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.times import rfc3339
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.kernel.scheduler import Timer
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.execs import Exec

__all__ = ["HealthMonitor", "begin_health", "end_health"]

_KEPT = 5
_LONGEST_OUTPUT = 4096
_INTERVAL, _TIMEOUT, _START_INTERVAL, _RETRIES = 30 * SECOND, 30 * SECOND, 5 * SECOND, 3


@dataclass(frozen=True, slots=True)
class Check:
    """One check that was made. Times are nanoseconds since 1970."""

    start: int
    end: int
    exit_code: int
    output: str


@dataclass
class HealthMonitor:
    """How healthy a container is.

    Attributes:
        status: ``starting``, ``healthy`` or ``unhealthy``.
        streak: how many checks failed one after the other.
        checks: the last ones.
        running: checks are made.
    """

    container: Container
    status: str = "starting"
    streak: int = 0
    checks: deque[Check] = field(default_factory=lambda: deque(maxlen=_KEPT))
    running: bool = False
    timer: Timer | None = None
    exec: Exec | None = None

    def _setting(self, name: str, default: int) -> int:
        return int((self.container.config.get("Healthcheck") or {}).get(name) or default)

    @property
    def _in_start_period(self) -> bool:
        period = self._setting("StartPeriod", 0)
        state = self.container.state
        return self.container.engine.now() - state.started_at < period

    def schedule(self) -> None:
        """Make the next check when it is time."""
        interval = self._setting("Interval", _INTERVAL)
        engine = self.container.engine
        if at_least(engine.api, "1.44") and self.status == "starting" and self._in_start_period:
            interval = self._setting("StartInterval", _START_INTERVAL)
        self.timer = engine.scheduler.after(interval, self._check)

    def _check(self) -> None:
        container = self.container
        engine = container.engine
        started = engine.now()
        try:
            exec = engine.execs.create(container, _request(container), for_health=True)
            self.exec = exec
            output = bytearray()
            exec.start_collecting(output, lambda code: self._done(started, code, bytes(output)))
        except Failure as failure:
            self.exec = None
            self._done(started, -1, failure.message.encode())
            return
        timeout = self._setting("Timeout", _TIMEOUT)
        self.timer = engine.scheduler.after(timeout, lambda: self._too_late(started, timeout))

    def _too_late(self, started: int, timeout: int) -> None:
        exec, self.exec = self.exec, None
        if exec is not None:
            exec.on_end = None
            exec.kill()
        shown = _duration(timeout)
        self._done(started, -1, f"Health check exceeded timeout ({shown})".encode())

    def _done(self, started: int, code: int, output: bytes) -> None:
        if not self.running:
            return
        if self.timer is not None:
            self.timer.cancel()
        self.exec = None
        text = output[:_LONGEST_OUTPUT].decode("utf-8", "replace") + (
            "..." if len(output) > _LONGEST_OUTPUT else ""
        )
        self.checks.append(Check(started, self.container.engine.now(), code, text))
        if code == 0:
            self.streak = 0
            self._become("healthy")
        elif self.status != "starting" or not self._in_start_period:
            self.streak += 1
            if self.streak >= self._setting("Retries", _RETRIES):
                self._become("unhealthy")
        self.schedule()

    def _become(self, status: str) -> None:
        if self.status != status:
            self.status = status
            self.container.emit(f"health_status: {status}")

    def stop(self) -> None:
        """Make no more checks."""
        if not self.running:
            return
        self.running = False
        self.exec = None
        self.status = "unhealthy"
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def as_json(self) -> dict[str, Any]:
        """``State.Health``."""
        return {
            "Status": self.status,
            "FailingStreak": self.streak,
            "Log": [
                {
                    "Start": rfc3339(check.start),
                    "End": rfc3339(check.end),
                    "ExitCode": check.exit_code,
                    "Output": check.output,
                }
                for check in self.checks
            ],
        }


def _request(container: Container) -> dict[str, Any]:
    test = container.config["Healthcheck"]["Test"]
    if test[0] == "CMD-SHELL":
        shell = container.config.get("Shell") or ["/bin/sh", "-c"]
        return {"Cmd": [*shell, *test[1:]], "AttachStdout": True, "AttachStderr": True}
    return {"Cmd": test[1:], "AttachStdout": True, "AttachStderr": True}


def begin_health(container: Container, *, anew: bool = True) -> None:
    """A container runs (again): check it, where it says how.

    Args:
        container: which.
        anew: it was started, and not only unpaused.
    """
    test = (container.config.get("Healthcheck") or {}).get("Test") or []
    if not test or test[0] not in ("CMD", "CMD-SHELL"):
        return
    if container.health is None:
        container.health = HealthMonitor(container)
    elif anew:
        container.health.status, container.health.streak = "starting", 0
    container.health.running = True
    container.health.schedule()


def end_health(container: Container) -> None:
    """A container does not run any more, or is paused."""
    if container.health is not None:
        container.health.stop()


def _duration(nanoseconds: int) -> str:
    """As Go writes it: ``200ms``, ``1.5s``, ``1m30s``."""
    if nanoseconds < SECOND:
        unit, name = (1_000_000, "ms") if nanoseconds >= 1_000_000 else (1_000, "µs")
        return f"{nanoseconds / unit:.9f}".rstrip("0").rstrip(".") + name
    seconds = nanoseconds / SECOND
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    shown = f"{seconds:.9f}".rstrip("0").rstrip(".") or "0"
    hour_part = f"{int(hours)}h" if hours else ""
    return f"{hour_part}{int(minutes)}m{shown}s" if hours or minutes else f"{shown}s"
