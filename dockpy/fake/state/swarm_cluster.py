"""A swarm: what it shall be, who is in it, what lets others in."""

from __future__ import annotations

import base64
import copy
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.state.swarm_ca import ca_digest, tls_info
from dockpy.fake.state.swarm_data import DataObjects
from dockpy.fake.state.swarm_health import Health
from dockpy.fake.state.swarm_networks import SwarmNetworks
from dockpy.fake.state.swarm_nodes import Nodes
from dockpy.fake.state.swarm_orchestrator import Orchestrator
from dockpy.fake.state.swarm_services import Services
from dockpy.fake.state.swarm_store import Kept, new_id
from dockpy.fake.state.swarm_tasks import Tasks
from dockpy.fake.state.swarm_volumes import ClusterVolumes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.engine import Engine
    from dockpy.fake.kernel.scheduler import Timer

__all__ = ["Cluster"]

SECOND = 1_000_000_000
_STEP = SECOND // 500
_DEFAULTS: dict[str, dict[str, Any]] = {
    "Orchestration": {"TaskHistoryRetentionLimit": 5},
    "Raft": {
        "SnapshotInterval": 10000,
        "KeepOldSnapshots": 0,
        "LogEntriesForSlowFollowers": 500,
        "ElectionTick": 10,
        "HeartbeatTick": 1,
    },
    "Dispatcher": {"HeartbeatPeriod": 5 * SECOND},
    "CAConfig": {"NodeCertExpiry": 90 * 24 * 3600 * SECOND},
    "TaskDefaults": {},
    "EncryptionConfig": {"AutoLockManagers": False},
}
_ALWAYS: dict[str, dict[str, Any]] = {
    "Orchestration": {"TaskHistoryRetentionLimit": 0},
    "Raft": {"KeepOldSnapshots": 0, "ElectionTick": 0, "HeartbeatTick": 0},
    "EncryptionConfig": {"AutoLockManagers": False},
}
"""What is told though it is nothing."""


