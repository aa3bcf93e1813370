"""Listing many containers, and reading of each what a table of them shows."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from benchmarks.measure import Subject
from benchmarks.peers import docker_py
from benchmarks.standin import standin

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Bench, Measured

__all__ = ["growth", "listed", "subjects"]


def _often(work: Callable[[int], object], many: int, times: int) -> Callable[[], dict[str, float]]:
    """To list so many once takes too little to be measured well."""

    def works() -> dict[str, float]:
        busy, began = time.process_time(), time.perf_counter()
        for _ in range(times):
            work(many)
        busy, wall = time.process_time() - busy, time.perf_counter() - began
        return {"cpu": busy / times, "wall": wall / times}

    work(1)
    return works


def with_dockpy(url: str, many: int, times: int) -> Callable[[], object]:
    """Typed: names, states, labels, image ids, times and ports, each of its own type."""
    import dockpy

    client = dockpy.Client(url)

    def work(limit: int) -> None:
        found = client.containers.list(limit=limit)
        rows = [(c.name, c.status, c.labels, c.image.id, c.created, c.ports) for c in found]
        assert len(rows) == limit

    return _often(work, many, times)


def with_docker_py(url: str, many: int, times: int, sparse: bool) -> Callable[[], object]:
    """Sparse objects have no name and no image, only the JSON: the same is read of that, as it is."""
    client = docker_py(url)

    def full(limit: int) -> None:
        found = client.containers.list(limit=limit)
        rows = [(c.name, c.status, c.labels, c.attrs["Image"], c.attrs["Created"], c.ports) for c in found]
        assert len(rows) == limit

    def as_listed(limit: int) -> None:
        found = [(c, c.attrs) for c in client.containers.list(limit=limit, sparse=True)]
        rows = [
            (a["Names"][0], c.status, a["Labels"], a["ImageID"], a["Created"], a["Ports"]) for c, a in found
        ]
        assert len(rows) == limit

    return _often(as_listed if sparse else full, many, times)


def with_aiodocker(url: str, many: int, times: int) -> Callable[[], object]:
    """Objects with the JSON."""
    import aiodocker

    async def work() -> dict[str, float]:
        client = aiodocker.Docker(url)
        await client.containers.list(limit=1)
        busy, began = time.process_time(), time.perf_counter()
        for _ in range(times):
            found = await client.containers.list(limit=many)
            rows = [(c["Names"][0], c["State"], c["Labels"], c["ImageID"], c["Created"]) for c in found]
            assert len(rows) == many
        busy, wall = time.process_time() - busy, time.perf_counter() - began
        await client.close()
        return {"cpu": busy / times, "wall": wall / times}

    return lambda: asyncio.run(work())


def subjects(url: str, many: int) -> dict[str, Subject]:
    """Who lists; docker-py asks for each container by itself, and takes long enough."""
    given = {"url": url, "many": many, "times": max(1, min(10, 5000 // many))}
    return {
        "dockpy": Subject("listing:with_dockpy", given),
        "docker-py": Subject("listing:with_docker_py", {**given, "times": 1, "sparse": False}),
        "docker-py sparse": Subject("listing:with_docker_py", {**given, "sparse": True}),
        "aiodocker": Subject("listing:with_aiodocker", given, "aiodocker"),
    }


def listed(bench: Bench) -> Measured:
    with standin(bench.folder / "list") as (url,):
        return bench.measure(subjects(url, bench.much(1000, 3)), 7)


def growth(bench: Bench) -> dict[int, Measured]:
    """By the number of containers."""
    with standin(bench.folder / "lists") as (url,):
        sizes = bench.sizes((1, 10, 100, 1000, 10000), (1, 10))
        return {many: bench.measure(subjects(url, many), 3) for many in sizes}
