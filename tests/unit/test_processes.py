"""What is executed: requests, results, input that is sent beside, pairs and text of output."""

from __future__ import annotations

import copy
import io
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import ConnectionFailed, DockpyError, InvalidArgument
from dockpy.options.exec import exec_request, terminal_size
from dockpy.resources.exec import ExecResult
from dockpy.resources.feed import Feed, input_pieces
from dockpy.resources.interactive import Interactive
from dockpy.resources.output import OutputStream, Pairs
from dockpy.streams.frames import Stream, encode_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OUT, ERR = Stream.STDOUT, Stream.STDERR


class Connection:
    """A connection in memory: what it gives, what was sent, and how it ends."""

    def __init__(self, *pieces: bytes, fails: BaseException | None = None, reset: bool = False) -> None:
        self.pieces = list(pieces)
        self.sent = b""
        self.ended = self.closed = False
        self._fails = fails
        self._reset = reset

    @property
    def cancelled(self) -> bool:
        return self.closed

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces
        if self._reset:
            raise ConnectionFailed("lost") from ConnectionResetError("reset")

    def send(self, data: bytes) -> None:
        if self._fails:
            raise self._fails
        self.sent += data

    def close_write(self) -> None:
        self.ended = True

    def settimeout(self, seconds: float | None) -> None:
        pass

    def at(self, error: DockpyError) -> DockpyError:
        return error

    def close(self) -> None:
        self.closed = True


def streams(connection: Connection, *, stdin: bool = True, terminal: bool = False) -> Interactive:
    return Interactive(
        connection, framed=not terminal, stdin=stdin, terminal=terminal, resize=lambda height, width: None
    )


# Requests


def test_a_request() -> None:
    request = exec_request(
        "exec_run",
        "echo 'a b'",
        {"user": 5, "environment": {"A": 1}, "stderr": False, "workdir": None},
        "M=1",
    )
    assert request.dump() == {
        "AttachStdout": True,
        "AttachStderr": False,
        "Env": ["A=1", "M=1"],
        "Cmd": ["echo", "a b"],
        "User": "5",
    }


def test_output_is_attached_beside_input() -> None:
    """Without it the engine does not end the connection when the command ends."""
    request = exec_request("exec_run", ["cat"], {"stdin": True, "stdout": False})
    assert (request.attach_stdin, request.attach_stdout) == (True, True)


@pytest.mark.parametrize("size", [(1,), (1, 2, 3), "12", (1, -1), (1, 65536), (True, 1), (1.5, 1), None])
def test_sizes_that_are_none(size: object) -> None:
    with pytest.raises(InvalidArgument, match="size="):
        terminal_size("size", size)


# Results


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_result(protocol: int) -> None:
    result = ExecResult(3, b"ab", b"a", b"b")
    code, output = result
    assert (code, output) == (result.exit_code, result.output) == result == (3, b"ab")
    assert repr(result) == "ExecResult(exit_code=3, output=b'ab')"
    for again in (pickle.loads(pickle.dumps(result, protocol)), copy.deepcopy(result)):
        assert type(again) is ExecResult
        assert (again, again.stdout, again.stderr) == (result, b"a", b"b")


# Input


@given(st.lists(st.binary(max_size=200)), st.sampled_from(["bytes", "view", "file", "pieces"]))
def test_an_input_arrives_whole_and_ends(pieces: list[bytes], kind: str) -> None:
    data = b"".join(pieces)
    values: dict[str, Any] = {
        "bytes": data,
        "view": memoryview(data),
        "file": io.BytesIO(data),
        "pieces": pieces,
    }
    connection = Connection()
    Feed(connection, input_pieces(values[kind]), terminal=False).finish()
    assert (connection.sent, connection.ended, connection.closed) == (data, True, False)


def test_large_bytes_are_sent_in_parts() -> None:
    assert [len(piece) for piece in input_pieces(b"x" * 200_000)] == [65536, 65536, 65536, 3392]


@pytest.mark.parametrize(
    ("data", "sent"), [(b"", b"\x04"), (b"abc\n", b"abc\n\x04"), (b"abc", b"abc\x04\x04")]
)
def test_the_end_of_a_terminals_input_is_a_character(data: bytes, sent: bytes) -> None:
    connection = Connection()
    Feed(connection, input_pieces(data), terminal=True).finish()
    assert (connection.sent, connection.ended) == (sent, False)


def test_nobody_reads_any_more() -> None:
    connection = Connection(fails=ConnectionFailed("gone"))
    Feed(connection, input_pieces(b"abc"), terminal=False).finish()
    assert not connection.closed


def test_an_input_that_fails_closes_the_connection_and_is_raised_to_the_reader() -> None:
    def failing() -> Iterator[bytes]:
        raise RuntimeError("no more")
        yield b""

    connection = Connection(encode_frame(OUT, b"out"))
    stream = streams(connection)
    stream.feed(failing())
    assert next(stream) == b"out"
    with pytest.raises(RuntimeError, match="no more"):
        next(stream)
    assert connection.closed


def test_a_reset_is_an_end_where_input_may_be_left_unread() -> None:
    assert list(streams(Connection(encode_frame(OUT, b"out"), reset=True))) == [b"out"]
    with pytest.raises(ConnectionFailed):
        list(streams(Connection(encode_frame(OUT, b"out"), reset=True), stdin=False))


def test_sending_takes_an_attached_input() -> None:
    connection = Connection()
    stream = streams(connection, stdin=False)
    attempts: list[Callable[[], None]] = [
        lambda: stream.send(b"x"),
        stream.close_write,
        lambda: stream.feed(b"x"),
    ]
    for attempt in attempts:
        with pytest.raises(InvalidArgument, match="stdin=True"):
            attempt()
    assert (connection.sent, connection.ended) == (b"", False)


# Pairs and text


def test_pairs() -> None:
    connection = Connection(encode_frame(OUT, b"a") + encode_frame(ERR, b"b"), encode_frame(OUT, b"c"))
    with Pairs(OutputStream(connection, framed=True)) as pairs:
        assert list(pairs) == [(b"a", b""), (b"", b"b"), (b"c", b"")]
    assert connection.closed


@given(st.text(), st.text(), st.lists(st.integers(1, 5)))
def test_text_is_whole_whatever_the_chunking(stdout: str, stderr: str, sizes: list[int]) -> None:
    """Characters that are cut, and another stream's payload in the middle of one."""
    out, err, frames = stdout.encode(), stderr.encode(), list[bytes]()
    for size in [*sizes, 1_000_000]:
        frames += [encode_frame(OUT, out[:size]), encode_frame(ERR, err[:size])]
        out, err = out[size:], err[size:]
    text = "".join(OutputStream(Connection(*frames), framed=True).text())
    assert sorted(text) == sorted(stdout + stderr)
    assert "".join(OutputStream(Connection(*frames[::2]), framed=True).text()) == stdout
