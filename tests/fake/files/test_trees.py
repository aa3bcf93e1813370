"""Contents, layers and trees: what is written comes back, by all ways."""

from __future__ import annotations

import contextlib
import io
import os
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockpy.fake.blobs import Blob
from dockpy.fake.files import (
    ROOT,
    BadArchive,
    Content,
    Extent,
    FileSystem,
    Layer,
    Node,
    Tree,
    Upper,
    copy_tree,
    merge,
)

_edges = st.sampled_from([0, 1, 100, 65535, 65536, 65537, 131072, 200_000])
_edits = st.one_of(
    st.tuples(st.just("write"), _edges, st.sampled_from([b"x", b"y" * 70_000, bytes(65536), b""])),
    st.tuples(st.just("truncate"), _edges, st.just(b"")),
)


@settings(deadline=None)
@given(base=st.sampled_from([b"", b"ab", b"q" * 65536, b"r" * 150_000]), edits=st.lists(_edits, max_size=6))
def test_content_is_as_a_bytearray(base: bytes, edits: list[tuple[str, int, bytes]]) -> None:
    content, model = Content(Extent(Blob.of(b"--" + base), 2, len(base))), bytearray(base)
    for kind, at, data in edits:
        if kind == "truncate":
            content.truncate(at)
            model = model[:at].ljust(at, b"\0")
        else:
            content.write(at, data)
            if data:
                model = model.ljust(at, b"\0")
                model[at : at + len(data)] = data
        assert content.size == len(model)
    assert content.read(0, 1 << 20) == bytes(model)
    assert content.read(65530, 20) == bytes(model[65530:65550])


def _picture(tree: Tree | Upper) -> dict[str, tuple]:
    return {
        path: (node.kind, node.mode, node.uid, node.size if node.kind == "file" else 0, node.target)
        for path, node in tree.walk()
    }


_names = st.sampled_from(["a", "b", "c"])
_paths = st.lists(_names, min_size=1, max_size=3).map(lambda names: "/" + "/".join(names))
_changes = st.lists(
    st.tuples(st.sampled_from(["mkdir", "write", "remove", "symlink", "chmod", "rename"]), _paths, _paths),
    max_size=12,
)


def _apply(fs: FileSystem, changes: list[tuple[str, str, str]]) -> None:
    for number, (kind, path, other) in enumerate(changes):
        try:
            match kind:
                case "mkdir":
                    fs.mkdir(ROOT, path)
                case "write":
                    fs.write_bytes(ROOT, path, b"x" * number)
                case "symlink":
                    fs.symlink(ROOT, other, path)
                case "chmod":
                    fs.chmod(ROOT, path, 0o700)
                case "rename":
                    fs.rename(ROOT, path, other)
                case _:
                    _remove(fs, path)
        except OSError:
            continue


def _remove(fs: FileSystem, path: str) -> None:
    if not fs.stat(ROOT, path, False).is_dir:
        fs.unlink(ROOT, path)
        return
    for name in fs.listdir(ROOT, path):
        _remove(fs, f"{path}/{name}")
    fs.rmdir(ROOT, path)


@settings(deadline=None, max_examples=200)
@given(steps=st.lists(_changes, min_size=1, max_size=3))
def test_layers_over_layers_show_what_was_done(steps: list[list[tuple[str, str, str]]]) -> None:
    layers: list[Layer] = []
    for changes in steps:
        base = merge(layers)
        before = _picture(base)
        upper = Upper(base)
        _apply(FileSystem(upper), changes)
        layer = upper.freeze()
        assert Layer.from_tar(b"".join(layer.tar())).diff_id == layer.diff_id
        assert upper.freeze().diff_id == layer.diff_id
        assert layer.size == upper.size
        layers.append(layer)
        after = _picture(merge(layers))
        assert after == _picture(upper)
        assert _picture(base) == before
        listed = {path: kind for kind, path in upper.changes()}
        assert {path for path, kind in listed.items() if kind == 1} == after.keys() - before.keys()
        gone = {path for path in before.keys() - after.keys() if path.rpartition("/")[0] in {*after, ""}}
        gone = {path for path in gone if (after.get(path.rpartition("/")[0]) or ("dir",))[0] == "dir"}
        assert {path for path, kind in listed.items() if kind == 2} == gone
    assert merge(layers) is merge(layers)


