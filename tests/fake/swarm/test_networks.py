"""The networks that a swarm's nodes have in common."""

from __future__ import annotations

from tests.fake.asking import answer, ask
from tests.fake.swarm.services import replicas, serve, settle, tasks


def create(daemon, name, **request):
    return ask(daemon, "POST", "/networks/create", {"Name": name, **request})


def test_overlays_have_subnets_of_the_swarm(daemon):
    assert create(daemon, "a", Driver="overlay")[0] == 201
    assert create(daemon, "b", Driver="overlay", IPAM={"Config": [{"Subnet": "10.44.0.0/24"}]})[0] == 201
    told = ask(daemon, "GET", "/networks/a")[1]
    assert (told["Scope"], told["IPAM"]["Config"]) == (
        "swarm",
        [{"Subnet": "10.0.1.0/24", "Gateway": "10.0.1.1"}],
    )
    assert len(told["Id"]) == 25
    assert ask(daemon, "GET", "/networks/b")[1]["IPAM"]["Config"][0]["Gateway"] == "10.44.0.1"
    local = create(daemon, "c", Driver="overlay", Scope="local")
    assert local == (403, "cannot downgrade network scope for overlay networks")
    status, text = create(daemon, "d", Driver="overlay", Ingress=True)
    assert status == 409
    assert text.endswith("is already present")


def test_services_find_each_other(daemon):
    create(daemon, "ov", Driver="overlay", Attachable=True)
    web = ["sh", "-c", "echo $HOSTNAME > index.html; httpd -f -p 80"]
    serve(daemon, "web", web, task={"Networks": [{"Target": "ov", "Aliases": ["www"]}]}, Mode=replicas(2))
    asking = "nslookup web; nslookup tasks.web; wget -q -O - http://web; wget -q -O - http://www; sleep 1000"
    settle(daemon)
    serve(daemon, "ask", ["sh", "-c", asking], task={"Networks": [{"Target": "ov"}]})
    daemon.clock.advance(1)
    (address,) = ask(daemon, "GET", "/services/web")[1]["Endpoint"]["VirtualIPs"]
    said = b"".join(answer(daemon, "GET", "/services/ask/logs?stdout=1").stream).decode("latin-1")
    mine = [task["NetworksAttachments"][0]["Addresses"][0].partition("/")[0] for task in tasks(daemon, "web")]
    for found in (address["Addr"].partition("/")[0], *mine):
        assert found in said
    hosts = [task["Status"]["ContainerStatus"]["ContainerID"][:12] for task in tasks(daemon, "web")]
    assert sum(said.count(host) for host in hosts) == 2


def test_a_network_in_use_stays(daemon):
    network = create(daemon, "n", Driver="bridge", Scope="swarm", Attachable=True)[1]["Id"]
    service = serve(daemon, "s", task={"Networks": [{"Target": "n"}]})
    settle(daemon)
    text = f"network {network} is in use by service {service}"
    assert ask(daemon, "DELETE", "/networks/n") == (
        400,
        f"rpc error: code = FailedPrecondition desc = {text}",
    )
    assert len(ask(daemon, "GET", "/networks/n")[1]["Containers"]) == 1
    ask(daemon, "DELETE", "/services/s")
    settle(daemon)
    assert ask(daemon, "DELETE", "/networks/n")[0] == 204


def test_a_configuration_of_the_node_s(daemon):
    create(daemon, "cf", ConfigOnly=True, IPAM={"Config": [{"Subnet": "10.45.0.0/24"}]})
    assert create(daemon, "n", Driver="bridge", Scope="swarm", ConfigFrom={"Network": "cf"})[0] == 201
    serve(daemon, "s", task={"Networks": [{"Target": "n"}]})
    settle(daemon)
    told = ask(daemon, "GET", "/networks/n")[1]
    assert told["IPAM"]["Config"][0]["Subnet"] == "10.45.0.0/24"
    (endpoint,) = told["Containers"].values()
    assert endpoint["IPv4Address"] == "10.45.0.2/24"


def test_only_some_networks_are_for_containers_too(daemon, modern):
    create(daemon, "closed", Driver="overlay")
    create(daemon, "open", Driver="overlay", Attachable=True)
    for name in ("closed", "open"):
        body = {"Image": "busybox", "Cmd": ["sleep", "9"], "HostConfig": {"NetworkMode": name}}
        assert ask(daemon, "POST", f"/containers/create?name=on-{name}", body)[0] == 201
    assert ask(daemon, "POST", "/containers/on-open/start")[0] == 204
    text = "Could not attach to network closed: rpc error: code = PermissionDenied desc = "
    prefix = "failed to set up container networking: " if modern else ""
    refused = (500, f"{prefix}{text}network closed not manually attachable")
    assert ask(daemon, "POST", "/containers/on-closed/start") == refused


def test_ports(daemon):
    ports = [{"TargetPort": 80, "PublishedPort": 8080}, {"TargetPort": 81}]
    serve(daemon, "a", EndpointSpec={"Ports": ports})
    told = ask(daemon, "GET", "/services/a")[1]["Endpoint"]["Ports"]
    assert [(port["TargetPort"], port["PublishedPort"], port["PublishMode"]) for port in told] == [
        (80, 8080, "ingress"),
        (81, 30000, "ingress"),
    ]
    status, text = ask(
        daemon,
        "POST",
        "/services/create",
        {
            "Name": "b",
            "TaskTemplate": {"ContainerSpec": {"Image": "busybox"}},
            "EndpointSpec": {"Ports": ports[:1]},
        },
    )
    assert status == 400
    assert "port '8080' is already in use by service 'a'" in text
    serve(
        daemon,
        "c",
        EndpointSpec={"Ports": [{"TargetPort": 80, "PublishedPort": 8081, "PublishMode": "host"}]},
    )
    (task,) = tasks(daemon, "c")
    published = {port["PublishedPort"] for port in task["Status"]["PortStatus"]["Ports"]}
    assert published == {8081}
