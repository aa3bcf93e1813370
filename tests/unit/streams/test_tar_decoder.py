"""Archives of Python's tarfile and of dockpy, and hostile ones, as dockpy reads them."""

from __future__ import annotations

import contextlib
import io
import itertools
import tarfile
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dockpy.errors import InvalidResponse
from dockpy.streams.tar import (
    END_OF_ARCHIVE,
    TarEntry,
    TarKind,
    checksum,
    encode_entry,
    encode_header,
    padding,
)
from dockpy.streams.untar import TarDecoder

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES = st.text(
    st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=120
).filter(lambda name: name.strip("\0"))
FORMATS = st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
CUTS = st.lists(st.integers(0, 100_000), max_size=8)


def decode(pieces: Iterable[bytes]) -> list[tuple[TarEntry, bytes]]:
    """The members of an archive that comes in pieces."""
    decoder = TarDecoder()
    members: list[tuple[TarEntry, bytes]] = []
    for piece in pieces:
        for found in decoder.feed(piece):
            if isinstance(found, TarEntry):
                members.append((found, b""))
            else:
                assert found
                members[-1] = (members[-1][0], members[-1][1] + found)
    decoder.close()
    return members


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(place % (len(data) + 1) for place in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(places)]


def info(name: str, kind: TarKind, **fields: Any) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type = kind.encode()
    for key, value in fields.items():
        setattr(made, key, value)
    return made


def write(members: Iterable[tuple[tarfile.TarInfo, bytes]], form: int, **options: Any) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form, **options) as archive:
        for member, data in members:
            archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


@st.composite
def tarfile_members(draw: st.DrawFn) -> tuple[tarfile.TarInfo, bytes]:
    kind = draw(st.sampled_from(TarKind))
    data = draw(st.binary(max_size=1500)) if kind is TarKind.FILE else b""
    linked = kind in (TarKind.SYMLINK, TarKind.HARDLINK)
    return info(
        "/".join(draw(st.lists(NAMES, min_size=1, max_size=4))),
        kind,
        size=len(data),
        mode=draw(st.integers(0, 0o7777)),
        uid=draw(st.integers(0, 2**32 - 2)),
        gid=draw(st.integers(0, 2**32 - 2)),
        mtime=draw(st.integers(0, 2**40)),
        linkname=draw(NAMES) if linked else "",
        uname=draw(st.sampled_from(["", "root", "größe"])),
    ), data


@given(st.lists(tarfile_members(), max_size=4), FORMATS, CUTS)
def test_what_tarfile_writes_is_read(
    members: list[tuple[tarfile.TarInfo, bytes]], form: int, cuts: list[int]
) -> None:
    archive = write(members, form)
    found = decode(cut(archive, cuts))
    assert [
        (
            entry.name,
            entry.kind.encode(),
            entry.size,
            entry.mode,
            entry.uid,
            entry.gid,
            entry.mtime,
            entry.target,
            entry.uname,
            data,
        )
        for entry, data in found
    ] == [
        (
            member.name,
            member.type,
            member.size,
            member.mode,
            member.uid,
            member.gid,
            member.mtime,
            member.linkname,
            member.uname,
            data,
        )
        for member, data in members
    ]


def test_a_cut_at_every_offset() -> None:
    wanted = [
        (TarEntry("ä" * 60, size=3, xattrs={"user.a": b"\0\xff"}), b"abc"),
        (TarEntry("d", TarKind.DIRECTORY, mode=0o755), b""),
        (TarEntry("l", TarKind.SYMLINK, target="t" * 101), b""),
    ]
    archive = (
        b"".join(piece for entry, data in wanted for piece in encode_entry(entry, [data])) + END_OF_ARCHIVE
    )
    for place in range(len(archive) + 1):
        assert decode([archive[:place], archive[place:]]) == wanted
    assert decode(archive[i : i + 1] for i in range(len(archive))) == wanted


def test_data_comes_as_it_is_fed() -> None:
    """Nothing waits until the file is whole."""
    decoder = TarDecoder()
    entry = TarEntry("a", size=1000)
    assert decoder.feed(encode_header(entry) + b"x" * 10) == [entry, b"x" * 10]
    assert decoder.feed(b"y" * 989) == [b"y" * 989]
    assert decoder.feed(b"z" + padding(1000)) == [b"z"]
    assert not decoder.done
    decoder.feed(END_OF_ARCHIVE)
    assert decoder.done


