"""A swarm of one node for each engine, for as long as a module's tests take."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import dockpy

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy import Client

PORTS = {"unix20": ("127.0.0.20:23471", 47901), "unix28": ("127.0.0.28:23472", 47902)}
"""Where each engine's managers listen, and its tasks' traffic goes: the engines share a host.

An engine also listens at port 7946 of the same address. Where another one has that, it says so in its
log only, and has no overlay networks.
"""


def addresses(client: Client, name: str) -> dict[str, Any]:
    """What tells the engines' swarms apart."""
    listen, data = PORTS.get(name, ("127.0.0.1:23473", 47903))
    # Overlay networks want an address that is none of loopback: that of the engine's own bridge will do.
    pools = client.networks.get("bridge").attrs["IPAM"]["Config"]
    return {
        "advertise_addr": "127.0.0.1",
        "listen_addr": listen,
        "data_path_addr": pools[0]["Gateway"],
        "data_path_port": data,
    }


def leave(client: Client) -> None:
    """Leave the swarm that the engine is part of, and whatever is in it."""
    if client.swarm.state == "inactive":
        return
    with contextlib.suppress(dockpy.ServerError):  # no manager, or locked
        for service in client.services.list():
            service.remove()
        # What is left of a network that is in use when its swarm goes can be in the way of the next.
        until(lambda: not any(task.state == "running" for task in client.tasks.list()))
        for network in client.networks.list(filters={"driver": "overlay"}):
            with contextlib.suppress(dockpy.ApiError):
                network.remove()
    client.swarm.leave(force=True)


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something is so."""
    import threading
    import time

    end, tick = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert time.monotonic() < end, "it did not come to be so"
        tick.wait(0.05)
