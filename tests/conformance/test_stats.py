"""What containers use, beside what the docker command says of it."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from dockpy import Client, InvalidArgument, NotFound

BUSY = ["sh", "-c", "while true; do :; done"]


def test_one_sample(engine: Client, start: Any) -> None:
    container = start(engine, BUSY, mem_limit="64m", network="bridge")
    sample = container.stats()
    assert sample["id"] == sample.id == container.id
    assert sample.cpu_stats.cpu_usage.total_usage > sample.precpu_stats.cpu_usage.total_usage
    assert sample.cpu_percent > 1
    assert 0 < sample.memory_usage < 64 * 1024 * 1024
    assert sample.memory_percent == pytest.approx(sample.memory_usage / (64 * 1024 * 1024) * 100)
    assert sample.pids_stats.current == 1
    assert len(sample.network_io) == len(sample.block_io) == 2


def test_at_once(engine: Client, start: Any) -> None:
    """No second sample is taken for it."""
    container = start(engine, BUSY)
    sample = container.stats(one_shot=True)
    assert sample.precpu_stats.system_cpu_usage is None
    assert sample.cpu_stats.cpu_usage.total_usage > 0
    assert sample.cpu_percent is None


def test_a_stream(client: Client, start: Any) -> None:
    container = start(client, BUSY)
    with container.stats(stream=True) as samples:
        first, second = next(samples), next(samples)
    assert first.cpu_percent is None
    assert second.cpu_percent > 1
    assert second.preread == first.read_
    assert list(samples) == []


def test_a_stream_is_closed_from_another_thread(engine: Client, start: Any, in_thread: Any) -> None:
    samples = start(engine).stats(stream=True)
    next(samples)
    thread = in_thread(lambda: list(samples))
    samples.close()
    thread.join(1)
    assert not thread.is_alive()


def test_what_does_not_run_uses_nothing(engine: Client, create: Any) -> None:
    container = create(engine, ["true"])
    for one_shot in (False, True):
        sample = container.stats(one_shot=one_shot)
        assert (sample.cpu_percent, sample.memory_usage, sample.memory_percent) == (None, 0, None)
        assert sample.network_io == sample.block_io == (0, 0)
    container.remove()
    with pytest.raises(NotFound):
        container.stats()
    with pytest.raises(NotFound):
        container.stats(stream=True)


def test_one_or_many(engine: Client, create: Any) -> None:
    with pytest.raises(InvalidArgument, match="give one of them"):
        create(engine, ["true"]).stats(stream=True, one_shot=True)


UNITS = {"B": 1, "kB": 1000, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "MB": 10**6}


def amount(text: str) -> float:
    number = text.strip().rstrip("BiKMGk")
    return float(number) * UNITS[text.strip()[len(number) :]]


def test_as_the_docker_command_says(engine: Client, start: Any, engine_place: Any) -> None:
    container = start(
        engine,
        ["sh", "-c", "dd if=/dev/zero of=/dev/shm/fill bs=1M count=8; while true; do :; done"],
        mem_limit="64m",
        cpus=0.3,
    )
    container.exec_run(["sh", "-c", "while ! test -s /dev/shm/fill; do :; done"])
    command = os.environ.get("DOCKPY_TEST_CLI") or pytest.skip("DOCKPY_TEST_CLI names no docker command")
    told = subprocess.run(
        [command, "-H", engine_place.url, "stats", "--no-stream", "--format", "json", container.id],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    theirs = json.loads(told.stdout)
    ours = container.stats()
    assert ours.cpu_percent == pytest.approx(float(theirs["CPUPerc"].rstrip("%")), abs=15)
    usage, limit = theirs["MemUsage"].split(" / ")
    assert ours.memory_usage == pytest.approx(amount(usage), rel=0.2)
    assert ours.memory_stats.limit == pytest.approx(amount(limit), rel=0.01)
    assert ours.memory_percent == pytest.approx(float(theirs["MemPerc"].rstrip("%")), abs=3)
    assert str(ours.pids_stats.current) == theirs["PIDs"]
    read, written = theirs["BlockIO"].split(" / ")
    assert ours.block_io == (
        pytest.approx(amount(read), abs=10**6),
        pytest.approx(amount(written), abs=10**6),
    )