def test_a_long_name_may_stand_in_two_fields() -> None:
    name = "d" * 90 + "/" + "f" * 90
    archive = write([(info(name, TarKind.FILE), b"")], tarfile.USTAR_FORMAT)
    assert decode([archive])[0][0].name == name


def test_names_that_are_no_utf8_keep_their_bytes() -> None:
    raw = b"caf\xe9".decode("utf-8", "surrogateescape")
    for form in (tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT):
        archive = write([(info(raw, TarKind.FILE), b"")], form, encoding="utf-8", errors="surrogateescape")
        assert decode([archive])[0][0].name == raw


def sealed(header: bytes) -> bytes:
    """A header with the checksum that it should have."""
    return header[:148] + b"%06o\0 " % checksum(header) + header[156:]


def changed(header: bytes, place: int, data: bytes) -> bytes:
    """A header with other bytes at a place."""
    return sealed(header[:place] + data + header[place + len(data) :])


PLAIN = encode_header(TarEntry("name", size=3, uid=1))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"\x80" + (5).to_bytes(7), 5),
        (b"\xff" * 8, -1),
        (b"\x80" + (2**40).to_bytes(7), 2**40),
        (b"      7\0", 7),
        (b"7      \0", 7),
        (b"0000007 ", 7),
        (b"\0" * 8, 0),
    ],
)
def test_numbers_in_every_form(field: bytes, value: int) -> None:
    [entry] = TarDecoder().feed(changed(PLAIN, 108, field))
    assert isinstance(entry, TarEntry)
    assert entry.uid == value


@pytest.mark.parametrize("field", [b"0000008\0", b"-000001\0", b"0x00001\0", b"1_00000\0", b" 1 1   \0"])
def test_what_is_no_number(field: bytes) -> None:
    with pytest.raises(InvalidResponse, match="is no number"):
        TarDecoder().feed(changed(PLAIN, 108, field))


def test_a_number_that_nothing_can_hold() -> None:
    with pytest.raises(InvalidResponse, match="too big"):
        TarDecoder().feed(changed(PLAIN, 124, b"\x80" + b"\x3f" + b"\xff" * 10))


def test_a_directory_from_before_posix() -> None:
    header = changed(changed(PLAIN, 0, b"name/"), 156, b"\0")
    header = changed(header, 257, bytes(8))
    assert decode([header + END_OF_ARCHIVE])[0][0].kind is TarKind.DIRECTORY


def test_a_checksum_of_signed_bytes() -> None:
    header = encode_header(TarEntry("name"))
    header = header[:1] + b"\xe9" + header[2:]
    signed = header[:148] + b"%06o\0 " % (checksum(header) - 256) + header[156:]
    assert len(decode([signed + END_OF_ARCHIVE])) == 1


def pax(data: bytes, kind: bytes = b"x") -> bytes:
    header = encode_header(TarEntry("pax", size=len(data)))
    return changed(header, 156, kind) + data + padding(len(data))


@pytest.mark.parametrize(
    ("time", "seconds"),
    [(b"1.9", 1), (b"-1.5", -2), (b"-1.0", -1), (b"1350244992.023960108", 1350244992), (b"5.", 5)],
)
def test_a_time_loses_its_fraction(time: bytes, seconds: int) -> None:
    record = b"%d mtime=%s\n" % (len(time) + 10 - (len(time) < 2), time)
    record = b"%d mtime=%s\n" % (len(record), time)
    [entry] = TarDecoder().feed(pax(record) + PLAIN)
    assert isinstance(entry, TarEntry)
    assert entry.mtime == seconds


def test_records_for_all_yield_to_an_entrys_own() -> None:
    archive = pax(b"13 uname=all\n", b"g") + PLAIN + b"abc" + padding(3)
    archive += pax(b"13 uname=own\n") + PLAIN + b"abc" + padding(3)
    archive += pax(b"9 uname=\n") + PLAIN + b"abc" + padding(3) + END_OF_ARCHIVE
    assert [entry.uname for entry, _ in decode([archive])] == ["all", "own", ""]


