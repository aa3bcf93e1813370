"""Which nodes of a swarm tasks come to, and what moves them."""

from __future__ import annotations

import pytest

from tests.fake.asking import ENGINES, ask
from tests.fake.swarm.many import containers, swarm_of
from tests.fake.swarm.services import change, replicas, serve, settle, states, tasks

GLOBAL = {"Global": {}}


@pytest.fixture(params=ENGINES)
def many(request):
    labels = {"w1": {"disk": "ssd"}, "w2": {"disk": "hdd"}, "w3": {"disk": "hdd"}}
    with swarm_of(request.param, workers=3, labels=labels) as swarm:
        for name, zone in (("m1", "a"), ("w1", "a"), ("w2", "a"), ("w3", "b")):
            swarm.change_node(name, Labels={"zone": zone})
        yield swarm


def place(*constraints, **more):
    return {"Placement": {"Constraints": list(constraints), **more}}


def test_tasks_are_spread(many):
    serve(many.m1, "web", Mode=replicas(4))
    assert many.placed("web") == {"m1": 1, "w1": 1, "w2": 1, "w3": 1}
    for name, daemon in many.daemons.items():
        (task,) = [task for task in tasks(many.m1, "web") if task["NodeID"] == many.nodes()[name]["ID"]]
        assert containers(daemon, "web") == [f"web.{task['Slot']}.{task['ID']}"]


def test_the_service_counts_first_then_the_whole(many):
    serve(many.m1, "first", Mode=replicas(2), task=place("node.hostname==w1"))
    serve(many.m1, "second", Mode=replicas(1), task=place("node.hostname==w2"))
    serve(many.m1, "third", Mode=replicas(6))
    assert many.placed("third") == {"m1": 2, "w1": 1, "w2": 1, "w3": 2}


def test_it_is_the_same_each_time():
    def placed():
        with swarm_of("1.51", managers=2, workers=3) as swarm:
            serve(swarm.m1, "web", Mode=replicas(7))
            settle(swarm.m1)
            return swarm.placed("web"), [task["ID"] for task in tasks(swarm.m1, "web")]

    assert placed() == placed()


@pytest.mark.parametrize(
    ("constraints", "nodes"),
    [
        (["node.role==manager"], {"m1"}),
        (["node.role!=manager"], {"w1", "w2", "w3"}),
        (["node.hostname==w2"], {"w2"}),
        (["node.labels.zone==a", "node.role==worker"], {"w1", "w2"}),
        (["node.labels.zone != a"], {"w3"}),
        (["engine.labels.disk==hdd"], {"w2", "w3"}),
        (["node.platform.os==linux"], {"m1", "w1", "w2", "w3"}),
        (["node.platform.arch==arm64"], set()),
    ],
)
def test_constraints(many, constraints, nodes):
    serve(many.m1, "web", Mode=GLOBAL, task=place(*constraints))
    settle(many.m1)
    if nodes:
        assert {name for name, count in many.placed("web").items() if count} == nodes
    else:
        assert tasks(many.m1, "web") == []


def test_a_constraint_by_id(many):
    id = many.nodes()["w3"]["ID"]
    serve(many.m1, "web", Mode=replicas(2), task=place(f"node.id=={id}"))
    assert many.placed("web") == {"m1": 0, "w1": 0, "w2": 0, "w3": 2}


def test_what_no_node_has(many):
    serve(many.m1, "web", Mode=replicas(1), task=place("node.labels.zone==c"))
    (task,) = tasks(many.m1, "web")
    error = "no suitable node (scheduling constraints not satisfied on 4 nodes)"
    assert (task["Status"]["State"], task["Status"]["Err"]) == ("pending", error)
    many.change_node("w2", Labels={"zone": "c"})
    assert many.placed("web")["w2"] == 1


def test_resources_are_reserved(many):
    reserved = {"Resources": {"Reservations": {"NanoCPUs": 3_000_000_000}}}
    many.change_node("w3", Availability="pause")
    serve(many.m1, "web", Mode=replicas(4), task=reserved)
    assert sum(many.placed("web").values()) == 3
    waiting = [task for task in tasks(many.m1, "web") if task["Status"]["State"] == "pending"]
    error = "no suitable node (insufficient resources on 3 nodes; 1 node not available for new tasks)"
    assert [task["Status"]["Err"] for task in waiting] == [error]
    many.change_node("w3", Availability="active")
    assert many.placed("web")["w3"] == 1


