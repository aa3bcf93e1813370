"""Who is in a swarm of several daemons: joining, roles, leaving, and what it takes to decide anything."""

from __future__ import annotations

import pytest

from dockpy.fake import FakeDaemon, ManualClock
from tests.fake.asking import ENGINES, ask, events
from tests.fake.swarm.many import join, swarm_of, token
from tests.fake.swarm.services import replicas, serve, settle, spec
from tests.fake.swarm.test_swarm import NO_MANAGER

WORKER = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. "
    "Please run this command on a manager node or promote the current node to a manager."
)
NO_LEADER = (
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers "
    "are online. Make sure more than half of the managers are online."
)
LEAVING = "You are attempting to leave the swarm on a node that is participating as a manager. "
ONLY_WAY = (
    "The only way to restore a swarm that has lost consensus is to reinitialize it with "
    "`--force-new-cluster`. Use `--force` to suppress this message."
)


@pytest.fixture(params=ENGINES)
def api(request):
    return request.param


@pytest.fixture
def pair(api):
    with swarm_of(api, workers=1) as many:
        yield many


@pytest.fixture
def three(api):
    with swarm_of(api, managers=3) as many:
        yield many


@pytest.fixture
def stranger(pair, api):
    """A daemon that goes by the pair's clock and is in no swarm."""
    with FakeDaemon(api=api, clock=pair.clock, seed=9, name="stranger") as daemon:
        daemon.images.add("busybox")
        yield daemon


def test_a_worker_joins(pair):
    worker = ask(pair.w1, "GET", "/info")[1]["Swarm"]
    manager = ask(pair.m1, "GET", "/info")[1]["Swarm"]
    told = pair.nodes()["w1"]
    assert (worker["LocalNodeState"], worker["ControlAvailable"]) == ("active", False)
    assert worker["RemoteManagers"] == manager["RemoteManagers"]
    assert (worker["NodeID"], worker["NodeAddr"]) == (told["ID"], told["Status"]["Addr"])
    assert (manager["Nodes"], manager["Managers"]) == (2, 1)
    assert told["Spec"]["Role"] == "worker"
    assert "ManagerStatus" not in told
    nameless = [f"node {action} {told['ID']}" for action in ("create", *["update"] * 3)]
    assert events(pair.m1, "node") == ["node update m1", *nameless, "node update w1"]
    assert events(pair.w1, "node") == []


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/swarm"), ("GET", "/nodes"), ("GET", "/services"), ("GET", "/tasks")]
)
def test_a_worker_does_not_tell(pair, method, path):
    assert ask(pair.w1, method, path) == (503, WORKER)


def test_a_worker_makes_nothing(pair, api):
    assert ask(pair.w1, "POST", "/services/create", spec("web")) == (503, WORKER)
    text = "Cannot create a multi-host network from a worker node. "
    text += "Please create the network from a manager node."
    answer = (403, text if api == "1.41" else NO_MANAGER)
    assert ask(pair.w1, "POST", "/networks/create", {"Name": "n", "Driver": "overlay"}) == answer


def test_what_a_swarm_has_is_asked_of_any_manager(three):
    serve(three.m2, "web", Mode=replicas(3))
    for name in ("m1", "m2", "m3"):
        assert three.placed("web", asked=name) == {"m1": 1, "m2": 1, "m3": 1}
        assert token(three.daemons[name], "manager") == token(three.m1, "manager")
    leaders = [name for name, node in three.nodes("m3").items() if node["ManagerStatus"].get("Leader")]
    assert leaders == ["m1"]


def test_an_unknown_address(pair, stranger):
    request = {"ListenAddr": "0.0.0.0", "RemoteAddrs": ["10.99.77.7"], "JoinToken": token(pair.m1, "worker")}
    status, text = ask(stranger, "POST", "/swarm/join", request)
    assert status == 503
    assert "dial tcp 10.99.77.7:2377: connect: connection refused" in text


def test_a_worker_lets_nobody_in(pair, stranger):
    there = pair.nodes()["w1"]["Status"]["Addr"]
    status, text = join(stranger, pair.m1, RemoteAddrs=[f"{there}:2377"])
    assert (status, "connection refused" in text) == (503, True)


def test_one_of_several_addresses_is_enough(pair, stranger):
    there = pair.nodes()["m1"]["Status"]["Addr"]
    assert join(stranger, pair.m1, RemoteAddrs=["10.99.77.7:2377", there]) == (200, None)


