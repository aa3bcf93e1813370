"""Nodes that fail, are cut off, and come back."""

from __future__ import annotations

import pytest

from tests.fake.asking import ENGINES, ask
from tests.fake.swarm.many import containers, swarm_of
from tests.fake.swarm.services import change, replicas, serve, settle, states, tasks


@pytest.fixture(params=ENGINES)
def many(request):
    with swarm_of(request.param, managers=1, workers=2) as swarm:
        yield swarm


@pytest.fixture(params=ENGINES)
def three(request):
    with swarm_of(request.param, managers=3) as swarm:
        yield swarm


def node_events(daemon, name):
    return [
        (event.attributes["state.old"], event.attributes["state.new"])
        for event in daemon._engine.events.kept()
        if event.type == "node" and event.attributes["name"] == name and "state.new" in event.attributes
    ]


@pytest.mark.parametrize("end", ["stop", "kill", "close"])
def test_an_engine_that_is_gone(many, end):
    serve(many.m1, "web", Mode=replicas(3))
    assert many.placed("web") == {"m1": 1, "w1": 1, "w2": 1}
    {"stop": many.w1.stop, "kill": lambda: many.w1.stop(kill=True), "close": many.w1.close}[end]()
    many.advance(14)
    assert many.nodes()["w1"]["Status"]["State"] == "ready"  # it is only missed
    assert many.placed("web") == {"m1": 1, "w1": 1, "w2": 1}
    many.advance(2)
    status = many.nodes()["w1"]["Status"]
    assert (status["State"], status["Message"]) == ("down", "heartbeat failure")
    assert sum(many.placed("web").values()) == 2
    many.advance(5)
    assert many.placed("web")["w1"] == 0
    assert sum(many.placed("web").values()) == 3
    assert states(many.m1, "web").count(("shutdown", "running")) == 1  # as far as anybody knows
    assert node_events(many.m1, "w1")[1:] == [("ready", "down")]


@pytest.mark.parametrize("kill", [False, True])
def test_an_engine_that_comes_back(many, kill):
    serve(many.m1, "web", Mode=replicas(3))
    settle(many.m1)
    many.w1.stop(kill=kill)
    many.advance(30)
    many.w1.start()
    assert many.nodes()["w1"]["Status"] == {"State": "ready", "Addr": many.nodes()["w1"]["Status"]["Addr"]}
    assert containers(many.w1, "web") == []
    assert many.placed("web")["w1"] == 0  # nothing moves back
    assert states(many.m1, "web").count(("shutdown", "shutdown")) == 1
    assert node_events(many.m1, "w1")[1:] == [("ready", "down"), ("down", "ready")]
    serve(many.m1, "more", Mode=replicas(3))
    assert many.placed("more")["w1"] == 1


def test_an_engine_that_is_away_for_a_moment(many):
    serve(many.m1, "web", Mode=replicas(3))
    settle(many.m1)
    with many.w1.cut_off():
        many.advance(10)
    many.advance(30)
    assert states(many.m1, "web") == [("running", "running")] * 3
    assert node_events(many.m1, "w1")[1:] == []


def test_a_node_that_is_cut_off(many):
    serve(many.m1, "web", Mode=replicas(3))
    before = containers(many.w1, "web")
    assert many.placed("web")["w1"] == 1
    with many.w1.cut_off():
        many.advance(30)
        assert many.nodes()["w1"]["Status"]["State"] == "down"
        assert containers(many.w1, "web") == before  # nobody could tell it to stop
        assert sum(many.placed("web").values()) == 3
    settle(many.m1)
    assert many.nodes()["w1"]["Status"]["State"] == "ready"
    assert containers(many.w1, "web") == []


def test_orphans_are_removed(many):
    serve(many.m1, "web", Mode=replicas(3))
    settle(many.m1)
    with many.w1.cut_off():
        many.advance(30)
        assert ask(many.m1, "DELETE", "/services/web") == (200, None)
        many.advance(5)
        assert len(containers(many.w1, "web")) == 1
    settle(many.m1)
    assert ask(many.w1, "GET", "/containers/json?all=1")[1] == []
    assert many.m1._engine.swarm.cluster.tasks.objects == {}


