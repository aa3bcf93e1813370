"""Fake daemons of an old and a new engine, and small tars."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from dockpy.fake.daemon import FakeDaemon
from dockpy.fake.kernel.clock import ManualClock

if TYPE_CHECKING:
    from dockpy import Client

Tar = Callable[..., bytes]


@pytest.fixture(params=["1.41", "1.51"])
def daemon(request: pytest.FixtureRequest) -> Iterator[FakeDaemon]:
    with FakeDaemon(api=request.param, clock=ManualClock(), seed=1) as daemon:
        yield daemon


@pytest.fixture
def client(daemon: FakeDaemon) -> Client:
    return daemon.client()


@pytest.fixture
def tar() -> Tar:
    def make(**files: bytes) -> bytes:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for name, data in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        return buffer.getvalue()

    return make
