"""Swarms themselves, nodes, secrets and configs, as Docker 20.10 and 28.5 answered the same calls."""

from __future__ import annotations

import base64

import pytest

from tests.fake.asking import ask, events
from tests.fake.swarm.services import serve, settle, spec, tasks

NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" '
    "to connect this node to swarm and try again."
)
LOCKED = (
    "Swarm is encrypted and needs to be unlocked before it can be used. "
    'Please use "docker swarm unlock" to unlock it.'
)
TOKEN = "SWMTKN-1-" + "1" * 50 + "-" + "1" * 25
HERE = {"ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1"}


def coded(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/swarm"),
        ("GET", "/swarm/unlockkey"),
        ("POST", "/swarm/unlock"),
        ("GET", "/services"),
        ("GET", "/tasks/x"),
        ("GET", "/nodes"),
        ("POST", "/secrets/create"),
        ("DELETE", "/configs/x"),
    ],
)
def test_without_a_swarm(lone, method, path):
    assert ask(lone, method, path, {} if method == "POST" else None) == (503, NO_MANAGER)


@pytest.mark.parametrize(
    ("change", "status", "text"),
    [
        ({"ListenAddr": "nonsense"}, 400, "listen address must be an IP address or network interface"),
        ({"ListenAddr": ""}, 400, 'invalid ListenAddr "": invalid empty address'),
        ({"AdvertiseAddr": "256.0.0.1"}, 400, "advertise address must be a non-zero IP address"),
        ({"AdvertiseAddr": "0.0.0.0"}, 400, "advertise address must be a non-zero IP address"),
        ({"Spec": {"Name": "foo"}}, 400, 'swarm spec must be named "default"'),
        ({"Availability": "x"}, 500, 'invalid Availability: "x"'),
        ({"DataPathPort": 80}, 500, "Datapath port number is not in valid range (1024-49151) : 80"),
        ({"DefaultAddrPool": ["x"]}, 500, "invalid base pool x: invalid CIDR address: x"),
    ],
)
def test_a_swarm_that_cannot_begin(lone, change, status, text):
    answered, told = ask(lone, "POST", "/swarm/init", HERE | change)
    assert answered == status
    assert told.startswith(text)
    assert ask(lone, "GET", "/info")[1]["Swarm"]["LocalNodeState"] == "inactive"


def test_joining_finds_nobody(lone, modern):
    for change, answer in (
        ({"ListenAddr": ""}, (400, 'invalid ListenAddr "": invalid empty address')),
        ({"RemoteAddrs": []}, (400, "at least 1 RemoteAddr is required to join")),
        ({"JoinToken": "x"}, (500, "invalid join token")),
    ):
        request = {**HERE, "RemoteAddrs": ["127.0.0.1:1"], "JoinToken": TOKEN, **change}
        assert ask(lone, "POST", "/swarm/join", request) == answer
    request = {**HERE, "RemoteAddrs": ["127.0.0.1:1"], "JoinToken": TOKEN}
    colon = ":" if modern else ""
    dialled = f"transport: Error while dialing{colon} dial tcp 127.0.0.1:1: connect: connection refused"
    text = f'rpc error: code = Unavailable desc = connection error: desc = "{dialled}"'
    assert ask(lone, "POST", "/swarm/join", request) == (503, text)


def test_a_swarm_is_told_of(daemon):
    swarm, info = ask(daemon, "GET", "/swarm")[1], ask(daemon, "GET", "/info")[1]["Swarm"]
    (node,) = ask(daemon, "GET", "/nodes")[1]
    assert info["Cluster"] == {name: value for name, value in swarm.items() if name != "JoinTokens"}
    assert (info["NodeID"], info["NodeAddr"]) == (node["ID"], "10.1.1.1")
    assert info["RemoteManagers"] == [{"NodeID": node["ID"], "Addr": "10.1.1.1:2377"}]
    assert node["ManagerStatus"] == {"Leader": True, "Reachability": "reachable", "Addr": "10.1.1.1:2377"}
    assert (swarm["DataPathPort"], swarm["SubnetSize"], swarm["DefaultAddrPool"]) == (
        4789,
        24,
        ["10.0.0.0/8"],
    )
    assert [one["Name"] for one in ask(daemon, "GET", "/networks")[1] if one["Scope"] == "swarm"] == [
        "ingress"
    ]
    assert ask(daemon, "POST", "/swarm/init", HERE)[0] == 503
    assert ask(daemon, "POST", "/swarm/leave")[0] == 503


def test_leaving_takes_everything_along(daemon):
    serve(daemon, "s")
    settle(daemon)
    assert len(ask(daemon, "GET", "/containers/json")[1]) == 1
    assert ask(daemon, "POST", "/swarm/leave?force=1")[0] == 200
    settle(daemon)
    assert ask(daemon, "GET", "/containers/json?all=1") == (200, [])
    assert [one["Scope"] for one in ask(daemon, "GET", "/networks")[1]] == ["local"] * 3
    assert ask(daemon, "GET", "/services") == (503, NO_MANAGER)
    assert ask(daemon, "POST", "/swarm/init", HERE)[0] == 200
    assert ask(daemon, "GET", "/services") == (200, [])