def test_preferences_spread_over_labels(many):
    spread = [{"Spread": {"SpreadDescriptor": "node.labels.zone"}}]
    serve(many.m1, "web", Mode=replicas(6), task=place(Preferences=spread))
    assert many.placed("web") == {"m1": 1, "w1": 1, "w2": 1, "w3": 3}


def test_preferences_within_preferences(many):
    spread = [{"Spread": {"SpreadDescriptor": one}} for one in ("node.labels.zone", "engine.labels.disk")]
    serve(many.m1, "web", Mode=replicas(6), task=place("node.role==worker", Preferences=spread))
    assert many.placed("web") == {"m1": 0, "w1": 1, "w2": 2, "w3": 3}


def test_most_replicas_of_a_node(many):
    serve(many.m1, "web", Mode=replicas(9), task=place(MaxReplicas=2))
    assert set(many.placed("web").values()) == {2}
    (waiting,) = [task for task in tasks(many.m1, "web") if task["Status"]["State"] == "pending"]
    assert waiting["Status"]["Err"] == "no suitable node (max replicas per node limit exceed)"


def test_global_services_follow_the_nodes(many):
    serve(many.m1, "web", Mode=GLOBAL)
    assert many.placed("web") == {"m1": 1, "w1": 1, "w2": 1, "w3": 1}
    many.change_node("w1", Availability="drain")
    assert many.placed("web")["w1"] == 0
    many.change_node("w1", Availability="active")
    assert many.placed("web")["w1"] == 1


def test_a_node_is_drained(many):
    serve(many.m1, "web", Mode=replicas(4))
    settle(many.m1)
    many.change_node("w2", Availability="drain")
    placed = many.placed("web")
    assert (placed["w2"], sum(placed.values())) == (0, 4)
    assert containers(many.w2, "web") == []
    assert states(many.m1, "web").count(("shutdown", "shutdown")) == 1
    many.change_node("w2", Availability="active")
    assert many.placed("web") == placed  # nothing moves back


def test_a_node_that_pauses_keeps_what_it_has(many):
    serve(many.m1, "web", Mode=replicas(4))
    settle(many.m1)
    many.change_node("w2", Availability="pause")
    change(many.m1, "web", lambda spec: spec["Mode"]["Replicated"].update(Replicas=8))
    placed = many.placed("web")
    assert (placed["w2"], sum(placed.values())) == (1, 8)


def test_scaled_down(many):
    serve(many.m1, "web", Mode=replicas(8))
    settle(many.m1)
    change(many.m1, "web", lambda spec: spec["Mode"]["Replicated"].update(Replicas=2))
    assert sum(many.placed("web").values()) == 2
    assert sum(len(containers(daemon, "web")) for daemon in many.daemons.values()) == 2
    assert ask(many.m1, "DELETE", "/services/web") == (200, None)
    settle(many.m1)
    assert [containers(daemon, "web") for daemon in many.daemons.values()] == [[], [], [], []]


def test_what_is_left_of_a_service_is_spread(many):
    for name in ("w1", "w2", "w3"):
        many.change_node(name, Availability="drain")
    serve(many.m1, "web", Mode=replicas(3))
    settle(many.m1)
    many.change_node("w2", Availability="active")
    for number, placed in ((5, [3, 2]), (4, [2, 2]), (2, [1, 1])):
        change(many.m1, "web", lambda spec: spec["Mode"]["Replicated"].update(Replicas=number))  # noqa: B023
        settle(many.m1)
        assert [many.placed("web")[name] for name in ("m1", "w2")] == placed


def test_those_that_do_not_run_go_first(many):
    serve(many.m1, "web", Mode=replicas(4), task=place(MaxReplicas=1))
    names = {node["ID"]: name for name, node in many.nodes().items()}
    first = next(names[task["NodeID"]] for task in tasks(many.m1, "web") if task["Slot"] == 1)
    many.change_node(first, Availability="drain")
    running = [task["ID"] for task in tasks(many.m1, "web") if task["Status"]["State"] == "running"]
    change(many.m1, "web", lambda spec: spec["Mode"]["Replicated"].update(Replicas=3))
    left = [task["ID"] for task in tasks(many.m1, "web") if task["DesiredState"] == "running"]
    assert left == running
    assert len(running) == 3


def test_each_node_pulls_the_image(many):
    for daemon in many.daemons.values():
        assert ask(daemon, "GET", "/images/redis/json")[0] == 404
    serve(many.m1, "web", container={"Image": "redis"}, Mode=replicas(2), task=place("node.role==worker"))
    settle(many.m1)
    having = [name for name, one in many.daemons.items() if ask(one, "GET", "/images/redis/json")[0] == 200]
    assert having == ["w1", "w2"]
