"""Several daemons' swarms by the client, by both kinds of clocks, and from many threads at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import dockpy
from dockpy.fake import FakeDaemon, ManualClock
from dockpy.fake.engine import Engine
from dockpy.fake.fairlock import FairLock
from dockpy.fake.kernel.clock import RealClock
from tests.conformance.swarms import until

CLOCKS = {"real": lambda: None, "manual": lambda: ManualClock(auto=True)}


def at(client):
    """Where a daemon's swarm is reached."""
    return client.info().swarm.node_addr


@pytest.fixture(params=list(CLOCKS))
def clock(request):
    return CLOCKS[request.param]()


def test_a_swarm_by_the_client(clock):
    with (
        FakeDaemon(name="a", clock=clock) as first,
        FakeDaemon(name="b", clock=clock, labels={"disk": "ssd"}) as second,
        first.client() as a,
        second.client() as b,
    ):
        a.swarm.init(advertise_addr="10.1.1.1")
        b.swarm.join(["10.1.1.1"], a.swarm.join_tokens.worker)
        assert sorted(node.hostname for node in a.nodes.list()) == ["a", "b"]
        service = a.services.create("busybox", ["sleep", "1000"], replicas=4, name="web")
        service.wait_ready(timeout=30)
        assert len(b.containers.list()) == len(a.containers.list()) == 2
        with pytest.raises(dockpy.ApiError, match="not a swarm manager"):
            b.services.list()
        assert b.info().labels == ["disk=ssd"]
        service.remove()
        b.swarm.leave()
        a.swarm.leave(force=True)
        assert a.swarm.state == b.swarm.state == "inactive"
        until(lambda: not a.containers.list())


def test_a_node_is_lost_in_real_time():
    with FakeDaemon(name="a") as first, FakeDaemon(name="b") as second, first.client() as a:
        a.swarm.init(dispatcher_heartbeat_period=0.05)
        with second.client() as b:
            b.swarm.join([at(a)], a.swarm.join_tokens.worker)
        at_once = {"delay": 0}
        service = a.services.create("busybox", ["sleep", "1000"], replicas=2, restart_policy=at_once)
        service.wait_ready(timeout=30)
        second.stop(kill=True)
        until(lambda: len(a.containers.list()) == 2)
        assert {node.hostname: node.state for node in a.nodes.list()} == {"a": "ready", "b": "down"}
        second.start()
        assert {node.hostname: node.state for node in a.nodes.list()} == {"a": "ready", "b": "ready"}


def test_daemons_join_each_other_from_many_threads():
    daemons = [FakeDaemon(name=f"n{number}") for number in range(8)]
    clients = [daemon.client(timeout=30) for daemon in daemons]
    stop = threading.Event()

    def work(client):
        count = 0
        while not stop.is_set() or not count:
            client.containers.run("busybox", ["true"], remove=True)
            count += 1
        return count

    def found(first, second):
        first.swarm.init()
        second.swarm.join([at(first)], first.swarm.join_tokens.manager)

    def gather(client, manager):
        client.swarm.leave(force=True)
        client.swarm.join([at(manager)], manager.swarm.join_tokens.worker)

    with ThreadPoolExecutor(32) as pool:
        busy = [pool.submit(work, client) for client in clients]
        try:
            founding = [pool.submit(found, clients[n], clients[n + 1]) for n in (0, 2, 4, 6)]
            for job in founding:
                job.result(timeout=60)
            gathering = [pool.submit(gather, clients[n], clients[0]) for n in (3, 5, 7, 2, 4, 6)]
            for job in gathering:
                job.result(timeout=60)
            service = clients[1].services.create("busybox", ["sleep", "1000"], replicas=16, name="web")
            service.wait_ready(timeout=60)
        finally:
            stop.set()
        assert all(job.result(timeout=60) for job in busy)
    for client in clients:
        assert len(client.containers.list(filters={"label": "com.docker.swarm.task"})) == 2
        client.close()
    for daemon in daemons:
        daemon.close()


def test_who_waits_at_one_lock_gets_the_other():
    one, other = FairLock(), FairLock()
    order = []

    def take(lock, name):
        with lock:
            order.append(name)

    with one, other:
        threads = [threading.Thread(target=take, args=(lock, name)) for lock, name in ((one, 1), (other, 2))]
        for thread in threads:
            thread.start()
        until(lambda: len(one._turns.waiting) == len(other._turns.waiting) == 1)
        one.become_one_with(other)
        assert one.busy
        assert other.busy
    for thread in threads:
        thread.join(10)
    assert sorted(order) == [1, 2]
    with one:
        thread = threading.Thread(target=take, args=(other, 3))
        thread.start()
        until(lambda: one._turns.waiting)
        assert 3 not in order
    thread.join(10)
    assert order[-1] == 3


def test_what_is_due_is_done_in_one_order():
    clock = ManualClock()
    one, other = Engine(clock), Engine(clock)
    done = []
    for engine, name, due in ((one, "a", 3), (other, "b", 1), (one, "c", 2), (other, "d", 2)):
        engine.scheduler.after(due, lambda name=name: done.append(name))
    kept = other.scheduler.after(5, lambda: done.append("never"))
    one.scheduler.become_one_with(other.scheduler)
    kept.cancel()
    clock.go_to(clock.now() + 10)
    one.scheduler.pump()
    assert done == ["b", "c", "d", "a"] or done == ["b", "d", "c", "a"]
    assert one.scheduler.next_due is other.scheduler.next_due is None


def test_a_clock_of_their_own():
    clock = RealClock()
    with FakeDaemon(clock=clock) as first, FakeDaemon() as second, first.client() as a, second.client() as b:
        a.swarm.init()
        b.swarm.join([at(a)], a.swarm.join_tokens.worker)
        assert second._engine.clock is first._engine.clock
