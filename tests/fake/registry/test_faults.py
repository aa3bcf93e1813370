"""What goes wrong in a fake registry on purpose, and a registry that is served."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests

from dockpy.fake.blobs import Blob
from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.registry import (
    FakeRegistry,
    RateLimit,
    Refusal,
    RegistrySession,
    ServedRegistry,
    serve,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def registry() -> FakeRegistry:
    registry = FakeRegistry()

    class Layer:
        blob = Blob.of(bytes(100_000))

    registry.put_image("app", "1", {"architecture": "amd64"}, [Layer()])
    return registry


@pytest.fixture
def served(registry: FakeRegistry) -> Iterator[ServedRegistry]:
    with serve(registry) as place:
        yield place


@pytest.fixture
def layer(registry: FakeRegistry) -> str:
    digest: str = registry.manifest("app", "1").document["layers"][0]["digest"]
    return digest


def session(registry: FakeRegistry, **others: FakeRegistry) -> RegistrySession:
    hosts = {"r.test": registry, **{name.replace("_", "."): other for name, other in others.items()}}
    return RegistrySession("r.test", "app", hosts.__getitem__)


class TestFaults:
    def test_a_status(self, registry: FakeRegistry, served: ServedRegistry) -> None:
        with registry.fail("GET", "*/manifests/*", status=503, headers={"Retry-After": "7"}) as fault:
            answer = requests.get(f"{served.url}/v2/app/manifests/1", timeout=10)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
            assert answer.json()["errors"][0]["code"] == "UNKNOWN"
            assert requests.get(f"{served.url}/v2/", timeout=10).status_code == 200
            with pytest.raises(
                Refusal, match="received unexpected HTTP status: 503 Service Unavailable"
            ) as caught:
                session(registry).manifest("1")
            assert caught.value.retry
        assert fault.hits == 2
        assert requests.get(f"{served.url}/v2/app/manifests/1", timeout=10).status_code == 200

    def test_a_few_times_after_a_few(self, registry: FakeRegistry) -> None:
        registry.fail(status=429, code="TOOMANYREQUESTS", times=2, after=1)
        statuses = [registry.handle("GET", "/v2/").status for _ in range(5)]
        assert statuses == [200, 429, 429, 200, 200]
        registry.fail(status=500)
        registry.faults.clear()
        assert registry.handle("GET", "/v2/").status == 200

    def test_cut(self, registry: FakeRegistry, served: ServedRegistry, layer: str) -> None:
        registry.fail("GET", "*/blobs/*", cut=10)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            requests.get(f"{served.url}/v2/app/blobs/{layer}", timeout=10)
        with pytest.raises(Refusal, match="unexpected EOF") as caught:
            session(registry).blob(layer)
        assert caught.value.retry

    def test_corrupt(self, registry: FakeRegistry, served: ServedRegistry, layer: str) -> None:
        registry.fail("GET", corrupt=True)
        content = requests.get(f"{served.url}/v2/app/blobs/{layer}", timeout=10).content
        assert len(content) == registry.blob("app", layer).size
        assert Blob.of(content).digest != layer
        assert session(registry).blob(layer).digest != layer
        digest = registry.manifest("app", "1").digest
        with pytest.raises(Refusal, match=f"manifest verification failed for digest {digest}"):
            session(registry).manifest(digest)

    def test_reset(self, registry: FakeRegistry, served: ServedRegistry) -> None:
        registry.fail("GET", "/v2/", reset=True)
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(f"{served.url}/v2/", timeout=10)
        with pytest.raises(Refusal, match=r'^Get "https://r.test/v2/": EOF$'):
            session(registry).manifest("1")
        assert [request.status for request in registry.requests] == [0, 0]

    def test_sent_elsewhere(self, registry: FakeRegistry, layer: str) -> None:
        """What a client says of itself stays with the registry that it is meant for."""
        guarded = FakeRegistry(users={"ann": "s3cret"}, public=True)
        seen: list[Any] = []

        class Elsewhere(FakeRegistry):
            def handle(
                self, method: Any, path: Any, query: Any = "", headers: Any = None, body: Any = ()
            ) -> Any:
                seen.append(dict(headers))
                return registry.handle(method, path, query, headers, body)

        guarded.fail("GET", "*/blobs/*", redirect="http://cdn.test")
        hosts = {"r.test": guarded, "cdn.test": Elsewhere()}
        from dockpy.fake.registry import Credentials

        way = RegistrySession("r.test", "app", hosts.__getitem__, credentials=Credentials("ann", "s3cret"))
        assert way.blob(layer).digest == layer
        assert seen
        assert all("authorization" not in headers for headers in seen)

    def test_in_circles(self, registry: FakeRegistry, layer: str) -> None:
        registry.fail("GET", "*/blobs/*", redirect="http://r.test")
        with pytest.raises(Refusal, match="stopped after 10 redirects"):
            session(registry).blob(layer)

    def test_rate_limit(self, registry: FakeRegistry) -> None:
        clock = ManualClock()
        limited = FakeRegistry(clock=clock, store=registry._store)
        limited.rate_limit = RateLimit(2, seconds=100)
        accept = {"Accept": "*/*"}
        path = "/v2/app/manifests/1"
        for left in ("1;w=100", "0;w=100"):
            assert limited.handle("HEAD", path, "", accept).status == 200
            answer = limited.handle("GET", path, "", accept)
            assert (answer.status, answer.headers["Ratelimit-Remaining"]) == (200, left)
        clock.advance(40)
        answer = limited.handle("GET", path, "", accept)
        assert (answer.status, answer.headers["Retry-After"]) == (429, "60")
        with pytest.raises(
            Refusal, match=r"^toomanyrequests: You have reached your pull rate limit"
        ) as caught:
            session(limited).manifest("1")
        assert caught.value.of_pull("app", "app:1", "1.51").status == 429
        assert caught.value.of_pull("app", "app:1", "1.41").status == 500
        clock.advance(60)
        assert limited.handle("GET", path, "", accept).status == 200


class TestServed:
    def test_what_is_no_http(self, served: ServedRegistry) -> None:
        """Engines try TLS first: what they get must be HTTP."""
        host, port = served.host.split(":")
        for nonsense in (b"\x16\x03\x01\x02\x00\x01\x00\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"):
            with socket.create_connection((host, int(port))) as connection:
                connection.sendall(nonsense)
                answer = b"".join(iter(lambda: connection.recv(1000), b""))
            assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert requests.get(f"{served.url}/v2/", timeout=10).status_code == 200

    @pytest.mark.parametrize(
        "head", ["Content-Length: x", "Content-Length: 9", "Transfer-Encoding: chunked\r\n\r\nzz"]
    )
    def test_a_body_that_is_none(self, served: ServedRegistry, head: str) -> None:
        host, port = served.host.split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(f"PUT /v2/a/manifests/x HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
            connection.shutdown(socket.SHUT_WR)
            assert b"200 OK" not in connection.recv(1000)
        assert requests.get(f"{served.url}/v2/", timeout=10).status_code == 200

    def test_connections_are_kept(self, served: ServedRegistry) -> None:
        with requests.Session() as session:
            for _ in range(3):
                assert session.get(f"{served.url}/v2/").status_code == 200
                assert session.put(f"{served.url}/v2/a/manifests/x", data=b"{}").status_code == 400
                assert session.post(f"{served.url}/v2/nope", data=bytes(100)).status_code == 404

    def test_closed(self, registry: FakeRegistry) -> None:
        before = threading.active_count()
        place = serve(registry)
        with requests.Session() as session:
            session.get(f"{place.url}/v2/")
            place.close()  # with a connection that is open still
            assert threading.active_count() == before
            with pytest.raises(requests.exceptions.ConnectionError):
                session.get(f"{place.url}/v2/")

    def test_many_at_once(self, served: ServedRegistry, registry: FakeRegistry) -> None:
        def push(number: int) -> None:
            data = bytes([number]) * 50_000
            place = requests.post(f"{served.url}/v2/many/blobs/uploads/", timeout=20).headers["Location"]
            digest = Blob.of(data).digest
            assert requests.put(f"{place}&digest={digest}", data=data, timeout=20).status_code == 201

        threads = [threading.Thread(target=push, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = registry.repository("many")
        assert found is not None
        assert len(found.blobs) == 20
