"""The forms that the parts of a service have: networks, files, ports, placement, resources."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dockpy.errors import InvalidArgument
from dockpy.options.mounts import mount
from dockpy.options.platforms import platform_name
from dockpy.options.ports import port_bindings
from dockpy.options.values import csv_fields, duration_ns, is_list, is_text, string_list, text, typed, whole

if TYPE_CHECKING:
    from dockpy.options.mounts import MountOptions
    from dockpy.wire.mounts import Mount

__all__ = [
    "credential_spec",
    "file_references",
    "generic_resources",
    "host_lines",
    "network_attachments",
    "part",
    "platforms",
    "preferences",
    "published_ports",
    "restart_policy",
    "seconds_ns",
    "service_mounts",
]


def is_model(value: object) -> bool:
    """Whether a value is one of the Engine's own payloads."""
    return callable(getattr(value, "dump", None))


def in_engines_names(value: Mapping[Any, Any]) -> bool:
    """Whether a mapping has the Engine's names, as docker-py's types do: times are nanoseconds then."""
    return any(isinstance(name, str) and name[:1].isupper() for name in value)


def seconds_ns(option: str, value: Any) -> int:
    """Nanoseconds of a duration; numbers that must be nanoseconds, as docker-py has them, are refused."""
    nanoseconds = duration_ns(option, value)
    if not isinstance(value, str) and nanoseconds > 10**6 * 10**9:
        raise InvalidArgument(f"{option}={value!r}: numbers are seconds, not nanoseconds; '10s' says it too")
    return nanoseconds


def part(*durations: str) -> Callable[[str, Any], Any]:
    """A parser of mappings with Python's or the Engine's names, and of models.

    Args:
        *durations: which of the values are durations.
    """

    def parse(option: str, value: Any) -> Any:
        if is_model(value):
            return value
        if not isinstance(value, Mapping):
            raise InvalidArgument(f"{option}={value!r}: it takes a mapping")
        if in_engines_names(value):
            return dict(value)
        return {
            name: seconds_ns(f"{option}: {name}", item) if name in durations else item
            for name, item in value.items()
            if item is not None
        }

    return parse


_policy = part("delay", "window")


def restart_policy(option: str, value: Any) -> Any:
    """When a task that ended is replaced: the condition alone, or all of it."""
    return {"condition": value} if isinstance(value, str) else _policy(option, value)


# Networks and ports

_NETWORK_FORMS = (
    "it takes a network, its name or id, or {'target': 'web', 'aliases': ['www'], 'driver_opts': {…}}"
)


def network_attachments(option: str, value: Any) -> list[Any]:
    """The networks that tasks are on."""
    return [_attachment(option, item) for item in (value if is_list(value) else [value])]


def _attachment(option: str, value: Any) -> Any:
    if is_text(value) and "=" in value:
        return _attachment_of_text(option, value)
    if isinstance(value, Mapping):
        if in_engines_names(value):
            return dict(value)
        given = {
            "target" if name == "name" else name: item for name, item in value.items() if item is not None
        }
        if "target" in given:
            return {**given, "target": _identity(option, given["target"], _NETWORK_FORMS)}
    elif is_model(value):
        return value
    return {"target": _identity(option, value, _NETWORK_FORMS)}


def _attachment_of_text(option: str, value: str) -> dict[str, Any]:
    """``name=web,alias=www,driver-opt=a=b``, as ``--network`` takes it."""
    made: dict[str, Any] = {}
    for field in csv_fields(option, value):
        name, _, item = field.partition("=")
        match name:
            case "name":
                made["target"] = item
            case "alias":
                made.setdefault("aliases", []).append(item)
            case "driver-opt" if "=" in item:
                made.setdefault("driver_opts", {}).update([item.split("=", 1)])
            case _:
                raise InvalidArgument(f"{option}={value!r}: {field!r}; {_NETWORK_FORMS}")
    if not made.get("target"):
        raise InvalidArgument(f"{option}={value!r}: it names no network; {_NETWORK_FORMS}")
    return made


def _identity(option: str, value: Any, forms: str) -> str:
    """A name or id, or an object's id."""
    id = value if isinstance(value, str) else getattr(value, "id", None)
    if not is_text(id) or not id:
        raise InvalidArgument(f"{option}={value!r}: {forms}")
    return id


_PORT_NAMES = {"target": "target_port", "published": "published_port", "mode": "publish_mode"}
_PORT_FORMS = (
    "it takes {'80/tcp': 8080}, ['8080:80', 'published=8080,target=80,mode=host'], "
    "or [{'target': 80, 'published': 8080, 'mode': 'host'}]"
)


