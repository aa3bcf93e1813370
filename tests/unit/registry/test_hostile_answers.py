"""Answers made to hurt whoever reads them: places, numbers and kinds that are none; work without end."""

from __future__ import annotations

import json
import ssl
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from registry_servers import Asked, Reply, Server, everything, make_certificates

from dockpy import (
    TLS,
    ConnectionFailed,
    DockpyError,
    InvalidResponse,
    Registry,
    ResponseTooLarge,
    UntrustedLocation,
)
from dockpy.config.credentials import Credentials
from dockpy.registry.blobs import BytesBlob, open_blob
from dockpy.registry.digests import digest_of
from dockpy.registry.places import check_location
from dockpy.registry.scope import pulling
from dockpy.registry.session import RegistrySession
from dockpy.registry.uploads import upload_blob, upload_bytes

if TYPE_CHECKING:
    from pathlib import Path

ABOUT: Any = {"scope": pulling("app"), "subject": "image app"}
LARGE = bytes(400_000)


class TestPlaces:
    @pytest.mark.parametrize("place", ["http://[bad/x?sig=s3cret", "http://\\@x/?s3cret", "\u00e9?s3cret"])
    def test_of_an_upload(self, place: str) -> None:
        def answer(asked: Asked) -> Reply:
            return Reply(404) if asked.method == "HEAD" else Reply(202, headers={"Location": place})

        with Server(answer) as server, RegistrySession(server.host) as session:
            with pytest.raises(UntrustedLocation) as caught:
                upload_bytes(session, "app", b"x", digest_of(b"x"))
        assert caught.value.subject == f"blob {digest_of(b'x')} of {server.host}/app"
        assert "s3cret" not in everything(caught.value)

    def test_of_a_request(self) -> None:
        with RegistrySession("http://127.0.0.1:1") as session, pytest.raises(UntrustedLocation) as caught:
            session.call("PUT", "http://[bad/x?sig=s3cret", **ABOUT)
        assert caught.value.operation == "PUT /x"


@pytest.mark.parametrize(
    "given",
    ["0" * 5000 + "2-3/4", "2-" + "9" * 5000 + "/4", "2-3/" + "9" * 5000],
    ids=["first", "last", "total"],
)
def test_ranges_of_too_many_digits(given: str) -> None:
    def answer(asked: Asked) -> Reply | bytes:
        if "range" in asked.headers:
            return Reply(206, b"cd", {"Content-Range": f"bytes {given}"})
        return b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab"

    with Server(answer) as server, RegistrySession(server.host) as session:
        with pytest.raises(InvalidResponse, match="were asked for"):
            open_blob(session, "app", digest_of(b"abcd")).read()


@pytest.mark.parametrize("kind", ["a/b\r\nX: y", "a/\u20ac", "a/b c", "/", "a/" + "b" * 200, "\x1b[31m/x"])
def test_kinds_of_manifests_that_are_none(kind: str) -> None:
    content = json.dumps({"schemaVersion": 2, "mediaType": kind, "layers": []}).encode()
    with Server(lambda asked: Reply(200, content)) as server, Registry(server.host) as registry:
        with pytest.raises(InvalidResponse, match="media type is none"):
            registry.manifest("app:1")


@pytest.mark.parametrize("value", ["[]", "{}", "0", '""'])
def test_documents_of_more_values_than_can_be_meant(value: str) -> None:
    many = ",".join([value] * 500_001)
    with Server(lambda asked: Reply(200, f'{{"tags": [{many}]}}'.encode())) as server:
        with Registry(server.host) as registry:
            repository = registry.repository("app")
            for ask in (repository.tags, repository.manifest):
                with pytest.raises(InvalidResponse, match="more than 500,000 values"):
                    ask()


@pytest.mark.parametrize("host", ["64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::a00:5", "2002:a00:5::1"])
def test_addresses_that_lead_to_others(host: str) -> None:
    with pytest.raises(UntrustedLocation):
        check_location(f"https://[{host}]/x", "https://registry.example/v2/")


@pytest.mark.parametrize("host", [f"{'a' * 64}.example", "a..example"])
def test_hosts_that_nobody_has(host: str) -> None:
    with Server(lambda asked: Reply(307, headers={"Location": f"https://{host}.invalid/x"})) as server:
        with RegistrySession(server.host) as session, pytest.raises(DockpyError):
            session.call("GET", "/v2/", **ABOUT)


