"""One swarm of a fleet's daemons."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest
from pairs import until

from dockpy import FakeDaemon
from dockpy.errors import ApiError, ConnectionFailed, FleetError, InvalidArgument, NotReady, ServerError
from dockpy.fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def daemons() -> Iterator[dict[str, FakeDaemon]]:
    made = {name: FakeDaemon(name=name) for name in ("a", "b", "c", "d")}
    yield made
    for daemon in made.values():
        daemon.close()


def roles(fleet: Fleet, manager: str = "a") -> dict[str, str]:
    return {node.hostname: node.role for node in fleet[manager].nodes.list()}


def states(fleet: Fleet) -> list[str]:
    return [client.swarm.state for client in fleet.values()]


def begun(daemon: FakeDaemon, operation: str) -> bool:
    return any(request.operation == operation for request in daemon.requests)


def test_the_first_manages_and_the_others_work(fleet: Fleet) -> None:
    swarm = fleet.swarm_init(labels={"of": "tests"}, data_path_port=4790)
    assert swarm.client is fleet["a"]
    assert (swarm.attrs.spec.labels, swarm.attrs.data_path_port) == ({"of": "tests"}, 4790)
    assert roles(fleet) == {"a": "manager", "b": "worker", "c": "worker", "d": "worker"}
    service = swarm.client.services.create("busybox", ["sleep", "1000"], replicas=8, name="web")
    service.wait_ready(timeout=30)
    counts = {name: len(found) for name, found in fleet.containers.list().by_daemon().items()}
    assert counts == {"a": 2, "b": 2, "c": 2, "d": 2}


@pytest.mark.parametrize("late", [False, True])
def test_an_update_that_was_rolled_back(fleet: Fleet, late: bool) -> None:
    """Whoever changed the service hears of it, though it is over when they wait; once."""
    client = fleet.select("a", "b").swarm_init().client
    update = {"failure_action": "rollback", "monitor": "1s"}
    quick = {"monitor": "1ms", "parallelism": 0}
    service = client.services.create(
        "busybox", ["sleep", "9"], replicas=2, update_config=update, rollback_config=quick, stop_signal="KILL"
    )
    service.wait_ready(timeout=30)
    service.update(command=["sh", "-c", "exit 3"])
    other = client.services.get(service.id)
    while late and (other.update_status is None or other.update_status.state != "rollback_completed"):
        other.reload()
    with pytest.raises(NotReady, match=r"a task failed: task: non-zero exit \(3\)") as caught:
        service.wait_ready(timeout=30)
    assert caught.value.state.startswith("rollback")
    assert "non-zero exit (3)" in caught.value.output
    while other.update_status is None or other.update_status.state != "rollback_completed":
        other.reload()
    service.wait_ready(timeout=30)
    service.update(command=["sleep", "8"])
    service.wait_ready(timeout=30)
    service.rollback()
    service.wait_ready(timeout=30)


@pytest.mark.parametrize(
    ("managers", "first", "expected"),
    [
        (3, "a", {"a": "manager", "b": "manager", "c": "manager", "d": "worker"}),
        (["d", "b", "d"], "d", {"a": "worker", "b": "manager", "c": "worker", "d": "manager"}),
    ],
)
def test_who_manages(fleet: Fleet, managers: Any, first: str, expected: dict[str, str]) -> None:
    swarm = fleet.swarm_init(managers=managers)
    assert swarm.client is fleet[first]
    assert roles(fleet, first) == expected


def test_addresses_and_ports_are_given(fleet: Fleet) -> None:
    fleet.swarm_init(
        managers=2, advertise={"a": "10.7.7.1", "b": "fd00::2", "c": "10.7.7.3"}, listen_addr="0.0.0.0:4000"
    )
    nodes = {node.hostname: node for node in fleet["b"].nodes.list()}
    assert [nodes[name].addr for name in "abc"] == ["10.7.7.1", "fd00::2", "10.7.7.3"]
    assert [nodes[name].attrs["ManagerStatus"]["Addr"] for name in "ab"] == [
        "10.7.7.1:4000",
        "[fd00::2]:4000",
    ]


@pytest.mark.parametrize(
    "listen_addr", ["0.0.0.0:2377", "::", "fd00::1", "[fd00::1]:4000", "eth0", "eth0:4000"]
)
def test_a_manager_is_reached_by_an_ipv6_address(fleet: Fleet, listen_addr: str) -> None:
    fleet.swarm_init(advertise={"a": "fd00::1"}, listen_addr=listen_addr)
    assert len(roles(fleet)) == 4


def test_networks_come_from_the_pool_that_is_given(fleet: Fleet) -> None:
    manager = fleet.swarm_init(default_addr_pool=["10.77.0.0/16"], subnet_size=28).client
    [pool] = manager.networks.create("back", driver="overlay").attrs["IPAM"]["Config"]
    assert pool["Subnet"].startswith("10.77.")
    assert pool["Subnet"].endswith("/28")


def test_some_of_the_daemons(fleet: Fleet) -> None:
    fleet.select("b", "c").swarm_init()
    assert states(fleet) == ["inactive", "active", "active", "inactive"]
    assert roles(fleet, "b") == {"b": "manager", "c": "worker"}


@pytest.mark.parametrize(
    "arguments",
    [
        {"managers": 0},
        {"managers": 5},
        {"managers": True},
        {"managers": []},
        {"managers": "a"},
        {"managers": ["e"]},
        {"advertise": {"e": "10.1.1.1"}},
        {"advertise": {"a": ""}},
        {"advertise": {"a": 1}},
        {"dispatcher_heartbeat_period": 5_000_000_000},
    ],
)
def test_what_cannot_be_is_refused_first(
    fleet: Fleet, daemons: dict[str, FakeDaemon], arguments: dict[str, Any]
) -> None:
    with pytest.raises(InvalidArgument, match=f"{next(iter(arguments))}|no daemon 'e' in the fleet"):
        fleet.swarm_init(**arguments)
    with pytest.raises(TypeError, match="did you mean 'labels'"):
        fleet.swarm_init(label={})  # type: ignore[call-arg]
    assert [daemon.requests for daemon in daemons.values()] == [[], [], [], []]


@pytest.mark.parametrize("operation", ["SwarmInit", "SwarmInspect", "SwarmJoin"])
def test_all_or_nothing(fleet: Fleet, daemons: dict[str, FakeDaemon], operation: str) -> None:
    failing = "c" if operation == "SwarmJoin" else "a"
    with daemons[failing].fail(operation, message="broken"), pytest.raises(FleetError) as caught:
        fleet.swarm_init()
    (error,) = caught.value.errors.values()
    assert list(caught.value.errors) == [failing]
    assert isinstance(error, ServerError)
    assert f"1 of 4 daemons failed: {failing}: ServerError: broken" in str(caught.value)
    assert getattr(caught.value, "__notes__", []) == []
    assert states(fleet) == ["inactive"] * 4
    fleet.swarm_init()
    assert states(fleet) == ["active"] * 4


def test_what_joined_though_it_said_nothing_leaves_too(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    with daemons["b"].fail("SwarmJoin", reset="after"), pytest.raises(FleetError) as caught:
        fleet.swarm_init()
    assert isinstance(caught.value.errors["b"], ConnectionFailed | ApiError)
    assert states(fleet) == ["inactive"] * 4


def test_what_is_not_undone_is_told(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    with (
        daemons["b"].fail("SwarmLeave", message="stuck"),
        daemons["d"].fail("SwarmJoin", message="broken"),
        pytest.raises(FleetError) as caught,
    ):
        fleet.swarm_init()
    assert list(caught.value.errors) == ["d"]
    (note,) = caught.value.__notes__
    assert "'b' may be part of the swarm still" in note
    assert "stuck" in note


def test_who_is_in_a_swarm_already_stays_there(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    fleet["c"].swarm.init()
    daemons["d"].stop()
    id = fleet["c"].swarm.id
    with pytest.raises(FleetError) as caught:
        fleet.swarm_init()
    assert list(caught.value.errors) == ["c", "d"]
    assert "part of a swarm already (active)" in str(caught.value.errors["c"])
    assert "fleet.swarm_leave" in str(caught.value.errors["c"])
    assert isinstance(caught.value.errors["d"], ConnectionFailed)
    assert fleet["c"].swarm.inspect().id == id
    assert [fleet[name].swarm.state for name in "ab"] == ["inactive", "inactive"]


@pytest.mark.parametrize(("alone", "failing"), [("a", "bcd"), ("c", "c")])
def test_who_is_not_reached_is_not_joined(
    fleet: Fleet, daemons: dict[str, FakeDaemon], alone: str, failing: str
) -> None:
    with daemons[alone].cut_off(), pytest.raises(FleetError) as caught:
        fleet.swarm_init()
    assert list(caught.value.errors) == list(failing)
    assert all("connection refused" in str(error) for error in caught.value.errors.values())
    assert getattr(caught.value, "__notes__", []) == []
    assert states(fleet) == ["inactive"] * 4


def test_too_few_managers(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    fleet.swarm_init(managers=3)
    daemons["b"].stop()
    fleet["a"].services.list()
    daemons["c"].stop()
    with pytest.raises(ServerError, match="does not have a leader") as caught:
        fleet["a"].services.list()
    assert "init(force_new_cluster=True)" in (caught.value.hint or "")
    fleet["a"].swarm.init(force_new_cluster=True)
    assert {node.hostname for node in fleet["a"].nodes.list() if node.state == "ready"} >= {"a"}


def test_a_locked_manager_is_part_of_a_swarm(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    fleet["c"].swarm.init(autolock_managers=True)
    daemons["c"].stop()
    daemons["c"].start()
    with pytest.raises(FleetError, match=r"c: .*already \(locked\)"):
        fleet.swarm_init()
    assert list(fleet.swarm_leave().errors) == ["c"]
    assert fleet.swarm_leave(force=True)["c"].value


@pytest.mark.parametrize(("operation", "taken", "left"), [("SwarmInit", "a", ""), ("SwarmJoin", "c", "bda")])
def test_who_has_entered_another_one_meanwhile_stays_there(
    fleet: Fleet, daemons: dict[str, FakeDaemon], operation: str, taken: str, left: str
) -> None:
    text = "This node is already part of a swarm."
    with daemons[taken].fail(operation, status=503, message=text), pytest.raises(FleetError, match=text):
        fleet.swarm_init()
    assert {name for name in daemons if begun(daemons[name], "SwarmLeave")} == set(left)


@pytest.mark.parametrize("undone", [False, True])
def test_managers_leave_last(fleet: Fleet, daemons: dict[str, FakeDaemon], undone: bool) -> None:
    """Those who work tell them that they leave."""
    if not undone:
        fleet.swarm_init()
    slow = daemons["b"].fail("SwarmLeave", latency=0.2)
    failing = daemons["d"].fail("SwarmJoin")

    def leave() -> None:
        with contextlib.suppress(FleetError):
            fleet.swarm_init() if undone else fleet.swarm_leave(force=True)

    thread = threading.Thread(target=leave)
    with slow, failing:
        thread.start()
        until(lambda: begun(daemons["b"], "SwarmLeave"))
        early = begun(daemons["a"], "SwarmLeave")
        thread.join()
    assert (early, begun(daemons["a"], "SwarmLeave")) == (False, True)
    assert states(fleet) == ["inactive"] * 4


@pytest.mark.skipif(os.name == "nt", reason="no signals there")
def test_an_interrupt_undoes_it(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    def interrupt() -> None:
        until(lambda: states(fleet) == ["active", "active", "inactive", "active"])
        until(lambda: begun(daemons["c"], "SwarmJoin"))
        os.kill(os.getpid(), signal.SIGINT)

    with daemons["c"].fail("SwarmJoin", hang=True):
        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            fleet.swarm_init()
        thread.join()
    assert states(fleet) == ["inactive"] * 4


def test_one_daemon_by_two_names(daemons: dict[str, FakeDaemon]) -> None:
    fleet = Fleet({"one": daemons["a"].client(), "same": daemons["a"].client(), "b": daemons["b"].client()})
    with pytest.raises(FleetError) as caught:
        fleet.swarm_init()
    assert "already part of a swarm" in str(caught.value.errors["same"])
    assert states(fleet) == ["inactive"] * 3


def test_leaving(fleet: Fleet, daemons: dict[str, FakeDaemon]) -> None:
    fleet.select("a", "b", "c").swarm_init(managers=2)
    results = fleet.swarm_leave()
    assert list(results) == ["a", "b", "c", "d"]
    assert results.succeeded == {"c": True, "d": False}
    assert "leave(force=True)" in str(results.errors["a"])
    assert states(fleet) == ["active", "active", "inactive", "inactive"]
    assert fleet.swarm_leave(force=True).succeeded == {"a": True, "b": True, "c": False, "d": False}
    daemons["b"].stop()
    results = fleet.swarm_leave()
    assert list(results.errors) == ["b"]
    assert isinstance(results.errors["b"], ConnectionFailed)
