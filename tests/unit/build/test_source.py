"""Where the context comes from."""

from __future__ import annotations

import gzip
import io
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.build.context import tar_of_texts
from dockpy.build.source import Source, read_source
from dockpy.errors import InvalidArgument

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "FROM scratch\nCOPY a /\n"


def sent(source: Source) -> bytes:
    assert source.body is not None
    data = source.body()
    return data if isinstance(data, bytes) else b"".join(data)


def names(source: Source) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(sent(source)), mode="r:*") as archive:
        return archive.getnames()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a").touch()
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    return tmp_path


def test_a_folder(folder: Path) -> None:
    for path in (folder, str(folder)):
        source = read_source({"path": path})
        assert names(source) == ["Dockerfile", "a"]
        assert (source.query, source.dockerfile) == ({"dockerfile": "Dockerfile"}, b"FROM scratch\n")


@pytest.mark.parametrize(
    "given",
    [
        {"dockerfile": TEXT},
        {"fileobj": io.BytesIO(TEXT.encode())},
        {"fileobj": io.StringIO(TEXT)},
        {"fileobj": TEXT.encode()},
        {"fileobj": [b"FROM scratch\n", b"COPY a /\n"]},
    ],
    ids=["text", "file", "text file", "bytes", "pieces"],
)
def test_a_dockerfile_that_is_no_file(folder: Path, given: dict[str, Any]) -> None:
    source = read_source({"path": folder, **given})
    assert source.dockerfile == TEXT.encode()
    assert names(source) == ["Dockerfile", "a", ".dockerignore", source.query["dockerfile"]]
    if "dockerfile" in given:
        alone = read_source(given)
        assert (names(alone), alone.dockerfile) == (["Dockerfile"], TEXT.encode())


def test_gzip(folder: Path) -> None:
    plain = sent(read_source({"path": folder}))
    for options in ({"gzip": True}, {"compression": "gzip"}):
        assert gzip.decompress(sent(read_source({"path": folder, **options}))) == plain
        assert gzip.decompress(sent(read_source({"dockerfile": TEXT, **options})))


@pytest.mark.parametrize("custom_context", [False, True])
def test_a_file_that_cannot_be_read(tmp_path: Path, custom_context: bool) -> None:
    (tmp_path / "tar").write_bytes(b"\xff\xfe")
    with (tmp_path / "tar").open(encoding="utf-8") as file:
        with pytest.raises(InvalidArgument, match=r"fileobj: it cannot be read: .*can't decode byte"):
            sent(read_source({"fileobj": file, "custom_context": custom_context}))
    with pytest.raises(InvalidArgument, match="fileobj: it cannot be read: I/O operation on closed file"):
        sent(read_source({"fileobj": file, "custom_context": custom_context}))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_tar_of_ones_own(pack: Any) -> None:
    tar = pack(tar_of_texts({"x": b"", "./sub/File": TEXT.encode()}))
    options = {"custom_context": True, "dockerfile": "sub/File"}
    for fileobj in (tar, io.BytesIO(tar)):
        source = read_source({**options, "fileobj": fileobj})
        assert (source.query, source.dockerfile, sent(source)) == (
            {"dockerfile": "sub/File"},
            TEXT.encode(),
            tar,
        )
    source = read_source({**options, "fileobj": iter([tar[:100], tar[100:]])})
    assert (source.dockerfile, sent(source)) == (None, tar)
    for other in (b"no tar", tar_of_texts({"x": b""})):
        source = read_source({**options, "fileobj": io.BytesIO(other)})
        assert (source.dockerfile, sent(source)) == (None, other)


@pytest.mark.parametrize(
    "url", ["https://example.org/a.git#main:sub", "git://a/b", "git@a:b", "http://a", "github.com/a/b"]
)
def test_what_the_daemon_fetches(url: str) -> None:
    for options in ({"path": url}, {"remote": url}):
        source = read_source({**options, "dockerfile": "File"})
        assert (source.query, source.body) == ({"remote": url, "dockerfile": "File"}, None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "is built from path="),
        ({"path": ""}, "path='': it takes the path of a folder"),
        ({"path": 1}, "path=1"),
        ({"path": "a\0b"}, "path='a\\x00b': it takes the path of a folder"),
        ({"path": ".", "dockerfile": "a\0b"}, "dockerfile='a\\x00b': it takes a path"),
        ({"dockerfile": "File"}, "is built from path="),
        ({"path": ".", "dockerfile": 1}, "dockerfile=1: it takes a path, or a text"),
        ({"path": ".", "dockerfile": ""}, "dockerfile=''"),
        ({"path": ".", "dockerfile": "File", "fileobj": b"FROM a\n"}, "says it twice"),
        ({"fileobj": io.BytesIO()}, "empty Dockerfile"),
        ({"fileobj": 1}, "fileobj=1: it takes an open file"),
        ({"fileobj": "Dockerfile"}, "fileobj='Dockerfile'"),
        ({"fileobj": [1]}, "not of int"),
        ({"custom_context": True}, "takes a tar as fileobj="),
        ({"custom_context": True, "fileobj": b"", "path": "."}, "takes a tar as fileobj="),
        ({"custom_context": True, "fileobj": b"", "dockerfile": "FROM a\n"}, "takes a tar as fileobj="),
        ({"remote": "http://a", "path": "."}, "remote= is a URL"),
        ({"remote": "http://a", "dockerfile": "FROM a\n"}, "remote= is a URL"),
        ({"remote": 1}, "remote= is a URL"),
    ],
    ids=str,
)
def test_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        read_source(options)
    assert message in str(caught.value)
