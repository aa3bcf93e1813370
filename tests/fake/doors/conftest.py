"""A fake daemon behind a socket, and a plain connection to it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
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


@pytest.fixture
def certificates(tmp_path: Path) -> None:
    """``ca.pem``, and ``cert.pem`` with ``key.pem``, for a server and for its clients."""
    for command in (
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca",
        "req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=127.0.0.1 "
        "-addext subjectAltName=IP:127.0.0.1",
        "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 "
        "-copy_extensions copy",
    ):
        subprocess.run(["openssl", *command.split()], cwd=tmp_path, check=True, capture_output=True)
