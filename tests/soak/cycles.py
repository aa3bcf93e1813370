"""Clients that come and go: `python tests/soak/cycles.py [--times 1000] (--host URL | --fake)`.

Each connects, calls, opens a stream and is closed. Afterwards there are as many descriptors and threads as
before, and memory has not grown.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent.parent)]

from measuring import held  # noqa: E402 - of this folder
from soak import PATIENCE, fake  # noqa: E402
from summary import A_FAKE, add_option, engine, kept  # noqa: E402

import dockpy  # noqa: E402

__all__ = ["cycles"]

MEMORY = 10.0
"""Megabytes that memory may grow by, once a tenth of the cycles has been made."""


def cycles(url: str, times: int) -> bool:
    """Make so many clients, and tell what is left of them."""

    def some(count: int) -> None:
        for _ in range(count):
            with dockpy.Client(url, tls=False, timeout=PATIENCE) as client:
                client.ping()
                with client.events():
                    client.containers.list()

    some(max(1, times // 10))
    before = held()
    some(times)
    after = held()
    kept = (after.descriptors - before.descriptors, after.threads - before.threads)
    grown = after.memory - before.memory
    print(f"{times} cycles left {kept[0]:.0f} descriptors and {kept[1]:.0f} threads, {grown:+.1f} MB")
    return kept == (0, 0) and grown <= MEMORY


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--host", help="an engine")
    where.add_argument("--fake", action="store_true", help="a fake daemon in a process of its own")
    add_option(parser)
    given = parser.parse_args()
    warnings.simplefilter("error")
    if given.host:
        return not kept(given.summary, lambda: cycles(given.host, given.times), engine(given.host))
    with fake() as (url, _):
        return not kept(given.summary, lambda: cycles(url, given.times), A_FAKE)


if __name__ == "__main__":
    sys.exit(main())
