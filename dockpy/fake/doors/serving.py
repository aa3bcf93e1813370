"""One client's connection to the socket door: its requests, one after the other, until it is taken over."""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import TYPE_CHECKING

from dockpy.fake.blobs import BlobWriter
from dockpy.fake.engine import Gone
from dockpy.fake.reply import MUCH, Reply, Request, encode_head, framing_of

try:
    import h11
except ImportError:
    raise ImportError("A fake daemon that listens needs h11: pip install 'dockpy[fake]'") from None

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.call import Duplex
    from dockpy.fake.doors.socket import SocketDoor
    from dockpy.fake.doors.wires import Wire

__all__ = ["Connection"]

_log = logging.getLogger("dockpy.fake")

_LARGEST_HEAD = 1024 * 1024 + 4096  # as Go's
_REASONS = {431: "431 Request Header Fields Too Large", 501: "501 Not Implemented"}


class _Ended(Exception):
    """The client has gone, or wants no more."""


class Connection:
    """Serves one client, in the thread that calls `serve`."""

    def __init__(self, door: SocketDoor, wire: Wire) -> None:
        self._door = door
        self._wire = wire
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_LARGEST_HEAD)
        self._peer = door.engine.new_peer()
        self._last = False
        self._fd = wire.fileno()
        self.answering: bool = False

    def serve(self) -> None:
        """Answer until the client goes away."""
        try:
            self._wire.begin()
            while self._turn():
                pass
        except (_Ended, OSError, Gone):
            pass
        except h11.LocalProtocolError:
            _log.exception("an answer that is no HTTP")  # ours, and not the client's

    def drop(self) -> None:
        """Break the connection, from another thread."""
        self._peer.gone = True
        self._wire.shutdown()
        engine = self._door.engine
        with engine.lock:
            engine.notify()

    def _turn(self) -> bool:
        """One request and its answer; False where there is to be no other."""
        try:
            request = self._read()
        except h11.RemoteProtocolError as error:
            self._refuse(error.error_status_hint)
            return False
        self._peer.on_wait = lambda: self._door.watch(self._fd, self._peer)
        self.answering = True
        try:
            return self._answer(request)
        finally:
            self.answering = False
            self._unwatch()

    def _unwatch(self) -> None:
        self._peer.on_wait = None
        self._door.unwatch(self._fd)

    def _reset(self) -> None:
        self._unwatch()  # while the descriptor is still ours
        self._wire.reset()

    # Reading

    def _event(self) -> object:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self._http.they_are_waiting_for_100_continue:
                self._send(h11.InformationalResponse(status_code=100, headers=[]))
            self._http.receive_data(self._wire.recv())

    def _read(self) -> Request:
        head = self._event()
        if not isinstance(head, h11.Request):
            raise _Ended
        self._last = head.http_version not in (b"1.0", b"1.1")
        headers: dict[str, str] = {}
        for name, value in head.headers:
            text = value.decode("utf-8", "surrogateescape")
            key = name.decode("ascii")
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
        body = BlobWriter()
        try:
            method = head.method.decode("ascii")
            target = head.target.decode("utf-8", "surrogateescape")
            asked = False
            while isinstance(event := self._event(), h11.Data):
                body.write(event.data)
                if body.size >= MUCH and not asked:
                    asked = True
                    if self._refuses(Request(method, target, headers)):
                        self._last = True
                        return Request(method, target, headers, body.blob())
            if not isinstance(event, h11.EndOfMessage):
                raise _Ended
            return Request(method, target, headers, body.blob())
        finally:
            body.close()

    def _refuses(self, request: Request) -> bool:
        with self._door.engine.lock:
            return self._door.router.refuses(request, self._peer)

    def _refuse(self, status: int) -> None:
        """What is no HTTP is answered as Go's server does."""
        reason = _REASONS.get(status, "400 Bad Request")
        text = "Unsupported transfer encoding" if status == 501 else reason
        plain = "Content-Type: text/plain; charset=utf-8\r\nConnection: close"
        with contextlib.suppress(OSError):
            self._wire.send(f"HTTP/1.1 {reason}\r\n{plain}\r\n\r\n{text}".encode())
            self._wire.linger()

    # Answering

    def _answer(self, request: Request) -> bool:
        engine = self._door.engine
        with engine.lock:
            reply = self._door.router.answer(request, self._peer)
        try:
            return self._write(request, reply)
        finally:
            with engine.lock:
                reply.discard()
                engine.notify()

    def _write(self, request: Request, reply: Reply) -> bool:
        if reply.raw is not None:
            self._wire.send(reply.raw)
            return False
        if reply.duplex is not None:
            self._take_over(reply, reply.duplex)
            return False
        if reply.stream is not None:
            self._stream(reply, reply.stream)
        elif reply.reset:
            self._reset()
            return False
        else:
            self._whole(reply, request.method)
        if reply.reset:
            self._reset()
            return False
        if self._last:  # of another HTTP, whose next requests would be none
            self._wire.linger()
            return False
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    def _send(self, *events: h11.Event) -> None:
        self._wire.send(b"".join(filter(None, (self._http.send(event) for event in events))))

    def _head(self, reply: Reply, framing: dict[str, str]) -> h11.Response:
        headers = reply.headers | framing
        encoded = [
            (name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in headers.items()
        ]
        return h11.Response(status_code=reply.status, headers=encoded, reason=reply.reason.encode())

    def _whole(self, reply: Reply, method: str) -> None:
        bodiless = method == "HEAD" or reply.status in (204, 304)
        body = [] if bodiless else [h11.Data(data=reply.body)]
        self._send(self._head(reply, framing_of(reply)), *body, h11.EndOfMessage())

    def _stream(self, reply: Reply, stream: Iterator[bytes]) -> None:
        self._send(self._head(reply, {"Transfer-Encoding": "chunked"}))
        for piece in self._pieces(stream):
            self._send(h11.Data(data=piece))
        if not reply.reset:
            self._send(h11.EndOfMessage())

    def _pieces(self, stream: Iterator[bytes]) -> Iterator[bytes]:
        """A stream's pieces, each asked for under the engine's lock and sent without it."""
        engine = self._door.engine
        while True:
            with engine.lock:
                engine.catch_up()
                try:
                    piece = next(stream, None)
                except (Gone, OSError):
                    raise
                except Exception:
                    _log.exception("a stream of the fake daemon's failed")
                    raise Gone from None
            if piece is None:
                return
            if piece:
                yield piece

    # A connection that is taken over

    def _take_over(self, reply: Reply, duplex: Duplex) -> None:
        self._unwatch()  # that the client sends no more does not mean that it has gone
        self._wire.send(encode_head(reply, {}))
        self._wire.settle()  # as with an engine, which is slower: some clients lose what comes with the head
        early, _ = self._http.trailing_data
        reader = threading.Thread(
            target=self._take_in, args=(duplex, early), name="dockpy fake client input", daemon=True
        )
        reader.start()
        try:
            output = reply.stream if reply.stream is not None else duplex.output
            for piece in self._pieces(output):
                self._wire.send(piece)
        finally:
            self._peer.gone = True
            if reply.reset:
                self._reset()
            self._wire.shutdown()
            engine = self._door.engine
            with engine.lock:
                engine.notify()
            reader.join()

    def _take_in(self, duplex: Duplex, early: bytes) -> None:
        engine = self._door.engine
        try:
            data = early or self._wire.recv()
            while data:
                with engine.lock:
                    duplex.send(data)
                    engine.notify()
                data = self._wire.recv()
            with engine.lock:
                duplex.close_write()
                engine.notify()
            self._door.watch(self._fd, self._peer, half_closed=True)
        except Gone:
            pass
        except OSError:
            self._peer.gone = True
            with engine.lock:
                engine.notify()
