"""``python -m dockpy``: dockpy at the terminal.

    python -m dockpy demo [--host URL]

runs a container on the daemon that the environment names, or on the one given; where nobody named one and
none answers at the default socket, on a fake one in this process. It exits with 0 where that worked, 1 where
the engine refused something on the way, 2 where no engine was reached.

    python -m dockpy fake --listen URL

serves a fake daemon to any Docker client until it is interrupted.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from dockpy._version import __version__

if TYPE_CHECKING:
    import ssl
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
    about = "serve a fake daemon to any Docker client"
    _fake_arguments(commands.add_parser("fake", help=about, description=f"{about.capitalize()}."))
    given = parser.parse_args(arguments)
    if given.command == "fake" and not given.tlscert and (given.tlskey or given.tlscacert):
        parser.error("--tlskey and --tlscacert need --tlscert: without it there is no TLS")
    try:
        return demo(given.host) if given.command == "demo" else fake(given)
    except KeyboardInterrupt:
        return INTERRUPTED


def _fake_arguments(command: argparse.ArgumentParser) -> None:
    where = "where to listen: unix:///path or tcp://127.0.0.1:0 (a free port); may be repeated"
    command.add_argument("--listen", metavar="URL", action="append", required=True, help=where)
    command.add_argument(
        "--api", default="1.51", help="the newest API version that it speaks (default: 1.51)"
    )
    command.add_argument("--tlscert", metavar="FILE", help="speak TLS on TCP, with this certificate")
    command.add_argument("--tlskey", metavar="FILE", help="the certificate's key")
    command.add_argument("--tlscacert", metavar="FILE", help="whose clients' certificates are trusted")


def fake(given: argparse.Namespace) -> int:
    """Serve a fake daemon until a signal ends it; returns the exit status."""
    import signal
    import threading

    from dockpy.errors import DockpyError
    from dockpy.fake import FakeDaemon

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        daemon = FakeDaemon(given.listen, api=given.api, tls=_server_context(given), publish=True)
    except (DockpyError, OSError, ImportError) as error:
        print(f"dockpy: {error}", file=sys.stderr)
        return NOT_REACHED
    with daemon:
        for url in daemon.urls:
            print(url, flush=True)
        ended.wait()
    return 0


def _server_context(given: argparse.Namespace) -> ssl.SSLContext | None:
    """The TLS that a fake daemon speaks; None for none.

    Raises:
        OSError: a file cannot be used.
    """
    import ssl

    if not given.tlscert:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=given.tlscacert)
    context.load_cert_chain(given.tlscert, given.tlskey)
    if given.tlscacert:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def demo(host: str | None) -> int:
    """Run the demonstration on a daemon; returns the exit status."""
    from dockpy import Client, DockpyError

    status = NOT_REACHED
    try:
        with Client(host) as client:
            _introduce(client, "--host" if host is not None else client.endpoint.origin)
            status = FAILED
            _run(client)
            return 0
    except DockpyError as error:
        if status == NOT_REACHED and host is None and _nobody_named_one():
            _say("", f"no engine there ({error.message})")
            return _fake_demo()
        print(f"dockpy: {error}", file=sys.stderr)
        if status == NOT_REACHED:
            print(START, file=sys.stderr)
    return status


def _nobody_named_one() -> bool:
    from dockpy import Client

    return Client().endpoint.origin == "default socket"


def _fake_demo() -> int:
    """The demonstration where there is no engine."""
    from dockpy import FakeDaemon

    with FakeDaemon() as daemon, daemon.client() as client:
        _introduce(client, "a fake one, in this process")
        _run(client)
    return 0


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
