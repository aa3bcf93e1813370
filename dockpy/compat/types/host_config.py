"""A container's settings that concern its host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dockpy.compat import errors
from dockpy.compat.types.base import DictType, entry
from dockpy.compat.utils.utils import (
    convert_port_bindings,
    convert_tmpfs_mounts,
    convert_volume_binds,
    format_extra_hosts,
    normalize_links,
    parse_bytes,
    parse_devices,
    version_gte,
    version_lt,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "DeviceRequest",
    "HostConfig",
    "LogConfig",
    "LogConfigTypesEnum",
    "Ulimit",
    "host_config_incompatible_error",
    "host_config_type_error",
    "host_config_value_error",
    "host_config_version_error",
]


class LogConfigTypesEnum:
    """The log drivers that every engine has."""

    _values = ("json-file", "syslog", "journald", "gelf", "fluentd", "none")
    JSON, SYSLOG, JOURNALD, GELF, FLUENTD, NONE = _values


class LogConfig(DictType):
    """A log driver, ``type``, and its options, ``config``."""

    types = LogConfigTypesEnum

    def __init__(self, **kwargs: Any) -> None:
        config = kwargs.get("config", kwargs.get("Config")) or {}
        if not isinstance(config, dict):
            raise ValueError("LogConfig.config must be a dictionary")
        super().__init__({"Type": kwargs.get("type", kwargs.get("Type")), "Config": config})

    type: Any = entry("Type")

    @property
    def config(self) -> dict[str, Any]:
        """The driver's options."""
        found: dict[str, Any] = self["Config"]
        return found

    def set_config_value(self, key: str, value: Any) -> None:
        """Set an option of the driver."""
        self.config[key] = value

    def unset_config(self, key: str) -> None:
        """Remove an option of the driver."""
        self.config.pop(key, None)


class Ulimit(DictType):
    """A limit of a process: ``name``, ``soft`` and ``hard``."""

    def __init__(self, **kwargs: Any) -> None:
        name, soft, hard = (kwargs.get(key, kwargs.get(key.title())) for key in ("name", "soft", "hard"))
        if not isinstance(name, str):
            raise ValueError("Ulimit.name must be a string")
        for key, value in (("soft", soft), ("hard", hard)):
            if value and not isinstance(value, int):
                raise ValueError(f"Ulimit.{key} must be an integer")
        super().__init__({"Name": name, "Soft": soft, "Hard": hard})

    name: Any = entry("Name")
    soft: Any = entry("Soft")
    hard: Any = entry("Hard")


class DeviceRequest(DictType):
    """Devices by what they can do: ``driver``, ``count``, ``device_ids``, ``capabilities``, ``options``."""

    def __init__(self, **kwargs: Any) -> None:
        init: dict[str, Any] = {}
        for key, name, kind, said in (
            ("driver", "Driver", str, "a string"),
            ("count", "Count", int, "an integer"),
            ("device_ids", "DeviceIDs", list, "a list"),
            ("capabilities", "Capabilities", list, "a list"),
            ("options", "Options", dict, "a dict"),
        ):
            value = kwargs.get(key, kwargs.get(name))
            init[name] = kind() if value is None else value
            if not isinstance(init[name], kind):
                raise ValueError(f"DeviceRequest.{key} must be {said}")
        super().__init__(init)

    driver: Any = entry("Driver")
    count: Any = entry("Count")
    device_ids: Any = entry("DeviceIDs")
    capabilities: Any = entry("Capabilities")
    options: Any = entry("Options")


def host_config_type_error(param: str, param_value: Any, expected: str) -> TypeError:
    """The error of a value of another type."""
    return TypeError(f"Invalid type for {param} param: expected {expected} but found {type(param_value)}")


def host_config_version_error(param: str, version: str, less_than: bool = True) -> errors.InvalidVersion:
    """The error of an option that the API version does not have."""
    operator = "<" if less_than else ">"
    return errors.InvalidVersion(f"{param} param is not supported in API versions {operator} {version}")


def host_config_value_error(param: str, param_value: Any) -> ValueError:
    """The error of a value that an option does not take."""
    return ValueError(f"Invalid value for {param} param: {param_value}")


def host_config_incompatible_error(
    param: str, param_value: str, incompatible_param: str
) -> errors.InvalidArgument:
    """The error of two options that exclude each other."""
    return errors.InvalidArgument(f'"{param_value}" {param} is incompatible with {incompatible_param}')


def _same(value: Any) -> Any:
    return value


def _hosts(value: Any) -> Any:
    return format_extra_hosts(value) if isinstance(value, dict) else value


def _lxc(value: Any) -> Any:
    return (
        [{"Key": key, "Value": str(item)} for key, item in value.items()]
        if isinstance(value, dict)
        else value
    )


