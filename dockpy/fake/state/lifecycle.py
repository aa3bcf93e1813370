"""How a container starts and ends: the steps, their events, and what becomes of its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.kernel.signals import signal_number
from dockpy.fake.programs import LaunchFailed
from dockpy.fake.state.health import begin_health, end_health
from dockpy.fake.state.launch import launch
from dockpy.fake.state.restart_policy import next_delay, should_restart
from dockpy.fake.state.running import check_running
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.container import Container

__all__ = ["Lifecycle"]

KILL, TERM = 9, 15
_DEFAULT_GRACE = 10


class Lifecycle:
    """Starts and ends the containers of a daemon."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._modern = at_least(engine.api, "1.42")

    # Starting

    def start(self, container: Container) -> bool:
        """Start a container.

        Returns:
            Whether it did not run yet.

        Raises:
            Failure: it cannot be started.
        """
        state = container.state
        if state.paused:
            raise Failure(409, "cannot start a paused container, try unpause instead")
        if state.running:
            return False
        if state.removing or state.dead:
            raise Failure(409, "container is marked for removal and cannot be started.")
        container.manually_stopped = False
        container.restart_count = 0
        container.restart_delay = 0
        self._launch(container)
        return True

    def _launch(self, container: Container) -> None:
        state = container.state
        try:
            container.log.open()
            self._attach(container)
            launch(container, self._ended, self._out_of_memory)
        except Failure as failure:
            exit_code = failure.exit_code if isinstance(failure, LaunchFailed) else 128
            self._not_started(container, exit_code, failure.message)
            raise
        state.running = True
        state.restarting = False
        state.oom_killed = False
        state.exit_code = 0
        state.error = ""
        state.started_at = self._engine.now()
        init = container.init
        state.pid = init.host_pid if init is not None else 0
        container.has_started = True
        begin_health(container)
        container.emit("start")

    def _attach(self, container: Container) -> None:
        """Give it its volumes and networks, in this engine's order."""
        if self._modern:
            self._engine.volumes.started(container)
        self._engine.networks.connect_all(container)
        if not self._modern:
            self._engine.volumes.started(container)

    def _detach(self, container: Container) -> None:
        """Take them from it."""
        self._engine.networks.disconnect_all(container)
        self._engine.volumes.stopped(container)

    def _not_started(self, container: Container, exit_code: int, message: str) -> None:
        state = container.state
        self._engine.networks.disconnect_all(container)
        container.namespace = None
        container.stdio.reset()
        state.running = state.restarting = False
        state.pid = 0
        state.exit_code = exit_code
        state.error = message
        self._engine.notify()
        if container.auto_remove:
            self._engine.containers.forget(container, remove_volumes=True)

    # Ending

    def _out_of_memory(self, container: Container) -> None:
        container.state.oom_killed = True
        container.emit("oom")

    def _ended(self, container: Container, code: int) -> None:
        """PID 1 has ended, and all other processes with it."""
        engine, state = self._engine, container.state
        if self._modern:
            end_health(container)
        for exec in list(container.execs.values()):
            exec.container_ended()
        engine.execs.forget_unstarted(container)
        container.stdio.reset()  # what was printed last comes to the log
        container.log.close()
        container.namespace = None
        container.exits += 1
        container.last_exit = state.exit_code = code
        state.paused = False
        state.pid = 0
        state.finished_at = engine.now()
        end_health(container)
        again = should_restart(container, code)
        state.running = state.restarting = again
        if self._modern:
            self._detach(container)
        if self._modern and container.stopping:
            container.emit("stop")
        duration = {"execDuration": str((state.finished_at - state.started_at) // SECOND)}
        container.emit("die", **(duration if self._modern else {}), exitCode=str(code))
        if not self._modern:
            self._detach(container)
        if again:
            container.restart_count += 1
            container.restart_timer = engine.scheduler.after(
                next_delay(container), lambda: self._restart(container)
            )
        elif container.auto_remove:
            engine.containers.forget(container, remove_volumes=True)
        engine.notify()

    def _restart(self, container: Container) -> None:
        container.restart_timer = None
        if container.state.removed:
            return
        try:
            self._launch(container)
        except Failure:
            container.exits += 1
            container.last_exit = container.state.exit_code

    def _give_up_restarting(self, container: Container) -> None:
        if container.restart_timer is not None:
            container.restart_timer.cancel()
            container.restart_timer = None
        container.state.running = container.state.restarting = False
        self._engine.notify()
        if container.auto_remove:
            self._engine.containers.forget(container, remove_volumes=True)

    # Signals

    def kill(self, container: Container, signal: int, called: str = "") -> None:
        """Send a signal to PID 1; no restart policy starts what ends then.

        Raises:
            Failure: 409, it does not run.
        """
        if not container.state.running:
            raise Failure(409, self._not_running(container, called or container.id))
        container.manually_stopped = True
        if container.state.restarting:
            self._give_up_restarting(container)
            return
        init = container.init
        container.emit("kill", signal=str(signal))
        if init is not None:
            init.kill(signal)
        self._engine.catch_up()

    def _not_running(self, container: Container, called: str) -> str:
        word = ("container" if self._modern else "Container") + f" {container.id} is not running"
        return f"{'c' if self._modern else 'C'}annot kill container: {called}: {word}"

    def stop_signal(self, container: Container) -> int:
        """What it is asked to stop with."""
        return signal_number(container.config.get("StopSignal") or "TERM") or TERM

    def stop(
        self,
        container: Container,
        timeout: int | None,
        signal: int | None,
        peer: Callable[[], bool] | None,
    ) -> bool:
        """Ask a container to stop, and make it stop after a while.

        Args:
            container: which.
            timeout: for how long it is asked, in seconds; negative for ever, None for what it says.
            signal: what it is asked with; None for what it says.
            peer: who waits.

        Returns:
            Whether it ran.
        """
        state = container.state
        if not state.running:
            return False
        if timeout is None:
            wanted: int | None = container.config.get("StopTimeout")
            timeout = _DEFAULT_GRACE if wanted is None else wanted
        was_restarting = state.restarting
        before = container.exits
        container.stopping += 1
        try:
            self._ask_to_stop(container, self.stop_signal(container) if signal is None else signal, timeout)
            self._engine.wait(lambda: container.exits != before or not state.running, peer)
        finally:
            container.stopping -= 1
        if not self._modern or was_restarting:
            container.emit("stop")
        return True

    def begin_stop(self, container: Container, timeout: int) -> None:
        """Ask a container that runs to stop, as `stop` does, and do not wait for it."""
        container.stopping += 1
        self._ask_to_stop(container, self.stop_signal(container), timeout)

    def _ask_to_stop(self, container: Container, signal: int, timeout: int) -> None:
        container.manually_stopped = True
        before = container.exits
        paused = container.state.paused
        self.kill(container, signal)

        def force() -> None:
            if container.exits == before and container.state.running:
                container.emit("kill", signal=str(KILL))
                self._thaw(container)
                if container.init is not None:
                    container.init.kill(KILL)

        if timeout == 0:  # what the signal does at once, it has done
            force()
            return
        if paused:
            self._thaw(container)
        if timeout > 0:
            self._engine.scheduler.after(timeout * SECOND, force)

    def _thaw(self, container: Container) -> None:
        if container.state.paused and container.namespace is not None:
            container.state.paused = False
            container.namespace.thaw()
            container.emit("unpause")

    # Pausing

    def pause(self, container: Container) -> None:
        """Let its processes stand still.

        Raises:
            Failure: 409, it does not run, or does already.
        """
        state = container.state
        check_running(container)
        if container.namespace is None:
            return
        if state.paused:
            raise Failure(409, f"Container {container.id} is already paused")
        container.namespace.freeze()
        state.paused = True
        end_health(container)
        container.emit("pause")

    def unpause(self, container: Container) -> None:
        """Let them go on.

        Raises:
            Failure: 500, it is not paused.
        """
        if not container.state.paused:
            raise Failure(500, f"Container {container.id} is not paused")
        self._thaw(container)
        begin_health(container, anew=False)
