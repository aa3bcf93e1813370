"""Targets: what decodes streams, and HTTP as the streaming road reads it."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from material import Material, cuts, fuzzed, outcome, same

from dockpy.compat.errors import StreamParseError
from dockpy.compat.utils.json_stream import json_stream, split_buffer
from dockpy.errors import InvalidArgument
from dockpy.fake.failure import Failure
from dockpy.fake.handlers.websocket import ClientDecoder, encode_binary
from dockpy.ops import all_operations
from dockpy.streams.frames import Frame, FrameDecoder, Stream, encode_frame
from dockpy.streams.http1 import HeadDecoder, body_decoder, encode_chunk, encode_request_head
from dockpy.streams.jsonlines import JsonDecoder
from dockpy.streams.lines import FrameLineDecoder, LineDecoder
from dockpy.streams.websocket import Opcode, WebSocketDecoder, accept_key, encode_message
from dockpy.transport.answers import api_error, decode
from dockpy.transport.websocket import check_handshake
from dockpy.version import at_least, parse_version

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockpy.ops.operation import Operation

OPERATIONS: list[Operation[Any]] = list(all_operations())


def _split(data: bytes) -> tuple[bytes, list[bytes]]:
    """An input is how it is cut (as many bytes as its first says, up to 7), and what is cut."""
    plan, whole = (data[1 : 1 + data[0] % 8], data[1 + data[0] % 8 :]) if data else (b"", b"")
    return whole, list(cuts(whole, plan))


def _fed(decoder: Any, pieces: Sequence[bytes]) -> list[Any]:
    found = [item for piece in pieces for item in decoder.feed(piece)]
    return [*found, *(decoder.close() or ())]


def _merged(pieces: list[tuple[Any, bytes]]) -> list[tuple[Any, bytes]]:
    """Pieces of one stream that follow each other are one."""
    merged: list[tuple[Any, bytes]] = []
    for kind, data in pieces:
        if merged and merged[-1][0] == kind:
            merged[-1] = kind, merged[-1][1] + data
        elif data:
            merged.append((kind, data))
    return merged


def _cut_or_whole(data: bytes, run: Callable[[Sequence[bytes]], Any]) -> None:
    whole, pieces = _split(data)
    same(outcome(lambda: run(pieces)), outcome(lambda: run([whole])))


FRAMES = b"\x01\0\0\0\0\0\0\x05hello\x02\0\0\0\0\0\0\x03err\x01\0\0\0\0\0\0\0"


@fuzzed(b"\x02\x04\x03" + FRAMES, b"\0" + FRAMES, b"\x01\x05\x01\0\0\0\0\x02\0\0" + bytes(64), weight=40)
def frames(data: bytes) -> None:
    """The same whatever the chunking."""
    _cut_or_whole(data, lambda pieces: _merged(_fed(FrameDecoder(), pieces)))


@fuzzed(b"\x02ab\x01cde\x00", weight=20)
def frames_round_trip(data: bytes) -> None:
    """What is written is what is read; empty frames, which say nothing, are left out."""
    material, written = Material(data), []
    while material.left():
        stream = Stream(material.byte() % 4)
        written.append(Frame(stream, material.text().encode("utf-8", "surrogateescape")))
    encoded = b"".join(encode_frame(*frame) for frame in written)
    same(_fed(FrameDecoder(), list(cuts(encoded, data[:7]))), [frame for frame in written if frame.data])


@fuzzed(b"\x02\x04\x03" + FRAMES, weight=20)
def frame_lines(data: bytes) -> None:
    """Lines of a multiplexed stream."""

    def lines(pieces: Sequence[bytes]) -> list[str]:
        decoder, lines = FrameDecoder(), FrameLineDecoder()
        found = [line for frame in _fed(decoder, pieces) for line in lines.feed(frame)]
        return [*found, *lines.close()]

    _cut_or_whole(data, lines)


JSON = b'{"status":"Pull","id":"a\\"}"}\n{"error":{"x":[1,{"y":null}]}}\r\n\x1e{"a":"\\u00e9"}'


@fuzzed(b"\x03\x04\x03\x01" + JSON, b"\0" + JSON, weight=25)
def json_objects(data: bytes) -> None:
    """The same whatever the chunking; one object is what Python's own reader makes of it."""
    _cut_or_whole(data, lambda pieces: repr(_fed(JsonDecoder(), pieces)))
    whole, _ = _split(data)
    kind, found = outcome(lambda: _fed(JsonDecoder(), [whole]))
    if kind == "value" and len(found) == 1:
        text = whole.decode("utf-8", "replace").strip(" \t\r\n\x1e")
        same(repr(found[0]), repr(json.loads(text)))


