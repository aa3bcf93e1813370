"""Ports, names and ways of containers."""

from __future__ import annotations

import pytest

from dockpy.fake.kernel.network import NameNotFound
from tests.fake.asking import ask, run


def publish(*bindings, port="80/tcp", **more):
    return {"ExposedPorts": {port: {}}, "HostConfig": {"PortBindings": {port: list(bindings)}, **more}}


def ports(daemon, name):
    return ask(daemon, "GET", f"/containers/{name}/json")[1]["NetworkSettings"]["Ports"]


def network_of(daemon, name):
    return daemon._engine.containers.get(name)


def stack(daemon, name):
    return daemon._engine.networks.stack(network_of(daemon, name))


def test_a_port_is_published_on_both_families(daemon):
    run(daemon, "c0", **publish({"HostPort": "8080"}))
    expected = [{"HostIp": "0.0.0.0", "HostPort": "8080"}, {"HostIp": "::", "HostPort": "8080"}]
    assert ports(daemon, "c0") == {"80/tcp": expected}
    listed = ask(daemon, "GET", "/containers/json")[1][0]["Ports"]
    assert listed[0] == {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}
    ask(daemon, "POST", "/containers/c0/kill")
    assert ports(daemon, "c0") == {}


def test_a_port_that_is_taken(daemon, modern):
    run(daemon, "c0", **publish({"HostPort": "8080"}))
    run(daemon, "d0", start=False, **publish({"HostIp": "127.0.0.1", "HostPort": "8080"}))
    status, message = ask(daemon, "POST", "/containers/d0/start")
    assert status == 500
    assert message.startswith(
        "failed to set up container networking: " if modern else "driver failed programming"
    )
    assert message.endswith("Bind for 127.0.0.1:8080 failed: port is already allocated")
    state = ask(daemon, "GET", "/containers/d0/json")[1]["State"]
    assert (state["Status"], state["ExitCode"], state["Error"]) == ("created", 128, message)
    ask(daemon, "DELETE", "/containers/c0?force=1")
    assert ask(daemon, "POST", "/containers/d0/start")[0] == 204


def test_free_ports_and_ranges(daemon):
    run(daemon, "a0", **publish({"HostPort": ""}))
    run(daemon, "b0", ExposedPorts={"53/udp": {}}, HostConfig={"PublishAllPorts": True})
    run(daemon, "c0", **publish({"HostPort": "9000-9001"}))
    run(daemon, "d0", **publish({"HostPort": "9000-9001"}))
    found = [next(iter(ports(daemon, name).values()))[0]["HostPort"] for name in ("a0", "b0", "c0", "d0")]
    assert found == ["32768", "32768", "9000", "9001"]


def test_exposed_only(daemon):
    run(
        daemon,
        "c0",
        ExposedPorts={"80/tcp": {}},
        HostConfig={"PortBindings": {"81/tcp": [{"HostPort": "1"}]}},
    )
    assert ports(daemon, "c0") == {"80/tcp": None}


def test_names_are_resolved_on_networks_that_somebody_made(daemon):
    ask(daemon, "POST", "/networks/create", {"Name": "n"})
    on = {
        "HostConfig": {"NetworkMode": "n"},
        "NetworkingConfig": {"EndpointsConfig": {"n": {"Aliases": ["db"]}}},
    }
    id = run(daemon, "a0", **on)
    run(daemon, "b0", HostConfig={"NetworkMode": "n"})
    run(daemon, "c0")
    for name in ("a0", "db", id[:12], "a0.n"):
        assert stack(daemon, "b0").lookup(name) == ["172.18.0.2"]
    with pytest.raises(NameNotFound):
        stack(daemon, "c0").lookup("a0")
    ask(daemon, "POST", "/containers/a0/rename?name=z0")
    assert stack(daemon, "b0").lookup("z0") == ["172.18.0.2"]
    with pytest.raises(NameNotFound):
        stack(daemon, "b0").lookup("a0")


