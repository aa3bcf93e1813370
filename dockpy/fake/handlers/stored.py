"""Handlers of what a swarm stores for its services: configs and secrets, asked for in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.handlers.swarm import read_version
from dockpy.ops import configs, secrets

if TYPE_CHECKING:
    from types import ModuleType

    from dockpy.fake.state.swarm_data import DataObjects

__all__: list[str] = []


def _declare(ops: ModuleType, noun: str) -> None:
    def stored(call: Call) -> DataObjects:
        manager = call.engine.swarm.manager()
        return manager.configs if noun == "config" else manager.secrets

    @handles(ops.LIST)
    def _list(call: Call) -> Answer:
        filters = call.filters()
        objects = stored(call)
        return Answer(json=[objects.as_json(one) for one in objects.select(filters, call.engine.api)])

    @handles(ops.CREATE)
    def _create(call: Call) -> Answer:
        spec = call.json()
        return Answer(json={"ID": stored(call).create(spec, call.engine.api).id})

    @handles(ops.INSPECT)
    def _inspect(call: Call) -> Answer:
        objects = stored(call)
        return Answer(json=objects.as_json(objects.get(call.id)))

    @handles(ops.DELETE)
    def _delete(call: Call) -> None:
        stored(call).remove(call.id)

    @handles(ops.UPDATE)
    def _update(call: Call) -> None:
        spec = call.json()
        version = read_version(call, noun)
        stored(call).update(call.id, version, spec, call.engine.api)


_declare(configs, "config")
_declare(secrets, "secret")
