"""The swarm that the daemon is part of."""

from __future__ import annotations

from typing import Any

from dockpy.compat.errors import APIError
from dockpy.compat.models.resource import Model

__all__ = ["Swarm"]

_NOT_A_MANAGER = (406, 503)
_NINETY_DAYS = 90 * 24 * 60 * 60 * 10**9


class Swarm(Model):
    """The swarm, as it was when it was asked last; nothing where the daemon is in none."""

    id_attribute = "ID"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.client is not None:
            try:
                self.reload()
            except APIError as error:
                if error.status_code not in _NOT_A_MANAGER:
                    raise

    @property
    def version(self) -> int:
        """The version of what is known of it; `update` takes none but the newest."""
        return int(self.attrs["Version"]["Index"])

    def get_unlock_key(self) -> Any:
        """The key that unlocks managers, as ``UnlockKey``."""
        return self.client.api.get_unlock_key()

    def init(
        self,
        advertise_addr: str | None = None,
        listen_addr: str = "0.0.0.0:2377",
        force_new_cluster: bool = False,
        default_addr_pool: list[str] | None = None,
        subnet_size: int | None = None,
        data_path_addr: str | None = None,
        data_path_port: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Start a swarm with this daemon as its manager; the node's ID.

        Args:
            advertise_addr: what the others reach it by: an address or an interface, with or without a port.
            listen_addr: where it listens for the others.
            force_new_cluster: a new swarm of this node alone, out of one that lost its managers.
            default_addr_pool: subnets in CIDR that global networks are cut from.
            subnet_size: the prefix length of each.
            data_path_addr: the address or interface of the containers' traffic.
            data_path_port: the port of the containers' traffic.
            kwargs: the swarm's settings, as of `APIClient.create_swarm_spec`.
        """
        node_id = self.client.api.init_swarm(
            advertise_addr=advertise_addr,
            listen_addr=listen_addr,
            force_new_cluster=force_new_cluster,
            default_addr_pool=default_addr_pool,
            subnet_size=subnet_size,
            data_path_addr=data_path_addr,
            data_path_port=data_path_port,
            swarm_spec=self.client.api.create_swarm_spec(**kwargs),
        )
        self.reload()
        return node_id

    def join(self, *args: Any, **kwargs: Any) -> bool:
        """Have the daemon join a swarm: see `APIClient.join_swarm`."""
        return self.client.api.join_swarm(*args, **kwargs)

    def leave(self, *args: Any, **kwargs: Any) -> bool:
        """Have the daemon leave its swarm; a manager, with ``force`` only."""
        return self.client.api.leave_swarm(*args, **kwargs)

    def reload(self) -> None:
        """Ask the daemon again, and keep the answer as `attrs`."""
        self.attrs: dict[str, Any] = self.client.api.inspect_swarm()

    def unlock(self, key: str | dict[str, str]) -> bool:
        """Unlock a manager that was restarted."""
        return self.client.api.unlock_swarm(key)

    def update(
        self,
        rotate_worker_token: bool = False,
        rotate_manager_token: bool = False,
        rotate_manager_unlock_key: bool = False,
        **kwargs: Any,
    ) -> bool:
        """Change the swarm's settings.

        Args:
            rotate_worker_token: a new token for workers that join.
            rotate_manager_token: a new token for managers that join.
            rotate_manager_unlock_key: a new key to unlock managers with.
            kwargs: the swarm's settings, as of `APIClient.create_swarm_spec`; what is not given is set back.
        """
        # The engine refuses a specification without it.
        if kwargs.get("node_cert_expiry") is None:
            kwargs["node_cert_expiry"] = _NINETY_DAYS
        return self.client.api.update_swarm(
            version=self.version,
            swarm_spec=self.client.api.create_swarm_spec(**kwargs),
            rotate_worker_token=rotate_worker_token,
            rotate_manager_token=rotate_manager_token,
            rotate_manager_unlock_key=rotate_manager_unlock_key,
        )
