"""The door to registries in this process: what a requests session sees through it."""

from __future__ import annotations

import hashlib
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
import requests
import urllib3

from dockpy.fake.blobs import Blob
from dockpy.fake.registry import FakeRegistry, huge, serve
from dockpy.registry.door import Door, LocalRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OCTETS = "application/octet-stream"


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.fixture
def registry() -> FakeRegistry:
    return FakeRegistry()


def session_to(find: Callable[[str], LocalRegistry]) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, Door(find))
    return session


@pytest.fixture
def session(registry: FakeRegistry) -> Iterator[requests.Session]:
    def find(host: str) -> FakeRegistry:
        if host == "r.test:5000":
            return registry
        raise ConnectionRefusedError(111, "nobody")

    with session_to(find) as session:
        yield session


def push(session: requests.Session, data: Any, digest: str) -> None:
    begun = session.post("https://r.test:5000/v2/a/blobs/uploads/")
    assert begun.headers["Location"].startswith("https://r.test:5000/v2/a/blobs/uploads/")
    done = session.put(f"{begun.headers['Location']}&digest={digest}", data=data)
    assert (done.status_code, done.headers["Docker-Content-Digest"]) == (201, digest)


@pytest.mark.parametrize("form", ["bytes", "pieces", "file"])
def test_there_and_back(session: requests.Session, form: str, tmp_path: Any) -> None:
    content = bytes(range(256)) * 5000
    path = tmp_path / "content"
    path.write_bytes(content)
    with path.open("rb") as file:
        given = {"bytes": content, "pieces": iter([content[:7], content[7:]]), "file": file}[form]
        push(session, given, digest_of(content))
    url = f"https://r.test:5000/v2/a/blobs/{digest_of(content)}"
    assert session.get(url).content == content
    part = session.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    head = session.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == len(content)


def test_read_as_it_comes(session: requests.Session, registry: FakeRegistry) -> None:
    content = bytes(3_000_000)
    push(session, content, digest_of(content))
    with session.get(f"https://r.test:5000/v2/a/blobs/{digest_of(content)}", stream=True) as answer:
        parts = [answer.raw.read(7), answer.raw.read(1_000_000), answer.raw.read(5_000_000)]
        assert [len(part) for part in parts] == [7, 1_000_000, 1_999_993]
        assert answer.raw.read(1) == b""


def test_the_same_as_over_a_socket(registry: FakeRegistry, session: requests.Session) -> None:
    with serve(registry) as served, requests.Session() as real:
        real.trust_env = False
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
            for path in ("/v2/", "/v2", "/v2/a/tags/list", "/v2/a/manifests/a%3A1", "/v2/_catalog?n=0", "/x"):
                seen = []
                for way, base in ((session, "http://r.test:5000"), (real, served.url)):
                    answer = way.request(method, base + path, allow_redirects=False)
                    headers = {
                        name.lower(): value for name, value in answer.headers.items() if name != "Date"
                    }
                    seen.append((answer.status_code, headers, answer.content, answer.reason))
                assert seen[0] == seen[1], (method, path)
        assert len(registry.requests) == 60


def test_nobody_is_there(session: requests.Session) -> None:
    with pytest.raises(requests.exceptions.ConnectionError) as caught:
        session.get("http://other.test/v2/")
    (cause,) = caught.value.args
    assert isinstance(cause, urllib3.exceptions.MaxRetryError)
    assert isinstance(cause.reason, urllib3.exceptions.NewConnectionError)
    assert "other.test" in str(caught.value)


def test_the_connection_is_reset(registry: FakeRegistry, session: requests.Session) -> None:
    with registry.fail(reset=True), pytest.raises(requests.exceptions.ConnectionError, match="aborted"):
        session.get("http://r.test:5000/v2/")
    assert session.get("http://r.test:5000/v2/").status_code == 200


def test_the_connection_ends_early(registry: FakeRegistry, session: requests.Session) -> None:
    content = bytes(1000)
    push(session, content, digest_of(content))
    url = f"http://r.test:5000/v2/a/blobs/{digest_of(content)}"
    with registry.fail("GET", cut=10):
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            session.get(url)
        with session.get(url, stream=True) as answer:
            assert answer.raw.read(100) == bytes(10)
            with pytest.raises(urllib3.exceptions.ProtocolError):
                answer.raw.read(100)
    with (
        registry.fail("GET", headers={"Content-Length": "2000"}),
        pytest.raises(requests.exceptions.ChunkedEncodingError, match="1000 more expected"),
    ):
        session.get(url)
    with registry.fail("GET", headers={"Content-Length": "7"}):
        assert session.get(url).content == bytes(7)  # what follows is not of this answer


def test_what_fails_while_it_is_sent_is_the_callers(session: requests.Session) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x"
        raise ValueError("not the registry's fault")

    place = session.post("http://r.test:5000/v2/a/blobs/uploads/").headers["Location"]
    with pytest.raises(ValueError, match="not the registry's"):
        session.patch(place, data=pieces())


def test_what_is_not_read_is_given_up() -> None:
    closed = []

    class Answer:
        status = 200
        headers: dict[str, str] = {}

        def pieces(self) -> Iterator[bytes]:
            try:
                while True:
                    yield b"x" * 1000
            finally:
                closed.append(True)

    class Endless:
        def handle(self, *given: Any) -> Answer:
            return Answer()

    with session_to(lambda host: Endless()) as session:
        answer = session.get("http://r.test/", stream=True)
        assert len(answer.raw.read(12_345)) == 12_345
        assert closed == []
        answer.close()
        assert closed == [True]


def test_a_gigabyte_passes_in_bounded_memory(registry: FakeRegistry, session: requests.Session) -> None:
    tracemalloc.start()
    with (
        registry.fail("GET", answer=huge(1 << 30)),
        session.get("http://r.test:5000/v2/a/manifests/1", stream=True) as answer,
    ):
        taken = sum(map(len, iter(lambda: answer.raw.read(1 << 18), b"")))
    assert taken == 1 << 30
    writer = Blob.from_pieces(bytes(1 << 20) for _ in range(64))
    push(session, writer.pieces(), writer.digest)
    with session.get(f"http://r.test:5000/v2/a/blobs/{writer.digest}", stream=True) as answer:
        taken = sum(map(len, iter(lambda: answer.raw.read(1 << 18), b"")))
    assert taken == writer.size
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20  # 4 MiB of what is received are held before a file is made of them
