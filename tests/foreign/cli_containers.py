"""What the docker command tells of containers, and does to them."""

from __future__ import annotations

import pprint
import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminals import Terminal


def scenario_ps(docker: Terminal) -> None:
    one, two, three = (docker.name(short) for short in ("one", "two", "three"))
    docker("run", "-d", "--name", one, "-l", "tier=front", "--network", "none", "busybox", "sleep", "1000")
    docker(
        "run", "--name", two, "-l", "tier=back", "--network", "none", "busybox", "sh", "-c", "exit 3", code=3
    )
    docker("create", "--name", three, "-v", "/data", "-l", "tier=back", "--network", "none", "alpine", "true")
    mine = ("--filter", f"name={docker.prefix}")
    docker("ps", *mine)
    docker("ps", "-a", *mine)
    docker("ps", "-aq", *mine)
    docker("ps", "-a", "--no-trunc", *mine)
    docker("ps", "-as", *mine)
    docker("ps", "-n", "1", "--format", "{{.Status}}", *mine)
    docker("ps", "-a", *mine, "--format", "table {{.Names}}\t{{.State}}\t{{.Image}}\t{{.Command}}")
    docker("ps", "-a", *mine, "--format", "{{.Names}} {{.Mounts}} {{.Networks}} {{.LocalVolumes}} {{.Ports}}")
    for condition in ("status=exited", "exited=3", "label=tier=back", "ancestor=alpine", "volume=/data"):
        docker("ps", "-a", *mine, "--filter", condition, "--format", "{{.Names}}")
    docker("ps", "-a", *mine, "--filter", f"before={two}", "--format", "{{.Names}}")
    docker("ps", "-a", *mine, "--filter", "network=none", "--format", '{{.Names}} {{.Label "tier"}}')
    docker("ps", "--filter", "colour=red", code=1)
    for line in docker("ps", "-a", *mine, "--format", "json", note=False).lines:
        assert '"Names"' in line
    docker("container", "prune", "-f", "--filter", f"label={docker.name('no')}")


def scenario_life(docker: Terminal) -> None:
    name, other = docker.name("c"), docker.name("renamed")
    docker("run", "-d", "--name", name, "--network", "none", "busybox", "sleep", "1000")
    docker("rename", name, other)
    docker("rename", name, other, code=1)
    docker("pause", other)
    docker("pause", other, code=1)
    docker("ps", "--filter", f"name={other}", "--format", "{{.Status}}")
    docker("unpause", other)
    docker("unpause", other, code=1)
    docker.note("top", re.sub(r"\d+", "<n>", docker.mask(docker("top", other, note=False).out)))
    docker("update", "--memory", "64m", "--memory-swap", "64m", "--restart", "on-failure:3", other)
    docker("inspect", "-f", "{{.HostConfig.Memory}} {{json .HostConfig.RestartPolicy}}", other)
    docker("rm", other, code=1)
    docker("kill", "-s", "NOSUCH", other, code=1)
    docker("kill", "-s", "KILL", other)
    docker("wait", other)
    docker("top", other, code=1)
    docker("pause", other, code=1)
    docker("rm", "-v", other)
    docker("inspect", other, code=1)


def scenario_diff(docker: Terminal) -> None:
    name = docker.name("c")
    script = "mkdir -p /new/sub; echo a > /new/sub/f; rm /etc/group; echo x >> /etc/passwd; touch /tmp/t"
    docker("run", "--name", name, "--network", "none", "busybox", "sh", "-c", script)
    docker.note("changes", sorted(docker("diff", name, note=False).lines))


def scenario_logs(docker: Terminal) -> None:
    name = docker.name("c")
    script = "for i in 1 2 3; do echo line $i; done; printf end"
    labels = ("--log-opt", "labels=a", "--log-opt", "env=B", "-l", "a=1", "-e", "B=2 3", "-e", "C=4")
    docker("run", "--name", name, *labels, "--network", "none", "busybox", "sh", "-c", script)
    docker("logs", name)
    docker("logs", "--tail", "2", name)
    docker("logs", "-t", name)
    docker("logs", "--since", "1h", name)
    docker("logs", "--details", "-t", name)
    docker("logs", "--until", "1h", name)
    docker("logs", "-f", name)
    docker("logs", docker.name("nothing"), code=1)


