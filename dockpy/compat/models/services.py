"""Services of a swarm."""

from __future__ import annotations

from typing import Any

from dockpy.compat.errors import InvalidArgument
from dockpy.compat.models.keywords import (
    CONTAINER_SPEC_KWARGS,
    CREATE_SERVICE_KWARGS,
    PLACEMENT_KWARGS,
    TASK_TEMPLATE_KWARGS,
    service_arguments,
)
from dockpy.compat.models.resource import Collection, Model
from dockpy.compat.types import ServiceMode

__all__ = [
    "CONTAINER_SPEC_KWARGS",
    "CREATE_SERVICE_KWARGS",
    "PLACEMENT_KWARGS",
    "TASK_TEMPLATE_KWARGS",
    "Service",
    "ServiceCollection",
]


class Service(Model):
    """A service."""

    id_attribute = "ID"

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.attrs["Spec"]["Name"])

    @property
    def version(self) -> int:
        """The version of what is known of it; `update` takes none but the newest."""
        return int(self.attrs["Version"]["Index"])

    def remove(self) -> bool:
        """Stop and remove it."""
        return self.client.api.remove_service(self.id)

    def tasks(self, filters: dict[str, Any] | None = None) -> Any:
        """Its tasks, those that ``filters`` leaves."""
        return self.client.api.tasks(filters={**(filters or {}), "service": self.id})

    def update(self, **kwargs: Any) -> Any:
        """Change it; keywords as of `ServiceCollection.create`.

        Args:
            kwargs: also ``force_update`` (True: its tasks are replaced, whatever changes) and
                ``fetch_current_spec`` (True where it is not given: what is not given stays as it is).
        """
        template = self.attrs["Spec"]["TaskTemplate"]
        if "image" not in kwargs:
            kwargs["image"] = template["ContainerSpec"]["Image"]
        if kwargs.get("force_update") is True:
            kwargs["force_update"] = int(template.get("ForceUpdate", 0)) + 1
        return self.client.api.update_service(self.id, self.version, **service_arguments("update", kwargs))

    def logs(self, **kwargs: Any) -> Any:
        """What its tasks say, as a stream; keywords as of `APIClient.service_logs`."""
        spec = self.attrs["Spec"]["TaskTemplate"]["ContainerSpec"]
        return self.client.api.service_logs(self.id, is_tty=spec.get("TTY", False), **kwargs)

    def scale(self, replicas: int) -> Any:
        """Run so many tasks.

        Raises:
            InvalidArgument: it runs one on each node.
        """
        if "Global" in self.attrs["Spec"]["Mode"]:
            raise InvalidArgument("Cannot scale a global container")
        return self.client.api.update_service(
            self.id, self.version, mode=ServiceMode("replicated", replicas), fetch_current_spec=True
        )

    def force_update(self) -> Any:
        """Replace its tasks by new ones."""
        return self.update(force_update=True, fetch_current_spec=True)


class ServiceCollection(Collection[Service]):
    """The services of a swarm."""

    model = Service

    def create(self, image: str, command: str | list[str] | None = None, **kwargs: Any) -> Service:
        """Create a service.

        Args:
            image: the image of its containers.
            command: what they run.
            kwargs: `CREATE_SERVICE_KWARGS`, `CONTAINER_SPEC_KWARGS`, `TASK_TEMPLATE_KWARGS`,
                `PLACEMENT_KWARGS`, ``container_labels``, ``log_driver`` and ``log_driver_options``.

        Raises:
            TypeError: there is no such keyword.
        """
        arguments = service_arguments("create", {**kwargs, "image": image, "command": command})
        return self.get(self.client.api.create_service(**arguments))

    def get(self, service_id: str, insert_defaults: bool | None = None) -> Service:
        """The service of an ID or a name; ``insert_defaults`` fills in what it does not say."""
        return self.prepare_model(self.client.api.inspect_service(service_id, insert_defaults))

    def list(self, **kwargs: Any) -> list[Service]:
        """The services, those that ``filters`` leaves; ``status`` counts their tasks."""
        return [self.prepare_model(attrs) for attrs in self.client.api.services(**kwargs)]
