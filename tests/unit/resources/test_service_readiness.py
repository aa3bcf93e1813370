"""How it stands with a service, told from what its swarm says."""

from __future__ import annotations

from typing import Any

import pytest

from dockpy.resources.service_readiness import service_readiness

OLD: dict[str, Any] = {
    "TaskTemplate": {"ContainerSpec": {"Image": "a"}, "Placement": {"Constraints": ["node.role==manager"]}},
    "EndpointSpec": {"Mode": "vip"},
    "Mode": {"Replicated": {"Replicas": 1}},
}

T1, T2, T3 = (f"2026-01-01T00:00:0{second}.5Z" for second in (1, 2, 3))


def task(state: str, desired: str = "running", error: str = "") -> dict[str, Any]:
    return {
        "Spec": OLD["TaskTemplate"],
        "DesiredState": desired,
        "Status": {"State": state, "Err": error},
    }


@pytest.mark.parametrize(
    ("changes", "unsure"),
    [
        ({"TaskTemplate": {"ContainerSpec": {"Image": "a"}, "Placement": {}}}, True),
        ({"EndpointSpec": {"Mode": "dnsrr"}}, True),
        ({"Mode": {"Replicated": {"Replicas": 1}}}, False),
        ({"Labels": {"a": "b"}}, False),
    ],
)
def test_a_swarm_that_may_not_have_looked_yet(changes: dict[str, Any], unsure: bool) -> None:
    """A task that fits no more is as it was until then: nothing but the update's state tells of it."""
    service: dict[str, Any] = {"Spec": {**OLD, **changes}, "PreviousSpec": OLD}
    now = service_readiness(service, [task("running")])
    assert (now.done, now.unsure) == (True, unsure)
    now = service_readiness({**service, "UpdateStatus": {"State": "completed"}}, [task("running")])
    assert (now.done, now.unsure) == (True, False)
    now = service_readiness({"Spec": service["Spec"]}, [task("running")])
    assert (now.done, now.unsure) == (True, False)


def test_what_failed_before_a_rollback_is_told() -> None:
    changed = {"ContainerSpec": {"Image": "b"}}
    tasks = [
        {**task("failed", "shutdown", "older"), "Spec": changed, "CreatedAt": T1},
        {**task("failed", "shutdown", "newer"), "Spec": changed, "CreatedAt": T2},
        task("running"),
    ]
    update = {"State": "rollback_completed", "Message": "done", "StartedAt": T3}
    service: dict[str, Any] = {"Spec": OLD, "UpdateStatus": update}
    now = service_readiness(service, tasks)
    assert str(now) == "1 of 1 tasks; rollback_completed: done; before that a task failed: newer"
    assert (now.failures, now.done, now.hopeless(False, 1)) == ([], True, False)
    assert service_readiness({**service, "UpdateStatus": {"State": "completed"}}, tasks).undone == ""


@pytest.mark.parametrize(
    ("state", "config", "hopeless"),
    [
        ("updating", {}, False),  # it is going to be paused
        ("updating", {"UpdateConfig": {"FailureAction": "rollback"}}, False),
        ("updating", {"UpdateConfig": {"FailureAction": "continue"}}, True),
        ("updating", {"RollbackConfig": {"FailureAction": "continue"}}, False),
        ("rollback_started", {}, False),
        ("rollback_started", {"RollbackConfig": {"FailureAction": "continue"}}, True),
        ("completed", {}, True),
        ("paused", {}, True),
        ("", {}, True),
    ],
)
def test_the_verdict_is_left_to_the_swarm_where_it_gives_one(
    state: str, config: dict[str, Any], hopeless: bool
) -> None:
    service: dict[str, Any] = {"Spec": {**OLD, **config}, "UpdateStatus": {"State": state} if state else None}
    now = service_readiness(service, [task("failed", "shutdown", "why")] * 3)
    assert now.hopeless(True, 3) is hopeless


@pytest.mark.parametrize(
    ("about", "counted"),
    [
        ({"UpdateStatus": {"State": "updating", "StartedAt": T2}}, ["second", "third"]),
        ({"PreviousSpec": {**OLD, "EndpointSpec": {}}, "UpdatedAt": T3}, ["third"]),
        ({"PreviousSpec": {**OLD, "Labels": {}}, "UpdatedAt": T3}, ["first", "second", "third"]),
        ({"UpdatedAt": T3}, ["first", "second", "third"]),
        ({"UpdateStatus": {"State": "updating"}}, ["first", "second", "third"]),
    ],
)
def test_failures_of_an_earlier_attempt_do_not_count(about: dict[str, Any], counted: list[str]) -> None:
    times = {"first": T1, "second": T2, "third": T3}
    tasks = [{**task("failed", "shutdown", why), "CreatedAt": time} for why, time in times.items()]
    assert service_readiness({"Spec": OLD, **about}, tasks).failures == counted


@pytest.mark.parametrize("desired", ["running", "shutdown"])
def test_what_failed_does_not_wait_too(desired: str) -> None:
    """A swarm takes a moment to see that a task has failed; it shall run still until then."""
    now = service_readiness({"Spec": OLD}, [task("failed", desired, "exit 3")])
    assert str(now) == "0 of 1 tasks; a task failed: exit 3"
    now = service_readiness({"Spec": OLD}, [task("pending", "running", "no node"), task("ready")])
    assert str(now) == "0 of 1 tasks; a task waits: no node"


@pytest.mark.parametrize(("state", "desired"), [("rejected", "shutdown"), ("pending", "running")])
def test_a_node_without_overlay_networks(state: str, desired: str) -> None:
    error = "network sandbox join failed: overlay: the local data-plane address is not currently known"
    now = service_readiness({"Spec": OLD}, [task(state, desired, error)])
    assert now.hint is not None
    assert "7946" in now.hint
    assert "listen_addr" in now.hint
    assert service_readiness({"Spec": OLD}, [task(state, desired, "no such image")]).hint is None
