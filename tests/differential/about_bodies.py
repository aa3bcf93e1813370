"""Scenarios about bodies that cannot be read, or are not what an operation takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sides import Side

JSON = {"Content-Type": "application/json"}


def _host(**options: Any) -> dict[str, Any]:
    return {"HostConfig": options}


WRONG_CONTAINERS: tuple[Any, ...] = (
    {"Image": 5},
    {"Image": "busybox", "HostConfig": 5},
    {"Env": "x"},
    {"Env": [5]},
    {"Env": {"A": "1"}},
    {"Labels": {"a": 1}},
    {"Tty": "x"},
    {"StopTimeout": "x"},
    {"StopTimeout": 1.5},
    {"Healthcheck": {"Interval": "1s"}},
    {"Healthcheck": {"Test": "x"}},
    {"Healthcheck": []},
    {"NetworkingConfig": {"EndpointsConfig": []}},
    {"NetworkingConfig": {"EndpointsConfig": {"x": {"Aliases": 5}}}},
    {"Cmd": 5},
    {"Cmd": [5]},
    {"ExposedPorts": []},
    _host(Memory="x"),
    _host(RestartPolicy={"Name": 5}),
    _host(RestartPolicy={"MaximumRetryCount": "5"}),
    _host(Binds=[5]),
    _host(Binds="x"),
    _host(Mounts=[{"Type": 5}]),
    _host(PortBindings={"80/tcp": [{"HostPort": 80}]}),
    _host(PortBindings={"80/tcp": "80"}),
    _host(Ulimits=[{"Name": 5}]),
    _host(LogConfig={"Config": {"a": 1}}),
    _host(NanoCpus=0.5),
    _host(PidsLimit="x"),
    _host(NetworkMode=5),
    _host(ConsoleSize="x"),
    _host(AutoRemove="x"),
)
WRONG: dict[str, tuple[Any, ...]] = {
    "/containers/{id}/update": (
        {"Memory": "x"}, {"RestartPolicy": {"Name": 5}}, {"RestartPolicy": "x"}, [], {"CpusetCpus": 1},
    ),
    "/containers/{id}/exec": ({"Cmd": "x"}, {"Cmd": 5}, {"Tty": "x"}, [], {"Env": "x"}),
    "/networks/create": (
        {"Name": 5}, [], {"Name": "x", "Internal": "x"}, {"Name": "x", "IPAM": []},
        {"Name": "x", "IPAM": {"Config": [{"Subnet": 5}]}}, {"Name": "x", "Options": []},
        {"Name": "x", "Labels": {"a": 1}},
    ),
    "/networks/bridge/connect": (
        {"Container": 5}, {"Container": "x", "EndpointConfig": []},
        {"EndpointConfig": {"IPAMConfig": {"IPv4Address": 5}}},
    ),
    "/networks/bridge/disconnect": ({"Container": 5}, {"Container": "x", "Force": "x"}),
    "/volumes/create": ({"Name": 5}, [], {"Labels": []}, {"DriverOpts": {"a": 1}}),
    "/auth": ({"username": 5}, []),
    "/exec/x/start": ({"Detach": "x"}, []),
    "/commit?container=nope": ({"Cmd": 5}, [], {"Labels": []}),
}  # fmt: skip


def scenario_bodies_of_other_types(d: Side) -> None:
    for body in WRONG_CONTAINERS:
        d.note("body", body)
        d.post("/containers/create", body)
    id = d.create("web", ["sleep", "1000"])
    for path, bodies in WRONG.items():
        for body in bodies:
            d.note("body", body)
            d.post(path.format(id=id), body)


def scenario_bodies_that_are_none(d: Side) -> None:
    id = d.start("web", ["sleep", "1000"])
    paths = (
        *(
            "/containers/create",
            f"/containers/{id}/update",
            f"/containers/{id}/exec",
            f"/containers/{id}/start",
        ),
        *("/networks/create", "/networks/bridge/connect", "/networks/bridge/disconnect", "/exec/x/start"),
        *("/commit?container=nope", "/volumes/create", "/auth"),
    )
    bodies = {
        "none": None,
        "text": (b"{}", {"Content-Type": "text/plain"}),
        "no JSON": (b"x", JSON),
        "null": (b"null", JSON),
        "two": (b"{} {}", JSON),
        "cut": (b'{"a":', JSON),
        "cut text": (b'{"a": "', JSON),
        "a word": (b"nul", JSON),
        "odd key": (b"{a: 1}", JSON),
        "odd comma": (b'{"a": 1,}', JSON),
        "no colon": (b'{"a" 1}', JSON),
        "no comma": (b'{"a": 1 "b"}', JSON),
        "charset": (b"{", {"Content-Type": "application/json; charset=utf-8"}),
    }
    for path in paths:
        for what, given in bodies.items():
            if path == "/auth" and what in ("null", "text", "two"):
                continue  # 20.10 fails over null, and both ask the registry for what is empty
            if path == "/volumes/create" and what in ("none", "null", "two"):
                continue  # volumes of no name would stay
            d.note("body", what)
            body, headers = given or (None, None)
            d.post(path, body=body, headers=headers)
