"""Scenarios about volumes and what is mounted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sides import Side

SLEEP = ["sleep", "1000"]


def make(d: Side, short: str, **config: Any) -> str:
    """Create a volume; it is removed at the end."""
    name = d.name(short)
    if d.post("/volumes/create", {"Name": name, **config}).status == 201:
        d.made.append(f"/volumes/{name}?force=1")
    return name


def scenario_volumes(d: Side) -> None:
    since = d.now()
    name = make(d, "vol", Labels={"diff": d.run})
    make(d, "vol")
    make(d, "vol", Driver="local", DriverOpts={"type": "tmpfs", "device": "tmpfs"})
    d.get(f"/volumes/{name}", values=True)
    d.get("/volumes", query={"filters": {"label": [f"diff={d.run}"]}}, values=True)
    d.delete(f"/volumes/{name}")
    d.delete(f"/volumes/{name}")
    d.delete(f"/volumes/{name}", query={"force": "1"})
    d.get(f"/volumes/{name}")
    d.put(f"/volumes/{name}", {"Spec": {"Availability": "active"}}, query={"version": "1"})
    d.put(f"/volumes/{name}", {}, query={"version": "x"})
    d.put(f"/volumes/{name}", {})
    d.events(since, type=["volume"], volume=[name])


def scenario_volumes_refused(d: Side) -> None:
    for name in ("a/b", "-", "a b", "x", "../x"):
        answer = d.post("/volumes/create", {"Name": name})
        if answer.status == 201:
            d.made.append(f"/volumes/{name}?force=1")
    for short, config in (
        ("option", {"DriverOpts": {"nope": "1"}}),
        ("device", {"DriverOpts": {"device": "/tmp"}}),
        ("type", {"DriverOpts": {"type": "tmpfs"}}),
        ("o", {"DriverOpts": {"o": "size=1m"}}),
        ("size", {"DriverOpts": {"size": "nope"}}),
        ("bind", {"DriverOpts": {"type": "none", "device": "/no/such/folder", "o": "bind"}}),
        ("labels", {"Labels": {"": "x"}}),
    ):
        d.note("config", config)
        make(d, short, **config)
    d.get("/volumes/nothing-there")
    d.delete("/volumes/nothing-there")
    d.delete("/volumes/nothing-there?force=x")
    for filters in (
        {"nope": ["x"]},
        {"dangling": ["nope"]},
        {"driver": ["nope"]},
        {"name": ["nothing-there"]},
    ):
        d.get("/volumes", query={"filters": filters}, values=True)


def scenario_volumes_in_use(d: Side) -> None:
    since = d.now()
    name = make(d, "vol", Labels={"diff": d.run})
    id = d.start(
        "web", ["sh", "-c", "echo kept > /data/file; sleep 1000"], HostConfig={"Binds": [f"{name}:/data"]}
    )
    d.until(lambda: d.exec_code(id, ["test", "-s", "/data/file"]) == 0)
    d.delete(f"/volumes/{name}")
    d.delete(f"/volumes/{name}", query={"force": "1"})
    other = d.start(
        "other", SLEEP, HostConfig={"Binds": [f"{name}:/d:ro"], "VolumesFrom": [d.name("web") + ":ro"]}
    )
    d.exec(other, ["cat", "/d/file"], "shared")
    d.exec(other, ["sh", "-c", "echo x > /d/file"], "read only")
    d.exec(other, ["cat", "/data/file"], "from")
    mounts = d.get(f"/containers/{other}/json", note=False).json["Mounts"]
    d.note("mounts", sorted(d.valued(mounts), key=str))
    for filters in (
        {"dangling": ["true"]},
        {"dangling": ["false"]},
        {"name": ["vol"]},
        {"driver": ["local"]},
    ):
        whole = {**filters, "label": [f"diff={d.run}"]}
        found = d.get("/volumes", query={"filters": whole}, note=False).json
        d.note(f"list {filters}", ([d.mask(v["Name"]) for v in found["Volumes"] or []], found["Warnings"]))
    d.delete(f"/containers/{other}?force=1")
    d.delete(f"/containers/{id}?force=1&v=1")
    d.delete(f"/volumes/{name}")
    d.events(since, ordered=False, type=["volume"], volume=[name])


def scenario_anonymous_volumes(d: Side) -> None:
    id = d.start("web", SLEEP, Volumes={"/etc": {}, "/data": {}})
    mounts = d.get(f"/containers/{id}/json", note=False).json["Mounts"]
    d.note("mounts", sorted(d.valued(mounts), key=str))
    d.exec(id, ["ls", "/data"], "empty")
    d.exec(id, ["head", "-1", "/etc/group"], "populated")
    names = [mount["Name"] for mount in mounts]
    d.get(f"/volumes/{names[0]}", values=True)
    d.delete(f"/containers/{id}?force=1&v=1")
    for name in names:
        d.get(f"/volumes/{name}")


def scenario_mounts(d: Side) -> None:
    vol = d.name("sub")
    make(d, "sub")
    for short, mounts in (
        ("tmpfs", [{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 1 << 20, "Mode": 0o700}}]),
        ("nocopy", [{"Type": "volume", "Source": vol, "Target": "/etc", "VolumeOptions": {"NoCopy": True}}]),
        ("labels", [{"Type": "volume", "Target": "/x", "VolumeOptions": {"Labels": {"a": "b"}}}]),
        ("readonly", [{"Type": "volume", "Source": vol, "Target": "/x", "ReadOnly": True}]),
        (
            "subpath",
            [{"Type": "volume", "Source": vol, "Target": "/x", "VolumeOptions": {"Subpath": "nope"}}],
        ),
        (
            "subpath2",
            [{"Type": "volume", "Source": vol, "Target": "/x", "VolumeOptions": {"Subpath": "../x"}}],
        ),
        ("relative", [{"Type": "volume", "Target": "x"}]),
        ("root", [{"Type": "volume", "Target": "/"}]),
        ("twice", [{"Type": "tmpfs", "Target": "/x"}, {"Type": "tmpfs", "Target": "/x"}]),
        ("both", [{"Type": "tmpfs", "Target": "/x", "VolumeOptions": {}}]),
        (
            "propagation",
            [{"Type": "bind", "Source": "/tmp", "Target": "/x", "BindOptions": {"Propagation": "nope"}}],
        ),
        ("image", [{"Type": "image", "Source": "busybox", "Target": "/x"}]),
        ("pipe", [{"Type": "npipe", "Source": "x", "Target": "/x"}]),
        ("cluster", [{"Type": "cluster", "Source": "x", "Target": "/x"}]),
    ):
        d.note("mounts", d.mask(str(mounts)))
        id = d.create(short, SLEEP, HostConfig={"Mounts": mounts})
        if id:
            answer = d.post(f"/containers/{id}/start")
            attrs = d.get(f"/containers/{id}/json", note=False).json
            d.note("mounted", (d.valued(attrs["Mounts"]), d.valued(attrs["HostConfig"].get("Mounts"))))
            if answer.status == 204:
                d.exec(
                    id,
                    ["sh", "-c", "cd /x 2>/dev/null || cd /etc; ls -a | wc -l > /dev/null; touch x"],
                    "touch",
                )


def scenario_prune_volumes(d: Side) -> None:
    since = d.now()
    label = [f"diff={d.run}"]
    make(d, "one", Labels={"diff": d.run})
    d.post("/volumes/prune", query={"filters": {"label": label}}, values=True)
    d.post("/volumes/prune", query={"filters": {"label": label, "all": ["1"]}}, values=True)
    d.post("/volumes/prune", query={"filters": {"label": label, "all": ["x"]}})
    d.post("/volumes/prune", query={"filters": {"nope": ["x"]}})
    d.post("/volumes/prune", query={"filters": {"until": ["1h"], "label": label}})
    d.events(since, type=["volume"], event=["prune", "destroy", "create"])
