"""Networks: connections, half close, refusals, names, datagrams."""

from __future__ import annotations

import errno

import pytest

from dockpy.fake.kernel.network import NameNotFound, Stack


@pytest.fixture
def stacks():
    """Two stacks that reach one another."""
    found = {"10.0.0.2": Stack(), "10.0.0.3": Stack()}
    for address, stack in found.items():
        stack.addresses.add(address)
        stack.route = found.get
        stack.resolve = {"a": ["10.0.0.2"], "b": ["10.0.0.3"], "both": ["10.0.0.9", "10.0.0.3"]}.get
        stack.resolve = lambda name, known=stack.resolve: known(name) or []
    return list(found.values())


def test_both_sides_talk_and_one_may_end_before_the_other(stacks):
    one, two = stacks
    listener = two.listen(80)
    client = one.connect("b", 80)
    server = listener.accept_now()
    assert listener.accept_now() is None
    assert (client.remote, server.remote) == (("10.0.0.3", 80), client.local)
    assert client.local[0] == "10.0.0.2"
    client.write_now(b"ask")
    client.shutdown()
    assert server.read_now(10) == b"ask"
    assert server.read_now(10) == b""
    server.write_now(b"answer")
    assert client.read_now(100) == b"answer"
    assert client.read_now(100) is None
    with pytest.raises(BrokenPipeError):
        client.write_now(b"more")
    server.close()
    assert client.read_now(100) == b""


def test_the_last_of_several_descriptors_closes(stacks):
    one, two = stacks
    listener = two.listen(80)
    client = one.connect("10.0.0.3", 80)
    server = listener.accept_now()
    client.retain()
    client.close()
    assert server.read_now(1) is None
    client.close()
    assert server.read_now(1) == b""
    with pytest.raises(BrokenPipeError):
        server.write_now(b"x")


@pytest.mark.parametrize(
    ("host", "port", "number"),
    [
        ("b", 81, errno.ECONNREFUSED),
        ("127.0.0.1", 80, errno.ECONNREFUSED),
        ("10.0.0.77", 80, errno.EHOSTUNREACH),
    ],
)
def test_why_a_connection_fails(stacks, host, port, number):
    stacks[1].listen(80)
    with pytest.raises(OSError, match=r"\w") as failure:
        stacks[0].connect(host, port)
    assert failure.value.errno == number


def test_unknown_names_and_no_network(stacks):
    with pytest.raises(NameNotFound):
        stacks[0].connect("nobody", 80)
    with pytest.raises(OSError, match="Network unreachable"):
        Stack().connect("10.0.0.2", 80)


def test_every_address_of_a_name_is_tried(stacks):
    listener = stacks[1].listen(80)
    assert stacks[0].connect("both", 80).remote == ("10.0.0.3", 80)
    assert listener.accept_now() is not None


def test_a_port_is_taken_until_its_listener_closes(stacks):
    stack = stacks[0]
    first = stack.listen(80)
    for host in ("0.0.0.0", "127.0.0.1", "10.0.0.2"):
        with pytest.raises(OSError, match="Address already in use"):
            stack.listen(80, host)
    with pytest.raises(OSError, match="Address not available"):
        stack.listen(81, "1.2.3.4")
    assert stack.ports() == [("0.0.0.0", 80)]
    first.close()
    assert stack.ports() == []
    loop = stack.listen(80, "127.0.0.1")
    with pytest.raises(ConnectionRefusedError):
        stacks[1].connect("a", 80)
    assert stack.connect("localhost", 80).remote == ("127.0.0.1", 80)
    assert loop.accept_now() is not None


def test_a_listener_that_closes_ends_those_that_wait(stacks):
    listener = stacks[1].listen(80)
    client = stacks[0].connect("b", 80)
    listener.close()
    assert client.read_now(1) == b""


def test_free_ports_differ(stacks):
    assert len({stacks[0].listen(0).local[1] for _ in range(100)}) == 100


def test_datagrams_arrive_whole_or_not_at_all(stacks):
    one, two = stacks
    receiver = two.datagrams(53)
    sender = one.datagrams(remote=("10.0.0.3", 53))
    sender.write_now(b"first")
    sender.write_now(b"second")
    data, origin = receiver.receive_now()
    assert (data, origin) == (b"first", ("10.0.0.2", sender.local[1]))
    assert receiver.read_now(3) == b"sec"
    assert receiver.read_now(3) is None
    receiver.send_to(b"back", origin)
    assert sender.read_now(10) == b"back"
    sender.send_to(b"lost", ("10.0.0.3", 99))


def test_processes_serve_and_connect(world):
    namespace = world.namespace()
    got = []

    def init(p):
        listener = p.open_fd(p.network.listen(80))

        def client(c):
            fd = c.open_fd(c.network.connect("localhost", 80))
            yield from c.write(fd, b"x" * 300_000)
            c.file(fd).shutdown()
            got.append((yield from c.read(fd)))
            return 0

        child = p.fork(client)
        fd, _ = yield from p.accept(listener)
        size = 0
        while data := (yield from p.read(fd)):
            size += len(data)
        yield from p.write(fd, b"%d" % size)
        yield from p.wait(child)
        return 0

    assert world.run(init, namespace) == 0
    assert got == [b"300000"]
    assert namespace.network.ports() == []
