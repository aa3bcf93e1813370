"""The services of a swarm: made, changed, removed, found."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.container_names import random_name
from dockpy.fake.state.image_filters import has_labels
from dockpy.fake.state.swarm_service import Service, UpdateStatus
from dockpy.fake.state.swarm_service_checks import settled
from dockpy.fake.state.swarm_store import by_prefix, check_filters, find, listed, rpc
from dockpy.fake.state.swarm_update import Update

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.swarm_cluster import Cluster

__all__ = ["Services"]

_FILTERS = frozenset({"name", "id", "label", "mode", "runtime"})
_MODES = {
    "Replicated": "replicated",
    "Global": "global",
    "ReplicatedJob": "replicated-job",
    "GlobalJob": "global-job",
}


class Services:
    """The services of a swarm.

    Args:
        cluster: the swarm.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.objects: dict[str, Service] = {}

    def get(self, reference: str) -> Service:
        """See `find`."""
        return find("service", self.objects, reference)

    # Changing

    def create(self, asked: Mapping[str, Any], engine: Engine, auth: str | None) -> Service:
        """Make a service.

        Args:
            asked: ``ServiceSpec``.
            engine: which was asked.
            auth: the header ``X-Registry-Auth``.

        Raises:
            Failure: it cannot be.
        """
        cluster = self._cluster
        spec = self._checked(asked, engine)
        if not spec["Name"]:
            spec["Name"] = random_name(engine.random, {one.name for one in self.objects.values()})
        name = spec["Name"]
        if any(one.name.lower() == name.lower() for one in self.objects.values()):
            text = f"name conflicts with an existing object: service {name} already exists"
            raise rpc("AlreadyExists", text)
        service = Service(id=cluster.new_id(), spec=spec, auth=auth, executed=cluster.engine.now())
        self._check_ports(service, spec)
        self.objects[service.id] = service
        cluster.keep(service)
        self._emit("create", service)
        self._allocate(service)
        cluster.changed()
        return service

    def _checked(self, asked: Mapping[str, Any], engine: Engine) -> dict[str, Any]:
        given = copy.deepcopy(dict(asked))
        self._cluster.networks.resolve(given, engine)
        spec = settled(given, engine.api)
        self._check_references(spec)
        return spec

    def _check_references(self, spec: Mapping[str, Any]) -> None:
        container = spec["TaskTemplate"]["ContainerSpec"]
        for kind, objects in (("secret", self._cluster.secrets), ("config", self._cluster.configs)):
            word = kind.capitalize()
            targets: dict[str, str] = {}
            for one in container.get(f"{word}s") or ():
                id, name = one.get(f"{word}ID") or "", one.get(f"{word}Name") or ""
                if not id or not name:
                    raise rpc("InvalidArgument", f"malformed {kind} reference")
                if one.get("Runtime") is None and not (one.get("File") or {}).get("Name"):
                    raise rpc("InvalidArgument", f"malformed {kind} reference, no target provided")
                target = (one.get("File") or {}).get("Name") or ""
                if target in targets:
                    both = f"'{targets[target]}' and '{name}'"
                    text = f"{kind} references {both} have a conflicting target: '{target}'"
                    raise rpc("InvalidArgument", text)
                targets[target] = name
                found = objects.objects.get(id)
                if found is None or found.name != name:
                    raise rpc("InvalidArgument", f"{kind} not found: {name}")

    def _check_ports(self, service: Service, spec: Mapping[str, Any]) -> None:
        for port in (spec.get("EndpointSpec") or {}).get("Ports") or ():
            if port["PublishMode"] != "ingress":
                continue
            if self._cluster.networks.ingress is None:
                text = "service needs ingress network, but no ingress network is present"
                raise rpc("FailedPrecondition", text)
            for other in self.objects.values():
                if other is not service and (port.get("PublishedPort"), port["Protocol"]) in [
                    (one.get("PublishedPort"), one["Protocol"])
                    for one in other.ports
                    if one["PublishMode"] == "ingress"
                ]:
                    text = (
                        f"port '{port['PublishedPort']}' is already in use "
                        f"by service '{other.name}' ({other.id}) as an ingress port"
                    )
                    raise rpc("InvalidArgument", text)

    def _allocate(self, service: Service) -> None:
        """Give it its ports and addresses."""
        self._cluster.networks.allocate(service)
        if service.ports or service.addresses or service.networks:
            service.allocated = True
            self._cluster.touch(service)
            self._emit("update", service)

    def update(
        self,
        reference: str,
        version: int,
        asked: Mapping[str, Any],
        engine: Engine,
        *,
        auth: str | None = None,
        auth_from: str = "",
        rollback: str = "",
    ) -> None:
        """Change a service.

        Args:
            reference: which.
            version: from which state on.
            asked: ``ServiceSpec``.
            engine: which was asked.
            auth: the header ``X-Registry-Auth``.
            auth_from: without that, ``spec`` or ``previous-spec``.
            rollback: ``previous``: the spec before the last update comes back, whatever was asked.

        Raises:
            Failure: it cannot be, or it has changed already.
        """
        cluster = self._cluster
        spec = self._checked(asked, engine)
        service = self.get(reference)
        if auth_from not in ("", "spec", "previous-spec"):
            raise Failure(500, "unsupported registryAuthFrom value")
        if rollback not in ("", "none", "previous"):
            raise Failure(500, f"unrecognized rollback option {rollback}")
        service.check_version(version)
        if spec["Name"] != service.name:
            raise rpc("Unimplemented", "renaming services is not supported")
        if next(iter(spec["Mode"])) != service.mode:
            raise rpc("Unimplemented", "service mode change is not allowed")
        self._check_ports(service, spec)
        if auth is None:
            auth = service.previous_auth if auth_from == "previous-spec" else service.auth
        if rollback == "previous":
            if service.previous is None:
                raise rpc("FailedPrecondition", f"service {service.id} does not have a previous spec")
            spec, auth = service.previous, service.previous_auth
        before = service.status
        self._become(service, spec, auth)
        if rollback == "previous":
            text = "manually requested rollback"
            service.status = UpdateStatus("rollback_started", cluster.engine.now(), text)
        self._start_update(service, before, rollback=rollback == "previous")

    def _become(self, service: Service, spec: dict[str, Any], auth: str | None) -> None:
        if service.is_job and spec["TaskTemplate"] != service.spec["TaskTemplate"]:
            service.iteration += 1
            service.executed = self._cluster.engine.now()
        self._cluster.tasks.forgive(service.id)
        service.previous, service.spec = service.spec, spec
        service.previous_auth, service.auth = service.auth, auth
        service.status = None

    def _start_update(self, service: Service, before: UpdateStatus | None, *, rollback: bool) -> None:
        cluster = self._cluster
        service.update = None if service.is_job else Update(cluster, service, rollback=rollback)
        cluster.networks.allocate(service)
        service.allocated = service.allocated or bool(service.ports or service.networks)
        cluster.touch(service)
        self._emit("update", service, _told(before, service.status))
        cluster.changed()

    def roll_back(self, service: Service, message: str) -> None:
        """An update has failed: have the spec before it back."""
        assert service.previous is not None
        before = service.status
        started = self._cluster.engine.now() if before is None else before.started
        service.spec, service.auth = service.previous, service.previous_auth
        service.previous = None
        service.status = UpdateStatus("rollback_started", started, message)
        self._start_update(service, before, rollback=True)

    def report(self, service: Service, status: UpdateStatus) -> None:
        """An update has come further."""
        old, service.status = service.status, status
        self._cluster.touch(service)
        self._emit("update", service, _told(old, status))

    def remove(self, reference: str) -> None:
        """Forget a service; its tasks end.

        Raises:
            Failure: 404, there is none.
        """
        service = self.get(reference)
        del self.objects[service.id]
        self._cluster.tasks.forgive(service.id)
        self._cluster.networks.release(service)
        self._emit("remove", service)
        self._cluster.changed()

    def _emit(self, action: str, service: Service, states: Mapping[str, str] | None = None) -> None:
        attributes = {"name": service.name, **(states or {})}
        self._cluster.emit("service", action, service.id, attributes)

    # Looking

    def is_gone(self, service: Service) -> bool:
        """Whether neither it nor one of its tasks is there any more."""
        return service.id not in self.objects and not self._cluster.tasks.of(service)

    def select(self, filters: Mapping[str, list[str]], api: str) -> list[Service]:
        """Those that a list tells of.

        Raises:
            Failure: a filter cannot be.
        """
        check_filters(filters, _FILTERS, api)
        modes, runtimes = filters.get("mode", ()), filters.get("runtime", ())
        return [
            service
            for service in listed(self.objects.values())
            if by_prefix(service.name, filters.get("name", ()))
            and by_prefix(service.id, filters.get("id", ()))
            and has_labels(service.spec["Labels"], filters.get("label", ()))
            and (not modes or _MODES[service.mode] in modes)
            and (not runtimes or "container" in runtimes)
        ]

    def count(self, service: Service) -> dict[str, int]:
        """``ServiceStatus``."""
        tasks = self._cluster.tasks.of(service)
        rounds = [task for task in tasks if task.iteration == (service.iteration if service.is_job else None)]
        running = sum(task.state == "running" and task.wanted for task in rounds)
        completed = sum(task.state == "complete" for task in rounds) if service.is_job else 0
        match service.mode:
            case "Replicated":
                desired = service.spec["Mode"]["Replicated"]["Replicas"]
            case "ReplicatedJob":
                desired = service.spec["Mode"]["ReplicatedJob"]["MaxConcurrent"]
            case _:
                desired = sum(task.wanted and not (service.is_job and task.over) for task in rounds)
        return {"RunningTasks": running, "DesiredTasks": desired, "CompletedTasks": completed}


def _told(old: UpdateStatus | None, new: UpdateStatus | None) -> dict[str, str]:
    """What an event tells of an update that comes further."""
    if new is None:
        return {}
    before = {"updatestate.old": old.state} if old is not None else {}
    return {"updatestate.new": new.state, **before}