def test_tokens_are_renewed(pair, stranger):
    old = token(pair.m1, "worker")
    told = ask(pair.m1, "GET", "/swarm")[1]
    path = f"/swarm/update?version={told['Version']['Index']}&rotateWorkerToken=true"
    assert ask(pair.m1, "POST", path, told["Spec"])[0] == 200
    text = "rpc error: code = InvalidArgument desc = A valid join token is necessary to join this cluster"
    assert join(stranger, pair.m1, JoinToken=old) == (400, text)
    assert ask(stranger, "GET", "/info")[1]["Swarm"]["LocalNodeState"] == "inactive"
    assert join(stranger, pair.m1) == (200, None)


def test_who_is_in_a_swarm_joins_no_other(pair, stranger):
    assert ask(stranger, "POST", "/swarm/init", {"ListenAddr": "0.0.0.0"})[0] == 200
    status, text = join(stranger, pair.m1)
    assert (status, text.startswith("This node is already part of a swarm")) == (503, True)


def test_the_address_that_is_advertised(pair, stranger):
    assert join(stranger, pair.m1, "manager", AdvertiseAddr="10.7.7.7", Availability="pause") == (200, None)
    told = pair.nodes()["stranger"]
    assert told["Status"]["Addr"] == "10.7.7.7"
    assert told["ManagerStatus"] == {"Reachability": "reachable", "Addr": "10.7.7.7:2377"}
    assert told["Spec"]["Availability"] == "pause"


def test_swarms_at_the_same_address_are_told_apart_by_their_tokens(api):
    here = {"ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1"}
    clock = ManualClock()
    with (
        FakeDaemon(api=api, clock=clock, name="a") as first,
        FakeDaemon(api=api, clock=clock, name="b") as second,
        FakeDaemon(api=api, clock=clock, name="c") as third,
    ):
        for daemon in (first, second):
            assert ask(daemon, "POST", "/swarm/init", here)[0] == 200
        assert join(third, second, **here) == (200, None)
        assert len(ask(second, "GET", "/nodes")[1]) == 2
        assert len(ask(first, "GET", "/nodes")[1]) == 1


def test_one_clock_for_a_swarm(pair, api):
    with FakeDaemon(api=api, clock=ManualClock()) as other:
        status, text = join(other, pair.m1)
        assert (status, "go by the same clock" in text) == (500, True)


def test_roles_change(pair):
    assert pair.change_node("w1", Role="manager") == (200, None)
    assert set(pair.nodes("w1")) == {"m1", "w1"}
    assert pair.nodes()["w1"]["ManagerStatus"]["Reachability"] == "reachable"
    assert pair.change_node("m1", asked="w1", Role="worker") == (200, None)
    assert ask(pair.m1, "GET", "/nodes") == (503, WORKER)
    assert pair.nodes("w1")["w1"]["ManagerStatus"]["Leader"] is True
    status, text = pair.change_node("w1", asked="w1", Role="worker")
    assert (status, "demote the last manager" in text) == (400, True)


def test_a_manager_without_a_majority(three):
    serve(three.m1, "web", Mode=replicas(3))
    settle(three.m1)
    three.m1.stop()
    told = three.nodes("m2")
    assert told["m1"]["ManagerStatus"]["Reachability"] == "unreachable"
    assert told["m2"]["ManagerStatus"]["Leader"] is True
    status, text = three.change_node("m3", asked="m2", Role="worker")
    assert (status, "this would result in a loss of quorum" in text) == (400, True)
    three.m2.stop()
    assert ask(three.m3, "GET", "/nodes") == (500, NO_LEADER)
    assert ask(three.m3, "POST", "/services/create", spec("other")) == (500, NO_LEADER)
    info = ask(three.m3, "GET", "/info")[1]["Swarm"]
    assert (info["LocalNodeState"], info["ControlAvailable"], info["Error"]) == ("active", True, NO_LEADER)
    three.advance(60)
    assert len(ask(three.m3, "GET", "/containers/json")[1]) == 1  # its tasks go on
    three.m2.start()
    assert three.nodes("m3")["m2"]["Status"]["State"] == "ready"
    three.advance(40)
    assert three.nodes("m3")["m1"]["Status"]["State"] == "down"
    assert sum(three.placed("web", asked="m3").values()) == 3