def test_containers_reach_each_other_on_a_network_they_share(daemon):
    ask(daemon, "POST", "/networks/create", {"Name": "n"})
    for name in ("a0", "b0"):
        run(daemon, name, HostConfig={"NetworkMode": "n"})
    run(daemon, "c0")
    listener = stack(daemon, "a0").listen(80)
    socket = stack(daemon, "b0").connect("a0", 80)
    accepted = listener.accept_now()
    assert (socket.remote[0], accepted.remote[0]) == ("172.18.0.2", "172.18.0.3")
    assert not stack(daemon, "c0").reaches("172.18.0.2")
    assert stack(daemon, "c0").reaches("172.17.0.1")


def test_a_container_in_anothers_network(daemon, modern):
    id = run(daemon, "a0")
    run(daemon, "b0", HostConfig={"NetworkMode": "container:a0"})
    told = ask(daemon, "GET", "/containers/b0/json")[1]
    assert told["HostConfig"]["NetworkMode"] == f"container:{id}"
    assert told["NetworkSettings"]["Networks"] == {}
    assert stack(daemon, "b0") is stack(daemon, "a0")
    ask(daemon, "POST", "/containers/b0/kill")
    ask(daemon, "POST", "/containers/a0/kill")
    text = f"cannot join network of a non running container: {id}"
    if modern:
        text = "cannot join network namespace of a non running container: container a0 is exited"
    assert ask(daemon, "POST", "/containers/b0/start") == (409, text)


def test_hosts_and_resolv_conf(daemon, modern):
    networks = daemon._engine.networks
    run(
        daemon,
        "a0",
        Hostname="web",
        HostConfig={"ExtraHosts": ["x:1.2.3.4", "gw:host-gateway"], "Dns": ["9.9.9.9"]},
    )
    lines = networks.hosts_file(network_of(daemon, "a0")).splitlines()
    assert lines[:3] == [
        "127.0.0.1\tlocalhost",
        "::1\tlocalhost ip6-localhost ip6-loopback",
        "fe00::\tip6-localnet" if modern else "fe00::0\tip6-localnet",
    ]
    assert lines[-3:] == ["1.2.3.4\tx", "172.17.0.1\tgw", "172.17.0.2\tweb"]
    assert "nameserver 9.9.9.9" in networks.resolv_conf(network_of(daemon, "a0"))
    run(daemon, "b0", HostConfig={"Links": ["a0:db"]})
    assert "172.17.0.2\tdb web a0" in networks.hosts_file(network_of(daemon, "b0")).splitlines()
    ask(daemon, "POST", "/networks/create", {"Name": "n"})
    run(daemon, "c0", HostConfig={"NetworkMode": "n"})
    text = networks.resolv_conf(network_of(daemon, "c0"))
    assert "nameserver 127.0.0.11\noptions ndots:0\n" in text


def test_what_is_asked_of_an_endpoint(daemon, modern):
    ask(daemon, "POST", "/networks/create", {"Name": "n"})
    body = {
        "Image": "idle",
        "HostConfig": {"NetworkMode": "n"},
        "NetworkingConfig": {"EndpointsConfig": {"n": {"IPAMConfig": {"IPv4Address": "172.18.0.9"}}}},
    }
    text = (
        "user specified IP address is supported only when connecting to networks with user configured subnets"
    )
    status, message = ask(daemon, "POST", "/containers/create?name=c0", body)
    if modern:
        assert (status, message) == (400, f"invalid config for network n: invalid endpoint settings:\n{text}")
    else:
        assert ask(daemon, "POST", "/containers/c0/start") == (400, text)


def test_several_networks_at_creation(daemon, modern):
    for name in "nm":
        ask(daemon, "POST", "/networks/create", {"Name": name})
    body = {
        "Image": "idle",
        "HostConfig": {"NetworkMode": "n"},
        "NetworkingConfig": {"EndpointsConfig": {"n": {}, "m": {}}},
    }
    status, answer = ask(daemon, "POST", "/containers/create?name=c0", body)
    if not modern:
        assert (status, answer) == (400, "Container cannot be connected to network endpoints: m, n")
        return
    ask(daemon, "POST", "/containers/c0/start")
    networks = ask(daemon, "GET", "/containers/c0/json")[1]["NetworkSettings"]["Networks"]
    assert {name: one["IPAddress"] for name, one in networks.items()} == {
        "n": "172.18.0.2",
        "m": "172.19.0.2",
    }
