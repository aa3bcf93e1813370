"""A stand-in for an engine, in a process of its own, that takes next to no time: so that ours shows.

    python -m benchmarks.standin FOLDER SOCKETS LATENCY

It answers by the path alone, with what was made ready before (`_answer`); requests' bodies are read and
thrown away. SOCKETS UNIX sockets in the folder, 0.sock and so on; each answer comes LATENCY seconds later.

    /containers/json?limit=N           N containers
    /containers/ID/json                one of them in full
    /containers/ID/logs?tail=N         N lines of a log, a frame each
    /containers/N/archive, /export, /images/get?names=N     N bytes, chunked
    PUT /containers/ID/archive, POST /images/load      takes any number of bytes
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from benchmarks.measure import ROOT

__all__ = ["standin"]

PIECE = 64 * 1024
FRAMES = "application/vnd.docker.multiplexed-stream"
Answer = tuple[bytes, Iterable[bytes]]
"""An answer's beginning, and what comes after it."""


@contextlib.contextmanager
def standin(folder: Path, sockets: int = 1, latency: float = 0.0) -> Iterator[list[str]]:
    """The addresses of stand-ins, as long as a ``with`` block takes."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.standin", str(folder), str(sockets), str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield [f"unix://{folder}/{number}.sock" for number in range(sockets)]
        finally:
            process.stdin.close()
            process.wait()


def _head(kind: str, framing: str, *more: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", "Api-Version: 1.51", "Docker-Experimental: false", "Ostype: linux"]
    lines += ["Server: Docker/28.5.1 (linux)", "Date: Sat, 28 Nov 2026 12:00:00 GMT", f"Content-Type: {kind}"]
    return "\r\n".join([*lines, *more, framing, "", ""]).encode()


def _whole(kind: str, content: bytes) -> Answer:
    return _head(kind, f"Content-Length: {len(content)}") + content, ()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@cache
def _container(number: int) -> dict[str, object]:
    """What ContainerList says of a container of an application."""
    id = f"{number:064x}"
    network = {"NetworkID": id, "EndpointID": id, "Gateway": "172.18.0.1", "IPAddress": "172.18.0.2"}
    labels = {f"com.docker.compose.{name}": f"{name}-{number}" for name in ("project", "service", "number")}
    return {
        "Id": id,
        "Names": [f"/web-{number}"],
        "Image": "busybox:latest",
        "ImageID": f"sha256:{id}",
        "Command": "sleep infinity",
        "Created": 1700000000 + number,
        "Ports": [{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}],
        "Labels": labels,
        "State": "running",
        "Status": "Up 5 minutes",
        "HostConfig": {"NetworkMode": "bridge"},
        "NetworkSettings": {"Networks": {"bridge": network}},
        "Mounts": [{"Type": "volume", "Name": "data", "Destination": "/data", "RW": True, "Mode": "z"}],
    }


def _inspected(id: str) -> dict[str, object]:
    known = _container(int(id, 16) if re.fullmatch("[0-9a-f]{64}", id) else 0)
    config = {"Image": known["Image"], "Labels": known["Labels"], "Env": ["PATH=/bin"], "Tty": False}
    state = {"Status": "running", "Running": True, "Pid": 4711, "ExitCode": 0}
    settings = {**dict(known["NetworkSettings"]), "Ports": {"80/tcp": None}}  # type: ignore[call-overload]
    named = {"Name": "/web", "Created": "2026-11-28T12:00:00.1Z", "Image": known["ImageID"], "Path": "sleep"}
    return {"Id": id, **named, "State": state, "Config": config, "NetworkSettings": settings, "Mounts": []}


@cache
def _frames(count: int) -> list[bytes]:
    """A log: a chunk for each frame, as engines write them out; in pieces that are written at once."""
    lines = (
        b"2026-11-28 12:00:00 INFO request %d was answered in 3 ms\n" % number for number in range(count)
    )
    frames = [
        struct.pack(">BxxxL", 1 + (number % 10 == 9), len(line)) + line for number, line in enumerate(lines)
    ]
    return [b"".join(map(_chunk, frames[at : at + 1000])) for at in range(0, count, 1000)]


def _bytes(count: int) -> Iterator[bytes]:
    piece = _chunk(bytes(range(256)) * (PIECE // 256))
    for _ in range(count // PIECE):
        yield piece
    if count % PIECE:
        yield _chunk(bytes(count % PIECE))
    yield _chunk(b"")


@cache
def _unary(target: str) -> Answer | None:
    url = urlsplit(target)
    path, query = re.sub(r"^/v1\.\d+", "", url.path), parse_qs(url.query)
    if path == "/_ping":
        return _whole("text/plain; charset=utf-8", b"OK")
    if path == "/version":
        version = {"Version": "28.5.1", "ApiVersion": "1.51", "MinAPIVersion": "1.24"}
        return _whole("application/json", json.dumps(version).encode())
    if path.endswith("/containers/json"):
        limit = int(query.get("limit", ["1"])[0])
        found = [_container(number) for number in range(max(limit, 1))]  # docker-py says -1 for all
        return _whole("application/json", json.dumps(found).encode())
    if match := re.search(r"/(?:containers|images)/([^/]+)/json$", path):
        return _whole("application/json", json.dumps(_inspected(match[1])).encode())
    return None


def _answer(method: str, target: str) -> Answer:
    if method == "GET" and (found := _unary(target)):
        return found
    url = urlsplit(target)
    parts, query = url.path.split("/"), parse_qs(url.query)
    what = parts[-1]
    if method == "GET" and what == "logs":
        count = int(query["tail"][0])
        return _head(FRAMES, "Transfer-Encoding: chunked"), [*_frames(count), _chunk(b"")]
    if method == "GET" and what in ("archive", "export", "get"):
        stat = json.dumps(
            {"name": "large", "size": 0, "mode": 0o644, "mtime": "2026-11-28T12:00:00Z"}
        ).encode()
        coded = f"X-Docker-Container-Path-Stat: {base64.b64encode(stat).decode()}"
        count = int(query.get("names", [parts[-2]])[0])
        return _head("application/x-tar", "Transfer-Encoding: chunked", coded), _bytes(count)
    if method == "POST" and what == "load":
        return _whole("application/json", b'{"stream": "Loaded image: busybox:latest\\n"}\n')
    if method == "PUT" and what == "archive":
        return _whole("text/plain", b"")
    return _head("application/json", "Content-Length: 2") + b"{}", ()


class _Connection(asyncio.BufferedProtocol):
    """A connection: requests one after the other, their bodies thrown away."""

    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._room = bytearray(256 * 1024)
        self._view = memoryview(self._room)
        self._head = b""
        self._left: int | None = 0  # bytes of a body that are to come; None where it ends with an empty chunk
        self._tail = b""
        self._asked = ("", "")
        self._free = asyncio.Event()
        self._free.set()
        self._last: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._view

    def pause_writing(self) -> None:
        self._free.clear()

    def resume_writing(self) -> None:
        self._free.set()

    def connection_lost(self, error: Exception | None) -> None:
        if self._last:
            self._last.cancel()

    def buffer_updated(self, count: int) -> None:
        if self._left is None or self._left:
            self._body(count, bytes(self._view[max(0, count - 5) : count]))
            return
        self._head += self._view[:count]
        while b"\r\n\r\n" in self._head and not self._left:
            head, _, rest = self._head.partition(b"\r\n\r\n")
            self._head = b""
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
            self._asked, self._tail = (method, target), b""
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            self._left = None if b"chunked" in head.lower() else int(length[1]) if length else 0
            if b"100-continue" in head.lower():
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if self._left == 0:
                self._head = rest
                self._reply()
            elif rest or self._left:
                self._body(len(rest), rest[-5:])

    def _body(self, count: int, tail: bytes) -> None:
        if self._left is None:
            self._tail = (self._tail + tail)[-5:]
            if self._tail != b"0\r\n\r\n":
                return
            self._left = 0
        else:
            self._left -= count
        if self._left == 0:
            self._reply()

    def _reply(self) -> None:
        begin, rest = _answer(*self._asked)
        if rest == () and not self._latency:
            self._transport.write(begin)
            return
        self._last = asyncio.get_running_loop().create_task(self._slowly(begin, rest))

    async def _slowly(self, begin: bytes, rest: Iterable[bytes]) -> None:
        if self._latency:
            await asyncio.sleep(self._latency)
        self._transport.write(begin)
        for piece in rest:
            await self._free.wait()
            self._transport.write(piece)


async def _serve(folder: Path, sockets: int, latency: float) -> None:
    loop = asyncio.get_running_loop()
    for number in range(sockets):
        path = folder / f"{number}.sock"
        path.unlink(missing_ok=True)
        await loop.create_unix_server(lambda: _Connection(latency), path, backlog=1024)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)  # whoever is connected is not waited for


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
