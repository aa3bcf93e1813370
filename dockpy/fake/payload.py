"""Payloads of requests as an engine reads them, with its words for those it cannot read."""

from __future__ import annotations

import functools
import json
import types
from typing import Any, Union, get_args, get_origin

from dockpy.fake.failure import Failure

__all__ = ["json_kind", "json_problem", "read_filters", "read_object"]

_PLACES = {
    "Expecting value": "looking for beginning of value",
    "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    "Illegal trailing comma before end of object": "looking for beginning of object key string",
    "Expecting ':' delimiter": "after object key",
    "Expecting ',' delimiter": "after object key:value pair",
}


def read_object(
    data: bytes, model: str | None, *, strict: bool, required: bool, content_type: str
) -> dict[str, Any]:
    """A request's JSON object.

    Args:
        data: the body.
        model: the reference of its model, for the types of its fields.
        strict: as engines of API 1.42 and later do: 400 and not 500, nothing after the object.
        required: no body is an error.
        content_type: the header.

    Raises:
        Failure: it is none, in the engine's words.
    """
    if data and content_type.partition(";")[0].strip().lower() != "application/json":
        shown = content_type.partition(";")[0].strip()
        raise Failure(
            400,
            f"unsupported Content-Type header ({shown}): must be 'application/json'"
            if strict
            else f"Content-Type specified ({shown}) must be 'application/json'",
        )
    if not data.strip():
        if not required:
            return {}
        raise (
            Failure(400, "invalid JSON: got EOF while reading request body")
            if strict
            else Failure(500, "EOF")
        )
    try:
        text = data.decode("utf-8", "replace")
        value, end = json.JSONDecoder().raw_decode(text, len(text) - len(text.lstrip()))
    except (ValueError, RecursionError) as error:
        raise _failure(json_problem(error), strict) from None
    if not isinstance(value, dict):
        what = json_kind(value)
        raise _failure(f"json: cannot unmarshal {what} into Go value of type {_go_name(model)}", strict)
    if strict and text[end:].strip():
        raise Failure(400, "unexpected content after JSON")
    for name, wanted in _types(model).items() if model else ():
        given = value.get(name)
        if given is not None and not _fits(given, wanted):
            kind = json_kind(given)
            raise _failure(
                f"json: cannot unmarshal {kind} into Go struct field .{name} of type {_GO[wanted]}", strict
            )
    return value


def _failure(problem: str, strict: bool) -> Failure:
    return Failure(400, f"invalid JSON: {problem}") if strict else Failure(500, problem)


def json_problem(error: Exception) -> str:
    """What is wrong with a text that is no JSON, in Go's words."""
    if not isinstance(error, json.JSONDecodeError):
        return "exceeded max depth"
    if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated"):
        return "unexpected EOF"
    place = _PLACES.get(error.msg.partition(" (")[0], "looking for beginning of value")
    return f"invalid character {error.doc[error.pos]!r} {place}"


def _go_name(model: str | None) -> str:
    return f"container.{model.partition('.')[2].removeprefix('Container')}" if model else "interface {}"


_GO = {str: "string", int: "int", bool: "bool", list: "[]string", dict: "map[string]string"}


_ALSO_STRINGS = {"Cmd", "Entrypoint", "Shell"}
"""An engine takes one string for a list of one."""


def _fits(value: Any, wanted: type) -> bool:
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, wanted)


def json_kind(value: Any) -> str:
    """What JSON calls a value."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


@functools.cache
def _types(model: str) -> dict[str, type]:
    """By JSON name, the Python type of the fields that have a plain one."""
    from dockpy.wire.document import load_model

    cls = load_model(model)
    found: dict[str, type] = {}
    for name, info in cls.model_fields.items():
        plain = _plain(info.annotation)
        if plain is not None and (info.alias or name) not in _ALSO_STRINGS:
            found[info.alias or name] = plain
    return found


def _plain(annotation: Any) -> type | None:
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [arg for arg in get_args(annotation) if arg is not type(None)]
        return _plain(inner[0]) if len(inner) == 1 else None
    origin = get_origin(annotation) or annotation
    return origin if origin in _GO else None


def read_filters(text: str, *, strict: bool) -> dict[str, list[str]]:
    """The parameter ``filters``: name to values, in both of the ways that clients write them.

    Raises:
        Failure: it is none of them.
    """
    try:
        given = json.loads(text)
        if not isinstance(given, dict):
            raise TypeError(
                f"json: cannot unmarshal {json_kind(given)} into Go value of type map[string][]string"
            )
        for values in given.values():
            if not isinstance(values, (list, dict)) or not all(isinstance(value, str) for value in values):
                raise TypeError("json: cannot unmarshal into Go value of type map[string][]string")
    except (ValueError, RecursionError) as error:
        raise Failure(400, "invalid filter") if strict else Failure(500, json_problem(error)) from None
    except TypeError as error:
        raise Failure(400, "invalid filter") if strict else Failure(500, str(error)) from None
    return {
        name: [value for value in values if not isinstance(values, dict) or values[value]]
        for name, values in given.items()
    }
