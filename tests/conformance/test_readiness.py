"""Waiting until a container is of use, on each engine; and no longer than it can still become so."""

from __future__ import annotations

import re
import socket
import time
from typing import Any

import pytest

from dockpy import Client, InvalidArgument, NotFound, TimedOut
from dockpy.errors import NotReady

SERVE = "httpd -f -p 80"


def check(command: str, *, retries: int = 1) -> dict[str, Any]:
    return {
        "test": ["CMD-SHELL", command],
        "interval": 0.5,
        "retries": retries,
        "timeout": "5s",
    }


class TestHealthy:
    def test_it_becomes_healthy(self, engine: Client, start: Any) -> None:
        container = start(
            engine,
            ["sh", "-c", "sleep 1; touch /ready; sleep 1000"],
            healthcheck=check("test -e /ready", retries=20),
        )
        assert container.health == "starting"
        container.wait_healthy(timeout=30)
        assert container.health == "healthy"
        container.wait_healthy(timeout=0.5)  # it is so already

    def test_unhealthy_at_once(self, engine: Client, start: Any) -> None:
        container = start(engine, healthcheck=check("echo no database; exit 1"))
        began = time.monotonic()
        with pytest.raises(NotReady, match="It is unhealthy: no database") as caught:
            container.wait_healthy(timeout=60)
        assert time.monotonic() - began < 15
        error = caught.value
        assert (error.state, error.output, error.container) == ("unhealthy", "no database", container)
        assert (error.subject, error.daemon) == (f"container {container.id}", engine.daemon)
        assert container.health == "unhealthy"

    def test_exited_at_once(self, engine: Client, start: Any) -> None:
        container = start(
            engine,
            ["sh", "-c", "echo cannot bind; sleep 1; exit 3"],
            healthcheck=check("false", retries=1000),
        )
        began = time.monotonic()
        with pytest.raises(NotReady, match="It has ended, with exit status 3: cannot bind") as caught:
            container.wait_healthy(timeout=60)
        assert time.monotonic() - began < 15
        assert (caught.value.state, caught.value.exit_code) == ("exited", 3)
        assert container.exit_code == 3

    def test_without_a_check(self, engine: Client, start: Any) -> None:
        with pytest.raises(NotReady, match=r"no health check.*\n?.*healthcheck="):
            start(engine).wait_healthy(timeout=60)

    def test_not_started(self, engine: Client, create: Any) -> None:
        container = create(engine, ["true"], healthcheck=check("true"))
        with pytest.raises(NotReady, match="not started"):
            container.wait_healthy(timeout=60)
        container.remove()
        with pytest.raises(NotFound):
            container.wait_healthy(timeout=60)

    def test_not_in_time(self, engine: Client, start: Any) -> None:
        container = start(engine, healthcheck=check("echo wait; exit 1", retries=1000))
        began = time.monotonic()
        with pytest.raises(TimedOut, match=r"within 2 s: it is starting, its last probe said: wait"):
            container.wait_healthy(timeout=2)
        assert 1.9 < time.monotonic() - began < 5

    def test_over_every_way(self, client: Client, start: Any) -> None:
        start(client, healthcheck=check("true")).wait_healthy(timeout=30)


