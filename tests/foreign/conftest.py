"""Other clients than dockpy, on fake daemons: they tell whether those are what they say they are."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dockpy
from dockpy.fake import FakeDaemon, FakeRegistry

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import fakes
from terminals import clean

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def real_url() -> str:
    """Docker 28.5, which a fake daemon is held against."""
    hosts = os.environ.get("DOCKPY_TEST_HOSTS", "").split(",")
    if len(hosts) < 2:
        pytest.skip("DOCKPY_TEST_HOSTS does not say where Docker 28.5 is")
    return hosts[1]


@pytest.fixture(scope="session")
def fake_url(real_url: str, locked_registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A fake daemon that stands for the engine, and holds the very images that are there."""
    socket = tmp_path_factory.mktemp("daemon") / "docker.sock"
    registries = {locked_registry: FakeRegistry(users={"tester": "s3cret"})}
    with FakeDaemon(f"unix://{socket}", api="1.51", registries=registries) as daemon:
        daemon._router.observers.append(fakes._check)
        with dockpy.Client(real_url, tls=False) as real, daemon.client() as fake:
            for image in ("busybox", "alpine"):
                fake.images.load(real.images.save(image))
        daemon.images.add("hello-world")
        yield daemon.url


@pytest.fixture(params=["on-fake", "on-engine"])
def url(request: pytest.FixtureRequest) -> str:
    """The fake daemon and the engine: a program cannot tell which of them it is."""
    return str(request.getfixturevalue("fake_url" if request.param == "on-fake" else "real_url"))


@pytest.fixture
def prefix(url: str) -> Iterator[str]:
    """What names begin with that a test gives; whatever has such a name is removed afterwards."""
    prefix = f"dockpy-foreign-{secrets.token_hex(3)}"
    yield prefix
    clean(url, prefix)
