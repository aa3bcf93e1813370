"""Whatever goes wrong at whichever request of a move: the container is here as it was, and nothing is there.

Or it is there, whole, and not here. Never both, never neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from transfers import found, shared

from dockpy import Client, Container, Hooks
from dockpy.errors import ConnectionFailed, DockpyError, InvalidArgument, NotFound, TimedOut, TransferError
from dockpy.fake import FakeDaemon
from dockpy.transfer import progress, startup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake import RecordedRequest
    from dockpy.transfer import CopyProgress

FAULTS: list[dict[str, Any]] = [{"status": 500}, {"reset": "before"}, {"reset": "after"}]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is run here ends by itself a moment later, but for where that is what is tested."""
    monkeypatch.setattr(startup, "SETTLED", 0.02)


@pytest.fixture(params=["1.41", "1.51"])
def here(request: pytest.FixtureRequest) -> Iterator[FakeDaemon]:
    with FakeDaemon(api=request.param) as daemon:
        daemon.images.add("busybox")
        yield daemon


@pytest.fixture
def there(here: FakeDaemon) -> Iterator[FakeDaemon]:
    with FakeDaemon(api="1.51" if here.client().api_version == "1.41" else "1.41") as daemon:
        daemon.images.add("busybox")
        yield daemon


@pytest.fixture
def web(here: FakeDaemon) -> Container:
    """One that has something of everything, and runs."""
    client = here.client()
    client.networks.create("backend", subnet="10.9.8.0/24")
    client.networks.create("frontend")
    client.volumes.create("data")
    container = client.containers.create(
        "busybox",
        ["sleep", "1000"],
        name="web",
        networks={"backend": {"ipv4_address": "10.9.8.7", "aliases": ["db"]}},
        volumes=["data:/data", "/anonymous"],
        environment={"A": "b"},
        labels={"kept": "so"},
    )
    client.networks.get("frontend").connect(container)
    container.copy_to(b"data", "/data/file")
    container.copy_to(b"anonymous", "/anonymous/file")
    container.copy_to(b"own", "/etc/own")
    container.start()
    return container


def state(client: Client) -> dict[str, Any]:
    addresses = {
        each.name: sorted(
            (name, endpoint.ip_address, endpoint.aliases)
            for name, endpoint in each.attrs.network_settings.networks.items()
            if endpoint is not None
        )
        for each in client.containers.list(all=True)
    }
    return {**found(client), "addresses": addresses}


def is_whole(client: Client) -> bool:
    made = client.containers.get("web")
    files = [made.exec_run(["cat", path]).output for path in ("/data/file", "/anonymous/file", "/etc/own")]
    assert files == [b"data", b"anonymous", b"own"]
    assert made.status == "running"
    assert sorted(made.networks) == ["backend", "frontend"]
    assert made.networks["backend"].ip_address == "10.9.8.7"
    assert made.labels["kept"] == "so"
    assert not [each for each in client.volumes.list() if each.name.startswith("dockpy-transfer")]
    assert len(client.containers.list(all=True)) == 1
    return True


def again(client: Client, **options: Any) -> Container:
    return client.containers.get("web").move(timeout=0, **options)


def faults_of(request: RecordedRequest, turn: bool) -> list[dict[str, Any]]:
    """Each kind where something is changed, on the one way or on the other; where it is read, one of them."""
    if request.method in ("GET", "HEAD"):
        return [FAULTS[len(request.path) % len(FAULTS)]] if turn else []
    return FAULTS[:2] if turn else FAULTS[2:]


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_fault_at_each_request(here: FakeDaemon, there: FakeDaemon, web: Container, side: str) -> None:
    client, to = here.client(), there.client()
    daemon = here if side == "source" else there
    full, empty = here.snapshot(), there.snapshot()
    before = state(to)
    first = len(daemon.requests)
    again(client, to=to)
    requests = daemon.requests[first:]
    assert is_whole(to)
    turns = shared(client, [each.operation for each in requests])
    points = [
        (number, request, fault)
        for number, request in enumerate(requests)
        for fault in faults_of(request, turns[number])
    ]
    failures, was = 0, None
    for number, request, fault in points:
        there.restore(empty)
        here.restore(full)
        was = was or state(client)
        about = (number, fault, request.operation, request.path)
        error = attempt(daemon, {**fault, "after": number, "times": 1}, lambda: again(client, to=to))
        if error is None:  # it got over that
            assert is_whole(to), about
            assert client.containers.list(all=True) == [], about
        else:
            failures += 1
            assert not getattr(error, "left", ()), about
            assert state(to) == before, about
            assert state(client) == was, about
    assert failures > len(points) / 2


