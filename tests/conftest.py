"""Engines, real ones and fake, and every way to reach them.

    unix20  unix28      Docker 20.10 (API 1.41) and Docker 28.5 (API 1.51), over their UNIX sockets
    tcp20               Docker 20.10 over TCP
    tls28               Docker 28.5 over mutual TLS
    ssh20               Docker 20.10 over ssh
    podman              podman's Docker-compatible service
    fake41  fake51      fake daemons that behave as these two engines, in this process
    sock41  sock51      the same, over UNIX sockets
    pair    fakepair    two engines on hosts of their own, which can form one swarm

Tests on fake daemons need no engine. The environment says where the real ones are (CONTRIBUTING.md says how
to start them). Where it says nothing the tests are skipped; with DOCKPY_REQUIRE_ENGINES=1 an endpoint that is
missing, or any test that is skipped, fails the run.

Each engine's tests run one after the other, however many workers there are (``-n 2 --dist loadgroup``).
With DOCKPY_OPERATIONS=<file>, what each engine was asked for is appended to it: see `operations.py`.

Everything that a test creates carries the label ``dockpy-test=<this run>``, and is removed at the end.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

import dockpy

sys.path.insert(0, str(Path(__file__).parent))
import fakes
import pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dockpy import Client, Container
    from dockpy.transport.caller import ResponseEvent

# What is compiled is kept, whatever the machine prefers: hundreds of programs are started.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# A shell lets what it starts in the background ignore Ctrl-C; tests of what it does would wait in vain.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
sys.setswitchinterval(
    0.0005
)  # threads that wait for each other, as at the fake daemons, are not kept waiting

HERE = Path(__file__).parent
# No test is timed, whatever else the machine does. CI tries more; --hypothesis-profile names another one.
settings.register_profile("many", deadline=None, max_examples=100)
settings.register_profile("few", deadline=None, max_examples=20)
settings.load_profile("few" if os.environ.get("CI", "").lower() in ("", "0", "false") else "many")
REQUIRED = os.environ.get("DOCKPY_REQUIRE_ENGINES", "") not in ("", "0")
NO_ENGINES = "DOCKPY_TEST_HOSTS names no engine; CONTRIBUTING.md says how to start some"
WAYS = ("unix20", "unix28", "tcp20", "tls28", "ssh20", *fakes.FAKES)
ENGINES = ("unix20", "unix28", "fake41", "fake51")


@dataclass(frozen=True)
class Place:
    """A way to reach an engine."""

    name: str
    url: str
    api: str  # the newest version that the engine speaks
    environ: dict[str, str] = field(default_factory=dict)  # for a program that is to reach it
    tls: dockpy.TLS | None = None
    mirrors: tuple[str, ...] = ("http://127.0.0.1:5052/",)

    @property
    def engine(self) -> str:
        """The engine that it leads to."""
        return self.name if self.name == "podman" else self.name[-2:]

    def connect(self, **options: Any) -> Client:
        return dockpy.Client(
            self.url,
            **{"tls": self.tls or False, "hooks": dockpy.Hooks(response=[self._answered]), **options},
        )

    def _answered(self, event: ResponseEvent) -> None:
        ASKED.add((self.engine, event.request.operation))


class FakePlace(Place):
    """A way to reach a fake daemon; it is started when it is first asked for."""

    @property
    def engine(self) -> str:
        """The API version of the daemon that it leads to."""
        return self.api

    def connect(self, **options: Any) -> Client:
        return fakes.connect(self.name, **options)


def fake_place(name: str) -> Place:
    daemon = fakes.daemon_of(fakes.FAKES[name])
    return FakePlace(name, daemon.url, fakes.FAKES[name], {"DOCKER_HOST": daemon.url}, mirrors=())


ASKED: set[tuple[str, str]] = set()
"""Which engine was asked for which operation."""


def places() -> dict[str, Place]:
    """The ways that the environment names."""
    environ = os.environ
    hosts = [host for host in environ.get("DOCKPY_TEST_HOSTS", "").split(",") if host]
    found = {
        name: Place(name, url, api, {"DOCKER_HOST": url})
        for (name, api), url in zip((("unix20", "1.41"), ("unix28", "1.51")), hosts, strict=False)
    }
    if url := environ.get("DOCKPY_TEST_TCP"):
        found["tcp20"] = Place("tcp20", url, "1.41", {"DOCKER_HOST": url})
    if (url := environ.get("DOCKPY_TEST_TLS")) and (certs := environ.get("DOCKPY_TEST_TLS_CERTS")):
        variables = {"DOCKER_HOST": url, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": certs}
        found["tls28"] = Place("tls28", url, "1.51", variables, dockpy.TLS.from_directory(certs))
    if url := environ.get("DOCKPY_TEST_SSH"):
        found["ssh20"] = Place("ssh20", url, "1.41", {"DOCKER_HOST": url})
    if url := environ.get("DOCKPY_TEST_PODMAN"):
        found["podman"] = Place("podman", url, "1.41", {"DOCKER_HOST": url})
    return found


PLACES = places()

# Skipped tests


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in a hook of its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    real_only = [item for item in items if _fake_of(item) and _is_about_real_ones(item)]
    items[:] = [item for item in items if item not in set(real_only)]
    for item in items:
        if of_an_engine(item) and not _fake_of(item):
            item.add_marker(pytest.mark.engine)
            if not PLACES:
                item.add_marker(pytest.mark.skip(reason=NO_ENGINES))
        if item.get_closest_marker("engine"):
            item.add_marker(pytest.mark.xdist_group(_engine_of(item)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """An engine's tests do not run beside each other: of two at once, groups are to be kept together."""
    if hasattr(session.config, "workerinput") and session.config.option.loadgroup:
        engine = [item for item in session.items if item.get_closest_marker("engine")]
        loose = [item.nodeid for item in engine if "@" not in item.nodeid]
        assert not loose, f"pytest-xdist does not keep {loose[0]} with its group"
    gc.freeze()  # what is there now stays: thousands of tests, among which nobody has to look for garbage


