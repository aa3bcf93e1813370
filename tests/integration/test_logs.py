"""What containers wrote: bytes, payloads as they come, lines; with a terminal and without."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dockpy import ApiError, Client, InvalidArgument, NotFound
from dockpy.ops import containers

BOTH = ["sh", "-c", "echo out; echo err >&2; printf last"]


def ended(container: Any) -> Any:
    container.wait()
    return container


def test_bytes(client: Client, start: Any) -> None:
    container = ended(start(client, BOTH))
    assert (
        sorted(container.logs().splitlines()) == [b"err", b"last", b"out"] or b"lasterr" in container.logs()
    )
    assert container.logs(stderr=False) == b"out\nlast"
    assert container.logs(stdout=False) == b"err\n"


def test_a_terminal(engine: Client, start: Any) -> None:
    container = ended(start(engine, BOTH, tty=True))
    assert container.logs() == b"out\r\nerr\r\nlast"
    assert list(container.log_lines()) == ["out", "err", "last"]


def test_lines(engine: Client, start: Any) -> None:
    container = ended(start(engine, ["sh", "-c", "printf 'a\\n\\nb c\\n\\304\\200\\nlast'"]))
    assert list(container.log_lines()) == ["a", "", "b c", "Ā", "last"]


@pytest.mark.parametrize("tty", [False, True])
@pytest.mark.parametrize("version", ["1.41", "1.42", "auto"])
def test_framing_does_not_depend_on_the_label(reach: Any, start: Any, tty: bool, version: str) -> None:
    """Before API 1.42 framed output is labelled raw too, also by an engine that knows better."""
    with reach("unix28").connect(version=version) as client:
        container = ended(start(client, BOTH, tty=tty))
        assert container.logs(stderr=tty) == (b"out\r\nerr\r\nlast" if tty else b"out\nlast")
        (listed,) = client.containers.list(all=True, filters={"id": container.id})
        assert list(listed.log_lines(stderr=False)) == (["out", "err", "last"] if tty else ["out", "last"])


def test_following(client: Client, start: Any) -> None:
    """Each payload comes when it is written: the program waits for us to have read the one before."""
    program = "for i in 1 2 3; do echo $i; read line; done; echo end >&2"
    container = start(client, ["sh", "-c", program], stdin_open=True)
    seen: list[bytes] = []
    with (
        client.api.upgrade(containers.ATTACH, {"id": container.id}, {"stream": True, "stdin": True}) as stdin,
        container.logs(stream=True) as output,
    ):
        for payload in output:
            seen.append(payload)
            if payload != b"end\n":
                stdin.send(b"\n")
    assert seen == [b"1\n", b"2\n", b"3\n", b"end\n"]


def test_following_lines(engine: Client, start: Any) -> None:
    container = start(engine, ["sh", "-c", "printf 1; sleep 0.2; echo 2; sleep 0.2; echo 3"])
    with container.log_lines(follow=True) as lines:
        assert list(lines) == ["12", "3"]


def test_following_to_a_last_line_without_its_end(reach: Any, start: Any) -> None:
    """Docker 20.10 ends the stream before it has sent such a line, more often than not."""
    with reach("unix28").connect() as client:
        container = start(client, ["sh", "-c", "sleep 0.2; echo 1; printf 2"])
        assert list(container.log_lines(follow=True)) == ["1", "2"]


def test_not_following(engine: Client, start: Any) -> None:
    container = start(engine, ["sh", "-c", "echo first; sleep 1000"])
    with container.logs(stream=True) as output:
        assert next(iter(output)) == b"first\n"
    assert container.logs() == b"first\n"  # at once, though it runs on
    with container.logs(stream=True, follow=False) as output:
        assert list(output) == [b"first\n"]


def test_frames(engine: Client, start: Any) -> None:
    container = ended(start(engine, BOTH))
    with container.logs(stream=True) as output:
        frames = list(output.frames())
    assert {(frame.stream.name, frame.data) for frame in frames} == {
        ("STDOUT", b"out\n"),
        ("STDERR", b"err\n"),
        ("STDOUT", b"last"),
    }


def test_tail(engine: Client, start: Any) -> None:
    container = ended(start(engine, ["seq", "1", "20"]))
    assert container.logs(tail=3) == b"18\n19\n20\n"
    assert container.logs(tail=0) == b""
    assert len(container.logs(tail="all").splitlines()) == 20
    assert list(container.log_lines(tail=1)) == ["20"]


def test_timestamps(engine: Client, start: Any) -> None:
    before = datetime.now(UTC)
    container = ended(start(engine, ["echo", "hi"]))
    stamp, text = container.logs(timestamps=True).split(b" ", 1)
    assert text == b"hi\n"
    assert re.fullmatch(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z", stamp)
    assert before - timedelta(seconds=2) < datetime.fromisoformat(stamp.decode()) < datetime.now(UTC)


def test_a_span_of_time(engine: Client, start: Any) -> None:
    container = ended(start(engine, ["sh", "-c", "echo early; sleep 1.2; echo late"]))
    stamps = [line.split(" ")[0] for line in container.log_lines(timestamps=True)]
    early, late = (datetime.fromisoformat(stamp) for stamp in stamps)
    middle = early + (late - early) / 2
    ago = (datetime.now(UTC) - middle).total_seconds()
    for point in (middle, middle.timestamp(), middle.isoformat(), middle.astimezone().replace(tzinfo=None)):
        assert list(container.log_lines(since=point)) == ["late"], point
        assert list(container.log_lines(until=point)) == ["early"], point
    for span in (timedelta(seconds=ago), f"{ago:.3f}s"):
        assert list(container.log_lines(since=span)) == ["late"]
    assert list(container.log_lines(since="1h")) == ["early", "late"]
    assert list(container.log_lines(since=early - timedelta(seconds=1), until=middle)) == ["early"]
    assert list(container.log_lines(until=early - timedelta(seconds=1))) == []


def test_points_that_are_none(engine: Client) -> None:
    container = engine.containers.known("any")
    for point in ("yesterday", "", True, object()):
        with pytest.raises(InvalidArgument, match="since="):
            container.logs(since=point)  # type: ignore[arg-type]


def test_of_what_is_not_there(engine: Client) -> None:
    container = engine.containers.known("nowhere")
    for ask in (container.logs, container.log_lines, lambda: container.logs(stream=True)):
        with pytest.raises(NotFound, match="No such container"):
            ask()


def test_of_what_never_ran(engine: Client, create: Any) -> None:
    container = create(engine)
    assert container.logs() == b""
    assert list(container.log_lines()) == []


def test_a_driver_that_cannot_be_read(engine: Client, start: Any) -> None:
    container = ended(start(engine, ["echo", "hi"], log_config={"type": "none"}))
    with pytest.raises(ApiError, match="configured logging driver does not support reading"):
        container.logs()


def test_of_neither_stream(engine: Client, start: Any) -> None:
    with pytest.raises(ApiError, match="must choose at least one stream"):
        ended(start(engine, BOTH)).logs(stdout=False, stderr=False)


def test_5_mb(client: Client, start: Any) -> None:
    program = 'BEGIN { for (i = 0; i < 5000; i++) printf "%01000d\\n", i }'
    container = ended(start(client, ["awk", program]))
    assert container.logs() == b"".join(b"%01000d\n" % number for number in range(5000))
    with container.log_lines() as lines:
        assert [int(line) for line in lines] == list(range(5000))


def test_long_lines(engine: Client, start: Any) -> None:
    """The engine keeps lines of more than 16 KiB in parts, and gives them back whole."""
    container = ended(start(engine, ["sh", "-c", "head -c 100000 /dev/zero | tr '\\0' x; echo; echo end"]))
    assert list(container.log_lines()) == ["x" * 100_000, "end"]
    assert container.logs() == b"x" * 100_000 + b"\nend\n"


def test_closing_from_another_thread(client: Client, start: Any, in_thread: Any) -> None:
    container = start(client, ["sh", "-c", "echo first; sleep 1000"])
    for stream in (container.logs(stream=True), container.log_lines(follow=True)):
        items, ended_at = iter(stream), list[float]()
        assert next(items) in (b"first\n", "first")

        def read(items: Any = items, ended_at: list[float] = ended_at) -> None:
            assert list(items) == []
            ended_at.append(time.monotonic())

        reader = in_thread(read)
        began = time.monotonic()
        stream.close()
        reader.join(10)
        assert ended_at[0] - began < 1
