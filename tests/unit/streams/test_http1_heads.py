"""Heads of answers and requests: read at every split, and every byte after them handed on."""

from __future__ import annotations

import collections
import itertools
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dockpy.errors import InvalidResponse
from dockpy.streams.http1 import Head, HeadDecoder, Headers, encode_request_head

OK = b"HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nContent-Length: 2\r\n\r\n"
UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TOKENS = st.text("abcXYZ019!#$%&'*+-.^_`|~", min_size=1, max_size=12)
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20).map(str.strip)


def read(parts: list[bytes]) -> tuple[Head, bytes]:
    """The head, and all that followed it."""
    decoder = HeadDecoder()
    for number, part in enumerate(parts, 1):
        if found := decoder.feed(part):
            return found[0], found[1] + b"".join(parts[number:])
    raise AssertionError("the head did not end")


def every_split(data: bytes) -> list[list[bytes]]:
    return [
        *([data[:cut], data[cut:]] for cut in range(len(data) + 1)),
        [data[i : i + 1] for i in range(len(data))],
    ]


@pytest.mark.parametrize(
    "rest", [b"", b"hi", b"\r\n\r\n", b"\x01\0\0\0\0\0\0\x02hi", b"HTTP/1.1 200 OK\r\n\r\n"]
)
def test_a_head_at_every_split(rest: bytes) -> None:
    for parts in every_split(OK + rest):
        head, after = read(parts)
        assert (head.status, head.reason, after) == (200, "OK", rest)
        assert dict(head.headers) == {"Api-Version": "1.51", "Content-Length": "2"}


@pytest.mark.parametrize(
    "interim", [b"", CONTINUE, CONTINUE * 3, b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"]
)
def test_bytes_glued_to_an_upgrade_are_kept(interim: bytes) -> None:
    for parts in every_split(interim + UPGRADED + b"\r\n\r\nout\x00"):
        head, after = read(parts)
        assert (head.status, head.headers["Upgrade"], after) == (101, "tcp", b"\r\n\r\nout\x00")


def test_an_interim_answer_is_none() -> None:
    assert HeadDecoder().feed(CONTINUE) is None


def test_line_feeds_alone_end_lines_too() -> None:
    head, after = read([b"HTTP/1.1 200 OK\nA: 1\n\nrest"])
    assert (head.status, dict(head.headers), after) == (200, {"A": "1"}, b"rest")


@given(
    st.integers(200, 599),
    st.text(
        st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f\x85"), max_size=20
    ),
    st.dictionaries(TOKENS, VALUES, max_size=5),
    st.lists(st.integers(0, 500), max_size=6),
)
@example(204, "", {}, [])
def test_any_head_comes_out_as_it_was(
    status: int, reason: str, headers: dict[str, str], cuts: list[int]
) -> None:
    headers = {name.lower(): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}:  {value} " for name, value in headers.items())]
    data = "\r\n".join([*lines, "", "rest"]).encode("latin-1")
    places = sorted(cut % (len(data) + 1) for cut in cuts)
    head, rest = read([data[start:end] for start, end in itertools.pairwise([0, *places, len(data)])])
    assert (head.status, head.reason, dict(head.headers), rest) == (status, reason, headers, b"rest")


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [
        (b"HTTP/1.1 200", 200, ""),
        (b"HTTP/1.1 200 ", 200, ""),
        (b"HTTP/1.0 404 Not Found", 404, "Not Found"),
        (b"HTTP/1.1 599 caf\xe9", 599, "café"),
    ],
)
def test_status_lines(line: bytes, status: int, reason: str) -> None:
    head, _ = read([line + b"\r\n\r\n"])
    assert (head.status, head.reason) == (status, reason)


@pytest.mark.parametrize(
    ("data", "keep_alive"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nconnection: foo, Close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", True),
    ],
)
def test_whether_the_connection_stays_open(data: bytes, keep_alive: bool) -> None:
    assert read([data])[0].keep_alive is keep_alive


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body>hi</body></html>\r\n\r\n",
        b"garbage",
        b"\x15\x03\x01\x00\x02\x02\x16",  # a TLS alert
        b"\x00",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.2 200 OK\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 600 Six\r\n\r\n",
        b"HTTP/1.1  \r\n\r\n",
        b" HTTP/1.1 200 OK\r\n\r\n",
        b"http/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nspace : before\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: 1\r\n folded\r\n\r\n",
        CONTINUE + b"garbage",
    ],
)
def test_what_is_no_head_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidResponse):
        read([data])
    with pytest.raises(InvalidResponse):
        read([data[i : i + 1] for i in range(len(data))])


def test_what_is_no_http_is_refused_at_its_first_byte() -> None:
    with pytest.raises(InvalidResponse, match="not HTTP"):
        HeadDecoder().feed(b"<")


def test_a_head_without_end_is_refused() -> None:
    line = b"X: " + b"y" * 1021 + b"\r\n"
    with pytest.raises(InvalidResponse, match="longer than"):
        read([b"HTTP/1.1 200 OK\r\n", *[line] * 300])


