"""The keywords of ``containers.create`` and ``containers.run``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from dockpy.errors import InvalidArgument
from dockpy.options.keywords import check_keywords
from dockpy.options.platforms import platform_name
from dockpy.options.ports import Ports, port_bindings
from dockpy.options.values import (
    command_list,
    container_name,
    environment_list,
    is_list,
    label_map,
    size_bytes,
    string_list,
    typed,
)
from dockpy.options.volumes import Volumes, binds_and_volumes
from dockpy.reference import ImageReference, is_image_id

if TYPE_CHECKING:
    from dockpy.wire.containers import ContainerCreateRequest
    from dockpy.wire.mounts import Mount

__all__ = ["CreateOptions", "create_request"]


class CreateOptions(TypedDict, total=False):
    """What a container is created with, beside its image and its command."""

    name: str
    """Its name; the engine invents one where none is given."""
    platform: str
    """``os[/arch[/variant]]`` of the image."""
    entrypoint: str | Sequence[str]
    """The program, in place of the image's; a str is split as a shell would."""
    environment: Mapping[str, object] | Sequence[str]
    """Variables: ``{"NAME": "value"}`` or ``["NAME=value"]``; a value of None unsets what the image sets."""
    labels: Mapping[str, str] | Sequence[str]
    """Labels: ``{"name": "value"}`` or ``["name=value"]``."""
    working_dir: str
    """Where the command runs."""
    user: str | int
    """Whom it runs as: a name or an id, and ``:group``."""
    hostname: str
    """Its host name; the short id where none is given."""
    domainname: str
    """Its domain name."""
    tty: bool
    """Give it a terminal: its output is one stream then."""
    stdin_open: bool
    """Keep its standard input open."""
    ports: Ports
    """Ports to publish: ``{"80/tcp": 8080}`` or ``["127.0.0.1:8080:80/tcp"]``."""
    publish_all_ports: bool
    """Publish every port that the image exposes, each on a free port of the host."""
    volumes: Volumes
    """Volumes, host folders: ``{"/host": {"bind": "/inside", "mode": "ro"}}`` or ``["/host:/inside:ro"]``."""
    mounts: Sequence[Mount]
    """Mounts, each with all of its options."""
    tmpfs: Mapping[str, str]
    """Folders in memory, with their options: ``{"/run": "size=64m"}``."""
    network: str
    """The network that it joins."""
    network_mode: str
    """``bridge``, ``none``, ``host``, ``container:<name>`` or a network's name; not with ``network``."""
    extra_hosts: Mapping[str, str] | Sequence[str]
    """Names for its hosts file: ``{"db": "10.0.0.2"}`` or ``["db:10.0.0.2"]``."""
    dns: Sequence[str]
    """Addresses of name servers."""
    mem_limit: str | int
    """Memory, in bytes or as ``"512m"``."""
    memswap_limit: str | int
    """Memory and swap together, in bytes or as ``"1g"``; -1 for no limit."""
    nano_cpus: int
    """CPUs, in billionths of one."""
    shm_size: str | int
    """Size of ``/dev/shm``, in bytes or as ``"64m"``."""
    pids_limit: int
    """How many processes it may have; -1 for no limit."""
    restart_policy: str | Mapping[str, Any]
    """``"always"``, ``"unless-stopped"``, ``"on-failure:5"``, or ``{"Name": …, "MaximumRetryCount": …}``."""
    auto_remove: bool
    """The engine removes it when it exits."""
    privileged: bool
    """Give it all rights on the host."""
    read_only: bool
    """Mount its root file system read-only."""
    init: bool
    """Run an init as its first process, which forwards signals and reaps processes."""
    cap_add: Sequence[str]
    """Kernel capabilities to add."""
    cap_drop: Sequence[str]
    """Kernel capabilities to drop."""
    security_opt: Sequence[str]
    """Security options, such as ``no-new-privileges``."""
    sysctls: Mapping[str, str]
    """Kernel parameters of its namespaces."""
    pid_mode: str
    """``host`` or ``container:<name>``."""
    ipc_mode: str
    """``none``, ``private``, ``shareable``, ``host`` or ``container:<name>``."""
    log_config: Mapping[str, Any]
    """``{"type": "json-file", "config": {"max-size": "10m"}}``."""
    stop_signal: str
    """The signal that asks it to stop."""
    stop_timeout: int
    """Seconds to wait after that before it is killed."""


