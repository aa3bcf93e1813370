"""A volume's files, through a container that has the volume and is never started.

Its image is made for it, of nothing: so nothing has to be pulled, and nobody's image is in use. Both are
removed afterwards. Where they could not be (the engine was killed), the next one who carries that volume
removes them, and knows by them that the volume is half-made.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Literal, TypeAlias

from dockpy.errors import Conflict, DockpyError, ImageNotFound, InvalidArgument, NotFound
from dockpy.streams.tar import END_OF_ARCHIVE
from dockpy.transfer.marks import Mark, is_abandoned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.client import Client
    from dockpy.resources.container import Container

__all__ = ["CARRIER_LABEL", "PLACE", "Purpose", "carrier", "remove_abandoned"]

CARRIER_LABEL: str = "dockpy.transfer"
"""The label of these containers and images: what they are for, and which process made them."""
PLACE: str = "/dockpy-volume"
"""Where the volume is in them."""

Purpose: TypeAlias = Literal["read", "write"]

_NAME = "dockpy-transfer"


@contextlib.contextmanager
def carrier(client: Client, volume: str, purpose: Purpose) -> Iterator[Container]:
    """A container that has a volume, for as long as a ``with`` block takes.

    Args:
        client: the daemon.
        volume: the volume's name.
        purpose: to read of the volume, or to fill it.
    """
    mark = Mark(purpose)
    name, image = f"{_NAME}-{mark.token}", f"{_NAME}:{mark.token}"
    changes = [f'LABEL {CARRIER_LABEL}="{mark.text}"']
    with mark.at_work():
        try:
            client.images.import_image(END_OF_ARCHIVE, _NAME, mark.token, changes=changes)
            yield client.containers.create(
                image,
                ["/nothing"],
                name=name,
                network_mode="none",
                labels={CARRIER_LABEL: mark.text},
                volumes=[f"{volume}:{PLACE}:{'ro' if purpose == 'read' else 'rw'},nocopy"],
            )
        except BaseException as error:
            try:
                _remove(client, name, image)
            except DockpyError as failed:
                error.add_note(f"The container {name} may be left on {client.daemon}: {failed}")
            raise
        else:
            _remove(client, name, image)


def remove_abandoned(client: Client, volume: str) -> bool:
    """Remove what was left of earlier transfers of a volume that were cut off.

    Returns:
        Whether one of them was filling it, so that it is half-made.

    Raises:
        InvalidArgument: one may still be at work: in this process, in another one, or on another machine.
    """
    half_made = False
    for container in client.containers.list(all=True, filters={"label": CARRIER_LABEL, "volume": volume}):
        mark = container.labels[CARRIER_LABEL]
        fills = mark.startswith("write:")
        if is_abandoned(mark):
            _remove(client, container.name, f"{_NAME}:{container.name.removeprefix(f'{_NAME}-')}")
            half_made = half_made or fills
        elif fills:
            raise InvalidArgument(
                f"The volume {volume} is being filled by another transfer; if there is none any more, remove "
                f"the container {container.name}, and the volume",
                subject=f"volume {volume}",
                daemon=client.daemon,
            )
    for image in client.images.list(filters={"label": CARRIER_LABEL}):
        if is_abandoned(image.labels[CARRIER_LABEL]):
            with contextlib.suppress(ImageNotFound, Conflict):  # the last: another volume's container has it
                image.remove()
    return half_made


def _remove(client: Client, container: str, image: str) -> None:
    _persistently(lambda: client.containers.known(container).remove(force=True))
    _persistently(lambda: client.images.remove(image))


def _persistently(remove: Callable[[], object]) -> None:
    """Remove something, in two attempts: what is left is in the way of the volume, too."""
    with contextlib.suppress(NotFound):
        try:
            remove()
        except NotFound:
            raise
        except DockpyError:
            remove()
