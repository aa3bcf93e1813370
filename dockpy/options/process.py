"""What runs in a container, how it ends, and where its output goes, as keywords."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from typing_extensions import TypedDict

from dockpy.errors import InvalidArgument
from dockpy.options.fields import Draft, PathLike, Place, config, host, query
from dockpy.options.health import Healthcheck, healthcheck
from dockpy.options.platforms import platform_name
from dockpy.options.textfiles import environment_lines, label_lines
from dockpy.options.values import (
    command_list,
    container_name,
    environment_list,
    flag,
    is_list,
    label_map,
    pairs,
    string_list,
    text,
    typed,
    whole,
)

if TYPE_CHECKING:
    from dockpy.wire.containers import HealthConfig
    from dockpy.wire.host_config import LogConfig, RestartPolicy

__all__ = ["FIELDS", "ProcessOptions"]

PathName = str | PathLike
Stream = Literal["stdin", "stdout", "stderr"]


class ProcessOptions(TypedDict, total=False):
    """What runs in a container, how it ends, and where its output goes."""

    name: str
    """Its name; the engine invents one where none is given."""
    platform: str
    """``os[/arch[/variant]]`` of the image."""
    entrypoint: str | Sequence[str]
    """The program, in place of the image's; a str is split as a shell would."""
    environment: Mapping[str, object] | Sequence[str]
    """Variables: ``{"NAME": "value"}`` or ``["NAME=value"]``; a value of None unsets what the image sets."""
    env_file: PathName | Sequence[PathName]
    """Files of variables, ``NAME=value`` on a line; ``NAME`` alone has the caller's. ``environment`` wins."""
    use_config_proxy: bool
    """Whether it gets the proxies of the docker command's configuration, as it does unless told not to."""
    labels: Mapping[str, str] | Sequence[str]
    """Labels: ``{"name": "value"}`` or ``["name=value"]``."""
    label_file: PathName | Sequence[PathName]
    """Files of labels, a ``name=value`` to a line; ``labels`` wins."""
    annotations: Mapping[str, str] | Sequence[str]
    """What the runtime is told beside: ``{"name": "value"}`` or ``["name=value"]``; needs API 1.43."""
    working_dir: str
    """Where the command runs."""
    user: str | int
    """Whom it runs as: a name or an id, and ``:group``."""
    group_add: Sequence[str | int]
    """More groups of that user, by name or id."""
    shell: Sequence[str]
    """The shell for lines, such as a health check's, in place of the image's."""
    on_build: Sequence[str]
    """What is to be done when an image that is committed from it is built upon."""
    args_escaped: bool
    """The command is escaped already; Windows."""
    tty: bool
    """Give it a terminal: its output is one stream then."""
    stdin_open: bool
    """Keep its standard input open."""
    stdin_once: bool
    """Close its standard input when the first who attached to it leaves."""
    attach: Stream | Sequence[Stream]
    """The streams that the container's record says to be attached: ``stdin``, ``stdout``, ``stderr``. With
    ``stdin`` and ``stdin_open``, ``stdin_once`` is so unless told otherwise, as of the docker command."""
    console_size: tuple[int, int]
    """Height and width of its terminal at first, in characters; needs API 1.42."""
    init: bool
    """Run an init as its first process, which forwards signals and reaps processes."""
    stop_signal: str
    """The signal that asks it to stop."""
    stop_timeout: int
    """Seconds to wait after that before it is killed; -1 for as long as it takes."""
    auto_remove: bool
    """The engine removes it when it exits."""
    restart_policy: str | Mapping[str, Any] | RestartPolicy
    """``"always"``, ``"unless-stopped"``, ``"on-failure:5"``, or ``{"Name": …, "MaximumRetryCount": …}``."""
    healthcheck: str | Sequence[str] | Healthcheck | Mapping[str, Any] | HealthConfig
    """How its health is checked: ``{"test": "curl -f localhost", "interval": "30s"}``, or the test alone."""
    no_healthcheck: bool
    """No health check, whatever the image says."""
    log_config: Mapping[str, Any] | LogConfig
    """``{"type": "json-file", "config": {"max-size": "10m"}}``."""
    log_driver: str
    """Where its output goes: ``json-file``, ``local``, ``journald``, ``none``, …"""
    log_opts: Mapping[str, str | int] | Sequence[str]
    """The log driver's options: ``{"max-size": "10m"}`` or ``["max-size=10m"]``."""
    cidfile: PathName
    """A file, which must not be there yet, to write the container's id to."""
    pull: Literal["always", "missing", "never"]
    """When to pull the image first; ``run`` does where it is missing, ``create`` never, unless told."""


def _entrypoint(option: str, value: Any) -> list[str]:
    return command_list(option, value) or [""]  # no entrypoint at all: an empty one


def _environment(draft: Draft, option: str, value: Any) -> None:
    draft.config["env"] = [*draft.config.get("env", []), *environment_list(value)]


