"""Calls one after the other, and from many threads on one client: ping()."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from benchmarks.measure import Subject
from benchmarks.peers import UnixConnection, docker_py, podman_py
from benchmarks.standin import standin

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Bench, Measured

__all__ = ["threads", "warm"]


def _pinging(kind: str, url: str) -> Callable[[], object]:
    if kind == "dockpy":
        import dockpy

        return dockpy.Client(url).ping
    if kind == "docker-py":
        return docker_py(url).ping
    if kind == "podman-py":
        return podman_py(url).ping
    connection = UnixConnection(url)

    def ping() -> object:
        connection.request("GET", "/_ping")
        return connection.getresponse().read()

    return ping


def calling(kind: str, url: str, calls: int, threads: int = 1) -> Callable[[], object]:
    """So many calls, by so many threads on one client; of http.client each has a connection of its own."""
    own = kind == "http.client"
    pings = [_pinging(kind, url) for _ in range(threads if own else 1)] * (1 if own else threads)
    for _ in range(20):
        pings[0]()

    def some(ping: Callable[[], object]) -> None:
        for _ in range(calls // threads):
            assert ping()

    def at_once() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(some, pings))

    return at_once if threads > 1 else lambda: some(pings[0])


def calling_aiodocker(url: str, calls: int) -> Callable[[], object]:
    """aiodocker has no ping(); its version() is as small."""
    import aiodocker

    async def some() -> dict[str, float]:
        import time

        client = aiodocker.Docker(url)
        for _ in range(20):
            await client.version()
        busy, began = time.process_time(), time.perf_counter()
        for _ in range(calls):
            assert await client.version()
        figures = {"cpu": time.process_time() - busy, "wall": time.perf_counter() - began}
        await client.close()
        return figures

    return lambda: asyncio.run(some())


def warm(bench: Bench) -> Measured:
    """The CPU of one warm ping()."""
    calls = bench.much(1000, 3)
    with standin(bench.folder / "calls") as (url,):
        kinds = ("dockpy", "http.client", "docker-py")
        given = {"url": url, "calls": calls}
        subjects = {kind: Subject("calls:calling", {**given, "kind": kind}) for kind in kinds}
        subjects["podman-py"] = Subject("calls:calling", {**given, "kind": "podman-py"}, "podman")
        subjects["aiodocker"] = Subject("calls:calling_aiodocker", given, "aiodocker")
        return bench.measure(subjects, 9).per(calls)


def threads(bench: Bench) -> Measured:
    """50 threads on one client, beside one thread that makes as many calls."""
    calls, many = bench.much(5000, 6), bench.much(50, 3)
    with standin(bench.folder / "threads") as (url,):
        given = {"url": url, "calls": calls}
        subjects = {}
        for kind in ("dockpy", "docker-py", "http.client"):
            subjects[kind] = Subject("calls:calling", {**given, "kind": kind, "threads": many})
            subjects[f"{kind}, one thread"] = Subject("calls:calling", {**given, "kind": kind})
        return bench.measure(subjects).per(calls)
