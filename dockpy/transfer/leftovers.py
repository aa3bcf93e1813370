"""What a transfer that was broken off may have left, and how the next attempt finds it.

Before anything is made on the target, a volume there is given the list of what is going to be made, none of
which exists yet. It goes when all is done or undone. Where it is still there, the target or this process
ended in between, and what it lists is removed first, unless whoever wrote it may still be at work. The
container has a name of its own until it is started; then a second volume has said which one it is, so that
another one of its name is never taken for it.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from dockpy.errors import ApiError, Conflict, InvalidArgument, InvalidResponse, NotFound
from dockpy.resources.loading import loaded
from dockpy.transfer.carrier import remove_abandoned
from dockpy.transfer.marks import Mark, is_abandoned
from dockpy.transfer.mounted import mounted_volumes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.client import Client
    from dockpy.resources.container import Container
    from dockpy.resources.volume import Volume

__all__ = ["Marker", "commit_message", "remove_commits"]

_LABEL = "dockpy.transfer.container"


class Marker:
    """The list of what is being made of a container on a daemon.

    Args:
        to: the daemon.
        container_id: the container that is copied or moved.

    Attributes:
        name: the name of the volume that has the list, and of the container until it is started.
        mark: says who writes it.
    """

    def __init__(self, to: Client, container_id: str) -> None:
        self._to = to
        self._container_id = container_id
        self.name: str = f"dockpy-transfer-{container_id[:12]}"
        self.mark: Mark = Mark("container")
        self._claim = f"{self.name}-container"
        self._is_ours = False
        self._is_kept = False

    def is_there(self) -> bool:
        """Whether an earlier attempt was broken off: else all of it was done, or undone.

        Raises:
            InvalidArgument: it may be at work: in this process, in another one, or on another machine.
        """
        content = self._read(self.name)
        if content is not None:
            self._check_abandoned(content)
        # The list may have gone before a slow engine had made the container.
        return content is not None or bool(self.made())

    def _check_abandoned(self, content: dict[str, Any]) -> None:
        if is_abandoned(by := str(content.get("by"))):
            return
        process, _, host = by.partition(":")[2].partition(":")[2].partition(":")
        raise InvalidArgument(
            f"Another transfer of this container is at work, of the process {process} on {host}; if that has "
            f"ended, remove what it left there: {', '.join(self._things(content))}",
            subject=f"container {self._container_id[:12]}",
            daemon=self._to.daemon,
        )

    def _things(self, content: dict[str, Any]) -> list[str]:
        return [
            *(f"the container {container.name}" for container in self.made()),
            *(f"the network {name}" for name in content["networks"]),
            *(f"the volume {name}" for name in [*content["volumes"], *self.volumes]),
        ]

    @property
    def volumes(self) -> tuple[str, str]:
        """The volumes that it consists of."""
        return self._claim, self.name

    def put(
        self, *, image: str, networks: Sequence[str], volumes: Sequence[str], state: Mapping[str, str]
    ) -> None:
        """Write down what is going to be made.

        Args:
            image: the name or id of the image that is copied; empty for none.
            networks: the names of those that are made.
            volumes: the names of those that are made.
            state: how it stands with the container now.

        Raises:
            InvalidArgument: another transfer of it has begun meanwhile.
        """
        content = {
            "by": self.mark.text,
            "image": image,
            "networks": [*networks],
            "volumes": [*volumes],
            "state": dict(state),
        }
        if self._is_kept:  # and what is in use is no obstacle
            self._delete()
        self._check_ours(self._write(self.name, content))

    def _check_ours(self, content: dict[str, Any]) -> None:
        self._is_ours = content.get("by") == self.mark.text
        if not self._is_ours:  # engines give the volume that is there
            self._check_abandoned(content)
            raise InvalidArgument(
                "Another transfer of this container was broken off meanwhile: try again",
                subject=f"container {self._container_id[:12]}",
                daemon=self._to.daemon,
            )

    def claim(self, made: str) -> None:
        """Write down which container was made.

        Args:
            made: its id.
        """
        self._write(self._claim, {"container": made})

    def remove(self) -> None:
        """All is done, or undone. The list of another transfer stays."""
        if not self._is_ours:  # as far as is known: the answer may be lost
            content = self._read(self.name)
            if content is None or content.get("by") != self.mark.text:
                return
        self._delete()

    def _delete(self) -> None:
        for name in (self.name, self._claim):  # without the list, the other one says nothing
            with contextlib.suppress(NotFound):
                self._to.volumes.remove(name)

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            volume = self._to.volumes.get(name)
        except NotFound:
            return None
        return self._content(volume)

    def _write(self, name: str, content: dict[str, Any]) -> dict[str, Any]:
        labels = {_LABEL: json.dumps(content)}
        return self._content(self._to.volumes.create(name, driver="local", labels=labels))

    def _content(self, volume: Volume) -> dict[str, Any]:
        try:
            return dict(json.loads(volume.labels[_LABEL]))
        except (KeyError, ValueError) as error:
            raise InvalidResponse(
                f"The volume {volume.name} is there, and not of a transfer: remove it first",
                daemon=self._to.daemon,
            ) from error

    def made(self, known: str | None = None) -> list[Container]:
        """The container that was made, where it is there.

        Args:
            known: its id, where it is known.
        """
        claimed = self._read(self._claim) or {}
        found: dict[str, Container] = {}
        for wanted in {self.name, known, claimed.get("container")} - {None}:
            with contextlib.suppress(NotFound):
                container = self._to.containers.get(str(wanted))
                found[container.id] = container
        return list(found.values())

    def discard(self, made: str | None = None) -> None:
        """Remove the container that was made, running or not, with its anonymous volumes; none is fine.

        Args:
            made: its id, where it is known.
        """
        for container in self.made(made):
            for volume in mounted_volumes(container.attrs.to_dict()):
                remove_abandoned(self._to, volume.name)  # it was being filled
            with container:
                pass

    def sweep(self) -> dict[str, str]:
        """Remove what an earlier attempt left, the list last. What others use by now stays.

        So does the list where a volume is in use: an engine that was slow may still be making the container,
        which has no name that it could be found by yet.

        Returns:
            How it stood with the container before that.
        """
        content = self._read(self.name)
        self.discard()
        if content is None:
            return {}
        with contextlib.suppress(NotFound, Conflict):
            if content["image"]:
                self._to.images.remove(content["image"])
        remove_commits(self._to, self._container_id)
        for name in content["networks"]:
            with contextlib.suppress(ApiError):
                self._to.networks.remove(name)
        for name in content["volumes"]:
            remove_abandoned(self._to, name)
            with contextlib.suppress(NotFound):
                try:
                    self._to.volumes.remove(name)
                except Conflict:
                    self._is_kept = True
        if not self._is_kept:
            self._delete()
        return dict(content.get("state") or {})


def commit_message(container_id: str) -> str:
    """The comment of an image that is made of a container for its transfer."""
    return f"dockpy: transfer of {container_id}"


def remove_commits(client: Client, container_id: str) -> None:
    """Remove the images without a name that were made of a container for its transfer; used ones stay."""
    for image in loaded(client.images.list(filters={"dangling": True})):
        if image.attrs.get("Comment") == commit_message(container_id):
            with contextlib.suppress(NotFound, Conflict):
                client.images.remove(image.id, noprune=True)