def published_ports(option: str, value: Any) -> list[Any]:
    """The ports that a service publishes."""
    if isinstance(value, Mapping):
        return _short_ports(option, value)
    if isinstance(value, (str, int)):
        value = [value]
    if not is_list(value):
        raise InvalidArgument(f"{option}={value!r}: {_PORT_FORMS}")
    made = list[Any]()
    for item in value:
        if is_model(item):
            made.append(item)
        elif isinstance(item, Mapping):
            made.append(dict(item) if in_engines_names(item) else _port(option, item))
        elif isinstance(item, str) and "=" in item:
            made.append(_port(option, dict(_port_fields(option, item))))
        else:
            made += _short_ports(option, [item])
    return made


def _port(option: str, given: Mapping[str, Any]) -> dict[str, Any]:
    port = {_PORT_NAMES.get(name, name): item for name, item in given.items() if item is not None}
    if "target_port" not in port:
        raise InvalidArgument(f"{option}: {given!r} says nothing of the target; {_PORT_FORMS}")
    return {"protocol": "tcp", "publish_mode": "ingress", **port}


def _port_fields(option: str, value: str) -> list[tuple[str, Any]]:
    fields = [field.partition("=") for field in csv_fields(option, value)]
    try:
        return [(name, int(item) if name in ("target", "published") else item) for name, _, item in fields]
    except ValueError:
        raise InvalidArgument(f"{option}={value!r}: {_PORT_FORMS}") from None


def _short_ports(option: str, value: Any) -> list[dict[str, Any]]:
    ports = list[dict[str, Any]]()
    for container, bindings in port_bindings(value).items():
        target, _, protocol = container.partition("/")
        port = {"protocol": protocol, "target_port": int(target), "publish_mode": "ingress"}
        for binding in bindings or [{}]:
            published = binding.get("HostPort") or "0"
            if binding.get("HostIp") or not published.isdecimal():
                raise InvalidArgument(
                    f"{option}={value!r}: a service publishes one port, on every address of its nodes"
                )
            ports.append({**port, "published_port": int(published)} if int(published) else port)
    return ports


def host_lines(option: str, value: Any) -> list[str]:
    """Lines of a hosts file: ``{"db": "10.0.0.2"}`` or ``["db:10.0.0.2"]``, or as they are: ``["10.0.0.2
    db"]``.
    """
    if isinstance(value, Mapping):
        return [f"{text(option, ip)} {text(option, name)}" for name, ip in value.items()]
    lines = list[str]()
    for item in string_list(option, value):
        name, colon, ip = item.partition(":")
        if " " not in item and not (name and colon and ip):
            raise InvalidArgument(f"{option}={item!r}: it takes {{'db': '10.0.0.2'}} or ['db:10.0.0.2']")
        lines.append(item if " " in item else f"{ip} {name}")
    return lines


# Placement and resources


def preferences(option: str, value: Any) -> list[Any]:
    """What tasks are spread over: ``["spread=node.labels.zone"]``, ``[("spread", "node.labels.zone")]``."""
    return [_preference(option, item) for item in (value if isinstance(value, list) else [value])]


def _preference(option: str, value: Any) -> Any:
    if isinstance(value, Mapping) or is_model(value):
        return value
    pair = value.split("=", 1) if isinstance(value, str) else list(value) if is_list(value) else []
    descriptor = pair[1] if len(pair) == 2 and pair[0] == "spread" else None
    if not is_text(descriptor) or not descriptor:
        raise InvalidArgument(f"{option}={value!r}: it takes 'spread=node.labels.NAME'")
    return {"spread": {"spread_descriptor": descriptor}}


def platforms(option: str, value: Any) -> list[Any]:
    """Platforms of nodes: ``["linux/arm64"]``, or pairs of architecture and system, as docker-py has them."""
    return [_platform(option, item) for item in (value if isinstance(value, list) else [value])]


def _platform(option: str, value: Any) -> Any:
    if isinstance(value, Mapping) or is_model(value):
        return value
    if isinstance(value, str):
        system, _, architecture = platform_name(value).partition("/")
    elif is_list(value) and len(value) == 2:
        architecture, system = (text(option, item) for item in value)
    else:
        raise InvalidArgument(f"{option}={value!r}: it takes 'linux/arm64'")
    return {"os": system, **({"architecture": architecture.partition("/")[0]} if architecture else {})}


