"""Archives into a registry."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.errors import (
    ArchiveError,
    DigestMismatch,
    Forbidden,
    InvalidArgument,
    InvalidReference,
    ServerError,
)
from dockpy.fake.registry import FakeRegistry, ServedRegistry

sys.path.insert(0, str(Path(__file__).parent))
from archive_samples import DOCKER, NAMES, Layout, digest_of, files_in, recorded, tar_of

if TYPE_CHECKING:
    from dockpy.registry.progress import TransferProgress
    from dockpy.registry.registry import Registry

OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"


pytestmark = pytest.mark.usefixtures("temporary")


def plain(registry: Registry, name: str, layer: Any) -> bytes:
    content = registry.repository(name).blob(layer.digest).read()
    return gzip.decompress(content) if layer.media_type.endswith("gzip") else content


class TestKeeping:
    @pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("docker20")])
    def test_layouts_go_as_they_are(self, registry: Registry, name: str) -> None:
        files = files_in(recorded(name))
        listed = json.loads(files["index.json"])["manifests"][0]
        pushed = registry.push(recorded(name), "app:1", image=listed["digest"])
        assert (pushed.digest, pushed.media_type) == (listed["digest"], listed["mediaType"])
        assert pushed.reference == f"{registry.host}/app:1"
        assert registry.manifest("app:1").content == files[f"blobs/{listed['digest'].replace(':', '/')}"]
        for child in pushed.manifests:
            assert registry.manifest(f"app@{child.digest}").size == child.size

    @pytest.mark.parametrize("compress", [None, True, False])
    def test_ids_stay(self, registry: Registry, compress: bool | None) -> None:
        data = recorded("docker20-by-id")
        pushed = registry.push(data, "app:1", compress=compress)
        assert pushed.media_type == DOCKER
        image = registry.image("app:1")
        assert f"{image.id[7:]}.json" in files_in(data)
        for layer in image.layers:
            assert digest_of(plain(registry, "app", layer)) == layer.diff_id
            assert layer.media_type.endswith("tar" if compress is False else "tar.gzip")
        assert len(image.layers) == 3

    def test_the_same_archive_gives_the_same_digest(self, registry: Registry) -> None:
        first = registry.push(recorded("docker20-by-id"), "app:1")
        assert registry.push(recorded("docker20-by-id"), "other:1").digest == first.digest

    def test_layouts_are_compressed_where_that_is_asked_for(self, registry: Registry) -> None:
        plainly = registry.push(recorded("docker28-by-id"), "app:1")
        packed = registry.push(recorded("docker28-by-id"), "app:2", compress=True)
        assert packed.digest != plainly.digest
        assert packed.media_type == plainly.media_type
        images = registry.image("app:1"), registry.image("app:2")
        assert images[0].id == images[1].id
        for before, after in zip(images[0].layers, images[1].layers, strict=True):
            assert (before.media_type, after.media_type) == (OCI_LAYER, f"{OCI_LAYER}+gzip")
            assert plain(registry, "app", after) == plain(registry, "app", before)

    def test_what_is_compressed_stays(self, registry: Registry) -> None:
        one = registry.push(recorded("buildx-platforms"), "app:1", compress=True)
        assert one.digest == registry.push(recorded("buildx-platforms"), "app:2").digest

    def test_indexes_follow_their_images(self, registry: Registry) -> None:
        layout = Layout()
        layer = layout.blob(tar_of({"a": b"a"}), OCI_LAYER)
        image = layout.image(layer, annotations={"kept": "yes"})
        about = layout.image(layout.blob(b"{}", "application/vnd.in-toto+json"), architecture="unknown")
        about["annotations"] = {"vnd.docker.reference.digest": image["digest"]}
        layout.name(layout.index(about, image, annotations={"kept": "too"}))
        pushed = registry.push(layout.tar(), "app:1", compress=True)
        attestation, packed = pushed.manifests
        assert packed.digest != image["digest"]
        assert attestation.annotations["vnd.docker.reference.digest"] == packed.digest
        assert pushed.annotations == {"kept": "too"}
        assert registry.manifest(f"app@{packed.digest}").annotations == {"kept": "yes"}
        assert registry.manifest(f"app@{packed.digest}").layers[0].media_type == f"{OCI_LAYER}+gzip"

    def test_artifacts(self, registry: Registry) -> None:
        layout = Layout()
        empty = layout.blob(b"{}", "application/vnd.oci.empty.v1+json")
        document = {"schemaVersion": 2, "artifactType": "a/b", "config": empty, "layers": [empty]}
        layout.name(layout.blob(json.dumps(document).encode(), "application/vnd.oci.image.manifest.v1+json"))
        assert registry.push(layout.tar(), "app:1").artifact_type == "a/b"


class TestNames:
    @pytest.mark.parametrize("name", ["docker20", "docker28"])
    def test_its_own(self, registry: Registry, name: str) -> None:
        pushed = registry.push(recorded(name))
        assert sorted(manifest.reference.partition("/")[2] for manifest in pushed) == [
            "dockpy-t5d/one:1",
            "dockpy-t5d/one:other",
            "dockpy-t5d/two:2",
        ]
        assert registry.repositories() == ["dockpy-t5d/one", "dockpy-t5d/two"]
        assert registry.manifest("dockpy-t5d/one:1") == registry.manifest("dockpy-t5d/one:other")

    @pytest.mark.parametrize(
        ("named", "becomes"),
        [
            ("busybox:1", "busybox:1"),
            ("docker.io/library/busybox:1", "busybox:1"),
            ("docker.io/team/app:1", "team/app:1"),
            ("registry.example.com:5000/team/app:1", "team/app:1"),
            ("registry.example.com/library/app:1", "library/app:1"),
        ],
    )
    def test_without_its_registry(self, registry: Registry, named: str, becomes: str) -> None:
        layout = Layout()
        layout.name(layout.image(), named)
        (pushed,) = registry.push(layout.tar())
        assert pushed.reference == f"{registry.host}/{becomes}"

    def test_on_the_hub(self) -> None:
        layout = Layout()
        layout.name(layout.image(), "busybox:1", "registry.example.com/app:1", "team/app:1")
        with FakeRegistry().client(host="docker.io") as hub:
            hub.push(layout.tar())
            assert hub.repositories() == ["library/app", "library/busybox", "team/app"]

    @pytest.mark.parametrize(
        "image", ["dockpy-t5d/two:2", "docker.io/dockpy-t5d/two:2", "c8f5e3aa8219", "40a015e7"]
    )
    def test_one_of_several(self, registry: Registry, image: str) -> None:
        assert registry.push(recorded("docker28"), "app:1", image=image).digest.startswith("sha256:40a015e7")
        (own,) = registry.push(recorded("docker28"), image=image)
        assert own.reference == f"{registry.host}/dockpy-t5d/two:2"

    def test_by_digest(self, registry: Registry) -> None:
        digest = registry.push(recorded("docker28-by-id"), "other:1").digest
        assert registry.push(recorded("docker28-by-id"), f"app@{digest}").digest == digest
        assert registry.repository("app").tags() == []
        tagged = registry.push(recorded("docker28-by-id"), f"app:1@{digest}")
        assert tagged.reference == f"{registry.host}/app:1"
        assert registry.manifest("app:1").digest == digest
        assert not registry.exists("app:latest")
        with pytest.raises(InvalidArgument, match="has the digest"):
            registry.push(recorded("docker28-by-id"), f"app@sha256:{'0' * 64}")
        for ref in (f"app@{digest}", f"app:2@{digest}"):
            with pytest.raises(InvalidArgument, match="has the digest"):
                registry.push(recorded("docker28-by-id"), ref, compress=True)
        assert registry.repository("app").tags() == ["1"]

    def test_what_is_not_clear(self, registry: Registry, served: ServedRegistry) -> None:
        several = recorded("docker28")
        with pytest.raises(InvalidArgument, match=r"not hold one image.*dockpy-t5d/one:1.*dockpy-t5d/two:2"):
            registry.push(several, "app:1")
        with pytest.raises(InvalidArgument, match=r"no image of that name: .*dockpy-t5d/one:1"):
            registry.push(several, "app:1", image="dockpy-t5d/three")
        with pytest.raises(InvalidArgument, match="ref is missing"):
            registry.push(recorded("docker28-by-id"))
        with pytest.raises(InvalidArgument, match="nothing"):
            registry.push(Layout().tar())
        with pytest.raises(InvalidReference):
            registry.push(several, "elsewhere.example.com/app:1", image="dockpy-t5d/two:2")
        with pytest.raises(InvalidReference):
            registry.push(several, "No Name", image="dockpy-t5d/two:2")
        layout = Layout()
        layout.name(layout.image(), "Not/A Name:1")
        with pytest.raises(ArchiveError, match="names an image wrongly"):
            registry.push(layout.tar())
        assert served.registry.requests == []


class TestSending:
    def test_what_is_there_is_not_sent(self, registry: Registry, served: ServedRegistry) -> None:
        registry.push(recorded("docker20-by-id"), "app:1")
        served.registry.requests.clear()
        events: list[TransferProgress] = []
        registry.push(recorded("docker20-by-id"), "app:2", progress=events.append)
        assert {request.method for request in served.registry.requests} == {"HEAD", "PUT"}
        assert [event.kind for event in events] == ["exists"] * 3 + ["manifest"]

    def test_what_is_told(self, registry: Registry) -> None:
        events: list[TransferProgress] = []
        pushed = registry.push(recorded("docker28-by-id"), "app:1", progress=events.append)
        assert pushed.config is not None
        done = {event.digest: event.total for event in events if event.kind == "done"}
        blobs = [pushed.config, *pushed.layers]
        assert done == {blob.digest: blob.size for blob in blobs}
        assert (events[-1].kind, events[-1].digest) == ("manifest", pushed.digest)

    def test_manifests_come_after_what_they_name(self, registry: Registry, served: ServedRegistry) -> None:
        pushed = registry.push(recorded("buildx-platforms"), "app:1")
        puts = [
            request.path.rpartition("/")[2]
            for request in served.registry.requests
            if request.method == "PUT" and "/manifests/" in request.path
        ]
        assert puts == [*(child.digest for child in pushed.manifests), "1"]

    def test_nothing_is_sent_of_what_is_not_whole(self, registry: Registry, served: ServedRegistry) -> None:
        files = files_in(recorded("docker28-by-id"))
        layers = json.loads(files["manifest.json"])[0]["Layers"]
        del files[layers[0]]
        with pytest.raises(ArchiveError, match="does not hold"):
            registry.push(tar_of(files), "app:1")
        layout = Layout()
        layer = layout.blob(b"layer", OCI_LAYER)
        layout.name(layout.image({**layer, "size": 6}))
        with pytest.raises(ArchiveError, match="has 5 bytes, its manifest says 6"):
            registry.push(layout.tar(), "app:1")
        layout = Layout()
        layout.name(layout.image(layout.blob(b"whole", OCI_LAYER)), "whole:1")
        layout.name(layout.image({**layer, "digest": "sha256:" + "1" * 64}), "other:1")
        with pytest.raises(ArchiveError, match="does not hold"):
            registry.push(layout.tar())
        assert served.registry.requests == []

    @pytest.mark.parametrize("compress", [True, False])
    @pytest.mark.parametrize("name", ["docker20-by-id", "docker28-by-id"])
    def test_a_layer_that_is_another(self, registry: Registry, name: str, compress: bool) -> None:
        files = files_in(recorded(name))
        layer = json.loads(files["manifest.json"])[0]["Layers"][0]
        files[layer] = files[layer].replace(b"aaa", b"bbb")
        whole = {**files_in(recorded(name)), **files}
        for link in json.loads(files["manifest.json"])[0]["Layers"][1:]:
            whole.setdefault(link, files[json.loads(files["manifest.json"])[0]["Layers"][1]])
        with pytest.raises(DigestMismatch):
            registry.push(tar_of(whole), "app:1", compress=compress)
        assert not registry.exists("app:1")

    def test_layers_that_lie_elsewhere(self, registry: Registry) -> None:
        layout = Layout()
        foreign = {
            "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
            "digest": "sha256:" + "1" * 64,
            "size": 9,
            "urls": ["https://example.com/layer"],
        }
        layout.name(layout.image(foreign))
        events: list[TransferProgress] = []
        pushed = registry.push(layout.tar(), "app:1", progress=events.append)
        assert [layer.digest for layer in pushed.layers] == [foreign["digest"]]
        assert [event.digest for event in events if event.kind == "skipped"] == [foreign["digest"]]

    def test_refusals(self, registry: Registry, served: ServedRegistry) -> None:
        with (
            served.registry.fail("PUT", "/v2/app/manifests/*", status=500),
            pytest.raises(ServerError),
        ):
            registry.push(recorded("docker20-by-id"), "app:1")
        with served.registry.fail("POST", "/v2/app/blobs/*", status=403), pytest.raises(Forbidden):
            registry.push(recorded("docker28-by-id"), "app:1")
        assert not registry.exists("app:1")

    def test_a_broken_connection(self, registry: Registry, served: ServedRegistry) -> None:
        with served.registry.fail("PUT", "/v2/app/blobs/uploads/*", reset=True, times=2) as fault:
            registry.push(recorded("docker20-by-id"), "app:1")
        assert fault.hits == 2
        assert len(registry.image("app:1").layers) == 3

    def test_streams(self, registry: Registry) -> None:
        data = recorded("docker28-by-id")
        pushed = registry.push((data[at : at + 999] for at in range(0, len(data), 999)), "app:1")
        assert registry.push(io.BytesIO(gzip.compress(data)), "app:2").digest == pushed.digest

    def test_a_large_layer_in_bounded_memory(self, registry: Registry, tmp_path: Path) -> None:
        import tracemalloc

        layer = tar_of({"zeros": bytes(48 << 20)})
        config = json.dumps({"rootfs": {"type": "layers", "diff_ids": [digest_of(layer)]}}).encode()
        entry = {"Config": "c.json", "RepoTags": None, "Layers": ["layer.tar"]}
        manifest = json.dumps([entry]).encode()
        path = tmp_path / "large.tar"
        path.write_bytes(tar_of({"manifest.json": manifest, "c.json": config, "layer.tar": layer}))
        del layer
        tracemalloc.start()
        try:
            registry.push(path, "app:1")
            assert tracemalloc.get_traced_memory()[1] < 8 << 20
        finally:
            tracemalloc.stop()
