"""A container: what it shall be, how it stands with it, and what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockpy.fake.files import FileSystem, Upper
from dockpy.fake.kernel.mounts import skeleton
from dockpy.fake.state.image import merged
from dockpy.fake.state.logs import ContainerLog
from dockpy.fake.state.stdio import Stdio

if TYPE_CHECKING:
    from dockpy.fake.engine import Engine
    from dockpy.fake.kernel.namespace import Namespace
    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Timer
    from dockpy.fake.state.execs import Exec
    from dockpy.fake.state.health import HealthMonitor
    from dockpy.fake.state.image import Image

__all__ = ["Container", "State"]


@dataclass(slots=True)
class State:
    """How it stands with a container. Times are nanoseconds since 1970, 0 for never."""

    running: bool = False
    paused: bool = False
    restarting: bool = False
    removing: bool = False
    removed: bool = False
    dead: bool = False
    oom_killed: bool = False
    pid: int = 0
    exit_code: int = 0
    error: str = ""
    started_at: int = 0
    finished_at: int = 0

    @property
    def status(self) -> str:
        """As an engine tells it: ``created``, ``running``, ``exited`` …"""
        if self.running:
            return "paused" if self.paused else "restarting" if self.restarting else "running"
        if self.dead:
            return "dead"
        if self.removing:
            return "removing"
        return "exited" if self.started_at else "created"


class Container:
    """A container of a daemon.

    Attributes:
        name: without the slash before it.
        image: what it was made from; `image_name` is what it was asked for by.
        config: as an engine's inspect tells it, as is `host_config`.
        hostname: what its processes see.
        argv: what PID 1 is started with.
        created: nanoseconds since 1970.
        upper: its files above the image's; `fs` is what its processes see.
        mounts: what is mounted, as inspect tells it; filled in by the volumes.
        mounted: where the engine's own are, such as ``/proc``; from one start to the next.
        networks: what the networks keep of it.
        namespace: its processes; None while it does not run.
        exits: how often it has exited.
        manually_stopped: it was told to stop: no restart policy starts it.
        auto_remove: it is removed when it has exited.
        console_size: height and width of its terminal.
    """

    def __init__(
        self,
        engine: Engine,
        id: str,
        name: str,
        image: Image,
        image_name: str,
        config: dict[str, Any],
        host_config: dict[str, Any],
    ) -> None:
        self.engine = engine
        self.id: str = id
        self.name: str = name
        self.image: Image = image
        self.image_name: str = image_name
        self.config: dict[str, Any] = config
        self.host_config: dict[str, Any] = host_config
        self.platform: str = image.os or "linux"
        self.created: int = engine.now()
        self.state: State = State()
        self.upper: Upper = Upper(merged((*image.layers, skeleton())))
        self.mounted: list[str] = []
        self.fs: FileSystem = FileSystem(self.upper, now=engine.now, disk=engine.disk)
        self.mounts: list[dict[str, Any]] = []
        self.networks: Any = None
        self.namespace: Namespace | None = None
        self.log: ContainerLog = ContainerLog(engine, host_config.get("LogConfig") or {})
        self.stdio: Stdio = Stdio(engine, self)
        self.execs: dict[str, Exec] = {}
        self.health: HealthMonitor | None = None
        self.requested_mac: str = ""
        self.restart_count: int = 0
        self.restart_delay: int = 0
        self.restart_timer: Timer | None = None
        self.exits: int = 0
        self.last_exit: int = 0
        self.manually_stopped: bool = False
        self.stopping: int = 0
        self.has_started: bool = False
        height, width = host_config.get("ConsoleSize") or (0, 0)
        self.console_size: tuple[int, int] = (height, width)

    @property
    def argv(self) -> list[str]:
        """What PID 1 is started with."""
        return [*(self.config.get("Entrypoint") or ()), *(self.config.get("Cmd") or ())]

    @property
    def hostname(self) -> str:
        """What its processes see."""
        return self.config.get("Hostname") or ""

    @property
    def tty(self) -> bool:
        """Whether its processes have a terminal."""
        return bool(self.config.get("Tty"))

    @property
    def auto_remove(self) -> bool:
        """Whether it is removed when it has exited."""
        return bool(self.host_config.get("AutoRemove"))

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return self.config.get("Labels") or {}

    @property
    def init(self) -> Process | None:
        """PID 1; None while it does not run."""
        return None if self.namespace is None else self.namespace.init

    @property
    def memory_limit(self) -> int:
        """In bytes; 0 for none."""
        return int(self.host_config.get("Memory") or 0)

    def attributes(self, **more: str) -> dict[str, str]:
        """What its events tell of it: labels, image and name besides what is special to the event."""
        return {**self.labels, **more, "image": self.image_name, "name": self.name}

    def emit(self, action: str, **more: str) -> None:
        """An event of it, now."""
        self.engine.events.emit("container", action, self.id, self.attributes(**more))

    def __repr__(self) -> str:
        return f"Container({self.name}, {self.state.status})"
