"""podman's Docker-compatible service: what everyday programs do, and the error of what it cannot do."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy import (
    ArchiveError,
    BuildError,
    Conflict,
    ContainerError,
    ExecTimedOut,
    InvalidArgument,
    InvalidResponse,
    NotFound,
    PullError,
    ServerError,
    TimedOut,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dockpy import Client, Container

TALKS = "echo ready; echo warn >&2; echo last; trap 'exit 7' TERM; while :; do sleep 0.05; done"


@pytest.fixture(autouse=True)
def cleared(podman: Client, labels: dict[str, str]) -> Iterator[None]:
    """Remove from podman what a test leaves there: the end of the run clears the other engines alone."""
    yield
    mine = {"label": [f"{key}={value}" for key, value in labels.items()]}
    for container in podman.containers.list(all=True, filters=mine):
        with contextlib.suppress(NotFound):
            container.remove(force=True, v=True)
    for network in podman.networks.list(filters=mine):
        network.remove()
    for volume in podman.volumes.list(filters=mine):
        volume.remove(force=True)
    for image in podman.images.list(filters=mine):
        image.remove(force=True)


@pytest.fixture
def run(podman: Client, labels: dict[str, str]) -> Callable[..., Any]:
    """Run a command in a container without a network."""
    return lambda command, **options: podman.containers.run(
        "busybox", command, **{"network": "none", "labels": labels, **options}
    )


@pytest.fixture
def talks(podman: Client, start: Any, new_name: Callable[[], str]) -> Container:
    """A container that has written three lines, and ends with status 7 when it is asked to."""
    container: Container = start(podman, ["sh", "-c", TALKS], name=new_name())
    container.wait_log("last", timeout=20)
    return container


def test_the_system(podman: Client) -> None:
    assert podman.ping() is True
    assert podman.api_version == "1.41"
    assert podman.version().version
    assert podman.info().os_type == "linux"
    assert podman.df().images


# Running


@pytest.mark.parametrize("remove", [False, True])
def test_a_run(run: Any, remove: bool) -> None:
    output = run(["sh", "-c", "echo out; echo err >&2"], remove=remove)
    assert (output, output.stdout, output.stderr, output.exit_status) == (b"out\n", b"out\n", b"err\n", 0)


@pytest.mark.parametrize("remove", [False, True])
def test_a_run_that_fails(podman: Client, labels: dict[str, str], run: Any, remove: bool) -> None:
    with pytest.raises(ContainerError, match="non-zero exit status 3: err") as caught:
        run(["sh", "-c", "echo out; echo err >&2; exit 3"], remove=remove)
    error = caught.value
    assert (error.exit_status, error.stdout, error.stderr) == (3, b"out\n", b"err\n")
    left = podman.containers.list(all=True, filters={"label": f"dockpy-test={labels['dockpy-test']}"})
    assert len(left) == (0 if remove else 1)


def test_runs_with_input_and_a_terminal(run: Any) -> None:
    assert run(["wc", "-c"], input=b"x" * 4097, remove=True) == b"4097\n"
    assert run(["tty"], tty=True, remove=True) == b"/dev/pts/0\r\n"
    with run(["sh", "-c", "echo a; echo b; exit 2"], stream=True, remove=True) as streams:
        lines = streams.lines()
        assert (next(lines), next(lines)) == ("a", "b")
        with pytest.raises(ContainerError):
            next(lines)
        assert streams.exit_status == 2


def test_a_run_by_one_name_again_and_again(run: Any, new_name: Callable[[], str]) -> None:
    name = new_name()
    assert [run(["echo", str(number)], name=name, remove=True) for number in range(3)] == [
        b"0\n",
        b"1\n",
        b"2\n",
    ]


def test_a_command_that_is_not_there(podman: Client, run: Any, new_name: Callable[[], str]) -> None:
    name = new_name()
    with pytest.raises(Conflict, match="nosuch"):  # it is looked for when its streams are attached to
        run(["nosuch"], name=name, remove=True)
    with pytest.raises(NotFound):
        podman.containers.get(name)


def test_a_run_whose_container_is_removed(podman: Client, run: Any, new_name: Any, in_thread: Any) -> None:
    """podman then answers with the status 0, and an error beside it."""
    name = new_name()

    def remove() -> None:
        podman.containers.get(name).remove(force=True)

    with run(["sh", "-c", "echo begun; sleep 1000"], name=name, stream=True) as streams:
        assert next(streams) == b"begun\n"
        in_thread(remove)
        with pytest.raises((InvalidResponse, ContainerError)):
            list(streams)


def test_a_name_that_is_taken(podman: Client, create: Any, talks: Container) -> None:
    with pytest.raises(ServerError, match="already in use"):
        create(podman, name=talks.name)


def test_a_with_statement(podman: Client, run: Any) -> None:
    with run(["sleep", "1000"], detach=True) as container:
        assert container.status == "running"
    with pytest.raises(NotFound):
        container.reload()


# Executing


def test_executing(talks: Container) -> None:
    assert talks.exec_run(["sh", "-c", "echo out; exit 4"]) == (4, b"out\n")
    result = talks.exec_run(["sh", "-c", "cat; echo err >&2"], input=b"x" * 4097, demux=True)
    assert result == (0, (b"x" * 4097, b"err\n"))
    shell = ["sh", "-c", "id -u; echo $NAME; pwd"]
    options = talks.exec_run(shell, user="1000", environment={"NAME": "value"}, workdir="/tmp")
    assert options.output == b"1000\nvalue\n/tmp\n"
    assert talks.exec_run(["tty"], tty=True) == (0, b"/dev/pts/0\r\n")
    assert talks.exec_run(["nosuch"]).exit_code == 127
    with talks.exec_run(["sh", "-c", "echo a; exit 5"], stream=True) as streams:
        assert (list(streams), streams.exit_code) == ([b"a\n"], 5)


def test_executing_for_too_long(talks: Container) -> None:
    with pytest.raises(ExecTimedOut, match="was killed") as caught:
        talks.exec_run(["sh", "-c", "echo begun; sleep 1234"], timeout=0.5)
    assert (caught.value.stdout, caught.value.survived) == (b"begun\n", False)
    assert not [process for process in talks.top().processes if "1234" in process[-1]]


def test_both_ways(talks: Container) -> None:
    with talks.exec_run(["cat"], socket=True) as streams:
        streams.send(b"hello")
        assert streams.recv() == b"hello"
        streams.close_write()
        assert streams.recv() == b""
        assert streams.exit_code == 0


# What there is, and what it does


def test_properties(podman: Client, talks: Container, labels: dict[str, str]) -> None:
    assert talks.labels.items() >= labels.items()
    (listed,) = podman.containers.list(filters={"name": talks.name})
    for container in (talks, podman.containers.get(talks.name), listed):
        assert (container.id, container.name, container.status) == (talks.id, talks.name, "running")
        assert container.image.id == podman.images.get("busybox").id
        assert container.ports == {}
        assert container.exit_code is None
    assert talks.attrs.config.image == "docker.io/library/busybox:latest"
    assert any("trap" in process[-1] for process in talks.top().processes)


def test_logs(talks: Container) -> None:
    assert sorted(talks.logs().splitlines()) == [b"last", b"ready", b"warn"]
    assert (talks.logs(stderr=False), talks.logs(stdout=False)) == (b"ready\nlast\n", b"warn\n")
    assert sorted(talks.log_lines()) == ["last", "ready", "warn"]
    assert len(list(talks.log_lines(tail=1, timestamps=True))) == 1
    assert talks.wait_log("warn") == "warn"
    with talks.logs(stream=True) as stream:
        assert len([next(stream) for _ in range(3)]) == 3
    with pytest.raises(TimedOut, match="last"):
        talks.wait_log("never", timeout=0.2)


def test_stats(talks: Container) -> None:
    sample = talks.stats(one_shot=True)
    assert sample.memory_usage
    assert sample.cpu_percent is None
    with talks.stats(stream=True) as samples:
        assert next(samples).memory_usage


def test_from_start_to_end(podman: Client, talks: Container, new_name: Callable[[], str]) -> None:
    talks.pause()
    assert talks.status == "paused"
    with pytest.raises(Conflict, match="paused"):
        talks.exec_run(["true"])
    talks.unpause()
    talks.restart(timeout=0)
    assert talks.status == "running"
    name = new_name()
    talks.rename(name)
    assert talks.name == name
    talks.stop(timeout=5)
    assert talks.status == "exited"
    assert talks.wait().status_code == talks.exit_code
    talks.start()
    talks.kill()
    assert talks.wait(timeout=20).status_code == 137
    assert (talks.status, talks.exit_code) == ("exited", 137)
    talks.remove()
    with pytest.raises(NotFound):
        podman.containers.get(name)


def test_a_health_check_that_is_not_there(talks: Container) -> None:
    with pytest.raises(dockpy.NotReady, match="no health check"):
        talks.wait_healthy()


def test_files(talks: Container, tmp_path: Path) -> None:
    talks.copy_to(b"contents", "/tmp/file", mode=0o600)
    assert talks.copy_from("/tmp/file") == b"contents"
    assert talks.exec_run(["stat", "-c", "%a", "/tmp/file"]).output == b"600\n"
    folder = tmp_path / "folder"
    (folder / "ünder").mkdir(parents=True)
    (folder / "ünder" / "a file").write_bytes(b"x" * 70_000)
    (folder / "link").symlink_to("ünder/a file")
    talks.copy_to(folder, "/tmp")
    back = talks.copy_from("/tmp/folder", tmp_path / "back")
    assert (back / "ünder" / "a file").read_bytes() == b"x" * 70_000
    assert (back / "link").readlink().as_posix() == "ünder/a file"
    inner = talks.copy_from("/tmp/folder/ünder/.", tmp_path / "inner")
    assert [path.name for path in inner.iterdir()] == ["a file"]
    assert talks.copy_from("/tmp/folder/link") == b"x" * 70_000
    assert talks.path_stat("/tmp/file").size == 8
    with pytest.raises(NotFound):
        talks.copy_from("/nosuch")
    with pytest.raises(ArchiveError):
        talks.copy_from("/tmp/folder")


def test_changes_an_image_and_an_export(
    podman: Client, talks: Container, new_name: Callable[[], str]
) -> None:
    talks.copy_to(b"", "/made")
    assert "/made" in [change.path for change in talks.diff()]
    assert b"".join(talks.export())[257:262] == b"ustar"
    image = talks.commit(new_name(), changes=['CMD ["top"]'])
    assert podman.images.get(image.id).attrs.config.cmd == ["top"]
    image.remove()


# Networks and volumes


def test_networks(podman: Client, start: Any, labels: dict[str, str], new_name: Callable[[], str]) -> None:
    one, other = (podman.networks.create(new_name(), labels=labels) for _ in range(2))
    container = start(podman, network=one.name)
    other.connect(container, aliases=["other"])
    assert set(container.attrs.network_settings.networks) == {one.name, other.name}
    assert [there.id for there in podman.networks.get(other.name).containers] == [container.id]
    other.disconnect(container)
    container.reload()
    assert set(container.attrs.network_settings.networks) == {one.name}
    assert {one.name, other.name} <= {network.name for network in podman.networks.list()}
    other.remove()
    with pytest.raises(NotFound):
        podman.networks.get(other.name)


def test_a_published_port(podman: Client, start: Any) -> None:
    command = ["sh", "-c", "echo hello > /tmp/index.html; exec httpd -f -p 80 -h /tmp"]
    container = start(podman, command, network="podman", ports={"80": None})
    host, port = container.wait_port(80, timeout=20)
    assert host == "127.0.0.1"
    assert container.ports["80/tcp"][0]["HostPort"] == str(port)


def test_volumes(podman: Client, run: Any, labels: dict[str, str], new_name: Callable[[], str]) -> None:
    volume = podman.volumes.create(new_name(), labels=labels)
    run(["sh", "-c", "echo kept > /there/file"], volumes={volume.name: "/there"}, remove=True)
    read = run(["cat", "/there/file"], volumes={volume.name: {"bind": "/there", "mode": "ro"}}, remove=True)
    assert read == b"kept\n"
    assert volume.name in [there.name for there in podman.volumes.list()]
    volume.remove()
    with pytest.raises(NotFound):
        podman.volumes.get(volume.name)


# Images


def test_images(podman: Client, new_name: Callable[[], str]) -> None:
    image = podman.images.get("busybox")
    assert image.id in [there.id for there in podman.images.list()]
    assert image.history()
    assert image.layers()[0].size
    name = f"docker.io/library/{new_name()}:1"
    image.tag(name)
    assert name in podman.images.get(image.id).tags
    saved = b"".join(podman.images.get(name).save(named=name))
    podman.images.remove(name)
    with pytest.raises(NotFound):
        podman.images.get(name)
    (loaded,) = podman.images.load(saved)
    assert loaded.id == image.id
    podman.images.remove(name)


def test_builds(podman: Client, labels: dict[str, str], new_name: Callable[[], str]) -> None:
    name = f"docker.io/library/{new_name()}:1"
    built = podman.images.build(
        dockerfile="FROM busybox\nARG WORD\nRUN echo $WORD > /word\nCMD cat /word\n",
        tag=name,
        buildargs={"WORD": "built"},
        labels=labels,
    )
    assert podman.containers.run(built.image, remove=True, network="none", labels=labels) == b"built\n"
    assert podman.images.get(name).id == built.image.id
    built.image.remove(force=True)
    with pytest.raises(BuildError, match="exit status 7"):
        podman.images.build(dockerfile="FROM busybox\nRUN exit 7\n", labels=labels)


def test_events(podman: Client, run: Any, labels: dict[str, str]) -> None:
    mine = {"type": "container", "label": f"dockpy-test={labels['dockpy-test']}"}
    with podman.events(filters=mine, since=time.time()) as events:
        run("true", remove=True)
        seen = set()
        while "remove" not in seen:
            seen.add(next(events).action)
    assert seen >= {"create", "start", "die", "remove"}


# What it cannot do


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda client: client.swarm.init(), ServerError),
        (lambda client: client.services.list(), NotFound),
        (lambda client: client.nodes.list(), NotFound),
        (lambda client: client.configs.list(), NotFound),
        (lambda client: client.plugins.list(), NotFound),
    ],
    ids=["swarm", "services", "nodes", "configs", "plugins"],
)
def test_what_it_has_not(podman: Client, ask: Callable[[Client], object], expected: type[Exception]) -> None:
    with pytest.raises(expected):
        ask(podman)


def test_what_its_containers_cannot(talks: Container) -> None:
    with pytest.raises(NotFound, match="the engine does not have this operation"):
        talks.update(mem_limit="64m")
    with pytest.raises(NotFound):
        talks.attach_websocket()
    with pytest.raises(InvalidResponse, match="not multiplexed"):  # it counts no line's end in its frames
        talks.attach(logs=True)
    talks.stop(timeout=5)
    with pytest.raises(ServerError, match="running containers"):
        talks.exec_run(["true"])


def test_a_registry_without_tls(podman: Client, registry: str) -> None:
    with pytest.raises(PullError, match="HTTP response to HTTPS client"):
        podman.images.pull(f"{registry}/busybox")


def test_a_second_start(talks: Container) -> None:
    command = talks.exec_create(["true"])
    command.start().read()
    with pytest.raises(InvalidArgument, match="runs once"):
        command.start()
