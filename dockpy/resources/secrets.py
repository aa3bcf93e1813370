"""The secrets of a swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.ops import secrets as ops
from dockpy.options.swarm import file_data, named_driver
from dockpy.options.values import label_map, text
from dockpy.resources.base import Collection, given, require
from dockpy.resources.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.wire.swarm import Driver

__all__ = ["SecretCollection"]


class SecretCollection(Collection):
    """The secrets of the daemon's swarm: ``client.secrets``."""

    def create(
        self,
        name: str,
        data: bytes | str | None = None,
        *,
        labels: Mapping[str, str] | Sequence[str] | None = None,
        driver: str | Driver | Mapping[str, Any] | None = None,
        templating: str | Driver | Mapping[str, Any] | None = None,
    ) -> Secret:
        """Create a secret.

        Args:
            name: its name.
            data: what it is: fewer than 512,000 bytes, but some; a str in UTF-8. Where there is a driver,
                nothing.
            labels: its labels.
            driver: the secret driver that the data comes from: its name, or ``{"name": …, "options": {…}}``.
            templating: ``"golang"`` to have the data filled in as a template for each task.

        Raises:
            BadParameter: the engine does not accept the name or the data.
            Conflict: there is one of that name.

        Operation: SecretCreate.
        """
        body = given(
            name=text("name", name),
            data=file_data(data) if data is not None else None,
            labels=label_map(labels) if labels is not None else None,
            driver=named_driver("driver", driver),
            templating=named_driver("templating", templating),
        )
        answer = self.client.api.call(ops.CREATE, body=body)
        return Secret(self.client, require(self.client, answer, "ID", "secret"))

    def get(self, secret_id: str) -> Secret:
        """The secret of a name or id.

        Raises:
            NotFound: there is none.

        Operation: SecretInspect.
        """
        attrs = self.client.api.call(ops.INSPECT, {"id": secret_id})
        return Secret(self.client, require(self.client, attrs, "ID", "secret"), attrs=attrs)

    def list(self, *, filters: Mapping[str, Any] | None = None) -> list[Secret]:
        """The secrets, in one request.

        Args:
            filters: ``id``, ``label``, ``name`` (of what it begins with), ``names``.

        Operation: SecretList.
        """
        return [
            Secret(self.client, require(self.client, entry, "ID", "secret"), attrs=entry)
            for entry in self.client.api.call(ops.LIST, query={"filters": filters})
        ]

    def remove(self, secret_id: str) -> None:
        """Remove the secret of a name or id; see `Secret.remove`."""
        Secret(self.client, secret_id).remove()
