"""Archives out of a registry: what is asked for, and what goes wrong on the way."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.errors import (
    DigestMismatch,
    DockpyError,
    ImageNotFound,
    InvalidArgument,
    InvalidReference,
    InvalidResponse,
    NotFound,
    TruncatedResponse,
)
from dockpy.fake.registry import FakeRegistry, ServedRegistry, serve
from dockpy.registry.registry import Registry
from dockpy.resources.archive import opened

sys.path.insert(0, str(Path(__file__).parent))
from archive_samples import OCI, Layout, digest_of, files_in, recorded

if TYPE_CHECKING:
    from dockpy.registry.progress import TransferProgress

OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
LAYER = bytes(range(256)) * 16 * 1024  # 4 MiB: several pieces


pytestmark = pytest.mark.usefixtures("temporary")


@pytest.fixture
def large(registry: Registry) -> str:
    """An image with a layer of several pieces; gives the layer's path."""
    layout = Layout()
    layer = layout.blob(LAYER, OCI_LAYER)
    layout.name(layout.image(layer))
    registry.push(layout.tar(), "large:1")
    return f"/v2/large/blobs/{layer['digest']}"


class TestWhatComes:
    @pytest.mark.parametrize("name", ["docker28-by-id", "buildx-oci", "buildx-docker"])
    def test_one_image(self, registry: Registry, name: str) -> None:
        pushed = registry.push(recorded(name), "team/app:1")
        archive = registry.pull("team/app:1")
        data = b"".join(archive)
        assert (archive.size, archive.digest) == (len(data), pushed.digest)
        assert archive.names == [f"{registry.host}/team/app:1"]
        files = files_in(data)
        (listed,) = json.loads(files["index.json"])["manifests"]
        assert listed["annotations"]["io.containerd.image.name"] == f"{registry.host}/team/app:1"
        (entry,) = json.loads(files["manifest.json"])
        assert entry["RepoTags"] == archive.names
        assert digest_of(files[entry["Config"]]) == registry.image("team/app:1").id
        assert [digest_of(files[layer]) for layer in entry["Layers"]] == [
            layer.digest for layer in registry.image("team/app:1").layers
        ]
        for found, content in files.items():
            assert not found.startswith("blobs/") or digest_of(content)[7:] == found.rpartition("/")[2]

    def test_an_index(self, registry: Registry) -> None:
        pushed = registry.push(recorded("buildx-platforms"), "app:1")
        amd64, arm64 = pushed.child("linux/amd64").digest, pushed.child("linux/arm64").digest
        assert registry.pull("app:1", platform="linux/amd64").digest == amd64
        assert registry.pull("app:1", platform="linux/arm64").digest == arm64
        assert registry.pull("app:1").digest == registry.manifest("app:1").child().digest
        with pytest.raises(InvalidArgument, match="linux/s390x"):
            registry.pull("app:1", platform="linux/s390x")
        whole = registry.pull("app:1", platform="all")
        assert whole.digest == pushed.digest
        files = files_in(b"".join(whole))
        assert set(files) - {"manifest.json"} == set(files_in(recorded("buildx-platforms")))
        config = registry.image("app:1").manifest.config
        assert config is not None
        assert json.loads(files["manifest.json"])[0]["Config"] == f"blobs/sha256/{config.digest[7:]}"

    def test_by_digest_it_has_no_name(self, registry: Registry) -> None:
        digest = registry.push(recorded("docker28-by-id"), "app:1").digest
        archive = registry.pull(f"app@{digest}")
        assert archive.names == []
        files = files_in(b"".join(archive))
        assert json.loads(files["manifest.json"])[0]["RepoTags"] is None
        assert "annotations" not in json.loads(files["index.json"])["manifests"][0]

    def test_no_platform_of_ours(self, registry: Registry) -> None:
        layout = Layout()
        layer = layout.blob(b"x", OCI_LAYER)
        images = [layout.image(layer, architecture=name) for name in ("s390x", "ppc64le")]
        layout.name(layout.index(*images))
        registry.push(layout.tar(), "app:1")
        with pytest.raises(InvalidArgument, match=r"linux/s390x.*linux/ppc64le|no image for this machine"):
            registry.pull("app:1")
        files = files_in(b"".join(registry.pull("app:1", platform="all")))
        assert "manifest.json" not in files
        assert registry.push(b"".join(registry.pull("app:1", platform="all")), "app:2").platforms == [
            "linux/s390x",
            "linux/ppc64le",
        ]

    def test_artifacts_are_no_images_of_docker(self, registry: Registry) -> None:
        layout = Layout()
        empty = layout.blob(b"{}", "application/vnd.oci.empty.v1+json")
        document = {"schemaVersion": 2, "mediaType": OCI, "config": empty, "layers": [empty]}
        layout.name(layout.blob(json.dumps(document).encode(), OCI))
        pushed = registry.push(layout.tar(), "app:1")
        data = b"".join(registry.pull("app:1"))
        assert "manifest.json" not in files_in(data)
        assert registry.push(data, "app:2").digest == pushed.digest

    def test_layers_that_lie_elsewhere_are_left_out(self, registry: Registry) -> None:
        layout = Layout()
        kind = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
        urls = ["https://example.com/layer"]
        layout.name(
            layout.image({"mediaType": kind, "digest": "sha256:" + "1" * 64, "size": 9, "urls": urls})
        )
        pushed = registry.push(layout.tar(), "app:1")
        archive = registry.pull("app:1")
        data = b"".join(archive)
        assert len(data) == archive.size
        assert registry.push(data, "app:2").digest == pushed.digest

    @pytest.mark.parametrize("name", ["docker28-by-id", "buildx-platforms"])
    def test_from_registry_to_registry(self, registry: Registry, name: str) -> None:
        pushed = registry.push(recorded(name), "app:1")
        with serve(FakeRegistry()) as other, other.client() as there:
            archive = registry.pull("app:1", platform="all")
            (own,) = there.push(archive)
            assert (own.reference, own.digest) == (f"{there.host}/app:1", pushed.digest)
            assert there.push(archive, "other:2", compress=True).platforms == pushed.platforms
            assert len(b"".join(there.pull("app:1", platform="all"))) > 0

    def test_what_is_told(self, registry: Registry, large: str) -> None:
        events: list[TransferProgress] = []
        archive = registry.pull("large:1", progress=events.append)
        assert events == []
        assert sum(map(len, archive)) == archive.size
        assert [event.kind for event in events if event.digest in large and event.kind != "progress"] == [
            "started",
            "done",
        ]
        assert events[-1].current == events[-1].total

    def test_what_is_not_there(self, registry: Registry, served: ServedRegistry) -> None:
        with pytest.raises(ImageNotFound):
            registry.pull("nothing:1")
        with pytest.raises(InvalidReference):
            registry.pull("elsewhere.example.com/app:1")
        pushed = registry.push(recorded("buildx-platforms"), "app:1")
        registry.delete(f"app@{pushed.child('linux/arm64').digest}")
        assert registry.pull("app:1", platform="linux/amd64").size > 0
        with pytest.raises(ImageNotFound):
            registry.pull("app:1", platform="all")

    def test_digests_that_cannot_be_verified(self, registry: Registry, served: ServedRegistry) -> None:
        config = {"mediaType": "x/y", "digest": "md5:" + "0" * 32, "size": 1}
        document = {"schemaVersion": 2, "mediaType": OCI, "config": config, "layers": []}

        def answer(request: Any) -> Any:
            from dockpy.fake.registry.hostile import saying

            return saying(json.dumps(document).encode(), headers={"Content-Type": OCI})(request)

        with served.registry.fail("GET", "/v2/app/manifests/*", answer=answer):
            with pytest.raises(InvalidResponse, match="no digest that can be verified"):
                registry.pull("app:1")


