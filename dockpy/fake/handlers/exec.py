"""Handlers of commands executed in containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.call import Answer, Call, Duplex, handles
from dockpy.fake.failure import Failure
from dockpy.fake.handlers.container_streams import Input, stream_type
from dockpy.fake.handlers.containers import read_size
from dockpy.fake.state.attaching import output_of
from dockpy.fake.state.detach_keys import DEFAULT_KEYS, parse_detach_keys
from dockpy.ops import exec as ops
from dockpy.streams.frames import Stream, encode_frame
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.state.execs import Exec

__all__: list[str] = []


@handles(ops.CREATE)
def _create(call: Call) -> Answer:
    request = call.json()
    container = call.engine.containers.get(call.id)
    if not call.knows("1.42"):
        request.pop("ConsoleSize", None)
    exec = call.engine.execs.create(container, request, called=call.id)
    return Answer(json={"Id": exec.id})


@handles(ops.INSPECT)
def _inspect(call: Call) -> Answer:
    exec = call.engine.execs.get(call.id)
    value = exec.as_json()
    if exec.pid is None:
        del value["Pid"]
    return Answer(json=value)


@handles(ops.RESIZE)
def _resize(call: Call) -> None:
    height, width = read_size(call)
    exec = call.engine.execs.get(call.id)
    if not exec.started:
        raise Failure(500, "timeout waiting for exec session ready")
    if not exec.running:
        modern = at_least(call.engine.api, "1.42")
        raise Failure(
            404, f"NotFound: process does not exist {exec.id}: not found" if modern else "no such exec"
        )
    if exec.terminal is not None:
        exec.terminal.resize(height, width)


@handles(ops.START)
def _start(call: Call) -> Answer:
    request = call.json()
    exec = call.engine.execs.get(call.id)
    call.engine.execs.check_running(exec.container)
    size = request.get("ConsoleSize")
    if size and call.knows("1.42"):
        if not request.get("Tty"):
            raise Failure(400, "console size is only supported when TTY is enabled")
        exec.console_size = (size[0], size[1])
    if request.get("Detach"):
        exec.start()
        return Answer(status=200)
    return _start_attached(call, exec, framed=not request.get("Tty"))


def _start_attached(call: Call, exec: Exec, *, framed: bool) -> Answer:
    stdin, stdout, stderr = (
        bool(exec.request.get(f"Attach{name}")) for name in ("Stdin", "Stdout", "Stderr")
    )
    attachment = exec.fanout.attach(((1,) if stdout else ()) + ((2,) if stderr else ()))
    content_type = stream_type(call, framed)
    try:
        exec.start(stdin=stdin, stdout=stdout, stderr=stderr)
    except Failure as failure:
        exec.fanout.detach(attachment)
        text = f"{failure.message}\r\n".encode()
        refused = encode_frame(Stream.STDOUT, text) if framed else text
        return Answer(duplex=Duplex(iter((refused,)), _ignore, lambda: None), content_type=content_type)
    keys = parse_detach_keys(exec.request.get("DetachKeys") or "") or DEFAULT_KEYS
    given = Input(
        call.engine,
        lambda: exec.stdin,
        keys if exec.tty else b"",
        call.gone,
        lambda: exec.let_go(attachment),
    )
    output = output_of(call.engine, exec.fanout, attachment, framed=framed, peer=call.gone)
    return Answer(duplex=Duplex(output, given.send, exec.close_stdin), content_type=content_type)


def _ignore(data: bytes) -> None:
    """What comes for a command that does not run."""
