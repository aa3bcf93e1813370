"""Blobs that are put into registries: at once, after something broke, and not at all."""

from __future__ import annotations

import random
import threading
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from registry_content import digest_of

from dockpy.config.credentials import Credentials
from dockpy.errors import (
    ApiError,
    ConnectionFailed,
    DigestMismatch,
    Forbidden,
    InvalidReference,
    InvalidResponse,
    RateLimited,
    ServerError,
    TruncatedResponse,
    Unauthorized,
)
from dockpy.fake.blobs import Blob
from dockpy.fake.registry import FakeRegistry, RegistryAnswer, RegistryRequest, serve
from dockpy.registry.blobs import BytesBlob
from dockpy.registry.cancel import Cancel, Cancelled
from dockpy.registry.session import RegistrySession
from dockpy.registry.uploads import has_blob, mount_blob, upload_blob, upload_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake.registry import ServedRegistry
    from dockpy.registry.progress import TransferProgress

MIB = 1024 * 1024
CONTENT = random.Random(5).randbytes(3 * MIB + 17)
NAME = "team/app"
UPLOADS = f"/v2/{NAME}/blobs/uploads/*"


DIGEST = digest_of(CONTENT)


class Source:
    """A blob in pieces; it remembers from where it was opened."""

    def __init__(self, content: bytes = CONTENT, digest: str = DIGEST, size: int | None = None) -> None:
        self.content = content
        self.digest = digest
        self.size = len(content) if size is None else size
        self.opened: list[int] = []

    def open(self, offset: int = 0) -> Iterator[bytes]:
        self.opened.append(offset)
        for at in range(offset, len(self.content), 100_000):
            yield self.content[at : at + 100_000]


@pytest.fixture(params=["1.0", "1.1"])
def served(request: pytest.FixtureRequest) -> Iterator[ServedRegistry]:
    with serve(FakeRegistry(spec=request.param)) as served:
        yield served


@pytest.fixture
def newer() -> Iterator[ServedRegistry]:
    """A registry in which an upload that broke goes on."""
    with serve(FakeRegistry()) as served:
        yield served


@pytest.fixture
def session(served: ServedRegistry) -> Iterator[RegistrySession]:
    session = RegistrySession(served.host, timeout=20)
    yield session
    session.close()


@pytest.fixture
def newer_session(newer: ServedRegistry) -> Iterator[RegistrySession]:
    session = RegistrySession(newer.host, timeout=20)
    yield session
    session.close()


def stored(served: ServedRegistry, digest: str = DIGEST, name: str = NAME) -> bytes:
    return served.registry.blob(name, digest).read()


def methods(served: ServedRegistry) -> str:
    return " ".join(f"{request.method}{request.status}" for request in served.registry.requests)


def nothing_left(served: ServedRegistry) -> bool:
    """No upload is open; and the blob is not there."""
    repository = served.registry.repository(NAME)
    return not served.registry._uploads._open and (repository is None or not repository.blobs)


def breaking(served: ServedRegistry, after: int) -> Callable[[RegistryRequest], Any]:
    """The connection breaks once so many bytes have arrived."""
    inside = [False]

    def answer(request: RegistryRequest) -> RegistryAnswer | None:
        if inside[0]:  # by ourselves
            return None

        def pieces() -> Iterator[bytes]:
            left = after
            for piece in request.pieces:
                yield piece[:left]
                left -= len(piece)
                if left <= 0:
                    raise ConnectionResetError("it breaks on purpose")

        inside[0] = True
        try:
            return served.registry.handle(
                request.method, request.path, request.query, request.headers, pieces()
            )
        finally:
            inside[0] = False

    return answer


# At once


@pytest.mark.parametrize("content", [b"", b"x", CONTENT[: 256 * 1024], CONTENT[: 256 * 1024 + 1], CONTENT])
def test_it_is_there(served: ServedRegistry, session: RegistrySession, content: bytes) -> None:
    digest = digest_of(content)
    assert not has_blob(session, NAME, digest)
    assert upload_blob(session, NAME, Source(content, digest)) == "done"
    assert stored(served, digest) == content
    assert has_blob(session, NAME, digest)


