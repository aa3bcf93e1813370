"""Query strings and header parameters: values of Python to what the engine reads."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import quote, urlencode

from dockpy.errors import InvalidArgument, VersionMismatch
from dockpy.version import at_least

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
    if param.until and at_least(version, param.until):
        raise VersionMismatch(f"{param.name!r} is gone since API {param.until}", operation=operation.id)
    raise VersionMismatch(
        f"{param.name!r} needs API {param.since}, and the daemon is spoken to in {version}",
        operation=operation.id,
        hint="Leave the option out, or upgrade the engine.",
    )


def filters_json(filters: Mapping[str, Any]) -> str:
    """Filters as the engine reads them: ``{"label": "a", "dangling": True}`` → lists of strings.

    A mapping as a value means ``key=value`` for each of its items (``{"label": {"app": "web"}}``).

    Raises:
        InvalidArgument: a value is neither a str, a number, a bool, nor several of them.
    """
    return _json({_filter_name(name): _filter_values(value) for name, value in filters.items()})


def _filter_name(name: object) -> str:
    if not isinstance(name, str):
        raise InvalidArgument(f"filters: {name!r} is no filter's name: a name is a str")
    return name


def _filter_values(value: Any) -> list[str]:
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, (str, int, float)):
        return [str(value)]
    if isinstance(value, Mapping):
        return [f"{key}={text}" for key, item in value.items() for text in _filter_values(item)]
    if _several(value):
        return [text for item in value for text in _filter_values(item)]
    raise InvalidArgument(f"filters: {value!r} is neither a str, a number, a bool, nor several of them")


def _several(value: object) -> TypeGuard[Collection[Any]]:
    return isinstance(value, (Sequence, Set)) and not isinstance(value, (str, bytes, bytearray, memoryview))


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _encode(operation: Operation[Any], param: Param, value: Any) -> list[str]:
    try:
        texts = _texts(param, value)
        for text in texts:
            text.encode()
        return texts
    except (TypeError, ValueError):  # of another type, no JSON, or a text that no bytes can be made of
        shown = "…" if param.type in ("json", "jsons") else repr(value)  # build arguments may be secrets
        raise InvalidArgument(
            f"{operation.id}'s {param.name}={shown}: it takes {_ACCEPTED[param.type]}",
            operation=operation.id,
        ) from None


def _texts(param: Param, value: Any) -> list[str]:
    match param.type:
        case "bool" if isinstance(value, bool):
            return ["1" if value else "0"]
        case "int" if isinstance(value, int) and not isinstance(value, bool):
            return [str(value)]
        case "str" if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return [str(value)]
        case "strs" if isinstance(value, str):
            return [value]
        case "strs" if _several(value) and all(isinstance(item, str) for item in value):
            return list(value)
        case "filters" if isinstance(value, Mapping):
            return [filters_json(value)] if value else []
        case "json":
            return [value if isinstance(value, str) else _json(value)]
        case "jsons" if isinstance(value, (list, tuple)):
            return [item if isinstance(item, str) else _json(item) for item in value]
        case _:
            raise TypeError(param.type)


_ACCEPTED = {
    "bool": "True or False",
    "int": "a whole number",
    "str": "a str",
    "strs": "a str, or several",
    "filters": "a mapping of filters to a str, a number, a bool, or several of them",
    "json": "a JSON value",
    "jsons": "a list of JSON values",
}


def _unknown(operation: Operation[Any], name: str, params: Mapping[str, Param]) -> str:
    near = difflib.get_close_matches(name, params, n=1)
    known = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(params) or 'none'}"
    return f"{operation.id} has no parameter {name!r}: {known}"
