"""Short words for what tests of services do."""

from __future__ import annotations

import json
from urllib.parse import quote

from tests.fake.asking import ask

SLEEP = ["sleep", "100000"]


def spec(name, command=SLEEP, *, container=None, task=None, **more):
    """A ``ServiceSpec``."""
    inner = {"Image": "busybox", "Command": list(command), "StopSignal": "SIGKILL", **(container or {})}
    return {"Name": name, "TaskTemplate": {"ContainerSpec": inner, **(task or {})}, **more}


def replicas(number):
    return {"Replicated": {"Replicas": number}}


def serve(daemon, name, command=SLEEP, **more):
    """Make a service; its id."""
    status, made = ask(daemon, "POST", "/services/create", spec(name, command, **more))
    assert status == 201, made
    return made["ID"]


def change(daemon, name, alter, query=""):
    """Update a service from where it is: the answer."""
    told = ask(daemon, "GET", f"/services/{name}")[1]
    wanted = json.loads(json.dumps(told["Spec"]))
    alter(wanted)
    return ask(daemon, "POST", f"/services/{name}/update?version={told['Version']['Index']}{query}", wanted)


def tasks(daemon, name, **filters):
    """The tasks of a service, the oldest first."""
    settle(daemon)
    text = quote(json.dumps({"service": [name], **filters}))
    status, told = ask(daemon, "GET", f"/tasks?filters={text}")
    assert status == 200, told
    return sorted(told, key=lambda task: _made(daemon, task))


def _made(daemon, task):
    return list(daemon._engine.swarm.cluster.tasks.objects).index(task["ID"])


def states(daemon, name):
    """What became of a service's tasks: desired and actual states, the oldest first."""
    return [(task["DesiredState"], task["Status"]["State"]) for task in tasks(daemon, name)]


def settle(daemon):
    """Let everything happen that can without time going on."""
    with daemon._engine.lock:
        daemon._engine.scheduler.settle()
