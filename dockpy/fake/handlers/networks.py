"""Handlers of networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.failure import Failure
from dockpy.fake.state.listing import prunable_networks, select_networks
from dockpy.ops import networks as ops
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.state.container import Container

__all__: list[str] = []

_GO_BOOLS = ("1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False", "")


@handles(ops.LIST)
def _list(call: Call) -> Answer:
    engine = call.engine
    found = select_networks(engine, engine.networks, call.filters())
    return Answer(json=[network.summary(engine.api) for network in found])


@handles(ops.INSPECT)
def _inspect(call: Call) -> Answer:
    verbose = call.text("verbose")
    if verbose not in _GO_BOOLS:
        problem = f'strconv.ParseBool: parsing "{verbose}": invalid syntax'
        raise Failure(400, f"invalid value for verbose: {verbose}: {problem}")
    network = call.engine.networks.get(call.id, call.text("scope"))
    return Answer(json=network.inspect(call.engine.api))


@handles(ops.CREATE)
def _create(call: Call) -> Answer:
    request = call.json()
    if not call.knows("1.44") and at_least(call.engine.api, "1.44"):
        request["CheckDuplicate"] = True
    if not call.knows("1.48"):
        request.pop("EnableIPv4", None)
    network, warning = call.engine.networks.create(request)
    return Answer(json={"Id": network.id, "Warning": warning})


@handles(ops.DELETE)
def _delete(call: Call) -> None:
    call.engine.networks.remove(call.id)


@handles(ops.CONNECT)
def _connect(call: Call) -> None:
    request = call.json()
    call.engine.networks.get(call.id)
    asked = dict(request.get("EndpointConfig") or {})
    if not call.knows("1.44"):
        asked.pop("MacAddress", None)
    call.engine.networks.connect(call.id, _container(call, request.get("Container") or ""), asked)


@handles(ops.DISCONNECT)
def _disconnect(call: Call) -> None:
    request = call.json()
    call.engine.networks.get(call.id)
    container = _container(call, request.get("Container") or "")
    call.engine.networks.disconnect(call.id, container, bool(request.get("Force")))


def _container(call: Call, reference: str) -> Container:
    if not reference:
        raise Failure(400, 'invalid name or ID supplied: ""')
    return call.engine.containers.get(reference)


@handles(ops.PRUNE)
def _prune(call: Call) -> Answer:
    engine = call.engine
    wanted = prunable_networks(engine, engine.networks, call.filters())
    removed = engine.networks.prune(wanted)
    return Answer(json={"NetworksDeleted": removed or None})
