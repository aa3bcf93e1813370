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


@pytest.mark.parametrize(("state", "desired"), [("rejected", "shutdown"), ("pending", "running")])
def test_a_node_without_overlay_networks(state: str, desired: str) -> None:
    error = "network sandbox join failed: overlay: the local data-plane address is not currently known"
    now = service_readiness({"Spec": OLD}, [task(state, desired, error)])
    assert now.hint is not None
    assert "7946" in now.hint
    assert "listen_addr" in now.hint
    assert service_readiness({"Spec": OLD}, [task(state, desired, "no such image")]).hint is None
