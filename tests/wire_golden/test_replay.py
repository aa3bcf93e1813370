"""What real engines answered (`record.py`), read whatever the chunking; and what dockpy writes."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import dockpy
from dockpy._version import __version__
from dockpy.ops import containers as ops
from dockpy.ops import exec as execs
from dockpy.resources.output import OutputStream
from dockpy.streams.frames import Frame, Stream

ENGINES = {"docker20": "1.41", "docker28": "1.51"}
RECORDED: dict[str, dict[str, str]] = {
    engine: json.loads((Path(__file__).parent / "recorded" / f"{engine}.json").read_text())
    for engine in ENGINES
}
CUTS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "whole": lambda data: iter([data]),
    "bytes": lambda data: iter([data[i : i + 1] for i in range(len(data))] if len(data) < 6000 else [data]),
    "pieces": lambda data: _pieces(data, random.Random(len(data))),
}


def _pieces(data: bytes, chance: random.Random) -> Iterator[bytes]:
    while data:
        size = chance.randrange(1, 400)
        yield data[:size]
        data = data[size:]


class Replay:
    """A server that answers each request with the next of some recorded answers, cut as told."""

    def __init__(self, path: Path, answers: list[bytes], cut: Callable[[bytes], Iterator[bytes]]) -> None:
        self.requests: list[bytes] = []
        self._answers, self._cut = answers, cut
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        for answer in self._answers:
            with contextlib.suppress(OSError):
                sock, _ = self._listener.accept()
                with sock:
                    self.requests.append(self._read(sock))
                    for piece in self._cut(answer):
                        sock.sendall(piece)
        self._listener.close()  # whoever asks for more is refused, not kept waiting

    @staticmethod
    def _read(sock: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += sock.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        sizes = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        size = int(sizes[0].split(b":")[1]) if sizes else 0
        while len(body) < size:
            body += sock.recv(65536)
        while b"chunked" in head and not body.endswith(b"0\r\n\r\n"):
            body += sock.recv(65536)
        return head + b"\r\n\r\n" + body

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


Play = Callable[..., dockpy.Client]


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=list(CUTS))
def cut(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def play(engine: str, cut: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    """A client whose calls are answered with what the engine answered to these."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.delenv("DOCKER_DEFAULT_PLATFORM", raising=False)
    with contextlib.ExitStack() as stack:

        def start(*names: str) -> dockpy.Client:
            answers = [RECORDED[engine][name].encode("latin-1") for name in names]
            replay = Replay(tmp_path / "replay.sock", answers, CUTS[cut])
            stack.callback(replay.close)
            return stack.enter_context(
                dockpy.Client(f"unix://{tmp_path}/replay.sock", version=ENGINES[engine], timeout=10)
            )

        yield start


def body(engine: str, name: str) -> Any:
    """The JSON of a recorded answer that has a length, read by hand."""
    return json.loads(RECORDED[engine][name].partition("\r\n\r\n")[2].encode("latin-1"))


def test_ping_and_negotiation(engine: str, play: Play) -> None:
    client = play("ping", "ping")
    assert client.ping() is True
    again = dockpy.Client(client.daemon, timeout=10)
    with again:
        assert again.api_version == ENGINES[engine]


def test_version(engine: str, play: Play) -> None:
    version = play("version").version()
    assert version.api_version == version["ApiVersion"] == ENGINES[engine]
    assert version.components[0].name == "Engine"


def test_info(engine: str, play: Play) -> None:
    info = play("info").info()
    assert info.driver == "overlay2"
    assert info.registry_config is not None
    assert info.registry_config.mirrors == ["http://127.0.0.1:5052/"]


def test_inspect(engine: str, play: Play) -> None:
    container = play("inspect").containers.get("dockpy-golden")
    assert (container.name, container.status, container.labels["a"]) == ("dockpy-golden", "exited", "b")
    assert container.attrs.state.exit_code == container.attrs["State"]["ExitCode"] == 3
    assert container.attrs.config.cmd == ["sh", "-c", "echo out; echo err >&2; exit 3"]
    assert container.attrs.to_dict()["Id"] == container.id


def test_list(engine: str, play: Play) -> None:
    [container] = play("list").containers.list(all=True)
    assert (container.name, container.status, container.labels["a"]) == ("dockpy-golden", "exited", "b")
    assert (container.ports, list(container.networks)) == ({}, ["bridge"])


def test_create_start_and_stop(engine: str, play: Play) -> None:
    client = play("create", "start", "stop again", "delete")
    container = client.containers.create("busybox", ["true"])
    assert container.id == body(engine, "create")["Id"]
    container.start()
    container.stop()  # 304: it has stopped already
    container.remove()


