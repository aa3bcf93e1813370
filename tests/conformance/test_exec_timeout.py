"""A command that does not end in time: it is killed, with its children, or said to have survived."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import Client, TimedOut
from dockpy.errors import ExecTimedOut

if TYPE_CHECKING:
    from dockpy import Container

FAMILY = "echo out; echo err >&2; sleep 999 & sleep 998"


def commands(container: Container) -> list[str]:
    """The commands that run in a container."""
    table = container.top()
    place = table.titles.index("CMD")
    return [row[place] for row in table.processes]


@pytest.mark.parametrize(
    "options", [{}, {"user": 1}, {"tty": True}], ids=["as usual", "another user", "a terminal"]
)
def test_it_is_killed_with_its_children(engine: Client, start: Any, options: dict[str, Any]) -> None:
    container = start(engine)
    with pytest.raises(ExecTimedOut, match=r"did not end within 0\.3 s, and was killed") as caught:
        container.exec_run(["sh", "-c", FAMILY], timeout=0.3, **options)
    error = caught.value
    assert isinstance(error, TimedOut)
    assert (error.survived, error.exec.exit_code) == (False, 137)
    assert error.stdout == (b"out\r\nerr\r\n" if options.get("tty") else b"out\n")
    assert error.stderr == (b"" if options.get("tty") else b"err\n")
    assert (error.operation, error.subject) == ("ExecStart", f"exec {error.exec.id}")
    assert error.daemon == engine.daemon
    assert not [command for command in commands(container) if "sleep 99" in command]
    again = pickle.loads(pickle.dumps(error))
    assert (again.survived, again.stdout, str(again)) == (False, error.stdout, str(error))


def test_over_every_way(client: Client, start: Any) -> None:
    container = start(client)
    with pytest.raises(ExecTimedOut, match="was killed"):
        container.exec_run(["sleep", "999"], timeout=0.3)
    assert container.exec_run(["echo", "on time"], timeout=60) == (0, b"on time\n")


def test_one_that_writes_without_end(engine: Client, start: Any) -> None:
    with pytest.raises(ExecTimedOut) as caught:
        start(engine).exec_run(["yes"], timeout=0.3)
    assert caught.value.stdout.startswith(b"y\ny\n")
    assert not caught.value.survived


def test_one_that_closes_its_output(engine: Client, start: Any) -> None:
    with pytest.raises(ExecTimedOut, match="was killed") as caught:
        start(engine).exec_run(["sh", "-c", "echo out; exec >&- 2>&-; sleep 999"], timeout=0.3)
    assert caught.value.stdout == b"out\n"


def test_one_that_reads_without_end(engine: Client, start: Any) -> None:
    def endless() -> Any:
        while True:
            yield b"x" * 65536

    with pytest.raises(ExecTimedOut, match="was killed"):
        start(engine).exec_run(["sh", "-c", "exec cat > /dev/null"], input=endless(), timeout=0.3)


def test_of_a_stream(engine: Client, start: Any) -> None:
    with start(engine).exec_run(["sh", "-c", FAMILY], stream=True, timeout=0.3) as stream:
        assert {next(stream), next(stream)} == {b"out\n", b"err\n"}
        with pytest.raises(ExecTimedOut, match="was killed"):
            next(stream)
        assert stream.exit_code == 137
        assert list(stream) == []


def test_where_there_is_nothing_to_kill_it_with(engine: Client, start: Any) -> None:
    """It runs on, and the error says so."""
    container = start(engine)
    container.exec_run(["rm", "/bin/sh"])
    with pytest.raises(
        ExecTimedOut, match=r"could not be killed: There is no /bin/sh .* It runs on"
    ) as caught:
        container.exec_run(["sleep", "999"], timeout=0.3)
    assert caught.value.survived
    assert caught.value.exec.running


def test_the_wait_for_one_has_a_limit_of_its_own(engine: Client, start: Any) -> None:
    command = start(engine).exec_run(["sleep", "999"], detach=True)
    with pytest.raises(TimedOut, match=r"did not end within 0\.05 s") as caught:
        command.wait(timeout=0.05)
    assert not isinstance(caught.value, ExecTimedOut)
    assert command.running


def test_one_that_is_interrupted(engine_place: Any, python: Any, start: Any) -> None:
    """Ctrl-C: nobody waits any more for its time to be up, so it is killed at once."""
    program = """if True:
        import dockpy, os, signal, sys
        client, command = dockpy.from_env(), ["sh", "-c", "cat > /dev/null; sleep 999"]
        def pieces():
            for _ in range(200):  # by whose end the other thread waits for output
                yield bytes(65536)
            os.kill(os.getpid(), signal.SIGINT)
        try:
            client.containers.get(sys.argv[1]).exec_run(command, input=pieces(), timeout=1000)
        except KeyboardInterrupt:
            print("interrupted")
        client.close()
    """
    with engine_place.connect() as engine:
        container = start(engine)
        ran = python(program, engine_place.environ, container.id)
        assert (ran.stdout, ran.stderr) == ("interrupted\n", "")
        assert not [command for command in commands(container) if "sleep 999" in command]
