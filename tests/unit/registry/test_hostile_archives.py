"""Archives by those who want more than to have an image pushed: our files, our memory, our time."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sys
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockpy.errors import ArchiveError, DigestMismatch, ResponseTooLarge
from dockpy.fake.registry import FakeRegistry
from dockpy.registry.archive.files import FolderFiles
from dockpy.registry.archive.saved import SavedContents
from dockpy.registry.archive.tarball import TarFiles
from dockpy.registry.cancel import Cancel
from dockpy.registry.gathering import Gathered
from dockpy.registry.pushing import opened_archive

sys.path.insert(0, str(Path(__file__).parent))
from archive_samples import OCI, Layout, digest_of, tar_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


class TestLinksOutOfAFolder:
    def test_a_config_is_not_somebodys_file(self, tmp_path: Path) -> None:
        (tmp_path / "config.json").write_text('{"auths": {"x": "s3cret"}}')
        listed = json.dumps([{"Config": "c.json", "Layers": [], "RepoTags": ["app:1"]}]).encode()
        folder = write(tmp_path / "archive", {"manifest.json": listed})
        (folder / "c.json").symlink_to(tmp_path / "config.json")
        with pytest.raises(ArchiveError, match="leads out of the folder"), opened_archive(folder):
            pass

    def test_nor_is_a_layer(self, tmp_path: Path) -> None:
        (tmp_path / "mine").write_bytes(b"s3cret")
        config = json.dumps({"rootfs": {"diff_ids": [digest_of(b"what it is to be")]}}).encode()
        listed = json.dumps([{"Config": "c.json", "Layers": ["l/layer.tar"]}]).encode()
        folder = write(tmp_path / "archive", {"manifest.json": listed, "c.json": config})
        (folder / "l").symlink_to(tmp_path)
        (tmp_path / "layer.tar").symlink_to(tmp_path / "mine")
        with pytest.raises(ArchiveError, match="leads out of the folder"), opened_archive(folder):
            pass

    def test_links_within_it_may_be(self, tmp_path: Path) -> None:
        config = json.dumps({"rootfs": {"diff_ids": []}}).encode()
        listed = json.dumps([{"Config": "c.json", "Layers": []}]).encode()
        folder = write(tmp_path / "archive", {"manifest.json": listed, "real.json": config})
        (folder / "c.json").symlink_to("real.json")
        with opened_archive(folder) as contents:
            assert contents.images[0].tree.manifest.config is not None

    def test_a_blob_of_a_layout_is_known_before_it_is_sent(self, tmp_path: Path) -> None:
        (tmp_path / "mine").write_bytes(b"s3cret" * 100_000)
        layout = Layout()
        layer = layout.blob(b"public" * 100_000, "application/vnd.oci.image.layer.v1.tar")
        layout.name(layout.image(layer), "app:1")
        index = {"schemaVersion": 2, "manifests": layout.listed}
        folder = write(tmp_path / "layout", {**layout.files, "index.json": json.dumps(index).encode()})
        place = folder / "blobs" / layer["digest"].replace(":", "/")
        place.unlink()
        place.symlink_to(tmp_path / "mine")
        registry = FakeRegistry()
        with registry.client() as client, pytest.raises(DigestMismatch):
            client.push(folder, "app:1")
        assert [str(asked) for asked in registry.requests if asked.method in ("POST", "PATCH", "PUT")] == []


class TestMemory:
    def test_of_a_manifest_that_many_name(self) -> None:
        """As large as the archive says, it is there once."""
        layout = Layout()
        text = "x" * 1_000_000
        image = layout.blob(json.dumps({"schemaVersion": 2, "mediaType": OCI, "x": text}).encode(), OCI)
        for number in range(50):
            layout.name(layout.index(image, annotations={"n": str(number)}), f"app:{number}")
        archive = layout.tar()
        tracemalloc.start()
        try:
            with opened_archive(archive) as contents:
                assert len(contents.images) == 50
            assert tracemalloc.get_traced_memory()[1] < 20_000_000
        finally:
            tracemalloc.stop()

    @pytest.mark.parametrize("filler", ["[]", "{}", "0"])
    def test_of_json_that_is_larger_than_it_looks(self, filler: str) -> None:
        layout = Layout()
        for number in range(30):
            raw = (
                f'{{"schemaVersion":2,"mediaType":"{OCI}","n":{number},"x":[{",".join([filler] * 100_000)}]}}'
            )
            layout.name(layout.blob(raw.encode(), OCI), f"app:{number}")
        with pytest.raises(ArchiveError, match="too large"), opened_archive(layout.tar()):
            pass

    def test_of_one_document(self) -> None:
        files = {"manifest.json": f"[{','.join(['[]'] * 500_001)}]".encode()}
        with pytest.raises(ArchiveError, match="more than 500,000 values"), opened_archive(tar_of(files)):
            pass

    def test_of_referrers_that_are_listed_again_and_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("dockpy.registry.gathering._MOST", 3)
        registry = FakeRegistry()
        layout = Layout()
        layout.name(layout.image(), "app:1")
        with registry.client() as client:
            client.push(layout.tar(), "app:1")
            image = client.manifest("app:1")
            for number in range(4):
                about = {"digest": image.digest, "size": image.size, "mediaType": image.media_type}
                signature = Layout()
                signature.name(signature.image(subject=about, annotations={"n": str(number)}), "x:1")
                client.push(signature.tar(), f"app:sig{number}")
            with pytest.raises(ResponseTooLarge, match="More than 3 manifests refer to it"):
                Gathered(client.repository("app"), referrers=True).add(image)


class Counted(TarFiles):
    """An archive that knows what was read of it."""

    def __init__(self, archive: bytes) -> None:
        super().__init__(io.BytesIO(archive))
        self.read: list[str] = []

    def pieces(self, name: str, offset: int = 0) -> Iterator[bytes]:
        self.read.append(name)
        return super().pieces(name, offset)


def test_what_many_images_share_is_read_once() -> None:
    plain = bytes(1_000_000)
    diff_id = f"sha256:{hashlib.sha256(plain).hexdigest()}"
    config = json.dumps({"rootfs": {"diff_ids": [diff_id] * 50}}).encode()
    entry = {"Config": "c.json", "Layers": ["layer.tar"] * 50}
    files = {
        "c.json": config,
        "layer.tar": gzip.compress(plain),
        "manifest.json": json.dumps([entry] * 50).encode(),
    }
    archive = Counted(tar_of(files))
    contents = SavedContents(archive)
    assert len(contents.images) == 50
    assert archive.read.count("c.json") == 1
    assert archive.read.count("layer.tar") == 2
    layer = contents.images[49].tree.manifest.layers[49]
    assert b"".join(contents.blob(layer, Cancel()).open()) == files["layer.tar"]


def test_a_folder_knows_what_leads_out(tmp_path: Path) -> None:
    files = FolderFiles(write(tmp_path / "in", {"a": b""}))
    (tmp_path / "in" / "out").symlink_to(tmp_path)
    (tmp_path / "in" / "round").symlink_to("round")
    assert not files.leads_out("a")
    assert files.leads_out("out")
    assert files.leads_out("out/x")
