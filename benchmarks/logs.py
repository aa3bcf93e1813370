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


def with_http_client(url: str, lines: int) -> Callable[[], object]:
    """The same body, read to its end, with nothing made of it."""

    def work() -> None:
        answer = bare(url, f"/v1.51/containers/{NAME}/logs?stdout=1&stderr=1&follow=1&tail={lines}")
        while answer.read1(64 * 1024):
            pass

    return work


def followed(bench: Bench) -> Measured:
    given = {"lines": bench.much(300_000, 80)}
    with standin(bench.folder / "logs") as (url,):
        names = {"dockpy": "with_dockpy", "dockpy, lines": "with_dockpy_lines"}
        names |= {"docker-py": "with_docker_py", "http.client": "with_http_client"}
        functions = {name: f"logs:{function}" for name, function in names.items()}
        bench.measure(
            {"http.client": Subject(functions["http.client"], {**given, "url": url})}, 1
        )  # it is made
        return bench.measure({name: Subject(of, {**given, "url": url}) for name, of in functions.items()})
