"""Answers of registries that mean no good, for `FakeRegistry.fail`: endless ones, and whatever one likes."""

from __future__ import annotations

import itertools
import json
import time
from typing import TYPE_CHECKING

from dockpy.fake.registry.messages import RegistryAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dockpy.fake.registry.messages import RegistryRequest

__all__ = ["Dripping", "Flipped", "endless_tags", "huge", "saying"]

_PIECE = 256 * 1024


def endless_tags(
    page: int = 100, *, same: bool = False, host: str = ""
) -> Callable[[RegistryRequest], RegistryAnswer]:
    """A list of tags, each page of which leads to another.

    Args:
        page: how many tags a page has.
        same: each page is the first one again.
        host: where the next page is, such as ``http://127.0.0.1:5001``; the same registry where it is empty.
    """
    numbers = itertools.count()

    def answer(request: RegistryRequest) -> RegistryAnswer:
        first = 0 if same else next(numbers) * page
        tags = [f"t{number:09d}" for number in range(first, first + page)]
        name = request.path.removeprefix("/v2/").removesuffix("/tags/list")
        link = f'<{host}{request.path}?last={tags[-1]}&n={page}>; rel="next"'
        return RegistryAnswer.of_json({"name": name, "tags": tags}, headers={"Link": link})

    return answer


def huge(
    size: int = 1 << 30,
    content_type: str = "application/vnd.oci.image.manifest.v1+json",
    *,
    told: bool = True,
) -> Callable[[RegistryRequest], RegistryAnswer]:
    """JSON that is as large as one likes; it is made as it is read.

    Args:
        size: in bytes.
        content_type: what it says that it is.
        told: its size is in the header ``Content-Length``; else the connection ends with it.
    """

    def answer(request: RegistryRequest) -> RegistryAnswer:
        length = {"Content-Length": str(size)} if told else {"Connection": "close"}
        return RegistryAnswer(200, {"Content-Type": content_type, **length}, _Blanks(size))

    return answer


def saying(
    body: bytes | object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Callable[[RegistryRequest], RegistryAnswer]:
    """Whatever one likes.

    Args:
        body: as it is sent; what is not bytes is sent as JSON.
        status: the HTTP status.
        headers: of the answer; its length is told besides.
    """
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"Content-Type": "application/json", **(headers or {}), "Content-Length": str(len(content))}
    return lambda request: RegistryAnswer(status, dict(given), content)


class _Blanks:
    """An opening brace and blanks: JSON that may still become an object."""

    def __init__(self, size: int) -> None:
        self._size = size

    def pieces(self, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        """A part of it, piece by piece."""
        end = self._size if size is None else min(self._size, offset + size)
        if offset == 0 and end:
            yield b"{"
            offset = 1
        for start in range(offset, end, _PIECE):
            yield b" " * min(_PIECE, end - start)


class Flipped:
    """The body of an answer, of which one byte is another one.

    Args:
        answer: the answer.
    """

    def __init__(self, answer: RegistryAnswer) -> None:
        self._answer = answer

    def pieces(self, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        """All of it, piece by piece."""
        middle = self._answer.size // 2
        seen = 0
        for piece in self._answer.pieces():
            at = middle - seen
            seen += len(piece)
            if 0 <= at < len(piece):
                yield piece[:at] + bytes((piece[at] ^ 0xFF,)) + piece[at + 1 :]
            else:
                yield piece


class Dripping:
    """The body of an answer, byte by byte.

    Args:
        answer: the answer.
        seconds: of this machine's time, before each byte.
    """

    def __init__(self, answer: RegistryAnswer, seconds: float) -> None:
        self._answer = answer
        self._seconds = seconds

    def pieces(self, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        """All of it, byte by byte."""
        for piece in self._answer.pieces():
            for value in piece:
                time.sleep(self._seconds)
                yield bytes((value,))
