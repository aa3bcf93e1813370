"""`run` with what the command reads, and with its output as it comes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import Client, ContainerError, InvalidArgument, NotFound

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

MB = 1024 * 1024


@pytest.fixture
def run(labels: dict[str, str]) -> Callable[..., Any]:
    """Run a command in a container that is removed, without a network."""

    def go(client: Client, command: Any, **options: Any) -> Any:
        return client.containers.run(
            "busybox", command, **{"remove": True, "network": "none", "labels": labels, **options}
        )

    return go


def test_input_over_every_way(client: Client, run: Any) -> None:
    assert run(client, ["wc", "-c"], input=b"x" * 4097) == b"4097\n"
    data = bytes(range(256)) * (4 * MB // 256)
    assert run(client, ["cat"], input=data) == data


def test_64_mb_of_input(engine: Client, run: Any) -> None:
    assert run(engine, ["wc", "-c"], input=(b"x" * MB for _ in range(64))) == b"%d\n" % (64 * MB)


def test_a_command_that_does_not_read(client: Client, run: Any) -> None:
    """It is no failure; its output and its status are whole."""
    assert run(client, ["echo", "hi"], input=b"x" * (8 * MB)) == b"hi\n"
    with pytest.raises(ContainerError) as caught:
        run(client, ["sh", "-c", "echo hi; exit 6"], input=b"x" * (8 * MB))
    assert (caught.value.exit_status, caught.value.stdout) == (6, b"hi\n")


def test_kinds_of_input(engine: Client, run: Any, new_name: Any) -> None:
    assert run(engine, ["cat"], input=io.BytesIO(b"abc")) == b"abc"
    assert run(engine, ["cat"], input=b"") == b""
    assert run(engine, ["cat"], input=b"abc\n", tty=True) == b"abc\r\nabc\r\n"

    def failing() -> Iterator[bytes]:
        yield b"abc"
        raise RuntimeError("no more")

    name = new_name()
    with pytest.raises(RuntimeError, match="no more"):
        run(engine, ["cat"], input=failing(), name=name)
    with pytest.raises(NotFound):
        engine.containers.get(name)


def test_output_as_it_comes(client: Client, run: Any) -> None:
    """Each payload comes when it is written: the command waits for us to have read the one before."""
    program = "echo 1; read line; echo 2; echo err >&2; read line; echo 3"
    with run(client, ["sh", "-c", program], stream=True, stdin_open=True, stdin_once=True) as output:
        container = output.container
        assert next(output) == b"1\n"
        assert output.exit_status is None
        with container.attach(stream=True, stdin=True, stdout=False, stderr=False) as stdin:
            stdin.send(b"\n\n")
            assert output.read() == b"2\n3\n"
        assert output.exit_status == 0
    with pytest.raises(NotFound):
        container.reload()


def test_lines_as_they_come(engine: Client, run: Any) -> None:
    with run(engine, ["sh", "-c", "cat; echo err >&2"], stream=True, stderr=True, input=b"a\nb") as output:
        assert sorted(output.lines()) == ["a", "b", "err"]


@pytest.mark.parametrize("remove", [True, False])
def test_a_failure_comes_at_the_end(engine: Client, run: Any, remove: bool) -> None:
    with run(engine, ["sh", "-c", "echo out; exit 3"], stream=True, remove=remove) as output:
        assert next(output) == b"out\n"
        with pytest.raises(ContainerError, match="status 3") as caught:
            next(output)
        assert (output.exit_status, caught.value.stdout) == (3, None)
    if remove:
        with pytest.raises(NotFound):
            output.container.reload()
    else:
        assert output.container.status == "exited"
        output.container.remove()


@pytest.mark.parametrize("remove", [True, False])
def test_leaving_it_early(engine: Client, run: Any, remove: bool) -> None:
    """What was to be removed is removed; anything else runs on."""
    with run(engine, ["sh", "-c", "echo out; exec sleep 1000"], stream=True, remove=remove) as output:
        assert next(output) == b"out\n"
    if remove:
        with pytest.raises(NotFound):
            engine.containers.get(output.container.id)
    else:
        assert output.container.status == "running"
        output.container.remove(force=True)


def test_what_does_not_go_together(engine: Client) -> None:
    requests: list[str] = []
    engine.hooks.request.append(lambda event: requests.append(event.operation))
    containers: Any = engine.containers
    for options in ({"stream": True}, {"input": b""}):
        with pytest.raises(InvalidArgument, match="detach=True does not go with"):
            containers.run("busybox", detach=True, **options)
    with pytest.raises(InvalidArgument, match="input= takes bytes"):
        containers.run("busybox", input="text")
    assert requests == []


def test_an_interrupted_stream_removes_its_container(
    python: Any, reach: Any, labels: dict[str, str], new_name: Any
) -> None:
    program = """if True:
        import dockpy, os, signal, sys
        client, name, run = dockpy.from_env(), sys.argv[1], sys.argv[2]
        try:
            command = ["sh", "-c", "echo out; sleep 1000"]
            with client.containers.run("busybox", command, stream=True, name=name, remove=True,
                                       network="none", labels={"dockpy-test": run}) as output:
                for payload in output:
                    os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            print("interrupted")
        client.close()
    """
    place, name = reach("unix28"), new_name()
    ran: subprocess.CompletedProcess[str] = python(program, place.environ, name, labels["dockpy-test"])
    assert (ran.stdout, ran.stderr) == ("interrupted\n", "")
    with place.connect() as client, pytest.raises(NotFound):
        client.containers.get(name)