@pytest.mark.parametrize("side", ["source", "target"])
def test_an_engine_that_is_killed_at_each_request(
    here: FakeDaemon, there: FakeDaemon, web: Container, side: str
) -> None:
    """After its restart a second attempt finishes, and nothing of the first one is left."""
    daemon = here if side == "source" else there
    countdown, operations = [0], []

    def kill(event: Any) -> None:
        operations.append(event.operation)
        countdown[0] -= 1
        if not countdown[0]:
            daemon.stop(kill=True)

    def go() -> Container:
        hooks = Hooks(request=[kill])
        to = there.client(hooks=hooks if side == "target" else None)
        return again(here.client(hooks=hooks if side == "source" else None), to=to)

    full, empty = here.snapshot(), there.snapshot()
    before = state(there.client())
    go()
    turns, whole = shared(here.client(), operations), inventory(there.client())
    outcomes, was = set(), None
    for number in (number for number, turn in enumerate(turns, 1) if turn):
        there.restore(empty)
        here.restore(full)
        was = was or state(here.client())
        countdown[0] = number
        error = caught(go)
        left = bool(getattr(error, "left", ()))
        outcomes.add(left)
        if error is None:  # all that was left to do was to forget the list
            assert side == "target"
            assert here.client().containers.list(all=True) == []
            daemon.start()
            continue
        if side == "target":
            assert state(here.client()) == was, number
        elif not left:
            assert state(there.client()) == before, number
        daemon.start()
        if there.client().containers.list(filters={"name": "web"}) and side == "source":
            # It was about to be removed here: so it is kept there, and runs.
            assert getattr(error, "step", "") == "remove web"
            assert is_whole(there.client())
            continue
        here.client().containers.get("web").start()  # it ended with its engine, as a fake has it
        go()
        assert inventory(there.client()) == whole, number
    assert outcomes == {True, False}


def inventory(client: Client) -> dict[str, Any]:
    assert is_whole(client)
    return {
        "images": sorted(tuple(each.tags) for each in client.images.list(all=True)),
        "networks": sorted(each.name for each in client.networks.list()),
        "volumes": sorted(each.name for each in client.volumes.list() if len(each.name) < 64),
        "anonymous": len([each for each in client.volumes.list() if len(each.name) == 64]),
    }


