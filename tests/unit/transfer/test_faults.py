"""Whatever goes wrong at whichever request: nothing half-made at the target, the source as it was."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from transfers import fill, found, listing, odd_tree, shared

from dockpy import Hooks
from dockpy.errors import ConnectionFailed, DockpyError, InvalidArgument, TransferError
from dockpy.fake import FakeDaemon
from dockpy.transfer import progress
from dockpy.transfer.carrier import CARRIER_LABEL, carrier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy import Client
    from dockpy.transfer import CopyProgress

    Work = Callable[..., Any]


@pytest.fixture(params=["1.41", "1.51"])
def here(request: pytest.FixtureRequest) -> Iterator[FakeDaemon]:
    with FakeDaemon(api=request.param) as daemon:
        daemon.images.add("busybox")
        yield daemon


@pytest.fixture
def there(here: FakeDaemon) -> Iterator[FakeDaemon]:
    with FakeDaemon(api="1.51" if here.client().api_version == "1.41" else "1.41") as daemon:
        daemon.images.add("busybox")
        daemon.client().networks.create("theirs")
        yield daemon


def image(client: Client) -> Work:
    container = client.containers.create("busybox", ["true"], network="none")
    container.copy_to(b"x" * 5000, "/own")
    made = container.commit("shop:1")
    made.tag("shop:2")
    container.remove()
    return made.copy


def volume(client: Client) -> Work:
    made = client.volumes.create("data", labels={"kept": "so"})
    fill(client, made.name, odd_tree(size=1000))
    return made.copy


def network(client: Client) -> Work:
    return client.networks.create("backend", subnet="10.9.8.0/24", labels={"kept": "so"}).copy


THINGS: list[Callable[[Client], Work]] = [image, volume, network]
every_thing = pytest.mark.parametrize("thing", THINGS, ids=[each.__name__ for each in THINGS])
FAULTS: list[dict[str, Any]] = [
    {"status": 500},
    {"status": 400},
    {"status": 409},
    {"reset": "before"},
    {"reset": "after"},
    {"cut": 0},
    {"cut": 700},
    {"garbage": True},
]


def without_ids(state: dict[str, Any]) -> dict[str, Any]:
    return {**state, "networks": sorted(name for _, name in state["networks"])}


def asked(daemon: FakeDaemon, work: Callable[[], object]) -> list[str]:
    before = len(daemon.requests)
    work()
    return [each.operation for each in daemon.requests[before:]]


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(map(str, *fault.items())))
@every_thing
def test_a_fault_at_each_request(
    here: FakeDaemon, there: FakeDaemon, thing: Callable[[Client], Work], fault: dict[str, Any], side: str
) -> None:
    client, to = here.client(), there.client()
    work = thing(client)
    empty, full = there.snapshot(), found(client)
    daemon = here if side == "source" else there
    before = found(to)
    requests = asked(daemon, lambda: work(to=to))
    whole = without_ids(found(to))
    assert whole != without_ids(before)
    there.restore(empty)
    assert requests
    failures: list[DockpyError] = []
    points = [number for number, turn in enumerate(shared(client, requests)) if turn]
    for number in points:
        with daemon.fail(**fault, after=number, times=1):
            try:
                work(to=to)
            except DockpyError as error:
                failures.append(error)
            else:  # it got over that: tried again, or need not know
                assert without_ids(found(to)) == whole, number
                there.restore(empty)
        assert found(to) == before, number
        assert found(client) == full, number
    assert not [text for error in failures for text in getattr(error, "left", ())]
    assert failures or not points or fault == {"cut": 700}  # which is longer than most answers


@pytest.mark.parametrize("side", ["source", "target"])
@every_thing
def test_an_engine_that_is_killed_at_each_request(
    here: FakeDaemon, there: FakeDaemon, thing: Callable[[Client], Work], side: str
) -> None:
    """Where the target is, a retry after its restart finishes."""
    made: Any = thing(here.client())
    daemon = here if side == "source" else there
    empty, full = there.snapshot(), found(here.client())
    countdown, operations = [0], []

    def kill(event: Any) -> None:
        operations.append(event.operation)
        countdown[0] -= 1
        if not countdown[0]:
            daemon.stop(kill=True)

    def attempt() -> None:
        hooks = Hooks(request=[kill])
        client = here.client(hooks=hooks if side == "source" else None)
        to = there.client(hooks=hooks if side == "target" else None)
        type(made.__self__)(client, made.__self__.id).copy(to=to)

    before = found(there.client())
    attempt()
    turns, whole = shared(here.client(), operations), without_ids(found(there.client()))
    there.restore(empty)
    for number in (number for number, turn in enumerate(turns, 1) if turn):
        countdown[0] = number
        with pytest.raises(DockpyError) as caught:
            attempt()
        assert chain_has(caught.value, ConnectionFailed), number
        if side == "source":
            assert found(there.client()) == before, number
        daemon.start()
        attempt()
        assert without_ids(found(there.client())) == whole, number
        assert found(here.client()) == full, number
        there.restore(empty)


def chain_has(error: BaseException | None, kind: type[Exception]) -> bool:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__
    return error is not None


@every_thing
def test_an_interrupt_whenever_something_is_told(
    here: FakeDaemon, there: FakeDaemon, thing: Callable[[Client], Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_PERIOD", 0)  # each piece is told, however quick the machine is
    client, to = here.client(), there.client()
    work = thing(client)
    before, full = found(to), found(client)
    told: list[CopyProgress] = []
    empty = there.snapshot()
    work(to=to, progress=told.append)
    there.restore(empty)
    assert len(told) >= 2
    for number in range(len(told)):
        count = [0]

        def interrupt(_: CopyProgress, number: int = number, count: list[int] = count) -> None:
            count[0] += 1
            if count[0] == number + 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            work(to=to, progress=interrupt)
        assert found(to) == before
        assert found(client) == full


def test_a_full_disk(here: FakeDaemon, there: FakeDaemon) -> None:
    client, to = here.client(), there.client()
    work = volume(client)
    before, full = found(to), found(client)
    with there.disk_full(free=2000), pytest.raises(TransferError, match="no space left on device") as caught:
        work(to=to)
    assert caught.value.step == "files of data"
    assert caught.value.left == ()
    assert isinstance(caught.value.__cause__, DockpyError)
    assert caught.value.__cause__.daemon == to.daemon
    assert found(to) == before
    assert found(client) == full


def test_an_empty_volume_that_was_there_is_empty_again(here: FakeDaemon, there: FakeDaemon) -> None:
    work, to = volume(here.client()), there.client()
    to.volumes.create("data", labels={"own": "yes"})
    before = found(to)
    with there.disk_full(free=2000), pytest.raises(TransferError, match="no space left"):
        work(to=to)
    for state in (before, after := found(to)):  # it is made anew
        *about, files = state["volumes"]["data"]
        state["volumes"]["data"] = (*about, [*files], files["v"][1:3])
    assert after == before


@every_thing
def test_what_cannot_be_undone_is_told(
    here: FakeDaemon, there: FakeDaemon, thing: Callable[[Client], Work]
) -> None:
    """The target goes away for good in the last request that makes something."""
    last = {"image": "ImageTag", "volume": "PutContainerArchive", "network": "NetworkCreate"}[thing.__name__]

    def stop(event: Any) -> None:
        if event.operation == last:
            there.stop(kill=True)

    work = thing(here.client())
    with pytest.raises(TransferError) as caught:
        work(to=there.client(hooks=Hooks(request=[stop])))
    assert caught.value.left
    assert all(there.client().daemon in text for text in caught.value.left)
    assert list(caught.value.left) == caught.value.__notes__
    there.start()


def test_names_go_back_to_whom_they_were_taken_from(here: FakeDaemon, there: FakeDaemon) -> None:
    work, to = image(here.client()), there.client()
    to.images.tag("busybox", "shop:1")
    before = found(to)
    with there.fail("ImageTag", after=1, times=1), pytest.raises(TransferError, match="name the image"):
        work(to=to, overwrite=True)
    assert found(to) == before


def test_an_only_name_is_not_taken_from_an_image_that_was_there(here: FakeDaemon, there: FakeDaemon) -> None:
    """Its engine would remove it with its name."""
    work, to = image(here.client()), there.client()
    copied: Any = work(to=to, names=[])
    with there.fail("ImageTag", after=1, times=1), pytest.raises(TransferError) as caught:
        work(to=to)
    assert "shop:1 is the only name of an image that was there before" in caught.value.left[0]
    assert to.images.get(copied.id).tags == ["shop:1"]


def test_another_image_takes_the_name_meanwhile(here: FakeDaemon, there: FakeDaemon) -> None:
    work, to = image(here.client()), there.client()

    def progress(told: CopyProgress) -> None:
        if (told.step, told.phase) == ("image shop:1", "done"):
            to.images.tag("busybox", "shop:2")

    with pytest.raises(TransferError, match="shop:2 is the name of another image there"):
        work(to=to, progress=progress)
    assert to.images.get("shop:2") == to.images.get("busybox")
    assert to.images.list("shop:1") == []


@pytest.mark.parametrize("api", ["1.41", "1.51"])
def test_layers_are_sent_where_they_are_not_there_after_all(api: str) -> None:
    """As where somebody removes the image that had them, after it was looked at."""
    with FakeDaemon(api="1.51") as here, FakeDaemon(api=api) as there:
        for daemon in (here, there):
            daemon.images.add("busybox")

        def remove(event: Any) -> None:
            if event.operation == "ImageLoad":
                for each in there.client().images.list("busybox"):
                    each.remove(force=True)

        work = image(here.client())
        copied = work(to=there.client(hooks=Hooks(request=[remove])))
        assert copied.tags == ["shop:1", "shop:2"]
        assert [each.operation for each in there.requests].count("ImageLoad") == 2
        assert there.client().images.list() == [copied]


def test_a_transfer_that_may_be_at_work_is_left_alone(here: FakeDaemon, there: FakeDaemon) -> None:
    work, to = volume(here.client()), there.client()
    to.volumes.create("data")
    with carrier(to, "data", "write"), pytest.raises(DockpyError, match="being filled by another transfer"):
        work(to=to)
    other = to.containers.create(
        "busybox",
        ["true"],
        network="none",
        name="dockpy-transfer-abc",
        labels={CARRIER_LABEL: "write:abc:1:another-host"},
        volumes=["data:/v"],
    )
    with pytest.raises(DockpyError, match="remove the container dockpy-transfer-abc"):
        work(to=to)
    other.remove()
    work(to=to)


def test_options_that_lead_to_a_place_in_use(here: FakeDaemon, there: FakeDaemon) -> None:
    """Each daemon has a host of its own."""
    client, to = here.client(), there.client()
    for each in (client, to):
        script = f"echo {each.daemon} > /place/file"
        each.containers.run("busybox", ["sh", "-c", script], volumes=["/srv/place:/place"], remove=True)
    options = {"type": "none", "o": "bind", "device": "/srv/place"}
    bound = client.volumes.create("bound", driver_opts=options)
    with pytest.raises(TransferError, match="lead to a place in use") as caught:
        bound.copy(to=to)
    assert caught.value.left == ()
    assert to.volumes.list() == []
    said = to.containers.run("busybox", ["cat", "/place/file"], volumes=["/srv/place:/place"], remove=True)
    assert said.decode().strip() == to.daemon


@pytest.mark.parametrize(("process", "abandoned"), [("ended", True), ("runs", False), ("none", False)])
def test_what_another_process_left(
    here: FakeDaemon, there: FakeDaemon, process: str, abandoned: bool
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    number = {"ended": str(ended.pid), "runs": str(os.getppid()), "none": "?"}[process]
    work, to = volume(here.client()), there.client()
    to.volumes.create("data")
    fill(to, "data", odd_tree()[:5])
    to.containers.create(
        "busybox",
        ["true"],
        network="none",
        name="dockpy-transfer-abc",
        labels={CARRIER_LABEL: f"write:abc:{number}:{socket.gethostname()}"},
        volumes=["data:/v"],
    )
    if abandoned:
        work(to=to)
        assert listing(to, "data") == listing(here.client(), "data")
        assert to.containers.list(all=True) == []
    else:
        before = listing(to, "data")
        with pytest.raises(InvalidArgument, match="being filled by another transfer"):
            work(to=to)
        assert listing(to, "data") == before
