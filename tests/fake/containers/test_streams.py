"""What containers write and read: logs, being attached, terminals, WebSockets."""

from __future__ import annotations

import pytest

from dockpy.errors import APIError

NONE = {"network": "none"}


def run(client, *words, **options):
    container = client.containers.create("app", list(words), **NONE, **options)
    container.start()
    container.wait()
    return container


def test_logs_tell_streams_apart(client):
    container = run(client, "out:a\n", "err:b\n", "out:c")
    assert container.logs() == b"a\nb\nc"
    assert container.logs(stderr=False) == b"a\nc"
    assert container.logs(stdout=False) == b"b\n"
    assert container.logs(tail=2) == b"b\nc"
    assert container.logs(tail=0) == b""


def test_logs_know_times(client, clock):
    container = client.containers.create("app", ["out:a\n", "sleep:10", "out:b\n"], **NONE)
    container.start()
    clock.advance(10)
    assert container.logs(timestamps=True) == (
        b"2024-01-01T00:00:00.000000000Z a\n2024-01-01T00:00:10.000000000Z b\n"
    )
    start = clock.now() // 10**9 - 10
    assert container.logs(since=start + 5) == b"b\n"
    assert container.logs(until=start + 5) == b"a\n"


def test_logs_are_followed_to_the_end(client, clock):
    clock.auto = True
    container = client.containers.create("app", ["out:a\n", "sleep:10", "out:b\n", "sleep:5"], **NONE)
    container.start()
    assert list(container.logs(stream=True, follow=True)) == [b"a\n", b"b\n"]


def test_logs_are_rotated(client):
    config = {"Type": "json-file", "Config": {"max-size": "1k", "max-file": "2"}}
    words = [f"out:{n:03d}{'x' * 60}\n" for n in range(100)]
    container = run(client, *words, log_config=config)
    lines = container.logs().splitlines()
    assert 8 <= len(lines) <= 24
    assert lines[-1].startswith(b"099")


def test_a_driver_without_logs_says_so(client):
    container = run(client, "out:a\n", log_config={"Type": "none"})
    with pytest.raises(APIError, match="configured logging driver does not support reading"):
        container.logs()


def test_options_of_drivers_are_checked(client):
    with pytest.raises(APIError, match="unknown log opt 'nosuch' for json-file log driver"):
        client.containers.create("app", log_config={"Type": "json-file", "Config": {"nosuch": "1"}})
    container = client.containers.create(
        "app", log_config={"Type": "json-file", "Config": {"max-size": "x"}}, **NONE
    )
    with pytest.raises(APIError, match="failed to initialize logging driver: invalid size: 'x'"):
        container.start()


def test_who_is_attached_writes_and_reads(client):
    container = client.containers.create("app", ["cat", "err:end"], stdin_open=True, stdin_once=True, **NONE)
    with container.attach(stdin=True, stream=True) as attached:
        container.start()
        attached.send(b"hello ")
        attached.send(b"world")
        attached.close_write()
        frames = list(attached.frames())
    assert b"".join(data for stream, data in frames if stream == 1) == b"hello world"
    assert b"".join(data for stream, data in frames if stream == 2) == b"end"
    assert container.wait().status_code == 0


def test_a_reader_who_does_not_read_blocks_the_writer(client, daemon):
    container = client.containers.create("app", ["fill:3000000", "exit:9"], **NONE)
    with container.attach(stream=True) as attached:
        container.start()
        container.reload()
        assert container.attrs.state.status == "running"
        assert len(daemon._engine.containers.get(container.id).stdio.fanout.attachments) == 1
        assert sum(map(len, attached)) == 3_000_000
    assert container.wait().status_code == 9


def test_a_terminal_is_raw_and_echoes(client):
    container = client.containers.create("app", ["tty", "cat"], tty=True, stdin_open=True, **NONE)
    with container.attach(stdin=True, stream=True) as attached:
        container.start()
        attached.send(b"ab\n\x04")
        output = b"".join(attached)
    assert output == b"True\r\nab\r\nab\r\n"
    assert container.logs() == output


def test_keys_detach_and_it_goes_on(client, happened):
    container = client.containers.create("app", ["cat"], tty=True, stdin_open=True, **NONE)
    with container.attach(stdin=True, stream=True) as attached:
        container.start()
        attached.send(b"\x10\x11")
        assert b"".join(attached) == b""
    container.reload()
    assert container.attrs.state.status == "running"
    assert happened(container)[-1] == "detach"
    container.remove(force=True)


def test_a_websocket_attaches(client):
    container = client.containers.create("app", ["out:hi", "cat"], stdin_open=True, stdin_once=True, **NONE)
    with container.attach_websocket() as attached:
        container.start()
        attached.send(b"x" * 70_000)
        attached.close_write()
        output = b"".join(attached)
    assert output == b"hi" + b"x" * 70_000


def test_attaching_replays_the_log(client):
    container = run(client, "out:hi\n")
    assert container.attach(logs=True) == b"hi\n"


def test_events_of_resizing(client, happened):
    container = client.containers.create("app", ["sleep:100"], tty=True, **NONE)
    container.start()
    container.resize(height=10, width=20)
    assert happened(container, "height", "width")[-1] == "resize 10 20"


def test_statistics_come_each_second(client, clock):
    clock.auto = True
    container = client.containers.create("app", ["sleep:1000"], mem_limit="32m", **NONE)
    container.start()
    sample = container.stats(stream=False)
    assert sample.memory_stats.limit == 32 * 1024 * 1024
    assert sample.precpu_stats.system_cpu_usage < sample.cpu_stats.system_cpu_usage
    assert sample.pids_stats.current == 1