def test_a_manager_goes_on_alone(three):
    three.m2.stop()
    three.m3.stop()
    request = {"ListenAddr": "0.0.0.0:2377", "ForceNewCluster": True}
    before = ask(three.m1, "GET", "/info")[1]["Swarm"]["NodeID"]
    assert ask(three.m1, "POST", "/swarm/init", request) == (200, before)
    told = three.nodes()
    assert [name for name, node in told.items() if "ManagerStatus" in node] == ["m1"]
    assert told["m2"]["Spec"]["Role"] == "manager"
    text = 'Node moved to "unknown" state due to leadership change in cluster'
    assert (told["m2"]["Status"]["State"], told["m2"]["Status"]["Message"]) == ("unknown", text)
    three.advance(35)
    assert three.nodes()["m2"]["Status"]["State"] == "down"
    assert three.change_node("m2", Role="worker") == (200, None)


def test_leaving_as_a_worker(pair):
    serve(pair.m1, "web", Mode=replicas(2))
    assert pair.placed("web") == {"m1": 1, "w1": 1}
    id = pair.nodes()["w1"]["ID"]
    assert ask(pair.w1, "POST", "/swarm/leave") == (200, None)
    assert ask(pair.w1, "GET", "/containers/json?all=1")[1] == []
    assert [one for one in ask(pair.w1, "GET", "/networks")[1] if one["Scope"] == "swarm"] == []
    text = f"rpc error: code = FailedPrecondition desc = node {id} is not down and can't be removed"
    assert ask(pair.m1, "DELETE", f"/nodes/{id}") == (400, text)
    pair.advance(30)
    assert pair.placed("web") == {"m1": 2, "w1": 0}
    assert ask(pair.m1, "DELETE", f"/nodes/{id}") == (200, None)
    assert set(pair.nodes()) == {"m1"}
    assert join(pair.w1, pair.m1) == (200, None)
    assert pair.nodes()["w1"]["ID"] != id


def test_leaving_as_one_of_few_managers(pair):
    pair.change_node("w1", Role="manager")
    text = "Removing this node leaves 1 managers out of 2. "
    text += "Without a Raft quorum your swarm will be inaccessible. "
    assert ask(pair.w1, "POST", "/swarm/leave") == (503, LEAVING + text + ONLY_WAY)
    assert ask(pair.w1, "POST", "/swarm/leave?force=1") == (200, None)
    assert ask(pair.m1, "GET", "/nodes") == (500, NO_LEADER)


def test_leaving_as_a_manager(three):
    assert ask(three.m2, "POST", "/swarm/leave") == (503, LEAVING + ONLY_WAY)
    assert ask(three.m2, "POST", "/swarm/leave?force=1") == (200, None)
    told = three.nodes()["m2"]
    assert told["ManagerStatus"]["Reachability"] == "unreachable"
    text = (
        f"rpc error: code = FailedPrecondition desc = node {told['ID']} is a cluster manager and is a member "
        "of the raft cluster. It must be demoted to worker before removal"
    )
    assert ask(three.m1, "DELETE", f"/nodes/{told['ID']}?force=1") == (400, text)
    assert three.change_node("m2", Role="worker") == (200, None)
    assert ask(three.m1, "DELETE", f"/nodes/{told['ID']}?force=1") == (200, None)


def test_a_node_that_is_there_is_removed_by_force(pair):
    serve(pair.m1, "web", Mode=replicas(2))
    id = pair.nodes()["w1"]["ID"]
    assert ask(pair.m1, "DELETE", f"/nodes/{id}?force=1") == (200, None)
    pair.advance(10)
    assert pair.placed("web") == {"m1": 2}


def test_locked_managers(three, stranger):
    told = ask(three.m1, "GET", "/swarm")[1]
    wanted = told["Spec"] | {"EncryptionConfig": {"AutoLockManagers": True}}
    assert ask(three.m1, "POST", f"/swarm/update?version={told['Version']['Index']}", wanted)[0] == 200
    key = ask(three.m1, "GET", "/swarm/unlockkey")[1]["UnlockKey"]
    three.m3.restart()
    assert ask(three.m3, "GET", "/info")[1]["Swarm"]["LocalNodeState"] == "locked"
    told = three.nodes()["m3"]
    assert told["ManagerStatus"]["Reachability"] == "unreachable"
    status, text = join(stranger, three.m1, RemoteAddrs=[told["ManagerStatus"]["Addr"]])
    assert (status, "connection refused" in text) == (503, True)
    assert ask(three.m3, "POST", "/swarm/unlock", {"UnlockKey": key}) == (200, None)
    assert three.nodes("m3")["m3"]["ManagerStatus"]["Reachability"] == "reachable"
