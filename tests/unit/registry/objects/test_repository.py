"""What is done to a repository: deleting, and what is about its manifests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from registry_content import digest_of, push_artifact, push_image, push_index

from dockpy.errors import ApiError, ImageNotFound, InvalidReference, InvalidResponse, ServerError
from dockpy.fake.registry import FakeRegistry, serve
from dockpy.registry.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.registry import ServedRegistry
    from dockpy.registry.registry import Registry

    Answer = tuple[int, dict[str, str], bytes]
    Begin = Callable[[Callable[[str], Answer]], tuple[Any, Any]]


@pytest.mark.parametrize("name", ["../app", "app/../x", "App", "", "a b", "app?n=1", "app/"])
def test_a_name_that_leads_elsewhere(registry: Registry, name: str) -> None:
    """Also of one that is made by itself: its name goes into paths as it is."""
    with pytest.raises(InvalidReference):
        Repository(registry, name)
    assert Repository(registry, "team/app").reference == f"{registry.host}/team/app"


def test_a_tag_goes_alone(registry: Registry) -> None:
    pushed = push_image(registry, "app", "1")
    push_image(registry, "app", "2")
    repository = registry.repository("app")
    repository.delete("1")
    assert repository.tags() == ["2"]
    assert not repository.exists("1")
    assert repository.exists(pushed.digest)
    assert repository.manifest("2").digest == pushed.digest
    repository.delete("2")
    assert repository.tags() == []
    assert repository.manifest(pushed.digest).content == pushed.content


def test_an_index_s_tag_goes_alone(registry: Registry) -> None:
    image = push_image(registry, "app", "image")
    index = push_index(registry, "app", "1", [image.described()])
    registry.delete("app:1")
    assert registry.repository("app").tags() == ["image"]
    assert registry.exists(f"app@{index.digest}")


def test_a_manifest_goes_with_its_tags(registry: Registry) -> None:
    pushed = push_image(registry, "app", "1")
    push_image(registry, "app", "2")
    other = push_image(registry, "app", "other", texts=["other"])
    registry.repository("app").delete(pushed.digest)
    assert registry.repository("app").tags() == ["other"]
    assert not registry.exists(f"app@{pushed.digest}")
    assert registry.exists(f"app@{other.digest}")


def test_what_is_not_there_is_not_deleted(registry: Registry) -> None:
    push_image(registry, "app", "1")
    for ref in ("app:2", f"app@sha256:{'0' * 64}", "nothing:1"):
        with pytest.raises(ImageNotFound) as raised:
            registry.delete(ref)
        assert raised.value.subject == f"image {registry.host}/{ref}"
    assert registry.repository("app").tags() == ["1"]


@pytest.mark.parametrize("spec", ["1.0", "1.1"])
def test_where_nothing_is_deleted_nothing_changes(spec: Any) -> None:
    """A registry without deletion answers as distribution 2.8 does, where it is disabled."""
    with serve(FakeRegistry(spec=spec)) as server, server.client() as registry:
        pushed = push_image(registry, "app", "1")
        before = dict(server.registry.repository("app").tags)  # type: ignore[union-attr]
        sent = len(server.registry.requests)
        with server.registry.fail("DELETE", status=405, code="UNSUPPORTED"):
            for ref in ("app:1", f"app@{pushed.digest}"):
                with pytest.raises(ApiError, match="UNSUPPORTED") as raised:
                    registry.delete(ref)
                assert raised.value.status_code == 405
                assert "disabled" in str(raised.value)
        assert server.registry.repository("app").tags == before  # type: ignore[union-attr]
        assert {request.method for request in server.registry.requests[sent:]} <= {"DELETE", "GET"}


def test_a_tag_is_put_back_where_its_deletion_fails() -> None:
    with serve(FakeRegistry(spec="1.0")) as server, server.client() as registry:
        pushed = push_image(registry, "app", "1")
        with server.registry.fail("DELETE", status=500, after=2), pytest.raises(ServerError):
            registry.delete("app:1")  # the tag, a look whether it deletes, then what was put in its place
        assert registry.manifest("app:1").digest == pushed.digest


def test_existence(registry: Registry, served: ServedRegistry) -> None:
    pushed = push_image(registry, "app", "1")
    before = len(served.registry.requests)
    repository = registry.repository("app")
    assert repository.exists("1")
    assert repository.exists(pushed.digest)
    assert not repository.exists("2")
    assert not repository.exists()
    assert [request.method for request in served.registry.requests[before:]] == ["HEAD"] * 4


def test_blobs(registry: Registry) -> None:
    push_image(registry, "app", "1")
    repository = registry.repository("app")
    layer = repository.layers("1")[0]
    assert repository.has_blob(layer.digest)
    assert not repository.has_blob(f"sha256:{'0' * 64}")
    with repository.blob(layer.digest) as blob:
        content = blob.read()
    assert (digest_of(content), len(content)) == (layer.digest, layer.size)
    for ask in (repository.has_blob, repository.blob):
        with pytest.raises(InvalidReference):
            ask("latest")


# What is about a manifest

SIGNATURE, BILL = "application/vnd.example.signature", "application/vnd.example.bill"


def test_referrers(modern: ServedRegistry) -> None:
    with modern.client() as registry:
        image = push_image(registry, "app", "1")
        signature = push_artifact(registry, "app", None, SIGNATURE, image)
        bill = push_artifact(registry, "app", None, BILL, image)
        repository = registry.repository("app")
        for ref in ("1", image.digest):
            found = repository.referrers(ref)
            assert {item.digest for item in found} == {signature.digest, bill.digest}
            (only,) = repository.referrers(ref, artifact_type=SIGNATURE)
            assert (only.digest, only.artifact_type, only.size) == (
                signature.digest,
                SIGNATURE,
                len(signature.content),
            )
        assert repository.referrers(signature.digest) == []
        assert repository.referrers(f"sha256:{'0' * 64}") == []
        with pytest.raises(ImageNotFound):
            repository.referrers("nothing")


def test_referrers_under_a_tag() -> None:
    with serve(FakeRegistry(spec="1.0")) as server, server.client() as registry:
        image = push_image(registry, "app", "1")
        repository = registry.repository("app")
        assert repository.referrers("1") == []
        signature = push_artifact(registry, "app", None, SIGNATURE, image)
        bill = push_artifact(registry, "app", None, BILL, image)
        items = [signature.described(artifactType=SIGNATURE), bill.described(artifactType=BILL)]
        push_index(registry, "app", image.digest.replace(":", "-"), items)
        assert [item.digest for item in repository.referrers("1")] == [signature.digest, bill.digest]
        (only,) = repository.referrers(image.digest, artifact_type=BILL)
        assert only.digest == bill.digest


def test_a_type_that_the_registry_did_not_look_at(scripted: Begin) -> None:
    items = [
        {"digest": f"sha256:{number:064x}", "size": 1, "artifactType": kind}
        for number, kind in enumerate([SIGNATURE, BILL, SIGNATURE])
    ]

    def answer(path: str) -> Answer:
        if "last=" in path:
            return 200, {}, json.dumps({"manifests": items[2:]}).encode()
        link = f'<{path}&last=2>; rel="next"'
        return 200, {"Link": link}, json.dumps({"manifests": items[:2]}).encode()

    server, registry = scripted(answer)
    digest = f"sha256:{'f' * 64}"
    found = registry.repository("app").referrers(digest, artifact_type=SIGNATURE)
    assert [item.digest for item in found] == [items[0]["digest"], items[2]["digest"]]
    assert server.asked[0] == (
        "GET",
        f"/v2/app/referrers/{digest}?artifactType=application%2Fvnd.example.signature",
    )


@pytest.mark.parametrize("content", [b"no", b"[]", b'{"manifests": 3}', b'{"manifests": [{"digest": "x"}]}'])
def test_referrers_that_are_none(scripted: Begin, content: bytes) -> None:
    _, registry = scripted(lambda _: (200, {}, content))
    with pytest.raises(InvalidResponse) as raised:
        registry.repository("app").referrers(f"sha256:{'f' * 64}")
    assert raised.value.subject == f"image {registry.host}/app@sha256:{'f' * 64}"
