"""Fixtures and options for pytest. Loaded with every test run: what costs time is imported when used."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from dockpy.client import Client
    from dockpy.fake.daemon import FakeDaemon
    from dockpy.fake.registry import ServedRegistry
    from dockpy.resources.container import Container

__all__ = ["ContainerFactory"]

FAKE, ENV = "fake", "env"
_LOG_LINES = 50
_CLIENT = pytest.StashKey["Client"]()
_DAEMON = pytest.StashKey["FakeDaemon"]()
_SWEPT = pytest.StashKey[bool]()


class ContainerFactory(Protocol):
    """What the fixture ``container_factory`` gives: starts a container for as long as the test takes."""

    def __call__(self, image: str, command: str | Sequence[str] | None = None, **options: Any) -> Container:
        """Start a container; pulls the image where it is not there.

        Args:
            image: the image.
            command: what to run in it; None for what the image says.
            options: as of ``client.containers.run``; ``detach`` is a matter of course.
        """
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the command line and of the configuration file."""
    group = parser.getgroup("dockpy", "Docker, fake or real")
    group.addoption(
        "--dockpy-host",
        metavar="URL",
        help="run the tests on this engine (unix:///var/run/docker.sock, 'env' for the one that the docker "
        "command would use) instead of on a fake one",
    )
    parser.addini("dockpy_host", "as --dockpy-host", default=FAKE)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers.

    Raises:
        pytest.UsageError: what ``--dockpy-host`` says is no engine's address.
    """
    if _host(config) not in (FAKE, ENV):
        _check(_host(config))
    for marker, meaning in (
        ("real_docker(reason)", "needs a real engine: skipped where the tests run on a fake one"),
        ("fake_docker(reason)", "needs a fake daemon: skipped where the tests run on a real engine"),
    ):
        config.addinivalue_line("markers", f"{marker}: {meaning}")


def _check(host: str) -> None:
    from dockpy.config.endpoint import parse_endpoint
    from dockpy.errors import InvalidEndpoint

    try:
        parse_endpoint(host)
    except InvalidEndpoint as error:
        raise pytest.UsageError(f"--dockpy-host: {error}") from None


def _host(config: pytest.Config) -> str:
    given: str = config.getoption("--dockpy-host") or config.getini("dockpy_host")
    return given


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what the engine that was chosen is not for."""
    on_fake = _host(config) == FAKE
    name, wanted = (
        ("real_docker", "a real engine: give --dockpy-host") if on_fake else ("fake_docker", "a fake one")
    )
    for item in items:
        if marker := item.get_closest_marker(name):
            reason = marker.kwargs.get("reason") or next(iter(marker.args), "")
            item.add_marker(pytest.mark.skip(reason=f"needs {wanted}{f' ({reason})' if reason else ''}"))


@pytest.fixture
def fake_daemon(request: pytest.FixtureRequest) -> Iterator[FakeDaemon]:
    """A fake daemon of the test's own: nothing in it but what the test puts there."""
    from dockpy.fake import FakeDaemon

    with FakeDaemon() as daemon:
        request.node.stash[_DAEMON] = daemon
        yield daemon


@pytest.fixture
def docker(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A client of the daemon that the tests run on: a fake one, or the engine of ``--dockpy-host``.

    Whatever it makes carries labels; on a real engine it is removed when the test ends.
    """
    host = _host(request.config)
    if host == FAKE:
        daemon: FakeDaemon = request.getfixturevalue("fake_daemon")
        with daemon.client() as client:
            request.node.stash[_CLIENT] = client
            yield client
        return
    from dockpy.testing import session
    from dockpy.testing.labelling import LabellingClient

    with LabellingClient(None if host == ENV else host) as client:
        client.labels = {session.SESSION: session.current(), session.TEST: request.node.nodeid}
        if not request.config.stash.get(_SWEPT, False):
            request.config.stash[_SWEPT] = True
            session.sweep(client)
        request.node.stash[_CLIENT] = client
        yield client
        session.remove_all(client, client.labels)


@pytest.fixture
def container_factory(docker: Client, request: pytest.FixtureRequest) -> Iterator[ContainerFactory]:
    """Starts containers, and removes them when the test ends, in the opposite order."""
    from dockpy.errors import Conflict, ConnectionFailed, NotFound

    # A test may end its fake daemon, and has nothing to remove then.
    unreachable = (ConnectionFailed,) if docker.daemon.startswith("fake:") else ()
    with contextlib.ExitStack() as stack:

        def start(image: str, command: str | Sequence[str] | None = None, **options: Any) -> Container:
            detached: dict[str, Any] = {**options, "detach": True}
            container: Container = docker.containers.run(image, command, **detached)

            def remove() -> None:
                with contextlib.suppress(NotFound, Conflict, *unreachable):
                    container.remove(force=True, v=True)

            stack.callback(remove)
            return container

        yield start
        _heal(request.node)


def _heal(item: pytest.Item) -> None:
    """Let nothing go wrong any more on the fake daemon of a test: it is over."""
    daemon: FakeDaemon | None = item.stash.get(_DAEMON, None)
    if daemon is not None:
        daemon.faults.clear()


@pytest.fixture
def registry() -> Iterator[ServedRegistry]:
    """A registry of the test's own, at its ``host``: fake daemons and real engines pull and push there."""
    from dockpy.fake.registry import FakeRegistry, serve

    with serve(FakeRegistry()) as served:
        yield served


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the logs of a failing test's containers."""
    report = yield
    client = item.stash.get(_CLIENT, None)
    if client is not None and report.when in ("setup", "call") and report.failed:
        _heal(item)
        report.sections.extend(_logs(client, item.nodeid))
    return report


def _logs(client: Client, test: str) -> Iterator[tuple[str, str]]:
    from dockpy.errors import DockpyError
    from dockpy.testing.session import TEST

    try:
        labelled = {} if client.daemon.startswith("fake:") else {"label": f"{TEST}={test}"}
        for container in client.containers.list(all=True, filters=labelled):
            text = container.logs(tail=_LOG_LINES).decode(errors="replace")
            yield f"logs of container {container.name} ({container.status})", text or "(nothing)"
    except DockpyError as error:
        yield "logs of containers", f"could not be read: {error}"
