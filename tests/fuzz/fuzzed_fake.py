"""Targets: what the fake daemon reads: HTTP, bodies, Dockerfiles, mounts; and its registry's requests."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fuzzed_options import DOCKERFILE, INNER
from fuzzed_streams import OPERATIONS
from material import Material, cuts, fuzzed

from dockpy.fake.doors.serving import Connection
from dockpy.fake.engine import Gone, Overdue
from dockpy.fake.failure import Failure
from dockpy.fake.payload import read_filters
from dockpy.fake.registry import FakeRegistry
from dockpy.fake.registry.messages import RegistryError
from dockpy.fake.state.detach_keys import DetachFilter, parse_detach_keys
from dockpy.fake.state.dockerfile import DockerfileError, parse_dockerfile
from dockpy.fake.state.dockerfile_lex import ExpansionError, Lex
from dockpy.fake.state.dockerfile_stages import read_stages
from dockpy.fake.state.dockerfile_words import split_command
from dockpy.fake.state.mount_specs import parse_bind, parse_mount, parse_volumes_from, tmpfs_mode
from dockpy.streams.http1 import HeadDecoder, body_decoder, encode_request_head

sys.path.insert(0, str(Path(__file__).parents[1] / "fake"))
import contextlib

from asking import make_daemon

if TYPE_CHECKING:
    from dockpy.fake import FakeDaemon

_FEW = 300


class _Crashes(logging.Handler):
    """What the fake writes to its log of its own failures, which it answers with 500."""

    def __init__(self) -> None:
        super().__init__()
        self.last: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the failure."""
        self.last = record.exc_info[1] if record.exc_info else None

    def check(self) -> None:
        """Raise it."""
        last, self.last = self.last, None
        if last is not None:
            raise last


CRASHES = _Crashes()
logging.getLogger("dockpy.fake").addHandler(CRASHES)
logging.getLogger("dockpy.fake").propagate = False


class _Daemon:
    """A fake daemon, a new one after some inputs: what they made of it goes with it."""

    def __init__(self) -> None:
        self._daemon: FakeDaemon | None = None
        self._used = 0

    def get(self) -> FakeDaemon:
        """The daemon."""
        self._used += 1
        if self._daemon is None or self._used > _FEW:
            if self._daemon is not None:
                self._daemon.close()
            self._daemon, self._used = make_daemon("1.51"), 0
            self._daemon.client().containers.create("idle", name="web")
        return self._daemon


DAEMON = _Daemon()


class _Wire:
    """A client's bytes in place of a socket."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self.sent = bytearray()

    def fileno(self) -> int:
        return -1

    def begin(self) -> None: ...

    def recv(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    def send(self, data: bytes) -> None:
        self.sent += data
        if len(self.sent) > 1 << 20:
            raise BrokenPipeError(32, "Broken pipe")

    def settle(self) -> None: ...
    def linger(self) -> None: ...
    def reset(self) -> None: ...
    def shutdown(self) -> None: ...
    def close(self) -> None: ...


class _Door:
    """What a connection needs of its door."""

    def __init__(self, daemon: FakeDaemon) -> None:
        self.engine, self.router = daemon._engine, daemon._router

    def watch(self, fd: int, peer: Any, *, half_closed: bool = False) -> None:
        """Who waits has gone: nothing more comes."""
        peer.gone = True

    def unwatch(self, fd: int) -> None: ...


REQUESTS = (
    b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\nGET /v1.51/containers/json?all=1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /containers/create?name=a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b'Content-Length: 16\r\n\r\n{"Image":"idle"}',
    b"POST /v1.41/images/load HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"GET /containers/web/logs?stdout=1&tail=x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n",
)


@fuzzed(*REQUESTS, weight=10)
def fake_http(data: bytes) -> None:
    """The socket door's HTTP: each client is answered, or hung up on."""
    wire = _Wire(list(cuts(data, data[-4:])))
    connection = Connection(_Door(DAEMON.get()), wire)  # type: ignore[arg-type]
    connection._peer.deadline = time.monotonic() + 0.2
    with contextlib.suppress(Overdue):
        connection.serve()
    CRASHES.check()


JSON = b'{"Image":"idle","Cmd":["a"],"HostConfig":{"Binds":["/a:/b"],"PortBindings":{"80/tcp":[{}]}}}'


@fuzzed(b"\x05web\xffall=1\xff", b"\x08web\xffname=a\xff" + JSON, errors=(OSError, ValueError), weight=10)
def fake_requests(data: bytes) -> None:
    """The door in this process: a request for any operation, which HTTP can write, is answered as HTTP."""
    material = Material(data)
    operation = OPERATIONS[material.byte() % len(OPERATIONS)]
    name, query, body = material.text(), material.text(), material.rest()
    path = operation.path
    for part in ("id", "name", "image", "exec", "digest"):
        path = path.replace(f"{{{part}}}", name or "web")
    headers = {"Host": "fake", "Content-Length": str(len(body)), "Content-Type": "application/json"}
    head = encode_request_head(operation.method, f"/v1.51{path}?{query}", headers)
    daemon = DAEMON.get()
    channel = daemon._connector.channel(None)
    channel.settimeout(0.2)
    decoder, answer = HeadDecoder(), None
    try:
        channel.send(head)
        channel.send(body)
        for _ in range(20):
            piece = channel.recv()
            if answer is None:
                found = decoder.feed(piece)
                if found is not None:
                    answer = body_decoder(operation.method, found[0])
                    answer.feed(found[1])
            else:
                answer.feed(piece)
            if not piece or (answer is not None and answer.done):
                break
    finally:
        channel.close()
        CRASHES.check()


