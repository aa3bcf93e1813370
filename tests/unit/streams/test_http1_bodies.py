"""Bodies of answers, however they are delimited: whole, and not a byte of what follows them taken."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dockpy.errors import InvalidResponse
from dockpy.streams.http1 import BodyDecoder, HeadDecoder, body_decoder, encode_chunk

CUTS = st.lists(st.integers(0, 10_000), max_size=12)


def decoder_of(*headers: str, status: int = 200, method: str = "GET") -> BodyDecoder:
    head = "\r\n".join([f"HTTP/1.1 {status} X", *headers, "", ""]).encode()
    found = HeadDecoder().feed(head)
    assert found is not None
    return body_decoder(method, found[0])


def chunked() -> BodyDecoder:
    return decoder_of("Transfer-Encoding: chunked")


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """The data, cut at these places."""
    places = sorted(cut % (len(data) + 1) for cut in cuts)
    return [data[start:end] for start, end in itertools.pairwise([0, *places, len(data)])]


def feed(decoder: BodyDecoder, parts: list[bytes]) -> bytes:
    return b"".join([decoder.feed(part) for part in parts])


def read(decoder: BodyDecoder, parts: list[bytes]) -> tuple[bytes, bytes]:
    """The body and what followed it."""
    payload = feed(decoder, parts)
    decoder.close()
    assert decoder.done
    return payload, decoder.rest


# A length


@given(st.binary(max_size=50), st.binary(max_size=20), CUTS)
def test_a_body_of_a_length(body: bytes, rest: bytes, cuts: list[int]) -> None:
    assert read(decoder_of(f"Content-Length: {len(body)}"), pieces(body + rest, cuts)) == (body, rest)


def test_a_body_of_no_bytes_is_done_before_it_begins() -> None:
    assert decoder_of("Content-Length: 0").done


def test_a_body_is_done_with_its_last_byte() -> None:
    decoder = decoder_of("Content-Length: 3")
    assert (decoder.feed(b"ab"), decoder.done) == (b"ab", False)
    assert (decoder.feed(b"c"), decoder.done) == (b"c", True)


@pytest.mark.parametrize("came", [b"", b"a", b"ab"])
def test_a_body_that_is_shorter_than_its_length_is_an_error(came: bytes) -> None:
    decoder = decoder_of("Content-Length: 3")
    decoder.feed(came)
    with pytest.raises(InvalidResponse, match=f"{3 - len(came)} bytes of its body never came"):
        decoder.close()


@pytest.mark.parametrize(
    "length",
    [
        "-1",
        "+5",
        "five",
        "5 5",
        "0x5",
        "5.0",
        "",
        "\u0665",
        "5,6",
        "5;",
        "1_0",
        pytest.param("9" * 5000, id="huge"),
    ],
)
def test_a_length_that_is_none_is_refused(length: str) -> None:
    head = f"HTTP/1.1 200 X\r\nContent-Length: {length}\r\n\r\n".encode()
    found = HeadDecoder().feed(head)
    assert found is not None
    with pytest.raises(InvalidResponse, match="Content-Length"):
        body_decoder("GET", found[0])


def test_a_length_said_twice_is_one_if_it_is_the_same() -> None:
    assert read(decoder_of("Content-Length: 2", "content-length: 2"), [b"hi!"]) == (b"hi", b"!")
    with pytest.raises(InvalidResponse):
        decoder_of("Content-Length: 2", "Content-Length: 3")


# None


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304), ("POST", 101), ("HEAD", 404)]
)
@pytest.mark.parametrize("header", ["Content-Length: 5", "Transfer-Encoding: chunked", "X: y"])
def test_answers_that_have_no_body(method: str, status: int, header: str) -> None:
    if status == 101:
        head = HeadDecoder().feed(f"HTTP/1.1 101 X\r\n{header}\r\n\r\n".encode())
        assert head is not None
        assert body_decoder(method, head[0]).done
    else:
        assert decoder_of(header, status=status, method=method).done


# Until the end of the connection


@given(st.binary(max_size=50), CUTS)
def test_a_body_until_the_end(body: bytes, cuts: list[int]) -> None:
    decoder = decoder_of("Connection: close")
    assert not decoder.done
    assert read(decoder, pieces(body, cuts)) == (body, b"")


# Chunks


@given(
    st.lists(st.binary(min_size=1, max_size=30), max_size=6),
    st.sampled_from(["", ";name", "; name=value", ';a="b;c"', "  "]),
    st.sampled_from([b"", b"X-Trailer: 1\r\n", b"A: 1\r\nB: \r\n"]),
    st.booleans(),
    st.binary(max_size=20),
    CUTS,
)
@example([b"\r\n", b"0\r\n\r\n"], "", b"", True, b"\r\n", list(range(60)))
def test_a_body_in_chunks(
    chunks: list[bytes], extension: str, trailers: bytes, upper: bool, rest: bytes, cuts: list[int]
) -> None:
    sizes = [f"{len(chunk):X}" if upper else f"{len(chunk):02x}" for chunk in chunks]
    data = b"".join(
        b"%b\r\n%b\r\n" % ((size + extension).encode(), chunk)
        for size, chunk in zip(sizes, chunks, strict=True)
    )
    data += b"0%b\r\n%b\r\n" % (extension.encode(), trailers)
    assert read(chunked(), pieces(data + rest, cuts)) == (b"".join(chunks), rest)


def test_chunks_at_every_split() -> None:
    data = b'5;x="y"\r\nhello\r\n1\r\n\n\r\n0;last\r\nTrailer: yes\r\nOther: 1\r\n\r\nrest'
    for cut in range(len(data) + 1):
        assert read(chunked(), [data[:cut], data[cut:]]) == (b"hello\n", b"rest")
    assert read(chunked(), [data[i : i + 1] for i in range(len(data))]) == (b"hello\n", b"rest")


def test_line_feeds_alone_end_lines_too() -> None:
    assert read(chunked(), [b"2\nhi\n0\n\nrest"]) == (b"hi", b"rest")


def test_a_part_of_a_chunk_comes_out_at_once() -> None:
    decoder = chunked()
    assert decoder.feed(b"a\r\n12345") == b"12345"
    assert decoder.feed(b"67890") == b"67890"
    assert not decoder.done


@given(st.lists(st.sampled_from([1, 4096, 4097, 20_000, 65_536]), max_size=5), CUTS)
def test_large_chunks_are_those_that_came(sizes: list[int], cuts: list[int]) -> None:
    chunks = [bytes([number + 1]) * size for number, size in enumerate(sizes)]
    data = b"".join(map(encode_chunk, [*chunks, b""]))
    assert read(chunked(), pieces(data + b"rest", [cut * 20 for cut in cuts])) == (b"".join(chunks), b"rest")


def test_what_is_within_a_large_chunk_is_not_copied() -> None:
    decoder = chunked()
    decoder.feed(b"30000\r\n")
    half = b"x" * 0x18000
    assert decoder.feed(half) is half
    assert decoder.feed(half) is half
    assert decoder.feed(b"\r\n0\r\n\r\n") == b""
    assert decoder.done


def test_what_comes_after_the_last_chunk_is_kept_in_order() -> None:
    decoder = chunked()
    assert decoder.feed(b"0\r\n\r\none ") == b""
    assert decoder.feed(b"two") == b""
    assert (decoder.done, decoder.rest) == (True, b"one two")


@pytest.mark.parametrize("coding", ["chunked", "Chunked"])
def test_chunks_count_more_than_a_length(coding: str) -> None:
    decoder = decoder_of("Content-Length: 100", f"Transfer-Encoding: {coding}")
    assert read(decoder, [encode_chunk(b"hi") + encode_chunk(b"")]) == (b"hi", b"")


@pytest.mark.parametrize(
    "coding", ["gzip, chunked", "chunked, identity", "xchunked", "gzip", "identity", "chunked, chunked", ""]
)
def test_codings_that_nobody_asked_for_are_refused(coding: str) -> None:
    with pytest.raises(InvalidResponse, match="Transfer-Encoding is"):
        decoder_of("Content-Length: 2", f"Transfer-Encoding: {coding}")


def test_trailers_have_an_end() -> None:
    decoder = chunked()
    decoder.feed(encode_chunk(b"hi") + b"0\r\n")
    trailers = b"A: b\r\n" * 50_000
    with pytest.raises(InvalidResponse, match="trailers are longer than 262144 bytes"):
        feed(decoder, [trailers[i : i + 4096] for i in range(0, len(trailers), 4096)])


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=5), CUTS)
def test_what_is_encoded_is_decoded(chunks: list[bytes], cuts: list[int]) -> None:
    data = b"".join(map(encode_chunk, chunks)) + encode_chunk(b"")
    assert read(chunked(), pieces(data, cuts)) == (b"".join(chunks), b"")


def test_every_truncation_of_a_chunked_body_is_an_error() -> None:
    data = b"5;x\r\nhello\r\n2\r\nhi\r\n0\r\nT: 1\r\n\r\n"
    for cut in range(len(data)):
        decoder = chunked()
        decoder.feed(data[:cut])
        assert not decoder.done
        with pytest.raises(InvalidResponse, match="broke off"):
            decoder.close()


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n",
        b"xyz\r\n",
        b"<html>\n",
        b"-1\r\n",
        b"0x5\r\nhello\r\n",
        b"5 5\r\nhello\r\n",
        b"fffffffffffffffff\r\n",
        b"5\r\nhello world\r\n",
        b"5\r\nhellox\r\n",
        b"2\r\nhi\r\n\r\n",
    ],
)
def test_broken_chunks_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidResponse):
        chunked().feed(data)
    with pytest.raises(InvalidResponse):
        feed(chunked(), [data[i : i + 1] for i in range(len(data))])


def test_a_size_without_end_is_refused() -> None:
    with pytest.raises(InvalidResponse, match="no size"):
        feed(chunked(), [b"1" * 1024] * 300)


LOG = [
    b"a line\n",
    b"another\n",
    b"",
    b"with\r\nan end in it\n",
    b"5\r\nhello\r\n",
    b"x" * 5000,
    b"\r\n",
    b"last",
]


@pytest.mark.parametrize("size", [1, 7, 64, 1000, 1 << 20])
def test_many_small_chunks_are_those_that_came(size: int) -> None:
    """They are cut many at a time, at line ends: also where chunks hold line ends, or look like sizes."""
    wanted = [piece for number in range(200) if (piece := LOG[(number * 7 + number // 11) % len(LOG)])]
    data = b"".join(map(encode_chunk, [*wanted, b""])) + b"next"
    body, rest = read(chunked(), [data[at : at + size] for at in range(0, len(data), size)])
    assert (body, rest) == (b"".join(wanted), b"next")


@pytest.mark.parametrize("wrong", [b"5\r\nlonger\r\n", b"5\r\nhello5\r\nhello\r\n", b"5\r\nhel\r\n"])
def test_a_wrong_length_among_many_is_refused(wrong: bytes) -> None:
    data = encode_chunk(b"hello") * 50 + wrong + encode_chunk(b"hello") * 50 + encode_chunk(b"")
    with pytest.raises(InvalidResponse):
        feed(chunked(), [data[:100], data[100:]])


def outcome(parts: list[bytes]) -> tuple[bytes, bytes] | type[Exception]:
    try:
        return read(chunked(), parts)
    except InvalidResponse as error:
        return type(error)


@given(
    st.lists(
        st.sampled_from([b"hello", b"h", b"ab\r\n", b"5\r\nhello\r\n", b"\r\n"]), min_size=10, max_size=60
    ),
    st.integers(0, 10_000),
    st.sampled_from([b"", b"X", b"5", b"\r\n", b"\n", b"5\r\n"]),
    st.integers(0, 3),
    CUTS,
)
@example([b"hello"] * 20, 28, b"XX", 0, [18])
def test_what_is_broken_among_many_is_broken_however_it_comes(
    chunks: list[bytes], place: int, put: bytes, taken: int, cuts: list[int]
) -> None:
    """Of single bytes none are cut many at a time: they tell what is right."""
    data = b"".join(map(encode_chunk, [*chunks, b""])) + b"next"
    place %= len(data)
    data = data[:place] + put + data[place + taken :]
    assert outcome(pieces(data, cuts)) == outcome([data[at : at + 1] for at in range(len(data))])
