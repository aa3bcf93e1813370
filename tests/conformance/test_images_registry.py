"""Images in their registry, by their layers, for their platforms."""

from __future__ import annotations

import contextlib
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import (
    ApiError,
    Client,
    ImageNotFound,
    InvalidArgument,
    InvalidReference,
    NotFound,
    ServerError,
    VersionMismatch,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CREDENTIALS = {"username": "tester", "password": "s3cret"}


@pytest.fixture
def built(labels: dict[str, str], new_name: Callable[[], str]) -> Iterator[Callable[..., Any]]:
    """Build an image of its own, with a name."""
    made: list[Any] = []

    def make(client: Client, dockerfile: str = "FROM busybox\nENV A=b\n", **options: Any) -> Any:
        options = {"tag": new_name(), "labels": labels, "forcerm": True, **options}
        made.append(client.images.build(dockerfile=dockerfile, **options).image)
        return made[-1]

    yield make
    for image in made:
        with contextlib.suppress(NotFound):
            image.remove(force=True)


class TestRegistryData:
    def test_what_it_says(self, client: Client, registry_image: Any) -> None:
        name = registry_image(client)
        data = client.images.get_registry_data(name)
        assert data.digest == data.id == data.attrs.descriptor.digest
        assert data.digest.startswith("sha256:")
        assert data.short_id == data.digest[7:19]
        assert data.attrs["Descriptor"]["mediaType"].startswith("application/vnd.")
        image = client.images.get("busybox")
        assert data.has_platform(image.platform)
        assert data.has_platform("linux")
        assert not data.has_platform("linux/s390x")
        assert (data.platforms[0].os, data.platforms[0].architecture) == (image.os, image.architecture)
        pulled = data.pull()
        assert pulled == image
        assert any(found.endswith(data.digest) for found in pulled.digests)
        client.images.remove(f"{name.rpartition(':')[0]}@{data.digest}")

    def test_what_is_not_there(self, engine: Client, registry_image: Any) -> None:
        name = registry_image(engine)
        with pytest.raises(ApiError, match=r"(?i)manifest unknown|not found|no such") as caught:
            engine.images.get_registry_data(f"{name}-not")
        assert caught.value.operation == "DistributionInspect"
        with pytest.raises(InvalidReference):
            engine.images.get_registry_data("Not A Name")
        with pytest.raises(InvalidArgument, match="platform="):
            engine.images.get_registry_data(name).has_platform("a/b/c/d")

    def test_credentials(self, engine: Client, locked_registry: str, new_name: Any) -> None:
        name = f"{locked_registry}/{new_name()}:1"
        engine.images.tag("busybox", name)
        engine.images.push(name, auth_config=CREDENTIALS)
        engine.images.remove(name)
        with pytest.raises(ApiError, match=r"no basic auth credentials|unauthorized|authentication required"):
            engine.images.get_registry_data(name)
        assert engine.images.get_registry_data(name, auth_config=CREDENTIALS).digest
        engine.login("tester", "s3cret", locked_registry)
        assert engine.images.get_registry_data(name).digest


def test_attestations(engine: Client) -> None:
    """No engine here is new enough: it says so before it is asked."""
    image = engine.images.get("busybox")
    asked: list[str] = []
    engine.hooks.request.append(lambda event: asked.append(event.operation))
    asks: list[Callable[[], Any]] = [
        lambda: image.attestations(),
        lambda: engine.images.attestations("busybox", platform="linux/amd64", types="x", statement=True),
    ]
    for ask in asks:
        with pytest.raises(VersionMismatch, match=r"ImageAttestations needs API 1\.55"):
            ask()
    assert asked == []


def gated(client: Client, since: str, ask: Callable[[], Any]) -> Any:
    """The answer; of an engine that is too old, None, when it has said so."""
    minor = int(client.api_version.partition(".")[2])
    if minor >= int(since.partition(".")[2]):
        return ask()
    with pytest.raises(VersionMismatch, match=f"needs API {since}"):
        ask()
    return None


def test_options_of_newer_engines(engine: Client, built: Any) -> None:
    images, image = engine.images, built(engine)
    platform = image.platform
    gated(engine, "1.48", lambda: images.get(image.tags[0], manifests=True))
    if found := gated(engine, "1.49", lambda: images.get(image.tags[0], platform=platform)):
        assert found.platform == platform
    gated(engine, "1.42", lambda: images.list(shared_size=True))
    gated(engine, "1.47", lambda: images.list(manifests=True))
    gated(engine, "1.54", lambda: images.list(identity=True))
    gated(engine, "1.48", lambda: image.history(platform=platform))
    assert image in images.list(digests=True)
    data = gated(engine, "1.48", lambda: image.save(platform=platform).read())
    if data is not None:
        assert images.load(data, platform=platform) == [image]
    with pytest.raises(InvalidArgument, match="give one"):
        images.get("busybox", platform=platform, manifests=True)
    with pytest.raises(InvalidArgument, match="platform="):
        image.remove(platforms=["a/b/c/d"])
    if engine.api_version == "1.41":
        with pytest.raises(VersionMismatch, match=r"'platforms' needs API 1\.50"):
            image.remove(platforms=[platform])
    else:
        with pytest.raises(ImageNotFound, match="does not match the specified platform"):
            engine.images.remove(image.tags[0], platforms="linux/s390x")
        deleted = image.remove(platforms=[platform], force=True)
        assert image.id in [item.deleted for item in deleted]


def test_properties(client: Client) -> None:
    image = client.images.get("busybox")
    assert image.platform.startswith(f"{image.os}/{image.architecture}")
    assert image.os == image.attrs["Os"] == "linux"


def test_save_one(client: Client, built: Any) -> None:
    image = built(client)
    asked: list[str] = []
    client.hooks.request.append(lambda event: asked.append(event.operation))
    name = image.tags[0]
    for named, names in ((False, []), (True, [name]), (name, [name])):
        asked.clear()
        with image.save(named=named) as stream:
            data = b"".join(stream)
        assert asked == ["ImageGet"]
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            manifest = json.load(archive.extractfile("manifest.json"))  # type: ignore[arg-type]
        assert (manifest[0]["RepoTags"] or []) == names
    with pytest.raises((ImageNotFound, ServerError)):  # 20.10 says 500 where it is asked for an id
        client.images.known("sha256:" + "0" * 64).save().read()


class TestLayers:
    def test_of_a_build(self, engine: Client, built: Any, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"x" * 100)
        (tmp_path / "b").write_bytes(b"y" * 50)
        image = built(engine, "FROM scratch\nCOPY a /\nENV A=b\nCOPY b /\nCMD x\n", path=tmp_path)
        layers = image.layers()
        assert [layer.digest for layer in layers] == image.attrs.root_fs.layers
        assert [layer.size for layer in layers] == [100, 50]
        assert all((layer.instruction or "").startswith("COPY file:") for layer in layers)
        assert all(layer.created is not None for layer in layers)

    def test_of_commands(self, engine: Client, built: Any) -> None:
        image = built(
            engine, "FROM busybox\nARG N=x\nRUN echo hello > /$N\nENV A=b\nRUN true\nRUN echo > /y\n"
        )
        layers = image.layers()
        assert [layer.digest for layer in layers] == image.attrs.root_fs.layers
        assert [layer.instruction for layer in layers[1:]] == ["RUN echo hello > /$N", "RUN echo > /y"]
        assert [layer.size for layer in layers[1:]] == [6, 1]
        assert layers[0].size == engine.images.get("busybox").layers()[0].size

    def test_of_an_import(self, engine: Client) -> None:
        (layer,) = engine.images.get("hello-world").layers()
        assert layer.size == engine.images.get("hello-world").size


def test_errors_name_the_image(engine: Client) -> None:
    with pytest.raises(ServerError, match=r"ImageCreate image 127\.0\.0\.1:1/dockpy-test/dead:1 on "):
        engine.images.pull("127.0.0.1:1/dockpy-test/dead:1")
    with pytest.raises(ServerError, match=r"ImageCreate image 127\.0\.0\.1:1/dockpy-test/dead on "):
        engine.images.pull("127.0.0.1:1/dockpy-test/dead", all_tags=True)
    with pytest.raises(ImageNotFound, match=r"ImageGetAll image busybox, dockpy-test/none on "):
        engine.images.save(["busybox", "dockpy-test/none"])
