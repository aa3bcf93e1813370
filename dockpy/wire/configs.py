"""Configs: files that the swarm keeps for its services."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import Model, Name
from dockpy.wire.swarm import Driver, ObjectVersion

__all__ = ["Config", "ConfigCreateResponse", "ConfigSpec"]


class ConfigSpec(Model):
    """What a config is. Once it exists, only its labels change."""

    name: str | None = None
    labels: dict[str, str] = {}
    data: str | None = None  # base64; at most 1000 KiB
    templating: Driver | None = None  # "golang" fills the data in for each task


class Config(Model):
    """A config and its data."""

    id: Annotated[str, Name("ID")] = ""
    version: ObjectVersion = Field(default_factory=ObjectVersion)
    created_at: str = ""
    updated_at: str = ""
    spec: ConfigSpec = Field(default_factory=ConfigSpec)


class ConfigCreateResponse(Model):
    """The id of the config that was created."""

    id: Annotated[str, Name("ID")] = ""
