"""Commands of BuildKit's steps: they run in containers that nobody sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockpy.fake.engine import Gone
from dockpy.fake.failure import Failure
from dockpy.fake.programs.launching import LaunchFailed
from dockpy.fake.state.container import Container
from dockpy.fake.state.container_config import host_config, merged_config
from dockpy.fake.state.launch import launch

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from dockpy.fake.engine import Engine
    from dockpy.fake.files import FileSystem, Layer
    from dockpy.fake.state.image import Image

__all__ = ["Command", "run_command"]

KILL = 9


@dataclass(slots=True)
class Command:
    """A command.

    Attributes:
        argv: its words.
        env: ``NAME=value``.
        directory: where it runs.
        user: as whom.
        hosts: ``name:address`` …
        memory: the limit, in bytes; 0 for none.
    """

    argv: list[str]
    env: list[str]
    directory: str
    user: str
    hosts: list[str]
    memory: int = 0


def run_command(
    engine: Engine,
    image: Image,
    command: Command,
    mount: Callable[[FileSystem], None],
    peer: Callable[[], bool] | None,
) -> Generator[tuple[int, bytes], None, tuple[int, Layer]]:
    """Run a command: what it writes as it comes, at last its exit code and what it changed.

    Args:
        engine: the daemon.
        image: the files that it begins with.
        command: what to run.
        mount: mounts what belongs to it.
        peer: who waits.

    Raises:
        Failure: something that it needs is not there.
        Gone: nobody waits any more.
    """
    id = engine.new_id()
    request: dict[str, Any] = {
        "Cmd": command.argv,
        "Entrypoint": [""],
        "Env": command.env,
        "WorkingDir": command.directory,
        "User": command.user,
    }
    config = merged_config(request, image, id, engine.api)
    config["Hostname"] = "buildkitsandbox"
    host = host_config(
        {"NetworkMode": "none", "Memory": command.memory, "ExtraHosts": command.hosts}, engine.api
    )
    container = Container(engine, id, f"buildkit-{id[:12]}", image, "", config, host)
    engine.networks.prepare(container, None)
    mount(container.fs)
    codes: list[int] = []

    def ended(_: Container, code: int) -> None:
        codes.append(code)
        container.stdio.fanout.end()
        engine.notify()

    fanout = container.stdio.fanout
    attachment = fanout.attach((1, 2))
    try:
        launch(container, ended, lambda _: None)
    except LaunchFailed as failure:
        engine.networks.forget(container)
        yield 2, f"{failure.message}\n".encode()
        return failure.exit_code, container.upper.freeze()
    except Failure:
        engine.networks.forget(container)
        raise
    engine.catch_up()
    try:
        while True:
            while attachment.pieces:
                yield attachment.take()
            if attachment.ended and codes:
                break
            engine.wait(lambda: bool(attachment.pieces) or bool(codes), peer)
    except (Gone, GeneratorExit):
        namespace = container.namespace
        if namespace is not None and namespace.init is not None:
            namespace.init.kill(KILL)
        raise
    finally:
        fanout.detach(attachment)
        engine.networks.forget(container)
    return codes[0], container.upper.freeze()
