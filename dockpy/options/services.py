"""The keywords of ``services.create`` and ``Service.update``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from typing_extensions import TypedDict

from dockpy.errors import InvalidArgument
from dockpy.options.devices import ulimits
from dockpy.options.health import healthcheck
from dockpy.options.keywords import check_keywords
from dockpy.options.service_mode import place_mode
from dockpy.options.service_parts import (
    credential_spec,
    file_references,
    generic_resources,
    host_lines,
    network_attachments,
    part,
    platforms,
    preferences,
    published_ports,
    restart_policy,
    seconds_ns,
    service_mounts,
)
from dockpy.options.values import (
    Duration,
    command_list,
    environment_list,
    flag,
    label_map,
    nano_cpus,
    one_of,
    pairs,
    size_bytes,
    string_list,
    text,
    typed,
    whole,
)
from dockpy.reference import ImageReference, is_image_id

if TYPE_CHECKING:
    from dockpy.options.devices import Ulimits
    from dockpy.options.health import Healthcheck
    from dockpy.options.mounts import MountOptions
    from dockpy.options.ports import Ports
    from dockpy.wire.container_spec import (
        CredentialSpec,
        DNSConfig,
        Privileges,
        SecretReference,
        SwarmConfigReference,
    )
    from dockpy.wire.containers import HealthConfig
    from dockpy.wire.mounts import Mount
    from dockpy.wire.nodes import GenericResource, Platform
    from dockpy.wire.services import EndpointSpec, ServiceMode, ServiceSpec, UpdateConfig
    from dockpy.wire.tasks import (
        EndpointPortConfig,
        NetworkAttachmentConfig,
        PlacementPreference,
        ResourceRequirements,
        SwarmRestartPolicy,
    )

__all__ = ["Named", "ServiceOptions", "service_spec"]


class Named(Protocol):
    """An object of a daemon: a network, a secret, a config."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    id: str


