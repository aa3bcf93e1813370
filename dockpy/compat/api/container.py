"""Containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.compat import errors
from dockpy.compat.api.base import filters_param
from dockpy.compat.api.output import OutputApiMixin
from dockpy.compat.constants import DEFAULT_DATA_CHUNK_SIZE
from dockpy.compat.types.containers import ContainerConfig, HostConfig
from dockpy.compat.types.networks import EndpointConfig, NetworkingConfig
from dockpy.compat.utils.decorators import check_resource, minimum_version
from dockpy.compat.utils.utils import (
    decode_json_header,
    format_environment,
    parse_bytes,
)
from dockpy.ops import containers, images

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ContainerApiMixin"]


class ContainerApiMixin(OutputApiMixin):
    """docker-py's low-level methods on containers."""

    @check_resource("container")
    def commit(
        self,
        container: Any,
        repository: str | None = None,
        tag: str | None = None,
        message: str | None = None,
        author: str | None = None,
        pause: bool = True,
        changes: Any = None,
        conf: Any = None,
    ) -> Any:
        """Make an image of its changes."""
        params = {
            "container": container,
            "repo": repository,
            "tag": tag,
            "comment": message,
            "author": author,
            "pause": pause,
            "changes": changes,
        }
        return self._json(images.COMMIT, params=params, body=conf)

    def containers(
        self,
        quiet: bool = False,
        all: bool = False,
        trunc: bool = False,
        latest: bool = False,
        since: str | None = None,
        before: str | None = None,
        limit: int = -1,
        size: bool = False,
        filters: Any = None,
    ) -> list[dict[str, Any]]:
        """Those that run, or all."""
        params = {
            "limit": 1 if latest else limit,
            "all": int(bool(all)),
            "size": int(bool(size)),
            "trunc_cmd": int(bool(trunc)),
            "since": since,
            "before": before,
            **filters_param(filters),
        }
        found: list[dict[str, Any]] = self._json(containers.LIST, params=params)
        if quiet:
            return [{"Id": one["Id"]} for one in found]
        if trunc:
            for one in found:
                one["Id"] = one["Id"][:12]
        return found

    def create_container(
        self,
        image: str,
        command: str | list[str] | None = None,
        hostname: str | None = None,
        user: str | int | None = None,
        detach: bool = False,
        stdin_open: bool = False,
        tty: bool = False,
        ports: Any = None,
        environment: Any = None,
        volumes: Any = None,
        network_disabled: bool = False,
        name: str | None = None,
        entrypoint: str | list[str] | None = None,
        working_dir: str | None = None,
        domainname: str | None = None,
        host_config: Any = None,
        mac_address: str | None = None,
        labels: Any = None,
        stop_signal: str | int | None = None,
        networking_config: Any = None,
        healthcheck: Any = None,
        stop_timeout: int | None = None,
        runtime: str | None = None,
        use_config_proxy: bool = True,
        platform: str | None = None,
    ) -> dict[str, Any]:
        """Create one; it is not started."""
        if isinstance(environment, dict):
            environment = format_environment(environment)
        if use_config_proxy:
            environment = self._proxy_configs.inject_proxy_environment(environment) or None
        config = self.create_container_config(
            image,
            command,
            hostname=hostname,
            user=user,
            detach=detach,
            stdin_open=stdin_open,
            tty=tty,
            ports=ports,
            environment=environment,
            volumes=volumes,
            network_disabled=network_disabled,
            entrypoint=entrypoint,
            working_dir=working_dir,
            domainname=domainname,
            host_config=host_config,
            mac_address=mac_address,
            labels=labels,
            stop_signal=stop_signal,
            networking_config=networking_config,
            healthcheck=healthcheck,
            stop_timeout=stop_timeout,
            runtime=runtime,
        )
        return self.create_container_from_config(config, name, platform)

    def create_container_config(self, *args: Any, **kwargs: Any) -> ContainerConfig:
        """The settings of a container, of this client's API version."""
        return ContainerConfig(self._version, *args, **kwargs)

    def create_container_from_config(
        self, config: Any, name: str | None = None, platform: str | None = None
    ) -> dict[str, Any]:
        """Create one of its settings."""
        params = {"name": name}
        if platform:
            self._needs("1.41", "platform")
            params["platform"] = platform
        created: dict[str, Any] = self._json(containers.CREATE, params=params, body=config)
        return created

    def create_host_config(self, *args: Any, **kwargs: Any) -> HostConfig:
        """A container's settings for its host, of this client's API version."""
        if "version" in kwargs:
            raise errors.create_unexpected_kwargs_error("create_host_config", ["version"])
        kwargs["version"] = self._version
        return HostConfig(*args, **kwargs)

    def create_networking_config(self, *args: Any, **kwargs: Any) -> NetworkingConfig:
        """The networks of a container."""
        return NetworkingConfig(*args, **kwargs)

    def create_endpoint_config(self, *args: Any, **kwargs: Any) -> EndpointConfig:
        """A container's place in a network, of this client's API version."""
        return EndpointConfig(self._version, *args, **kwargs)

    @check_resource("container")
    def diff(self, container: Any) -> Any:
        """What has changed in its file system."""
        return self._json(containers.CHANGES, container)

    @check_resource("container")
    def export(self, container: Any, chunk_size: int | None = DEFAULT_DATA_CHUNK_SIZE) -> Iterator[bytes]:
        """Its file system as a tar."""
        return self._stream_raw_result(
            self._send(containers.EXPORT, container, stream=True), chunk_size, False
        )

    @check_resource("container")
    def get_archive(
        self,
        container: Any,
        path: str,
        chunk_size: int | None = DEFAULT_DATA_CHUNK_SIZE,
        encode_stream: bool = False,
    ) -> tuple[Iterator[bytes], Any]:
        """A file or folder of it as a tar, and what it is."""
        headers = {"Accept-Encoding": "gzip, deflate" if encode_stream else "identity"}
        response = self._call(
            containers.ARCHIVE, container, params={"path": path}, stream=True, headers=headers
        )
        stat = response.headers.get("x-docker-container-path-stat")
        pieces = self._stream_raw_result(response, chunk_size, False)
        return pieces, decode_json_header(stat) if stat else None

    @check_resource("container")
    def inspect_container(self, container: Any) -> Any:
        """All that is known of it."""
        return self._json(containers.INSPECT, container)

    @check_resource("container")
    def kill(self, container: Any, signal: str | int | None = None) -> None:
        """Kill it, or send it a signal."""
        params = {}
        if signal is not None:
            params["signal"] = signal if isinstance(signal, str) else int(signal)
        self._call(containers.KILL, container, params=params)

    @check_resource("container")
    def pause(self, container: Any) -> None:
        """Freeze its processes."""
        self._call(containers.PAUSE, container)

    @check_resource("container")
    def port(self, container: Any, private_port: int | str) -> Any:
        """Where a port of it is published; None where it is not."""
        ports = self._json(containers.INSPECT, container).get("NetworkSettings", {}).get("Ports")
        if ports is None:
            return None
        if "/" in str(private_port):
            return ports.get(private_port)
        published = [ports.get(f"{private_port}/{protocol}") for protocol in ("tcp", "udp", "sctp")]
        return next((one for one in published if one), published[-1])

    @check_resource("container")
    def put_archive(self, container: Any, path: str, data: Any) -> bool:
        """Unpack a tar in a folder of it."""
        response = self._call(containers.PUT_ARCHIVE, container, params={"path": path}, data=data)
        return response.status_code == 200

    @minimum_version("1.25")
    def prune_containers(self, filters: Any = None) -> Any:
        """Remove those that have ended."""
        return self._json(containers.PRUNE, params=filters_param(filters))

    @check_resource("container")
    def remove_container(
        self, container: Any, v: bool = False, link: bool = False, force: bool = False
    ) -> None:
        """Remove it; with `v`, its unnamed volumes too."""
        self._call(containers.DELETE, container, params={"v": v, "link": link, "force": force})

    @check_resource("container")
    def rename(self, container: Any, name: str) -> None:
        """Give it another name."""
        self._call(containers.RENAME, container, params={"name": name})

    @check_resource("container")
    def resize(self, container: Any, height: int, width: int) -> None:
        """Set the size of its TTY, in characters."""
        self._call(containers.RESIZE, container, params={"h": height, "w": width})

    @check_resource("container")
    def restart(self, container: Any, timeout: int = 10) -> None:
        """Stop it, with so many seconds' grace, and start it."""
        patience = None if self.timeout is None else self.timeout + timeout
        self._call(containers.RESTART, container, params={"t": timeout}, timeout=patience)

    @check_resource("container")
    def start(self, container: Any, *args: Any, **kwargs: Any) -> None:
        """Start it."""
        if args or kwargs:
            raise errors.DeprecatedMethod("start() takes no settings: give create_container a host_config")
        self._call(containers.START, container)

    @check_resource("container")
    def stats(
        self,
        container: Any,
        decode: bool | None = None,
        stream: bool = True,
        one_shot: bool | None = None,
    ) -> Any:
        """What it uses: once, or again and again."""
        params: dict[str, Any] = {"stream": stream}
        if one_shot is not None:
            self._needs("1.41", "one_shot")
            params["one-shot"] = one_shot
        if stream and one_shot:
            raise errors.InvalidArgument("one_shot goes with stream=False only")
        if decode and not stream:
            raise errors.InvalidArgument("decode goes with stream=True only")
        if not stream:
            return self._json(containers.STATS, container, params=params)
        response = self._send(containers.STATS, container, params=params, stream=True)
        return self._stream_helper(response, decode=decode)

    @check_resource("container")
    def stop(self, container: Any, timeout: int | None = None) -> None:
        """Stop it, with so many seconds' grace."""
        params = {} if timeout is None else {"t": timeout}
        patience = None if self.timeout is None else self.timeout + (10 if timeout is None else timeout)
        self._call(containers.STOP, container, params=params, timeout=patience)

    @check_resource("container")
    def top(self, container: Any, ps_args: str | None = None) -> Any:
        """Its processes."""
        return self._json(containers.TOP, container, params={"ps_args": ps_args})

    @check_resource("container")
    def unpause(self, container: Any) -> None:
        """Let its processes go on."""
        self._call(containers.UNPAUSE, container)

    @minimum_version("1.22")
    @check_resource("container")
    def update_container(
        self,
        container: Any,
        blkio_weight: int | None = None,
        cpu_period: int | None = None,
        cpu_quota: int | None = None,
        cpu_shares: int | None = None,
        cpuset_cpus: str | None = None,
        cpuset_mems: str | None = None,
        mem_limit: int | str | None = None,
        mem_reservation: int | str | None = None,
        memswap_limit: int | str | None = None,
        kernel_memory: int | str | None = None,
        restart_policy: Any = None,
    ) -> Any:
        """Change its limits."""
        data = {
            "BlkioWeight": blkio_weight,
            "CpuPeriod": cpu_period,
            "CpuShares": cpu_shares,
            "CpuQuota": cpu_quota,
            "CpusetCpus": cpuset_cpus,
            "CpusetMems": cpuset_mems,
            "Memory": parse_bytes(mem_limit or 0),
            "MemoryReservation": parse_bytes(mem_reservation or 0),
            "MemorySwap": parse_bytes(memswap_limit or 0),
            "KernelMemory": parse_bytes(kernel_memory or 0),
            "RestartPolicy": restart_policy,
        }
        changes = {name: value for name, value in data.items() if value}
        return self._json(containers.UPDATE, container, body=changes)

    @check_resource("container")
    def wait(self, container: Any, timeout: float | None = None, condition: str | None = None) -> Any:
        """Wait until it has ended, or for another condition."""
        params = {}
        if condition is not None:
            self._needs("1.30", "wait condition")
            params["condition"] = condition
        return self._json(containers.WAIT, container, timeout=timeout, params=params)