def test_wait(engine: str, play: Play) -> None:
    assert play("wait").containers.known("dockpy-golden").wait().status_code == 3


def test_logs(engine: str, play: Play) -> None:
    client = play("logs")
    stream = client.api.stream(ops.LOGS, {"id": "dockpy-golden"}, {"stdout": True, "stderr": True})
    with OutputStream(stream, framed=True) as output:
        assert list(output.frames()) == [Frame(Stream.STDOUT, b"out\n"), Frame(Stream.STDERR, b"err\n")]


def test_attach_loses_no_byte_that_came_with_the_head(engine: str, play: Play) -> None:
    with play("attach").api.upgrade(ops.ATTACH, {"id": "dockpy-golden"}, {"logs": True}) as attached:
        frames = list(OutputStream(attached, framed=True).frames())
    assert frames == [Frame(Stream.STDOUT, b"out\n"), Frame(Stream.STDERR, b"err\n")]


def test_attach_to_a_container_as_it_runs(engine: str, play: Play) -> None:
    with play("attach live").api.upgrade(ops.ATTACH, {"id": "dockpy-golden"}, {"stream": True}) as attached:
        frames = list(OutputStream(attached, framed=True).frames())
    assert frames == [Frame(Stream.STDERR, b"err\n"), Frame(Stream.STDOUT, b"out\n")]  # as it came


def test_exec(engine: str, play: Play) -> None:
    api = play("exec create", "exec start", "exec inspect").api
    created = api.call(execs.CREATE, {"id": "dockpy-golden"}, body={"cmd": ["wc", "-c"]})
    assert created.id == body(engine, "exec create")["Id"]
    with api.upgrade(execs.START, {"id": created.id}, body={}) as connection:
        assert list(OutputStream(connection, framed=True).frames()) == [Frame(Stream.STDOUT, b"4097\n")]
    ended = api.call(execs.INSPECT, {"id": created.id})
    assert (ended.exit_code, ended.running, ended.process_config.entrypoint) == (0, False, "wc")
    assert ended.process_config.arguments == ["-c"]


def test_changes_of_nothing_are_null(engine: str, play: Play) -> None:
    assert play("changes").containers.known("dockpy-golden").diff() == []


def test_pull_images_and_history(engine: str, play: Play) -> None:
    client = play("pull", "images", "history")
    told: list[str | None] = []
    with client.api.objects(
        dockpy.ops.images.CREATE, query={"fromImage": "busybox", "tag": "latest"}
    ) as stream:
        told.extend(message.status for message in stream)
    assert told[0] == "Pulling from library/busybox"
    assert str(told[-1]).startswith("Status: Image is up to date for busybox")
    assert "busybox:latest" in [tag for image in client.images.list() for tag in image.tags]
    assert client.images.history("busybox")[0].size == body(engine, "history")[0]["Size"]


def test_networks_volumes_and_df(engine: str, play: Play) -> None:
    client = play("networks", "volumes", "df")
    assert {"bridge", "host", "none"} <= {network.name for network in client.networks.list()}
    assert [volume.name for volume in client.volumes.list()] == [
        volume["Name"] for volume in body(engine, "volumes")["Volumes"] or []
    ]
    assert client.df().images


def test_events(engine: str, play: Play) -> None:
    with play("events").events(until=1) as events:
        actions = [event.action for event in events if event.actor.attributes["name"] == "dockpy-golden"]
    assert actions[-4:] == ["create", "start", "die", "attach"]


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("create conflict", dockpy.Conflict, 'The container name "/dockpy-golden" is already in use'),
        ("create no image", dockpy.ImageNotFound, "No such image: nope:1"),
        ("create bad", dockpy.BadParameter, "Invalid container name (-)"),
        ("too new", dockpy.BadParameter, "client version 1.99 is too new"),
        ("no such page", dockpy.NotFound, "page not found"),
    ],
)
def test_refusals(engine: str, play: Play, name: str, kind: type[dockpy.ApiError], message: str) -> None:
    with pytest.raises(kind) as caught:
        play(name).containers.create("busybox")
    assert message in caught.value.explanation
    assert caught.value.response.content == RECORDED[engine][name].partition("\r\n\r\n")[2].encode()


def test_refusals_of_other_operations(engine: str, play: Play) -> None:
    client = play("not found", "image not found", "kill stopped")
    with pytest.raises(dockpy.NotFound, match="No such container: dockpy-golden-none"):
        client.containers.get("dockpy-golden-none")
    with pytest.raises(dockpy.ImageNotFound, match="No such image: dockpy-golden-none"):
        client.images.get("dockpy-golden-none")
    with pytest.raises(dockpy.Conflict, match="is not running"):
        client.containers.known("dockpy-golden").kill()


