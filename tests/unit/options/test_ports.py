"""Published ports: docker-py's forms and the docker command's, and one error for everything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import InvalidArgument
from dockpy.options.ports import port_bindings


def binding(port: str = "", ip: str = "") -> dict[str, str]:
    return {"HostIp": ip, "HostPort": port}


ANY = [binding()]

# What docker-py 7.2 makes of the same mapping; a port of the host that is 0 is any free one, as "" is.
MAPPINGS: list[tuple[Any, dict[str, list[dict[str, str]]]]] = [
    ({}, {}),
    ({80: 8080}, {"80/tcp": [binding("8080")]}),
    ({"80": 8080}, {"80/tcp": [binding("8080")]}),
    ({"80/tcp": "8080"}, {"80/tcp": [binding("8080")]}),
    ({"53/udp": 53}, {"53/udp": [binding("53")]}),
    ({"9/sctp": 9}, {"9/sctp": [binding("9")]}),
    ({"80/tcp": None}, {"80/tcp": ANY}),
    ({"80/tcp": [None]}, {"80/tcp": ANY}),
    ({"80/tcp": 0}, {"80/tcp": [binding("0")]}),
    ({"80/tcp": ("127.0.0.1", 8080)}, {"80/tcp": [binding("8080", "127.0.0.1")]}),
    ({"80/tcp": ("127.0.0.1", "8080")}, {"80/tcp": [binding("8080", "127.0.0.1")]}),
    ({"80/tcp": ("::1", 8080)}, {"80/tcp": [binding("8080", "::1")]}),
    ({"80/tcp": ("127.0.0.1",)}, {"80/tcp": [binding("", "127.0.0.1")]}),
    ({"80/tcp": ("127.0.0.1", None)}, {"80/tcp": [binding("", "127.0.0.1")]}),
    ({"80/tcp": ("127.0.0.1", "")}, {"80/tcp": [binding("", "127.0.0.1")]}),
    ({"80/tcp": [8080, 8081]}, {"80/tcp": [binding("8080"), binding("8081")]}),
    ({"80/tcp": [8080, ("::1", 8081)]}, {"80/tcp": [binding("8080"), binding("8081", "::1")]}),
    ({"80/tcp": []}, {"80/tcp": []}),
    ({"80/tcp": "8080-8090"}, {"80/tcp": [binding("8080-8090")]}),
    ({"80/tcp": {"HostPort": "8080"}}, {"80/tcp": [binding("8080")]}),
    ({"80/tcp": {"HostPort": 8080, "HostIp": "::1"}}, {"80/tcp": [binding("8080", "::1")]}),
    ({"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}, {"80/tcp": [binding("", "127.0.0.1")]}),
    ({"80/tcp": {"HostIp": "127.0.0.1", "HostPort": None}}, {"80/tcp": [binding("", "127.0.0.1")]}),
    ({"80/tcp": {"HostIp": None, "HostPort": "80"}}, {"80/tcp": [binding("80")]}),
    # and what docker-py does not take
    ({"80/tcp": "127.0.0.1:8080"}, {"80/tcp": [binding("8080", "127.0.0.1")]}),
    ({"80/tcp": "[::1]:8080"}, {"80/tcp": [binding("8080", "::1")]}),
    ({"80-81/udp": None}, {"80/udp": ANY, "81/udp": ANY}),
    ({80: 1, "53/udp": 2}, {"80/tcp": [binding("1")], "53/udp": [binding("2")]}),
    ({80: 1, "80/tcp": 2}, {"80/tcp": [binding("1"), binding("2")]}),
]

# What the docker command makes of the same text.
STRINGS: list[tuple[str, dict[str, list[dict[str, str]]]]] = [
    ("80", {"80/tcp": ANY}),
    ("80/udp", {"80/udp": ANY}),
    (":80", {"80/tcp": ANY}),
    ("8080:80", {"80/tcp": [binding("8080")]}),
    ("8080:80/sctp", {"80/sctp": [binding("8080")]}),
    ("0:80", {"80/tcp": [binding("0")]}),
    ("127.0.0.1:8080:80", {"80/tcp": [binding("8080", "127.0.0.1")]}),
    ("127.0.0.1::80", {"80/tcp": [binding("", "127.0.0.1")]}),
    ("127.0.0.1:8080:53/udp", {"53/udp": [binding("8080", "127.0.0.1")]}),
    ("[::1]:8080:80", {"80/tcp": [binding("8080", "::1")]}),
    ("[::1]::80", {"80/tcp": [binding("", "::1")]}),
    ("[2001:db8::1]:8080:80/udp", {"80/udp": [binding("8080", "2001:db8::1")]}),
    ("80-81", {"80/tcp": ANY, "81/tcp": ANY}),
    ("8000-8001:80-81", {"80/tcp": [binding("8000")], "81/tcp": [binding("8001")]}),
    ("8000-8010:80", {"80/tcp": [binding("8000-8010")]}),
    ("1-1:80-80", {"80/tcp": [binding("1")]}),
    ("127.0.0.1:1-2:3-4/udp", {"3/udp": [binding("1", "127.0.0.1")], "4/udp": [binding("2", "127.0.0.1")]}),
    ("65535:65535", {"65535/tcp": [binding("65535")]}),
]


@pytest.mark.parametrize(("ports", "expected"), MAPPINGS, ids=lambda value: str(value))
def test_mappings(ports: Any, expected: Any) -> None:
    assert port_bindings(ports) == expected


@pytest.mark.parametrize(("text", "expected"), STRINGS, ids=lambda value: str(value))
def test_strings(text: str, expected: Any) -> None:
    assert port_bindings([text]) == expected


def test_lists_gather_what_they_publish() -> None:
    assert port_bindings(["8080:80", 90, "127.0.0.1:8081:80"]) == {
        "80/tcp": [binding("8080"), binding("8081", "127.0.0.1")],
        "90/tcp": ANY,
    }
    assert port_bindings([]) == port_bindings(()) == {}


@pytest.mark.parametrize(
    "text", ["localhost:8080:80", "abc:80:80", "1:2:3:4:5", "300.1.1.1:80:80", "[x]:80:80"]
)
def test_an_address_is_an_ip_address(text: str) -> None:
    """Engines publish on every interface where the address is none that they can read: seen on both."""
    with pytest.raises(InvalidArgument, match="ports"):
        port_bindings([text])


@pytest.mark.parametrize(
    "host", [("localhost", 80), ("x",), (8080, 80), "localhost:80", {"HostIp": "localhost"}, {"HostIp": 5}]
)
def test_an_address_in_a_mapping_is_an_ip_address(host: Any) -> None:
    with pytest.raises(InvalidArgument, match="ports"):
        port_bindings({"80/tcp": host})


def test_an_address_of_ipv6_without_brackets_is_itself_or_refused() -> None:
    for text, ip in (("::1:8080:80", "::1"), ("2001:db8::1:8080:80", "2001:db8::1")):
        try:
            bindings = port_bindings([text])
        except InvalidArgument:  # as the docker command does
            continue
        assert bindings == {"80/tcp": [binding("8080", ip)]}  # as docker-py does


@pytest.mark.parametrize("ports", [["90-80"], {"90-80": None}, {"90-80/udp": 5}, ["9-8:9-8"], ["9-8:80"]])
def test_a_range_begins_before_it_ends(ports: Any) -> None:
    with pytest.raises(InvalidArgument, match="ports"):
        port_bindings(ports)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            ":",
            "::",
            "/tcp",
            "80/",
            "80/icmp",
            "80/tcp/udp",
            "tcp",
            "http",
            "-80",
            "80-",
            "-",
            "80:",
            "80:80:",
        ),
        *(
            "0",
            "65536",
            "80:65536",
            "65536:80",
            "8080:0",
            "99999999:80",
            "1.5",
            "8 0",
            "80\n",
            "\n80",
            "0x50",
        ),
        *("1-2:3-5", "1-3:4-5", "127.0.0.1", "127.0.0.1:80", "a:80", "80:a", "8080->80"),
        *("[::1]:1:2:3", "[::1", "[::1]80:80", "[]:80:80", "80:80:80", "\u0668\u0660"),
    ],
)
def test_strings_that_publish_nothing_are_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="ports"):
        port_bindings([text])


@pytest.mark.parametrize(
    "ports",
    [
        *("80", b"80", 80, None, True, 1.5, ..., {"80"}),
        *([True], [None], [1.5], [("80", 80)], [{"80": 80}], [b"80"], [-1]),
        *(
            {"http": 80},
            {"": 80},
            {None: 80},
            {True: 80},
            {-1: 80},
            {("80", "tcp"): 80},
            {"127.0.0.1:80": 80},
        ),
        *(
            {80: True},
            {80: False},
            {80: -1},
            {80: 65536},
            {80: 1.5},
            {80: "http"},
            {80: "80/tcp"},
            {80: b"80"},
        ),
        *({80: ()}, {80: ("127.0.0.1", 80, 90)}, {80: ("127.0.0.1", True)}, {80: {80}}, {80: [[80]]}),
        *({80: {"Port": 80}}, {80: {"HostPort": "http"}}, {80: {"HostPort": [80]}}, {80: ...}),
    ],
    ids=str,
)
def test_other_forms_are_refused_and_the_accepted_ones_are_said(ports: Any) -> None:
    with pytest.raises(InvalidArgument, match="ports"):
        port_bindings(ports)


def test_a_refusal_shows_the_value_and_the_forms() -> None:
    with pytest.raises(InvalidArgument, match=r"'http' .* it takes \{'80/tcp': 8080\}"):
        port_bindings(["http"])
    with pytest.raises(InvalidArgument, match=r"70000'? is not within"):
        port_bindings({80: 70000})


PORTS = st.integers(-1, 65537) | st.sampled_from(["80", "80-82", "80/udp", "", "0", "x"])
PIECES = st.text("0123456789:-/[].tcpudp", max_size=14)
HOSTS = st.recursive(
    st.none() | st.booleans() | st.floats() | PORTS | PIECES | st.text(max_size=5) | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.sampled_from(["HostIp", "HostPort", "Port"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(HOSTS | st.dictionaries(PORTS | PIECES | st.text(max_size=4) | st.none(), HOSTS, max_size=3))
def test_anything_gives_bindings_or_the_one_error(ports: Any) -> None:
    try:
        bindings = port_bindings(ports)
    except InvalidArgument:
        return
    json.dumps(bindings)
    for port, several in bindings.items():
        number, _, protocol = port.partition("/")
        assert 0 < int(number) < 65536
        assert protocol in ("tcp", "udp", "sctp")
        for one in several:
            assert set(one) == {"HostIp", "HostPort"}
            assert all(isinstance(value, str) for value in one.values())


@given(
    st.sampled_from(["", "127.0.0.1", "::1"]),
    st.integers(1, 65500),
    st.integers(1, 65500),
    st.integers(0, 5),
    st.sampled_from(["tcp", "udp"]),
)
def test_ranges_of_one_length_are_published_one_by_one(
    ip: str, host: int, container: int, more: int, protocol: str
) -> None:
    address = f"[{ip}]:" if ":" in ip else f"{ip}:" if ip else ""
    text = f"{address}{host}-{host + more}:{container}-{container + more}/{protocol}"
    assert port_bindings([text]) == {
        f"{container + i}/{protocol}": [binding(str(host + i), ip)] for i in range(more + 1)
    }
