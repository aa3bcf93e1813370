"""Fake daemons, a fleet of them, and docker contexts."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from dockpy import FakeDaemon
from dockpy.fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def daemons() -> Iterator[dict[str, FakeDaemon]]:
    made = {"b": FakeDaemon(), "a": FakeDaemon(api="1.41"), "c": FakeDaemon()}
    yield made
    for daemon in made.values():
        daemon.close()


@pytest.fixture
def fleet(daemons: dict[str, FakeDaemon]) -> Fleet:
    return Fleet({name: daemon.client() for name, daemon in daemons.items()})


@pytest.fixture
def contexts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    for name in ("west", "east"):
        folder = tmp_path / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
        folder.mkdir(parents=True)
        meta = {"Name": name, "Endpoints": {"docker": {"Host": f"tcp://{name}.example:2375"}}}
        (folder / "meta.json").write_text(json.dumps(meta))
