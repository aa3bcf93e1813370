"""Manifests: verified, of any kind, and refused where they are not what they say."""

from __future__ import annotations

import contextlib
import hashlib
import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry_content import Pushed, digest_of, push, push_artifact, push_image, push_index

from dockpy.errors import (
    DigestMismatch,
    ImageNotFound,
    InvalidArgument,
    InvalidReference,
    InvalidResponse,
    ResponseTooLarge,
)
from dockpy.fake.registry.hostile import huge
from dockpy.registry.manifest import Manifest
from dockpy.registry.manifest_calls import get_manifest, put_manifest
from dockpy.wire.oci import (
    DOCKER_MANIFEST,
    DOCKER_MANIFEST_LIST,
    DOCKER_MANIFEST_SCHEMA1,
    OCI_INDEX,
    OCI_MANIFEST,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.registry import ServedRegistry
    from dockpy.registry.registry import Registry

    Answer = tuple[int, dict[str, str], bytes]
    Begin = Callable[[Callable[[str], Answer]], tuple[Any, Any]]

CONTENT = b'{"schemaVersion": 2, "config": {"digest": "sha256:%s", "size": 2}, "layers": []}' % (b"0" * 64)


@pytest.mark.parametrize("docker", [False, True])
def test_of_one_image(registry: Registry, docker: bool) -> None:
    pushed = push_image(registry, "app", "1", docker=docker, annotations={} if docker else {"a": "b"})
    for ref in ("1", pushed.digest):
        manifest = registry.repository("app").manifest(ref)
        assert manifest.digest == pushed.digest
        assert manifest.content == pushed.content
        assert manifest.media_type == pushed.media_type == (DOCKER_MANIFEST if docker else OCI_MANIFEST)
        assert manifest.size == len(pushed.content)
        assert not manifest.is_index
        assert (manifest.manifests, manifest.platforms, manifest.subject) == ([], [], None)
        assert manifest.config is not None
        assert manifest.config.digest == json.loads(pushed.content)["config"]["digest"]
        assert [layer.digest for layer in manifest.layers] == [
            layer["digest"] for layer in json.loads(pushed.content)["layers"]
        ]
        assert manifest.annotations == ({} if docker else {"a": "b"})
        assert manifest.document.schema_version == 2
        assert manifest.to_dict() == json.loads(pushed.content)
    assert registry.manifest("app:1").reference == f"{registry.host}/app:1"
    assert registry.manifest(f"app@{pushed.digest}").reference == f"{registry.host}/app@{pushed.digest}"
    assert registry.manifest("app:1") == registry.manifest(f"app@{pushed.digest}")
    assert len({registry.manifest("app:1"), registry.manifest(f"app:1@{pushed.digest}")}) == 1
    assert repr(registry.manifest("app:1")).startswith(f"<Manifest: '{registry.host}/app:1' ")


def test_of_an_index(registry: Registry) -> None:
    arm = push_image(registry, "app", None, platform="linux/arm64/v8")
    intel = push_image(registry, "app", None)
    index = push_index(registry, "app", "1", [arm.described(), intel.described(), intel.described()])
    manifest = registry.manifest("app:1")
    assert manifest.is_index
    assert manifest.media_type == OCI_INDEX
    assert manifest.digest == index.digest
    assert (manifest.config, manifest.layers) == (None, [])
    assert manifest.platforms == ["linux/arm64/v8", "linux/amd64"]
    assert [item.digest for item in manifest.manifests] == [arm.digest, intel.digest, intel.digest]
    assert manifest.child("linux/arm64").digest == arm.digest
    with pytest.raises(InvalidArgument, match="linux/arm64/v8, linux/amd64") as raised:
        manifest.child("linux/s390x")
    assert raised.value.subject == f"image {registry.host}/app:1"


def test_of_docker_s_list(registry: Registry) -> None:
    image = push_image(registry, "app", None, docker=True)
    document = {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST_LIST, "manifests": [image.described()]}
    pushed = push(registry, "app", "1", Pushed(DOCKER_MANIFEST_LIST, json.dumps(document).encode()))
    manifest = registry.manifest("app:1")
    assert (manifest.digest, manifest.media_type) == (pushed.digest, DOCKER_MANIFEST_LIST)
    assert manifest.is_index
    assert registry.manifest("app:1", platform="linux/amd64").digest == image.digest


def test_of_an_artifact(registry: Registry) -> None:
    image = push_image(registry, "app", "1")
    pushed = push_artifact(registry, "app", "sig", "application/vnd.example.signature", image)
    manifest = registry.manifest("app:sig")
    assert manifest.digest == pushed.digest
    assert manifest.artifact_type == "application/vnd.example.signature"
    assert manifest.subject is not None
    assert manifest.subject.digest == image.digest
    assert manifest.layers == []


def test_what_is_not_there(registry: Registry) -> None:
    push_image(registry, "app", "1")
    for ref in ("nothing:1", "app:2", f"app@sha256:{'0' * 64}"):
        with pytest.raises(ImageNotFound) as raised:
            registry.manifest(ref)
        assert raised.value.subject == f"image {registry.host}/{ref}"
        assert raised.value.operation is not None
        assert raised.value.operation.startswith("GET /v2/")
        assert raised.value.daemon == registry.url
        assert not registry.exists(ref)


def test_a_manifest_of_one_image_lists_none(registry: Registry) -> None:
    push_image(registry, "app", "1")
    manifest = registry.manifest("app:1")
    with pytest.raises(InvalidArgument, match="no index"):
        manifest.child()
    assert manifest.platforms == []


@pytest.mark.parametrize("ref", [None, 3, b"app:1"])
def test_a_reference_is_a_text(registry: Registry, ref: Any) -> None:
    for ask in (registry.manifest, registry.exists, registry.delete, registry.repository):
        with pytest.raises(InvalidReference, match="which is a text"):
            ask(ref)
    for ask in (registry.repository("app").blob, registry.repository("app").has_blob):
        with pytest.raises(InvalidReference, match="no digest"):
            ask(ref)


@pytest.mark.parametrize(
    "ref", ["", "-a", "a b", "a/../b", "sha256:abc", "sha256:" + "g" * 64, "x" * 129, "?n=1"]
)
def test_what_is_neither_tag_nor_digest(registry: Registry, served: ServedRegistry, ref: str) -> None:
    repository = registry.repository("app")
    for ask in (repository.manifest, repository.exists, repository.delete, repository.referrers):
        with pytest.raises(InvalidReference, match=r"neither a tag nor a digest.*repository .*/app"):
            ask(ref)
    with pytest.raises(InvalidReference):
        put_manifest(registry.session, "app", ref, CONTENT, OCI_MANIFEST)
    assert served.registry.requests == []


def answer(content: bytes, kind: str | None = OCI_MANIFEST, **headers: str) -> Callable[[str], Answer]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: (200, {**({"Content-Type": kind} if kind is not None else {}), **given}, content)


def test_without_a_digest_it_is_computed(scripted: Begin) -> None:
    _, registry = scripted(answer(CONTENT))
    assert registry.manifest("app:1").digest == digest_of(CONTENT)


def test_a_digest_of_another_kind_is_verified(scripted: Begin) -> None:
    digest = f"sha512:{hashlib.sha512(CONTENT).hexdigest()}"
    _, registry = scripted(answer(CONTENT, Docker_Content_Digest=digest))
    assert registry.manifest("app:1").digest == digest
    assert registry.manifest(f"app@{digest}").digest == digest
    assert registry.manifest(f"app@{digest_of(CONTENT)}").digest == digest_of(CONTENT)


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("app:1", "sha256:" + "0" * 64),
        (f"app@sha256:{'0' * 64}", None),
        (f"app@sha256:{'0' * 64}", digest_of(CONTENT)),
        (f"app@{digest_of(CONTENT)}", "sha256:" + "0" * 64),
    ],
)
def test_a_digest_that_is_wrong(scripted: Begin, ref: str, said: str | None) -> None:
    _, registry = scripted(answer(CONTENT, **({"Docker_Content_Digest": said} if said else {})))
    with pytest.raises(DigestMismatch) as raised:
        registry.manifest(ref)
    assert raised.value.expected == "sha256:" + "0" * 64
    assert raised.value.actual == digest_of(CONTENT)
    assert raised.value.subject == f"image {registry.host}/{ref}"


