"""Swarms of several daemons in this process, and short words for them."""

from __future__ import annotations

import contextlib

from dockpy.fake import FakeDaemon, ManualClock
from tests.fake.asking import ask
from tests.fake.swarm.services import settle, tasks


class Many:
    """Daemons of one swarm: ``m1``, ``m2``, … manage it, ``w1``, ``w2``, … work.

    Args:
        daemons: by their names.
        clock: the one that all go by.
    """

    def __init__(self, daemons, clock):
        self.daemons = daemons
        self.clock = clock

    def __getattr__(self, name):
        return self.daemons[name]

    def advance(self, seconds):
        """Let time pass in steps: what happens in each may be the cause of the next."""
        for _ in range(int(seconds * 2)):
            self.clock.advance(0.5)

    def nodes(self, asked="m1"):
        """By their names, what is told of the nodes."""
        status, told = ask(self.daemons[asked], "GET", "/nodes")
        assert status == 200, told
        return {node["Description"]["Hostname"]: node for node in told}

    def placed(self, service, asked="m1"):
        """By their nodes' names, how many tasks of a service run, and shall."""
        names = {node["ID"]: name for name, node in self.nodes(asked).items()}
        counts = dict.fromkeys(names.values(), 0)
        for task in tasks(self.daemons[asked], service):
            if task["DesiredState"] == "running" and task["Status"]["State"] == "running":
                counts[names[task["NodeID"]]] += 1
        return counts

    def change_node(self, name, asked="m1", **spec):
        """Change what a node shall be: status and message."""
        node = self.nodes(asked)[name]
        path = f"/nodes/{node['ID']}/update?version={node['Version']['Index']}"
        answer = ask(self.daemons[asked], "POST", path, node["Spec"] | spec)
        settle(self.daemons[asked])
        return answer


def containers(daemon, service):
    """The names of a service's tasks' containers that run on a daemon."""
    told = ask(daemon, "GET", "/containers/json")[1]
    label = "com.docker.swarm.service.name"
    return [one["Names"][0].lstrip("/") for one in told if one["Labels"].get(label) == service]


def token(daemon, role):
    return ask(daemon, "GET", "/swarm")[1]["JoinTokens"][role.capitalize()]


def join(daemon, other, role="worker", **more):
    """Let a daemon join another one's swarm: status and message."""
    there = ask(other, "GET", "/info")[1]["Swarm"]["NodeAddr"]
    request = {
        "ListenAddr": "0.0.0.0:2377",
        "RemoteAddrs": [f"{there}:2377"],
        "JoinToken": token(other, role),
        **more,
    }
    return ask(daemon, "POST", "/swarm/join", request)


@contextlib.contextmanager
def swarm_of(api, *, managers=1, workers=0, labels=None):
    """A swarm.

    Args:
        api: as of FakeDaemon.
        managers: how many, the first of which begins it.
        workers: how many more.
        labels: by their names, the daemons' own.
    """
    clock = ManualClock()
    names = [f"m{number + 1}" for number in range(managers)] + [f"w{number + 1}" for number in range(workers)]
    with contextlib.ExitStack() as stack:
        daemons = {}
        for number, name in enumerate(names):
            daemon = FakeDaemon(api=api, clock=clock, seed=number, name=name, labels=(labels or {}).get(name))
            daemons[name] = stack.enter_context(daemon)
            daemon.images.add("busybox")
        assert ask(daemons["m1"], "POST", "/swarm/init", {"ListenAddr": "0.0.0.0:2377"})[0] == 200
        for name in names[1:]:
            role = "manager" if name[0] == "m" else "worker"
            assert join(daemons[name], daemons["m1"], role) == (200, None)
        yield Many(daemons, clock)