def test_what_ended_before_is_removed_where_history_forgot_it_meanwhile(many):
    serve(many.m1, "web", Mode=replicas(1), task={"Placement": {"Constraints": ["node.hostname==w1"]}})
    settle(many.m1)
    change(many.m1, "web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    settle(many.m1)
    assert len(ask(many.w1, "GET", "/containers/json?all=1")[1]) == 2
    told = ask(many.m1, "GET", "/swarm")[1]
    wanted = told["Spec"] | {"Orchestration": {"TaskHistoryRetentionLimit": 1}}
    with many.w1.cut_off():
        assert ask(many.m1, "POST", f"/swarm/update?version={told['Version']['Index']}", wanted)[0] == 200
        assert len(tasks(many.m1, "web")) == 1
    settle(many.m1)
    assert len(ask(many.w1, "GET", "/containers/json?all=1")[1]) == 1


def test_a_node_that_is_forgotten_while_it_is_down(many):
    serve(many.m1, "web", Mode=replicas(3))
    settle(many.m1)
    many.w1.stop()
    many.advance(30)
    node = many.nodes()["w1"]["ID"]
    lost = [task["ID"] for task in tasks(many.m1, "web") if task["NodeID"] == node]
    assert ask(many.m1, "DELETE", f"/nodes/{node}") == (200, None)
    left = {task["ID"]: task["Status"] for task in tasks(many.m1, "web")}
    told = [(left[id]["State"], left[id]["Message"]) for id in lost]
    assert told == [("orphaned", "Task belonged to a node that has been deleted")]
    assert sum(many.placed("web").values()) == 3


def test_global_services_without_a_node(many):
    serve(many.m1, "web", Mode={"Global": {}})
    settle(many.m1)
    many.w2.stop()
    many.advance(30)
    assert many.placed("web") == {"m1": 1, "w1": 1, "w2": 0}
    many.w2.start()
    assert many.placed("web") == {"m1": 1, "w1": 1, "w2": 1}


def test_only_so_many_restarts(many):
    policy = {"RestartPolicy": {"Condition": "any", "Delay": 0, "MaxAttempts": 1}}
    serve(many.m1, "web", ["false"], Mode=replicas(1), task=policy)
    many.advance(5)
    assert [state for _, state in states(many.m1, "web")] == ["failed", "failed"]


def test_restarts_of_long_ago_do_not_count(many):
    policy = {"Condition": "any", "Delay": 0, "MaxAttempts": 1, "Window": 5 * 10**9}
    command = ["sh", "-c", "sleep 10; exit 1"]
    serve(many.m1, "web", command, Mode=replicas(1), task={"RestartPolicy": policy})
    many.advance(35)
    assert [state for _, state in states(many.m1, "web")] == ["failed", "failed", "failed", "running"]


def test_another_manager_leads(three):
    serve(three.m2, "web", Mode=replicas(3))
    settle(three.m2)
    three.m1.stop()
    told = three.nodes("m2")
    assert told["m2"]["ManagerStatus"]["Leader"] is True
    assert (told["m1"]["Status"]["State"], told["m1"]["Status"]["Message"]) == (
        "unknown",
        'Node moved to "unknown" state due to leadership change in cluster',
    )
    assert node_events(three.m2, "m3")[1:] == [("ready", "unknown"), ("unknown", "ready")]
    three.advance(29)
    assert three.nodes("m2")["m1"]["Status"]["State"] == "unknown"
    three.advance(2)
    status = three.nodes("m2")["m1"]["Status"]
    assert (status["State"], status["Message"]) == ("down", 'heartbeat failure for node in "unknown" state')
    three.advance(6)
    assert three.placed("web", asked="m3") in (
        {"m1": 0, "m2": 2, "m3": 1},
        {"m1": 0, "m2": 1, "m3": 2},
    )
    three.m1.start()
    told = three.nodes("m1")
    assert [name for name, node in told.items() if node["ManagerStatus"].get("Leader")] == ["m2"]
    assert told["m1"]["ManagerStatus"]["Reachability"] == "reachable"


def test_the_first_engine_is_not_needed(three):
    three.m1.close()
    serve(three.m2, "web", Mode=replicas(2))
    three.advance(40)
    assert three.placed("web", asked="m3") == {"m1": 0, "m2": 1, "m3": 1}


def test_a_manager_that_is_cut_off_cannot_tell(three):
    with three.m1.cut_off():
        status, text = ask(three.m1, "GET", "/nodes")
        assert (status, "does not have a leader" in text) == (500, True)
        assert three.nodes("m2")["m1"]["ManagerStatus"]["Reachability"] == "unreachable"
    assert three.nodes("m1")["m1"]["ManagerStatus"]["Reachability"] == "reachable"


def test_the_only_manager_is_cut_off(many):
    serve(many.m1, "web", Mode=replicas(3))
    settle(many.m1)
    with many.m1.cut_off():
        many.advance(30)
        assert {name: node["Status"]["State"] for name, node in many.nodes().items()} == {
            "m1": "ready",
            "w1": "down",
            "w2": "down",
        }
        assert many.placed("web") == {"m1": 3, "w1": 0, "w2": 0}
    settle(many.m1)
    assert containers(many.w1, "web") == containers(many.w2, "web") == []
