"""The services of a swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.ops import services as ops
from dockpy.options.services import ServiceOptions, service_spec
from dockpy.resources.base import Collection, require
from dockpy.resources.service import Service
from dockpy.resources.service_request import image_name, pinned, registry_header, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Unpack

    from dockpy.resources.image import Image
    from dockpy.resources.service_request import AuthConfig

__all__ = ["ServiceCollection"]


class ServiceCollection(Collection):
    """The services of the daemon's swarm: ``client.services``."""

    def known(self, service_id: str) -> Service:
        """The service of an id, without asking the engine; what else is read of it is loaded then."""
        return Service(self.client, service_id)

    def create(
        self,
        image: str | Image,
        command: str | Sequence[str] | None = None,
        *,
        auth_config: AuthConfig | None = None,
        query_registry: bool = False,
        **options: Unpack[ServiceOptions],
    ) -> Service:
        """Create a service; `Service.wait_ready` waits until it runs.

        Args:
            image: the image, its name or id. Nodes that do not have it pull it, with the credentials that
                this
                client has for its registry.
            command: what to run in it; a str is split as a shell would. None for the image's own.
            auth_config: credentials for the registry, in place of those known.
            query_registry: have the engine ask the registry what the name stands for now, so that every node
                runs
                the same image, and on which platforms it can run.
            **options: see `ServiceOptions`.

        Raises:
            TypeError: there is no such option; the message suggests one.
            InvalidArgument: a value is none of the accepted forms.
            BadParameter: the engine does not accept a value.
            Conflict: the name is taken.
            NotFound: a secret or a config is not there.
            ServerError: a network is not there, or the daemon is no manager of a swarm.

        Operation: ServiceCreate.
        """
        name = image_name(image)
        spec = service_spec("create", name, command, options)
        resolve(self.client, spec)
        headers = registry_header(self.client, name, auth_config)
        if query_registry:
            pinned(self.client, spec, name, headers)
        answer = self.client.api.call(ops.CREATE, body=spec, headers=headers)
        return Service(self.client, require(self.client, answer, "ID", "service"))

    def get(self, service_id: str, *, insert_defaults: bool | None = None) -> Service:
        """The service of a name or id.

        Args:
            service_id: its name or id.
            insert_defaults: spell out in its `attrs` what was left to the engine.

        Raises:
            NotFound: there is none.

        Operation: ServiceInspect.
        """
        attrs = self.client.api.call(ops.INSPECT, {"id": service_id}, {"insertDefaults": insert_defaults})
        return Service(self.client, require(self.client, attrs, "ID", "service"), attrs=attrs)

    def list(self, *, filters: Mapping[str, Any] | None = None, status: bool = False) -> list[Service]:
        """The services, in one request.

        Args:
            filters: ``id``, ``label``, ``mode``, ``name``.
            status: count their tasks: see `Service.status`.

        Operation: ServiceList.
        """
        entries = self.client.api.call(ops.LIST, query={"filters": filters, "status": status or None})
        return [
            Service(self.client, require(self.client, entry, "ID", "service"), attrs=entry)
            for entry in entries
        ]

    def remove(self, service_id: str) -> None:
        """Remove the service of a name or id; see `Service.remove`."""
        Service(self.client, service_id).remove()
