"""A server that breaks as it is told: `python breaking.py FOLDER`, a process of its own.

It listens at a UNIX socket, at a TCP port and at one that speaks TLS, and answers as an engine would, until a
line on its standard input says which fault is to happen to every request from then on, or that none is to.
It knows nothing of dockpy. What each fault does is data: `FAULTS`.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import ssl
import struct
import sys
import threading
from dataclasses import dataclass
from typing import Literal

HTML = b"<!DOCTYPE html>\n<html><body><h1>It works!</h1></body></html>"
MESSAGE = b'{"message": "broken on purpose"}'
HALF_FRAME = b"\1\0\0\0\0\0\0\x40half"
SOME = b'{"stream": "some"}\n'
PAUSE = 0.05
ENOUGH = 1000
"""Of a big body so much is read before it breaks."""


def whole(status: bytes, body: bytes, kind: bytes = b"application/json", more: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %b\r\nContent-Length: %d\r\nContent-Type: %b\r\n%b\r\n"
    return head % (status, len(body), kind, more) + body


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TAKEN_OVER = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"


@dataclass(frozen=True)
class Fault:
    """What happens to a request.

    Attributes:
        listens: connections are accepted.
        reads: the request is read before it happens.
        answer: what is sent.
        taken_over: what is sent in its place where the connection itself was asked for.
        drip: what then follows, byte by byte, without an end.
        end: how the connection ends: in order, by a reset, or not before the client's end of it.
    """

    listens: bool = True
    reads: bool = True
    answer: bytes = b""
    taken_over: bytes | None = None
    drip: bytes = b""
    end: Literal["close", "reset", "hold"] = "close"


FAULTS = {
    "refused": Fault(listens=False),
    "reset at connect": Fault(reads=False, end="reset"),
    "reset at head": Fault(answer=b"HTTP/1.1 200 OK\r\nContent-Le", end="reset"),
    "reset in the body": Fault(
        answer=CHUNKED + b"%x\r\n%b\r\n" % (len(SOME), SOME),
        taken_over=TAKEN_OVER + b"\1\0\0\0\0\0\0\4some",
        end="reset",
    ),
    "truncated chunk": Fault(answer=CHUNKED + b"40\r\n" + SOME, taken_over=TAKEN_OVER + HALF_FRAME),
    "garbage": Fault(answer=b"\x15\x03\x01\x00\x02\x02\x16 this is no HTTP\r\n"),
    "HTML from a proxy, 200": Fault(answer=whole(b"200 OK", HTML, b"text/html; charset=utf-8")),
    "HTML from a proxy, 502": Fault(answer=whole(b"502 Bad Gateway", HTML, b"text/html")),
    "hang": Fault(end="hold"),
    "drip of the head": Fault(answer=b"HTTP/1.1 200 OK\r\nX-Slow: ", drip=b"x", end="hold"),
    "drip of the body": Fault(answer=CHUNKED, drip=b"1\r\n \r\n", end="hold"),
    "500": Fault(answer=whole(b"500 Internal Server Error", MESSAGE)),
    "500, half of its body": Fault(
        answer=b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 100\r\n\r\n{", end="hold"
    ),
    "early answer during upload": Fault(
        answer=whole(b"400 Bad Request", MESSAGE, more=b"Connection: close\r\n"), end="hold"
    ),
}


class Server:
    """The listeners, and the fault that happens to whoever comes."""

    def __init__(self, folder: str) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")
        context.load_verify_locations(f"{folder}/ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        self._context = context
        self._path = f"{folder}/d.sock"
        self._ports = {"tcp": 0, "tls": 0}
        self._listeners: list[socket.socket] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.fault: Fault | None = None
        self.listen()

    @property
    def ports(self) -> str:
        return f"{self._ports['tcp']} {self._ports['tls']}"

    def listen(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)
        unix = socket.socket(socket.AF_UNIX)
        unix.bind(self._path)
        unix.listen()
        self._accepting(unix, "unix")
        for name, port in self._ports.items():
            listener = socket.create_server(("127.0.0.1", port))
            self._ports[name] = listener.getsockname()[1]
            self._accepting(listener, name)

    def _accepting(self, listener: socket.socket, over: str) -> None:
        self._listeners.append(listener)
        threading.Thread(target=self._accept, args=(listener, over), daemon=True).start()

    def shut(self) -> None:
        """Listen no more; the socket's file stays."""
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self._listeners.clear()

    def set(self, fault: Fault | None) -> None:
        was, self.fault = self.fault, fault
        if fault is not None and not fault.listens:
            self.shut()
        elif was is not None and not was.listens:
            self.listen()
        if was is not None or (fault is not None and not (fault.listens and fault.reads)):
            with self._lock:
                sockets = list(self._open)
            for sock in sockets:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket, over: str) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = listener.accept()
                threading.Thread(target=self._serve, args=(sock, over), daemon=True).start()

    def _serve(self, sock: socket.socket, over: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            try:
                if over != "unix":
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self.fault is not None and not self.fault.reads:
                    _break_off(sock, self.fault)
                    return
                if over == "tls":
                    sock = self._context.wrap_socket(sock, server_side=True)
                with self._lock:
                    self._open.add(sock)
                while self._request(sock):
                    pass
            finally:
                with self._lock:
                    self._open.discard(sock)
                sock.close()

    def _request(self, sock: socket.socket) -> bool:
        """Read a request and answer it, or break; whether another may follow."""
        head = b""
        while not head.endswith(b"\r\n\r"):  # what is left unread makes the end of a UNIX socket a reset
            byte = sock.recv(1)
            if not byte:
                return False
            head += byte
        fault = self.fault
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        upgrade = "upgrade" in headers
        if fault is None or target == "/_ping":
            sock.recv(1)
            _take_body(sock, headers)
            sock.sendall(_healthy(method, target, upgrade))
            return not upgrade and headers.get("connection") != "close"
        if fault.end != "reset":
            sock.recv(1)
            if headers.get("transfer-encoding") == "chunked":
                sock.recv(ENOUGH)
        sock.sendall(fault.answer if fault.taken_over is None or not upgrade else fault.taken_over)
        _break_off(sock, fault)
        return False


def _break_off(sock: socket.socket, fault: Fault) -> None:
    if fault.drip:
        sock.settimeout(PAUSE)
        while True:
            sock.sendall(fault.drip)
            with contextlib.suppress(TimeoutError):
                if not sock.recv(65536):
                    return
    if fault.end == "hold":
        poll = select.poll()  # what is still sent is left unread; only the client's end is waited for
        poll.register(sock, select.POLLRDHUP)
        poll.poll()
    elif fault.end == "reset":
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()


def _take_body(sock: socket.socket, headers: dict[str, str]) -> None:
    with contextlib.closing(sock.makefile("rb")) as file:
        if headers.get("transfer-encoding") == "chunked":
            while size := int(file.readline(), 16):
                file.read(size + 2)
            file.readline()
        else:
            file.read(int(headers.get("content-length", 0)))


def _healthy(method: str, target: str, upgrade: bool) -> bytes:
    if upgrade:
        return TAKEN_OVER + b"\1\0\0\0\0\0\0\2hi"
    if "/images/get" in target:
        return CHUNKED + b"5\r\nbytes\r\n0\r\n\r\n"
    more = b"Api-Version: 1.41\r\n" if target == "/_ping" else b""
    body = {"Id": "web", "Config": {"Tty": False}, "State": {"Running": True}}
    return whole(b"200 OK", b"" if method in ("HEAD", "PUT") else json.dumps(body).encode(), more=more)


def main() -> None:
    server = Server(sys.argv[1])
    print(server.ports, flush=True)
    for line in sys.stdin:
        server.set(FAULTS.get(line.strip()))
        print("done", flush=True)


if __name__ == "__main__":
    main()
