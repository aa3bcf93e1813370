"""What is asked for with a build."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.state.image_names import Name
    from dockpy.fake.state.image_platform import Platform

__all__ = ["BuildOptions"]


@dataclass(slots=True)
class BuildOptions:
    """The options of a build.

    Attributes:
        dockerfile: where it is in the context; empty for ``Dockerfile``.
        remote: where the context comes from instead of the request.
        tags: the names that the image gets.
        target: the stage to stop after; empty for the last one.
        arguments: build arguments; None for what was given none.
        labels: labels of the image.
        cache: whether what was built before is taken.
        cache_from: the images that it is taken from; None for all.
        pull: base images are pulled though they are here.
        remove: containers of steps that went well are removed; `remove_always`: of others too.
        quiet: only the image's id is told.
        host_config: of the containers of steps.
        platform: what it is built for.
        auth: by registry, the header ``X-Registry-Auth`` of pulls.
        network: the network mode as it was given.
        id: what BuildCancel may name.
    """

    dockerfile: str = ""
    remote: str = ""
    tags: list[Name] = field(default_factory=list["Name"])
    target: str = ""
    arguments: Mapping[str, str | None] = field(default_factory=dict[str, "str | None"])
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    cache: bool = True
    cache_from: list[str] | None = None
    pull: bool = False
    remove: bool = True
    remove_always: bool = False
    quiet: bool = False
    host_config: dict[str, Any] = field(default_factory=dict[str, Any])
    platform: Platform | None = None
    auth: Mapping[str, str] = field(default_factory=dict[str, str])
    id: str = ""
