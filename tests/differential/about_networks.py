"""Scenarios about networks and who is on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sides import Side

SLEEP = ["sleep", "1000"]


def make(d: Side, short: str, note: bool = True, **config: Any) -> str:
    """Create a network; it is removed at the end."""
    answer = d.post("/networks/create", {"Name": d.name(short), **config}, note=note)
    if answer.status != 201:
        return ""
    d.made.append(f"/networks/{answer.json['Id']}")
    return str(answer.json["Id"])


def pool(subnet: str, **more: Any) -> dict[str, Any]:
    return {"IPAM": {"Driver": "default", "Config": [{"Subnet": subnet, **more}]}}


AUXILIARY = (
    ("auxiliary", pool("10.99.5.0/24", AuxiliaryAddresses={"a": "10.98.0.1"})),
    ("auxiliary2", pool("10.99.6.0/24", AuxiliaryAddresses={"a": "nope"})),
)
"""Docker 20.10 never gives back a subnet that it refused so."""


def scenario_networks(d: Side) -> None:
    since = d.now()
    label = {"diff": d.run}
    id = make(
        d, "net", Labels=label, Internal=True, Options={"com.docker.network.bridge.enable_icc": "false"}
    )
    d.get(f"/networks/{id}", values=True)
    d.get(f"/networks/{id[:12]}", note=False)
    d.get(f"/networks/{d.name('net')}", query={"verbose": "1"}, values=True)
    d.get(f"/networks/{id}", query={"scope": "swarm"})
    d.get(f"/networks/{id}", query={"verbose": "x"})
    d.get("/networks", query={"filters": {"label": [f"diff={d.run}"]}}, values=True)
    make(d, "net")
    make(d, "net", CheckDuplicate=True)
    d.delete(f"/networks/{id}")
    d.delete(f"/networks/{id}")
    d.get(f"/networks/{id}")
    d.events(since, type=["network"], network=[id])


def scenario_networks_refused(d: Side) -> None:
    for name in ("bridge", "none", "host"):
        d.delete(f"/networks/{name}")
        d.post("/networks/create", {"Name": name})
    for body in ({"Name": ""}, {"Name": " "}, {"Name": "a/b"}, {"Name": "-x"}, {"Name": "a:b"}):
        answer = d.post("/networks/create", body)
        if answer.status == 201:
            d.made.append(f"/networks/{answer.json['Id']}")
    for short, config in (
        ("host", {"Driver": "host"}),
        ("null", {"Driver": "null"}),
        ("overlay", {"Driver": "overlay"}),
        ("scope", {"Scope": "nope"}),
        ("scope2", {"Scope": "swarm"}),
        ("subnet", pool("nope")),
        ("subnet2", pool("10.99.0.0/33")),
        ("subnet3", pool("10.99.0.5/24")),
        ("gateway", pool("10.99.1.0/24", Gateway="10.98.0.1")),
        ("gateway2", pool("10.99.2.0/24", Gateway="nope")),
        ("range", pool("10.99.3.0/24", IPRange="10.98.0.0/25")),
        ("range2", pool("10.99.4.0/24", IPRange="nope")),
        *(AUXILIARY if d.version != "1.41" else ()),
        ("twice", {"IPAM": {"Config": [{"Subnet": "10.99.7.0/24"}, {"Subnet": "10.99.7.0/25"}]}}),
        ("v6", {"EnableIPv6": True, **pool("fd00:99::/64")}),
        ("v6none", {"EnableIPv6": False, **pool("fd00:98::/64")}),
        ("gatewayonly", {"IPAM": {"Config": [{"Gateway": "10.99.8.1"}]}}),
        ("from", {"ConfigFrom": {"Network": "nope"}}),
        ("only", {"ConfigOnly": True}),
        ("ingress", {"Ingress": True}),
        ("option", {"Options": {"com.docker.network.bridge.enable_icc": "nope"}}),
        ("mtu", {"Options": {"com.docker.network.driver.mtu": "nope"}}),
        ("name", {"Options": {"com.docker.network.bridge.name": "a name that is too long"}}),
    ):
        d.note("config", config)
        id = make(d, short, **config)
        if id:
            d.get(f"/networks/{id}", values=True)
    d.get("/networks", query={"filters": {"nope": ["x"]}})
    d.get("/networks", query={"filters": {"type": ["nope"]}})
    d.get("/networks", query={"filters": {"scope": ["nope"]}})
    d.get("/networks", query={"filters": {"dangling": ["nope"]}})
    d.get("/networks/nothing-there")
    d.get("/networks/nothing-there", query={"scope": "nope"})
    d.delete("/networks/nothing-there")


def scenario_overlapping_pools(d: Side) -> None:
    make(d, "one", **pool("10.97.0.0/24"))
    make(d, "two", **pool("10.97.0.0/24"))
    make(d, "three", **pool("10.97.0.0/16"))
    make(d, "four", **pool("10.97.1.0/24"))


def scenario_connecting(d: Side) -> None:
    since = d.now()
    net = make(d, "net", **pool("10.96.0.0/24"))
    other = make(d, "other", **pool("10.96.1.0/24"))
    id = d.start("web", SLEEP, HostConfig={"NetworkMode": d.name("net")})
    connect, disconnect = f"/networks/{other}/connect", f"/networks/{other}/disconnect"
    d.post(
        connect,
        {"Container": id, "EndpointConfig": {"Aliases": ["a"], "IPAMConfig": {"IPv4Address": "10.96.1.9"}}},
    )
    networks = d.get(f"/containers/{id}/json", note=False).json["NetworkSettings"]["Networks"]
    d.note("networks", d.valued(networks))
    d.get(f"/networks/{other}", values=True)
    d.post(connect, {"Container": id})
    d.post(connect, {"Container": "nothing-there"})
    d.post(connect, {})
    d.post("/networks/nothing-there/connect", {"Container": id})
    d.delete(f"/networks/{other}")
    two = d.create("two", SLEEP)
    d.post(connect, {"Container": two, "EndpointConfig": {"IPAMConfig": {"IPv4Address": "10.96.1.9"}}})
    d.post(f"/containers/{two}/start")
    three = d.create("three", SLEEP, HostConfig={"NetworkMode": d.name("net")})
    d.post(f"/containers/{three}/start", note=False)
    d.post(connect, {"Container": three, "EndpointConfig": {"IPAMConfig": {"IPv4Address": "10.96.1.9"}}})
    d.post(f"/networks/{net}/disconnect", {"Container": three})
    for config in (
        {"IPAMConfig": {"IPv4Address": "nope"}},
        {"IPAMConfig": {"IPv4Address": "10.95.0.1"}},
        {"IPAMConfig": {"IPv4Address": "10.96.1.1"}},
        {"IPAMConfig": {"IPv6Address": "fd00::1"}},
        {"MacAddress": "nope"},
        {"Links": ["nothing:x"]},
    ):
        d.post(disconnect, {"Container": id}, note=False)
        d.note("config", config)
        d.post(connect, {"Container": id, "EndpointConfig": config})
    d.post(disconnect, {"Container": id, "Force": True}, note=False)
    d.post(disconnect, {"Container": id})
    d.post(disconnect, {"Container": id, "Force": True})
    d.post(disconnect, {"Container": "nothing-there"})
    d.post(disconnect, {})
    d.post("/networks/nothing-there/disconnect", {"Container": id})
    d.post("/networks/host/connect", {"Container": id})
    d.post("/networks/none/connect", {"Container": id})
    d.post("/networks/bridge/connect", {"Container": id, "EndpointConfig": {"Aliases": ["a"]}})
    d.post("/networks/bridge/connect", {"Container": id})
    d.post("/networks/bridge/disconnect", {"Container": id})
    host = d.start("host", SLEEP, HostConfig={"NetworkMode": "host"})
    d.post(connect, {"Container": host})
    d.post("/networks/host/disconnect", {"Container": host})
    d.post("/networks/none/disconnect", {"Container": two})
    actions = ["connect"] if d.version == "1.41" else ["connect", "disconnect"]  # NOT_COMPARED says why
    d.events(since, ordered=False, type=["network"], network=[net, other], event=actions)


def scenario_names_on_a_network(d: Side) -> None:
    """Names are resolved between containers of a network; what is in their files."""
    make(d, "net", **pool("10.94.0.0/24"))
    net = d.name("net")
    d.start("web", ["httpd", "-f", "-p", "80", "-h", "/etc"], HostConfig={"NetworkMode": net},
            NetworkingConfig={"EndpointsConfig": {net: {"Aliases": ["alias"]}}})  # fmt: skip
    id = d.start(
        "other", SLEEP, HostConfig={"NetworkMode": net, "ExtraHosts": ["extra:1.2.3.4"]}, Hostname="me"
    )
    d.until(lambda: d.exec_code(id, ["wget", "-q", "-O", "-", "http://alias/hostname"]) == 0)
    d.exec(id, ["sh", "-c", "wget -q -O - http://alias/group | head -1"], "by alias")
    d.exec(id, ["wget", "-q", "-O", "-", f"http://{d.name('web')}/nothing"], "what is not there")
    d.exec(id, ["wget", "-q", "-O", "-", "http://nowhere-at-all/"], "no name")
    d.exec(id, ["wget", "-q", "-O", "-", "http://alias:81/"], "no port")
    d.exec(id, ["cat", "/etc/hosts"], "hosts")
    d.exec(id, ["hostname"], "hostname")
    d.exec(id, ["sh", "-c", "ping -c 1 -W 1 alias | head -1"], "ping")


def scenario_ports(d: Side) -> None:
    since = d.now()
    host = {"NetworkMode": "bridge", "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "0"}]}}
    id = d.start("web", SLEEP, HostConfig=host, ExposedPorts={"80/tcp": {}, "81/udp": {}})
    ports = d.get(f"/containers/{id}/json", note=False).json["NetworkSettings"]["Ports"]
    d.note("ports", d.shape(ports))
    published = ports["80/tcp"][0]["HostPort"]
    taken = {**host, "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": published}]}}
    two = d.create("two", SLEEP, HostConfig=taken, ExposedPorts={"80/tcp": {}})
    answer = d.post(f"/containers/{two}/start", note=False)
    message = d.mask(answer.json["message"]).replace(published, "<port>")
    d.note("taken", (answer.status, message))
    listed = d.get("/containers/json", query={"filters": {"id": [id]}}, note=False).json[0]["Ports"]
    d.note("listed", d.shape(sorted(listed, key=str)))
    all_of = {"NetworkMode": "bridge", "PublishAllPorts": True}
    three = d.start("three", SLEEP, HostConfig=all_of, ExposedPorts={"80/tcp": {}})
    d.note("all", d.shape(d.get(f"/containers/{three}/json", note=False).json["NetworkSettings"]["Ports"]))
    d.events(since, type=["container"], container=[id])


def scenario_prune_networks(d: Side) -> None:
    since = d.now()
    label = [f"diff={d.run}"]
    make(d, "one", Labels={"diff": d.run}, note=False, **pool("10.93.0.0/24"))
    make(d, "two", Labels={"diff": d.run}, note=False, **pool("10.93.1.0/24"))
    d.start("web", SLEEP, HostConfig={"NetworkMode": d.name("two")})
    d.post("/networks/prune", query={"filters": {"label": label, "until": ["1h"]}}, values=True)
    d.post("/networks/prune", query={"filters": {"label": label}}, values=True)
    d.post("/networks/prune", query={"filters": {"label": label}}, values=True)
    d.post("/networks/prune", query={"filters": {"nope": ["x"]}})
    d.post("/networks/prune", query={"filters": {"until": ["nope"], "label": label}})
    d.events(since, type=["network"], event=["prune", "destroy", "create"])


def scenario_listed_networks(d: Side) -> None:
    make(d, "one", Labels={"diff": d.run, "k": "v"}, note=False, **pool("10.92.0.0/24"))
    for filters in (
        {"name": ["one"]},
        {"label": ["k"]},
        {"label": ["k=w"]},
        {"driver": ["bridge"]},
        {"driver": ["nope"]},
        {"scope": ["local"]},
        {"type": ["custom"]},
        {"type": ["builtin"]},
        {"dangling": ["true"]},
        {"dangling": ["false"]},
    ):
        whole = {**filters, "label": [f"diff={d.run}", *filters.get("label", [])]}
        found = d.get("/networks", query={"filters": whole}, note=False).json
        d.note(f"list {filters}", [d.mask(network["Name"]) for network in found])
    builtin = d.get("/networks", query={"filters": {"type": ["builtin"]}}, note=False).json
    d.note("builtin", sorted(network["Name"] for network in builtin))
    for name in ("host", "none"):
        whole = d.get(f"/networks/{name}", note=False).json
        d.note(name, d.valued({**whole, "Containers": {}}))
    d.get("/networks/bridge")
