"""Hijacked connections on the real engines: exec and attach, both ways, half-closed."""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import Client, Conflict, NotFound
from dockpy.ops import containers
from dockpy.ops import exec as execs
from dockpy.streams.frames import FrameDecoder, Stream

if TYPE_CHECKING:
    from dockpy import Container
    from dockpy.transport.exchange import Upgraded

MB = 1024 * 1024


def execute(
    container: Container, command: list[str], *, stdin: bool = True, tty: bool = False
) -> tuple[str, Upgraded]:
    """Start a command in a container; its id, and the connection to it."""
    api = container.client.api
    wanted = {"cmd": command, "attach_stdin": stdin, "attach_stdout": True, "attach_stderr": True, "tty": tty}
    created = api.call(execs.CREATE, {"id": container.id}, body=wanted)
    return created.id, api.upgrade(execs.START, {"id": created.id}, body={"tty": tty})


def outcome(
    container: Container, command: list[str], given: bytes | None = None
) -> tuple[bytes, bytes, int | None]:
    """What a command writes to each stream, and how it ends, where it reads this and then the end."""
    exec_id, connection = execute(container, command, stdin=given is not None)
    decoder, output = FrameDecoder(), {Stream.STDOUT: b"", Stream.STDERR: b""}
    with connection:
        sender = threading.Thread(target=lambda: (connection.send(given or b""), connection.close_write()))
        if given is not None:
            sender.start()
        for data in connection:
            for frame in decoder.feed(data):
                output[frame.stream] += frame.data
        decoder.close()
        if given is not None:
            sender.join(20)
    code = container.client.api.call(execs.INSPECT, {"id": exec_id}).exit_code
    return output[Stream.STDOUT], output[Stream.STDERR], code


@pytest.fixture
def container(client: Client, start: Any) -> Container:
    """A container that runs."""
    started: Container = start(client)
    return started


def test_output_and_status(container: Container) -> None:
    assert outcome(container, ["sh", "-c", "echo out; echo err >&2; exit 3"]) == (b"out\n", b"err\n", 3)
    assert outcome(container, ["true"]) == (b"", b"", 0)


def test_a_command_that_is_not_there(engine: Client, start: Any) -> None:
    stdout, _, code = outcome(start(engine), ["no-such-command"])
    assert b"not found" in stdout
    assert code in (126, 127)


@pytest.mark.parametrize("size", [4097, 5 * MB])
def test_wc_counts_what_is_sent(container: Container, size: int) -> None:
    assert outcome(container, ["wc", "-c"], b"x" * size) == (b"%d\n" % size, b"", 0)


@pytest.mark.parametrize("size", [0, 4097, 5 * MB])
def test_cat_gives_back_what_is_sent(container: Container, size: int) -> None:
    data = random.Random(size).randbytes(size)
    stdout, stderr, code = outcome(container, ["cat"], data)
    assert len(stdout) == size
    assert stdout == data
    assert (stderr, code) == (b"", 0)


def test_a_status_for_every_combination_of_flags(engine: Client, start: Any) -> None:
    container = start(engine)
    for stdin in (False, True):
        for tty in (False, True):
            exec_id, connection = execute(container, ["sh", "-c", "echo hi; exit 5"], stdin=stdin, tty=tty)
            with connection:
                data = b"".join(connection)
            assert data == (b"hi\r\n" if tty else b"\1\0\0\0\0\0\0\3hi\n")
            assert engine.api.call(execs.INSPECT, {"id": exec_id}).exit_code == 5


def test_a_conversation(container: Container) -> None:
    """An answer to each line, before the next is sent."""
    _, connection = execute(container, ["cat"])
    decoder = FrameDecoder()
    with connection:
        for number in range(10):
            line = b"line %d\n" % number
            connection.send(line)
            heard = b""
            while heard != line:
                heard += b"".join(frame.data for frame in decoder.feed(connection.recv()))
        connection.close_write()
        assert connection.recv() == b""


def test_a_terminal(container: Container) -> None:
    exec_id, connection = execute(container, ["sh", "-c", "stty size; read line; echo got $line"], tty=True)
    with connection:
        heard = connection.recv()
        container.client.api.call(execs.RESIZE, {"id": exec_id}, {"h": 33, "w": 77})
        connection.send(b"hello\n")
        heard += b"".join(connection)
    assert b"got hello\r\n" in heard


