"""Sessions with registries that lie, stall, and send us to others."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from registry_servers import Asked, Reply, Server, everything, make_certificates

from dockpy import (
    TLS,
    ApiError,
    ConnectionFailed,
    InvalidResponse,
    ResponseTooLarge,
    TimedOut,
    TruncatedResponse,
    Unauthorized,
    UntrustedLocation,
)
from dockpy.config.credentials import Credentials
from dockpy.registry.scope import NOTHING, pulling
from dockpy.registry.session import RegistrySession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BASIC = {"WWW-Authenticate": 'Basic realm="x"'}
ABOUT: Any = {"scope": pulling("app"), "subject": "blob x of app"}


def locked(inside: Callable[[Asked], Reply | bytes]) -> Callable[[Asked], Reply | bytes]:
    """A registry that wants a password, and is like this for those who have one."""
    return lambda asked: inside(asked) if asked.authorization else Reply(401, headers=BASIC)


def me(host: str, **options: Any) -> RegistrySession:
    return RegistrySession(host, credentials=lambda: Credentials("me", "s3cret"), **options)


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_to_another_host_without_credentials(self, status: int) -> None:
        with Server(lambda asked: Reply(200, b"content"), address="127.0.0.2") as other:
            moved = Reply(status, headers={"Location": f"{other.url}/x?sig=1", "Set-Cookie": "a=b"})
            with Server(locked(lambda asked: moved)) as server, me(server.host) as session:
                answer = session.call("GET", "/v2/app/blobs/x", headers={"Range": "bytes=0-"}, **ABOUT)
                assert (answer.content, answer.url) == (b"content", f"{other.url}/x")
                session.call("HEAD", "/v2/app/blobs/x", **ABOUT)
            assert [one.method for one in other.asked] == ["GET", "HEAD"]
            for asked in other.asked:
                assert asked.path == "/x?sig=1"
                assert asked.authorization is None
                assert "cookie" not in asked.headers
            assert other.asked[0].headers["range"] == "bytes=0-"

    def test_to_another_port_is_to_another(self) -> None:
        with Server(lambda asked: Reply()) as other:
            moved = Reply(307, headers={"Location": f"{other.url}/x"})
            with Server(locked(lambda asked: moved)) as server, me(server.host) as session:
                session.call("GET", "/v2/app/blobs/x", **ABOUT)
            assert other.asked[0].authorization is None

    def test_within_the_registry(self) -> None:
        def answer(asked: Asked) -> Reply:
            return Reply(200, b"here") if asked.path == "/b" else Reply(302, headers={"Location": "/b"})

        with Server(locked(answer)) as server, me(server.host) as session:
            assert session.call("GET", "/v2/a", **ABOUT).content == b"here"
            assert server.asked[-1].authorization is not None

    def test_who_it_is_sent_to_is_not_told_who_we_are(self) -> None:
        with Server(lambda asked: Reply(401, headers=BASIC), address="127.0.0.2") as other:
            moved = Reply(307, headers={"Location": f"{other.url}/x"})
            with Server(locked(lambda asked: moved)) as server, me(server.host) as session:
                with pytest.raises(Unauthorized):
                    session.call("GET", "/v2/app/blobs/x", **ABOUT)
            assert len(other.asked) == 1

    def test_round_and_round(self) -> None:
        with Server(lambda asked: Reply(302, headers={"Location": "/again"})) as server:
            with RegistrySession(server.host) as session:
                with pytest.raises(InvalidResponse, match="more than 5 times"):
                    session.call("GET", "/v2/", **ABOUT)
            assert len(server.asked) == 6

    def test_what_changes_something_is_not_sent_elsewhere(self) -> None:
        with Server(lambda asked: Reply(307, headers={"Location": "/b"})) as server:
            with RegistrySession(server.host) as session:
                for method in ("POST", "PUT", "PATCH", "DELETE"):
                    with pytest.raises(ApiError) as caught:
                        session.call(method, "/v2/", **ABOUT)
                    assert caught.value.status_code == 307
            assert len(server.asked) == 4

    @pytest.mark.parametrize(
        "place",
        [
            *("http://registry.example/x", "http://10.0.0.5/x", "ftp://127.0.0.1/x", "file:///etc/passwd"),
            *("http://me:pw@127.0.0.1/x", "http://127.0.0.1:99999/", "//registry.example/x", "http://[::1/"),
        ],
    )
    def test_to_where_we_do_not_go(self, place: str) -> None:
        with Server(lambda asked: Reply(302, headers={"Location": place})) as server:
            with RegistrySession(server.host) as session:
                with pytest.raises(UntrustedLocation) as caught:
                    session.call("GET", "/v2/", **ABOUT)
            assert caught.value.subject == "blob x of app"
            assert len(server.asked) == 1

    def test_without_a_place(self) -> None:
        with Server(lambda asked: Reply(302)) as server, RegistrySession(server.host) as session:
            with pytest.raises(InvalidResponse, match="without saying where to"):
                session.call("GET", "/v2/", **ABOUT)

    def test_from_https_to_http(self, tmp_path: Path) -> None:
        context = make_certificates(tmp_path)
        with Server(lambda asked: Reply()) as other:
            moved = Reply(302, headers={"Location": f"{other.url}/x"})
            with Server(locked(lambda asked: moved), tls=context) as server:
                with me(server.host, tls=TLS(ca=tmp_path / "ca.pem")) as session:
                    with pytest.raises(UntrustedLocation, match="from HTTPS to plain HTTP"):
                        session.call("GET", "/v2/", **ABOUT)
            assert other.asked == []


class TestPlaces:
    def test_an_upload_elsewhere_is_sent_without_credentials(self) -> None:
        with Server(lambda asked: Reply(202), address="127.0.0.2") as other:
            with Server(locked(lambda asked: Reply())) as server, me(server.host) as session:
                session.call("GET", "/v2/", **ABOUT)
                session.call("PUT", f"{other.url}/up?sig=1", body=b"x", accept=(202,), **ABOUT)
                session.call("PUT", f"//{other.host}/up?sig=1", body=b"x", accept=(202,), **ABOUT)
            assert [one.authorization for one in other.asked] == [None, None]

    @pytest.mark.parametrize(
        "place", ["http://registry.example/up", "//registry.example/up", "ftp://127.0.0.1/"]
    )
    def test_or_not_at_all(self, place: str) -> None:
        with Server(lambda asked: Reply()) as server, RegistrySession(server.host) as session:
            with pytest.raises(UntrustedLocation):
                session.call("PUT", place, body=b"x", **ABOUT)
            assert server.asked == []


class TestChallenges:
    @pytest.mark.parametrize(
        "realm",
        [
            *("http://registry.example/token", "http://10.0.0.5/token", "ftp://127.0.0.1/token", "/token"),
            *(
                "http://me:pw@127.0.0.1/token",
                "http://127.0.0.1 evil/token",
                "https://169.254.169.254/latest\x01",
            ),
        ],
    )
    def test_that_point_where_we_do_not_go(self, realm: str) -> None:
        asked_for: list[int] = []

        def credentials() -> Credentials:
            asked_for.append(1)
            return Credentials("me", "s3cret")

        challenge = {"WWW-Authenticate": f'Bearer realm="{realm}",service="x"'}
        with Server(lambda asked: Reply(401, headers=challenge)) as server:
            with RegistrySession(server.host, credentials=credentials) as session:
                with pytest.raises(UntrustedLocation) as caught:
                    session.call("GET", "/v2/", **ABOUT)
            assert (len(server.asked), asked_for) == (1, [])
            assert "s3cret" not in everything(caught.value)

    @pytest.mark.parametrize(
        "header", [None, "", "Negotiate", 'Bearer service="x"', "Bearer realm=", '"', "=" * 9]
    )
    def test_that_say_nothing(self, header: str | None) -> None:
        headers = {} if header is None else {"WWW-Authenticate": header}
        with Server(lambda asked: Reply(401, headers=headers)) as server, me(server.host) as session:
            with pytest.raises(Unauthorized):
                session.call("GET", "/v2/", **ABOUT)
            assert len(server.asked) == 1

    def test_that_never_end(self) -> None:
        def answer(asked: Asked) -> Reply:
            if asked.path.startswith("/token"):
                return Reply(200, b'{"token": "t%d"}' % len(server.asked))
            scope = f"repository:app:pull,a{len(server.asked)}"
            challenge = f'Bearer realm="{server.url}/token",scope="{scope}",error="insufficient_scope"'
            return Reply(401, headers={"WWW-Authenticate": challenge})

        with Server(answer) as server, me(server.host) as session:
            with pytest.raises(Unauthorized):
                session.call("GET", "/v2/", **ABOUT)
            assert len(server.asked) < 12

    def test_in_turn(self) -> None:
        def answer(asked: Asked) -> Reply:
            if asked.path.startswith("/token"):
                return Reply(200, b'{"token": "t"}')
            bearer = {"WWW-Authenticate": f'Bearer realm="{server.url}/token"'}
            return Reply(401, headers=BASIC if len(server.asked) % 2 else bearer)

        with Server(answer) as server, me(server.host) as session:
            with pytest.raises(Unauthorized):
                session.call("GET", "/v2/", **ABOUT)
            assert len(server.asked) < 12


class TestTokenServers:
    def ask(self, reply: Reply | bytes, kind: type[Exception]) -> tuple[Exception, Server]:
        def answer(asked: Asked) -> Reply | bytes:
            if asked.path.startswith("/token"):
                return reply
            return Reply(401, headers={"WWW-Authenticate": f'Bearer realm="{server.url}/token"'})

        with Server(answer) as server, me(server.host) as session:
            with pytest.raises(kind) as caught:
                session.call("GET", "/v2/", **ABOUT)
        return caught.value, server

    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            (Reply(200, b'{"token": "' + b"x" * (1 << 20) + b'"}'), ResponseTooLarge),
            (Reply(200, (b"x" * 65536 for _ in range(10_000))), ResponseTooLarge),
            (Reply(200, b"x", {"Content-Length": str(1 << 40)}), ResponseTooLarge),
            (Reply(200, b"{}"), InvalidResponse),
            (Reply(302, headers={"Location": "http://127.0.0.1:1/"}), ApiError),
            (Reply(500, b"no"), ApiError),
            (b"", ConnectionFailed),
        ],
    )
    def test_that_answer_oddly(self, reply: Reply | bytes, kind: type[Exception]) -> None:
        error, server = self.ask(reply, kind)
        assert "s3cret" not in everything(error)
        assert "bWU6czNjcmV0" not in everything(error)
        assert len(server.asked) <= 4

    def test_that_repeat_our_secrets(self) -> None:
        said = b'{"errors": [{"message": "no user me:s3cr\\u0065t, or bWU6czNjcmV0"}]}'
        session = {"Set-Cookie": "session=mine", "Location": "/?token=mine", "X-Request-Id": "7"}
        error, _ = self.ask(Reply(403, said, session), ApiError)
        assert "no user me:***, or ***" in str(error)
        assert "s3cret" not in everything(error)
        assert isinstance(error, ApiError)
        assert b"or ***" in error.response.content
        assert b"bWU6czNjcmV0" not in error.response.content
        assert error.response.headers["X-Request-Id"] == "7"
        assert "mine" not in str(error.response.headers)


class TestAnswers:
    def read(self, reply: Reply | bytes, **options: Any) -> bytes:
        with Server(lambda asked: reply) as server, RegistrySession(server.host) as session:
            return session.call("GET", "/v2/", **ABOUT, **options).content

    def test_that_are_larger_than_they_say(self) -> None:
        assert self.read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more") == b"hello"

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(200, b"x" * 101),
            Reply(200, b"x", {"Content-Length": str(1 << 40)}),
            Reply(200, (b"x" * 100 for _ in range(1 << 30))),
        ],
    )
    def test_that_are_too_large(self, reply: Reply) -> None:
        with pytest.raises(ResponseTooLarge, match="more than 100 bytes") as caught:
            self.read(reply, limit=100)
        assert caught.value.subject == "blob x of app"

    def test_that_are_just_large_enough(self) -> None:
        assert self.read(Reply(200, b"x" * 100), limit=100) == b"x" * 100
        assert self.read(Reply(200, iter([b"x" * 100])), limit=100) == b"x" * 100

    @pytest.mark.parametrize(
        "head",
        [
            *("Content-Length: 10\r\n\r\nabc", "Content-Length: 10\r\n\r\n"),
            *(
                f"Transfer-Encoding: chunked\r\n\r\n{body}"
                for body in ("5\r\nabc", "3\r\nabc\r\n", "no\r\n", "")
            ),
        ],
    )
    def test_that_break_off(self, head: str) -> None:
        with pytest.raises(TruncatedResponse) as caught:
            self.read(f"HTTP/1.1 200 OK\r\n{head}".encode())
        assert caught.value.operation == "GET /v2/"

    def test_in_chunks(self) -> None:
        whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
        assert self.read(whole) == b"abcde"

    def test_packed_ones(self) -> None:
        for packing in ("gzip", "br", "identity, gzip"):
            with pytest.raises(InvalidResponse, match="packed"):
                self.read(Reply(200, b"x", {"Content-Encoding": packing}))
        assert self.read(Reply(200, b"x", {"Content-Encoding": "Identity"})) == b"x"

    @pytest.mark.parametrize(
        "raw",
        [
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
            b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
            b"HTTP/1.1 abc OK\r\n\r\n",
            b"x" * 100_000,
            b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nab",
        ],
        ids=["headers", "header", "status", "line", "lengths"],
    )
    def test_whose_head_is_none(self, raw: bytes) -> None:
        with pytest.raises((InvalidResponse, ConnectionFailed)) as caught:
            self.read(raw)
        assert caught.value.__context__ is None

    @pytest.mark.parametrize("length", ["-1", "abc", "+3", "\xb3", ""])
    def test_whose_length_is_none(self, length: str) -> None:
        raw = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\nabc"
        assert self.read(raw.encode("latin-1")) in (b"abc", b"")

    def test_that_drip(self) -> None:
        over = threading.Event()

        def drops() -> Iterator[bytes]:
            while not over.wait(0.02):
                yield b"x"

        with Server(lambda asked: Reply(200, drops())) as server:
            with RegistrySession(f"http://{server.host}", timeout=0.3) as session:
                began = time.monotonic()
                with pytest.raises(TimedOut, match=r"whole within 0\.3 s"):
                    session.call("GET", "/v2/", **ABOUT)
                assert time.monotonic() - began < 5
            over.set()

    def test_that_stall(self) -> None:
        over = threading.Event()

        def drops() -> Iterator[bytes]:
            yield b"x"
            over.wait(10)

        with Server(lambda asked: Reply(200, drops(), {"Content-Length": "5"})) as server:
            with RegistrySession(f"http://{server.host}", timeout=(5, 0.1)) as session:
                with session.open("GET", "/v2/", **ABOUT) as answer:
                    assert answer.read(10) == b"x"
                    with pytest.raises(TimedOut):
                        answer.read(10)
            over.set()


class TestClosing:
    def test_what_is_left_is_not_read(self) -> None:
        endless = Reply(200, (b"x" * 65536 for _ in range(1 << 40)))
        with Server(lambda asked: endless) as server, RegistrySession(server.host) as session:
            answer = session.open("GET", "/v2/", **ABOUT)
            assert answer.read(3) == b"xxx"
            answer.close()
            answer.close()
            with pytest.raises(ConnectionFailed, match="closed"):
                answer.read(1)

    @pytest.mark.parametrize("tls", [False, True])
    def test_from_another_thread(self, tls: bool, tmp_path: Path) -> None:
        over, reading = threading.Event(), threading.Event()

        def drops() -> Iterator[bytes]:
            yield b"x"
            reading.set()
            over.wait(10)

        context = make_certificates(tmp_path) if tls else None
        material = TLS(ca=tmp_path / "ca.pem") if tls else None
        with Server(lambda asked: Reply(200, drops()), tls=context) as server:
            with RegistrySession(server.host, tls=material) as session:
                answer = session.open("GET", "/v2/", **ABOUT)
                errors: list[BaseException] = []

                def read() -> None:
                    try:
                        while answer.read(10):
                            pass
                    except ConnectionFailed as error:
                        errors.append(error)

                thread = threading.Thread(target=read)
                thread.start()
                assert reading.wait(10)
                answer.close()
                thread.join(10)
                assert not thread.is_alive()
                assert "closed" in str(errors[0])
            over.set()

    def test_a_session_that_was_closed_opens_new_connections(self) -> None:
        with Server(lambda asked: Reply()) as server, RegistrySession(server.host) as session:
            session.call("GET", "/v2/", **ABOUT)
            session.close()
            session.call("GET", "/v2/", scope=NOTHING, subject="x")
            assert server.connections == 3