def test_a_large_one_is_streamed_and_a_small_one_goes_with_the_end(
    served: ServedRegistry, session: RegistrySession
) -> None:
    upload_blob(session, NAME, Source())
    assert methods(served) == "HEAD404 POST202 PATCH202 PUT201"
    served.registry.requests.clear()
    upload_bytes(session, NAME, b"small", digest_of(b"small"))
    assert methods(served) == "HEAD404 POST202 PUT201"


def test_one_that_is_there_is_not_sent(served: ServedRegistry, session: RegistrySession) -> None:
    upload_blob(session, NAME, Source())
    served.registry.requests.clear()
    source = Source()
    assert upload_blob(session, NAME, source) == "exists"
    assert methods(served) == "HEAD200"
    assert source.opened == []


@pytest.mark.parametrize("algorithm", ["sha384", "sha512"])
@pytest.mark.parametrize("content", [b"small", CONTENT], ids=["small", "large"])
def test_digests_of_other_algorithms(
    served: ServedRegistry, session: RegistrySession, algorithm: str, content: bytes
) -> None:
    digest = digest_of(content, algorithm)
    upload_blob(session, NAME, BytesBlob(content, digest))
    assert stored(served, digest) == content


@pytest.mark.parametrize("digest", ["sha256:1", "md5:" + "0" * 32, "sha256:" + "0" * 63 + "/"])
def test_digests_that_cannot_be_verified(
    served: ServedRegistry, session: RegistrySession, digest: str
) -> None:
    with pytest.raises(InvalidReference):
        upload_blob(session, NAME, Source(digest=digest))
    with pytest.raises(InvalidReference):
        has_blob(session, NAME, digest)
    assert served.registry.requests == []


def test_progress(served: ServedRegistry, session: RegistrySession) -> None:
    events: list[TransferProgress] = []
    upload_blob(session, NAME, Source(), progress=events.append)
    assert [event.kind for event in events if event.kind != "progress"] == ["started", "done"]
    passed = [event.current for event in events]
    assert passed == sorted(passed)
    assert len(passed) > 30
    assert {(event.digest, event.total) for event in events} == {(DIGEST, len(CONTENT))}
    assert events[-1].current == len(CONTENT)
    assert events[0].subject == f"blob {DIGEST} of {served.host}/{NAME}"


@pytest.mark.parametrize(
    "location",
    [
        "{path}?{query}",
        "{id}?{query}",
        "../uploads/{id}?{query}#part",
        "{base}{path}?{query}&a=b%2Fc&d=",
        "//{host}{path}?{query}",
    ],
)
def test_locations_of_every_form(
    newer: ServedRegistry, newer_session: RegistrySession, location: str
) -> None:
    def answer(request: RegistryRequest) -> RegistryAnswer:
        usual = newer.registry.handle(
            request.method, request.path, request.query, request.headers, request.pieces
        )
        path, _, query = usual.headers["Location"].removeprefix(newer.url).partition("?")
        form = {"path": path, "query": query, "id": path.rpartition("/")[2], "base": newer.url}
        usual.headers["Location"] = location.format(host=newer.host, **form)
        return usual

    newer.registry.fail("POST", answer=answer, times=1)
    newer.registry.fail("PATCH", answer=answer, times=1)
    assert upload_blob(newer_session, NAME, Source()) == "done"
    assert stored(newer) == CONTENT
    (put,) = [request for request in newer.registry.requests if request.method == "PUT"]
    assert put.query.count("digest=") == put.query.count("_state=") == 1
    assert ("a=b%2Fc&d=" in put.query) == ("a=b" in location)


def test_a_location_that_is_missing(newer: ServedRegistry, newer_session: RegistrySession) -> None:
    newer.registry.fail("POST", headers={"Location": None})
    with pytest.raises(InvalidResponse, match="does not say where"):
        upload_blob(newer_session, NAME, Source())


def test_a_location_elsewhere() -> None:
    """Nobody there learns who we are."""
    with serve(locked("1.1")) as served, serve(FakeRegistry()) as other:
        session = logged_in(served)
        begun = other.registry.handle("POST", f"/v2/{NAME}/blobs/uploads/").headers["Location"]
        place = begun.replace("http://registry", other.url)
        served.registry.fail("POST", headers={"Location": place})
        assert upload_blob(session, NAME, Source()) == "done"
        session.close()
        assert stored(other) == CONTENT
        assert [request.method for request in other.registry.requests if request.authorization] == []


