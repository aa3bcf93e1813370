"""Plugins: made, pulled, set, started, stopped, pushed, removed."""

from __future__ import annotations

import json
from typing import Any

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.failure import Failure
from dockpy.fake.payload import json_kind, json_problem
from dockpy.fake.state.image_lines import Lines
from dockpy.fake.state.plugin_transfers import pull, push, upgrade, wanted
from dockpy.ops import plugins as ops
from dockpy.version import at_least

__all__: list[str] = []

_AUTH = "x-registry-auth"


@handles(ops.LIST)
def _list(call: Call) -> Answer:
    return Answer(json=[plugin.inspect() for plugin in call.engine.plugins.list(call.filters())])


@handles(ops.INSPECT)
def _inspect(call: Call) -> Answer:
    return Answer(json=call.engine.plugins.get(call.id).inspect())


@handles(ops.PRIVILEGES)
def _privileges(call: Call) -> Answer:
    return Answer(json=wanted(call.engine, call.text("remote"), call.headers.get(_AUTH)))


@handles(ops.PULL)
def _pull(call: Call) -> Answer:
    granted = _granted(call)
    lines = Lines(call.version)
    auth = call.headers.get(_AUTH)
    pulled = pull(call.engine, call.text("remote"), call.text("name"), granted, lines, auth=auth)
    return Answer(stream=lines.guarded(pulled))


@handles(ops.UPGRADE)
def _upgrade(call: Call) -> Answer:
    granted = _granted(call)
    lines = Lines(call.version)
    auth = call.headers.get(_AUTH)
    done = upgrade(call.engine, call.id, call.text("remote"), granted, lines, auth=auth)
    return Answer(stream=lines.guarded(done))


@handles(ops.CREATE)
def _create(call: Call) -> None:
    call.engine.plugins.create(call.text("name"), call.pieces)


@handles(ops.PUSH)
def _push(call: Call) -> Answer:
    lines = Lines(call.version)
    return Answer(stream=lines.guarded(push(call.engine, call.id, lines, auth=call.headers.get(_AUTH))))


@handles(ops.DELETE)
def _delete(call: Call) -> None:
    call.engine.plugins.remove(call.id, force=call.flag("force"))


@handles(ops.ENABLE)
def _enable(call: Call) -> None:
    text = call.text("timeout")
    try:
        int(text)
    except ValueError:
        raise Failure(500, f'strconv.Atoi: parsing "{text}": invalid syntax') from None
    call.engine.plugins.enable(call.id)


@handles(ops.DISABLE)
def _disable(call: Call) -> None:
    call.engine.plugins.disable(call.id)


@handles(ops.SET)
def _set(call: Call) -> None:
    settings = _items(call, str, "[]string", old_status=400, old_prefix="")
    call.engine.plugins.set(call.id, settings)


def _granted(call: Call) -> list[Any]:
    return _items(
        call, dict, "types.PluginPrivileges", old_status=500, old_prefix="failed to parse privileges: "
    )


def _items(call: Call, kind: type, go_type: str, *, old_status: int, old_prefix: str) -> list[Any]:
    """The body, a JSON array of one kind of thing; engines before API 1.42 want one, whatever its type."""
    new = at_least(call.engine.api, "1.42")
    data = call.body()

    def failure(text: str) -> Failure:
        return Failure(400, f"invalid JSON: {text}") if new else Failure(old_status, old_prefix + text)

    if not data.strip():
        if new:
            return []
        raise failure("EOF" if old_prefix else "got EOF while reading request body")
    given = call.headers.get("content-type", "")
    if new and not given:
        raise Failure(400, "malformed Content-Type header (): mime: no media type")
    if new and given.partition(";")[0].strip().lower() != "application/json":
        raise Failure(400, f"unsupported Content-Type header ({given}): must be 'application/json'")
    try:
        items = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise failure(json_problem(error)) from None
    if items is None:
        return []
    if not isinstance(items, list):
        raise failure(f"json: cannot unmarshal {json_kind(items)} into Go value of type {go_type}")
    for number, item in enumerate(items):
        if not isinstance(item, kind):
            of = "Go value" if not new or kind is not str else f".{number}"
            wanted = go_type.removeprefix("[]")
            raise failure(f"json: cannot unmarshal {json_kind(item)} into {of} of type {wanted}")
    return list(items)
