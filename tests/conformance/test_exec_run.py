"""`exec_run`: what a command wrote and how it ended, for every combination of flags, over every way."""

from __future__ import annotations

import io
import itertools
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import Client, Conflict, InvalidArgument, NotFound, VersionMismatch
from dockpy.errors import BadParameter
from dockpy.resources.exec import Exec

if TYPE_CHECKING:
    from collections.abc import Iterator

MB = 1024 * 1024
BOTH = ["sh", "-c", "echo out; echo err >&2; exit 3"]


@pytest.fixture
def container(engine: Client, start: Any) -> Any:
    """A container that runs."""
    return start(engine)


def test_a_result_unpacks(container: Any) -> None:
    result = container.exec_run(BOTH)
    exit_code, output = result
    assert exit_code == result.exit_code == 3
    assert sorted(output.splitlines()) == [b"err", b"out"]
    assert (result.stdout, result.stderr) == (b"out\n", b"err\n")
    again = pickle.loads(pickle.dumps(result))
    assert (again, again.stdout, again.stderr) == (result, b"out\n", b"err\n")


def test_a_pair_is_bytes_and_never_none(container: Any) -> None:
    assert container.exec_run(BOTH, demux=True) == (3, (b"out\n", b"err\n"))
    assert container.exec_run(["true"], demux=True) == (0, (b"", b""))
    assert container.exec_run(BOTH, demux=True, stderr=False).output == (b"out\n", b"")
    assert container.exec_run(BOTH, demux=True, tty=True).output == (b"out\r\nerr\r\n", b"")
    with container.exec_run(BOTH, demux=True, stream=True) as pairs:
        found = list(pairs)
        assert sorted(found) == [(b"", b"err\n"), (b"out\n", b"")]
        assert pairs.exit_code == 3


def test_a_status_for_every_combination_of_flags(container: Any) -> None:
    for stdout, stderr, stdin, tty in itertools.product((True, False), repeat=4):
        flags = {"stdout": stdout, "stderr": stderr, "stdin": stdin, "tty": tty}
        expected = {b"out"} if stdout else set()
        expected |= {b"err"} if (stdout if tty else stderr) else set()  # a terminal has but one stream
        result = container.exec_run(BOTH, **flags)
        assert result.exit_code == 3, flags
        assert set(result.output.split()) == expected, flags
        with container.exec_run(BOTH, stream=True, **flags) as stream:
            assert isinstance(b"".join(stream), bytes)
            assert stream.exit_code == 3, flags
    with container.exec_run(BOTH, socket=True) as stream:
        assert isinstance(stream.read(), bytes)
        assert stream.exit_code == 3
    assert container.exec_run(BOTH, detach=True).wait() == 3


def test_a_command_that_closes_its_output_and_goes_on(container: Any) -> None:
    result = container.exec_run(["sh", "-c", "echo out; exec >&- 2>&-; sleep 0.3; exit 4"])
    assert result == (4, b"out\n")


def test_of_a_container_that_is_killed_meanwhile(container: Any) -> None:
    with container.exec_run(["sh", "-c", "echo out; exec sleep 1000"], stream=True) as stream:
        assert next(stream) == b"out\n"
        container.kill()
        assert list(stream) == []
        assert stream.exit_code == 137


def test_the_status_before_the_end(container: Any) -> None:
    with container.exec_run(["cat"], socket=True) as stream:
        assert (stream.exit_code, stream.exec.running) == (None, True)
        stream.close_write()
        assert stream.recv() == b""
        assert (stream.exit_code, stream.exec.running) == (0, False)
        assert stream.result() == (0, b"")


def test_who_and_where(container: Any) -> None:
    result = container.exec_run(
        ["sh", "-c", "id -u; pwd; echo $A$B"], user=1, workdir="/tmp", environment={"A": "a", "B": 2}
    )
    assert result == (0, b"1\n/tmp\na2\n")
    assert container.exec_run("sh -c 'id -u; id -g'", user="1:2").output == b"1\n2\n"
    assert container.exec_run("sh -c 'echo a  \"b  c\"'").output == b"a b  c\n"
    prepared = container.exec_create(["true"], privileged=True)
    assert prepared.inspect().process_config.privileged is True


def test_a_command_that_is_not_there(container: Any) -> None:
    """The engine says so on standard output; where nobody reads that, as an error."""
    code, output = container.exec_run(["no-such-command"])
    assert code in (126, 127)
    assert b"not found" in output
    with pytest.raises(BadParameter, match="not found") as caught:
        container.exec_run(["no-such-command"], detach=True)
    assert caught.value.operation == "ExecStart"


def test_of_what_does_not_run(engine: Client, create: Any) -> None:
    with pytest.raises(Conflict, match="is not running"):
        create(engine).exec_run(["true"])
    with pytest.raises(NotFound, match="No such container: nowhere"):
        engine.containers.known("nowhere").exec_run(["true"])


def test_the_size_of_a_terminal(engine: Client, container: Any) -> None:
    with container.exec_run(["sh", "-c", "read line; stty size"], socket=True, tty=True) as terminal:
        terminal.resize(height=33, width=77)
        terminal.send(b"\n")
        assert b"33 77" in terminal.read()
    if engine.api_version == "1.41":
        with pytest.raises(VersionMismatch, match=r"console_size needs API 1\.42"):
            container.exec_run(["stty", "size"], tty=True, console_size=(20, 30))
    else:
        assert container.exec_run(["stty", "size"], tty=True, console_size=(20, 30)).output == b"20 30\r\n"


