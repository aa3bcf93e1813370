"""How the worlds of two engines become one: the engines of a swarm have one lock, one scheduler, one time.

So nothing that crosses from one engine to another, be it a task, an address, a byte in a connection or a
signal, needs a second lock, and all of it happens in one order: swarms of several engines are as
deterministic as one engine is. What engines had to themselves they keep: their containers, images, networks,
events, chance, and those who wait at each.

The order of locks: a thread that has the lock of one world never asks for that of another, except here. Here
it first gives its own back, then takes `_UNITING`, then both locks: only one thread ever waits for a second.
Worlds never part again: an engine that has left its swarm shares its lock with those who were in it yet.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dockpy.fake.kernel.clock import ManualClock, RealClock

if TYPE_CHECKING:
    from dockpy.fake.engine import Engine

__all__ = ["same_time", "unite"]

_UNITING = threading.Lock()


def same_time(one: Engine, other: Engine) -> bool:
    """Whether they go by the same clock."""
    clocks = one.clock, other.clock
    return clocks[0] is clocks[1] or all(type(clock) is RealClock for clock in clocks)


def unite(engine: Engine, other: Engine) -> None:
    """Make one world of those of two engines that go by the same clock.

    Args:
        engine: its lock is held, and given back for a while: what was read under it may have changed.
        other: its lock is not held.
    """
    if other in engine.together:
        return
    with engine.lock.given_back(), _UNITING, engine.lock, other.lock:
        if other in engine.together or engine.closed or other.closed:
            return
        for one in (engine, other):
            one.catch_up()
        members = [*other.together, *engine.together]
        other.lock.become_one_with(engine.lock)
        other.scheduler.become_one_with(engine.scheduler)
        for member in members:
            member.together, member.clock = members, other.clock
        if isinstance(other.clock, ManualClock):
            other.scheduler.held = other.computes
