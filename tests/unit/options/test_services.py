"""Options of services and swarms: what is refused, what is kept, what a service becomes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import DockpyError, InvalidArgument, InvalidReference
from dockpy.options.service_changes import change
from dockpy.options.services import ServiceOptions, service_spec
from dockpy.options.swarm import swarm_changes
from dockpy.wire.services import ServiceSpec


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"replicas": -1}, "0 or more"),
        ({"replicas": True}, "whole number"),
        ({"mode": "global", "replicas": 2}, "every node"),
        ({"mode": "globe"}, "'replicated-job'"),
        ({"mode": {"Replicated": {}, "Global": {}}}, "'replicated-job'"),
        ({"max_concurrent": 2}, "replicated-job"),
        ({"endpoint_mode": "round"}, "'dnsrr'"),
        ({"endpoint_spec": {"mode": "vip"}, "ports": [80]}, "ports= say the same"),
        ({"resources": {}, "limit_cpu": 1}, "limit_cpu= say the same"),
        ({"dns_config": {}, "dns": ["1.1.1.1"]}, "dns= say the same"),
        ({"args": ["x"], "entrypoint": "sh"}, "entrypoint="),
        ({"ports": ["127.0.0.1:80:80"]}, "every address"),
        ({"ports": [{"published": 80}]}, "target"),
        ({"ports": ["target=x"]}, "it takes"),
        ({"networks": [{"aliases": ["a"]}]}, "name or id"),
        ({"networks": ["alias=a"]}, "names no network"),
        ({"networks": [3]}, "name or id"),
        ({"secrets": [{"source": "a", "path": "/x"}]}, "'path'"),
        ({"secrets": [3]}, "it takes objects"),
        ({"credential_spec": "spec.json"}, "'file://…'"),
        ({"preferences": ["node.labels.zone"]}, "spread="),
        ({"platforms": [3]}, "linux/arm64"),
        ({"generic_resources": ["GPU"]}, "'GPU': 2"),
        ({"hosts": ["db"]}, "db:10.0.0.2"),
        ({"restart_policy": {"retries": 3}}, "max_attempts"),
        ({"update_config": {"delay": 5_000_000_000}}, "nanoseconds"),
        ({"stop_grace_period": 10_000_000_000}, "it takes"),
        ({"isolation": "none"}, "'hyperv'"),
        ({"update_config": 3}, "mapping"),
    ],
)
def test_what_is_refused_says_what_is_taken(options: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        service_spec("create", "busybox", ["x"], options)
    assert why in str(caught.value)


def test_unknown_keywords_are_refused_with_a_suggestion() -> None:
    with pytest.raises(TypeError, match="did you mean 'replicas'"):
        service_spec("create", "busybox", None, {"replica": 1})


@pytest.mark.parametrize("image", ["", "Upper", None, 3])
def test_an_image_is_needed(image: Any) -> None:
    with pytest.raises((InvalidArgument, InvalidReference)):
        service_spec("create", image, None, {})


def test_commands_are_as_the_docker_command_has_them_and_with_args_as_docker_py_has_them() -> None:
    def container(command: Any, **options: Any) -> Any:
        return service_spec("create", "a", command, options).dump()["TaskTemplate"]["ContainerSpec"]

    assert container("echo 'a b'") == {"Image": "a:latest", "Args": ["echo", "a b"]}
    assert container("x", entrypoint="sh -c") == {"Image": "a:latest", "Command": ["sh", "-c"], "Args": ["x"]}
    assert container("sh", args=["-c", "x"]) == {"Image": "a:latest", "Command": ["sh"], "Args": ["-c", "x"]}


BEFORE = {
    "Name": "web",
    "Labels": {"a": "1"},
    "Networks": [{"Target": "old"}],
    "Unheard": {"Of": 1},
    "Mode": {"ReplicatedJob": {"MaxConcurrent": 2, "TotalCompletions": 4}},
    "TaskTemplate": {
        "ContainerSpec": {
            "Image": "a:1",
            "Env": ["A=1"],
            "Healthcheck": {"Test": ["CMD", "x"], "Retries": 2},
        },
        "LogDriver": {"Name": "json-file", "Options": {"max-size": "1m"}},
        "RestartPolicy": {"Condition": "any", "Delay": 5},
        "Unheard": [1],
    },
}


def changed(**options: Any) -> dict[str, Any]:
    current = ServiceSpec.read(BEFORE)
    change(current, service_spec("update", None, None, options, current))
    return current.dump()


def test_no_change_is_no_change() -> None:
    assert changed() == BEFORE


def test_a_change_keeps_the_rest() -> None:
    after = changed(replicas=8, env=["B=2"], healthcheck={"retries": 3}, labels={}, restart_policy="none")
    task = BEFORE["TaskTemplate"]
    assert isinstance(task, dict)
    assert after == {
        **BEFORE,
        "Labels": {},
        "Mode": {"ReplicatedJob": {"MaxConcurrent": 2, "TotalCompletions": 8}},
        "TaskTemplate": {
            **task,
            "ContainerSpec": {
                "Image": "a:1",
                "Env": ["B=2"],
                "Healthcheck": {"Test": ["CMD", "x"], "Retries": 3},
            },
            "RestartPolicy": {"Condition": "none", "Delay": 5},
        },
    }


def test_what_would_contradict_is_replaced() -> None:
    after = changed(mode="replicated", replicas=0, log_driver="local", networks=["new"])
    assert after["Mode"] == {"Replicated": {"Replicas": 0}}
    assert after["TaskTemplate"]["LogDriver"] == {"Name": "local"}
    assert after["TaskTemplate"]["Networks"] == [{"Target": "new"}]
    assert "Networks" not in after
    assert changed(log_driver_options={"a": "b"})["TaskTemplate"]["LogDriver"] == {
        "Name": "json-file",
        "Options": {"a": "b"},
    }


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(name=st.sampled_from(sorted(ServiceOptions.__annotations__)), value=ANYTHING)
def test_whatever_is_given_is_taken_or_refused(name: str, value: Any) -> None:
    try:
        spec = service_spec("create", "busybox", None, {name: value})
    except DockpyError:
        return
    assert ServiceSpec(**spec.dump()).dump() == spec.dump()


def test_swarm_options() -> None:
    spec = swarm_changes(
        "update",
        {
            "labels": ["a=b"],
            "task_history_retention_limit": 0,
            "node_cert_expiry": "2160h",
            "dispatcher_heartbeat_period": 5,
            "autolock_managers": False,
            "log_driver": "local",
            "external_cas": [{"protocol": "cfssl", "url": "https://ca", "ca_cert": "PEM"}],
            "signing_ca_key": "KEY",
        },
    )
    assert spec.dump() == {
        "Labels": {"a": "b"},
        "Orchestration": {"TaskHistoryRetentionLimit": 0},
        "CAConfig": {
            "NodeCertExpiry": 7776000000000000,
            "ExternalCAs": [{"Protocol": "cfssl", "URL": "https://ca", "CACert": "PEM"}],
            "SigningCAKey": "KEY",
        },
        "Dispatcher": {"HeartbeatPeriod": 5000000000},
        "EncryptionConfig": {"AutoLockManagers": False},
        "TaskDefaults": {"LogDriver": {"Name": "local"}},
    }
    assert "KEY" not in repr(spec)
    with pytest.raises(InvalidArgument) as caught:
        swarm_changes("update", {"signing_ca_key": b"secret"})
    assert "secret" not in str(caught.value)
