"""The daemon's lock: one at a time, again by the same thread, and everybody's turn comes."""

from __future__ import annotations

import threading

import pytest

from dockpy.fake.fairlock import FairLock


def test_it_is_reentrant_and_one_threads_at_a_time() -> None:
    lock, seen = FairLock(), []

    def work(number: int) -> None:
        for _ in range(200):
            with lock, lock:
                seen.append(number)
                seen.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(seen) == 8 * 200 * 2
    assert all(seen[i] == seen[i + 1] for i in range(0, len(seen), 2))


def test_who_waits_is_next_however_busy_another_is() -> None:
    lock, rounds, ended = FairLock(), [], threading.Event()

    def busy() -> None:
        while not ended.is_set():
            with lock:
                rounds.append(None)

    thread = threading.Thread(target=busy)
    thread.start()
    for _ in range(100):
        with lock:
            pass
    ended.set()
    thread.join(20)
    assert not thread.is_alive()


def test_a_condition_gives_all_of_it_back_while_it_waits() -> None:
    lock = FairLock()
    condition = threading.Condition(lock)  # type: ignore[arg-type]
    happened = []

    def wake() -> None:
        with lock:
            happened.append(True)
            condition.notify_all()

    with lock, lock:
        thread = threading.Thread(target=wake)
        thread.start()
        assert condition.wait_for(lambda: happened, 20)
    thread.join(20)
    with lock:
        assert not condition.wait(0)


def test_giving_back_what_one_has_not() -> None:
    with pytest.raises(RuntimeError):
        FairLock().release()