def of_an_engine(item: pytest.Item) -> bool:
    """Whether a test talks to engines: all of integration, and those of conformance that ask for one."""
    if item.path.is_relative_to(HERE / "differential"):
        return True
    if item.path.is_relative_to(HERE / "conformance") or item.path.is_relative_to(HERE / "plugin"):
        return bool({"place", "engine_place", "reach", "pair"} & set(getattr(item, "fixturenames", ())))
    return item.path.is_relative_to(HERE / "integration")


def _is_about_real_ones(item: pytest.Item) -> bool:
    return item.get_closest_marker("real") is not None or item.path.is_relative_to(HERE / "differential")


def _given(item: pytest.Item) -> list[Any]:
    if isinstance(item, pytest.Function) and hasattr(item, "callspec"):
        return list(item.callspec.params.values())
    return []


def _fake_of(item: pytest.Item) -> str | None:
    """The fake daemon that a test talks to, as its parameters say."""
    known = (*fakes.FAKES, pairs.FAKE)
    return next((value for value in _given(item) if isinstance(value, str) and value in known), None)


def _engine_of(item: pytest.Item) -> str:
    """The engine that a test talks to, as its parameters say."""
    given = _given(item)
    if pairs.REAL in given:
        return pairs.REAL
    named = {**PLACES, **{place.url: place for place in PLACES.values()}}
    return next((named[text].engine for text in given if isinstance(text, str) and text in named), "28")


class _Skipped:
    """Counts the tests that were skipped; where engines are required each of them is a failure."""

    def __init__(self) -> None:
        self.tests: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self.tests.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.tests and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.tests:
            terminalreporter.section("DOCKPY_REQUIRE_ENGINES: a skipped test is a failure", red=True)
            for test in self.tests:
                terminalreporter.line(test)


