"""`FakeDaemon`: a daemon in this process."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from dockpy.errors import InvalidArgument
from dockpy.fake.doors.direct import DirectConnector
from dockpy.fake.engine import Engine
from dockpy.fake.faults import Fault, Faults
from dockpy.fake.kernel.clock import Clock, RealClock
from dockpy.fake.router import RecordedRequest, Router
from dockpy.fake.seeding import Seeds
from dockpy.fake.snapshots import Snapshot, restore, take
from dockpy.fake.state.reboot import boot, halt
from dockpy.version import at_least, parse_version

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dockpy.client import Client
    from dockpy.fake.doors.socket import SocketDoor
    from dockpy.fake.registry import FakeRegistry, Registries

__all__ = ["FakeDaemon"]

OLDEST, NEWEST = "1.41", "1.55"
"""API versions that a fake daemon can be the engine of."""

F = TypeVar("F", bound="Callable[..., Any]")

_NUMBERS = itertools.count(1)


class FakeDaemon:
    """A Docker daemon in this process, for tests: it needs no Docker, and behaves as one.

        with FakeDaemon() as daemon:
            client = daemon.client()
            assert client.containers.run("busybox", ["echo", "hi"]) == b"hi\\n"

    Args:
        listen: where it listens, for any Docker client: ``unix:///path``, ``tcp://127.0.0.1:0`` (a free
            port), or several; None for nowhere, as `client` needs no socket. Needs ``dockpy[fake]``.
        tls: speak TLS on TCP: a server's context, with the certificates that it shows and asks for.
        api: the newest API version that it speaks, ``"1.41"`` to ``"1.55"``: it behaves as the engine of that
            version (1.41: Docker 20.10, 1.45: 26, 1.51: 28.5, 1.55: 29).
        min_api: the oldest that it speaks; None for what that engine has.
        clock: its time; None for the machine's. `ManualClock` stands still until it is told to go on.
        seed: ids and the like come from it: the same number, the same ids. None for other ones each time.
        registries: by host, registries that it shares with others; any other host is an empty registry of
            its own, and docker.io a small hub.
        host_folders: folders of this machine that its containers may mount.
        name: its host's name; None for ``fake``.
        labels: those of the engine, which `info` tells, and which constraints of services ask for.
        publish: let published TCP ports be ports of this machine, of its loopback alone; else they are only
            told of.

    Raises:
        InvalidArgument: an argument cannot be.
        InvalidEndpoint: it cannot listen at such an address.
        OSError: the address is taken.
    """

    def __init__(
        self,
        listen: str | Sequence[str] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        api: str = "1.51",
        min_api: str | None = None,
        clock: Clock | None = None,
        seed: int | None = None,
        registries: Mapping[str, FakeRegistry] | None = None,
        host_folders: Sequence[str] = (),
        name: str | None = None,
        labels: Mapping[str, str] | None = None,
        publish: bool = False,
    ) -> None:
        self._arguments: dict[str, Any] = {"api": _version("api", api), "seed": seed}
        oldest = {"1.41": "1.12"}.get(api, "1.44" if at_least(api, "1.52") else "1.24")
        self._arguments["min_api"] = oldest if min_api is None else _version("min_api", min_api, "1.12")
        self.clock: Clock = clock or RealClock()
        self.name: str = name or f"fake-{next(_NUMBERS)}"
        self._host_folders = tuple(host_folders)
        self.faults: Faults = Faults()
        self._engine = self._new_engine(registries or {}, name or "fake", labels or {})
        if publish:
            from dockpy.fake.doors.published import PublishedPorts

            self._engine.ports = PublishedPorts(self._engine)
        self._router = Router(self._engine, self.faults)
        self.images: Seeds = Seeds(self._engine)
        self._connector = DirectConnector(self._engine, self._router)
        self._doors: list[SocketDoor] = []
        self._tls = tls
        self._killed = False
        try:
            for url in [listen] if isinstance(listen, str) else listen or ():
                self._doors.append(self._open(url))
        except BaseException:
            self.close()
            raise

    def _open(self, url: str) -> SocketDoor:
        from dockpy.fake.doors.socket import SocketDoor

        secure = self._tls if url.startswith("tcp:") else None
        return SocketDoor(self._engine, self._router, url, secure)

    @property
    def url(self) -> str:
        """Where it listens, for ``dockpy.Client`` or DOCKER_HOST; the first place where there are several.

        Raises:
            RuntimeError: it listens nowhere.
        """
        if not self._doors:
            raise RuntimeError("This daemon listens nowhere: use client(), or FakeDaemon(listen=…)")
        return self._doors[0].url

    @property
    def urls(self) -> list[str]:
        """Every place where it listens."""
        return [door.url for door in self._doors]

    def _new_engine(
        self, registries: Mapping[str, FakeRegistry], name: str, labels: Mapping[str, str]
    ) -> Engine:
        from dockpy.fake.assembly import assemble

        engine = Engine(self.clock, **self._arguments)
        engine.name, engine.labels = name, dict(labels)
        engine.host_folders = self._host_folders
        assemble(engine, registries)
        return engine

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request that came, in order: of very many, the last ones, 8 to 16 MB of them."""
        return self._router.requests

    @property
    def registries(self) -> Registries:
        """The registries that it reaches, by host: ``daemon.registries.get("localhost:5000")``."""
        return self._engine.registries

    def program(self, reference: str, **options: Any) -> Callable[[F], F]:
        """Let a function be what an image's containers run; the image is added where it is not there yet.

            @daemon.program("myapp:1.0")
            def serve(process):
                process.stdout.write(f"hello {process.env['NAME']}\n")
                return 3

        Args:
            reference: the image's name.
            options: as of ``images.add``.

        Returns:
            What takes the function. It gets one argument. A plain function gets a process with blocking
            ``stdin``, ``stdout``, ``stderr``, ``argv``, ``env``, ``files``, ``signals``, ``network`` and
            ``sleep``, and runs in a thread of its own; a generator function gets a process of the simulated
            kernel, and yields what it waits for. What it returns is the exit code, None for 0; an exception
            is 1, with its traceback on the container's stderr.
        """

        def register(function: F) -> F:
            if reference in self.images and not options:
                with self._engine.lock:
                    self._engine.programs.register(reference, function)
            else:
                self.images.add(reference, program=function, **options)
            return function

        return register

    def client(self, **options: Any) -> Client:
        """A client of this daemon, without a socket between.

        Args:
            options: as of `dockpy.Client`: ``timeout``, ``version``, ``hooks``.
        """
        from dockpy.client import Client

        return Client.of_connector(self._connector, f"fake://{self.name}", **options)

    def fail(
        self,
        operation: str | None = None,
        *,
        object: str | None = None,
        status: int | None = None,
        message: str | None = None,
        times: int | None = None,
        after: int = 0,
        latency: float = 0,
        cut: int | None = None,
        reset: Literal["before", "after"] | None = None,
        garbage: bool = False,
        hang: bool = False,
    ) -> Fault:
        """Let something go wrong from now on, until the fault is removed, or its ``with`` block ends.

        Args:
            operation: the Engine's operationId (``"ContainerCreate"``); None for every one.
            object: only where the call is about this one: a container, image, network or volume by its name
                or id, anything else by what the call names.
            status: answer with this HTTP status (200 to 599) instead of doing it; 500 where neither this
                nor anything else that goes wrong is given.
            message: the error's text.
            times: only so often; None for always.
            after: only after so many such calls, to which it does not happen.
            latency: seconds of the daemon's time that pass before it is done.
            cut: break the connection after so many bytes of the answer's body; a shorter one is whole.
            reset: break the connection without an answer, ``"before"`` it is done or ``"after"`` it.
            garbage: answer with what is no HTTP.
            hang: never answer.

        Returns:
            The fault; its ``hits`` counts how often it happened.

        Raises:
            InvalidArgument: there is no such operation, or a number is none that can be.
        """
        from dockpy.ops import all_operations

        _check_fault(status=status, times=times, after=after, latency=latency, cut=cut, reset=reset)
        nothing_else = not latency and cut is None and reset is None and not garbage and not hang
        if status is None and (message is not None or nothing_else):
            status = 500

        if operation is not None and operation not in {known.id for known in all_operations()}:
            raise InvalidArgument(
                f"There is no operation {operation!r}; they are the Engine API's operationIds"
            )
        fault = Fault(
            self.faults,
            operation,
            object,
            status=status,
            message=message,
            times=times,
            after=after,
            latency=latency,
            cut=cut,
            reset=reset,
            garbage=garbage,
            hang=hang,
        )
        return self.faults.add(fault)

    @contextlib.contextmanager
    def disk_full(self, free: int = 0) -> Iterator[None]:
        """Let containers and volumes have only so much space left, as long as a ``with`` block takes.

        Args:
            free: how many bytes can still be written.
        """
        disk = self._engine.disk
        before, disk.free = disk.free, free
        try:
            yield
        finally:
            disk.free = before

    @contextlib.contextmanager
    def cut_off(self) -> Iterator[None]:
        """Let no other daemon of its swarm reach it, nor it any of them, within a ``with`` block.

        Its clients reach it, and its containers run on. After some missed heartbeats the others take its
        node for down.
        """
        engine = self._engine
        with engine.lock:
            engine.cut_off = True
            engine.swarm.changed()
        try:
            yield
        finally:
            with engine.lock:
                engine.cut_off = False
                engine.swarm.changed()

    @contextlib.contextmanager
    def limit_pulls(self, pulls: int, host: str = "docker.io") -> Iterator[None]:
        """Let a registry refuse further pulls with 429, as Docker Hub does, within a ``with`` block.

        Args:
            pulls: how many are still free.
            host: which registry.
        """
        from dockpy.fake.registry import RateLimit

        registry = self._engine.registries.get(host)
        before, registry.rate_limit = registry.rate_limit, RateLimit(pulls)
        try:
            yield
        finally:
            registry.rate_limit = before

    def snapshot(self) -> Snapshot:
        """Set aside all that it holds: images, containers with their files, networks, volumes, plugins.

        Returns:
            What `restore` takes, as often as one likes. A swarm is not in it.
        """
        with self._engine.lock:
            return take(self._engine)

    def restore(self, snapshot: Snapshot) -> None:
        """Bring back what was set aside. What ran then is started anew; what runs now is gone.

        Every connection is broken, as by `restart`: what is waited for there will not come.

        Args:
            snapshot: of this daemon.

        Raises:
            InvalidArgument: it is another daemon's.
        """
        if snapshot.engine is not self._engine:
            raise InvalidArgument("The snapshot is another daemon's")
        self._break_connections()
        with self._engine.lock:
            restore(self._engine, snapshot)

    def _break_connections(self) -> None:
        with self._engine.lock:
            self._engine.drop_peers()
        for door in self._doors:
            door.drop()

    def restart(self, *, kill: bool = False) -> None:
        """Stop the engine and start it again, as ``systemctl restart docker`` does.

        Every connection is broken. Containers that run are stopped, and those whose restart policy says so
        run again afterwards; events from before are forgotten. Clients may go on as they are.

        Args:
            kill: as after ``kill -9`` of the engine: its containers are killed and not asked to stop.
        """
        engine = self._engine
        if engine.down:
            self.start()
            return
        self._break_connections()
        with engine.lock:
            halt(engine, killed=kill)
            boot(engine)

    def stop(self, *, kill: bool = False) -> None:
        """Stop the engine, as ``systemctl stop docker`` does, until `start`: nobody can connect meanwhile.

        Args:
            kill: as ``kill -9`` of the engine: its containers go on until it starts again.
        """
        engine = self._engine
        with engine.lock:
            if engine.down:
                return
            engine.down, self._killed = True, kill
            engine.swarm.changed()  # the others do not see its tasks end
            if not kill:
                halt(engine, killed=False)
            engine.drop_peers()
        for door in self._doors:
            door.close(patient=not kill)

    def start(self) -> None:
        """Start the engine again after `stop`, where it was; what becomes of containers is as of `restart`.

        Raises:
            OSError: its address is taken; it is stopped as before.
            RuntimeError: it is closed.
        """
        engine = self._engine
        with engine.lock, contextlib.ExitStack() as opened:
            if engine.closed:
                raise RuntimeError("This daemon is closed: make another one")
            if not engine.down:
                return
            doors = []
            for door in self._doors:
                doors.append(self._open(door.url))  # who comes is answered when we give the lock back
                opened.callback(doors[-1].close)
            opened.pop_all()
            if self._killed:
                halt(engine, killed=True)
            boot(engine)
            engine.down = False
            engine.swarm.changed()
            self._doors = doors

    def close(self) -> None:
        """End it: its containers stop, whoever waits for an answer is told so.

        Where it is in a swarm, that loses it.
        """
        with self._engine.lock:
            if len(self._engine.together) > 1 and not self._engine.closed:
                self._engine.down = True
                self._engine.swarm.changed()
                halt(self._engine, killed=True)
        self._engine.close()
        self._engine.programs.close()
        for door in self._doors:
            door.close()
        if self._engine.ports is not None:
            self._engine.ports.close()
        with self._engine.lock:
            self._engine.settle()  # no call will come that would

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _check_fault(**given: Any) -> None:
    """
    Raises:
        InvalidArgument: something is none that can be.
    """
    status, reset = given.pop("status"), given.pop("reset")
    if status is not None and not 200 <= status <= 599:
        raise InvalidArgument(f"status={status!r}: an HTTP status of an answer is from 200 to 599")
    if reset not in (None, "before", "after"):
        raise InvalidArgument(f"reset={reset!r}: it is 'before' or 'after'")
    for name, number in given.items():
        if number is not None and number < 0:
            raise InvalidArgument(f"{name}={number!r}: it cannot be negative")


def _version(name: str, text: str, oldest: str = OLDEST) -> str:
    try:
        parse_version(text)
    except (ValueError, TypeError, AttributeError):
        raise InvalidArgument(f"{name}={text!r} is no API version; it is written '1.51'") from None
    if not at_least(text, oldest) or not at_least(NEWEST, text):
        raise InvalidArgument(f"{name}={text!r}: a fake daemon speaks {oldest} to {NEWEST}")
    return text
