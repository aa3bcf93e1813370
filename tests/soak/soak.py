"""Many threads on one client for many minutes: no error, and nothing grows.

    python tests/soak/soak.py --minutes 20 --threads 50 --fake
    python tests/soak/soak.py --minutes 20 --threads 50 --host unix:///var/run/docker.sock

The engine needs the image busybox. What is created carries the label ``dockpy-soak``, and is removed. What is
held (descriptors, threads, resident memory, the blocks that Python has allocated) is sampled; of the last two
thirds of the run a straight line is fitted, and it may not rise by more than `measuring` allows. Once the
client is closed, descriptors and threads are what they were. The processes run without the allocator's caches
of threads (`measuring.PLAIN_MEMORY`), unless GLIBC_TUNABLES says something else.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent.parent)]

from measuring import PLAIN_MEMORY, Sampler, flat, held  # noqa: E402 - of this folder
from summary import A_FAKE, add_option, engine, kept  # noqa: E402
from works import Works  # noqa: E402

import dockpy  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["fake", "soak"]

PATIENCE = 120.0
FAKE = """
import sys
from dockpy.fake import FakeDaemon
with FakeDaemon(sys.argv[1]) as daemon:
    daemon.images.add("busybox:latest")
    print("ready", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def fake() -> Iterator[tuple[str, int]]:
    """The address of a fake daemon in a process of its own, and its process id."""
    folder = tempfile.mkdtemp(prefix="dkp-")
    url = f"unix://{folder}/d.sock"
    command = [sys.executable, "-c", FAKE, url]
    try:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield url, process.pid
            process.stdin.close()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def soak(url: str, seconds: float, threads: int, others: dict[str, int | str] | None = None) -> bool:
    """Let threads work, and tell what came of it.

    Args:
        url: the daemon.
        seconds: how long.
        threads: how many.
        others: processes that are watched too, by name.

    Returns:
        Whether there was no error, and nothing grew nor was left.
    """
    errors: list[str] = []
    unraisable: list[str] = []
    hook, sys.unraisablehook = sys.unraisablehook, lambda what: unraisable.append(repr(what.exc_value))
    before = held()
    with dockpy.Client(url, tls=False, timeout=PATIENCE) as client:
        works = Works(client.with_options(stream_timeout=PATIENCE))
        end = time.monotonic() + seconds

        def work(number: int) -> None:
            chance = random.Random(number)
            while time.monotonic() < end:
                try:
                    works.one(chance)
                except Exception as error:
                    errors.append("".join(traceback.format_exception(error)))

        try:
            with Sampler({"dockpy": "self", **(others or {})}, max(0.2, seconds / 200)) as sampler:
                workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
                for worker in workers:
                    worker.start()
                for worker in workers:
                    worker.join(seconds + 4 * PATIENCE)
                stuck = [worker for worker in workers if worker.is_alive()]
        finally:
            works.close()
    after = held()
    sys.unraisablehook = hook
    done = sum(works.counts.values())
    print(f"{done} operations in {seconds:.0f} s by {threads} threads, load {os.getloadavg()[0]:.0f}")
    print(", ".join(f"{name} {count}" for name, count in works.counts.items()))
    good = not (errors or unraisable or stuck)
    for name, samples in sampler.samples.items():
        # What is let go at the end would hide what grew before.
        lines, is_flat = flat([sample for sample in samples if sample.at <= seconds])
        good = good and is_flat
        print(f"{name}:", *lines, sep="\n    ")
    kept = (after.descriptors - before.descriptors, after.threads - before.threads)
    print(f"left once it was closed: {kept[0]:.0f} descriptors, {kept[1]:.0f} threads")
    print(f"{len(errors)} errors, {len(unraisable)} warnings, {len(stuck)} threads that did not end")
    for text, count in collections.Counter([*errors, *unraisable]).most_common(5):
        print(f"{count} times: {text}")
    return good and max(kept) <= 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--threads", type=int, default=50)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--host", help="an engine")
    where.add_argument("--fake", action="store_true", help="a fake daemon in a process of its own")
    add_option(parser)
    given = parser.parse_args()
    if not PLAIN_MEMORY.keys() & os.environ.keys():  # it is read when a process begins
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **PLAIN_MEMORY})
    warnings.simplefilter("error")
    much = given.minutes * 60, given.threads
    if given.host:
        return not kept(given.summary, lambda: soak(given.host, *much), engine(given.host))
    with fake() as (url, pid):
        return not kept(given.summary, lambda: soak(url, *much, {"fake daemon": pid}), A_FAKE)


if __name__ == "__main__":
    sys.exit(main())
