"""Moving a container to an engine that is killed on the way."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import fakes
import pytest
from private_engine import TICK, PrivateEngine
from private_fake import PrivateFake

from dockpy.errors import ConnectionFailed, DockpyError, TransferError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy import Client, Container
    from dockpy.transfer import CopyProgress


OTHERS = {"unix20": "unix28", "unix28": "unix20", "fake41": "fake51", "fake51": "fake41"}


@pytest.fixture
def private(engine_place: Any, reach: Callable[[str], Any]) -> Iterator[PrivateEngine | PrivateFake]:
    """An engine to be killed, of the other version than the one that the container is on."""
    place = reach(OTHERS[engine_place.name])
    engine: PrivateEngine | PrivateFake
    engine = PrivateFake(place.api) if place.name in fakes.FAKES else PrivateEngine(place.url)
    with contextlib.closing(engine):
        engine.start()
        yield engine


@pytest.fixture
def web(
    engine: Client, start: Callable[..., Container], new_name: Callable[[], str], labels: dict[str, str]
) -> Iterator[Container]:
    name = new_name()
    volume = engine.volumes.create(name, labels=labels)
    container = start(
        engine,
        ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"],
        name=name,
        volumes=[f"{name}:/data", "/anonymous"],
    )
    container.exec_run(["sh", "-c", "seq 200000 > /data/many; echo a > /anonymous/a; echo own > /own"])
    yield container
    with container:
        pass
    volume.remove()


def inventory(client: Client) -> dict[str, Any]:
    return {
        "containers": sorted((each.id, each.status) for each in client.containers.list(all=True)),
        "images": sorted((each.id, tuple(each.tags)) for each in client.images.list(all=True)),
        "networks": sorted(each.id for each in client.networks.list()),
        "volumes": sorted(each.name for each in client.volumes.list()),
    }


def own(client: Client, web: Container) -> dict[str, Any]:
    """What is of it on an engine that others use, too."""
    found = client.containers.list(all=True, filters={"id": web.id})
    images = client.images.list(
        filters={"dangling": True, "label": f"dockpy-test={web.labels['dockpy-test']}"}
    )
    return {
        "containers": [(each.id, each.name, each.status) for each in found],
        "volumes": sorted(
            each.name for each in client.volumes.list() if each.name in {m.name for m in web.mounts}
        ),
        "images": [each.id for each in images if web.id in (each.attrs.comment or "")],
    }


STEPS = ["files of {}", "container {}", "start {}"]


@pytest.mark.parametrize("step", STEPS)
def test_the_target_is_killed(
    private: PrivateEngine | PrivateFake, engine: Client, web: Container, step: str
) -> None:
    """It runs on where it was; after the target's restart a second attempt takes all that the first left."""
    name, digest = web.name, web.exec_run(["sha256sum", "/data/many"]).output
    with private.connect() as target:
        before, was = inventory(target), own(engine, web)
        killed = step.format(name)

        def kill(told: CopyProgress) -> None:
            if (told.step, told.phase) == (killed, "started"):
                private.kill()

        with pytest.raises(TransferError) as caught:
            web.move(to=target, timeout=0, progress=kill)
        assert caught.value.step == killed
        assert cause(caught.value, ConnectionFailed)
        assert any("dockpy-transfer-" in text for text in caught.value.left)
        assert own(engine, web) == was
        assert web.exec_run(["cat", "/own"]).output == b"own\n"
        private.start()
        moved = web.move(to=target, timeout=0)
        assert moved.status == "running"
        assert moved.exec_run(["sha256sum", "/data/many"]).output == digest
        assert moved.exec_run(["cat", "/anonymous/a", "/own"]).output == b"a\nown\n"
        after = inventory(target)
        assert len(after["containers"]) == 1
        assert len(after["volumes"]) == 2
        assert set(after["volumes"]) == {each.name for each in moved.mounts}
        assert len(after["images"]) == len(before["images"]) + 2  # its image, and what it had changed
        assert after["networks"] == before["networks"]


@pytest.mark.real("a process is stopped by a signal, and a fake is in this one")
def test_the_target_stops_answering(
    private: PrivateEngine | PrivateFake, engine: Client, web: Container
) -> None:
    with private.connect(timeout=2) as target:
        was = own(engine, web)

        def freeze(told: CopyProgress) -> None:
            if (told.step, told.phase) == (f"container {web.name}", "started"):
                private.pause()

        name = web.name
        try:
            with pytest.raises(DockpyError):
                web.move(to=target, timeout=0, progress=freeze)
        finally:
            private.resume()
        assert own(engine, web) == was
    with private.connect() as target:  # patient: a busy machine is no frozen one
        refused: list[DockpyError] = []
        while len(refused) < 100:  # what it had been asked for is still done as it goes on
            try:
                moved = web.move(to=target, timeout=0)
                break
            except DockpyError as error:
                refused.append(error)
            assert own(engine, web) == was
            TICK.wait(0.1)
        else:
            raise refused[-1]
        assert (moved.name, moved.status) == (name, "running")
        assert len(target.containers.list(all=True)) == 1


def cause(error: BaseException | None, kind: type[Exception]) -> bool:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__
    return error is not None
