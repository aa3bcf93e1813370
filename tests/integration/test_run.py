"""`containers.run`: all that a command wrote, and how it ended."""

from __future__ import annotations

import contextlib
import pickle
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy import BadParameter, ContainerError, ImageNotFound, InvalidArgument, NotFound, RunOutput

if TYPE_CHECKING:
    from collections.abc import Callable

BOTH = "echo out; echo err >&2; echo more"


@pytest.fixture
def run(labels: dict[str, str]) -> Callable[..., Any]:
    """Run a command in a container that is removed, without a network."""

    def go(client: dockpy.Client, command: Any, **options: Any) -> Any:
        return client.containers.run(
            "busybox", command, **{"remove": True, "network": "none", "labels": labels, **options}
        )

    return go


def test_output(client: dockpy.Client, run: Any) -> None:
    output = run(client, ["sh", "-c", BOTH])
    assert isinstance(output, RunOutput)
    assert isinstance(output, bytes)
    assert output == b"out\nmore\n"
    assert (output.stdout, output.stderr, output.exit_status) == (b"out\nmore\n", b"err\n", 0)
    again = pickle.loads(pickle.dumps(output))
    assert (again, again.stderr, type(again)) == (output, b"err\n", RunOutput)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"stderr": True}, {b"out\n", b"err\n", b"more\n"}),
        ({"stderr": True, "stdout": False}, {b"err\n"}),
        ({"stdout": False}, set()),
    ],
)
def test_what_belongs_to_the_result(
    engine: dockpy.Client, run: Any, wanted: dict[str, bool], expected: set[bytes]
) -> None:
    output = run(engine, ["sh", "-c", BOTH], **wanted)
    assert set(output.splitlines(keepends=True)) == expected
    assert (output.stdout, output.stderr) == (b"out\nmore\n", b"err\n")


def test_a_str_is_split_as_a_shell_would(engine: dockpy.Client, run: Any) -> None:
    assert run(engine, "echo 'a  b' \"c d\" $HOME") == b"a  b c d $HOME\n"


def test_the_images_own_command(engine: dockpy.Client, labels: dict[str, str]) -> None:
    output = engine.containers.run("hello-world", remove=True, labels=labels, network="none")
    assert output == b"Hello from Docker!\n"


def test_a_terminal_makes_one_stream(engine: dockpy.Client, run: Any) -> None:
    output = run(engine, ["sh", "-c", BOTH], tty=True)
    assert output == b"out\r\nerr\r\nmore\r\n"
    assert (output.stdout, output.stderr) == (output, b"")


def test_nothing_at_all(engine: dockpy.Client, run: Any) -> None:
    output = run(engine, ["true"])
    assert (output, output.stdout, output.stderr) == (b"", b"", b"")


def test_5_mb_byte_for_byte(client: dockpy.Client, run: Any) -> None:
    expected = b"".join(b"%d\n" % number for number in range(1, 750_001))
    output = run(client, ["sh", "-c", "seq 1 750000; seq 1 1000 >&2"])
    assert len(output) == len(expected) == 5_138_895
    assert output == expected
    assert output.stderr == b"".join(b"%d\n" % number for number in range(1, 1001))


def test_bytes_of_every_value(engine: dockpy.Client, run: Any) -> None:
    octal = "".join(f"\\{value:03o}" for value in range(256))
    assert run(engine, ["printf", octal]) == bytes(range(256))


@pytest.mark.parametrize("remove", [True, False])
def test_another_status_than_0(client: dockpy.Client, run: Any, remove: bool) -> None:
    with pytest.raises(ContainerError) as caught:
        run(client, ["sh", "-c", f"{BOTH}; exit 3"], remove=remove)
    error = caught.value
    assert (error.exit_status, error.stdout, error.stderr) == (3, b"out\nmore\n", b"err\n")
    assert (error.image, error.command) == ("busybox", ["sh", "-c", f"{BOTH}; exit 3"])
    assert error.daemon == client.daemon
    assert "returned non-zero exit status 3: err" in str(error)
    if remove:
        with pytest.raises(NotFound):
            error.container.reload()
    else:
        assert error.container.status == "exited"
        error.container.remove()
    again = pickle.loads(pickle.dumps(error))
    assert (again.exit_status, again.stdout, again.stderr) == (3, b"out\nmore\n", b"err\n")
    assert again.container.id == error.container.id
    assert str(again) == str(error)


def test_killed_by_a_signal(engine: dockpy.Client, run: Any) -> None:
    with pytest.raises(ContainerError) as caught:
        run(engine, ["sh", "-c", "kill -SEGV $$; sleep 1"], init=True)
    assert caught.value.exit_status == 139


@pytest.mark.parametrize("remove", [True, False])
def test_a_command_that_is_not_there(engine: dockpy.Client, run: Any, new_name: Any, remove: bool) -> None:
    name = new_name()
    with pytest.raises(BadParameter, match=r"no-such-command.*not found") as caught:
        run(engine, ["no-such-command"], name=name, remove=remove)
    assert caught.value.operation == "ContainerStart"
    assert caught.value.subject.startswith("container ")
    if remove:
        with pytest.raises(NotFound):
            engine.containers.get(name)
    else:
        engine.containers.get(name).remove()


def test_a_missing_image_is_pulled(
    engine: dockpy.Client, labels: dict[str, str], registry_image: Any
) -> None:
    image = registry_image(engine)
    with pytest.raises(ImageNotFound):
        engine.images.get(image)
    requests: list[str] = []
    engine.hooks.request.append(lambda event: requests.append(event.operation))
    output = engine.containers.run(image, ["echo", "pulled"], remove=True, labels=labels, network="none")
    assert output == b"pulled\n"
    assert requests.count("ImageCreate") == 1
    assert requests.count("ContainerCreate") == 2
    assert image in engine.images.get(image).tags


