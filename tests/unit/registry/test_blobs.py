"""Blobs that are read from registries: honest ones, broken ones, and such as mean no good."""

from __future__ import annotations

import os
import random
import threading
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry_content import digest_of

from dockpy.errors import (
    ConnectionFailed,
    DigestMismatch,
    InvalidArgument,
    InvalidReference,
    InvalidResponse,
    NotFound,
    TruncatedResponse,
)
from dockpy.fake.blobs import Blob
from dockpy.fake.registry import FakeRegistry, RegistryAnswer, RegistryRequest, serve
from dockpy.registry.blobs import BlobStream, BytesBlob, RegistryBlob, verified
from dockpy.registry.content_hash import ContentHash, HashBeside
from dockpy.registry.session import RegistrySession
from dockpy.wire.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dockpy.fake.registry import ServedRegistry

MIB = 1024 * 1024
CONTENT = random.Random(5).randbytes(3 * MIB + 17)
NAME = "team/app"
BLOBS = f"/v2/{NAME}/blobs/*"


DIGEST = digest_of(CONTENT)


def put(registry: FakeRegistry, content: bytes, digest: str | None = None) -> str:
    """Put a blob there, perhaps under a digest that is not its own."""
    digest = digest or digest_of(content)
    registry.put_image(NAME, "1", {}, [])  # makes the repository
    repository = registry.repository(NAME)
    assert repository is not None
    repository.blobs[digest] = Blob.of(content)
    return digest


@pytest.fixture
def served() -> Iterator[ServedRegistry]:
    with serve(FakeRegistry()) as served:
        put(served.registry, CONTENT)
        served.registry.requests.clear()
        yield served


@pytest.fixture
def session(served: ServedRegistry) -> Iterator[RegistrySession]:
    session = RegistrySession(served.host, timeout=20)
    yield session
    session.close()


def blob_of(session: RegistrySession, digest: str = DIGEST, size: int = len(CONTENT)) -> RegistryBlob:
    return RegistryBlob(
        session, NAME, Document.of({"digest": digest, "size": size, "mediaType": "x/y"}, "oci.OCIDescriptor")
    )


