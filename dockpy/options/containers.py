"""The keywords of ``containers.create`` and ``containers.run``.

They are declared by idea, each with the table that says where the Engine has it: `process`, `networking`,
`storage`, `limits` and `isolation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.errors import InvalidArgument
from dockpy.options import isolation, limits, networking, process, storage
from dockpy.options.endpoints import settle_networks
from dockpy.options.fields import Draft, Parser, Place, Surroundings
from dockpy.options.isolation import IsolationOptions
from dockpy.options.keywords import check_keywords
from dockpy.options.limits import LimitOptions
from dockpy.options.networking import NetworkOptions
from dockpy.options.process import ProcessOptions
from dockpy.options.storage import StorageOptions
from dockpy.options.values import command_list, flag, one_of
from dockpy.reference import ImageReference, is_image_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.wire.containers import ContainerCreateRequest

__all__ = ["CreateOptions", "create_request"]


class CreateOptions(
    ProcessOptions, NetworkOptions, StorageOptions, LimitOptions, IsolationOptions, total=False
):
    """What a container is created with, beside its image and its command."""


def _checked(parse: Parser) -> Place:
    def place(draft: Draft, option: str, value: Any) -> None:
        parse(option, value)

    return place


_FIELDS: dict[str, Place] = {
    **process.FIELDS,
    **networking.FIELDS,
    **storage.FIELDS,
    **limits.FIELDS,
    **isolation.FIELDS,
    # The caller sees to these; their values are checked all the same.
    "pull": _checked(one_of("always", "missing", "never")),
    "use_config_proxy": _checked(flag),
}

# Options that say the same, or the opposite.
_EXCLUSIVE = (
    ("network", "network_mode"),
    ("networks", "networking_config"),
    ("cpus", "nano_cpus"),
    ("log_config", "log_driver"),
    ("log_config", "log_opts"),
)

# The docker command's flags, and docker-py's keywords that engines have forgotten.
_ELSEWHERE = {
    "add_host": "extra_hosts",
    "annotation": "annotations",
    "detach_keys": "Container.attach()",
    "device": "devices",
    "device_cgroup_rule": "device_cgroup_rules",
    "dns_option": "dns_opt",
    "env": "environment",
    "health_cmd": "healthcheck={'test': …}",
    "health_interval": "healthcheck={'interval': …}",
    "health_retries": "healthcheck={'retries': …}",
    "health_start_interval": "healthcheck={'start_interval': …}",
    "health_start_period": "healthcheck={'start_period': …}",
    "health_timeout": "healthcheck={'timeout': …}",
    "init_path": "init",
    "interactive": "stdin_open",
    "io_maxbandwidth": "io_maximum_bandwidth",
    "io_maxiops": "io_maximum_iops",
    "ipc": "ipc_mode",
    "label": "labels",
    "link": "links",
    "link_local_ip": "link_local_ips",
    "log_opt": "log_opts",
    "memory": "mem_limit",
    "memory_reservation": "mem_reservation",
    "memory_swap": "memswap_limit",
    "memory_swappiness": "mem_swappiness",
    "mount": "mounts",
    "network_alias": "network_aliases",
    "pid": "pid_mode",
    "publish": "ports",
    "publish_all": "publish_all_ports",
    "restart": "restart_policy",
    "rm": "remove",
    "sysctl": "sysctls",
    "ulimit": "ulimits",
    "userns": "userns_mode",
    "uts": "uts_mode",
    "volume": "volumes",
    "workdir": "working_dir",
}


def create_request(
    function: str,
    image: str,
    command: str | Sequence[str] | None,
    options: Mapping[str, Any],
    proxies: Mapping[str, str] | None = None,
    around: Surroundings | None = None,
) -> tuple[ContainerCreateRequest, dict[str, str]]:
    """The Engine's request for a container.

    Args:
        function: the function's name, for errors.
        image: the image's reference or id.
        command: what to run in it; a str is split as a shell would. None for the image's own.
        options: the keywords of `CreateOptions`.
        proxies: variables that count where the environment does not name them.
        around: the caller's machine; one without files where there is none.

    Returns:
        The request's body, which `for_version` has still to fit to the engine's version, and its query
        parameters.

    Raises:
        TypeError: there is no such keyword.
        InvalidArgument: a value is none of the accepted forms.
        InvalidReference: the image's name is none.
    """
    check_keywords(function, options, CreateOptions.__annotations__, _ELSEWHERE)
    given = {name: value for name, value in options.items() if value is not None}
    if not isinstance(image, str) or not image:
        raise InvalidArgument(f"image={image!r}: it takes an image's name or id")
    if not is_image_id(image):
        ImageReference.parse(image)
    _check_contradictions(given)
    draft = Draft(around or Surroundings())
    draft.config["image"] = image
    if command is not None:
        draft.config["cmd"] = command_list("command", command)
    for name, value in given.items():
        _FIELDS[name](draft, name, value)
    _settle(draft)
    settle_networks(draft)
    if given.get("use_config_proxy", True):
        _add_proxies(draft, proxies or {})
    return _validated(function, draft), draft.query


def _check_contradictions(given: Mapping[str, Any]) -> None:
    for one, other in _EXCLUSIVE:
        if one in given and other in given:
            raise InvalidArgument(f"{one}= and {other}= say the same: give one of them")
    if given.get("no_healthcheck") and "healthcheck" in given:
        raise InvalidArgument("healthcheck= and no_healthcheck=True say the opposite: give one of them")
    if given.get("ports") and "host" in (given.get("network"), given.get("network_mode")):
        raise InvalidArgument("ports= publishes nothing where network='host': it has the host's own ports")
    if given.get("log_driver") == "none" and given.get("log_opts"):
        raise InvalidArgument("log_opts= says nothing to log_driver='none', which has no options")


def _settle(draft: Draft) -> None:
    """What follows from several options together."""
    if draft.config.get("attach_stdin") and draft.config.get("open_stdin"):
        draft.config.setdefault("stdin_once", True)
    policy = draft.host.get("restart_policy")
    name = policy.get("Name", policy.get("name")) if policy is not None else None
    if draft.host.get("auto_remove") and name not in (None, "", "no"):
        raise InvalidArgument(f"restart_policy={name!r} starts again what auto_remove=True removes: give one")


def _add_proxies(draft: Draft, proxies: Mapping[str, str]) -> None:
    named = {item.partition("=")[0] for item in draft.config.get("env", [])}
    if missing := [f"{name}={value}" for name, value in proxies.items() if name not in named]:
        draft.config["env"] = [*draft.config.get("env", []), *missing]


def _validated(function: str, draft: Draft) -> ContainerCreateRequest:
    from pydantic import ValidationError

    from dockpy.wire.base import faults
    from dockpy.wire.containers import ContainerCreateRequest
    from dockpy.wire.host_config import HostConfig

    try:
        # Engines of every version take an empty HostConfig, and podman none at all.
        return ContainerCreateRequest(**draft.config, host_config=HostConfig(**draft.host))
    except ValidationError as error:
        raise InvalidArgument(f"{function}(): {faults(error, draft.options)}") from None
