"""The volumes of a daemon."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.files import Upper
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.state.volumes_of_containers import ContainerMounts
from dockpy.fake.times import rfc3339
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dockpy.fake.engine import Engine

__all__ = ["ANONYMOUS", "ROOT_FOLDER", "Volume", "Volumes"]

ANONYMOUS = "com.docker.volume.anonymous"
"""The label of a volume that nobody gave a name."""

ROOT_FOLDER = "/var/lib/docker"
"""Where a fake daemon says that it keeps things."""

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_SIZE = re.compile(r"\d+(\.\d+)? ?([kKmMgGtTpP])?([iI])?[bB]?")


@dataclass(slots=True)
class Volume:
    """A volume.

    Attributes:
        created: nanoseconds since 1970.
        labels, options: None where none were given.
        tree: what it holds.
        users: the ids of the containers that have it.
    """

    name: str
    created: int
    labels: dict[str, str] | None
    options: dict[str, str] | None
    tree: Upper
    users: dict[str, int] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where it is on the host."""
        return f"{ROOT_FOLDER}/volumes/{self.name}/_data"

    @property
    def size(self) -> int:
        """Of its files, in bytes."""
        return sum(node.size for _, node in self.tree.walk() if node.kind == "file")

    @property
    def device(self) -> str:
        """The host's folder that it stands for; empty for none."""
        options = self.options or {}
        bound = "bind" in options.get("o", "").split(",") or "rbind" in options.get("o", "").split(",")
        return options.get("device", "") if bound else ""

    def inspect(self, *, usage: bool = False) -> dict[str, Any]:
        """What an engine tells of it.

        Args:
            usage: also how much room it takes.
        """
        told: dict[str, Any] = {
            "CreatedAt": rfc3339(self.created // SECOND * SECOND),
            "Driver": "local",
            "Labels": self.labels,
            "Mountpoint": self.path,
            "Name": self.name,
            "Options": self.options,
            "Scope": "local",
        }
        if usage:
            told["UsageData"] = {"RefCount": len(self.users), "Size": self.size}
        return told


class Volumes(ContainerMounts):
    """The volumes of a daemon; what containers need of them is in `ContainerMounts`.

    Args:
        engine: the daemon's state.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._volumes: dict[str, Volume] = {}

    def __iter__(self) -> Iterator[Volume]:
        return iter(sorted(self._volumes.values(), key=lambda volume: volume.name))

    def find(self, name: str) -> Volume | None:
        """The volume of a name."""
        return self._volumes.get(name)

    def get(self, name: str) -> Volume:
        """The volume of a name.

        Raises:
            Failure: 404, there is none.
        """
        volume = self._volumes.get(name)
        if volume is None:
            raise Failure(404, f"get {name}: no such volume")
        return volume

    def create(
        self,
        name: str = "",
        driver: str = "",
        options: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Volume:
        """Make a volume; the one that is there already where it has the name.

        Args:
            name: its name; empty for one that nobody has chosen.
            driver: ``local``, or empty.
            options: the driver's.
            labels: its labels.

        Raises:
            Failure: it cannot be made.
        """
        engine = self._engine
        anonymous = not name
        name = name or engine.new_id()
        if driver not in ("", "local"):
            text = f'error looking up volume plugin {driver}: plugin "{driver}" not found'
            raise Failure(404, f"create {name}: {text}")
        if (volume := self._volumes.get(name)) is not None:
            if not at_least(engine.api, "1.42"):
                engine.events.emit("volume", "create", name, {"driver": "local"})
            return volume
        if problem := self._problem(name, options or {}):
            raise Failure(problem.status, f"create {name}: {problem.message}")
        told = dict(labels) if labels else None
        if anonymous and at_least(engine.api, "1.42"):
            told = {**(told or {}), ANONYMOUS: ""}
        tree = Upper.empty(mtime=engine.now())
        volume = Volume(name, engine.now(), told, dict(options) if options else None, tree)
        self._volumes[name] = volume
        engine.events.emit("volume", "create", name, {"driver": "local"})
        return volume

    def _problem(self, name: str, options: Mapping[str, str]) -> Failure | None:
        if len(name) == 1:
            text = "volume name is too short, names should be at least two alphanumeric characters"
            return Failure(400, text)
        if not _NAME.fullmatch(name):
            return Failure(
                400,
                f'"{name}" includes invalid characters for a local volume name, '
                'only "[a-zA-Z0-9][a-zA-Z0-9_.-]" '
                "are allowed. If you intended to pass a host directory, use absolute path",
            )
        if len(name) > 255:
            folder = f"{ROOT_FOLDER}/volumes/{name}"
            text = f"error while creating volume root path '{folder}': mkdir {folder}: file name too long"
            return Failure(500, text)
        for option in options:
            if option not in ("type", "o", "device", "size"):
                return Failure(400, f'invalid option: "{option}"')
        if (size := options.get("size")) is not None:
            if not _SIZE.fullmatch(size):
                status = 400 if at_least(self._engine.api, "1.42") else 500
                return Failure(status, f"invalid size: '{size}'")
            return Failure(400, "quota size requested but no quota support")
        if options:
            for needed in ("device", "type"):
                if not options.get(needed):
                    return Failure(400, f'missing required option: "{needed}"')
        return None

    def remove(self, name: str, force: bool = False) -> None:
        """Remove a volume.

        Args:
            name: which.
            force: it is no error where there is none.

        Raises:
            Failure: 404, there is none; 409, a container has it.
        """
        volume = self._volumes.get(name)
        if volume is None and force:
            return
        volume = self.get(name)
        if volume.users:
            raise Failure(409, f"remove {name}: volume is in use - [{', '.join(volume.users)}]")
        self._delete(volume)

    def _delete(self, volume: Volume, *, quiet: bool = False) -> None:
        del self._volumes[volume.name]
        if not quiet:
            self._engine.events.emit("volume", "destroy", volume.name, {"driver": "local"})

    def prune(self, wanted: Iterable[Volume]) -> tuple[list[str], int]:
        """Remove those of some volumes that no container has: their names, and how many bytes that frees."""
        removed, freed = [], 0
        for volume in wanted:
            if not volume.users:
                freed += volume.size
                self._delete(volume, quiet=not at_least(self._engine.api, "1.42"))
                removed.append(volume.name)
        self._engine.events.emit("volume", "prune", "", {"reclaimed": str(freed)})
        return removed, freed
