"""One client in many threads, and in a forked child; the ssh processes that it starts."""

from __future__ import annotations

import os
import pickle
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import Client, NotFound
from dockpy.ops import containers

if TYPE_CHECKING:
    from pathlib import Path


def mixed_calls(client: Client, finished: list[Any], number: int) -> None:
    """Calls whose answers cannot be taken for each other's."""
    dice = random.Random(number)
    container = dice.choice(finished)
    match dice.randrange(6):
        case 0:
            assert client.containers.get(container.id).id == container.id
        case 1:
            (found,) = client.containers.list(all=True, filters={"id": container.id})
            assert found.id == container.id
        case 2:
            with pytest.raises(NotFound, match=f"nowhere-{number}") as caught:
                client.containers.get(f"nowhere-{number}")
            assert caught.value.subject == f"container nowhere-{number}"
        case 3:
            view = client.containers.known(container.id)
            assert view.logs() == f"{container.name}\n".encode()
        case 4:
            assert client.images.get("busybox").attrs.config.cmd == ["sh"]
        case 5:
            assert client.containers.known(container.id).wait()["StatusCode"] == 0


@pytest.fixture
def finished(start: Any, new_name: Any) -> Any:
    """Containers that have written their names."""

    def make(client: Client) -> list[Any]:
        names = [new_name() for _ in range(4)]
        made = [start(client, ["echo", name], name=name) for name in names]
        for container in made:
            container.wait()
            assert container.name in names
        return made

    return make


@pytest.mark.parametrize(("way", "calls"), [("unix20", 10), ("unix28", 10), ("tcp20", 4), ("tls28", 10)])
def test_50_threads(reach: Any, finished: Any, way: str, calls: int) -> None:
    with reach(way).connect() as client:
        made = finished(client)
        together = threading.Barrier(50)

        def work(number: int) -> None:
            together.wait(20)
            for call in range(calls):
                mixed_calls(client, made, number * calls + call)

        with ThreadPoolExecutor(50) as threads:
            list(threads.map(work, range(50)))


def test_50_threads_agree_on_the_version_once(engine_place: Any) -> None:
    with engine_place.connect() as client:
        pings: list[str] = []
        client.hooks.request.append(lambda event: pings.append(event.operation))
        together = threading.Barrier(50)

        def ask(_: int) -> str:
            together.wait(20)
            return client.api_version

        with ThreadPoolExecutor(50) as threads:
            assert set(threads.map(ask, range(50))) == {engine_place.api}
        assert pings in ([], ["SystemPing"])


@pytest.mark.parametrize("pool_size", [1, 3])
def test_100_requests_over_ssh(reach: Any, ssh_log: Path, pool_size: int) -> None:
    with reach("ssh20").connect(pool_size=pool_size) as client:
        ssh_log.write_text("")
        with ThreadPoolExecutor(20) as threads:
            assert set(threads.map(lambda _: client.ping(), range(100))) == {True}
        assert 1 <= len(ssh_log.read_text().splitlines()) <= pool_size
        for _ in range(10):
            client.info()
        assert len(ssh_log.read_text().splitlines()) <= pool_size


def test_views_share_the_ssh_process(reach: Any, ssh_log: Path) -> None:
    with reach("ssh20").connect() as client:
        ssh_log.write_text("")
        client.ping()
        client.with_options(timeout=30).ping()
        client.containers.list()
        assert len(ssh_log.read_text().splitlines()) == 1


def test_a_forked_child(client: Client, start: Any) -> None:
    """The child has connections of its own; the parent's, and its streams, go on."""
    container = start(client, ["sh", "-c", "echo before; read line; echo after"], stdin_open=True)
    version = client.info().server_version
    with container.logs(stream=True) as output:
        payloads = iter(output)
        assert next(payloads) == b"before\n"
        child = os.fork()
        if child == 0:
            status = 1
            try:
                if (
                    client.info().server_version == version
                    and client.containers.get(container.id) == container
                ):
                    status = 0
                output.close()
                client.close()
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert client.info().server_version == version
        with client.api.upgrade(
            containers.ATTACH, {"id": container.id}, {"stream": True, "stdin": True}
        ) as stdin:
            stdin.send(b"\n")
            assert list(payloads) == [b"after\n"]


def test_many_children(engine: Client) -> None:
    engine.info()
    children = []
    for number in range(8):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                wanted = {f"nowhere-{number}-{call}" for call in range(20)}
                if all(name in _missing(engine, name) for name in wanted):
                    status = 0
            finally:
                os._exit(status)
        children.append(child)
    engine.info()
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 8
    engine.info()


def _missing(client: Client, name: str) -> str:
    with pytest.raises(NotFound) as caught:
        client.containers.get(name)
    return str(caught.value)


def test_a_pickled_client(client: Client) -> None:
    with pickle.loads(pickle.dumps(client)) as again:
        assert again.ping() is True
        assert again.daemon == client.daemon
