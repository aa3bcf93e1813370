"""The state of one fake daemon, and how its callers wait. It knows no HTTP."""

from __future__ import annotations

import itertools
import random
import threading
import time
import weakref
from collections import deque
from typing import TYPE_CHECKING

from dockpy.fake.fairlock import FairLock
from dockpy.fake.files.rules import Disk
from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.kernel.proc import Machine
from dockpy.fake.kernel.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake.doors.published import PublishedPorts
    from dockpy.fake.kernel.clock import Clock
    from dockpy.fake.programs import Programs
    from dockpy.fake.registry import Registries
    from dockpy.fake.state.build import Builder
    from dockpy.fake.state.containers import Containers
    from dockpy.fake.state.events import Events
    from dockpy.fake.state.execs import Execs
    from dockpy.fake.state.images import Images
    from dockpy.fake.state.networks import Networks
    from dockpy.fake.state.plugins import Plugins
    from dockpy.fake.state.swarm import Swarm
    from dockpy.fake.state.system import System
    from dockpy.fake.state.volumes import Volumes

__all__ = ["Engine", "Gone", "Overdue", "Peer"]


_NUMBERS = itertools.count()
_GLANCE = 0.02
"""Seconds until somebody who waits for a thread looks again; its calls end the wait before."""


class Gone(Exception):
    """Whoever was waiting is not there any more: the client went away, or the daemon was closed."""


class Overdue(Gone):
    """Whoever was waiting waits no longer."""


class Peer:
    """Who waits for an answer: calling it says whether it has gone away.

    Attributes:
        gone: it has gone away; set from any thread, then `Engine.notify`.
        on_wait: called once, when it first has to wait: from then on it may go away unnoticed.
    """

    __slots__ = ("__weakref__", "_deadlines", "gone", "on_wait")

    def __init__(self) -> None:
        self.gone: bool = False
        self._deadlines: dict[int, float] = {}  # one thread may send while another one reads
        self.on_wait: Callable[[], None] | None = None

    @property
    def deadline(self) -> float | None:
        """When the thread that asks stops waiting, as of `time.monotonic`; None for never."""
        return self._deadlines.get(threading.get_ident())

    @deadline.setter
    def deadline(self, deadline: float | None) -> None:
        if deadline is None:
            self._deadlines.pop(threading.get_ident(), None)
        else:
            self._deadlines[threading.get_ident()] = deadline

    def __call__(self) -> bool:
        """Whether it has gone away."""
        return self.gone


