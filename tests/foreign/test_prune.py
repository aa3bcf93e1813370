"""`docker system prune`, on a fake daemon alone, and one of its own: it takes images that others use.

Engines do not all keep to the filters where it comes to their build cache: on one that others use it would
take theirs along.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest
from terminals import Terminal

from dockpy.fake import FakeDaemon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with FakeDaemon(f"unix://{tmp_path}/docker.sock", api="1.51") as daemon:
        daemon.images.add("busybox")
        yield daemon.url


def test_system_prune(url: str, tmp_path: Path, registry: str, locked_registry: str) -> None:
    docker = Terminal(url, tmp_path / "fake", secrets.token_hex(3), registry, locked_registry)
    kept, volume = docker.name("kept"), docker.name("volume")
    try:
        docker("create", "--name", docker.name("c"), "--network", "none", "busybox")
        docker("create", "--name", kept, "--network", "none", "-v", f"{volume}:/v", "busybox")
        docker("network", "create", docker.name("net"))
        pruned = docker("system", "prune", "-f", note=False).out
        assert "Deleted Containers:" in pruned
        assert docker.name("net") in pruned
        assert pruned.rstrip().splitlines()[-1].startswith("Total reclaimed space: ")
        assert docker("ps", "-aq", "--filter", f"name={docker.prefix}").out == ""
        assert docker("volume", "ls", "-q", "--filter", f"name={docker.prefix}").lines == [volume]
        docker("system", "prune", "-f", "-a", "--volumes", note=False)
        assert docker("volume", "ls", "-q", "--filter", f"name={docker.prefix}").lines == [volume]
        assert docker("images", "-q").lines == []
    finally:
        docker.clean()
