"""Configs of a swarm."""

from __future__ import annotations

from typing import Any

from dockpy.compat.models.resource import Collection, Model

__all__ = ["Config", "ConfigCollection"]


class Config(Model):
    """A config."""

    id_attribute = "ID"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: '{self.name}'>"

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.attrs["Spec"]["Name"])

    def remove(self) -> bool:
        """Remove it."""
        return self.client.api.remove_config(self.id)


class ConfigCollection(Collection[Config]):
    """The configs of a swarm."""

    model = Config

    def create(self, **kwargs: Any) -> Config:
        """Create a config; keywords as of `APIClient.create_config`."""
        attrs = self.client.api.create_config(**kwargs)
        attrs.setdefault("Spec", {})["Name"] = kwargs.get("name")
        return self.prepare_model(attrs)

    def get(self, config_id: str) -> Config:
        """The config of an ID or a name."""
        return self.prepare_model(self.client.api.inspect_config(config_id))

    def list(self, **kwargs: Any) -> list[Config]:
        """The configs, those that ``filters`` leaves."""
        return [self.prepare_model(attrs) for attrs in self.client.api.configs(**kwargs)]
