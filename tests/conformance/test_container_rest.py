"""What else is done with containers: changed, made images of, ended with a with statement, listed, pruned."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from dockpy import ApiError, Client, InvalidArgument, InvalidReference, NotFound, VersionMismatch


class TestUpdate:
    def test_limits(self, engine: Client, start: Any) -> None:
        container = start(engine, mem_limit="64m", restart_policy="always")
        answer = container.update(mem_limit="128m", memswap_limit="256m", cpus=0.5, pids_limit=50)
        assert not answer.warnings
        host = container.attrs.host_config
        assert (host.memory, host.memory_swap, host.nano_cpus, host.pids_limit) == (
            128 * 1024**2,
            256 * 1024**2,
            500_000_000,
            50,
        )
        assert host.restart_policy.name == "always"  # what is not given stays
        container.update(cpu_shares=512)
        assert container.attrs.host_config.memory == 128 * 1024**2

    def test_the_restart_policy(self, engine: Client, start: Any) -> None:
        container = start(engine, restart_policy="always")
        container.update(restart_policy="on-failure:3")
        policy = container.attrs.host_config.restart_policy
        assert (policy.name, policy.maximum_retry_count) == ("on-failure", 3)
        container.update(restart_policy="no")
        assert container.attrs.host_config.restart_policy.name == "no"

    def test_what_is_refused_here(self, engine: Client, create: Any) -> None:
        container = create(engine, ["true"])
        with pytest.raises(TypeError, match=r"update\(\) got .* 'memory'; did you mean 'mem_limit'"):
            container.update(memory="1g")
        with pytest.raises(InvalidArgument, match="changes nothing"):
            container.update()
        with pytest.raises(InvalidArgument, match="mem_limit='much'"):
            container.update(mem_limit="much")
        with pytest.raises(InvalidArgument, match="give one of them"):
            container.update(cpus=1, nano_cpus=10**9)

    def test_what_the_engine_refuses(self, engine: Client, create: Any) -> None:
        container = create(engine, ["true"])
        with pytest.raises(ApiError, match="6MB"):
            container.update(mem_limit=1)
        with pytest.raises(ApiError, match="invalid restart policy"):
            container.update(restart_policy="sometimes")
        if engine.api_version == "1.51":
            with pytest.raises(VersionMismatch, match=r"gone since API 1\.42"):
                container.update(kernel_memory="10m")
        container.remove()
        with pytest.raises(NotFound):
            container.update(cpus=1)


class TestCommit:
    def test_an_image_of_what_it_has_become(
        self, engine: Client, start: Any, new_name: Any, labels: Any
    ) -> None:
        container = start(engine, environment={"KEPT": "yes"})
        container.copy_to(b"made", "/made")
        name = new_name()
        image = container.commit(
            name, "v1", message="made a file", author="me", changes=["CMD cat /made", "ENV ADDED=too"]
        )
        try:
            assert image.tags == [f"{name}:v1"]
            assert engine.images.get(f"{name}:v1") == image
            assert engine.containers.run(image, remove=True, network="none", labels=labels) == b"made"
            config = image.attrs.config
            assert {"KEPT=yes", "ADDED=too"} <= set(config.env)
            assert (image.attrs.author, image.attrs.comment) == ("me", "made a file")
        finally:
            image.remove(force=True)

    def test_without_a_name(self, engine: Client, start: Any) -> None:
        image = start(engine).commit(pause=False, conf={"Cmd": ["true"], "Labels": {"a": "b"}})
        try:
            assert image.tags == []
            assert image.attrs.config.labels["a"] == "b"
        finally:
            image.remove()

    def test_what_is_refused(self, engine: Client, create: Any, new_name: Any) -> None:
        container = create(engine, ["true"])
        with pytest.raises(InvalidReference):
            container.commit("UPPER case")
        with pytest.raises(InvalidArgument, match="repository too"):
            container.commit(tag="v1")
        with pytest.raises(ApiError, match=r"[Uu]nknown instruction|not a valid change command"):
            container.commit(changes=["NONSENSE 1"])
        container.remove()
        with pytest.raises(NotFound):
            container.commit(new_name())


class TestWith:
    def test_it_is_gone_at_the_end(self, client: Client, labels: Any) -> None:
        with client.containers.run(
            "busybox", ["sleep", "1000"], detach=True, labels=labels, network="none", volumes=["/data"]
        ) as container:
            assert container.status == "running"
            [volume] = [str(mount.name) for mount in container.mounts]
            assert client.volumes.get(volume).name == volume
        with pytest.raises(NotFound):
            container.reload()
        with pytest.raises(NotFound):
            client.volumes.get(volume)

    def test_also_where_something_fails(self, engine: Client, start: Any) -> None:
        with pytest.raises(ZeroDivisionError), start(engine) as container:
            raise ZeroDivisionError
        with pytest.raises(NotFound):
            container.reload()

    def test_gone_already(self, engine: Client, start: Any) -> None:
        with start(engine) as container:
            container.remove(force=True)
        with start(engine, auto_remove=True) as container:
            container.kill()  # the engine removes it, meanwhile or in a moment
        with pytest.raises(NotFound):
            container.reload()


class TestState:
    def test_exit_code(self, engine: Client, create: Any) -> None:
        container = create(engine, ["sh", "-c", "exit 3"])
        assert container.exit_code is None
        container.start()
        container.wait(timeout=30)
        assert container.exit_code == 3

    def test_health(self, engine: Client, start: Any, create: Any) -> None:
        container = start(engine, healthcheck={"test": "true", "interval": 0.5})
        container.wait_healthy(timeout=30)
        [listed] = engine.containers.list(filters={"id": container.id})
        assert listed.health == container.health == "healthy"
        [healthy] = engine.containers.list(filters={"id": container.id, "health": "healthy"})
        assert healthy == container
        assert start(engine).health is None
        assert create(engine, ["true"]).health is None


class TestList:
    def test_one_request(self, engine_place: Any, create: Any, new_name: Any) -> None:
        asked: list[str] = []
        with engine_place.connect() as client:
            label = new_name()
            made = {create(client, ["true"], labels={label: ""}) for _ in range(5)}
            client.version()
            client.hooks.request.append(lambda event: asked.append(event.operation))
            listed = client.containers.list(all=True, filters={"label": label})
            assert set(listed) == made
            for container in listed:
                assert container.name
                assert container.status == "created"
                assert container.image.id.startswith("sha256:")
                assert container.labels[label] == ""
                assert container.created
                assert container.ports == {}
                assert container.networks is not None
                assert container.mounts == []
        assert asked == ["ContainerList"]

    @pytest.mark.parametrize("full", [False, True])
    def test_while_they_are_removed(
        self, engine: Client, create: Any, new_name: Any, in_thread: Any, full: bool
    ) -> None:
        label = new_name()
        made = [create(engine, ["true"], labels={label: ""}) for _ in range(15)]
        kept = create(engine, ["true"], labels={label: ""})
        begun = threading.Event()

        def remove() -> None:
            begun.wait(10)
            for container in made:
                container.remove()

        thread = in_thread(remove)
        seen = []
        while thread.is_alive():
            begun.set()
            listed = engine.containers.list(all=True, filters={"label": label}, full=full)
            seen.append(len(listed))
            assert kept in listed
            if full:
                assert all(container.attrs.state.status for container in listed)
        assert engine.containers.list(all=True, filters={"label": label}, full=full) == [kept]
        assert max(seen) <= 16


def test_prune(engine: Client, create: Any, start: Any, new_name: Any) -> None:
    label = new_name()
    stopped = create(engine, ["true"], labels={label: ""})
    stopped.copy_to(b"x" * 100_000, "/big")
    running = start(engine, labels={label: ""})
    for filters in ({"label": f"{label}=other"}, {"label": label, "until": "1h"}):
        assert engine.containers.prune(filters=filters).containers_deleted == []
    report = engine.containers.prune(filters={"label": label})
    assert report.containers_deleted == [stopped.id]
    assert report.space_reclaimed >= 100_000
    with pytest.raises(NotFound):
        stopped.reload()
    running.reload()
    again = engine.containers.prune(filters={"label": label})
    assert (again.containers_deleted, again.space_reclaimed) == ([], 0)
