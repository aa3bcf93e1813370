"""The configs of a swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.ops import configs as ops
from dockpy.options.swarm import file_data, named_driver
from dockpy.options.values import label_map, text
from dockpy.resources.base import Collection, given, require
from dockpy.resources.config import Config

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.wire.swarm import Driver

__all__ = ["ConfigCollection"]


class ConfigCollection(Collection):
    """The configs of the daemon's swarm: ``client.configs``."""

    def create(
        self,
        name: str,
        data: bytes | str,
        *,
        labels: Mapping[str, str] | Sequence[str] | None = None,
        templating: str | Driver | Mapping[str, Any] | None = None,
    ) -> Config:
        """Create a config.

        Args:
            name: its name.
            data: what is in it: fewer than 1,024,000 bytes, but some; a str in UTF-8.
            labels: its labels.
            templating: ``"golang"`` to have the data filled in as a template for each task.

        Raises:
            BadParameter: the engine does not accept the name or the data.
            Conflict: there is one of that name.

        Operation: ConfigCreate.
        """
        body = given(
            name=text("name", name),
            data=file_data(data),
            labels=label_map(labels) if labels is not None else None,
            templating=named_driver("templating", templating),
        )
        answer = self.client.api.call(ops.CREATE, body=body)
        return Config(self.client, require(self.client, answer, "ID", "config"))

    def get(self, config_id: str) -> Config:
        """The config of a name or id.

        Raises:
            NotFound: there is none.

        Operation: ConfigInspect.
        """
        attrs = self.client.api.call(ops.INSPECT, {"id": config_id})
        return Config(self.client, require(self.client, attrs, "ID", "config"), attrs=attrs)

    def list(self, *, filters: Mapping[str, Any] | None = None) -> list[Config]:
        """The configs, in one request.

        Args:
            filters: ``id``, ``label``, ``name`` (of what it begins with), ``names``.

        Operation: ConfigList.
        """
        return [
            Config(self.client, require(self.client, entry, "ID", "config"), attrs=entry)
            for entry in self.client.api.call(ops.LIST, query={"filters": filters})
        ]

    def remove(self, config_id: str) -> None:
        """Remove the config of a name or id; see `Config.remove`."""
        Config(self.client, config_id).remove()
