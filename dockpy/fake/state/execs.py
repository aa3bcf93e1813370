"""Commands executed in running containers."""

from __future__ import annotations

import itertools
from base64 import b64encode
from collections import deque
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.files.handle import null
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.kernel.file import PipeReader, PipeWriter, pipe
from dockpy.fake.programs import LaunchFailed
from dockpy.fake.state.detach_keys import parse_detach_keys
from dockpy.fake.state.launch import launch_exec
from dockpy.fake.state.running import check_running
from dockpy.fake.state.stdio import Fanout, OutputFile
from dockpy.fake.state.terminal import Terminal
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockpy.fake.engine import Engine
    from dockpy.fake.kernel.file import File
    from dockpy.fake.kernel.process import Process
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.stdio import Attachment

__all__ = ["Exec", "Execs"]

KILL = 9
_CANNOT_RUN = 126
_LET_GO = b"exec attach failed: error on attach stdin: read escape sequence\r\n"
_LINGERING = 2 * SECOND
"""So long after it has ended its children's output is passed on."""

_REMEMBERED = 1000
"""So many of those that have ended can be asked for."""


class Exec:
    """A command in a container.

    Attributes:
        id: its id.
        running: it was started and has not ended.
        exit_code: None while that is not known.
        process: its process, once it was started.
        fanout: who gets its output.
        stdin: what its standard input is written to; None where it has none, or that was closed.
        on_end: called with the exit code at its end.
    """

    def __init__(self, container: Container, id: str, request: Mapping[str, Any]) -> None:
        self.container = container
        self.engine: Engine = container.engine
        self.id: str = id
        self.request = request
        self.argv: list[str] = list(request.get("Cmd") or ())
        self.tty: bool = bool(request.get("Tty"))
        self.running: bool = False
        self.started: bool = False
        self.exit_code: int | None = None
        self.process: Process | None = None
        self.pid: int | None = 0
        self.fanout: Fanout = Fanout(self.engine)
        self.stdin: PipeWriter | None = None
        self.terminal: Terminal | None = None
        self.on_end: Callable[[int], None] | None = None
        stdin, stdout, stderr = (bool(request.get(f"Attach{name}")) for name in ("Stdin", "Stdout", "Stderr"))
        self._opened = (stdin, stdout, stderr)
        self._over = True
        height, width = request.get("ConsoleSize") or (0, 0)
        self.console_size: tuple[int, int] = (height, width)

    @property
    def command(self) -> str:
        """As its events tell it."""
        return f"{self.argv[0]} {' '.join(self.argv[1:])}"

    def emit(self, action: str, **more: str) -> None:
        """An event of it, now."""
        self.container.emit(action, execID=self.id, **more)

    # Its life

    def start(self, *, stdin: bool = False, stdout: bool = False, stderr: bool = False) -> None:
        """Run it.

        Args:
            stdin: somebody is attached who writes to it.
            stdout: somebody reads it.
            stderr: somebody reads it.

        Raises:
            Failure: 409, it was started before, or the container does not run; else as the runtime says.
        """
        modern = at_least(self.engine.api, "1.42")
        start = "exec command" if modern else "Error: Exec command"
        if self.running:
            raise Failure(409, f"{start} {self.id} is already running")
        if self.started:
            raise Failure(409, f"{start} {self.id} has already run")
        self.engine.execs.check_running(self.container)
        self.started = self.running = True
        self.emit(f"exec_start: {self.command}")
        reader, self.stdin = pipe() if stdin else (None, None)
        try:
            self.process = launch_exec(self, *self._files(reader))
        except LaunchFailed as failure:
            self._not_started(failure.exit_code)
            raise
        self.process.on_exit = self._ended
        self._over = False
        self.pid = self.process.host_pid
        self.engine.catch_up()

    def _files(self, reader: PipeReader | None) -> tuple[dict[int, File], Terminal | None]:
        namespace = self.container.namespace
        if self.tty and namespace is not None:
            self.terminal = Terminal(namespace, self.fanout, None, reader, self.console_size, self._number())
            return {}, self.terminal
        stdin: File = null() if reader is None else reader
        return {0: stdin, 1: OutputFile(self.fanout, 1), 2: OutputFile(self.fanout, 2)}, None

    def _number(self) -> int:
        """The lowest number that no terminal in the container has."""
        container = self.container
        open_ones = (one.terminal for one in container.execs.values() if one.running and one.terminal)
        taken = {terminal.tty.number for terminal in open_ones}
        return next(number for number in itertools.count(int(container.tty)) if number not in taken)

    def _not_started(self, exit_code: int) -> None:
        self.running = False
        self.exit_code = exit_code
        self.pid = None
        self.close_stdin()
        if self.terminal is not None:
            self.terminal.close()
        self._finish()

    def start_collecting(self, output: bytearray, on_end: Callable[[int], None]) -> None:
        """Run it, with what it writes being collected.

        Args:
            output: takes it.
            on_end: called with the exit code.
        """
        attachment = self.fanout.attach((1, 2))

        def ended(code: int) -> None:
            while attachment.pieces:
                output.extend(attachment.take()[1])
            on_end(code)

        self.on_end = ended
        self.start(stdout=True, stderr=True)

    def kill(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.kill(KILL)

    def let_go(self, attachment: Attachment) -> None:
        """The keys that detach were typed: to an engine it has failed, though its process goes on."""
        attachment.put(1, _LET_GO)
        self.fanout.detach(attachment)
        self.running = False
        self.exit_code = _CANNOT_RUN
        self.close_stdin()

    def container_ended(self) -> None:
        """Its container has ended, and it with it."""
        if not self._over:
            self._ended(137)
        self._finish()

    def _ended(self, code: int) -> None:
        if self._over:
            return
        self._over = True
        if self.running:
            self.exit_code = code
        self.running = False
        if self.terminal is not None:
            self.terminal.close()
        self.close_stdin()
        self.engine.execs.ended(self)
        self.emit("exec_die", exitCode=str(code))
        on_end, self.on_end = self.on_end, None
        if on_end is not None:
            on_end(code)
        if self.fanout.holders:
            self.fanout.on_release = self._finish
            self.engine.scheduler.after(_LINGERING, self._finish)
        else:
            self._finish()
        self.engine.notify()

    def _finish(self) -> None:
        self.container.execs.pop(self.id, None)
        self.fanout.end()

    def close_stdin(self) -> None:
        """No more comes from standard input."""
        if self.stdin is not None:
            self.stdin.close()
            self.stdin = None

    # What it looks like

    def as_json(self) -> dict[str, Any]:
        """The answer of ExecInspect."""
        stdin, stdout, stderr = self._opened
        process: dict[str, Any] = {
            "tty": self.tty,
            "entrypoint": self.argv[0],
            "arguments": self.argv[1:],
            "privileged": bool(self.request.get("Privileged")),
        }
        if self.request.get("User"):
            process["user"] = self.request["User"]
        return {
            "ID": self.id,
            "Running": self.running,
            "ExitCode": self.exit_code,
            "ProcessConfig": process,
            "OpenStdin": stdin,
            "OpenStderr": stderr,
            "OpenStdout": stdout,
            "CanRemove": False,
            "ContainerID": self.container.id,
            "DetachKeys": b64encode(parse_detach_keys(self.request.get("DetachKeys") or "")).decode(),
            "Pid": self.pid or 0,
        }


class Execs:
    """The commands that are, or were, executed in the containers of a daemon."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._execs: dict[str, Exec] = {}
        self._ended: deque[str] = deque()

    def create(
        self, container: Container, request: Mapping[str, Any], *, for_health: bool = False, called: str = ""
    ) -> Exec:
        """Prepare a command.

        Args:
            container: where.
            request: ``ExecCreateRequest``.
            for_health: for a health check: nobody can ask for it later.
            called: what the container was called in the request; it is in the message.

        Raises:
            Failure: 409, the container does not run; 400, the request cannot be.
        """
        modern = at_least(self._engine.api, "1.42")
        if not request.get("Cmd"):
            raise Failure(400, "No exec command specified")
        self.check_running(container, called)
        keys = request.get("DetachKeys") or ""
        try:
            parse_detach_keys(keys)
        except ValueError:
            raise Failure(500, f"Invalid escape keys ({keys}) provided") from None
        user = request.get("User")
        if modern and user:
            self._engine.programs.check_user(container.fs, user)
        exec = Exec(container, self._engine.new_id(), request)
        if not for_health:
            self._execs[exec.id] = exec
        container.execs[exec.id] = exec
        exec.emit(f"exec_create: {exec.command}")
        return exec

    def ended(self, exec: Exec) -> None:
        """One has ended: it can be asked for a while yet; an engine forgets it after five to ten minutes."""
        self._ended.append(exec.id)
        if len(self._ended) > _REMEMBERED:
            self._execs.pop(self._ended.popleft(), None)

    def check_running(self, container: Container, called: str = "") -> None:
        """
        Args:
            container: which.
            called: what it was called in the request.

        Raises:
            Failure: 409, nothing can be executed in it.
        """
        if container.state.paused:
            name = called or container.id
            raise Failure(409, f"Container {name} is paused, unpause the container before exec")
        check_running(container)

    def get(self, id: str) -> Exec:
        """The command of an id.

        Raises:
            Failure: 404.
        """
        exec = self._execs.get(id)
        if exec is None:
            raise Failure(404, f"No such exec instance: {id}")
        return exec

    def forget_unstarted(self, container: Container) -> None:
        """Its container has ended: what was not started never will be."""
        for id in [
            id for id, exec in self._execs.items() if exec.container is container and not exec.started
        ]:
            del self._execs[id]

    def forget(self, container: Container) -> None:
        """Its container was removed."""
        for id in [id for id, exec in self._execs.items() if exec.container is container]:
            del self._execs[id]
