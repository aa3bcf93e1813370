"""Who is not whom we meant is told nothing: certificates that do not do, ssh hosts whose key has changed."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy.errors import ConnectionFailed
from dockpy.fake import FakeDaemon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, and what it signed: good, expired and for another host; and what signed itself."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", *EC, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority")
    kinds = {
        "good": ("IP:127.0.0.1", "2"),
        "expired": ("IP:127.0.0.1", "-1"),
        "elsewhere": ("DNS:other", "2"),
    }
    for name, (host, days) in kinds.items():
        (folder / "names").write_text(f"subjectAltName={host}\n")
        openssl("req", *EC, "-keyout", f"{name}.key", "-out", "asked", "-subj", f"/CN={name}")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", days)
        openssl("x509", "-req", "-in", "asked", *signed, "-out", f"{name}.pem")
    own = ("-subj", "/CN=self", "-addext", "subjectAltName=IP:127.0.0.1")
    openssl("req", "-x509", *EC, "-keyout", "self.key", "-out", "self.pem", *own)
    return folder


@pytest.fixture
def serve(made: Path) -> Iterator[Callable[..., FakeDaemon]]:
    """A daemon that shows one of these."""
    daemons: list[FakeDaemon] = []

    def serve(name: str, *, asks: bool = False) -> FakeDaemon:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made / f"{name}.pem", made / f"{name}.key")
        if asks:
            context.load_verify_locations(made / "ca.pem")
            context.verify_mode = ssl.CERT_REQUIRED
        daemons.append(FakeDaemon("tcp://127.0.0.1:0", tls=context))
        return daemons[-1]

    yield serve
    for daemon in daemons:
        daemon.close()


ASKS: dict[str, Callable[[dockpy.Client], Any]] = {
    "a call": lambda client: client.ping(),
    "a stream": lambda client: list(client.events()),
    "a login": lambda client: client.login("me", "s3cret", "r.example"),
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=list(ASKS))
@pytest.mark.parametrize(
    ("name", "why"),
    [("expired", "certificate has expired"), ("elsewhere", "127.0.0.1"), ("self", "self-signed certificate")],
)
def test_certificates_that_do_not_do(
    serve: Callable[..., FakeDaemon], made: Path, name: str, why: str, ask: Callable[[dockpy.Client], Any]
) -> None:
    daemon = serve(name)
    with dockpy.Client(daemon.url, tls=dockpy.TLS(made / "ca.pem"), version="1.51") as client:
        with pytest.raises(ConnectionFailed, match=r"certificate is not trusted: .*" + why):
            ask(client)
    assert not daemon.requests


@pytest.mark.parametrize("ask", ASKS.values(), ids=list(ASKS))
@pytest.mark.parametrize("own", [None, "self"])
def test_without_a_certificate_that_the_daemon_knows(
    serve: Callable[..., FakeDaemon], made: Path, own: str | None, ask: Callable[[dockpy.Client], Any]
) -> None:
    daemon = serve("good", asks=True)
    files = (made / f"{own}.pem", made / f"{own}.key") if own else (None, None)
    with dockpy.Client(daemon.url, tls=dockpy.TLS(made / "ca.pem", *files), version="1.51") as client:
        with pytest.raises(ConnectionFailed, match="refused this client's certificate, or asks for one"):
            ask(client)
    assert not daemon.requests


def test_with_one_that_it_knows(serve: Callable[..., FakeDaemon], made: Path) -> None:
    daemon = serve("good", asks=True)
    tls = dockpy.TLS(made / "ca.pem", made / "good.pem", made / "good.key")
    with dockpy.Client(daemon.url, tls=tls) as client:
        assert client.ping()


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A host of ssh's: its port, and its public key."""
    program = shutil.which("sshd", path="/usr/sbin:/usr/bin:/sbin")
    assert program, "openssh-server is not installed"
    key = tmp_path / "host"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["-o", "ListenAddress=127.0.0.1", "-o", f"PidFile={tmp_path}/pid", "-o", "UsePAM=no"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-D", "-e", "-f", "/dev/null", "-p", str(port), "-h", str(key), *options],
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    try:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except ConnectionRefusedError:
                continue
            break
        assert process.poll() is None, (tmp_path / "log").read_text()
        yield port, key.with_suffix(".pub")
    finally:
        process.terminate()
        process.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell's script stands for ssh")
def test_an_ssh_host_whose_key_has_changed(
    sshd: tuple[int, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, _ = sshd
    other = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True)
    known = tmp_path / "known"
    known.write_text(f"[127.0.0.1]:{port} {other.with_suffix('.pub').read_text()}")
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    ssh = shutil.which("ssh")
    program.write_text(f'#!/bin/sh\nexec {ssh} -F /dev/null -o UserKnownHostsFile={known} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    for ask in ASKS.values():
        with dockpy.Client(f"ssh://root@127.0.0.1:{port}", version="1.51") as client:
            with pytest.raises(ConnectionFailed, match="Host key verification failed"):
                ask(client)
    assert "Accepted" not in (tmp_path / "log").read_text()
