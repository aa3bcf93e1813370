"""Archives that dockpy writes, read by Python's tarfile."""

from __future__ import annotations

import dataclasses
import io
import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dockpy.errors import ArchiveError
from dockpy.streams.tar import END_OF_ARCHIVE, TarEntry, TarKind, encode_entry, encode_header, padding

if TYPE_CHECKING:
    from collections.abc import Iterable

# Bytes of a path that are no UTF-8 are surrogates in Python.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=180)
NAMES = st.one_of(
    TEXTS, st.binary(min_size=1, max_size=120).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
)
PATHS = NAMES.map(lambda name: name.replace("\0", "0").strip("/") or "x")
ATTRIBUTES = st.dictionaries(
    st.text(st.characters(codec="ascii", exclude_characters="\0="), min_size=1, max_size=20),
    st.binary(max_size=40),
    max_size=3,
)


@st.composite
def entries(draw: st.DrawFn) -> tuple[TarEntry, bytes]:
    """An entry, and the data of it."""
    kind = draw(st.sampled_from(TarKind))
    data = draw(st.binary(max_size=1500)) if kind is TarKind.FILE else b""
    return TarEntry(
        draw(PATHS),
        kind,
        len(data),
        draw(st.integers(0, 0o7777)),
        draw(st.integers(0, 2**32 - 2)),
        draw(st.integers(0, 2**32 - 2)),
        draw(st.integers(-(2**40), 2**40)),
        draw(PATHS) if kind in (TarKind.SYMLINK, TarKind.HARDLINK) else "",
        draw(st.one_of(st.just(""), PATHS)),
        draw(st.one_of(st.just(""), PATHS)),
        draw(st.tuples(st.integers(0, 8**7 - 1), st.integers(0, 8**7 - 1)))
        if kind in (TarKind.CHARACTER_DEVICE, TarKind.BLOCK_DEVICE)
        else (0, 0),
        draw(ATTRIBUTES),
    ), data


def archive(members: Iterable[tuple[TarEntry, bytes]]) -> bytes:
    return (
        b"".join(piece for entry, data in members for piece in encode_entry(entry, [data])) + END_OF_ARCHIVE
    )


def read(data: bytes) -> list[tuple[TarEntry, bytes]]:
    """What Python's tarfile finds in an archive."""
    found = []
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isreg() else None
            xattrs = {
                key.removeprefix("SCHILY.xattr."): value.encode("utf-8", "surrogateescape")
                for key, value in member.pax_headers.items()
                if key.startswith("SCHILY.xattr.")
            }
            found.append(
                (
                    TarEntry(
                        member.name,
                        TarKind(member.type.decode()),
                        member.size,
                        member.mode,
                        member.uid,
                        member.gid,
                        int(member.mtime),
                        member.linkname,
                        member.uname,
                        member.gname,
                        (member.devmajor, member.devminor),
                        xattrs,
                    ),
                    file.read() if file else b"",
                )
            )
    return found


@given(st.lists(entries(), max_size=4))
@example(
    [(TarEntry("x" * 100), b""), (TarEntry("x" * 101), b""), (TarEntry("d" * 99, TarKind.DIRECTORY), b"")]
)
@example([(TarEntry("d" * 100, TarKind.DIRECTORY, mode=0o755), b"")])
def test_tarfile_reads_what_was_written(members: list[tuple[TarEntry, bytes]]) -> None:
    assert read(archive(members)) == members


def test_a_plain_entry_is_one_block_of_ustar() -> None:
    header = encode_header(TarEntry("etc/passwd", size=3, mode=0o640, uid=1, gid=2, mtime=3))
    assert len(header) == 512
    info = tarfile.TarInfo("etc/passwd")
    info.size, info.mode, info.uid, info.gid, info.mtime = 3, 0o640, 1, 2, 3
    theirs = info.tobuf(tarfile.USTAR_FORMAT)
    assert header[:148] == theirs[:148]
    assert header[156:329] == theirs[156:329]  # they leave the numbers of no device empty


@pytest.mark.parametrize(
    "entry",
    [
        TarEntry("a" * 101),
        TarEntry("ä"),
        TarEntry("link", TarKind.SYMLINK, target="b" * 101),
        TarEntry("big", size=8**11),
        TarEntry("who", uid=8**7),
        TarEntry("old", mtime=-1),
        TarEntry("attributed", xattrs={"user.a": b"1"}),
    ],
)
def test_what_does_not_fit_takes_an_extended_header(entry: TarEntry) -> None:
    header = encode_header(entry)
    assert len(header) == 3 * 512
    assert header[156:157] == b"x"
    assert encode_header(entry) == header  # the same bytes each time


def test_the_length_of_a_record_counts_its_own_digits() -> None:
    for size in range(80, 120):  # over the step from two digits to three
        [(entry, _)] = read(archive([(TarEntry("ä" + "x" * size), b"")]))
        assert entry.name == "ä" + "x" * size


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513])
def test_padding_fills_a_block(size: int) -> None:
    assert (size + len(padding(size))) % 512 == 0
    assert len(padding(size)) < 512


def test_data_beyond_the_size_is_left_out() -> None:
    """A log that grows while it is read."""
    entry = TarEntry("log", size=5)
    pieces = b"".join(encode_entry(entry, iter([b"abc", b"defg", b"hij"]))) + END_OF_ARCHIVE
    assert read(pieces) == [(entry, b"abcde")]


def test_data_that_is_missing_is_an_error() -> None:
    with pytest.raises(
        ArchiveError, match="'log' got shorter while it was read: 2 of 5 bytes are missing"
    ) as error:
        list(encode_entry(TarEntry("log", size=5), [b"abc"]))
    assert error.value.member == "log"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (TarEntry(""), "needs a name"),
        (TarEntry("a\0b"), "what no path can"),
        (TarEntry("a\ud800"), "what no path can"),
        (TarEntry("a", TarKind.SYMLINK, target="\0"), "what no path can"),
        (TarEntry("a", xattrs={"a=b": b""}), "holds a ="),
        (TarEntry("a/"), "ends with a slash"),
        (TarEntry("a", TarKind.DIRECTORY, size=1), "only files have a size"),
        (TarEntry("a", size=-1), "negative"),
        (TarEntry("a", uid=-1), "negative"),
        (TarEntry("a", mode=0o200000), "no mode"),
        (TarEntry("a", TarKind.BLOCK_DEVICE, device=(8**7, 0)), "device"),
    ],
)
def test_what_no_archive_can_hold(entry: TarEntry, problem: str) -> None:
    with pytest.raises(ArchiveError, match=problem):
        encode_header(entry)


def test_a_directory_has_its_slash_once() -> None:
    entry = TarEntry("a/b", TarKind.DIRECTORY)
    assert encode_header(entry) == encode_header(dataclasses.replace(entry, name="a/b/"))
    assert encode_header(entry).startswith(b"a/b/\0")