def test_lists_of_a_name_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dockpy.registry.listing._FEW_PAGES", 10)
    monkeypatch.setattr("dockpy.registry.listing._NAMES_AT_LEAST", 50_000)

    def answer(asked: Asked) -> Reply:
        name = f"t{len(server.asked)}"
        following = {"Link": f'</v2/app/tags/list?last={name}>; rel="next"'}
        return Reply(200, json.dumps({"tags": [name]}).encode(), following)

    with Server(answer) as server, Registry(server.host) as registry:
        with pytest.raises(ResponseTooLarge, match="more than 10 pages"):
            registry.repository("app").tags()
        assert len(server.asked) == 11
        assert len(registry.repository("app").tags(limit=5)) == 5


class TestWorkWithoutEnd:
    """It gets further each time, and breaks each time."""

    @pytest.fixture(autouse=True)
    def at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("dockpy.registry.cancel._FIRST_DELAY", 0.0)

    def test_a_download(self) -> None:
        def answer(asked: Asked) -> bytes:
            at = int(asked.headers.get("range", "bytes=0-")[6:-1])
            head = f"HTTP/1.1 {206 if at else 200} OK\r\nContent-Range: bytes {at}-{at}/{len(LARGE)}\r\n"
            return f"{head}Content-Length: {len(LARGE) - at}\r\n\r\nx".encode()

        with Server(answer) as server, RegistrySession(server.host) as session:
            with pytest.raises((ConnectionFailed, InvalidResponse)):
                open_blob(session, "app", digest_of(LARGE)).read()
        assert len(server.asked) <= 101

    def test_an_upload(self) -> None:
        def answer(asked: Asked) -> Reply:
            if asked.method == "HEAD":
                return Reply(404)
            if asked.method == "POST":
                return Reply(202, headers={"Location": "/up"})
            stored = sum(one.method == "GET" for one in server.asked)
            return Reply(204, headers={"Range": f"0-{stored}"}) if asked.method == "GET" else Reply(500)

        with Server(answer) as server, RegistrySession(server.host) as session:
            with pytest.raises(DockpyError):
                upload_blob(session, "app", BytesBlob(LARGE, digest_of(LARGE)))
        assert sum(asked.method == "PATCH" for asked in server.asked) <= 100


def test_who_is_to_be_believed_is_not_taken_for_plain_http(tmp_path: Path) -> None:
    """Anybody may listen at a port of this machine once the registry does not."""
    make_certificates(tmp_path)
    basic = Reply(401, headers={"WWW-Authenticate": 'Basic realm="x"'})
    with Server(lambda asked: Reply() if asked.authorization else basic) as server:
        known = Credentials("me", "s3cret")
        with RegistrySession(
            server.host, tls=TLS(ca=tmp_path / "ca.pem"), credentials=lambda: known
        ) as session:
            assert session.url.startswith("https://")
            with pytest.raises(ConnectionFailed):
                session.call("GET", "/v2/", **ABOUT)
        assert server.asked == []


def test_a_certificate_is_shown_to_the_registry_alone(tmp_path: Path) -> None:
    """Another port of the same host is another server."""
    make_certificates(tmp_path)
    shown: dict[str, list[object]] = {"registry": [], "other": []}

    def noting(name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
        context.load_verify_locations(tmp_path / "ca.pem")
        context.verify_mode = ssl.CERT_OPTIONAL

        class Noting(ssl.SSLSocket):
            def do_handshake(self, block: bool = False) -> None:
                super().do_handshake(block)
                shown[name].append(self.getpeercert())

        context.sslsocket_class = Noting
        return context

    with ExitStack() as stack:
        other = stack.enter_context(Server(lambda asked: Reply(200, b"{}"), tls=noting("other")))
        moved = Reply(307, headers={"Location": f"{other.url}/x"})
        server = stack.enter_context(Server(lambda asked: moved, tls=noting("registry")))
        tls = TLS(ca=tmp_path / "ca.pem", cert=tmp_path / "cert.pem", key=tmp_path / "key.pem")
        session = stack.enter_context(RegistrySession(server.host, tls=tls))
        assert session.call("GET", "/v2/", **ABOUT).content == b"{}"
    assert all(shown["registry"])
    assert shown["other"]
    assert not any(shown["other"])
