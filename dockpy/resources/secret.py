"""One secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.ops import secrets as ops
from dockpy.options.values import label_map
from dockpy.resources.versioned import Versioned, read_spec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.wire.secrets import Secret as SecretAttrs

__all__ = ["Secret"]


class Secret(Versioned["SecretAttrs"]):
    """Something that the swarm hands to its services' containers and never shows again."""

    def _inspect(self) -> SecretAttrs:
        return self.client.api.call(ops.INSPECT, {"id": self.id})

    def update(self, *, labels: Mapping[str, str] | Sequence[str]) -> None:
        """Give it other labels; nothing else of a secret changes.

        Args:
            labels: all of its labels.

        Raises:
            NotFound: it is not there any more.

        Operation: SecretUpdate.
        """
        wanted = label_map(labels)
        self._change(
            lambda current, version: self.client.api.call(
                ops.UPDATE,
                {"id": self.id},
                {"version": version},
                read_spec("secrets.SecretSpec", current, Labels=wanted),
            )
        )

    def remove(self) -> None:
        """Remove it.

        Raises:
            BadParameter: a service uses it.
            NotFound: it is not there any more.

        Operation: SecretDelete.
        """
        self.client.api.call(ops.DELETE, {"id": self.id})
