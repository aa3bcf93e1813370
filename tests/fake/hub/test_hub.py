"""The small hub: its images are the same every time, and run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dockpy import ContainerError
from dockpy.fake.daemon import FakeDaemon
from dockpy.fake.files import Layer
from dockpy.fake.hub import catalog
from dockpy.fake.hub.programs import PROGRAMS
from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.state.image import chain_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy import Client
    from dockpy.fake.programs.context import Program

NAMES = sorted(catalog.REPOSITORIES)


@pytest.fixture
def client() -> Iterator[Client]:
    with FakeDaemon(clock=ManualClock(), seed=1) as daemon:
        daemon.images.add("ask:1", program=ask)
        yield daemon.client()


def ask(program: Program) -> None:
    """Send what the arguments say to a host, and print what comes."""
    host, port, text = program.argv[-3:]
    connection = program.network.connect(host, int(port))
    connection.write(text.encode().decode("unicode_escape").encode("latin-1"))
    program.stdout.write(connection.read())


@pytest.mark.parametrize("name", NAMES)
def test_made_alike(name: str) -> None:
    image = catalog.find(name, "latest")
    assert image is not None
    made = catalog.REPOSITORIES[name].tags["latest"]()
    assert [Layer.from_tar(tar).diff_id for tar in made[1]] == [layer.diff_id for layer in image.layers]
    assert catalog.find(name, "latest") is image


@pytest.mark.parametrize("name", NAMES)
def test_configuration(name: str) -> None:
    for tag in catalog.REPOSITORIES[name].tags:
        image = catalog.find(name, tag)
        assert image is not None
        config = json.loads(image.config.read())
        layers = [step for step in config["history"] if not step.get("empty_layer")]
        assert config["rootfs"]["diff_ids"] == [layer.diff_id for layer in image.layers]
        assert len(layers) == len(image.layers) == len(chain_ids(config["rootfs"]["diff_ids"]))
        assert config["config"]["Cmd"]


def test_nothing_else() -> None:
    assert catalog.find("library/busybox", "nosuch") is None
    assert catalog.find("library/nosuch", "latest") is None


def test_every_program_of_theirs_is_there() -> None:
    from dockpy.fake.programs.loader import shell_or_applet

    assert shell_or_applet("bash") is not None
    for name in ("hello", "nginx", "redis-server", "redis-cli", "postgres", "pg_isready", "psql", "python"):
        assert name in PROGRAMS


def test_busybox(client: Client) -> None:
    assert client.containers.run("busybox", ["ls", "-l", "/"]).count(b"\n") >= 10
    assert client.containers.run("busybox", ["cat", "/etc/passwd"]).startswith(
        b"root:x:0:0:root:/root:/bin/sh\n"
    )
    image = client.images.get("busybox")
    assert image.attrs["Config"]["Cmd"] == ["sh"]


def test_hello_world(client: Client) -> None:
    assert b"Hello from Docker!" in client.containers.run("hello-world")


@pytest.mark.parametrize(
    ("image", "line"),
    [
        ("debian", b"Debian GNU/Linux 13 (trixie)"),
        ("debian:12", b"Debian GNU/Linux 12 (bookworm)"),
        ("ubuntu:22.04", b"Ubuntu 22.04 LTS"),
        ("alpine:3.10", b"Alpine Linux v3.10"),
    ],
)
def test_distributions(client: Client, image: str, line: bytes) -> None:
    assert line in client.containers.run(image, ["cat", "/etc/os-release"])


class TestServers:
    @pytest.fixture
    def asked(self, client: Client) -> Callable[..., bytes]:
        client.networks.create("net")
        return lambda *words: client.containers.run("ask:1", ["ask", *words], network="net")

    def test_nginx(self, client: Client, asked: Callable[..., bytes]) -> None:
        server = client.containers.run("nginx", detach=True, name="web", network="net")
        answer = asked("web", "80", "GET / HTTP/1.1\\r\\nHost: web\\r\\nConnection: close\\r\\n\\r\\n")
        assert answer.startswith(b"HTTP/1.1 200 OK\r\nServer: nginx/")
        assert b"<title>Welcome to nginx!</title>" in answer
        gone = asked("web", "80", "GET /../nosuch HTTP/1.0\\r\\n\\r\\n")
        assert gone.startswith(b"HTTP/1.1 400 Bad Request")
        server.stop()
        server.reload()
        assert server.attrs["State"]["ExitCode"] == 0
        logs = server.logs()
        assert b'"GET / HTTP/1.1" 200 ' in logs
        assert b"signal 3 (SIGQUIT) received, shutting down" in logs

    def test_redis(self, client: Client, asked: Callable[..., bytes]) -> None:
        server = client.containers.run("redis:7", detach=True, name="cache", network="net")

        def cli(*words: str) -> bytes:
            return server.exec_run(["redis-cli", *words]).output

        assert cli("ping") == b"PONG\n"
        assert cli("set", "a", "1") == b"OK\n"
        assert cli("incr", "a") == b"2\n"
        assert cli("rpush", "l", "x", "y") == b"2\n"
        assert cli("--no-raw", "lrange", "l", "0", "-1") == b'1) "x"\n2) "y"\n'
        assert cli("get", "l").startswith(b"WRONGTYPE")
        assert cli("nosuch").startswith(b"ERR unknown command 'nosuch'")
        assert asked("cache", "6379", "GET a\\r\\nQUIT\\r\\n") == b"$1\r\n2\r\n+OK\r\n"
        server.stop()
        server.reload()
        assert server.attrs["State"]["ExitCode"] == 0

    def test_postgres(self, client: Client) -> None:
        with pytest.raises(ContainerError, match="superuser password is not specified"):
            client.containers.run("postgres:16")
        server = client.containers.run("postgres:16", detach=True, environment={"POSTGRES_PASSWORD": "x"})
        assert server.exec_run(["pg_isready"]).exit_code == 0
        assert b"runs no SQL" in server.exec_run(["psql", "-c", "select 1"]).output
        server.stop()
        assert b"database system is ready to accept connections" in server.logs()


class TestPython:
    @pytest.fixture
    def run(self, client: Client) -> Callable[..., bytes]:
        return lambda *words, **options: client.containers.run("python:3.12", ["python", *words], **options)

    def test_version(self, run: Callable[..., bytes]) -> None:
        assert run("--version").startswith(b"Python 3.12.")

    def test_a_program_sees_the_container(self, run: Callable[..., bytes]) -> None:
        program = (
            "import json, os, sys\n"
            "open('/tmp/f', 'w').write('text')\n"
            "print(json.dumps([os.getcwd(), sys.argv[1:], open('/tmp/f').read(), os.environ['A']]))"
        )
        found = run("-c", program, "x", environment={"A": "b"}, working_dir="/tmp")
        assert found == b'["/tmp", ["x"], "text", "b"]\n'

    @pytest.mark.parametrize(
        ("program", "status", "words"),
        [
            ("1/0", 1, "ZeroDivisionError: division by zero"),
            ("import socket", 1, "No module named 'socket' in the fake daemon's python"),
            ("import sys; sys.exit(3)", 3, ""),
            ("exit('no')", 1, "no"),
            ("if", 1, "SyntaxError"),
        ],
    )
    def test_ends(self, run: Callable[..., bytes], program: str, status: int, words: str) -> None:
        with pytest.raises(ContainerError) as caught:
            run("-c", program)
        assert caught.value.exit_status == status
        assert words in str(caught.value)
