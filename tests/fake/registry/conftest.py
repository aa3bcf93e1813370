"""A fake registry, spoken to in this process and over a socket."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import requests

from dockpy.fake.registry import FakeRegistry, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
OCI = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]  # by lower-case names
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def codes(self) -> list[str]:
        return [error["code"] for error in self.json["errors"]]


class Talker:
    """Sends requests to a registry; what a test needs of pushing is here too."""

    def __init__(self, registry: FakeRegistry, send: Callable[..., Answer]) -> None:
        self.registry = registry
        self._send = send
        self.authorization: str | None = None

    def __call__(self, method: str, target: str, body: Any = b"", **headers: str) -> Answer:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.authorization is not None:
            given.setdefault("Authorization", self.authorization)
        parts = urlsplit(target)
        return self._send(method, parts.path, parts.query, given, body)

    def begin(self, name: str = "team/app") -> str:
        answer = self("POST", f"/v2/{name}/blobs/uploads/")
        assert answer.status == 202
        return answer.headers["location"]

    def push(self, data: bytes, name: str = "team/app") -> str:
        answer = self("PUT", f"{self.begin(name)}&digest={digest_of(data)}", data)
        assert answer.status == 201
        return answer.headers["docker-content-digest"]

    def put(self, tag: str, body: bytes, kind: str = OCI, name: str = "team/app") -> Answer:
        return self("PUT", f"/v2/{name}/manifests/{tag}", body, Content_Type=kind)

    def image(self, tag: str, name: str = "team/app", **extra: Any) -> bytes:
        """A manifest that was pushed, with all that it names."""
        config = self.push(b"{}", name)
        layer = self.push(b"a layer", name)
        body = manifest_of(config, layer, **extra)
        assert self.put(tag, body, name=name).status == 201
        return body


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def manifest_of(config: str, *layers: str, kind: str = OCI, **extra: Any) -> bytes:
    described = [{"mediaType": "application/octet-stream", "digest": layer, "size": 7} for layer in layers]
    document = {
        "schemaVersion": 2,
        "mediaType": kind,
        "config": {"mediaType": "application/vnd.test.config", "digest": config, "size": 2},
        "layers": described,
        **extra,
    }
    return json.dumps(document).encode()


@pytest.fixture
def digest() -> Callable[[bytes], str]:
    return digest_of


@pytest.fixture
def manifest() -> Callable[..., bytes]:
    return manifest_of


@pytest.fixture(params=["in process", "socket"])
def talk(request: pytest.FixtureRequest) -> Iterator[Callable[[FakeRegistry], Talker]]:
    """Make a way to a registry."""
    served: list[Any] = []

    def connect(registry: FakeRegistry) -> Talker:
        if request.param == "in process":
            return Talker(registry, lambda *given: _in_process(registry, *given))
        session = requests.Session()
        place = serve(registry)
        served.extend((session, place))
        return Talker(registry, lambda *given: _over_http(session, place.url, *given))

    yield connect
    for one in served:
        one.close()


def _in_process(
    registry: FakeRegistry, method: str, path: str, query: str, headers: dict[str, str], body: Any
) -> Answer:
    pieces = (body,) if isinstance(body, bytes) else body
    answer = registry.handle(method, path, query, {"Host": "registry.test", **headers}, pieces)
    content = b"".join(answer.pieces())
    named = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.status, named, b"" if method == "HEAD" else content)


def _over_http(
    session: requests.Session,
    base: str,
    method: str,
    path: str,
    query: str,
    headers: dict[str, str],
    body: Any,
) -> Answer:
    url = f"{base}{path}{'?' if query else ''}{query}"
    answer = session.request(method, url, data=body or None, headers=headers, allow_redirects=False)
    return Answer(
        answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.content
    )


@pytest.fixture
def ask(talk: Callable[[FakeRegistry], Talker]) -> Talker:
    """A way to an open registry."""
    return talk(FakeRegistry(seed=1))
