"""The build cache."""

from __future__ import annotations

from typing import Annotated

from pydantic import AliasChoices, Field

from dockpy.wire.base import Model, Name, Since, Until

__all__ = ["BuildCache", "BuildPruneResponse"]

# Engines misspell the name, with a blank in front (a typo in Go's tag; seen in Docker 28)
_PARENTS = Field(alias="Parents", validation_alias=AliasChoices("Parents", " Parents"))


class BuildCache(Model):
    """One record of the build cache."""

    id: Annotated[str, Name("ID")] = ""
    parent: Annotated[str | None, Until("1.42")] = None
    parents: Annotated[list[str], _PARENTS, Since("1.42")] = []
    type: str = ""  # internal | frontend | source.local | source.git.checkout | exec.cachemount | regular
    description: str = ""
    in_use: bool = False
    shared: bool = False
    size: int = 0  # bytes
    created_at: str = ""
    last_used_at: str | None = None
    usage_count: int = 0


class BuildPruneResponse(Model):
    """What BuildPrune removed, and the room it freed in bytes."""

    caches_deleted: list[str] = []
    space_reclaimed: int = 0
