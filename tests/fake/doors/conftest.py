"""A fake daemon behind a socket, and a plain connection to it."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from dockpy.fake import FakeDaemon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeDaemon]:
    """A daemon that listens; it leaves neither a thread nor a descriptor behind."""
    threads, descriptors = set(threading.enumerate()), _descriptors()
    with FakeDaemon(f"unix://{tmp_path}/fake.sock") as daemon:
        daemon.images.add("busybox")
        yield daemon
    assert set(threading.enumerate()) <= threads
    assert _descriptors() <= descriptors


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.fixture
def connect(daemon: FakeDaemon) -> Iterator[Callable[[], socket.socket]]:
    """A new connection to the daemon."""
    with contextlib.ExitStack() as stack:

        def new() -> socket.socket:
            sock = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            sock.settimeout(10)
            sock.connect(daemon.url.removeprefix("unix://"))
            return sock

        yield new
