"""Images in a registry: what their manifest and their configuration tell."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from registry_content import (
    CREATED,
    Pushed,
    blob_of,
    digest_of,
    layer_of,
    push,
    push_artifact,
    push_image,
    push_index,
)

from dockpy.errors import DigestMismatch, ImageNotFound, InvalidArgument, InvalidResponse, ResponseTooLarge
from dockpy.registry.image import Layer, RegistryImage
from dockpy.registry.manifest import Manifest
from dockpy.registry.uploads import upload_bytes
from dockpy.wire.document import Document
from dockpy.wire.oci import DOCKER_CONFIG, DOCKER_LAYER_GZIP, OCI_CONFIG, OCI_LAYER_GZIP, OCI_MANIFEST
from dockpy.wire.oci_image import OCIImage

if TYPE_CHECKING:
    from dockpy.fake.registry import ServedRegistry
    from dockpy.registry.registry import Registry

WHEN = datetime(2024, 11, 28, 1, 17, 20, 602362, UTC)


@pytest.mark.parametrize("docker", [False, True])
def test_an_image(registry: Registry, docker: bool) -> None:
    pushed = push_image(registry, "app", "1", docker=docker)
    image = registry.image("app:1")
    document = json.loads(pushed.content)
    assert (image.reference, image.digest) == (f"{registry.host}/app:1", pushed.digest)
    assert image.id == document["config"]["digest"]
    assert image.short_id == image.id[7:19]
    assert image.manifest.content == pushed.content
    contents = [layer_of("one"), layer_of("two")]
    kind = DOCKER_LAYER_GZIP if docker else OCI_LAYER_GZIP
    assert image.layers == [
        Layer(digest_of(blob), len(blob), kind, diff_id, f"RUN make {number}", WHEN, "made")
        for number, (blob, diff_id) in enumerate(contents)
    ]
    assert image.size == sum(len(blob) for blob, _ in contents)
    assert (image.os, image.architecture, image.platform) == ("linux", "amd64", "linux/amd64")
    assert (image.created, image.author) == (WHEN, "somebody")
    assert image.labels == {"kind": "test"}
    assert image.env == {"PATH": "/bin", "A": "b=c"}
    assert (image.entrypoint, image.command) == (["/bin/app"], ["serve", "--all"])
    assert (image.working_dir, image.user) == ("/srv", "app")
    assert image.exposed_ports == ["53/udp", "80/tcp"]
    assert [step.created_by for step in image.history][-1] == "CMD serve"
    assert isinstance(image.config, OCIImage)
    assert image.config.config.labels == {"kind": "test"}
    assert image.config["created"] == CREATED
    assert repr(image) == f"<RegistryImage: '{registry.host}/app:1' linux/amd64 {image.short_id}>"
    repository = registry.repository("app")
    assert repository.image("1") == image == repository.image(pushed.digest)
    assert len({image, repository.image("1")}) == 1
    assert repository.config("1") == image.config
    assert repository.layers("1") == image.layers


def test_it_takes_two_requests(registry: Registry, served: ServedRegistry) -> None:
    image = push_image(registry, "app", None)
    push_index(registry, "app", "1", [image.described()])
    before = len(served.registry.requests)
    registry.image(f"app@{image.digest}")
    registry.image(f"app@{image.digest}", platform="linux/amd64")
    assert len(served.registry.requests) - before == 4
    registry.image("app:1", platform="linux/amd64")
    assert len(served.registry.requests) - before == 7


def test_what_is_no_image(registry: Registry) -> None:
    push_artifact(registry, "app", "sig", "application/vnd.example.signature")
    with pytest.raises(InvalidArgument, match=r"application/vnd\.example\.signature") as raised:
        registry.image("app:sig")
    assert raised.value.subject == f"image {registry.host}/app:sig"


def test_a_configuration_that_is_damaged(modern: ServedRegistry) -> None:
    with modern.client() as registry:
        pushed = push_image(registry, "app", "1")
        with modern.registry.fail("GET", "*/blobs/*", corrupt=True), pytest.raises(DigestMismatch) as raised:
            registry.image("app:1")
        assert raised.value.expected == json.loads(pushed.content)["config"]["digest"]
        assert raised.value.subject == f"image {registry.host}/app:1"


def test_a_configuration_that_is_missing(modern: ServedRegistry) -> None:
    with modern.client() as registry:
        image = push_image(registry, "app", "1")
        repository = modern.registry.repository("app")
        assert repository is not None
        del repository.blobs[json.loads(image.content)["config"]["digest"]]
        with pytest.raises(Exception, match="404") as raised:
            registry.image("app:1")
        assert not isinstance(raised.value, ImageNotFound)  # the image is there, part of it is not


def put(registry: Registry, config: bytes, kind: str = OCI_CONFIG, size: int | None = None) -> None:
    upload_bytes(registry.session, "app", config, digest_of(config))
    described = blob_of(kind, config) | ({} if size is None else {"size": size})
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": described, "layers": []}
    push(registry, "app", "1", Pushed(OCI_MANIFEST, json.dumps(document).encode()))


@pytest.mark.parametrize("config", [b"", b"no", b"[]", b"3", b"\xff", b"[" * 100_000])
def test_a_configuration_that_is_none(registry: Registry, config: bytes) -> None:
    put(registry, config)
    with pytest.raises(InvalidResponse) as raised:
        registry.image("app:1")
    assert raised.value.subject == f"image {registry.host}/app:1"


def test_a_configuration_that_is_too_large(registry: Registry, served: ServedRegistry) -> None:
    put(registry, b'{"a": "' + b"a" * (9 << 20) + b'"}')
    before = len(served.registry.requests)
    with pytest.raises(ResponseTooLarge):
        registry.image("app:1")
    assert not any("/blobs/" in request.path for request in served.registry.requests[before:])
    put(registry, b'{"a": "' + b"a" * (9 << 20) + b'"}', size=5)  # it lies
    with pytest.raises(ResponseTooLarge):
        registry.image("app:1")


@pytest.mark.parametrize("kind", [OCI_CONFIG, DOCKER_CONFIG, "application/octet-stream", ""])
def test_a_configuration_that_says_nothing(registry: Registry, kind: str) -> None:
    put(registry, b"{}", kind)
    image = registry.image("app:1")
    assert (image.platform, image.os, image.created, image.author) == ("", "", None, "")
    assert (image.labels, image.env, image.command, image.entrypoint) == ({}, {}, [], [])
    assert (image.layers, image.size, image.history, image.exposed_ports) == ([], 0, [], [])


STRANGE = [None, 5, "text", [None, 3, {}], {"a": None}]


@pytest.mark.parametrize("wrong", STRANGE)
def test_a_configuration_of_wrong_types(wrong: Any) -> None:
    keys = ("os", "architecture", "variant", "created", "author", "history", "rootfs")
    inner = ("Labels", "Env", "Cmd", "Entrypoint", "ExposedPorts", "WorkingDir", "User")
    raw = {**dict.fromkeys(keys, wrong), "config": dict.fromkeys(inner, wrong)}
    manifest = Manifest("host/app:1", "sha256:" + "0" * 64, OCI_MANIFEST, b"", {"layers": []})
    for config in (raw, {**raw, "config": wrong}):
        image = RegistryImage(manifest, Document.of(config, "oci_image.OCIImage"))
        for name in ("platform", "os", "created", "author", "labels", "env", "command", "entrypoint", "user"):
            getattr(image, name)
        assert image.layers == []
        assert isinstance(image.exposed_ports, list)
        assert isinstance(image.working_dir, str)
        assert isinstance(image.history, list)
        repr(image)


def image_of(history: Any, diff_ids: Any, layers: int = 2) -> RegistryImage:
    items = [{"digest": f"sha256:{number:064x}", "size": number} for number in range(layers)]
    raw = {"history": history, "rootfs": {"diff_ids": diff_ids}}
    manifest = Manifest("host/app:1", "sha256:" + "0" * 64, OCI_MANIFEST, b"", {"layers": items})
    return RegistryImage(manifest, Document.of(raw, "oci_image.OCIImage"))


@pytest.mark.parametrize("history", [None, [], [{"created_by": "RUN a"}], [{"created_by": "RUN a"}] * 3])
def test_a_history_that_does_not_fit(history: Any) -> None:
    layers = image_of(history, ["a", "b"]).layers
    assert [(layer.diff_id, layer.instruction) for layer in layers] == [("a", None), ("b", None)]


def test_a_history_that_fits() -> None:
    steps = [
        {"created_by": "RUN a # buildkit"},
        {"created_by": "ENV a=b", "empty_layer": True},
        {"created_by": "/bin/sh -c #(nop) COPY dir:1 in / "},
    ]
    layers = image_of(steps, ["a", "b"]).layers
    assert [layer.instruction for layer in layers] == ["RUN a", "COPY dir:1 in /"]


@pytest.mark.parametrize("diff_ids", [None, [], ["a"], ["a", "b", "c"], "ab"])
def test_layers_that_do_not_fit(diff_ids: Any) -> None:
    with pytest.raises(InvalidResponse, match="2 layers") as raised:
        _ = image_of([], diff_ids).layers
    assert raised.value.subject == "image host/app:1"
