"""Images that are copied between registries, within one, again, in vain."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
import registry_content as made

from dockpy.errors import (
    DigestMismatch,
    DockpyError,
    ImageNotFound,
    InvalidArgument,
    InvalidReference,
    InvalidResponse,
    ResponseTooLarge,
    ServerError,
    Unauthorized,
)
from dockpy.fake.blobs import Blob
from dockpy.fake.registry import FakeRegistry, RegistryAnswer, serve
from dockpy.registry import gathering
from dockpy.registry.door import registry_in_process
from dockpy.registry.registry import Registry
from dockpy.wire.oci import DOCKER_LAYER_FOREIGN, OCI_LAYER_GZIP, OCI_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.registry import RegistryRequest, ServedRegistry
    from dockpy.registry.progress import TransferProgress

MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[None]:
    """Nothing of the machine's docker configuration counts; no thread is left."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    yield
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("registry transfer")]


@pytest.fixture
def first() -> Iterator[ServedRegistry]:
    with serve(FakeRegistry()) as served:
        yield served


@pytest.fixture(params=["1.0", "1.1"])
def second(request: pytest.FixtureRequest) -> Iterator[ServedRegistry]:
    with serve(FakeRegistry(spec=request.param)) as served:
        yield served


@pytest.fixture
def source(first: ServedRegistry) -> Iterator[Registry]:
    with Registry(first.host) as registry:
        yield registry


@pytest.fixture
def target(second: ServedRegistry) -> Iterator[Registry]:
    with Registry(second.host) as registry:
        yield registry


def same(first: ServedRegistry, second: ServedRegistry, digest: str, name: str = "app") -> None:
    """A manifest, and all that it names, is byte for byte the same in both."""
    ours = first.registry.manifest("app", digest)
    theirs = second.registry.manifest(name, digest)
    assert (ours.blob.read(), ours.media_type) == (theirs.blob.read(), theirs.media_type)
    for item in ours.document.get("manifests", ()):
        same(first, second, item["digest"], name)
    for item in (*filter(None, [ours.document.get("config")]), *ours.document.get("layers", ())):
        assert (
            second.registry.blob(name, item["digest"]).read()
            == first.registry.blob("app", item["digest"]).read()
        )


def asked(served: ServedRegistry, method: str) -> list[str]:
    return [
        request.path for request in served.registry.requests if request.method == method and request.status
    ]


# What is copied


@pytest.mark.parametrize("docker", [True, False], ids=["docker", "oci"])
def test_an_image(
    first: ServedRegistry, second: ServedRegistry, source: Registry, target: Registry, docker: bool
) -> None:
    pushed = made.push_image(source, "app", "1", docker=docker)
    copied = source.copy("app:1", to=target)
    assert (copied.digest, copied.content, copied.media_type) == (
        pushed.digest,
        pushed.content,
        pushed.media_type,
    )
    assert copied.reference == f"{target.host}/app:1"
    assert target.manifest("app:1") == copied == source.manifest("app:1")
    same(first, second, pushed.digest)


def test_an_index_with_all_that_it_lists(
    first: ServedRegistry, second: ServedRegistry, source: Registry, target: Registry
) -> None:
    inner = made.push_index(
        source,
        "app",
        None,
        [
            made.push_image(source, "app", None, platform="linux/arm/v7", texts=["base", "arm"]).described(),
            made.push_image(source, "app", None, platform="linux/s390x", docker=True).described(),
        ],
    )
    amd64 = made.push_image(source, "app", None, texts=["base", "amd"])
    index = made.push_index(source, "app", "1", [amd64.described(), inner.described()])
    first.registry.requests.clear()
    assert source.copy("app:1", to=target).digest == index.digest
    same(first, second, index.digest)
    got = asked(first, "GET")
    assert len(got) == len(set(got))  # each manifest and each blob, once
    assert asked(second, "PUT")[-1] == "/v2/app/manifests/1"
    assert target.repository("app").tags() == ["1"]


