"""WebSocket: frames whatever the chunking, the masks, the proof of the handshake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument, InvalidResponse
from dockpy.streams.websocket import Opcode, Piece, WebSocketDecoder, accept_key, encode_message

BINARY, TEXT, CLOSE, PING, PONG = Opcode.BINARY, Opcode.TEXT, Opcode.CLOSE, Opcode.PING, Opcode.PONG
payloads = st.binary(max_size=300) | st.sampled_from([b"x" * 65535, b"y" * 65536, b"z" * 200_000])


def frame(opcode: int, data: bytes, last: bool = True) -> bytes:
    """A frame as a server sends it."""
    size = len(data)
    if size < 126:
        head = bytes([size])
    elif size < 65536:
        head = b"\x7e" + size.to_bytes(2, "big")
    else:
        head = b"\x7f" + size.to_bytes(8, "big")
    return bytes([opcode | (0x80 if last else 0)]) + head + data


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    pieces = []
    for size in sizes:
        pieces.append(data[:size])
        data = data[size:]
    return [*pieces, data]


def test_the_proof_of_the_handshake() -> None:
    """The example of RFC 6455, section 1.3."""
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_the_examples_of_the_rfc() -> None:
    """RFC 6455, section 5.7."""
    assert encode_message(TEXT, b"Hello", b"\x37\xfa\x21\x3d") == bytes.fromhex("818537fa213d7f9f4d5158")
    assert WebSocketDecoder().feed(b"\x81\x05Hello") == [Piece(TEXT, b"Hello")]
    assert WebSocketDecoder().feed(b"\x01\x03Hel\x80\x02lo") == [Piece(TEXT, b"Hel"), Piece(TEXT, b"lo")]
    assert WebSocketDecoder().feed(b"\x89\x05Hello") == [Piece(PING, b"Hello")]


@given(
    messages=st.lists(st.tuples(st.sampled_from([BINARY, TEXT]), st.lists(payloads, min_size=1, max_size=3))),
    pings=st.binary(max_size=125),
    sizes=st.lists(st.integers(0, 70_000), max_size=12),
)
def test_the_same_bytes_whatever_the_chunking(
    messages: list[tuple[Opcode, list[bytes]]], pings: bytes, sizes: list[int]
) -> None:
    """Messages in one frame or several, a ping in the middle of each."""
    wire, expected, answered = b"", b"", b""
    for opcode, parts in messages:
        for number, part in enumerate(parts):
            wire += frame(opcode if not number else 0, part, last=number == len(parts) - 1)
            wire += frame(PING, pings)
            expected += part
            answered += pings
    decoder, data, heard = WebSocketDecoder(), b"", b""
    for piece in cut(wire, sizes):
        for opcode, payload in decoder.feed(piece):
            if opcode is PING:
                heard += payload
            else:
                data += payload
    decoder.close()
    assert (data, heard) == (expected, answered)


@given(data=payloads, mask=st.binary(min_size=4, max_size=4))
def test_what_is_sent_is_masked(data: bytes, mask: bytes) -> None:
    message = encode_message(BINARY, data, mask)
    assert message[0] == 0x82
    assert message[1] & 0x80
    start = {126: 4, 127: 10}.get(message[1] & 0x7F, 2)
    assert message[start : start + 4] == mask
    masked = message[start + 4 :]
    assert bytes(byte ^ mask[place % 4] for place, byte in enumerate(masked)) == data
    unmasked = message[:1] + bytes([message[1] & 0x7F]) + message[2:start] + data
    assert b"".join(piece.data for piece in WebSocketDecoder().feed(unmasked)) == data


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_anything_else_is_an_error_of_ours(pieces: list[bytes]) -> None:
    decoder = WebSocketDecoder()
    try:
        for piece in pieces:
            decoder.feed(piece)
        decoder.close()
    except InvalidResponse:
        pass


@pytest.mark.parametrize(
    "wrong",
    [
        b"\xc2\x00",  # an extension that nobody agreed on
        b"\x83\x00",  # a kind that is none
        b"\x82\x81\0\0\0\0x",  # masked, by a server
        b"\x80\x00",  # a continuation of nothing
        b"\x02\x00\x82\x00",  # a message inside another
        b"\x09\x00",  # a control frame in parts
        b"\x89\x7e\x00\x7e",  # a control frame that is too long
        b"\x82\x7f\x80\0\0\0\0\0\0\0",  # more bytes than there are
    ],
)
def test_what_is_no_websocket(wrong: bytes) -> None:
    for size in (1, len(wrong)):
        decoder = WebSocketDecoder()
        pieces = [wrong[start : start + size] for start in range(0, len(wrong), size)]
        with pytest.raises(InvalidResponse):
            list(map(decoder.feed, pieces))


@pytest.mark.parametrize("wire", [b"\x82", b"\x82\x05He", b"\x02\x02He", b"\x82\x7e\x00"])
def test_an_end_inside_a_message(wire: bytes) -> None:
    decoder = WebSocketDecoder()
    decoder.feed(wire)
    with pytest.raises(InvalidResponse, match="middle of a message"):
        decoder.close()


def test_large_frames_come_in_pieces() -> None:
    decoder, head = WebSocketDecoder(), frame(BINARY, b"x" * 1_000_000)[:10]
    assert decoder.feed(head) == []
    assert [len(piece.data) for piece in decoder.feed(b"x" * 1000)] == [1000]


def test_what_cannot_be_sent() -> None:
    with pytest.raises(InvalidArgument, match="4 bytes"):
        encode_message(BINARY, b"", b"123")
    with pytest.raises(InvalidArgument, match="125 bytes"):
        encode_message(CLOSE, b"x" * 126, b"1234")
