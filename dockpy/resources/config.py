"""One config."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from dockpy.ops import configs as ops
from dockpy.options.values import label_map
from dockpy.resources.versioned import Versioned, read_spec, spec_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.wire.configs import Config as ConfigAttrs

__all__ = ["Config"]


class Config(Versioned["ConfigAttrs"]):
    """A file that the swarm hands to its services' containers."""

    @property
    def data(self) -> bytes:
        """What is in it."""
        return base64.b64decode(spec_of(self._known).get("Data") or "")

    def _inspect(self) -> ConfigAttrs:
        return self.client.api.call(ops.INSPECT, {"id": self.id})

    def update(self, *, labels: Mapping[str, str] | Sequence[str]) -> None:
        """Give it other labels; nothing else of a config changes.

        Args:
            labels: all of its labels.

        Raises:
            NotFound: it is not there any more.

        Operation: ConfigUpdate.
        """
        wanted = label_map(labels)
        self._change(
            lambda current, version: self.client.api.call(
                ops.UPDATE,
                {"id": self.id},
                {"version": version},
                read_spec("configs.ConfigSpec", current, Labels=wanted),
            )
        )

    def remove(self) -> None:
        """Remove it.

        Raises:
            BadParameter: a service uses it.
            NotFound: it is not there any more.

        Operation: ConfigDelete.
        """
        self.client.api.call(ops.DELETE, {"id": self.id})