@pytest.mark.parametrize("said", ["nonsense", "sha256:abc", "md5:" + "0" * 32])
def test_a_digest_that_is_none(scripted: Begin, said: str) -> None:
    _, registry = scripted(answer(CONTENT, Docker_Content_Digest=said))
    with pytest.raises(InvalidResponse):
        registry.manifest("app:1")


@pytest.mark.parametrize(
    "kind", [DOCKER_MANIFEST_SCHEMA1, "application/vnd.docker.distribution.manifest.v1+json"]
)
def test_schema_1(scripted: Begin, kind: str) -> None:
    content = b'{"schemaVersion": 1, "name": "app", "tag": "1", "fsLayers": []}'
    for said in (kind, "application/json"):
        _, registry = scripted(answer(content, said))
        with pytest.raises(InvalidResponse, match="schema 1") as raised:
            registry.manifest("app:1")
        assert raised.value.hint is not None


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (OCI_MANIFEST, {"mediaType": OCI_INDEX, "manifests": []}),
        (OCI_INDEX, {"mediaType": OCI_MANIFEST, "layers": []}),
        (OCI_MANIFEST, {"mediaType": DOCKER_MANIFEST, "layers": []}),
        (OCI_MANIFEST, {"mediaType": 3}),
        (OCI_MANIFEST, {"manifests": []}),
        (OCI_INDEX, {"layers": []}),
        (OCI_INDEX, {"manifests": [], "layers": []}),
        (OCI_MANIFEST, {"manifests": [], "config": {}}),
        (OCI_INDEX, {"manifests": [], "config": {}}),
    ],
)
def test_types_that_are_confused(scripted: Begin, kind: str, document: dict[str, Any]) -> None:
    _, registry = scripted(answer(json.dumps({"schemaVersion": 2, **document}).encode(), kind))
    with pytest.raises(InvalidResponse):
        registry.manifest("app:1")