class Cluster:
    """A swarm: one, however many engines are in it, read and changed under the lock that they share.

    Args:
        engine: whose chance it has, and whose time, which is that of all.
        spec: ``SwarmSpec``, where it was given at the beginning.
        pools: where its networks' subnets come from.
        subnet_size: how large each of them is, in bits.
        data_path_port: where its tasks' traffic goes.
    """

    def __init__(
        self,
        engine: Engine,
        spec: Mapping[str, Any],
        *,
        pools: list[str],
        subnet_size: int,
        data_path_port: int,
    ) -> None:
        self.engine = engine
        self.index: int = 0
        self.kept: Kept = Kept(id=self.new_id())
        self.spec: dict[str, Any] = _spec(spec, new=True)
        self.pools: list[str] = pools
        self.subnet_size: int = subnet_size
        self.data_path_port: int = data_path_port
        self.unlock_key: str = ""
        self.worker_token: str = self._new_token()
        self.manager_token: str = self._new_token()
        self.keep(self.kept)
        self.nodes: Nodes = Nodes(self)
        self.health: Health = Health(self)
        self.secrets: DataObjects = DataObjects(self, "secret")
        self.configs: DataObjects = DataObjects(self, "config")
        self.volumes: ClusterVolumes = ClusterVolumes(self)
        self.networks: SwarmNetworks = SwarmNetworks(self)
        self.tasks: Tasks = Tasks(self)
        self.services: Services = Services(self)
        self._orchestrator = Orchestrator(self)
        self._next: Timer | None = None
        if self.locks:
            self.unlock_key = self._new_key()

    # Ids, versions, events

    def new_id(self) -> str:
        """An id that nothing has."""
        return new_id(self.engine.random)

    def keep(self, kept: Kept) -> None:
        """An object is new."""
        self.touch(kept)
        kept.created = kept.updated

    def touch(self, kept: Kept) -> None:
        """An object has changed."""
        self.index += 1
        kept.version = self.index
        kept.updated = self.engine.now()

    def emit(self, type: str, action: str, actor: str, attributes: Mapping[str, str]) -> None:
        """Tell every manager's clients of a change."""
        for node in self.health.quorum():
            node.engine.events.emit(type, action, actor, attributes, "swarm")

    def changed(self, *, step: bool = False) -> None:
        """Something is to be done about it, as soon as whoever changed it has finished.

        Args:
            step: a task has come a step further, which takes a little while where time goes on by itself: who
                watches sees one step after the other.
        """
        scheduler = self.engine.scheduler
        takes_time = step and not isinstance(self.engine.clock, ManualClock)
        due = scheduler.now() + (_STEP if takes_time else 0)
        if self._next is not None:
            if self._next.due <= due:
                return
            self._next.cancel()
        self._next = scheduler.at(due, self._work)

    def _work(self) -> None:
        self._next = None
        if self.health.leader is not None:
            self._orchestrator.work()
            self.networks.tidy()
            self.engine.notify()

    # What it shall be

    @property
    def history(self) -> int:
        """How many tasks of a place are kept."""
        return int(self.spec["Orchestration"]["TaskHistoryRetentionLimit"])

    @property
    def locks(self) -> bool:
        """Whether a manager that starts again stays locked."""
        return bool(self.spec["EncryptionConfig"]["AutoLockManagers"])

    def update(
        self, version: int, spec: Mapping[str, Any], *, worker: bool, manager: bool, unlock_key: bool
    ) -> None:
        """Change it.

        Args:
            version: from which state on.
            spec: ``SwarmSpec``.
            worker: have another token for workers.
            manager: have another token for managers.
            unlock_key: have another key.

        Raises:
            Failure: it cannot be, or it has changed already.
        """
        changed = _spec(spec, new=False)
        self.kept.check_version(version)
        self.spec = changed
        if worker:
            self.worker_token = self._new_token()
        if manager:
            self.manager_token = self._new_token()
        if not self.locks:
            self.unlock_key = ""
        elif unlock_key or not self.unlock_key:
            self.unlock_key = self._new_key()
        self.touch(self.kept)
        self.changed()

    def _new_token(self) -> str:
        return f"SWMTKN-1-{ca_digest()}-{new_id(self.engine.random)}"

    def _new_key(self) -> str:
        return "SWMKEY-1-" + base64.b64encode(self.engine.random.randbytes(32)).decode().rstrip("=")

    # What is told of it

    def info(self) -> dict[str, Any]:
        """``ClusterInfo``."""
        return self.kept.meta() | {
            "Spec": copy.deepcopy(self.spec),
            "TLSInfo": tls_info(),
            "RootRotationInProgress": False,
            "DefaultAddrPool": self.pools,
            "SubnetSize": self.subnet_size,
            "DataPathPort": self.data_path_port,
        }

    def as_json(self) -> dict[str, Any]:
        """``Swarm``."""
        return self.info() | {"JoinTokens": {"Worker": self.worker_token, "Manager": self.manager_token}}


def _spec(given: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
    """``SwarmSpec`` as managers keep it.

    Raises:
        Failure: 400, it is named otherwise.
    """
    name = given.get("Name") or "default"
    if name != "default":
        raise Failure(400, 'swarm spec must be named "default"')
    spec: dict[str, Any] = {"Name": name, "Labels": dict(given.get("Labels") or {})}
    for part, defaults in _DEFAULTS.items():
        asked = {
            key: value for key, value in (given.get(part) or {}).items() if value not in (None, 0, [], {})
        }
        if part == "Orchestration" and new and "TaskHistoryRetentionLimit" in (given.get(part) or {}):
            asked = {"TaskHistoryRetentionLimit": given[part]["TaskHistoryRetentionLimit"] or 0}
        base = defaults if new else _ALWAYS.get(part, {})
        order = [*(_DEFAULTS[part] or {}), *asked]
        merged = {**base, **asked}
        spec[part] = {key: merged[key] for key in dict.fromkeys(order) if key in merged}
    return spec
