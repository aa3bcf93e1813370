"""What the docker command tells of the daemon, and of what happens there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminals import Terminal


def scenario_version_and_info(docker: Terminal) -> None:
    version = docker("version", "--format", "{{json .}}", note=False).json
    docker.note("server", sorted(version["Server"]))
    docker.note("api", [version["Client"]["ApiVersion"], version["Server"]["ApiVersion"]])
    docker(
        "version",
        "--format",
        "{{.Server.Os}} {{.Server.Arch}} {{.Server.MinAPIVersion}} {{.Server.Experimental}}",
    )
    docker("version", keys_only=True)
    docker(
        "info",
        "--format",
        "{{.OSType}} {{.Driver}} {{.CgroupVersion}} {{.Swarm.LocalNodeState}} {{.Plugins.Volume}}",
    )
    docker.note("info", sorted(docker("info", "--format", "{{json .}}", note=False).json))
    assert "Server Version:" in docker("info", note=False).out


def scenario_events(docker: Terminal) -> None:
    name, net, volume = docker.name("c"), docker.name("net"), docker.name("volume")
    since = docker("info", "--format", "{{.SystemTime}}", note=False).out.strip()
    docker("volume", "create", volume)
    docker("network", "create", net)
    docker("run", "--name", name, "--network", net, "-v", f"{volume}:/v", "busybox", "true")
    docker("start", name)
    docker("wait", name)
    docker("rename", name, docker.name("other"))
    docker("rm", docker.name("other"))
    docker("network", "rm", net)
    docker("volume", "rm", volume)
    end = docker("info", "--format", "{{.SystemTime}}", note=False).out.strip()
    for kind in ("container", "network", "volume"):
        told = docker(
            "events", "--since", since, "--until", end, "--filter", f"type={kind}",
            "--format", "{{.Type}} {{.Action}} {{json .Actor.Attributes}}", note=False,
        )  # fmt: skip
        docker.note(kind, [docker.mask(line) for line in told.lines if docker.prefix in line])
    plain = docker("events", "--since", since, "--until", end, "--filter", f"volume={volume}", note=False)
    docker.note("plain", [docker.mask(line) for line in plain.lines])
    docker("events", "--since", "yesterday-ish", code=1)


def scenario_events_as_they_come(docker: Terminal) -> None:
    name = docker.name("c")
    since = docker("info", "--format", "{{.SystemTime}}", note=False).out.strip()
    filters = ("--filter", f"container={name}", "--format", "{{.Action}} {{.Actor.Attributes.image}}")
    with docker.begin("events", "--since", since, *filters) as told:
        docker("create", "--name", name, "--network", "none", "busybox", "sleep", "1000")
        docker.note("created", docker.until(told, "create"))
        docker("start", name)
        docker.note("started", docker.until(told, "start"))
        docker("exec", name, "true")
        docker.note("executed", docker.until(told, "exec_die"))
        docker("pause", name)
        docker("unpause", name)
        docker("kill", name)
        docker.note("died", docker.until(told, "die"))
        docker("rm", "-v", name)
        docker.note("gone", docker.until(told, "destroy"))


def scenario_disk_usage(docker: Terminal) -> None:
    docker.note("types", [line.split("  ")[0] for line in docker("system", "df", note=False).lines])
    docker("system", "df", "--format", "{{.Type}}")
    volume = docker.name("volume")
    docker("run", "--name", docker.name("c"), "--network", "none", "-v", f"{volume}:/v", "busybox", "sh", "-c",
           "echo abc > /v/x; echo defg > /x")  # fmt: skip
    told = docker("system", "df", "-v", note=False).lines
    docker.note("verbose", [docker.mask(line) for line in told if docker.prefix in line])
    docker.note(
        "headings", [docker.mask(line) for line in told if line[:2].isupper() or line.endswith("usage:")]
    )


def scenario_context(docker: Terminal) -> None:
    docker("context", "create", "other", "--docker", f"host={docker.url}", note=False)
    docker("context", "ls", "--format", "{{.Name}} {{.Current}}", environ={"DOCKER_HOST": ""})
    docker("--context", "other", "run", "--rm", "--network", "none", "busybox", "echo", "hi")
    docker("context", "use", "other", note=False)
    docker("ps", "-q", "--filter", f"name={docker.prefix}", environ={"DOCKER_HOST": ""})


def scenario_what_needs_a_swarm(docker: Terminal) -> None:
    docker("service", "ls", code=1)
    docker("node", "ls", code=1)
    docker("secret", "ls", code=1)
    docker("plugin", "inspect", docker.name("nothing"), code=1)
