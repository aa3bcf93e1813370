"""What a container does, and what is known of it, on each engine."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dockpy import (
    BadParameter,
    Client,
    Conflict,
    Container,
    InvalidArgument,
    NotFound,
    ServerError,
    TimedOut,
    VersionMismatch,
)


def heeds(signal: str, status: int) -> list[str]:
    """A command that ends with the status when the signal comes, and says when it is ready for it."""
    return ["sh", "-c", f"trap 'exit {status}' {signal}; echo ready; while true; do sleep 0.1; done"]


def ready(container: Container, times: int = 1) -> Container:
    """The container, once it has said so: before, process 1 does not heed a signal."""
    with container.log_lines(follow=True) as lines:
        assert [line for _, line in zip(range(times), lines, strict=False)] == ["ready"] * times
    return container


def test_a_life(engine: Client, create: Any, new_name: Any) -> None:
    """What is read is current after each thing done, without reload()."""
    name = new_name()
    container = create(engine, heeds("TERM", 7), name=name)
    assert (container.name, container.status) == (name, "created")
    container.start()
    assert container.status == "running"
    container.start()  # it runs already
    container.pause()
    assert container.status == "paused"
    container.unpause()
    assert container.status == "running"
    ready(container).restart(timeout=0)
    assert container.status == "running"
    container.rename(f"{name}-b")
    assert container.name == f"{name}-b"
    assert engine.containers.get(f"{name}-b") == container
    ready(container, 2).stop(timeout=5)
    assert (container.status, container.attrs.state.exit_code) == ("exited", 7)
    container.stop()  # it is stopped already
    container.remove()
    for ask in (
        container.reload,
        container.start,
        container.stop,
        container.inspect,
        container.logs,
        container.remove,
    ):
        with pytest.raises(NotFound, match=r"[Nn]o such container") as caught:
            ask()
        assert container.id in caught.value.subject


def test_what_is_known(engine: Client, start: Any, new_name: Any, labels: dict[str, str]) -> None:
    name = new_name()
    before = datetime.now(UTC)
    started = start(engine, name=name, labels={"a": "b"}, volumes=["/srv"])
    for container in (started, engine.containers.get(name), *engine.containers.list(filters={"name": name})):
        assert container == started
        assert hash(container) == hash(started)
        assert len(container.id) == 64
        assert container.short_id == container.id[:12]
        assert container.name == name
        assert container.status == "running"
        assert container.labels == {**labels, "a": "b", "base": "busybox:latest"}
        assert container.image == engine.images.get("busybox")
        assert "busybox:latest" in container.image.tags
        assert before - timedelta(seconds=2) < container.created < datetime.now(UTC) + timedelta(seconds=2)
        assert container.ports == {}
        assert list(container.networks) == ["none"]
        assert [mount.destination for mount in container.mounts] == ["/srv"]
        assert container.attrs.state.running is True
        assert container.attrs["State"]["Running"] is True
        assert container.attrs.to_dict()["Id"] == container.id
    assert started != engine.containers.get(start(engine).id)
    assert started != engine.images.get("busybox")


def test_equal_only_on_one_daemon(reach: Any, start: Any) -> None:
    with reach("unix20").connect() as one, reach("tcp20").connect() as other:
        container = start(one)
        assert one.containers.get(container.id) == container
        assert other.containers.get(container.id) != container


@pytest.mark.parametrize("how", ["name", "id", "short id", "slash"])
def test_get(engine: Client, start: Any, new_name: Any, how: str) -> None:
    container = start(engine, name=new_name())
    names = {
        "name": container.name,
        "id": container.id,
        "short id": container.short_id,
        "slash": f"/{container.name}",
    }
    assert engine.containers.get(names[how]) == container


def test_get_what_is_not_there(client: Client) -> None:
    with pytest.raises(NotFound, match="No such container: nowhere") as caught:
        client.containers.get("nowhere")
    error = caught.value
    assert (error.status_code, error.operation, error.subject) == (
        404,
        "ContainerInspect",
        "container nowhere",
    )
    assert error.daemon == client.daemon
    assert error.explanation == "No such container: nowhere"


class TestStop:
    def test_the_grace_ends_in_a_kill(self, engine: Client, start: Any) -> None:
        container = start(engine, ["sleep", "1000"])  # as process 1 it does not heed SIGTERM
        began = time.monotonic()
        container.stop(timeout=1)
        assert 0.9 < time.monotonic() - began < 8
        assert container.attrs.state.exit_code == 137

    def test_the_grace_is_not_the_clients_timeout(self, engine: Client, start: Any) -> None:
        container = start(engine.with_options(timeout=0.5), ["sleep", "1000"])
        container.stop(timeout=2)
        assert container.status == "exited"

    def test_without_any_grace(self, engine: Client, start: Any) -> None:
        container = start(engine, ["sleep", "1000"])
        container.stop(timeout=0)
        assert container.attrs.state.exit_code == 137

    def test_parts_of_a_second(self, engine: Client, start: Any) -> None:
        container = ready(start(engine, heeds("TERM", 7)))
        container.stop(timeout=0.5)  # the engine counts whole ones: 1, not 0
        assert container.attrs.state.exit_code == 7

    def test_its_own_signal(self, engine: Client, start: Any) -> None:
        container = ready(start(engine, heeds("USR1", 8), stop_signal="USR1"))
        container.stop(timeout=5)
        assert container.attrs.state.exit_code == 8

    def test_a_signal_that_is_given(self, engine: Client, start: Any) -> None:
        container = ready(start(engine, heeds("HUP", 9)))
        if engine.api_version == "1.41":
            with pytest.raises(VersionMismatch, match=r"'signal' needs API 1\.42"):
                container.stop(signal="HUP")
            assert container.status == "running"
        else:
            container.stop(timeout=5, signal="HUP")
            assert container.attrs.state.exit_code == 9


class TestKill:
    @pytest.mark.parametrize(("signal", "status"), [(None, 137), ("SIGTERM", 7), ("TERM", 7), (15, 7)])
    def test_a_signal(self, engine: Client, start: Any, signal: Any, status: int) -> None:
        container = ready(start(engine, heeds("TERM", 7)))
        container.kill(signal)
        assert container.wait().status_code == status
        assert container.status == "exited"

    def test_what_does_not_run(self, engine: Client, create: Any) -> None:
        with pytest.raises(Conflict, match="is not running"):
            create(engine).kill()

    def test_a_signal_that_is_none(self, engine: Client, start: Any) -> None:
        with pytest.raises(BadParameter, match=r"[Ii]nvalid signal"):
            start(engine).kill("SIGNONE")


class TestPause:
    def test_what_does_not_run(self, engine: Client, create: Any) -> None:
        container = create(engine)
        with pytest.raises(Conflict, match="is not running"):
            container.pause()
        with pytest.raises(ServerError, match="is not paused"):  # not 409: so do both engines
            container.unpause()


class TestRename:
    def test_a_name_that_is_taken(self, engine: Client, create: Any, new_name: Any) -> None:
        taken = create(engine, name=new_name())
        with pytest.raises(Conflict, match="already in use"):
            create(engine).rename(taken.name)

    @pytest.mark.parametrize("name", ["", "a b", "../x", "a\nb"])
    def test_a_name_that_is_none(self, engine: Client, create: Any, name: str) -> None:
        container = create(engine)
        before = container.name
        with pytest.raises(InvalidArgument):
            container.rename(name)
        assert container.inspect().name == f"/{before}"


class TestRemove:
    def test_what_runs(self, engine: Client, start: Any) -> None:
        container = start(engine)
        with pytest.raises(Conflict, match=r"container is running|running container"):
            container.remove()
        container.remove(force=True)
        with pytest.raises(NotFound):
            container.reload()

    @pytest.mark.parametrize("v", [True, False])
    def test_its_volumes(self, engine: Client, create: Any, v: bool) -> None:
        container = create(engine, volumes=["/srv"])
        volume = engine.volumes.get(container.mounts[0].name)
        container.remove(v=v)
        if v:
            with pytest.raises(NotFound):
                volume.reload()
        else:
            volume.remove()

    def test_by_name(self, engine: Client, start: Any, new_name: Any) -> None:
        name = new_name()
        start(engine, name=name)
        engine.containers.remove(name, force=True)
        with pytest.raises(NotFound):
            engine.containers.get(name)


class TestWait:
    def test_the_status(self, client: Client, start: Any) -> None:
        container = start(client, ["sh", "-c", "exit 5"])
        answer = container.wait()
        assert (answer.status_code, answer["StatusCode"]) == (5, 5)
        assert container.status == "exited"
        assert container.wait(condition="not-running")["StatusCode"] == 5  # it has stopped already

    def test_a_limit(self, client: Client, start: Any) -> None:
        container = start(client)
        began = time.monotonic()
        with pytest.raises(TimedOut) as caught:
            container.wait(timeout=0.3)
        assert 0.2 < time.monotonic() - began < 5
        assert (caught.value.operation, caught.value.subject) == (
            "ContainerWait",
            f"container {container.id}",
        )
        assert container.status == "running"

    def test_longer_than_the_clients_timeout(self, client: Client, start: Any) -> None:
        container = start(client, ["sh", "-c", "sleep 1; exit 6"])
        view = client.with_options(timeout=0.3 if client.endpoint.scheme != "ssh" else (10, 0.3))
        assert view.containers.known(container.id).wait()["StatusCode"] == 6

    def test_the_next_exit(self, engine: Client, start: Any, in_thread: Any) -> None:
        container = start(engine, ["sh", "-c", "exit 1"])
        container.wait()
        answers: list[int] = []
        waiting = in_thread(lambda: answers.append(container.wait(condition="next-exit")["StatusCode"]))
        waiting.join(0.3)
        assert answers == []  # the exit before does not count
        container.start()
        waiting.join(10)
        assert answers == [1]

    def test_the_removal(self, engine: Client, start: Any, in_thread: Any) -> None:
        container = start(engine, ["sh", "-c", "exit 4"])
        container.wait()
        answers: list[int] = []
        waiting = in_thread(lambda: answers.append(container.wait(condition="removed")["StatusCode"]))
        waiting.join(0.3)
        assert answers == []
        container.remove()
        waiting.join(10)
        assert answers == [4]

    def test_what_is_not_there(self, engine: Client) -> None:
        with pytest.raises(NotFound):
            engine.containers.known("nowhere").wait()


class TestTop:
    def test_processes(self, engine: Client, start: Any) -> None:
        container = start(engine, ["sleep", "1234"])
        top = container.top()
        assert "CMD" in top.titles
        assert [process[-1] for process in top.processes] == ["sleep 1234"]
        assert container.top("-o pid,args").titles == ["PID", "COMMAND"]

    def test_what_does_not_run(self, engine: Client, create: Any) -> None:
        with pytest.raises((Conflict, BadParameter), match="is not running"):
            create(engine).top()


def test_diff(engine: Client, start: Any) -> None:
    container = start(engine, ["sh", "-c", "echo a > /tmp/added; rm /etc/group; echo b >> /etc/passwd"])
    container.wait()
    changes = {change.path: change.kind for change in container.diff()}
    assert changes["/tmp/added"] == 1
    assert changes["/etc/group"] == 2
    assert changes["/etc/passwd"] == 0
    assert changes["/etc"] == 0


def test_no_changes(engine: Client, create: Any) -> None:
    assert create(engine).diff() == []


def test_prune(engine: Client, create: Any, start: Any, labels: dict[str, str]) -> None:
    mine = {"prune": labels["dockpy-test"]}
    stopped = [create(engine, labels=mine) for _ in range(3)]
    running, other = start(engine, labels=mine), create(engine)
    answer = engine.containers.prune(filters={"label": mine})
    assert set(answer.containers_deleted) == {container.id for container in stopped}
    assert answer.space_reclaimed >= 0
    assert running.status == "running"
    assert other.inspect().state.status == "created"
    assert (
        engine.containers.prune(filters={"label": f"prune={labels['dockpy-test']}"}).containers_deleted == []
    )


class TestCurrent:
    """What somebody else changes is as it was until it is reloaded; what we change is current."""

    def test_reload(self, engine: Client, start: Any) -> None:
        container = start(engine)
        assert container.status == "running"
        engine.containers.get(container.id).kill()
        container.wait()
        assert container.status == "exited"

    def test_a_failed_start(self, engine: Client, create: Any) -> None:
        container = create(engine, ["no-such-command"])
        assert container.status == "created"
        with pytest.raises(BadParameter):
            container.start()
        assert container.attrs.state.exit_code == 127

    def test_a_listing_that_is_old(self, engine: Client, start: Any) -> None:
        started = start(engine)
        (listed,) = engine.containers.list(filters={"id": started.id})
        assert listed.status == "running"
        listed.stop(timeout=0)
        assert listed.status == "exited"
        assert listed.attrs.state.status == "exited"
        listed.start()
        assert (listed.status, listed.attrs.state.status) == ("running", "running")


class TestList:
    def test_one_request(self, client: Client, start: Any, labels: dict[str, str], new_name: Any) -> None:
        for number in range(3):
            start(client, labels={"listed": "yes"}, name=new_name(), volumes=[f"/srv{number}"])
        assert client.api_version  # agreed on
        requests: list[str] = []
        client.hooks.request.append(lambda event: requests.append(event.operation))
        found = client.containers.list(
            filters={"label": ["listed=yes", f"dockpy-test={labels['dockpy-test']}"]}
        )
        for container in found:
            for everyday in (
                "id",
                "short_id",
                "name",
                "status",
                "labels",
                "ports",
                "created",
                "networks",
                "mounts",
            ):
                getattr(container, everyday)
            assert container.image.id.startswith("sha256:")
            assert repr(container)
        assert len(found) == 3
        assert requests == ["ContainerList"]

    def test_what_does_not_run(self, engine: Client, start: Any, create: Any, labels: dict[str, str]) -> None:
        running, stopped = start(engine, labels={"some": "one"}), create(engine, labels={"some": "one"})
        mine = {"label": {"some": "one", **labels}}
        assert engine.containers.list(filters=mine) == [running]
        assert set(engine.containers.list(all=True, filters=mine)) == {running, stopped}
        assert engine.containers.list(all=True, limit=1, filters=mine) == [stopped]
        assert engine.containers.list(filters={**mine, "status": "created"}) == [stopped]
        assert engine.containers.list(all=True, before=stopped.id, filters=mine) == [running]
        assert engine.containers.list(all=True, since=running.id, filters=mine) == [stopped]

    def test_a_filter_that_is_none(self, engine: Client) -> None:
        with pytest.raises(BadParameter, match=r"[Ii]nvalid filter"):
            engine.containers.list(filters={"no-such-filter": "x"})

    def test_everything_of_each(self, engine: Client, start: Any, labels: dict[str, str]) -> None:
        started = {start(engine, labels={"full": "yes"}) for _ in range(4)}
        requests: list[str] = []
        engine.hooks.request.append(lambda event: requests.append(event.operation))
        found = engine.containers.list(full=True, filters={"label": {"full": "yes", **labels}})
        assert set(found) == started
        assert all(container.attrs.state.running for container in found)
        assert sorted(requests) == ["ContainerInspect"] * 4 + ["ContainerList"]

    @pytest.mark.parametrize("full", [True, False])
    def test_while_others_are_deleted(
        self, engine: Client, create: Any, labels: dict[str, str], full: bool
    ) -> None:
        ended = threading.Event()

        def churn() -> None:
            while not ended.is_set():
                for container in [containers.create("busybox", labels=mine) for _ in range(4)]:
                    container.remove()

        containers, mine = engine.containers, {"churn": "yes", **labels}
        stays = create(engine, labels=mine)
        thread = threading.Thread(target=churn)
        thread.start()
        try:
            for _ in range(25):
                found = containers.list(all=True, full=full, filters={"label": mine})
                assert stays in found
                for container in found:
                    assert container.name
        finally:
            ended.set()
            thread.join(20)


def test_a_container_of_a_closed_client_goes_on(engine: Client, start: Any) -> None:
    container = start(engine)
    engine.close()
    assert container.status == "running"


def test_known_asks_nothing(engine: Client) -> None:
    requests: list[Any] = []
    engine.hooks.request.append(requests.append)
    container = engine.containers.known("nowhere")
    assert isinstance(container, Container)
    assert (container.id, repr(container)) == ("nowhere", "<Container: nowhere>")
    assert requests == []
    with pytest.raises(NotFound):
        _ = container.status
