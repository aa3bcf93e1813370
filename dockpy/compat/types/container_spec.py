"""The containers of a service: what they run, mount and know."""

from __future__ import annotations

from typing import Any

from dockpy.compat import errors
from dockpy.compat.constants import IS_WINDOWS_PLATFORM
from dockpy.compat.types.base import given
from dockpy.compat.utils.decorators import check_resource
from dockpy.compat.utils.utils import format_environment, format_extra_hosts, parse_bytes, split_command

__all__ = [
    "ConfigReference",
    "ContainerSpec",
    "DNSConfig",
    "DriverConfig",
    "Mount",
    "Privileges",
    "SecretReference",
]


class ContainerSpec(dict[str, Any]):
    """The containers of a service."""

    def __init__(
        self,
        image: str,
        command: str | list[str] | None = None,
        args: list[str] | None = None,
        hostname: str | None = None,
        env: Any = None,
        workdir: str | None = None,
        user: str | None = None,
        labels: dict[str, str] | None = None,
        mounts: list[Any] | None = None,
        stop_grace_period: int | None = None,
        secrets: list[Any] | None = None,
        tty: bool | None = None,
        groups: list[str] | None = None,
        open_stdin: bool | None = None,
        read_only: bool | None = None,
        stop_signal: str | None = None,
        healthcheck: Any = None,
        hosts: dict[str, str] | None = None,
        dns_config: Any = None,
        configs: list[Any] | None = None,
        privileges: Any = None,
        isolation: str | None = None,
        init: bool | None = None,
        cap_add: list[str] | None = None,
        cap_drop: list[str] | None = None,
        sysctls: dict[str, Any] | None = None,
    ) -> None:
        _check(list, secrets=secrets, configs=configs, cap_add=cap_add, cap_drop=cap_drop)
        _check(dict, sysctls=sysctls)
        words = split_command(command) if isinstance(command, str) else command
        super().__init__({"Image": image, "Command": words, "Args": args})
        if mounts is not None:
            self["Mounts"] = [
                Mount.parse_mount_string(mount) if isinstance(mount, str) else mount for mount in mounts
            ]
        self.update(
            given(
                Hostname=hostname,
                Env=format_environment(env) if isinstance(env, dict) else env,
                Dir=workdir,
                User=user,
                Groups=groups,
                StopSignal=stop_signal,
                StopGracePeriod=stop_grace_period,
                Labels=labels,
                Hosts=None if hosts is None else format_extra_hosts(hosts, task=True),
                Secrets=secrets,
                Configs=configs,
                DNSConfig=dns_config,
                Privileges=privileges,
                Healthcheck=healthcheck,
                TTY=tty,
                OpenStdin=open_stdin,
                ReadOnly=read_only,
                Isolation=isolation,
                Init=init,
                CapabilityAdd=cap_add,
                CapabilityDrop=cap_drop,
                Sysctls=sysctls,
            )
        )


def _check(kind: type, **options: Any) -> None:
    for option, value in options.items():
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{option} must be a {kind.__name__}")


