"""Reading a log of many lines, each a frame of its own, and telling its two streams apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measure import Subject
from benchmarks.peers import bare, docker_py
from benchmarks.standin import standin

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Bench, Measured

__all__ = ["followed"]

NAME = "web"


def with_dockpy(url: str, lines: int) -> Callable[[], object]:
    """Each payload, and which of the streams it is of."""
    import dockpy

    client = dockpy.Client(url)
    container = client.containers.get(NAME)

    def work() -> None:
        with container.logs(stream=True, tail=lines) as output:
            assert sum(1 for stream, data in output.frames()) == lines

    return work


def with_dockpy_lines(url: str, lines: int) -> Callable[[], object]:
    """As text lines."""
    import dockpy

    client = dockpy.Client(url)
    container = client.containers.get(NAME)

    def work() -> None:
        with container.log_lines(follow=True, tail=lines) as output:
            assert sum(1 for _ in output) == lines

    return work


def with_docker_py(url: str, lines: int) -> Callable[[], object]:
    """Each payload; it does not tell the streams apart."""
    container = docker_py(url).containers.get(NAME)

    def work() -> None:
        assert sum(1 for _ in container.logs(stream=True, follow=True, tail=lines)) == lines

    return work


def with_http_client(url: str, lines: int, as_it_comes: bool = True) -> Callable[[], object]:
    """The same body, read to its end, with nothing made of it.

    Who follows a log cannot wait until 64 KiB of it are there, as ``read`` does.
    """

    def work() -> None:
        answer = bare(url, f"/v1.51/containers/{NAME}/logs?stdout=1&stderr=1&follow=1&tail={lines}")
        read = answer.read1 if as_it_comes else answer.read
        length = 0
        while data := read(64 * 1024):
            length += len(data)
        assert length > lines * 64

    return work


def followed(bench: Bench) -> Measured:
    with standin(bench.folder / "logs") as (url,):
        given = {"url": url, "lines": bench.much(300_000, 80)}
        subjects = {
            "dockpy": Subject("logs:with_dockpy", given),
            "dockpy, lines": Subject("logs:with_dockpy_lines", given),
            "docker-py": Subject("logs:with_docker_py", given),
            "http.client": Subject("logs:with_http_client", given),
            "http.client, 64 KiB": Subject("logs:with_http_client", {**given, "as_it_comes": False}),
        }
        subjects["http.client"].run()  # the log is made
        return bench.measure(subjects)
