"""Archives of images, as engines write them, as tools do, and as those who mean no good do."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import sys
import tarfile
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockpy.errors import ArchiveError, DigestMismatch, InvalidArgument
from dockpy.registry.blobs import verified
from dockpy.registry.cancel import Cancel
from dockpy.registry.pushing import opened_archive

sys.path.insert(0, str(Path(__file__).parent))
from archive_samples import DOCKER, INDEX, NAMES, OCI, Layout, digest_of, files_in, link, recorded, tar_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ONE = ["dockpy-t5d/one:1", "127.0.0.1:5050/dockpy-t5d/one:other"]
TWO = ["dockpy-t5d/two:2"]
BX = ["docker.io/dockpy-t5d/bx:1"]
MULTI = ["docker.io/dockpy-t5d/bx:m"]

# name: for each image its names, its config (the id), the kind of its manifest, how many layers it has
HELD: dict[str, list[tuple[list[str], str, str, int]]] = {
    "docker20": [(TWO, "d33a4aeb12ff", DOCKER, 3), (ONE, "c8c61cb2537a", DOCKER, 1)],
    "docker20-by-id": [([], "d33a4aeb12ff", DOCKER, 3)],
    "docker28": [
        (["docker.io/dockpy-t5d/one:1", ONE[1]], "def8527d9d00", OCI, 1),
        (["docker.io/dockpy-t5d/two:2"], "c8f5e3aa8219", OCI, 3),
    ],
    "docker28-by-id": [([], "c8f5e3aa8219", OCI, 3)],
    "buildx-oci": [(BX, "094811d9db6f", OCI, 1)],
    "buildx-docker": [(BX, "094811d9db6f", DOCKER, 1)],
    "buildx-platforms": [(MULTI, "", INDEX, 0)],
    "docker28-containerd": [(MULTI, "", INDEX, 0)],
}


pytestmark = pytest.mark.usefixtures("temporary")


def read(archive: Any) -> list[Any]:
    """All that is in it, each blob held against its digest."""
    with opened_archive(archive) as contents:
        for image in contents.images:
            for descriptor in image.tree.blobs():
                assert sum(map(len, verified(contents.blob(descriptor, Cancel())))) == descriptor.size
        return list(contents.images)


def told(images: list[Any]) -> list[tuple[list[str], str, str, int]]:
    return [
        (
            list(image.names),
            image.tree.manifest.config.digest[7:19] if image.tree.manifest.config else "",
            image.tree.manifest.media_type,
            len(image.tree.manifest.layers),
        )
        for image in images
    ]


class TestRecorded:
    def test_all_are_here(self) -> None:
        assert sorted(HELD) == NAMES

    @pytest.mark.parametrize("name", NAMES)
    def test_what_is_in_it(self, name: str) -> None:
        assert told(read(recorded(name))) == HELD[name]

    @pytest.mark.parametrize(("name", "blobs"), [("buildx-platforms", 7), ("docker28-containerd", 7)])
    def test_platforms_and_attestations(self, name: str, blobs: int) -> None:
        (image,) = read(recorded(name))
        assert image.tree.manifest.platforms == ["linux/amd64", "linux/arm64"]
        assert len(image.tree.children) == 4
        order = [tree.manifest.digest for tree in image.tree.walk()]
        assert order[-1] == image.tree.manifest.digest
        assert len(order) == len(set(order)) == 5
        assert len(image.tree.blobs()) == blobs  # four configs, two statements, one layer that both have

    def test_a_layer_that_is_there_twice_is_a_link(self) -> None:
        with tarfile.open(fileobj=io.BytesIO(recorded("docker20"))) as tar:
            assert any(member.issym() for member in tar)
        image = read(recorded("docker20"))[0]
        digests = [layer.digest for layer in image.tree.manifest.layers]
        assert digests[1] == digests[2] != digests[0]
        assert len(image.tree.blobs()) == 3


class Unseekable(io.RawIOBase):
    """A pipe, as Python has it."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, 1000))


class Reads:
    """Has a read, and nothing else."""

    def __init__(self, data: bytes) -> None:
        self.read = io.BytesIO(data).read


def pieces(data: bytes) -> Iterator[bytes]:
    yield from (data[start : start + 700] for start in range(0, len(data), 700))


