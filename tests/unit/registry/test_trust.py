"""Whom to believe, and by which files."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
from pathlib import Path

import pytest
from registry_servers import Asked, Reply, Server, make_certificates

from dockpy import TLS, ConfigError
from dockpy.registry.trust import certificate_folders, speaks_tls, trust


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    folder = tmp_path_factory.mktemp("certificates")
    return folder, make_certificates(folder)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The user's folder of a registry at 127.0.0.1:5000."""
    path = tmp_path / "docker" / "certs.d" / "127.0.0.1:5000"
    path.mkdir(parents=True)
    return path


HOST = "127.0.0.1:5000"


def authorities(context: ssl.SSLContext) -> list[str]:
    return [str(certificate["subject"]) for certificate in context.get_ca_certs()]


def test_where_certificates_may_be(environ: dict[str, str], tmp_path: Path) -> None:
    assert certificate_folders(HOST, environ) == [
        Path("/etc/docker/certs.d/127.0.0.1:5000"),
        tmp_path / "docker/certs.d/127.0.0.1:5000",
    ]
    assert certificate_folders("ghcr.io", {"HOME": "/home/me"})[1] == Path(
        "/home/me/.config/docker/certs.d/ghcr.io"
    )


def test_authorities_come_to_those_of_the_system(
    made: tuple[Path, ssl.SSLContext], folder: Path, environ: dict[str, str]
) -> None:
    before = len(authorities(trust(HOST, environ=environ)))
    shutil.copy(made[0] / "ca.pem", folder / "ours.crt")
    (folder / "README").write_text("no certificate")
    context = trust(HOST, environ=environ)
    assert len(authorities(context)) == before + 1
    assert "commonName" in str(authorities(context))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert len(authorities(trust("ghcr.io", environ=environ))) == before


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_bundles_of_the_web_mean_registries(
    made: tuple[Path, ssl.SSLContext], environ: dict[str, str], variable: str
) -> None:
    before = len(authorities(trust(HOST, environ=environ)))
    context = trust(HOST, environ={**environ, variable: str(made[0] / "ca.pem")})
    assert len(authorities(context)) == before + 1


def test_a_python_that_knows_no_authorities(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    none = ssl.get_default_verify_paths()._replace(cafile=None, capath=None)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    assert authorities(ssl.create_default_context()) == []
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: none)
    assert len(authorities(trust(HOST, environ=environ))) > 50


def test_given_material_counts_alone(made: tuple[Path, ssl.SSLContext], environ: dict[str, str]) -> None:
    context = trust(HOST, tls=TLS(ca=made[0] / "ca.pem"), environ=environ)
    assert len(authorities(context)) == 1
    others = trust(HOST, tls=TLS(ca=made[0] / "ca.pem"), own=False, environ=environ)
    assert len(authorities(others)) >= 1


def test_insecure_believes_anyone(folder: Path, environ: dict[str, str]) -> None:
    (folder / "broken.crt").write_text("nonsense")
    for tls in (None, TLS()):
        context = trust(HOST, tls=tls, insecure=True, environ=environ)
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"a.crt": "nonsense"}, "a.crt' holds no certificate"),
        ({"a.cert": "x"}, "a.cert' has no 'a.key'"),
        ({"a.key": "x"}, "a.key' has no 'a.cert'"),
        ({"a.cert": "x", "a.key": "y"}, "are not a certificate and its key"),
    ],
)
def test_files_that_cannot_be_used(
    folder: Path, environ: dict[str, str], files: dict[str, str], problem: str
) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)
    with pytest.raises(ConfigError, match=problem):
        trust(HOST, environ=environ)


def test_the_clients_certificate_stays_with_the_registry(
    made: tuple[Path, ssl.SSLContext], folder: Path, environ: dict[str, str]
) -> None:
    certificates, server = made
    server.verify_mode = ssl.CERT_OPTIONAL
    server.load_verify_locations(certificates / "ca.pem")
    shutil.copy(certificates / "ca.pem", folder / "ca.crt")
    shutil.copy(certificates / "cert.pem", folder / "client.cert")
    shutil.copy(certificates / "key.pem", folder / "client.key")
    assert _shown_to(server, trust(HOST, environ=environ))
    assert not _shown_to(server, trust(HOST, environ=environ, own=False))
    tls = TLS(certificates / "ca.pem", certificates / "cert.pem", certificates / "key.pem")
    assert _shown_to(server, trust(HOST, tls=tls, environ=environ))
    assert not _shown_to(server, trust(HOST, tls=tls, environ=environ, own=False))


def _shown_to(server: ssl.SSLContext, client: ssl.SSLContext) -> bool:
    """Whether the server sees a certificate of the client; no socket takes part."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(down, up, server_hostname="127.0.0.1")
    other = server.wrap_bio(up, down, server_side=True)
    left = [one, other, one, other]
    while left:
        side = left.pop(0)
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            left.append(side)
    return other.getpeercert() is not None and bool(other.getpeercert())


class TestPorts:
    def test_one_that_speaks_tls(self, made: tuple[Path, ssl.SSLContext]) -> None:
        with Server(lambda _: Reply(), tls=made[1]) as server:
            host, _, port = server.host.partition(":")
            assert speaks_tls((host, int(port)), host, 10)

    def test_one_that_wants_to_know_us(self, made: tuple[Path, ssl.SSLContext]) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made[0] / "cert.pem", made[0] / "key.pem")
        context.load_verify_locations(made[0] / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # which says so at once
        with Server(lambda _: Reply(), tls=context) as server:
            host, _, port = server.host.partition(":")
            assert speaks_tls((host, int(port)), host, 10)

    @pytest.mark.parametrize(
        "talk", [b"", b"HTTP/1.0 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n", b"\x15\x03\x01"]
    )
    def test_one_that_does_not(self, talk: bytes) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:

            def answer() -> None:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(talk)

            thread = threading.Thread(target=answer)
            thread.start()
            assert not speaks_tls(listening.getsockname(), "127.0.0.1", 10)
            thread.join()

    def test_one_that_is_silent(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            assert not speaks_tls(listening.getsockname(), "127.0.0.1", 0.05)

    def test_none_at_all(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            address = listening.getsockname()
        with pytest.raises(ConnectionRefusedError):
            speaks_tls(address, "127.0.0.1", 10)


def test_a_plain_server_of_http() -> None:
    def answer(asked: Asked) -> Reply:
        raise AssertionError("nothing was asked")

    with Server(answer) as server:
        host, _, port = server.host.partition(":")
        assert not speaks_tls((host, int(port)), host, 10)