@pytest.mark.parametrize(
    "kind", [None, "application/json", f"{OCI_MANIFEST}; charset=utf-8", OCI_MANIFEST.upper()]
)
def test_types_that_are_said_in_another_way(scripted: Begin, kind: str | None) -> None:
    content = json.dumps({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "layers": []}).encode()
    _, registry = scripted(answer(content, kind))
    assert registry.manifest("app:1").media_type == OCI_MANIFEST


def test_types_that_nobody_knows(scripted: Begin) -> None:
    _, registry = scripted(answer(b'{"thing": 1}', "application/vnd.example+json"))
    manifest = registry.manifest("app:1")
    assert manifest.media_type == "application/vnd.example+json"
    assert manifest.to_dict() == {"thing": 1}
    assert (manifest.config, manifest.layers, manifest.manifests) == (None, [], [])


@pytest.mark.parametrize(
    "content", [b"", b"no", b"[]", b'"a"', b"\xff", b'{"a":' * 100_000, b"<html>", b'{"a": 1}{"b": 2}']
)
def test_what_is_no_manifest(scripted: Begin, content: bytes) -> None:
    _, registry = scripted(answer(content))
    with pytest.raises(InvalidResponse) as raised:
        registry.manifest("app:1")
    assert raised.value.operation == "GET /v2/app/manifests/1"
    assert raised.value.daemon == registry.url


