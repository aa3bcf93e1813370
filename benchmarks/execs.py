"""A short command in a running container, many times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measure import Subject
from benchmarks.peers import docker_py

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Bench, Measured

__all__ = ["executed"]


def running(kind: str, url: str, container: str, times: int) -> Callable[[], object]:
    if kind == "dockpy":
        import dockpy

        subject = dockpy.Client(url).containers.get(container)
    else:
        subject = docker_py(url).containers.get(container)
    run = subject.exec_run
    run(["echo", "hi"])

    def work() -> None:
        for _ in range(times):
            assert run(["echo", "hi"]) == (0, b"hi\n")

    return work


def executed(bench: Bench) -> Measured:
    import dockpy

    times = bench.much(100, 2)
    with dockpy.Client(bench.engine) as client:
        container = client.containers.run(
            "busybox",
            ["sleep", "3600"],
            detach=True,
            network="none",
            init=True,
            labels={"dockpy-benchmark": ""},
        )
        try:
            given = {"url": bench.engine, "container": container.id, "times": times}
            kinds = ("dockpy", "docker-py")
            subjects = {kind: Subject("execs:running", {**given, "kind": kind}) for kind in kinds}
            return bench.measure(subjects).per(times)
        finally:
            container.remove(force=True)
