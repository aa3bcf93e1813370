"""Sessions with honest registries: who we are, when to come back, and what went wrong."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import shutil
import threading
from typing import TYPE_CHECKING, Any

import pytest
from registry_servers import Asked, Reply, Server, Tunnel, everything, make_certificates

from dockpy import (
    TLS,
    ApiError,
    ConnectionFailed,
    Forbidden,
    ImageNotFound,
    InvalidArgument,
    InvalidResponse,
    NotFound,
    RateLimited,
    ServerError,
    TimedOut,
    Unauthorized,
)
from dockpy.config.credentials import Credentials
from dockpy.config.file import ConfigFile
from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.registry import FakeRegistry, RateLimit, serve
from dockpy.registry import limits
from dockpy.registry.login import login, logout
from dockpy.registry.scope import CATALOG, NOTHING, pulling, pushing
from dockpy.registry.session import RegistrySession

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

ME = Credentials("me", "s3cret")
USERS = {"me": "s3cret"}


def ping(session: RegistrySession, **options: Any) -> int:
    return session.call("GET", "/v2/", scope=NOTHING, subject="registry", **options).status


def paths(registry: FakeRegistry) -> list[str]:
    return [f"{one.method} {one.path} {one.status}" for one in registry.requests]


class TestOpen:
    def test_one_request_where_one_is_enough(self) -> None:
        with serve(FakeRegistry()) as served, RegistrySession(served.host) as session:
            answer = session.call("GET", "/v2/", scope=NOTHING, subject="x")
            assert (answer.status, answer.content, answer.url) == (200, b"{}", f"{served.url}/v2/")
            assert answer.headers["docker-distribution-api-version"] == "registry/2.0"
            assert session.url == served.url
            assert paths(served.registry) == ["GET /v2/ 200"]
            assert served.registry.requests[0].user_agent.startswith("dockpy/")

    def test_connections_are_kept(self) -> None:
        with Server(lambda asked: Reply(200, b"x" * 1000)) as server, RegistrySession(server.host) as session:
            for method in ("GET", "HEAD", "GET", "POST", "HEAD", "PUT"):
                session.call(method, "/v2/", scope=NOTHING, subject="x", body=b"y" * (method == "PUT"))
            # One was tried for TLS.
            assert server.connections == 2

    def test_what_is_sent(self) -> None:
        with Server(lambda asked: Reply(202)) as server, RegistrySession(server.host) as session:
            about: Any = {"scope": NOTHING, "subject": "x", "accept": (202,)}
            session.call("POST", "/v2/a/blobs/uploads/?x=1", params={"mount": "a b&c"}, **about)
            given = {"Content-Type": "a/b"}
            url = f"{server.url}/up?state=1"
            session.call("PUT", url, params={"digest": "d"}, headers=given, body=b"hello", **about)
            post, put = server.asked
            assert post.path == "/v2/a/blobs/uploads/?x=1&mount=a+b%26c"
            assert post.headers["content-length"] == "0"
            assert post.headers["accept-encoding"] == "identity"
            assert (put.path, put.body) == ("/up?state=1&digest=d", b"hello")
            assert put.headers["content-type"] == "a/b"

    def test_a_body_is_sent_as_it_is_read(self) -> None:
        class Pieces:
            def __len__(self) -> int:
                return 9

            def __iter__(self) -> Iterator[bytes]:
                yield from (b"abc", b"def", b"ghi")

        with Server(lambda asked: Reply(202)) as server, RegistrySession(server.host) as session:
            session.open("PATCH", "/up", scope=NOTHING, subject="x", body=Pieces(), accept=(202,)).close()
            patch = server.asked[-1]
            assert (patch.headers["content-length"], patch.body) == ("9", b"abcdefghi")
            assert "transfer-encoding" not in patch.headers

    def test_a_body_that_cannot_be_read_is_not_the_registrys_failure(self) -> None:
        class Broken:
            def __len__(self) -> int:
                return 9

            def __iter__(self) -> Iterator[bytes]:
                yield b"abc"
                raise OSError("the disk is on fire")

        with Server(lambda asked: Reply(202)) as server, RegistrySession(server.host) as session:
            ping(session, accept=(202,))
            with pytest.raises(OSError, match="the disk is on fire"):
                session.open("PATCH", "/up", scope=NOTHING, subject="x", body=Broken())

    def test_a_path_has_to_be_quoted(self) -> None:
        with serve(FakeRegistry()) as served, RegistrySession(served.host) as session:
            for path in ("/v2/a b", "/v2/\u00fc", "/v2/\r\nX: y"):
                with pytest.raises(InvalidArgument, match="quoted"):
                    session.call("GET", path, scope=NOTHING, subject="x")
            assert not served.registry.requests

    def test_same_origin(self) -> None:
        with serve(FakeRegistry()) as served, RegistrySession(served.host) as session:
            assert session.same_origin("/v2/x?y")
            assert session.same_origin(f"{served.url}/v2/")
            assert not session.same_origin("//elsewhere.example/v2/")
            assert not session.same_origin(f"https://{served.host}/v2/")

    @pytest.mark.parametrize("timeout", [0, -1, (1, 0), float("nan"), "60", (1,), (1, 2, 3), True])
    def test_timeouts_are_checked(self, timeout: Any) -> None:
        with pytest.raises(InvalidArgument, match="timeout="):
            RegistrySession("127.0.0.1:1", timeout=timeout)

    def test_no_timeout_is_no_limit(self) -> None:
        with (
            Server(lambda asked: Reply(200)) as server,
            RegistrySession(server.host, timeout=None) as session,
        ):
            assert session.call("GET", "/v2/", scope=(), subject="it").status == 200


class TestWhoWeAre:
    def test_basic(self) -> None:
        with serve(FakeRegistry(users=USERS)) as served:
            session = RegistrySession(served.host, credentials=lambda: ME)
            ping(session)
            ping(session)
            assert paths(served.registry) == ["GET /v2/ 401", "GET /v2/ 200", "GET /v2/ 200"]
            session.close()

    def test_nobody(self) -> None:
        with serve(FakeRegistry(users=USERS)) as served, RegistrySession(served.host) as session:
            with pytest.raises(Unauthorized, match=r"registry\.login") as caught:
                ping(session)
            assert caught.value.status_code == 401
            assert caught.value.operation == "GET /v2/"
            assert caught.value.daemon == served.url
            assert paths(served.registry) == ["GET /v2/ 401"]

    def test_tokens(self) -> None:
        with serve(FakeRegistry(users=USERS, token_auth=True)) as served:
            session = RegistrySession(served.host, credentials=lambda: ME)
            for _ in range(2):
                session.call("GET", "/v2/_catalog", scope=CATALOG, subject="x")
            assert paths(served.registry) == [
                "GET /v2/_catalog 401",
                "GET /token 200",
                "GET /v2/_catalog 200",
                "GET /v2/_catalog 200",
            ]
            session.close()

    def test_they_are_renewed_as_they_expire_and_as_they_are_revoked(self) -> None:
        clock = ManualClock()
        registry = FakeRegistry(users=USERS, token_auth=True, token_ttl=300, clock=clock)
        with serve(registry) as served:
            now = [0.0]
            session = RegistrySession(served.host, credentials=lambda: ME, clock=lambda: now[0])
            ping(session)
            del registry.requests[:]
            now[0] += 299
            clock.advance(299)
            ping(session)
            assert paths(registry) == ["GET /token 200", "GET /v2/ 200"], "it was asked for in time"
            del registry.requests[:]
            clock.advance(301)
            ping(session)
            assert paths(registry) == ["GET /v2/ 401", "GET /token 200", "GET /v2/ 200"]
            session.close()

    def test_anonymous_tokens(self) -> None:
        with serve(FakeRegistry(users=USERS, token_auth=True, public=True)) as served:
            with RegistrySession(served.host) as session:
                with pytest.raises(ImageNotFound):
                    session.call("GET", "/v2/app/manifests/1", scope=pulling("app"), subject="image app:1")
                with pytest.raises(Unauthorized):
                    session.call(
                        "POST", "/v2/app/blobs/uploads/", scope=pushing("app"), subject="x", accept=(202,)
                    )
            assert "account" not in str(served.registry.requests)

    @pytest.mark.parametrize("token_auth", [False, True])
    def test_a_wrong_password(self, token_auth: bool) -> None:
        with serve(FakeRegistry(users=USERS, token_auth=token_auth)) as served:
            wrong = Credentials("me", "wr0ng")
            with RegistrySession(served.host, credentials=lambda: wrong) as session:
                with pytest.raises(Unauthorized, match="does not accept these credentials") as caught:
                    ping(session)
            assert "wr0ng" not in everything(caught.value)
            assert len(served.registry.requests) == 2

    def test_a_body_that_is_sent_once_is_not_sent_in_vain(self) -> None:
        class Once:
            sent = 0

            def __len__(self) -> int:
                return 3

            def __iter__(self) -> Iterator[bytes]:
                self.sent += 1
                yield b"abc"

        body = Once()

        def patch(session: RegistrySession) -> None:
            path = "/v2/app/blobs/uploads/none"
            session.open("PATCH", path, scope=pushing("app"), subject="x", body=body)

        with serve(FakeRegistry(users=USERS, token_auth=True)) as served:
            with RegistrySession(served.host, credentials=lambda: ME) as session:
                with pytest.raises(ApiError) as caught:
                    patch(session)
                assert caught.value.status_code == 404
                assert body.sent == 1
                served.registry.expire_tokens()
                with pytest.raises(Unauthorized):
                    patch(session)
                assert body.sent == 2, "a refused one is not sent again"
                with pytest.raises(NotFound):
                    patch(session)


class TestLogin:
    @pytest.fixture
    def environ(self, tmp_path: Path) -> dict[str, str]:
        return {"DOCKER_CONFIG": str(tmp_path), "PATH": os.environ["PATH"]}

    def test_a_password(self, environ: dict[str, str]) -> None:
        with serve(FakeRegistry(users=USERS)) as served, RegistrySession(served.host) as session:
            assert login(session, "me", "s3cret", environ=environ) == Credentials(
                "me", "s3cret", server_address=served.host
            )
            ping(session)
            assert ConfigFile.load(environ).registries == ()
            with pytest.raises(Unauthorized):
                login(session, "me", "wrong", environ=environ)
            ping(session)
            logout(session, environ=environ)
            with pytest.raises(Unauthorized):
                ping(session)

    def test_an_identity_token(self, environ: dict[str, str]) -> None:
        registry = FakeRegistry(users=USERS, token_auth=True)
        with serve(registry) as served, RegistrySession(served.host) as session:
            credentials = login(session, "me", "s3cret", save=True, environ=environ)
            assert (credentials.password, bool(credentials.identity_token)) == ("", True)
            kept = ConfigFile.load(environ).credentials(served.host)
            assert kept == credentials
            registry.expire_tokens()
            session.call("GET", "/v2/_catalog", scope=CATALOG, subject="x")
            assert "POST /token 200" in paths(registry)
            logout(session, erase=True, environ=environ)
            assert ConfigFile.load(environ).registries == ()

    def test_a_registry_without_identity_tokens(self, environ: dict[str, str]) -> None:
        registry = FakeRegistry(users=USERS, token_auth=True, identity_tokens=False)
        with serve(registry) as served, RegistrySession(served.host) as session:
            assert login(session, "me", "s3cret", environ=environ).password == "s3cret"

    @pytest.mark.parametrize(("username", "password"), [("", "x"), ("x", ""), ("a:b", "x")])
    def test_what_is_no_login(self, username: str, password: str) -> None:
        with RegistrySession("127.0.0.1:1") as session, pytest.raises(InvalidArgument):
            login(session, username, password)


class TestComingBack:
    def test_where_the_registry_says_when(self) -> None:
        replies = [
            Reply(429, headers={"Retry-After": "7"}),
            Reply(503, headers={"Retry-After": "5"}),
            Reply(),
        ]
        waited: list[float] = []
        with Server(lambda asked: replies.pop(0)) as server:
            with RegistrySession(server.host, wait=waited.append) as session:
                session.call("POST", "/up", scope=NOTHING, subject="x", body=b"again")
            assert waited == [7, 5]
            assert [one.body for one in server.asked] == [b"again"] * 3

    def test_not_for_longer_than_its_patience(self) -> None:
        waited: list[float] = []
        with Server(lambda asked: Reply(429, headers={"Retry-After": "12"})) as server:
            with RegistrySession(server.host, wait=waited.append) as session:
                with pytest.raises(RateLimited) as caught:
                    ping(session)
            assert (waited, caught.value.retry_after) == ([12, 12], 12)

    def test_at_once_where_that_is_said_is_not_for_ever(self) -> None:
        waited: list[float] = []
        with Server(lambda asked: Reply(429, headers={"Retry-After": "0"})) as server:
            with RegistrySession(server.host, wait=waited.append, patience=1) as session:
                with pytest.raises(RateLimited):
                    ping(session)
            assert len(waited) < 20

    @pytest.mark.parametrize("headers", [{}, {"Retry-After": "3600"}, {"Retry-After": "soon"}])
    def test_or_not_at_all(self, headers: dict[str, str]) -> None:
        with Server(lambda asked: Reply(429, b"", headers)) as server:
            with RegistrySession(server.host) as session, pytest.raises(RateLimited) as caught:
                ping(session)
            assert caught.value.retry_after == (3600 if headers.get("Retry-After") == "3600" else None)
            assert len(server.asked) == 1

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    @pytest.mark.parametrize(("method", "times"), [("GET", 3), ("HEAD", 3), ("POST", 1), ("DELETE", 1)])
    def test_a_server_that_is_not_well(self, method: str, times: int, status: int) -> None:
        waited: list[float] = []
        with Server(lambda asked: Reply(status)) as server:
            with RegistrySession(server.host, wait=waited.append) as session:
                with pytest.raises(ServerError):
                    session.call(method, "/v2/", scope=NOTHING, subject="x")
            assert len(server.asked) == times
            assert len(waited) == times - 1

    def test_closing_wakes_who_waits(self) -> None:
        waiting = threading.Event()

        def answer(asked: Asked) -> Reply:
            waiting.set()
            return Reply(429, headers={"Retry-After": "20"})

        with Server(answer) as server, RegistrySession(server.host) as session:
            errors: list[Exception] = []

            def ask() -> None:
                try:
                    ping(session)
                except ConnectionFailed as error:
                    errors.append(error)

            thread = threading.Thread(target=ask)
            thread.start()
            assert waiting.wait(10)
            while thread.is_alive():
                session.close()
                thread.join(0.01)
            assert "closed" in str(errors[0])

    def test_a_connection_that_was_closed_meanwhile(self) -> None:
        count = iter(range(100))

        def answer(asked: Asked) -> Reply | bytes:
            return b"" if next(count) % 2 else Reply()

        with Server(answer) as server, RegistrySession(server.host) as session:
            assert ping(session) == 200
            assert ping(session) == 200
            assert len(server.asked) == 3
            with pytest.raises(ConnectionFailed):
                session.call("POST", "/v2/", scope=NOTHING, subject="x")
            assert len(server.asked) == 4

    def test_how_much_is_left(self) -> None:
        registry = FakeRegistry()
        registry.rate_limit = RateLimit(pulls=100, seconds=60)
        with serve(registry) as served, RegistrySession(served.host) as session:
            ping(session)
            assert session.rate_limit is None
            put = {"scope": pushing("app"), "subject": "x", "accept": (201,)}
            kind = {"Content-Type": "application/vnd.oci.image.index.v1+json"}
            index = b'{"schemaVersion": 2, "manifests": []}'
            session.call("PUT", "/v2/app/manifests/1", body=index, headers=kind, **put)
            session.call("GET", "/v2/app/manifests/1", scope=pulling("app"), subject="x")
            assert session.rate_limit == limits.RateLimit(100, 99, 60)
            ping(session)
            assert session.rate_limit == limits.RateLimit(100, 99, 60)


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "path", "kind"),
        [
            (404, "/v2/app/manifests/1", ImageNotFound),
            (404, "/v2/app/blobs/x", NotFound),
            (403, "/v2/", Forbidden),
            (500, "/v2/", ServerError),
            (418, "/v2/", ApiError),
        ],
    )
    def test_kinds(self, status: int, path: str, kind: type[ApiError]) -> None:
        body = b'{"errors":[{"code":"A","message":"first"},{"code":"B"},{"message":"third\\u001b"}, 5]}'
        with Server(lambda asked: Reply(status, body)) as server, RegistrySession(server.host) as session:
            with pytest.raises(ApiError) as caught:
                session.call("GET", f"{path}?secret=1", scope=NOTHING, subject="the thing")
            error = caught.value
            assert type(error) is kind
            assert error.explanation == "first (A); B; third"
            assert error.response.content == body
            assert (error.operation, error.subject, error.daemon) == (f"GET {path}", "the thing", server.url)
            assert pickle.loads(pickle.dumps(error)).explanation == error.explanation

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            (b"", "the registry does not say why"),
            (b"404 page not found\n", "404 page not found"),
            (b"<html><h1>Bad</h1>", "the registry does not say why"),
            (b'{"message": "so"}', "so"),
            (b'{"errors": "x", "details": "so"}', "so"),
            (b'{"errors": [[1], null, {"code": 5, "message": {}}]}', "the registry does not say why"),
            (b"\xff\xfe", "\ufffd\ufffd"),
            (b"[1]", "[1]"),
            (b"x" * 100_000, "x" * 1000),
        ],
        ids=lambda text: repr(text[:20]),
    )
    def test_what_they_say(self, body: bytes, text: str) -> None:
        with Server(lambda asked: Reply(400, body)) as server, RegistrySession(server.host) as session:
            with pytest.raises(ApiError) as caught:
                ping(session)
            assert caught.value.explanation == text
            assert len(caught.value.response.content) <= 64 * 1024

    def test_nobody_there(self) -> None:
        with Server(lambda asked: Reply()) as server:
            host = server.host
        for insecure in (None, False, True):
            with RegistrySession(host, insecure=insecure) as session:
                with pytest.raises(ConnectionFailed, match=f"Nothing listens at {host}") as caught:
                    ping(session)
                assert caught.value.subject == "registry"
                assert caught.value.__context__ is None

    def test_a_host_that_is_not_known(self) -> None:
        with RegistrySession("registry.invalid") as session:
            with pytest.raises(ConnectionFailed, match=r"host of registry\.invalid is not known"):
                ping(session)

    def test_an_answer_that_does_not_come(self) -> None:
        go_on = threading.Event()

        def answer(asked: Asked) -> Reply:
            go_on.wait(10)
            return Reply()

        with Server(answer) as server, RegistrySession(f"http://{server.host}", timeout=(5, 0.05)) as session:
            with pytest.raises(TimedOut, match="did not answer in time") as caught:
                ping(session)
            go_on.set()
            assert "timeout=" in str(caught.value)

    def test_what_is_no_http(self) -> None:
        with Server(lambda asked: b"SSH-2.0-x\r\n\r\n") as server:
            with RegistrySession(server.host) as session, pytest.raises(InvalidResponse):
                ping(session)


def test_logs_show_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "dockpy")
    with serve(FakeRegistry(users=USERS, token_auth=True)) as served:
        with RegistrySession(served.host, credentials=lambda: ME) as session:
            login(session, "me", "s3cret")
            session.call("GET", f"{served.url}/v2/_catalog?last=hidden", scope=CATALOG, subject="x")
    lines = [record.getMessage() for record in caplog.records if record.name == "dockpy"]
    assert any(f"GET {served.url}/v2/_catalog -> 200" in line for line in lines)
    assert "s3cret" not in caplog.text
    assert "hidden" not in "\n".join(lines)


def test_it_is_not_pickled() -> None:
    session = RegistrySession("127.0.0.1:1", credentials=lambda: ME)
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(session)
    assert "s3cret" not in repr(session)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_has_connections_of_its_own() -> None:
    with serve(FakeRegistry(users=USERS)) as served:
        with RegistrySession(served.host, credentials=lambda: ME) as session:
            ping(session)
            before = len(served.registry.requests)
            child = os.fork()
            if child == 0:
                with contextlib.suppress(BaseException):
                    os._exit(0 if ping(session) == 200 else 1)
                os._exit(2)
            _, status = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(status) == 0
            assert ping(session) == 200
            assert len(served.registry.requests) == before + 2


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    folder = tmp_path_factory.mktemp("certificates")
    return folder, make_certificates(folder)


class TestTLS:
    @pytest.fixture
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        return tmp_path

    def test_an_authority_that_is_given(self, certificates: tuple[Path, ssl.SSLContext], home: Path) -> None:
        folder, context = certificates
        with serve(FakeRegistry(users=USERS), tls=context) as served:
            for host in (served.host, f"https://{served.host}"):
                for insecure in (None, False):
                    tls = TLS(ca=folder / "ca.pem")
                    with RegistrySession(host, credentials=lambda: ME, insecure=insecure, tls=tls) as session:
                        assert ping(session) == 200
                        assert session.url == served.url
                        assert session.url.startswith("https://")

    def test_an_authority_of_certs_d(self, certificates: tuple[Path, ssl.SSLContext], home: Path) -> None:
        folder, context = certificates
        with serve(FakeRegistry(), tls=context) as served:
            place = home / "docker" / "certs.d" / served.host
            place.mkdir(parents=True)
            shutil.copy(folder / "ca.pem", place / "ca.crt")
            with RegistrySession(served.host) as session:
                assert ping(session) == 200

    @pytest.mark.parametrize("insecure", [None, False])
    def test_one_that_nobody_knows(
        self, certificates: tuple[Path, ssl.SSLContext], home: Path, insecure: bool | None
    ) -> None:
        with serve(FakeRegistry(), tls=certificates[1]) as served:
            with RegistrySession(served.host, insecure=insecure, credentials=lambda: ME) as session:
                with pytest.raises(ConnectionFailed, match="is not trusted") as caught:
                    ping(session)
            assert f"certs.d/{served.host}/ca.crt" in str(caught.value)
            assert not served.registry.requests, "HTTP was not tried instead"

    def test_insecure(self, certificates: tuple[Path, ssl.SSLContext], home: Path) -> None:
        with serve(FakeRegistry(users=USERS), tls=certificates[1]) as served:
            with RegistrySession(served.host, insecure=True, credentials=lambda: ME) as session:
                assert ping(session) == 200
                assert session.url.startswith("https://")

    def test_the_name_of_the_certificate(self, home: Path, tmp_path: Path) -> None:
        context = make_certificates(tmp_path, "DNS:registry.example")
        with serve(FakeRegistry(), tls=context) as served:
            with RegistrySession(served.host, tls=TLS(ca=tmp_path / "ca.pem")) as session:
                with pytest.raises(ConnectionFailed, match="is not trusted"):
                    ping(session)
            named = TLS(ca=tmp_path / "ca.pem", hostname="registry.example")
            with RegistrySession(served.host, tls=named) as session:
                assert ping(session) == 200

    def test_plain_http_where_tls_was_promised(self, home: Path) -> None:
        with serve(FakeRegistry()) as served:
            for host, insecure in ((served.host, False), (f"https://{served.host}", None)):
                with RegistrySession(host, insecure=insecure) as session:
                    with pytest.raises(ConnectionFailed, match="does not speak TLS"):
                        ping(session)
            assert not served.registry.requests

    def test_plain_http_that_is_asked_for(self, certificates: tuple[Path, ssl.SSLContext]) -> None:
        with serve(FakeRegistry()) as served, RegistrySession(f"http://{served.host}") as session:
            assert ping(session) == 200
        with serve(FakeRegistry(), tls=certificates[1]) as served:
            with RegistrySession(f"http://{served.host}") as session, pytest.raises(ConnectionFailed):
                ping(session)

    def test_it_is_found_out_once(self) -> None:
        with Server(lambda asked: Reply()) as server, RegistrySession(server.host) as session:
            threads = [threading.Thread(target=ping, args=(session,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(server.asked) == 8
            assert server.greetings == 1


def test_proxies_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(lambda asked: Reply(200, b"by proxy")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "other.invalid")
        with RegistrySession("http://registry.invalid", insecure=True) as session:
            answer = session.call("GET", "/v2/", scope=NOTHING, subject="x")
            assert answer.content == b"by proxy"
            assert proxy.asked[0].path == "http://registry.invalid/v2/"
        with RegistrySession("http://other.invalid", insecure=True) as session:
            with pytest.raises(ConnectionFailed, match="not known"):
                ping(session)
        with serve(FakeRegistry()) as served, RegistrySession(served.host) as session:
            assert ping(session) == 200
        assert len(proxy.asked) == 1, "nothing on this machine is reached through it"


def test_tls_goes_through_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = make_certificates(tmp_path, "DNS:registry.invalid")
    with serve(FakeRegistry(users=USERS), tls=context) as served, Tunnel(served.host) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.host}")
        for insecure, tls in ((None, TLS(ca=tmp_path / "ca.pem")), (True, None)):
            session = RegistrySession("registry.invalid", credentials=lambda: ME, insecure=insecure, tls=tls)
            assert ping(session) == 200
            session.close()
        with RegistrySession("registry.invalid") as session:
            with pytest.raises(ConnectionFailed, match="is not trusted"):
                ping(session)
        assert {line.rpartition(b" ")[0] for line in proxy.asked} == {b"CONNECT registry.invalid:443"}
    with RegistrySession("registry.invalid") as session:
        with pytest.raises(ConnectionFailed, match="proxy before"):
            ping(session)


def test_netrc_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Server(lambda asked: Reply()) as server, RegistrySession(server.host) as session:
        ping(session)
        assert server.asked[0].authorization is None
