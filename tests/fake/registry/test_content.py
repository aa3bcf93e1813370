"""What is pushed to a fake registry comes back: blobs, manifests, lists."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockpy.fake.blobs import Blob
from dockpy.fake.registry import FakeRegistry, RegistryError

if TYPE_CHECKING:
    from collections.abc import Callable

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
UNKNOWN = "sha256:" + "0" * 64


class TestUploads:
    def test_whole(self, ask: Any, digest: Callable[[bytes], str]) -> None:
        given = digest(b"hello")
        answer = ask("PUT", f"{ask.begin()}&digest={given}", b"hello")
        assert (answer.status, answer.headers["docker-content-digest"]) == (201, given)
        assert answer.headers["location"].endswith(f"/v2/team/app/blobs/{given}")
        found = ask("GET", f"/v2/team/app/blobs/{given}")
        assert (found.status, found.body, found.headers["content-length"]) == (200, b"hello", "5")
        assert ask("HEAD", f"/v2/team/app/blobs/{given}").headers["content-length"] == "5"

    def test_in_one_request(self, ask: Any, digest: Callable[[bytes], str]) -> None:
        answer = ask("POST", f"/v2/team/app/blobs/uploads/?digest={digest(b'one')}", b"one")
        assert answer.status == 201
        assert ask("GET", f"/v2/team/app/blobs/{digest(b'one')}").body == b"one"

    def test_in_chunks(self, ask: Any, digest: Callable[[bytes], str]) -> None:
        place = ask.begin()
        for data, span, after in ((b"hel", "0-2", "0-2"), (b"lo ", "3-5", "0-5"), (b"you", "6-8", "0-8")):
            answer = ask("PATCH", place, data, Content_Range=span)
            assert (answer.status, answer.headers["range"]) == (202, after)
            place = answer.headers["location"]
        assert ask("GET", place).headers["range"] == "0-8"
        assert ask("PUT", f"{place}&digest={digest(b'hello you')}").status == 201
        assert ask("GET", f"/v2/team/app/blobs/{digest(b'hello you')}").body == b"hello you"

    def test_of_unknown_length(self, ask: Any, digest: Callable[[bytes], str]) -> None:
        """Chunked transfer encoding, as engines push."""
        answer = ask("PATCH", ask.begin(), iter([b"a" * 70_000, b"b"]))
        assert answer.headers["range"] == "0-70000"
        whole = b"a" * 70_000 + b"b"
        assert ask("PUT", f"{answer.headers['location']}&digest={digest(whole)}").status == 201

    def test_that_goes_on_where_it_broke(self, ask: Any, digest: Callable[[bytes], str]) -> None:
        first = ask.begin()
        ask("PATCH", first, b"hel")
        answer = ask("GET", first)  # whoever did not hear the answer has this place only
        assert (answer.status, answer.headers["range"]) == (204, "0-2")
        wrong = ask("PATCH", first, b"xx", Content_Range="1-2")
        assert (wrong.status, wrong.headers["range"]) == (416, "0-2")
        ask("PATCH", first, b"lo", Content_Range="3-4")
        assert ask("PUT", f"{first}&digest={digest(b'hello')}").status == 201

    def test_mounted(self, ask: Any) -> None:
        given = ask.push(b"shared", "team/one")
        answer = ask("POST", f"/v2/team/two/blobs/uploads/?mount={given}&from=team/one")
        assert (answer.status, answer.headers["docker-content-digest"]) == (201, given)
        assert ask("GET", f"/v2/team/two/blobs/{given}").body == b"shared"
        assert ask("POST", f"/v2/team/two/blobs/uploads/?mount={UNKNOWN}&from=team/one").status == 202
        assert ask("GET", f"/v2/team/three/blobs/{given}").status == 404

    def test_cancelled(self, ask: Any) -> None:
        place = ask.begin()
        assert ask("DELETE", place).status == 204
        for method in ("GET", "PATCH", "PUT", "DELETE"):
            answer = ask(method, f"{place}&digest={UNKNOWN}")
            assert (answer.status, answer.codes) == (404, ["BLOB_UPLOAD_UNKNOWN"])

    def test_of_another_content(self, ask: Any) -> None:
        place = ask.begin()
        assert ask("PUT", place).json["errors"][0]["detail"] == "digest missing"
        assert ask("PUT", f"{place}&digest=foo").json["errors"][0]["detail"] == "digest parsing failed"
        answer = ask("PUT", f"{place}&digest={UNKNOWN}", b"hello")
        assert (answer.status, answer.codes) == (400, ["DIGEST_INVALID"])
        assert ask("GET", f"/v2/team/app/blobs/{UNKNOWN}").status == 404
        assert ask("GET", place).codes == ["BLOB_UPLOAD_INVALID"]

    def test_of_a_place_that_was_made_up(self, ask: Any) -> None:
        place = ask.begin()
        path, _, state = place.partition("?")
        for wrong in (
            path,
            f"{path}?_state=AAAA",
            f"{path[:-1]}x?{state}",
            place.replace("team/app", "team/b"),
        ):
            answer = ask("PATCH", wrong, b"x")
            assert (answer.status, answer.codes) == (404, ["BLOB_UPLOAD_INVALID"])

    def test_by_other_algorithms(self, ask: Any) -> None:
        import hashlib

        given = f"sha512:{hashlib.sha512(b'x').hexdigest()}"
        assert ask("PUT", f"{ask.begin()}&digest={given}", b"x").status == 201
        assert ask("GET", f"/v2/team/app/blobs/{given}").body == b"x"

    def test_of_a_blob_copies_nothing(self) -> None:
        registry, blob = FakeRegistry(), Blob.of(b"by reference")
        begun = registry.handle("POST", "/v2/a/blobs/uploads/")
        path, _, query = begun.headers["Location"].removeprefix("http://registry").partition("?")
        assert registry.handle("PATCH", path, query, {}, blob).status == 202
        assert registry.handle("PUT", path, f"{query}&digest={blob.digest}").status == 201
        assert registry.blob("a", blob.digest) is blob
        assert registry.handle("GET", f"/v2/a/blobs/{blob.digest}").blob is blob

    @settings(max_examples=50, deadline=None)
    @given(chunks=st.lists(st.binary(max_size=100), max_size=6))
    def test_any_chunks(self, chunks: list[bytes]) -> None:
        registry, whole = FakeRegistry(seed=0), Blob.of(b"".join(chunks))
        place = registry.handle("POST", "/v2/a/blobs/uploads/").headers["Location"]
        for chunk in chunks:
            path, _, query = place.removeprefix("http://registry").partition("?")
            place = registry.handle("PATCH", path, query, {}, (chunk,)).headers["Location"]
        path, _, query = place.removeprefix("http://registry").partition("?")
        assert registry.handle("PUT", path, f"{query}&digest={whole.digest}").status == 201
        assert registry.blob("a", whole.digest).read() == whole.read()


class TestBlobs:
    @pytest.mark.parametrize(
        ("asked", "status", "body", "said"),
        [
            ("bytes=1-3", 206, b"ell", "bytes 1-3/6"),
            ("bytes=4-", 206, b"o!", "bytes 4-5/6"),
            ("bytes=-2", 206, b"o!", "bytes 4-5/6"),
            ("bytes=-9", 206, b"hello!", "bytes 0-5/6"),
            ("bytes=0-100", 206, b"hello!", "bytes 0-5/6"),
            ("bytes=9-", 416, b"", "bytes */6"),
            ("bytes=3-1", 416, b"", None),
            ("bytes=-", 416, b"", None),
            ("bytes=-0", 416, b"", None),
            ("lines=1-2", 416, b"", None),
            ("bytes=0-1,3-4", 200, b"hello!", None),
        ],
    )
    def test_in_part(self, ask: Any, asked: str, status: int, body: bytes, said: str | None) -> None:
        given = ask.push(b"hello!")
        answer = ask("GET", f"/v2/team/app/blobs/{given}", Range=asked)
        assert (answer.status, answer.body, answer.headers.get("content-range")) == (status, body, said)

    @settings(deadline=None)
    @given(data=st.binary(max_size=50), text=st.text(st.sampled_from("bytes=-0123456789, "), max_size=12))
    def test_any_range(self, data: bytes, text: str) -> None:
        registry, blob = FakeRegistry(), Blob.of(data)
        registry._store.make("a").blobs[blob.digest] = blob
        answer = registry.handle("GET", f"/v2/a/blobs/{blob.digest}", "", {"Range": text})
        content = b"".join(answer.pieces())
        assert answer.status in (200, 206, 416)
        assert answer.status == 416 or len(content) == int(answer.headers["Content-Length"])
        assert content in data

    def test_known_already(self, ask: Any) -> None:
        given = ask.push(b"hello!")
        answer = ask("GET", f"/v2/team/app/blobs/{given}", If_None_Match=f'"{given}"')
        assert (answer.status, answer.body) == (304, b"")

    def test_that_are_not_there(self, ask: Any) -> None:
        answer = ask("GET", f"/v2/team/app/blobs/{UNKNOWN}")
        assert answer.json == {
            "errors": [{"code": "BLOB_UNKNOWN", "message": "blob unknown to registry", "detail": UNKNOWN}]
        }
        assert ask("GET", "/v2/team/app/blobs/sha256:abc").codes == ["DIGEST_INVALID"]

    def test_removed(self, ask: Any) -> None:
        given = ask.push(b"hello!")
        assert ask("DELETE", f"/v2/team/app/blobs/{given}").status == 202
        assert ask("DELETE", f"/v2/team/app/blobs/{given}").codes == ["BLOB_UNKNOWN"]
        assert ask("GET", f"/v2/team/app/blobs/{given}").status == 404


class TestManifests:
    def test_by_tag_and_digest(self, ask: Any, digest: Callable[[bytes], str]) -> None:
        body = ask.image("1.0")
        for reference in ("1.0", digest(body)):
            answer = ask("GET", f"/v2/team/app/manifests/{reference}", Accept=OCI)
            assert (answer.status, answer.body, answer.headers["content-type"]) == (200, body, OCI)
            assert answer.headers["docker-content-digest"] == digest(body)
        head = ask("HEAD", "/v2/team/app/manifests/1.0", Accept=OCI)
        assert (head.status, head.headers["content-length"], head.body) == (200, str(len(body)), b"")

    def test_a_tag_moves(self, ask: Any, digest: Callable[[bytes], str]) -> None:
        first = ask.image("latest")
        second = ask.image("latest", annotations={"n": "2"})
        assert ask("GET", "/v2/team/app/manifests/latest", Accept=OCI).body == second
        assert ask("GET", f"/v2/team/app/manifests/{digest(first)}", Accept=OCI).body == first

    @pytest.mark.parametrize("accept", [None, "*/*", f"{DOCKER}, {OCI}", f"{OCI};q=0.5"])
    def test_accepted(self, ask: Any, accept: str | None) -> None:
        ask.image("1.0")
        headers = {"Accept": accept} if accept else {}
        assert ask("GET", "/v2/team/app/manifests/1.0", **headers).status == 200

    def test_not_accepted(self, ask: Any) -> None:
        ask.image("1.0")
        answer = ask("GET", "/v2/team/app/manifests/1.0", Accept=DOCKER)
        assert (answer.status, answer.codes) == (404, ["MANIFEST_UNKNOWN"])
        assert "OCI manifest found" in answer.json["errors"][0]["message"]

    def test_of_a_list_the_usual_platforms(
        self, ask: Any, digest: Callable[[bytes], str], manifest: Any
    ) -> None:
        config, layer = ask.push(b"{}"), ask.push(b"a layer")
        body = manifest(config, layer, kind=DOCKER)
        assert ask.put(digest(body), body, DOCKER).status == 201
        item = {"digest": digest(body), "size": len(body), "mediaType": DOCKER}
        platform = {"architecture": "amd64", "os": "linux"}
        listed = {"schemaVersion": 2, "mediaType": LIST, "manifests": [{**item, "platform": platform}]}
        assert ask.put("all", json.dumps(listed).encode(), LIST).status == 201
        assert ask("GET", "/v2/team/app/manifests/all", Accept=LIST).json == listed
        assert ask("GET", "/v2/team/app/manifests/all", Accept=DOCKER).body == body

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"garbage", OCI),
            (b"", OCI),
            (b"[]", OCI),
            (b"{}", OCI),
            (b"[" * 100_000, OCI),
            (b'{"schemaVersion": 2}', "text/plain"),
            (b'{"schemaVersion": 2, "mediaType": "%s"}' % OCI.encode(), DOCKER),
            (b'{"schemaVersion": 2, "layers": [1]}', OCI),
            (b'{"schemaVersion": 2, "layers": {}}', OCI),
            (b'{"schemaVersion": 2, "layers": [{"digest": "x"}]}', OCI),
            (b" " * (4 * 1024 * 1024 + 1), OCI),
        ],
    )
    def test_that_are_none(self, ask: Any, body: bytes, kind: str) -> None:
        answer = ask.put("1.0", body, kind)
        assert (answer.status, answer.codes) == (400, ["MANIFEST_INVALID"])
        assert ask("GET", "/v2/team/app/manifests/1.0", Accept=kind).status == 404

    def test_whose_content_is_missing(self, ask: Any, manifest: Any, digest: Callable[[bytes], str]) -> None:
        body = manifest(digest(b"no config"), digest(b"no layer"))
        answer = ask.put("1.0", body)
        assert (answer.status, answer.codes) == (400, ["MANIFEST_BLOB_UNKNOWN"] * 2)
        assert {error["detail"] for error in answer.json["errors"]} == {
            digest(b"no config"),
            digest(b"no layer"),
        }
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [{"digest": digest(b"no")}]}
        assert ask.put("1.0", json.dumps(index).encode(), INDEX).codes == ["MANIFEST_BLOB_UNKNOWN"]

    def test_by_a_digest_that_is_anothers(self, ask: Any, manifest: Any) -> None:
        body = manifest(ask.push(b"{}"), ask.push(b"a layer"))
        assert ask.put(UNKNOWN, body).codes == ["DIGEST_INVALID"]

    def test_removed(self, ask: Any, digest: Callable[[bytes], str]) -> None:
        body = ask.image("1.0")
        ask.put("again", body)
        assert ask("DELETE", "/v2/team/app/manifests/again").status == 202
        assert ask("GET", "/v2/team/app/tags/list").json == {"name": "team/app", "tags": ["1.0"]}
        assert ask("DELETE", f"/v2/team/app/manifests/{digest(body)}").status == 202
        for reference in ("1.0", digest(body)):
            assert ask("GET", f"/v2/team/app/manifests/{reference}").codes == ["MANIFEST_UNKNOWN"]
            assert ask("DELETE", f"/v2/team/app/manifests/{reference}").codes == ["MANIFEST_UNKNOWN"]

    def test_referrers(self, ask: Any, digest: Callable[[bytes], str]) -> None:
        subject = ask.image("1.0")
        about = {"mediaType": OCI, "digest": digest(subject), "size": len(subject)}
        config, layer = ask.push(b"{}"), ask.push(b"a layer")
        for kind in ("application/sbom", "application/signature"):
            body = json.dumps(
                {
                    "schemaVersion": 2,
                    "mediaType": OCI,
                    "artifactType": kind,
                    "config": {"digest": config, "mediaType": "application/vnd.oci.empty.v1+json", "size": 2},
                    "layers": [{"digest": layer, "size": 7}],
                    "subject": about,
                    "annotations": {"of": kind},
                }
            ).encode()
            assert ask.put(digest(body), body).headers["oci-subject"] == digest(subject)
        answer = ask("GET", f"/v2/team/app/referrers/{digest(subject)}")
        assert (answer.status, answer.headers["content-type"]) == (200, INDEX)
        found = answer.json["manifests"]
        assert [item["artifactType"] for item in found] == ["application/sbom", "application/signature"]
        assert found[0]["annotations"] == {"of": "application/sbom"}
        some = ask("GET", f"/v2/team/app/referrers/{digest(subject)}?artifactType=application/sbom")
        assert some.json["manifests"] == found[:1]
        assert some.headers["oci-filters-applied"] == "artifactType"
        assert ask("GET", f"/v2/team/app/referrers/{UNKNOWN}").json["manifests"] == []


class TestLists:
    def test_tags_page_by_page(self, ask: Any) -> None:
        for tag in ("b", "a", "d", "c", "e"):
            ask.image(tag)
        path: str | None = "/v2/team/app/tags/list?n=2"
        seen = []
        while path is not None:
            answer = ask("GET", path)
            seen.append(answer.json["tags"])
            link = answer.headers.get("link")
            path = link[1 : link.index(">")] if link else None
        assert seen == [["a", "b"], ["c", "d"], ["e"]]
        assert ask("GET", "/v2/team/app/tags/list").json["tags"] == ["a", "b", "c", "d", "e"]
        assert ask("GET", "/v2/team/app/tags/list?last=c").json["tags"] == ["d", "e"]
        assert ask("GET", "/v2/team/app/tags/list?n=0").json["tags"] == []

    def test_the_catalog(self, ask: Any) -> None:
        for name in ("b/c", "a", "b/a"):
            ask.image("1", name)
        ask.push(b"no manifest", "nothing/here")  # as in real ones
        assert ask("GET", "/v2/_catalog").json == {"repositories": ["a", "b/a", "b/c", "nothing/here"]}
        answer = ask("GET", "/v2/_catalog?n=2")
        assert answer.json == {"repositories": ["a", "b/a"]}
        assert answer.headers["link"] == '</v2/_catalog?last=b%2Fa&n=2>; rel="next"'
        assert ask("GET", "/v2/_catalog?n=2&last=b/a").json == {"repositories": ["b/c", "nothing/here"]}
        assert ask("GET", "/v2/_catalog?n=1001").codes == ["PAGINATION_NUMBER_INVALID"]

    def test_of_what_is_not_there(self, ask: Any) -> None:
        answer = ask("GET", "/v2/nope/tags/list")
        assert answer.json["errors"][0] == {
            "code": "NAME_UNKNOWN",
            "message": "repository name not known to registry",
            "detail": {"name": "nope"},
        }


class TestRoutes:
    def test_the_base(self, ask: Any) -> None:
        answer = ask("GET", "/v2/")
        assert (answer.status, answer.body) == (200, b"{}")
        assert answer.headers["docker-distribution-api-version"] == "registry/2.0"
        assert ask("GET", "/v2").headers["location"] == "/v2/"
        assert ask("GET", "/").status == 200

    @pytest.mark.parametrize("path", ["/nope", "/v2/x", "/v2/Upper/tags/list", "/v2/a/manifests/-x", "/v1/"])
    def test_what_is_not_there(self, ask: Any, path: str) -> None:
        answer = ask("GET", path)
        assert (answer.status, answer.body) == (404, b"404 page not found\n")

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("PUT", "/v2/a/tags/list", "GET"),
            ("POST", "/v2/_catalog", "GET"),
            ("POST", "/v2/a/manifests/x", "DELETE, GET, HEAD, PUT"),
            ("PATCH", f"/v2/a/blobs/{UNKNOWN}", "DELETE, GET, HEAD"),
        ],
    )
    def test_what_is_not_done(self, ask: Any, method: str, path: str, allowed: str) -> None:
        answer = ask(method, path)
        assert (answer.status, answer.headers["allow"]) == (405, allowed)

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        method=st.sampled_from(["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "NOPE"]),
        path=st.text(st.sampled_from("/v2abcuploadsmnift:.-_%\x00é"), max_size=30).map(
            lambda text: f"/v2/{text}"
        ),
        query=st.text(max_size=20),
        body=st.binary(max_size=20),
    )
    def test_anything(self, method: str, path: str, query: str, body: bytes) -> None:
        answer = FakeRegistry().handle(method, path, query, {}, (body,))
        assert answer.status in (200, 202, 400, 404, 405)

    def test_every_request_is_recorded(self, ask: Any) -> None:
        ask("GET", "/v2/")
        ask("GET", "/v2/nope/tags/list?n=1")
        seen = [
            (request.method, request.path, request.query, request.status) for request in ask.registry.requests
        ]
        assert seen == [("GET", "/v2/", "", 200), ("GET", "/v2/nope/tags/list", "n=1", 404)]


class TestFromPython:
    def test_an_image(self) -> None:
        class Layer:
            blob = Blob.of(b"a tar")

        registry = FakeRegistry()
        image = registry.put_image("app", "1", {"architecture": "amd64"}, [Layer()])
        assert registry.manifest("app", "1") == registry.manifest("app", image.digest) == image
        layer = registry.blob("app", image.document["layers"][0]["digest"])
        assert gzip.decompress(layer.read()) == b"a tar"
        config = registry.blob("app", image.document["config"]["digest"])
        rootfs = {"type": "layers", "diff_ids": [Layer.blob.digest]}
        assert json.loads(config.read()) == {"rootfs": rootfs, "architecture": "amd64"}
        assert registry.put_image("app", "2", config, [b"a tar"]).digest == image.digest
        own = registry.put_image("app", "3", {"rootfs": {}}, [b"a tar"]).document["config"]["digest"]
        assert json.loads(registry.blob("app", own).read()) == {"rootfs": {}}
        with registry.client() as client:
            assert client.image("app:1").layers[0].diff_id == Layer.blob.digest
        assert registry.repositories == ["app"]

    def test_what_is_not_there(self) -> None:
        registry = FakeRegistry()
        for ask in (lambda: registry.manifest("a", "1"), lambda: registry.blob("a", UNKNOWN)):
            with pytest.raises(RegistryError, match=r"unknown|not known"):
                ask()