def test_a_size_in_a_record_counts() -> None:
    archive = pax(b"10 size=5\n") + PLAIN + b"abcde" + padding(5) + END_OF_ARCHIVE
    assert [data for _, data in decode([archive])] == [b"abcde"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"9 path=a", "no PAX record"),
        (b"99 path=a\n", "no PAX record"),
        (b"path=a\n", "no PAX record"),
        (b" path=a\n", "no PAX record"),
        (b"-9 path=a\n", "no PAX record"),
        (b"3 path=a\n", "no PAX record"),
        (b"10 path a\n", "no PAX record"),
        (b"99999999999999999999 path=a\n", "no PAX record"),
        (b"11 path=a\0\n", "NUL"),
        (b"10 size=x\n", "size is b'x'"),
        (b"11 size=-1\n", "-1 bytes"),
        (b"28 size=9223372036854775808\n", "too big"),
        (b"22 GNU.sparse.major=1\n", "sparse"),
    ],
)
def test_hostile_records(data: bytes, problem: str) -> None:
    with pytest.raises(InvalidResponse, match=problem):
        TarDecoder().feed(pax(data) + PLAIN)


@pytest.mark.parametrize(
    ("archive", "problem"),
    [
        (b"x" * 512, "no number|checksum"),
        (PLAIN[:10] + b"!" + PLAIN[11:], "checksum"),
        (changed(PLAIN, 156, b"S"), "unknown kind b'S'"),
        (changed(PLAIN, 156, b"?"), "unknown kind"),
        (changed(PLAIN, 0, b"\0"), "without a name"),
        (pax(b"13 uname=all\n") + END_OF_ARCHIVE, "belongs to nothing"),
        (changed(encode_header(TarEntry("pax", size=1024 * 1024 + 1)), 156, b"x"), "1048577 bytes"),
        (changed(encode_header(TarEntry("pax", size=2**33 - 1)), 156, b"L"), "long name"),
        (changed(changed(PLAIN, 156, b"K"), 124, b"\xff" * 12), "long target"),
    ],
)
def test_hostile_headers(archive: bytes, problem: str) -> None:
    with pytest.raises(InvalidResponse, match=problem):
        TarDecoder().feed(archive)


@pytest.mark.parametrize("size", [0, 1, 511, 512, 514, 515, 1023, 1024])
def test_an_archive_that_breaks_off(size: int) -> None:
    archive = (PLAIN + b"abc" + padding(3) + END_OF_ARCHIVE)[:size]
    with pytest.raises(InvalidResponse, match="broke off"):
        decode([archive])


def test_an_error_in_place_of_the_rest_is_told() -> None:
    with pytest.raises(InvalidResponse, match=r'broke off: \{"message":"no such file"\}'):
        decode([PLAIN + b"abc" + padding(3) + b'{"message":"no such file"}\n'])


def test_what_follows_the_end_is_ignored() -> None:
    assert decode([END_OF_ARCHIVE + b"x" * 5000]) == []


@given(st.binary(max_size=3000), CUTS)
@example(bytes(512), [])
def test_any_bytes_are_an_archive_or_an_error(data: bytes, cuts: list[int]) -> None:
    with contextlib.suppress(InvalidResponse):
        decode(cut(data, cuts))


@given(st.data())
def test_a_flipped_archive_is_an_archive_or_an_error(data: st.DataObject) -> None:
    """With the checksums made good again, so that what lies behind them is reached."""
    archive = bytearray(
        pax(b"13 uname=all\n")
        + encode_header(TarEntry("ä" * 101, size=700))
        + b"x" * 700
        + padding(700)
        + PLAIN
    )
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(archive) - 1))
        archive[place] = data.draw(st.integers(0, 255))
    for start in range(0, len(archive) - 511, 512):
        block = bytes(archive[start : start + 512])
        if block[257:262] == b"ustar":
            archive[start : start + 512] = sealed(block)
    with contextlib.suppress(InvalidResponse):
        decode([bytes(archive) + END_OF_ARCHIVE])


@pytest.mark.parametrize("kind", [b"x", b"g", b"L"])
def test_memory_is_bounded_however_many_headers_come(kind: bytes) -> None:
    decoder = TarDecoder()
    tracemalloc.start()
    try:
        for number in range(40):
            rest = b" SCHILY.xattr.user.%03d=" % number + b"x" * 900_000 + b"\n"
            decoder.feed(pax(b"%d%s" % (len(rest) + 6, rest), kind))
        assert tracemalloc.get_traced_memory()[0] < 4_000_000
    finally:
        tracemalloc.stop()