def test_updates_need_the_version_that_they_are_made_from(daemon):
    swarm = ask(daemon, "GET", "/swarm")[1]
    (node,) = ask(daemon, "GET", "/nodes")[1]
    late = "rpc error: code = Unknown desc = update out of sequence"
    assert ask(daemon, "POST", "/swarm/update?version=99", swarm["Spec"]) == (500, late)
    assert ask(daemon, "POST", f"/nodes/{node['ID']}/update?version=99", node["Spec"]) == (500, late)
    text = "invalid swarm version 'x': strconv.ParseUint: parsing \"x\": invalid syntax"
    assert ask(daemon, "POST", "/swarm/update?version=x", swarm["Spec"]) == (400, text)
    version = swarm["Version"]["Index"]
    assert (
        ask(daemon, "POST", f"/swarm/update?version={version}&rotateWorkerToken=1", swarm["Spec"])[0] == 200
    )
    after = ask(daemon, "GET", "/swarm")[1]
    assert after["JoinTokens"]["Worker"] != swarm["JoinTokens"]["Worker"]
    assert after["JoinTokens"]["Manager"] == swarm["JoinTokens"]["Manager"]
    assert ask(daemon, "POST", f"/swarm/update?version={version}", swarm["Spec"]) == (500, late)


def test_the_last_manager_stays(daemon):
    (node,) = ask(daemon, "GET", "/nodes")[1]
    path = f"/nodes/{node['ID']}"
    wanted = {**node["Spec"], "Role": "worker"}
    demoted = ask(daemon, "POST", f"{path}/update?version={node['Version']['Index']}", wanted)
    last = "attempting to demote the last manager of the swarm"
    assert demoted == (400, f"rpc error: code = FailedPrecondition desc = {last}")
    status, text = ask(daemon, "DELETE", f"{path}?force=1")
    assert status == 400
    assert "is a cluster manager and is a member of the raft cluster" in text


def test_a_locked_manager(daemon):
    swarm = ask(daemon, "GET", "/swarm")[1]
    wanted = {**swarm["Spec"], "EncryptionConfig": {"AutoLockManagers": True}}
    assert ask(daemon, "POST", f"/swarm/update?version={swarm['Version']['Index']}", wanted)[0] == 200
    key = ask(daemon, "GET", "/swarm/unlockkey")[1]["UnlockKey"]
    serve(daemon, "s")
    settle(daemon)
    daemon.restart()
    info = ask(daemon, "GET", "/info")[1]["Swarm"]
    assert (info["LocalNodeState"], info["Error"]) == ("locked", LOCKED)
    assert ask(daemon, "GET", "/nodes") == (503, LOCKED)
    assert ask(daemon, "POST", "/swarm/unlock", {"UnlockKey": "x"}) == (400, "invalid key string")
    other = {"UnlockKey": "SWMKEY-1-" + "1" * 43}
    assert ask(daemon, "POST", "/swarm/unlock", other)[0] == 401
    assert ask(daemon, "POST", "/swarm/unlock", {"UnlockKey": key})[0] == 200
    daemon.clock.advance(6)
    assert [task["Status"]["State"] for task in tasks(daemon, "s")] == ["failed", "running"]


@pytest.mark.parametrize("kind", ["secret", "config"])
def test_secrets_and_configs(daemon, modern, kind):
    path = f"/{kind}s"
    status, made = ask(daemon, "POST", f"{path}/create", {"Name": "s1", "Data": "YQ==", "Labels": {"l": "1"}})
    assert status == 201
    told = ask(daemon, "GET", f"{path}/s1")[1]
    assert told["Spec"] == {"Name": "s1", "Labels": {"l": "1"}} | (
        {"Data": "YQ=="} if kind == "config" else {}
    )
    taken = ask(daemon, "POST", f"{path}/create", {"Name": "S1", "Data": "YQ=="})
    assert taken == (409, f"rpc error: code = AlreadyExists desc = {kind} S1 already exists")
    bad = ask(daemon, "POST", f"{path}/create", {"Name": "x", "Data": "!!"})
    assert bad[0] == 400
    assert bad[1].endswith("illegal base64 data at input byte 0")
    for wanted in ({"Name": "other"}, {"Name": "s1", "Data": "Yg=="}):
        version = told["Version"]["Index"]
        answer = ask(daemon, "POST", f"{path}/{made['ID']}/update?version={version}", wanted)
        assert answer == (400, "rpc error: code = InvalidArgument desc = only updates to Labels are allowed")
    unknown = f"{'i' if modern else 'I'}nvalid filter 'foo'"
    assert ask(daemon, "GET", f'{path}?filters={{"foo":["x"]}}') == (400, unknown)
    field = f"{kind.capitalize()}s"
    reference = {
        f"{kind.capitalize()}ID": made["ID"],
        f"{kind.capitalize()}Name": "s1",
        "File": {"Name": "key", "UID": "0", "GID": "0", "Mode": 0o400},
    }
    serve(daemon, "user", container={field: [reference]})
    used = f"{kind} 's1' is in use by the following service: user"
    assert ask(daemon, "DELETE", f"{path}/s1") == (400, f"rpc error: code = InvalidArgument desc = {used}")
    missing = ask(
        daemon,
        "POST",
        "/services/create",
        spec("b", container={field: [reference | {f"{kind.capitalize()}ID": "x"}]}),
    )
    assert missing == (400, f"rpc error: code = InvalidArgument desc = {kind} not found: s1")
    assert ask(daemon, "DELETE", "/services/user")[0] == 200
    assert ask(daemon, "DELETE", f"{path}/s1")[0] == 204
    assert [one for one in events(daemon) if one.startswith(kind)] == [
        f"{kind} create s1",
        f"{kind} remove s1",
    ]