def generic_resources(option: str, value: Any) -> list[Any]:
    """Resources that nodes declare: ``{"GPU": 2}``, ``["GPU=2"]``, or the Engine's own."""
    if isinstance(value, Mapping):
        return [_resource(option, kind, item) for kind, item in value.items()]
    made = list[Any]()
    for item in value if is_list(value) else [value]:
        if isinstance(item, str):
            kind, _, amount = item.partition("=")
            made.append(_resource(option, kind, int(amount) if amount.isdecimal() else amount))
        elif isinstance(item, Mapping) or is_model(item):
            made.append(item)
        else:
            raise InvalidArgument(f"{option}={item!r}: it takes {{'GPU': 2}} or ['GPU=2']")
    return made


def _resource(option: str, kind: Any, amount: Any) -> dict[str, Any]:
    if not is_text(kind) or not kind or amount == "":
        raise InvalidArgument(f"{option}: {kind!r}: it takes {{'GPU': 2}} or ['GPU=2']")
    amount = typed(f"{option}: {kind!r}", amount, str, int)
    name = "named_resource_spec" if isinstance(amount, str) else "discrete_resource_spec"
    return {name: {"kind": kind, "value": amount}}


# Files


def service_mounts(option: str, value: Any) -> list[Any]:
    """What is mounted; docker-py's ``source:target[:ro]`` too."""
    items: list[str | MountOptions | Mount] = list(value) if is_list(value) else [value]
    return [mount(option, _mount_of_text(option, item) if isinstance(item, str) else item) for item in items]


def _mount_of_text(option: str, value: str) -> Any:
    if "=" in value:
        return value
    *source, target, mode = (
        value.rsplit(":", 2) if value.endswith((":ro", ":rw")) else (*value.rsplit(":", 1), "")
    )
    made = {"target": target, "read_only": mode == "ro"}
    if source:
        made["source"] = source[0]
        made["type"] = "bind" if re.match(r"/|\.\.?/|[A-Za-z]:\\|~", source[0]) else "volume"
    return made


_FILE_FORMS = (
    "it takes objects, names or ids, or "
    "[{'source': …, 'target': '/path', 'uid': '0', 'gid': '0', 'mode': 0o400}]"
)


def file_references(kind: str) -> Callable[[str, Any], list[Any]]:
    """A parser of references to secrets or configs.

    Of what is given by its name, or by an id that may be a name, the id is left out: who sends the request
    finds it.

    Args:
        kind: ``secret`` or ``config``.
    """

    def parse(option: str, value: Any) -> list[Any]:
        return [_reference(kind, option, item) for item in (value if is_list(value) else [value])]

    return parse


def _reference(kind: str, option: str, value: Any) -> Any:
    if is_model(value) or (isinstance(value, Mapping) and in_engines_names(value)):
        return value
    given: Mapping[str, Any] = value if isinstance(value, Mapping) else {"source": value}
    if is_text(value) and "=" in value:
        fields = (field.partition("=") for field in csv_fields(option, value))
        given = {name: item for name, _, item in fields}
    source, target = given.get("source"), given.get("target")
    if unknown := set(given) - {"source", "target", "uid", "gid", "mode"}:
        raise InvalidArgument(f"{option}: {min(unknown)!r}: {_FILE_FORMS}")
    file: dict[str, Any] = {
        "uid": str(given.get("uid", "0")),
        "gid": str(given.get("gid", "0")),
        "mode": _mode(option, given.get("mode", 0o444)),
    }
    if target is not None:
        file["name"] = text(option, target)
    if isinstance(source, str):
        return {f"{kind}_name": _identity(option, source, _FILE_FORMS), "file": file}
    name = getattr(source, "name", None)
    if not is_text(name) or not name:
        raise InvalidArgument(f"{option}={value!r}: {_FILE_FORMS}")
    return {
        f"{kind}_id": _identity(option, source, _FILE_FORMS),
        f"{kind}_name": name,
        "file": {"name": name, **file},
    }


def _mode(option: str, value: Any) -> int:
    if isinstance(value, str) and re.fullmatch("[0-7]{1,11}", value):
        return int(value, 8)
    return whole(f"{option}: mode", value)


def credential_spec(option: str, value: Any) -> Any:
    """The service account of Windows containers: ``file://…``, ``registry://…``, ``config://…``."""
    if isinstance(value, str):
        scheme, found, rest = value.partition("://")
        if not found or not rest or scheme not in ("file", "registry", "config"):
            raise InvalidArgument(f"{option}={value!r}: it takes 'file://…', 'registry://…' or 'config://…'")
        return {scheme: rest}
    return part()(option, value)
