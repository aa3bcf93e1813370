"""Handlers of configs."""

from __future__ import annotations

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.handlers.swarm import read_version
from dockpy.ops import configs as ops

__all__: list[str] = []


@handles(ops.LIST)
def _list(call: Call) -> Answer:
    filters = call.filters()
    configs = call.engine.swarm.manager().configs
    return Answer(json=[configs.as_json(one) for one in configs.select(filters, call.engine.api)])


@handles(ops.CREATE)
def _create(call: Call) -> Answer:
    spec = call.json()
    made = call.engine.swarm.manager().configs.create(spec, call.engine.api)
    return Answer(json={"ID": made.id})


@handles(ops.INSPECT)
def _inspect(call: Call) -> Answer:
    configs = call.engine.swarm.manager().configs
    return Answer(json=configs.as_json(configs.get(call.id)))


@handles(ops.DELETE)
def _delete(call: Call) -> None:
    call.engine.swarm.manager().configs.remove(call.id)


@handles(ops.UPDATE)
def _update(call: Call) -> None:
    spec = call.json()
    version = read_version(call, "config")
    call.engine.swarm.manager().configs.update(call.id, version, spec, call.engine.api)
