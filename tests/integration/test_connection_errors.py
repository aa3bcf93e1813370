"""Engines that cannot be reached: what the error says of where, why, and what to try."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy import BadParameter, ConnectionFailed, VersionMismatch
from dockpy.ops import containers

if TYPE_CHECKING:
    from pathlib import Path


def failure(host: str, **options: Any) -> ConnectionFailed:
    """The error of a client that reaches nobody: the same for calls and for streams, whatever the version."""
    errors: list[ConnectionFailed] = []
    for version in ("auto", "1.41"):
        with dockpy.Client(host, **{"tls": False, "version": version, "timeout": 20, **options}) as client:
            for ask in (
                client.info,
                lambda client=client: list(client.events()),
                lambda client=client: client.api.upgrade(containers.ATTACH, {"id": "web"}),
            ):
                with pytest.raises(ConnectionFailed) as caught:
                    ask()
                errors.append(caught.value)
    for error in errors:
        assert error.operation in ("SystemInfo", "SystemEvents", "ContainerAttach", "SystemPing")
        assert error.daemon == client.daemon
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
        assert (error.message, error.hint) == (errors[0].message, errors[0].hint)
    return errors[0]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_no_socket(tmp_path: Path) -> None:
    error = failure(f"unix://{tmp_path}/docker.sock")
    assert error.message == f"There is no socket at {tmp_path}/docker.sock (endpoint from argument)"
    assert "Is the Docker engine running?" in error.hint


def test_the_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    with dockpy.from_env() as client, pytest.raises(ConnectionFailed, match=r"\(endpoint from DOCKER_HOST\)"):
        client.ping()


def test_a_socket_that_is_not_permitted(engine_place: Any) -> None:
    """As somebody who is not in the group that owns the engine's socket."""
    program = """if True:
        import os, sys, dockpy
        for host in ("unix:///nowhere.sock", sys.argv[1]):
            with dockpy.Client(host) as client:
                for ask in (client.info, client.events):
                    try:
                        ask()
                    except dockpy.ConnectionFailed as error:
                        print(error)
            if os.geteuid() == 0:  # everything is imported: somebody else may not read this Python
                os.setgroups([]), os.setgid(65534), os.setuid(65534)
    """
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, engine_place.url],
        env={**os.environ, "DOCKER_CONFIG": "/nowhere"},
        capture_output=True,
        text=True,
        check=True,
    )
    path = engine_place.url.removeprefix("unix://")
    assert (
        told.stdout.count(f"The socket {path} may not be opened by this user (endpoint from argument)") == 2
    )
    assert told.stdout.count("Add the user to the group that owns the socket") == 2
    assert told.stderr == ""


def test_a_port_that_nobody_listens_at() -> None:
    port = free_port()
    error = failure(f"tcp://127.0.0.1:{port}")
    assert error.message == f"Nothing listens at tcp://127.0.0.1:{port} (endpoint from argument)"


def test_an_unknown_host() -> None:
    error = failure("tcp://engine.invalid:2375")
    assert error.message.startswith("The host engine.invalid is not known: ")


