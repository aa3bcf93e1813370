"""What comes over a socket: HTTP as it should be, HTTP as it should not, and clients that vanish."""

from __future__ import annotations

import gc
import http.client
import io
import json
import socket
import ssl
import struct
import tarfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest

import dockpy
from dockpy.fake import FakeDaemon
from dockpy.fake.engine import Peer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Connect = Callable[[], socket.socket]


def answer(sock: socket.socket, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    response = http.client.HTTPResponse(sock, method=method)
    response.begin()
    return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()


def ask(sock: socket.socket, request: bytes) -> tuple[int, dict[str, str], bytes]:
    sock.sendall(request)
    return answer(sock, request.partition(b" ")[0].decode())


PING = b"GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n"


def test_one_connection_serves_many_requests(connect: Connect) -> None:
    sock = connect()
    for _ in range(3):
        status, headers, body = ask(sock, PING)
        assert (status, body) == (200, b"OK")
        assert headers["api-version"] == "1.51"


def test_requests_that_come_at_once_are_answered_in_turn(connect: Connect) -> None:
    sock = connect()
    sock.sendall(PING + b"GET /nothing HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n")
    with sock.makefile("rb") as stream:
        everything = stream.read()
    assert everything.count(b"HTTP/1.1 200") == everything.count(b"HTTP/1.1 404") == 1
    assert everything.index(b"HTTP/1.1 200") < everything.index(b"HTTP/1.1 404")


def test_head_has_no_body(connect: Connect) -> None:
    sock = connect()
    status, headers, body = ask(sock, b"HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n")
    assert (status, headers["content-length"], body) == (200, "0", b"")
    assert ask(sock, PING)[2] == b"OK"


def test_a_chunked_body_is_read(connect: Connect) -> None:
    body = json.dumps({"Name": "chunked"}).encode()
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(body[i : i + 5]), body[i : i + 5]) for i in range(0, len(body), 5)
    )
    head = b"POST /volumes/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
    status, _, answered = ask(connect(), head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
    assert (status, json.loads(answered)["Name"]) == (201, "chunked")


def test_expect_is_answered_before_the_body_is_sent(connect: Connect) -> None:
    body = json.dumps({"Name": "expected"}).encode()
    sock = connect()
    sock.sendall(
        b"POST /volumes/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    assert sock.recv(1000).startswith(b"HTTP/1.1 100 ")
    sock.sendall(body)
    assert answer(sock)[0] == 201


def test_http_1_0_ends_with_the_answer(connect: Connect) -> None:
    sock = connect()
    status, _, body = ask(sock, b"GET /_ping HTTP/1.0\r\n\r\n")
    assert (status, body) == (200, b"OK")
    assert sock.recv(1) == b""


BROKEN = {
    "no HTTP": (b"hello\r\n\r\n", 400),
    "a TLS handshake": (bytes.fromhex("16030100a5010000a10303"), 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 301),
    "no host": (b"GET /_ping HTTP/1.1\r\n\r\n", 400),
    "a header without a name": (b"GET /_ping HTTP/1.1\r\nHost: d\r\n: x\r\n\r\n", 400),
    "a long head": (b"GET /" + b"a" * 1_100_000, 431),
    "two lengths": (b"POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    "a chunk of no size": (b"POST /x HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
    "an encoding of its own": (b"POST /x HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: xz\r\n\r\n", 501),
    "a negative length": (b"POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: -1\r\n\r\n", 400),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_http_is_refused_and_the_daemon_goes_on(what: str, connect: Connect) -> None:
    data, status = BROKEN[what]
    sock = connect()
    sock.sendall(data)
    if what == "a TLS handshake":
        sock.shutdown(socket.SHUT_WR)
    assert answer(sock)[0] == status
    assert sock.recv(1) == b""
    assert ask(connect(), PING)[2] == b"OK"


JSON = {
    "no object": (b"[]", "cannot unmarshal array"),
    "cut short": (b'{"Image": ', "unexpected EOF"),
    "nothing": (b"", "EOF"),
    "text": (b"hello", "invalid character 'h'"),
    "more after it": (b"{} {}", "unexpected content after JSON"),
    "a number for a name": (b'{"Image": 1}', "cannot unmarshal number"),
    "very deep": (b'{"Image":' + b"[" * 100_000, ""),
}


@pytest.mark.parametrize("what", JSON)
def test_json_that_is_none_is_a_400(what: str, connect: Connect) -> None:
    body, message = JSON[what]
    head = b"POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
    status, _, answered = ask(connect(), head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert status == 400
    assert message in json.loads(answered)["message"]


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/nothing", 404, "page not found"),
        ("/v1.51/nothing", 404, "page not found"),
        ("/v1.99/_ping", 400, "client version 1.99 is too new. Maximum supported API version is 1.51"),
        (
            "/v1.10/containers/json",
            400,
            "client version 1.10 is too old. Minimum supported API version is 1.24",
        ),
        ("/containers/../volumes", 301, ""),
        ("/containers/%2e%2e/json", 301, ""),
        ("//_ping", 301, ""),
        ("/containers/json?filters=x", 400, "invalid filter"),
        ("/containers/json?limit=x", 500, "invalid syntax"),
    ],
)
def test_targets_that_lead_nowhere(path: str, status: int, message: str, connect: Connect) -> None:
    answered = ask(connect(), f"GET {path} HTTP/1.1\r\nHost: d\r\n\r\n".encode())
    assert answered[0] == status
    assert message in answered[2].decode()


def test_a_client_that_vanishes_in_the_middle_of_a_request(connect: Connect) -> None:
    for data in (PING[:10], b"POST /images/load HTTP/1.1\r\nHost: d\r\nContent-Length: 1000\r\n\r\nabc"):
        sock = connect()
        sock.sendall(data)
        sock.close()
    assert ask(connect(), PING)[2] == b"OK"


def test_clients_that_vanish_while_they_wait_are_noticed(daemon: FakeDaemon, connect: Connect) -> None:
    """Their threads end before the daemon does: there is nobody left to answer."""
    client = daemon.client()
    client.containers.run("busybox", ["sleep", "1000"], name="web", detach=True)
    socks = []
    for path in ("/events", "/containers/web/logs?follow=1&stdout=1", "/containers/web/stats"):
        sock = connect()
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: d\r\n\r\n".encode())
        socks.append(sock)
    sock = connect()
    sock.sendall(b"POST /containers/web/wait HTTP/1.1\r\nHost: d\r\n\r\n")
    socks.append(sock)
    for sock in socks:
        assert sock.recv(12) == b"HTTP/1.1 200"
    serving = [t for t in threading.enumerate() if t.name == "dockpy fake client"]
    assert len(serving) == len(socks)
    for sock in socks:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    for thread in serving:
        thread.join(10)
        assert not thread.is_alive()


def test_200_clients_at_once(daemon: FakeDaemon) -> None:
    daemon.client().containers.create("busybox", name="web")
    barrier = threading.Barrier(200)

    def work(number: int) -> str:
        with dockpy.Client(daemon.url) as client:
            barrier.wait(30)
            if number % 4 == 0:
                assert (
                    client.containers.run("busybox", ["echo", str(number)], remove=True) == b"%d\n" % number
                )
            client.volumes.create(f"volume-{number}")
            return client.containers.get("web").name

    with ThreadPoolExecutor(200) as pool:
        assert set(pool.map(work, range(200))) == {"web"}
    assert len(daemon.client().volumes.list()) == 200


def test_a_slow_reader_holds_nobody_up(daemon: FakeDaemon, connect: Connect) -> None:
    client = daemon.client()
    client.containers.run(
        "busybox", ["sh", "-c", f"yes {'a' * 1000} | head -c 3000000"], name="loud", detach=True
    ).wait()
    slow = connect()
    slow.sendall(b"GET /containers/loud/logs?stdout=1 HTTP/1.1\r\nHost: d\r\n\r\n")
    assert slow.recv(12) == b"HTTP/1.1 200"
    assert ask(connect(), PING)[2] == b"OK"


@pytest.mark.usefixtures("certificates")
def test_tls_asks_for_a_certificate(tmp_path: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=tmp_path / "ca.pem")
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    with FakeDaemon("tcp://127.0.0.1:0", tls=context) as daemon:
        daemon.images.add("busybox")
        with dockpy.Client(daemon.url, tls=dockpy.TLS.from_directory(tmp_path)) as client:
            assert client.ping()
            assert client.containers.run("busybox", ["cat"], stdin_open=True, detach=True).status == "running"
            echo = client.containers.run("busybox", ["sleep", "1000"], detach=True)
            assert echo.exec_run(["wc", "-c"], input=b"x" * 200_000).output == b"200000\n"
        with dockpy.Client(daemon.url, tls=dockpy.TLS(ca=str(tmp_path / "ca.pem"))) as stranger:
            with pytest.raises(dockpy.ConnectionFailed):
                stranger.ping()
        with dockpy.Client(daemon.url, tls=False) as plain, pytest.raises(dockpy.DockpyError):
            plain.ping()


def test_it_listens_in_several_places(tmp_path: Path) -> None:
    with FakeDaemon([f"unix://{tmp_path}/a.sock", "tcp://127.0.0.1:0"]) as daemon:
        for url in daemon.urls:
            with dockpy.Client(url, tls=False) as client:
                assert client.ping()


def test_a_socket_that_nobody_listens_at_is_taken_over_and_another_is_not(tmp_path: Path) -> None:
    path = tmp_path / "fake.sock"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    with FakeDaemon(f"unix://{path}"):
        with pytest.raises(OSError, match="in use"):
            FakeDaemon(f"unix://{path}")
        with dockpy.Client(f"unix://{path}") as client:
            assert client.ping()
    assert not path.exists()


@pytest.mark.parametrize("url", ["http://x", "unix:", "tcp://host", "tcp://host:99999", "nonsense", ""])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(dockpy.InvalidEndpoint, match="listen="):
        FakeDaemon(url)


def test_half_close_reaches_the_process_and_its_output_comes_back(
    daemon: FakeDaemon, connect: Connect
) -> None:
    client = daemon.client()
    request = {"Image": "busybox", "Cmd": ["sort"], "OpenStdin": True, "StdinOnce": True}
    container = client.containers.get(client.api.call(dockpy.ops.containers.CREATE, body=request).id)
    sock = connect()
    sock.sendall(
        f"POST /containers/{container.id}/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: d\r\n"
        "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly\n".encode()
    )
    container.start()
    sock.sendall(b"a line\n")
    sock.shutdown(socket.SHUT_WR)
    stream = io.BytesIO()
    while data := sock.recv(4096):
        stream.write(data)
    head, _, rest = stream.getvalue().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 UPGRADED")
    assert b"a line\nearly\n" in rest


def test_a_client_that_never_begins_with_tls_holds_no_close_up(tmp_path: Path, certificates: None) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    daemon = FakeDaemon("tcp://127.0.0.1:0", tls=context)
    host, port = daemon.url.removeprefix("tcp://").split(":")
    with socket.create_connection((host, int(port))):
        while not any(thread.name == "dockpy fake client" for thread in threading.enumerate()):
            pass
        began = time.monotonic()
        daemon.close()
        assert time.monotonic() - began < 10


def test_both_ways_at_once_over_tls_until_it_is_closed(
    tmp_path: Path, certificates: None, recwarn: pytest.WarningsRecorder
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    for _ in range(3):
        with FakeDaemon("tcp://127.0.0.1:0", tls=context) as daemon:
            daemon.images.add("busybox")
            daemon.client().containers.run("busybox", ["sleep", "1000"], name="web", detach=True)
            tls = dockpy.TLS(ca=str(tmp_path / "ca.pem"))

            def pour(daemon: FakeDaemon, tls: dockpy.TLS) -> None:
                with dockpy.Client(daemon.url, tls=tls) as client, suppress(dockpy.DockpyError):
                    client.containers.get("web").exec_run(["cat"], input=b"x" * 50_000_000)

            with ThreadPoolExecutor(4) as pool:
                pouring = [pool.submit(pour, daemon, tls) for _ in range(4)]
                while sum(request.operation == "ExecStart" for request in daemon.requests) < 4:
                    daemon.client().ping()
                daemon.close()
                for one in pouring:
                    one.result(20)
    assert [str(warning.message) for warning in recwarn] == []


def test_a_full_url_for_a_target(connect: Connect) -> None:
    assert ask(connect(), b"GET http://d/v1.51/_ping?x=1 HTTP/1.1\r\nHost: d\r\n\r\n")[2] == b"OK"


def test_who_sends_no_more_and_then_goes_is_noticed(daemon: FakeDaemon, connect: Connect) -> None:
    daemon.client().containers.run("busybox", ["sleep", "1000"], name="web", detach=True)
    sock = connect()
    sock.sendall(b"POST /containers/web/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\n\r\n")
    assert sock.recv(12) == b"HTTP/1.1 101"
    serving = [thread for thread in threading.enumerate() if thread.name.startswith("dockpy fake client")]
    sock.shutdown(socket.SHUT_WR)
    for thread in serving:
        if thread.name.endswith("input"):
            thread.join(10)  # it has heard that nothing more comes
    assert any(thread.is_alive() for thread in serving)
    sock.close()
    for thread in serving:
        thread.join(10)
        assert not thread.is_alive()


def test_large_bodies_both_ways_in_little_memory(daemon: FakeDaemon) -> None:
    """Through both doors; the size is such that the whole would be noticed."""
    for make in (daemon.client, lambda: dockpy.Client(daemon.url)):
        with make() as client:
            web = client.containers.run("busybox", ["sleep", "1000"], detach=True)
            before = resident()
            piece = bytes(1024 * 1024)
            head = tarfile.TarInfo("large")
            head.size = 300 * len(piece)
            web.put_archive("/tmp", chain([head.tobuf()], repeat(piece, 300), [bytes(1024)]))
            stream, _ = web.get_archive("/tmp/large")
            with stream:
                assert sum(map(len, stream)) >= head.size
            assert resident() - before < 150 * len(piece)
            web.remove(force=True)
    daemon.requests.clear()
    gc.collect()


def resident() -> int:
    """Bytes of this process in memory that no file lies under."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("RssAnon"))


def test_who_comes_to_the_number_of_one_that_was_lost_stays() -> None:
    with FakeDaemon("tcp://127.0.0.1:0") as daemon:
        [door] = daemon._doors
        here, there = socket.socketpair()
        peer = Peer()
        with here:
            with there:
                door.watch(here.fileno(), peer)
                door._lost(here.fileno())  # what was told of the one before
                assert not peer.gone
            for _ in range(1000):
                if peer.gone:
                    break
                threading.Event().wait(0.01)
            assert peer.gone
