"""Files and folders as tars, in bounded memory, read by Python's tarfile."""

from __future__ import annotations

import io
import os
import socket
import tarfile
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.errors import ArchiveError, InvalidArgument
from dockpy.resources.pack import Owner, local_path, packed_data, packed_path
from dockpy.resources.unpack import unpack
from dockpy.streams.tar import TarEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MB = 1024 * 1024


def pack(path: Path, name: str = "x", owner: Owner | None = None) -> Iterator[bytes]:
    return packed_path(str(path), name, owner or Owner(), local_path("source", path))


def members(pieces: Iterable[bytes]) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as archive:
        return {member.name: member for member in archive}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "b").write_text("two")
    (folder / "a").write_text("one")
    (folder / "a").chmod(0o4750)
    (folder / "link").symlink_to("../elsewhere")
    os.link(folder / "a", folder / "same")
    os.mkfifo(folder / "pipe")
    for path in (folder / "a", folder / "sub", folder):
        os.utime(path, (-1.5, 1000.9))
    return folder


def test_a_folder(folder: Path) -> None:
    found = members(pack(folder))
    assert list(found) == ["x", "x/a", "x/link", "x/pipe", "x/same", "x/sub", "x/sub/b"]
    assert (found["x/a"].size, found["x/a"].mode, found["x/a"].mtime) == (3, 0o4750, 1000)
    assert (found["x/a"].uid, found["x/a"].gid) == (os.getuid(), os.getgid())
    assert (found["x/link"].type, found["x/link"].linkname) == (tarfile.SYMTYPE, "../elsewhere")
    assert (found["x/same"].type, found["x/same"].linkname) == (tarfile.LNKTYPE, "x/a")
    assert found["x/pipe"].isfifo()
    assert b"".join(pack(folder)) == b"".join(pack(folder))


def test_what_is_packed_is_unpacked(folder: Path, tmp_path: Path) -> None:
    unpack(pack(folder), str(tmp_path / "copy"))
    assert members(pack(tmp_path / "copy")).keys() == members(pack(folder)).keys()
    assert (tmp_path / "copy" / "a").read_text() == "one"
    assert (tmp_path / "copy" / "same").samefile(tmp_path / "copy" / "a")


def test_owners(folder: Path) -> None:
    found = members(pack(folder, owner=Owner(7, 8, 0o600)))
    assert {(member.uid, member.gid) for member in found.values()} == {(7, 8)}
    assert (found["x/a"].mode, found["x/sub/b"].mode) == (0o600, 0o600)
    assert found["x/sub"].mode == (folder / "sub").stat().st_mode & 0o7777


@pytest.mark.parametrize(
    "values", [{"uid": -1}, {"gid": "0"}, {"mode": 0o10000}, {"uid": True}, {"mode": 1.0}]
)
def test_no_owner(values: dict[str, Any]) -> None:
    [(name, value)] = values.items()
    with pytest.raises(InvalidArgument, match=f"{name}={value!r}: it takes an int"):
        Owner(**values)


def test_sockets_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s").mkdir()
    monkeypatch.chdir(tmp_path / "s")  # its path has to be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("sock")
        (tmp_path / "s" / "z").touch()
        assert list(members(pack(tmp_path / "s"))) == ["x", "x/z"]


def test_a_file_that_is_gone_meanwhile(folder: Path) -> None:
    pieces = pack(folder)
    while not next(pieces).startswith(b"x/a\0"):  # the folder was read then
        pass
    (folder / "link").unlink()
    with pytest.raises(ArchiveError, match="folder/link' cannot be read: No such file") as caught:
        list(pieces)
    assert caught.value.member == "x/link"


def test_a_file_that_gets_shorter(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * MB)
    pieces = pack(tmp_path / "log")
    next(pieces)
    (tmp_path / "log").write_bytes(b"x" * 10)
    with pytest.raises(ArchiveError, match="'x' got shorter"):
        list(pieces)


def test_what_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "nope", "nul\0"):
        with pytest.raises(InvalidArgument, match=r"source=.*(No such file|null)"):
            local_path("source", path)


class Unseekable(io.RawIOBase):
    """Bytes of which nobody knows how many there are."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self._left)
        buffer[:size] = b"x" * size
        self._left -= size
        return size


@pytest.mark.parametrize(
    "source", [b"x" * 5, bytearray(b"x" * 5), [b"xx", b"", b"xxx"], (b"x" for _ in range(5))]
)
def test_contents(source: Any) -> None:
    with packed_data(source, TarEntry("f", mode=0o600)) as pieces:
        [found] = members(pieces).values()
    assert (found.name, found.size, found.mode) == ("f", 5, 0o600)


@pytest.mark.parametrize("kind", ["path", "file", "pieces", "unseekable", "growing"])
def test_memory_is_bounded(tmp_path: Path, kind: str) -> None:
    size = 64 * MB
    big = tmp_path / "big"
    with big.open("wb") as file:
        file.truncate(size)

    def total(pieces: Iterable[bytes]) -> int:
        return sum(map(len, pieces))

    tracemalloc.start()
    try:
        if kind == "path":
            assert total(pack(big)) > size
        else:
            sources: dict[str, Any] = {
                "file": big.open("rb"),
                "pieces": (b"x" * 65536 for _ in range(size // 65536)),
                "unseekable": Unseekable(size),
                "growing": io.BufferedReader(Unseekable(size)),
            }
            with sources["file"], packed_data(sources[kind], TarEntry("f")) as packed:
                assert total(packed) > size
        assert tracemalloc.get_traced_memory()[1] < 3 * MB
    finally:
        tracemalloc.stop()


def test_a_text_is_no_contents() -> None:
    for source in (io.StringIO("text"), ["text"]):
        with (
            pytest.raises(InvalidArgument, match="str, and files are bytes"),
            packed_data(source, TarEntry("f")),
        ):  # type: ignore[arg-type]
            pass
    with pytest.raises(InvalidArgument, match="it takes a path, or contents"), packed_data(7, TarEntry("f")):  # type: ignore[arg-type]
        pass