class ServiceOptions(TypedDict, total=False):
    """What a service shall be, beside its image and its command.

    Where a mapping is taken, its names may be Python's (``{"max_attempts": 3, "delay": "5s"}``) or the
    Engine's, which docker-py's types have (``{"MaxAttempts": 3, "Delay": 5_000_000_000}``); times are
    nanoseconds in the latter only.
    """

    name: str
    """Its name; the engine invents one where none is given."""
    labels: Mapping[str, str] | Sequence[str]
    """Its labels: ``{"name": "value"}`` or ``["name=value"]``."""
    # How many tasks
    mode: str | Mapping[str, Any] | ServiceMode
    """``replicated``, ``global``, ``replicated-job``, ``global-job``, or a `ServiceMode`."""
    replicas: int
    """How many tasks, 0 too; of a job, how many are to complete."""
    max_concurrent: int
    """Of a replicated job: how many tasks at the same time."""
    # What runs
    entrypoint: str | Sequence[str]
    """The program, in place of the image's; a str is split as a shell would."""
    args: str | Sequence[str]
    """As docker-py has it: the arguments of the command, which is the program itself then, in place of the
    image's."""
    env: Mapping[str, object] | Sequence[str]
    """Variables: ``{"NAME": "value"}`` or ``["NAME=value"]``; may be templates (``{{.Node.Hostname}}``)."""
    container_labels: Mapping[str, str] | Sequence[str]
    """Labels of the tasks' containers."""
    hostname: str
    """The containers' host name; may be a template."""
    workdir: str
    """Where the command runs."""
    user: str | int
    """Whom it runs as: a name or an id, and ``:group``."""
    groups: Sequence[str]
    """Further groups of that user."""
    tty: bool
    """Give the containers a terminal."""
    open_stdin: bool
    """Keep their standard input open."""
    read_only: bool
    """Mount their root file systems read-only."""
    init: bool
    """Run an init as the first process, which forwards signals and reaps processes."""
    isolation: str
    """On Windows: ``default``, ``process`` or ``hyperv``."""
    stop_signal: str
    """The signal that asks a container to stop."""
    stop_grace_period: Duration
    """How long to wait after that before it is killed: ``"1m30s"``, a timedelta, or seconds."""
    healthcheck: str | Sequence[str] | Healthcheck | Mapping[str, Any] | HealthConfig
    """How the containers' health is checked: ``{"test": …, "interval": "30s", …}``; ``"NONE"`` for not at
    all."""
    cap_add: Sequence[str]
    """Kernel capabilities to add."""
    cap_drop: Sequence[str]
    """Kernel capabilities to drop."""
    sysctls: Mapping[str, str | int] | Sequence[str]
    """Kernel parameters of the containers' namespaces."""
    ulimits: Ulimits
    """Limits of processes: ``{"nofile": (1024, 2048)}`` or ``["nofile=1024:2048"]``."""
    oom_score_adj: int
    """How soon the kernel kills it for memory, -1000 to 1000 (API 1.46)."""
    privileges: Mapping[str, Any] | Privileges
    """Security options, a `Privileges`: ``{"no_new_privileges": True}`` (API 1.44), SELinux, seccomp,
    AppArmor."""
    credential_spec: str | Mapping[str, Any] | CredentialSpec
    """The account of Windows containers: ``file://…``, ``registry://…`` or ``config://…``."""
    # What it is given
    mounts: Sequence[str | MountOptions | Mapping[str, Any] | Mount]
    """Mounts: ``{"type": "volume", "source": "data", "target": "/data"}``, as of ``--mount``, or
    ``"data:/data:ro"``."""
    secrets: Sequence[str | Named | Mapping[str, Any] | SecretReference]
    """Secrets: objects, names, or ``{"source": …, "target": "/path", "uid": "0", "gid": "0", "mode":
    0o400}``."""
    configs: Sequence[str | Named | Mapping[str, Any] | SwarmConfigReference]
    """Configs, as secrets are given."""
    # Where it runs
    constraints: Sequence[str]
    """Which nodes would do: ``["node.role==manager", "node.labels.zone!=a"]``."""
    preferences: Sequence[str | tuple[str, str] | Mapping[str, Any] | PlacementPreference]
    """Which of them is chosen: ``["spread=node.labels.zone"]``, the most important one first."""
    maxreplicas: int
    """How many of its tasks a node may have; 0 for any number."""
    platforms: Sequence[str | tuple[str, str] | Mapping[str, Any] | Platform]
    """Which platforms it runs on: ``["linux/amd64"]``."""
    # What it takes
    limit_cpu: float | str
    """CPUs that a task may take, such as 1.5; 0 for no limit."""
    limit_memory: int | str
    """Memory that a task may take, in bytes or as ``"512m"``; 0 for no limit."""
    limit_pids: int
    """How many processes a task may have; 0 for no limit."""
    reserve_cpu: float | str
    """CPUs that a node has to have free for a task."""
    reserve_memory: int | str
    """Memory that a node has to have free for a task."""
    generic_resources: Mapping[str, int | str] | Sequence[str | Mapping[str, Any] | GenericResource]
    """Resources that nodes declare: ``{"GPU": 2}``."""
    memory_swap: int | str
    """Swap that a task may take; -1 for no limit (API 1.52)."""
    memory_swappiness: int
    """How eagerly its memory is swapped, 0 to 100; -1 for the node's own (API 1.52)."""
    resources: Mapping[str, Any] | ResourceRequirements
    """All of the resources at once, a `ResourceRequirements`; not with the seven above."""
    # How it is reached
    networks: Sequence[str | Named | Mapping[str, Any] | NetworkAttachmentConfig]
    """Networks: objects, names, ids, or ``{"target": …, "aliases": ["db"], "driver_opts": {…}}``."""
    ports: Ports | Sequence[str | int | Mapping[str, Any] | EndpointPortConfig]
    """Ports to publish: ``{"80/tcp": 8080}``, ``["8080:80"]``, or ``[{"target": 80, "published": 8080,
    "mode": "host"}]``."""
    endpoint_mode: str
    """``vip`` (one address stands for all tasks) or ``dnsrr`` (the name resolves to each of theirs)."""
    endpoint_spec: Mapping[str, Any] | EndpointSpec
    """Both at once, an `EndpointSpec`; not with the two above."""
    hosts: Mapping[str, str] | Sequence[str]
    """Names for the containers' hosts files: ``{"db": "10.0.0.2"}`` or ``["db:10.0.0.2"]``."""
    dns: Sequence[str]
    """Addresses of name servers."""
    dns_search: Sequence[str]
    """Domains to search."""
    dns_opt: Sequence[str]
    """Options of the resolver, such as ``ndots:2``."""
    dns_config: Mapping[str, Any] | DNSConfig
    """All three at once, a `DNSConfig`; not with the three above."""
    # How it goes on
    restart_policy: str | Mapping[str, Any] | SwarmRestartPolicy
    """When a task that ended is replaced: ``none``, ``on-failure`` or ``any``, or
    ``{"condition": …, "delay": "5s", "max_attempts": 3, "window": "1m"}``."""
    update_config: Mapping[str, Any] | UpdateConfig
    """How tasks are replaced by newer ones: ``{"parallelism": 2, "delay": "10s", "order": "start-first",
    …}``."""
    rollback_config: Mapping[str, Any] | UpdateConfig
    """How they are replaced by older ones, as ``update_config`` has it."""
    log_driver: str
    """Where the containers' output goes: ``json-file``, ``none``, …"""
    log_driver_options: Mapping[str, str | int]
    """Options of the log driver; they need a driver."""