def test_one_platform_of_an_index(
    first: ServedRegistry, second: ServedRegistry, source: Registry, target: Registry
) -> None:
    arm = made.push_image(source, "app", None, platform="linux/arm64", texts=["arm"])
    amd64 = made.push_image(source, "app", None, texts=["amd"])
    made.push_index(source, "app", "1", [amd64.described(), arm.described()])
    assert source.copy("app:1", to=target, platform="linux/arm64").digest == arm.digest
    same(first, second, arm.digest)
    assert target.image("app:1").platform == "linux/arm64"
    assert not target.exists(f"app@{amd64.digest}")
    index = source.manifest("app:1").digest
    assert source.copy(f"app@{index}", to=target, platform="linux/arm64").reference.endswith(arm.digest)
    with pytest.raises(InvalidArgument, match="s390x"):
        source.copy("app:1", to=target, platform="linux/s390x")


def test_names(source: Registry, target: Registry) -> None:
    pushed = made.push_image(source, "app", "1")
    digest = pushed.digest
    host = target.host
    cases = [
        ("app:1", None, f"{host}/app:1"),
        ("app:1", "other", f"{host}/other:1"),
        ("app:1", "other:2", f"{host}/other:2"),
        ("app:1", f"{host}/other/deep:3", f"{host}/other/deep:3"),
        ("app:1", f"by/digest@{digest}", f"{host}/by/digest@{digest}"),
        (f"app@{digest}", None, f"{host}/app@{digest}"),
        (f"app@{digest}", "digest/only", f"{host}/digest/only@{digest}"),
        (f"app@{digest}", "other:4", f"{host}/other:4"),
        (f"{source.host}/app:1", "full", f"{host}/full:1"),
        (f"app:1@{digest}", None, f"{host}/app:1"),
        ("app:1", f"both:5@{digest}", f"{host}/both:5"),
    ]
    for ref, name, expected in cases:
        copied = source.copy(ref, to=target, name=name)
        assert copied.reference == expected
        assert target.manifest(expected).digest == digest


def test_names_that_are_none(source: Registry, second: ServedRegistry, target: Registry) -> None:
    made.push_image(source, "app", "1")
    for ref, name in [("UPPER", None), ("app:1", "elsewhere.example/app"), ("app:1", "a//b"), ("../x", None)]:
        with pytest.raises(InvalidReference):
            source.copy(ref, to=target, name=name)
    with pytest.raises(InvalidArgument, match="has the digest"):
        source.copy("app:1", to=target, name=f"app@sha256:{'0' * 64}")
    assert second.registry.requests == []


def test_one_name_for_two_registries() -> None:
    """As of the hubs of two daemons in this process, or of a host that is somebody else behind a tunnel."""
    ours, theirs = FakeRegistry(), FakeRegistry()
    with (
        registry_in_process("hub.test", lambda _: ours, None, None) as source,
        registry_in_process("hub.test", lambda _: theirs, None, None) as target,
    ):
        pushed = made.push_image(source, "app", "1")
        for name in ("app", "other"):
            assert source.copy("app:1", to=target, name=name).digest == pushed.digest
            with target.repository(name).blob(target.image(f"{name}:1").layers[0].digest) as blob:
                assert blob.read()


def test_a_copy_goes_to_a_registry(source: Registry, target: Registry) -> None:
    made.push_image(source, "app", "1")
    for to in (target.host, target.repository("app"), None):
        with pytest.raises(InvalidArgument, match=r"^to=.*Registry\("):
            source.copy("app:1", to=to)  # type: ignore[arg-type]


def test_what_is_not_there(source: Registry, second: ServedRegistry, target: Registry) -> None:
    with pytest.raises(ImageNotFound) as caught:
        source.copy("app:missing", to=target)
    assert caught.value.subject == f"image {source.host}/app:missing"
    assert second.registry.requests == []


