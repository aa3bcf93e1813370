"""Copies between real registries (distribution 2.8) and fake ones: the digests stay, whatever breaks."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
import registry_content as made

from dockpy.errors import DockpyError
from dockpy.fake.registry import FakeRegistry, serve
from dockpy.registry.blobs import BytesBlob
from dockpy.registry.registry import Registry
from dockpy.registry.uploads import upload_blob
from dockpy.wire.oci import OCI_LAYER_GZIP, OCI_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.registry.progress import TransferProgress

AUTH = {"username": "tester", "password": "s3cret"}
MIB = 1024 * 1024

real = (
    pytest.mark.engine,
    pytest.mark.real,
    pytest.mark.skipif(not os.environ.get("DOCKPY_TEST_HOSTS"), reason="DOCKPY_TEST_HOSTS names no engine"),
)
KINDS = [pytest.param("real", marks=real), "1.0", "1.1"]


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Nothing of the machine's docker configuration counts."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


@pytest.fixture(params=KINDS)
def hosts(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """An open registry, and one that wants to know its users."""
    with contextlib.ExitStack() as stack:
        if request.param == "real":
            yield request.getfixturevalue("registry"), request.getfixturevalue("locked_registry")
            return
        first = stack.enter_context(serve(FakeRegistry(spec=request.param)))
        second = stack.enter_context(serve(FakeRegistry(spec=request.param, users={"tester": "s3cret"})))
        yield first.host, second.host


@pytest.fixture
def opened(hosts: tuple[str, str]) -> Iterator[Registry]:
    with Registry(hosts[0]) as registry:
        yield registry


@pytest.fixture
def locked(hosts: tuple[str, str]) -> Iterator[Registry]:
    with Registry(hosts[1], **AUTH) as registry:
        yield registry


@pytest.fixture
def forget(hosts: tuple[str, str]) -> Iterator[Callable[[Registry, str, str], None]]:
    """Delete manifests at the end."""
    kept: list[tuple[str, str, str]] = []
    yield lambda registry, name, digest: kept.append((registry.host, name, digest))
    for host, name, digest in kept:
        with contextlib.suppress(DockpyError), Registry(host, **AUTH) as registry:
            registry.delete(f"{name}@{digest}")


def contents(registry: Registry, name: str, digest: str) -> dict[str, bytes]:
    """A manifest and all that it names, by digest."""
    repository = registry.repository(name)
    manifest = repository.manifest(digest)
    found = {digest: manifest.content}
    for item in manifest.manifests:
        found |= contents(registry, name, item.digest)
    for item in (*filter(None, [manifest.config]), *manifest.layers):
        found[item.digest] = repository.blob(item.digest).read()
    return found


@pytest.mark.parametrize("docker", [True, False], ids=["docker", "oci"])
def test_there_and_back(
    opened: Registry, locked: Registry, new_name: Callable[[], str], forget: Any, docker: bool
) -> None:
    name = new_name()
    arm = made.push_image(opened, name, None, platform="linux/arm64", texts=["base", "arm"], docker=docker)
    amd64 = made.push_image(opened, name, None, texts=["base", "amd"], docker=docker)
    index = made.push_index(opened, name, "1", [arm.described(), amd64.described()])
    before = contents(opened, name, index.digest)
    assert opened.copy(f"{name}:1", to=locked).digest == index.digest
    assert contents(locked, name, index.digest) == before
    assert locked.repository(name).tags() == ["1"]
    back = locked.copy(f"{name}:1", to=opened, name=f"{name}/back:2", platform="linux/arm64")
    assert back.digest == arm.digest
    assert contents(opened, f"{name}/back", arm.digest).items() <= before.items()
    for registry, repository in ((opened, name), (locked, name), (opened, f"{name}/back")):
        for pushed in (index, arm, amd64):
            forget(registry, repository, pushed.digest)


def test_again_and_under_another_name(
    opened: Registry, locked: Registry, new_name: Callable[[], str], forget: Any
) -> None:
    name = new_name()
    digest = made.push_image(opened, name, "1", texts=["a", "b"]).digest
    kinds: list[list[str]] = []

    def copy(source: Registry, ref: str, target: Registry, new: str) -> None:
        events: list[TransferProgress] = []
        assert source.copy(ref, to=target, name=new, progress=events.append).digest == digest
        kinds.append([event.kind for event in events if event.kind not in ("started", "progress")])

    copy(opened, f"{name}:1", locked, name)
    copy(opened, f"{name}:1", locked, name)
    copy(locked, f"{name}:1", locked, f"{name}/mounted")
    copy(locked, f"{name}:1", locked, f"{name}:retagged")
    assert kinds == [
        ["done"] * 3 + ["manifest"],
        ["exists"] * 3 + ["manifest"],
        ["mounted"] * 3 + ["manifest"],
        ["manifest"],
    ]
    assert sorted(locked.repository(name).tags()) == ["1", "retagged"]
    for registry, repository in ((opened, name), (locked, name), (locked, f"{name}/mounted")):
        forget(registry, repository, digest)


def test_what_refers_to_it(
    opened: Registry, locked: Registry, new_name: Callable[[], str], forget: Any
) -> None:
    name = new_name()
    image = made.push_image(locked, name, "1", texts=["a"])
    signature = made.push_artifact(locked, name, None, "test/signature", image)
    descriptor = signature.described(artifactType="test/signature")
    if not locked.repository(name).referrers(image.digest):  # distribution 2.8 keeps no list of it
        made.push_index(locked, name, image.digest.replace(":", "-"), [descriptor])
    locked.copy(f"{name}:1", to=opened, referrers=True)
    (found,) = opened.repository(name).referrers(image.digest)
    assert (found.digest, found.artifact_type) == (signature.digest, "test/signature")
    assert opened.manifest(f"{name}@{signature.digest}").content == signature.content
    for registry in (opened, locked):
        for digest in (image.digest, signature.digest):
            forget(registry, name, digest)
        with contextlib.suppress(DockpyError):
            forget(registry, name, registry.manifest(f"{name}:{image.digest.replace(':', '-')}").digest)


class Breaking:
    """A way to a registry, which breaks after so many bytes: of what is sent, or of what comes back.

    Args:
        host: the registry.
        sent: after how many bytes connections break, one number for each that is to.
        came: the same for bytes that come back.
    """

    def __init__(self, host: str, *, sent: list[int] | None = None, came: list[int] | None = None) -> None:
        self._host = host
        self._left = {"sent": sent or [], "came": came or []}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        self._open: list[socket.socket] = []

    def _accept(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            host, _, port = self._host.rpartition(":")
            server = socket.create_connection((host, int(port)))
            self._open += [client, server]
            for way, one, other in (("sent", client, server), ("came", server, client)):
                thread = threading.Thread(target=self._pass, args=(way, one, other))
                self._threads.append(thread)
                thread.start()

    def _pass(self, way: str, one: socket.socket, other: socket.socket) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := one.recv(64 * 1024):
                passed += len(data)
                if self._left[way] and passed >= self._left[way][0]:
                    self._left[way].pop(0)
                    break
                other.sendall(data)
        for side in (one, other):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Breaking:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for side in self._open:
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for side in self._open:
            side.close()

    @property
    def broken(self) -> bool:
        """Whether all has broken that was to."""
        return not any(self._left.values())


def test_ways_that_break(
    opened: Registry, locked: Registry, new_name: Callable[[], str], forget: Any
) -> None:
    """A download goes on where it was; an upload does so or begins again, as the registry will have it."""
    name = new_name()
    layer = random.Random(name).randbytes(3 * MIB)
    digest = made.digest_of(layer)
    with Breaking(opened.host, sent=[1_500_000]) as way, Registry(way.host) as broken:
        events: list[TransferProgress] = []
        upload_blob(broken.session, name, BytesBlob(layer, digest), progress=events.append)
        assert way.broken
        assert "retry" in [event.kind for event in events]
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": made.blob_of("x/y", b"{}")}
    made.upload_bytes(opened.session, name, b"{}", made.digest_of(b"{}"))
    document["layers"] = [made.blob_of(OCI_LAYER_GZIP, layer)]
    pushed = made.push(opened, name, "1", made.Pushed(OCI_MANIFEST, json.dumps(document).encode()))
    with (
        Breaking(opened.host, came=[2_000_000, 500_000]) as from_there,
        Breaking(locked.host, sent=[1_000_000, 1_500_000]) as to_there,
        Registry(from_there.host) as source,
        Registry(to_there.host, **AUTH) as target,
    ):
        assert source.copy(f"{name}:1", to=target).digest == pushed.digest
        assert from_there.broken
        assert to_there.broken
    assert locked.repository(name).blob(digest).read() == layer
    for registry in (opened, locked):
        forget(registry, name, pushed.digest)
