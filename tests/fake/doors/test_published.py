"""Published ports: sockets of this machine that lead into containers."""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest

import dockpy
from dockpy.fake import FakeDaemon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy import Container


@pytest.fixture
def daemon() -> Iterator[FakeDaemon]:
    """A daemon that publishes; it leaves neither a thread nor a descriptor behind."""
    threads, descriptors = set(threading.enumerate()), len(os.listdir("/proc/self/fd"))
    with FakeDaemon(publish=True) as daemon:
        daemon.images.add("busybox")
        yield daemon
    assert set(threading.enumerate()) <= threads
    assert len(os.listdir("/proc/self/fd")) <= descriptors


def serve(daemon: FakeDaemon, *command: str, port: object = None) -> tuple[Container, tuple[str, int]]:
    """A container with something that listens at its port 80, and where that is reached."""
    container = daemon.client().containers.run("busybox", command, detach=True, ports={"80/tcp": port})
    return container, container.wait_port(80)


def connect(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=10)


def rest(sock: socket.socket) -> bytes:
    """All that still comes."""
    return b"".join(iter(lambda: sock.recv(65536), b""))


def test_bytes_go_both_ways_and_ends_do_too(daemon: FakeDaemon) -> None:
    _, address = serve(daemon, "nc", "-ll", "-p", "80", "-e", "cat")
    data = os.urandom(300_000)
    with connect(address) as sock:
        sender = threading.Thread(target=lambda: (sock.sendall(data), sock.shutdown(socket.SHUT_WR)))
        sender.start()
        assert rest(sock) == data
        sender.join()


def test_clients_at_once(daemon: FakeDaemon) -> None:
    _, address = serve(daemon, "nc", "-ll", "-p", "80", "-e", "echo", "hello")
    socks = [connect(address) for _ in range(10)]
    assert [rest(sock) for sock in socks] == [b"hello\n"] * 10
    for sock in socks:
        sock.close()


def test_nobody_listens_in_the_container(daemon: FakeDaemon) -> None:
    """The connection is made, and closed at once, as by an engine's proxy."""
    client = daemon.client()
    container = client.containers.run("busybox", ["sleep", "99"], detach=True, ports={"80/tcp": None})
    address = ("127.0.0.1", int(container.ports["80/tcp"][0]["HostPort"]))
    with connect(address) as sock:
        assert rest(sock) == b""


def test_it_ends_with_the_container(daemon: FakeDaemon) -> None:
    container, address = serve(daemon, "nc", "-ll", "-p", "80", "-e", "cat")
    with connect(address) as sock:
        sock.sendall(b"x")
        assert sock.recv(1) == b"x"
        container.kill()
        assert rest(sock) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(address)
    container.start()
    connect(container.wait_port(80)).close()


def test_it_is_refused_from_then_on(daemon: FakeDaemon) -> None:
    """Also while the daemon's thread still looks at the port: which is so now and then."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]  # which no other daemon takes meanwhile, as it may its own first choice
    for _ in range(30):
        container, address = serve(daemon, "nc", "-ll", "-p", "80", "-e", "cat", port=("127.0.0.1", port))
        container.kill()
        container.wait()
        with pytest.raises(ConnectionRefusedError):
            connect(address).close()
        container.remove()


def test_a_port_of_one_s_own_choice(daemon: FakeDaemon) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(dockpy.ServerError, match=rf"127\.0\.0\.1:{port}:.* address already in use"):
            serve(daemon, "sleep", "99", port=("127.0.0.1", port))
    _, address = serve(daemon, "nc", "-ll", "-p", "80", "-e", "cat", port=("127.0.0.1", port))
    assert address == ("127.0.0.1", port)


def test_daemons_do_not_take_each_other_s_ports(daemon: FakeDaemon) -> None:
    with FakeDaemon(publish=True) as other:
        other.images.add("busybox")
        addresses = {serve(one, "nc", "-ll", "-p", "80", "-e", "cat")[1] for one in (daemon, other)}
    assert len(addresses) == 2


def test_a_snapshot_brings_ports_back(daemon: FakeDaemon) -> None:
    container, _ = serve(daemon, "nc", "-ll", "-p", "80", "-e", "cat")
    snapshot = daemon.snapshot()
    container.remove(force=True)
    daemon.restore(snapshot)
    connect(container.wait_port(80)).close()


def test_nothing_is_published_unasked() -> None:
    """A port that this machine's own programs have is free to a daemon that only tells of ports."""
    with socket.create_server(("127.0.0.1", 0)) as taken, FakeDaemon() as daemon:
        daemon.images.add("busybox")
        client, address = daemon.client(), taken.getsockname()
        container = client.containers.run("busybox", ["sleep", "9"], detach=True, ports={"80/tcp": address})
        assert int(container.ports["80/tcp"][0]["HostPort"]) == address[1]