def test_layers_that_lie_elsewhere_are_not_copied(
    first: ServedRegistry, second: ServedRegistry, source: Registry, target: Registry
) -> None:
    foreign = {
        "mediaType": DOCKER_LAYER_FOREIGN,
        "digest": made.digest_of(b"foreign"),
        "size": 7,
        "urls": ["https://elsewhere.example/layer"],
    }
    layer, _ = made.layer_of("ours")
    ours = made.blob_of(OCI_LAYER_GZIP, layer)
    for content in (layer, b"{}"):
        made.upload_bytes(source.session, "app", content, made.digest_of(content))
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": made.blob_of("x/y", b"{}")}
    document["layers"] = [foreign, ours]
    pushed = made.push(source, "app", "1", made.Pushed(OCI_MANIFEST, json.dumps(document).encode()))
    events: list[TransferProgress] = []
    assert source.copy("app:1", to=target, progress=events.append).digest == pushed.digest
    assert [event.digest for event in events if event.kind == "skipped"] == [foreign["digest"]]
    assert not any(str(foreign["digest"]) in path for path in asked(first, "GET") + asked(second, "HEAD"))
    assert target.repository("app").has_blob(str(ours["digest"]))


def test_a_blob_that_is_said_to_have_two_sizes(
    source: Registry, second: ServedRegistry, target: Registry
) -> None:
    layer, _ = made.layer_of("ours")
    for content in (layer, b"{}"):
        made.upload_bytes(source.session, "app", content, made.digest_of(content))
    ours = made.blob_of(OCI_LAYER_GZIP, layer)
    images = []
    for size in (len(layer), len(layer) + 1):
        document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": made.blob_of("x/y", b"{}")}
        document["layers"] = [{**ours, "size": size}]
        images.append(
            made.push(source, "app", None, made.Pushed(OCI_MANIFEST, json.dumps(document).encode()))
        )
    made.push_index(source, "app", "1", [image.described() for image in images])
    with pytest.raises(InvalidResponse, match=f"to have {len(layer)} bytes, and {len(layer) + 1}"):
        source.copy("app:1", to=target)
    assert second.registry.requests == []


def test_what_refers_to_it(
    first: ServedRegistry, second: ServedRegistry, source: Registry, target: Registry
) -> None:
    image = made.push_image(source, "app", "1")
    signature = made.push_artifact(source, "app", None, "test/signature", image)
    about_that = made.push_artifact(source, "app", None, "test/note", signature)
    source.copy("app:1", to=target, name="plain")
    assert target.repository("plain").referrers(image.digest) == []
    for _ in range(2):  # twice is the same as once
        source.copy("app:1", to=target, referrers=True)
        (found,) = target.repository("app").referrers(image.digest)
        assert (found.digest, found.artifact_type) == (signature.digest, "test/signature")
        assert [item.digest for item in target.repository("app").referrers(signature.digest)] == [
            about_that.digest
        ]
    more = made.push_artifact(source, "app", None, "test/more", image)
    source.copy("app:1", to=target, referrers=True)
    referring = target.repository("app").referrers(image.digest)
    assert {item.digest for item in referring} == {signature.digest, more.digest}
    same(first, second, signature.digest)


# Nothing is done twice


def test_again_nothing_is_sent(
    first: ServedRegistry, second: ServedRegistry, source: Registry, target: Registry
) -> None:
    made.push_image(source, "app", "1", texts=["a", "b", "c"])
    source.copy("app:1", to=target)
    first.registry.requests.clear()
    second.registry.requests.clear()
    events: list[TransferProgress] = []
    source.copy("app:1", to=target, progress=events.append)
    assert [event.kind for event in events] == ["exists"] * 4 + ["manifest"]
    assert asked(first, "GET") == ["/v2/app/manifests/1"]
    assert asked(second, "POST") == asked(second, "PATCH") == []


def test_within_one_registry_nothing_is_sent(second: ServedRegistry, target: Registry) -> None:
    pushed = made.push_image(target, "app", "1", texts=["a", "b"])
    second.registry.requests.clear()
    with Registry(second.host) as other:  # another object of the same registry
        assert target.copy("app:1", to=other, name="team/other:2").digest == pushed.digest
    assert asked(second, "PATCH") == []
    assert len(asked(second, "POST")) == 3
    same(second, second, pushed.digest, "team/other")
    second.registry.requests.clear()
    target.copy("app:1", to=target, name="app:2")
    assert [f"{request.method} {request.path}" for request in second.registry.requests] == [
        "GET /v2/app/manifests/1",
        "PUT /v2/app/manifests/2",
    ]
    assert sorted(target.repository("app").tags()) == ["1", "2"]