@fuzzed(b"\x03\x04\x03\x01one\ntwo\r\n\xff\xfethree", weight=40)
def lines(data: bytes) -> None:
    """The same whatever the chunking, and as str.split has them."""
    whole, pieces = _split(data)
    found = _fed(LineDecoder(), pieces)
    expected = [line.removesuffix(b"\r").decode("utf-8", "replace") for line in whole.split(b"\n")]
    same(found, expected if whole.rpartition(b"\n")[2] else expected[:-1])


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
SIZED = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404 Not Found\r\nContent-Length: 5\r\nX: y\r\n\r\nhello+rest"


def _answer(method: str, pieces: Sequence[bytes]) -> Any:
    """An answer as the streaming road reads it: its head, its payload, what follows."""
    decoder, rest = HeadDecoder(), list(pieces)
    while rest:
        found = decoder.feed(rest.pop(0))
        if found is not None:
            head, early = found
            body, payload = body_decoder(method, head), b""
            for piece in [early, *rest]:
                payload += body.feed(piece)
            if not body.done:
                body.close()
            return head.status, head.reason, dict(head.headers), head.keep_alive, payload, body.rest
    decoder.close()
    raise AssertionError("half a head has no end")


@fuzzed(
    b"\x02\x40\x03" + HEAD + b"5\r\nhello\r\n0;x=y\r\nTrailer: z\r\n\r\nrest",
    b"\0" + SIZED,
    b"\x01\x70HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nraw",
    weight=20,
)
def answers(data: bytes) -> None:
    """Heads, interim ones, and bodies however they are delimited: the same whatever the chunking."""
    method = ("GET", "HEAD", "POST")[data[0] // 8 % 3] if data else "GET"
    _cut_or_whole(data, lambda pieces: _answer(method, pieces))


@fuzzed(b"\x02\x01\x025\r\nhello\r\n0\r\n\r\nrest", weight=40)
def chunked_bodies(data: bytes) -> None:
    """The body alone; what follows it is kept."""
    head = HeadDecoder().feed(HEAD)
    assert head is not None

    def read(pieces: Sequence[bytes]) -> tuple[bytes, bytes]:
        body = body_decoder("GET", head[0])
        payload = b"".join(body.feed(piece) for piece in pieces)
        if not body.done:
            body.close()
        return payload, body.rest

    _cut_or_whole(data, read)


@fuzzed(b"\x01\x02\x03hello world, in chunks", weight=40)
def chunked_round_trip(data: bytes) -> None:
    """What is written is what is read."""
    head = HeadDecoder().feed(HEAD)
    assert head is not None
    body = body_decoder("GET", head[0])
    encoded = b"".join(encode_chunk(piece) for piece in cuts(data, data[:5])) + encode_chunk(b"") + b"more"
    same((b"".join(body.feed(piece) for piece in cuts(encoded, data[5:12])), body.rest), (data, b"more"))


@fuzzed(b"GET\xff/v1.41/info?a=b\xffHost\xffdocker\xffX-Y\xffz", errors=(ValueError,), weight=20)
def request_heads(data: bytes) -> None:
    """What can be written holds one request, and each header once."""
    material = Material(data)
    method, target = material.text(), material.text()
    headers = {}
    while material.left() and len(headers) < 8:
        headers[material.text()] = material.text()
    head = encode_request_head(method, target, headers)
    assert head.count(b"\n") == head.count(b"\r") == len(headers) + 2, head
    assert head.endswith(b"\r\n\r\n"), head


SERVED = encode_binary(b"hello") + b"\x89\x02hi" + encode_binary(bytes(200)) + b"\x88\x02\x03\xe8"


@fuzzed(b"\x02\x01\x03" + SERVED, b"\0\x02\x03abc\x00\x02de\x80\x01f", weight=30)
def websockets(data: bytes) -> None:
    """The client's side of a WebSocket: the same whatever the chunking."""

    def read(pieces: Sequence[bytes]) -> list[tuple[Opcode, bytes]]:
        return _merged([(piece.opcode, piece.data) for piece in _fed(WebSocketDecoder(), pieces)])

    _cut_or_whole(data, read)


@fuzzed(b"\x02\x01\x03\x82\x85mask" + bytes(5) + b"\x88\x80mask", errors=(Failure,), weight=15)
def websockets_of_clients(data: bytes) -> None:
    """The server's side, which the fake daemon has: the same whatever the chunking."""

    def read(pieces: Sequence[bytes]) -> bytes:
        decoder = ClientDecoder()
        return b"".join(payload for piece in pieces for payload in decoder.feed(piece))

    whole, pieces = _split(data)
    expected = read([whole])
    same(read(pieces), expected)


@fuzzed(b"\x02abcdhello", errors=(InvalidArgument,), weight=15)
def websocket_round_trip(data: bytes) -> None:
    """The fake reads what the client writes."""
    opcode, mask, payload = Opcode(data[0] % 3) if data else Opcode.BINARY, data[1:5], data[5:]
    encoded = encode_message(opcode, payload, mask)
    decoder = ClientDecoder()
    same(b"".join(part for piece in cuts(encoded, data[:6]) for part in decoder.feed(piece)), payload)


@fuzzed(b"HTTP/1.1 101 X\r\nSec-WebSocket-Accept: " + accept_key("k").encode() + b"\r\n\r\n", weight=10)
def handshakes(data: bytes) -> None:
    """The answer to a WebSocket's handshake."""
    found = HeadDecoder().feed(data)
    if found is not None:
        check_handshake({"Sec-WebSocket-Key": "k"}, found[0])


@fuzzed(b'\x10\x10{"Id":"a","Created":1}', b'\x22\x01[{"Id":"a"}]', b"\x40\x90null", weight=10)
def decoded_answers(data: bytes) -> None:
    """Answers and errors of every operation."""
    material = Material(data)
    operation = OPERATIONS[material.byte() % len(OPERATIONS)]
    status, content = 200 + 2 * material.byte(), material.rest()
    headers = {operation.answer.header or "X": content.decode("latin-1")}
    if status in operation.success or status < 300:
        str(decode(operation, headers, content))
    else:
        error = api_error(operation, status, "Wrong", headers, content)
        assert str(error)


@fuzzed("1.41", "1.54", "v1.4", errors=(ValueError,), weight=30)
def api_versions(data: bytes) -> None:
    """Versions as daemons name them."""
    text = data.decode("latin-1")
    major, minor = parse_version(text)
    assert at_least(f"{major}.{minor}", text)


@fuzzed(b'\x03\x04\x03\x01{"a":"b"}\n[1,2]"c" {"d":null}', errors=(StreamParseError,), weight=10)
def compat_json(data: bytes) -> None:
    """docker-py's stream of JSON values, whose errors are json's own."""
    whole, pieces = _split(data)
    found = list(json_stream(pieces))
    if whole.isascii():
        same(repr(found), repr(list(json_stream([whole]))))


@fuzzed(b"\x03\x04\x03\x01one\ntwo\n\nthree", weight=20)
def compat_lines(data: bytes) -> None:
    """docker-py's lines keep their ends."""
    whole, pieces = _split(data)
    text = whole.decode("latin-1")
    found = list(split_buffer(piece.decode("latin-1") for piece in pieces))
    same(found, list(io.StringIO(text, newline="\n")))
