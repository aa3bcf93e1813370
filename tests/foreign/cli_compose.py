"""docker compose: a project of two services, one of which waits until the other is healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminals import Terminal

PROJECT = """\
services:
  store:
    image: busybox
    command: ["sh", "-c", "touch /data/ready; echo store is up; exec sleep 1000"]
    volumes: ["kept:/data"]
    networks: [inside]
    healthcheck:
      test: ["CMD", "test", "-e", "/data/ready"]
      interval: 1s
      retries: 20
    stop_grace_period: 0s
  web:
    image: busybox
    command: ["sh", "-c", "echo greeting is $$GREETING; exec sleep 1000"]
    environment:
      GREETING: hello
    env_file: [more.env]
    ports: ["127.0.0.1::80"]
    networks: [inside]
    depends_on:
      store:
        condition: service_healthy
    stop_grace_period: 0s
volumes:
  kept:
networks:
  inside:
"""


def scenario_compose(docker: Terminal) -> None:
    project = docker.name("project")
    docker.write("compose.yaml", PROJECT)
    docker.write("more.env", "MORE=from a file\n")
    compose = ("compose", "--ansi", "never", "--progress", "plain", "-p", project)

    def unordered(*arguments: str) -> None:
        said = docker(*compose, *arguments, note=False)
        lines = (said.out + said.err).splitlines()
        docker.note(" ".join(arguments), sorted({docker.mask(line).strip() for line in lines}))

    try:
        unordered("up", "-d")
        unordered("ps", "--format", "{{.Service}} {{.Name}} {{.State}} {{.Health}} {{.Image}}")
        unordered("ps", "-a", "--services")
        unordered("logs", "--no-color")
        docker(*compose, "exec", "-T", "web", "sh", "-c", "echo $GREETING $MORE; hostname | wc -c")
        docker(*compose, "exec", "-T", "web", "sh", "-c", "ping -c 1 -q store > /dev/null && echo reached")
        docker(*compose, "exec", "-T", "store", "sh", "-c", "exit 7", code=7)
        docker(*compose, "run", "--rm", "-T", "--no-deps", "store", "ls", "/data", note=False)
        assert docker(*compose, "port", "web", "80", note=False).out.startswith("127.0.0.1:")
        unordered("restart", "-t", "0", "web")
        unordered("up", "-d")
        unordered("stop", "-t", "0", "web")
        unordered("ps", "-a", "--format", "{{.Service}} {{.State}} {{.ExitCode}}")
        unordered("start", "web")
        unordered("images", "--format", "json", "-q")
        docker("compose", "ls", "-q", "--filter", f"name={project}")
    finally:
        unordered("down", "-v", "-t", "0")
    docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={project}")
    docker("volume", "ls", "-q", "--filter", f"name={project}")
    docker("network", "ls", "-q", "--filter", f"name={project}")


def scenario_compose_in_the_foreground(docker: Terminal) -> None:
    # It sleeps because compose asks for events while it starts the container, and would miss an early end.
    project = docker.name("project")
    docker.write("compose.yaml", "services:\n  once:\n    image: busybox\n    network_mode: none\n"
                 "    command: [sh, -c, 'echo done; sleep 1; exit 3']\n")  # fmt: skip
    compose = ("compose", "--ansi", "never", "--progress", "plain", "-p", project)
    said = docker(*compose, "up", "--exit-code-from", "once", code=3, note=False)
    docker.note("said", [docker.mask(line) for line in said.out.splitlines() if "done" in line])
    docker(*compose, "config", "--services")
    docker(*compose, "run", "--rm", "-T", "once", "echo", "instead", note=False)
    docker(*compose, "down", note=False)
