"""Overlay networks between daemons: addresses, names, connections."""

from __future__ import annotations

import pytest

from dockpy.fake import FakeDaemon
from tests.fake.asking import ENGINES, answer, ask
from tests.fake.swarm.many import join, swarm_of
from tests.fake.swarm.services import replicas, serve, settle, tasks

WEB = ["sh", "-c", "echo on $HOSTNAME > index.html; httpd -f -p 80"]


@pytest.fixture(params=ENGINES)
def many(request):
    with swarm_of(request.param, managers=2, workers=2) as swarm:
        assert create(swarm.m1, "ov")[0] == 201
        yield swarm


def create(daemon, name, **request):
    return ask(daemon, "POST", "/networks/create", {"Name": name, "Driver": "overlay", **request})


def names(daemon):
    return sorted(one["Name"] for one in ask(daemon, "GET", "/networks")[1] if one["Scope"] == "swarm")


def on(daemon, script, network="ov"):
    """Run a script in a container that is on a network: what it said."""
    body = {"Image": "busybox", "Cmd": ["sh", "-c", script], "HostConfig": {"NetworkMode": network}}
    id = ask(daemon, "POST", "/containers/create", body)[1]["Id"]
    assert ask(daemon, "POST", f"/containers/{id}/start") == (204, None)
    settle(daemon)
    stream = answer(daemon, "GET", f"/containers/{id}/logs?stdout=1&stderr=1").stream
    said = b"".join(stream).decode("latin-1")
    assert ask(daemon, "DELETE", f"/containers/{id}?force=1")[0] == 204
    return said


def addresses(daemon, service):
    return [
        one["NetworksAttachments"][0]["Addresses"][0].partition("/")[0]
        for one in tasks(daemon, service)
        if one["DesiredState"] == "running"
    ]


def test_who_has_a_network(many):
    assert names(many.m1) == names(many.m2) == ["ingress", "ov"]
    assert names(many.w1) == ["ingress"]
    placed = {"Constraints": ["node.hostname==w1"]}
    serve(many.m1, "web", WEB, task={"Networks": [{"Target": "ov"}], "Placement": placed})
    settle(many.m1)
    assert names(many.w1) == ["ingress", "ov"]
    assert names(many.w2) == ["ingress"]
    ids = {ask(one, "GET", "/networks/ov")[1]["Id"] for one in (many.m1, many.m2, many.w1)}
    assert len(ids) == 1
    assert len(ask(many.w1, "GET", "/networks/ov")[1]["Containers"]) == 1
    assert ask(many.m1, "GET", "/networks/ov")[1]["Containers"] is None
    assert ask(many.m2, "DELETE", "/networks/ov")[0] == 400
    assert ask(many.m1, "DELETE", "/services/web") == (200, None)
    settle(many.m1)
    assert names(many.w1) == ["ingress"]
    assert ask(many.m2, "DELETE", "/networks/ov")[0] == 204
    assert names(many.m1) == ["ingress"]


def test_addresses_are_given_out_in_common(many):
    serve(many.m1, "web", WEB, task={"Networks": [{"Target": "ov"}]}, Mode=replicas(12))
    found = addresses(many.m1, "web")
    assert len(set(found)) == 12
    (own,) = ask(many.m1, "GET", "/services/web")[1]["Endpoint"]["VirtualIPs"]
    assert own["Addr"].partition("/")[0] not in found
    told = [ask(one, "GET", "/networks/ov")[1]["Containers"] for one in many.daemons.values()]
    assert [len(one) for one in told] == [3, 3, 3, 3]


@pytest.mark.parametrize("mode", ["vip", "dnsrr"])
def test_names_are_known_everywhere(many, mode):
    more = {"Aliases": ["www"]}
    where = {"Placement": {"Constraints": ["node.hostname!=m1"]}}
    serve(
        many.m1,
        "web",
        WEB,
        task={"Networks": [{"Target": "ov", **more}], **where},
        container={"Hostname": "{{.Node.Hostname}}"},
        Mode=replicas(3),
        EndpointSpec={"Mode": mode},
    )
    settle(many.m1)
    found = addresses(many.m1, "web")
    ask_them = "; ".join(f"wget -q -O - http://{one}" for one in found)
    script = f"nslookup tasks.web; {ask_them}; wget -q -O - http://web; wget -q -O - http://www; sleep 1000"
    serve(
        many.m1,
        "asker",
        ["sh", "-c", script],
        task={"Networks": [{"Target": "ov"}], "Placement": {"Constraints": ["node.hostname==m1"]}},
    )
    settle(many.m1)
    said = b"".join(answer(many.m2, "GET", "/services/asker/logs?stdout=1").stream).decode("latin-1")
    for one in found:
        assert one in said
    for name in ("m2", "w1", "w2"):
        assert f"on {name}\n" in said
    assert said.count("on ") == 5
    virtual = ask(many.m1, "GET", "/services/web")[1]["Endpoint"].get("VirtualIPs") or []
    assert len(virtual) == (1 if mode == "vip" else 0)


def test_containers_of_their_own_are_on_overlays_too(many):
    create(many.m1, "open", Attachable=True)
    serve(many.m1, "web", WEB, task={"Networks": [{"Target": "open"}]}, Mode=replicas(1))
    settle(many.m1)
    assert "on " in on(many.w2, "wget -q -O - http://web", "open")
    body = {"Image": "busybox", "Cmd": ["sleep", "9"], "HostConfig": {"NetworkMode": "open"}}
    assert ask(many.w1, "POST", "/containers/create?name=alone", body)[0] == 201
    assert ask(many.w1, "POST", "/containers/alone/start") == (204, None)
    assert "alone" in on(many.w2, "ping -c 1 alone", "open")
    ask(many.m1, "DELETE", "/services/web")
    settle(many.m1)
    status, text = ask(many.m1, "DELETE", "/networks/open")
    assert (status, "is in use by task" in text) == (400, True)


def test_closed_networks_are_for_services_only(many):
    body = {"Image": "busybox", "HostConfig": {"NetworkMode": "ov"}}
    assert ask(many.w1, "POST", "/containers/create?name=alone", body)[0] == 201
    status, text = ask(many.w1, "POST", "/containers/alone/start")
    assert (status, "network ov not manually attachable" in text) == (500, True)


def test_a_node_that_is_cut_off_reaches_nobody(many):
    create(many.m1, "open", Attachable=True)
    serve(many.m1, "web", WEB, task={"Networks": [{"Target": "open"}]}, Mode={"Global": {}})
    settle(many.m1)
    with many.w1.cut_off():
        (container,) = ask(many.w1, "GET", "/containers/json")[1]
        told = container["NetworkSettings"]["Networks"]["open"]["IPAddress"]
        assert "on " not in on(many.w2, f"wget -q -O - http://{told}", "open")
    assert "on " in on(many.w2, f"wget -q -O - http://{told}", "open")


@pytest.mark.parametrize(("role", "known"), [("manager", ["ingress", "ov"]), ("worker", ["ingress"])])
def test_who_joins_knows_networks(many, role, known):
    with FakeDaemon(clock=many.clock, seed=9, name="late") as late:
        assert join(late, many.m1, role) == (200, None)
        assert names(late) == known


def test_a_promoted_worker_knows_all_networks(many):
    many.change_node("w1", Role="manager")
    assert names(many.w1) == ["ingress", "ov"]
    many.change_node("w1", Role="worker")
    assert names(many.w1) == ["ingress"]
