"""A large layer through dockpy, verified, beside a plain download: speed, and the memory that it takes.

    python benchmarks/registry.py [MiB]

The layer (1 GiB unless told otherwise) is put into $DOCKPY_TEST_REGISTRY, and copied to
$DOCKPY_TEST_REGISTRY_AUTH; where these are not set, into fake registries in processes of their own. Each
measurement has a process of its own too. It is deleted at the end; real registries keep its bytes until they
collect their garbage. docker-py takes no part: it has no registry.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import random
import resource
import secrets
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.registry.registry import Registry

MIB = 1024 * 1024
ROUNDS = 5
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


def peak() -> int:
    """The most memory that this process has had, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def registry_at(host: str) -> Registry:
    from dockpy.registry.registry import Registry

    locked = host == os.environ.get("DOCKPY_BENCHMARK_LOCKED")
    return Registry(host, username="tester", password="s3cret") if locked else Registry(host)


def by_hand(host: str, name: str, digest: str) -> None:
    connection = http.client.HTTPConnection(host)
    connection.request("GET", f"/v2/{name}/blobs/{digest}")
    answer = connection.getresponse()
    while answer.read(MIB):
        pass
    connection.close()


def by_dockpy(host: str, name: str, digest: str) -> None:
    with registry_at(host) as registry, registry.repository(name).blob(digest) as blob:
        for _ in blob:
            pass


def copied(host: str, name: str, target: str) -> None:
    with registry_at(host) as source, registry_at(target) as other:
        source.copy(f"{name}:1", to=other)


def measure(what: str, *given: str) -> None:
    """In a process of its own: do it, and say how long it took and how much memory it added."""
    import dockpy.registry.copying
    import dockpy.registry.registry  # noqa: F401 - what is loaded is not counted

    with registry_at(given[0]) as registry:
        registry.ping()
    before, began, busy = peak(), time.perf_counter(), time.process_time()
    {"http.client": by_hand, "dockpy": by_dockpy, "copy": copied}[what](*given)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    print(json.dumps([seconds, busy, (peak() - before) / 1024]))


def in_a_process(what: str, *given: str) -> list[float]:
    """Seconds, seconds of CPU time, MiB of memory added."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", what, *given], check=True, capture_output=True, text=True
    )
    measured: list[float] = json.loads(done.stdout)
    return measured


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


def main(size: int) -> None:
    with contextlib.ExitStack() as stack:
        first = os.environ.get("DOCKPY_TEST_REGISTRY") or stack.enter_context(fake_registry())
        second = os.environ.get("DOCKPY_TEST_REGISTRY_AUTH") or stack.enter_context(fake_registry("locked"))
        os.environ["DOCKPY_BENCHMARK_LOCKED"] = second
        layer = Layer(size)
        manifest = put_image(first, layer)
        try:
            report(first, second, layer)
        finally:
            for host in (first, second):
                forget(host, manifest, layer.digest)


def report(first: str, second: str, layer: Layer) -> None:
    runs: dict[str, list[list[float]]] = {"http.client": [], "dockpy": [], "copy": []}
    for _ in range(ROUNDS):  # round by round, so that the machine's moods meet both alike
        for what in ("http.client", "dockpy"):
            runs[what].append(in_a_process(what, first, NAME, layer.digest))
    runs["copy"].append(in_a_process("copy", first, NAME, second))
    plain = min(runs["http.client"])[0]
    for what, found in runs.items():
        # The best round is the one that the rest of the machine disturbed least.
        seconds, busy, _ = min(found)
        added = max(memory for _, _, memory in found)
        print(
            f"{what:12} {layer.size / MIB / seconds:6.0f} MiB/s  {plain / seconds:5.2f} x http.client"
            f"  {busy:5.2f} s CPU  +{added:.1f} MiB"
        )
    print("docker-py    has no registry")


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


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:])
    else:
        main(int(sys.argv[1]) * MIB if sys.argv[1:] else 1024 * MIB)
