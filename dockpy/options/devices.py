"""Devices of the host, GPUs, their limits, and limits of processes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from dockpy.errors import InvalidArgument
from dockpy.options.values import csv_fields, is_list, pairs, size_bytes, text, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.options.fields import Draft
    from dockpy.wire.host_config import Ulimit

__all__ = [
    "Ulimits",
    "cgroup_rule",
    "device",
    "device_requests",
    "gpu_request",
    "place_devices",
    "place_gpus",
    "throttle_bytes",
    "throttle_operations",
    "ulimits",
    "weight",
]

Ulimits: TypeAlias = "str | Mapping[str, int | Sequence[int]] | Sequence[str | Mapping[str, Any] | Ulimit]"
"""Limits of processes: ``{"nofile": (1024, 2048)}``, ``["nofile=1024:2048"]``, …"""

_PERMISSIONS = re.compile(r"(?!.*(.).*\1)[rwm]{1,3}")
_CDI = re.compile(r"[A-Za-z][\w.-]*/[A-Za-z][\w.-]*=[\w.:-]+", re.ASCII)
_DEVICE_FORMS = "it takes '/dev/host:/dev/inside:rwm', or {'PathOnHost': …, 'PathInContainer': …}"
_CGROUP_RULE = re.compile(r"[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}", re.ASCII)


def place_devices(draft: Draft, option: str, value: Any) -> None:
    """Put devices where the Engine has them; names of CDI (``vendor.com/gpu=0``) are for its driver."""
    items = list(value) if is_list(value) else [value]
    named = [item for item in items if isinstance(item, str) and _CDI.fullmatch(item)]
    if named:
        draft.host.setdefault("device_requests", []).append({"driver": "cdi", "device_ids": named})
    if len(named) < len(items) or not items:
        draft.host["devices"] = [device(option, item) for item in items if item not in named]


def device(option: str, value: Any) -> Any:
    """A device: ``host[:inside][:permissions]``, or as the Engine has it.

    Raises:
        InvalidArgument: it is neither.
    """
    if not isinstance(value, str):
        return _engines_own(option, value, _DEVICE_FORMS)
    if value.startswith("class/"):  # of Windows, which has nothing but a class
        return {"path_on_host": value}
    match value.split(":"):
        case [outside]:
            inside, permissions = outside, "rwm"
        case [outside, permissions] if _PERMISSIONS.fullmatch(permissions):
            inside = outside
        case [outside, inside]:
            permissions = "rwm"
        case [outside, inside, permissions]:
            inside = inside or outside
        case _:
            outside = inside = permissions = ""
    if not outside or not inside.startswith("/") or not _PERMISSIONS.fullmatch(permissions):
        raise InvalidArgument(f"{option}={value!r}: {_DEVICE_FORMS}")
    return {"path_on_host": outside, "path_in_container": inside, "cgroup_permissions": permissions}


def cgroup_rule(option: str, value: Any) -> str:
    """A rule for devices, such as ``c 1:3 mr``."""
    if not _CGROUP_RULE.fullmatch(text(option, value)):
        raise InvalidArgument(f"{option}={value!r}: it takes a kind, numbers and permissions: 'c 1:3 mr'")
    return str(value)


def _engines_own(option: str, value: Any, forms: str) -> Any:
    from dockpy.wire.base import Model

    if isinstance(value, (Mapping, Model)):
        return value
    raise InvalidArgument(f"{option}={value!r}: {forms}")


# GPUs


def place_gpus(draft: Draft, option: str, value: Any) -> None:
    """Add a request for GPUs to those for other devices."""
    draft.host.setdefault("device_requests", []).append(gpu_request(option, value))


def device_requests(draft: Draft, option: str, value: Any) -> None:
    """Add requests for devices, as the Engine has them."""
    forms = "it takes a list of {'Count': -1, 'Capabilities': [['gpu']]}, or of DeviceRequest"
    if not is_list(value):
        raise InvalidArgument(f"{option}={value!r}: {forms}")
    made = [_engines_own(option, item, forms) for item in value]
    draft.host.setdefault("device_requests", []).extend(made)


def gpu_request(option: str, value: Any) -> dict[str, Any]:
    """A request for GPUs: ``"all"``, how many, or as of ``docker run --gpus``: ``"device=0,1"``.

    Raises:
        InvalidArgument: it is none of these.
    """
    if isinstance(value, int):
        return _gpus(count=whole(option, value))
    if not isinstance(value, str):
        raise InvalidArgument(f"{option}={value!r}: {_GPU_FORMS}")
    given = dict[str, str]()
    last = ""
    for item in csv_fields(option, value):
        name, equals, rest = item.partition("=")
        if not equals and last in _GPU_LISTS:
            given[last] += f",{item}"  # device=0,1: the docker command wants quotes around it
            continue
        name, rest = (name, rest) if equals else ("count", name)
        if name in given or name not in _GPU_KEYS:
            raise InvalidArgument(f"{option}={value!r}: {name!r}: {_GPU_FORMS}")
        given[name], last = rest, name
    count = given.get("count")
    if count is not None and not re.fullmatch(r"all|-?\d{1,9}", count, re.ASCII):
        raise InvalidArgument(f"{option}={value!r}: {_GPU_FORMS}")
    return _gpus(
        driver=given.get("driver", ""),
        count=None if count is None else -1 if count == "all" else int(count),
        device_ids=given["device"].split(",") if "device" in given else None,
        capabilities=given["capabilities"].split(",") if "capabilities" in given else [],
        options=pairs(f"{option}: options", csv_fields(option, given["options"]))
        if "options" in given
        else {},
    )


_GPU_KEYS = ("driver", "count", "device", "capabilities", "options")
_GPU_LISTS = ("device", "capabilities")
_GPU_FORMS = "it takes 'all', how many, 'device=0,1' or 'driver=nvidia,count=1,capabilities=utility'"


def _gpus(
    *,
    count: int | None,
    driver: str = "",
    device_ids: list[str] | None = None,
    capabilities: list[str] | None = None,
    options: dict[str, str] | None = None,
) -> dict[str, Any]:
    # One, where nothing says how many or which; the Engine takes one of both.
    made: dict[str, Any] = {"count": (1 if device_ids is None else 0) if count is None else count}
    if device_ids is not None:
        made["device_ids"] = device_ids
    return {
        **made,
        "driver": driver,
        "capabilities": [[*(capabilities or []), "gpu"]],
        "options": options or {},
    }


# Limits of block devices


def _of_device(option: str, value: Any, forms: str) -> tuple[str, str]:
    path, _, amount = value.rpartition(":")
    if not path.startswith("/dev/") or not amount:
        raise InvalidArgument(f"{option}={value!r}: {forms}")
    return path, amount


def weight(option: str, value: Any) -> Any:
    """The share of a block device: ``/dev/sda:200``, or as the Engine has it."""
    forms = "it takes '/dev/sda:200', 10 to 1000 or 0, or {'Path': '/dev/sda', 'Weight': 200}"
    if not isinstance(value, str):
        return _engines_own(option, value, forms)
    path, amount = _of_device(option, value, forms)
    if not re.fullmatch(r"\d{1,4}", amount, re.ASCII) or not (10 <= int(amount) <= 1000 or int(amount) == 0):
        raise InvalidArgument(f"{option}={value!r}: {forms}")
    return {"path": path, "weight": int(amount)}


def throttle_bytes(option: str, value: Any) -> Any:
    """A limit in bytes a second: ``/dev/sda:1mb``, or as the Engine has it."""
    forms = "it takes '/dev/sda:1mb', or {'Path': '/dev/sda', 'Rate': 1048576}"
    if not isinstance(value, str):
        return _engines_own(option, value, forms)
    path, amount = _of_device(option, value, forms)
    return {"path": path, "rate": size_bytes(f"{option}={value!r}: the rate", amount)}


def throttle_operations(option: str, value: Any) -> Any:
    """A limit in operations a second: ``/dev/sda:100``, or as the Engine has it."""
    forms = "it takes '/dev/sda:100', or {'Path': '/dev/sda', 'Rate': 100}"
    if not isinstance(value, str):
        return _engines_own(option, value, forms)
    path, amount = _of_device(option, value, forms)
    if not re.fullmatch(r"\d{1,19}", amount, re.ASCII):
        raise InvalidArgument(f"{option}={value!r}: {forms}")
    return {"path": path, "rate": int(amount)}


# Limits of processes

_ULIMITS = (
    *("core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss"),
    *("rtprio", "rttime", "sigpending", "stack"),
)
_ULIMIT_FORMS = (
    "it takes ['nofile=1024:2048'], {'nofile': 1024, 'nproc': (512, 1024)}, or "
    "[{'name': 'nofile', 'soft': 1024, 'hard': 2048}]; -1 is no limit"
)


def ulimits(option: str, value: Any) -> list[Any]:
    """Limits of processes, in docker-py's forms, the docker command's, or by name.

    Raises:
        InvalidArgument: there is no such limit, or the soft one is above the hard one.
    """
    if isinstance(value, Mapping):
        return [_ulimit(option, name, limits) for name, limits in value.items()]
    items = [value] if isinstance(value, str) else value
    if not is_list(items):
        raise InvalidArgument(f"{option}={value!r}: {_ULIMIT_FORMS}")
    return [_one_ulimit(option, item) for item in items]


def _one_ulimit(option: str, item: Any) -> Any:
    if isinstance(item, str):
        name, _, limits = item.partition("=")
        if not re.fullmatch(r"-?\d{1,19}(:-?\d{1,19})?", limits, re.ASCII):
            raise InvalidArgument(f"{option}={item!r}: {_ULIMIT_FORMS}")
        return _ulimit(option, name, [int(limit) for limit in limits.split(":")])
    if not isinstance(item, Mapping):
        return _engines_own(option, item, _ULIMIT_FORMS)
    fields = {str(key).lower(): limit for key, limit in item.items()}
    if not {"name"} <= set(fields) <= {"name", "soft", "hard"}:
        raise InvalidArgument(f"{option}={item!r}: {_ULIMIT_FORMS}")
    given = [limit for limit in (fields.get("soft"), fields.get("hard")) if limit is not None]
    return _ulimit(option, fields["name"], given)


def _ulimit(option: str, name: Any, limits: Any) -> dict[str, Any]:
    given = list(limits) if is_list(limits) else [limits]
    if name not in _ULIMITS or len(given) not in (1, 2):
        raise InvalidArgument(f"{option}: {name!r}: {limits!r}: {_ULIMIT_FORMS}; {', '.join(_ULIMITS)}")
    soft, hard = (whole(f"{option}: {name!r}", limit) for limit in (given[0], given[-1]))
    if hard != -1 and (soft > hard or soft == -1):
        raise InvalidArgument(f"{option}: {name!r}: the soft limit, {soft}, is above the hard one, {hard}")
    return {"name": name, "soft": soft, "hard": hard}
