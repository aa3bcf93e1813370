"""The part of a container that executes commands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from dockpy.errors import InvalidArgument
from dockpy.ops import containers
from dockpy.ops import exec as ops
from dockpy.options.exec import exec_request
from dockpy.resources.base import require
from dockpy.resources.exec import Exec, ExecPairs, ExecResult
from dockpy.resources.feed import input_pieces
from dockpy.resources.killing import new_mark
from dockpy.resources.part import ContainerPart
from dockpy.transport.message import check_timeout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from dockpy.options.exec import ExecOptions
    from dockpy.resources.exec import ExecStream
    from dockpy.resources.feed import Input
    from dockpy.wire.containers import ContainerTopResponse

__all__ = ["ContainerProcesses"]


class ContainerProcesses(ContainerPart):
    """The part of a container that executes commands in it, and lists its processes."""

    @overload
    def exec_run(
        self,
        cmd: str | Sequence[str],
        *,
        stream: Literal[False] = False,
        socket: Literal[False] = False,
        demux: Literal[False] = False,
        detach: Literal[False] = False,
        input: Input | None = None,
        timeout: float | None = None,
        **options: Unpack[ExecOptions],
    ) -> ExecResult[bytes]: ...

    @overload
    def exec_run(
        self,
        cmd: str | Sequence[str],
        *,
        stream: Literal[False] = False,
        demux: Literal[True],
        input: Input | None = None,
        timeout: float | None = None,
        **options: Unpack[ExecOptions],
    ) -> ExecResult[tuple[bytes, bytes]]: ...

    @overload
    def exec_run(
        self,
        cmd: str | Sequence[str],
        *,
        stream: Literal[True],
        demux: Literal[False] = False,
        input: Input | None = None,
        timeout: float | None = None,
        **options: Unpack[ExecOptions],
    ) -> ExecStream: ...

    @overload
    def exec_run(
        self,
        cmd: str | Sequence[str],
        *,
        stream: Literal[True],
        demux: Literal[True],
        input: Input | None = None,
        timeout: float | None = None,
        **options: Unpack[ExecOptions],
    ) -> ExecPairs: ...

    @overload
    def exec_run(
        self,
        cmd: str | Sequence[str],
        *,
        socket: Literal[True],
        timeout: float | None = None,
        **options: Unpack[ExecOptions],
    ) -> ExecStream: ...

    @overload
    def exec_run(
        self, cmd: str | Sequence[str], *, detach: Literal[True], **options: Unpack[ExecOptions]
    ) -> Exec: ...

    def exec_run(
        self,
        cmd: str | Sequence[str],
        *,
        stream: bool = False,
        socket: bool = False,
        demux: bool = False,
        detach: bool = False,
        input: Input | None = None,
        timeout: float | None = None,
        **options: Unpack[ExecOptions],
    ) -> ExecResult[bytes] | ExecResult[tuple[bytes, bytes]] | ExecStream | ExecPairs | Exec:
        """Execute a command in it.

        Args:
            cmd: the command; a str is split as a shell would, without running one.
            stream: what it writes as it comes, in place of all at once.
            socket: its streams, both ways: standard input is attached unless ``stdin=False``.
            demux: standard output and standard error as a pair.
            detach: do not wait for it.
            input: what it reads: bytes, a file open for reading bytes, or an iterable of bytes.
            timeout: seconds until it is killed, and its children with it. It has a variable more then
                (DOCKPY_EXEC), by which they are found; killing them takes a shell in the container.
            **options: see `ExecOptions`.

        Returns:
            An `ExecResult`, which unpacks as ``exit_code, output``; with ``stream`` or ``socket``, an
            `ExecStream`, which knows its exit code when it is read to its end; with ``stream`` and ``demux``,
            `ExecPairs`; with ``detach``, the `Exec`.

        Raises:
            TypeError: there is no such option; the message suggests one.
            InvalidArgument: a value is none of the accepted forms.
            Conflict: the container does not run, or is paused.
            ExecTimedOut: it did not end in time; the error has what it had written, and whether it survived.

        Operation: ContainerExec, ExecStart, ExecInspect.
        """
        _check(stream=stream, socket=socket, demux=demux, detach=detach, input=input, timeout=timeout)
        pieces = None if input is None else input_pieces(input)
        reads = {} if options.get("stdin") is not None else {"stdin": True} if pieces or socket else {}
        request: dict[str, Any] = {**options, **reads}
        if input is not None and not request["stdin"]:
            raise InvalidArgument("input= goes to standard input: it does not go with stdin=False")
        mark = None if timeout is None else new_mark()
        command = self._exec("exec_run", cmd, request, mark)
        if detach:
            command.start(detach=True)
            return command
        streams = command.start(timeout=timeout)
        try:
            if pieces is not None:
                streams.feed(pieces)
            elif request.get("stdin") and not stream and not socket:
                streams.feed(b"")  # nobody could send anything
            if stream or socket:
                return ExecPairs(streams) if demux else streams
            result = streams.result()
        except BaseException:  # Ctrl-C may come anywhere
            streams.close()
            raise
        streams.close()
        if demux:
            pair = (result.stdout, result.stderr)
            return ExecResult(result.exit_code, pair, *pair)
        return result

    def exec_create(self, cmd: str | Sequence[str], **options: Unpack[ExecOptions]) -> Exec:
        """Prepare a command, without starting it.

        Args:
            cmd: the command; a str is split as a shell would, without running one.
            **options: see `ExecOptions`.

        Returns:
            The `Exec`: ``.start()``, ``.inspect()``, ``.resize(…)``, ``.wait()``.

        Raises:
            TypeError: there is no such option; the message suggests one.
            InvalidArgument: a value is none of the accepted forms.
            Conflict: the container does not run, or is paused.

        Operation: ContainerExec.
        """
        return self._exec("exec_create", cmd, options, None)

    def _exec(
        self, function: str, cmd: str | Sequence[str], options: Mapping[str, Any], mark: str | None
    ) -> Exec:
        if options.get("detach_keys") is None:
            options = {**options, "detach_keys": self.client.detach_keys}
        request = exec_request(function, cmd, options, mark)
        answer = self.client.api.call(ops.CREATE, {"id": self.id}, body=request)
        id = require(self.client, answer, "Id", "command")
        wanted = (options.get("stdout") is not False, options.get("stderr") is not False)
        return Exec(self.client, id, container_id=self.id, request=request, wanted=wanted, mark=mark)

    def top(self, ps_args: str | None = None) -> ContainerTopResponse:
        """Its processes.

        Args:
            ps_args: arguments of the host's ps; ``-ef`` where none are given.

        Raises:
            Conflict: it does not run.

        Operation: ContainerTop.
        """
        return self.client.api.call(containers.TOP, {"id": self.id}, {"ps_args": ps_args})


def _check(
    *,
    stream: bool,
    socket: bool,
    demux: bool,
    detach: bool,
    input: Input | None,
    timeout: float | None,
) -> None:
    check_timeout("timeout", timeout)
    given = {
        "stream": stream,
        "socket": socket,
        "demux": demux,
        "detach": detach,
        "input": input is not None,
        "timeout": timeout is not None,
    }
    for flag, against in (("detach", list(given)), ("socket", ["stream", "demux", "input"])):
        others = [name for name in against if given[name] and name != flag]
        if given[flag] and others:
            raise InvalidArgument(f"{flag}=True does not go with {', '.join(others)}")
