"""Registries, repositories, manifests and images as objects: real ones (distribution 2.8) and fake ones."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from registry_content import digest_of, layer_of, push_artifact, push_image, push_index

from dockpy import Client, ImageNotFound, InvalidArgument, NotFound, Unauthorized
from dockpy.fake.registry import FakeRegistry, serve
from dockpy.registry.manifest_calls import put_manifest
from dockpy.registry.registry import Registry
from dockpy.wire.oci import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.registry.repository import Repository

USER = {"username": "tester", "password": "s3cret"}
SIGNATURE = "application/vnd.example.signature"

real = (
    pytest.mark.engine,
    pytest.mark.real,
    pytest.mark.skipif(not os.environ.get("DOCKPY_TEST_HOSTS"), reason="DOCKPY_TEST_HOSTS names no engine"),
)
KINDS = [
    *(pytest.param(name, marks=real) for name in ("registry", "locked_registry")),
    *("1.0", "1.1", "1.0 locked", "1.1 locked"),
]


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Nothing of the machine's docker configuration counts."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


@pytest.fixture(params=KINDS)
def registry_of_a_kind(request: pytest.FixtureRequest) -> Iterator[Registry]:
    """Each registry: who has to say who they are does so."""
    with contextlib.ExitStack() as stack:
        locked = "locked" in request.param
        if "registry" in request.param:
            host = request.getfixturevalue(request.param)
        else:
            users = {"tester": "s3cret"} if locked else None
            fake = FakeRegistry(spec=request.param.partition(" ")[0], users=users)  # type: ignore[arg-type]
            host = stack.enter_context(serve(fake)).host
        yield stack.enter_context(Registry(host, **(USER if locked else {})))


@pytest.fixture
def repository(registry_of_a_kind: Registry, new_name: Callable[[], str]) -> Iterator[Repository]:
    """A repository that nobody else has; its tags go in the end."""
    repository = registry_of_a_kind.repository(f"{new_name()}/app")
    yield repository
    with contextlib.suppress(NotFound):
        for tag in repository.tags():
            repository.delete(tag)


def test_listing(repository: Repository) -> None:
    registry = repository.registry
    registry.ping()
    with pytest.raises(NotFound):
        repository.tags()
    pushed = push_image(registry, repository.name, "b")
    for tag in ("a", "c"):
        put_manifest(registry.session, repository.name, tag, pushed.content, pushed.media_type)
    assert sorted(repository.tags()) == ["a", "b", "c"]
    assert repository.tags(limit=2) == repository.tags()[:2]
    found = registry.repositories()
    assert repository.name in found
    assert len(set(found)) == len(found)
    assert len(registry.repositories(limit=1)) == 1


@pytest.mark.parametrize("docker", [False, True])
def test_an_image(repository: Repository, docker: bool) -> None:
    pushed = push_image(repository.registry, repository.name, "1", docker=docker)
    manifest = repository.manifest("1")
    assert manifest.media_type == (DOCKER_MANIFEST if docker else OCI_MANIFEST)
    assert (manifest.digest, manifest.content) == (pushed.digest, pushed.content)
    assert repository.manifest(pushed.digest) == manifest
    image = repository.image("1")
    blobs = [layer_of("one"), layer_of("two")]
    assert [(layer.digest, layer.size, layer.diff_id, layer.instruction) for layer in image.layers] == [
        (digest_of(blob), len(blob), diff_id, f"RUN make {number}")
        for number, (blob, diff_id) in enumerate(blobs)
    ]
    assert image.size == sum(len(blob) for blob, _ in blobs)
    assert (image.platform, image.labels, image.command) == (
        "linux/amd64",
        {"kind": "test"},
        ["serve", "--all"],
    )
    assert isinstance(image.created, datetime)
    assert repository.exists("1")
    assert repository.exists(pushed.digest)
    assert repository.has_blob(image.id)
    with repository.blob(image.layers[0].digest) as blob:
        assert blob.read() == blobs[0][0]


def test_an_index(repository: Repository) -> None:
    registry, name = repository.registry, repository.name
    arm = push_image(registry, name, None, platform="linux/arm64/v8")
    intel = push_image(registry, name, None, docker=True)
    note = push_artifact(registry, name, None, "application/vnd.in-toto+json")
    unknown = note.described(platform={"os": "unknown", "architecture": "unknown"})
    index = push_index(registry, name, "1", [unknown, arm.described(), intel.described()])
    manifest = repository.manifest("1")
    assert (manifest.digest, manifest.media_type) == (index.digest, OCI_INDEX)
    assert manifest.platforms == ["linux/arm64/v8", "linux/amd64"]
    assert repository.manifest("1", platform="linux/arm64").digest == arm.digest
    assert repository.image("1", platform="linux/amd64").digest == intel.digest
    assert repository.image("1", platform="linux/arm64/v8").platform == "linux/arm64/v8"
    with pytest.raises(InvalidArgument, match="linux/arm64/v8, linux/amd64"):
        repository.image("1", platform="linux/s390x")


def test_what_is_not_there(repository: Repository) -> None:
    push_image(repository.registry, repository.name, "1")
    for ref in ("2", f"sha256:{'0' * 64}"):
        assert not repository.exists(ref)
        for ask in (repository.manifest, repository.image, repository.delete):
            with pytest.raises(ImageNotFound) as raised:
                ask(ref)
            separator = "@" if ":" in ref else ":"
            assert raised.value.subject == f"image {repository.reference}{separator}{ref}"
    assert not repository.has_blob(f"sha256:{'0' * 64}")
    assert repository.tags() == ["1"]


def test_a_tag_goes_alone(repository: Repository) -> None:
    """Distribution 2.8 cannot do it, and answers with 400; it is done all the same."""
    registry, name = repository.registry, repository.name
    pushed = push_image(registry, name, "1")
    put_manifest(registry.session, name, "2", pushed.content, pushed.media_type)
    repository.delete("1")
    assert repository.tags() == ["2"]
    assert repository.exists(pushed.digest)
    assert repository.manifest("2").content == pushed.content
    repository.delete("2")
    assert repository.tags() == []
    assert repository.manifest(pushed.digest).content == pushed.content


def test_an_index_s_tag_goes_alone(repository: Repository) -> None:
    image = push_image(repository.registry, repository.name, "image")
    index = push_index(repository.registry, repository.name, "1", [image.described()])
    repository.delete("1")
    assert repository.tags() == ["image"]
    assert repository.exists(index.digest)


def test_a_manifest_goes_with_its_tags(repository: Repository) -> None:
    registry, name = repository.registry, repository.name
    pushed = push_image(registry, name, "1")
    put_manifest(registry.session, name, "2", pushed.content, pushed.media_type)
    push_image(registry, name, "other", texts=["other"])
    repository.delete(pushed.digest)
    assert repository.tags() == ["other"]
    assert not repository.exists(pushed.digest)
    assert not repository.exists("2")


def test_what_is_about_a_manifest(repository: Repository) -> None:
    """Where the registry does not list it, the fallback's tag does."""
    registry, name = repository.registry, repository.name
    image = push_image(registry, name, "1")
    assert repository.referrers("1") == []
    signature = push_artifact(registry, name, None, SIGNATURE, image)
    items = [signature.described(artifactType=SIGNATURE)]
    push_index(registry, name, image.digest.replace(":", "-"), items)
    for ref in ("1", image.digest):
        (only,) = repository.referrers(ref, artifact_type=SIGNATURE)
        assert (only.digest, only.artifact_type) == (signature.digest, SIGNATURE)
    assert repository.referrers("1", artifact_type="application/vnd.example.other") == []


