"""Scenarios about the daemon itself: versions, headers, events, disk usage, what it does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from about_archives import tar_of

if TYPE_CHECKING:
    from answers import Answer
    from sides import Side

HOST_INFO = (
    *("Runtimes", "Swarm", "RegistryConfig", "SecurityOptions", "Warnings", "DefaultAddressPools", "Plugins"),
    *(
        "DriverStatus",
        "ContainerdCommit",
        "RuncCommit",
        "InitCommit",
        "Containerd",
        "Components",
        "CDISpecDirs",
    ),
)


def _headers(d: Side, what: str, answer: Answer) -> None:
    left_out = ("date", "content-length", "server")
    d.note(
        what, {name: d.mask(value) for name, value in sorted(answer.headers.items()) if name not in left_out}
    )


def scenario_headers(d: Side) -> None:
    for what, answer in (
        ("ping", d.get("/_ping", note=False)),
        ("ping without a version", d.get("/_ping", versioned=False, note=False)),
        ("ping by its head", d.call("HEAD", "/_ping", note=False)),
        ("version", d.get("/version", note=False)),
        ("a page that is not there", d.get("/nope", note=False)),
        ("a version that is too new", d.get("/v9.99/version", versioned=False, note=False)),
        ("a version that is too old", d.get("/v1.1/version", versioned=False, note=False)),
        ("an odd version", d.get("/v1/version", versioned=False, note=False)),
        ("another method", d.call("PUT", "/version", note=False)),
        ("an error", d.get("/containers/nothing-there/json", note=False)),
        ("a path that is not clean", d.get("/containers/../version", note=False)),
    ):
        _headers(d, what, answer)
        said = answer.body.decode() if answer.status >= 300 or "ping" in what else ""
        d.note(what, (answer.status, d.mask(said)))


def scenario_versions(d: Side) -> None:
    d.get("/version", without=("Components",))
    value = d.get("/version", note=False).json
    d.note("versions", (value["ApiVersion"], value["MinAPIVersion"], value["Os"]))
    d.note("components", [part["Name"] for part in value["Components"]])
    info = d.get("/info", note=False).json
    d.note("info", {name: d.shape(item) for name, item in info.items() if name not in HOST_INFO})
    d.note("more of it", sorted(name for name in HOST_INFO if name in info))


def scenario_disk_usage(d: Side) -> None:
    d.create("web")
    usage = d.get("/system/df", note=False).json
    d.note("keys", sorted(usage))
    d.note("container", sorted(next(c for c in usage["Containers"] if d.name("web") in c["Names"][0])))
    d.note("image", sorted(next(i for i in usage["Images"] if "busybox:latest" in (i["RepoTags"] or ()))))
    for kind in ("container", "image", "volume", "build-cache", "nope"):
        answer = d.get("/system/df", query={"type": kind}, note=False)
        d.note(kind, d.noted(answer) if answer.status >= 400 else sorted(answer.json))


def scenario_events(d: Side) -> None:
    d.get("/events", query={"since": "x", "until": "1"})
    d.get("/events", query={"since": "2", "until": "1"})
    d.get("/events", query={"since": "1", "until": "x"})
    d.get("/events", query={"until": "1", "filters": "x"})
    d.get("/events", query={"until": "1", "filters": {"nope": ["x"]}})
    since = d.now()
    id = d.create("web", Labels={"diff": d.run})
    for filters in ({"type": ["container"], "label": [f"diff={d.run}"]}, {"event": ["create"], "container": [d.name("web")]},
                    {"image": ["busybox"], "container": [id]}, {"label": ["diff"], "container": [id]}, {"scope": ["swarm"]}):  # fmt: skip
        query = {"since": since, "until": d.now(), "filters": filters}
        found = d.get("/events", query=query, note=False).lines
        d.note(f"events {sorted(filters)}", [d.valued(event, ("time", "timeNano")) for event in found])


def scenario_what_is_not_there(d: Side) -> None:
    for method, path in (("GET", "/nope"), ("POST", "/containers/x/nope"), ("DELETE", "/info"), ("GET", "/images"),
                         ("POST", "/containers/json"), ("PATCH", "/info"), ("GET", "/containers"), ("GET", "/")):  # fmt: skip
        d.call(method, path)
    d.post("/build/cancel")
    d.post("/build/cancel", query={"id": "nothing-there"})
    d.post("/build/prune", query={"filters": {"nope": ["x"]}})
    d.post("/build/prune", query={"filters": {"until": ["x"]}})
    d.post("/build/prune", query={"keep-storage": "x"})
    d.post("/session")
    d.post("/grpc")


def scenario_odd_parameters(d: Side) -> None:
    id = d.create("web", ["true"])
    for path in (
        f"/containers/{id}/json?size=x",
        "/containers/json?all=x&limit=1&filters={%22name%22:{%22nope%22:true}}",
        f"/containers/{id}/archive?path=%00",
        f"/containers/{id}/logs?stdout=yes",
    ):
        d.get(path)
    for path in (f"/containers/{id}/stop?t=x", f"/containers/{id}/restart?t=x", f"/containers/{id}/stop?signal=NOPE",
                 f"/containers/{id}/start?detachKeys=nope", f"/containers/{id}/start?checkpoint=x"):  # fmt: skip
        d.post(path)
    d.put(f"/containers/{id}/archive?path=/tmp&noOverwriteDirNonDir=x", body=tar_of(one=b"1"))
    d.post("/containers/create?platform=nope", {"Image": "busybox"})
    d.post("/containers/create?platform=linux/arm64", {"Image": "busybox"})
    d.post("/containers/create?name=" + "x" * 300, {"Image": "nothing-there-at-all"})


def scenario_not_part_of_a_swarm(d: Side) -> None:
    """What an engine that is in no swarm says to all that needs one."""
    body: dict[str, Any] = {}
    for kind in ("services", "tasks", "nodes", "secrets", "configs"):
        d.get(f"/{kind}")
        d.get(f"/{kind}/x")
        if kind != "tasks":
            d.delete(f"/{kind}/x")
        if kind in ("services", "secrets", "configs"):
            d.post(f"/{kind}/create", body)
        if kind != "tasks":
            d.post(f"/{kind}/x/update?version=1", body)
    d.post("/nodes/x/update?version=x", body)
    d.get("/services/x/logs?stdout=1")
    d.get("/tasks/x/logs?stdout=1")
    d.get("/swarm")
    d.get("/swarm/unlockkey")
    d.post("/swarm/unlock", {"UnlockKey": "x"})
    d.post("/swarm/update?version=1", body)
    d.post("/swarm/leave")
    d.post("/swarm/join", body)
    d.post("/swarm/join", {"RemoteAddrs": ["127.0.0.1:1"], "JoinToken": "x"})
    d.post("/swarm/init", {"ListenAddr": "x"})
    d.post("/swarm/init", {"ListenAddr": "127.0.0.1:23999", "AdvertiseAddr": "nope"})
