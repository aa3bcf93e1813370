"""What a transfer that was broken off may have left, and how the next attempt finds it.

Before anything is made on the target, a volume there is given the list of what is going to be made, none of
which exists yet. It goes when all is done or undone. Where it is still there, the target or this process
ended in between, and what it lists is removed first.
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

__all__ = ["Marker", "commit_message", "discard_container", "remove_commits"]

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

    def read(self) -> dict[str, Any] | None:
        """What an earlier attempt was making; None where all of it was done, or undone."""
        try:
            labels = self._to.volumes.get(self.name).labels
            return dict(json.loads(labels[_LABEL]))
        except NotFound:
            return None
        except (KeyError, ValueError) as error:
            raise InvalidResponse(
                f"The volume {self.name} is there, and not of a transfer: remove it first",
                daemon=self._to.daemon,
            ) from error

    def put(self, *, container: str, image: str, networks: Sequence[str], volumes: Sequence[str]) -> None:
        """Write down what is going to be made.

        Args:
            container: its name.
            image: the name or id of the image that is copied; empty for none.
            networks: the names of those that are made.
            volumes: the names of those that are made.
        """
        made = {"container": container, "image": image, "networks": [*networks], "volumes": [*volumes]}
        self._to.volumes.create(self.name, driver="local", labels={_LABEL: json.dumps(made)})

    def remove(self, meter: Meter | None = None) -> None:
        """All is done, or undone."""
        with contextlib.suppress(NotFound):
            self._to.volumes.remove(self.name)

    def sweep(self) -> None:
        """Remove what an earlier attempt left. What others use by now stays."""
        made = self.read()
        if made is None:
            return
        for volume in _volumes_of(self._to, made["container"]):
            remove_abandoned(self._to, volume)  # it was being filled
        discard_container(self._to, made["container"])
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
        self.remove()


def commit_message(container_id: str) -> str:
    """The comment of an image that is made of a container for its transfer."""
    return f"dockpy: transfer of {container_id}"


def remove_commits(client: Client, container_id: str) -> None:
    """Remove the images without a name that were made of a container for its transfer; used ones stay."""
    for image in loaded(client.images.list(filters={"dangling": True})):
        if image.attrs.get("Comment") == commit_message(container_id):
            with contextlib.suppress(NotFound, Conflict):
                client.images.remove(image.id, noprune=True)


def _volumes_of(client: Client, name: str) -> list[str]:
    try:
        return [volume.name for volume in mounted_volumes(client.containers.get(name).attrs.to_dict())]
    except NotFound:
        return []


def discard_container(client: Client, name: str) -> None:
    """Remove the container of a name with its anonymous volumes, running or not; none is fine."""
    with contextlib.suppress(NotFound):
        found = client.containers.get(name)
        if found.name == name:  # and not one whose id begins so
            with found:
                pass