def test_an_image_that_is_nowhere(engine: dockpy.Client, registry: str) -> None:
    with pytest.raises(ImageNotFound, match=r"manifest unknown|not found") as caught:
        engine.containers.run(f"{registry}/dockpy-test/nowhere:1", "true", remove=True)
    assert caught.value.operation == "ImageCreate"


def test_create_does_not_pull(engine: dockpy.Client, registry: str) -> None:
    with pytest.raises(ImageNotFound, match="No such image") as caught:
        engine.containers.create(f"{registry}/dockpy-test/nowhere:1")
    assert caught.value.operation == "ContainerCreate"


def test_an_image_object(engine: dockpy.Client, labels: dict[str, str]) -> None:
    image = engine.images.get("busybox")
    assert engine.containers.run(image, ["echo", "hi"], remove=True, labels=labels, network="none") == b"hi\n"


def _in_a_row(client: dockpy.Client, run: Any, name: str, times: int) -> None:
    for number in range(times):
        command = ["sh", "-c", f"echo {number} out; echo {number} err >&2"]
        output = run(client, command, name=name, network="host")
        assert output.stdout == b"%d out\n" % number
        assert output.stderr == b"%d err\n" % number
    with pytest.raises(NotFound):
        client.containers.get(name)


def test_200_in_a_row_with_one_name(engine: dockpy.Client, run: Any, new_name: Any) -> None:
    _in_a_row(engine, run, new_name(), 200)


def test_30_in_a_row_with_one_name_over_ssh(reach: Any, run: Any, new_name: Any) -> None:
    with reach("ssh20").connect() as client:
        _in_a_row(client, run, new_name(), 30)


def test_20_in_a_row_with_a_network(engine: dockpy.Client, run: Any, new_name: Any) -> None:
    name = new_name()
    for _ in range(20):
        assert run(engine, ["echo", "hi"], name=name, network="bridge") == b"hi\n"


def test_each_leaves_nothing_behind(
    engine: dockpy.Client, run: Any, new_name: Any, labels: dict[str, str]
) -> None:
    mine = {"label": ["dockpy-test=" + labels["dockpy-test"], "row=1"]}
    for _ in range(5):
        run(engine, ["echo", "hi"], labels={**labels, "row": "1"})
        assert engine.containers.list(all=True, filters=mine) == []


def test_a_name_that_is_taken(engine: dockpy.Client, run: Any, start: Any, new_name: Any) -> None:
    name = new_name()
    start(engine, name=name)
    with pytest.raises(dockpy.Conflict, match=f'"/{name}" is already in use') as caught:
        run(engine, ["true"], name=name)
    assert caught.value.operation == "ContainerCreate"
    assert engine.containers.get(name).status == "running"  # it is not ours: it stays


def test_detached(engine: dockpy.Client, run: Any) -> None:
    container = run(engine, ["sleep", "1000"], detach=True)
    assert isinstance(container, dockpy.Container)
    assert container.status == "running"
    container.kill()
    with contextlib.suppress(NotFound):  # it may be gone before anybody waits
        container.wait(condition="removed")
    with pytest.raises(NotFound):
        container.reload()


def test_detached_and_not_removed(engine: dockpy.Client, run: Any) -> None:
    container = run(engine, ["echo", "hi"], detach=True, remove=False)
    assert container.wait().status_code == 0
    assert container.logs() == b"hi\n"
    assert container.status == "exited"
    container.remove()


def test_without_a_log(engine: dockpy.Client, run: Any) -> None:
    """Output is attached before the start: it does not need a log that can be read."""
    output = run(engine, ["sh", "-c", BOTH], log_config={"type": "none"}, remove=False)
    assert (output.stdout, output.stderr) == (b"out\nmore\n", b"err\n")


@pytest.mark.parametrize("name", ["../images/json", "a/b?x=1", "a\nb", "a b", "-a", ".", "", "ü"])
def test_names_that_are_none(engine: dockpy.Client, run: Any, name: str) -> None:
    requests: list[str] = []
    engine.hooks.request.append(lambda event: requests.append(event.operation))
    with pytest.raises(InvalidArgument):
        run(engine, ["true"], name=name)
    with pytest.raises(InvalidArgument):
        engine.containers.get(name)
    assert requests == []


def test_an_interrupted_run_removes_its_container(
    python: Any, reach: Any, labels: dict[str, str], new_name: Any
) -> None:
    """Ctrl-C while it runs: what was to be removed is removed."""
    program = """if True:
        import dockpy, os, signal, sys, threading
        client, name, run = dockpy.from_env(), sys.argv[1], sys.argv[2]
        def interrupt():
            with client.events(since=0, filters={"container": name, "event": "start"}) as events:
                next(events)
            os.kill(os.getpid(), signal.SIGINT)
        client.ping()
        threading.Thread(target=interrupt).start()
        try:
            client.containers.run("busybox", "sleep 1000", name=name, remove=True, network="none",
                                  labels={"dockpy-test": run})
        except KeyboardInterrupt:
            print("interrupted")
        client.close()
    """
    place, name = reach("unix28"), new_name()
    ran = python(program, place.environ, name, labels["dockpy-test"])
    assert (ran.stdout, ran.stderr) == ("interrupted\n", "")
    with place.connect() as client, pytest.raises(NotFound):
        client.containers.get(name)


def test_ssh_processes_end_with_their_client(reach: Any, run: Any) -> None:
    with reach("ssh20").connect() as client:
        run(client, ["echo", "hi"])
        assert _children_called_ssh() > 0
    assert _children_called_ssh() == 0


def _children_called_ssh() -> int:
    import os

    listed = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "comm="], capture_output=True, text=True)
    return listed.stdout.split().count("ssh")
