"""Handlers of the daemon itself."""

from __future__ import annotations

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.failure import Failure
from dockpy.fake.state.event_stream import EventStream, check_order, encode_event, parse_time
from dockpy.fake.state.system import DISK_USAGE_KINDS
from dockpy.ops import system as ops
from dockpy.version import at_least

__all__: list[str] = []

_SEQUENCE = "application/json-seq"
_EVENT_TYPES = ("application/jsonl", "application/x-ndjson", _SEQUENCE)


def _ping_headers(call: Call) -> dict[str, str]:
    headers = {"Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache"}
    api = call.engine.api
    if at_least(api, "1.42"):
        headers["Builder-Version"] = "2"
        swarm = call.engine.system.swarm()
        state = swarm["LocalNodeState"]
        role = "manager" if swarm["ControlAvailable"] else "worker"
        headers["Swarm"] = f"active/{role}" if state == "active" else state
    return headers


@handles(ops.PING)
def _ping(call: Call) -> Answer:
    return Answer(body=b"OK", headers=_ping_headers(call))


@handles(ops.PING_HEAD)
def _ping_head(call: Call) -> Answer:
    return Answer(body=b"", headers={**_ping_headers(call), "Content-Length": "0"})


@handles(ops.VERSION)
def _version(call: Call) -> Answer:
    return Answer(json=call.engine.system.version())


@handles(ops.INFO)
def _info(call: Call) -> Answer:
    return Answer(json=call.engine.system.info(call.version))


@handles(ops.AUTH)
def _auth(call: Call) -> Answer:
    return Answer(json=call.engine.registries.login(call.json()))


@handles(ops.EVENTS)
def _events(call: Call) -> Answer:
    texts = call.text("since"), call.text("until")
    since, until = parse_time(texts[0]), parse_time(texts[1])
    check_order(since, until, texts)
    kind = "application/json"
    if call.knows("1.52"):
        accepted = [one.partition(";")[0].strip() for one in call.headers.get("accept", "").split(",")]
        kind = next((one for one in accepted if one in _EVENT_TYPES), _EVENT_TYPES[0])
    prefix = b"\x1e" if kind == _SEQUENCE else b""
    stream = EventStream(
        call.engine,
        since,
        until,
        call.filters(),
        lambda event: prefix + encode_event(event, call.version),
        call.gone,
    )
    return Answer(stream=stream, content_type=kind)


@handles(ops.DATA_USAGE)
def _data_usage(call: Call) -> Answer:
    kinds = call.all_of("type") if call.knows("1.42") else []
    for kind in kinds:
        if kind not in DISK_USAGE_KINDS:
            raise Failure(400, f"unknown object type: {kind}")
    told = call.engine.system.disk_usage(
        kinds or DISK_USAGE_KINDS, call.version, verbose=call.flag("verbose")
    )
    return Answer(json=told)
