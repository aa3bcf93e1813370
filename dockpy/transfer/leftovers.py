"""What a transfer that was broken off may have left, and how the next attempt finds it.

Before anything is made on the target, a volume there is given the list of what is going to be made, none of
which exists yet. It goes when all is done or undone. Where it is still there, the target or this process
ended in between, and what it lists is removed first. The container has a name of its own until it is started;
then a second volume has said which one it is, so that another one of its name is never taken for it.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from dockpy.errors import ApiError, Conflict, InvalidResponse, NotFound
from dockpy.resources.loading import loaded
from dockpy.transfer.carrier import remove_abandoned
from dockpy.transfer.mounted import mounted_volumes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.client import Client
    from dockpy.transfer.progress import Meter

__all__ = ["Marker", "commit_message", "remove_commits"]

_LABEL = "dockpy.transfer.container"


class Marker:
    """The list of what is being made of a container on a daemon.

    Args:
        to: the daemon.
        container_id: the container that is copied or moved.
    """

    def __init__(self, to: Client, container_id: str) -> None:
        self._to = to
        self._container_id = container_id
        self.name: str = f"dockpy-transfer-{container_id[:12]}"
        self._claim = f"{self.name}-container"

    def read(self) -> dict[str, Any] | None:
        """What an earlier attempt was making; None where all of it was done, or undone."""
        return self._read(self.name)

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            return dict(json.loads(self._to.volumes.get(name).labels[_LABEL]))
        except NotFound:
            return None
        except (KeyError, ValueError) as error:
            raise InvalidResponse(
                f"The volume {name} is there, and not of a transfer: remove it first",
                daemon=self._to.daemon,
            ) from error

    def put(self, *, image: str, networks: Sequence[str], volumes: Sequence[str]) -> None:
        """Write down what is going to be made.

        Args:
            image: the name or id of the image that is copied; empty for none.
            networks: the names of those that are made.
            volumes: the names of those that are made.
        """
        self.remove()
        self._write(self.name, {"image": image, "networks": [*networks], "volumes": [*volumes]})

    def claim(self, made: str) -> None:
        """Write down which container was made.

        Args:
            made: its id.
        """
        self._write(self._claim, {"container": made})

    def _write(self, name: str, content: dict[str, Any]) -> None:
        self._to.volumes.create(name, driver="local", labels={_LABEL: json.dumps(content)})

    def remove(self, meter: Meter | None = None) -> None:
        """All is done, or undone."""
        for name in (self.name, self._claim):  # without the list, the other one says nothing
            with contextlib.suppress(NotFound):
                self._to.volumes.remove(name)

    def discard(self, made: str | None = None) -> None:
        """Remove the container that was made, running or not, with its anonymous volumes; none is fine.

        Args:
            made: its id, where it is known.
        """
        claimed = self._read(self._claim) or {}
        for wanted in {self.name, made, claimed.get("container")} - {None}:
            with contextlib.suppress(NotFound):
                found = self._to.containers.get(str(wanted))
                if wanted in (found.name, found.id):  # and not one whose id begins so
                    for volume in mounted_volumes(found.attrs.to_dict()):
                        remove_abandoned(self._to, volume.name)  # it was being filled
                    with found:
                        pass

    def sweep(self) -> None:
        """Remove what an earlier attempt left, but for the list itself. What others use by now stays."""
        made = self.read()
        if made is None:
            return
        self.discard()
        with contextlib.suppress(NotFound, Conflict):
            if made["image"]:
                self._to.images.remove(made["image"])
        remove_commits(self._to, self._container_id)
        for name in made["networks"]:
            with contextlib.suppress(ApiError):
                self._to.networks.remove(name)
        for name in made["volumes"]:
            remove_abandoned(self._to, name)
            with contextlib.suppress(NotFound, Conflict):
                self._to.volumes.remove(name)


def commit_message(container_id: str) -> str:
    """The comment of an image that is made of a container for its transfer."""
    return f"dockpy: transfer of {container_id}"


def remove_commits(client: Client, container_id: str) -> None:
    """Remove the images without a name that were made of a container for its transfer; used ones stay."""
    for image in loaded(client.images.list(filters={"dangling": True})):
        if image.attrs.get("Comment") == commit_message(container_id):
            with contextlib.suppress(NotFound, Conflict):
                client.images.remove(image.id, noprune=True)
