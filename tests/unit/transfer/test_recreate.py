"""From what one engine tells of a container to the request that makes it again on another."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import VersionMismatch
from dockpy.transfer.mounted import mounted_volumes
from dockpy.transfer.obstacles import obstacles
from dockpy.transfer.recreate import recreate
from dockpy.wire.versions import unknown_fields

RECORDED = Path(__file__).parents[1] / "wire" / "recorded"
VERSIONS = [f"1.{minor}" for minor in range(41, 53)]


def recorded(engine: str) -> list[dict[str, Any]]:
    answers = json.loads((RECORDED / f"{engine}.json").read_text())
    return [each["answer"] for each in answers if each["operation"] == "ContainerInspect"]


TOLD = {
    f"{engine}-{number}": told
    for engine in ("docker20", "docker28")
    for number, told in enumerate(recorded(engine))
}
every_answer = pytest.mark.parametrize("told", TOLD.values(), ids=TOLD)
NEW = TOLD["docker28-0"]


def changed(told: dict[str, Any], part: str, **fields: Any) -> dict[str, Any]:
    """An answer with other fields in a part of it."""
    answer = copy.deepcopy(told)
    answer[part] |= fields
    return answer


def request(told: dict[str, Any], version: str = "1.51", **options: Any) -> dict[str, Any]:
    return recreate(told, version, image="image", **options).request.dump()


@every_answer
@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_asked_for_is_asked_for_again(told: dict[str, Any], version: str) -> None:
    before = copy.deepcopy(told)
    made = recreate(told, version, image="image").request
    assert told == before
    assert list(unknown_fields(made, version)) == []
    sent, config, host = made.dump(), told["Config"], told["HostConfig"]
    assert sent["Image"] == "image"
    for name in ("Env", "Cmd", "Labels", "ExposedPorts", "Volumes", "User", "WorkingDir", "Tty", "OpenStdin"):
        assert sent.get(name) == config.get(name), name
    for name in (
        "Memory",
        "CpuShares",
        "RestartPolicy",
        "PortBindings",
        "Ulimits",
        "CapDrop",
        "Sysctls",
        "Init",
    ):
        assert sent["HostConfig"].get(name) == host.get(name), name
    for name, value in (config.get("Healthcheck") or {}).items():
        assert sent["Healthcheck"][name] == value


def test_what_the_engine_chose_is_left_to_the_other_one() -> None:
    sent = request(NEW)
    assert "Hostname" not in sent
    assert not {"MaskedPaths", "ReadonlyPaths", "ConsoleSize", "ContainerIDFile"} & sent["HostConfig"].keys()
    assert "NetworkSettings" not in sent
    named = changed(NEW, "Config", Hostname="own")
    assert request(named)["Hostname"] == "own"
    assert "Hostname" not in request(named, host_name="own")
    assert "Hostname" not in request(changed(named, "HostConfig", UTSMode="host"))


def test_paths_that_are_masked_on_purpose_stay_so() -> None:
    assert request(changed(NEW, "HostConfig", MaskedPaths=[]))["HostConfig"]["MaskedPaths"] == []
    usual = NEW["HostConfig"]["MaskedPaths"]
    more = [*usual, "/proc/interrupts", "/sys/devices/system/cpu/cpu11/thermal_throttle"]
    assert "MaskedPaths" not in request(changed(NEW, "HostConfig", MaskedPaths=more))["HostConfig"]
    own = [*usual, "/proc/own"]
    assert request(changed(NEW, "HostConfig", MaskedPaths=own))["HostConfig"]["MaskedPaths"] == own
    assert request(changed(NEW, "HostConfig", ReadonlyPaths=["/proc/bus"]))["HostConfig"]["ReadonlyPaths"]


def test_an_entrypoint_that_was_taken_away_stays_away() -> None:
    assert request(changed(NEW, "Config", Entrypoint=None))["Entrypoint"] == [""]
    assert request(changed(NEW, "Config", Entrypoint=["a", "b"]))["Entrypoint"] == ["a", "b"]
    assert "Cmd" not in request(changed(NEW, "Config", Entrypoint=["a"], Cmd=None))


UNKNOWN = [
    ("1.42", "Annotations", {"a": "b"}, "annotations needs API 1.43"),
    (
        "1.44",
        "Mounts",
        [{"Type": "volume", "Source": "a", "Target": "/a", "VolumeOptions": {"Subpath": "b"}}],
        "subpath",
    ),
    (
        "1.45",
        "Mounts",
        [{"Type": "tmpfs", "Target": "/a", "TmpfsOptions": {"Options": [["noexec"]]}}],
        "options",
    ),
    (
        "1.41",
        "Mounts",
        [{"Type": "bind", "Source": "/a", "Target": "/a", "BindOptions": {"CreateMountpoint": True}}],
        "create_mountpoint",
    ),
    ("1.43", "KernelMemory", 7, "kernel_memory is gone since API 1.42"),
    ("1.51", "FromTheFuture", {"a": 1}, "FromTheFuture is not known"),
]


@pytest.mark.parametrize(("version", "name", "value", "text"), UNKNOWN, ids=[each[3] for each in UNKNOWN])
def test_what_the_other_engine_does_not_know_is_named(version: str, name: str, value: Any, text: str) -> None:
    with pytest.raises(VersionMismatch, match=text):
        request(changed(NEW, "HostConfig", **{name: value}), version)


def test_all_of_that_is_named_at_once() -> None:
    told = changed(NEW, "HostConfig", Annotations={"a": "b"})
    told["Config"]["Healthcheck"] |= {"StartInterval": 5}
    with pytest.raises(VersionMismatch) as caught:
        request(told, "1.41")
    assert "annotations needs API 1.43" in str(caught.value)
    assert "start_interval needs API 1.44" in str(caught.value)


EFFECTLESS: list[Any] = [None, 0, "", False, [], {}, {"a": {"b": []}}]


@pytest.mark.parametrize("value", EFFECTLESS, ids=repr)
def test_what_has_no_effect_is_left_out(value: Any) -> None:
    assert "FromTheFuture" not in request(changed(NEW, "HostConfig", FromTheFuture=value))["HostConfig"]


def test_zeros_that_mean_nothing_are_left_out_where_they_are_not_known() -> None:
    told = changed(NEW, "HostConfig", Annotations={}, KernelMemory=0)
    told["Config"]["Healthcheck"] |= {"StartInterval": 0}
    sent = request(told, "1.43")
    assert "KernelMemory" not in sent["HostConfig"]
    assert "StartInterval" not in sent["Healthcheck"]
    assert "Annotations" not in request(told, "1.41")["HostConfig"]
    assert request(changed(NEW, "HostConfig", Init=False))["HostConfig"]["Init"] is False


# Networks


def on(mode: str, **networks: Any) -> dict[str, Any]:
    told = changed(NEW, "HostConfig", NetworkMode=mode)
    told["NetworkSettings"]["Networks"] = networks
    return told


PLACE = {
    "IPAMConfig": {"IPv4Address": "10.0.0.9"},
    "Aliases": ["al", NEW["Id"][:12]],
    "Links": ["db:database"],
    "DriverOpts": {"a": "b"},
    "GwPriority": 3,
    "MacAddress": "02:42:0a:00:00:09",
    "NetworkID": "a" * 64,
    "EndpointID": "b" * 64,
    "IPAddress": "10.0.0.9",
    "DNSNames": ["x"],
}


def test_a_place_on_a_network_is_asked_for_again_not_what_it_came_to() -> None:
    made = recreate(on("net", net=PLACE), "1.51", image="image")
    assert (made.joins, made.leaves) == ({}, None)
    assert made.request.dump()["NetworkingConfig"] == {
        "EndpointsConfig": {
            "net": {
                "IPAMConfig": {"IPv4Address": "10.0.0.9"},
                "Aliases": ["al"],
                "Links": ["db:database"],
                "DriverOpts": {"a": "b"},
                "GwPriority": 3,
            }
        }
    }


def test_several_networks_at_once_where_the_engine_can_and_one_by_one_where_it_cannot() -> None:
    told = on("first", first=dict(PLACE, GwPriority=0), second={"Aliases": ["x"], "IPAMConfig": None})
    new, old = recreate(told, "1.44", image="image"), recreate(told, "1.43", image="image")
    assert list(new.request.dump()["NetworkingConfig"]["EndpointsConfig"]) == ["first", "second"]
    assert new.joins == {}
    assert list(old.request.dump()["NetworkingConfig"]["EndpointsConfig"]) == ["first"]
    assert {name: settings.dump() for name, settings in old.joins.items()} == {"second": {"Aliases": ["x"]}}
    with pytest.raises(VersionMismatch, match="gw_priority"):
        recreate(on("first", first={}, second=PLACE), "1.43", image="image")


def test_a_network_that_it_was_disconnected_from() -> None:
    made = recreate(on("bridge", net=PLACE), "1.51", image="image")
    assert (made.leaves, list(made.joins)) == ("bridge", ["net"])
    gone = recreate(on("gone", net=PLACE), "1.51", image="image")
    assert (gone.leaves, gone.request.dump()["HostConfig"]["NetworkMode"]) == (None, "net")
    none = recreate(on("gone"), "1.51", image="image")
    assert (none.leaves, none.request.dump()["HostConfig"]["NetworkMode"]) == ("bridge", "bridge")


def test_a_network_by_its_id() -> None:
    for mode in ("a" * 64, "a" * 12):
        assert request(on(mode, net=PLACE))["HostConfig"]["NetworkMode"] == "net"


@pytest.mark.parametrize("mode", ["host", "none", "bridge", "default"])
def test_the_engines_own_networks(mode: str) -> None:
    name = "bridge" if mode == "default" else mode
    made = recreate(on(mode, **{name: {"IPAMConfig": None}}), "1.51", image="image")
    assert (made.joins, made.leaves) == ({}, None)
    assert made.request.dump()["HostConfig"]["NetworkMode"] == name
    assert "NetworkingConfig" not in made.request.dump()


def test_without_its_networks() -> None:
    made = recreate(on("net", net=PLACE), "1.51", image="image", networks=False)
    assert (made.joins, made.leaves) == ({}, None)
    assert made.request.dump()["HostConfig"]["NetworkMode"] == "bridge"
    assert request(on("host", host={}), networks=False)["HostConfig"]["NetworkMode"] == "host"


@pytest.mark.parametrize(("version", "place"), [("1.43", "container"), ("1.51", "endpoint")])
def test_a_mac_address_that_was_asked_for(version: str, place: str) -> None:
    told = on("net", net={})
    told["Config"]["MacAddress"] = "02:42:00:00:00:01"
    sent = request(told, version)
    endpoint = sent.get("NetworkingConfig", {}).get("EndpointsConfig", {}).get("net", {})
    found = {"container": sent.get("MacAddress"), "endpoint": endpoint.get("MacAddress")}
    assert [where for where, address in found.items() if address == "02:42:00:00:00:01"] == [place]


# Volumes


def with_mounts(
    binds: list[str], mounts: list[dict[str, Any]], points: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    told = changed(NEW, "HostConfig", Binds=binds, Mounts=mounts, **more)
    told["Mounts"] = points
    told["Config"]["Volumes"] = {"/anon": {}}
    return told


def point(name: str, destination: str, **more: Any) -> dict[str, Any]:
    return {"Type": "volume", "Name": name, "Destination": destination, "Driver": "local", "RW": True, **more}


def test_volumes_are_not_filled_from_the_image_again() -> None:
    told = with_mounts(
        ["data:/data", "more:/more:ro", "set:/set:nocopy", "/host:/host:ro"],
        [{"Type": "volume", "Source": "m", "Target": "/m"}, {"Type": "tmpfs", "Target": "/t"}],
        [point("data", "/data"), point("m", "/m"), point("f" * 64, "/anon")],
    )
    sent = request(told)["HostConfig"]
    assert sent["Binds"] == ["data:/data:nocopy", "more:/more:ro,nocopy", "set:/set:nocopy", "/host:/host:ro"]
    assert sent["Mounts"] == [
        {"Type": "volume", "Source": "m", "Target": "/m", "VolumeOptions": {"NoCopy": True}},
        {"Type": "tmpfs", "Target": "/t"},
        {"Type": "volume", "Target": "/anon", "VolumeOptions": {"NoCopy": True}},
    ]
    new = request(told, contents=False)["HostConfig"]
    assert (new["Binds"], new["Mounts"]) == (told["HostConfig"]["Binds"], told["HostConfig"]["Mounts"])


def test_volumes_of_another_container_are_mounted_by_name() -> None:
    told = with_mounts(
        ["data:/data"],
        [],
        [
            point("data", "/data"),
            point("f" * 64, "/anon"),
            point("theirs", "/theirs", RW=False),
            {"Type": "bind", "Source": "/host", "Destination": "/shared", "RW": True},
        ],
        VolumesFrom=["other"],
    )
    sent = request(told)["HostConfig"]
    assert "VolumesFrom" not in sent
    assert sent["Binds"] == ["data:/data:nocopy", "/host:/shared", "theirs:/theirs:ro,nocopy"]
    kinds = {each.name[:6]: (each.anonymous, each.inherited) for each in mounted_volumes(told)}
    assert kinds == {"data": (False, False), "ffffff": (True, False), "theirs": (False, True)}


# What is in the way


OBSTACLES: list[tuple[str, dict[str, Any], str]] = [
    ("HostConfig", {"NetworkMode": "container:abc"}, "network_mode='container:abc'"),
    ("HostConfig", {"IpcMode": "container:abc"}, "ipc_mode='container:abc'"),
    ("HostConfig", {"PidMode": "container:abc"}, "pid_mode='container:abc'"),
    ("HostConfig", {"Links": ["/db:/web/database"]}, r"legacy links to containers that stay here \(db\)"),
    ("HostConfig", {"AutoRemove": True}, "auto_remove"),
    ("HostConfig", {"Binds": ["/etc:/host/etc"]}, "it has /etc of its host at /host/etc"),
    (
        "HostConfig",
        {"Mounts": [{"Type": "bind", "Source": "/a", "Target": "/b"}]},
        "it has /a of its host at /b",
    ),
    ("HostConfig", {"Mounts": [{"Type": "image", "Source": "a", "Target": "/b"}]}, "an image at /b"),
    (
        "HostConfig",
        {"Mounts": [{"Type": "cluster", "Source": "a", "Target": "/b"}]},
        "a cluster volume at /b",
    ),
    ("Config", {"Labels": {"com.docker.swarm.task.id": "x"}}, "a task of a swarm's service"),
    ("State", {"Status": "dead"}, "it is dead"),
]


@pytest.mark.parametrize(("part", "fields", "text"), OBSTACLES, ids=[each[2] for each in OBSTACLES])
def test_what_is_in_the_way(part: str, fields: dict[str, Any], text: str) -> None:
    plain = changed(NEW, "HostConfig", Binds=[], Mounts=[])
    plain["Mounts"] = []
    assert obstacles(plain, keep_binds=False, volumes=True, leaves=True) == []
    (found,) = obstacles(changed(plain, part, **fields), keep_binds=False, volumes=True, leaves=True)
    assert re.search(text, found)


def test_what_is_in_the_way_only_if_told_so() -> None:
    told = changed(NEW, "HostConfig", Binds=["/etc:/etc"], AutoRemove=True, Mounts=[])
    told["Mounts"] = [point("p", "/p", Driver="plugin/nfs:1")]
    (found,) = obstacles(told, keep_binds=True, volumes=True, leaves=False)
    assert "belongs to the driver plugin/nfs:1" in found


# Whatever an engine may say

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(engine=st.sampled_from(list(TOLD.values())), version=st.sampled_from(VERSIONS), data=st.data())
def test_fields_that_are_missing_or_null_are_no_error(
    engine: dict[str, Any], version: str, data: st.DataObject
) -> None:
    told = copy.deepcopy(engine)
    for part in ("Config", "HostConfig", "NetworkSettings", "State"):
        for name in data.draw(st.sets(st.sampled_from(sorted(told[part])), max_size=6)):
            if data.draw(st.booleans()):
                del told[part][name]
            else:
                told[part][name] = None
    made = recreate(told, version, image="image").request
    assert list(unknown_fields(made, version)) == []
    obstacles(told, keep_binds=False, volumes=True, leaves=True)


@given(value=JSON, version=st.sampled_from(VERSIONS))
def test_what_is_unknown_is_named_or_has_no_effect(value: Any, version: str) -> None:
    told = changed(NEW, "HostConfig", Unheard=value)
    if not has_effect(value):
        assert "Unheard" not in request(told, version)["HostConfig"]
    else:
        with pytest.raises(VersionMismatch, match="Unheard is not known"):
            request(told, version)


def has_effect(value: Any) -> bool:
    return any(map(has_effect, value.values())) if isinstance(value, dict) else bool(value)


@given(
    version=st.sampled_from(VERSIONS),
    other=st.sampled_from(VERSIONS),
    told=st.sampled_from(list(TOLD.values())),
)
def test_made_again_and_again_it_stays_the_same(version: str, other: str, told: dict[str, Any]) -> None:
    """What was made is told as it was asked for, and asked for again: nothing is added on the way."""
    first = request(told, version)
    again = copy.deepcopy(told)
    again["HostConfig"] = {**again["HostConfig"], **first["HostConfig"]}
    again["Config"] = {
        **again["Config"],
        **{key: value for key, value in first.items() if key in again["Config"]},
    }
    second = request(again, other)
    for name in ("Binds", "Mounts", "PortBindings", "Ulimits"):
        assert first["HostConfig"].get(name) == second["HostConfig"].get(name)
    assert (first["Env"], first["Cmd"], first["Labels"]) == (second["Env"], second["Cmd"], second["Labels"])