def test_changes_are_those_of_an_engine() -> None:
    """As both engines gave them for these commands, siblings sorted."""
    fs = FileSystem(Upper.empty(), now=lambda: 10**9)
    for path in ("/bin", "/etc", "/home", "/tmp", "/usr", "/usr/sbin", "/root"):
        fs.mkdir(ROOT, path)
    for path in ("/bin/ls", "/etc/passwd", "/etc/group"):
        fs.write_bytes(ROOT, path, b"x")
    upper = Upper(merge([fs.root.freeze()]))  # type: ignore[attr-defined]
    fs = FileSystem(upper, now=lambda: 2 * 10**9)
    fs.unlink(ROOT, "/bin/ls")
    fs.rmdir(ROOT, "/home")
    fs.mkdir(ROOT, "/home")
    fs.write_bytes(ROOT, "/home/a", b"")
    fs.write_bytes(ROOT, "/etc/q", b"")
    fs.unlink(ROOT, "/etc/q")
    fs.chmod(ROOT, "/etc/passwd", 0o600)
    fs.rename(ROOT, "/etc/group", "/etc/grp")
    fs.rmdir(ROOT, "/usr/sbin")
    fs.rmdir(ROOT, "/usr")
    fs.write_bytes(ROOT, "/usr", b"x\n")
    fs.makedirs(ROOT, "/z/y")
    fs.chmod(ROOT, "/tmp", 0o700)
    fs.utime(ROOT, "/root")
    assert [f"{'CAD'[kind]} {path}" for kind, path in upper.changes()] == [
        "C /bin",
        "D /bin/ls",
        "C /etc",
        "A /etc/grp",
        "C /etc/passwd",
        "D /etc/group",
        "C /home",
        "A /home/a",
        "C /tmp",
        "C /usr",
        "A /z",
        "A /z/y",
    ]
    with tarfile.open(fileobj=io.BytesIO(b"".join(upper.freeze().tar()))) as archive:
        assert archive.getnames() == [
            "bin", "bin/.wh.ls", "etc", "etc/.wh.group", "etc/grp", "etc/passwd",
            "home", "home/.wh..wh..opq", "home/a", "root", "tmp", "usr", "z", "z/y",
        ]  # fmt: skip


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("packing", ["", "gz", "bz2", "xz"])
def test_layers_of_all_forms(form: int, packing: str) -> None:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=form) as archive:
        for name in ("d" * 90 + "/" + "f" * 90, "g"):
            member = tarfile.TarInfo(name)
            member.size, member.uid = 3, 70_000
            archive.addfile(member, io.BytesIO(b"abc"))
    data = plain.getvalue()
    packed = data
    if packing:
        packed = __import__({"gz": "gzip", "bz2": "bz2", "xz": "lzma"}[packing]).compress(data)
    layer = Layer.from_tar(packed)
    assert (layer.diff_id, layer.size) == (Blob.of(data).digest, 6)
    fs = FileSystem(merge([layer]))
    assert fs.read_bytes(ROOT, "/" + "d" * 90 + "/" + "f" * 90) == b"abc"
    assert fs.stat(ROOT, "/g").uid == 70_000


@given(st.binary(max_size=2000))
def test_garbage_is_refused_by_type(data: bytes) -> None:
    for start in (b"", b"\x1f\x8b\x08\0", b"BZh9", b"\xfd7zXZ\0"):
        with contextlib.suppress(BadArchive):
            Layer.from_tar(start + data)


def test_a_large_layer_is_not_read() -> None:
    header = tarfile.TarInfo("big")
    header.size = 300 << 20
    piece = bytes(1 << 20)
    layer = Layer.from_tar([header.tobuf(), *(piece for _ in range(300)), bytes(1024)])
    fs = FileSystem(Upper(merge([layer])))
    file = fs.open(ROOT, "/big", os.O_RDWR)
    file.write_now(b"x")
    content = fs.lookup(ROOT, "/big").data
    assert isinstance(content, Content)
    assert content.size == 300 << 20
    assert len(content._chunks) == 1
    assert content.read(0, 2) == b"x\0"


def test_holes_and_zeros_take_no_room() -> None:
    fs = FileSystem(Upper.empty())
    fs.write_bytes(ROOT, "/f", b"")
    fs.truncate(ROOT, "/f", 1 << 40)
    assert fs.stat(ROOT, "/f").size == 1 << 40


def test_quota() -> None:
    fs = FileSystem(Upper.empty())
    fs.disk.free = 3
    file = fs.open(ROOT, "/f", os.O_WRONLY | os.O_CREAT)
    assert file.write_now(b"abcd") == 3
    with pytest.raises(OSError, match="No space left on device"):
        file.write_now(b"d")
    fs.unlink(ROOT, "/f")
    assert fs.disk.free == 3


class _Nobody:
    uid = gid = 1000
    groups = (7,)
    cwd = "/tmp"
    umask = 0o022