@fuzzed(b"\x08\x04\x00\x00a\xff", b"\x08\x02\x0a\x01\x00b\xff", errors=(Gone,), weight=10)
def fake_bodies(data: bytes) -> None:
    """JSON bodies of any values for any operation that takes one."""
    import json

    from dockpy.fake.blobs import Blob
    from dockpy.fake.engine import Peer
    from dockpy.fake.reply import Request

    material = Material(data)
    operation = BODIED[material.byte() % len(BODIED)]
    assert operation.body is not None
    names = [*NAMES.get(operation.id, ()), *INNER]
    value = {names[material.byte() % len(names)]: material.value(names) for _ in range(material.byte() % 6)}
    path = operation.path.replace("{id}", "web").replace("{name}", "web")
    body = json.dumps(value).encode("utf-8", "surrogateescape")
    request = Request(operation.method, f"/v1.51{path}", {"content-type": "application/json"}, Blob.of(body))
    daemon, peer = DAEMON.get(), Peer()
    peer.deadline = time.monotonic() + 0.2
    with daemon._engine.lock:
        with contextlib.suppress(Overdue):
            daemon._router.answer(request, peer).discard()
    CRASHES.check()


BODIED = [operation for operation in OPERATIONS if operation.body is not None and operation.body.model]


def _names() -> dict[str, list[str]]:
    from dockpy.wire.document import load_model

    found = {}
    for operation in BODIED:
        cls = load_model(operation.body.model)  # type: ignore[union-attr,arg-type]
        if not hasattr(cls, "model_rebuild"):
            continue
        cls.model_rebuild()
        found[operation.id] = [field.alias or name for name, field in cls.model_fields.items()]
    return found


NAMES = _names()


@fuzzed(
    b"GET\xff/v2/a/manifests/1\xff\xff",
    b"POST\xff/v2/a/blobs/uploads/\xffmount=x\xffabc",
    b"GET\xff/token\xffscope=repository:a:pull\xff",
    errors=(RegistryError, ConnectionResetError),
    weight=10,
)
def fake_registry(data: bytes) -> None:
    """Requests to the fake's registry."""
    material = Material(data)
    method, path, query, body = material.text(), material.text(), material.text(), material.rest()
    if REGISTRY.used > _FEW:
        REGISTRY.registry.close()
        REGISTRY.registry, REGISTRY.used = FakeRegistry(), 0
    REGISTRY.used += 1
    headers = {"Content-Range": query, "Range": query, "Authorization": query, "Content-Type": query}
    answer = REGISTRY.registry.handle(
        method, path, query, headers if len(data) & 1 else {}, cuts(body, data[:3])
    )
    for _ in answer.pieces():
        pass


class _Registry:
    def __init__(self) -> None:
        self.registry = FakeRegistry()
        self.used = 0


REGISTRY = _Registry()


@fuzzed(
    DOCKERFILE,
    b'FROM a\nONBUILD RUN x\nSHELL ["a"]\nHEALTHCHECK --retries=3 NONE\n',
    errors=(DockerfileError, Failure),
    weight=10,
)
def fake_dockerfiles(data: bytes) -> None:
    """The fake's reader of Dockerfiles, old and new."""
    for api, new in (("1.41", False), ("1.51", True)):
        try:
            nodes = parse_dockerfile(data, api, heredocs=new).nodes
            read_stages(nodes, api, buildkit=new)
        except (DockerfileError, Failure):
            pass


@fuzzed("a ${b:-c} 'd' \"e$f\" ${x#*.} ${y/a/b}", errors=(ExpansionError, Failure), weight=10)
def fake_expansions(data: bytes) -> None:
    """Variables in the fake's Dockerfiles."""
    text = data.decode("utf-8", "surrogateescape")
    for api in ("1.41", "1.51"):
        lex = Lex("\\", api)
        for expand in (lex.word, lex.words):
            with contextlib.suppress(ExpansionError):
                expand(text, {"b": "x y", "f": text[:9], "x": "a.b.c", "y": "banana"})
    split_command(text)


@fuzzed("/a:/b:ro,z", "vol:/x:nocopy", "a:ro", errors=(Failure, ValueError), weight=20)
def fake_mounts(data: bytes) -> None:
    """Binds, volumes-from, options of tmpfs, keys that detach, filters: as the fake reads them."""
    text = data.decode("utf-8", "surrogateescape")
    for attempt in (
        lambda: parse_bind(text),
        lambda: parse_volumes_from(text),
        lambda: tmpfs_mode(text),
        lambda: DetachFilter(parse_detach_keys(text) or b"\x10\x11").feed(data),
        lambda: read_filters(text, strict=False),
        lambda: read_filters(text, strict=True),
        lambda: parse_mount({"Type": text[:6], "Source": text, "Target": text[3:]}, "1.51"),
    ):
        with contextlib.suppress(Failure, ValueError):
            attempt()
