"""Mounts: as keywords, as the docker command's ``--mount``, or as the Engine has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from typing_extensions import TypedDict

from dockpy.errors import InvalidArgument
from dockpy.options.values import csv_fields, flag, is_list, label_map, pairs, size_bytes, text, whole

if TYPE_CHECKING:
    from dockpy.wire.mounts import DriverConfig, Mount

__all__ = ["MountOptions", "mount"]


class MountOptions(TypedDict, total=False):
    """What is mounted where, and how."""

    type: str
    """``volume``, where none is given; ``bind``, ``tmpfs``, ``image`` (API 1.48), ``npipe``, ``cluster``."""
    source: str
    """The volume's or image's name, or a path of the host; none for ``tmpfs`` or an anonymous volume."""
    target: str
    """Where it is in the container."""
    read_only: bool
    """Nothing can be written there."""
    consistency: str
    """``default``, ``consistent``, ``cached`` or ``delegated``; some engines on other systems heed it."""
    propagation: str
    """Of a bind: ``rprivate`` (without it), ``private``, ``rshared``, ``shared``, ``rslave``, ``slave``."""
    recursive: str
    """Of a bind: whether mounts below the source come along: ``enabled``, ``disabled``, ``writable`` (also
    where the bind is read-only), ``readonly`` (read-only too, or an error); the last two need API 1.44."""
    create_source: bool
    """Of a bind: make the source where it is missing, instead of failing; needs API 1.42."""
    no_copy: bool
    """Of a volume: do not copy into an empty one what the image has there."""
    subpath: str
    """Of a volume (needs API 1.45) or an image: the path inside it to mount."""
    labels: Mapping[str, str] | Sequence[str]
    """Of a volume: its labels, if it has to be made."""
    driver_config: str | Mapping[str, Any] | DriverConfig
    """Of a volume: its driver, if it has to be made: a name, or ``{"name": …, "options": {…}}``."""
    tmpfs_size: str | int
    """Of a tmpfs: its size, in bytes or as ``"64m"``."""
    tmpfs_mode: str | int
    """Of a tmpfs: its permissions, ``0o1777`` or ``"1777"``."""
    tmpfs_options: Mapping[str, str | None] | Sequence[str]
    """Of a tmpfs: other options, such as ``["noexec"]`` or ``{"uid": "1000"}``; needs API 1.46."""


class _Part(NamedTuple):
    """A field of a mount: in which group of options, if in any, its name there, its value."""

    group: str | None
    name: str
    value: Any


_FORMS = (
    "it takes {'type': 'bind', 'source': '/host', 'target': '/inside', 'read_only': True}, "
    "'type=bind,src=/host,dst=/inside,ro', or a Mount"
)
_TYPES = ("bind", "cluster", "image", "npipe", "tmpfs", "volume")


def mount(
    option: str, value: str | MountOptions | Mapping[str, Any] | Mount, absolute: Callable[[str], str] = str
) -> dict[str, Any] | Mount:
    """The Engine's mount.

    Args:
        option: the option's name, for errors.
        value: a mapping of `MountOptions`, a str as of ``docker run --mount``, or the Engine's own: a
            `Mount`, or a mapping of its names (``{"Type": "bind", "Target": …}``), as docker-py's Mount is.
        absolute: makes a source that begins with ``./`` or ``../`` absolute.

    Raises:
        InvalidArgument: it is none of these, says nothing of the target, has an option of another type of
            mount, or one that does not go with another. A driver's options are not shown: a password may be
            among them.
    """
    if isinstance(value, str):
        parts = list(_of_text(option, value))
    elif not isinstance(value, Mapping):
        return _engines_own(option, value)
    elif any(isinstance(name, str) and name[:1].isupper() for name in value):
        return dict(value)
    else:
        parts = list(_of_keywords(option, value))
    return _built(option, parts, absolute)


def _engines_own(option: str, value: Any) -> Mount:
    from dockpy.wire.mounts import Mount

    if isinstance(value, Mount):
        return value
    raise InvalidArgument(f"{option}: {type(value).__name__} is no mount; {_FORMS}")


def _built(what: str, parts: Iterable[_Part], absolute: Callable[[str], str]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "volume"}
    for group, name, value in parts:
        (made if group is None else made.setdefault(group, {}))[name] = value
    kind, source = made["type"], made.get("source", "")
    if kind not in _TYPES:
        raise InvalidArgument(f"{what}: {kind!r} is no type of mount; there are {', '.join(_TYPES)}")
    if not made.get("target"):
        raise InvalidArgument(f"{what}: it says nothing of the target; {_FORMS}")
    for group in made:
        if group.endswith("_options") and group != f"{kind}_options":
            owner = group.removesuffix("_options")
            raise InvalidArgument(f"{what}: there are options of a {owner} for a mount of type {kind}")
    if re.match(r"\.\.?(/|\\|$)", source):
        made["source"] = absolute(source)
    _check_recursion(what, made)
    return made


def _check_recursion(what: str, made: dict[str, Any]) -> None:
    bind = made.get("bind_options", {})
    for name, word in (("read_only_non_recursive", "writable"), ("read_only_force_recursive", "readonly")):
        if bind.get(name) and not made.get("read_only"):
            raise InvalidArgument(f"{what}: recursive mounts are {word} where the mount is read-only, too")
    if bind.get("read_only_force_recursive") and bind.get("propagation") != "rprivate":
        raise InvalidArgument(f"{what}: recursive mounts are readonly where the propagation is rprivate, too")


# Values


def _kind(option: str, value: Any) -> str:
    return text(option, value).lower()


def _recursive(option: str, value: Any) -> dict[str, bool]:
    fields = {
        "enabled": {},
        "disabled": {"non_recursive": True},
        "writable": {"read_only_non_recursive": True},
        "readonly": {"read_only_force_recursive": True},
    }
    if value not in fields:
        raise InvalidArgument(f"{option}={value!r}: it takes 'enabled', 'disabled', 'writable' or 'readonly'")
    return fields[value]


def _mode(option: str, value: Any) -> int:
    if isinstance(value, str) and re.fullmatch("[0-7]{1,11}", value):
        value = int(value, 8)
    if not 0 <= whole(option, value) < 2**32:
        raise InvalidArgument(f"{option}={value!r}: it takes permissions such as 0o1777 or '1777'")
    return int(value)


def _driver(option: str, value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


def _tmpfs_options(option: str, value: Any) -> list[list[str]]:
    if isinstance(value, Mapping):
        return [[text(option, name)] if item is None else [name, str(item)] for name, item in value.items()]
    if not is_list(value):
        raise InvalidArgument(f"{option}={value!r}: it takes ['noexec', 'uid=1000'] or {{'uid': '1000'}}")
    return [text(option, item).split("=", 1) if isinstance(item, str) else list(item) for item in value]


# Keywords

_Row = tuple[str | None, str, Callable[[str, Any], Any]]
_KEYWORDS: dict[str, _Row] = {
    "type": (None, "type", _kind),
    "source": (None, "source", text),
    "target": (None, "target", text),
    "read_only": (None, "read_only", flag),
    "consistency": (None, "consistency", _kind),
    "propagation": ("bind_options", "propagation", _kind),
    "create_source": ("bind_options", "create_mountpoint", flag),
    "no_copy": ("volume_options", "no_copy", flag),
    "labels": ("volume_options", "labels", lambda _, value: label_map(value)),
    "driver_config": ("volume_options", "driver_config", _driver),
    "tmpfs_size": ("tmpfs_options", "size_bytes", size_bytes),
    "tmpfs_mode": ("tmpfs_options", "mode", _mode),
    "tmpfs_options": ("tmpfs_options", "options", _tmpfs_options),
}


def _of_keywords(option: str, value: Mapping[str, Any]) -> Iterable[_Part]:
    for name, item in value.items():
        if item is None:
            continue
        if name in _KEYWORDS:
            group, field, parse = _KEYWORDS[name]
            yield _Part(group, field, parse(f"{option}: {name}", item))
        elif name == "recursive":
            for field, on in _recursive(f"{option}: {name}", item).items():
                yield _Part("bind_options", field, on)
        elif name == "subpath":
            group = "image_options" if value.get("type") == "image" else "volume_options"
            yield _Part(group, "subpath", text(f"{option}: {name}", item))
        else:
            raise InvalidArgument(f"{option}: {name!r} is no option of a mount; {_FORMS}")


# The docker command's text

_CLI: dict[str, _Row] = {
    "type": _KEYWORDS["type"],
    **dict.fromkeys(("source", "src"), _KEYWORDS["source"]),
    **dict.fromkeys(("target", "dst", "destination"), _KEYWORDS["target"]),
    "consistency": _KEYWORDS["consistency"],
    "bind-propagation": _KEYWORDS["propagation"],
    "volume-subpath": ("volume_options", "subpath", text),
    "image-subpath": ("image_options", "subpath", text),
    "tmpfs-size": _KEYWORDS["tmpfs_size"],
    "tmpfs-mode": _KEYWORDS["tmpfs_mode"],
}
_CLI_FLAGS: dict[str, tuple[str | None, str]] = {
    **dict.fromkeys(("readonly", "ro"), (None, "read_only")),
    "volume-nocopy": ("volume_options", "no_copy"),
    "bind-nonrecursive": ("bind_options", "non_recursive"),
}
_GO_BOOLS = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}


def _of_text(option: str, value: str) -> Iterable[_Part]:
    labels, options, driver = dict[str, str](), dict[str, str](), dict[str, Any]()
    for item in csv_fields(option, value):
        name, equals, given = item.partition("=")
        name, where = name.lower(), f"{option}: {name.lower()}"
        if name in _CLI_FLAGS:
            if equals and given not in _GO_BOOLS:
                raise InvalidArgument(f"{where}={given!r}: it takes true or false")
            yield _Part(*_CLI_FLAGS[name], _GO_BOOLS[given] if equals else True)
        elif not equals:
            raise InvalidArgument(f"{where} is no key=value; {_FORMS}")
        elif name in _CLI:
            group, field, parse = _CLI[name]
            yield _Part(group, field, parse(where, given))
        elif name == "bind-recursive":
            for field, on in _recursive(where, given).items():
                yield _Part("bind_options", field, on)
        elif name == "volume-label":
            labels |= label_map([given])
            yield _Part("volume_options", "labels", labels)
        elif name in ("volume-driver", "volume-opt"):
            if name == "volume-driver":
                driver["name"] = given
            else:
                driver["options"] = options = options | pairs(where, given if "=" in given else f"{given}=")
            yield _Part("volume_options", "driver_config", driver)
        else:
            raise InvalidArgument(f"{where} is no option of a mount; {_FORMS}")