def test_detach_keys(container: Any) -> None:
    """Who types them is let go, and the engine says so in words."""
    with container.exec_run(["cat"], socket=True, tty=True, detach_keys="ctrl-x,x") as terminal:
        terminal.send(b"hi\n")
        heard = b""
        while b"hi\r\nhi\r\n" not in heard:
            heard += terminal.recv()
        terminal.send(b"\x18")
        terminal.send(b"x")
        assert b"read escape sequence" in terminal.read()


def test_prepared_and_started_later(engine: Client, container: Any) -> None:
    command = container.exec_create(["sh", "-c", "cat; exit 5"], stdin=True)
    assert (command.exit_code, command.running) == (None, False)
    assert command.attrs.container_id == container.id
    with command.start() as stream:
        stream.send(b"hi\n")
        stream.close_write()
        assert stream.result() == (5, b"hi\n")
    assert (command.exit_code, command.wait()) == (5, 5)
    for again in (command, Exec(engine, command.id)):
        with pytest.raises(InvalidArgument, match="has been started already"):
            again.start()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"cmd": []}, "cmd="),
        ({"cmd": "echo 'a"}, "quot"),
        ({"user": 1.5}, "user="),
        ({"tty": "yes"}, "tty="),
        ({"environment": {"": "a"}}, "environment"),
        ({"input": "text"}, "input="),
        ({"input": 5}, "input="),
        ({"input": b"", "stdin": False}, "stdin=False"),
        ({"timeout": 0}, "timeout="),
        ({"detach": True, "stream": True}, "detach=True does not go with stream"),
        ({"detach": True, "input": b""}, "detach=True does not go with input"),
        ({"socket": True, "input": b""}, "socket=True does not go with input"),
        ({"console_size": (1, -1)}, "console_size="),
    ],
)
def test_what_is_refused_before_anything_is_sent(engine: Client, wrong: dict[str, Any], message: str) -> None:
    requests: list[str] = []
    engine.hooks.request.append(lambda event: requests.append(event.operation))
    container: Any = engine.containers.known("any")
    with pytest.raises(InvalidArgument, match=message):
        container.exec_run(**{"cmd": "true", **wrong})
    with pytest.raises(TypeError, match="did you mean 'environment'"):
        container.exec_run("true", enviroment={})
    assert requests == []


# What it reads


@pytest.mark.parametrize("size", [0, 4097, 5 * MB])
def test_input_over_every_way(client: Client, start: Any, size: int) -> None:
    """The engine's own half-close, both ways at once: what is sent comes back whole."""
    container = start(client)
    assert container.exec_run(["wc", "-c"], input=b"x" * size) == (0, b"%d\n" % size)
    data = bytes(range(256)) * (size // 256)
    result = container.exec_run(["cat"], input=data)
    assert result.exit_code == 0
    assert result.output == data


def test_64_mb_of_input_over_every_way(client: Client, start: Any) -> None:
    pieces = (b"x" * MB for _ in range(64))
    assert start(client).exec_run(["wc", "-c"], input=pieces) == (0, b"%d\n" % (64 * MB))


def test_a_command_that_does_not_read_over_every_way(client: Client, start: Any) -> None:
    """It is no failure; its output and its status are whole."""
    container, data = start(client), b"x" * (8 * MB)
    assert container.exec_run(["sh", "-c", "exit 6"], input=data) == (6, b"")
    assert container.exec_run(["head", "-c", "3"], input=data) == (0, b"xxx")


def test_kinds_of_input(container: Any) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a"
        yield b""
        yield b"bc"

    for given in (b"abc", bytearray(b"abc"), memoryview(b"abc"), io.BytesIO(b"abc"), pieces(), [b"a", b"bc"]):
        assert container.exec_run(["cat"], input=given).output == b"abc"
    with container.exec_run(["cat"], input=b"abc", stream=True) as stream:
        assert b"".join(stream) == b"abc"
        assert stream.exit_code == 0


def test_a_terminal_reads_to_the_end_too(container: Any) -> None:
    for data in (b"abc\n", b"abc", b""):
        code, output = container.exec_run(["sh", "-c", "cat; echo end"], tty=True, input=data)
        assert code == 0
        assert output.endswith(data.replace(b"\n", b"\r\n") + b"end\r\n")


def test_an_input_that_fails(container: Any) -> None:
    """It is the caller's failure, and raised as it is."""

    def failing() -> Iterator[bytes]:
        yield b"abc"
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        container.exec_run(["cat"], input=failing())
    with pytest.raises(InvalidArgument, match="made of bytes, not of str"):
        container.exec_run(["cat"], input=io.StringIO("text"))


def test_without_an_input_nothing_can_be_sent(container: Any) -> None:
    with container.exec_run(["cat"], stream=True) as stream:
        with pytest.raises(InvalidArgument, match="stdin=True"):
            stream.send(b"abc")
        assert list(stream) == []
    assert container.exec_run(["cat"], stdin=True) == (0, b"")  # its end comes at once


def test_a_conversation_over_every_way(client: Client, start: Any) -> None:
    with start(client).exec_run(["cat"], socket=True) as stream:
        for number in range(5):
            stream.send(b"line %d\n" % number)
            assert stream.recv() == b"line %d\n" % number
        stream.close_write()
        assert (stream.recv(), stream.exit_code) == (b"", 0)
