"""TLS material, proven by handshakes between two ends in memory."""

from __future__ import annotations

import pickle
import shutil
import ssl
from typing import TYPE_CHECKING

import pytest

from dockpy.config import TLS
from dockpy.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def handshake(
    tls: TLS, data: Path, hostname: str = "daemon.test", *, client_certificate: bool = False
) -> str:
    """Shake hands with a daemon that has data/server-cert.pem; returns the TLS version."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(data / "server-cert.pem", data / "server-key.pem")
    if client_certificate:
        server_context.verify_mode = ssl.CERT_REQUIRED
        server_context.load_verify_locations(data / "ca.pem")
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context.wrap_bio(up, down, server_side=True)
    client = tls.context().wrap_bio(down, up, server_hostname=tls.hostname or hostname)
    waiting = [client, server]
    for _ in range(10):
        for end in list(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                pass
    assert not waiting
    return str(client.version())


@pytest.fixture
def certs(data: Path, tmp_path: Path) -> Path:
    """A directory as DOCKER_CERT_PATH names one."""
    directory = tmp_path / "certs"
    directory.mkdir()
    for name in ("ca.pem", "cert.pem", "key.pem"):
        shutil.copy(data / name, directory / name)
    return directory


def test_both_ends_prove_themselves(certs: Path, data: Path) -> None:
    assert handshake(TLS.from_directory(certs), data, client_certificate=True) == "TLSv1.3"
    assert handshake(TLS.from_directory(certs), data, "127.0.0.1") == "TLSv1.3"


def test_a_daemon_that_asks_for_no_certificate(data: Path) -> None:
    assert handshake(TLS(str(data / "ca.pem")), data)


def test_a_daemon_that_asks_for_one_refuses_us_without(data: Path) -> None:
    with pytest.raises(ssl.SSLError):
        handshake(TLS(data / "ca.pem"), data, client_certificate=True)


@pytest.mark.parametrize("ca", ["other-ca.pem", None])
def test_only_the_authority_that_was_given_is_believed(ca: str | None, data: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(TLS(data / ca if ca else None), data)


def test_the_systems_authorities_are_not_believed_beside_the_given_one(data: Path) -> None:
    assert len(TLS(data / "ca.pem").context().get_ca_certs()) == 1


def test_a_certificate_that_is_no_root_can_be_trusted(data: Path) -> None:
    assert handshake(TLS(data / "server-cert.pem"), data)


def test_the_name_must_match(data: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"match|not valid for"):
        handshake(TLS(data / "ca.pem"), data, "other.test")
    assert handshake(TLS(data / "ca.pem", hostname="daemon.test"), data, "other.test")


def test_verification_is_off_only_where_asked(data: Path) -> None:
    assert handshake(TLS(data / "other-ca.pem", verify=False), data, "other.test")
    assert handshake(TLS(verify=False), data, "other.test")
    context = TLS().context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_old_versions_are_not_spoken() -> None:
    assert TLS(verify=False).context().minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSLKEYLOGFILE"])
def test_the_webs_variables_do_not_count(
    name: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, str(tmp_path / "nowhere.pem"))
    assert handshake(TLS(data / "ca.pem"), data)
    assert not (tmp_path / "nowhere.pem").exists()


def test_each_call_builds_another_context(data: Path) -> None:
    tls = TLS(data / "ca.pem")
    assert tls.context() is not tls.context()


def test_the_key_may_be_in_the_certificates_file(data: Path, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_text((data / "cert.pem").read_text() + (data / "key.pem").read_text())
    assert handshake(TLS(data / "ca.pem", both), data, client_certificate=True)


def test_the_home_directory_can_be_abbreviated(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    shutil.copy(data / "ca.pem", tmp_path)
    assert handshake(TLS("~/ca.pem"), data)
    assert TLS.from_directory("~").ca == tmp_path / "ca.pem"
    with pytest.raises(ConfigError, match="no-such-user"):
        TLS("~no-such-user/ca.pem").context()


def test_making_one_reads_nothing() -> None:
    tls = TLS("/nowhere/ca.pem", "/nowhere/cert.pem", "/nowhere/key.pem")
    assert "/nowhere/key.pem" in repr(tls)
    assert len({tls, pickle.loads(pickle.dumps(tls))}) == 1


@pytest.mark.parametrize(
    ("material", "named"),
    [
        (("nowhere.pem", None, None), "certificate authority.*nowhere.pem.*No such file"),
        (("ca.pem", "nowhere.pem", "key.pem"), "the certificate .*nowhere.pem.*No such file"),
        (("ca.pem", "cert.pem", "nowhere.pem"), "the key .*nowhere.pem.*No such file"),
        (("", None, None), "directory"),
        (("key.pem", None, None), "key.pem' holds no certificate"),
        (("ca.pem", "key.pem", "key.pem"), "not a certificate and its key"),
        (("ca.pem", "cert.pem", "ca.pem"), "not a certificate and its key"),
        (("ca.pem", "cert.pem", None), "not a certificate and its key"),
        (("ca.pem", "cert.pem", "other-key.pem"), "other-key.pem' does not belong to .*/cert.pem'"),
        (("ca.pem", "cert.pem", "encrypted-key.pem"), "encrypted-key.pem' is encrypted"),
        (("ca.pem", None, "key.pem"), "key.pem' has no certificate"),
    ],
)
def test_material_that_cannot_be_used(
    material: tuple[str, str | None, str | None], named: str, data: Path
) -> None:
    ca, cert, key = (data / name if name is not None else None for name in material)
    tls = TLS(ca, cert, key)
    with pytest.raises(ConfigError, match=named) as caught:
        tls.context()
    assert "PRIVATE" not in str(caught.value)


def test_a_directory(certs: Path) -> None:
    assert TLS.from_directory(certs) == TLS(certs / "ca.pem", certs / "cert.pem", certs / "key.pem")
    given = TLS.from_directory(str(certs), verify=False, hostname="h")
    assert (given.verify, given.hostname) == (False, "h")


def test_a_directory_with_the_authority_only(certs: Path) -> None:
    (certs / "cert.pem").unlink()
    (certs / "key.pem").unlink()
    assert TLS.from_directory(certs) == TLS(certs / "ca.pem")


@pytest.mark.parametrize("name", ["ca.pem", "cert.pem", "key.pem"])
def test_a_directory_that_lacks_a_file(name: str, certs: Path) -> None:
    (certs / name).unlink()
    with pytest.raises(ConfigError, match=f"there is no file .*/certs/{name}"):
        TLS.from_directory(certs)


def test_a_directory_that_is_none(certs: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no directory .*nowhere"):
        TLS.from_directory(certs / "nowhere")
    (certs / "ca.pem").unlink()
    assert TLS.from_directory(certs, verify=False).ca is None


# DOCKER_TLS_VERIFY, DOCKER_TLS, whether DOCKER_CERT_PATH is set, verified (None: without TLS)
@pytest.mark.parametrize(
    ("verify", "on", "path", "verified"),
    [
        (None, None, False, None),
        ("", None, False, None),
        ("", "", False, None),
        ("1", None, True, True),
        ("0", None, True, True),  # as for the docker command: any text turns it on
        ("1", "1", True, True),
        (None, None, True, True),
        (None, "1", True, False),
        ("", None, True, False),
        ("", "1", True, False),
    ],
)
def test_the_environments_material(
    verify: str | None, on: str | None, path: bool, verified: bool | None, certs: Path
) -> None:
    environ = {"HOME": "/nowhere"}
    if verify is not None:
        environ["DOCKER_TLS_VERIFY"] = verify
    if on is not None:
        environ["DOCKER_TLS"] = on
    if path:
        environ["DOCKER_CERT_PATH"] = str(certs)
    tls = TLS.from_environ(environ)
    if verified is None:
        assert tls is None
    else:
        assert tls == TLS(certs / "ca.pem", certs / "cert.pem", certs / "key.pem", verified)


def test_the_environments_material_is_beside_the_configuration(certs: Path, home: Path) -> None:
    shutil.copytree(certs, home / ".docker")
    found = TLS.from_environ({"HOME": str(home), "DOCKER_TLS_VERIFY": "1"})
    assert found is not None
    assert found.ca == home / ".docker" / "ca.pem"
    found = TLS.from_environ({"DOCKER_CONFIG": str(certs), "DOCKER_TLS_VERIFY": "1"})
    assert found is not None
    assert found.ca == certs / "ca.pem"


def test_the_environments_material_may_be_missing(home: Path) -> None:
    environ = {"HOME": str(home)}
    with pytest.raises(ConfigError, match=r"no directory .*\.docker"):
        TLS.from_environ({**environ, "DOCKER_TLS_VERIFY": "1"})
    with pytest.raises(ConfigError, match="no directory '/nowhere'"):
        TLS.from_environ({**environ, "DOCKER_TLS": "1", "DOCKER_CERT_PATH": "/nowhere"})
    assert TLS.from_environ({**environ, "DOCKER_TLS": "1"}) == TLS(verify=False)