Parser = Callable[[str, Any], Any]
_CONTAINER, _LIMITS, _RESERVED = (
    "task_template.container_spec",
    "task_template.resources.limits",
    "task_template.resources.reservations",
)
_tuning = part("delay", "monitor")


def _labels(option: str, value: Any) -> dict[str, str]:
    return label_map(value)


def _env(option: str, value: Any) -> list[str]:
    return environment_list(value)


def _user(option: str, value: Any) -> str:
    return str(typed(option, value, str, int))


def _entrypoint(option: str, value: Any) -> list[str]:
    return command_list(option, value)


# Where each keyword has its place in the Engine's request, and who reads it.
_PLACES: dict[str, tuple[str, Parser]] = {
    "name": ("name", text),
    "labels": ("labels", _labels),
    "endpoint_mode": ("endpoint_spec.mode", one_of("vip", "dnsrr")),
    "endpoint_spec": ("endpoint_spec", part()),
    "ports": ("endpoint_spec.ports", published_ports),
    "update_config": ("update_config", _tuning),
    "rollback_config": ("rollback_config", _tuning),
    "networks": ("task_template.networks", network_attachments),
    "restart_policy": ("task_template.restart_policy", restart_policy),
    "log_driver": ("task_template.log_driver.name", text),
    "log_driver_options": ("task_template.log_driver.options", pairs),
    "constraints": ("task_template.placement.constraints", string_list),
    "preferences": ("task_template.placement.preferences", preferences),
    "maxreplicas": ("task_template.placement.max_replicas", whole),
    "platforms": ("task_template.placement.platforms", platforms),
    "resources": ("task_template.resources", part()),
    "memory_swap": ("task_template.resources.swap_bytes", size_bytes),
    "memory_swappiness": ("task_template.resources.memory_swappiness", whole),
    "limit_cpu": (f"{_LIMITS}.nano_cpus", nano_cpus),
    "limit_memory": (f"{_LIMITS}.memory_bytes", size_bytes),
    "limit_pids": (f"{_LIMITS}.pids", whole),
    "reserve_cpu": (f"{_RESERVED}.nano_cpus", nano_cpus),
    "reserve_memory": (f"{_RESERVED}.memory_bytes", size_bytes),
    "generic_resources": (f"{_RESERVED}.generic_resources", generic_resources),
    "entrypoint": (f"{_CONTAINER}.command", _entrypoint),
    "args": (f"{_CONTAINER}.args", _entrypoint),
    "env": (f"{_CONTAINER}.env", _env),
    "container_labels": (f"{_CONTAINER}.labels", _labels),
    "hostname": (f"{_CONTAINER}.hostname", text),
    "workdir": (f"{_CONTAINER}.dir", text),
    "user": (f"{_CONTAINER}.user", _user),
    "groups": (f"{_CONTAINER}.groups", string_list),
    "tty": (f"{_CONTAINER}.tty", flag),
    "open_stdin": (f"{_CONTAINER}.open_stdin", flag),
    "read_only": (f"{_CONTAINER}.read_only", flag),
    "init": (f"{_CONTAINER}.init", flag),
    "isolation": (f"{_CONTAINER}.isolation", one_of("default", "process", "hyperv")),
    "stop_signal": (f"{_CONTAINER}.stop_signal", text),
    "stop_grace_period": (f"{_CONTAINER}.stop_grace_period", seconds_ns),
    "healthcheck": (f"{_CONTAINER}.healthcheck", healthcheck),
    "cap_add": (f"{_CONTAINER}.capability_add", string_list),
    "cap_drop": (f"{_CONTAINER}.capability_drop", string_list),
    "sysctls": (f"{_CONTAINER}.sysctls", pairs),
    "ulimits": (f"{_CONTAINER}.ulimits", ulimits),
    "oom_score_adj": (f"{_CONTAINER}.oom_score_adj", whole),
    "privileges": (f"{_CONTAINER}.privileges", part()),
    "credential_spec": (f"{_CONTAINER}.privileges.credential_spec", credential_spec),
    "mounts": (f"{_CONTAINER}.mounts", service_mounts),
    "secrets": (f"{_CONTAINER}.secrets", file_references("secret")),
    "configs": (f"{_CONTAINER}.configs", file_references("config")),
    "hosts": (f"{_CONTAINER}.hosts", host_lines),
    "dns": (f"{_CONTAINER}.dns_config.nameservers", string_list),
    "dns_search": (f"{_CONTAINER}.dns_config.search", string_list),
    "dns_opt": (f"{_CONTAINER}.dns_config.options", string_list),
    "dns_config": (f"{_CONTAINER}.dns_config", part()),
}
_MODE = ("mode", "replicas", "max_concurrent")