def test_where_nothing_can_be_mounted_it_is_sent(second: ServedRegistry, target: Registry) -> None:
    pushed = made.push_image(target, "app", "1")

    def opened(request: RegistryRequest) -> RegistryAnswer:
        return second.registry.handle("POST", request.path, "", request.headers)

    second.registry.fail("POST", "/v2/other/*", answer=opened, times=3)
    assert target.copy("app:1", to=target, name="other").digest == pushed.digest
    same(second, second, pushed.digest, "other")


def test_one_that_was_interrupted_goes_on(
    first: ServedRegistry, second: ServedRegistry, source: Registry, target: Registry
) -> None:
    pushed = made.push_image(source, "app", "1", texts=["a", "b", "c", "d"])
    last = json.loads(pushed.content)["layers"][-1]["digest"]
    first.registry.fail("GET", f"*/blobs/{last}", status=404, times=1)
    with pytest.raises(DockpyError):
        source.copy("app:1", to=target)
    assert not target.exists("app:1")
    repository = second.registry.repository("app")
    there = set(repository.blobs) if repository is not None else set()
    first.registry.requests.clear()
    source.copy("app:1", to=target)
    same(first, second, pushed.digest)
    assert not [path for path in asked(first, "GET") if path.rpartition("/")[2] in there]


# What goes wrong


def large(served: ServedRegistry, count: int, size: int) -> list[str]:
    """An image of large layers, without a socket between; gives back their digests."""

    class Layer:
        def __init__(self, number: int) -> None:
            self.blob = Blob.of(random.Random(number).randbytes(size))

    served.registry.put_image("app", "1", {}, [Layer(number) for number in range(count)])
    return [item["digest"] for item in served.registry.manifest("app", "1").document["layers"]]


def test_connections_that_break(
    first: ServedRegistry, second: ServedRegistry, source: Registry, target: Registry
) -> None:
    large(first, 4, 2 * MIB)
    first.registry.fail("GET", "*/blobs/*", cut=1_000_000, times=4)
    second.registry.fail("PATCH", reset=True, times=3)
    second.registry.fail("PUT", status=503, code="UNAVAILABLE", times=2)
    events: list[TransferProgress] = []
    copied = source.copy("app:1", to=target, progress=events.append)
    same(first, second, copied.digest)
    assert [event.kind for event in events].count("retry") >= 3
    assert [event.kind for event in events].count("done") == 5


def test_the_first_failure_ends_it(
    first: ServedRegistry, second: ServedRegistry, source: Registry, target: Registry
) -> None:
    digests = large(first, 8, MIB)
    first.registry.fail("GET", f"*/blobs/{digests[2]}", corrupt=True)
    with pytest.raises(DigestMismatch) as caught:
        source.copy("app:1", to=target)
    assert caught.value.subject == f"blob {digests[2]} from {source.host}/app to {target.host}/app"
    assert not target.exists("app:1")
    if second.registry._uploads._resumable:  # who cannot go on with an upload cannot end it either
        assert not second.registry._uploads._open
    repository = second.registry.repository("app")
    assert repository is None or digests[2] not in repository.blobs