class TestWhatGoesWrong:
    def test_another_content(self, registry: Registry, served: ServedRegistry, large: str) -> None:
        archive = registry.pull("large:1")
        with served.registry.fail("GET", large, corrupt=True):
            got = iter(archive)
            with pytest.raises(DigestMismatch):
                list(got)
            with pytest.raises(DigestMismatch):  # there is no end to reach
                next(got)
        assert sum(map(len, archive)) == archive.size

    def test_the_error_stays(self, registry: Registry, served: ServedRegistry, large: str) -> None:
        archive = registry.pull("large:1")
        with served.registry.fail("GET", large, corrupt=True):
            with pytest.raises(DigestMismatch):
                archive.read()
        for _ in range(2):
            with pytest.raises(DigestMismatch):
                archive.read(1)

    def test_it_goes_on_where_it_broke(self, registry: Registry, served: ServedRegistry, large: str) -> None:
        archive = registry.pull("large:1")
        with served.registry.fail("GET", large, cut=1_500_000, times=2) as fault:
            data = b"".join(archive)
        assert fault.hits == 2
        assert LAYER in data

    def test_it_does_not_go_on(self, registry: Registry, served: ServedRegistry, large: str) -> None:
        archive = registry.pull("large:1")
        with served.registry.fail("GET", large, cut=0), pytest.raises(DockpyError) as caught:
            archive.read()
        assert isinstance(caught.value, TruncatedResponse)

    def test_a_blob_that_is_gone(self, registry: Registry, served: ServedRegistry, large: str) -> None:
        archive = registry.pull("large:1")
        with served.registry.fail("GET", large, status=404), pytest.raises(NotFound):
            archive.read()

    def test_whoever_sends_it_fails(self, registry: Registry, served: ServedRegistry, large: str) -> None:
        """As `client.images.load` reads it."""
        archive = registry.pull("large:1")
        with served.registry.fail("GET", large, corrupt=True), opened(archive) as body:
            with pytest.raises(DigestMismatch):
                for _ in body:
                    pass
        with opened(archive) as body:
            assert sum(map(len, body)) == archive.size
        with opened(archive) as body:
            assert sum(map(len, body)) == archive.size