def test_the_size_of_a_terminal(engine: Client, start: Any) -> None:
    exec_id, connection = execute(start(engine), ["sh", "-c", "read line; stty size"], tty=True)
    with connection:
        engine.api.call(execs.RESIZE, {"id": exec_id}, {"h": 33, "w": 77})
        connection.send(b"\n")
        assert b"33 77" in b"".join(connection)


def test_closing_from_another_thread(container: Container, in_thread: Any) -> None:
    _, connection = execute(container, ["sh", "-c", "echo first; sleep 1000"])
    ended: list[float] = []
    assert connection.recv() == b"\1\0\0\0\0\0\0\6first\n"

    def read() -> None:
        assert connection.recv() == b""
        ended.append(time.monotonic())

    reader = in_thread(read)
    reader.join(0.1)
    assert reader.is_alive()
    began = time.monotonic()
    connection.close()
    reader.join(10)
    assert ended[0] - began < 1


def test_of_what_does_not_run(engine: Client, create: Any) -> None:
    with pytest.raises(Conflict, match="is not running"):
        execute(create(engine), ["true"])
    with pytest.raises(NotFound, match="No such container: nowhere"):
        execute(engine.containers.known("nowhere"), ["true"])
    with pytest.raises(NotFound, match=r"[Nn]o such exec instance"):
        engine.api.upgrade(execs.START, {"id": "nowhere"}, body={})


def attached(client: Client, container: Container) -> bytes:
    """What a container writes, attached before it starts, to its end."""
    query = {"stream": True, "stdout": True, "stderr": True}
    with client.api.upgrade(containers.ATTACH, {"id": container.id}, query) as connection:
        container.start()
        return b"".join(frame.data for frame in FrameDecoder().feed(b"".join(connection)))


def test_50_short_lives_attached(engine: Client, create: Any) -> None:
    """Their output comes with the head of the answer, or right after it: no byte of it is lost."""
    for number in range(50):
        container = create(engine, ["echo", f"number {number}"], auto_remove=True, network="host")
        assert attached(engine, container) == b"number %d\n" % number


def test_short_lives_attached_over_every_way(client: Client, create: Any) -> None:
    for number in range(5):
        container = create(client, ["echo", f"number {number}"], auto_remove=True, network="host")
        assert attached(client, container) == b"number %d\n" % number


def test_attached_to_what_was(client: Client, start: Any) -> None:
    """With logs=1 what it wrote comes glued to the head."""
    container = start(client, ["sh", "-c", "echo before; exec sleep 1000"])
    next(iter(container.logs(stream=True)))
    query = {"logs": True, "stream": True, "stdout": True, "stderr": True}
    with client.api.upgrade(containers.ATTACH, {"id": container.id}, query) as connection:
        assert connection.recv() == b"\1\0\0\0\0\0\0\7before\n"
        container.kill()
        assert b"".join(connection) == b""


def test_standard_input_of_a_container(client: Client, create: Any) -> None:
    """With StdinOnce the end of our half is the end of its input."""
    body = {
        "image": "busybox",
        "cmd": ["sort"],
        "open_stdin": True,
        "stdin_once": True,
        "attach_stdin": True,
        "labels": create(client).labels,
        "host_config": {"network_mode": "none"},
    }
    made = client.containers.known(client.api.call(containers.CREATE, body=body).id)
    query = {"stream": True, "stdin": True, "stdout": True, "stderr": True}
    with client.api.upgrade(containers.ATTACH, {"id": made.id}, query) as connection:
        made.start()
        connection.send(b"c\na\n")
        connection.send(b"b\n")
        connection.close_write()
        frames = FrameDecoder().feed(b"".join(connection))
    assert b"".join(frame.data for frame in frames) == b"a\nb\nc\n"
    assert made.wait()["StatusCode"] == 0
    made.remove()


def test_attach_and_exec_without_an_upgrade(engine: Client, start: Any) -> None:
    """As a plain stream: the engine answers 200, and the output follows."""
    container = start(engine)
    wanted = {"cmd": ["sh", "-c", "echo hi"], "attach_stdout": True}
    created = engine.api.call(execs.CREATE, {"id": container.id}, body=wanted)
    with engine.api.stream(execs.START, {"id": created.id}, body={}) as stream:
        assert stream.head.status == 200
        assert stream.read() == b"\1\0\0\0\0\0\0\3hi\n"
