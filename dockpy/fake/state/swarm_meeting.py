"""How the engines of this process find each other to form a swarm: by the addresses that they advertise."""

from __future__ import annotations

import re
import threading
import weakref
from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.state.swarm_addresses import dialled
from dockpy.fake.state.swarm_store import rpc
from dockpy.fake.uniting import same_time, unite
from dockpy.version import at_least

if TYPE_CHECKING:
    from dockpy.fake.engine import Engine
    from dockpy.fake.state.swarm_cluster import Cluster

__all__ = ["announce", "meet"]

_TOKEN = re.compile(r"SWMTKN-[12](-[01])?-[0-9a-z]{50}-[0-9a-z]{25}")
_ENGINES: weakref.WeakValueDictionary[int, Engine] = weakref.WeakValueDictionary()
"""By their numbers, those that are, or were, in a swarm."""
_LOCK = threading.Lock()


def announce(engine: Engine) -> None:
    """An engine has entered a swarm."""
    with _LOCK:
        _ENGINES[engine.number] = engine


def meet(engine: Engine, remote: list[str], token: str) -> Cluster:
    """Find the swarm that an engine is to join, and be of one world with its engines.

    Args:
        engine: its lock is held, and given back for a while.
        remote: where its managers are.
        token: what lets the engine in.

    Returns:
        The swarm, whose token it is.

    Raises:
        Failure: there is none, or it has other tokens, or cannot be joined now.
    """
    if not _TOKEN.fullmatch(token):
        raise Failure(500, "invalid join token")
    there = [found for address in remote for found in _managers_at(engine, dialled(address))]
    if not there:
        raise _refused(engine, dialled(remote[0]))
    # Engines may have the same address, each on a host of its own: the token tells which is meant.
    manager = next((one for one in there if _lets_in(one, token)), there[0])
    if not same_time(engine, manager):
        text = "the engines of a swarm go by the same clock: give each FakeDaemon the same clock="
        raise Failure(500, f"dockpy's fake daemons: {text}")
    unite(engine, manager)
    cluster = manager.swarm.manager()
    if token not in (cluster.worker_token, cluster.manager_token):
        raise rpc("InvalidArgument", "A valid join token is necessary to join this cluster")
    return cluster


def _managers_at(engine: Engine, address: str) -> list[Engine]:
    """The managers that listen at an address, as far as the engine reaches them."""
    with _LOCK:
        known = [one for _, one in sorted(_ENGINES.items())]
    found = []
    for one in known:
        node = one.swarm.node
        if one.closed or one.down or one.cut_off or engine.cut_off or node is None or one.swarm.locked:
            continue
        if node.role == "manager" and node.listen == address:
            found.append(one)
    return found


def _lets_in(manager: Engine, token: str) -> bool:
    cluster = manager.swarm.cluster
    return cluster is not None and token in (cluster.worker_token, cluster.manager_token)


def _refused(engine: Engine, there: str) -> Failure:
    colon = ":" if at_least(engine.api, "1.42") else ""
    dialled = f"transport: Error while dialing{colon} dial tcp {there}: connect: connection refused"
    return Failure(503, f'rpc error: code = Unavailable desc = connection error: desc = "{dialled}"')