class TestReading:
    @pytest.mark.parametrize("size", [1, 511, 512, 70_000, 10_000_000])
    def test_in_any_pieces(self, registry: Registry, size: int) -> None:
        registry.push(recorded("docker28-by-id"), "app:1")
        archive = registry.pull("app:1")
        parts = list(iter(lambda: archive.read(size), b""))
        assert b"".join(parts) == b"".join(archive)
        assert {len(part) for part in parts[:-1]} <= {size}
        assert archive.read() == archive.read(5) == b""
        assert registry.pull("app:1").read() == b"".join(parts)

    def test_two_at_once(self, registry: Registry, large: str) -> None:
        archive = registry.pull("large:1")
        first, second = iter(archive), iter(archive)
        got = [next(first), next(second)]
        assert [got[0] + b"".join(first), got[1] + b"".join(second)] == [archive.read()] * 2

    def test_closing_while_nobody_reads(self, registry: Registry, served: ServedRegistry, large: str) -> None:
        archive = registry.pull("large:1")
        reading = iter(archive)
        while served.registry.requests[-1].path != large:
            next(reading)
        archive.close()
        with pytest.raises(TruncatedResponse, match="closed before its end"):
            next(reading)

    @pytest.mark.parametrize("how", ["iterate", "write_to", "write_layout"])
    def test_closing_ends_whoever_reads(
        self, registry: Registry, served: ServedRegistry, large: str, tmp_path: Path, how: str
    ) -> None:
        begun = threading.Event()
        archive = registry.pull("large:1", progress=lambda _: begun.set())
        caught: list[BaseException] = []

        def read() -> None:
            try:
                if how == "iterate":
                    for _ in archive:
                        pass
                else:
                    getattr(archive, how)(tmp_path / "target")
            except DockpyError as error:
                caught.append(error)

        with served.registry.fail("GET", large, drip=0.01):
            thread = threading.Thread(target=read)
            thread.start()
            begun.wait(10)
            archive.close()
            thread.join(20)
        assert not thread.is_alive()
        assert [type(error) for error in caught] == [TruncatedResponse]
        assert [path.name for path in tmp_path.iterdir()] == ["temporary"]
        with archive:
            assert archive.read(10)
        assert sum(map(len, archive)) == archive.size

    def test_memory(self, registry: Registry, served: ServedRegistry) -> None:
        import tracemalloc

        layout = Layout()
        layout.name(layout.image(layout.blob(bytes(48 << 20), OCI_LAYER)))
        registry.push(layout.tar(), "zeros:1")
        with Registry(served.host) as other:
            archive = other.pull("zeros:1")
            tracemalloc.start()
            try:
                assert sum(map(len, archive)) == archive.size
                # The server is in this process too.
                assert tracemalloc.get_traced_memory()[1] < 16 << 20
            finally:
                tracemalloc.stop()

    def test_repr(self, registry: Registry) -> None:
        registry.push(recorded("docker28-by-id"), "app:1")
        archive = registry.pull("app:1")
        assert repr(archive) == f"<ImageArchive: {registry.host}/app:1 {archive.size} bytes>"


