"""What the threads of a soak do: everyday operations, each held against what it has to give."""

from __future__ import annotations

import io
import itertools
import os
import random
import tarfile
import threading
import time
from typing import TYPE_CHECKING

from dockpy import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy import Client, Container

__all__ = ["Works"]

CHATTY = ["sh", "-c", "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2; done"]
LOGS = {"type": "json-file", "config": {"max-size": "20k", "max-file": "2"}}
"""What the containers write all the while is not to be taken for what a daemon leaks."""

NETWORKS = 4
"""So many at once: an engine has a few dozen ranges of addresses."""

CONTAINERS = 6
_NAMES = "run exec logs follow events files build network volume lists inspect stats"


class Works:
    """The operations on one client; all that they create carries a label, and is removed.

    Attributes:
        counts: how often each was done.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._numbers = itertools.count()
        self._networks = threading.Semaphore(NETWORKS)
        self._builds = threading.Semaphore(2)
        self.label = f"soak-{os.getpid()}"
        self.labels = {"dockpy-soak": self.label}
        self._containers = [self._started() for _ in range(CONTAINERS)]
        self.all: dict[str, Callable[[], None]] = {name: getattr(self, f"_{name}") for name in _NAMES.split()}
        self.counts = dict.fromkeys(self.all, 0)
        self._lock = threading.Lock()

    def one(self, chance: random.Random) -> None:
        """Do one of them."""
        name = chance.choice(list(self.all))
        self.all[name]()
        with self._lock:
            self.counts[name] += 1

    def close(self) -> None:
        """Remove all that is left."""
        mine = {"label": f"dockpy-soak={self.label}"}
        for container in self._client.containers.list(all=True, filters=mine):
            container.remove(force=True, v=True)
        for network in self._client.networks.list(filters=mine):
            network.remove()
        for volume in self._client.volumes.list(filters=mine):
            volume.remove()
        for image in self._client.images.list(filters=mine):
            image.remove(force=True)

    def _started(self) -> Container:
        return self._client.containers.run(
            "busybox",
            CHATTY,
            network="none",
            detach=True,
            labels=self.labels,
            stop_signal="SIGKILL",
            log_config=LOGS,
        )

    def _some(self) -> Container:
        return random.choice(self._containers)

    def _name(self) -> str:
        # None is the beginning of another: to a filter of events that would be as good as the name.
        return f"{self.label}-{next(self._numbers):08}"

    def _run(self) -> None:
        name = self._name()
        result = self._client.containers.run(
            "busybox", ["echo", name], network="none", remove=True, labels=self.labels
        )
        assert result == name.encode() + b"\n", result

    def _exec(self) -> None:
        name = self._name()
        code, output = self._some().exec_run(["sh", "-c", "cat; exit 3"], input=name.encode())
        assert (code, output) == (3, name.encode()), (code, output)

    def _logs(self) -> None:
        lines = self._some().logs(tail=3).splitlines()
        assert all(line.startswith(b"line ") for line in lines), lines

    def _follow(self) -> None:
        with self._some().logs(stream=True, tail=2) as output:
            lines = list(itertools.islice(output.lines(), 4))
        numbers = [int(line.removeprefix("line ")) for line in lines]
        assert numbers == list(range(numbers[0], numbers[0] + 4)), lines

    def _events(self) -> None:
        name = self._name()
        # An engine that has begun to answer may not listen yet: what happens at once would not be told.
        since = time.time() - 1
        with self._client.events(filters={"volume": name}, since=since) as events:
            volume = self._client.volumes.create(name, labels=self.labels)
            event = next(events)
        assert (event.action, event.actor.id) == ("create", name), event
        volume.remove()

    def _files(self) -> None:
        name, content = self._name(), os.urandom(8 * 1024)
        container = self._some()
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            file = tarfile.TarInfo(name)
            file.size = len(content)
            tar.addfile(file, io.BytesIO(content))
        container.put_archive("/tmp", packed.getvalue())
        pieces, _ = container.get_archive(f"/tmp/{name}")
        with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
            got = tar.extractfile(name)
            assert got is not None
            assert got.read() == content
        container.exec_run(["rm", f"/tmp/{name}"])

    def _build(self) -> None:
        name = self._name()
        with self._builds:
            built = self._client.images.build(
                fileobj=io.BytesIO(b"FROM busybox\nLABEL name=%b\n" % name.encode()),
                tag=f"{name}:1",
                labels=self.labels,
                rm=True,
                nocache=True,  # an image of the cache may be removed by another thread meanwhile
            )
            assert built.image.labels["name"] == name
            built.image.remove(force=True)

    def _network(self) -> None:
        with self._networks:
            network = self._client.networks.create(self._name(), labels=self.labels, internal=True)
            assert self._client.networks.get(network.id).name == network.name
            network.remove()

    def _volume(self) -> None:
        name = self._name()
        volume = self._client.volumes.create(name, labels=self.labels)
        assert name in {each.name for each in self._client.volumes.list()}
        volume.remove()

    def _lists(self) -> None:
        listed = {each.id for each in self._client.containers.list(all=True)}
        assert {each.id for each in self._containers} <= listed
        assert self._client.images.list()
        assert self._client.ping()

    def _inspect(self) -> None:
        container = self._client.containers.get(self._some().id)
        assert container.status == "running"
        try:
            self._client.containers.get(self._name())
        except NotFound:
            return
        raise AssertionError("there is a container of a new name")

    def _stats(self) -> None:
        stats = self._some().stats(stream=False, one_shot=True)
        assert stats.pids_stats