def _env_file(draft: Draft, option: str, value: Any) -> None:
    lines = [
        line
        for path in _paths(option, value)
        for line in environment_lines(option, path, draft.around.read(option, path), draft.around.environ)
    ]
    draft.config["env"] = [*lines, *draft.config.get("env", [])]


def _labels(draft: Draft, option: str, value: Any) -> None:
    draft.config["labels"] = draft.config.get("labels", {}) | label_map(value)


def _label_file(draft: Draft, option: str, value: Any) -> None:
    labels = dict[str, str]()
    for path in _paths(option, value):
        labels |= label_lines(option, path, draft.around.read(option, path))
    draft.config["labels"] = labels | draft.config.get("labels", {})


def _paths(option: str, value: Any) -> list[str]:
    paths = [
        path.__fspath__() if hasattr(path, "__fspath__") else path
        for path in (value if is_list(value) else [value])
    ]
    if not all(isinstance(path, str) and path for path in paths):
        raise InvalidArgument(f"{option}={value!r}: it takes a path, or a list of paths")
    return paths


def _path(option: str, value: Any) -> str:
    if is_list(value):
        raise InvalidArgument(f"{option}={value!r}: it takes one path")
    return _paths(option, value)[0]


def _user(option: str, value: Any) -> str:
    return str(typed(option, value, str, int))


def _groups(option: str, value: Any) -> list[str]:
    return [_user(option, group) for group in (value if is_list(value) else [value])]


def _attach(draft: Draft, option: str, value: Any) -> None:
    streams = [name.lower() for name in string_list(option, value)]
    if not set(streams) <= {"stdin", "stdout", "stderr"}:
        raise InvalidArgument(f"{option}={value!r}: it takes some of 'stdin', 'stdout' and 'stderr'")
    for name in ("stdin", "stdout", "stderr"):
        draft.config[f"attach_{name}"] = name in streams


def _console_size(option: str, value: Any) -> list[int]:
    if not is_list(value) or len(value) != 2:
        raise InvalidArgument(f"{option}={value!r}: it takes a height and a width, such as (24, 80)")
    return [whole(option, number) for number in value]


_RESTART_POLICY = re.compile(r"([a-z-]*)(?::(\d{1,9}))?", re.ASCII)


def _restart_policy(option: str, value: Any) -> Any:
    from dockpy.wire.host_config import RestartPolicy

    if isinstance(value, str) and (match := _RESTART_POLICY.fullmatch(value)):
        return {"Name": match[1], **({"MaximumRetryCount": int(match[2])} if match[2] else {})}
    if not isinstance(value, (Mapping, RestartPolicy)):
        raise InvalidArgument(
            f"{option}={value!r}: it takes 'always', 'unless-stopped' or 'on-failure:5', "
            "or {'Name': 'on-failure', 'MaximumRetryCount': 5}"
        )
    return value


def _no_healthcheck(draft: Draft, option: str, value: Any) -> None:
    if flag(option, value):
        draft.config["healthcheck"] = {"test": ["NONE"]}


def _log_config(option: str, value: Any) -> Any:
    from dockpy.wire.host_config import LogConfig

    if isinstance(value, LogConfig):
        return value
    if not isinstance(value, Mapping):
        raise InvalidArgument(f"{option}={value!r}: it takes {{'type': 'json-file', 'config': {{…}}}}")
    return {str(name).lower(): item for name, item in value.items()}


def _log_driver(draft: Draft, option: str, value: Any) -> None:
    draft.host.setdefault("log_config", {})["type"] = text(option, value)


def _log_opts(draft: Draft, option: str, value: Any) -> None:
    draft.host.setdefault("log_config", {})["config"] = pairs(option, value)


FIELDS: dict[str, Place] = {
    "name": query("name", container_name),
    "platform": query("platform", platform_name),
    "entrypoint": config("entrypoint", _entrypoint),
    "environment": _environment,
    "env_file": _env_file,
    "labels": _labels,
    "label_file": _label_file,
    "annotations": host("annotations", pairs),
    "working_dir": config("working_dir", text),
    "user": config("user", _user),
    "group_add": host("group_add", _groups),
    "shell": config("shell", string_list),
    "on_build": config("on_build", string_list),
    "args_escaped": config("args_escaped", flag),
    "tty": config("tty", flag),
    "stdin_open": config("open_stdin", flag),
    "stdin_once": config("stdin_once", flag),
    "attach": _attach,
    "console_size": host("console_size", _console_size),
    "init": host("init", flag),
    "stop_signal": config("stop_signal", text),
    "stop_timeout": config("stop_timeout", whole),
    "auto_remove": host("auto_remove", flag),
    "restart_policy": host("restart_policy", _restart_policy),
    "healthcheck": config("healthcheck", healthcheck),
    "no_healthcheck": _no_healthcheck,
    "log_config": host("log_config", _log_config),
    "log_driver": _log_driver,
    "log_opts": _log_opts,
    "cidfile": host("container_id_file", _path),
}