def create_request(
    function: str,
    image: str,
    command: str | Sequence[str] | None,
    options: Mapping[str, Any],
    proxies: Mapping[str, str] | None = None,
) -> tuple[ContainerCreateRequest, dict[str, str]]:
    """The Engine's request for a container.

    Args:
        function: the function's name, for errors.
        image: the image's reference or id.
        command: what to run in it; a str is split as a shell would. None for the image's own.
        options: the keywords of `CreateOptions`.
        proxies: variables that count where the environment does not name them.

    Returns:
        The request's body, and its query parameters.

    Raises:
        TypeError: there is no such keyword.
        InvalidArgument: a value is none of the accepted forms.
        InvalidReference: the image's name is none.
    """
    from pydantic import ValidationError

    from dockpy.wire.base import faults
    from dockpy.wire.containers import ContainerCreateRequest

    check_keywords(function, options, CreateOptions.__annotations__)
    given = {name: value for name, value in options.items() if value is not None}
    if not isinstance(image, str) or not image:
        raise InvalidArgument(f"image={image!r}: it takes an image's name or id")
    if not is_image_id(image):
        ImageReference.parse(image)
    if "network" in given and "network_mode" in given:
        raise InvalidArgument("network= and network_mode= say the same: give one of them")
    config: dict[str, Any] = {"image": image}
    host: dict[str, Any] = {}
    query = {name: check(given.pop(name)) for name, check in _QUERY.items() if name in given}
    if command is not None:
        config["cmd"] = command_list("command", command)
    for name, value in given.items():
        _place(name, value, config, host)
    named = {item.partition("=")[0] for item in config.get("env", [])}
    if missing := [f"{name}={value}" for name, value in (proxies or {}).items() if name not in named]:
        config["env"] = [*config.get("env", []), *missing]
    try:
        # Engines of every version take an empty HostConfig, and podman none at all.
        return ContainerCreateRequest(**config, host_config=_host_config(host)), query
    except ValidationError as error:
        raise InvalidArgument(f"{function}(): {faults(error)}") from None


def _host_config(values: dict[str, Any]) -> Any:
    from dockpy.wire.host_config import HostConfig

    return HostConfig(**values)


_QUERY: dict[str, Callable[[str], str]] = {"name": container_name, "platform": platform_name}

_CONFIG: dict[str, type] = {
    "domainname": str,
    "hostname": str,
    "stdin_open": bool,
    "stop_signal": str,
    "stop_timeout": int,
    "tty": bool,
    "working_dir": str,
}
_HOST: dict[str, type] = {
    "auto_remove": bool,
    "init": bool,
    "ipc_mode": str,
    "nano_cpus": int,
    "network": str,
    "network_mode": str,
    "pid_mode": str,
    "pids_limit": int,
    "privileged": bool,
    "publish_all_ports": bool,
    "read_only": bool,
}
# The Engine's names, where they are others.
_FIELDS = {"network": "network_mode", "read_only": "readonly_rootfs", "stdin_open": "open_stdin"}
_SIZES = {"mem_limit": "memory", "memswap_limit": "memory_swap", "shm_size": "shm_size"}
_LISTS = {"cap_add": "cap_add", "cap_drop": "cap_drop", "dns": "dns", "security_opt": "security_opt"}