class Mount(dict[str, Any]):
    """A mount of a container: a volume, a folder of the host, or memory."""

    def __init__(
        self,
        target: str,
        source: str | None,
        type: str = "volume",
        read_only: bool = False,
        consistency: str | None = None,
        propagation: str | None = None,
        no_copy: bool = False,
        labels: dict[str, str] | None = None,
        driver_config: Any = None,
        tmpfs_size: int | str | None = None,
        tmpfs_mode: int | None = None,
        subpath: str | None = None,
    ) -> None:
        if type not in ("bind", "volume", "tmpfs", "npipe"):
            raise errors.InvalidArgument(f'Unsupported mount type: "{type}"')
        super().__init__({"Target": target, "Source": source, "Type": type, "ReadOnly": read_only})
        if consistency:
            self["Consistency"] = consistency
        of_volume, of_tmpfs = [labels, driver_config, no_copy], [tmpfs_size, tmpfs_mode]
        if type == "bind":
            _refuse(type, *of_volume, *of_tmpfs, subpath)
            if propagation is not None:
                self["BindOptions"] = {"Propagation": propagation}
        elif type == "volume":
            _refuse(type, propagation, *of_tmpfs)
            options = {
                "NoCopy": bool(no_copy),
                "Labels": labels,
                "DriverConfig": driver_config,
                "Subpath": subpath,
            }
            if any(options.values()):
                self["VolumeOptions"] = {name: value for name, value in options.items() if value}
        elif type == "tmpfs":
            _refuse(type, propagation, *of_volume)
            if tmpfs_mode and not isinstance(tmpfs_mode, int):
                raise errors.InvalidArgument("tmpfs_mode must be an integer")
            if any(of_tmpfs):
                size = parse_bytes(tmpfs_size) if tmpfs_size else None
                self["TmpfsOptions"] = given(Mode=tmpfs_mode or None, SizeBytes=size)

    @classmethod
    def parse_mount_string(cls, string: str) -> Mount:
        """The mount of ``[source:]target[:rw|ro]``."""
        parts = string.split(":")
        if len(parts) > 3:
            raise errors.InvalidArgument(f'Invalid mount format "{string}"')
        if len(parts) == 1:
            return cls(target=parts[0], source=None)
        source, target, *mode = parts
        drive = IS_WINDOWS_PLATFORM and source[0].isalpha() and source[1:2] == ":"
        kind = "bind" if source.startswith("/") or drive else "volume"
        return cls(target, source, read_only=mode not in ([], ["rw"]), type=kind)


def _refuse(kind: str, *options: Any) -> None:
    if any(options):
        raise errors.InvalidArgument(f"A mount of the type {kind} has options of another type")


class DriverConfig(dict[str, Any]):
    """A driver and its options."""

    def __init__(self, name: str, options: dict[str, str] | None = None) -> None:
        super().__init__({"Name": name})
        if options:
            self["Options"] = options


def _file(filename: str | None, name: str, uid: Any, gid: Any, mode: int) -> dict[str, Any]:
    return {"Name": filename or name, "UID": uid or "0", "GID": gid or "0", "Mode": mode}


class SecretReference(dict[str, Any]):
    """A secret that a service's containers get."""

    @check_resource("secret_id")
    def __init__(
        self,
        secret_id: Any,
        secret_name: str,
        filename: str | None = None,
        uid: str | None = None,
        gid: str | None = None,
        mode: int = 0o444,
    ) -> None:
        super().__init__({"SecretName": secret_name, "SecretID": secret_id})
        self["File"] = _file(filename, secret_name, uid, gid, mode)


class ConfigReference(dict[str, Any]):
    """A config that a service's containers get."""

    @check_resource("config_id")
    def __init__(
        self,
        config_id: Any,
        config_name: str,
        filename: str | None = None,
        uid: str | None = None,
        gid: str | None = None,
        mode: int = 0o444,
    ) -> None:
        super().__init__({"ConfigName": config_name, "ConfigID": config_id})
        self["File"] = _file(filename, config_name, uid, gid, mode)


class DNSConfig(dict[str, Any]):
    """How containers resolve names."""

    def __init__(
        self,
        nameservers: list[str] | None = None,
        search: list[str] | None = None,
        options: list[str] | None = None,
    ) -> None:
        super().__init__({"Nameservers": nameservers, "Search": search, "Options": options})


class Privileges(dict[str, Any]):
    """What Windows and SELinux know a container as."""

    def __init__(
        self,
        credentialspec_file: str | None = None,
        credentialspec_registry: str | None = None,
        selinux_disable: bool | None = None,
        selinux_user: str | None = None,
        selinux_role: str | None = None,
        selinux_type: str | None = None,
        selinux_level: str | None = None,
    ) -> None:
        credential = given(Registry=credentialspec_registry, File=credentialspec_file)
        if len(credential) > 1:
            raise errors.InvalidArgument("credentialspec_file and credentialspec_registry exclude each other")
        super().__init__()
        if credential:
            self["CredentialSpec"] = credential
        self["SELinuxContext"] = {
            "Disable": selinux_disable,
            "User": selinux_user,
            "Role": selinux_role,
            "Type": selinux_type,
            "Level": selinux_level,
        }