def scenario_logs_followed(docker: Terminal) -> None:
    name = docker.name("c")
    script = "echo first; read x; echo $x; read y; exit 3"
    docker("run", "-di", "--name", name, "--network", "none", "busybox", "sh", "-c", script)
    with docker.begin("logs", "-f", name) as following:
        docker.note("first", docker.until(following, "first"))
        with docker.begin("attach", name, input=subprocess.PIPE) as attached:
            assert attached.stdin is not None
            attached.stdin.write("second\n")
            attached.stdin.flush()
            docker.note("second", docker.until(following, "second"))
            docker("kill", name)
            docker.note("rest", following.communicate()[0])
            docker.note("end", following.returncode)


def scenario_inspect(docker: Terminal) -> None:
    name = docker.name("c")
    options = (
        "-e",
        "A=1",
        "-l",
        "x=y",
        "--restart",
        "always",
        "-m",
        "32m",
        "-p",
        "127.0.0.1::80",
        "-v",
        "/data",
    )
    docker(
        "create",
        "--name",
        name,
        *options,
        "--cap-add",
        "NET_ADMIN",
        "--ulimit",
        "nofile=99",
        "busybox",
        "true",
    )
    for part in (".Name", ".Path", ".Args", ".State", ".RestartCount", ".Driver", ".Platform", ".MountLabel"):
        docker("inspect", "-f", "{{json %s}}" % part, name)  # noqa: UP031
    found = docker("inspect", name, note=False).json[0]
    docker.note("keys", sorted(found))
    docker.note(
        "its host's", [f"{key}: {docker.mask(str(value))}" for key, value in found["HostConfig"].items()]
    )
    docker.note("its own", [f"{key}: {docker.mask(str(value))}" for key, value in found["Config"].items()])
    docker.note("networks", docker.mask(pprint.pformat(found["NetworkSettings"])).split("\n"))
    docker.note("mounts", sorted(found["Mounts"][0]))
    docker("inspect", "--size", "-f", "{{.SizeRw}}", name)
    docker("inspect", "--type", "image", name, code=1)


def scenario_port(docker: Terminal) -> None:
    name = docker.name("c")
    docker(
        "run",
        "-d",
        "--name",
        name,
        "-p",
        "127.0.0.1::80",
        "-p",
        "127.0.0.1::53/udp",
        "busybox",
        "sleep",
        "1000",
    )
    ports = docker("port", name, note=False).out
    docker.note("ports", sorted(line.rpartition(":")[0] for line in ports.splitlines()))
    assert docker("port", name, "80", note=False).out.startswith("127.0.0.1:")
    docker("port", name, "81", code=1)
    docker("rm", "-f", name)


def scenario_stats(docker: Terminal) -> None:
    name = docker.name("c")
    docker("run", "-d", "--name", name, "-m", "64m", "--network", "none", "busybox", "sleep", "1000")
    docker("stats", "--no-stream", name)
    with docker.begin("stats", "--format", "{{.Name}} {{.PIDs}}", name) as stats:
        docker.note("streamed", docker.until(stats, f"{name} 1")[-1][-3:])
    docker("stats", "--no-stream", docker.name("nothing"), code=1)


def scenario_healthy(docker: Terminal) -> None:
    name = docker.name("c")
    health = ("--health-cmd", "echo well; test -e /ok", "--health-interval", "1s", "--health-retries", "1")
    docker(
        "run",
        "-d",
        "--name",
        name,
        *health,
        "--network",
        "none",
        "busybox",
        "sh",
        "-c",
        "touch /ok; sleep 1000",
    )
    docker("inspect", "-f", "{{json .Config.Healthcheck}}", name)
    with docker.begin(
        "events", "--since", "10s", "--filter", f"container={name}", "--format", "{{.Action}}"
    ) as told:
        docker.until(told, "health_status: healthy")
    docker("ps", "--filter", f"name={name}", "--filter", "health=healthy", "--format", "{{.Status}}")
    docker("inspect", "-f", "{{.State.Health.Status}} {{(index .State.Health.Log 0).Output}}", name)


def scenario_restart_policy(docker: Terminal) -> None:
    name = docker.name("c")
    docker("run", "-d", "--name", name, "--restart", "on-failure:2", "--network", "none", "busybox", "false")
    docker.note("told", docker.mask(docker("wait", name, note=False).out))
    with docker.begin(
        "events", "--since", "20s", "--filter", f"container={name}", "--filter", "event=die"
    ) as told:
        for _ in range(3):
            docker.until(told, "die")
    docker("rm", "-f", name)


def scenario_container_prune(docker: Terminal) -> None:
    label = docker.name("label")
    for short in ("one", "two"):
        docker("create", "--name", docker.name(short), "-l", label, "--network", "none", "busybox")
    docker("container", "prune", "-f", "--filter", f"label={label}", note=False)
    docker("ps", "-a", "--filter", f"label={label}")
