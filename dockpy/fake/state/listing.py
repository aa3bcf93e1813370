"""Which networks and volumes filters let through, in an engine's words for filters that it cannot read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.state.container_filters import parse_moment
from dockpy.fake.state.image_filters import boolean, check_names, has_labels
from dockpy.fake.state.network import PREDEFINED
from dockpy.fake.state.volumes import ANONYMOUS
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.network import Network
    from dockpy.fake.state.volumes import Volume

__all__ = ["prunable_networks", "prunable_volumes", "select_networks", "select_volumes"]

Filters = Mapping[str, Sequence[str]]

_NETWORK_FILTERS = frozenset({"dangling", "driver", "id", "label", "name", "scope", "type", "idOrName"})
_NETWORK_PRUNE = frozenset({"label", "label!", "until"})
_VOLUME_FILTERS = frozenset({"dangling", "driver", "label", "name"})
_TRUE, _FALSE = ("1", "true"), ("0", "false")
_GO_TRUE = ("1", "t", "T", "true", "TRUE", "True")
_GO_FALSE = ("0", "f", "F", "false", "FALSE", "False")


def select_networks(engine: Engine, networks: Iterable[Network], filters: Filters) -> list[Network]:
    """The networks that NetworkList tells of.

    Raises:
        Failure: a filter cannot be.
    """
    check_names(filters, _NETWORK_FILTERS, engine.api)
    types = filters.get("type", ())
    for kind in types:
        if kind not in ("builtin", "custom"):
            raise Failure(500, f"invalid filter: 'type'='{kind}'")
    dangling = _dangling(filters.get("dangling", ()))
    found = []
    for network in networks:
        driver, scope = filters.get("driver", ()), filters.get("scope", ())
        if driver and network.driver not in driver:
            continue
        if scope and network.scope not in scope:
            continue
        if not _matches(network.name, filters.get("name", ())):
            continue
        if not _matches(network.id, filters.get("id", ())):
            continue
        either = filters.get("idOrName", ())
        if either and not (_matches(network.name, either) or _matches(network.id, either)):
            continue
        if not has_labels(network.labels, filters.get("label", ())):
            continue
        if types and ("builtin" if network.name in PREDEFINED else "custom") not in types:
            continue
        if dangling is not None and dangling != (network.user_defined and not network.endpoints):
            continue
        found.append(network)
    return found


def _dangling(values: Sequence[str]) -> bool | None:
    if not values:
        return None
    if len(values) > 1:
        raise Failure(400, 'got more than one value for filter key "dangling"')
    if values[0] not in (*_TRUE, *_FALSE):
        wanted = 'must be "true" (or "1"), or "false" (or "0")'
        raise Failure(400, f"invalid value for filter 'dangling', {wanted}")
    return values[0] in _TRUE


def _matches(text: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns is found in a text; none at all let everything through."""
    for pattern in patterns:
        try:
            if re.search(pattern, text):
                return True
        except re.error:
            if pattern in text:
                return True
    return not patterns


def prunable_networks(engine: Engine, networks: Iterable[Network], filters: Filters) -> list[Network]:
    """The networks that NetworkPrune may remove.

    Raises:
        Failure: a filter cannot be.
    """
    check_names(filters, _NETWORK_PRUNE, engine.api)
    modern = at_least(engine.api, "1.42")
    until = filters.get("until", ())
    if len(until) > 1:
        raise Failure(400 if modern else 500, "more than one until filter specified")
    newest = parse_moment(until[0], engine.now(), modern) if until else None
    return [
        network
        for network in networks
        if (newest is None or network.created <= newest) and _labelled(network.labels, filters)
    ]


def _labelled(labels: Mapping[str, str], filters: Filters) -> bool:
    excluded = filters.get("label!", ())
    return has_labels(labels, filters.get("label", ())) and not (excluded and has_labels(labels, excluded))


def select_volumes(engine: Engine, volumes: Iterable[Volume], filters: Filters) -> list[Volume]:
    """The volumes that VolumeList tells of.

    Raises:
        Failure: a filter cannot be.
    """
    check_names(filters, _VOLUME_FILTERS, engine.api)
    asked = "dangling" in filters
    dangling = boolean(filters, "dangling", False, engine.api)
    driver = filters.get("driver", ())
    return [
        volume
        for volume in volumes
        if (not driver or "local" in driver)
        and _matches(volume.name, filters.get("name", ()))
        and has_labels(volume.labels or {}, filters.get("label", ()))
        and (not asked or dangling == (not volume.users))
    ]


def prunable_volumes(
    engine: Engine, volumes: Iterable[Volume], filters: Filters, version: str
) -> list[Volume]:
    """The volumes that VolumePrune may remove: since 1.42 those without a name, unless it says ``all``.

    Raises:
        Failure: a filter cannot be.
    """
    modern = at_least(engine.api, "1.42")
    check_names(filters, frozenset({"label", "label!", *(("all",) if modern else ())}), engine.api)
    everything = _all(filters.get("all", ())) or not modern or not at_least(version, "1.42")
    return [
        volume
        for volume in volumes
        if (everything or ANONYMOUS in (volume.labels or {})) and _labelled(volume.labels or {}, filters)
    ]


def _all(values: Sequence[str]) -> bool:
    if not values:
        return False
    if len(values) > 1:
        listed = " ".join(values)
        raise Failure(400, f"invalid filter 'all=[{listed}]': only one value is expected")
    if values[0] not in (*_GO_TRUE, *_GO_FALSE):
        problem = f'strconv.ParseBool: parsing "{values[0]}": invalid syntax'
        raise Failure(400, f"invalid filter 'all': {problem}")
    return values[0] in _GO_TRUE