def test_what_waits_is_woken_by_the_failure(
    first: ServedRegistry, source: Registry, target: Registry
) -> None:
    digests = large(first, 2, MIB)
    stalled, go_on = threading.Event(), threading.Event()

    class Stalling:
        def pieces(self, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
            yield b"x"
            stalled.set()
            go_on.wait(60)

    size = first.registry.blob("app", digests[0]).size
    stall = RegistryAnswer(200, {"Content-Length": str(size)}, Stalling())

    def fails(request: RegistryRequest) -> RegistryAnswer:
        assert stalled.wait(60)
        return RegistryAnswer.of_json({"errors": []}, status=403)

    first.registry.fail("GET", f"*/blobs/{digests[0]}", answer=lambda request: stall)
    first.registry.fail("GET", f"*/blobs/{digests[1]}", answer=fails)
    try:
        with pytest.raises(DockpyError) as caught:
            source.copy("app:1", to=target)
        assert digests[1] in str(caught.value.subject)
        assert not go_on.is_set()
    finally:
        go_on.set()


def test_who_is_told_may_end_it(first: ServedRegistry, source: Registry, target: Registry) -> None:
    large(first, 2, MIB)

    def progress(event: TransferProgress) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        source.copy("app:1", to=target, progress=progress)
    assert not target.exists("app:1")


def test_a_registry_that_stays_broken(
    first: ServedRegistry, second: ServedRegistry, source: Registry
) -> None:
    large(first, 1, MIB)
    second.registry.fail("PUT", "*/manifests/*", status=500)
    with Registry(second.host) as target, pytest.raises(ServerError) as caught:
        source.copy("app:1", to=target)
    assert caught.value.subject == f"image {second.host}/app:1"


def test_digests_that_cannot_be_verified(first: ServedRegistry, source: Registry, target: Registry) -> None:
    document: dict[str, Any] = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "layers": []}
    document["config"] = {"mediaType": "x/y", "digest": "md5:" + "0" * 32, "size": 2}
    answer = RegistryAnswer.of_json(document)
    answer.headers["Content-Type"] = OCI_MANIFEST
    first.registry.fail("GET", "*/manifests/*", answer=lambda request: answer)
    with pytest.raises(InvalidResponse, match="no digest that can be verified"):
        source.copy("app:1", to=target)


def test_manifests_without_an_end(
    first: ServedRegistry, source: Registry, target: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = made.push_index(source, "app", "0", [])
    for depth in range(1, 12):
        index = made.push_index(source, "app", str(depth), [index.described()])
    source.copy("app:6", to=target)
    with pytest.raises(InvalidResponse, match="nested too deeply"):
        source.copy("app:11", to=target)
    monkeypatch.setattr(gathering, "_MOST", 5)
    with pytest.raises(ResponseTooLarge):
        source.copy("app:6", to=target)


# Who we are


def test_tokens_that_expire_in_the_midst() -> None:
    def locked(password: str) -> FakeRegistry:
        return FakeRegistry(users={"tester": password}, token_auth=True)

    with serve(locked("one")) as first, serve(locked("two")) as second:
        large(first, 8, MIB)
        with (
            Registry(first.host, username="tester", password="one") as source,
            Registry(second.host, username="tester", password="two") as target,
        ):
            seen: list[str] = []

            def progress(event: TransferProgress) -> None:
                seen.append(event.kind)
                if event.kind == "done" and seen.count("done") == 4:  # all have got their first ones
                    first.registry.expire_tokens()
                    second.registry.expire_tokens()

            copied = source.copy("app:1", to=target, progress=progress)
            same(first, second, copied.digest)
            assert seen.count("done") == 9
        for served, other in ((first, "two"), (second, "one")):
            assert other not in str([request.authorization for request in served.registry.requests])
        with Registry(second.host, username="tester", password="wrong") as target:
            with Registry(first.host, username="tester", password="one") as source:
                with pytest.raises(Unauthorized):
                    source.copy("app:1", to=target)


# Memory


PROGRAM = """
import sys, threading, tracemalloc
from dockpy.registry.registry import Registry
with Registry(sys.argv[1]) as source, Registry(sys.argv[2]) as target:
    source.manifest("app:1")
    tracemalloc.start()
    source.copy("app:1", to=target)
    print(tracemalloc.get_traced_memory()[1])
"""


def test_it_takes_no_memory_to_speak_of(first: ServedRegistry, source: Registry) -> None:
    large(first, 4, 10 * MIB)
    with serve(FakeRegistry()) as second:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", PROGRAM, first.host, second.host],
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.stderr == ""
        assert int(done.stdout) < 16 * MIB
        same(first, second, source.manifest("app:1").digest)
