"""How many tasks a service has: replicated, global, or a job."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dockpy.errors import InvalidArgument
from dockpy.options.values import whole

if TYPE_CHECKING:
    from dockpy.wire.services import ServiceMode, ServiceSpec

__all__ = ["kind_of", "place_mode"]

# The words for a mode, and the Engine's fields.
_FIELDS = {
    "replicated": "replicated",
    "global": "global_",
    "replicated-job": "replicated_job",
    "global-job": "global_job",
}
_BY_LETTERS = {re.sub("[^a-z]", "", word): word for word in _FIELDS}
_FORMS = f"it takes {', '.join(map(repr, _FIELDS))}, or the Engine's {{'Replicated': {{'Replicas': 3}}}}"


def kind_of(mode: ServiceMode | None) -> str:
    """The word for the mode that a service has."""
    for word, field in _FIELDS.items():
        if mode is not None and getattr(mode, field) is not None:
            return word
    return "replicated"


def place_mode(given: Mapping[str, Any], draft: dict[str, Any], current: ServiceSpec | None) -> None:
    """Put ``mode``, ``replicas`` and ``max_concurrent`` where the Engine has them.

    Args:
        given: those of the three that are given.
        draft: the request in the making.
        current: of a change, what the service is: it says what replicas are.

    Raises:
        InvalidArgument: there is no such mode, or its tasks are not counted.
    """
    if not given:
        return
    mode = given.get("mode")
    if mode is None:
        kind = kind_of(current.mode if current is not None else None)
        numbers = dict[str, Any]()
    else:
        kind, numbers = _read(mode)
    if "replicas" in given:
        if kind in ("global", "global-job"):
            raise InvalidArgument(
                f"replicas={given['replicas']!r}: a {kind} service has a task on every node"
            )
        name = "replicas" if kind == "replicated" else "total_completions"
        numbers[name] = _count("replicas", given["replicas"])
    if "max_concurrent" in given:
        if kind != "replicated-job":
            raise InvalidArgument("max_concurrent: it is for mode='replicated-job'")
        numbers["max_concurrent"] = _count("max_concurrent", given["max_concurrent"])
    elif kind == "replicated-job" and mode is not None and "total_completions" in numbers:
        numbers.setdefault(
            "max_concurrent", numbers["total_completions"]
        )  # all at once, as the command has it
    draft["mode"] = {_FIELDS[kind]: numbers}


def _count(option: str, value: Any) -> int:
    if whole(option, value) < 0:
        raise InvalidArgument(f"{option}={value!r}: it takes 0 or more")
    return int(value)


def _read(mode: Any) -> tuple[str, dict[str, Any]]:
    """The word for a mode, and its numbers."""
    if isinstance(mode, str) and mode in _FIELDS:
        return mode, {}
    if callable(dump := getattr(mode, "dump", None)):
        mode = dump()
    if isinstance(mode, Mapping) and len(mode) == 1:
        ((name, numbers),) = mode.items()
        word = _BY_LETTERS.get(re.sub("[^a-z]", "", str(name).lower()))
        if word is not None and (numbers is None or isinstance(numbers, Mapping)):
            given: Mapping[str, Any] = numbers or {}
            return word, {_NUMBERS.get(key, key): item for key, item in given.items()}
    raise InvalidArgument(f"mode={mode!r}: {_FORMS}")


_NUMBERS = {
    "Replicas": "replicas",
    "MaxConcurrent": "max_concurrent",
    "TotalCompletions": "total_completions",
}
