"""``python -m dockpy``: dockpy at the terminal.

    python -m dockpy demo [--host URL]

runs a container on the daemon that the environment names, or on the one given. It exits with 0 where that
worked, 1 where the engine refused something on the way, 2 where no engine was reached.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from dockpy._version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.client import Client

IMAGE = "busybox"
COMMAND = ["echo", "hi"]

FAILED, NOT_REACHED = 1, 2
INTERRUPTED = 130

START = (
    "Start an engine (on most Linux systems: sudo systemctl start docker), "
    "or name another one: --host URL, DOCKER_HOST or DOCKER_CONTEXT."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line, the process's own where none is given; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m dockpy", description="The Docker Engine from Python.")
    parser.add_argument("--version", action="version", version=f"dockpy {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    about = "run a container on a daemon and show what happens"
    command = commands.add_parser("demo", help=about, description=f"{about.capitalize()}.")
    command.add_argument("--host", metavar="URL", help="the daemon; else the one that the environment names")
    given = parser.parse_args(arguments)
    try:
        return demo(given.host)
    except KeyboardInterrupt:
        return INTERRUPTED


def demo(host: str | None) -> int:
    """Run the demonstration on a daemon; returns the exit status."""
    from dockpy import Client, DockpyError

    status = NOT_REACHED
    try:
        with Client(host) as client:
            _introduce(client, "--host" if host is not None else client.endpoint.origin)
            status = FAILED
            _run(client)
            status = 0
    except DockpyError as error:
        print(f"dockpy: {error}", file=sys.stderr)
        if status == NOT_REACHED:
            print(START, file=sys.stderr)
    return status


def _introduce(client: Client, origin: str) -> None:
    """Say which daemon it is."""
    _say("daemon", f"{client.daemon} (from {origin})")
    engine = client.version()
    _say("engine", f"{engine.get('Version') or 'of unknown version'}, API {client.api_version}")


def _run(client: Client) -> None:
    """Run a command in a container of its own."""
    from dockpy import ImageNotFound

    _say("image", IMAGE)
    try:
        client.images.get(IMAGE)
    except ImageNotFound:
        _say("", "not there yet: pulling it")
        client.images.pull(IMAGE)
    _say("command", " ".join(COMMAND))
    output = client.containers.run(IMAGE, COMMAND, remove=True)
    _say("output", output.decode().rstrip("\n"))


def _say(what: str, text: str) -> None:
    print(f"{what:8} {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