def pytest_configure(config: pytest.Config) -> None:
    if REQUIRED:
        config.pluginmanager.register(_Skipped())


def pytest_sessionfinish() -> None:
    fakes.close_all()
    if log := os.environ.get("DOCKPY_OPERATIONS"):
        with open(log, "a") as file:
            file.writelines(f"{engine} {operation}\n" for engine, operation in sorted(ASKED))


def place_of(name: str) -> Place:
    if name in fakes.FAKES:
        return fake_place(name)
    if name not in PLACES:
        pytest.skip(f"the environment does not say where {name} is")
    return PLACES[name]


# Ways to the engines


@pytest.fixture(params=WAYS)
def place(request: pytest.FixtureRequest, ssh_log: Path) -> Place:
    """Each way to reach an engine."""
    return place_of(request.param)


@pytest.fixture(params=ENGINES)
def engine_place(request: pytest.FixtureRequest) -> Place:
    """Each engine, over its UNIX socket."""
    return place_of(request.param)


@pytest.fixture
def client(place: Place) -> Iterator[Client]:
    """A client over each way: for what depends on the transport."""
    with place.connect() as client:
        yield client


@pytest.fixture
def engine(engine_place: Place) -> Iterator[Client]:
    """A client of each engine: for what does not depend on the transport."""
    with engine_place.connect() as client:
        yield client


@pytest.fixture(scope="session", params=[pairs.REAL, pairs.FAKE])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[pairs.Member, pairs.Member]]:
    """Two engines on hosts of their own, which can form one swarm; each test leaves them running."""
    with pairs.members(request.param) as found:
        if found is None:
            pytest.skip("the environment does not say where the pair is")
        yield found


@pytest.fixture
def podman() -> Iterator[Client]:
    """A client of podman's service."""
    with place_of("podman").connect() as client:
        yield client


@pytest.fixture
def fake_of() -> Callable[[Place], Place]:
    """The fake daemon that stands for an engine, behind a socket."""
    return lambda place: fake_place({"unix20": "sock41", "unix28": "sock51"}[place.name])


@pytest.fixture
def reach(ssh_log: Path) -> Callable[[str], Place]:
    """A way by its name."""
    return place_of


@pytest.fixture(scope="session")
def real_ssh() -> str:
    """The system's own ssh."""
    return shutil.which("ssh") or "ssh"


@pytest.fixture(scope="session")
def ssh_log(tmp_path_factory: pytest.TempPathFactory, real_ssh: str) -> Iterator[Path]:
    """Put an `ssh` on the PATH that knows the key, and writes a line to this file each time it is started."""
    directory = tmp_path_factory.mktemp("ssh")
    log = directory / "started"
    log.touch()
    key, known = os.environ.get("DOCKPY_TEST_SSH_KEY"), os.environ.get("DOCKPY_TEST_SSH_KNOWN_HOSTS")
    with pytest.MonkeyPatch.context() as patch:
        if key and known:
            options = f"-F /dev/null -i {key} -o IdentitiesOnly=yes -o UserKnownHostsFile={known}"
            wrapper = directory / "ssh"
            wrapper.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {real_ssh} {options} "$@"\n')
            wrapper.chmod(0o755)
            patch.setenv("PATH", f"{directory}{os.pathsep}{os.environ['PATH']}")
        yield log


