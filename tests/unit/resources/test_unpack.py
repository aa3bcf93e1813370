"""Archives that nobody vouches for: nothing is made outside of the folder, nothing half done has a name."""

from __future__ import annotations

import contextlib
import os
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dockpy.errors import ArchiveError, InvalidResponse
from dockpy.resources.unpack import file_contents, unpack
from dockpy.streams.tar import END_OF_ARCHIVE, TarEntry, TarKind, encode_entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MB = 1024 * 1024
D, F, S, H = TarKind.DIRECTORY, TarKind.FILE, TarKind.SYMLINK, TarKind.HARDLINK


def archive(*entries: TarEntry, end: bytes = END_OF_ARCHIVE) -> Iterator[bytes]:
    """An archive whose files are full of x."""
    for entry in entries:
        yield from encode_entry(entry, [b"x" * entry.size])
    yield end


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """A folder beside which there is something to spoil."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "precious").write_text("precious")
    (tmp_path / "inside").mkdir()
    return tmp_path / "inside"


@pytest.fixture
def spoiled(inside: Path) -> Iterator[None]:
    """Whatever the test does, nothing outside of the folder changes."""
    yield
    assert sorted(path.name for path in inside.parent.iterdir()) == ["inside", "outside"]
    outside = inside.parent / "outside"
    assert [path.name for path in outside.iterdir()] == ["precious"]
    assert (outside / "precious").read_text() == "precious"
    assert (outside / "precious").stat().st_nlink == 1


def left(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


ROOT = TarEntry(".", D)


@pytest.mark.usefixtures("spoiled")
@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([TarEntry("../outside/new", F)], "leads out"),
        ([TarEntry("./../outside/precious", F, 3)], "leads out"),
        ([TarEntry("a/../../outside/new", F)], "leads out"),
        ([TarEntry("a", D), TarEntry("a/..", D)], "leads out"),
        ([TarEntry("/etc/passwd", F)], "leads out"),
        ([TarEntry("l", S, target="../outside"), TarEntry("l/new", F)], "symbolic link"),
        ([TarEntry("l", S, target="../outside"), TarEntry("l/precious", F, 3)], "symbolic link"),
        ([TarEntry("l", S, target="../outside"), TarEntry("l/sub", D)], "symbolic link"),
        ([TarEntry("l", S, target="../outside"), TarEntry("l", D)], "something else"),
        (
            [TarEntry("a", S, target="b"), TarEntry("b", S, target="../outside"), TarEntry("a/n", F)],
            "symbolic",
        ),
        ([TarEntry("h", H, target="../outside/precious")], "leads out"),
        ([TarEntry("h", H, target="/etc/passwd")], "leads out"),
        ([TarEntry("l", S, target="../outside"), TarEntry("h", H, target="l/precious")], "symbolic link"),
        ([TarEntry("h", H, target="nothing")], "no file of the archive"),
        ([TarEntry("d", D), TarEntry("h", H, target="d")], "no file of the archive"),
        ([TarEntry("dev", TarKind.CHARACTER_DEVICE, device=(1, 3))], "device"),
        ([TarEntry("dev", TarKind.BLOCK_DEVICE, device=(8, 0))], "device"),
        ([TarEntry("d", D), TarEntry("d", F)], "a folder of that name"),
        ([TarEntry("f", F), TarEntry("f", D)], "something else than a folder"),
        ([TarEntry("f", F), TarEntry("f/x", F)], "no folder"),
        ([TarEntry("missing/x", F)], "no folder"),
    ],
)
def test_what_is_refused(inside: Path, entries: list[TarEntry], reason: str) -> None:
    with pytest.raises(ArchiveError, match=reason) as caught:
        unpack(archive(ROOT, *entries), str(inside))
    assert caught.value.member == entries[-1].name
    assert not [name for name in left(inside) if "dockpy" in name]


@pytest.mark.usefixtures("spoiled")
def test_a_member_that_belongs_to_no_other(inside: Path) -> None:
    with pytest.raises(ArchiveError, match="does not belong to 'd'"):
        unpack(archive(TarEntry("d", D), TarEntry("e", F)), str(inside / "d"))


@pytest.mark.usefixtures("spoiled")
def test_a_link_that_is_there_already_is_not_written_through(inside: Path) -> None:
    (inside / "l").symlink_to("../outside")
    (inside / "precious").symlink_to("../outside/precious")
    with pytest.raises(ArchiveError, match="symbolic link"):
        unpack(archive(ROOT, TarEntry("l/new", F)), str(inside))
    unpack(archive(ROOT, TarEntry("precious", F, 3)), str(inside))  # it is replaced
    assert not (inside / "precious").is_symlink()


@pytest.mark.usefixtures("spoiled")
def test_replacing_one_name_of_a_file_leaves_the_other(inside: Path) -> None:
    unpack(archive(ROOT, TarEntry("a", F, 3), TarEntry("b", H, target="a"), TarEntry("a", F, 5)), str(inside))
    assert [(inside / name).stat().st_size for name in "ab"] == [5, 3]


def test_links_are_kept_as_they_are(inside: Path) -> None:
    entries = [TarEntry("s", S, target="/etc/passwd", mtime=7), TarEntry("h", H, target="s")]
    unpack(archive(ROOT, *entries), str(inside))
    assert (inside / "s").readlink() == (inside / "h").readlink() == Path("/etc/passwd")
    assert (inside / "s").lstat().st_mtime == 7


def test_modes_and_times(inside: Path) -> None:
    """Also of a folder that nothing can be made in, and that is older than what it holds."""
    entries = [
        TarEntry("d", D, mode=0o500, mtime=1000),
        TarEntry("d/f", F, 4, mode=0o6755, mtime=2000),
        TarEntry("d/pipe", TarKind.FIFO, mode=0o600, mtime=3000),
    ]
    unpack(archive(*entries), str(inside / "d"))
    found = {name: (inside / name).stat() for name in ("d", "d/f", "d/pipe")}
    assert {name: (oct(status.st_mode & 0o7777), status.st_mtime) for name, status in found.items()} == {
        "d": ("0o500", 1000),
        "d/f": ("0o755", 2000),  # without its set-user-id
        "d/pipe": ("0o600", 3000),
    }


def test_a_folder_that_was_there_keeps_its_own(inside: Path) -> None:
    inside.chmod(0o711)
    unpack(archive(TarEntry(".", D, mode=0o777), TarEntry("f", F)), str(inside))
    assert inside.stat().st_mode & 0o7777 == 0o711


def test_owners(inside: Path) -> None:
    me = (os.getuid(), os.getgid())
    unpack(archive(TarEntry("f", F, uid=me[0], gid=me[1])), str(inside / "f"), owners=True)
    assert ((inside / "f").stat().st_uid, (inside / "f").stat().st_gid) == me
    theirs = TarEntry("f", F, uid=me[0] + 1, gid=me[1])
    if me[0] == 0:
        unpack(archive(theirs), str(inside / "f"), owners=True)
        assert (inside / "f").stat().st_uid == 1
    else:
        with pytest.raises(ArchiveError, match="not permitted"):
            unpack(archive(theirs), str(inside / "f"), owners=True)
    unpack(archive(theirs), str(inside / "f"))
    assert (inside / "f").stat().st_uid == me[0]


@pytest.mark.parametrize("keep", [512 * 2, 512 * 2 + 1000, 512 * 2 + 4000, 512 * 11])
def test_an_archive_that_breaks_off_leaves_nothing_half_done(inside: Path, keep: int) -> None:
    (inside / "f").write_text("before")
    whole = b"".join(archive(ROOT, TarEntry("f", F, 4000), end=b""))[:keep]
    with pytest.raises(InvalidResponse, match="broke off"):
        unpack([whole], str(inside))
    assert left(inside) == ["f"]
    assert (inside / "f").read_text() == "before"


def test_what_fails_on_the_way_leaves_nothing_half_done(inside: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield from archive(ROOT, end=b"")
        yield b"".join(archive(TarEntry("f", F, 4000), end=b""))[:3000]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unpack(failing(), str(inside))
    assert left(inside) == []


def test_what_the_file_system_refuses(inside: Path) -> None:
    with pytest.raises(ArchiveError, match="File name too long") as caught:
        unpack(archive(ROOT, TarEntry("n" * 300, F)), str(inside))
    assert isinstance(caught.value.__cause__, OSError)
    assert left(inside) == []


def test_no_archive(inside: Path) -> None:
    with pytest.raises(InvalidResponse, match="empty"):
        unpack([END_OF_ARCHIVE], str(inside / "x"))
    with pytest.raises(InvalidResponse, match="broke off"):
        unpack([], str(inside / "x"))
    assert left(inside) == []


PARTS = st.sampled_from(["a", "b", "..", ".", "", "outside", "precious"])
NAMES = st.lists(PARTS, min_size=1, max_size=4).map("/".join).filter(bool)


@given(
    st.lists(
        st.builds(
            TarEntry,
            NAMES.map(lambda name: name.rstrip("/") or "a"),
            st.sampled_from([D, F, S, H, TarKind.FIFO]),
            target=st.one_of(NAMES, st.sampled_from(["../outside", "../outside/precious", "/"])),
        ),
        max_size=6,
    )
)
@example([TarEntry("a", S, target="../outside"), TarEntry("a/precious", F)])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_comes_nothing_is_made_outside(
    tmp_path_factory: pytest.TempPathFactory, entries: list[TarEntry]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "outside").mkdir()
    (folder / "outside" / "precious").write_text("precious")
    (folder / "inside").mkdir()
    with contextlib.suppress(ArchiveError):
        unpack(archive(ROOT, *entries), str(folder / "inside"))
    assert sorted(path.name for path in folder.iterdir()) == ["inside", "outside"]
    assert [path.name for path in (folder / "outside").iterdir()] == ["precious"]
    assert (folder / "outside" / "precious").read_text() == "precious"
    assert (folder / "outside" / "precious").stat().st_nlink == 1
    assert not [name for name in left(folder) if "dockpy" in name]


class TestContents:
    def test_of_a_file(self) -> None:
        assert b"".join(file_contents(archive(TarEntry("f", F, 70_000)), "/f")) == b"x" * 70_000

    @pytest.mark.parametrize(
        "entries",
        [[TarEntry("d", D)], [TarEntry("s", S, target="f")], [TarEntry("f", F, 1), TarEntry("g", F, 1)]],
    )
    def test_of_what_is_none(self, entries: list[TarEntry]) -> None:
        with pytest.raises(ArchiveError, match="'/d' is no file"):
            list(file_contents(archive(*entries), "/d"))


def test_memory_is_bounded(inside: Path) -> None:
    def big() -> Iterable[bytes]:
        piece = b"x" * (64 * 1024)
        yield from encode_entry(TarEntry("big", size=128 * MB), (piece for _ in range(2048)))
        yield END_OF_ARCHIVE

    tracemalloc.start()
    try:
        unpack(big(), str(inside / "big"))
        assert tracemalloc.get_traced_memory()[1] < 2 * MB
    finally:
        tracemalloc.stop()
    assert (inside / "big").stat().st_size == 128 * MB
    (inside / "big").unlink()


@pytest.mark.parametrize("there", [False, True], ids=["nothing there", "a folder there"])
@pytest.mark.parametrize(
    "entries", [[], [TarEntry("f", size=3)], [TarEntry("d", D), TarEntry("d/f", size=3)]]
)
def test_contents_without_their_folder(inside: Path, entries: list[TarEntry], there: bool) -> None:
    """podman leaves out the folder whose contents were asked for."""
    place = inside / "place"
    if there:
        place.mkdir()
    unpack(archive(*entries), str(place), contents=True)
    assert left(place) == sorted(entry.name for entry in entries)
    assert place.stat().st_mode & 0o777 == 0o755


def test_contents_with_their_folder(inside: Path) -> None:
    unpack(archive(TarEntry(".", D, mode=0o711), TarEntry("./f")), str(inside / "place"), contents=True)
    assert left(inside / "place") == ["f"]
    assert (inside / "place").stat().st_mode & 0o777 == 0o711
