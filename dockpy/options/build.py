"""The keywords of ``images.build``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Literal

from typing_extensions import TypedDict

from dockpy.errors import InvalidArgument
from dockpy.options.devices import ulimits
from dockpy.options.keywords import check_keywords
from dockpy.options.platforms import platform_name
from dockpy.options.values import (
    flag,
    is_list,
    is_text,
    label_map,
    one_of,
    size_bytes,
    string_list,
    text,
    whole,
)
from dockpy.reference import ImageReference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockpy.options.devices import Ulimits
    from dockpy.options.fields import PathLike

__all__ = ["BuildOptions", "BuildRequest", "build_request"]


class BuildOptions(TypedDict, total=False):
    """How an image is built. Where what it is built from comes from stands first."""

    path: str | PathLike
    """The folder that is sent, without what its ``.dockerignore`` leaves out; or a URL, as of ``remote``."""
    fileobj: IO[bytes] | IO[str] | bytes | Iterable[bytes]
    """The Dockerfile, open for reading; with ``custom_context=True`` a tar of the context."""
    dockerfile: str | PathLike
    """The Dockerfile's path, relative to the folder; or its text, where it holds a line break."""
    custom_context: bool
    """``fileobj`` is a tar of the context, plain or compressed."""
    encoding: str
    """How a tar of one's own is compressed. Engines see that for themselves."""
    remote: str
    """Where the daemon fetches the context: the URL of a git repository, a tar or a Dockerfile."""
    gzip: bool
    """Compress what is sent: worth it over slow networks."""
    compression: Literal["gzip"] | None
    """The same, by the docker command's name."""

    tag: str | Sequence[str]
    """The image's name, with or without a tag; or several."""
    tags: Sequence[str]
    """Further names."""
    buildargs: Mapping[str, object] | Sequence[str]
    """Values for the Dockerfile's ARGs: ``{"NAME": "value"}`` or ``["NAME=value"]``."""
    use_config_proxy: bool
    """Give it the proxies of docker's configuration as arguments, True where nothing is said."""
    target: str
    """The stage to build."""
    labels: Mapping[str, str] | Sequence[str]
    """Labels for the image: ``{"name": "value"}`` or ``["name=value"]``."""
    platform: str
    """``os[/arch[/variant]]`` of the image."""
    cache_from: str | Sequence[str]
    """Images whose layers may be taken for the same steps."""
    nocache: bool
    """Run every step, whatever has been built before."""
    pull: bool
    """Ask for newer versions of the images that it is built from."""
    rm: bool
    """Remove the containers of its steps when it succeeds; the engine does where nothing is said."""
    forcerm: bool
    """Remove the containers of its steps when it fails too."""
    squash: bool
    """Make one layer of the new ones (engines with experimental features)."""
    quiet: bool
    """No output of the steps; the image alone."""
    builder: Literal["auto", "classic", "buildkit"]
    """What builds it: the engine's classic builder, or BuildKit. ``auto`` is the classic one so far."""

    network_mode: str
    """The network of its steps: ``none``, ``host``, ``container:<name>`` or a network's name."""
    extra_hosts: Mapping[str, str] | Sequence[str]
    """Names for its steps' hosts file: ``{"db": "10.0.0.2"}`` or ``["db:10.0.0.2"]``."""
    shmsize: str | int
    """Size of ``/dev/shm`` of its steps, in bytes or as ``"64m"``."""
    ulimits: Ulimits
    """Limits of its steps' processes: ``{"nofile": (1024, 2048)}``, ``["nofile=1024:2048"]``."""
    container_limits: Mapping[str, str | int]
    """The limits below by docker-py's names: ``memory``, ``memswap``, ``cpushares``, ``cpusetcpus``."""
    mem_limit: str | int
    """Memory of its steps, in bytes or as ``"512m"``."""
    memswap_limit: str | int
    """Memory and swap together, in bytes or as ``"1g"``; -1 for no limit."""
    cpu_shares: int
    """Share of the CPUs, relative to others; 1024 where nothing is said."""
    cpu_period: int
    """Length of the scheduler's period, in microseconds."""
    cpu_quota: int
    """CPU time within a period, in microseconds."""
    cpuset_cpus: str
    """CPUs that may be used: ``"0-3"``, ``"0,1"``."""
    cpuset_mems: str
    """Memory nodes that may be used: ``"0-3"``, ``"0,1"``."""
    cgroup_parent: str
    """The control group that its steps are put under."""
    security_opt: Sequence[str]
    """Security options of its steps (on Windows)."""
    isolation: str
    """How its steps are kept apart (on Windows)."""

    secrets: Mapping[str, object]
    """Secrets for ``RUN --mount=type=secret``: needs BuildKit."""
    ssh: str | Sequence[str]
    """Keys or agents for ``RUN --mount=type=ssh``: needs BuildKit."""
    output: str | Mapping[str, str]
    """Where the result is put, in place of the engine's images: needs BuildKit."""
    outputs: str | Mapping[str, str]
    """The same, by the Engine's name: needs BuildKit."""


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """A build, as the Engine takes it, but for its context.

    Attributes:
        query: the query's parameters.
        source: the keywords that say where the context comes from.
        arguments: the build arguments, proxies left out.
    """

    query: dict[str, Any]
    source: dict[str, Any]
    arguments: dict[str, str | None]


