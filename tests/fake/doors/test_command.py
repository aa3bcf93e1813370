"""``python -m dockpy fake``, as a process of its own."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import dockpy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-W", "error", "-m", "dockpy", "fake"]
FILES = {"cert": "cert.pem", "key": "key.pem", "cacert": "ca.pem"}


@contextlib.contextmanager
def served(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and where it says that it listens first."""
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_a_signal_ends_it(tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "docker.sock"
    with served("--listen", f"unix://{path}") as (process, url):
        assert url == f"unix://{path}"
        with dockpy.Client(url) as client:
            assert client.containers.run("busybox", ["echo", "hi"]) == b"hi\n"
            follower = client.events()
            process.send_signal(number)  # while somebody listens
            assert process.communicate(timeout=20) == ("", "")
            follower.close()
        assert process.returncode == 0
    assert not path.exists()


def test_it_takes_a_free_port_and_several_places(tmp_path: Path) -> None:
    arguments = ("--listen", "tcp://127.0.0.1:0", "--listen", f"unix://{tmp_path}/d.sock", "--api", "1.41")
    with served(*arguments) as (process, url):
        assert process.stdout is not None
        for address in (url, process.stdout.readline().strip()):
            with dockpy.Client(address, tls=False) as client:
                assert client.api_version == "1.41"
        assert int(url.rpartition(":")[2]) > 0


def test_published_ports_are_ports_of_this_machine(tmp_path: Path) -> None:
    with served("--listen", f"unix://{tmp_path}/d.sock") as (_, url), dockpy.Client(url) as client:
        container = client.containers.run(
            "busybox", ["httpd", "-f", "-p", "80", "-h", "/etc"], ports=["127.0.0.1::80"], detach=True
        )
        with socket.create_connection(container.wait_port(80), timeout=10) as sock:
            sock.sendall(b"GET /passwd HTTP/1.0\r\n\r\n")
            assert b"root:x:0:0" in sock.makefile("rb").read()


@pytest.mark.usefixtures("certificates")
def test_tls(tmp_path: Path) -> None:
    files = (f"--tls{name}={tmp_path / file}" for name, file in FILES.items())
    with served("--listen", "tcp://127.0.0.1:0", *files) as (_, url):
        with dockpy.Client(url, tls=dockpy.TLS.from_directory(tmp_path)) as client:
            assert client.ping()
        with dockpy.Client(url, tls=False) as plain, pytest.raises(dockpy.DockpyError):
            plain.ping()
        stranger = dockpy.Client(url, tls=dockpy.TLS(ca=str(tmp_path / "ca.pem")))
        with stranger, pytest.raises(dockpy.ConnectionFailed):
            stranger.ping()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--listen", "http://x"], "listen='http://x'"),
        (["--listen", "unix:///nowhere/docker.sock"], "No such file or directory"),
        (["--listen", "tcp://127.0.0.1:0", "--api", "1.2"], "api='1.2'"),
        (["--listen", "tcp://127.0.0.1:0", "--tlscert", "/nowhere.pem"], "No such file or directory"),
    ],
)
def test_what_cannot_be_exits_with_2(arguments: list[str], told: str) -> None:
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_is_taken_exits_with_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        done = subprocess.run([*COMMAND, "--listen", url], capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert "in use" in done.stderr