def test_an_interrupt_whenever_something_is_told(
    here: FakeDaemon, there: FakeDaemon, web: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_PERIOD", 0)  # each piece is told, however quick the machine is
    client, to = here.client(), there.client()
    told: list[CopyProgress] = []
    full, empty = here.snapshot(), there.snapshot()
    before = state(to)
    again(client, to=to, progress=told.append)
    was = None
    turns = shared(client, [f"{each.step} {each.phase}" for each in told])
    for number in (number for number, turn in enumerate(turns) if turn):
        there.restore(empty)
        here.restore(full)
        was, count = was or state(client), [0]

        def interrupt(_: CopyProgress, number: int = number, count: list[int] = count) -> None:
            count[0] += 1
            if count[0] == number + 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            again(client, to=to, progress=interrupt)
        if number >= [each.step for each in told].index("done") - 1:  # it is removed here
            assert is_whole(to)
            assert client.containers.list(all=True) == []
        else:
            assert state(to) == before, told[number]
            assert state(client) == was, told[number]


HANGS = [
    ("source", "ContainerStop", "stop web"),
    ("target", "VolumeCreate", "list"),
    ("target", "NetworkCreate", "network backend"),
    ("target", "ContainerCreate", "container web"),
    ("target", "ContainerStart", "start web"),
]


@pytest.mark.parametrize("here", ["1.51"], indirect=True)
@pytest.mark.parametrize(("side", "operation", "step"), HANGS, ids=[each[1] for each in HANGS])
def test_an_engine_that_does_not_answer(
    here: FakeDaemon, there: FakeDaemon, web: Container, side: str, operation: str, step: str
) -> None:
    client, to = here.client(timeout=0.5), there.client(timeout=0.5)
    before, was = state(to), state(client)
    after = 1 if operation == "ContainerCreate" else 0  # the first one carries the volume's files
    with (here if side == "source" else there).fail(operation, hang=True, times=1, after=after):
        with pytest.raises(TransferError) as caught:
            again(client, to=to)
    assert isinstance(caught.value.__cause__, TimedOut)
    assert (caught.value.step, caught.value.left) == (step, ())
    assert state(to) == before
    assert state(client) == was


def test_a_full_disk(here: FakeDaemon, there: FakeDaemon, web: Container) -> None:
    client, to = here.client(), there.client()
    web.exec_run(["sh", "-c", "head -c 5000 /dev/zero > /data/more"])
    before, was = state(to), state(client)
    with there.disk_full(free=2000), pytest.raises(TransferError, match="no space left on device") as caught:
        again(client, to=to)
    assert caught.value.step == "files of data"
    assert caught.value.left == ()
    assert state(to) == before
    assert state(client) == was


def test_one_that_does_not_run_there(here: FakeDaemon, there: FakeDaemon) -> None:
    """It finds something on its own machine that it does not find there."""
    client, to = here.client(), there.client()
    web = client.containers.run(
        "busybox", ["sh", "-c", "test -e /once && exit 3; touch /once; sleep 1000"], detach=True, name="web"
    )
    while "/once" not in [change.path for change in web.diff()]:
        pass
    before = state(to)
    with pytest.raises(TransferError, match="with exit status 3") as caught:
        web.move(to=to, timeout=0)
    assert caught.value.step == "start web"
    assert state(to) == before
    assert client.containers.get("web").id == web.id


def test_what_is_left_where_the_target_is_gone_for_good(
    here: FakeDaemon, there: FakeDaemon, web: Container
) -> None:
    def stop(event: Any) -> None:
        if event.operation == "ContainerStart":
            there.stop(kill=True)

    was = state(here.client())
    with pytest.raises(TransferError) as caught:
        again(here.client(), to=there.client(hooks=Hooks(request=[stop])))
    assert isinstance(caught.value.__cause__, ConnectionFailed)
    assert state(here.client()) == was
    text = "\n".join(caught.value.left)
    assert "docker rm -f -v " in text
    assert "dockpy-transfer-" in text
    there.start()


@pytest.mark.parametrize("taken", ["before", "after"])
def test_a_container_of_its_name_that_somebody_made_meanwhile_stays(
    here: FakeDaemon, there: FakeDaemon, web: Container, taken: str
) -> None:
    """During the move, or after one that was broken off."""
    client, to = here.client(), there.client()

    def interfere(told: CopyProgress) -> None:
        if (told.step, told.phase) == ("name", "started"):
            if taken == "before":
                to.containers.create("busybox", ["true"], name="web", labels={"their": "own"})
            else:
                there.stop(kill=True)

    was = state(client)
    with pytest.raises(TransferError):
        again(client, to=to, progress=interfere)
    assert state(client) == was
    there.start()
    if taken == "after":
        to.containers.create("busybox", ["true"], name="web", labels={"their": "own"})
    with pytest.raises(InvalidArgument, match="the name web is in use there"):
        again(client, to=to)
    (theirs,) = to.containers.list(all=True)
    assert theirs.labels["their"] == "own"
    theirs.remove()
    again(client, to=to)
    assert is_whole(to)


def test_the_source_that_may_be_gone_leaves_the_target_alone(
    here: FakeDaemon, there: FakeDaemon, web: Container
) -> None:
    """Its engine ends when it is asked to remove the container: nobody knows whether it did."""

    def stop(event: Any) -> None:
        if event.operation == "ContainerDelete" and event.path.endswith(web.id):
            here.stop(kill=True)

    with pytest.raises(TransferError, match="remove the container web") as caught:
        again(here.client(hooks=Hooks(request=[stop])), to=there.client())
    assert all("so this is kept" in text for text in caught.value.left)
    assert is_whole(there.client())
    here.start()


def test_a_dry_run_changes_nothing(here: FakeDaemon, there: FakeDaemon, web: Container) -> None:
    client, to = here.client(), there.client()
    before, was = state(to), state(client)
    plan = client.containers.get("web").move(to=to, dry_run=True)
    names = [step.name for step in plan.steps]
    assert (names[0], names[-2:]) == ("list", ["remove web", "done"])
    assert len(set(names)) == len(names)
    assert state(to) == before
    assert state(client) == was
    with pytest.raises(NotFound):
        to.containers.get("web")


def caught(work: Callable[[], object]) -> DockpyError | None:
    try:
        work()
    except DockpyError as error:
        return error
    return None


def attempt(daemon: FakeDaemon, fault: dict[str, Any], work: Callable[[], object]) -> DockpyError | None:
    """The error of what is done while something goes wrong; None where it gets over that."""
    with daemon.fail(**fault):
        return caught(work)
