"""`docker system prune`, on a fake daemon alone.

Engines do not all keep to the filters where it comes to their build cache: on one that others use it would
take theirs along.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from terminals import Terminal

if TYPE_CHECKING:
    from pathlib import Path


def test_system_prune(fake_url: str, tmp_path: Path, registry: str, locked_registry: str) -> None:
    docker = Terminal(fake_url, tmp_path / "fake", secrets.token_hex(3), registry, locked_registry)
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
    finally:
        docker.clean()