def _place(name: str, value: Any, config: dict[str, Any], host: dict[str, Any]) -> None:
    """Put one keyword where the Engine has it."""
    if name in _CONFIG:
        config[_FIELDS.get(name, name)] = typed(name, value, _CONFIG[name])
    elif name in _HOST:
        host[_FIELDS.get(name, name)] = typed(name, value, _HOST[name])
    elif name in _SIZES:
        host[_SIZES[name]] = size_bytes(name, value)
    elif name in _LISTS:
        host[_LISTS[name]] = string_list(name, value)
    else:
        _PLACED[name](value, config, host)


def _entrypoint(value: Any, config: dict[str, Any], host: dict[str, Any]) -> None:
    config["entrypoint"] = command_list("entrypoint", value) or [""]  # no entrypoint at all: an empty one


def _environment(value: Any, config: dict[str, Any], host: dict[str, Any]) -> None:
    config["env"] = environment_list(value)


def _labels(value: Any, config: dict[str, Any], host: dict[str, Any]) -> None:
    config["labels"] = label_map(value)


def _user(value: Any, config: dict[str, Any], host: dict[str, Any]) -> None:
    config["user"] = str(typed("user", value, str, int))


def _ports(value: Any, config: dict[str, Any], host: dict[str, Any]) -> None:
    bindings = port_bindings(value)
    host["port_bindings"] = bindings
    config["exposed_ports"] = {port: {} for port in bindings}


def _volumes(value: Any, config: dict[str, Any], host: dict[str, Any]) -> None:
    binds, anonymous = binds_and_volumes(value)
    if binds:
        host["binds"] = binds
    if anonymous:
        config["volumes"] = {target: {} for target in anonymous}


def _mounts(value: Any, config: dict[str, Any], host: dict[str, Any]) -> None:
    if not is_list(value):
        raise InvalidArgument(f"mounts={value!r}: it takes a list of mounts")
    host["mounts"] = list(value)


def _extra_hosts(value: Any, config: dict[str, Any], host: dict[str, Any]) -> None:
    if isinstance(value, Mapping):
        value = [":".join(string_list("extra_hosts", pair)) for pair in value.items()]
    host["extra_hosts"] = string_list("extra_hosts", value)


_RESTART_POLICY = re.compile(r"([a-z-]*)(?::(\d{1,9}))?", re.ASCII)


def _restart_policy(value: Any, config: dict[str, Any], host: dict[str, Any]) -> None:
    if isinstance(value, str) and (match := _RESTART_POLICY.fullmatch(value)):
        value = {"Name": match[1], **({"MaximumRetryCount": int(match[2])} if match[2] else {})}
    elif not isinstance(value, Mapping):
        raise InvalidArgument(
            f"restart_policy={value!r}: it takes 'always', 'unless-stopped' or 'on-failure:5', "
            "or {'Name': 'on-failure', 'MaximumRetryCount': 5}"
        )
    host["restart_policy"] = value


def _log_config(value: Any, config: dict[str, Any], host: dict[str, Any]) -> None:
    if not isinstance(value, Mapping):
        raise InvalidArgument(f"log_config={value!r}: it takes {{'type': 'json-file', 'config': {{…}}}}")
    host["log_config"] = {str(name).capitalize(): item for name, item in value.items()}


def _mapping(name: str) -> Callable[[Any, dict[str, Any], dict[str, Any]], None]:
    def place(value: Any, config: dict[str, Any], host: dict[str, Any]) -> None:
        if not isinstance(value, Mapping):
            raise InvalidArgument(f"{name}={value!r}: it takes a mapping")
        host[name] = {
            typed(f"{name}: a name", key, str): str(typed(f"{name}: {key!r}", item, str, int))
            for key, item in value.items()
        }

    return place


_PLACED: dict[str, Callable[[Any, dict[str, Any], dict[str, Any]], None]] = {
    "entrypoint": _entrypoint,
    "environment": _environment,
    "extra_hosts": _extra_hosts,
    "labels": _labels,
    "log_config": _log_config,
    "mounts": _mounts,
    "ports": _ports,
    "restart_policy": _restart_policy,
    "sysctls": _mapping("sysctls"),
    "tmpfs": _mapping("tmpfs"),
    "user": _user,
    "volumes": _volumes,
}
