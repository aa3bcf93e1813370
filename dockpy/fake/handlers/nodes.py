"""Handlers of nodes."""

from __future__ import annotations

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.handlers.swarm import read_version
from dockpy.ops import nodes as ops

__all__: list[str] = []


@handles(ops.LIST)
def _list(call: Call) -> Answer:
    filters = call.filters()
    nodes = call.engine.swarm.manager().nodes
    return Answer(json=[nodes.as_json(node) for node in nodes.select(filters, call.engine.api)])


@handles(ops.INSPECT)
def _inspect(call: Call) -> Answer:
    nodes = call.engine.swarm.manager().nodes
    return Answer(json=nodes.as_json(nodes.get(call.id)))


@handles(ops.DELETE)
def _delete(call: Call) -> None:
    call.engine.swarm.manager().nodes.remove(call.id, force=call.flag("force"))


@handles(ops.UPDATE)
def _update(call: Call) -> None:
    spec = call.json()
    version = read_version(call, "node")
    call.engine.swarm.manager().nodes.update(call.id, version, spec)
