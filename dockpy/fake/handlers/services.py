"""Handlers of services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.handlers.swarm import read_version
from dockpy.fake.handlers.tasks import log_answer
from dockpy.ops import services as ops
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.state.swarm_cluster import Cluster
    from dockpy.fake.state.swarm_task import Task

__all__: list[str] = []


@handles(ops.LIST)
def _list(call: Call) -> Answer:
    filters = call.filters()
    services = call.engine.swarm.manager().services
    counted = call.flag("status") and call.knows("1.41")
    told = []
    for service in services.select(filters, call.engine.api):
        one = service.as_json()
        if counted:
            one["ServiceStatus"] = services.count(service)
        told.append(one)
    return Answer(json=told)


@handles(ops.CREATE)
def _create(call: Call) -> Answer:
    spec = call.json()
    services = call.engine.swarm.manager().services
    service = services.create(spec, call.engine, call.headers.get("x-registry-auth"))
    warnings = {"Warnings": None} if at_least(call.engine.api, "1.42") else {}
    return Answer(json={"ID": service.id, **warnings})


@handles(ops.INSPECT)
def _inspect(call: Call) -> Answer:
    service = call.engine.swarm.manager().services.get(call.id)
    return Answer(json=service.as_json(defaults=call.flag("insertDefaults")))


@handles(ops.DELETE)
def _delete(call: Call) -> None:
    call.engine.swarm.manager().services.remove(call.id)


@handles(ops.UPDATE)
def _update(call: Call) -> Answer:
    spec = call.json()
    version = read_version(call, "service")
    call.engine.swarm.manager().services.update(
        call.id,
        version,
        spec,
        call.engine,
        auth=call.headers.get("x-registry-auth"),
        auth_from=call.text("registryAuthFrom"),
        rollback=call.text("rollback"),
    )
    return Answer(json={"Warnings": None})


@handles(ops.LOGS)
def _logs(call: Call) -> Answer:
    def choose(cluster: Cluster) -> tuple[Callable[[], list[Task]], Callable[[], bool], bool]:
        service = cluster.services.get(call.id)
        tty = bool(service.spec["TaskTemplate"]["ContainerSpec"].get("TTY"))
        return lambda: cluster.tasks.of(service), lambda: cluster.services.is_gone(service), tty

    return log_answer(call, choose)
