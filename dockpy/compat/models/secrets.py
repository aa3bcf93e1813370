"""Secrets of a swarm."""

from __future__ import annotations

from typing import Any

from dockpy.compat.models.resource import Collection, Model

__all__ = ["Secret", "SecretCollection"]


class Secret(Model):
    """A secret."""

    id_attribute = "ID"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: '{self.name}'>"

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.attrs["Spec"]["Name"])

    def remove(self) -> bool:
        """Remove it."""
        return self.client.api.remove_secret(self.id)


class SecretCollection(Collection[Secret]):
    """The secrets of a swarm."""

    model = Secret

    def create(self, **kwargs: Any) -> Secret:
        """Create a secret; keywords as of `APIClient.create_secret`."""
        attrs = self.client.api.create_secret(**kwargs)
        attrs.setdefault("Spec", {})["Name"] = kwargs.get("name")
        return self.prepare_model(attrs)

    def get(self, secret_id: str) -> Secret:
        """The secret of an ID or a name."""
        return self.prepare_model(self.client.api.inspect_secret(secret_id))

    def list(self, **kwargs: Any) -> list[Secret]:
        """The secrets, those that ``filters`` leaves."""
        return [self.prepare_model(attrs) for attrs in self.client.api.secrets(**kwargs)]
