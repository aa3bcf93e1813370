"""A large layer through dockpy, verified, beside a plain download: speed, and the memory that it takes.

The layer (1 GiB) is put into $DOCKPY_TEST_REGISTRY, and copied to $DOCKPY_TEST_REGISTRY_AUTH; where these are
not set, into fake registries in processes of their own. It is deleted at the end; real registries keep its
bytes until they collect their garbage. docker-py takes no part: it has no registry.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import random
import secrets
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.measure import Bench, Measured
    from dockpy.registry.registry import Registry

__all__ = ["read"]

MIB = 1024 * 1024
NAME = f"dockpy-benchmark-{secrets.token_hex(4)}"
SERVE = """
import sys
from dockpy.fake.registry import FakeRegistry, serve
users = {"tester": "s3cret"} if sys.argv[1:] else None
with serve(FakeRegistry(users=users)) as served:
    print(served.host, flush=True)
    sys.stdin.read()
"""


class Layer:
    """Random bytes, repeated; made as they are read."""

    def __init__(self, size: int) -> None:
        self._piece = random.Random(7).randbytes(MIB)
        self.size = size
        made = hashlib.sha256()
        for piece in self.open():
            made.update(piece)
        self.digest = f"sha256:{made.hexdigest()}"

    def open(self, offset: int = 0) -> Iterator[bytes]:
        for at in range(offset, self.size, MIB):
            yield self._piece[: min(MIB, self.size - at)]


def registry_at(host: str, locked: bool = False) -> Registry:
    from dockpy.registry.registry import Registry

    return Registry(host, username="tester", password="s3cret") if locked else Registry(host)


def by_hand(host: str, name: str, digest: str, size: int) -> Callable[[], object]:
    def work() -> None:
        length = 0
        connection = http.client.HTTPConnection(host)
        connection.request("GET", f"/v2/{name}/blobs/{digest}")
        answer = connection.getresponse()
        while data := answer.read(MIB):
            length += len(data)
        connection.close()
        assert (answer.status, length) == (200, size)

    return work


def by_dockpy(host: str, name: str, digest: str, size: int) -> Callable[[], object]:
    registry = registry_at(host)
    registry.ping()

    def work() -> None:
        with registry.repository(name).blob(digest) as blob:
            assert sum(map(len, blob)) == size

    return work


def copying(host: str, name: str, target: str) -> Callable[[], object]:
    """What the other registry has already is not sent: it is copied under a name of this round's own."""
    source, other = registry_at(host), registry_at(target, locked=True)
    for registry in (source, other):
        registry.ping()
    return lambda: source.copy(f"{name}:1", to=other, name=f"{name}-{secrets.token_hex(4)}")


@contextlib.contextmanager
def fake_registry(*options: str) -> Iterator[str]:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    yield server.stdout.readline().strip()
    server.communicate()


def put_image(host: str, layer: Layer) -> str:
    from dockpy.registry.manifest_calls import put_manifest
    from dockpy.registry.uploads import upload_blob, upload_bytes
    from dockpy.wire.oci import OCI_CONFIG, OCI_LAYER_GZIP, OCI_MANIFEST

    config = b"{}"
    described: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {
            "mediaType": OCI_CONFIG,
            "digest": f"sha256:{hashlib.sha256(config).hexdigest()}",
            "size": len(config),
        },
        "layers": [{"mediaType": OCI_LAYER_GZIP, "digest": layer.digest, "size": layer.size}],
    }
    with registry_at(host) as registry:
        upload_bytes(registry.session, NAME, config, described["config"]["digest"])
        upload_blob(registry.session, NAME, layer)
        return put_manifest(registry.session, NAME, "1", json.dumps(described).encode(), OCI_MANIFEST)


def read(bench: Bench) -> Measured:
    with contextlib.ExitStack() as stack:
        first = os.environ.get("DOCKPY_TEST_REGISTRY") or stack.enter_context(fake_registry())
        second = os.environ.get("DOCKPY_TEST_REGISTRY_AUTH") or stack.enter_context(fake_registry("locked"))
        layer = Layer(bench.much(1024 * MIB, 100_000))
        manifest = put_image(first, layer)
        stack.callback(forget, first, manifest, layer.digest)
        given = {"host": first, "name": NAME}
        blob = {**given, "digest": layer.digest, "size": layer.size}
        subjects = {
            "dockpy": Subject("registry:by_dockpy", blob),
            "http.client": Subject("registry:by_hand", blob),
            "dockpy, copy": Subject("registry:copying", {**given, "target": second}),
        }
        return bench.measure(subjects, 3)


def forget(host: str, manifest: str, digest: str) -> None:
    """What was put there; a blob by its own request, which no method of dockpy makes."""
    from dockpy import DockpyError
    from dockpy.registry.scope import deleting

    with registry_at(host) as registry:
        for path in (f"manifests/{manifest}", f"blobs/{digest}"):
            with contextlib.suppress(DockpyError):
                registry.session.call(
                    "DELETE", f"/v2/{NAME}/{path}", scope=deleting(NAME), subject=NAME, accept=(202,)
                )
