"""A home of its own for each test, and credential helpers that are small scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.config import environment

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def home(tmp_path: Path) -> Path:
    directory = tmp_path / "home"
    directory.mkdir()
    return directory


@pytest.fixture
def env(home: Path, tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing is configured."""
    return {"HOME": str(home), "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "CALLS": str(tmp_path / "calls")}


@pytest.fixture
def write_config(home: Path) -> Callable[[Any], Path]:
    def write(content: Any) -> Path:
        path = home / ".docker" / "config.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


@pytest.fixture
def install(tmp_path: Path) -> Callable[[str, str], None]:
    """Install a credential helper. What it was asked is appended to $CALLS, one line a call."""

    def install(name: str, script: str) -> None:
        path = tmp_path / "bin" / f"docker-credential-{name}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/sh\ngiven=$(cat)\necho "{name} $1 $given" >> "$CALLS"\n{script}\n')
        path.chmod(0o755)

    return install


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[str]]:
    """What the helpers were asked so far."""

    def read() -> list[str]:
        path = tmp_path / "calls"
        return path.read_text().splitlines() if path.exists() else []

    return read


@pytest.fixture
def data() -> Path:
    """TLS files, made as Docker's documentation says: the certificates have no key identifiers."""
    return Path(__file__).parent / "data"


@pytest.fixture
def sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Default sockets in a place of the test's own, none of which exists yet."""
    paths = [tmp_path / "first.sock", tmp_path / "second.sock"]
    monkeypatch.setattr(environment, "default_sockets", lambda _: tuple(map(str, paths)))
    return paths
