"""The bodies of answers: whole, or an error, whatever the library beneath makes of their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from urllib3 import HTTPResponse

from dockpy.errors import TruncatedResponse
from dockpy.registry.answers import OpenAnswer

if TYPE_CHECKING:
    from collections.abc import Callable


def answer_of(pieces: list[bytes], length: int | None) -> OpenAnswer:
    """An answer whose library takes any end for the end of the body, as older ones do."""
    response = requests.Response()
    response.status_code, response.url = 200, "http://127.0.0.1:5000/v2/?secret=1"
    response.raw = HTTPResponse(b"", preload_content=False)
    if length is not None:
        response.headers["Content-Length"] = str(length)
    left = iter(pieces)
    return OpenAnswer(response, lambda size: next(left, b"")[:size], "GET")


@pytest.mark.parametrize("length", [6, None])
def test_a_body_that_is_whole(length: int | None) -> None:
    with answer_of([b"abc", b"def"], length) as answer:
        assert [answer.read(100) for _ in range(4)] == [b"abc", b"def", b"", b""]


@pytest.mark.parametrize(
    "read", [lambda answer: [answer.read(9) for _ in range(2)], lambda answer: answer.whole(99, None)]
)
def test_a_body_that_ends_before_its_length(read: Callable[[OpenAnswer], object]) -> None:
    with answer_of([b"abc"], 7) as answer, pytest.raises(TruncatedResponse, match="4 bytes before") as caught:
        read(answer)
    assert caught.value.daemon == "http://127.0.0.1:5000"
    assert "secret" not in str(caught.value)


def test_what_could_be_had_of_a_refusal() -> None:
    assert answer_of([b"abc"], 7).said(100, None) == b"abc"
