"""One transfer of a container at a time; what another one left is removed only where that loses nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from transfers import archive, fill, found, listing, odd_tree

from dockpy import Container, Hooks
from dockpy.errors import DockpyError, InvalidArgument, InvalidResponse, TransferError
from dockpy.fake import FakeDaemon
from dockpy.transfer import startup
from dockpy.transfer.carrier import CARRIER_LABEL
from dockpy.transfer.containers import ContainerCopy
from dockpy.transfer.volumes import _whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.snapshots import Snapshot
    from dockpy.transfer import CopyProgress


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "SETTLED", 0.02)


@pytest.fixture
def here() -> Iterator[FakeDaemon]:
    with FakeDaemon() as daemon:
        daemon.images.add("busybox")
        yield daemon


@pytest.fixture
def there() -> Iterator[FakeDaemon]:
    with FakeDaemon() as daemon:
        daemon.images.add("busybox")
        yield daemon


@pytest.fixture
def web(here: FakeDaemon) -> Container:
    client = here.client()
    client.volumes.create("data")
    fill(client, "data", odd_tree(size=1000))
    return client.containers.run(
        "busybox", ["sleep", "1000"], name="web", volumes=["data:/data"], restart_policy="no", detach=True
    )


def the_list(container: Container) -> str:
    return f"dockpy-transfer-{container.id[:12]}"


def test_a_second_one_leaves_the_first_alone(here: FakeDaemon, there: FakeDaemon, web: Container) -> None:
    to, refused = there.client(), []

    def interfere(told: CopyProgress) -> None:
        if told.phase == "started" and told.step in ("changes", "start web"):
            with pytest.raises(
                InvalidArgument, match="Another transfer of this container is at work"
            ) as caught:
                here.client().containers.get("web").copy(to=there.client())
            refused.append(str(caught.value))

    moved = web.move(to=to, timeout=0, progress=interfere)
    assert moved.status == "running"
    things = f"the volume data, the volume {the_list(web)}-container, the volume {the_list(web)}"
    assert [f"remove what it left there: {things}" in text for text in refused] == [True, False]
    assert f"remove what it left there: the container web, {things}" in refused[1]  # it has its name by then
    assert [each.name for each in to.volumes.list()] == ["data"]


def test_one_that_began_while_this_one_looked(here: FakeDaemon, there: FakeDaemon, web: Container) -> None:
    to = there.client()
    late = ContainerCopy(here.client().containers.get("web"), there.client(), moves=False)
    late.check()

    def interfere(told: CopyProgress) -> None:
        if (told.step, told.phase) == ("stop web", "started"):
            with pytest.raises(
                TransferError, match="Another transfer of this container is at work"
            ) as caught:
                late.run()
            assert (caught.value.step, caught.value.left) == ("list", ())
            assert to.volumes.get(the_list(web))

    assert web.move(to=to, timeout=0, progress=interfere).status == "running"


def test_a_list_of_another_machine_is_left_alone(here: FakeDaemon, there: FakeDaemon, web: Container) -> None:
    to = there.client()
    content = {"by": "container:x:7:far.example", "image": "", "networks": ["backend"], "volumes": ["data"]}
    labels = {"dockpy.transfer.container": json.dumps(content)}
    to.volumes.create(the_list(web), labels=labels)
    before = found(to)
    expected = (
        "of the process 7 on far.example; if that has ended, remove .*network backend, the volume data,"
    )
    with pytest.raises(InvalidArgument, match=expected):
        web.move(to=to)
    assert found(to) == before
    to.volumes.remove(the_list(web))
    assert web.move(to=to, timeout=0).status == "running"


def broken_off(here: FakeDaemon, there: FakeDaemon, web: Container, step: str = "remove web") -> None:
    """As where this process ends when a step is about to be done."""
    then: list[Snapshot] = []

    def keep(told: CopyProgress) -> None:
        if (told.step, told.phase) == (step, "started"):
            then.extend(each.snapshot() for each in (here, there))

    web.move(to=there.client(), timeout=0, progress=keep)
    for daemon, snapshot in zip((here, there), then, strict=True):
        daemon.restore(snapshot)


@pytest.mark.parametrize("dry", [True, False])
def test_what_runs_there_alone_is_not_taken_away(
    here: FakeDaemon, there: FakeDaemon, web: Container, dry: bool
) -> None:
    broken_off(here, there, web)
    to, mine = there.client(), here.client().containers.get("web")
    to.containers.get("web").exec_run(["touch", "/data/new"])
    before = found(to)
    with pytest.raises(InvalidArgument, match=r"does not run here, but on .*, as web: ") as caught:
        mine.move(to=to, timeout=0, dry_run=dry)
    assert f"the volumes {the_list(web)}-container and {the_list(web)} there" in str(caught.value)
    assert found(to) == before
    assert "v/new" in listing(to, "data")


def test_what_runs_there_as_well_is_taken_away(here: FakeDaemon, there: FakeDaemon, web: Container) -> None:
    """It was started again here, so what runs there is the copy."""
    broken_off(here, there, web)
    mine = here.client().containers.get("web")
    mine.start()
    first = there.client().containers.get("web").id
    moved = mine.move(to=there.client(), timeout=0)
    assert (moved.status, moved.id == first) == ("running", False)
    assert [each.name for each in there.client().volumes.list()] == ["data"]


def test_what_is_still_being_made_is_found_later(here: FakeDaemon, there: FakeDaemon, web: Container) -> None:
    """A slow engine makes the container of a call that nobody waits for; at the end it has its name."""
    broken_off(here, there, web, "container web")
    mine, to = here.client().containers.get("web"), there.client()
    late = to.containers.create("busybox", ["sleep", "1000"], name="late", volumes=["data:/data"])
    for _ in range(2):
        with pytest.raises(InvalidArgument, match="a container uses it"):
            mine.move(to=to, timeout=0)
        assert to.volumes.get(the_list(web))
    late.rename(the_list(web))
    moved = mine.move(to=to, timeout=0)
    assert (moved.name, moved.status) == ("web", "running")
    assert [each.name for each in to.volumes.list()] == ["data"]
    assert to.containers.list(all=True) == [moved]


def test_what_was_made_after_its_list_had_gone(here: FakeDaemon, there: FakeDaemon, web: Container) -> None:
    """The engine makes the volume again for the container that it was asked for."""
    to = there.client()
    to.containers.create(
        "busybox", ["sleep", "1000"], name=the_list(web), volumes=["data:/data", "/anonymous"]
    )
    moved = web.move(to=to, timeout=0)
    assert (moved.name, moved.status) == ("web", "running")
    assert to.containers.list(all=True) == [moved]
    assert [each.name for each in to.volumes.list()] == ["data"]


def test_a_volume_that_others_use_is_no_obstacle_where_it_stays(
    here: FakeDaemon, there: FakeDaemon, web: Container
) -> None:
    broken_off(here, there, web, "container web")
    mine, to = here.client().containers.get("web"), there.client()
    other = to.containers.create("busybox", ["sleep", "1000"], volumes=["data:/data"])
    moved = mine.move(to=to, timeout=0, volumes=False)
    assert moved.status == "running"
    assert [each.name for each in to.volumes.list()] == ["data"]
    assert set(to.containers.list(all=True)) == {moved, other}


@pytest.mark.parametrize("step", ["changes", "container web", "start web"])
def test_what_an_earlier_attempt_stopped_runs_there(
    here: FakeDaemon, there: FakeDaemon, web: Container, step: str
) -> None:
    broken_off(here, there, web, step)
    broken_off(here, there, web, step)  # and once more
    mine = here.client().containers.get("web")
    assert mine.status == "exited"
    assert mine.move(to=there.client(), timeout=0).status == "running"
    assert [each.name for each in there.client().volumes.list()] == ["data"]


def test_what_somebody_else_stopped_does_not(here: FakeDaemon, there: FakeDaemon, web: Container) -> None:
    broken_off(here, there, web, "start web")
    mine = here.client().containers.get("web")
    mine.start()
    mine.kill()
    mine.wait()
    assert mine.move(to=there.client(), timeout=0).status == "created"


def changing(daemon: FakeDaemon, first: int) -> list[str]:
    return [each.operation for each in daemon.requests[first:] if each.method not in ("GET", "HEAD")]


def test_a_dry_run_asks_for_no_change(here: FakeDaemon, there: FakeDaemon, web: Container) -> None:
    to = there.client()
    to.volumes.create("data")
    first = len(here.requests), len(there.requests)
    plan = web.move(to=to, dry_run=True)
    assert (changing(here, first[0]), changing(there, first[1])) == ([], [])
    assert "use the volume data, where it is empty or holds the same on" in str(plan)
    told: list[CopyProgress] = []
    web.move(to=to, timeout=0, progress=told.append)
    assert [each.step for each in told if each.phase == "done"] == [each.name for each in plan.steps]


def test_a_dry_run_leaves_what_is_half_made(here: FakeDaemon, there: FakeDaemon, web: Container) -> None:
    to = there.client()
    to.volumes.create("data")
    mark = "write:abc:none:elsewhere"
    to.containers.create("busybox", ["true"], volumes=["data:/v"], labels={CARRIER_LABEL: mark})
    before = found(to)
    with pytest.raises(InvalidArgument, match="is there already, and a container uses it"):
        web.move(to=to, dry_run=True)
    assert found(to) == before


def test_one_that_ends_and_is_started_again_does_not_stay_up(here: FakeDaemon, there: FakeDaemon) -> None:
    """It runs when it is looked at."""
    client, to = here.client(), there.client()
    script = "test -e /once || { touch /once; exit 3; }; sleep 1000"
    client.containers.create("busybox", ["sh", "-c", script], name="web", restart_policy="always")
    before = found(to)

    def wait(event: Any) -> None:
        if event.operation == "ContainerWait":
            made = to.containers.list(all=True)[0]
            while not (made.status == "running" and made.attrs.restart_count):
                made.reload()

    with pytest.raises(TransferError, match=r"It does not stay up there: .*start=False leaves it stopped"):
        client.containers.get("web").move(to=there.client(hooks=Hooks(request=[wait])), start=True)
    assert found(to) == before
    assert client.containers.get("web").status == "created"


def test_one_that_is_restarting_is_not_copied(here: FakeDaemon, there: FakeDaemon) -> None:
    client = here.client()
    made = client.containers.run("busybox", ["false"], name="web", restart_policy="always", detach=True)
    while made.status != "restarting":
        made.reload()
    with pytest.raises(InvalidArgument, match="it is restarting, and an engine pauses only what runs"):
        made.copy(to=there.client(), dry_run=True)


def test_a_network_that_is_gone(here: FakeDaemon, there: FakeDaemon) -> None:
    client = here.client()
    network = client.networks.create("backend")
    made = client.containers.create("busybox", ["true"], name="web", network="backend")
    network.remove()
    with pytest.raises(InvalidArgument, match="is on the network backend, which is gone"):
        made.move(to=there.client())
    assert made.move(to=there.client(), networks=False).status == "created"


def test_networks_of_others_are_not_asked_for(here: FakeDaemon, there: FakeDaemon) -> None:
    for number in range(5):
        there.client().networks.create(f"other-{number}")
    first = len(there.requests)
    here.client().networks.create("backend", subnet="10.9.8.0/24").copy(to=there.client())
    asked = [each.operation for each in there.requests[first:] if each.operation != "SystemPing"]
    assert asked == ["NetworkList", "NetworkCreate"]


def test_an_image_of_the_name_there_keeps_it(here: FakeDaemon, there: FakeDaemon, web: Container) -> None:
    to = there.client()
    theirs = to.containers.create("busybox", ["true"])
    theirs.copy_to(b"x", "/other")
    other = theirs.commit()
    theirs.remove()
    to.images.tag(other.id, "busybox:latest")
    moved = web.move(to=to, timeout=0)
    assert to.images.get("busybox:latest").id == other.id
    assert moved.image.id == web.client.images.get("busybox").id


def test_an_unknown_volume_of_the_lists_name(here: FakeDaemon, there: FakeDaemon, web: Container) -> None:
    there.client().volumes.create(the_list(web))
    with pytest.raises(DockpyError, match="is there, and not of a transfer: remove it first"):
        web.move(to=there.client())


def test_a_name_that_became_another_images_does_not_go_along(here: FakeDaemon, there: FakeDaemon) -> None:
    client, to = here.client(), there.client()
    for number in range(2):
        base = client.containers.create("busybox", ["true"])
        base.copy_to(str(number).encode(), "/number")
        base.commit("shop:1")
        base.remove()
        if number == 0:
            web = client.containers.create("shop:1", ["sleep", "1000"], name="web")
    moved = web.copy(to=to, start=True)
    assert moved.exec_run(["cat", "/number"]).output == b"0"
    assert to.images.list("shop") == []


def test_an_archive_that_breaks_off_is_no_whole_one() -> None:
    """An engine cannot say so once it has begun to answer: its answer ends as if it was whole."""
    data = archive(odd_tree(size=1000), "v")
    assert b"".join(_whole([data])) == data
    with pytest.raises(InvalidResponse):
        list(_whole([data[:5000]]))
