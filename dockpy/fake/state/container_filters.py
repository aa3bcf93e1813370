"""Which containers a filter means: for lists, and for what is pruned."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.image import Image

__all__ = ["prune", "select"]

_KNOWN = {
    "ancestor", "before", "exited", "expose", "health", "id", "isolation", "is-task", "label", "name",
    "network", "publish", "since", "status", "volume",
}  # fmt: skip
_STATES = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
_HEALTH = ("none", "starting", "healthy", "unhealthy")
_PRUNE = ("label", "label!", "until")
_UNITS = {"ns": 1, "us": 1000, "µs": 1000, "ms": 1_000_000, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND}


def select(
    engine: Engine, filters: Mapping[str, Sequence[str]], *, everything: bool, limit: int
) -> list[Container]:
    """The containers that a list tells, the newest first.

    Args:
        engine: the daemon.
        filters: what is asked for.
        everything: those that do not run, too.
        limit: so many at most; 0 for all.

    Raises:
        Failure: a filter cannot be.
    """
    modern = at_least(engine.api, "1.42")
    for name in filters:
        if name not in _KNOWN:
            raise Failure(400, f"{'i' if modern else 'I'}nvalid filter '{name}'")
    _check_states(filters, modern)
    tests = _tests(engine, filters, modern)
    newest_first = sorted(engine.containers, key=lambda one: one.created, reverse=True)
    if since := filters.get("since"):
        newest_first = [one for one in newest_first if one.created > _named(engine, since[0], modern).created]
    if before := filters.get("before"):
        newest_first = [
            one for one in newest_first if one.created < _named(engine, before[0], modern).created
        ]
    all_states = everything or limit > 0 or bool({"status", "exited", "since", "before"} & set(filters))
    found = [
        one for one in newest_first if (all_states or one.state.running) and all(test(one) for test in tests)
    ]
    return found[:limit] if limit > 0 else found


def _named(engine: Engine, reference: str, modern: bool) -> Container:
    try:
        return engine.containers.get(reference)
    except Failure:
        if modern:
            raise
        raise Failure(500, f"no such container {reference}") from None


def _check_states(filters: Mapping[str, Sequence[str]], modern: bool) -> None:
    for value in filters.get("status", ()):
        if value not in _STATES:
            known = f": invalid value for state ({value}): must be one of {', '.join(_STATES)}"
            raise Failure(
                400,
                f"invalid filter 'status={value}'{known}" if modern else f"Invalid filter 'status={value}'",
            )
    for value in filters.get("health", ()):
        if value not in _HEALTH:
            known = f": invalid value for health ({value}): must be one of {', '.join(_HEALTH)}"
            raise Failure(
                400,
                f"invalid filter 'health={value}'{known}"
                if modern
                else f"Unrecognised filter value for health: {value}",
            )
    for value in filters.get("exited", ()):
        if not re.fullmatch(r"[+-]?\d+", value):
            problem = f'strconv.Atoi: parsing "{value}": invalid syntax'
            raise Failure(
                400 if modern else 500, f"invalid filter 'exited={value}': {problem}" if modern else problem
            )
    tasks = filters.get("is-task", ())
    if any(value.lower() not in ("true", "false", "1", "0") for value in tasks):
        raise Failure(400, f"{'i' if modern else 'I'}nvalid filter 'is-task=[{' '.join(tasks)}]'")


def _tests(
    engine: Engine, filters: Mapping[str, Sequence[str]], modern: bool
) -> list[Callable[[Container], bool]]:
    """What each container has to stand."""
    tests: list[Callable[[Container], bool]] = []

    def either(name: str, test: Callable[[Container, str], bool]) -> None:
        if values := filters.get(name):
            tests.append(partial(_any, test, values))

    either("id", lambda container, value: container.id.startswith(value) or _matches(value, container.id))
    either(
        "name",
        lambda container, value: _matches(value, f"/{container.name}") or _matches(value, container.name),
    )
    either("status", lambda container, value: container.state.status == value)
    either(
        "health", lambda container, value: (container.health.status if container.health else "none") == value
    )
    either(
        "exited",
        lambda container, value: (
            container.exits > 0 and not container.state.running and container.state.exit_code == int(value)
        ),
    )
    either("volume", _has_volume)
    either("network", lambda container, value: _on_network(engine, container, value))
    either("is-task", lambda container, value: (value.lower() in ("true", "1")) is _is_task(container))
    labels = filters.get("label") or ()
    tests.extend(partial(_has_label, label) for label in labels)
    if ancestors := filters.get("ancestor"):
        meant = [image for name in ancestors if (image := _image(engine, name)) is not None]
        tests.append(lambda container: any(_descends(container, image) for image in meant))
    for name in ("publish", "expose"):
        if values := filters.get(name):
            wanted = [_port(name, value) for value in values]
            tests.append(partial(_has_port, engine, name, wanted))
    return tests


def _any(test: Callable[[Container, str], bool], values: Sequence[str], container: Container) -> bool:
    return any(test(container, value) for value in values)


def _has_label(label: str, container: Container) -> bool:
    return _labelled(container, label)


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return pattern == text


def _has_volume(container: Container, value: str) -> bool:
    return any(value in (mount.get("Name"), mount.get("Destination")) for mount in container.mounts)


def _on_network(engine: Engine, container: Container, value: str) -> bool:
    for name, settings in engine.networks.summary(container).items():
        if value == name or (settings or {}).get("NetworkID", "").startswith(value):
            return True
    return False


def _is_task(container: Container) -> bool:
    return "com.docker.swarm.task.id" in container.labels


def _labelled(container: Container, label: str) -> bool:
    name, equals, value = label.partition("=")
    return name in container.labels and (not equals or container.labels[name] == value)


def _image(engine: Engine, name: str) -> Image | None:
    try:
        return engine.images.find(name)
    except Failure:
        return None


def _descends(container: Container, image: Image) -> bool:
    images = container.engine.images
    step: Image | None = container.image
    while step is not None and step.id != image.id:
        step = images.get(step.parent)
    return step is not None


def _port(name: str, value: str) -> tuple[int, int, str]:
    numbers, _, protocol = value.partition("/")
    first, _, last = numbers.partition("-")
    for number in (first, last or first):
        if not number.isdecimal() or int(number) > 65535:
            problem = "value out of range" if number.isdecimal() else "invalid syntax"
            text = f'strconv.ParseUint: parsing "{number}": {problem}'
            raise Failure(500, f"error while looking up for {name} {value}: {text}")
    return int(first), int(last or first), protocol or "tcp"


def _has_port(
    engine: Engine, name: str, wanted: Sequence[tuple[int, int, str]], container: Container
) -> bool:
    if name == "expose":
        exposed = container.config.get("ExposedPorts") or {}
        ports = [tuple(port.partition("/")[::2]) for port in exposed]
        there = [(int(number), protocol or "tcp") for number, protocol in ports if number.isdecimal()]
    else:
        there = [
            (port["PublicPort"], port["Type"])
            for port in engine.networks.ports(container)
            if port.get("PublicPort")
        ]
    return any(
        first <= number <= last and protocol == kind
        for number, protocol in there
        for first, last, kind in wanted
    )


# Pruning


def prune(engine: Engine, filters: Mapping[str, Sequence[str]]) -> tuple[list[str], int]:
    """Remove what does not run.

    Args:
        engine: the daemon.
        filters: ``label``, ``label!``, ``until``.

    Returns:
        The ids of what was removed, and the room that it freed.

    Raises:
        Failure: a filter cannot be.
    """
    modern = at_least(engine.api, "1.42")
    for name in filters:
        if name not in _PRUNE:
            raise Failure(400, f"{'i' if modern else 'I'}nvalid filter '{name}'")
    until = filters.get("until") or ()
    if len(until) > 1:
        raise Failure(400 if modern else 500, "more than one until filter specified")
    newest = parse_moment(until[0], engine.now(), modern) if until else None
    removed, space = [], 0
    for container in engine.containers:
        if container.state.running or (newest is not None and container.created > newest):
            continue
        if not all(_labelled(container, label) for label in filters.get("label") or ()):
            continue
        if any(_labelled(container, label) for label in filters.get("label!") or ()):
            continue
        space += container.upper.size
        engine.containers.remove(container)
        removed.append(container.id)
    engine.events.emit("container", "prune", "", {"reclaimed": str(space)})
    return removed, space


def parse_moment(text: str, now: int, modern: bool) -> int:
    """A time, or how long ago it was, in nanoseconds since 1970.

    Raises:
        Failure: it is neither.
    """
    parts = re.findall(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)", text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return now - round(sum(float(number) * _UNITS[unit] for number, unit in parts))
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return round(float(text) * SECOND)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        problem = f'failed to parse value as time or duration: "{text}"'
        raise Failure(400 if modern else 500, problem) from None
    return round(moment.timestamp() * SECOND)
