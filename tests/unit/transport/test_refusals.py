"""No connection: the error says where it was to go, who said so, why it failed and what to try."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy import BadParameter, ConfigError, ConnectionFailed, InvalidEndpoint, TimedOut
from dockpy.ops import containers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockpy import Client

ROADS: dict[str, Callable[[Client], Any]] = {
    "call": lambda client: client.info(),
    "stream": lambda client: list(client.events(reconnect=False)),
    "upgrade": lambda client: client.api.upgrade(containers.ATTACH, {"id": "web"}),
}


@pytest.fixture(params=list(ROADS))
def fails(request: pytest.FixtureRequest) -> Callable[..., ConnectionFailed]:
    """The error of a client that reaches nobody, on each road; told by the version's negotiation too."""

    def reach(host: str | None, **options: Any) -> ConnectionFailed:
        errors: list[ConnectionFailed] = []
        for version in ("1.41", "auto"):
            with dockpy.Client(host, **{"timeout": 10, "version": version, **options}) as client:
                with pytest.raises(ConnectionFailed) as caught:
                    ROADS[request.param](client)
            errors.append(caught.value)
            error = caught.value
            assert error.operation
            assert error.daemon == client.daemon
            assert str(pickle.loads(pickle.dumps(error))) == str(error)
        assert str(errors[0]) == str(errors[1])
        return errors[0]

    return reach


def test_no_socket(fails: Any, tmp_path: Path) -> None:
    error = fails(f"unix://{tmp_path}/none.sock")
    assert error.message == f"There is no socket at {tmp_path}/none.sock (endpoint from argument)"
    assert error.hint.startswith("Is the Docker engine running?")
    assert isinstance(error.__cause__, FileNotFoundError)


