"""The swarm of a daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.errors import InvalidArgument
from dockpy.ops import swarm as ops
from dockpy.options.service_changes import merge
from dockpy.options.swarm import SwarmOptions, availability_word, swarm_changes
from dockpy.options.values import string_list
from dockpy.resources.base import Collection, given, parse_time
from dockpy.resources.versioned import changed, index_of, read_spec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from typing_extensions import Unpack

    from dockpy.wire.swarm import JoinTokens
    from dockpy.wire.swarm import Swarm as SwarmAttrs

__all__ = ["Swarm"]

_JOINING = 20  # seconds that an engine tries, before it says that it goes on trying


class Swarm(Collection):
    """The swarm that a daemon is part of, or may become part of: ``client.swarm``."""

    _attrs: SwarmAttrs | None = None

    # What it is

    @property
    def state(self) -> str:
        """This daemon's part in it: ``inactive``, ``pending``, ``active``, ``error``, ``locked``; asked anew.

        Operation: SystemInfo.
        """
        return str((self.client.info().get("Swarm") or {}).get("LocalNodeState") or "inactive")

    @property
    def attrs(self) -> SwarmAttrs:
        """Everything the engine says of it, typed by attribute and raw by key; loaded the first time."""
        if self._attrs is None:
            self.reload()
        assert self._attrs is not None
        return self._attrs

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.attrs.get("ID") or "")

    @property
    def short_id(self) -> str:
        """The id's first 12 characters."""
        return self.id[:12]

    @property
    def version(self) -> int:
        """Which state of it is known: every change counts it up."""
        return index_of(self.attrs)

    @property
    def created(self) -> datetime | None:
        """When it was created."""
        return parse_time(self.attrs.get("CreatedAt"))

    @property
    def join_tokens(self) -> JoinTokens:
        """What lets other daemons join: ``.worker`` and ``.manager``. They are secrets."""
        return self.attrs.join_tokens

    def inspect(self) -> SwarmAttrs:
        """Everything the engine says of it, asked anew.

        Operation: SwarmInspect.
        """
        self.reload()
        return self.attrs

    def reload(self) -> None:
        """Ask the engine anew.

        Raises:
            ServerError: the daemon is no manager of a swarm.
        """
        self._attrs = self.client.api.call(ops.INSPECT)

    # This daemon's part in it

    def init(
        self,
        *,
        advertise_addr: str | None = None,
        listen_addr: str = "0.0.0.0:2377",
        data_path_addr: str | None = None,
        data_path_port: int | None = None,
        default_addr_pool: Sequence[str] | None = None,
        subnet_size: int | None = None,
        force_new_cluster: bool | None = None,
        availability: str | None = None,
        **spec: Unpack[SwarmOptions],
    ) -> str:
        """Make a new swarm, whose first manager this daemon is.

        Args:
            advertise_addr: the address, or interface, that other nodes reach it at; the engine finds it
                where the host has one only.
            listen_addr: where it listens to other managers.
            data_path_addr: the address, or interface, of the traffic between tasks.
            data_path_port: the port of that traffic on every node, 1024 to 49151.
            default_addr_pool: subnets that the swarm's networks are taken from.
            subnet_size: how long the prefixes of those networks are.
            force_new_cluster: make it of what this daemon knows of its old swarm.
            availability: ``active``, ``pause`` (no new tasks) or ``drain`` (none).
            **spec: see `SwarmOptions`.

        Returns:
            The id of this daemon's node.

        Raises:
            ServerError: the daemon is part of a swarm already.
            BadParameter: an address is none that the host has.

        Operation: SwarmInit.
        """
        changes = swarm_changes("init", spec)
        body = given(
            advertise_addr=advertise_addr,
            listen_addr=listen_addr,
            data_path_addr=data_path_addr,
            data_path_port=data_path_port,
            default_addr_pool=default_addr_pool,
            subnet_size=subnet_size,
            force_new_cluster=force_new_cluster,
            availability=availability_word(availability),
            spec=changes,
        )
        try:
            return str(self.client.api.call(ops.INIT, body=body, takes=_JOINING))
        finally:
            self._attrs = None

    def join(
        self,
        remote_addrs: Sequence[str],
        join_token: str,
        *,
        listen_addr: str = "0.0.0.0:2377",
        advertise_addr: str | None = None,
        data_path_addr: str | None = None,
        availability: str | None = None,
    ) -> None:
        """Join another daemon's swarm.

        Args:
            remote_addrs: addresses of its managers.
            join_token: one of its ``join_tokens``, which says whether this daemon becomes a worker or a
                manager.
            listen_addr: as of `init`.
            advertise_addr: as of `init`.
            data_path_addr: as of `init`.
            availability: as of `init`.

        Raises:
            ServerError: no manager answered, the token is none of its, or the daemon is part of a swarm
                already.

        Operation: SwarmJoin.
        """
        body = given(
            remote_addrs=string_list("remote_addrs", remote_addrs),
            join_token=_secret("join_token", join_token),
            listen_addr=listen_addr,
            advertise_addr=advertise_addr,
            data_path_addr=data_path_addr,
            availability=availability_word(availability),
        )
        try:
            self.client.api.call(ops.JOIN, body=body, takes=_JOINING)
        finally:
            self._attrs = None

    def leave(self, *, force: bool = False) -> None:
        """Leave it; what this daemon runs for it ends.

        Args:
            force: also where it is a manager: without its last one a swarm is lost.

        Raises:
            ServerError: it is a manager, or part of no swarm.

        Operation: SwarmLeave.
        """
        try:
            self.client.api.call(ops.LEAVE, query={"force": force or None}, takes=_JOINING)
        finally:
            self._attrs = None

    def update(
        self,
        *,
        rotate_worker_token: bool = False,
        rotate_manager_token: bool = False,
        rotate_manager_unlock_key: bool = False,
        **spec: Unpack[SwarmOptions],
    ) -> None:
        """Change it; what is not given stays as it is.

        Args:
            rotate_worker_token: make a new token for workers; the old one is worth nothing then.
            rotate_manager_token: make a new token for managers.
            rotate_manager_unlock_key: make a new unlock key.
            **spec: see `SwarmOptions`.

        Raises:
            ServerError: the daemon is no manager of a swarm.
            BadParameter: the engine does not accept a value.

        Operation: SwarmInspect, SwarmUpdate.
        """
        changes = swarm_changes("update", spec)

        def send(current: SwarmAttrs, version: int) -> None:
            wanted = read_spec("swarm.SwarmSpec", current)
            merge(wanted, changes)
            query = {
                "version": version,
                "rotateWorkerToken": rotate_worker_token or None,
                "rotateManagerToken": rotate_manager_token or None,
                "rotateManagerUnlockKey": rotate_manager_unlock_key or None,
            }
            self.client.api.call(ops.UPDATE, query=query, body=wanted)

        try:
            changed(self.inspect, send)
        finally:
            self._attrs = None

    # Locks

    def get_unlock_key(self) -> str:
        """What unlocks its managers when they start again; empty where they do not lock themselves. A secret.

        Raises:
            ServerError: the daemon is no manager of a swarm.

        Operation: SwarmUnlockkey.
        """
        return str(self.client.api.call(ops.UNLOCK_KEY).get("UnlockKey") or "")

    def unlock(self, key: str) -> None:
        """Unlock this daemon, which started again as a manager of an autolocked swarm.

        Args:
            key: the unlock key.

        Raises:
            BadParameter: it is not this swarm's.
            Conflict: it is not locked.
            ServerError: it is part of no swarm.

        Operation: SwarmUnlock.
        """
        try:
            self.client.api.call(ops.UNLOCK, body={"unlock_key": _secret("key", key)}, takes=_JOINING)
        finally:
            self._attrs = None


def _secret(option: str, value: str) -> str:
    if not isinstance(value, str) or not value or not value.isascii():
        raise InvalidArgument(f"{option}: it takes a str of ASCII letters")  # it is not shown
    return value