class TestPort:
    def test_it_takes_connections_later(self, engine: Client, start: Any) -> None:
        """The engine's own proxy takes them before anything in the container does."""
        container = start(
            engine,
            ["sh", "-c", f"sleep 1.5; touch /begun; {SERVE}"],
            network="bridge",
            ports={"80/tcp": ("127.0.0.1", None)},
        )
        began = time.monotonic()
        address = container.wait_port(80, timeout=30)
        assert time.monotonic() - began > 1
        assert address == ("127.0.0.1", int(container.ports["80/tcp"][0]["HostPort"]))
        with socket.create_connection(address, timeout=10) as sock:
            sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert sock.recv(100).startswith(b"HTTP/1.")

    def test_a_server_that_speaks_first(self, engine: Client, start: Any) -> None:
        container = start(
            engine, ["nc", "-ll", "-p", "80", "-e", "echo", "hello"], network="bridge", ports={"80/tcp": None}
        )
        assert container.wait_port("80/tcp", timeout=30)[1] > 0

    def test_not_in_time(self, engine: Client, start: Any) -> None:
        container = start(engine, network="bridge", ports={"80/tcp": ("127.0.0.1", None)})
        with pytest.raises(TimedOut, match=r"port 80/tcp \(127.0.0.1:\d+\) within 1 s: "):
            container.wait_port(80, timeout=1)

    def test_it_takes_some_attempts(self, engine: Client, start: Any) -> None:
        """While it is restarted, its port is published nowhere."""
        container = start(
            engine,
            ["sh", "-c", f"test -e /2 && exec {SERVE}; test -e /1 && touch /2; touch /1; exit 1"],
            network="bridge",
            ports={"80/tcp": None},
            restart_policy="on-failure",
        )
        assert container.wait_port(80, timeout=30)[1] > 0

    def test_not_published(self, engine: Client, start: Any) -> None:
        with pytest.raises(NotReady, match=r"port 80/tcp is not published.*\nPublish it"):
            start(engine).wait_port(80, timeout=60)

    def test_exited_at_once(self, engine: Client, start: Any) -> None:
        container = start(
            engine,
            ["sh", "-c", "echo no config; sleep 1; exit 2"],
            network="bridge",
            ports={"80/tcp": ("127.0.0.1", None)},
        )
        with pytest.raises(NotReady, match="exit status 2: no config"):
            container.wait_port(80, timeout=60)

    @pytest.mark.parametrize("port", ["80/udp", "http", 0, 65536, True, "80/tcp/x", -1])
    def test_no_port(self, engine: Client, create: Any, port: Any) -> None:
        with pytest.raises(InvalidArgument, match="it takes a TCP port"):
            create(engine, ["true"]).wait_port(port)

    def test_over_every_way(self, client: Client, start: Any) -> None:
        container = start(client, ["sh", "-c", SERVE], network="bridge", ports={"80/tcp": None})
        host, port = container.wait_port(80, timeout=30)
        socket.create_connection((host, port), timeout=5).close()


class TestLog:
    def test_a_line_that_comes(self, engine: Client, start: Any) -> None:
        container = start(engine, ["sh", "-c", "echo one; sleep 1; echo 'is (ready) now' >&2; sleep 1000"])
        assert container.wait_log("(ready)", timeout=30) == "is (ready) now"
        assert container.wait_log(re.compile(r"^o\w+$"), timeout=5) == "one"  # written before
        with pytest.raises(TimedOut):
            container.wait_log("ready", timeout=1, stderr=False)
        with pytest.raises(TimedOut, match="No line with 'ready' came within 1 s"):
            container.wait_log("ready", timeout=1, since=time.time() + 3600)

    def test_a_terminal(self, engine: Client, start: Any) -> None:
        container = start(engine, ["sh", "-c", "echo ready; sleep 1000"], tty=True)
        assert container.wait_log("ready", timeout=30) == "ready"

    def test_it_ends_without(self, engine: Client, start: Any) -> None:
        container = start(engine, ["sh", "-c", "echo a; sleep 1; echo sorry >&2; exit 4"])
        with pytest.raises(NotReady, match=r"exit status 4, without a line with 'ready': a\nsorry") as caught:
            container.wait_log("ready", timeout=60)
        assert (caught.value.exit_code, caught.value.output) == (4, "a\nsorry")
        assert container.wait_log("sorry", timeout=5) == "sorry"  # it may have ended

    def test_it_never_comes(self, engine: Client, start: Any) -> None:
        """Though others come all the time."""
        container = start(engine, ["sh", "-c", "while true; do echo tick; sleep 0.1; done"])
        began = time.monotonic()
        with pytest.raises(TimedOut, match=r"within 1.5 s: tick\ntick"):
            container.wait_log("ready", timeout=1.5)
        assert 1.4 < time.monotonic() - began < 5

    def test_it_comes_at_the_second_attempt(self, engine: Client, start: Any) -> None:
        container = start(
            engine,
            ["sh", "-c", "if test -e /again; then echo ready; sleep 1000; fi; touch /again; sleep 1; exit 1"],
            restart_policy="on-failure",
        )
        assert container.wait_log("ready", timeout=30) == "ready"

    def test_no_pattern_and_no_container(self, engine: Client, create: Any) -> None:
        container = create(engine, ["true"])
        for pattern in (b"ready", re.compile(b"ready"), None, 7):
            with pytest.raises(InvalidArgument, match="it takes a str, or a compiled"):
                container.wait_log(pattern)
        with pytest.raises(NotReady, match="not started"):
            container.wait_log("ready", timeout=60)
        with pytest.raises(InvalidArgument, match="timeout=-1"):
            container.wait_log("ready", timeout=-1)
        container.remove()
        with pytest.raises(NotFound):
            container.wait_log("ready", timeout=60)
