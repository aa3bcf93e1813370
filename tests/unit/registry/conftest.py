"""What the tests share: a registry on a socket, a client of it, and a place for temporary files."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockpy.fake.registry import FakeRegistry, ServedRegistry, serve
from dockpy.registry.registry import Registry

sys.path.insert(0, str(Path(__file__).parent))

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nothing is left where temporary files are."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    yield
    assert list(folder.iterdir()) == []


@pytest.fixture
def served() -> Iterator[ServedRegistry]:
    """A registry that anyone may use."""
    with serve(FakeRegistry()) as server:
        yield server


@pytest.fixture
def registry(served: ServedRegistry) -> Iterator[Registry]:
    """A client of it."""
    with Registry(served.host) as registry:
        yield registry
