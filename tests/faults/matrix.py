"""The matrix, as data: faults, kinds of call, what each has to end in, and which cells make no sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import breaking
from ways import TRANSPORTS

from dockpy.errors import (
    BadParameter,
    ConnectionFailed,
    DockpyError,
    InvalidResponse,
    ServerError,
    TimedOut,
    TruncatedResponse,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy import Client

__all__ = ["CELLS", "EXPECTED", "KINDS", "SENSELESS", "SHORT", "SLOW", "Cell", "Kind"]

SHORT = 0.3
"""Seconds that the client waits where the fault is that nothing comes."""

SLOW = ("hang", "drip of the head", "drip of the body", "500, half of its body")
LOST = (ConnectionFailed, TruncatedResponse)
_PIECE = 64 * 1024
_BIG = 16 * 1024 * 1024
"""More than the buffers of any socket hold."""


def nothing(size: int) -> Iterator[bytes]:
    """The pieces of a tar of nothing: what is unpacked before it breaks would stay with a fake daemon."""
    for _ in range(size // _PIECE):
        yield bytes(_PIECE)


@dataclass(frozen=True)
class Kind:
    """A kind of call.

    Attributes:
        operation: what its error names.
        call: of a client whose daemon is well still, what calls it later and reads all that comes.
        works: calls it on a daemon that is well.
    """

    operation: str
    call: Callable[[Client], Callable[[], Any]]
    works: Callable[[Client], Any]


def _attaching(client: Client) -> Callable[[], Any]:
    web = client.containers.get("web")  # whether it has a terminal is known then, and not asked any more
    return lambda: list(web.attach(stream=True))


def _putting(client: Client, size: int = _BIG) -> Callable[[], Any]:
    return lambda: client.containers.known("web").put_archive("/", nothing(size))


KINDS = {
    "unary": Kind("SystemInfo", lambda client: client.info, lambda client: client.info()),
    "stream": Kind(
        "SystemEvents",
        lambda client: lambda: list(client.events(reconnect=False)),
        lambda client: client.events(reconnect=False).close(),
    ),
    "hijack": Kind(
        "ContainerAttach",
        _attaching,
        lambda client: client.containers.get("web").attach(stream=True).close(),
    ),
    "upload": Kind("PutContainerArchive", _putting, lambda client: _putting(client, _PIECE)()),
    "download": Kind(
        "ImageGetAll",
        lambda client: lambda: client.images.save("busybox").read(),
        lambda client: client.images.save("busybox").read(),
    ),
}

EXPECTED: dict[str, type[DockpyError] | tuple[type[DockpyError], ...]] = {
    "refused": ConnectionFailed,
    "reset at connect": ConnectionFailed,
    "reset at head": LOST,
    "reset in the body": LOST,
    "truncated chunk": LOST,
    "garbage": InvalidResponse,
    "HTML from a proxy, 200": InvalidResponse,
    "HTML from a proxy, 502": ServerError,
    "hang": TimedOut,
    "drip of the head": TimedOut,
    "drip of the body": TimedOut,
    "500": ServerError,
    "500, half of its body": TimedOut,
    "early answer during upload": BadParameter,
}
"""What each fault ends in; of the kinds that have kinds of their own, the class itself."""

_NO_BODY = "it sends no body, which an answer could come too early for"
_A_STREAM = "a stream may be as slow as it likes: each of its reads has the limit, and every byte keeps it"
_WHOLE_HEADS = "there is no wire: the fake hands out a head at once"

SENSELESS: dict[tuple[str, str | None, str | None], str] = {
    **{("early answer during upload", kind, None): _NO_BODY for kind in KINDS if kind != "upload"},
    **{("drip of the body", kind, None): _A_STREAM for kind in KINDS if kind != "unary"},
    ("drip of the head", None, "in-process"): _WHOLE_HEADS,
}
"""Why there is no cell: by fault, kind and transport; None stands for each."""


@dataclass(frozen=True)
class Cell:
    """One fault, to one kind of call, over one transport."""

    fault: str
    kind: str
    transport: str

    @property
    def senseless(self) -> str | None:
        """Why it makes no sense; None where it does."""
        for (fault, kind, transport), why in SENSELESS.items():
            if fault == self.fault and kind in (None, self.kind) and transport in (None, self.transport):
                return why
        return None

    def __str__(self) -> str:
        return f"{self.fault} / {self.kind} / {self.transport}"


CELLS = [
    Cell(fault, kind, transport) for fault in breaking.FAULTS for kind in KINDS for transport in TRANSPORTS
]