class TestGivenAs:
    @pytest.mark.parametrize("name", ["docker20", "docker28"])
    @pytest.mark.parametrize("give", [bytes, bytearray, memoryview, io.BytesIO, Unseekable, Reads, pieces])
    @pytest.mark.parametrize("packed", [False, True])
    def test_it_is_read(self, name: str, give: Callable[[bytes], Any], packed: bool) -> None:
        data = recorded(name)
        assert told(read(give(gzip.compress(data) if packed else data))) == HELD[name]

    @pytest.mark.parametrize("give", [str, Path])
    def test_paths(self, tmp_path: Path, give: Callable[[Path], Any]) -> None:
        path = tmp_path / "a.tar"
        path.write_bytes(recorded("docker28"))
        assert told(read(give(path))) == HELD["docker28"]

    @pytest.mark.parametrize("packed", [False, True])
    def test_a_file_is_read_from_where_it_stands(self, packed: bool) -> None:
        data = recorded("docker28")
        file = io.BytesIO(b"something before" + (gzip.compress(data) if packed else data))
        file.seek(16)
        assert told(read(file)) == HELD["docker28"]
        assert file.tell() == 16
        assert not file.closed

    @pytest.mark.parametrize("name", ["docker28", "buildx-platforms"])
    def test_folders(self, tmp_path: Path, name: str) -> None:
        for member, content in files_in(recorded(name)).items():
            path = tmp_path / "layout" / member
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        assert told(read(tmp_path / "layout")) == HELD[name]

    def test_an_unpacked_archive_of_docker_save(self, tmp_path: Path) -> None:
        with tarfile.open(fileobj=io.BytesIO(recorded("docker20"))) as tar:
            tar.extractall(tmp_path, filter="data")
        assert told(read(tmp_path)) == HELD["docker20"]
        config = tmp_path / json.loads((tmp_path / "manifest.json").read_text())[0]["Config"]
        config.unlink()
        config.symlink_to("/etc/passwd")
        with pytest.raises(ArchiveError, match="leads out of the folder"):
            read(tmp_path)

    @pytest.mark.parametrize(
        "name", ["../out", "/etc/passwd", "a/../b", "", "a//b", "./a", "a\\b", "x" * 5000]
    )
    def test_names_that_lead_out_of_a_folder(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "out").write_bytes(b"{}")
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "manifest.json").write_text(json.dumps([{"Config": name, "Layers": []}]))
        with pytest.raises(ArchiveError, match=r"leads out|cannot be read|not hold"):
            read(tmp_path / "in")

    def test_a_folder_of_links(self, tmp_path: Path) -> None:
        for number, (member, content) in enumerate(files_in(recorded("buildx-oci")).items()):
            path = tmp_path / "layout" / member
            path.parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / str(number)).write_bytes(content)
            path.symlink_to(tmp_path / str(number))
        assert told(read(str(tmp_path / "layout"))) == HELD["buildx-oci"]

    def test_names_with_a_dot_before(self) -> None:
        files = files_in(recorded("docker28"))
        assert told(read(tar_of({f"./{name}": data for name, data in files.items()}))) == HELD["docker28"]

    @pytest.mark.parametrize(
        "archive", [7, None, object(), "/nowhere/at/all", "a\0b", io.StringIO("x"), ["x"]]
    )
    def test_what_cannot_be_read(self, archive: Any) -> None:
        with pytest.raises(InvalidArgument):
            read(archive)

    def test_a_closed_file_and_a_pipe_that_nobody_writes(self, tmp_path: Path) -> None:
        with open(tmp_path / "x", "wb+") as file:
            pass
        with pytest.raises(InvalidArgument):
            read(file)
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(InvalidArgument, match="neither a file nor a folder"):
            read(tmp_path / "pipe")

    @pytest.mark.parametrize(
        ("archive", "message"),
        [
            (b"", "broke off"),
            (b"no tar" * 200, "no tar"),
            (b"\x28\xb5\x2f\xfd....", "zstd"),
            (b"BZh91AY&SY", "bzip2"),
            (b"\xfd7zXZ\0\0", "xz"),
            (b"\x1f\x8b\x08damaged", "damaged|breaks off"),
            (gzip.compress(b"x" * 10_000, mtime=0)[:-10], "breaks off"),
            (bytes(1024), "holds no images"),
            (tar_of({"etc/passwd": b"x"}), "holds no images"),
            (tar_of({"oci-layout": b"{}"}), "holds no images"),
        ],
    )
    def test_what_is_no_archive_of_images(self, archive: bytes, message: str) -> None:
        with pytest.raises(ArchiveError, match=message):
            read(archive)

    def test_a_folder_without_images(self, tmp_path: Path) -> None:
        with pytest.raises(ArchiveError, match="holds no images"):
            read(tmp_path)


