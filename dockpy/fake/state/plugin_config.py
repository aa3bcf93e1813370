"""What a plugin's author says of it: its configuration as engines read it, what it wants, what may be set."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.payload import json_kind, json_problem
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["apply", "initial_settings", "privileges", "read_config", "same_privileges"]

_STRINGS = "[]string"
_POINTER = "*string"
_MOUNT: dict[str, Any] = {
    "Description": "string",
    "Destination": "string",
    "Name": "string",
    "Options": _STRINGS,
    "Settable": _STRINGS,
    "Source": _POINTER,
    "Type": "string",
}
_DEVICE: dict[str, Any] = {
    "Description": "string",
    "Name": "string",
    "Path": _POINTER,
    "Settable": _STRINGS,
}
_ENV: dict[str, Any] = {"Description": "string", "Name": "string", "Settable": _STRINGS, "Value": _POINTER}
_CONFIG: dict[str, Any] = {
    "Args": {"Description": "string", "Name": "string", "Settable": _STRINGS, "Value": _STRINGS},
    "Description": "string",
    "DockerVersion": "string",
    "Documentation": "string",
    "Entrypoint": _STRINGS,
    "Env": [_ENV],
    "Interface": {"ProtocolScheme": "string", "Socket": "string", "Types": _STRINGS},
    "IpcHost": "bool",
    "Linux": {"AllowAllDevices": "bool", "Capabilities": _STRINGS, "Devices": [_DEVICE]},
    "Mounts": [_MOUNT],
    "Network": {"Type": "string"},
    "PidHost": "bool",
    "PropagatedMount": "string",
    "User": {"GID": "uint32", "UID": "uint32"},
    "WorkDir": "string",
}
"""By JSON name, the type of each field; a dict for an object, a list of one for a list of objects."""

_EMPTY = {"string": "", "bool": False, _STRINGS: None, _POINTER: None, "uint32": 0}
_LEFT_OUT = {"ProtocolScheme", "GID", "UID"}
"""Fields that are not written where they are empty."""

_SETTABLE = {"mount": ("source",), "device": ("path",), "env": ("value",), "args": ("value",)}


def read_config(data: bytes, api: str) -> dict[str, Any]:
    """A plugin's ``config.json`` as an engine keeps it: every field, by its own name.

    Args:
        data: the file.
        api: the engine's newest version.

    Raises:
        Failure: 500, it cannot be read.
    """
    try:
        given = json.loads(data)
    except (ValueError, RecursionError) as error:
        what = "unexpected end of JSON input" if not data.strip() else json_problem(error)
        raise Failure(500, f"failed to parse config: {what}") from None
    if not isinstance(given, dict):
        kind = json_kind(given)
        raise Failure(
            500,
            f"failed to parse config: json: cannot unmarshal {kind} into Go value of type types.PluginConfig",
        )
    config: dict[str, Any] = _read(_CONFIG, given, "PluginConfig", at_least(api, "1.42"))
    for kind in config["Interface"]["Types"] or ():
        if "." not in kind or "/" not in kind:
            raise Failure(500, f"failed to parse config: invalid plugin interface type {kind!r}")
    return config


def _read(spec: Any, given: Any, path: str, as_given: bool) -> Any:
    if isinstance(spec, list):
        if given is None:
            return None
        if not isinstance(given, list):
            raise _misfit(given, path, "[]types.Plugin" + path.rpartition(".")[2].capitalize().rstrip("s"))
        return [_read(spec[0], item, path, as_given) for item in given]
    if isinstance(spec, str):
        return _plain(spec, given, path)
    if given is not None and not isinstance(given, dict):
        raise _misfit(given, path, f"types.PluginConfig{path.rpartition('.')[2].capitalize()}")
    by_name = {name.lower(): (name, value) for name, value in (given or {}).items()}
    found = {}
    for name, inner in spec.items():
        written, value = by_name.get(name.lower(), (name, None))
        read = _read(inner, value, f"{path}.{written if as_given else name}", as_given)
        if read or name not in _LEFT_OUT:
            found[name] = read
    return found


def _plain(kind: str, given: Any, path: str) -> Any:
    if given is None:
        return _EMPTY[kind]
    fits = {
        "string": isinstance(given, str),
        _POINTER: isinstance(given, str),
        "bool": isinstance(given, bool),
        "uint32": isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 1 << 32,
        _STRINGS: isinstance(given, list) and all(isinstance(item, str) for item in given),
    }[kind]
    if not fits:
        raise _misfit(given, path, kind.lstrip("*"))
    return given


def _misfit(given: Any, path: str, kind: str) -> Failure:
    text = f"json: cannot unmarshal {json_kind(given)} into Go struct field {path} of type {kind}"
    return Failure(500, f"failed to parse config: {text}")


def initial_settings(config: dict[str, Any]) -> dict[str, Any]:
    """What is set before anybody sets anything."""
    variables = [item for item in config["Env"] or () if item["Value"] is not None]
    return {
        "Args": list(config["Args"]["Value"] or ()),
        "Devices": [dict(item) for item in config["Linux"]["Devices"] or ()],
        "Env": [f"{item['Name']}={item['Value']}" for item in variables],
        "Mounts": [dict(item) for item in config["Mounts"] or ()],
    }


def privileges(config: dict[str, Any]) -> list[dict[str, Any]]:
    """What a plugin wants, and whoever installs it has to grant."""

    def wish(name: str, description: str, *values: str) -> dict[str, Any]:
        return {"Name": name, "Description": description, "Value": list(values)}

    wanted = []
    if (network := config["Network"]["Type"]) not in ("", "null", "bridge"):
        wanted.append(wish("network", "permissions to access a network", network))
    if config["IpcHost"]:
        wanted.append(wish("host ipc namespace", "allow access to host ipc namespace", "true"))
    if config["PidHost"]:
        wanted.append(wish("host pid namespace", "allow access to host pid namespace", "true"))
    for mount in config["Mounts"] or ():
        if mount["Source"] is not None:
            wanted.append(wish("mount", "host path to mount", mount["Source"]))
    for device in config["Linux"]["Devices"] or ():
        if device["Path"] is not None:
            wanted.append(wish("device", "host device to access", device["Path"]))
    if config["Linux"]["AllowAllDevices"]:
        wanted.append(wish("allow-all-devices", "allow 'rwm' access to all devices", "true"))
    if capabilities := config["Linux"]["Capabilities"]:
        wanted.append(wish("capabilities", "list of additional capabilities required", *capabilities))
    return wanted


def same_privileges(wanted: Sequence[dict[str, Any]], granted: Sequence[dict[str, Any]]) -> bool:
    """Whether what is granted is what is wanted, in any order of the names but in the order of one name's."""

    def key(item: dict[str, Any]) -> tuple[str, list[str]]:
        return str(item.get("Name", "")), list(item.get("Value") or ())

    def ordered(items: Sequence[dict[str, Any]]) -> list[tuple[str, list[str]]]:
        return sorted(map(key, items), key=lambda pair: pair[0])

    return ordered(wanted) == ordered(granted)


