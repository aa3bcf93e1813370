"""A stream of events that comes back: what it asks again, what it leaves out, when it gives up."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dockpy import BadParameter, ConnectionFailed, InvalidArgument, InvalidResponse, TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HEAD = b"HTTP/1.1 200 OK\r\nDate: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
SECOND = 10**9
T = 1_700_000_000 * SECOND
EARLY = 1_600_000_000


def event(nano: int, name: str = "web", action: str = "start", **more: Any) -> dict[str, Any]:
    actor = {"ID": name, "Attributes": {"name": name}}
    return {
        "Type": "container",
        "Action": action,
        "Actor": actor,
        "time": nano // SECOND,
        "timeNano": nano,
        **more,
    }


def chunks(events: Iterable[dict[str, Any]]) -> bytes:
    lines = [json.dumps(item).encode() + b"\n" for item in events]
    return b"".join(b"%x\r\n%s\r\n" % (len(line), line) for line in lines)


def head(at: float | None = None) -> bytes:
    return HEAD % formatdate(time.time() if at is None else at, usegmt=True).encode()


def broken_off(*connections: list[dict[str, Any]], last: Callable[[Any], object] | None = None) -> Any:
    """A handler: the n-th connection is sent the n-th events, and breaks off; so do those after the last."""

    def handle(peer: Any) -> None:
        peer.request()
        if peer.number <= len(connections):
            peer.send(head(EARLY) + chunks(connections[peer.number - 1]))
        elif last is not None:
            last(peer)
        else:
            peer.send(head())
            peer.rest()

    return handle


def since_of(asked: Any) -> str:
    return parse_qs(urlsplit(asked.target).query)["since"][0]


def shape(item: Any) -> tuple[str, str, str]:
    return (item.type, item.action, item.actor.attributes.get("name", ""))


MARKER = ("dockpy", "reconnect", "")


def test_it_goes_on_where_it_was(serve: Any, connect: Any, over: str) -> None:
    """What was told already is left out, though it is asked for again: events may swap places."""
    first, second, third = event(T, "a"), event(T + 5, "b"), event(T + 5, "c")
    server = serve(broken_off([first, second], [first, third, second, event(T + SECOND, "d")]), over)
    with connect(server).events() as events:
        seen = [next(events) for _ in range(5)]
        assert [shape(item) for item in seen] == [
            ("container", "start", "a"),
            ("container", "start", "b"),
            MARKER,
            ("container", "start", "c"),
            ("container", "start", "d"),
        ]
    assert [asked.target.partition("?")[0] for asked in server.asked] == ["/v1.41/events"] * 2
    assert since_of(server.asked[1]) == "1699999999.000000005"  # a second before the last one


def test_the_marker(serve: Any, connect: Any) -> None:
    """Its time is the daemon's, as that of all events is."""
    server = serve(broken_off([], []))
    with connect(server).events() as events:
        marker = next(events)
    assert (marker.type, marker["Action"]) == ("dockpy", "reconnect")
    assert marker.actor.id == server.url
    assert "broke off" in marker.actor.attributes["reason"]
    assert int(marker.actor.attributes["attempts"]) >= 1
    assert float(marker.actor.attributes["seconds"]) >= 0
    assert marker.time == EARLY
    assert marker.time_nano // SECOND == marker.time


@pytest.mark.parametrize("since", [None, 1_600_000_000])
def test_where_nothing_was_told(serve: Any, connect: Any, since: int | None) -> None:
    """It asks for what happened since it began, by the daemon's clock; or since what it was asked for."""
    daemon = 1_650_000_000

    def handle(peer: Any) -> None:
        peer.request()
        peer.send(head(daemon))
        if peer.number > 1:
            peer.rest()

    server = serve(handle)
    with connect(server).events(since=since) as events:
        assert shape(next(events)) == MARKER
    assert since_of(server.asked[1]) == f"{since or daemon}.000000000"


@pytest.mark.parametrize(
    "date", ["", "soon", f"Sat, {10**30} Nov 2026 16:01:20 GMT", f"Sat, 28 Nov 2026 16:01:20 +{10**30}"]
)
def test_where_the_daemon_does_not_say_when_it_is(serve: Any, connect: Any, date: str) -> None:
    """It asks by this machine's clock."""

    def handle(peer: Any) -> None:
        peer.request()
        peer.send(HEAD % date.encode())
        if peer.number > 1:
            peer.rest()

    server = serve(handle)
    before = time.time()
    with connect(server).events() as events:
        assert shape(next(events)) == MARKER
    assert before - 1 <= float(since_of(server.asked[1])) <= time.time()


