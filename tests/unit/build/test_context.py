"""A folder as a tar, made as it is sent."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dockpy
from dockpy.build.context import Context, compressed
from dockpy.build.dockerignore import Ignore
from dockpy.build.folder import plan_folder
from dockpy.errors import ArchiveError, InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Iterable


def read(tar: Iterable[bytes]) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(b"".join(tar)), mode="r:") as archive:
        return {member.name: member for member in archive}


def test_what_a_member_says(tmp_path: Path) -> None:
    long = "d" * 90 + "/" + "ü" * 60
    (tmp_path / long).parent.mkdir()
    (tmp_path / long).write_bytes(b"x" * 1000)
    (tmp_path / "run").write_text("#!/bin/sh")
    (tmp_path / "run").chmod(0o4755)
    os.utime(tmp_path / "run", ns=(0, 1_600_000_000_999_999_999))
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir(0o700)
    found = read(Context(str(tmp_path)).tar())
    assert list(found) == ["d" * 90, long, "folder", "link", "run"]
    assert (found[long].size, found[long].uid, found[long].gid, found[long].uname) == (1000, 0, 0, "")
    assert (found["run"].mode, found["run"].mtime) == (0o4755, 1_600_000_000)
    assert (found["link"].issym(), found["link"].linkname) == (True, "/etc/passwd")
    assert (found["folder"].isdir(), found["folder"].mode) == (True, 0o700)


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("b", "a", "c/d"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    context = Context(str(tmp_path))
    assert b"".join(context.tar()) == b"".join(context.tar())
    assert b"".join(compressed(context.tar())) != b""
    assert gzip.decompress(b"".join(compressed(context.tar()))) == b"".join(context.tar())


def test_bytes_that_are_no_text_in_a_name(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff", "w"):
        pass
    assert list(read(Context(str(tmp_path)).tar())) == ["\udcff"]


NAMES = st.sampled_from(["a", "b", "sub/c", "sub/d", "ü", "x" * 120])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.dictionaries(NAMES, st.binary(max_size=2000), max_size=5))
def test_every_byte_arrives(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    root = tmp_path_factory.mktemp("context")
    for name, content in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(content)
    tar = b"".join(Context(str(root)).tar())
    with tarfile.open(fileobj=io.BytesIO(tar), mode="r:") as archive:
        found = {item.name: archive.extractfile(item) for item in archive if item.isreg()}
        contents = {name: file.read() for name, file in found.items() if file is not None}
    assert contents == files


def test_ignored_trees_are_not_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 20,000 files, 18,000 are in folders that nothing takes back: those are not looked at."""
    for folder, number in (("node_modules", 180), ("src", 20)):
        for count in range(number):
            (tmp_path / folder / f"m{count}").mkdir(parents=True)
            for index in range(100):
                (tmp_path / folder / f"m{count}" / f"f{index}").touch()
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / ".dockerignore").write_text("node_modules\n!node_modules/m7/f3\n!*.md\n")
    scanned: list[str] = []
    real = os.scandir

    def counting(path: Any) -> Any:
        scanned.append(os.path.relpath(path, tmp_path))
        return real(path)

    monkeypatch.setattr(os, "scandir", counting)
    found = read(plan_folder(str(tmp_path), None).context.tar())
    assert len([name for name in found if name.startswith("src/m") and name.count("/") == 2]) == 2000
    assert [name for name in found if name.startswith("node_modules")] == ["node_modules/m7/f3"]
    assert [name for name in scanned if name.startswith("node_modules")] == [
        "node_modules",
        "node_modules/m7",
    ]
    assert len(scanned) == 1 + 1 + 20 + 2


def test_folders_deeper_than_pythons_stack(tmp_path: Path) -> None:
    folders = [str(tmp_path / "a")]
    folders += [f"{folders[0]}{'/a' * depth}" for depth in range(1, sys.getrecursionlimit() + 100)]
    for folder in folders:
        os.mkdir(folder)
    try:
        assert list(Context(str(tmp_path)).paths()) == [os.path.relpath(path, tmp_path) for path in folders]
    finally:
        for folder in reversed(folders):
            os.rmdir(folder)