def test_no_default_socket(fails: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dockpy.config import environment

    monkeypatch.setattr(
        environment, "default_sockets", lambda _: (f"{tmp_path}/a.sock", f"{tmp_path}/b.sock")
    )
    error = fails(None)
    assert error.message == f"There is no socket at {tmp_path}/a.sock (endpoint from default socket)"
    assert f"Also looked for: {tmp_path}/b.sock." in error.hint


def test_the_origin_is_told(fails: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    assert "(endpoint from DOCKER_HOST)" in str(fails(None))


def test_a_file_that_is_no_socket(fails: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "Nothing listens at" in fails(f"unix://{tmp_path}/file").message


def test_a_socket_that_nobody_listens_at(fails: Any, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(tmp_path / "dead.sock"))
    error = fails(f"unix://{tmp_path}/dead.sock")
    assert error.message == f"Nothing listens at unix://{tmp_path}/dead.sock (endpoint from argument)"
    assert "Is the Docker engine running?" in error.hint


def test_a_path_that_is_too_long(fails: Any, tmp_path: Path) -> None:
    assert "AF_UNIX path too long" in str(fails(f"unix://{tmp_path}/{'x' * 200}.sock"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_socket_that_is_not_permitted() -> None:
    program = """if True:
        import os, sys, dockpy
        for host in ("unix:///nowhere.sock", sys.argv[1]):
            with dockpy.Client(host, version="1.41") as client:
                for ask in (client.info, client.events):
                    try:
                        ask()
                    except dockpy.ConnectionFailed as error:
                        print(error)
            if os.geteuid() == 0:  # everything is imported: somebody else may not read this Python
                os.setgroups([]), os.setgid(65534), os.setuid(65534)
    """
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as listener:
        os.chmod(directory, 0o755)
        path = f"{directory}/docker.sock"
        listener.bind(path)
        listener.listen()
        os.chmod(path, 0o600)
        told = subprocess.run(
            [sys.executable, "-W", "error", "-c", program, f"unix://{path}"],
            env={**os.environ, "DOCKER_CONFIG": "/nowhere"},
            capture_output=True,
            text=True,
            check=True,
        )
    assert told.stdout.count(f"The socket {path} may not be opened by this user") == 2
    assert told.stdout.count("Add the user to the group that owns the socket") == 2
    assert told.stderr == ""


def test_a_port_that_nobody_listens_at(fails: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = fails(f"tcp://127.0.0.1:{port}")
    assert error.message == f"Nothing listens at tcp://127.0.0.1:{port} (endpoint from argument)"
    assert isinstance(error.__cause__, ConnectionRefusedError)


def test_an_unknown_host(fails: Any) -> None:
    error = fails("tcp://engine.invalid:2375")
    assert error.message.startswith("The host engine.invalid is not known: ")
    assert error.hint == "Check the host's name in the endpoint."


class TestTLS:
    def test_an_authority_that_is_not_trusted(self, fails: Any, serve: Any, certificates: Any) -> None:
        server = serve(lambda peer: peer.request(), "tls")
        for ca in (certificates.directory / "other-ca.pem", None):  # None: the system's own
            error = fails(server.url, tls=dockpy.TLS(ca, server.tls.cert, server.tls.key))
            assert error.message.startswith("The daemon's certificate is not trusted: ")
            assert "TLS(ca=…)" in error.hint

    def test_a_name_that_the_certificate_does_not_carry(self, fails: Any, serve: Any) -> None:
        server = serve(lambda peer: peer.request(), "tls")
        tls = dockpy.TLS(server.tls.ca, server.tls.cert, server.tls.key, hostname="other.example")
        assert "other.example" in fails(server.url, tls=tls).message

    def test_the_name_may_be_another_than_the_hosts(
        self, serve: Any, connect: Any, answer: Any, always: Any
    ) -> None:
        server = serve(always(answer()), "tls")
        tls = dockpy.TLS(server.tls.ca, server.tls.cert, server.tls.key, hostname="localhost")
        connect(server, tls=tls).info()
        list(connect(server, tls=tls).events(reconnect=False))

    def test_a_certificate_that_is_not_verified(
        self, serve: Any, connect: Any, answer: Any, always: Any
    ) -> None:
        server = serve(always(answer()), "tls")
        tls = dockpy.TLS(None, server.tls.cert, server.tls.key, verify=False, hostname="other.example")
        connect(server, tls=tls).info()
        list(connect(server, tls=tls).events(reconnect=False))

    @pytest.mark.parametrize("time", range(5))
    def test_no_certificate_of_ours(self, fails: Any, serve: Any, time: int) -> None:
        """Over TLS 1.3 the daemon's refusal comes after we believe the handshake done."""
        server = serve(lambda peer: peer.request(), "tls")
        error = fails(server.url, tls=dockpy.TLS(server.tls.ca))
        assert error.message.startswith("The daemon refused this client's certificate, or asks for one: ")
        assert "TLS(cert=…, key=…)" in error.hint

    def test_a_daemon_that_does_not_speak_tls(self, fails: Any, serve: Any, certificates: Any) -> None:
        def handle(peer: Any) -> None:  # Go's answer to a TLS greeting
            peer.sock.recv(100)
            peer.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400 Bad Request")

        server = serve(handle, "tcp")
        error = fails(server.url, tls=certificates.client())
        assert error.message.startswith("The daemon does not speak TLS there: ")
        assert error.hint.startswith("Leave TLS off")

    def test_a_daemon_that_speaks_tls(self, serve: Any, connect: Any, fails: Any, answer: Any) -> None:
        """Go answers a plain request at a TLS port in words of its own; OpenSSL hangs up."""
        assert "closed the connection" in fails(serve(lambda peer: None, "tls").url).message

        def handle(peer: Any) -> None:
            peer.request()
            peer.send(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")

        client = connect(serve(handle, "tcp"))
        for road in ROADS.values():
            with pytest.raises(BadParameter, match="HTTP request to an HTTPS server") as caught:
                road(client)
            assert "DOCKER_TLS_VERIFY=1" in caught.value.hint

    def test_files_that_are_not_there(self, serve: Any, tmp_path: Path) -> None:
        server = serve(lambda peer: None, "tls")
        with pytest.raises(ConfigError, match=r"none\.pem"):
            dockpy.Client(server.url, tls=dockpy.TLS(tmp_path / "none.pem")).info()
        assert server.connections == 0


@pytest.mark.parametrize(
    "host",
    [
        "",
        "unix",
        "/var/run/docker.sock",
        "ftp://host",
        "unix://",
        "tcp://",
        "tcp://h:0",
        "tcp://h:x",
        "ssh://u:p@h",
    ],
)
def test_a_host_that_is_no_address(host: str) -> None:
    with pytest.raises(InvalidEndpoint) as caught:
        dockpy.Client(host)
    assert isinstance(caught.value, ValueError)
    assert caught.value.hint
    assert ":p@" not in str(caught.value)


class TestSSH:
    """A stand-in for ssh on the PATH: what it says when it fails is what the error says."""

    @pytest.fixture
    def ssh(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
        def install(script: str) -> Path:
            (tmp_path / "bin").mkdir()
            program = tmp_path / "bin" / "ssh"
            program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n{script}\n')
            program.chmod(0o755)
            monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
            return tmp_path / "asked"

        return install

    def test_what_ssh_says(self, fails: Any, ssh: Any) -> None:
        ssh('echo "ssh: connect to host far port 22: Connection refused" >&2; exit 255')
        error = fails("ssh://me@far")
        assert "Connection refused" in error.message
        assert error.hint == "Try `ssh far docker version`."

    def test_ssh_that_says_nothing(self, fails: Any, ssh: Any) -> None:
        ssh("exit 7")
        assert "ssh ended with status 7" in fails("ssh://far").message

    def test_no_docker_there(self, fails: Any, ssh: Any) -> None:
        ssh('echo "sh: 1: docker: not found" >&2; exit 127')
        assert "docker: not found" in fails("ssh://far").message

    def test_no_ssh_here(self, fails: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        assert "there is no ssh on the PATH" in fails("ssh://far").message

    def test_the_time_to_connect_is_no_time_to_read(self, ssh: Any) -> None:
        ssh('sleep 0.4; printf "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}"; exec sleep 10')
        with dockpy.Client("ssh://far", version="1.41", timeout=(10, 0.1)) as client:
            client.info()
            with pytest.raises(TimedOut):  # the process is there already, and says nothing more
                client.info()
            assert list(client.events(reconnect=False)) == [{}]

    def test_waiting_for_a_connection_has_a_limit(self, ssh: Any, tmp_path: Path) -> None:
        asked = ssh(f"while [ ! -e {tmp_path}/enough ]; do sleep 0.05; done; exit 1")
        with dockpy.Client("ssh://far", version="1.41", pool_size=1, timeout=30) as client:
            with ThreadPoolExecutor(1) as threads:
                first = threads.submit(client.info)
                while not asked.exists():
                    pass
                began = time.monotonic()
                with pytest.raises(TimedOut, match="All 1 connections were in use") as caught:
                    client.with_options(timeout=0.1).info()
                assert time.monotonic() - began < 5
                assert caught.value.operation == "SystemInfo"
                assert caught.value.daemon == "ssh://far"
                (tmp_path / "enough").touch()
                assert isinstance(first.exception(), ConnectionFailed)
            with pytest.raises(ConnectionFailed, match="status 1"):  # its turn came back
                client.info()

    def test_a_connection_that_takes_too_long(self, ssh: Any) -> None:
        ssh("exec sleep 10")
        for timeout in (0.1, (0.1, 0.1)):
            with dockpy.Client("ssh://far", version="1.41", timeout=timeout) as client:
                with pytest.raises(TimedOut):
                    client.info()
                with pytest.raises(TimedOut):
                    client.events(reconnect=False)

    @pytest.mark.parametrize("status", [0, 1, 255])
    def test_an_end_is_one_only_where_ssh_ended_well(self, ssh: Any, status: int) -> None:
        asked = "while read -r line && [ ${#line} -gt 1 ]; do :; done"
        ssh(f'{asked}; printf "HTTP/1.1 101 UPGRADED\\r\\n\\r\\nsome"; exit {status}')
        with (
            dockpy.Client("ssh://far", version="1.41") as client,
            client.api.upgrade(containers.ATTACH, {"id": "web"}) as connection,
        ):
            assert connection.recv() == b"some"
            if status:
                with pytest.raises(ConnectionFailed, match=f"ssh ended with status {status}"):
                    connection.recv()
            else:
                assert connection.recv() == b""

    def test_how_ssh_is_called(self, ssh: Any) -> None:
        asked = ssh("exit 1")
        options = "-T -o BatchMode=yes -o ConnectTimeout=7"
        for url in ("ssh://far", "ssh://me@far:2222", "ssh://far/srv/my%20docker.sock"):
            with dockpy.Client(url, version="1.41", timeout=7) as client, pytest.raises(ConnectionFailed):
                client.events(reconnect=False)
        assert asked.read_text().splitlines() == [
            f"{options} -- far docker system dial-stdio",
            f"{options} -l me -p 2222 -- far docker system dial-stdio",
            f"{options} -- far docker --host 'unix:///srv/my docker.sock' system dial-stdio",
        ]