def build_request(function: str, options: Mapping[str, Any], proxies: Mapping[str, str]) -> BuildRequest:
    """The Engine's request for a build.

    Args:
        function: the function's name, for errors.
        options: the keywords of `BuildOptions`; None is the same as leaving one out.
        proxies: arguments that count where the build's own do not name them.

    Raises:
        TypeError: there is no such keyword.
        InvalidArgument: a value is none of the accepted forms, or only BuildKit could do it.
        InvalidReference: a name is none.
    """
    check_keywords(function, options, BuildOptions.__annotations__)
    given = {name: value for name, value in options.items() if value is not None}
    _classic_only(given)
    source = {name: given.pop(name) for name in _SOURCE if name in given}
    for name in ("custom_context", "gzip"):
        if name in source:
            flag(name, source[name])
    if source.get("compression") not in (None, "gzip"):
        raise InvalidArgument(f"compression={source['compression']!r}: it takes 'gzip'")
    arguments = _arguments(given.pop("buildargs", {}))
    query: dict[str, Any] = {"version": "1"}
    if names := [name for option in ("tag", "tags") for name in _names(option, given.pop(option, []))]:
        query["t"] = names
    if not flag("use_config_proxy", given.pop("use_config_proxy", True)):
        proxies = {}
    known = {name.lower() for name in arguments}
    all_arguments = arguments | {name: value for name, value in proxies.items() if name.lower() not in known}
    if all_arguments:
        query["buildargs"] = all_arguments
    for name, value in _limits(given.pop("container_limits", {})).items():
        given.setdefault(name, value)
    for option, value in given.items():
        name, parse = _QUERY[option]
        query[name] = parse(option, value)
    return BuildRequest(query, source, arguments)


def _classic_only(given: dict[str, Any]) -> None:
    builder = one_of("auto", "classic", "buildkit")("builder", given.pop("builder", "auto"))
    if builder == "buildkit":
        raise InvalidArgument(
            "builder='buildkit': dockpy does not speak to BuildKit yet; builder='classic' is what there is"
        )
    for name in ("secrets", "ssh", "output", "outputs"):
        if given.pop(name, None):
            raise InvalidArgument(f"{name}= needs BuildKit, which dockpy does not speak to yet")


_SOURCE = ("path", "fileobj", "dockerfile", "custom_context", "encoding", "remote", "gzip", "compression")


def _names(option: str, value: Any) -> list[str]:
    names = string_list(option, value)
    for name in names:
        if ImageReference.parse(name).digest is not None:
            raise InvalidArgument(f"{option}: {name!r} has a digest: an image is built by a name and a tag")
    return names


def _arguments(value: Any) -> dict[str, str | None]:
    """Build arguments by their names; whatever is wrong, no value is shown: it may be a secret."""
    if not isinstance(value, Mapping):
        if isinstance(value, str) or not is_list(value) or not all(map(is_text, value)):
            raise InvalidArgument("buildargs: it takes {'NAME': 'value'} or ['NAME=value']")
        value = {
            name: text if found else None for name, found, text in (item.partition("=") for item in value)
        }
    arguments: dict[str, str | None] = {}
    for name, item in value.items():
        if not is_text(name) or not name or "=" in name:
            raise InvalidArgument(
                f"buildargs: {_shown(name)} is no argument's name; "
                "it takes {'NAME': 'value'} or ['NAME=value']"
            )
        arguments[name] = None if item is None else str(item)
        if not is_text(arguments[name] or ""):
            raise InvalidArgument(f"buildargs: the value of {name!r} is no text that has bytes")
    return arguments


def _shown(name: Any) -> str:
    """A wrong name, without the value that may stand in it."""
    name, found, _ = str(name).partition("=")
    return repr(name + found)


_LIMITS = {
    "memory": "mem_limit",
    "memswap": "memswap_limit",
    "cpushares": "cpu_shares",
    "cpusetcpus": "cpuset_cpus",
}


def _limits(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not set(value) <= set(_LIMITS):
        raise InvalidArgument(f"container_limits={value!r}: it takes a mapping of {', '.join(_LIMITS)}")
    return {_LIMITS[name]: limit for name, limit in value.items() if limit is not None}


def _extra_hosts(option: str, value: Any) -> list[str]:
    if isinstance(value, Mapping):
        value = [":".join(string_list(option, pair)) for pair in value.items()]
    hosts = [host.replace("=", ":", 1) for host in string_list(option, value)]
    for host in hosts:
        name, _, address = host.partition(":")
        if not name or not address:
            raise InvalidArgument(f"{option}: {host!r}: it takes {{'db': '10.0.0.2'}} or ['db:10.0.0.2']")
    return hosts


def _ulimits(option: str, value: Any) -> list[dict[str, Any]]:
    limits = [dict(limit) if isinstance(limit, Mapping) else limit.dump() for limit in ulimits(option, value)]
    return [{name.capitalize(): limit for name, limit in item.items()} for item in limits]


# Keyword: the Engine's parameter, and how it is read.
_QUERY: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
    "target": ("target", text),
    "labels": ("labels", lambda option, value: label_map(value)),
    "platform": ("platform", lambda option, value: platform_name(value)),
    "cache_from": ("cachefrom", string_list),
    "nocache": ("nocache", flag),
    "pull": ("pull", flag),
    "rm": ("rm", flag),
    "forcerm": ("forcerm", flag),
    "squash": ("squash", flag),
    "quiet": ("q", flag),
    "network_mode": ("networkmode", text),
    "extra_hosts": ("extrahosts", _extra_hosts),
    "shmsize": ("shmsize", size_bytes),
    "ulimits": ("ulimits", _ulimits),
    "mem_limit": ("memory", size_bytes),
    "memswap_limit": ("memswap", size_bytes),
    "cpu_shares": ("cpushares", whole),
    "cpu_period": ("cpuperiod", whole),
    "cpu_quota": ("cpuquota", whole),
    "cpuset_cpus": ("cpusetcpus", text),
    "cpuset_mems": ("cpusetmems", text),
    "cgroup_parent": ("cgroupparent", text),
    "security_opt": ("securityopt", string_list),
    "isolation": ("isolation", text),
}
