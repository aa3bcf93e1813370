"""A fake daemon beside a real engine: the same calls, through the same client, in one run.

    python benchmarks/fake.py unix:///var/run/docker.sock

Wall time, the best of several runs; the ratio is the engine's time to the fake daemon's. What a real engine
cannot do in a moment (being started, making 1,000 containers) is done once.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tarfile
import time
from typing import TYPE_CHECKING

import dockpy
from dockpy.fake import FakeDaemon

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = 1000
DOCKERFILE = b"""FROM busybox
RUN echo one > /one
RUN echo two > /two
RUN echo three > /three
RUN echo four > /four
RUN echo five > /five
"""
LABEL = {"dockpy-benchmark": "fake"}


def best(function: Callable[[], object], times: int) -> float:
    """Seconds that a call takes, the best of several."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        function()
        taken.append(time.perf_counter() - began)
    return min(taken)


def run(client: dockpy.Client) -> None:
    output = client.containers.run("busybox", ["echo", "hi"], remove=True, labels=LABEL)
    assert output == b"hi\n", output


def build(client: dockpy.Client) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(DOCKERFILE)
        tar.addfile(entry, io.BytesIO(DOCKERFILE))
    archive.seek(0)
    client.images.build(
        fileobj=archive, custom_context=True, builder="classic", nocache=True, rm=True, labels=LABEL
    )


def measure(client: dockpy.Client, times: int) -> dict[str, float]:
    """Seconds by what is done."""
    with contextlib.suppress(dockpy.ImageNotFound):
        client.images.get("busybox")
    client.images.pull("busybox")
    taken = {"run busybox echo hi": best(lambda: run(client), times)}
    taken["build of five layers"] = best(lambda: build(client), 3)
    made = [client.containers.create("busybox", labels=LABEL, network="none") for _ in range(MANY)]
    try:
        taken[f"list {MANY} containers"] = best(lambda: client.containers.list(all=True), times)
    finally:
        for container in made:
            container.remove()
        client.images.prune(filters={"label": LABEL})
    return taken


def main() -> None:
    """Measure, and print."""
    host = sys.argv[1] if len(sys.argv) > 1 else None
    started = best(lambda: FakeDaemon().close(), 20)
    with FakeDaemon() as daemon, daemon.client() as client:
        fake = measure(client, 20)
        began = time.perf_counter()
        for _ in range(2000):
            client.ping()
        calls = 2000 / (time.perf_counter() - began)
    print(f"start of a fake daemon: {started * 1000:.2f} ms")
    print(f"calls in process: {calls:.0f} a second")
    with dockpy.Client(host) as client:
        real = measure(client, 5)
        engine = client.version().version
    for what, seconds in real.items():
        ratio = seconds / fake[what]
        ours, theirs = f"fake {fake[what] * 1000:.2f} ms", f"Docker {engine} {seconds * 1000:.1f} ms"
        print(f"{what}: {ours}, {theirs}, ratio {ratio:.0f}")


if __name__ == "__main__":
    main()