def test_who_may_come_in(registry_of_a_kind: Registry) -> None:
    host = registry_of_a_kind.host
    with Registry(host) as nobody, Registry(host, username="tester", password="wrong") as wrong:
        if registry_of_a_kind._identity.username:
            for registry in (nobody, wrong):
                with pytest.raises(Unauthorized) as raised:
                    registry.ping()
                assert raised.value.daemon == registry.url
                with pytest.raises(Unauthorized):
                    registry.repositories()
            nobody.login("tester", "s3cret")
        nobody.ping()


# Images that engines hold, and what they push


def test_what_an_engine_pushed(engine: Client, registry: str, registry_image: Callable[..., str]) -> None:
    name = registry_image(engine)
    held = engine.images.get("busybox")
    with engine.registry(registry) as asked:
        image = asked.image(name)
        assert image.id == held.id
        assert (image.platform, image.labels, image.created) == (held.platform, held.labels, held.created)
        assert [layer.diff_id for layer in image.layers] == [layer.digest for layer in held.layers()]
        assert 0 < image.size < held.size
        asked.delete(name)
        assert not asked.exists(name)


def test_images_of_engines_carry_the_same(engine: Client) -> None:
    image = engine.images.get("busybox")
    (listed,) = engine.images.list("busybox")
    for found in (image, listed):
        assert found.platform == "linux/amd64"
        assert found.labels["base"] == "busybox:latest"
        assert isinstance(found.created, datetime)
        assert found.size > 0
        layers = found.layers()
        assert [layer.digest for layer in layers] == found.attrs.root_fs.layers
        assert sum(layer.size or 0 for layer in layers) == found.size
    assert listed.created is not None
    assert image.created is not None
    assert listed.created.replace(microsecond=0) == image.created.replace(microsecond=0)