def apply(config: dict[str, Any], settings: dict[str, Any], text: str) -> None:
    """Set one thing: ``NAME=value``, ``name.field=value``.

    Raises:
        Failure: 500, it cannot be set.
    """
    prefix, equals, value = text.partition("=")
    if equals and not prefix:
        raise Failure(500, "invalid format, must be <name>[.<field>][=<value>]")
    dot = prefix.rfind(".")
    name, field = (prefix[:dot], prefix[dot + 1 :]) if dot > 0 else (prefix, "")
    for mount in config["Mounts"] or ():
        if mount["Name"] == name:
            _check(name, field, mount["Settable"], "mount")
            if mount["Source"] is None:
                raise Failure(500, "Plugin config has no mount source")
            _named(settings["Mounts"], name)["Source"] = value
            return
    for variable in config["Env"] or ():
        if variable["Name"] == name:
            _check(name, field, variable["Settable"], "env")
            _set_variable(settings["Env"], name, value)
            return
    for device in config["Linux"]["Devices"] or ():
        if device["Name"] == name:
            _check(name, field, device["Settable"], "device")
            if device["Path"] is None:
                raise Failure(500, "Plugin config has no device path")
            _named(settings["Devices"], name)["Path"] = value
            return
    arguments = config["Args"]
    if name and arguments["Name"] == name:
        _check(name, field, arguments["Settable"], "args")
        settings["Args"] = value.split(" ")
        return
    raise Failure(500, f'setting "{name}" not found in the plugin configuration')


def _check(name: str, field: str, settable: list[str] | None, kind: str) -> None:
    if not field:
        if settable and len(settable) > 1:
            raise Failure(500, "multiple fields are settable, one must be specified")
        field = settable[0] if settable else ""
    if field not in _SETTABLE[kind] or field not in (settable or ()):
        raise Failure(500, f'"{name}{"." if field else ""}{field}" is not settable')


def _named(items: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(item for item in items if item["Name"] == name)


def _set_variable(variables: list[str], name: str, value: str) -> None:
    for place, variable in enumerate(variables):
        if variable.partition("=")[0] == name:
            variables[place] = f"{name}={value}"
            return
    variables.append(f"{name}={value}")
