"""The fake daemon, its clock, its registry, its programs. Type checkers read this; nothing runs it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, assert_type

from dockpy import TLS, Client, FakeDaemon, FakeRegistry, ManualClock, Registry
from dockpy.fake import Fault, Process, Program, RecordedRequest
from dockpy.fake.blobs import Blob
from dockpy.fake.faults import Faults
from dockpy.fake.kernel.clock import Clock
from dockpy.fake.programs.context import Signals
from dockpy.fake.programs.streams import Connection, Files, Server
from dockpy.fake.programs.streams import Network as ProgramNetwork
from dockpy.fake.programs.streams import Stream as ProgramStream
from dockpy.fake.registry import (
    Manifest,
    RateLimit,
    Registries,
    RegistryAnswer,
    RegistryFault,
    Repository,
    SeenRequest,
    ServedRegistry,
    endless_tags,
    huge,
    saying,
    serve,
)
from dockpy.fake.registry.faults import RegistryFaults
from dockpy.fake.reply import Reply
from dockpy.fake.seeding import Seeds
from dockpy.fake.snapshots import Snapshot

if TYPE_CHECKING:
    import ssl

    from dockpy.fake.call import Call
    from dockpy.fake.files import Layer
    from dockpy.fake.kernel.scheduler import Program as Steps


def fake_daemon(daemon: FakeDaemon, tls: ssl.SSLContext, registry: FakeRegistry) -> None:
    assert_type(FakeDaemon(), FakeDaemon)
    assert_type(
        FakeDaemon(
            ["unix:///tmp/docker.sock", "tcp://127.0.0.1:0"],
            tls=tls,
            api="1.45",
            min_api="1.24",
            clock=ManualClock(),
            seed=1,
            registries={"localhost:5000": registry},
            host_folders=["/srv"],
            publish=True,
        ),
        FakeDaemon,
    )
    with daemon as entered:
        assert_type(entered, FakeDaemon)
    assert_type(daemon.name, str)
    assert_type(daemon.url, str)
    assert_type(daemon.urls, list[str])
    assert_type(daemon.clock, Clock)
    assert_type(daemon.client(timeout=5, version="1.41"), Client)
    assert_type(daemon.images, Seeds)
    assert_type(daemon.registries, Registries)
    assert_type(daemon.registries.get("docker.io"), FakeRegistry)
    assert_type(daemon.requests, list[RecordedRequest])
    assert_type(daemon.faults, Faults)
    daemon.faults.clear()
    assert_type(daemon.fail("ContainerCreate"), Fault)
    with daemon.fail(
        "ContainerStart",
        object="web",
        status=500,
        message="no",
        times=1,
        after=2,
        latency=0.5,
        cut=100,
        reset="after",
        garbage=False,
        hang=False,
    ) as fault:
        assert_type(fault, Fault)
    with daemon.disk_full(free=1024) as full, daemon.limit_pulls(3, host="docker.io") as limited:
        assert_type(full, None)
        assert_type(limited, None)
    snapshot = daemon.snapshot()
    assert_type(snapshot, Snapshot)
    daemon.restore(snapshot)
    daemon.restart(kill=True)
    daemon.stop(kill=False)
    daemon.start()
    daemon.close()


def apart(daemon: FakeDaemon) -> None:
    with daemon.cut_off():
        pass


def programs(daemon: FakeDaemon) -> None:
    @daemon.program("shop:1", files={"/etc/shop": "x"}, config={"Env": ["A=1"]})
    def plain(program: Program) -> int:
        return len(program.argv)

    @daemon.program("kernel:1")
    def on_the_kernel(process: Process) -> Steps:
        yield from process.write(1, b"hi\n")
        return 0

    assert_type(plain.__name__, str)
    assert_type(on_the_kernel.__name__, str)


def seeds(images: Seeds) -> None:
    assert_type(images.add("redis:7"), str)
    assert_type(images.add("shop:1", tar=b"", base="alpine"), str)
    assert_type(images.add("shop:1", dockerfile="FROM alpine", context={"x": b""}), str)
    assert_type(
        images.add("shop:1", program=print, files={"/x": b""}, config={"Cmd": ["x"]}, base="debian"), str
    )
    assert_type(list(images), list[str])
    assert_type("redis:7" in images, bool)


def manual_clock(clock: ManualClock) -> None:
    assert_type(ManualClock(datetime(2024, 1, 1, tzinfo=UTC), auto=True), ManualClock)
    assert_type(clock.auto, bool)
    assert_type(clock.now(), int)
    assert_type(clock.until(0), float | None)
    clock.advance(30)
    clock.go_to(clock.now() + 1)
    clock.subscribe(lambda: None)()


def fault(fault: Fault, call: Call, reply: Reply) -> None:
    assert_type(fault.hits, int)
    assert_type(fault.operation, str | None)
    assert_type(fault.object, str | None)
    assert_type(fault.decides, bool)
    assert_type(fault.matches(call), bool)
    assert_type(fault.before(call), Reply | None)
    assert_type(fault.after(call, reply), Reply)
    fault.remove()


def recorded_request(request: RecordedRequest) -> None:
    assert_type(request.operation, str | None)
    assert_type(request.method, str)
    assert_type(request.path, str)
    assert_type(request.version, str | None)
    assert_type(request.query, dict[str, list[str]])
    assert_type(request.headers, dict[str, str])
    assert_type(request.body, bytes)
    assert_type(request.status, int)
    print(request.json["Image"])


def fake_registry(registry: FakeRegistry, layer: Layer) -> None:
    assert_type(
        FakeRegistry(
            users={"u": "p"},
            token_auth=True,
            token_ttl=60,
            identity_tokens=False,
            public=True,
            allow=lambda user, repository, action: action == "pull",
            spec="1.0",
            deletes=False,
            chunk=1024,
            clock=ManualClock(),
            seed=1,
        ),
        FakeRegistry,
    )
    assert_type(registry.put_image("team/app", "1", {"os": "linux"}, [layer]), Manifest)
    assert_type(registry.repositories, list[str])
    assert_type(registry.repository("team/app"), Repository | None)
    assert_type(registry.manifest("team/app", "1"), Manifest)
    assert_type(registry.blob("team/app", "sha256:0"), Blob)
    assert_type(registry.handle("GET", "/v2/", query="", headers={}, body=[b""]), RegistryAnswer)
    assert_type(registry.requests, list[SeenRequest])
    assert_type(registry.faults, RegistryFaults)
    assert_type(registry.rate_limit, RateLimit | None)
    registry.rate_limit = RateLimit(3, seconds=60)
    with registry.fail(
        "GET",
        "*/blobs/*",
        status=429,
        code="TOOMANYREQUESTS",
        message="no",
        headers={"Retry-After": "1"},
        times=1,
        after=1,
        cut=10,
        corrupt=True,
        redirect=None,
        reset=False,
        answer=endless_tags(10, same=True, host="http://127.0.0.1:1"),
        drip=0.1,
        lose=10,
    ) as fault:
        assert_type(fault, RegistryFault)
        assert_type(fault.hits, int)
    registry.fail(answer=huge(1 << 30, "text/plain", told=False))
    registry.fail(answer=saying({"tags": None}, 201, {"X-Header": "1"}), headers={"Content-Type": None})
    registry.expire_tokens()
    registry.close()
    assert_type(registry.host, str)
    assert_type(registry.blobs_at, str | None)
    assert_type(registry.client("user", "password", host="docker.io"), Registry)
    with serve(registry, address="127.0.0.1", port=0) as served:
        assert_type(served, ServedRegistry)
        assert_type(served.host, str)
        assert_type(served.client("user", "password", tls=TLS()), Registry)


def program(program: Program) -> None:
    assert_type(program.argv, list[str])
    assert_type(program.env, dict[str, str])
    assert_type(program.cwd, str)
    assert_type(program.pid, int)
    assert_type(program.uid, int)
    assert_type(program.gid, int)
    assert_type(program.stdin, ProgramStream)
    assert_type(program.stdout, ProgramStream)
    assert_type(program.stderr, ProgramStream)
    assert_type(program.files, Files)
    assert_type(program.signals, Signals)
    assert_type(program.network, ProgramNetwork)
    assert_type(program.time(), float)
    program.sleep(0.5)
    program.allocate(1 << 20)


def program_stream(stream: ProgramStream) -> None:
    assert_type(stream.read(), bytes)
    assert_type(stream.read_some(10), bytes)
    assert_type(stream.readline(), bytes)
    assert_type(stream.write("text"), int)
    assert_type(stream.write(b"bytes"), int)
    assert_type(stream.isatty(), bool)
    assert_type(list(stream), list[bytes])
    stream.flush()
    with stream as entered:
        assert_type(entered, ProgramStream)
    stream.close()


def files(files: Files) -> None:
    assert_type(files.open("/x", "r"), ProgramStream)
    assert_type(files.read_bytes("/x"), bytes)
    assert_type(files.read_text("/x"), str)
    assert_type(files.exists("/x"), bool)
    assert_type(files.is_dir("/x"), bool)
    assert_type(files.listdir(), list[str])
    files.write_bytes("/x", b"")
    files.write_text("/x", "")
    files.makedirs("/x")
    files.chmod("/x", 0o600)
    files.remove("/x")


def signals(signals: Signals) -> None:
    signals.on("TERM", lambda number: None)
    signals.on(2, None)
    assert_type(signals.wait("TERM", 2), int)


def network(network: ProgramNetwork, server: Server, connection: Connection) -> None:
    assert_type(network.addresses, list[str])
    assert_type(network.listen(80, host="127.0.0.1"), Server)
    assert_type(network.connect("db", 5432), Connection)
    assert_type(server.port, int)
    assert_type(server.accept(), Connection)
    server.close()
    assert_type(connection.local, tuple[str, int])
    assert_type(connection.remote, tuple[str, int])
    connection.close_write()
