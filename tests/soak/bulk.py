"""Large archives in little memory: `python tests/soak/bulk.py [--gigabytes 5]`.

Saves and loads so much, from and to a stand-in for an engine in a process of its own (nothing is written to a
disk), and tells what the most was that this took of memory.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent.parent)]

from measuring import held, peak_memory  # noqa: E402
from summary import add_option, kept  # noqa: E402

import dockpy  # noqa: E402
from benchmarks.standin import standin  # noqa: E402 - of the folder above
from dockpy.ops import images  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["bulk"]

MEMORY = 50.0
"""Megabytes that it may add."""

_PIECE = 1024 * 1024


def bulk(size: int) -> bool:
    """Save and load so many bytes."""
    with tempfile.TemporaryDirectory(prefix="dkp-") as folder, standin(Path(folder)) as (url,):
        with dockpy.Client(url, tls=False) as client:
            client.ping()
            saved = _measured("save", lambda: sum(len(piece) for piece in client.images.save(str(size))))
            loaded = _measured("load", lambda: client.api.call(images.LOAD, body=_zeros(size)) and size)
    return saved and loaded


def _zeros(size: int) -> Iterator[bytes]:
    piece = bytes(_PIECE)
    for _ in range(size // _PIECE):
        yield piece


def _measured(name: str, work: Callable[[], object]) -> bool:
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, began = held().memory, time.monotonic()
    work()
    added, took = peak_memory() - before, time.monotonic() - began
    print(f"{name}: {added:+.1f} MB at most, {took:.0f} s")
    return added <= MEMORY


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=5.0)
    add_option(parser)
    given = parser.parse_args()
    return not kept(given.summary, lambda: bulk(round(given.gigabytes * 1e9)), "a stand-in for an engine")


if __name__ == "__main__":
    sys.exit(main())
