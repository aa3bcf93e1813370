"""Both builders of a fake daemon, beyond what was recorded."""

from __future__ import annotations

import base64
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from cases import tar_of

from dockpy import BuildError
from dockpy.errors import ImageLoadError
from dockpy.fake.blobs import Blob
from dockpy.fake.daemon import FakeDaemon
from dockpy.fake.engine import Peer
from dockpy.fake.reply import Request

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=["1.41", "1.51"])
def daemon(request: pytest.FixtureRequest) -> Iterator[FakeDaemon]:
    with FakeDaemon(api=request.param, seed=1) as daemon:
        daemon.images.add("busybox")
        yield daemon


def post(daemon: FakeDaemon, path: str, body: bytes = b"", peer: Peer | None = None) -> tuple[int, list[Any]]:
    """Post, and give back the answer's messages."""
    with daemon._engine.lock:
        request = Request("POST", path, {"content-type": "application/x-tar"}, Blob.of(body))
        reply = daemon._router.answer(request, peer or Peer())
        data = b"".join(reply.stream) if reply.stream is not None else reply.body
    return reply.status, [json.loads(line) for line in data.splitlines()]


def fields(data: bytes) -> list[tuple[int, Any]]:
    """A protobuf message's fields."""
    found, at = [], 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = number()
        value: Any = number()
        if key & 7 == 2:
            at += value
            value = data[at - value : at]
        found.append((key >> 3, value))
    return found


def vertexes(messages: list[Any]) -> dict[str, dict[int, Any]]:
    """What is told of each step at last, by its name."""
    found: dict[str, dict[int, Any]] = {}
    for message in messages:
        if message.get("id") == "moby.buildkit.trace":
            for field, value in fields(base64.b64decode(message["aux"])):
                if field == 1:
                    vertex = dict(fields(value))
                    found[vertex[3].decode()] = vertex
    return found


def output(messages: list[Any]) -> bytes:
    """What commands wrote."""
    traces = [base64.b64decode(each["aux"]) for each in messages if each.get("id") == "moby.buildkit.trace"]
    return b"".join(dict(fields(value))[4] for data in traces for field, value in fields(data) if field == 3)


def buildkit(daemon: FakeDaemon, dockerfile: str, query: str = "", **files: bytes) -> list[Any]:
    """Build with BuildKit."""
    body = tar_of({"Dockerfile": dockerfile.encode(), "a": b"a\n", **files})
    status, messages = post(daemon, f"/build?version=2&{query}", body)
    assert status == 200
    return messages


def test_seeding(daemon: FakeDaemon) -> None:
    text = "FROM busybox\nCOPY app/ /app/\nCMD cat /app/greeting\n"
    daemon.images.add("shop:1", dockerfile=text, context={"app/greeting": b"hello\n"})
    assert daemon.client().containers.run("shop:1") == b"hello\n"
    with pytest.raises(ImageLoadError, match="non-zero code: 4"):
        daemon.images.add("shop:2", dockerfile="FROM busybox\nRUN exit 4\n")
    with pytest.raises(ImageLoadError, match="unknown instruction"):
        daemon.images.add("shop:2", dockerfile="FROM busybox\nFOO\n")
    assert "shop:2" not in daemon.images


def test_events(daemon: FakeDaemon) -> None:
    client = daemon.client()
    client.images.build(dockerfile="FROM busybox\nENV A=b\nRUN echo hi\n", tag="x")
    now = daemon._engine.now() // 10**9 + 1
    told = [(event.type, event.action) for event in client.events(since=1, until=now)]
    committed = [("image", "create")] if daemon._engine.api != "1.41" else []
    expected = [
        ("container", "create"),
        *committed,
        ("container", "destroy"),
        ("container", "create"),
        ("container", "attach"),
        ("container", "start"),
        ("container", "die"),
        *committed,
        ("container", "destroy"),
        ("image", "tag"),
    ]
    assert [event for event in told if event[0] != "network"][-len(expected) :] == expected
    assert client.containers.list(all=True) == []


def test_parents(daemon: FakeDaemon) -> None:
    client = daemon.client()
    image, _ = client.images.build(dockerfile="FROM busybox\nENV A=b\nENV C=d\n", tag="x")
    assert len(client.images.list()) == 2
    assert len(client.images.list(all=True)) == 3
    base = client.images.get("busybox")
    history = [step.id for step in image.history()]
    assert history[0] == image.id
    assert history[2] == base.id
    image.remove()
    assert [each.id for each in client.images.list(all=True)] == [base.id]


def test_a_client_that_goes_away(daemon: FakeDaemon) -> None:
    """The command is killed, and its container gone."""
    engine, peer = daemon._engine, Peer()
    body = tar_of({"Dockerfile": b"FROM busybox\nRUN echo up; sleep 1000\n"})
    with engine.lock:
        request = Request("POST", "/build", {}, Blob.of(body))
        stream = daemon._router.answer(request, peer).stream
        assert stream is not None
        while b'"up\\n"' not in next(stream):
            pass
        assert len(engine.containers) == 1
        stream.close()  # type: ignore[attr-defined]
        assert len(engine.containers) == 0