class TestWriting:
    def test_a_file(self, registry: Registry, tmp_path: Path) -> None:
        registry.push(recorded("docker28-by-id"), "app:1")
        archive = registry.pull("app:1")
        (tmp_path / "a.tar").write_bytes(b"old")
        assert archive.write_to(str(tmp_path / "a.tar")) == tmp_path / "a.tar"
        assert (tmp_path / "a.tar").read_bytes() == b"".join(archive)

    def test_a_layout(self, registry: Registry, tmp_path: Path) -> None:
        pushed = registry.push(recorded("buildx-platforms"), "app:1")
        archive = registry.pull("app:1", platform="all")
        folder = archive.write_layout(tmp_path / "layout")
        assert folder == tmp_path / "layout"
        written = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        assert written == files_in(b"".join(archive))
        assert registry.push(folder, "app:2").digest == pushed.digest
        assert (registry.push(folder)[0].reference).endswith("/app:1")

    def test_an_empty_folder(self, registry: Registry, tmp_path: Path) -> None:
        registry.push(recorded("buildx-oci"), "app:1")
        (tmp_path / "there").mkdir()
        registry.pull("app:1").write_layout(tmp_path / "there")
        assert (tmp_path / "there" / "oci-layout").is_file()

    @pytest.mark.parametrize("kind", ["file", "full", "broken link"])
    def test_what_is_there_stays(self, registry: Registry, tmp_path: Path, kind: str) -> None:
        registry.push(recorded("buildx-oci"), "app:1")
        target = tmp_path / "there"
        if kind == "file":
            target.write_bytes(b"kept")
        elif kind == "full":
            target.mkdir()
            (target / "kept").touch()
        else:
            target.symlink_to(tmp_path / "nowhere")
        with pytest.raises(InvalidArgument, match="something already"):
            registry.pull("app:1").write_layout(target)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["temporary", "there"]

    @pytest.mark.parametrize("how", ["write_to", "write_layout"])
    def test_all_or_nothing(
        self, registry: Registry, served: ServedRegistry, large: str, tmp_path: Path, how: str
    ) -> None:
        archive = registry.pull("large:1")
        with served.registry.fail("GET", large, corrupt=True), pytest.raises(DigestMismatch):
            getattr(archive, how)(tmp_path / "target")
        assert [path.name for path in tmp_path.iterdir()] == ["temporary"]

    @pytest.mark.parametrize("how", ["write_to", "write_layout"])
    def test_where_it_cannot_be_written(self, registry: Registry, tmp_path: Path, how: str) -> None:
        registry.push(recorded("buildx-oci"), "app:1")
        archive = registry.pull("app:1")
        with pytest.raises(OSError):
            getattr(archive, how)(tmp_path / "nowhere" / "target")
        with pytest.raises(OSError):
            getattr(archive, how)(tmp_path / ("x" * 250))

    def test_a_folder_is_refused_before_anything_is_fetched(
        self, registry: Registry, served: ServedRegistry, tmp_path: Path
    ) -> None:
        registry.push(recorded("buildx-oci"), "app:1")
        archive = registry.pull("app:1")
        asked = len(served.registry.requests)
        with pytest.raises(IsADirectoryError) as caught:
            archive.write_to(tmp_path)
        assert caught.value.filename == str(tmp_path)
        assert len(served.registry.requests) == asked

    def test_it_is_a_file_to_tarfile(self, registry: Registry) -> None:
        import tarfile

        registry.push(recorded("buildx-oci"), "app:1")
        with tarfile.open(fileobj=registry.pull("app:1"), mode="r|") as tar:  # type: ignore[call-overload]
            names = [member.name for member in tar]
        assert names[:3] == ["oci-layout", "index.json", "manifest.json"]
