"""Scenarios about what containers shall be: refused, kept, changed, and found to be impossible at their start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from about_containers import NOT_COMPARED, SLEEP

if TYPE_CHECKING:
    from sides import Side


def scenario_refused_configurations(d: Side) -> None:
    hosts: tuple[tuple[str, object], ...] = (
        ("Memory", 1000),
        ("Memory", -1),
        ("MemorySwap", 1),
        ("NanoCpus", 64 * 10**9),
        ("NanoCpus", -1),
        ("CpuShares", -1),
        ("CpusetCpus", "99"),
        ("CpusetCpus", "x"),
        ("CpuPeriod", 1),
        ("CpuQuota", 1),
        ("PidsLimit", -5),
        ("BlkioWeight", 5),
        ("OomScoreAdj", 2000),
        ("ShmSize", -1),
        ("RestartPolicy", {"Name": "sometimes"}),
        ("RestartPolicy", {"Name": "always", "MaximumRetryCount": 2}),
        ("RestartPolicy", {"Name": "on-failure", "MaximumRetryCount": -2}),
        ("NetworkMode", "container:"),
        ("NetworkMode", ""),
        ("PidMode", "x"),
        ("IpcMode", "x"),
        ("UTSMode", "x"),
        ("UsernsMode", "x"),
        ("CgroupnsMode", "x"),
        ("CapAdd", ["NOPE"]),
        ("CapDrop", ["x"]),
        ("SecurityOpt", ["x"]),
        ("SecurityOpt", ["seccomp=nope"]),
        ("Ulimits", [{"Name": "nofile", "Soft": 5, "Hard": 1}]),
        ("Ulimits", [{"Name": "nope", "Soft": 1, "Hard": 1}]),
        ("Sysctls", {"nope": "1"}),
        ("Dns", ["x"]),
        ("ExtraHosts", ["x"]),
        ("ExtraHosts", ["a:b"]),
        ("Links", ["x:y:z"]),
        ("Tmpfs", {"relative": ""}),
        ("Tmpfs", {"/x": "nope=1"}),
        ("LogConfig", {"Type": "json-file", "Config": {"nope": "1"}}),
        ("LogConfig", {"Type": "json-file", "Config": {"max-size": "x"}}),
        ("StorageOpt", {"nope": "1"}),
        ("PortBindings", {"80": [{"HostPort": "x"}]}),
        ("PortBindings", {"80/nope": [{}]}),
        ("PortBindings", {"99999/tcp": [{}]}),
        ("PublishAllPorts", "yes"),
        ("Binds", ["x"]),
        ("Binds", ["/a:relative"]),
        ("Binds", ["/a:/b:nope"]),
        ("Binds", ["a b:/x"]),
        ("Binds", ["/:/"]),
        ("Mounts", [{"Type": "nope", "Target": "/x"}]),
        ("Mounts", [{"Type": "bind", "Target": "/x"}]),
        ("Mounts", [{"Type": "bind", "Source": "/no/such/folder", "Target": "/x"}]),
        ("Mounts", [{"Type": "volume", "Target": ""}]),
        ("Mounts", [{"Type": "tmpfs", "Source": "x", "Target": "/x"}]),
        ("Mounts", [{"Type": "tmpfs", "Target": "/x"}, {"Type": "tmpfs", "Target": "/x"}]),
        ("AutoRemove", "x"),
        ("Devices", [{"PathOnHost": "/dev/nope", "PathInContainer": "/dev/x", "CgroupPermissions": "q"}]),
        ("Isolation", "nope"),
        ("GroupAdd", ["x"]),
    )
    for number, (name, value) in enumerate(hosts):
        d.note("option", (name, value))
        d.create(f"h{number}", SLEEP, HostConfig={name: value})
    both = {"AutoRemove": True, "RestartPolicy": {"Name": "always"}}
    d.create("both", SLEEP, HostConfig=both)
    configs: tuple[tuple[str, object], ...] = (
        ("Cmd", "a string"),
        ("Cmd", []),
        ("Entrypoint", []),
        ("Entrypoint", [""]),
        ("Env", ["=x"]),
        ("Env", [""]),
        ("Hostname", "a b"),
        ("Hostname", "x" * 70),
        ("Domainname", "-"),
        ("MacAddress", "nope"),
        ("StopSignal", "NOPE"),
        ("StopTimeout", -1),
        ("Healthcheck", {"Test": ["NOPE"]}),
        ("Healthcheck", {"Test": ["CMD", "x"], "Interval": 5}),
        ("Healthcheck", {"Test": ["CMD", "x"], "Retries": -1}),
        ("ExposedPorts", {"x": {}}),
        ("ExposedPorts", {"80/x": {}}),
        ("Volumes", {"relative": {}}),
        ("Volumes", {"/": {}}),
        ("Labels", ["x"]),
        ("User", 5),
        ("WorkingDir", "../x"),
    )
    for number, (name, value) in enumerate(configs):
        d.note("option", (name, value))
        request = {"Image": "busybox", "HostConfig": {"NetworkMode": "none"}, name: value}
        answer = d.post("/containers/create", request, query={"name": d.name(f"c{number}")})
        if answer.status == 201:
            d.made.append(f"/containers/{answer.json['Id']}?force=1&v=1")
    d.post("/containers/create")
    d.post("/containers/create", body=b"{", headers={"Content-Type": "application/json"})
    d.post("/containers/create", body=b"[]", headers={"Content-Type": "application/json"})
    d.post("/containers/create", body=b"{}", headers={"Content-Type": "text/plain"})
    d.post("/containers/create", body=b"{} x", headers={"Content-Type": "application/json"})


def scenario_kept_configurations(d: Side) -> None:
    """What an engine makes of options, and fills in."""
    full = {
        "Env": ["A=1", "B="],
        "Hostname": "h",
        "Domainname": "d.example",
        "User": "1000:1000",
        "WorkingDir": "/srv/../tmp",
        "Entrypoint": ["sh", "-c"],
        "StopSignal": "SIGINT",
        "StopTimeout": 3,
        "Tty": True,
        "OpenStdin": True,
        "StdinOnce": True,
        "AttachStdout": True,
        "ExposedPorts": {"80/tcp": {}, "53/udp": {}},
        "Volumes": {"/data": {}},
        "Healthcheck": {"Test": ["CMD-SHELL", "true"], "Interval": 10**9, "Timeout": 10**9, "Retries": 2},
        "HostConfig": {
            "Memory": 64 << 20,
            "NanoCpus": 5 * 10**8,
            "PidsLimit": 50,
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
            "CapAdd": ["net_admin", "CAP_SYS_TIME"],
            "CapDrop": ["ALL"],
            "ExtraHosts": ["a:1.2.3.4"],
            "Dns": ["1.1.1.1"],
            "ReadonlyRootfs": True,
            "Tmpfs": {"/run": "size=1m"},
            "Ulimits": [{"Name": "nofile", "Soft": 100, "Hard": 200}],
            "Sysctls": {"net.ipv4.ip_forward": "1"},
            "ShmSize": 1 << 20,
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}},
            "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": ""}]},
            "Init": True,
            "SecurityOpt": ["no-new-privileges"],
            "GroupAdd": ["5"],
            "OomScoreAdj": 5,
            "Mounts": [
                {"Type": "volume", "Target": "/m", "Source": d.name("vol")},
                {"Type": "tmpfs", "Target": "/t"},
            ],
        },
    }
    d.made.append(f"/volumes/{d.name('vol')}?force=1")
    id = d.create("full", ["exit 0"], **full)
    d.get(f"/containers/{id}/json", values=True, without=NOT_COMPARED)


def scenario_updates(d: Side) -> None:
    since = d.now()
    id = d.start("web", SLEEP, HostConfig={"Memory": 64 << 20})
    for change in (
        {"Memory": 32 << 20},
        {"Memory": 128 << 20},
        {"Memory": 128 << 20, "MemorySwap": 256 << 20},
        {"CpuShares": 100, "PidsLimit": 20},
        {"NanoCpus": 10**9},
        {"CpuPeriod": 100000},
        {"NanoCpus": 64 * 10**9},
        {"RestartPolicy": {"Name": "always"}},
        {"RestartPolicy": {"Name": "nope"}},
        {"RestartPolicy": {"Name": "no"}},
        {"Memory": "x"},
        {"BlkioWeight": 1},
        {"CpusetCpus": "0"},
        {"CpusetCpus": "77"},
        {},
    ):
        d.note("change", change)
        d.post(f"/containers/{id}/update", change)
    host = d.get(f"/containers/{id}/json", note=False).json["HostConfig"]
    kept = (
        "Memory",
        "MemorySwap",
        "CpuShares",
        "PidsLimit",
        "NanoCpus",
        "CpuPeriod",
        "CpusetCpus",
        "RestartPolicy",
    )
    d.note("kept", {name: host[name] for name in kept})
    d.post(f"/containers/{id}/update", body=b"x", headers={"Content-Type": "application/json"})
    d.post("/containers/nothing-there/update", {"CpuShares": 5})
    d.events(since, container=[id])


def scenario_what_cannot_start(d: Side) -> None:
    for short, config in (
        ("user", {"User": "nobody-of-that-name"}),
        ("group", {"User": "root:nothing"}),
        ("number", {"User": "99999999999"}),
        ("container", {"HostConfig": {"NetworkMode": "container:nothing"}}),
        ("network", {"HostConfig": {"NetworkMode": "no-such-network"}}),
        ("pid", {"HostConfig": {"PidMode": "container:nothing"}}),
        ("ipc", {"HostConfig": {"IpcMode": "container:nothing"}}),
        ("runtime", {"HostConfig": {"Runtime": "nothing"}}),
        ("relative", {"WorkingDir": "tmp"}),
        ("file", {"WorkingDir": "/bin/busybox"}),
        ("from", {"HostConfig": {"VolumesFrom": ["nothing"]}}),
        ("link", {"HostConfig": {"Links": ["nothing:x"], "NetworkMode": "bridge"}}),
    ):
        since = d.now()
        id = d.create(short, SLEEP, **config)
        if id:
            d.post(f"/containers/{id}/start")
            state = d.get(f"/containers/{id}/json", note=False).json["State"]
            d.note("state", (state["Status"], state["ExitCode"], d.mask(state["Error"])))
            d.events(since, container=[id])