@pytest.fixture(autouse=True)
def bare_environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's docker configuration counts in a test that talks to an engine."""
    if not of_an_engine(request.node):
        return
    for name in [name for name in os.environ if name.startswith("DOCKER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKER_CONFIG", str(request.getfixturevalue("tmp_path") / "docker-config"))


@pytest.fixture(autouse=True)
def described_answers(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the fake daemons answer is as the published descriptions say."""
    fakes.undescribed.clear()
    yield
    faults, fakes.undescribed[:] = sorted(set(fakes.undescribed)), []
    assert faults == []


# What tests create


@pytest.fixture(scope="session")
def run_id() -> Iterator[str]:
    """What this run is called; whatever carries it as its label is removed at the end."""
    run = secrets.token_hex(4)
    yield run
    for name in ENGINES:
        if name in PLACES:
            with PLACES[name].connect() as client:
                _remove_all(client, {"label": f"dockpy-test={run}"})


def _remove_all(client: Client, mine: dict[str, str]) -> None:
    for container in client.containers.list(all=True, filters=mine):
        with contextlib.suppress(dockpy.NotFound, dockpy.Conflict):  # being removed already
            container.remove(force=True, v=True)
    for network in client.networks.list(filters=mine):
        network.remove()
    for volume in client.volumes.list(filters=mine):
        volume.remove()
    for image in client.images.list(filters=mine):
        image.remove(force=True)
    for image in client.images.list():  # names that tests gave to images which are not theirs
        for tag in image.tags:
            if mine["label"].replace("=", "-") in tag:
                client.images.remove(tag)


@pytest.fixture(scope="session")
def labels(run_id: str) -> dict[str, str]:
    """The label of this run, for whatever a test creates."""
    return {"dockpy-test": run_id}


_NUMBERS = itertools.count(1)


@pytest.fixture
def new_name(run_id: str) -> Callable[[], str]:
    """A name that nothing has yet."""
    return lambda: f"dockpy-test-{run_id}-{next(_NUMBERS)}"


@pytest.fixture
def create(labels: dict[str, str]) -> Iterator[Callable[..., Container]]:
    """Create a container, for as long as the test takes; without a network, which is quick, unless asked."""
    made: list[Container] = []

    def make(
        client: Client, command: str | Sequence[str] | None = None, image: str = "busybox", **options: Any
    ) -> Any:
        if "network_mode" not in options:
            options.setdefault("network", "none")
        options["labels"] = {**labels, **options.get("labels", {})}
        made.append(client.containers.create(image, command, **options))
        return made[-1]

    yield make
    for container in made:
        with contextlib.suppress(dockpy.NotFound, dockpy.Conflict):
            container.remove(force=True, v=True)


@pytest.fixture
def start(create: Callable[..., Container]) -> Callable[..., Container]:
    """Create a container and start it; arguments as of `create`."""

    def begin(client: Client, command: Any = ("sleep", "1000"), **options: Any) -> Container:
        container = create(client, command, **options)
        container.start()
        return container

    return begin


# Registries


@pytest.fixture(scope="session")
def registry() -> str:
    """The host of a registry that anyone may use, where the engines reach it."""
    return fakes.REGISTRY


@pytest.fixture(scope="session")
def locked_registry() -> str:
    """The host of a registry that wants to know its users: tester, with the password s3cret."""
    return fakes.REGISTRY_AUTH


@pytest.fixture
def registry_image(registry: str, new_name: Callable[[], str]) -> Callable[..., str]:
    """Put busybox into the registry under a name that no engine has; gives back the name."""

    def put(client: Client, tag: str = "1", repository: str | None = None) -> str:
        image = f"{repository or f'{registry}/{new_name()}'}:{tag}"
        client.images.tag("busybox", image)
        client.images.push(image)
        client.images.remove(image)
        return image

    return put


# Programs of their own


INTERRUPTIBLE = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
"""What runs in the background of a shell without job control would not know of Ctrl-C."""


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a Python program that knows only the given variables; warnings are errors in it."""

    def run(program: str, environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
        bare = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PYTHONPATH": str(Path(dockpy.__file__).parent.parent),
        }
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", INTERRUPTIBLE + program, *arguments],
            env={**bare, **environ},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.fixture
def in_thread() -> Iterator[Callable[..., threading.Thread]]:
    """Start a function in a thread; it has to end before the test does, and to raise nothing."""
    threads: list[threading.Thread] = []
    failures: list[BaseException] = []

    def begin(function: Callable[[], object]) -> threading.Thread:
        def work() -> None:
            try:
                function()
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=work)
        threads.append(thread)
        thread.start()
        return thread

    yield begin
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert failures == []