# Connections that break


def test_it_goes_on_where_the_registry_says(newer: ServedRegistry, newer_session: RegistrySession) -> None:
    ranges: list[str | None] = []
    seen: Any = lambda request: ranges.append(request.headers.get("content-range"))  # noqa: E731
    newer.registry.fail("PATCH", answer=seen)
    newer.registry.fail("PATCH", answer=breaking(newer, 1_234_567), times=1)
    source = Source()
    events: list[TransferProgress] = []
    assert upload_blob(newer_session, NAME, source, progress=events.append) == "done"
    assert stored(newer) == CONTENT
    assert source.opened == [0, 1_234_567]
    assert ranges[0] is None
    assert ranges[-1] == f"1234567-{len(CONTENT) - 1}"
    assert methods(newer) == "HEAD404 POST202 PATCH0 PATCH0 GET204 PATCH202 PUT201"
    (retry,) = [event for event in events if event.kind == "retry"]
    assert retry.reason


def test_it_begins_again_where_the_registry_cannot_go_on() -> None:
    with serve(FakeRegistry(spec="1.0")) as older:
        session = RegistrySession(older.host)
        older.registry.fail("PATCH", answer=breaking(older, 1_234_567), times=1)
        source = Source()
        assert upload_blob(session, NAME, source) == "done"
        session.close()
        assert stored(older) == CONTENT
        assert source.opened == [0, 0]
        assert methods(older).startswith(
            "HEAD404 POST202 PATCH0 PATCH0 GET404 HEAD404 POST202 PATCH202 PUT201"
        )


def test_it_breaks_again_and_again_and_gets_on(newer: ServedRegistry, newer_session: RegistrySession) -> None:
    newer.registry.fail("PATCH", answer=breaking(newer, 250_000))
    source = Source()
    assert upload_blob(newer_session, NAME, source) == "done"
    assert stored(newer) == CONTENT
    assert source.opened == list(range(0, len(CONTENT), 250_000))


def test_it_does_not_try_for_ever(served: ServedRegistry, session: RegistrySession) -> None:
    served.registry.fail("PATCH", reset=True)
    with pytest.raises(ConnectionFailed) as caught:
        upload_blob(session, NAME, Source())
    assert methods(served).count("PATCH0") == 5
    assert caught.value.daemon == session.url
    assert nothing_left(served)


def test_the_answer_to_the_last_request_is_lost(served: ServedRegistry, session: RegistrySession) -> None:
    """The blob is there, and the upload is not any more."""

    def answer(request: RegistryRequest) -> RegistryAnswer:
        served.registry.handle(request.method, request.path, request.query, request.headers, request.pieces)
        raise ConnectionResetError("it breaks on purpose")

    served.registry.fail("PUT", answer=answer, times=1)
    assert upload_blob(session, NAME, Source()) == "exists"
    assert methods(served).count("PATCH") == 1
    assert stored(served) == CONTENT


@pytest.mark.parametrize("method", ["HEAD", "POST", "PATCH", "PUT"])
def test_a_registry_that_is_busy(served: ServedRegistry, session: RegistrySession, method: str) -> None:
    served.registry.fail(method, status=503, code="UNAVAILABLE", times=2)
    assert upload_blob(session, NAME, Source()) == "done"
    assert stored(served) == CONTENT


def test_a_registry_that_stays_busy(served: ServedRegistry, session: RegistrySession) -> None:
    served.registry.fail("PUT", status=500)
    with pytest.raises(ServerError):
        upload_blob(session, NAME, Source())
    assert nothing_left(served)


def test_a_registry_that_wants_us_to_wait(newer: ServedRegistry, newer_session: RegistrySession) -> None:
    newer.registry.fail("PATCH", status=429, code="TOOMANYREQUESTS", headers={"Retry-After": "0"}, times=2)
    assert upload_blob(newer_session, NAME, Source()) == "done"
    newer.registry.fail("PATCH", status=429, code="TOOMANYREQUESTS", headers={"Retry-After": "3600"})
    with pytest.raises(RateLimited) as caught:
        upload_blob(newer_session, "team/other", Source())
    assert caught.value.retry_after == 3600


