"""What containers ask of a daemon, and what becomes of answers that break off or lie."""

from __future__ import annotations

import base64
import json
import socket
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import ConnectionFailed, ContainerError, InvalidArgument, InvalidResponse, NotFound
from dockpy.errors import ArchiveError
from dockpy.streams.tar import END_OF_ARCHIVE, TarEntry, TarKind, encode_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

MB = 1024 * 1024
ID = "c" * 64


def path_stat(**found: Any) -> dict[str, str]:
    value = {
        "name": "f",
        "size": 3,
        "mode": 0o644,
        "mtime": "2001-02-03T04:05:06Z",
        "linkTarget": "",
        **found,
    }
    return {"X-Docker-Container-Path-Stat": base64.b64encode(json.dumps(value).encode()).decode()}


def head(headers: dict[str, str], status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def giving(pieces: Callable[[], Iterable[bytes]], *, end: bool = True, **found: Any) -> Callable[[Any], None]:
    """A daemon that answers what is asked about a path, and with this archive."""

    def handle(peer: Any) -> None:
        while (asked := peer.request()) is not None:
            if asked.method == "HEAD":
                peer.send(head({**path_stat(**found), "Content-Length": "0"}))
                continue
            peer.send(head({**path_stat(**found), "Transfer-Encoding": "chunked"}))
            for piece in pieces():
                if piece:
                    peer.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            if end:
                peer.send(b"0\r\n\r\n")
            return

    return handle


def archive(*entries: TarEntry, end: bytes = END_OF_ARCHIVE) -> bytes:
    return b"".join(piece for entry in entries for piece in encode_entry(entry, [b"x" * entry.size])) + end


class TestCopyFrom:
    @pytest.mark.parametrize("whole", [True, False], ids=["no end", "connection lost"])
    def test_an_answer_that_breaks_off(self, serve: Any, connect: Any, tmp_path: Path, whole: bool) -> None:
        """The engine may end its answer as if it were whole, after it failed to read a file."""
        broken = archive(TarEntry("f", size=100_000), end=b"")[:50_000]
        container = connect(serve(giving(lambda: [broken], end=whole))).containers.known(ID)
        (tmp_path / "to").mkdir()
        with pytest.raises((InvalidResponse, ConnectionFailed)) as caught:
            container.copy_from("/f", tmp_path / "to")
        assert (caught.value.operation, caught.value.subject) == ("ContainerArchive", f"container {ID}")
        with pytest.raises((InvalidResponse, ConnectionFailed)):
            container.copy_from("/f")
        assert list((tmp_path / "to").iterdir()) == []

    def test_a_hostile_daemon(self, serve: Any, connect: Any, tmp_path: Path) -> None:
        evil = archive(TarEntry("d", TarKind.DIRECTORY), TarEntry("d/../../evil", size=4))
        container = connect(serve(giving(lambda: [evil], mode=1 << 31))).containers.known(ID)
        (tmp_path / "to").mkdir()
        with pytest.raises(ArchiveError, match="leads out") as caught:
            container.copy_from("/d", tmp_path / "to")
        assert caught.value.member == "d/../../evil"
        assert not (tmp_path / "evil").exists()

    def test_a_folder_in_place_of_a_file(self, serve: Any, connect: Any, tmp_path: Path) -> None:
        """A daemon that says one thing in the head and another in the archive."""
        other = archive(TarEntry("f", TarKind.SYMLINK, target=str(tmp_path)), TarEntry("f/evil", size=4))
        container = connect(serve(giving(lambda: [other]))).containers.known(ID)
        (tmp_path / "to").mkdir()
        with pytest.raises(ArchiveError, match="symbolic link"):
            container.copy_from("/f", tmp_path / "to")
        assert sorted(path.name for path in tmp_path.iterdir() if path.name in ("evil", "to")) == ["to"]

    @pytest.mark.parametrize("coded", ["", "!", base64.b64encode(b"[]").decode()])
    def test_no_description(self, serve: Any, connect: Any, answer: Any, always: Any, coded: str) -> None:
        server = serve(always(answer(X_Docker_Container_Path_Stat=coded)))
        container = connect(server).containers.known(ID)
        with pytest.raises(InvalidResponse) as caught:
            container.get_archive("/f")
        assert caught.value.operation == "ContainerArchive"
        with pytest.raises(InvalidResponse):
            container.path_stat("/f")

    def test_memory_is_bounded(self, serve: Any, connect: Any, tmp_path: Path) -> None:
        size, piece = 256 * MB, bytes(256 * 1024)

        def big() -> Iterable[bytes]:
            yield from encode_entry(TarEntry("f", size=size), (piece for _ in range(size // len(piece))))
            yield END_OF_ARCHIVE

        container = connect(serve(giving(big))).containers.known(ID)
        tracemalloc.start()
        try:
            assert container.copy_from("/f", tmp_path / "big") == tmp_path / "big"
            assert tracemalloc.get_traced_memory()[1] < 8 * MB
        finally:
            tracemalloc.stop()
        assert (tmp_path / "big").stat().st_size == size
        (tmp_path / "big").unlink()


class TestCopyTo:
    def test_memory_is_bounded(self, serve: Any, connect: Any, tmp_path: Path, answer: Any) -> None:
        size = 256 * MB
        with (tmp_path / "big").open("wb") as file:
            file.truncate(size)
        received = []

        def handle(peer: Any) -> None:
            while (asked := peer.head()) is not None:
                if asked.method == "HEAD":
                    peer.send(head({**path_stat(mode=1 << 31), "Content-Length": "0"}))
                    continue
                received.append(sum(map(len, peer.chunks())))
                peer.send(answer(body=b"", Connection="close"))
                return

        container = connect(serve(handle)).containers.known(ID)
        tracemalloc.start()
        try:
            container.copy_to(tmp_path / "big", "/tmp")
            assert tracemalloc.get_traced_memory()[1] < 8 * MB
        finally:
            tracemalloc.stop()
        assert received == [size + 512 + 1024]

    def test_a_file_that_cannot_be_read_is_no_fault_of_the_daemon(
        self, serve: Any, connect: Any, tmp_path: Path
    ) -> None:
        (tmp_path / "f").write_bytes(b"x" * MB)

        def handle(peer: Any) -> None:
            while (asked := peer.head()) is not None:
                if asked.method == "HEAD":
                    (tmp_path / "f").write_bytes(b"x")  # after it was measured
                    peer.send(head({**path_stat(mode=1 << 31), "Content-Length": "0"}))
                    continue
                peer.rest()
                return

        with pytest.raises(ArchiveError, match="'f' got shorter"):
            connect(serve(handle)).containers.known(ID).copy_to(tmp_path / "f", "/tmp")


def inspected(peer: Any, answer: Any, **parts: Any) -> None:
    body = {"Id": ID, "State": {"Status": "running"}, "Config": {}, **parts}
    while peer.request() is not None:
        peer.send(answer(body=json.dumps(body).encode()))


def test_the_address_of_a_port(serve: Any, connect: Any, answer: Any) -> None:
    """Where it is published is asked for each time; the host is the daemon's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.getsockname()[1]
        settings = {"Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": str(number)}]}}
        body = {"Id": ID, "State": {"Status": "running"}, "NetworkSettings": settings}

        def handle(peer: Any) -> None:
            while peer.request() is not None:
                peer.send(answer(body=json.dumps(body).encode()))

        for over in ("unix", "tcp"):
            client = connect(serve(handle, over=over))
            assert client.containers.known(ID).wait_port(80, timeout=5) == ("127.0.0.1", number)


def test_a_thousand_containers_are_one_request(serve: Any, connect: Any, answer: Any, always: Any) -> None:
    entries = [
        {
            "Id": f"{number:064x}",
            "Names": [f"/c{number}"],
            "State": "running",
            "Image": "busybox",
            "ImageID": "i",
        }
        for number in range(1000)
    ]
    server = serve(always(answer(body=json.dumps(entries).encode())))
    listed = connect(server).containers.list()
    assert [container.name for container in listed] == [f"c{number}" for number in range(1000)]
    assert {container.status for container in listed} == {"running"}
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("words", "health"),
    [
        ("Up 5 minutes (healthy)", "healthy"),
        ("Up 5 minutes (unhealthy)", "unhealthy"),
        ("Up 1 second (health: starting)", "starting"),
        ("Up 5 minutes", None),
    ],
)
def test_a_listing_says_how_healthy_one_is(
    serve: Any, connect: Any, answer: Any, always: Any, words: str, health: str | None
) -> None:
    entries = [{"Id": ID, "State": "running", "Status": words}]
    server = serve(always(answer(body=json.dumps(entries).encode())))
    [container] = connect(server).containers.list()
    assert container.health == health
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ({"StatusCode": 0, "Error": None}, None),
        ({"StatusCode": 0, "Error": {"Message": ""}}, None),
        ({"StatusCode": 3, "Error": None}, ContainerError),
        ({"StatusCode": 0, "Error": {"Message": "it is gone"}}, InvalidResponse),
        ({"Error": None}, InvalidResponse),
    ],
)
def test_how_a_run_ends(serve: Any, connect: Any, answer: Any, ended: Any, expected: Any) -> None:
    """What the engine could not find out is no success: podman says 0 of a container that was removed."""
    upgraded = b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"

    def handle(peer: Any) -> None:
        while (asked := peer.request()) is not None:
            if "/create" in asked.target:
                peer.send(answer("201 Created", body=json.dumps({"Id": ID, "Warnings": []}).encode()))
            elif "/attach" in asked.target:
                peer.send(upgraded + b"\1\0\0\0\0\0\0\3out")
                return
            elif "/start" in asked.target:
                peer.send(head({}, "204 No Content"))
            else:
                peer.send(answer(body=json.dumps(ended).encode()))

    containers = connect(serve(handle)).containers
    if expected is None:
        assert containers.run("busybox") == b"out"
    else:
        with pytest.raises(expected, match="it is gone" if ended["Error"] else None) as caught:
            containers.run("busybox")
        assert (caught.value.operation, caught.value.subject) == ("ContainerWait", f"container {ID}")


@pytest.mark.parametrize("words", [b'{"message":"page not found"}', b"404 page not found\n", b"Not Found"])
def test_an_operation_that_the_engine_has_not(
    serve: Any, connect: Any, answer: Any, always: Any, words: bytes
) -> None:
    """It is told from an object that is not there."""
    server = serve(always(answer("404 Not Found", body=words)))
    with pytest.raises(NotFound) as caught:
        connect(server).containers.known(ID).update(mem_limit="1g")
    assert "does not have this operation" in str(caught.value.hint)
    other = serve(always(answer("404 Not Found", body=b'{"message":"No such container"}')))
    with pytest.raises(NotFound) as caught:
        connect(other).containers.known(ID).update(mem_limit="1g")
    assert caught.value.hint is None


@pytest.mark.parametrize("tail", [-1, "ten", "10", "", True, 1.5])
def test_lines_that_are_no_number_are_refused(serve: Any, connect: Any, always: Any, tail: Any) -> None:
    """Engines would give all of them."""
    server = serve(always(b""))
    container = connect(server).containers.known(ID)
    for read in (container.logs, container.log_lines):
        with pytest.raises(InvalidArgument, match="tail="):
            read(tail=tail)
    assert server.asked == []


def test_a_condition_that_there_is_not_is_refused(serve: Any, connect: Any, always: Any) -> None:
    """Old engines would wait for another."""
    server = serve(always(b""))
    with pytest.raises(InvalidArgument, match="condition='next_exit': it takes 'not-running' or 'next-exit'"):
        connect(server).containers.known(ID).wait(condition="next_exit")
    assert server.asked == []