class Engine:
    """One daemon's world.

    Everything in it is read and changed under `lock`. Whoever has to wait calls `wait`, which lets the
    world go on meanwhile, and others in.

    The engines of a swarm are of one world: see `dockpy.fake.uniting`.

    Args:
        clock: its time.
        seed: ids, names and addresses come from it; None for other ones each time.
        api: the newest API version that it speaks; it behaves as the engine of that version.
        min_api: the oldest.

    Attributes:
        number: tells engines of this process apart, and puts them in order.
        name: the host's name.
        labels: the engine's own.
        address: the host's.
        cut_off: no other engine reaches it, nor does it reach any.
        together: the engines that are of one world with it, itself among them.
        host_folders: folders of this machine that containers may mount.
        disk: what is free of it, for all containers and volumes.
        machine: what containers see of it.
        ports: where published ports are reached on this machine; None for nowhere.
    """

    images: Images
    containers: Containers
    execs: Execs
    networks: Networks
    volumes: Volumes
    plugins: Plugins
    swarm: Swarm
    builder: Builder
    registries: Registries
    programs: Programs
    events: Events
    system: System

    def __init__(
        self, clock: Clock, *, seed: int | None = None, api: str = "1.51", min_api: str = "1.24"
    ) -> None:
        self.clock = clock
        self.number: int = next(_NUMBERS)
        self.api: str = api
        self.name: str = "fake"
        self.labels: dict[str, str] = {}
        self.address: str = f"10.99.{self.number // 250 % 250}.{self.number % 250 + 1}"
        self.cut_off: bool = False
        self.together: list[Engine] = [self]
        self.min_api: str = min_api
        self.host_folders: tuple[str, ...] = ()
        self.disk: Disk = Disk()
        self.ports: PublishedPorts | None = None
        self.machine: Machine = Machine(clock.now())
        self.scheduler: Scheduler = Scheduler(clock)
        self.random: random.Random = random.Random(seed)  # noqa: S311 - ids are no secrets
        self.lock: FairLock = FairLock()
        self._changed = threading.Condition(self.lock)  # type: ignore[arg-type]  # it has all that is asked
        self.closed: bool = False
        self.down: bool = False
        """Whether it is stopped, to be started again."""
        self._peers: weakref.WeakSet[Peer] = weakref.WeakSet()
        self._peers_lock = threading.Lock()
        self._later: deque[Callable[[], None]] = deque()
        self.host_pids: Iterator[int] = itertools.count(4001)
        self.computing: Callable[[], bool] = lambda: False
        """Whether a program's thread runs that time has to wait for."""
        self._unsubscribe: Callable[[], None] | None = None
        if isinstance(clock, ManualClock):
            self._unsubscribe = clock.subscribe(self._time_passed)

    def now(self) -> int:
        """The time, in nanoseconds since 1970."""
        return self.scheduler.now()

    def new_id(self) -> str:
        """64 hexadecimal digits."""
        return f"{self.random.getrandbits(256):064x}"

    def catch_up(self) -> None:
        """Bring the world up to now: called at the beginning of each call."""
        self.settle()
        if self.scheduler.pump():
            self.notify()

    def later(self, action: Callable[[], None]) -> None:
        """Do something under the lock when there is time: for whom the garbage collector calls just now."""
        self._later.append(action)

    def settle(self) -> None:
        """Do what was put off by `later`."""
        while self._later:
            self._later.popleft()()

    def notify(self) -> None:
        """Something changed that others may wait for."""
        for engine in self.together:
            engine._changed.notify_all()

    def computes(self) -> bool:
        """Whether a program's thread runs that time has to wait for, here or in an engine of this world."""
        return any(engine.computing() for engine in self.together)

    def wait(
        self, until: Callable[[], bool], peer: Callable[[], bool] | None = None, *, patient: bool = False
    ) -> None:
        """Let the world go on until a condition holds.

        Args:
            until: the condition; asked under the lock, often, and no more once it holds.
            peer: who waits: a `Peer`, or what says whether it has gone away.
            patient: a clock that goes on by itself does not for this one.

        Raises:
            Gone: nobody waits any more, or the daemon was closed.
        """
        waits = peer if isinstance(peer, Peer) else None
        while not until():
            if self.closed or (peer is not None and peer()):
                raise Gone
            if self.scheduler.pump():
                self.notify()
                if until():
                    return
                self._patience_of(waits)
                self._let_others_in()
                if self.scheduler.computing and not patient:
                    self._go_on()
                continue
            self._sleep(self._patience_of(waits), patient)

    def _patience_of(self, peer: Peer | None) -> float | None:
        """How many seconds whoever has to wait will; None for any number."""
        if peer is None:
            return None
        if peer.on_wait is not None:
            on_wait, peer.on_wait = peer.on_wait, None
            on_wait()
        if (deadline := peer.deadline) is None:
            return None
        left = deadline - time.monotonic()
        if left <= 0:
            raise Overdue
        return left

    def _sleep(self, left: float | None, patient: bool) -> None:
        due = self.scheduler.next_due
        clock = self.clock
        if isinstance(clock, ManualClock) and clock.auto and due is not None and not patient:
            if self.computes():
                self._changed.wait(_GLANCE)
            else:
                self._take_clock_to(clock, due)
            return
        until_due = clock.until(due) if due is not None else None
        self._changed.wait(min((limit for limit in (until_due, left) if limit is not None), default=None))

    def _go_on(self) -> None:
        """Programs compute without end: a clock that goes on by itself does so nevertheless."""
        due = self.scheduler.next_due
        if isinstance(self.clock, ManualClock) and self.clock.auto and due is not None:
            self._take_clock_to(self.clock, due)

    def _take_clock_to(self, clock: ManualClock, due: int) -> None:
        # Without the lock: other daemons may go by the same clock, and it asks each for its own.
        with self.lock.given_back():
            clock.go_to(due)

    def _let_others_in(self) -> None:
        self._changed.wait(0)

    def _time_passed(self) -> None:
        with self.lock:
            if self.closed:
                return
            self.scheduler.settle()
            self.notify()
            while self.computes() and not self.closed:
                self._changed.wait(_GLANCE)
                self.scheduler.settle()

    def new_peer(self) -> Peer:
        """Somebody who will ask for something."""
        peer = Peer()
        with self._peers_lock:
            self._peers.add(peer)
        return peer

    def drop_peers(self) -> None:
        """Break off with everybody: what they wait for will not come."""
        with self._peers_lock:
            peers = list(self._peers)
        for peer in peers:
            peer.gone = True
        self.notify()

    def close(self) -> None:
        """Whoever waits is told so."""
        with self.lock:
            self.closed = True
            if self._unsubscribe is not None:
                self._unsubscribe()
                self._unsubscribe = None
            self.notify()
            if len(self.together) > 1 and self in self.together:
                self.together.remove(self)