@pytest.mark.parametrize("told", [True, False])
def test_no_more_is_read_than_a_manifest_may_have(modern: ServedRegistry, told: bool) -> None:
    with modern.registry.fail(answer=huge(told=told)), modern.client() as registry:
        tracemalloc.start()
        with pytest.raises(ResponseTooLarge) as raised:
            registry.manifest("app:1")
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
        tracemalloc.stop()
    assert raised.value.subject == f"image {registry.host}/app:1"


ZEROS = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    "item",
    [
        None,
        "text",
        [],
        {},
        {"digest": ZEROS},
        {"digest": ZEROS, "size": -1},
        {"digest": ZEROS, "size": "1"},
        {"digest": ZEROS, "size": True},
        {"digest": ZEROS, "size": 2**70},
        {"digest": ZEROS, "size": 1.5},
        {"digest": 5, "size": 1},
        {"digest": "sha256:0", "size": 1},
        {"digest": "../../../etc", "size": 1},
        {"digest": ZEROS, "size": 1, "mediaType": 4},
    ],
)
def test_descriptors_are_checked_when_used(item: Any) -> None:
    raw = {"config": item, "layers": [{"digest": ZEROS, "size": 0}, item], "subject": item}
    manifest = Manifest("host/app:1", ZEROS, OCI_MANIFEST, b"", raw)
    asks: list[Callable[[], object]] = [lambda: manifest.layers]
    if item is not None:
        asks += [lambda: manifest.config, lambda: manifest.subject]
    for ask in asks:
        with pytest.raises(InvalidResponse) as raised:
            ask()
        assert raised.value.subject == "image host/app:1"
    index = Manifest("host/app:1", ZEROS, OCI_INDEX, b"", {"manifests": [item]})
    for ask in (lambda: index.manifests, lambda: index.platforms, lambda: index.child("linux/amd64")):
        with pytest.raises(InvalidResponse, match=r"manifests\[0\]"):
            ask()


@pytest.mark.parametrize("value", ["text", 5, {"a": 1}])
def test_lists_and_annotations_are_checked_when_used(value: Any) -> None:
    manifest = Manifest("host/app:1", ZEROS, OCI_MANIFEST, b"", {"layers": value, "annotations": value})
    with pytest.raises(InvalidResponse):
        _ = manifest.layers
    with pytest.raises(InvalidResponse):
        _ = manifest.annotations


def test_what_a_registry_stores_is_checked(scripted: Begin) -> None:
    wrong = "sha256:" + "0" * 64
    _, registry = scripted(lambda _: (201, {"Docker-Content-Digest": wrong}, b""))
    with pytest.raises(DigestMismatch):
        put_manifest(registry.session, "app", "1", CONTENT, OCI_MANIFEST)
    _, registry = scripted(lambda _: (201, {}, b""))
    assert put_manifest(registry.session, "app", "1", CONTENT, OCI_MANIFEST) == digest_of(CONTENT)


def test_a_subject_of_one_s_own(scripted: Begin) -> None:
    _, registry = scripted(answer(b"no"))
    with pytest.raises(InvalidResponse) as raised:
        get_manifest(registry.session, "app", "1", subject="layer 3")
    assert raised.value.subject == "layer 3"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["digest", "size", "mediaType", "platform", "os", "architecture", "annotations"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
KEYS = ("config", "layers", "manifests", "subject", "annotations", "artifactType")


@given(st.dictionaries(st.sampled_from(KEYS), JSON), st.sampled_from([OCI_MANIFEST, OCI_INDEX, "x/y"]))
def test_whatever_it_says_it_is_an_answer_or_an_error_of_ours(raw: dict[str, Any], kind: str) -> None:
    manifest = Manifest("host/app:1", ZEROS, kind, b"", raw)
    asks = ["config", "layers", "manifests", "subject", "annotations", "artifact_type", "platforms", "size"]
    for name in asks:
        with contextlib.suppress(InvalidResponse):
            getattr(manifest, name)
    with contextlib.suppress(InvalidResponse, InvalidArgument):
        manifest.child("linux/amd64")