@pytest.mark.parametrize("status", [400, 416])
def test_a_registry_that_does_not_go_on_from_where_it_says(
    newer: ServedRegistry, newer_session: RegistrySession, status: int
) -> None:
    newer.registry.fail("PATCH", answer=breaking(newer, 1_234_567), times=1)
    newer.registry.fail("PATCH", status=status, code="RANGE_INVALID", times=1, after=2)
    source = Source()
    assert upload_blob(newer_session, NAME, source) == "done"
    assert stored(newer) == CONTENT
    assert source.opened[-1] == 0
    assert not newer.registry._uploads._open


@pytest.mark.parametrize("said", ["0-99999999", "", "bytes 0-5", "5-9", "0-", "x"])
def test_a_registry_that_talks_nonsense(
    newer: ServedRegistry, newer_session: RegistrySession, said: str
) -> None:
    newer.registry.fail("PATCH", answer=breaking(newer, 1_234_567), times=1)
    newer.registry.fail("GET", headers={"Range": said}, times=1)
    assert upload_blob(newer_session, NAME, Source()) == "done"
    assert stored(newer) == CONTENT


def test_chunks_of_a_least_length() -> None:
    with serve(FakeRegistry(chunk=2 * MIB)) as served:
        session = RegistrySession(served.host)
        served.registry.fail("PATCH", answer=breaking(served, 1_234_567), times=1)
        assert upload_blob(session, NAME, Source()) == "done"
        session.close()
        assert stored(served) == CONTENT


# Who we are


def locked(spec: Any) -> FakeRegistry:
    return FakeRegistry(users={"tester": "s3cret"}, token_auth=True, spec=spec)


def logged_in(served: ServedRegistry, password: str = "s3cret") -> RegistrySession:
    who = Credentials(username="tester", password=password)
    return RegistrySession(served.host, credentials=lambda: who, timeout=20)


@pytest.mark.parametrize("spec", ["1.0", "1.1"])
@pytest.mark.parametrize("expires", ["started", "progress", "retry"])
def test_tokens_that_expire_in_the_midst(spec: str, expires: str) -> None:
    with serve(locked(spec)) as served:
        session = logged_in(served)
        left = [2]

        def progress(event: TransferProgress) -> None:
            if event.kind == expires and left[0]:
                left[0] -= 1
                served.registry.expire_tokens()

        if expires == "retry":
            served.registry.fail("PATCH", answer=breaking(served, 1_234_567), times=1)
        assert upload_blob(session, NAME, Source(), progress=progress) == "done"
        session.close()
        assert left[0] < 2
        assert stored(served) == CONTENT
        assert "401" in methods(served)


def test_a_wrong_password() -> None:
    with serve(locked("1.1")) as served:
        session = logged_in(served, "wrong")
        with pytest.raises(Unauthorized):
            upload_blob(session, NAME, Source())
        session.close()
        assert nothing_left(served)


# Sources that are not what they say


@pytest.mark.parametrize("content", [b"something else", bytes(len(CONTENT))], ids=["small", "large"])
def test_another_content(served: ServedRegistry, session: RegistrySession, content: bytes) -> None:
    with pytest.raises(DigestMismatch) as caught:
        upload_blob(session, NAME, Source(content))
    assert (caught.value.expected, caught.value.actual) == (DIGEST, digest_of(content))
    assert nothing_left(served)
    assert "PUT" not in methods(served)


@pytest.mark.parametrize("size", [5, len(CONTENT) - 1, len(CONTENT) + 1])
def test_another_size(newer: ServedRegistry, newer_session: RegistrySession, size: int) -> None:
    expected = TruncatedResponse if size > len(CONTENT) else InvalidResponse
    with pytest.raises(expected):
        upload_blob(newer_session, NAME, Source(size=size))
    assert nothing_left(newer)


def test_a_source_that_fails(newer: ServedRegistry, newer_session: RegistrySession) -> None:
    """It is not tried again: that is the source's own affair."""

    class Failing(Source):
        def open(self, offset: int = 0) -> Iterator[bytes]:
            self.opened.append(offset)
            yield CONTENT[:MIB]
            raise ConnectionFailed("the source went away", daemon="http://elsewhere")

    source = Failing()
    with pytest.raises(ConnectionFailed, match="the source went away") as caught:
        upload_blob(newer_session, NAME, source)
    assert caught.value.daemon == "http://elsewhere"
    assert source.opened == [0]
    assert nothing_left(newer)


