"""Scenarios about swarms of one node. They run on an engine of their own: see `test_swarm_scenarios`.

They are called in order: the first makes the swarm, the last leaves it.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sides import Side

MACHINE = (
    *(
        "Resources",
        "Engine",
        "Platform",
        "Hostname",
        "TLSInfo",
        "TrustRoot",
        "CertIssuerSubject",
        "CertIssuerPublicKey",
    ),
    *("JoinTokens", "Version", "Index", "Addr", "DefaultAddrPool", "SubnetSize", "DataPathPort", "Addresses"),
)
"""What depends on the machine, and how often things were written."""
ADDRESSES: dict[str, Any] = {"AdvertiseAddr": "127.0.0.1", "DataPathAddr": "127.0.0.1"}


def service(d: Side, short: str, **changes: Any) -> dict[str, Any]:
    """The specification of a service whose tasks start at once."""
    container = {
        "Image": "busybox",
        "Command": ["sleep", "1000"],
        "StopGracePeriod": 0,
        **changes.pop("Container", {}),
    }
    task = {
        "ContainerSpec": container,
        "Networks": [{"Target": "host"}],
        "RestartPolicy": {"Condition": "none"},
        **changes.pop("Task", {}),
    }
    return {
        "Name": d.name(short),
        "Labels": {"diff": d.run},
        "TaskTemplate": task,
        "Mode": {"Replicated": {"Replicas": 1}},
        **changes,
    }


def _version(d: Side, path: str) -> str:
    return str(d.get(path, note=False).json["Version"]["Index"])


def swarm_init(d: Side, port: int) -> None:
    for body in ({"ListenAddr": "x"}, {"AdvertiseAddr": "no-such-interface"}, {"DataPathPort": 5}):
        d.post("/swarm/init", {"ListenAddr": f"127.0.0.1:{port}", **body})
    answer = d.post("/swarm/init", {"ListenAddr": f"127.0.0.1:{port}", **ADDRESSES}, note=False)
    d.note("init", (answer.status, d.shape(answer.json)))
    d.post("/swarm/init", {"ListenAddr": f"127.0.0.1:{port}", **ADDRESSES})
    d.post(
        "/swarm/join", {"ListenAddr": f"127.0.0.1:{port}", "RemoteAddrs": ["127.0.0.1:1"], "JoinToken": "x"}
    )
    d.get("/swarm", values=True, without=MACHINE)
    info = d.get("/info", note=False).json["Swarm"]
    d.note("info", d.valued(info, (*MACHINE, "NodeAddr", "RemoteManagers")))
    d.note("ping", d.get("/_ping", note=False).headers.get("swarm"))


def swarm_update(d: Side, port: int) -> None:
    spec = d.get("/swarm", note=False).json["Spec"]
    version = _version(d, "/swarm")
    d.post("/swarm/update", spec)
    d.post("/swarm/update", spec, query={"version": "x"})
    d.post("/swarm/update", spec, query={"version": "999"})
    d.post("/swarm/update", {**spec, "Name": "other"}, query={"version": version})
    changed = {**spec, "Labels": {"a": "b"}, "Orchestration": {"TaskHistoryRetentionLimit": 2}}
    d.post("/swarm/update", changed, query={"version": version, "rotateWorkerToken": "1"})
    d.get("/swarm", values=True, without=MACHINE)
    d.get("/swarm/unlockkey", values=True)
    d.post("/swarm/unlock", {"UnlockKey": "x"})
    d.post("/swarm/leave")


def swarm_nodes(d: Side, port: int) -> None:
    node = d.get("/nodes", note=False).json[0]
    d.note("listed", d.valued(node, MACHINE))
    d.get(f"/nodes/{node['ID']}", values=True, without=MACHINE)
    d.get("/nodes/nothing-there")
    d.delete("/nodes/nothing-there")
    d.delete(f"/nodes/{node['ID']}")
    d.delete(f"/nodes/{node['ID']}", query={"force": "1"})
    version, path = str(node["Version"]["Index"]), f"/nodes/{node['ID']}/update"
    d.post(path, node["Spec"])
    d.post(path, node["Spec"], query={"version": "999"})
    d.post(path, {**node["Spec"], "Role": "worker"}, query={"version": version})
    d.post(path, {**node["Spec"], "Availability": "nope"}, query={"version": version})
    d.post(path, {**node["Spec"], "Labels": {"zone": "a"}}, query={"version": version})
    for filters in ({"role": ["manager"]}, {"role": ["nope"]}, {"membership": ["accepted"]}, {"membership": ["x"]},
                    {"node.label": ["zone=a"]}, {"name": ["nothing"]}, {"nope": ["x"]}):  # fmt: skip
        answer = d.get("/nodes", query={"filters": filters}, note=False)
        d.note(f"list {filters}", d.noted(answer) if answer.status >= 400 else len(answer.json))


def swarm_secrets_and_configs(d: Side, port: int) -> None:
    data = base64.b64encode(b"hidden").decode()
    for kind in ("secrets", "configs"):
        spec = {"Name": d.name(kind), "Labels": {"diff": d.run}, "Data": data}
        id = d.post(f"/{kind}/create", spec).json.get("ID", "x")
        for wrong in (
            spec,
            {**spec, "Name": ""},
            {**spec, "Name": "a b"},
            {**spec, "Name": d.name("empty"), "Data": ""},
            {**spec, "Name": d.name("long"), "Data": base64.b64encode(b"x" * 600_000).decode()},
            {**spec, "Name": d.name("odd"), "Data": "not base64!"},
        ):
            answer = d.post(f"/{kind}/create", wrong)
            if answer.status == 201:
                d.made.append(f"/{kind}/{answer.json['ID']}")
        d.get(f"/{kind}/{id}", values=True, without=MACHINE)
        d.get(f"/{kind}/{d.name(kind)}", values=True, without=MACHINE)
        d.get(
            f"/{kind}",
            query={"filters": {"label": [f"diff={d.run}"], "name": [d.name(kind)]}},
            values=True,
            without=MACHINE,
        )
        d.get(f"/{kind}", query={"filters": {"nope": ["x"]}})
        version = _version(d, f"/{kind}/{id}")
        d.post(f"/{kind}/{id}/update", spec)
        d.post(f"/{kind}/{id}/update", spec, query={"version": "999"})
        d.post(f"/{kind}/{id}/update", {**spec, "Data": "YQ=="}, query={"version": version})
        d.post(f"/{kind}/{id}/update", {**spec, "Labels": {"new": "1"}}, query={"version": version})
        d.post(f"/{kind}/nothing-there/update", spec, query={"version": "999"})
        d.get(f"/{kind}/nothing-there")
        d.delete(f"/{kind}/nothing-there")
        d.delete(f"/{kind}/{id}")
        d.delete(f"/{kind}/{id}")


def _running(d: Side, name: str, state: str = "running") -> list[Any]:
    filters = {"service": [name]}
    tasks: list[Any] = []

    def settled() -> bool:
        tasks[:] = d.get("/tasks", query={"filters": filters}, note=False).json
        return bool(tasks) and all(task["Status"]["State"] == state for task in tasks)

    d.until(settled, 40)
    return tasks


def swarm_services(d: Side, port: int) -> None:
    name = d.name("web")
    id = d.post("/services/create", service(d, "web")).json["ID"]
    d.made.append(f"/services/{id}")
    d.get(f"/services/{name}", values=True, without=(*MACHINE, "Image"))
    d.get(f"/services/{id}", query={"insertDefaults": "1"}, values=True, without=(*MACHINE, "Image"))
    d.post("/services/create", service(d, "web"))
    task = _running(d, name)[0]
    d.note("task", d.valued(task, (*MACHINE, "Image", "PID")))
    d.get(f"/tasks/{task['ID']}", values=True, without=(*MACHINE, "Image", "PID"))
    d.get(
        "/services",
        query={"filters": {"name": [name]}, "status": "1"},
        values=True,
        without=(*MACHINE, "Image"),
    )
    version = _version(d, f"/services/{id}")
    path = f"/services/{id}/update"
    d.post(path, service(d, "web"))
    d.post(path, service(d, "web"), query={"version": "999"})
    d.post(path, service(d, "web", Name=d.name("other")), query={"version": version})
    d.post(path, service(d, "web", Mode={"Global": {}}), query={"version": version})
    d.post(
        path, service(d, "web", Mode={"Replicated": {"Replicas": 2}}), query={"version": version}, values=True
    )
    d.until(lambda: len(_running(d, name)) == 2, 40)
    d.get("/services/nothing-there")
    d.delete("/services/nothing-there")
    d.post("/services/nothing-there/update", service(d, "web"), query={"version": "999"})
    d.get("/tasks/nothing-there")
    for filters in (
        {"desired-state": ["running"]},
        {"desired-state": ["nope"]},
        {"nope": ["x"]},
        {"node": ["self"]},
    ):
        answer = d.get("/tasks", query={"filters": {**filters, "service": [name]}}, note=False)
        d.note(f"tasks {filters}", d.noted(answer) if answer.status >= 400 else len(answer.json))
    d.get("/services", query={"filters": {"nope": ["x"]}})
    d.get("/services", query={"filters": {"mode": ["nope"]}})
    d.delete(f"/services/{id}")
    d.delete(f"/services/{id}")


def swarm_services_refused(d: Side, port: int) -> None:
    for what, spec in (
        ("no name", service(d, "x", Name="")),
        ("an odd name", service(d, "x", Name="a b")),
        ("no image", service(d, "x", Container={"Image": ""})),
        ("an odd image", service(d, "x", Container={"Image": "UPPER"})),
        ("two modes", service(d, "x", Mode={"Global": {}, "Replicated": {}})),
        ("a missing network", service(d, "x", Task={"Networks": [{"Target": "nothing-there"}]})),
        ("the bridge", service(d, "x", Task={"Networks": [{"Target": "bridge"}]})),
        ("an odd condition", service(d, "x", Task={"RestartPolicy": {"Condition": "nope"}})),
        ("an odd constraint", service(d, "x", Task={"Placement": {"Constraints": ["nope"]}})),
        ("negative memory", service(d, "x", Task={"Resources": {"Limits": {"MemoryBytes": -1}}})),
        ("little memory", service(d, "x", Task={"Resources": {"Limits": {"MemoryBytes": 5}}})),
        ("an odd mount", service(d, "x", Container={"Mounts": [{"Type": "bind", "Target": "/x"}]})),
        (
            "a missing secret",
            service(d, "x", Container={"Secrets": [{"SecretID": "nope", "SecretName": "n"}]}),
        ),
        ("an odd port", service(d, "x", EndpointSpec={"Ports": [{"TargetPort": 0}]})),
        (
            "a port twice",
            service(d, "x", EndpointSpec={"Ports": [{"TargetPort": 1, "PublishedPort": 9}] * 2}),
        ),
        ("an odd update", service(d, "x", UpdateConfig={"Parallelism": 1, "FailureAction": "nope"})),
        (
            "an odd health check",
            service(d, "x", Container={"Healthcheck": {"Test": ["CMD", "x"], "Interval": 1}}),
        ),
        ("an odd runtime", service(d, "x", Task={"Runtime": "nope"})),
    ):
        d.note("service", what)
        answer = d.post("/services/create", spec)
        if answer.status == 201:
            d.delete(f"/services/{answer.json['ID']}", note=False)
    d.post("/services/create", [])
    d.post("/services/create")


def swarm_jobs_and_logs(d: Side, port: int) -> None:
    name = d.name("job")
    spec = service(
        d, "job", Container={"Command": ["sh", "-c", "echo out; echo err >&2"]}, Mode={"ReplicatedJob": {}}
    )
    id = d.post("/services/create", spec).json["ID"]
    d.made.append(f"/services/{id}")
    task = _running(d, name, "complete")[0]
    d.note("status", d.valued(task["Status"], ("PID",)))
    query = {"stdout": "1", "stderr": "1"}
    for path in (f"/services/{id}/logs", f"/tasks/{task['ID']}/logs"):
        d.note(f"log of {path[1:6]}", d.heard(d.get(path, query=query, note=False)))
        d.get(path)
    d.get("/services/nothing-there/logs", query=query)
    d.get("/tasks/nothing-there/logs", query=query)


def swarm_failing_tasks(d: Side, port: int) -> None:
    name = d.name("failing")
    spec = service(d, "failing", Container={"Command": ["sh", "-c", "exit 3"]})
    id = d.post("/services/create", spec).json["ID"]
    d.made.append(f"/services/{id}")
    d.note("status", d.valued(_running(d, name, "failed")[0]["Status"], ("PID",)))


def swarm_leave(d: Side, port: int) -> None:
    d.post("/swarm/leave", query={"force": "1"})
    d.get("/swarm")
    d.note("info", d.get("/info", note=False).json["Swarm"]["LocalNodeState"])


IN_ORDER = (
    swarm_init,
    swarm_update,
    swarm_nodes,
    swarm_secrets_and_configs,
    swarm_services,
    swarm_services_refused,
    swarm_jobs_and_logs,
    swarm_failing_tasks,
    swarm_leave,
)
