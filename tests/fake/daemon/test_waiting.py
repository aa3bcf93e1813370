"""Those who wait for a fake daemon: their patience, the clock they go by, who lets whom in, and its end."""

from __future__ import annotations

import gc
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import dockpy
from dockpy.fake import FakeDaemon, ManualClock
from dockpy.fake.fairlock import FairLock

if TYPE_CHECKING:
    from pathlib import Path

BUSY = ["sh", "-c", "while :; do :; done"]
TICKING = ["sh", "-c", "while sleep 1; do :; done"]


@pytest.mark.parametrize("auto", [False, True], ids=["real time", "time that goes on by itself"])
@pytest.mark.parametrize("command", [BUSY, TICKING], ids=["computes", "sleeps now and then"])
def test_patience_ends_whatever_a_container_does_meanwhile(command: list[str], auto: bool) -> None:
    with FakeDaemon(clock=ManualClock(auto=True) if auto else None) as daemon:
        daemon.images.add("busybox")
        client = daemon.client()
        container = client.containers.run("busybox", command, detach=True)
        with pytest.raises(dockpy.TimedOut):
            container.wait(timeout=0.2)
        container.reload()
        assert container.status == "running"


def test_others_get_their_turn_while_somebody_waits_and_time_goes_on() -> None:
    with FakeDaemon(clock=ManualClock(auto=True)) as daemon:
        daemon.images.add("busybox")
        client = daemon.client()
        container = client.containers.run("busybox", TICKING, detach=True)
        with ThreadPoolExecutor(1) as pool:
            waits = pool.submit(container.wait)
            for _ in range(50):
                assert daemon.client().ping()
            container.kill()
            assert waits.result(20).status_code == 137


def test_a_daemon_is_closed_while_somebody_waits_and_time_goes_on() -> None:
    daemon = FakeDaemon(clock=ManualClock(auto=True))
    daemon.images.add("busybox")
    container = daemon.client().containers.run("busybox", TICKING, detach=True)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(container.wait)
        while not any(request.operation == "ContainerWait" for request in daemon.requests):
            daemon.client().ping()
        daemon.close()
        with pytest.raises(dockpy.ConnectionFailed):
            waits.result(20)


def test_daemons_that_share_a_clock_do_not_wait_for_each_other() -> None:
    clock = ManualClock(auto=True)
    with FakeDaemon(clock=clock) as one, FakeDaemon(clock=clock) as other, ThreadPoolExecutor(4) as pool:
        for daemon in (one, other):
            daemon.images.add("busybox")

        def work(daemon: FakeDaemon) -> None:
            for _ in range(30):
                daemon.client().containers.run("busybox", ["sleep", "5"], remove=True)

        for done in [pool.submit(work, daemon) for daemon in (one, other, one, other)]:
            done.result(60)


def test_time_is_advanced_by_another_thread() -> None:
    clock = ManualClock()
    with FakeDaemon(clock=clock) as daemon, ThreadPoolExecutor(20) as pool:
        daemon.images.add("busybox")
        made = [
            daemon.client().containers.run("busybox", ["sleep", str(n)], detach=True) for n in range(1, 21)
        ]
        waits = [pool.submit(container.wait) for container in made]
        for _ in range(20):
            clock.advance(1)
        assert [wait.result(20).status_code for wait in waits] == [0] * 20


def test_a_hang_does_not_take_the_time_along() -> None:
    clock = ManualClock(auto=True)
    with FakeDaemon(clock=clock) as daemon:
        daemon.images.add("busybox")
        client = daemon.client()
        client.containers.run("busybox", ["sleep", "86400"], detach=True)
        began = clock.now()
        with daemon.fail("ContainerList", hang=True), pytest.raises(dockpy.TimedOut):
            client.with_options(timeout=0.2).containers.list()
        assert clock.now() - began < 86400 * 10**9


def test_a_client_that_vanishes_is_noticed_while_a_container_computes(tmp_path: Path) -> None:
    with FakeDaemon(f"unix://{tmp_path}/fake.sock") as daemon:
        daemon.images.add("busybox")
        daemon.client().containers.run("busybox", BUSY, name="busy", detach=True)
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(f"{tmp_path}/fake.sock")
            sock.sendall(b"POST /containers/busy/wait HTTP/1.1\r\nHost: d\r\n\r\n")
            while "ContainerWait" not in {asked.operation for asked in daemon.requests}:
                daemon.client().ping()
            serving = [one for one in threading.enumerate() if one.name == "dockpy fake client"]
        for thread in serving:
            thread.join(20)
            assert not thread.is_alive()


