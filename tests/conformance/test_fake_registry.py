"""The fake registry beside real ones (distribution 2.8): raw requests, and what they are answered."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import re
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.fake.registry import FakeRegistry, serve

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.engine,
    pytest.mark.real,
    pytest.mark.skipif(not os.environ.get("DOCKPY_TEST_HOSTS"), reason="DOCKPY_TEST_HOSTS names no engine"),
]

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}'
LAYER = b"no real layer"


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def manifest_of(kind: str, config: bytes = CONFIG, *layers: bytes) -> bytes:
    described = [{"mediaType": "x/y", "size": len(layer), "digest": digest_of(layer)} for layer in layers]
    described_config = {"mediaType": "x/y", "size": len(config), "digest": digest_of(config)}
    document = {"schemaVersion": 2, "mediaType": kind, "config": described_config, "layers": described}
    return json.dumps(document).encode()


def index_of(kind: str, item_kind: str, item: bytes) -> bytes:
    platform = {"architecture": "amd64", "os": "linux"}
    described = {"mediaType": item_kind, "digest": digest_of(item), "size": len(item), "platform": platform}
    return json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": [described]}).encode()


class Log:
    """What a registry answered, with what differs from run to run masked."""

    def __init__(self, host: str, **headers: str) -> None:
        self.host = host
        self.headers = headers
        self.lines: list[Any] = []
        self._connection = http.client.HTTPConnection(host)

    def __call__(self, method: str, path: str, body: bytes | None = None, **headers: str) -> dict[str, str]:
        given = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        self._connection.request(method, path, body, given)
        answer = self._connection.getresponse()
        content = self._content(answer)
        said = {name.lower(): value for name, value in answer.getheaders()}
        shown = {
            name: self._masked(value) for name, value in said.items() if name not in ("date", "connection")
        }
        asked = f"{method} {self._masked(path)} {given}"
        self.lines.append((asked, answer.status, shown, self._masked(content.decode())))
        return said

    def _content(self, answer: http.client.HTTPResponse) -> bytes:
        try:
            return answer.read()
        except http.client.IncompleteRead as error:  # distribution 2.8 promises a body of 416, and sends none
            self._connection.close()
            return error.partial

    def _masked(self, text: str) -> str:
        text = re.sub(
            r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>", text.replace(self.host, "<host>")
        )
        text = re.sub(r"_state=[\w%=-]+", "_state=<state>", text)
        return re.sub(r'realm="[^"]*"', "realm=<realm>", text)

    def close(self) -> None:
        self._connection.close()

    def begin(self, name: str) -> str:
        return self("POST", f"/v2/{name}/blobs/uploads/")["location"].partition(self.host)[2]

    def push(self, name: str, data: bytes) -> None:
        self("PUT", f"{self.begin(name)}&digest={digest_of(data)}", data)


def paths(log: Log, name: str) -> None:
    for path in ("/v2/", "/v2", "/", "/nope", "/v2/x", "/v2/Upper/tags/list", f"/v2/{'a' * 300}/tags/list"):
        log("GET", path)
    log("POST", "/v2/")
    log("HEAD", "/v2/")
    for method, path in (
        ("PUT", f"/v2/{name}/tags/list"),
        ("POST", "/v2/_catalog"),
        ("POST", f"/v2/{name}/manifests/x"),
        ("PATCH", f"/v2/{name}/blobs/{digest_of(b'no')}"),
        ("GET", f"/v2/{name}/tags/list"),
        ("GET", f"/v2/{name}/manifests/latest"),
        ("HEAD", f"/v2/{name}/manifests/latest"),
        ("GET", f"/v2/{name}/manifests/-bad"),
        ("GET", f"/v2/{name}/manifests/{digest_of(b'no')}"),
        ("GET", f"/v2/{name}/referrers/{digest_of(b'no')}"),
        ("GET", f"/v2/{name}/blobs/{digest_of(b'no')}"),
        ("HEAD", f"/v2/{name}/blobs/{digest_of(b'no')}"),
        ("GET", f"/v2/{name}/blobs/sha256:abc"),
        ("GET", f"/v2/{name}/blobs/latest"),
    ):
        log(method, path)


def uploads(log: Log, name: str) -> None:
    place = log.begin(name)
    log("GET", place)
    for data in (b"hello", b" worl", b"d"):
        stale, place = place, log("PATCH", place, data)["location"].partition(log.host)[2]
        log("GET", place)
    for method in ("GET", "PATCH", "PUT"):
        log(method, stale)
    log("PUT", place)
    log("PUT", f"{place}&digest=foo")
    log("PUT", f"{place}&digest={digest_of(b'hello world!')}", b"!")
    log("GET", place)
    log("DELETE", place)
    wrong = log.begin(name)
    log("PUT", f"{wrong}&digest={digest_of(b'other')}", b"this")
    log("GET", wrong)
    gone = log.begin(name)
    log("PATCH", gone, b"x", Content_Type="text/plain")
    for method in ("DELETE", "DELETE", "PATCH", "PUT"):
        log(method, gone)
    log("PATCH", gone.partition("?")[0], b"x")
    log("GET", f"/v2/{name}/blobs/uploads/nothing")
    given = digest_of(b"hello world!")
    log("POST", f"/v2/{name}/blobs/uploads/?digest={given}", b"hello world!")
    for target, mount, source in ((name, given, name), (f"{name}x", given, name), (f"{name}x", "bad", name)):
        log("POST", f"/v2/{target}/blobs/uploads/?mount={mount}&from={source}")
    log("POST", f"/v2/{name}/blobs/uploads/?mount={given}")
    blob = f"/v2/{name}/blobs/{given}"
    log("GET", blob)
    log("HEAD", blob)
    log("GET", blob, If_None_Match=f'"{given}"')
    for span in ("bytes=1-3", "bytes=4-", "bytes=-2", "bytes=0-100", "bytes=99-", "bytes=3-1", "garbage"):
        log("GET", blob, Range=span)
    for _ in range(2):
        log("DELETE", blob)
    log("GET", blob)
    log("DELETE", f"/v2/{name}/blobs/bad")


def manifests(log: Log, name: str) -> None:
    log.push(name, CONFIG)
    log.push(name, LAYER)
    base = f"/v2/{name}/manifests/"
    docker, oci = manifest_of(DOCKER, CONFIG, LAYER), manifest_of(OCI, CONFIG, LAYER)
    index, listed = index_of(INDEX, OCI, oci), index_of(LIST, DOCKER, docker)
    for tag, body, kind in (
        ("docker", docker, DOCKER),
        (digest_of(docker), docker, DOCKER),
        (digest_of(b"other"), docker, DOCKER),
        ("docker", docker, OCI),
        ("docker", docker, "application/json"),
        ("none", b"garbage", DOCKER),
        ("none", b"", DOCKER),
        ("none", b"{}", DOCKER),
        ("none", b"{}", "text/plain"),
        ("none", manifest_of(DOCKER, CONFIG, b"missing"), DOCKER),
        ("none", manifest_of(DOCKER, b"no config", b"missing"), DOCKER),
        ("none", index_of(INDEX, OCI, b"missing"), INDEX),
        ("oci", oci, OCI),
        ("index", index, INDEX),
        ("list", listed, LIST),
    ):
        log("PUT", base + tag, body, Content_Type=kind)
    for tag in ("docker", "oci", "index", "list"):
        for accept in (
            DOCKER,
            OCI,
            INDEX,
            LIST,
            "*/*",
            f"{DOCKER}, {LIST}",
            "application/json",
            f"{OCI};q=0.5",
        ):
            log("GET", base + tag, Accept=accept)
        log("GET", base + tag)
    for body in (docker, oci, index, listed):
        log("GET", base + digest_of(body))
    log("HEAD", base + "docker", Accept=DOCKER)
    log("GET", base + "docker", Accept=DOCKER, If_None_Match=digest_of(docker))
    for query in ("", "?n=2", "?n=2&last=docker", "?n=0", "?n=x"):
        log("GET", f"/v2/{name}/tags/list{query}")
    log("GET", "/v2/_catalog?n=100000")
    log("GET", "/v2/_catalog?n=0")
    for reference in ("oci", "nothing", digest_of(b"no"), digest_of(oci), digest_of(oci)):
        log("DELETE", base + reference)
    log("GET", base + "oci")
    log("GET", f"/v2/{name}/tags/list")


@pytest.mark.parametrize("scenario", [paths, uploads, manifests])
def test_as_a_real_one(
    registry: str, new_name: Callable[[], str], scenario: Callable[[Log, str], None]
) -> None:
    """Status, headers and body of every answer."""
    name = f"zz-{new_name()}"
    with serve(FakeRegistry(spec="1.0")) as served:
        real, fake = Log(registry), Log(served.host)
        for log in (real, fake):
            scenario(log, name)
            log.close()
    for expected, found in zip(real.lines, fake.lines, strict=True):
        assert _without_odds(found) == _without_odds(expected)


def _without_odds(line: tuple[str, int, dict[str, str], str]) -> Any:
    asked, status, headers, body = line
    if status == 416:  # it promises a body, and sends none
        headers = {name: value for name, value in headers.items() if name != "content-length"}
    if "/tags/list" in asked and status == 200:  # they come as its file system has them
        body = json.dumps(sorted(json.loads(body)["tags"]))
    return asked, status, headers, body


def test_who_may_as_in_a_real_one(locked_registry: str) -> None:
    with serve(FakeRegistry(users={"tester": "s3cret"}, spec="1.0")) as served:
        real, fake = Log(locked_registry), Log(served.host)
        for log in (real, fake):
            for path in ("/v2/", "/v2/x/tags/list", "/v2/_catalog", "/", "/v2/Upper/x"):
                log("GET", path)
            for user in ("tester:wrong", "nobody:s3cret", "tester:s3cret"):
                log("GET", "/v2/", Authorization="Basic " + base64.b64encode(user.encode()).decode())
            log("GET", "/v2/", Authorization="Basic !!!")
            log("GET", "/v2/", Authorization="Bearer x")
            log("DELETE", "/v2/a/manifests/x")
            log("HEAD", "/v2/a/manifests/x")
            log("POST", f"/v2/a/b/blobs/uploads/?mount={digest_of(b'')}&from=c/d")
            log("POST", "/v2/_catalog")
            log.close()
    assert fake.lines == real.lines
