"""Networks as Docker 20.10 and 28.5 answered the same calls."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.fake.asking import ask, events, run


def create(daemon, name, **request):
    return ask(daemon, "POST", "/networks/create", {"Name": name, **request})


def ipam(*pools, **more):
    return {"Config": list(pools), **more}


def test_a_network_gets_the_next_subnet_and_is_told_of(daemon, modern):
    assert create(daemon, "n")[0] == 201
    status, told = ask(daemon, "GET", "/networks/n")
    assert status == 200
    assert told["IPAM"] == {
        "Driver": "default",
        "Options": None,
        "Config": [{"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1"}],
    }
    assert ("EnableIPv4" in told) == modern
    assert events(daemon) == ["network create n"]


def test_those_that_every_daemon_has(daemon, modern):
    told = {network["Name"]: network for network in ask(daemon, "GET", "/networks")[1]}
    assert {name: network["Driver"] for name, network in told.items()} == {
        "bridge": "bridge",
        "host": "host",
        "none": "null",
    }
    assert told["host"]["IPAM"]["Config"] == (None if modern else [])
    assert ask(daemon, "DELETE", "/networks/host") == (
        403,
        "host is a pre-defined network and cannot be removed",
    )
    assert create(daemon, "bridge") == (403, "operation is not permitted on predefined bridge network ")


def test_a_name_that_is_taken(daemon, modern):
    first = create(daemon, "n")[1]["Id"]
    status, second = create(daemon, "n")
    if modern:
        assert (status, second) == (409, "network with name n already exists")
    else:
        warning = f"Network with name n (id : {first}) already exists"
        assert (status, second["Warning"]) == (201, warning)
        assert ask(daemon, "GET", "/networks/n")[0] == 400
        assert ask(daemon, "DELETE", f"/networks/{first[:20]}")[0] == 204
    assert create(daemon, "n", CheckDuplicate=True) == (409, "network with name n already exists")


REFUSED = [
    ({"Driver": "nosuch"}, 404, 404, 'plugin "nosuch" not found'),
    ({"Driver": "host"}, 403, 403, 'only one instance of "host" network is allowed'),
    ({"Driver": "macvlan"}, 500, 500, "operation not supported"),
    ({"Scope": "swarm"}, 403, 403, "cannot create a swarm scoped network when swarm is not active"),
    ({"IPAM": {"Driver": "null"}}, 500, 400, "ipv4 pool is empty"),
    (
        {"IPAM": ipam({"Subnet": "10.4.0.0/24"}, {"Subnet": "10.5.0.0/24"})},
        403,
        403,
        "bridge driver doesn't support multiple subnets",
    ),
    ({"ConfigFrom": {"Network": "x"}}, 404, 404, 'configuration network "x" does not exist'),
    ({"Ingress": True}, 403, 403, "Ingress network can only be global scope network"),
]


def test_subnets_do_not_overlap(daemon, modern):
    begin = "invalid pool request: " if modern else ""
    message = f"{begin}Pool overlaps with other one on this address space"
    assert create(daemon, "n", IPAM=ipam({"Subnet": "172.17.5.0/24"})) == (403, message)


@pytest.mark.parametrize(("request_", "old", "new", "message"), REFUSED)
def test_what_is_refused_by_both_with_one_text(daemon, modern, request_, old, new, message):
    assert create(daemon, "n", **request_) == (new if modern else old, message)
    assert create(daemon, "n")[0] == 201  # nothing is left of it


POOLS = [
    (
        {"Subnet": "bad"},
        "Invalid subnet bad : invalid CIDR address: bad",
        "invalid subnet bad: invalid CIDR block notation",
    ),
    (
        {"Gateway": "10.2.0.1"},
        "Invalid subnet  : invalid CIDR address: ",
        "invalid subnet : invalid CIDR block notation",
    ),
    (
        {"Subnet": "10.2.0.0/24", "Gateway": "bad"},
        "invalid gateway address bad in Ipam configuration",
        "invalid gateway bad: invalid address",
    ),
    (
        {"Subnet": "10.2.0.0/24", "Gateway": "10.3.0.1"},
        "failed to allocate gateway (10.3.0.1): Requested address is out of range",
        "invalid gateway 10.3.0.1: parent subnet 10.2.0.0/24 doesn't contain this address",
    ),
    (
        {"Subnet": "10.2.0.0/24", "IPRange": "zz"},
        'failed to parse pool request for address space "LocalDefault" pool "10.2.0.0/24" subpool "zz": '
        "Invalid Address SubPool",
        "invalid ip-range zz: invalid CIDR block notation",
    ),
]


@pytest.mark.parametrize(("pool", "old", "new"), POOLS)
def test_pools_that_cannot_be(daemon, modern, pool, old, new):
    expected = (400, f"invalid network config:\n{new}") if modern else (500, old)
    assert create(daemon, "n", IPAM=ipam(pool)) == expected


def test_ipv6_has_addresses_of_its_own(daemon, modern):
    status, message = create(daemon, "n", EnableIPv6=True)
    if not modern:
        text = "could not find an available, non-overlapping IPv6 address pool among the defaults"
        assert (status, message) == (404, f"{text} to assign to the network")
    assert create(daemon, "m", EnableIPv6=True, IPAM=ipam({"Subnet": "fd00:1::/64"}))[0] == 201
    id = run(daemon, "c0", HostConfig={"NetworkMode": "m"})
    told = ask(daemon, "GET", "/networks/m")[1]["Containers"][id]
    assert told["IPv6Address"] == "fd00:1::2/64"


def test_default_pools_end(daemon, modern):
    for number in range(30):
        assert create(daemon, f"n{number}")[0] == 201
    if modern:
        assert create(daemon, "more") == (400, "all predefined address pools have been fully subnetted")
    else:
        assert create(daemon, "more")[0] == 404
    assert ask(daemon, "DELETE", "/networks/n3")[0] == 204
    assert create(daemon, "more")[0] == 201


def test_a_configuration_is_taken_over(daemon):
    assert (
        create(daemon, "conf", ConfigOnly=True, IPAM=ipam({"Subnet": "10.6.0.0/24"}), Labels={"a": "b"})[0]
        == 201
    )
    assert create(daemon, "n", ConfigFrom={"Network": "conf"})[0] == 201
    told = ask(daemon, "GET", "/networks/n")[1]
    assert (told["IPAM"]["Config"], told["Labels"]) == ([{"Subnet": "10.6.0.0/24"}], {"a": "b"})
    text = 'error while removing network: configuration network "conf" is in use'
    assert ask(daemon, "DELETE", "/networks/conf") == (403, text)


def test_connecting_and_disconnecting(daemon, modern):
    create(daemon, "n", IPAM=ipam({"Subnet": "10.7.0.0/29"}))
    id = run(daemon, "c0")
    asked = {
        "Container": "c0",
        "EndpointConfig": {"Aliases": ["al"], "IPAMConfig": {"IPv4Address": "10.7.0.5"}},
    }
    assert ask(daemon, "POST", "/networks/n/connect", asked) == (200, None)
    endpoint = ask(daemon, "GET", "/containers/c0/json")[1]["NetworkSettings"]["Networks"]["n"]
    assert (endpoint["IPAddress"], endpoint["IPPrefixLen"], endpoint["Gateway"]) == (
        "10.7.0.5",
        29,
        "10.7.0.1",
    )
    assert endpoint["Aliases"] == (["al"] if modern else ["al", id[:12]])
    assert endpoint.get("DNSNames") == (["c0", "al", id[:12]] if modern else None)
    again = ask(daemon, "POST", "/networks/n/connect", {"Container": "c0"})
    assert again == (403, "endpoint with name c0 already exists in network n")
    status, message = ask(daemon, "DELETE", "/networks/n")
    assert status == 403
    assert message.startswith("error while removing network: network n ")
    assert ask(daemon, "POST", "/networks/n/disconnect", {"Container": "c0"}) == (200, None)
    gone = ask(daemon, "POST", "/networks/n/disconnect", {"Container": "c0"})
    assert gone == (500, f"container {id} is not connected to network n")
    assert ask(daemon, "DELETE", "/networks/n")[0] == 204
    assert events(daemon, "network")[1:] == [
        "network connect bridge",
        "network connect n",
        "network disconnect n",
        "network destroy n",
    ]


def test_a_container_that_does_not_run_is_connected_when_it_starts(daemon):
    create(daemon, "n")
    run(daemon, "c0", start=False)
    assert ask(daemon, "POST", "/networks/n/connect", {"Container": "c0"})[0] == 200
    networks = ask(daemon, "GET", "/containers/c0/json")[1]["NetworkSettings"]["Networks"]
    assert {name: endpoint["IPAddress"] for name, endpoint in networks.items()} == {"bridge": "", "n": ""}
    ask(daemon, "POST", "/containers/c0/start")
    networks = ask(daemon, "GET", "/containers/c0/json")[1]["NetworkSettings"]["Networks"]
    assert networks["n"]["IPAddress"] == "172.18.0.2"
    ask(daemon, "POST", "/containers/c0/kill")
    assert ask(daemon, "GET", "/networks/n")[1]["Containers"] == {}


CONNECT_REFUSED = [
    (
        "bridge",
        "none",
        "container cannot be connected to multiple networks with one of the networks in private (none) mode",
    ),
    (
        "none",
        "n",
        "container cannot be connected to multiple networks with one of the networks in private (none) mode",
    ),
    (
        "host",
        "n",
        "container sharing network namespace with another container or host "
        "cannot be connected to any other network",
    ),
]


@pytest.mark.parametrize(("mode", "network", "message"), CONNECT_REFUSED)
def test_networks_that_do_not_go_together(daemon, mode, network, message):
    create(daemon, "n")
    run(daemon, "c0", HostConfig={"NetworkMode": mode})
    assert ask(daemon, "POST", f"/networks/{network}/connect", {"Container": "c0"}) == (400, message)


def test_addresses_run_out(daemon, modern):
    id = create(daemon, "n", IPAM=ipam({"Subnet": "10.8.0.0/30"}))[1]["Id"]
    run(daemon, "c0", HostConfig={"NetworkMode": "n"})
    run(daemon, "d0", start=False, HostConfig={"NetworkMode": "n"})
    text = f"no available IPv4 addresses on this network's address pools: n ({id})"
    prefix = "failed to set up container networking: " if modern else ""
    assert ask(daemon, "POST", "/containers/d0/start") == (500, prefix + text)
    assert ask(daemon, "DELETE", "/containers/c0?force=1")[0] == 204
    assert ask(daemon, "POST", "/containers/d0/start")[0] == 204


def test_pruning_leaves_what_is_used(daemon):
    create(daemon, "used")
    create(daemon, "free", Labels={"a": "b"})
    create(daemon, "other")
    run(daemon, "c0", HostConfig={"NetworkMode": "used"})
    filters = quote('{"label":["a=b"]}')
    assert ask(daemon, "POST", f"/networks/prune?filters={filters}") == (200, {"NetworksDeleted": ["free"]})
    assert ask(daemon, "POST", "/networks/prune") == (200, {"NetworksDeleted": ["other"]})
    assert ask(daemon, "POST", "/networks/prune") == (200, {"NetworksDeleted": None})


def test_filters(daemon, modern):
    create(daemon, "n", Labels={"a": "b"})

    def listed(filters):
        status, found = ask(daemon, "GET", "/networks?filters=" + quote(filters))
        return [network["Name"] for network in found] if status == 200 else (status, found)

    assert listed('{"type":["builtin"],"driver":["bridge"]}') == ["bridge"]
    assert listed('{"name":["^b"]}') == ["bridge"]
    assert listed('{"label":["a"]}') == ["n"]
    assert listed('{"dangling":["true"]}') == ["n"]
    assert listed('{"type":["weird"]}') == (500, "invalid filter: 'type'='weird'")
    assert listed('{"bad":["x"]}') == (400, f"{'i' if modern else 'I'}nvalid filter 'bad'")
