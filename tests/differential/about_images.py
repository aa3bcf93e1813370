"""Scenarios about images: what they are, names, committing, archives, registries."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

from about_archives import tar_of

if TYPE_CHECKING:
    from sides import Side

MACHINE = (
    "Created",
    "GraphDriver",
    "DockerVersion",
    "Size",
    "VirtualSize",
    "SharedSize",
    "ContainerConfig",
    "Metadata",
)
"""What of an image depends on the machine; its Container is masked by itself."""
TRANSFERS = ("Pushing", "Waiting", "Downloading", "Verifying Checksum", "Download complete", "Extracting")
"""What is told of a small layer now and then."""
REGISTRY, LOCKED = "127.0.0.1:5050", "127.0.0.1:5051"


def imported(d: Side, short: str = "img", tag: str = "1", **query: Any) -> str:
    """Make a small image of an archive; returns its name."""
    name = f"{d.name(short)}:{tag}"
    given = {"fromSrc": "-", "repo": d.name(short), "tag": tag, **query}
    d.post(
        "/images/create",
        body=tar_of(file=d.run.encode(), etc__passwd=b"root:x:0:0::/:/bin/sh\n"),
        query=given,
        note=False,
    )
    d.made.append(f"/images/{name}?force=1")
    return name


def committed(d: Side, short: str = "img", tag: str = "1", **config: Any) -> str:
    """Make an image of busybox with another layer; returns its name."""
    id = d.start(f"of-{short}", ["sh", "-c", f"echo {d.run} > /new"], **config)
    d.wait(id)
    d.post("/commit", {}, query={"container": id, "repo": d.name(short), "tag": tag}, note=False)
    d.made.append(f"/images/{d.name(short)}:{tag}?force=1")
    return f"{d.name(short)}:{tag}"


def lines(d: Side, what: str, answer: Any) -> None:
    """Note the lines of a progress; how far something got is left out."""
    if answer.status >= 400:
        d.note(what, d.noted(answer))
        return
    kept: list[Any] = []
    for line in answer.lines:
        if "progressDetail" in line:
            line = {**line, "progress": "", "progressDetail": ""}
        line = d.valued(line, ("Size",))
        if str(line.get("status")).startswith("Mounted from "):  # the registry's other repositories had it
            line["status"] = "Pushed"
        if line not in kept:
            kept.append(line)
    by_layer: dict[str, list[Any]] = {}
    for line in kept:
        said, seen = line.get("status") or line, by_layer.setdefault(str(line.get("id", "")), [])
        if said not in seen and said not in TRANSFERS:
            seen.append(said)
    ordered = {id: seen if not id else sorted(seen, key=str) for id, seen in by_layer.items()}
    d.note(what, (answer.status, answer.headers.get("content-type"), ordered))


def scenario_images(d: Side) -> None:
    since = d.now()
    name = imported(d, changes='CMD ["a", "b"]', message="made by a test")
    d.get(f"/images/{name}/json", values=True, without=MACHINE)
    d.get(f"/images/{name}/history", values=True, without=("Size", "Created", "Tags"))
    d.get("/images/json", query={"filters": {"reference": [name]}}, values=True, without=MACHINE)
    d.post(f"/images/{name}/tag", query={"repo": d.name("other"), "tag": "2"})
    d.made.append(f"/images/{d.name('other')}:2?force=1")
    d.post(f"/images/{name}/tag", query={"repo": d.name("other"), "tag": "2"})
    d.get(
        "/images/json",
        query={"filters": {"reference": [f"{d.name('other')}:*"]}},
        values=True,
        without=MACHINE,
    )
    id = d.get(f"/images/{name}/json", note=False).json["Id"]
    d.delete(f"/images/{id}")
    d.delete(f"/images/{d.name('other')}:2", values=True)
    d.delete(f"/images/{name}", values=True)
    d.delete(f"/images/{name}")
    d.get(f"/images/{name}/json")
    d.get(f"/images/{name}/history")
    d.get(f"/images/{name}/get")
    d.post(f"/images/{name}/tag", query={"repo": "x"})
    d.events(since, type=["image"], image=[name, d.name("other"), id])


def scenario_base_images(d: Side) -> None:
    """What the engines and the fake hold alike."""
    d.get("/images/hello-world/json", query={"manifests": "1"}, values=False)
    d.get("/images/busybox/history")
    d.get("/images/nothing-there/json")
    d.get("/images/UPPER/json")
    d.get("/images/a%2Fb%2Fc:tag/json")
    d.get("/images/sha256:0000/json")
    d.get("/images/busybox:nope/json")
    d.get("/images/busybox@sha256:" + "0" * 64 + "/json")
    d.get("/images/nothing-there/history")
    d.get("/images/nothing-there/get")
    d.get("/images/get", query={"names": "nothing-there"})
    d.get("/images/get")


def scenario_image_names(d: Side) -> None:
    name = imported(d)
    d.made.append(f"/images/{d.name('digest')}:1?force=1")  # Docker 20.10 takes that
    for repo, tag in (("UPPER", ""), ("a b", ""), ("x", "a b"), ("", ""), (d.name("digest") + "@sha256:" + "0" * 64, "1"),
                      ("-x", ""), ("sha256", "x"), ("a" * 300, ""), ("0" * 64, "")):  # fmt: skip
        d.note("name", d.mask(f"{repo} {tag}"))
        d.post(f"/images/{name}/tag", query={"repo": repo, "tag": tag})
        if tag == "x":
            d.delete("/images/sha256:x", note=False)
    d.post(f"/images/{name}/tag")
    d.post("/images/nothing-there/tag", query={"repo": d.name("x")})


def scenario_removing_images(d: Side) -> None:
    since = d.now()
    name = committed(d)
    id = d.get(f"/images/{name}/json", note=False).json["Id"]
    container = d.start("web", ["sleep", "1000"], Image=name)
    d.delete(f"/images/{name}")
    d.delete(f"/images/{id}")
    d.delete(f"/images/{id}", query={"force": "1"})
    d.post(f"/images/{name}/tag", query={"repo": d.name("other"), "tag": "x"}, note=False)
    d.delete(f"/images/{d.name('other')}:x", values=True)
    d.delete(f"/containers/{container}?force=1", note=False)
    stopped = d.create("stopped", ["true"], Image=name)
    d.delete(f"/images/{id}")
    d.delete(f"/images/{id}", query={"force": "1"}, values=True)
    d.get(f"/containers/{stopped}/json", note=False)
    d.note(
        "image",
        d.mask(
            d.get("/containers/json", query={"all": "1", "filters": {"id": [stopped]}}, note=False).json[0][
                "Image"
            ]
        ),
    )
    d.post(f"/containers/{stopped}/start")
    d.delete("/images/nothing-there", query={"force": "1"})
    d.events(since, type=["image"], image=[name, id, d.name("other")])


def scenario_commit(d: Side) -> None:
    since = d.now()
    d.after.append(lambda: d.prune_images(f"of={d.run}"))  # Docker 20.10 commits, and then looks at the name
    id = d.start("web", ["sh", "-c", "echo x > /new; rm -r /home"], Labels={"of": d.run}, Env=["A=1"],
                 ExposedPorts={"80/tcp": {}})  # fmt: skip
    d.wait(id)
    name = f"{d.name('img')}:1"
    d.made.append(f"/images/{name}?force=1")
    first = d.call("POST", "/commit", {"Cmd": ["new"], "Labels": {"more": "1"}}, query={
        "container": id, "repo": d.name("img"), "tag": "1", "comment": "c", "author": "a <b>", "pause": "0",
    })  # fmt: skip
    d.get(f"/images/{name}/json", values=True, without=MACHINE)
    d.get(f"/images/{name}/history", values=True, without=("Size", "Created", "Tags"))
    changes = ["ENV B=2", "WORKDIR /srv", "USER 5", "EXPOSE 81", "LABEL a=b", 'CMD ["x"]', "VOLUME /v",
               "STOPSIGNAL INT", "ENTRYPOINT e f", "ONBUILD RUN x", "HEALTHCHECK NONE"]  # fmt: skip
    if d.version == "1.41":
        changes.remove("STOPSIGNAL INT")
    second = d.post(
        f"/commit?container={id}&" + "&".join(f"changes={_quoted(one)}" for one in changes), note=False
    )
    d.note("second", (second.status, d.shape(second.json)))
    d.made.append(f"/images/{second.json['Id']}?force=1")
    d.get(f"/images/{second.json['Id']}/json", values=True, without=MACHINE)
    for change in (
        "RUN x",
        "nonsense",
        "ENV",
        "COPY a b",
        "EXPOSE x",
        "CMD [",
        "FROM x",
        "USER",
        "ADD a b",
        "ARG x",
    ):
        d.note("change", change)
        answer = d.post(f"/commit?container={id}&changes={_quoted(change)}")
        if answer.status == 201:
            d.made.append(f"/images/{answer.json['Id']}?force=1")
    d.post("/commit")
    d.post("/commit", query={"container": "nothing-there"})
    d.post("/commit", query={"container": id, "repo": "UPPER"})
    d.post("/commit", query={"container": id, "repo": "x", "tag": "a b"})
    running = d.start("running", ["sleep", "1000"])
    third = d.post("/commit", query={"container": running})
    d.made.append(f"/images/{third.json['Id']}?force=1")
    d.events(since, container=[id, running])
    d.events(since, image=[first.json["Id"]])


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def scenario_import(d: Side) -> None:
    answer = d.post(
        "/images/create",
        body=tar_of(file=b"x"),
        query={"fromSrc": "-", "repo": d.name("a"), "message": "m"},
        note=False,
    )
    lines(d, "import", answer)
    d.made.append(f"/images/{d.name('a')}?force=1")
    for what, body, query in (
        ("no tar", b"nonsense", {"fromSrc": "-", "repo": d.name("b")}),
        ("odd change", tar_of(file=b"x"), {"fromSrc": "-", "changes": "RUN x"}),
        ("odd name", tar_of(file=b"x"), {"fromSrc": "-", "repo": "UPPER"}),
        ("odd tag", tar_of(file=b"x"), {"fromSrc": "-", "repo": d.name("c"), "tag": "a b"}),
        ("odd source", b"", {"fromSrc": "nope://x", "repo": d.name("c")}),
        ("odd platform", tar_of(file=b"x"), {"fromSrc": "-", "platform": "nope/nope/nope/nope"}),
    ):
        lines(d, what, d.post("/images/create", body=body, query=query, note=False))
    d.post("/images/create")


def scenario_save_and_load(d: Side) -> None:
    name = committed(d)
    answer = d.get(f"/images/{name}/get", note=False)
    d.note("kind", (answer.status, answer.headers.get("content-type")))
    with tarfile.open(fileobj=io.BytesIO(answer.body)) as archive:
        names = archive.getnames()
        manifest = json.load(archive.extractfile("manifest.json"))  # type: ignore[arg-type]
        repositories = json.load(archive.extractfile("repositories"))  # type: ignore[arg-type]
        config = json.load(archive.extractfile(manifest[0]["Config"]))  # type: ignore[arg-type]
        if "index.json" in names:
            d.note("index", d.shape(json.load(archive.extractfile("index.json"))))  # type: ignore[arg-type]
            d.note("layout", json.load(archive.extractfile("oci-layout")))  # type: ignore[arg-type]
    kinds = sorted(
        {
            d.mask(name).rpartition("/")[2] if "json" in name or "tar" in name else d.mask(name)
            for name in names
        }
    )
    d.note("names", kinds)
    d.note("manifest", d.valued(manifest, ("size",)))
    d.note("repositories", d.valued(repositories))
    d.note("config", d.shape(config))
    d.delete(f"/images/{name}", note=False)
    lines(d, "load", d.post("/images/load", body=answer.body, query={"quiet": "0"}, note=False))
    lines(d, "load again", d.post("/images/load", body=answer.body, query={"quiet": "1"}, note=False))
    for what, body in (("nonsense", b"nonsense"), ("empty", b""), ("no manifest", tar_of(file=b"x")),
                       ("odd manifest", tar_of(**{"manifest.json": b"x"})), ("cut", tar_of(file=b"x" * 5000)[:2000]),
                       ("no config", tar_of(**{"manifest.json": b'[{"Config": "x.json", "Layers": []}]'}))):  # fmt: skip
        lines(d, what, d.post("/images/load", body=body, note=False))
    two = d.get("/images/get", query={"names": name}, note=False)
    d.note("get all", (two.status, two.headers.get("content-type")))


def scenario_listed_images(d: Side) -> None:
    committed(d, "one", Labels={"diff": d.run})
    imported(d, "two")
    imported(d, "two", "2")
    label = f"diff={d.run}"
    for query in (
        {"filters": {"label": [label]}},
        {"filters": {"reference": [f"{d.name('two')}"]}},
        {"filters": {"reference": [f"{d.name('two')}:2"]}},
        {"filters": {"reference": ["["]}},
        {"filters": {"before": ["nothing-there"]}},
        {"filters": {"since": [f"{d.name('two')}:1"], "reference": [f"{d.name('two')}"]}},
        {"filters": {"dangling": ["x"]}},
        {"filters": {"until": ["x"]}},
        {"filters": {"nope": ["x"]}},
    ):
        answer = d.get("/images/json", query=query, note=False)
        found = d.noted(answer) if answer.status >= 400 else sorted(
            d.mask(tag) for image in answer.json for tag in image["RepoTags"] or ()
        )  # fmt: skip
        d.note(f"list {d.mask(str(query))}", found)
    whole = {"filters": {"label": [label]}, "shared-size": "1", "digests": "1", "all": "1"}
    d.get("/images/json", query=whole, values=True, without=MACHINE)
    d.get("/images/json", query={"filters": "x"})


def scenario_prune_images(d: Side) -> None:
    since = d.now()
    name = committed(d, Labels={"diff": d.run})
    label = [f"diff={d.run}"]
    d.post("/images/prune", query={"filters": {"label": label}}, values=True)
    d.post(
        "/images/prune", query={"filters": {"label": label, "until": ["1h"], "dangling": ["0"]}}, values=True
    )
    answer = d.post("/images/prune", query={"filters": {"label": label, "dangling": ["false"]}}, note=False)
    d.note("pruned", d.valued(answer.json, ("SpaceReclaimed",)))
    d.note("gone", d.get(f"/images/{name}/json", note=False).status)
    d.post("/images/prune", query={"filters": {"nope": ["x"]}})
    d.post("/images/prune", query={"filters": {"dangling": ["x"]}})
    d.post("/images/prune", query={"filters": {"until": ["x"]}})
    d.events(since, type=["image"], event=["prune"])


def _auth(**config: str) -> dict[str, str]:
    return {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(config).encode()).decode()}


def scenario_registries(d: Side) -> None:
    since = d.now()
    name = committed(d)
    remote = f"{REGISTRY}/{d.name('repo')}"
    d.made.append(f"/images/{remote}:1?force=1")
    d.post(f"/images/{name}/tag", query={"repo": remote, "tag": "1"}, note=False)
    lines(d, "push", d.post(f"/images/{remote}/push", query={"tag": "1"}, headers=_auth(), note=False))
    lines(d, "push again", d.post(f"/images/{remote}/push", query={"tag": "1"}, headers=_auth(), note=False))
    digests = d.get(f"/images/{remote}:1/json", note=False).json["RepoDigests"]
    d.note("digests", d.valued(digests))
    d.get(f"/distribution/{remote}:1/json", values=True, without=("size",))
    d.get(f"/distribution/{remote}:nope/json")
    d.get(f"/distribution/{REGISTRY}/nothing-there/json")
    d.get("/distribution/UPPER/json")
    lines(
        d, "pull what is there", d.post("/images/create", query={"fromImage": remote, "tag": "1"}, note=False)
    )
    d.delete(f"/images/{name}", note=False)
    d.delete(f"/images/{remote}:1", note=False)
    d.post("/images/prune", query={"filters": {"label": [f"diff={d.run}"]}}, note=False)
    lines(d, "pull", d.post("/images/create", query={"fromImage": remote, "tag": "1"}, note=False))
    lines(
        d,
        "pull by digest",
        d.post(
            "/images/create", query={"fromImage": remote, "tag": digests[-1].partition("@")[2]}, note=False
        ),
    )
    d.events(since, type=["image"], image=[remote, f"{remote}:1"])


def scenario_registries_refuse(d: Side) -> None:
    name = committed(d)
    for what, query in (
        ("a tag", {"fromImage": f"{REGISTRY}/{d.name('nothing')}", "tag": "1"}),
        ("an upper name", {"fromImage": "UPPER"}),
        ("an odd tag", {"fromImage": "x", "tag": "a b"}),
        ("no port", {"fromImage": "127.0.0.1:1/x", "tag": "1"}),
        ("a locked one", {"fromImage": f"{LOCKED}/x", "tag": "1"}),
        ("a platform", {"fromImage": f"{REGISTRY}/x", "tag": "1", "platform": "nope/"}),
        ("an id", {"fromImage": "0" * 64}),
    ):
        lines(d, what, d.post("/images/create", query=query, note=False))
    for what, remote, headers in (
        ("locked", f"{LOCKED}/{d.name('repo')}", {}),
        (
            "locked, a wrong user",
            f"{LOCKED}/{d.name('repo')}",
            _auth(username="tester", password="wrong", serveraddress=LOCKED),
        ),
        (
            "locked, the user",
            f"{LOCKED}/{d.name('repo')}",
            _auth(username="tester", password="s3cret", serveraddress=LOCKED),
        ),
        ("no port", f"127.0.0.1:1/{d.name('repo')}", _auth()),
        ("odd authentication", f"{REGISTRY}/{d.name('repo')}", {"X-Registry-Auth": "nonsense"}),
        ("none", f"{REGISTRY}/{d.name('repo')}", {}),
    ):
        d.post(f"/images/{name}/tag", query={"repo": remote, "tag": "1"}, note=False)
        d.made.append(f"/images/{remote}:1?force=1")
        lines(
            d,
            f"push {what}",
            d.post(f"/images/{remote}/push", query={"tag": "1"}, headers=headers, note=False),
        )
    lines(
        d,
        "push nothing",
        d.post(f"/images/{REGISTRY}/{d.name('x')}/push", query={"tag": "1"}, headers=_auth(), note=False),
    )
    lines(
        d,
        "push no tag",
        d.post(f"/images/{REGISTRY}/{d.name('repo')}/push", query={"tag": "9"}, headers=_auth(), note=False),
    )
    user = {"username": "tester", "password": "s3cret", "serveraddress": LOCKED}
    d.post("/auth", user, values=True)
    d.post("/auth", {**user, "password": "wrong"})
    d.post("/auth", {**user, "serveraddress": "127.0.0.1:1"})
    d.post("/auth", {**user, "serveraddress": REGISTRY}, values=True)
    d.get("/images/search", query={"term": "x", "limit": "101"})
    d.get("/images/search", query={"term": "x", "limit": "x"})
    d.get("/images/search", query={"term": "x", "filters": {"nope": ["x"]}})
    d.get("/images/search", query={"term": "x", "filters": {"stars": ["x"]}})
    d.get("/images/search", query={"term": "x", "filters": {"is-official": ["x"]}})
    d.get("/images/busybox/attestations")
