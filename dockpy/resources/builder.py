"""The builder of a daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.ops import images as ops
from dockpy.options.values import size_bytes, text
from dockpy.resources.base import Collection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.wire.build import BuildPruneResponse

__all__ = ["Builder"]


class Builder(Collection):
    """The builder of a daemon: ``client.builder``."""

    def prune(
        self,
        *,
        all: bool | None = None,
        filters: Mapping[str, Any] | None = None,
        keep_storage: str | int | None = None,
        reserved_space: str | int | None = None,
        max_used_space: str | int | None = None,
        min_free_space: str | int | None = None,
    ) -> BuildPruneResponse:
        """Remove what BuildKit keeps of earlier builds. The classic builder keeps images: `images.prune`.

        Args:
            all: what is used by images too, not only what nothing uses.
            filters: ``until``, ``id``, ``parent``, ``type``, ``description``, ``inuse``, ``shared``,
                ``private``.
            keep_storage: how much of it stays, in bytes or as ``"10g"``; ``reserved_space`` from API 1.48 on.
            reserved_space: how much of it always stays (API 1.48).
            max_used_space: how much of it stays at most (API 1.48).
            min_free_space: how much of the disk shall be free (API 1.48).

        Returns:
            What was removed, and the room it freed in bytes.

        Operation: BuildPrune.
        """
        sizes = {
            "keep-storage": keep_storage,
            "reserved-space": reserved_space,
            "max-used-space": max_used_space,
            "min-free-space": min_free_space,
        }
        limits = {
            name: size_bytes(name.replace("-", "_"), value)
            for name, value in sizes.items()
            if value is not None
        }
        return self.client.api.call(ops.BUILD_PRUNE, query={"all": all, "filters": filters, **limits})

    def cancel(self, build_id: str) -> None:
        """End a build by the id that it was begun with; engines do not say whether there was one.

        Args:
            build_id: the id.

        Operation: BuildCancel.
        """
        self.client.api.call(ops.BUILD_CANCEL, query={"id": text("build_id", build_id)})
