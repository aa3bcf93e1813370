"""One cell of the matrix, tried."""

from __future__ import annotations

import contextlib
import gc
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from matrix import EXPECTED, KINDS, SHORT, SLOW

from dockpy.errors import DockpyError, InvalidResponse, TimedOut, TruncatedResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from matrix import Cell
    from ways import Way

    from dockpy import Client

__all__ = ["Failed", "try_cell"]

PATIENT = 30.0
"""Seconds that the client waits where something comes, or an end."""

LIMIT = 2.0
"""Seconds that a failure may take, beside those that the client was told to wait: to connect, for the first
byte, and for those that drip."""


class Failed(AssertionError):
    """A cell did not end as it has to."""


def try_cell(cell: Cell, way: Way) -> float:
    """Break the daemon under a call.

    Returns:
        The seconds until the call's error.

    Raises:
        Failed: that was none, or the wrong one, or it came late; something was left; the client is broken.
    """
    kind = KINDS[cell.kind]
    # Whoever waits for what never comes waits briefly; anybody else may take a busy machine's time.
    seconds = SHORT if cell.fault in SLOW else PATIENT
    before = held()
    with way.connect(timeout=PATIENT) as client:
        kind.works(client)
        call = kind.call(client.with_options(timeout=seconds, stream_timeout=seconds))
        open_before = held()
        with way.broken(cell.fault):
            error, took = _broken_call(call)
            if left := held() - open_before:
                raise Failed(f"it left {sorted(left)}")
        _check_error(cell, error, client)
        if cell.fault in SLOW and took < SHORT / 2:
            raise Failed(f"it waited only {took:.2f} s: {error!r}")
        if took > LIMIT + (3 * SHORT if cell.fault in SLOW else 0):
            raise Failed(f"it took {took:.2f} s: {error!r}")
        kind.works(client)
    del error, call
    if left := held() - before:
        raise Failed(f"once closed, it left {sorted(left)}")
    gc.collect()  # what was not closed warns now
    return took


def _broken_call(call: Callable[[], object]) -> tuple[BaseException, float]:
    began = time.monotonic()
    try:
        answer = call()
    except Exception as error:
        return error, time.monotonic() - began
    raise Failed(f"it gave back {answer!r:.200}")


def _check_error(cell: Cell, error: BaseException, client: Client) -> None:
    expected, operation = EXPECTED[cell.fault], KINDS[cell.kind].operation
    if not isinstance(error, expected):
        raise Failed(f"it raised {error!r}") from error
    # The kinds that have kinds of their own: no more is said than what is known.
    if (isinstance(error, TimedOut) and expected is not TimedOut) or (
        isinstance(error, TruncatedResponse) and expected is InvalidResponse
    ):
        raise Failed(f"it raised {error!r}") from error
    assert isinstance(error, DockpyError)
    if (error.operation, error.daemon) != (operation, client.daemon):
        raise Failed(f"it names {error.operation} and {error.daemon}") from error
    if operation not in str(error) or client.daemon not in str(error):
        raise Failed(f"it says {error}") from error


def held() -> set[str]:
    """The threads, descriptors and processes that there are."""
    found = {f"thread {thread.name}" for thread in threading.enumerate()}
    for entry in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            found.add(f"descriptor {entry} of {os.readlink(f'/proc/self/fd/{entry}')}")
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            found |= {f"process {child}" for child in (task / "children").read_text().split()}
    return {item for item in found if "/proc/" not in item}
