"""Which daemon a container is put on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import Client, FakeDaemon
from dockpy.errors import ConnectionFailed, ContainerError, FleetError, InvalidArgument, ServerError
from dockpy.fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GIB = 1 << 30


@pytest.fixture
def daemons() -> Iterator[dict[str, FakeDaemon]]:
    made = {"b": FakeDaemon(), "a": FakeDaemon(api="1.41"), "c": FakeDaemon()}
    for daemon in made.values():
        daemon.images.add("busybox")
    yield made
    for daemon in made.values():
        daemon.close()


def occupy(client: Client, **options: Any) -> None:
    client.containers.run("busybox", ["sleep", "1000"], detach=True, **options)


def test_where_the_fewest_containers_run(fleet: Fleet) -> None:
    assert fleet.place().name == "b"  # the first of equals
    occupy(fleet["b"])
    occupy(fleet["b"])
    occupy(fleet["c"])
    fleet["a"].containers.create("busybox")  # which does not run
    placement = fleet.place("containers")
    assert placement.name == "a"
    assert placement.client is fleet["a"]
    assert placement.measured == {"b": 2, "a": 0, "c": 1}
    assert placement.errors == {}


def test_where_most_memory_is_free(fleet: Fleet) -> None:
    total = fleet["a"].info().mem_total
    assert fleet.place("memory").measured == {"b": total, "a": total, "c": total}
    assert fleet.place("memory").name == "b"
    occupy(fleet["b"], mem_limit=2 * GIB)
    occupy(fleet["b"], mem_limit=GIB)
    occupy(fleet["a"], mem_limit=GIB)
    fleet["a"].containers.create("busybox", mem_limit=3 * GIB)  # which does not run
    occupy(fleet["c"])  # without a limit: what it uses counts
    used = fleet["c"].containers.list()[0].stats(one_shot=True).memory_usage
    assert 0 < used < GIB
    placement = fleet.place("memory")
    assert placement.measured == {"b": total - 3 * GIB, "a": total - GIB, "c": total - used}
    assert placement.name == "c"


def test_one_by_one_they_are_spread(fleet: Fleet) -> None:
    placed = [fleet.run("busybox", ["sleep", "1000"], detach=True).client for _ in range(6)]
    assert placed == [fleet["b"], fleet["a"], fleet["c"]] * 2


def test_where_a_function_says(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    seen = list[object]()

    def last(clients: Mapping[str, Client]) -> str:
        seen.append(clients)
        return list(clients)[-1]

    assert fleet.place(last).name == "c"
    assert seen == [fleet]
    assert fleet.place(last).measured == {}
    container = fleet.run("busybox", ["sleep", "1000"], spread=last, detach=True)
    assert container.client is fleet["c"]
    assert daemons["a"].requests == []  # nobody else is asked
    for answer in ("z", None, 3):
        with pytest.raises(InvalidArgument, match=r"spread returned .*; it takes one of b, a, c"):
            fleet.place(lambda clients, answer=answer: answer)  # type: ignore[misc]


@pytest.mark.parametrize("spread", ["cpu", "", None, 3, ["memory"]])
def test_a_spread_that_is_none_is_refused(fleet: Fleet, daemons: dict[str, FakeDaemon], spread: Any) -> None:
    with pytest.raises(InvalidArgument, match="spread="):
        fleet.run("busybox", spread=spread)
    assert daemons["a"].requests == []


def test_among_those_selected(fleet: Fleet) -> None:
    labelled = Fleet(dict(fleet), labels={"a": {"zone": "eu"}, "c": {"zone": "eu"}})
    occupy(labelled["a"])
    assert labelled.select(label="zone=eu").run("busybox", ["true"], detach=True).client is fleet["c"]
    with pytest.raises(InvalidArgument, match="no daemon in the fleet"):
        labelled.select(label="zone=mars").run("busybox")
    with pytest.raises(InvalidArgument, match="no daemon in the fleet"):
        Fleet({}).run("busybox", spread=lambda clients: "a")


def test_a_daemon_that_is_down_is_passed_over(fleet: Fleet, caplog: pytest.LogCaptureFixture) -> None:
    broken = Fleet({"down": "unix:///nowhere", **fleet})
    placement = broken.place()
    assert placement.name == "b"
    assert isinstance(placement.errors["down"], ConnectionFailed)
    with caplog.at_level(logging.WARNING, "dockpy"):
        assert broken.run("busybox", ["echo", "hi"]) == b"hi\n"
    assert "daemon down is passed over: There is no socket at /nowhere" in caplog.text


def test_a_daemon_that_answers_nonsense_is_passed_over(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    class Odd(Client):
        """One that counts no containers."""

        def info(self) -> Any:
            raise KeyError("ContainersRunning")

    odd = Odd.of_connector(daemons["a"]._connector, "fake://odd")
    placement = Fleet({"odd": odd, **fleet}).place()
    assert placement.name == "b"
    assert isinstance(placement.errors["odd"], KeyError)


def test_where_nobody_answers(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    for daemon in daemons.values():
        daemon.fail("SystemInfo", status=500, message="out of order")
    with pytest.raises(FleetError, match="3 of 3 daemons failed: b: ServerError: out of order") as caught:
        fleet.run("busybox")
    assert list(caught.value.errors) == ["b", "a", "c"]


def test_what_running_gives(fleet: Fleet) -> None:
    assert fleet.run("busybox", ["echo", "hi"], remove=True).exit_status == 0
    with fleet.run("busybox", ["echo", "hi"], stream=True) as stream:
        assert b"".join(stream) == b"hi\n"
    assert fleet.run("busybox", ["cat"], input=b"in") == b"in"
    with pytest.raises(ContainerError):
        fleet.run("busybox", ["false"])
    with pytest.raises(TypeError, match="mem_limit"):
        fleet.run("busybox", memlimit=3)  # type: ignore[call-overload]


def test_what_fails_on_the_chosen_one_is_told_as_it_is(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    """It may have been half done: nobody else is tried."""
    with daemons["b"].fail("ContainerCreate", status=500, message="out of order"):
        with pytest.raises(ServerError, match="out of order"):
            fleet.run("busybox")
    assert not [r for r in daemons["a"].requests if r.operation == "ContainerCreate"]


def test_a_container_that_ends_meanwhile_takes_nothing(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    occupy(fleet["b"], mem_limit=GIB)
    with daemons["b"].fail("ContainerStats", status=404, message="No such container"):
        assert fleet.place("memory").name == "b"
