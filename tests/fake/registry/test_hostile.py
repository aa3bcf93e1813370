"""Registries that mean no good, or have their blobs somewhere else: what tests make of them in a line."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.fake.registry import FakeRegistry, endless_tags, huge, saying, serve
from dockpy.registry.uploads import upload_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Talker


TAGS = "/v2/team/app/tags/list"


def test_tags_without_an_end(ask: Talker) -> None:
    with ask.registry.fail(path="*/tags/list", answer=endless_tags(2)) as fault:
        pages = [ask("GET", TAGS) for _ in range(2)]
        assert [page.json["tags"] for page in pages] == [
            ["t000000000", "t000000001"],
            ["t000000002", "t000000003"],
        ]
        assert pages[0].json["name"] == "team/app"
        assert pages[0].headers["link"] == f'<{TAGS}?last=t000000001&n=2>; rel="next"'
        assert fault.hits == 2
    with ask.registry.fail(answer=endless_tags(1, same=True, host="http://evil.test")):
        pages = [ask("GET", TAGS) for _ in range(2)]
        assert pages[0] == pages[1]
        assert pages[0].headers["link"].startswith(f"<http://evil.test{TAGS}")
    assert ask("GET", TAGS).status == 404


@pytest.mark.parametrize("told", [True, False])
def test_a_manifest_of_any_size(ask: Talker, told: bool) -> None:
    with ask.registry.fail(answer=huge(1_000_001, told=told)):
        answer = ask("GET", "/v2/a/manifests/1")
    assert len(answer.body) == 1_000_001
    assert answer.body[:2] == b"{ "
    assert answer.headers.get("content-length") == ("1000001" if told else None)


def test_a_part_of_what_is_made_up() -> None:
    body = huge(10)(None).body  # type: ignore[arg-type]
    assert not isinstance(body, bytes)
    assert b"".join(body.pieces(0, 3)) == b"{  "
    assert b"".join(body.pieces(8, 5)) == b"  "


def test_whatever_one_likes(ask: Talker) -> None:
    with ask.registry.fail(answer=saying({"tags": 7}, headers={"X-Odd": "1"})):
        answer = ask("GET", TAGS)
        assert (answer.status, answer.json, answer.headers["x-odd"]) == (200, {"tags": 7}, "1")
    with ask.registry.fail(answer=saying(b"[" * 10, 201)):
        assert (ask("GET", TAGS).status, ask("GET", TAGS).body) == (201, b"[" * 10)


def test_headers_come_and_go(ask: Talker) -> None:
    ask.image("1")
    changed: dict[str, str | None] = {
        "docker-content-digest": None,
        "Content-Type": None,
        "X-Odd": "1",
    }
    with ask.registry.fail("GET", "*/manifests/*", headers=changed):
        answer = ask("GET", "/v2/team/app/manifests/1")
    assert not {"docker-content-digest", "content-type"} & set(answer.headers)
    assert answer.headers["x-odd"] == "1"
    with ask.registry.fail(status=401, headers={"Www-Authenticate": "Basic realm=x", "Date": None}):
        assert ask("GET", "/v2/").headers["www-authenticate"] == "Basic realm=x"


def test_byte_by_byte(ask: Talker) -> None:
    digest = ask.push(b"12345")
    with ask.registry.fail("GET", drip=0.01):
        begun = time.monotonic()
        assert ask("GET", f"/v2/team/app/blobs/{digest}").body == b"12345"
    assert time.monotonic() - begun >= 0.05


def test_one_byte_of_many_is_another_one(ask: Talker) -> None:
    content = bytes(1_000_000)
    digest = ask.push(content)
    with ask.registry.fail("GET", corrupt=True):
        body = ask("GET", f"/v2/team/app/blobs/{digest}").body
    assert len(body) == len(content)
    assert [at for at, value in enumerate(body) if value] == [500_000]


@pytest.mark.parametrize("spec", ["1.0", "1.1"])
@pytest.mark.parametrize("way", ["in process", "socket"])
def test_an_upload_that_breaks(spec: Any, way: str, digest: Callable[[bytes], str]) -> None:
    """What had come is kept; a client of ours goes on, or begins again where that is all that is possible."""
    registry = FakeRegistry(spec=spec)
    content = bytes(range(256)) * 4000
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(serve(registry)) if way == "socket" else registry
        client = stack.enter_context(place.client())
        fault = stack.enter_context(registry.fail("PATCH", lose=300_000, times=1))
        upload_bytes(client.session, "app", content, digest(content))
    assert fault.hits == 1
    assert registry.blob("app", digest(content)).read() == content
    asked = [request.method for request in registry.requests]
    assert asked.count("POST") == (1 if spec == "1.1" else 2)
    if spec == "1.1":
        assert asked.index("GET") > asked.index("PATCH")


class TestBlobsElsewhere:
    def test_they_are_there_and_nowhere_else(self, ask: Talker) -> None:
        digest = ask.push(b"content")
        ask.registry.blobs_at = "http://cdn.test"
        for method in ("GET", "HEAD"):
            answer = ask(method, f"/v2/team/app/blobs/{digest}")
            assert answer.status == 307
            assert answer.headers["location"].startswith(f"http://cdn.test/storage/team/app/{digest}?sig")
        place = answer.headers["location"].removeprefix("http://cdn.test")
        assert ask("GET", place).body == b"content"
        assert ask("GET", place, Range="bytes=1-2").body == b"on"
        assert (ask("HEAD", place).status, ask("HEAD", place).body) == (200, b"")
        assert ask("GET", place.partition("?")[0]).status == 403
        assert ask("GET", place.replace("team", "other")).status == 403
        assert ask("GET", place, Authorization="Basic eDp5").status == 400
        assert ask.registry.requests[-1].authorization == "Basic eDp5"
        assert "eDp5" not in repr(ask.registry.requests[-1])

    def test_what_is_not_there_is_not(self, ask: Talker, digest: Callable[[bytes], str]) -> None:
        ask.registry.blobs_at = "http://cdn.test"
        assert ask("GET", f"/v2/team/app/blobs/{digest(b'no')}").status == 404

    def test_who_may_not_is_not_sent_there(self, talk: Callable[[FakeRegistry], Talker]) -> None:
        ask = talk(FakeRegistry(users={"ann": "s3cret"}))
        ask.registry.blobs_at = "http://cdn.test"
        assert ask("GET", "/v2/team/app/blobs/sha256:" + "0" * 64).status == 401

    def test_a_client_gets_them_there(self) -> None:
        registry = FakeRegistry(users={"ann": "s3cret"})
        with serve(registry) as served, serve(registry) as storage:
            registry.blobs_at = storage.url
            from dockpy.fake.blobs import Blob

            content = Blob.of(b"content")
            registry._store.make("app").blobs[content.digest] = content
            for client in (served.client("ann", "s3cret"), registry.client("ann", "s3cret")):
                with client, client.repository("app").blob(content.digest) as blob:
                    assert blob.read() == b"content"
                first, second = registry.requests[-2:]
                assert (first.path[:4], second.path[:9]) == ("/v2/", "/storage/")
                assert first.authorization.startswith("Basic ")
                assert second.authorization == ""
                registry.blobs_at = f"http://storage.{registry.host}"


class TestWhatTheSpecificationAsks:
    def test_nothing_is_deleted(self, talk: Callable[[FakeRegistry], Talker]) -> None:
        ask = talk(FakeRegistry(deletes=False))
        ask.image("1")
        digest = ask("HEAD", "/v2/team/app/manifests/1").headers["docker-content-digest"]
        for path in ("manifests/1", f"manifests/{digest}", f"blobs/{ask.push(b'{}')}"):
            answer = ask("DELETE", f"/v2/team/app/{path}")
            assert (answer.status, answer.codes) == (405, ["UNSUPPORTED"])
        assert ask("GET", "/v2/team/app/manifests/1").status == 200

    def test_chunks_have_a_least_size(
        self, talk: Callable[[FakeRegistry], Talker], digest: Callable[[bytes], str]
    ) -> None:
        ask = talk(FakeRegistry(chunk=4))
        begun = ask("POST", "/v2/a/blobs/uploads/")
        assert begun.headers["oci-chunk-min-length"] == "4"
        place = ask("PATCH", begun.headers["location"], b"1234").headers["location"]
        place = ask("PATCH", place, b"56").headers["location"]
        for method in ("PATCH", "PUT"):
            answer = ask(method, f"{place}&digest={digest(b'1234567')}", b"7")
            assert (answer.status, answer.codes) == (400, ["SIZE_INVALID"])
        assert ask("PUT", f"{place}&digest={digest(b'123456')}").status == 201
        whole = ask("POST", "/v2/a/blobs/uploads/").headers["location"]
        assert ask("PUT", f"{whole}&digest={digest(b'x')}", b"x").status == 201

    def test_manifests_of_another_kind_of_digest(self, ask: Talker) -> None:
        import hashlib

        body = ask.image("1")
        digest = f"sha512:{hashlib.sha512(body).hexdigest()}"
        answer = ask.put(digest, body)
        assert (answer.status, answer.headers["docker-content-digest"]) == (201, digest)
        found = ask("GET", f"/v2/team/app/manifests/{digest}")
        assert (found.body, found.headers["docker-content-digest"]) == (body, digest)
        assert ask("GET", "/v2/team/app/manifests/1").headers["docker-content-digest"].startswith("sha256:")
        assert ask.put(digest, body + b"\n").codes == ["DIGEST_INVALID"]
        assert ask.put("sha512:abc", body).codes == ["DIGEST_INVALID"]
