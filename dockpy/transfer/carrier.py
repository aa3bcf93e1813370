"""A volume's files, through a container that has the volume and is never started.

Its image is made for it, of nothing: so nothing has to be pulled, and nobody's image is in use. Both are
removed afterwards. Where they could not be (the engine was killed), the next one who carries that volume
removes them, and knows by them that the volume is half-made.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from typing import TYPE_CHECKING, Literal, TypeAlias

from dockpy.errors import Conflict, DockpyError, ImageNotFound, InvalidArgument, NotFound
from dockpy.streams.tar import END_OF_ARCHIVE

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
_at_work: set[str] = set()  # the marks of this process's own


@contextlib.contextmanager
def carrier(client: Client, volume: str, purpose: Purpose) -> Iterator[Container]:
    """A container that has a volume, for as long as a ``with`` block takes.

    Args:
        client: the daemon.
        volume: the volume's name.
        purpose: to read of the volume, or to fill it.
    """
    token = secrets.token_hex(6)
    mark = f"{purpose}:{token}:{os.getpid()}:{socket.gethostname()}"
    name = f"{_NAME}-{token}"
    _at_work.add(mark)
    try:
        client.images.import_image(END_OF_ARCHIVE, _NAME, token, changes=[f'LABEL {CARRIER_LABEL}="{mark}"'])
        yield client.containers.create(
            f"{_NAME}:{token}",
            ["/nothing"],
            name=name,
            network_mode="none",
            labels={CARRIER_LABEL: mark},
            volumes=[f"{volume}:{PLACE}:{'ro' if purpose == 'read' else 'rw'},nocopy"],
        )
    except BaseException as error:
        try:
            _remove(client, name, f"{_NAME}:{token}")
        except DockpyError as failed:
            error.add_note(f"The container {name} may be left on {client.daemon}: {failed}")
        raise
    else:
        _remove(client, name, f"{_NAME}:{token}")
    finally:
        _at_work.discard(mark)


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
        if _abandoned(mark):
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
        if _abandoned(image.labels[CARRIER_LABEL]):
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


def _abandoned(mark: str) -> bool:
    """Whether the process that made it is at it no more, as far as can be seen from here."""
    if mark in _at_work:
        return False
    _, _, process, host = (mark.split(":", 3) + [""] * 4)[:4]
    if host != socket.gethostname() or not process.isdecimal():
        return False
    if int(process) == os.getpid():
        return True
    if os.name == "nt":  # where such a question would end the process
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is another user's
        return False
    return False