def answering(body: bytes, status: int = 200, **headers: str) -> Callable[[RegistryRequest], RegistryAnswer]:
    """An answer that is as it is given; without a length it ends with its connection."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if "Content-Length" not in given:
        given["Connection"] = "close"
    return lambda request: RegistryAnswer(status, dict(given), body)


# Reading


def test_it_is_read_whole(session: RegistrySession, served: ServedRegistry) -> None:
    with BlobStream(session, NAME, DIGEST) as blob:
        assert (blob.digest, blob.size) == (DIGEST, len(CONTENT))
        assert blob.read() == CONTENT
        assert blob.read() == blob.read(5) == b""
    assert [request.method for request in served.registry.requests] == ["GET"]


def test_it_is_iterated_over(session: RegistrySession) -> None:
    with BlobStream(session, NAME, DIGEST) as blob:
        first = blob.read(5)
        pieces = list(blob)
    assert first + b"".join(pieces) == CONTENT
    assert max(map(len, pieces)) <= MIB


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[FakeRegistry, RegistrySession]]:
    """One registry for many examples."""
    registry = FakeRegistry()
    with serve(registry) as served:
        session = RegistrySession(served.host)
        yield registry, session
        session.close()


@given(sizes=st.lists(st.integers(0, 100_000), max_size=40), content=st.binary(max_size=200_000))
def test_read_gives_as_many_bytes_as_it_is_asked_for(
    shared: tuple[FakeRegistry, RegistrySession], sizes: list[int], content: bytes
) -> None:
    registry, session = shared
    with BlobStream(session, NAME, put(registry, content)) as blob:
        at = 0
        for size in sizes:
            assert blob.read(size) == content[at : at + size]
            at += size
        assert blob.read() == content[at:]


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("content", [b"", b"x", CONTENT], ids=["empty", "tiny", "large"])
def test_digests_of_every_algorithm(
    served: ServedRegistry, session: RegistrySession, algorithm: str, content: bytes
) -> None:
    digest = put(served.registry, content, digest_of(content, algorithm))
    with BlobStream(session, NAME, digest) as blob:
        assert blob.read() == content
    wrong = put(served.registry, content, digest_of(b"something else", algorithm))
    with BlobStream(session, NAME, wrong) as blob, pytest.raises(DigestMismatch):
        blob.read()


@pytest.mark.parametrize(
    "digest",
    ["", "sha256:", "sha256:../../x", "md5:" + "0" * 32, DIGEST.upper(), DIGEST + "/", DIGEST + "\n"],
)
def test_digests_that_cannot_be_verified(
    served: ServedRegistry, session: RegistrySession, digest: str
) -> None:
    with pytest.raises(InvalidReference, match="no digest that can be verified"):
        BlobStream(session, NAME, digest)
    with pytest.raises(InvalidArgument):
        next(verified(BytesBlob(b"", digest)), None)
    assert served.registry.requests == []


def test_a_blob_that_is_not_there(session: RegistrySession) -> None:
    missing = digest_of(b"missing")
    with pytest.raises(NotFound) as caught:
        BlobStream(session, NAME, missing)
    assert caught.value.subject == f"blob {missing} of {session.host}/{NAME}"
    assert caught.value.daemon == session.url


# Connections that break


def test_it_goes_on_where_it_broke(session: RegistrySession, served: ServedRegistry) -> None:
    ranges: list[str | None] = []

    def seen(request: RegistryRequest) -> RegistryAnswer:
        ranges.append(request.headers.get("range"))
        return served.registry.handle(request.method, request.path, request.query, request.headers)

    served.registry.fail("GET", BLOBS, cut=2 * MIB + 5, times=1)
    with BlobStream(session, NAME, DIGEST) as blob:
        served.registry.fail("GET", BLOBS, answer=seen, times=1)
        assert blob.read() == CONTENT
    assert len(ranges) == 1
    begun = int(str(ranges[0]).removeprefix("bytes=").removesuffix("-"))
    assert MIB <= begun <= 2 * MIB + 5


def test_a_registry_that_knows_no_ranges(session: RegistrySession, served: ServedRegistry) -> None:
    served.registry.fail("GET", BLOBS, cut=2 * MIB + 5, times=2)
    whole = answering(CONTENT, Content_Length=str(len(CONTENT)))
    served.registry.fail("GET", BLOBS, answer=whole, after=1)
    with BlobStream(session, NAME, DIGEST) as blob:
        assert blob.read() == CONTENT


def test_it_breaks_again_and_again_and_gets_on(session: RegistrySession, served: ServedRegistry) -> None:
    with served.registry.fail("GET", BLOBS, cut=300_000) as fault, BlobStream(session, NAME, DIGEST) as blob:
        assert blob.read() == CONTENT
    assert fault.hits >= len(CONTENT) // 300_000


def test_it_does_not_try_for_ever(session: RegistrySession, served: ServedRegistry) -> None:
    served.registry.fail("GET", BLOBS, cut=0)
    with BlobStream(session, NAME, DIGEST) as blob, pytest.raises(TruncatedResponse):
        blob.read()
    assert len(served.registry.requests) == 5


def test_a_registry_that_is_not_there() -> None:
    session = RegistrySession("127.0.0.1:9")
    with pytest.raises(ConnectionFailed):
        BlobStream(session, NAME, DIGEST)
    session.close()


def test_refused_connections_are_tried_again(session: RegistrySession, served: ServedRegistry) -> None:
    served.registry.fail("GET", BLOBS, status=503, code="UNAVAILABLE", times=2)
    assert b"".join(verified(blob_of(session))) == CONTENT


# What is not as it should be


def test_another_content(session: RegistrySession, served: ServedRegistry) -> None:
    served.registry.fail("GET", BLOBS, corrupt=True)
    got: list[bytes] = []
    with BlobStream(session, NAME, DIGEST) as blob:
        with pytest.raises(DigestMismatch) as caught:
            got.extend(blob)
        with pytest.raises(DigestMismatch):  # whoever asks again is not told that this was the end
            blob.read()
    assert 0 < sum(map(len, got)) < len(CONTENT)
    assert caught.value.expected == DIGEST
    assert caught.value.actual.startswith("sha256:")
    assert caught.value.actual != DIGEST
    assert caught.value.subject == f"blob {DIGEST} of {session.host}/{NAME}"


@pytest.mark.parametrize("size", [0, 1, len(CONTENT) - 1, len(CONTENT) + 1, len(CONTENT) + 10 * MIB])
def test_another_size(session: RegistrySession, served: ServedRegistry, size: int) -> None:
    blob = blob_of(session, size=size)
    expected = DigestMismatch if size == 0 else InvalidResponse
    with pytest.raises(expected):
        list(verified(blob))
    assert len(served.registry.requests) <= 1  # it stops at once


def test_more_bytes_than_there_are_to_be(session: RegistrySession, served: ServedRegistry) -> None:
    """A registry that does not say how many there are: no more is read than is wanted."""
    sent = 0

    class Endless:
        def pieces(self, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
            nonlocal sent
            yield CONTENT
            while sent < 1000 * MIB:
                yield bytes(MIB)
                sent += MIB

    served.registry.fail(
        "GET", BLOBS, answer=lambda request: RegistryAnswer(200, {"Connection": "close"}, Endless())
    )
    with pytest.raises(InvalidResponse, match=f"more than the {len(CONTENT)} bytes"):
        list(verified(blob_of(session)))
    served.close()
    assert sent < 100 * MIB


def test_fewer_bytes_than_there_are_to_be(session: RegistrySession, served: ServedRegistry) -> None:
    served.registry.fail("GET", BLOBS, answer=answering(CONTENT[:-1]), times=1)
    served.registry.fail("GET", BLOBS, answer=answering(b"", 206, Content_Range="bytes 1-2/3"), after=1)
    with pytest.raises(InvalidResponse, match=f"Bytes from {len(CONTENT) - 1} were asked for"):
        list(verified(blob_of(session)))


@pytest.mark.parametrize(
    "given",
    ["", "bytes 0-1/2", "bytes */3", "bytes -1-5/9", f"bytes 2097157-{len(CONTENT) - 1}/1", "x" * 5000],
)
def test_other_ranges_than_were_asked_for(
    session: RegistrySession, served: ServedRegistry, given: str
) -> None:
    served.registry.fail("GET", BLOBS, answer=answering(CONTENT[: 2 * MIB + 5]), times=1)
    served.registry.fail(
        "GET", BLOBS, answer=answering(CONTENT[2 * MIB + 5 :], 206, Content_Range=given), after=1
    )
    with pytest.raises(InvalidResponse):
        list(verified(blob_of(session)))
    assert len(served.registry.requests) == 2


def test_a_size_that_nobody_says(session: RegistrySession, served: ServedRegistry) -> None:
    served.registry.fail("GET", BLOBS, answer=answering(CONTENT))
    with BlobStream(session, NAME, DIGEST) as blob:
        assert blob.size is None
        assert blob.read() == CONTENT
    served.registry.fail("GET", BLOBS, answer=answering(CONTENT[:-1]))
    with BlobStream(session, NAME, digest_of(b"other")) as blob, pytest.raises(DigestMismatch):
        blob.read()


def test_sources_are_held_to_their_size() -> None:
    class Source:
        digest = DIGEST
        size = len(CONTENT)

        def __init__(self, *pieces: bytes) -> None:
            self.pieces = pieces

        def open(self, offset: int = 0) -> Iterator[bytes]:
            return iter(self.pieces)

    assert b"".join(verified(Source(CONTENT[:9], CONTENT[9:]))) == CONTENT
    got: list[bytes] = []
    with pytest.raises(TruncatedResponse):
        got.extend(verified(Source(CONTENT[:9], CONTENT[9:-1])))
    with pytest.raises(InvalidResponse, match="more than"):
        got.extend(verified(Source(CONTENT[:9], CONTENT[9:], b"x")))
    assert b"".join(got) in (CONTENT[:9], CONTENT[:9] * 2)


# Files


def test_it_is_written_to_a_file(session: RegistrySession, tmp_path: Path) -> None:
    path = tmp_path / "layer"
    path.write_bytes(b"what was there")
    previous = os.umask(0o027)
    try:
        assert BlobStream(session, NAME, DIGEST).write_to(path) == path
    finally:
        os.umask(previous)
    assert path.read_bytes() == CONTENT
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("fault", [{"corrupt": True}, {"cut": 0, "after": 1}])
def test_nothing_is_left_of_one_that_fails(
    session: RegistrySession, served: ServedRegistry, tmp_path: Path, fault: dict[str, Any]
) -> None:
    served.registry.fail("GET", BLOBS, cut=2 * MIB, times=1)
    served.registry.fail("GET", BLOBS, **fault)
    blob = BlobStream(session, NAME, DIGEST)
    with pytest.raises(InvalidResponse):
        blob.write_to(tmp_path / "layer")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written(session: RegistrySession, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        BlobStream(session, NAME, DIGEST).write_to(tmp_path / "nowhere" / "layer")
    assert missing.value.filename == str(tmp_path / "nowhere" / "layer")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError) as folder:
        BlobStream(session, NAME, DIGEST).write_to(tmp_path / "folder")
    assert folder.value.filename == str(tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


# Closing


def test_closing_it_wakes_who_reads(session: RegistrySession, served: ServedRegistry) -> None:
    stalled, go_on = threading.Event(), threading.Event()

    class Stalling:
        def pieces(self, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
            yield CONTENT[:-5]
            stalled.set()
            go_on.wait(60)

    head = {"Content-Length": str(len(CONTENT))}
    served.registry.fail("GET", BLOBS, answer=lambda request: RegistryAnswer(200, head, Stalling()))
    blob = BlobStream(session, NAME, DIGEST)

    def end() -> None:
        stalled.wait(60)
        blob.close()

    closer = threading.Thread(target=end)
    closer.start()
    try:
        with pytest.raises(TruncatedResponse, match="closed before its end"):
            blob.read()
        with pytest.raises(TruncatedResponse, match="closed before its end"):
            blob.read()
    finally:
        go_on.set()
        closer.join()


def test_one_that_is_closed_is_not_at_its_end(session: RegistrySession) -> None:
    blob = BlobStream(session, NAME, DIGEST)
    blob.close()
    blob.close()
    with pytest.raises(TruncatedResponse, match="closed before its end"):
        next(blob)


# Memory


def test_it_takes_no_memory_to_speak_of(session: RegistrySession, served: ServedRegistry) -> None:
    size = 64 * MIB
    digest = put(served.registry, random.Random(1).randbytes(size))
    with BlobStream(session, NAME, digest) as blob:
        tracemalloc.start()
        try:
            assert sum(map(len, blob)) == size
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 8 * MIB


# Hashing


@given(st.lists(st.binary(max_size=2000)), st.sampled_from(["sha256", "sha512"]))
def test_hashes_of_pieces(pieces: list[bytes], algorithm: str) -> None:
    content = b"".join(pieces)
    for kind in (ContentHash, HashBeside):
        right, wrong = kind(digest_of(content, algorithm)), kind(digest_of(content + b"x", algorithm))
        for piece in pieces:
            right.update(piece)
            wrong.update(piece)
        assert right.position == len(content)
        right.check(subject="it")
        with pytest.raises(DigestMismatch) as caught:
            wrong.check(subject="it")
        assert caught.value.actual == digest_of(content, algorithm)


@given(
    content=st.binary(max_size=1000),
    steps=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 600)), max_size=20),
)
def test_hashes_of_content_that_comes_again(content: bytes, steps: list[tuple[int, int]]) -> None:
    made = ContentHash(digest_of(content))
    for back, forth in steps:
        at = max(0, made.position - back)
        made.update(content[at : at + forth], at)
    made.update(content[made.position :])
    made.check(subject="it")


def hashing() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "registry hash"]


def test_much_is_hashed_beside_and_no_thread_is_left(
    session: RegistrySession, served: ServedRegistry
) -> None:
    content = random.Random(2).randbytes(9 * MIB)
    digest = put(served.registry, content)
    with BlobStream(session, NAME, digest) as blob:
        first = next(blob)
        assert len(hashing()) == 1
        assert first + blob.read() == content
        assert hashing() == []
    wrong = put(served.registry, content, digest_of(b"other"))
    with BlobStream(session, NAME, wrong) as blob, pytest.raises(DigestMismatch):
        blob.read()
    assert hashing() == []
    with BlobStream(session, NAME, digest) as blob:
        next(blob)
    assert hashing() == []
    with pytest.raises(TruncatedResponse, match="closed"):
        next(blob)
    pieces = verified(blob_of(session, digest, len(content)))
    next(pieces)
    del pieces
    assert hashing() == []