@pytest.mark.parametrize(
    ("status", "error"), [(403, Forbidden), (413, ApiError), (429, RateLimited), (400, ApiError)]
)
@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_a_registry_that_does_not_take_it(
    newer: ServedRegistry, newer_session: RegistrySession, method: str, status: int, error: type[ApiError]
) -> None:
    newer.registry.fail(method, status=status, code="DENIED", message="not today")
    with pytest.raises(error, match="not today"):
        upload_blob(newer_session, NAME, Source())
    assert nothing_left(newer)


def test_a_registry_that_stores_something_else(newer: ServedRegistry, newer_session: RegistrySession) -> None:
    other = digest_of(b"other")
    newer.registry.fail("PUT", headers={"Docker-Content-Digest": other})
    with pytest.raises(DigestMismatch, match="stored") as caught:
        upload_blob(newer_session, NAME, Source())
    assert (caught.value.expected, caught.value.actual) == (DIGEST, other)


# From another repository


def test_it_is_mounted(served: ServedRegistry, session: RegistrySession) -> None:
    upload_blob(session, "team/base", Source())
    served.registry.requests.clear()
    assert upload_blob(session, NAME, Source(), mount_from="team/base") == "mounted"
    assert methods(served) == "HEAD404 POST201"
    assert stored(served) == CONTENT
    assert mount_blob(session, "team/third", DIGEST, "team/base") is None
    assert stored(served, name="team/third") == CONTENT


@pytest.mark.parametrize("refused", [None, 400, 401, 403, 404])
def test_it_is_sent_where_it_cannot_be_mounted(
    served: ServedRegistry, session: RegistrySession, refused: int | None
) -> None:
    if refused is not None:
        served.registry.fail("POST", status=refused, times=1)
    source = Source()
    assert upload_blob(session, NAME, source, mount_from="team/nowhere") == "done"
    assert stored(served) == CONTENT
    assert source.opened == [0]
    assert (methods(served).count("POST") == 1) == (refused is None)


# Ended from another thread


def test_nothing_is_left_of_one_that_is_cancelled(
    newer: ServedRegistry, newer_session: RegistrySession
) -> None:
    cancel = Cancel()

    def progress(event: TransferProgress) -> None:
        if event.current > MIB:
            cancel.set()

    with pytest.raises(Cancelled):
        upload_blob(newer_session, NAME, Source(), progress=progress, cancel=cancel)
    assert nothing_left(newer)
    newer.registry.requests.clear()
    with pytest.raises(Cancelled):
        upload_blob(newer_session, NAME, Source(), cancel=cancel)
    assert newer.registry.requests == []


def test_one_that_waits_for_its_next_try_is_cancelled(
    newer: ServedRegistry, newer_session: RegistrySession
) -> None:
    cancel, tried = Cancel(), threading.Event()
    newer.registry.fail("PATCH", status=503)

    def progress(event: TransferProgress) -> None:
        if event.kind == "retry":
            tried.set()

    def end() -> None:
        tried.wait(60)
        cancel.set()

    other = threading.Thread(target=end)
    other.start()
    with pytest.raises(Cancelled):
        upload_blob(newer_session, NAME, Source(), progress=progress, cancel=cancel)
    other.join()
    assert nothing_left(newer)


# Memory


def test_it_takes_no_memory_to_speak_of(newer: ServedRegistry, newer_session: RegistrySession) -> None:
    size = 64 * MIB
    blob = Blob.from_pieces(random.Random(number).randbytes(MIB) for number in range(64))

    class Large:
        digest = blob.digest
        size = blob.size

        def open(self, offset: int = 0) -> Iterator[bytes]:
            return blob.pieces(offset)

    tracemalloc.start()
    try:
        assert upload_blob(newer_session, NAME, Large()) == "done"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert newer.registry.blob(NAME, blob.digest).size == size
    assert peak < 16 * MIB  # the registry is in this process too
