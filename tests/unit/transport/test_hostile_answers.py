"""Whatever answers, an error says what it was: on pooled calls, on streams, on upgrades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockpy import ConnectionFailed, InvalidResponse, NotFound, ServerError, TruncatedResponse
from dockpy.ops import containers, system

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy import Client

HTML = b"<!DOCTYPE html>\n<html><body><h1>It works!</h1></body></html>"

ROADS: dict[str, Callable[[Client], Any]] = {
    "call": lambda client: client.info(),
    "stream": lambda client: list(client.events(reconnect=False)),
    "upgrade": lambda client: client.api.upgrade(containers.ATTACH, {"id": "web"}, {"stream": True}),
    "wait": lambda client: client.containers.known("web").wait(),
}


@pytest.fixture(params=list(ROADS))
def road(request: pytest.FixtureRequest) -> Callable[[Client], Any]:
    """Each way that a request takes."""
    return ROADS[request.param]


@pytest.mark.parametrize(
    "greeting",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\0\1\2\3" * 100,
        b"220 mail ESMTP\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"\r\n\r\n",
    ],
    ids=["ssh", "binary", "smtp", "http2", "nothing but line ends"],
)
def test_garbage(serve: Any, connect: Any, over: str, road: Any, greeting: bytes) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(greeting)

    client = connect(serve(handle, over))
    with pytest.raises(InvalidResponse, match=r"HTTP|does not speak the Engine API") as caught:
        road(client)
    assert caught.value.daemon == client.daemon
    assert caught.value.operation


def test_html_with_200(serve: Any, connect: Any, over: str, road: Any, answer: Any, always: Any) -> None:
    client = connect(serve(always(answer(body=HTML)), over))
    with pytest.raises(InvalidResponse) as caught:
        road(client)
    assert caught.value.daemon == client.daemon
    assert caught.value.operation


def test_a_page_where_bytes_are_expected(serve: Any, connect: Any, over: str, answer: Any) -> None:
    """Nothing in a page's bytes tells that they are no archive, nor that an archive was not unpacked."""

    def handle(peer: Any) -> None:
        peer.request()
        peer.send(answer(body=HTML).replace(b"application/json", b"text/HTML; charset=utf-8"))

    client = connect(serve(handle, over))
    for ask in (
        lambda: client.images.save("busybox"),
        lambda: client.containers.known("web").put_archive("/", b""),
    ):
        with pytest.raises(InvalidResponse, match="The answer is a web page") as caught:
            ask()
        assert caught.value.operation
        assert caught.value.daemon == client.daemon
        assert "proxy" in caught.value.hint


def test_html_names_what_came(serve: Any, connect: Any, answer: Any, always: Any) -> None:
    client = connect(serve(always(answer(body=HTML))))
    with pytest.raises(InvalidResponse, match=r"not JSON: b'<!DOCTYPE html>") as caught:
        client.info()
    assert caught.value.hint == "Check that the endpoint is a Docker engine's."
    with pytest.raises(InvalidResponse, match=r"Not a stream of JSON objects: b'<!DOCTYPE html>"):
        list(client.events(reconnect=False))


def test_html_with_502(serve: Any, connect: Any, over: str, road: Any, answer: Any, always: Any) -> None:
    client = connect(serve(always(answer("502 Bad Gateway", HTML)), over))
    with pytest.raises(ServerError) as caught:
        road(client)
    error = caught.value
    assert (error.status_code, error.explanation) == (502, HTML.decode())
    assert error.response.content == HTML
    assert error.daemon == client.daemon


def test_an_error_without_a_body_has_its_reason(serve: Any, connect: Any, answer: Any, always: Any) -> None:
    client = connect(serve(always(answer("503 Service Unavailable", b""))))
    with pytest.raises(ServerError, match="503: Service Unavailable"):
        client.info()


@pytest.mark.parametrize(
    "answered",
    [
        b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nnot a size\r\n{}\r\n0\r\n\r\n",
        b'Content-Length: 1000\r\n\r\n{"Id": "less than',
    ],
    ids=["no last chunk", "chunk without a size", "less than Content-Length"],
)
def test_a_body_that_breaks_off(serve: Any, connect: Any, over: str, road: Any, answered: bytes) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 404 Not Found\r\n" if road is ROADS["upgrade"] else b"HTTP/1.1 200 OK\r\n")
        peer.send(answered)

    client = connect(serve(handle, over))
    with pytest.raises(InvalidResponse) as caught:
        road(client)
    assert caught.value.daemon == client.daemon


