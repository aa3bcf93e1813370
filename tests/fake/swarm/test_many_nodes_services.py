"""Services whose tasks are on several nodes: updates, logs, secrets, events."""

from __future__ import annotations

import base64

import pytest

from tests.fake.asking import ENGINES, ask, events
from tests.fake.swarm.many import containers, swarm_of
from tests.fake.swarm.services import SLEEP, change, replicas, serve, settle, states, tasks

SECOND = 1_000_000_000


@pytest.fixture(params=ENGINES)
def many(request):
    with swarm_of(request.param, managers=1, workers=3) as swarm:
        yield swarm


def commands(many):
    """What the tasks that run, run; the newest last."""
    settle(many.m1)
    return sorted(
        task["Spec"]["ContainerSpec"]["Command"][1]
        for task in tasks(many.m1, "web")
        if task["Status"]["State"] == "running" and task["DesiredState"] == "running"
    )


def to(seconds, **update):
    """Let tasks sleep for so long from now on."""

    def alter(spec):
        spec["TaskTemplate"]["ContainerSpec"]["Command"] = ["sleep", seconds]
        spec["UpdateConfig"] = update

    return alter


def status(many):
    return ask(many.m1, "GET", "/services/web")[1]["UpdateStatus"]


def test_an_update_rolls(many):
    serve(many.m1, "web", ["sleep", "100000"], Mode=replicas(4))
    settle(many.m1)
    update = {"Parallelism": 2, "Delay": 10 * SECOND, "Monitor": 5 * SECOND}
    assert change(many.m1, "web", to("200000", **update))[0] == 200
    assert commands(many) == ["100000"] * 2 + ["200000"] * 2
    many.advance(9)
    assert commands(many) == ["100000"] * 2 + ["200000"] * 2
    many.advance(2)
    assert commands(many) == ["200000"] * 4
    assert status(many)["State"] == "updating"
    many.advance(6)
    assert status(many)["State"] == "completed"
    assert set(many.placed("web").values()) == {1}


def test_new_tasks_start_first(many):
    serve(many.m1, "web", ["sleep", "100000"], Mode=replicas(4))
    settle(many.m1)
    engines = [daemon._engine for daemon in many.daemons.values()]
    counts = []
    for engine in engines:
        engine.events.observers.append(
            lambda event: counts.append(sum(one.state.running for each in engines for one in each.containers))
        )
    change(many.m1, "web", to("200000", Parallelism=1, Order="start-first"))
    many.advance(10)
    assert commands(many) == ["200000"] * 4
    assert {min(counts), max(counts)} == {4, 5}


@pytest.mark.parametrize(("action", "state"), [("pause", "paused"), ("rollback", "rollback_completed")])
def test_an_update_fails(many, action, state):
    serve(many.m1, "web", ["sleep", "100000"], Mode=replicas(4))
    settle(many.m1)

    def broken(spec):
        spec["TaskTemplate"]["ContainerSpec"]["Command"] = ["false"]
        spec["UpdateConfig"] = {"Parallelism": 1, "Delay": SECOND, "FailureAction": action}

    change(many.m1, "web", broken)
    many.advance(20)
    assert status(many)["State"] == state
    assert commands(many).count("100000") == (4 if action == "rollback" else 3)


def test_an_update_that_ends_early_leaves_no_place_with_two(many):
    """One task fails while the other's successor has not come to run, and both are there."""
    serve(many.m1, "web", ["sleep", "100000"], Mode=replicas(2))
    settle(many.m1)

    def broken(spec):
        inner = spec["TaskTemplate"]["ContainerSpec"]
        inner["Command"] = ["sh", "-c", "test $SLOT = 1 && exit 3; sleep 200000"]
        inner["Env"] = ["SLOT={{.Task.Slot}}"]
        inner["Healthcheck"] = {"Test": ["CMD-SHELL", "true"], "Interval": 5 * SECOND}
        spec["UpdateConfig"] = {"Parallelism": 2, "Order": "start-first", "FailureAction": "rollback"}
        spec["RollbackConfig"] = {"Parallelism": 2, "Order": "start-first"}

    change(many.m1, "web", broken)
    many.advance(20)
    assert status(many)["State"] == "rollback_completed"
    assert commands(many) == ["100000"] * 2


def test_what_fails_while_its_successor_starts_has_no_other(many):
    serve(many.m1, "web", ["sh", "-c", "trap 'exit 3' USR1; while :; do sleep 1; done"], Mode=replicas(1))
    settle(many.m1)
    update = {"Order": "start-first"}
    health = {"Test": ["CMD-SHELL", "true"], "Interval": SECOND}

    def alter(spec):
        spec["TaskTemplate"]["ContainerSpec"] |= {"Command": SLEEP, "Healthcheck": health}
        spec["UpdateConfig"] = update

    change(many.m1, "web", alter)
    settle(many.m1)
    old = next(
        one for one in many.daemons.values() for name in containers(one, "web") if _runs_loop(one, name)
    )
    assert ask(old, "POST", f"/containers/{containers(old, 'web')[0]}/kill?signal=USR1")[0] == 204
    many.advance(30)
    assert sum(many.placed("web").values()) == 1