def service_spec(
    function: str,
    image: str | None,
    command: str | Sequence[str] | None,
    options: Mapping[str, Any],
    current: ServiceSpec | None = None,
) -> ServiceSpec:
    """The Engine's request for a service, or what of one shall change.

    Args:
        function: the function's name, for errors.
        image: the image's reference or id; None where it shall not change.
        command: what to run in it; a str is split as a shell would. None for the image's own, or no change.
        options: the keywords of `ServiceOptions`.
        current: of a change, what the service is.

    Returns:
        Of a change, what shall be other than it is, and no more.

    Raises:
        TypeError: there is no such keyword.
        InvalidArgument: a value is none of the accepted forms, or two say the same.
        InvalidReference: the image's name is none.
    """
    from pydantic import ValidationError

    from dockpy.wire.base import faults
    from dockpy.wire.services import ServiceSpec

    check_keywords(function, options, ServiceOptions.__annotations__)
    given = {name: value for name, value in options.items() if value is not None}
    _check_said_once(given, command)
    container: dict[str, Any] = {}
    draft: dict[str, Any] = {"task_template": {"container_spec": container}}
    if image is not None or current is None:
        container["image"] = _image(image)
    if command is not None:
        container["command" if "args" in given else "args"] = command_list("command", command)
    for name, value in given.items():
        if name not in _MODE:
            _place(name, value, draft)
    place_mode({name: given[name] for name in _MODE if name in given}, draft, current)
    if not container:
        del draft["task_template"]["container_spec"]
    if not draft["task_template"]:
        del draft["task_template"]
    try:
        return ServiceSpec(**draft)
    except ValidationError as error:
        raise InvalidArgument(f"{function}(): {faults(error)}") from None


def _image(image: object) -> str:
    if not isinstance(image, str) or not image:
        raise InvalidArgument(f"image={image!r}: it takes an image's name or id")
    return image if is_image_id(image) else ImageReference.parse(image).familiar


# What says several things at once, and what says one of them.
_INSTEAD: dict[str, tuple[str, ...]] = {
    "endpoint_spec": ("endpoint_mode", "ports"),
    "resources": tuple(name for name, (path, _) in _PLACES.items() if ".resources." in path),
    "dns_config": ("dns", "dns_search", "dns_opt"),
    "privileges": ("credential_spec",),
}


def _check_said_once(given: Mapping[str, Any], command: object) -> None:
    for whole_of, parts in _INSTEAD.items():
        if whole_of in given and (again := [name for name in parts if name in given]):
            raise InvalidArgument(f"{whole_of}= and {again[0]}= say the same: give one of them")
    if command is not None and {"args", "entrypoint"} <= set(given):
        raise InvalidArgument("with args=, the command is what entrypoint= says: give one of them")


def _place(name: str, value: Any, draft: dict[str, Any]) -> None:
    """Put one keyword where the Engine has it."""
    path, parse = _PLACES[name]
    *groups, field = path.split(".")
    for group in groups:
        draft = draft.setdefault(group, {})
    draft[field] = parse(name, value)
