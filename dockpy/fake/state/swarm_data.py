"""Secrets and configs: what the swarm keeps for its services."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.image_filters import has_labels
from dockpy.fake.state.swarm_store import Kept, by_prefix, check_filters, find, listed, rpc
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.state.swarm_cluster import Cluster

__all__ = ["DataObject", "DataObjects"]

_LIMITS = {"secret": 512_000, "config": 1_024_000}
_NAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,62}[a-zA-Z0-9])?")


@dataclass(slots=True, kw_only=True)
class DataObject(Kept):
    """A secret, or a config.

    Attributes:
        templating: what fills the data in for each task, as JSON; None for nothing.
    """

    name: str
    labels: dict[str, str]
    data: bytes
    driver: dict[str, Any] | None = None
    templating: dict[str, Any] | None = None


class DataObjects:
    """The secrets of a swarm, or its configs.

    Args:
        cluster: the swarm.
        kind: ``secret`` or ``config``.
    """

    def __init__(self, cluster: Cluster, kind: str) -> None:
        self._cluster = cluster
        self.kind = kind
        self.objects: dict[str, DataObject] = {}

    def get(self, reference: str) -> DataObject:
        """See `find`."""
        return find(self.kind, self.objects, reference)

    def create(self, spec: Mapping[str, Any], api: str) -> DataObject:
        """Keep another one.

        Args:
            spec: ``SecretSpec`` or ``ConfigSpec``.
            api: the newest version of the engine that was asked.

        Raises:
            Failure: it cannot be.
        """
        data = self._decoded(spec.get("Data") or "", api)
        name = spec.get("Name") or ""
        if not name:
            raise rpc("InvalidArgument", "name must be provided")
        if not _NAME.fullmatch(name):
            text = (
                "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, "
                "and the start and end character must be [a-zA-Z0-9]"
            )
            raise rpc("InvalidArgument", text)
        driver = spec.get("Driver") if self.kind == "secret" else None
        if driver:
            raise rpc("Unknown", f'plugin "{driver.get("Name") or ""}" not found')
        limit = _LIMITS[self.kind]
        if not 0 < len(data) < limit:
            text = f"{self.kind} data must be larger than 0 and less than {limit} bytes"
            raise rpc("InvalidArgument", text)
        if any(one.name.lower() == name.lower() for one in self.objects.values()):
            raise rpc("AlreadyExists", f"{self.kind} {name} already exists")
        made = DataObject(
            id=self._cluster.new_id(),
            name=name,
            labels=dict(spec.get("Labels") or {}),
            data=data,
            templating=spec.get("Templating"),
        )
        self.objects[made.id] = made
        self._cluster.keep(made)
        self._emit("create", made)
        return made

    def _decoded(self, text: str, api: str) -> bytes:
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            problem = f"illegal base64 data at input byte {_first_wrong(text)}"
        if at_least(api, "1.42"):
            field = f"Go struct field {self.kind.capitalize()}Spec.Data of type []uint8"
            problem = f"invalid JSON: json: cannot unmarshal string into {field}: {problem}"
        raise Failure(400, problem)

    def update(self, reference: str, version: int, spec: Mapping[str, Any], api: str) -> None:
        """Give one other labels; nothing else of it can be changed.

        Raises:
            Failure: something else is to be changed, or it has changed already.
        """
        found = self.get(reference)
        data = self._decoded(spec.get("Data") or "", api)
        if (spec.get("Name") or "") != found.name or (data and data != found.data):
            raise rpc("InvalidArgument", "only updates to Labels are allowed")
        found.check_version(version)
        found.labels = dict(spec.get("Labels") or {})
        self._cluster.touch(found)
        self._emit("update", found)

    def remove(self, reference: str) -> None:
        """Forget one.

        Raises:
            Failure: 404, there is none; 400, a service has it.
        """
        found = self.get(reference)
        users = sorted(
            service.name
            for service in self._cluster.services.objects.values()
            if found.id in service.references(self.kind)
        )
        if users:
            services = "service" if len(users) == 1 else "services"
            text = f"{self.kind} '{found.name}' is in use by the following {services}: {', '.join(users)}"
            raise rpc("InvalidArgument", text)
        del self.objects[found.id]
        self._emit("remove", found)

    def _emit(self, action: str, found: DataObject) -> None:
        self._cluster.emit(self.kind, action, found.id, {"name": found.name})

    def select(self, filters: Mapping[str, list[str]], api: str) -> list[DataObject]:
        """Those that a list tells of.

        Raises:
            Failure: a filter cannot be.
        """
        known = {"name", "id", "label"} | ({"names"} if self.kind == "secret" else set())
        check_filters(filters, frozenset(known), api)
        names = filters.get("names", ())
        return [
            one
            for one in listed(self.objects.values())
            if by_prefix(one.name, filters.get("name", ()))
            and (not names or one.name in names)
            and by_prefix(one.id, filters.get("id", ()))
            and has_labels(one.labels, filters.get("label", ()))
        ]

    def as_json(self, one: DataObject) -> dict[str, Any]:
        """What is told of one; of a secret not what it holds."""
        spec: dict[str, Any] = {"Name": one.name, "Labels": one.labels}
        if self.kind == "config":
            spec["Data"] = base64.b64encode(one.data).decode()
        if one.templating is not None:
            spec["Templating"] = one.templating
        return one.meta() | {"Spec": spec}


def _first_wrong(text: str) -> int:
    for place, letter in enumerate(text):
        if not (letter.isascii() and (letter.isalnum() or letter in "+/=\r\n")):
            return place
    return len(text)