def test_a_large_head_is_read() -> None:
    value = "v" * 100_000
    head, rest = read([f"HTTP/1.1 200 OK\r\nX: {value}\r\n\r\nrest".encode()])
    assert (head.headers["x"], rest) == (value, b"rest")


def test_an_end_before_the_head_says_how_far_it_came() -> None:
    with pytest.raises(InvalidResponse, match="without an answer"):
        HeadDecoder().close()
    decoder = HeadDecoder()
    decoder.feed(OK[:20])
    with pytest.raises(InvalidResponse, match=r"inside its head: b'HTTP/1\.1 200 OK"):
        decoder.close()
    decoder = HeadDecoder()
    decoder.feed(CONTINUE)
    with pytest.raises(InvalidResponse, match="without an answer"):
        decoder.close()


# Headers


def test_headers_are_found_in_any_case_and_repeated_ones_are_joined() -> None:
    headers = Headers([("Content-Type", "a"), ("X-One", "1"), ("x-one", "2")])
    assert headers["CONTENT-TYPE"] == headers["content-type"] == "a"
    assert headers["X-ONE"] == "1, 2"
    assert "x-two" not in headers
    assert headers.get("X-Two", "none") == "none"
    assert (len(headers), len(list(headers))) == (2, 2)
    assert dict(Headers({"A": "b"})) == {"A": "b"}
    assert len(Headers()) == 0


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n", True),
    ],
)
def test_a_connection_is_not_kept_where_an_answer_may_have_two_ends(head: bytes, kept: bool) -> None:
    found = HeadDecoder().feed(head)
    assert found is not None
    assert found[0].keep_alive is kept


def test_interim_answers_have_an_end() -> None:
    decoder = HeadDecoder()
    with pytest.raises(InvalidResponse, match="head is longer than 262144 bytes"):
        collections.deque((decoder.feed(CONTINUE) for _ in range(20_000)), maxlen=0)


def test_what_is_read_is_not_searched_again() -> None:
    """A head in single bytes takes no time in proportion to its length's square."""
    head = b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20_000 + b"\r\n"
    decoder, began = HeadDecoder(), time.process_time()
    found = [decoder.feed(head[i : i + 1]) for i in range(len(head))]
    assert found[-1] is not None
    assert time.process_time() - began < 5  # it was minutes


# Requests


def test_a_request_on_the_wire() -> None:
    assert encode_request_head("POST", "/v1.41/containers/web/start?t=1", {"Host": "docker", "X": "é"}) == (
        b"POST /v1.41/containers/web/start?t=1 HTTP/1.1\r\nHost: docker\r\nX: \xe9\r\n\r\n"
    )


@pytest.mark.parametrize("bad", ["\r", "\n", "\r\n", "\0", "\r\nX-Injected: 1"])
def test_a_request_holds_no_line_breaks(bad: str) -> None:
    for method, target, headers in [
        (f"GET{bad}", "/", {"Host": "docker"}),
        ("GET", f"/a{bad}b", {"Host": "docker"}),
        ("GET", "/", {"Host": f"a{bad}b"}),
        ("GET", "/", {f"Ho{bad}st": "docker"}),
    ]:
        with pytest.raises(ValueError, match=r"head|header|latin"):
            encode_request_head(method, target, headers)


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/a b", {"Host": "docker"}),
        ("/ HTTP/1.1", {"Host": "docker"}),
        ("/", {"Ho st": "docker"}),
        ("/", {"": "docker"}),
        ("/", {"Host:": "docker"}),
        ("/", {"Ho(st": "docker"}),
        ("/", {"Höst": "docker"}),
        ("/", {"Host": "\u20ac"}),
    ],
)
def test_a_request_is_one_request(target: str, headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"head|header|latin"):
        encode_request_head("GET", target, headers)


def test_a_header_that_cannot_be_written_takes_the_others_along_into_no_error() -> None:
    with pytest.raises(ValueError, match="latin-1") as caught:
        encode_request_head("GET", "/", {"X-Registry-Auth": "s3cret", "X": "\u20ac"})
    shown = caught.value
    assert type(shown) is ValueError
    assert "s3cret" not in repr(shown)
    assert shown.__cause__ is None
    assert shown.__context__ is None


@given(
    st.text("abc/?=&%1", max_size=20).map("/".__add__),
    st.dictionaries(TOKENS, st.text(max_size=20), max_size=4),
)
def test_any_request_is_one_head_or_an_error(target: str, headers: dict[str, str]) -> None:
    try:
        data = encode_request_head("GET", target, headers)
    except ValueError:
        assert any(
            ord(character) > 255 or character in "\r\n\0" for value in headers.values() for character in value
        )
        return
    assert data.count(b"\r\n") == 2 + len(headers)
    assert data.count(b"\n") == data.count(b"\r") == 2 + len(headers)
    assert data.endswith(b"\r\n\r\n")