# What dockpy writes

AGENT = f"User-Agent: dockpy/{__version__}"
UNARY = f"Host: localhost\n{AGENT}"
AUTH = "eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InAiLCJzZXJ2ZXJhZGRyZXNzIjoiMTI3LjAuMC4xOjUwNTAifQ=="
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
CALLS: list[tuple[Callable[[dockpy.Client], object], str]] = [
    (lambda c: c.ping(), f"GET /_ping HTTP/1.1\n{UNARY}\n\n"),
    (lambda c: c.info(), f"GET /v1.41/info HTTP/1.1\n{UNARY}\n\n"),
    (
        lambda c: c.containers.known("web").start(),
        f"POST /v1.41/containers/web/start HTTP/1.1\n{UNARY}\nContent-Length: 0\n\n",
    ),
    (
        lambda c: c.containers.known("web").stop(timeout=1.5),
        f"POST /v1.41/containers/web/stop?t=2 HTTP/1.1\n{UNARY}\nContent-Length: 0\n\n",
    ),
    (
        lambda c: c.volumes.create("v", labels={"a": "ä"}),
        f"POST /v1.41/volumes/create HTTP/1.1\n{UNARY}\nContent-Type: application/json\n"
        'Content-Length: 36\n\n{"Name":"v","Labels":{"a":"\\u00e4"}}',
    ),
    (
        lambda c: c.networks.list(filters={"label": ["a=b", "c"]}),
        f"GET /v1.41/networks?filters=%7B%22label%22:%5B%22a%3Db%22,%22c%22%5D%7D HTTP/1.1\n{UNARY}\n\n",
    ),
    (
        lambda c: c.api.stream(ops.LOGS, {"id": "web"}, {"follow": True, "stdout": True}).close(),
        "GET /v1.41/containers/web/logs?follow=1&stdout=1 HTTP/1.1\n"
        f"Host: localhost\n{AGENT}\nConnection: close\n\n",
    ),
    (
        lambda c: c.images.tag("busybox", "127.0.0.1:5050/a/b", "1"),
        f"POST /v1.41/images/busybox/tag?repo=127.0.0.1:5050/a/b&tag=1 HTTP/1.1\n{UNARY}\n"
        "Content-Length: 0\n\n",
    ),
    (
        lambda c: c.api.call(execs.CREATE, {"id": "web"}, body={"cmd": ["ls"], "tty": False}),
        f"POST /v1.41/containers/web/exec HTTP/1.1\n{UNARY}\n"
        'Content-Type: application/json\nContent-Length: 26\n\n{"Tty":false,"Cmd":["ls"]}',
    ),
    (
        lambda c: c.images.load([b"abc", b"", b"de"]),
        f"POST /v1.41/images/load?quiet=1 HTTP/1.1\nHost: localhost\n{AGENT}\n"
        "Content-Type: application/x-tar\nConnection: close\nTransfer-Encoding: chunked\n\n"
        "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    ),
    (
        lambda c: c.images.pull("127.0.0.1:5050/a", auth_config={"username": "u", "password": "p"}),
        f"POST /v1.41/images/create?fromImage=127.0.0.1:5050/a:latest HTTP/1.1\nHost: localhost\n{AGENT}\n"
        f"X-Registry-Auth: {AUTH}\n"
        "Connection: close\nContent-Length: 0\n\n",
    ),
    (
        lambda c: c.api.upgrade(ops.ATTACH, {"id": "web"}, {"stream": True, "stdin": True}),
        f"POST /v1.41/containers/web/attach?stream=1&stdin=1 HTTP/1.1\nHost: localhost\n{AGENT}\n"
        "Connection: Upgrade\nUpgrade: tcp\nContent-Length: 0\n\n",
    ),
]


@pytest.mark.parametrize(("call", "written"), CALLS, ids=[text.partition("?")[0][:48] for _, text in CALLS])
def test_requests_to_the_letter(
    call: Callable[[dockpy.Client], object], written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    replay = Replay(tmp_path / "replay.sock", [OK], CUTS["whole"])
    try:
        with dockpy.Client(f"unix://{tmp_path}/replay.sock", version="1.41", timeout=10) as client:
            with contextlib.suppress(dockpy.DockpyError):  # the answer is none that it asks for
                call(client)
    finally:
        replay.close()
    head, _, content = written.partition("\n\n")
    [request] = replay.requests
    assert request.decode() == head.replace("\n", "\r\n") + "\r\n\r\n" + content