def _log_config(value: Any) -> Any:
    return value if isinstance(value, LogConfig) else LogConfig(**value)


def _each(kind: Callable[..., Any]) -> Callable[[Any], Any]:
    return lambda values: [value if isinstance(value, kind) else kind(**value) for value in values]  # type: ignore[arg-type]


class _Option(NamedTuple):
    """How an option becomes an entry.

    `falsy` are the options of which 0, "" and [] are sent too; `kind` is the type that is asked for.
    """

    name: str
    falsy: bool = False
    kind: type | None = None
    since: str | None = None
    convert: Callable[[Any], Any] = _same


_OPTIONS = {
    "mem_limit": _Option("Memory", falsy=True, convert=parse_bytes),
    "memswap_limit": _Option("MemorySwap", falsy=True, convert=parse_bytes),
    "mem_reservation": _Option("MemoryReservation", convert=parse_bytes),
    "kernel_memory": _Option("KernelMemory", convert=parse_bytes),
    "mem_swappiness": _Option("MemorySwappiness", falsy=True, kind=int),
    "shm_size": _Option("ShmSize", falsy=True, convert=lambda v: parse_bytes(v) if isinstance(v, str) else v),
    "pid_mode": _Option("PidMode"),
    "ipc_mode": _Option("IpcMode"),
    "privileged": _Option("Privileged"),
    "oom_kill_disable": _Option("OomKillDisable"),
    "oom_score_adj": _Option("OomScoreAdj", kind=int, since="1.22"),
    "publish_all_ports": _Option("PublishAllPorts"),
    "read_only": _Option("ReadonlyRootfs", falsy=True),
    "dns_search": _Option("DnsSearch"),
    "restart_policy": _Option("RestartPolicy", kind=dict),
    "cap_add": _Option("CapAdd"),
    "cap_drop": _Option("CapDrop"),
    "devices": _Option("Devices", convert=parse_devices),
    "group_add": _Option("GroupAdd", convert=lambda groups: [str(group) for group in groups]),
    "dns": _Option("Dns", falsy=True),
    "dns_opt": _Option("DnsOptions", falsy=True),
    "security_opt": _Option("SecurityOpt", falsy=True, kind=list),
    "sysctls": _Option("Sysctls", kind=dict, convert=lambda v: {key: str(item) for key, item in v.items()}),
    "volumes_from": _Option(
        "VolumesFrom", falsy=True, convert=lambda v: v.split(",") if isinstance(v, str) else v
    ),
    "binds": _Option("Binds", falsy=True, convert=convert_volume_binds),
    "port_bindings": _Option("PortBindings", falsy=True, convert=convert_port_bindings),
    "extra_hosts": _Option("ExtraHosts", falsy=True, convert=_hosts),
    "links": _Option("Links", falsy=True, convert=normalize_links),
    "lxc_conf": _Option("LxcConf", falsy=True, convert=_lxc),
    "cgroup_parent": _Option("CgroupParent", falsy=True),
    "ulimits": _Option("Ulimits", falsy=True, kind=list, convert=_each(Ulimit)),
    "log_config": _Option("LogConfig", falsy=True, kind=dict, convert=_log_config),
    "cpu_quota": _Option("CpuQuota", kind=int),
    "cpu_period": _Option("CpuPeriod", kind=int),
    "cpu_shares": _Option("CpuShares", kind=int),
    "cpuset_cpus": _Option("CpusetCpus"),
    "cpuset_mems": _Option("CpusetMems", kind=str),
    "cpu_rt_period": _Option("CPURealtimePeriod", kind=int, since="1.25"),
    "cpu_rt_runtime": _Option("CPURealtimeRuntime", kind=int, since="1.25"),
    "blkio_weight": _Option("BlkioWeight", kind=int, since="1.22"),
    "blkio_weight_device": _Option("BlkioWeightDevice", kind=list, since="1.22"),
    "device_read_bps": _Option("BlkioDeviceReadBps", kind=list, since="1.22"),
    "device_write_bps": _Option("BlkioDeviceWriteBps", kind=list, since="1.22"),
    "device_read_iops": _Option("BlkioDeviceReadIOps", kind=list, since="1.22"),
    "device_write_iops": _Option("BlkioDeviceWriteIOps", kind=list, since="1.22"),
    "tmpfs": _Option("Tmpfs", since="1.22", convert=convert_tmpfs_mounts),
    "userns_mode": _Option("UsernsMode", since="1.23"),
    "uts_mode": _Option("UTSMode"),
    "pids_limit": _Option("PidsLimit", kind=int, since="1.23"),
    "isolation": _Option("Isolation", kind=str, since="1.24"),
    "auto_remove": _Option("AutoRemove", since="1.25"),
    "storage_opt": _Option("StorageOpt", falsy=True, since="1.24"),
    "init": _Option("Init", falsy=True, since="1.25"),
    "init_path": _Option("InitPath", falsy=True, since="1.25"),
    "volume_driver": _Option("VolumeDriver", falsy=True),
    "cpu_count": _Option("CpuCount", kind=int, since="1.25"),
    "cpu_percent": _Option("CpuPercent", kind=int, since="1.25"),
    "nano_cpus": _Option("NanoCpus", kind=int, since="1.25"),
    "runtime": _Option("Runtime", since="1.25"),
    "mounts": _Option("Mounts", falsy=True, since="1.30"),
    "device_cgroup_rules": _Option("DeviceCgroupRules", falsy=True, kind=list, since="1.28"),
    "device_requests": _Option(
        "DeviceRequests", falsy=True, kind=list, since="1.40", convert=_each(DeviceRequest)
    ),
    "cgroupns": _Option("CgroupnsMode"),
}
_SAID: dict[tuple[str, type], str] = {("log_config", dict): "LogConfig", ("isolation", str): "string"}