def test_equal_but_for_one_field(serve: Any, connect: Any) -> None:
    """Nothing but an event that is the same to the letter counts as told."""
    told = [event(T), event(T, action="die"), event(T, name="b"), event(T, scope="swarm"), event(T + 1)]
    with connect(serve(broken_off(told[:2], told))).events() as events:
        seen = [next(events) for _ in range(len(told) + 1)]
    assert [item.to_dict() for item in seen if item.type != "dockpy"] == told


def test_more_than_is_remembered(serve: Any, connect: Any) -> None:
    many = [event(T + number, f"n{number}") for number in range(3000)]
    with connect(serve(broken_off(many, [*many[-256:], event(T + 9999, "last")]))).events() as events:
        seen = [next(events) for _ in range(3002)]
    assert [shape(item)[2] for item in seen] == [*(f"n{number}" for number in range(3000)), "", "last"]


def test_the_newest_shape(serve: Any, connect: Any) -> None:
    """API 1.52: another label, and neither status nor id nor from."""

    def handle(peer: Any) -> None:
        peer.request()
        body = chunks([event(T, scope="local")])
        peer.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/jsonl\r\nTransfer-Encoding: chunked\r\n\r\n" + body
        )
        peer.rest()

    with connect(serve(handle), version="1.52").events() as events:
        item = next(events)
    assert (item.status, item.id, item.from_) == (None, None, None)
    assert (item.type, item.action, item.actor.id, item.scope) == ("container", "start", "web", "local")
    assert item.time_nano == T
    assert item.when == datetime.fromtimestamp(1_700_000_000, UTC)


def test_a_daemon_that_ends_the_stream_in_order(serve: Any, connect: Any) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(head() + chunks([event(T + peer.number, str(peer.number))]) + b"0\r\n\r\n")

    with connect(serve(handle)).events() as events:
        names = [shape(next(events))[2] for _ in range(5)]
    assert names == ["1", "", "2", "", "3"]


def test_it_ends_at_its_end(serve: Any, connect: Any) -> None:
    """Where until has passed, by the daemon's clock, there is nothing to come back for."""

    def handle(peer: Any) -> None:
        peer.request()
        peer.send(head(1000) + chunks([event(T)]) + b"0\r\n\r\n")

    server = serve(handle)
    assert [item.action for item in connect(server).events(until=1000)] == ["start"]
    assert len(server.asked) == 1


def test_until_holds_after_coming_back(serve: Any, connect: Any) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(head(1000 * peer.number) + chunks([event(T + peer.number)]) + b"0\r\n\r\n")

    server = serve(handle)
    seen = [item.action for item in connect(server).events(until=1900)]
    assert seen == ["start", "reconnect", "start"]
    assert [parse_qs(urlsplit(asked.target).query)["until"] for asked in server.asked] == [["1900"]] * 2


def test_without_coming_back(serve: Any, connect: Any) -> None:
    client = connect(serve(broken_off([event(T)], [event(T)])))
    seen = []
    with pytest.raises(InvalidResponse, match="broke off"):  # noqa: PT012 - the loop is what raises
        for item in client.events(reconnect=False):
            seen.append(item.action)
    assert seen == ["start"]


def test_a_refusal_at_first(serve: Any, connect: Any, always: Any, answer: Any) -> None:
    client = connect(serve(always(answer("400 Bad Request", b'{"message": "invalid filter"}'))))
    with pytest.raises(BadParameter, match="invalid filter"):
        client.events(filters={"nonsense": "x"})


def test_a_refusal_on_coming_back(serve: Any, connect: Any, answer: Any) -> None:
    def refuse(peer: Any) -> None:
        peer.send(answer("400 Bad Request", b'{"message": "too old"}'))

    server = serve(broken_off([event(T)], last=refuse))
    events = connect(server).events()
    next(events)
    with pytest.raises(BadParameter, match="too old"):
        next(events)
    assert list(events) == []
    assert len(server.asked) == 2


def test_a_daemon_that_is_not_ready(serve: Any, connect: Any, answer: Any) -> None:
    """Errors of the server, and what is no HTTP, are tried again."""

    def handle(peer: Any) -> None:
        peer.request()
        match peer.number:
            case 1:
                peer.send(head())
            case 2:
                peer.send(answer("503 Service Unavailable", b"soon"))
            case 3:
                peer.send(b"what?")
            case _:
                peer.send(head() + chunks([event(T)]))
                peer.rest()

    with connect(serve(handle)).events() as events:
        marker = next(events)
        assert shape(marker) == MARKER
        assert marker.actor.attributes["attempts"] == "3"
        assert next(events).action == "start"