def _runs_loop(daemon, name):
    return "while" in str(ask(daemon, "GET", f"/containers/{name}/json")[1]["Config"])


def test_an_update_that_may_fail_in_part(many):
    serve(many.m1, "web", ["sleep", "100000"], Mode=replicas(4))
    settle(many.m1)
    script = "test $(hostname) != w1 && sleep 100000"

    def alter(spec):
        inner = spec["TaskTemplate"]["ContainerSpec"]
        inner["Command"], inner["Hostname"] = ["sh", "-c", script], "{{.Node.Hostname}}"
        spec["UpdateConfig"] = {"Parallelism": 1, "MaxFailureRatio": 0.5, "Monitor": SECOND}

    change(many.m1, "web", alter)
    many.advance(20)
    assert status(many)["State"] == "completed"
    assert many.placed("web")["w1"] == 0
    many.advance(20)
    assert sum(many.placed("web").values()) == 4  # after five failures w1 is avoided


def test_a_rollback_by_hand(many):
    serve(many.m1, "web", ["sleep", "100000"], Mode=replicas(4))
    settle(many.m1)
    change(many.m1, "web", to("200000", Parallelism=0))
    many.advance(10)
    assert commands(many) == ["200000"] * 4
    change(many.m1, "web", lambda spec: None, query="&rollback=previous")
    many.advance(30)
    assert commands(many) == ["100000"] * 4
    assert status(many)["State"] == "rollback_completed"


def test_a_rollback_of_what_makes_no_new_tasks(many):
    serve(many.m1, "web", ["sleep", "100000"], Mode=replicas(2))
    before = tasks(many.m1, "web")
    change(many.m1, "web", lambda spec: spec.update(Labels={"a": "b"}))
    change(many.m1, "web", lambda spec: None, query="&rollback=previous")
    settle(many.m1)
    assert status(many)["State"] == "rollback_completed"
    assert "CompletedAt" in status(many)
    assert tasks(many.m1, "web") == before


def test_a_global_service_is_updated(many):
    serve(many.m1, "web", ["sleep", "100000"], Mode={"Global": {}})
    settle(many.m1)
    change(many.m1, "web", to("200000", Parallelism=1))
    many.advance(30)
    assert commands(many) == ["200000"] * 4
    assert set(many.placed("web").values()) == {1}


def test_history(many):
    told = ask(many.m1, "GET", "/swarm")[1]
    wanted = told["Spec"] | {"Orchestration": {"TaskHistoryRetentionLimit": 2}}
    assert ask(many.m1, "POST", f"/swarm/update?version={told['Version']['Index']}", wanted)[0] == 200
    serve(many.m1, "web", ["sleep", "100000"], Mode=replicas(2))
    for number in range(5):
        settle(many.m1)
        change(many.m1, "web", to(str(200_000 + number), Parallelism=0))
        many.advance(10)
    assert len(states(many.m1, "web")) == 4
    kept = sum(len(ask(daemon, "GET", "/containers/json?all=1")[1]) for daemon in many.daemons.values())
    assert kept == 4


def test_templates_know_the_node(many):
    serve(many.m1, "web", Mode=replicas(4), container={"Hostname": "{{.Node.Hostname}}-{{.Task.Slot}}"})
    settle(many.m1)
    for name, daemon in many.daemons.items():
        (one,) = ask(daemon, "GET", "/containers/json")[1]
        hostname = ask(daemon, "GET", f"/containers/{one['Id']}/json")[1]["Config"]["Hostname"]
        assert hostname.startswith(f"{name}-")


def test_logs_of_all_nodes(many):
    script = "echo out $(hostname); echo err >&2; sleep 100000"
    command = ["sh", "-c", script]
    serve(many.m1, "web", command, Mode=replicas(4), container={"Hostname": "{{.Node.Hostname}}"})
    settle(many.m1)
    with many.m1.client() as client:
        logs = client.services.get("web").logs(stdout=True, stderr=False)
    assert sorted(logs.splitlines()) == [b"out m1", b"out w1", b"out w2", b"out w3"]


def test_secrets_and_configs_are_on_each_node(many):
    data = base64.b64encode(b"hidden\n").decode()
    container = {"Command": ["sh", "-c", "cat /run/secrets/s /c; sleep 100000"]}
    for kind, target in (("Secret", "s"), ("Config", "/c")):
        id = ask(many.m1, "POST", f"/{kind.lower()}s/create", {"Name": "x", "Data": data})[1]["ID"]
        file = {"Name": target, "UID": "0", "GID": "0", "Mode": 0o444}
        container[f"{kind}s"] = [{f"{kind}ID": id, f"{kind}Name": "x", "File": file}]
    serve(many.m1, "web", Mode={"Global": {}}, container=container)
    settle(many.m1)
    with many.m1.client() as client:
        assert client.services.get("web").logs() == b"hidden\n" * 8


def test_events_are_told_by_managers(many):
    many.change_node("w1", Role="manager")
    serve(many.m1, "web", SLEEP, Mode=replicas(1))
    assert events(many.m1, "service") == events(many.w1, "service") == ["service create web"]
    assert events(many.w2, "service") == []