class HostConfig(dict[str, Any]):
    """A container's settings that concern its host: its limits, its mounts, its ports, what it may do."""

    def __init__(
        self,
        version: str,
        binds: Any = None,
        port_bindings: Any = None,
        lxc_conf: Any = None,
        publish_all_ports: bool = False,
        links: Any = None,
        privileged: bool = False,
        dns: list[str] | None = None,
        dns_search: list[str] | None = None,
        volumes_from: Any = None,
        network_mode: str | None = None,
        restart_policy: dict[str, Any] | None = None,
        cap_add: list[str] | None = None,
        cap_drop: list[str] | None = None,
        devices: Any = None,
        extra_hosts: Any = None,
        read_only: bool | None = None,
        pid_mode: str | None = None,
        ipc_mode: str | None = None,
        security_opt: list[str] | None = None,
        ulimits: list[Any] | None = None,
        log_config: Any = None,
        mem_limit: int | str | None = None,
        memswap_limit: int | str | None = None,
        mem_reservation: int | str | None = None,
        kernel_memory: int | str | None = None,
        mem_swappiness: int | None = None,
        cgroup_parent: str | None = None,
        group_add: list[Any] | None = None,
        cpu_quota: int | None = None,
        cpu_period: int | None = None,
        blkio_weight: int | None = None,
        blkio_weight_device: list[Any] | None = None,
        device_read_bps: list[Any] | None = None,
        device_write_bps: list[Any] | None = None,
        device_read_iops: list[Any] | None = None,
        device_write_iops: list[Any] | None = None,
        oom_kill_disable: bool = False,
        shm_size: int | str | None = None,
        sysctls: dict[str, Any] | None = None,
        tmpfs: Any = None,
        oom_score_adj: int | None = None,
        dns_opt: list[str] | None = None,
        cpu_shares: int | None = None,
        cpuset_cpus: str | None = None,
        userns_mode: str | None = None,
        uts_mode: str | None = None,
        pids_limit: int | None = None,
        isolation: str | None = None,
        auto_remove: bool = False,
        storage_opt: dict[str, str] | None = None,
        init: bool | None = None,
        init_path: str | None = None,
        volume_driver: str | None = None,
        cpu_count: int | None = None,
        cpu_percent: int | None = None,
        nano_cpus: int | None = None,
        cpuset_mems: str | None = None,
        runtime: str | None = None,
        mounts: list[Any] | None = None,
        cpu_rt_period: int | None = None,
        cpu_rt_runtime: int | None = None,
        device_cgroup_rules: list[str] | None = None,
        device_requests: list[Any] | None = None,
        cgroupns: str | None = None,
    ) -> None:
        options = {name: value for name, value in locals().items() if name in _OPTIONS}
        super().__init__({"NetworkMode": network_mode or "default"})
        if network_mode == "host" and port_bindings:
            raise host_config_incompatible_error("network_mode", "host", "port_bindings")
        for param, mode in (("userns_mode", userns_mode), ("uts_mode", uts_mode)):
            if mode and mode != "host":
                raise host_config_value_error(param, mode)
        if init_path is not None and version_gte(version, "1.29"):
            raise host_config_version_error("init_path", "1.29", False)
        for param, value in options.items():
            option = _OPTIONS[param]
            if value is not None and (value or option.falsy):
                self[option.name] = _entry(version, param, option, value)


def _entry(version: str, param: str, option: _Option, value: Any) -> Any:
    if option.kind and not isinstance(value, option.kind):
        said = _SAID.get((param, option.kind), option.kind.__name__)
        raise host_config_type_error(param, value, said)
    if option.since and version_lt(version, option.since):
        raise host_config_version_error(param, option.since)
    return option.convert(value)
