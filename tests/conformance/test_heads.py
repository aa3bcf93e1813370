"""The heads of answers, byte for byte as they come: what engines say in them, and when they say it is."""

from __future__ import annotations

import json
import socket
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from dockpy import Client

LIMIT = 30
OWN = {"Api-Version", "Docker-Experimental", "Ostype", "Server"}
WHOLE = {"Date", "Content-Type", "Content-Length"}
STREAM = {"Date", "Content-Type", "Transfer-Encoding"}
TAKEN_OVER = {"Content-Type", "Connection", "Upgrade"}
UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}
RAW = "application/vnd.docker.raw-stream"

Head = tuple[str, dict[str, str]]


def ask(place: Any, method: str, path: str, body: object = None, **headers: str) -> Head:
    """The status line and the headers of an answer, however it goes on."""
    content = b"" if body is None else json.dumps(body).encode()
    headers = {"Host": "docker", "Content-Length": str(len(content)), **headers}
    if body is not None:
        headers["Content-Type"] = "application/json"
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(LIMIT)
        sock.connect(place.url.removeprefix("unix://"))
        sock.sendall("\r\n".join([*lines, "", ""]).encode() + content)
        data = b""
        while b"\r\n\r\n" not in data:
            piece = sock.recv(65536)
            assert piece, data
            data += piece
    first, *rest = data.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    status = first.removeprefix("HTTP/1.1 ")
    return status, {name: value for name, _, value in (line.partition(": ") for line in rest)}


def is_dated(headers: dict[str, str], clock: datetime) -> bool:
    said = parsedate_to_datetime(headers["Date"])
    return headers["Date"] == format_datetime(said, usegmt=True) and abs(said - clock) < timedelta(minutes=1)


def clock_of(engine: Client) -> datetime:
    return datetime.fromisoformat(engine.info().system_time[:19] + "+00:00")


def test_answers_say_when_they_are_given(client: Client) -> None:
    assert is_dated(client.ping_headers(), clock_of(client))


@pytest.mark.parametrize(
    ("method", "path", "status", "names"),
    [
        ("GET", "/_ping", "200 OK", OWN | WHOLE | {"Cache-Control", "Pragma"}),
        ("HEAD", "/_ping", "200 OK", OWN | WHOLE | {"Cache-Control", "Pragma"}),
        ("GET", "/v1.41/version", "200 OK", OWN | WHOLE),
        ("GET", "/v1.41/info", "200 OK", OWN | STREAM),  # longer than what is gathered first
        ("GET", "/v1.41/events", "200 OK", OWN | STREAM),
        ("GET", "/v1.41/containers/no-such/json", "404 Not Found", OWN | WHOLE),
        ("GET", "/no/such/page", "404 Not Found", WHOLE),
        ("GET", "/v1.41//info", "301 Moved Permanently", {"Date", "Content-Length", "Location"}),
        ("GET", "/v1.99/info", "400 Bad Request", (OWN | WHOLE) - {"Docker-Experimental"}),
    ],
)
def test_what_a_head_says(
    engine: Client, engine_place: Any, method: str, path: str, status: str, names: set[str]
) -> None:
    said, headers = ask(engine_place, method, path)
    if path == "/_ping" and engine.api_version != "1.41":
        names = names | {"Builder-Version", "Swarm"}
    assert (said, set(headers)) == (status, names)
    assert is_dated(headers, clock_of(engine))


def test_what_the_head_of_an_answer_without_a_body_says(
    engine: Client, engine_place: Any, create: Any
) -> None:
    path = f"/v1.41/containers/{create(engine, ['sleep', '1000'], network='none').id}/start"
    for status in ("204 No Content", "304 Not Modified"):
        said, headers = ask(engine_place, "POST", path)
        assert (said, set(headers)) == (status, {*OWN, "Date"})
        assert is_dated(headers, clock_of(engine))


def test_heads_of_connections_that_are_taken_over_have_no_date(
    engine: Client, engine_place: Any, start: Any
) -> None:
    container = start(engine)
    path = f"/v1.41/containers/{container.id}"
    attach = f"{path}/attach?stream=1&stdout=1"
    assert ask(engine_place, "POST", attach) == ("200 OK", {"Content-Type": RAW})
    assert ask(engine_place, "POST", attach, **UPGRADE) == ("101 UPGRADED", {"Content-Type": RAW, **UPGRADE})

    websocket = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    said, headers = ask(
        engine_place,
        "GET",
        f"{path}/attach/ws?stream=1&stdout=1",
        **{**upgrade, **websocket, "Origin": "http://localhost"},
    )
    assert said == "101 Switching Protocols"
    assert headers == {**upgrade, "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}

    for more, status, names in ((UPGRADE, "101 UPGRADED", TAKEN_OVER), ({}, "200 OK", {"Content-Type"})):
        started = f"/v1.41/exec/{container.exec_create(['true']).id}/start"
        said, headers = ask(engine_place, "POST", started, {"Detach": False}, **more)
        assert (said, set(headers)) == (status, OWN | names)
