"""A swarm's settings."""

from __future__ import annotations

from typing import Any

from dockpy.compat.errors import InvalidVersion
from dockpy.compat.types.base import given
from dockpy.compat.utils.utils import version_lt

__all__ = ["SwarmExternalCA", "SwarmSpec"]


class SwarmSpec(dict[str, Any]):
    """The settings of a swarm."""

    def __init__(
        self,
        version: str,
        task_history_retention_limit: int | None = None,
        snapshot_interval: int | None = None,
        keep_old_snapshots: int | None = None,
        log_entries_for_slow_followers: int | None = None,
        heartbeat_tick: int | None = None,
        election_tick: int | None = None,
        dispatcher_heartbeat_period: int | None = None,
        node_cert_expiry: int | None = None,
        external_cas: list[Any] | None = None,
        name: str | None = None,
        labels: dict[str, str] | None = None,
        signing_ca_cert: str | None = None,
        signing_ca_key: str | None = None,
        ca_force_rotate: int | None = None,
        autolock_managers: bool | None = None,
        log_driver: Any = None,
    ) -> None:
        super().__init__()
        _check(version, "1.25", autolock_managers=autolock_managers, log_driver=log_driver)
        _check(
            version,
            "1.30",
            signing_ca_key=signing_ca_key or None,
            signing_ca_cert=signing_ca_cert or None,
            force_rotate=ca_force_rotate,
        )
        if task_history_retention_limit is not None:
            self["Orchestration"] = {"TaskHistoryRetentionLimit": task_history_retention_limit}
        raft = {
            "SnapshotInterval": snapshot_interval,
            "KeepOldSnapshots": keep_old_snapshots,
            "LogEntriesForSlowFollowers": log_entries_for_slow_followers,
            "HeartbeatTick": heartbeat_tick,
            "ElectionTick": election_tick,
        }
        if any(raft.values()):
            self["Raft"] = raft
        if dispatcher_heartbeat_period:
            self["Dispatcher"] = {"HeartbeatPeriod": dispatcher_heartbeat_period}
        authority = given(
            NodeCertExpiry=node_cert_expiry,
            SigningCAKey=signing_ca_key or None,
            SigningCACert=signing_ca_cert or None,
            ForceRotate=ca_force_rotate,
        )
        if external_cas:
            authority |= _external(version, external_cas)
        if authority:
            self["CAConfig"] = authority
        if autolock_managers is not None:
            self["EncryptionConfig"] = {"AutoLockManagers": autolock_managers}
        if log_driver is not None:
            self["TaskDefaults"] = {"LogDriver": log_driver}
        self.update(given(Name=name, Labels=labels))


def _external(version: str, authorities: list[Any]) -> dict[str, Any]:
    if not version_lt(version, "1.25"):
        return {"ExternalCAs": authorities}
    if len(authorities) > 1:
        raise InvalidVersion("More than one external CA is not supported in API version < 1.25")
    return {"ExternalCA": authorities[0]}


def _check(version: str, oldest: str, **options: Any) -> None:
    for option, value in options.items():
        if value is not None and version_lt(version, oldest):
            raise InvalidVersion(f"{option} is not supported in API version < {oldest}")


class SwarmExternalCA(dict[str, Any]):
    """A certificate authority that is not the swarm's own."""

    def __init__(
        self,
        url: str,
        protocol: str | None = None,
        options: dict[str, str] | None = None,
        ca_cert: str | None = None,
    ) -> None:
        super().__init__({"URL": url, "Protocol": protocol, "Options": options, "CACert": ca_cert})
