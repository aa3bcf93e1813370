"""Fake daemons of a test's own, to stop and to start again: as `private_engine` has real ones."""

from __future__ import annotations

import contextlib
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fakes
from private_engine import Relay

import dockpy
from dockpy.fake import FakeDaemon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy import Client


class PrivateFake:
    """A fake daemon that nobody else uses, behind a socket.

    Args:
        api: the newest version that it speaks.

    Attributes:
        url: where it listens; the same after a restart.
    """

    def __init__(self, api: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="dkp-"))
        self._daemon = FakeDaemon(f"unix://{self._folder}/d.sock", api=api)
        self._daemon._router.observers.append(fakes._check)
        self.url = self._daemon.url

    def connect(self, **options: Any) -> Client:
        """A client of it."""
        return dockpy.Client(self.url, tls=False, **options)

    def seed(self, image: str = "busybox:latest") -> None:
        """Give it an image of the shared ones."""
        fakes.put_into_hub(self._daemon, image)
        self._daemon.images.add(image)

    def start(self) -> None:
        """Start it, where it was ended."""
        self._daemon.start()

    def kill(self, signal: int = signal.SIGKILL) -> None:
        """End it with a signal; containers go on where it was killed."""
        self._daemon.stop(kill=signal == 9)

    def restart(self, signal: int = signal.SIGKILL) -> None:
        """End it with a signal and start it again."""
        self.kill(signal)
        self.start()

    @contextlib.contextmanager
    def relay(self) -> Iterator[Relay]:
        """Another socket that leads to it, whose connections can be cut."""
        relay = Relay(self._folder / "r.sock", self._folder / "d.sock")
        try:
            yield relay
        finally:
            relay.cut()

    def close(self) -> None:
        """End it, and remove its folder."""
        self._daemon.close()
        shutil.rmtree(self._folder)