def test_permissions() -> None:
    who = _Nobody()
    fs = FileSystem(Upper.empty())
    fs.mkdir(ROOT, "/tmp")
    fs.chmod(ROOT, "/tmp", 0o1777)
    fs.mkdir(ROOT, "/closed", 0o700)
    fs.write_bytes(ROOT, "/closed/f", b"")
    fs.write_bytes(ROOT, "/tmp/roots", b"r")
    fs.write_bytes(who, "mine", b"m")
    assert fs.stat(ROOT, "/tmp/mine").uid == 1000
    for call in (
        lambda: fs.stat(who, "/closed/f"),
        lambda: fs.listdir(who, "/closed"),
        lambda: fs.write_bytes(who, "/new", b""),
        lambda: fs.write_bytes(who, "/tmp/roots", b""),
        lambda: fs.utime(who, "/tmp/roots"),
    ):
        with pytest.raises(PermissionError, match="Permission denied"):
            call()
    for call in (
        lambda: fs.unlink(who, "/tmp/roots"),
        lambda: fs.rename(who, "/tmp/roots", "/tmp/x"),
        lambda: fs.chmod(who, "/tmp/roots", 0o777),
        lambda: fs.chown(who, "/tmp/mine", 0),
    ):
        with pytest.raises(PermissionError, match="Operation not permitted"):
            call()
    fs.chown(who, "mine", gid=7)
    fs.unlink(who, "mine")


def test_mounts() -> None:
    volume = Upper.empty()
    fs = FileSystem(Upper.empty())
    fs.makedirs(ROOT, "/a/v")
    fs.mount("/a/v", volume)
    fs.write_bytes(ROOT, "/a/v/f", b"1")
    assert volume.find("/f") is not None
    with pytest.raises(OSError, match="Invalid cross-device link"):
        fs.rename(ROOT, "/a/v/f", "/a/f")
    with pytest.raises(OSError, match="Device or resource busy"):
        fs.rmdir(ROOT, "/a/v")
    other = FileSystem(Upper.empty())
    other.mkdir(ROOT, "/r")
    other.mount("/r", volume, read_only=True)
    assert other.read_bytes(ROOT, "/r/../r/f") == b"1"
    with pytest.raises(OSError, match="Read-only file system"):
        other.write_bytes(ROOT, "/r/f", b"2")
    fs.unmount("/a/v")
    assert fs.listdir(ROOT, "/a/v") == []
    assert fs.root.find("/a/v/f") is None  # type: ignore[attr-defined]


def test_dynamic_nodes() -> None:
    state = ["1"]
    written: list[bytes] = []
    tree = Tree(
        Node.dynamic_directory(
            lambda: {
                "n": Node.dynamic(lambda: state[0].encode(), 0o644, written.append),
                "self": Node.symlink(lambda who: str(who.uid)),
                "0": Node.directory(),
            }
        )
    )
    fs = FileSystem(Upper.empty())
    fs.mkdir(ROOT, "/proc")
    fs.mount("/proc", tree)
    assert fs.read_bytes(ROOT, "/proc/n") == b"1"
    state[0] = "2"
    assert fs.read_bytes(ROOT, "/proc/n") == b"2"
    fs.write_bytes(ROOT, "/proc/n", b"in")
    assert written == [b"in"]
    assert fs.readlink(ROOT, "/proc/self") == "0"
    assert fs.stat(ROOT, "/proc/self").is_dir
    with pytest.raises(OSError, match="Read-only file system"):
        fs.mkdir(ROOT, "/proc/x")


def test_copy_tree_keeps_links_and_shares_data() -> None:
    fs = FileSystem(Upper.empty())
    fs.makedirs(ROOT, "/s/d")
    fs.write_bytes(ROOT, "/s/d/f", b"x")
    fs.link(ROOT, "/s/d/f", "/s/g")
    fs.symlink(ROOT, "d/f", "/s/l")
    base = merge([fs.root.freeze()])  # type: ignore[attr-defined]
    source = base.find("/s")
    assert source is not None
    volume = Upper.empty()
    copy_tree(source, volume, "/", owner=(5, 6), keep=lambda path: path != "l")
    other = FileSystem(volume)
    assert other.listdir(ROOT, "/") == ["d", "g"]
    assert other.stat(ROOT, "/g").ino == other.stat(ROOT, "/d/f").ino
    assert (other.stat(ROOT, "/g").uid, other.stat(ROOT, "/g").nlink) == (5, 2)
    other.write_bytes(ROOT, "/g", b"changed")
    assert other.read_bytes(ROOT, "/d/f") == b"changed"
    assert FileSystem(base).read_bytes(ROOT, "/s/g") == b"x"