def test_a_stream_that_breaks_off_gives_what_came_before(serve: Any, connect: Any, over: str) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        peer.send(b'e\r\n{"Action":"a"}\r\n' + b'40\r\n{"Action":')

    client = connect(serve(handle, over))
    stream = client.events(reconnect=False)
    assert next(stream).action == "a"
    with pytest.raises(InvalidResponse, match="broke off inside a chunk") as caught:
        next(stream)
    assert caught.value.daemon == client.daemon


def test_a_stream_of_objects_that_ends_inside_one(serve: Any, connect: Any, answer: Any, always: Any) -> None:
    client = connect(serve(always(answer(body=b'{"Action":"a"}{"Action":'))))
    stream = client.events(reconnect=False)
    assert next(stream).action == "a"
    with pytest.raises(InvalidResponse, match="middle of a JSON object"):
        next(stream)


def test_no_answer(serve: Any, connect: Any, over: str, road: Any) -> None:
    client = connect(serve(lambda peer: peer.request(), over))
    with pytest.raises(ConnectionFailed, match="closed the connection") as caught:
        road(client)
    assert caught.value.daemon == client.daemon


def test_half_a_head(serve: Any, connect: Any, over: str, road: Any) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Le")

    with pytest.raises(TruncatedResponse, match="ended inside its head"):
        road(connect(serve(handle, over)))


def test_a_connection_that_is_closed_at_once(serve: Any, connect: Any, over: str, road: Any) -> None:
    client = connect(serve(lambda peer: None, over))
    with pytest.raises(ConnectionFailed, match="closed the connection") as caught:
        road(client)
    assert caught.value.daemon == client.daemon


def test_a_head_in_single_bytes(serve: Any, connect: Any, over: str, answer: Any) -> None:
    def handle(peer: Any) -> None:
        while peer.request() is not None:
            for byte in answer(body=b'{"ServerVersion": "28"}'):
                peer.send(bytes([byte]))

    client = connect(serve(handle, over))
    assert client.info().server_version == "28"
    assert [event.get("ServerVersion") for event in client.events(reconnect=False)] == ["28"]


def test_interim_answers_are_passed_over(
    serve: Any, connect: Any, over: str, answer: Any, always: Any
) -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    client = connect(
        serve(always(interim[: interim.index(b"HTTP/1.1 103")] + answer(body=b'{"ID": "x"}')), over)
    )
    assert client.info().id == "x"
    client = connect(serve(always(interim + answer(body=b'{"Action": "x"}')), over))
    assert next(client.events(reconnect=False)).action == "x"


@pytest.mark.parametrize("body", [b"[1, 2]", b'"text"', b"17", b"true", b'{"ID": ', b"\xff\xfe", b"nul"])
def test_wrong_json(serve: Any, connect: Any, answer: Any, always: Any, body: bytes) -> None:
    client = connect(serve(always(answer(body=body))))
    with pytest.raises(InvalidResponse, match=r"The answer is (not|no) JSON") as caught:
        client.info()
    assert caught.value.operation == "SystemInfo"
    with pytest.raises(InvalidResponse):
        list(client.events(reconnect=False))


@pytest.mark.parametrize("body", [b"{}", b'"text"', b'[{"Id": "x"}, 1]', b"[[]]"])
def test_a_list_of_other_things(serve: Any, connect: Any, answer: Any, always: Any, body: bytes) -> None:
    client = connect(serve(always(answer(body=body))))
    with pytest.raises(InvalidResponse) as caught:
        client.containers.list()
    if body != b"{}":
        assert caught.value.operation == "ContainerList"


