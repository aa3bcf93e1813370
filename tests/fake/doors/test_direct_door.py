"""What differs at the door without a socket."""

from __future__ import annotations

import pytest

from dockpy.errors import ConnectionFailed
from dockpy.fake import FakeDaemon


@pytest.mark.parametrize("ended", [False, True], ids=["closed", "ended"])
def test_nobody_takes_input_once_the_connection_has_gone(ended: bool) -> None:
    """Whoever sends without end is to notice."""
    with FakeDaemon() as daemon, daemon.client() as client:
        daemon.images.add("busybox")
        container = client.containers.create("busybox", ["cat"], stdin_open=True)
        stream = container.attach(stream=True, stdin=True)
        container.start()
        stream.send(b"taken\n")
        assert next(iter(stream)) == b"taken\n"
        if ended:
            container.kill()
            assert list(stream) == []
        else:
            stream.close()
        with pytest.raises(ConnectionFailed):
            stream.send(b"not taken\n")


def test_what_is_collected_in_the_midst_of_a_call_leaves_nothing_at_a_closed_daemon() -> None:
    with FakeDaemon() as daemon, daemon.client() as client:
        events = client.events()
        assert client.info().n_events_listener == 1
        with daemon._engine.lock:  # as the garbage collector does, wherever the thread is
            events.close()
        assert daemon._engine.system.listeners == 1  # put off: somebody may be looking through them
    assert daemon._engine.system.listeners == 0
