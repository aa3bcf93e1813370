"""Engines of a test's own, and the modules of this folder by name."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import fakes
from private_engine import PrivateEngine
from private_fake import PrivateFake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def private_engine(engine_place: Any) -> Iterator[Callable[..., PrivateEngine | PrivateFake]]:
    """Start an engine of the test's own, of each version; it is killed when the test ends.

    `private_engine()`, or with what its daemon.json shall say: `private_engine({"live-restore": True})`;
    a fake one has none.
    """
    with contextlib.ExitStack() as stack:

        def start(settings: dict[str, Any] | None = None) -> PrivateEngine | PrivateFake:
            engine: PrivateEngine | PrivateFake
            if engine_place.name in fakes.FAKES:
                engine = PrivateFake(engine_place.api)
            else:
                engine = PrivateEngine(engine_place.url, settings)
            stack.callback(engine.close)
            engine.start()
            return engine

        yield start