def test_a_daemon_that_stays_away(serve: Any, connect: Any, answer: Any) -> None:
    server = serve(broken_off([event(T)], last=lambda peer: peer.send(answer("503 No", b"never"))))
    events = connect(server).events(reconnect_timeout=0.3)
    next(events)
    with pytest.raises(ConnectionFailed, match=r"did not come back within 0\.3 s: never") as caught:
        next(events)
    assert caught.value.operation == "SystemEvents"
    assert caught.value.daemon == server.url
    assert len(server.asked) > 2
    assert list(events) == []


def test_a_daemon_that_answers_nothing(serve: Any, connect: Any) -> None:
    """The limit holds while an answer is waited for, too."""
    client = connect(serve(broken_off([event(T)], last=lambda peer: peer.rest())), timeout=2)
    events = client.events(reconnect_timeout=0.3)
    next(events)
    began = time.monotonic()
    with pytest.raises(ConnectionFailed, match="did not come back"):
        next(events)
    assert time.monotonic() - began < 1.5


def test_silence_that_is_too_long(serve: Any, connect: Any) -> None:
    """It is for the caller to know, not a reason to come back."""
    server = serve(broken_off())
    with connect(server).with_options(stream_timeout=0.2).events() as events, pytest.raises(TimedOut):
        next(events)
    assert len(server.asked) == 1


def test_the_limit_of_silence_survives(serve: Any, connect: Any) -> None:
    with connect(serve(broken_off([]))).events() as events:
        events.settimeout(0.2)
        assert shape(next(events)) == MARKER
        with pytest.raises(TimedOut):
            next(events)


@pytest.mark.parametrize("away", ["refusing", "silent"])
def test_closing_while_it_waits(serve: Any, connect: Any, answer: Any, away: str) -> None:
    asked = threading.Event()

    def last(peer: Any) -> None:
        asked.set()
        if away == "silent":
            peer.rest()
        else:
            peer.send(answer("503 No", b"later"))

    client = connect(serve(broken_off([], last=last)), timeout=2)
    events = client.events(reconnect_timeout=None)
    seen: list[Any] = []
    reader = threading.Thread(target=lambda: seen.extend(events))
    reader.start()
    assert asked.wait(10)
    began = time.monotonic()
    events.close()
    reader.join(10)
    assert not reader.is_alive()
    assert time.monotonic() - began < 1
    assert seen == []


def test_a_daemon_that_always_breaks_off_is_asked_ever_more_slowly(serve: Any, connect: Any) -> None:
    server = serve(broken_off(*[[]] * 100))
    began = time.monotonic()
    with connect(server).events() as events:
        for _ in range(5):
            assert shape(next(events)) == MARKER
    assert time.monotonic() - began > 0.05 + 0.1 + 0.2 + 0.4 - 0.05


def test_what_it_does_not_take(serve: Any, connect: Any, always: Any, answer: Any) -> None:
    server = serve(always(answer()))
    client = connect(server)
    with pytest.raises(InvalidArgument, match="reconnect=True"):
        client.events(decode=False, reconnect=True)
    for value in (-1, True, "60", float("nan")):
        with pytest.raises(InvalidArgument, match="reconnect_timeout="):
            client.events(reconnect_timeout=value)
    assert server.asked == []


@pytest.mark.parametrize("since", [None, T / SECOND + 0.25])
def test_nothing_from_before_it_began(serve: Any, connect: Any, since: float | None) -> None:
    """What it asks again for is a second more, but never more than it was asked for itself."""
    began = T if since is None else T + SECOND // 4

    def handle(peer: Any) -> None:
        peer.request()
        peer.send(head(T // SECOND) + chunks([event(began + SECOND // 2)]))
        if peer.number > 1:
            peer.rest()

    server = serve(handle)
    with connect(server).events(since=since) as events:
        assert [next(events).action for _ in range(2)] == ["start", "reconnect"]
    assert since_of(server.asked[1]) == f"{T // SECOND}.{began - T:09d}"


def test_when_it_began_on_this_host(serve: Any, connect: Any, over: str) -> None:
    """The clock is the same there, and knows more than whole seconds; elsewhere the daemon's date counts."""

    def handle(peer: Any) -> None:
        peer.request()
        peer.send(head())
        if peer.number > 1:
            peer.rest()

    server = serve(handle, over)
    before = time.time()
    with connect(server).events() as events:
        after = time.time()
        next(events)
    asked = float(since_of(server.asked[1]))
    if over == "unix" and int(before) == int(after):
        assert before - 0.001 <= asked <= after
    else:
        assert before - 1 <= asked <= after
        assert over == "unix" or asked == int(asked)


def test_after_a_silence_it_has_ended(serve: Any, connect: Any) -> None:
    server = serve(broken_off())
    events = connect(server).with_options(stream_timeout=0.2).events()
    with pytest.raises(TimedOut):
        next(events)
    assert list(events) == []
    assert len(server.asked) == 1