class TestBuildKit:
    def test_steps(self, daemon: FakeDaemon) -> None:
        text = (
            "FROM busybox AS a\nARG X=1\nRUN echo hi$X\nFROM busybox\nCOPY --from=a /etc/passwd /p\nENV A=b\n"
        )
        messages = buildkit(daemon, text, "t=x:1")
        found = vertexes(messages)
        names = [name for name in found if name.startswith("[") and "internal" not in name]
        assert [name.partition("FROM")[0] for name in names] == [
            "[a 1/2] ",
            "[a 2/2] RUN echo hi1",
            "[stage-1 2/2] COPY --from=a /etc/passwd /p",
        ]
        assert all(5 in vertex and 6 in vertex and 7 not in vertex for vertex in found.values())
        assert output(messages) == b"hi1\n"
        image = daemon.client().images.get("x:1")
        ids = [each["aux"]["ID"] for each in messages if each.get("id") == "moby.image.id"]
        assert ids == [image.id]
        created = [step.created_by for step in image.history()][:2]
        assert created == ["ENV A=b", "COPY /etc/passwd /p # buildkit"]

    def test_only_what_is_needed(self, daemon: FakeDaemon) -> None:
        text = "FROM busybox AS a\nRUN false\nFROM busybox AS b\nRUN true\n"
        assert "error" not in buildkit(daemon, text)[-1]
        assert "exit code: 1" in buildkit(daemon, text, "target=a")[-1]["error"]

    def test_cache(self, daemon: FakeDaemon) -> None:
        text = "FROM busybox\nRUN echo once\nCOPY a /x\nRUN true\n"
        names = ["[2/4] RUN echo once", "[3/4] COPY a /x", "[4/4] RUN true"]

        def cached(*arguments: str, **files: bytes) -> list[bool]:
            found = vertexes(buildkit(daemon, text, *arguments, **files))
            return [found[name].get(4) == 1 for name in names]

        assert cached() == [False] * 3
        assert cached() == [True] * 3
        assert cached(a=b"other\n") == [True, False, False]
        assert cached("nocache=1") == [False] * 3
        client = daemon.client()
        usage = client.df()
        assert len(usage.build_cache or []) >= 3
        pruned = client.builder.prune(all=True)
        assert len(pruned.caches_deleted) >= 3
        assert cached() == [False] * 3

    def test_mounts(self, daemon: FakeDaemon) -> None:
        text = "FROM busybox\nRUN --mount=type=cache,target=/c echo x >> /c/f; cat /c/f\n"
        assert output(buildkit(daemon, text)) == b"x\n"
        assert output(buildkit(daemon, text, "nocache=1")) == b"x\nx\n"
        text = "FROM busybox\nRUN --mount=type=bind,target=/ctx cat /ctx/a; ls /ctx\nRUN ls /ctx\n"
        assert output(buildkit(daemon, text)) == b"a\nDockerfile\na\n"

    def test_heredocs(self, daemon: FakeDaemon) -> None:
        text = "FROM busybox\nCOPY <<EOF /x\nhello\nEOF\nRUN <<EOF\ncat /x\necho more\nEOF\n"
        messages = buildkit(daemon, text)
        if daemon._engine.api == "1.41":
            assert "unknown instruction: HELLO" in messages[-1]["error"]
        else:
            assert output(messages) == b"hello\nmore\n"

    def test_failure(self, daemon: FakeDaemon) -> None:
        messages = buildkit(daemon, "FROM busybox\nRUN echo out; exit 3\n")
        failed = vertexes(messages)["[2/2] RUN echo out; exit 3"]
        assert failed[7].decode() == messages[-1]["error"]
        assert messages[-1]["error"].endswith("exit code: 3")

    def test_quiet(self, daemon: FakeDaemon) -> None:
        messages = buildkit(daemon, "FROM busybox\nENV A=1\n", "q=1&t=x")
        assert messages == [{"stream": f"{daemon.client().images.get('x').id}\n"}]

    def test_cancel(self, daemon: FakeDaemon) -> None:
        body = tar_of({"Dockerfile": b"FROM busybox\nRUN echo up; sleep 1000\n"})
        engine = daemon._engine
        with engine.lock:
            peer = engine.new_peer()
            reply = daemon._router.answer(
                Request("POST", "/build?version=2&buildid=x", {}, Blob.of(body)), peer
            )
        ended = threading.Event()

        def read() -> None:
            assert reply.stream is not None
            try:
                while True:
                    with engine.lock:
                        if next(reply.stream, None) is None:
                            break
            except Exception:  # whoever waits is told that nobody does any more
                pass
            ended.set()

        thread = threading.Thread(target=read)
        thread.start()
        while not engine.builder._running:
            pass
        daemon.client().builder.cancel("x")
        assert ended.wait(10)
        thread.join()


def test_a_build_that_fails_tells_its_step(daemon: FakeDaemon) -> None:
    with pytest.raises(BuildError) as caught:
        daemon.client().images.build(dockerfile="FROM busybox\nRUN echo why; exit 9\n")
    assert (caught.value.code, caught.value.step) == (9, "Step 2/2 : RUN echo why; exit 9")
