"""The swarm and its nodes."""

from __future__ import annotations

from typing import Any

from dockpy.compat import errors
from dockpy.compat.api.base import BaseClient, filters_param
from dockpy.compat.constants import DEFAULT_SWARM_ADDR_POOL, DEFAULT_SWARM_SUBNET_SIZE
from dockpy.compat.types.swarm import SwarmSpec
from dockpy.compat.utils.decorators import check_resource, minimum_version
from dockpy.ops import nodes, swarm

__all__ = ["SwarmApiMixin"]


class SwarmApiMixin(BaseClient):
    """docker-py's low-level methods on the swarm."""

    def create_swarm_spec(self, *args: Any, **kwargs: Any) -> SwarmSpec:
        """The settings of a swarm, of this client's API version."""
        if authority := kwargs.pop("external_ca", None):
            kwargs["external_cas"] = [authority]
        return SwarmSpec(self._version, *args, **kwargs)

    @minimum_version("1.24")
    def get_unlock_key(self) -> Any:
        """The key that unlocks a manager."""
        return self._json(swarm.UNLOCK_KEY)

    @minimum_version("1.24")
    def init_swarm(
        self,
        advertise_addr: str | None = None,
        listen_addr: str = "0.0.0.0:2377",
        force_new_cluster: bool = False,
        swarm_spec: Any = None,
        default_addr_pool: list[str] | None = None,
        subnet_size: int | None = None,
        data_path_addr: str | None = None,
        data_path_port: int | None = None,
    ) -> Any:
        """Make the engine the first node of a swarm; the node's id."""
        if swarm_spec is not None and not isinstance(swarm_spec, dict):
            raise TypeError("swarm_spec must be a dictionary")
        if default_addr_pool is not None or subnet_size is not None:
            self._needs("1.39", "default_addr_pool and subnet_size")
            subnet_size = DEFAULT_SWARM_SUBNET_SIZE if subnet_size is None else subnet_size
            default_addr_pool = DEFAULT_SWARM_ADDR_POOL if default_addr_pool is None else default_addr_pool
        if data_path_addr is not None:
            self._needs("1.30", "data_path_addr")
        if data_path_port is not None:
            self._needs("1.40", "data_path_port")
        body = {
            "AdvertiseAddr": advertise_addr,
            "ListenAddr": listen_addr,
            "DefaultAddrPool": default_addr_pool,
            "SubnetSize": subnet_size,
            "ForceNewCluster": force_new_cluster,
            "Spec": swarm_spec,
            "DataPathAddr": data_path_addr,
            "DataPathPort": data_path_port,
        }
        return self._json(swarm.INIT, body=body)

    @minimum_version("1.24")
    def inspect_swarm(self) -> Any:
        """All that is known of the swarm."""
        return self._json(swarm.INSPECT)

    @check_resource("node_id")
    @minimum_version("1.24")
    def inspect_node(self, node_id: Any) -> Any:
        """All that is known of a node."""
        return self._json(nodes.INSPECT, node_id)

    @minimum_version("1.24")
    def join_swarm(
        self,
        remote_addrs: list[str],
        join_token: str,
        listen_addr: str = "0.0.0.0:2377",
        advertise_addr: str | None = None,
        data_path_addr: str | None = None,
    ) -> bool:
        """Make the engine a node of a swarm."""
        if data_path_addr is not None:
            self._needs("1.30", "data_path_addr")
        body = {
            "RemoteAddrs": remote_addrs,
            "ListenAddr": listen_addr,
            "JoinToken": join_token,
            "AdvertiseAddr": advertise_addr,
            "DataPathAddr": data_path_addr,
        }
        self._call(swarm.JOIN, body=body)
        return True

    @minimum_version("1.24")
    def leave_swarm(self, force: bool = False) -> bool:
        """Leave the swarm; by force, it is no error that there is none."""
        response = self._send(swarm.LEAVE, params={"force": force})
        if not (force and response.status_code in (406, 503)):
            self._raise_for_status(response)
        return True

    @minimum_version("1.24")
    def nodes(self, filters: Any = None) -> Any:
        """Its nodes."""
        return self._json(nodes.LIST, params=filters_param(filters))

    @check_resource("node_id")
    @minimum_version("1.24")
    def remove_node(self, node_id: Any, force: bool = False) -> bool:
        """Remove a node."""
        self._call(nodes.DELETE, node_id, params={"force": force})
        return True

    @minimum_version("1.24")
    def unlock_swarm(self, key: Any) -> bool:
        """Unlock a manager."""
        if isinstance(key, dict) and "UnlockKey" not in key:
            raise errors.InvalidArgument("An unlock key is a str, or a dict with an UnlockKey")
        self._call(swarm.UNLOCK, body=key if isinstance(key, dict) else {"UnlockKey": key})
        return True

    @minimum_version("1.24")
    def update_node(self, node_id: str, version: int, node_spec: Any = None) -> bool:
        """Change a node's settings."""
        self._call(nodes.UPDATE, node_id, params={"version": version}, body=node_spec)
        return True

    @minimum_version("1.24")
    def update_swarm(
        self,
        version: int,
        swarm_spec: Any = None,
        rotate_worker_token: bool = False,
        rotate_manager_token: bool = False,
        rotate_manager_unlock_key: bool = False,
    ) -> bool:
        """Change the swarm's settings."""
        params = {
            "rotateWorkerToken": rotate_worker_token,
            "rotateManagerToken": rotate_manager_token,
            "version": version,
        }
        if rotate_manager_unlock_key:
            self._needs("1.25", "rotate_manager_unlock_key")
            params["rotateManagerUnlockKey"] = rotate_manager_unlock_key
        self._call(swarm.UPDATE, params=params, body=swarm_spec)
        return True
