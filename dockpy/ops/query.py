"""Query strings and header parameters: values of Python to what the engine reads."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from dockpy.errors import InvalidArgument, VersionMismatch

if TYPE_CHECKING:
    from dockpy.ops.operation import Operation, Param

__all__ = ["encode_query", "filters_json"]


def encode_query(operation: Operation[Any], values: Mapping[str, Any], version: str) -> str:
    """The query string of a call, without the question mark.

    Args:
        operation: the operation.
        values: its parameters by their names on the wire; None leaves one out.
        version: the API version that the daemon is spoken to in.

    Raises:
        InvalidArgument: there is no such parameter, its value is of another type, or a required one is
            missing.
        VersionMismatch: the daemon's version does not know a parameter.
    """
    params = {param.name: param for param in operation.query}
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if value is None:
            continue
        param = params.get(name)
        if param is None:
            raise InvalidArgument(_unknown(operation, name, params), operation=operation.id)
        check_known(operation, param, version)
        pairs += [(name, text) for text in _encode(operation, param, value)]
    missing = [p.name for p in operation.query if p.required and values.get(p.name) is None]
    if missing:
        raise InvalidArgument(
            f"{operation.id} needs the parameter {', '.join(missing)}", operation=operation.id
        )
    return urlencode(pairs, quote_via=quote, safe="/:@,")


def check_known(operation: Operation[Any], param: Param, version: str) -> None:
    """Refuse a parameter that the version does not know.

    Raises:
        VersionMismatch: it does not.
    """
    if param.known_to(version):
        return
    if param.until and not param.since:
        raise VersionMismatch(f"{param.name!r} is gone since API {param.until}", operation=operation.id)
    raise VersionMismatch(
        f"{param.name!r} needs API {param.since}, and the daemon is spoken to in {version}",
        operation=operation.id,
        hint="Leave the option out, or upgrade the engine.",
    )


def filters_json(filters: Mapping[str, Any]) -> str:
    """Filters as the engine reads them: ``{"label": "a", "dangling": True}`` → lists of strings.

    A mapping as a value means ``key=value`` for each of its items (``{"label": {"app": "web"}}``).
    """
    wanted = {name: _strings(value) for name, value in filters.items() if value is not None}
    return json.dumps(wanted, separators=(",", ":"))


def _strings(value: Any) -> list[str]:
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, Mapping):
        return [f"{key}={item}" for key, item in value.items()]
    if isinstance(value, (str, int, float)):
        return [str(value)]
    if not isinstance(value, Iterable):
        raise InvalidArgument(f"filters: {value!r} is neither a str, a number, a bool, nor several of them")
    return [text for item in value for text in _strings(item)]


def _encode(operation: Operation[Any], param: Param, value: Any) -> list[str]:
    match param.type:
        case "bool" if isinstance(value, bool):
            return ["1" if value else "0"]
        case "int" if isinstance(value, int) and not isinstance(value, bool):
            return [str(value)]
        case "str" if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return [str(value)]
        case "strs" if isinstance(value, str):
            return [value]
        case "strs" if isinstance(value, Iterable):
            return [str(item) for item in value]
        case "filters" if isinstance(value, Mapping):
            return [filters_json(value)] if value else []
        case "json":
            return [value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))]
        case "jsons" if isinstance(value, (list, tuple)):
            return [item if isinstance(item, str) else json.dumps(item) for item in value]
        case _:
            raise InvalidArgument(
                f"{operation.id}'s {param.name}={value!r}: it takes {_ACCEPTED[param.type]}",
                operation=operation.id,
            )


_ACCEPTED = {
    "bool": "True or False",
    "int": "a whole number",
    "str": "a str",
    "strs": "a str, or several",
    "filters": "a mapping of filters to values",
    "json": "a JSON value",
    "jsons": "a list of JSON values",
}


def _unknown(operation: Operation[Any], name: str, params: Mapping[str, Param]) -> str:
    near = difflib.get_close_matches(name, params, n=1)
    known = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(params) or 'none'}"
    return f"{operation.id} has no parameter {name!r}: {known}"
