"""A fake daemon beside the engine: the same calls, through the same client."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from benchmarks.measure import Subject

if TYPE_CHECKING:
    from collections.abc import Callable

    import dockpy
    from benchmarks.measure import Bench, Measured

__all__ = ["called", "ran"]


def _running(client: dockpy.Client, times: int) -> dict[str, float]:
    taken = []
    for _ in range(times):
        name = f"dockpy-benchmark-{secrets.token_hex(4)}"
        began = time.perf_counter()
        output = client.containers.run("busybox", ["echo", "hi"], name=name)
        taken.append(time.perf_counter() - began)
        client.containers.get(name).remove()
        assert output == b"hi\n"
    return {"wall": sorted(taken)[times // 2]}


def on_the_fake(times: int) -> Callable[[], object]:
    from dockpy.fake import FakeDaemon

    client = FakeDaemon().client()
    client.images.pull("busybox")
    _running(client, 1)
    return lambda: _running(client, times)


def on_the_engine(url: str, times: int) -> Callable[[], object]:
    import dockpy

    client = dockpy.Client(url)
    return lambda: _running(client, times)


def calling(calls: int) -> Callable[[], object]:
    """Calls of several kinds, one after the other."""
    from dockpy.fake import FakeDaemon

    daemon = FakeDaemon()
    client = daemon.client()
    client.images.pull("busybox")
    container = client.containers.create("busybox", ["echo", "hi"], name="web")
    kinds = [client.ping, container.reload, lambda: client.containers.list(all=True), client.images.list]
    for call in kinds:
        call()

    def work() -> dict[str, float]:
        began = time.perf_counter()
        busy = time.process_time()
        for number in range(calls):
            kinds[number % len(kinds)]()
        busy = time.process_time() - busy
        return {"rate": calls / (time.perf_counter() - began), "rate of CPU": calls / busy}

    return work


def ran(bench: Bench) -> Measured:
    """``run("busybox", ["echo", "hi"])``; of each round the median of some runs."""
    fake, engine = bench.much(20, 1), bench.much(5, 1)
    subjects = {
        "dockpy.fake": Subject("fake:on_the_fake", {"times": fake}),
        "engine": Subject("fake:on_the_engine", {"url": bench.engine, "times": engine}),
    }
    return bench.measure(subjects)


def called(bench: Bench) -> Measured:
    """Calls per second, in process."""
    return bench.measure({"dockpy.fake": Subject("fake:calling", {"calls": bench.much(2000, 4)})}, 7)
