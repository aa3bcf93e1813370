"""Commands executed in containers, and health checks, which are such commands."""

from __future__ import annotations

import pytest

from dockpy.errors import APIError, Conflict, NotFound
from dockpy.fake.failure import Failure

NONE = {"network": "none"}


@pytest.fixture
def running(client):
    container = client.containers.create("app", ["sleep:100000"], **NONE)
    container.start()
    return container


def test_it_runs_beside_the_first_process(running, happened):
    result = running.exec_run(["/app", "out:o", "err:e", "exit:7"], demux=True)
    assert (result.exit_code, result.output) == (7, (b"o", b"e"))
    assert happened(running, "exitCode")[2:] == [
        "exec_create: /app out:o err:e exit:7",
        "exec_start: /app out:o err:e exit:7",
        "exec_die 7",
    ]


def test_its_environment_is_the_containers_and_more(running):
    import json

    env = json.loads(running.exec_run(["/app", "env"], environment={"A": "b"}).output)
    assert env == {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOSTNAME": running.id[:12],
        "COLOR": "red",
        "A": "b",
        "HOME": "/",
    }


def test_the_last_thousand_that_ended_are_remembered(running):
    first = running.exec_create(["/app", "exit:2"])
    first.start().read()
    second = running.exec_create(["/app", "exit:3"])
    second.start().read()
    for _ in range(999):
        running.exec_run(["/app"], detach=True)
    assert second.exit_code == 3
    with pytest.raises(NotFound, match=f"No such exec instance: {first.id}"):
        first.inspect()


def test_it_runs_once(running, daemon):
    command = running.exec_create(["/app", "exit:2"])
    assert command.inspect().exit_code is None
    command.start(detach=True)
    assert command.inspect().exit_code == 2
    with pytest.raises(Failure, match=f"xec command {command.id} has already run"):
        daemon._engine.execs.get(command.id).start()


def test_it_ends_with_its_container(running):
    command = running.exec_create(["/app", "sleep:1000"])
    command.start(detach=True)
    assert command.inspect().running
    running.reload()
    assert running.attrs.exec_ids == [command.id]
    running.kill()
    found = command.inspect()
    assert (found.running, found.exit_code) == (False, 137)
    running.remove()
    with pytest.raises(NotFound):
        command.inspect()


def test_what_cannot_be_executed(client, running, daemon):
    with pytest.raises(APIError, match="OCI runtime exec failed: exec failed: unable to start"):
        running.exec_create(["nosuch"]).start(detach=True)
    running.pause()
    with pytest.raises(Conflict, match="is paused, unpause the container before exec"):
        running.exec_run(["/app"])
    stopped = client.containers.create("app", **NONE)
    with pytest.raises(Conflict, match=r"ontainer .* is not running"):
        stopped.exec_run(["/app"])


def test_a_check_makes_it_healthy_and_failures_unhealthy(client, clock, daemon, happened):
    code = [0]

    def program(p):
        if len(p.argv) > 1:
            yield from p.write(1, b"checked")
            return code[0]
        yield from p.sleep(100_000)
        return 0

    daemon._engine.programs.register("app", program)
    container = client.containers.create(
        "app",
        healthcheck={"Test": ["CMD", "/app", "check"], "Interval": 10**9, "Retries": 2, "Timeout": 10**9},
        **NONE,
    )
    container.start()
    container.reload()
    assert container.attrs.state.health.status == "starting"
    clock.advance(1)
    container.reload()
    assert container.attrs.state.health.status == "healthy"
    assert container.attrs.state.health.log[-1].output == "checked"
    code[0] = 1
    clock.advance(1)
    container.reload()
    assert (container.attrs.state.health.status, container.attrs.state.health.failing_streak) == (
        "healthy",
        1,
    )
    clock.advance(10)
    container.reload()
    assert container.attrs.state.health.status == "unhealthy"
    assert len(container.attrs.state.health.log) == 5
    assert [event for event in happened(container) if event.startswith("health")] == [
        "health_status: healthy",
        "health_status: unhealthy",
    ]


def test_a_check_that_takes_too_long_failed(client, clock):
    container = client.containers.create(
        "app",
        ["sleep:1000"],
        healthcheck={
            "Test": ["CMD", "/app", "sleep:60"],
            "Interval": 10**9,
            "Retries": 1,
            "Timeout": 2 * 10**9,
        },
        **NONE,
    )
    container.start()
    clock.advance(3)
    container.reload()
    health = container.attrs.state.health
    assert health.status == "unhealthy"
    assert (health.log[0].exit_code, health.log[0].output) == (-1, "Health check exceeded timeout (2s)")


def test_top_tells_processes(running):
    found = running.top()
    assert found.titles == ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
    assert [row[-1] for row in found.processes] == ["/app sleep:100000"]
    with pytest.raises(APIError, match="Couldn't find PID field in ps output"):
        running.top("-o args")
