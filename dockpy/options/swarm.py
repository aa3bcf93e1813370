"""What a swarm, its nodes, secrets and configs are made from."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from dockpy.errors import InvalidArgument
from dockpy.options.keywords import check_keywords
from dockpy.options.service_parts import seconds_ns
from dockpy.options.values import Duration, duration_ns, flag, is_list, is_text, label_map, text, whole

if TYPE_CHECKING:
    from dockpy.wire.swarm import ExternalCA, SwarmSpec

__all__ = ["SwarmOptions", "availability_word", "file_data", "named_driver", "swarm_changes"]


class SwarmOptions(TypedDict, total=False):
    """What a swarm shall be."""

    name: str
    """Its name; engines take no other than ``default``."""
    labels: Mapping[str, str] | Sequence[str]
    """Its labels: ``{"name": "value"}`` or ``["name=value"]``."""
    task_history_retention_limit: int
    """How many tasks that ended are kept for each that runs."""
    snapshot_interval: int
    """How many entries of the managers' log lie between two snapshots."""
    keep_old_snapshots: int
    """How many snapshots are kept beside the newest."""
    log_entries_for_slow_followers: int
    """How many entries are kept after a snapshot for managers that lag behind."""
    election_tick: int
    """Ticks after which managers elect another leader; more than ``heartbeat_tick``."""
    heartbeat_tick: int
    """Ticks between two heartbeats of the leader."""
    dispatcher_heartbeat_period: Duration
    """How often nodes report: ``"5s"``, a timedelta, or seconds."""
    node_cert_expiry: Duration
    """How long a node's certificate is good for: ``"2160h"``, a timedelta, or seconds."""
    external_cas: Sequence[ExternalCA | Mapping[str, Any]]
    """Authorities outside that sign certificates: ``{"protocol": "cfssl", "url": "https://…"}``."""
    signing_ca_cert: str
    """The certificate of the swarm's own authority, PEM."""
    signing_ca_key: str
    """Its key, PEM."""
    ca_force_rotate: int
    """Another number than before makes the swarm renew its root certificate."""
    autolock_managers: bool
    """A manager that starts again stays locked until it is given the unlock key."""
    log_driver: str | Mapping[str, Any]
    """Where the output of tasks goes that say nothing themselves: its name, or with ``options``."""


def swarm_changes(function: str, options: Mapping[str, Any]) -> SwarmSpec:
    """What of a swarm's spec is given.

    Args:
        function: the function's name, for errors.
        options: the keywords of `SwarmOptions`.

    Raises:
        TypeError: there is no such keyword.
        InvalidArgument: a value is none of the accepted forms.
    """
    from pydantic import ValidationError

    from dockpy.wire.base import faults
    from dockpy.wire.swarm import SwarmSpec

    check_keywords(function, options, SwarmOptions.__annotations__)
    draft: dict[str, Any] = {}
    for name, value in options.items():
        if value is not None:
            path, parse = _PLACES[name]
            group, _, field = path.rpartition(".")
            (draft.setdefault(group, {}) if group else draft)[field] = parse(name, value)
    try:
        return SwarmSpec(**draft)
    except ValidationError as error:
        raise InvalidArgument(f"{function}(): {faults(error)}") from None


def named_driver(option: str, value: Any) -> Any:
    """A driver: its name, or ``{"name": …, "options": {…}}``."""
    if value is None or callable(getattr(value, "dump", None)):
        return value
    if isinstance(value, Mapping):
        return dict(value)
    if not is_text(value) or not value:
        raise InvalidArgument(f"{option}={value!r}: it takes a name, or {{'name': …, 'options': {{…}}}}")
    return {"name": value}


def file_data(value: object) -> str:
    """Bytes, or a text in UTF-8, as the Engine takes them.

    Raises:
        InvalidArgument: it is neither; the value is not shown.
    """
    if isinstance(value, str) and is_text(value):
        value = value.encode()
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise InvalidArgument(f"data: it takes bytes, or a str that has bytes, not {type(value).__name__}")
    return base64.b64encode(value).decode("ascii")


def availability_word(value: str | None) -> str | None:
    """Whether a node takes tasks: ``active``, ``pause`` (no new ones) or ``drain`` (none)."""
    if value is not None and value not in ("active", "pause", "drain"):
        raise InvalidArgument(f"availability={value!r}: it takes 'active', 'pause' or 'drain'")
    return value


def _labels(option: str, value: Any) -> dict[str, str]:
    return label_map(value)


def _pem(option: str, value: Any) -> str:
    if not is_text(value):  # which is not shown: it may be a key
        raise InvalidArgument(f"{option}: it takes PEM as a str")
    return value


def _external_cas(option: str, value: Any) -> list[Any]:
    if not is_list(value):
        raise InvalidArgument(f"{option}: it takes a list of {{'protocol': 'cfssl', 'url': 'https://…'}}")
    return [named_driver(option, item) for item in value]


_PLACES: dict[str, tuple[str, Any]] = {
    "name": ("name", text),
    "labels": ("labels", _labels),
    "task_history_retention_limit": ("orchestration.task_history_retention_limit", whole),
    "snapshot_interval": ("raft.snapshot_interval", whole),
    "keep_old_snapshots": ("raft.keep_old_snapshots", whole),
    "log_entries_for_slow_followers": ("raft.log_entries_for_slow_followers", whole),
    "election_tick": ("raft.election_tick", whole),
    "heartbeat_tick": ("raft.heartbeat_tick", whole),
    "dispatcher_heartbeat_period": ("dispatcher.heartbeat_period", seconds_ns),
    "node_cert_expiry": ("ca_config.node_cert_expiry", duration_ns),
    "external_cas": ("ca_config.external_cas", _external_cas),
    "signing_ca_cert": ("ca_config.signing_ca_cert", _pem),
    "signing_ca_key": ("ca_config.signing_ca_key", _pem),
    "ca_force_rotate": ("ca_config.force_rotate", whole),
    "autolock_managers": ("encryption_config.auto_lock_managers", flag),
    "log_driver": ("task_defaults.log_driver", named_driver),
}