def test_an_object_without_its_identity(serve: Any, connect: Any, answer: Any, always: Any) -> None:
    client = connect(serve(always(answer("201 Created", b'{"Warnings": []}'))))
    with pytest.raises(InvalidResponse, match="named a container without its Id"):
        client.containers.create("busybox")


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"])
def test_a_redirect_is_not_followed(
    serve: Any, connect: Any, over: str, answer: Any, always: Any, status: str
) -> None:
    server = serve(always(answer(status, b"", Location="/v1.41/containers/other/kill")), over)
    client = connect(server)
    with pytest.raises(InvalidResponse, match=f"status is {status.split()[0]}") as caught:
        client.containers.known("web").kill()
    assert [(asked.method, asked.target) for asked in server.asked] == [
        ("POST", "/v1.41/containers/web/kill")
    ]
    assert "proxy" in caught.value.hint
    with pytest.raises(InvalidResponse, match=f"status is {status.split()[0]}"):
        client.events(reconnect=False)
    with pytest.raises(InvalidResponse, match=f"status is {status.split()[0]}"):
        client.info()
    assert len(server.asked) == 3


def test_an_upgrade_that_is_not_given(serve: Any, connect: Any, over: str) -> None:
    """A proxy that drops the Upgrade header gets 200 and an endless body: it must not be waited for."""
    server = serve(lambda peer: (peer.request(), peer.send(b"HTTP/1.1 200 OK\r\n\r\n"), peer.rest()), over)
    client = connect(server)
    with pytest.raises(InvalidResponse, match="did not give the connection") as caught:
        client.api.upgrade(containers.ATTACH, {"id": "web"}, {"stream": True})
    assert caught.value.operation == "ContainerAttach"
    assert caught.value.subject == "container web"


def test_a_connection_given_unasked(serve: Any, connect: Any, over: str) -> None:
    server = serve(
        lambda peer: (peer.request(), peer.send(b"HTTP/1.1 101 UPGRADED\r\n\r\n"), peer.rest()), over
    )
    with pytest.raises(InvalidResponse, match="upgraded a connection unasked"):
        connect(server).events(reconnect=False)


def test_a_404_page_of_another_server(serve: Any, connect: Any, answer: Any, always: Any) -> None:
    client = connect(serve(always(answer("404 Not Found", HTML))))
    with pytest.raises(NotFound) as caught:
        client.api.call(system.INFO)
    assert caught.value.explanation == HTML.decode()


def test_endless_heads_are_refused(serve: Any, connect: Any, over: str, road: Any) -> None:
    def handle(peer: Any) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n")
        for number in range(10_000):
            peer.send(b"X-%d: %s\r\n" % (number, b"x" * 1000))

    with pytest.raises(InvalidResponse):
        road(connect(serve(handle, over)))


class TestNegotiation:
    """The first thing that is asked of whatever is there."""

    @pytest.mark.parametrize("version", ["", "latest", "1", "1.x", "1.51.2"])
    def test_no_version(self, serve: Any, connect: Any, answer: Any, always: Any, version: str) -> None:
        client = connect(serve(always(answer(body=b"OK", Api_Version=version))), version="auto")
        with pytest.raises(InvalidResponse, match="names no API version") as caught:
            client.info()
        assert "Docker engine" in caught.value.hint
        assert caught.value.daemon == client.daemon

    def test_html(self, serve: Any, connect: Any, over: str, road: Any, answer: Any, always: Any) -> None:
        client = connect(serve(always(answer(body=HTML)), over), version="auto")
        with pytest.raises(InvalidResponse, match="names no API version"):
            road(client)

    def test_an_error(self, serve: Any, connect: Any, answer: Any, always: Any) -> None:
        client = connect(
            serve(always(answer("500 Internal Server Error", b'{"message": "no"}'))), version="auto"
        )
        with pytest.raises(ServerError, match="500: no") as caught:
            client.info()
        assert caught.value.operation == "SystemPing"

    def test_is_tried_again_after_a_failure(self, serve: Any, connect: Any, answer: Any) -> None:
        def handle(peer: Any) -> None:
            while asked := peer.request():
                if peer.number == 1:
                    peer.send(answer("500 Internal Server Error", b""))
                    return
                peer.send(answer(body=b"{}", Api_Version="1.45"))
                assert asked.target in ("/_ping", "/v1.45/info")

        client = connect(serve(handle), version="auto")
        with pytest.raises(ServerError):
            client.info()
        client.info()
        assert client.api_version == "1.45"
