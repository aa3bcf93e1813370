"""The streams of a container's main process: attached, over a WebSocket too, both ways."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import BadParameter, Client, Conflict, InvalidArgument, NotFound, VersionMismatch

if TYPE_CHECKING:
    from pathlib import Path

    from dockpy import Container

BOTH = ["sh", "-c", "read line; echo out $line; echo err >&2"]
READER = {"stdin_open": True, "stdin_once": True}


def test_to_its_end(engine: Client, start: Any) -> None:
    container = start(engine, BOTH, **READER)
    assert sorted(container.attach(input=b"hi\n").splitlines()) == [b"err", b"out hi"]
    assert container.wait().status_code == 0
    assert sorted(container.attach(logs=True).splitlines()) == [b"err", b"out hi"]
    assert container.attach(logs=True, demux=True) == (b"out hi\n", b"err\n")
    assert container.attach(logs=True, stdout=False) == b"err\n"
    assert container.attach() == b""  # it does not run: nothing is to come


def test_pairs(engine: Client, create: Any) -> None:
    container = create(engine, BOTH, **READER)
    with container.attach(stream=True, demux=True, input=b"hi\n") as pairs:
        container.start()
        assert sorted(pairs) == [(b"", b"err\n"), (b"out hi\n", b"")]


def test_input_over_every_way(client: Client, create: Any) -> None:
    """Attached before the start; its end is the end of what it reads."""
    container, size = create(client, ["wc", "-c"], **READER), 5 * 1024 * 1024
    with container.attach(stream=True, input=b"x" * size) as stream:
        container.start()
        assert stream.read() == b"%d\n" % size


def test_a_conversation_over_every_way(client: Client, start: Any) -> None:
    with start(client, ["cat"], **READER).attach(stream=True, stdin=True) as stream:
        for number in range(5):
            stream.send(b"line %d\n" % number)
            assert stream.recv() == b"line %d\n" % number
        stream.close_write()
        assert stream.recv() == b""


def test_what_it_wrote_before(engine: Client, start: Any) -> None:
    container = start(engine, ["sh", "-c", "echo before; exec cat"], stdin_open=True)
    next(container.logs(stream=True))
    with container.attach(stream=True, stdin=True, logs=True) as stream:
        stream.send(b"after\n")
        lines = stream.lines()
        assert [next(lines), next(lines)] == ["before", "after"]


def test_a_terminal(engine: Client, start: Any) -> None:
    container = start(engine, ["sh", "-c", "read line; stty size"], tty=True, stdin_open=True)
    with container.attach(stream=True, stdin=True) as terminal:
        container.resize(height=33, width=77)
        terminal.resize(height=34, width=78)
        terminal.send(b"\n")
        assert b"34 78" in terminal.read()
    with pytest.raises(InvalidArgument, match="height, width"):
        container.resize(height=-1, width=5)


def test_detach_keys(engine: Client, start: Any) -> None:
    """Who types them is let go; the container runs on."""
    container = start(engine, ["cat"], tty=True, stdin_open=True)
    with container.attach(stream=True, stdin=True, detach_keys="ctrl-x,x") as terminal:
        terminal.send(b"hi\n")
        heard = b""
        while b"hi\r\nhi\r\n" not in heard:
            heard += terminal.recv()
        terminal.send(b"\x18")
        terminal.send(b"x")
        assert b"hi" not in terminal.read()
    container.reload()
    assert container.status == "running"


def test_what_the_engine_refuses(engine: Client, start: Any) -> None:
    with pytest.raises(NotFound, match="No such container: nowhere"):
        engine.containers.known("nowhere").attach()
    container = start(engine)
    with pytest.raises(InvalidArgument, match="stdin=True goes with stream=True"):
        container.attach(stdin=True)
    with pytest.raises(BadParameter, match="detach keys"):
        container.attach(stream=True, stdin=True, detach_keys="foo-bar")
    container.pause()
    with pytest.raises(Conflict, match="paused") as caught:
        container.attach(stream=True)
    assert caught.value.operation == "ContainerAttach"
    container.unpause()


def ended_by_closing(stream: Any, in_thread: Any) -> float:
    """How long a reader in another thread takes to notice that the stream is closed."""
    ended: list[float] = []

    def read() -> None:
        assert list(stream) == []
        ended.append(time.monotonic())

    reader = in_thread(read)
    began = time.monotonic()
    stream.close()
    reader.join(10)
    return ended[0] - began


def test_closing_from_another_thread_over_every_way(client: Client, start: Any, in_thread: Any) -> None:
    container = start(client)
    for stream in (
        container.attach(stream=True),
        container.attach_websocket(),
        container.exec_run(["sleep", "1000"], stream=True),
        container.exec_run(["cat"], socket=True),
    ):
        assert ended_by_closing(stream, in_thread) < 1


# Over a WebSocket


@pytest.fixture
def container(client: Client, create: Any) -> Container:
    """A container that reads and writes, not started yet."""
    made: Container = create(client, ["sh", "-c", "cat; echo end"], **READER)
    return made


def test_a_websocket_over_every_way(container: Container) -> None:
    with container.attach_websocket() as stream:
        container.start()
        for number in range(5):
            stream.send(b"line %d\n" % number)
            assert stream.recv() == b"line %d\n" % number
        stream.close_write()
        assert stream.read() == b"end\n"
    assert container.wait().status_code == 0


def test_megabytes_over_a_websocket(container: Container) -> None:
    data = bytes(range(256)) * 8192
    with container.attach_websocket() as stream:
        container.start()
        stream.feed(data)
        assert stream.read() == data + b"end\n"


def test_both_streams_are_one_over_a_websocket(engine: Client, create: Any) -> None:
    container = create(engine, BOTH, **READER)
    with container.attach_websocket() as stream:
        container.start()
        stream.send(b"hi\n")
        assert sorted(stream.read().splitlines()) == [b"err", b"out hi"]


def test_one_stream_alone_over_a_websocket(engine: Client, create: Any) -> None:
    container = create(engine, BOTH, **READER)
    if engine.api_version == "1.41":
        with pytest.raises(VersionMismatch, match="ContainerAttachWebsocket"):
            container.attach_websocket(stderr=False)
        return
    with container.attach_websocket(stderr=False) as stream:
        container.start()
        stream.send(b"hi\n")
        assert stream.read() == b"out hi\n"


def test_of_what_is_not_there_over_a_websocket(engine: Client) -> None:
    with pytest.raises(NotFound, match="No such container: nowhere"):
        engine.containers.known("nowhere").attach_websocket()


def test_the_configuration_says_which_keys_detach(
    engine_place: Any, start: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text('{"detachKeys": "ctrl-e,x"}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with engine_place.connect() as client:
        container = start(client, ["cat"], tty=True, stdin_open=True)
        assert client.detach_keys == "ctrl-e,x"
        for terminal, keys in (
            (container.attach(stream=True, stdin=True), b"\x05x"),
            (container.attach(stream=True, stdin=True, detach_keys="ctrl-b,y"), b"\x02y"),
            (container.exec_run(["cat"], tty=True, stdin=True, socket=True).output, b"\x05x"),
            (container.attach_websocket(), b"\x05x"),
        ):
            with terminal:
                terminal.send(keys)
                terminal.read()
        assert container.status == "running"
