"""The engine that something is copied to is killed in the middle of it, and started again."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pytest
from private_fake import PrivateFake
from transfers import archive, entry, fill, listing, many

from dockpy.errors import ConnectionFailed, DockpyError, InvalidResponse, TransferError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy import Client
    from dockpy.transfer import CopyProgress

OTHERS = {"unix20": "unix28", "unix28": "unix20", "fake41": "fake51", "fake51": "fake41"}
FILES = 10_000
FILES_OF_FAKES = 1_000


@pytest.fixture
def source(engine_place: Any, reach: Callable[[str], Any]) -> Iterator[Client]:
    """The shared engine of the other version."""
    with reach(OTHERS[engine_place.name]).connect() as client:
        yield client


@pytest.fixture
def target(private_engine: Callable[[], Any]) -> Any:
    """An engine to kill."""
    engine = private_engine()
    engine.seed()
    return engine


@pytest.fixture(autouse=True)
def every_piece_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dockpy.transfer.progress._PERIOD", 0.0)


class Killer:
    """Kills an engine when so many bytes of a step have passed."""

    def __init__(self, engine: Any, step: str, limit: int) -> None:
        self._engine, self._step, self._limit = engine, step, limit
        self.killed = False

    def __call__(self, told: CopyProgress) -> None:
        if told.step == self._step and told.current >= self._limit and not self.killed:
            assert told.phase == "progress"
            self.killed = True
            self._engine.kill()


def test_a_volume(source: Client, target: Any, new_name: Callable[[], str], labels: dict[str, str]) -> None:
    volume = source.volumes.create(new_name(), labels=labels)
    files = FILES_OF_FAKES if isinstance(target, PrivateFake) else FILES
    fill(source, volume.name, many(files))
    whole = listing(source, volume.name)
    killer = Killer(target, f"files of {volume.name}", files * 200)
    with target.connect() as to:
        with pytest.raises(TransferError) as caught:
            volume.copy(to=to, progress=killer)
        assert killer.killed
        assert_lost(caught.value.__cause__, to)
        assert caught.value.left == (caught.value.left[0],)
        assert f"create the volume {volume.name}" in caught.value.left[0]
        assert listing(source, volume.name) == whole
        assert source.containers.list(all=True, filters={"volume": volume.name}) == []
        target.start()
        assert to.volumes.get(volume.name)  # half-made
        volume.copy(to=to)
        assert listing(to, volume.name) == whole
        assert to.containers.list(all=True) == []
        assert len(to.images.list(all=True)) == 1  # busybox
        volume.copy(to=to)  # there already


def test_an_image(source: Client, target: Any, create: Any, new_name: Callable[[], str]) -> None:
    container = create(source, ["true"])
    data = secrets.token_bytes(8_000_000)
    container.put_archive("/", archive([entry("own", data=data)], "tmp"))
    image = container.commit(new_name())
    try:
        killer = Killer(target, f"image {image.name}", 4_000_000)
        with target.connect() as to:
            with pytest.raises(TransferError) as caught:
                image.copy(to=to, progress=killer)
            assert killer.killed
            assert_lost(caught.value.__cause__, to)
            assert source.images.get(image.id).tags == image.tags
            target.start()
            assert len(to.images.list(all=True)) == 1
            copied = image.copy(to=to)
            assert (copied.id, copied.tags) == (image.id, image.tags)
            twin = to.containers.create(image.id, ["true"], network="none")
            assert twin.copy_from("/tmp/own") == data
    finally:
        source.images.remove(image.id, force=True)


def assert_lost(error: BaseException | None, client: Client) -> None:
    """It is said which of the two daemons went away."""
    assert isinstance(error, (ConnectionFailed, InvalidResponse))
    assert isinstance(error, DockpyError)
    assert error.daemon == client.daemon
