"""Faults: what goes wrong on purpose, by operation, object or count."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Literal

from dockpy.fake.active import Active
from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.reply import Reply, end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake.call import Call
    from dockpy.fake.engine import Engine

__all__ = ["Fault", "Faults"]

GARBAGE = b"\x15\x03\x01\x00\x02\x02\x16 this is no HTTP\r\n"


class Fault:
    """One thing that goes wrong. As a context manager, for as long as its block takes.

    Made by `FakeDaemon.fail`, which says what the arguments mean.

    Attributes:
        hits: how often it happened.
    """

    def __init__(
        self,
        faults: Faults,
        operation: str | None,
        object: str | None,
        *,
        status: int | None,
        message: str | None,
        times: int | None,
        after: int,
        latency: float,
        cut: int | None,
        reset: Literal["before", "after"] | None,
        garbage: bool,
        hang: bool,
    ) -> None:
        self._faults = faults
        self.operation = operation
        self.object = object
        self._status = status
        self._message = message
        self._times = times
        self._after = after
        self._latency = latency
        self._cut = cut
        self._reset = reset
        self._garbage = garbage
        self._hang = hang
        self._seen = 0
        self.hits: int = 0

    def matches(self, call: Call) -> bool:
        """Whether it happens to a call; it counts those that it could have happened to."""
        if self.operation is not None and self.operation != call.operation.id:
            return False
        if self.object is not None and not self._is_about(call):
            return False
        self._seen += 1
        if self._seen <= self._after or (self._times is not None and self.hits >= self._times):
            return False
        self.hits += 1
        return True

    def _is_about(self, call: Call) -> bool:
        assert self.object is not None
        wanted = self.object.removeprefix("/")
        named = {*call.parts.values(), *call.all_of("name"), *call.all_of("fromImage")}
        if call.operation.id in _NAMED_IN_BODY:
            named.add(_name_in(call.body()))
        if wanted in {name.removeprefix("/") for name in named}:
            return True
        find = _FINDERS.get(call.operation.subject)
        if find is None or not call.parts:
            return False
        with contextlib.suppress(Failure):  # several, or no name at all
            found = find(call.engine, call.id)
            return found is not None and found is find(call.engine, wanted)
        return False

    @property
    def decides(self) -> bool:
        """Whether nothing comes after it: the operation is not done, and no other fault happens to it."""
        return self._status is not None or self._hang or self._garbage or self._reset == "before"

    def before(self, call: Call) -> Reply | None:
        """What happens before the operation; the reply where it takes no place."""
        if self._latency:
            due = call.engine.now() + round(self._latency * SECOND)
            call.engine.scheduler.at(due, call.engine.notify)
            call.engine.wait(lambda: call.engine.now() >= due, call.gone)
        if self._hang:
            call.engine.wait(lambda: False, call.gone, patient=True)
        if self._garbage:
            return Reply(raw=GARBAGE)
        if self._reset == "before":
            return Reply(reset=True)
        if self._status is not None:
            text = self._message or f"{call.operation.id} fails on purpose"
            return Reply.error(self._status, text)
        return None

    def after(self, call: Call, reply: Reply) -> Reply:
        """What becomes of a reply."""
        if self._reset == "after":
            reply.discard()
            return Reply(reset=True)
        pieces = _body(reply)
        if self._cut is not None and pieces is not None and call.operation.method != "HEAD":
            reply.stream = _cut(reply, pieces, self._cut)
        return reply

    def remove(self) -> None:
        """It happens no more."""
        self._faults.remove(self)

    def __enter__(self) -> Fault:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def _body(reply: Reply) -> Iterator[bytes] | None:
    if reply.stream is not None:
        return reply.stream
    if reply.duplex is not None:
        return reply.duplex.output
    return iter([reply.body]) if reply.body else None


def _cut(reply: Reply, pieces: Iterator[bytes], left: int) -> Iterator[bytes]:
    try:
        while left:
            piece = next(pieces, None)
            if piece is None:  # it was shorter
                return
            yield piece[:left]
            left -= min(left, len(piece))
        reply.reset = True
    finally:
        end(pieces)


_FINDERS: dict[str, Callable[[Engine, str], object]] = {
    "container": lambda engine, reference: engine.containers.find(reference),
    "image": lambda engine, reference: engine.images.find(reference),
    "network": lambda engine, reference: engine.networks.find(reference),
    "volume": lambda engine, reference: engine.volumes.find(reference),
}
_NAMED_IN_BODY = {"NetworkCreate", "VolumeCreate", "SecretCreate", "ConfigCreate", "ServiceCreate"}


def _name_in(body: bytes) -> str:
    try:
        return str(json.loads(body)["Name"])
    except (ValueError, KeyError, TypeError):
        return ""


class Happening:
    """The faults that happen to one call."""

    def __init__(self, call: Call, faults: list[Fault]) -> None:
        self._call = call
        self._faults: list[Fault] = []
        for fault in faults:
            if fault.matches(call):
                self._faults.append(fault)
                if fault.decides:
                    break
        self.reply: Reply | None = next(
            (reply for fault in self._faults if (reply := fault.before(call)) is not None), None
        )

    def applied(self, reply: Reply) -> Reply:
        """The reply with what the faults make of it."""
        for fault in self._faults:
            reply = fault.after(self._call, reply)
        return reply


class Faults(Active[Fault]):
    """All that goes wrong on one daemon."""

    def of(self, call: Call) -> Happening:
        """What goes wrong with a call."""
        return Happening(call, self.now())
