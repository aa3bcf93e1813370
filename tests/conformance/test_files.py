"""Files into a container and out of it, on each engine, and a few of them over every way."""

from __future__ import annotations

import io
import os
import tarfile
import time
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path, PurePosixPath
from stat import S_IFSOCK
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import ApiError, Client, Container, InvalidArgument, NotFound
from dockpy.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable

MB = 1024 * 1024
SETUP = (
    "mkdir -p /d/e /empty; echo hi >/d/f; ln -s /d/f /d/l; ln /d/f /d/hard; chmod 640 /d/f; chmod 711 /d/e;"
    "touch -d '2001-02-03 04:05:06' /d/f /d/e; ln -s /d /dl; ln -s /d/f /fl; ln -s /gone /dangling;"
    "echo big | dd of=/sparse bs=1 seek=70000 2>/dev/null; chmod 4755 /sparse; "
    "mkdir /dev2; mknod /dev2/n c 1 3"
)
TIME = 981173106


@pytest.fixture
def filled(engine: Client, create: Any) -> Container:
    """A container with files, which does not run."""
    container: Container = create(engine, ["sh", "-c", SETUP])
    container.start()
    assert container.wait(timeout=30).status_code == 0
    return container


def names(data: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return archive.getnames()


def tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for member, data in members:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


class TestWhatIsThere:
    def test_a_file(self, filled: Container) -> None:
        found = filled.path_stat("/d/f")
        assert (found.name, found.size, found.mode, found.link_target) == ("f", 3, 0o640, "")
        assert found.mtime == "2001-02-03T04:05:06Z"
        assert filled.path_stat(PurePosixPath("/d/f")) == found

    def test_a_folder_and_a_link(self, filled: Container) -> None:
        assert filled.path_stat("/d").mode == 1 << 31 | 0o755
        link = filled.path_stat("/dl")
        assert (link.name, link.mode, link.link_target) == ("dl", 1 << 27 | 0o777, "/d")

    def test_nothing(self, filled: Container) -> None:
        with pytest.raises(NotFound, match="Could not find the file /nope in container"):
            filled.path_stat("/nope")

    def test_the_engines_own_words(self, filled: Container) -> None:
        with pytest.raises(ApiError, match="not a directory"):
            filled.path_stat("/d/f/")

    @pytest.mark.parametrize("path", ["", "a\0b", 7, b"/d"])
    def test_no_path(self, filled: Container, path: Any) -> None:
        with pytest.raises(InvalidArgument, match="it takes a path in the container"):
            filled.path_stat(path)


class TestArchives:
    def test_get(self, filled: Container) -> None:
        stream, found = filled.get_archive("/d")
        assert found.name == "d"
        assert names(stream.read()) == ["d", "d/e", "d/f", "d/hard", "d/l"]

    def test_get_a_part_of_it(self, filled: Container) -> None:
        stream, _ = filled.get_archive("/")
        with stream:
            assert next(stream)
        assert filled.path_stat("/d").name == "d"

    def test_get_nothing(self, filled: Container) -> None:
        with pytest.raises(NotFound, match="Could not find the file /nope"):
            filled.get_archive("/nope")

    def test_put(self, filled: Container) -> None:
        archive = tar((tarfile.TarInfo("new"), b"news"), (tarfile.TarInfo("sub/deep"), b"down"))
        filled.put_archive("/empty", archive)
        assert filled.copy_from("/empty/new") == b"news"
        filled.put_archive("/empty/", io.BytesIO(tar((tarfile.TarInfo("new"), b"newer"))))
        assert filled.copy_from("/empty/new") == b"newer"
        assert filled.copy_from("/empty/sub/deep") == b"down"

    def test_put_where_no_folder_is(self, filled: Container) -> None:
        archive = tar((tarfile.TarInfo("new"), b"news"))
        with pytest.raises(NotFound, match="Could not find the file /nope"):
            filled.put_archive("/nope", archive)
        with pytest.raises(ApiError, match="extraction point is not a directory"):
            filled.put_archive("/d/f", archive)

    def test_put_what_is_no_tar(self, filled: Container, tmp_path: Path) -> None:
        with pytest.raises(ApiError, match="invalid tar header"):
            filled.put_archive("/d", b"garbage" * 100)
        with pytest.raises(InvalidArgument, match="No such file"):
            filled.put_archive("/d", tmp_path / "nope.tar")

    @pytest.mark.parametrize("key", ["path", "linkpath", "uname", "gname", "comment"])
    def test_put_a_text_that_holds_a_nul(self, filled: Container, key: str) -> None:
        """The extended header of a member says it; what it is not a text of the engine does not look at."""
        info = tarfile.TarInfo("member")
        info.pax_headers = {key: "a\0b"}
        with pytest.raises(ApiError, match="invalid tar header") if key != "comment" else nullcontext():
            filled.put_archive("/d", tar((info, b"1")))

    def test_a_folder_is_kept_from_becoming_a_file(self, filled: Container) -> None:
        archive = tar((tarfile.TarInfo("e"), b"file"))
        with pytest.raises(ApiError, match="cannot overwrite directory"):
            filled.put_archive("/d", archive, no_overwrite_dir_non_dir=True)
        filled.put_archive("/d", archive)
        assert filled.copy_from("/d/e") == b"file"

    def test_whose_they_are(self, engine: Client, create: Any) -> None:
        container = create(engine, ["true"], user="nobody")
        theirs = tarfile.TarInfo("theirs")
        theirs.uid, theirs.gid = 1234, 2345
        container.put_archive("/tmp", tar((theirs, b"")))
        container.put_archive("/var", tar((theirs, b"")), copy_uidgid=True)
        found = []
        for folder in ("/tmp", "/var"):
            stream, _ = container.get_archive(f"{folder}/theirs")
            with tarfile.open(fileobj=io.BytesIO(stream.read())) as archive:
                found += [(member.uid, member.gid) for member in archive]
        assert found == [(1234, 2345), (65534, 65534)]

    def test_export(self, filled: Container) -> None:
        with filled.export() as stream:
            assert {"d/f", "etc/passwd", "bin/busybox"} <= set(names(stream.read()))


class TestCopyTo:
    @pytest.mark.parametrize(
        "contents",
        [b"some", bytearray(b"some"), io.BytesIO, [b"so", b"me"]],
        ids=lambda c: type(c).__name__,
    )
    def test_contents(self, filled: Container, contents: Any) -> None:
        filled.copy_to(io.BytesIO(b"some") if contents is io.BytesIO else contents, "/empty/file")
        assert filled.copy_from("/empty/file") == b"some"
        found = filled.path_stat("/empty/file")
        assert found.mode == 0o644
        assert abs(datetime.fromisoformat(found.mtime).timestamp() - time.time()) < 60

    def test_contents_that_nobody_can_measure(self, filled: Container) -> None:
        reader, writer = os.pipe()
        with open(reader, "rb") as out, open(writer, "wb") as into:
            into.write(b"piped")
            into.close()
            filled.copy_to(out, PurePosixPath("/empty/file"))
        assert filled.copy_from("/empty/file") == b"piped"

    def test_a_file_from_where_it_stands(self, filled: Container) -> None:
        file = io.BytesIO(b"0123456789")
        file.seek(4)
        filled.copy_to(file, "/empty/file", mode=0o600, uid=5, gid=6)
        stream, _ = filled.get_archive("/empty/file")
        with tarfile.open(fileobj=io.BytesIO(stream.read())) as archive:
            [member] = archive.getmembers()
        assert (member.size, member.mode & 0o7777, member.uid, member.gid) == (6, 0o600, 5, 6)

    def test_a_folder_and_all_it_holds(self, filled: Container, tmp_path: Path) -> None:
        source = tmp_path / "source"
        (source / "sub").mkdir(parents=True)
        (source / "a").write_text("one")
        (source / "a").chmod(0o750)
        os.utime(source / "a", (TIME, TIME))
        (source / "sub" / ("ü" * 60)).write_text("two")
        (source / "link").symlink_to("a")
        os.link(source / "a", source / "same")
        filled.copy_to(source, "/new")  # nothing is there: it gets that name
        filled.copy_to(str(source), "/empty")  # a folder is there: into it
        filled.copy_to(f"{source}/.", "/d/")  # what it holds
        filled.copy_to(source, "/newer/.")
        for where in ("/new", "/newer", "/empty/source", "/d"):
            found = filled.path_stat(f"{where}/a")
            assert (found.size, found.mode, found.mtime) == (3, 0o750, "2001-02-03T04:05:06Z")
            assert filled.path_stat(f"{where}/link").link_target == f"{where}/a"
            assert filled.copy_from(f"{where}/sub/{'ü' * 60}") == b"two"
            stream, _ = filled.get_archive(where)
            with tarfile.open(fileobj=io.BytesIO(stream.read())) as archive:
                assert [member.name for member in archive if member.islnk()]
        assert filled.copy_from("/d/f") == b"hi\n"  # what was there is there still

    def test_a_file_by_path(self, filled: Container, tmp_path: Path) -> None:
        source = tmp_path / "conf"
        source.write_text("a=b")
        filled.copy_to(source, "/empty")
        filled.copy_to(source, "/empty/other")
        filled.copy_to(source, "/dl/")  # a link to a folder is that folder
        filled.copy_to(source, "/fl")  # and one to a file is that file
        filled.copy_to(source, "/dangling")
        for path in ("/empty/conf", "/empty/other", "/d/conf", "/d/f", "/gone"):
            assert filled.copy_from(path) == b"a=b"
        assert filled.path_stat("/fl").link_target == "/d/f"

    def test_a_link_is_a_link_unless_followed(self, filled: Container, tmp_path: Path) -> None:
        (tmp_path / "real").write_text("real")
        link = tmp_path / "link"
        link.symlink_to("real")
        filled.copy_to(link, "/empty")
        assert filled.path_stat("/empty/link").mode & 1 << 27
        filled.copy_to(link, "/d", follow_link=True)
        assert filled.copy_from("/d/link") == b"real"

    def test_the_containers_user(self, engine: Client, create: Any) -> None:
        container = create(engine, ["true"], user="nobody")
        container.copy_to(b"", "/var/theirs", archive=True)
        stream, _ = container.get_archive("/var/theirs")
        with tarfile.open(fileobj=io.BytesIO(stream.read())) as archive:
            assert [member.uid for member in archive] == [65534]

    def test_what_does_not_go_there(self, filled: Container, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        os.mknod(tmp_path / "socket", S_IFSOCK | 0o600)
        for source, path, problem in (
            (tmp_path / "socket", "/d", "is a socket"),
            (tmp_path / "nope", "/d", "No such file"),
            (b"x", "/d", "is a folder"),
            (tmp_path, "/d/f", "no folder"),
            (tmp_path / "file", "/nope/", "no such folder"),
            (tmp_path / "file", "/d/f/", "no folder"),
            (io.StringIO("text"), "/d/f", "str, and files are bytes"),
            (["text"], "/d/f", "str, and files are bytes"),
            (7, "/d/f", "it takes a path"),
        ):
            with pytest.raises(InvalidArgument, match=problem):
                filled.copy_to(source, path)  # type: ignore[arg-type]
        with pytest.raises(NotFound, match="Could not find the file /nope"):
            filled.copy_to(b"x", "/nope/file")
        (tmp_path / "d").mkdir()
        (tmp_path / "d" / "e").write_text("")
        with pytest.raises(ApiError, match="cannot overwrite"):
            filled.copy_to(tmp_path / "d", "/")
        with pytest.raises(InvalidArgument, match=r"mode='0644': it takes an int up to 0o7777"):
            filled.copy_to(b"x", "/d/f", mode="0644")  # type: ignore[arg-type]
        assert filled.copy_from("/d/f") == b"hi\n"

    def test_a_file_that_gets_shorter(self, filled: Container) -> None:
        class Cut(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                return b""

        with pytest.raises(ArchiveError, match="got shorter while it was read: 10 of 10 bytes are missing"):
            filled.copy_to(Cut(b"x" * 10), "/empty/file")


class TestCopyFrom:
    def test_bytes(self, filled: Container) -> None:
        assert filled.copy_from("/d/f") == b"hi\n"
        assert filled.copy_from(PurePosixPath("/d/l")) == b"hi\n"  # contents are those of the file
        into = io.BytesIO()
        assert filled.copy_from("/d/f", into) == 3
        assert into.getvalue() == b"hi\n"
        with pytest.raises(ArchiveError, match="'/d' is no file: give a destination"):
            filled.copy_from("/d")
        with pytest.raises(NotFound, match="Could not find the file /gone"):
            filled.copy_from("/dangling")

    def test_a_folder_and_all_it_holds(self, filled: Container, tmp_path: Path) -> None:
        new = tmp_path / "new"
        assert filled.copy_from("/d", new) == new
        assert filled.copy_from("/d", tmp_path) == tmp_path / "d"
        (tmp_path / "merged").mkdir()
        (tmp_path / "merged" / "mine").write_text("mine")
        assert filled.copy_from("/d/.", tmp_path / "merged") == tmp_path / "merged"
        for folder in (new, tmp_path / "d", tmp_path / "merged"):
            file = folder / "f"
            assert file.read_text() == "hi\n"
            assert (file.stat().st_mode & 0o7777, file.stat().st_mtime) == (0o640, TIME)
            assert ((folder / "e").stat().st_mode & 0o7777, (folder / "e").stat().st_mtime) == (0o711, TIME)
            assert (folder / "l").readlink() == Path("/d/f")
            assert (folder / "hard").samefile(file)
        assert (tmp_path / "merged" / "mine").read_text() == "mine"

    def test_a_file(self, filled: Container, tmp_path: Path) -> None:
        assert filled.copy_from("/d/f", tmp_path) == tmp_path / "f"
        assert filled.copy_from("/d/f", str(tmp_path / "other")) == tmp_path / "other"
        (tmp_path / "link").symlink_to("other")
        (tmp_path / "other").write_text("before")
        filled.copy_from("/d/f", tmp_path / "link")  # what I have as a link stays one
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "other").read_text() == "hi\n"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["f", "link", "other"]

    def test_links(self, filled: Container, tmp_path: Path) -> None:
        assert filled.copy_from("/dl", tmp_path) == tmp_path / "dl"
        assert (tmp_path / "dl").readlink() == Path("/d")
        assert filled.copy_from("/dl", tmp_path / "followed", follow_link=True) == tmp_path / "followed"
        assert (tmp_path / "followed" / "f").read_text() == "hi\n"
        assert filled.copy_from("/fl", tmp_path, follow_link=True) == tmp_path / "fl"
        assert (tmp_path / "fl").read_text() == "hi\n"
        assert not (tmp_path / "fl").is_symlink()

    def test_the_root(self, engine: Client, create: Any, tmp_path: Path, labels: dict[str, str]) -> None:
        container = create(engine, ["true"])
        into = tmp_path / "root"
        assert container.copy_from("/etc/..", into) == into
        assert (into / "etc" / "passwd").read_bytes() == container.copy_from("/etc/passwd")

    def test_no_rights_come_along(self, filled: Container, tmp_path: Path) -> None:
        assert filled.copy_from("/sparse", tmp_path).stat().st_mode & 0o7777 == 0o755

    def test_a_device_is_refused(self, filled: Container, tmp_path: Path) -> None:
        with pytest.raises(ArchiveError, match="'dev2/n' is not unpacked: it is a device") as caught:
            filled.copy_from("/dev2", tmp_path / "dev2")
        assert caught.value.member == "dev2/n"
        assert caught.value.operation == "ContainerArchive"
        assert list((tmp_path / "dev2").iterdir()) == []

    def test_what_does_not_go_there(self, filled: Container, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("mine")
        for path, destination, problem in (
            ("/d", tmp_path / "file", "is no folder"),
            ("/d/f", tmp_path / "nope" / "f", "there is no folder"),
            ("/d/f", f"{tmp_path}/nope/", "no such folder"),
        ):
            with pytest.raises(InvalidArgument, match=problem):
                filled.copy_from(path, destination)
        with pytest.raises(InvalidArgument, match="destination=7: it takes a path"):
            filled.copy_from("/d/f", 7)  # type: ignore[call-overload]
        with pytest.raises(NotFound):
            filled.copy_from("/nope", tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["file"]
        assert (tmp_path / "file").read_text() == "mine"


def test_after_it_is_removed(engine: Client, create: Any, tmp_path: Path) -> None:
    container = create(engine, ["true"])
    container.remove()
    asking: list[Callable[[], object]] = [
        lambda: container.path_stat("/"),
        lambda: container.get_archive("/"),
        lambda: container.put_archive("/", b""),
        lambda: container.export(),
        lambda: container.copy_to(b"", "/a"),
        lambda: container.copy_to(tmp_path, "/a/"),
        lambda: container.copy_from("/a"),
        lambda: container.copy_from("/a", tmp_path),
    ]
    for ask in asking:
        with pytest.raises(NotFound, match=r"[Nn]o such container"):
            ask()


def test_megabytes_over_every_way(client: Client, create: Any, tmp_path: Path) -> None:
    container = create(client, ["true"])
    data = os.urandom(MB) * 5 + b"x"
    (tmp_path / "big").write_bytes(data)
    container.copy_to(tmp_path / "big", "/tmp")
    assert container.copy_from("/tmp/big") == data
    container.copy_to(data, "/tmp/other")
    assert container.copy_from("/tmp/other", tmp_path).read_bytes() == data
