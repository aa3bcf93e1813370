"""Payloads of requests as an engine reads them, with its words for those it cannot read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from dockpy.fake.failure import Failure
from dockpy.fake.gojson import json_kind, misfit, type_of

__all__ = ["Reader", "json_kind", "json_problem", "read_filters", "read_object"]

_HALF = re.compile("[\ud800-\udfff]")
_PLACES = {
    "Expecting value": "looking for beginning of value",
    "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    "Illegal trailing comma before end of object": "looking for beginning of object key string",
    "Expecting ':' delimiter": "after object key",
    "Expecting ',' delimiter": "after object key:value pair",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """How a part of an engine reads the body that it is sent.

    Attributes:
        modern: as engines of API 1.42 and later do.
        status: what it answers where it cannot read.
        plain: it says what its decoder says and no more, and takes whatever follows the object.
        required: no body is an error.
        checked: the body's type has to be named rightly.
    """

    modern: bool
    status: int = 400
    plain: bool = False
    required: bool = False
    checked: bool = True

    def failure(self, problem: str) -> Failure:
        """What it answers where something is wrong with the body."""
        return Failure(self.status, problem if self.plain else f"invalid JSON: {problem}")


def read_object(data: bytes, model: str | None, reader: Reader, content_type: str) -> dict[str, Any]:
    """A request's JSON object.

    Args:
        data: the body.
        model: the reference of its model, for the types of its fields.
        reader: who reads it.
        content_type: the header.

    Raises:
        Failure: it is none, in the engine's words.
    """
    shown = content_type.partition(";")[0].strip()
    if data and reader.checked and shown.lower() != "application/json":
        raise Failure(
            400,
            f"unsupported Content-Type header ({shown}): must be 'application/json'"
            if reader.modern
            else f"Content-Type specified ({shown}) must be 'application/json'",
        )
    if not data.strip():
        if not reader.required:
            return {}
        bare = reader.plain and reader.status == 500
        raise reader.failure("EOF" if bare else "got EOF while reading request body")
    try:
        text = data.decode("utf-8", "replace")
        value, end = json.JSONDecoder().raw_decode(text, len(text) - len(text.lstrip()))
        value = _characters(value) if "\\u" in text else value
    except (ValueError, RecursionError) as error:
        raise reader.failure(json_problem(error)) from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        wanted = type_of(model, reader.modern)
        raise reader.failure(f"json: cannot unmarshal {json_kind(value)} into Go value of type {wanted}")
    if not reader.plain and text[end:].strip():
        raise Failure(400, "unexpected content after JSON")
    if model and (problem := misfit(value, model, reader.modern)):
        raise reader.failure(problem)
    return value


def _characters(value: Any) -> Any:
    """The same with U+FFFD for halves of a pair that JSON wrote alone, as Go reads them."""
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [_characters(item) for item in value]
    if isinstance(value, dict):
        return {_characters(key): _characters(item) for key, item in value.items()}
    return value


def json_problem(error: Exception) -> str:
    """What is wrong with a text that is no JSON, in Go's words."""
    if not isinstance(error, json.JSONDecodeError):
        return "exceeded max depth"
    left = error.doc[error.pos :].rstrip()
    if error.msg.startswith("Unterminated") or any(
        word.startswith(left) for word in ("null", "true", "false")
    ):
        return "unexpected EOF"
    place = _PLACES.get(error.msg.partition(" (")[0], "looking for beginning of value")
    return f"invalid character {error.doc[error.pos]!r} {place}"


def read_filters(text: str, *, strict: bool) -> dict[str, list[str]]:
    """The parameter ``filters``: name to values, in both of the ways that clients write them.

    Raises:
        Failure: it is none of them.
    """
    try:
        given = _characters(json.loads(text))
        if not isinstance(given, dict):
            raise TypeError(
                f"json: cannot unmarshal {json_kind(given)} into Go value of type map[string]map[string]bool"
            )
        for values in given.values():
            if not isinstance(values, (list, dict)):
                raise TypeError(
                    f"json: cannot unmarshal {json_kind(values)} into Go value of type map[string]bool"
                )
            for value in values if isinstance(values, list) else ():
                if not isinstance(value, str):
                    raise TypeError(
                        f"json: cannot unmarshal {json_kind(values)} into Go value of type map[string]bool"
                    )
    except (ValueError, RecursionError) as error:
        raise Failure(400, "invalid filter") if strict else Failure(500, json_problem(error)) from None
    except TypeError as error:
        raise Failure(400, "invalid filter") if strict else Failure(500, str(error)) from None
    return {
        name: [value for value in values if not isinstance(values, dict) or values[value]]
        for name, values in given.items()
    }