def saved(**changes: Any) -> dict[str, bytes]:
    """A small archive of docker save, with an entry of its own."""
    layer = tar_of({"a": b"a"})
    config = json.dumps({"rootfs": {"diff_ids": [digest_of(layer)]}}).encode()
    entry = {"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["l/layer.tar"], **changes}
    return {"c.json": config, "l/layer.tar": layer, "manifest.json": json.dumps([entry]).encode()}


class TestSaved:
    def test_it_is_read(self) -> None:
        (image,) = read(tar_of(saved()))
        assert image.names == ("a:1",)
        assert image.tree.manifest.config.digest == digest_of(saved()["c.json"])

    def test_layers_that_are_compressed_already(self) -> None:
        files = saved()
        layer = files["l/layer.tar"]
        files["l/layer.tar"] = gzip.compress(layer[:100]) + gzip.compress(layer[100:])  # as stargz has them
        (image,) = read(tar_of(files))
        assert image.tree.manifest.layers[0].media_type.endswith("tar.gzip")
        assert image.tree.manifest.layers[0].digest == digest_of(files["l/layer.tar"])

    @pytest.mark.parametrize(
        "content", [gzip.compress(b"another"), gzip.compress(b"x" * 999)[:-9]], ids=["another", "cut"]
    )
    def test_compressed_layers_that_are_others(self, content: bytes) -> None:
        with pytest.raises((DigestMismatch, ArchiveError), match=r"not what the image says|damaged"):
            read(tar_of({**saved(), "l/layer.tar": content}))

    def test_a_layer_that_is_another(self) -> None:
        with pytest.raises(DigestMismatch):
            read(tar_of({**saved(), "l/layer.tar": tar_of({"a": b"b"})}))

    def test_a_config_that_is_not_what_its_name_says(self) -> None:
        name = f"{'0' * 64}.json"
        files = saved(Config=name)
        files[name] = files.pop("c.json")
        with pytest.raises(DigestMismatch, match="not what its name says"):
            read(tar_of(files))

    @pytest.mark.parametrize(
        "entry",
        [
            {"Layers": ["../../etc/passwd"]},
            {"Layers": ["/etc/passwd"]},
            {"Layers": []},
            {"Layers": ["l/layer.tar", "l/layer.tar"]},
            {"Layers": "l/layer.tar"},
            {"Layers": [7]},
            {"Layers": None},
            {"Config": "nowhere"},
            {"Config": None},
            {"Config": "l/layer.tar"},
            {"RepoTags": "a:1"},
            {"RepoTags": [{}]},
        ],
    )
    def test_entries_that_do_not_fit(self, entry: dict[str, Any]) -> None:
        with pytest.raises(ArchiveError):
            read(tar_of(saved(**entry)))

    @pytest.mark.parametrize(
        "content", [b"", b"{}", b"[7]", b"null", b'[{"Config":{}}]', b"\xff\xfe", b"[NaN"]
    )
    def test_a_manifest_that_is_none(self, content: bytes) -> None:
        with pytest.raises(ArchiveError):
            read(tar_of({**saved(), "manifest.json": content}))

    @pytest.mark.parametrize(
        "config",
        [b"7", b"{}", b'{"rootfs":{"diff_ids":[7]}}', b'{"rootfs":{"diff_ids":"x"}}', b'{"rootfs":7}'],
    )
    def test_a_config_that_is_none(self, config: bytes) -> None:
        with pytest.raises(ArchiveError):
            read(tar_of({**saved(), "c.json": config}))


class TestHostile:
    @pytest.mark.parametrize(
        "target", ["/etc/passwd", "../../etc/passwd", "l/layer.tar", "../nowhere", "../l/../../x", ""]
    )
    @pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
    def test_links_lead_to_members_or_nowhere(self, target: str, kind: bytes) -> None:
        files = saved()
        del files["l/layer.tar"]
        member = link("l/layer.tar", target, kind)
        with pytest.raises(ArchiveError):
            read(tar_of(files, member))

    @pytest.mark.parametrize("target", ["/etc/layer", "../../layer"])
    def test_what_stands_outside_is_no_member(self, target: str) -> None:
        files = saved()
        layer = files.pop("l/layer.tar")
        with pytest.raises(ArchiveError, match="does not hold"):
            read(tar_of({**files, target: layer}, link("l/layer.tar", target)))

    def test_links_in_a_circle(self) -> None:
        files = saved()
        del files["l/layer.tar"]
        with pytest.raises(ArchiveError, match="from link to link"):
            read(tar_of(files, link("l/layer.tar", "../x"), link("x", "l/layer.tar")))

    def test_devices_and_pipes_are_no_files(self) -> None:
        files = saved()
        del files["l/layer.tar"]
        with pytest.raises(ArchiveError, match="does not hold"):
            read(tar_of(files, link("l/layer.tar", "", tarfile.FIFOTYPE)))

    @pytest.mark.parametrize("name", ["manifest.json", "c.json", "l/layer.tar", "./manifest.json"])
    def test_two_of_a_name(self, name: str) -> None:
        files = saved()
        twice = tar_of(files)[:-1024].rstrip(b"\0")
        twice += bytes(-len(twice) % 512) + tar_of({name: files[name.removeprefix("./")]})
        with pytest.raises(ArchiveError, match="twice"):
            read(twice)

    def test_names_that_lead_out_are_left_alone(self, tmp_path: Path) -> None:
        files = {**saved(), "../../out": b"x", str(tmp_path / "absolute"): b"x", "a/../../b": b"x"}
        assert len(read(tar_of(files))) == 1
        assert not (tmp_path / "absolute").exists()

    def test_sparse_files(self) -> None:
        member = tarfile.TarInfo("manifest.json")
        member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "x"}
        with pytest.raises(ArchiveError, match="sparse"):
            read(tar_of({}, member))

    @pytest.mark.parametrize("name", ["manifest.json", "c.json"])
    def test_huge_documents_are_not_read(self, name: str) -> None:
        data = tar_of({**saved(), name: b" " * (8 << 20)})
        tracemalloc.start()
        try:
            with pytest.raises(ArchiveError, match="more than 4194304 bytes"):
                read(data)
            assert tracemalloc.get_traced_memory()[1] < 1 << 20
        finally:
            tracemalloc.stop()

    @pytest.mark.parametrize("content", [b"[" * 1_000_000, b'{"a":' * 200_000, b"[" + b"9" * 10_000 + b"]"])
    @pytest.mark.parametrize("name", ["manifest.json", "c.json"])
    def test_deep_and_long_json(self, content: bytes, name: str) -> None:
        with pytest.raises(ArchiveError):
            read(tar_of({**saved(), name: content}))

    def test_many_members(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("dockpy.registry.archive.tarball._MOST_MEMBERS", 10)
        with pytest.raises(ArchiveError, match="more than 10 members"):
            read(tar_of({str(number): b"" for number in range(11)}))

    @pytest.mark.parametrize("name", ["docker20", "docker28"])
    def test_every_truncation(self, name: str) -> None:
        data = recorded(name)
        end = len(data.rstrip(b"\0"))
        for size in range(0, end, 256):
            with pytest.raises(ArchiveError):
                read(data[:size])


class TestLayouts:
    def layout(self) -> tuple[Layout, dict[str, Any]]:
        made = Layout()
        layer = made.blob(tar_of({"a": b"a"}), "application/vnd.oci.image.layer.v1.tar")
        return made, made.image(layer)

    def test_nested_indexes(self) -> None:
        layout, image = self.layout()
        layout.name(layout.index(layout.index(image), image), "a:1")
        (found,) = read(layout.tar())
        assert len(list(found.tree.walk())) == 3

    def test_indexes_that_are_too_deep(self) -> None:
        layout, deep = self.layout()
        for _ in range(20):
            deep = layout.index(deep)
        layout.name(deep)
        with pytest.raises(ArchiveError, match="indexes of indexes"):
            read(layout.tar())

    def test_manifests_that_are_too_much(self, monkeypatch: pytest.MonkeyPatch) -> None:
        layout, image = self.layout()
        listed = [layout.index(image, annotations={"n": f"{number}" * 1000}) for number in range(4)]
        layout.name(layout.index(*listed), "a:1")
        monkeypatch.setattr("dockpy.registry.archive.contents.MOST_WEIGHT", 20_000)
        assert len(read(layout.tar())) == 1
        monkeypatch.setattr("dockpy.registry.archive.contents.MOST_WEIGHT", 4000)
        with pytest.raises(ArchiveError, match="too large"):
            read(layout.tar())

    def test_a_build_cache_lists_blobs(self) -> None:
        layout, image = self.layout()
        cache = layout.blob(b"cached", "application/vnd.buildkit.cacheconfig.v0")
        layout.name(layout.index(image, cache), "a:1")
        (found,) = read(layout.tar())
        assert cache["digest"] in {blob.digest for blob in found.tree.blobs()}
        assert len(found.tree.children) == 1

    @pytest.mark.parametrize(
        "version", [b"{}", b"[]", b'{"imageLayoutVersion":"2.0.0"}', b'{"imageLayoutVersion":7}']
    )
    def test_versions(self, version: bytes) -> None:
        layout, image = self.layout()
        layout.name(image)
        layout.files["oci-layout"] = version
        with pytest.raises(ArchiveError, match="no version"):
            read(layout.tar())

    @pytest.mark.parametrize(
        "change",
        [
            {"digest": "sha256:../../../etc/passwd"},
            {"digest": "../../etc/passwd"},
            {"digest": "sha256:" + "A" * 64},
            {"digest": "md5:" + "0" * 32},
            {"digest": None},
            {"digest": "sha256:" + "0" * 64},
            {"size": -1},
            {"size": "1"},
            {"mediaType": 7},
            {"size": 10**30},
        ],
    )
    def test_descriptors_that_are_none(self, change: dict[str, Any]) -> None:
        layout, image = self.layout()
        layout.name({**image, **change})
        with pytest.raises(ArchiveError):
            read(layout.tar())
        layout, _ = self.layout()
        layer = layout.blob(b"layer", "application/vnd.oci.image.layer.v1.tar")
        layout.name(layout.image({**layer, **change}))
        with pytest.raises(ArchiveError):
            read(layout.tar())

    def test_a_manifest_of_an_unknown_kind(self) -> None:
        layout, _ = self.layout()
        layout.name(layout.blob(b'{"mediaType": "application/x"}', OCI))
        with pytest.raises(ArchiveError, match="no kind of manifest"):
            read(layout.tar())

    @pytest.mark.parametrize(
        "content", [b"7", b"no json", b'{"config":7}', b'{"layers":{}}', b'{"layers":[7]}']
    )
    def test_manifests_that_are_none(self, content: bytes) -> None:
        layout, _ = self.layout()
        layout.name(layout.blob(content, OCI))
        with pytest.raises(ArchiveError):
            read(layout.tar())

    def test_content_that_is_another(self) -> None:
        for wrong in ("manifest", "layer"):
            layout, image = self.layout()
            layout.name(image)
            layers = [name for name, content in layout.files.items() if content.startswith(b"a\0")]
            name = f"blobs/{image['digest'].replace(':', '/')}" if wrong == "manifest" else layers[0]
            content = bytearray(layout.files[name])
            content[0] ^= 1
            layout.files[name] = bytes(content)
            with pytest.raises(DigestMismatch):
                read(layout.tar())

    def test_names(self) -> None:
        layout, image = self.layout()
        layout.listed = [
            {**image, "annotations": {"org.opencontainers.image.ref.name": "1"}},
            {**image, "annotations": {"org.opencontainers.image.ref.name": "registry.example/a:2"}},
            {**image, "annotations": {"io.containerd.image.name": 7}},
            {**image, "annotations": 7},
        ]
        (found,) = read(layout.tar())
        assert found.names == ("1", "registry.example/a:2")
        assert [name.canonical for name in found.references] == ["registry.example/a:2"]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = bytearray(recorded(draw(st.sampled_from(NAMES))))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data) - 1))
        match draw(st.sampled_from(["flip", "cut", "repeat", "write", "drop"])):
            case "flip":
                data[at] ^= draw(st.integers(1, 255))
            case "cut":
                del data[max(at, 512) :]
            case "repeat":
                data[at:at] = data[at - at % 512 : at - at % 512 + 512]
            case "write":
                data[at : at + 8] = draw(st.binary(min_size=8, max_size=8))
            case _:
                del data[at - at % 512 : at - at % 512 + 512]
        if len(data) < 512:
            break
    return bytes(data)


@given(mutated())
def test_mutated_archives_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(ArchiveError, DigestMismatch):
        for image in read(data):
            assert image.ids
            _ = image.references