class TestTLS:
    @pytest.fixture
    def stranger(self, tmp_path: Path) -> Path:
        """A certificate that no engine's authority has signed, its key, and itself as an authority."""
        for name in ("ca", "cert"):
            arguments = [
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "1",
                "-subj",
                f"/CN=stranger {name}",
            ]
            files = ["-keyout", str(tmp_path / f"{name}.key"), "-out", str(tmp_path / f"{name}.pem")]
            subprocess.run(["openssl", *arguments, *files], check=True, capture_output=True)
        return tmp_path

    def test_an_authority_that_is_not_trusted(self, reach: Any, stranger: Path) -> None:
        place = reach("tls28")
        error = failure(place.url, tls=dockpy.TLS(stranger / "ca.pem", place.tls.cert, place.tls.key))
        assert error.message.startswith("The daemon's certificate is not trusted: ")
        assert "TLS(ca=…)" in error.hint

    @pytest.mark.parametrize("time", range(3))
    def test_no_certificate_of_ours(self, reach: Any, time: int) -> None:
        place = reach("tls28")
        error = failure(place.url, tls=dockpy.TLS(place.tls.ca))
        assert error.message.startswith("The daemon refused this client's certificate, or asks for one: ")
        assert "TLS(cert=…, key=…)" in error.hint

    @pytest.mark.parametrize("time", range(3))
    def test_a_strangers_certificate(self, reach: Any, stranger: Path, time: int) -> None:
        place = reach("tls28")
        error = failure(place.url, tls=dockpy.TLS(place.tls.ca, stranger / "cert.pem", stranger / "cert.key"))
        assert error.message.startswith("The daemon refused this client's certificate, or asks for one: ")

    def test_no_tls_where_there_has_to_be(self, reach: Any) -> None:
        with dockpy.Client(reach("tls28").url, tls=False) as client:
            for ask in (client.ping, client.info, client.events):
                with pytest.raises(
                    BadParameter, match="Client sent an HTTP request to an HTTPS server"
                ) as caught:
                    ask()
                assert "DOCKER_TLS_VERIFY=1" in caught.value.hint
                assert caught.value.daemon == client.daemon

    def test_tls_where_there_is_none(self, reach: Any) -> None:
        error = failure(reach("tcp20").url, tls=reach("tls28").tls)
        assert error.message.startswith("The daemon does not speak TLS there: ")
        assert error.hint.startswith("Leave TLS off")


class TestSSH:
    def test_a_port_that_nobody_listens_at(self) -> None:
        port = free_port()
        error = failure(f"ssh://root@127.0.0.1:{port}")
        assert error.message.startswith("No engine answered over ssh: ")
        assert "Connection refused" in error.message
        assert error.hint == "Try `ssh 127.0.0.1 docker version`."

    def test_a_key_that_is_not_known(self, reach: Any, ssh_script: Any, tmp_path: Path) -> None:
        key = tmp_path / "other"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        ssh_script(f"-i {key} -o UserKnownHostsFile={os.environ['DOCKPY_TEST_SSH_KNOWN_HOSTS']}")
        assert "Permission denied" in failure(reach("ssh20").url).message

    def test_a_host_that_is_not_known(self, reach: Any, ssh_script: Any) -> None:
        """ssh would ask whether to go on; it must not."""
        ssh_script(f"-i {os.environ['DOCKPY_TEST_SSH_KEY']} -o UserKnownHostsFile=/dev/null")
        assert "Host key verification failed" in failure(reach("ssh20").url).message

    def test_a_host_without_docker(self, reach: Any, ssh_script: Any) -> None:
        key, known = os.environ["DOCKPY_TEST_SSH_KEY"], os.environ["DOCKPY_TEST_SSH_KNOWN_HOSTS"]
        ssh_script(f"-i {key} -o UserKnownHostsFile={known}", replace="docker")
        assert "not found" in failure(reach("ssh20").url).message

    def test_an_engine_that_is_not_there(self, reach: Any) -> None:
        error = failure(f"{reach('ssh20').url}/nowhere/docker.sock")
        assert "/nowhere/docker.sock" in error.message

    def test_an_unknown_host(self) -> None:
        assert "engine.invalid" in failure("ssh://engine.invalid").message

    @pytest.fixture
    def ssh_script(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real_ssh: str) -> Any:
        """Put an `ssh` with other options on the PATH; one word of what it is asked for may be replaced."""

        def install(options: str, replace: str = "") -> None:
            directory = tmp_path / "bin"
            directory.mkdir()
            rewrite = (
                f'for a; do shift; [ "$a" = {replace} ] && a=no-such-{replace}; set -- "$@" "$a"; done\n'
            )
            script = directory / "ssh"
            begin = (
                f"#!/bin/sh\n{rewrite if replace else ''}exec {real_ssh} -F /dev/null -o IdentitiesOnly=yes"
            )
            script.write_text(f'{begin} {options} "$@"\n')
            script.chmod(0o755)
            monkeypatch.setenv("PATH", f"{directory}{os.pathsep}{os.environ['PATH']}")

        return install


def test_a_version_that_is_not_shared_is_told_as_such(reach: Any) -> None:
    with pytest.raises(VersionMismatch, match=r"dockpy speaks API 1\.41 to"):
        reach("unix20").connect(version="1.24")