def test_streams_that_nobody_closed_are_collected_whatever_is_going_on() -> None:
    """The garbage collector may call in the midst of anything, with the lock taken or half taken."""
    with FakeDaemon() as daemon:
        daemon.images.add("busybox")
        client = daemon.client()
        engine = daemon._engine
        thresholds = gc.get_threshold()
        gc.set_threshold(1)
        try:
            for _ in range(200):
                stream = client.events(reconnect=False)
                cycle = [stream]
                cycle.append(cycle)  # type: ignore[arg-type]
                del stream, cycle
                client.ping()
        finally:
            gc.set_threshold(*thresholds)
        with engine.lock:
            stream = client.events(reconnect=False)
            del stream
            gc.collect()
            assert engine.events._listeners  # not now
        client.ping()
        assert not engine.events._listeners
        assert engine.system.listeners == 0


def test_who_is_interrupted_while_it_waits_for_the_lock_leaves_the_queue() -> None:
    """As by Ctrl-C, or by a signal that ends a test whose time is over."""
    import signal

    lock, held, let_go = FairLock(), threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            let_go.wait(20)

    class Late(Exception):
        pass

    def interrupt(*_: object) -> None:
        raise Late

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(20)
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(Late):
            lock.acquire()
    finally:
        signal.signal(signal.SIGALRM, before)
    let_go.set()
    thread.join(20)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lock.acquire).result(20)


def test_many_threads_many_kinds_of_calls_and_a_close_in_the_midst(tmp_path: Path) -> None:
    daemon = FakeDaemon(f"unix://{tmp_path}/fake.sock")
    daemon.images.add("busybox")
    ended = threading.Event()

    def work(number: int) -> None:
        client = daemon.client() if number % 2 else dockpy.Client(daemon.url)
        try:
            while not ended.is_set():
                container = client.containers.run("busybox", ["sh", "-c", "cat; sleep 1"], detach=True)
                container.exec_run(["echo", "x"])
                for _ in container.logs(stream=True, follow=True):
                    pass
                container.remove(force=True)
        except (dockpy.DockpyError, OSError):
            pass
        finally:
            client.close()

    before = set(threading.enumerate())
    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    while len(daemon.requests) < 100:
        time.sleep(0.001)
    daemon.close()
    ended.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert {one for one in threading.enumerate() if one.name.startswith("dockpy")} <= before


@pytest.mark.parametrize("kill", [False, True])
def test_restarting_while_streams_are_open(tmp_path: Path, kill: bool) -> None:
    with FakeDaemon(f"unix://{tmp_path}/fake.sock") as daemon, ThreadPoolExecutor(12) as pool:
        daemon.images.add("busybox")

        def follow(client: dockpy.Client, how: int) -> str:
            web = client.containers.get("web")
            try:
                if how == 0:
                    web.wait()
                elif how == 1:
                    list(web.logs(stream=True, follow=True))
                else:
                    list(client.events(reconnect=False))
            except dockpy.DockpyError as error:
                return type(error).__name__
            finally:
                client.close()
            return "ended"

        daemon.client().containers.run("busybox", ["sleep", "99"], name="web", detach=True)
        for _ in range(3):
            clients = [daemon.client() for _ in range(3)] + [dockpy.Client(daemon.url) for _ in range(3)]
            before = len(daemon.requests)
            following = [pool.submit(follow, client, n % 3) for n, client in enumerate(clients)]
            wanted = {"ContainerWait", "ContainerLogs", "SystemEvents"}
            while sum(request.operation in wanted for request in daemon.requests[before:]) < 6:
                daemon.client().ping()
            daemon.restart(kill=kill)
            for future in following:
                assert future.result(20)
            daemon.client().containers.get("web").start()
        assert daemon._engine.system.listeners == 0


def test_a_daemon_whose_place_is_taken_can_be_started_later(tmp_path: Path) -> None:
    url = f"unix://{tmp_path}/fake.sock"
    with FakeDaemon(url) as daemon:
        daemon.stop()
        with FakeDaemon(url), pytest.raises(OSError, match="in use"):
            daemon.start()
        with pytest.raises(dockpy.ConnectionFailed):
            daemon.client().ping()
        daemon.restart()
        with dockpy.Client(url) as client:
            assert client.ping()
    with pytest.raises(RuntimeError, match="closed"):
        daemon.start()
