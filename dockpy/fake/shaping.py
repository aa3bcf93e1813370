"""Answers as an API version has them: the fields that it does not know are taken out.

`dockpy.wire` says of each field from which version on it is there, and until when.
"""

from __future__ import annotations

import functools
import typing
from typing import Any

from dockpy.version import at_least

__all__ = ["shape"]

_Plan = dict[str, Any]
"""By JSON name: None to take the field out, or the plan of what it holds."""


def shape(value: Any, model: str, version: str) -> Any:
    """A JSON value without the fields that the version does not know.

    Args:
        value: an object of the model, or a list of them.
        model: the reference of the model (``containers.ContainerSummary``).
        version: the API version.
    """
    plan = _plan_of(model, version)
    return _apply(value, plan) if plan else value


def _apply(value: Any, plan: _Plan) -> Any:
    if isinstance(value, list):
        return [_apply(item, plan) for item in value]
    if not isinstance(value, dict):
        return value
    if "*" in plan:
        return {name: _apply(item, plan["*"]) for name, item in value.items()}
    shaped = {}
    for name, item in value.items():
        if name not in plan:
            shaped[name] = item
        elif (inner := plan[name]) is not None:
            shaped[name] = _apply(item, inner)
    return shaped


@functools.cache
def _plan_of(model: str, version: str) -> _Plan:
    from dockpy.wire.document import load_model

    return _plan(load_model(model), version, ())


def _plan(cls: type, version: str, above: tuple[type, ...]) -> _Plan:
    from dockpy.wire.base import Model, Since, Until

    plan: _Plan = {}
    for name, info in cls.model_fields.items():  # type: ignore[attr-defined]
        json_name = info.alias or name
        since = next((mark.version for mark in info.metadata if isinstance(mark, Since)), None)
        until = next((mark.version for mark in info.metadata if isinstance(mark, Until)), None)
        if not at_least(version, since) or (until is not None and at_least(version, until)):
            plan[json_name] = None
            continue
        found = _model_in(info.annotation, Model)
        if found is None or found[0] in above:
            continue
        inner = _plan(found[0], version, (*above, cls))
        if inner:
            plan[json_name] = {"*": inner} if found[1] else inner
    return plan


def _model_in(annotation: Any, base: type) -> tuple[type, bool] | None:
    """The model that a field holds, and whether as the values of a mapping."""
    if isinstance(annotation, type) and issubclass(annotation, base):
        return annotation, False
    origin = typing.get_origin(annotation)
    for argument in typing.get_args(annotation):
        if (found := _model_in(argument, base)) is not None:
            return found[0], found[1] or origin is dict
    return None
