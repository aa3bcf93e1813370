"""Secrets: what the swarm keeps for its services and never shows again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import Model, Name
from dockpy.wire.swarm import Driver, ObjectVersion

__all__ = ["Secret", "SecretCreateResponse", "SecretSpec"]


class SecretSpec(Model):
    """What a secret is. Once it exists, only its labels change."""

    name: str | None = None
    labels: dict[str, str] = {}
    data: str | None = None  # base64; at most 500 KiB; never answered, and none where there is a driver
    driver: Driver | None = None  # where the data comes from, if not from the swarm
    templating: Driver | None = None  # "golang" fills the data in for each task


class Secret(Model):
    """A secret, without its data."""

    id: Annotated[str, Name("ID")] = ""
    version: ObjectVersion = Field(default_factory=ObjectVersion)
    created_at: str = ""
    updated_at: str = ""
    spec: SecretSpec = Field(default_factory=SecretSpec)


class SecretCreateResponse(Model):
    """The id of the secret that was created."""

    id: Annotated[str, Name("ID")] = ""
