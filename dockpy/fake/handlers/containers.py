"""Handlers of containers: their creation, life and removal, and what is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.call import Answer, Call, handles
from dockpy.fake.failure import Failure
from dockpy.fake.kernel.signals import signal_number
from dockpy.fake.router import encode_json
from dockpy.fake.state.container_filters import prune, select
from dockpy.fake.state.container_views import inspect, summary
from dockpy.fake.state.restart_policy import check_policy
from dockpy.fake.state.running import check_running
from dockpy.fake.state.stats import samples
from dockpy.fake.state.top import top
from dockpy.ops import containers as ops
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.state.container import Container

__all__: list[str] = []

KILL = 9
_CONDITIONS = ("not-running", "next-exit", "removed")


def _modern(call: Call) -> bool:
    return at_least(call.engine.api, "1.42")


def _container(call: Call) -> Container:
    return call.engine.containers.get(call.id)


@handles(ops.CREATE)
def _create(call: Call) -> Answer:
    name = call.text("name")
    request = call.json()
    for field in () if call.knows("1.42") else ("ConsoleSize", "Annotations"):
        (request.get("HostConfig") or {}).pop(field, None)
    container, warnings = call.engine.containers.create(name, request, platform=call.text("platform"))
    return Answer(json={"Id": container.id, "Warnings": warnings})


@handles(ops.INSPECT)
def _inspect(call: Call) -> Answer:
    return Answer(json=inspect(_container(call), size=call.flag("size"), knows=call.knows))


@handles(ops.LIST)
def _list(call: Call) -> Answer:
    limit = _number(call, "limit")
    found = select(call.engine, call.filters(), everything=call.flag("all"), limit=limit)
    size, links = call.flag("size"), call.engine.containers.links()
    return Answer(
        json=[
            summary(container, size=size, knows=call.knows, links=links.get(container.id, ()))
            for container in found
        ]
    )


def _number(call: Call, name: str) -> int:
    try:
        return call.number(name)
    except Failure as failure:
        raise Failure(500, failure.message) from None


@handles(ops.PRUNE)
def _prune(call: Call) -> Answer:
    removed, space = prune(call.engine, call.filters())
    return Answer(json={"ContainersDeleted": removed or None, "SpaceReclaimed": space})


@handles(ops.START)
def _start(call: Call) -> Answer | None:
    if len(call.body()) > 7:  # what an old client sends for nothing is no longer
        raise Failure(
            400,
            "starting container with non-empty request body was deprecated since API v1.22 "
            "and removed in v1.24",
        )
    container = _container(call)
    if call.text("checkpoint") and not container.state.running:
        raise Failure(400, "checkpoint is only supported in experimental mode")
    started = call.engine.containers.start(container)
    return None if started else Answer(status=304)


@handles(ops.STOP)
def _stop(call: Call) -> Answer | None:
    container = _container(call)
    if not container.state.running and not container.state.restarting:
        _timeout(call)
        return Answer(status=304)
    signal = _stop_signal(call, container, "stop")
    stopped = call.engine.containers.stop(container, _timeout(call), signal, call.gone)
    return None if stopped else Answer(status=304)


@handles(ops.RESTART)
def _restart(call: Call) -> None:
    container = _container(call)
    signal = _stop_signal(call, container, "restart")
    timeout = _timeout(call)
    try:
        call.engine.containers.restart(container, timeout, signal, call.gone)
    except Failure as failure:
        raise Failure(500, f"Cannot restart container {call.id}: {failure.message}") from None


def _timeout(call: Call) -> int | None:
    return _number(call, "t") if call.text("t") else None


def _stop_signal(call: Call, container: Container, what: str) -> int | None:
    text = call.text("signal")
    if not text or not call.knows("1.42"):
        return None
    number = signal_number(text)
    if number is None:
        raise Failure(500, f"cannot {what} container: {container.id}: invalid signal: {text}")
    return number


@handles(ops.KILL)
def _kill(call: Call) -> None:
    text = call.text("signal")
    signal = _signal(text, call.id, _modern(call)) if text else KILL
    try:
        container = _container(call)
    except Failure as failure:
        raise Failure(failure.status, f"{_cannot_kill(call, call.id)}: {failure.message}") from None
    call.engine.containers.kill(container, signal, called=call.id)


def _cannot_kill(call: Call, shown: str) -> str:
    return f"{'c' if _modern(call) else 'C'}annot kill container: {shown}"


def _signal(text: str, called: str, modern: bool) -> int:
    number = signal_number(text)
    if number is not None:
        return number
    if text.removeprefix("-").isdecimal() and int(text):
        if modern:
            problem = f"the linux daemon does not support signal {text}"
            raise Failure(400, f"cannot kill container: {called}: {problem}")
        raise Failure(
            500,
            f"Cannot kill container: {called}: The linux daemon does not support signal {int(text) % 2**64}",
        )
    if modern:
        raise Failure(400, f"cannot kill container: {called}: invalid signal: {text}")
    raise Failure(400, f"Invalid signal: {text}")


@handles(ops.PAUSE)
def _pause(call: Call) -> None:
    call.engine.containers.pause(_container(call))


@handles(ops.UNPAUSE)
def _unpause(call: Call) -> None:
    call.engine.containers.unpause(_container(call))


@handles(ops.RENAME)
def _rename(call: Call) -> None:
    call.engine.containers.rename(_container(call), call.text("name"))


@handles(ops.UPDATE)
def _update(call: Call) -> Answer:
    request = call.json()
    if _modern(call):  # before it knows the container
        check_policy(request.get("RestartPolicy") or {}, modern=True)
    warnings = call.engine.containers.update(_container(call), request)
    return Answer(json={"Warnings": warnings or None})


@handles(ops.DELETE)
def _remove(call: Call) -> None:
    call.engine.containers.remove(
        _container(call),
        force=call.flag("force"),
        volumes=call.flag("v"),
        link=call.flag("link"),
        called=call.id,
        peer=call.gone,
    )


@handles(ops.RESIZE)
def _resize(call: Call) -> None:
    height, width = read_size(call)
    container = _container(call)
    if container.state.restarting:
        modern = f'NotFound: container "{container.id}" in namespace "moby": not found'
        raise Failure(404, modern if _modern(call) else "no such container")
    check_running(container)
    if container.stdio.terminal is not None:
        container.stdio.terminal.resize(height, width)
    container.emit("resize", height=str(height), width=str(width))


def read_size(call: Call) -> tuple[int, int]:
    """Height and width of a terminal.

    Raises:
        Failure: 400, they are no numbers.
    """
    sizes = []
    for name, label in (("h", "height"), ("w", "width")):
        text = call.text(name)
        modern = _modern(call)
        if not text.removeprefix("-").isdecimal() or (modern and text.startswith("-")):
            problem = f'invalid resize {label} "{text}": ' if modern else f'strconv.Atoi: parsing "{text}": '
            what = "value out of range" if text.removeprefix("-").isdecimal() else "invalid syntax"
            raise Failure(400, f"{problem}{what}")
        sizes.append(int(text))
    return sizes[0], sizes[1]


@handles(ops.WAIT)
def _wait(call: Call) -> Answer:
    condition = call.text("condition") or "not-running"
    if condition not in _CONDITIONS:
        if _modern(call):
            raise Failure(400, f'invalid condition: "{condition}"')
        condition = "not-running"
    container = _container(call)
    return Answer(
        stream=_waited(call, container, condition, container.exits), content_type="application/json"
    )


def _waited(call: Call, container: Container, condition: str, exits: int) -> Iterator[bytes]:
    state = container.state

    def over() -> bool:
        if state.removed:
            return True
        if condition == "removed":
            return False
        return container.exits != exits or (condition == "not-running" and not state.running)

    if not over():
        yield b""  # the head goes out at once, so that who waits first and starts then misses nothing
    call.engine.wait(over, call.gone)
    value: dict[str, Any] = {"StatusCode": state.exit_code if container.exits == 0 else container.last_exit}
    if not call.knows("1.42") or not _modern(call):
        value = {"Error": None, **value}
    yield encode_json(value)


@handles(ops.TOP)
def _top(call: Call) -> Answer:
    container = _container(call)
    titles, rows = top(container, call.text("ps_args") or "-ef")
    container.emit("top")
    return Answer(json={"Processes": rows or None, "Titles": titles})


@handles(ops.STATS)
def _stats(call: Call) -> Answer:
    container = _container(call)
    stream, once = call.flag("stream", True), call.flag("one-shot")
    if stream and once:
        raise Failure(400, "cannot have stream=true and one-shot=true")
    values = samples(container, stream=stream, once=once, peer=call.gone, knows=call.knows)
    return Answer(stream=(encode_json(value) for value in values), content_type="application/json")