def test_memory_does_not_grow_with_a_file(tmp_path: Path) -> None:
    with open(tmp_path / "large", "wb") as file:
        file.truncate(200 << 20)
    tracemalloc.start()
    try:
        sent = sum(map(len, Context(str(tmp_path)).tar()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent > 200 << 20
    assert peak < 4 << 20


def test_a_file_of_more_than_8_gib(tmp_path: Path) -> None:
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(9 << 30)
    pieces = Context(str(tmp_path)).tar()
    head = next(pieces)
    member = tarfile.TarInfo.frombuf(head[:512], "utf-8", "strict")
    assert member.type == tarfile.XHDTYPE
    assert f"size={9 << 30}".encode() in head[512:1024]


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b"x" * (1 << 20))
    pieces = Context(str(tmp_path)).tar()
    first = next(pieces)
    with open(file, "ab") as more:
        more.write(b"more")
    assert read([first, *pieces])["log"].size == 1 << 20  # what it had when it was opened

    pieces = Context(str(tmp_path)).tar()
    next(pieces)
    os.truncate(file, 1000)
    with pytest.raises(ArchiveError, match="'log' got shorter while it was read") as caught:
        list(pieces)
    assert caught.value.member == "log"


def test_a_file_that_is_gone_or_another_when_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "0").write_bytes(b"x" * (1 << 20))  # larger than a piece: the next one is not looked at yet
    (tmp_path / "1").write_text("1")
    pieces = Context(str(tmp_path)).tar()
    first = next(pieces)
    (tmp_path / "1").unlink()
    (tmp_path / "1").symlink_to("/etc/passwd")
    assert read([first, *pieces])["1"].linkname == "/etc/passwd"

    pieces = Context(str(tmp_path)).tar()
    next(pieces)
    (tmp_path / "1").unlink()
    with pytest.raises(ArchiveError, match="'1' cannot be read: No such file"):
        list(pieces)


def test_what_may_not_be_read(tmp_path: Path) -> None:
    """As another user, where we are root."""
    (tmp_path / "open").write_text("")
    (tmp_path / "shut").write_text("")
    (tmp_path / "shut").chmod(0)
    program = f"""
import os
from dockpy.build.context import Context
from dockpy.errors import ArchiveError
if os.getuid() == 0:
    os.setuid(65534)
try:
    list(Context({str(tmp_path)!r}).tar())
except ArchiveError as error:
    print(error.member, error)
"""
    for folder in [tmp_path, *tmp_path.parents]:
        if folder != Path("/tmp") and folder.stat().st_uid == os.getuid() and folder.is_relative_to("/tmp"):
            folder.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(dockpy.__file__).parents[1])},
    )
    assert "shut 'shut' cannot be read: Permission denied" in done.stdout, done.stderr


def test_always_and_texts(tmp_path: Path) -> None:
    for name in ("sub/a", "sub/b", "other/c", "replaced"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("old")
    context = Context(str(tmp_path), Ignore(["*"]), frozenset({"sub/a"}), {"replaced": b"new", "added": b""})
    assert list(context.paths()) == ["sub/a", "replaced", "added"]
    assert read(context.tar())["replaced"].size == 3


class TestFolder:
    def test_rules_of_a_dockerfile_of_its_own(self, tmp_path: Path) -> None:
        (tmp_path / "a").touch()
        (tmp_path / "b").touch()
        (tmp_path / ".dockerignore").write_text("a\n")
        (tmp_path / "My.Dockerfile").write_text("FROM scratch\n")
        (tmp_path / "My.Dockerfile.dockerignore").write_text("b\nMy.*\n")
        (tmp_path / "Dockerfile").write_text("FROM scratch\n")
        planned = plan_folder(str(tmp_path), "My.Dockerfile")
        assert list(planned.context.paths()) == ["Dockerfile", "a", ".dockerignore", planned.dockerfile]
        assert planned.context.texts[planned.dockerfile] == b"FROM scratch\n"
        assert "b" in plan_folder(str(tmp_path), None).context.paths()

    def test_the_other_spelling(self, tmp_path: Path) -> None:
        (tmp_path / "dockerfile").write_text("FROM scratch\n")
        assert plan_folder(str(tmp_path), None).dockerfile == "dockerfile"

    def test_a_link_to_elsewhere(self, tmp_path: Path) -> None:
        root = tmp_path / "root"
        root.mkdir()
        (tmp_path / "Shared").write_text("FROM shared\n")
        (root / "Dockerfile").symlink_to("../Shared")
        planned = plan_folder(str(root), None)
        assert planned.dockerfile.startswith(".dockerfile.")
        assert planned.content == b"FROM shared\n"
        (tmp_path / "linked").symlink_to("root")
        assert plan_folder(str(tmp_path / "linked"), "../Shared").content == b"FROM shared\n"

    def test_what_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidArgument, match="there is no such folder"):
            plan_folder(str(tmp_path / "none"), None)
        with pytest.raises(InvalidArgument, match="dockerfile='Dockerfile': there is no file"):
            plan_folder(str(tmp_path), None)
        with pytest.raises(InvalidArgument, match="cannot be read: Is a directory"):
            plan_folder(str(tmp_path), ".")
