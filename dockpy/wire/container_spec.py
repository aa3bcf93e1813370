"""What the containers of a service are made from."""

from __future__ import annotations

from typing import Annotated

from dockpy.wire.base import JsonObject, Model, Name, Since
from dockpy.wire.containers import HealthConfig
from dockpy.wire.host_config import Ulimit
from dockpy.wire.mounts import Mount

__all__ = [
    "AppArmorOpts",
    "ContainerSpec",
    "CredentialSpec",
    "DNSConfig",
    "FileTarget",
    "Privileges",
    "SELinuxContext",
    "SeccompOpts",
    "SecretReference",
    "SwarmConfigReference",
]


# What a container may do


class CredentialSpec(Model):
    """The service account of Windows containers: one of the three."""

    config: str | None = None  # the id of a config, which the container's configs must name too
    file: str | None = None
    registry: str | None = None


class SELinuxContext(Model):
    """The SELinux labels of the container."""

    disable: bool | None = None
    user: str | None = None
    role: str | None = None
    type: str | None = None
    level: str | None = None


class SeccompOpts(Model):
    """Which system calls the container may make."""

    mode: str | None = None  # default | unconfined | custom
    profile: str | None = None  # base64 of the JSON; where the mode is custom


class AppArmorOpts(Model):
    """Whether AppArmor guards the container."""

    mode: str | None = None  # default | disabled


class Privileges(Model):
    """The container's security options."""

    credential_spec: CredentialSpec | None = None
    selinux_context: Annotated[SELinuxContext | None, Name("SELinuxContext")] = None
    seccomp: Annotated[SeccompOpts | None, Since("1.44")] = None
    app_armor: Annotated[AppArmorOpts | None, Since("1.44")] = None
    no_new_privileges: Annotated[bool | None, Since("1.44")] = None


# What a container is given


class DNSConfig(Model):
    """What stands in the container's resolv.conf."""

    nameservers: list[str] = []
    search: list[str] = []
    options: list[str] = []


class FileTarget(Model):
    """The file that a secret or config becomes in the container."""

    name: str | None = None  # a secret's is relative to /run/secrets
    uid: str | None = None
    gid: str | None = None
    mode: int | None = None  # permission bits: 0o444 is sent as 292


class SecretReference(Model):
    """A secret that the container is given."""

    file: FileTarget | None = None
    secret_id: Annotated[str | None, Name("SecretID")] = None
    secret_name: str | None = None


class SwarmConfigReference(Model):
    """A config that the container is given: as a file, or to the runtime, such as for credentials."""

    file: FileTarget | None = None
    runtime: JsonObject | None = None  # empty; that it is there says it
    config_id: Annotated[str | None, Name("ConfigID")] = None
    config_name: str | None = None


class ContainerSpec(Model):
    """The container of each of a service's tasks."""

    image: str | None = None
    labels: dict[str, str] = {}
    command: list[str] = []  # instead of the image's entrypoint
    args: list[str] = []  # instead of the image's command
    hostname: str | None = None  # may be a template
    env: list[str] = []  # NAME=value; may be templates
    dir: str | None = None
    user: str | None = None
    groups: list[str] = []
    privileges: Privileges | None = None
    tty: Annotated[bool | None, Name("TTY")] = None
    open_stdin: bool | None = None
    read_only: bool | None = None
    mounts: list[Mount] = []
    stop_signal: str | None = None
    stop_grace_period: int | None = None  # nanoseconds
    healthcheck: HealthConfig | None = None
    hosts: list[str] = []  # as in /etc/hosts: address, name, aliases
    dns_config: Annotated[DNSConfig | None, Name("DNSConfig")] = None
    secrets: list[SecretReference] = []
    oom_score_adj: Annotated[int | None, Since("1.46")] = None
    configs: list[SwarmConfigReference] = []
    isolation: str | None = None  # Windows: default | process | hyperv
    init: bool | None = None  # None: as the engine is configured
    sysctls: dict[str, str] = {}
    capability_add: list[str] = []
    capability_drop: list[str] = []
    ulimits: list[Ulimit] = []
