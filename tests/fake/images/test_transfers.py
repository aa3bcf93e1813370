"""Images that come and go: pull, push, save, load."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dockpy import ImageLoadError, ImageNotFound, PullError, PushError, ServerError, Unauthorized
from dockpy.fake.daemon import FakeDaemon
from dockpy.fake.registry import FakeRegistry

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy import Client


class TestPull:
    def test_from_the_hub(self, client: Client) -> None:
        image = client.images.pull("busybox")
        assert image.tags == ["busybox:latest"]
        assert image.digests[0].startswith("busybox@sha256:")
        assert client.images.get(image.digests[0]) == image
        assert client.images.pull("busybox") == image

    def test_the_same_on_every_daemon(self, client: Client) -> None:
        with FakeDaemon() as other:
            assert other.client().images.pull("alpine").id == client.images.pull("alpine").id

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            (
                "nosuch",
                "pull access denied for nosuch, repository does not exist or may require 'docker login': "
                "denied: requested access to the resource is denied",
            ),
            ("busybox:nosuch", "manifest for busybox:nosuch not found: manifest unknown: manifest unknown"),
            ("127.0.0.1:5000/app:1", "manifest for 127.0.0.1:5000/app:1 not found: manifest unknown"),
        ],
    )
    def test_what_is_not_there(self, client: Client, name: str, words: str) -> None:
        with pytest.raises(ImageNotFound) as caught:
            client.images.pull(name)
        assert words in str(caught.value)

    def test_nobody_there(self, client: Client) -> None:
        with pytest.raises(ServerError, match=r"dial tcp 127\.0\.0\.1:1: connect: connection refused"):
            client.images.pull("127.0.0.1:1/app")

    def test_another_platform(self, client: Client) -> None:
        told: list[str | None] = []
        client.images.pull("busybox", platform="linux/s390x", on_progress=lambda m: told.append(m.status))
        assert str(told[-1]).startswith("WARNING: image with reference busybox")

    def test_a_broken_layer_is_no_image(self, daemon: FakeDaemon, client: Client) -> None:
        registry = FakeRegistry()
        daemon._engine.registries.add("r.example:5000", registry)
        client.images.pull("busybox")
        client.images.tag("busybox", "r.example:5000/app:1")
        client.images.push("r.example:5000/app:1")
        client.images.remove("r.example:5000/app:1")
        client.images.remove("busybox", force=True)
        with registry.fail("GET", "*/blobs/*", corrupt=True), pytest.raises((PullError, ServerError)):
            client.images.pull("r.example:5000/app:1")
        assert client.images.list() == []


class TestPush:
    def test_to_and_from(self, client: Client, daemon: FakeDaemon) -> None:
        image = client.images.pull("busybox")
        client.images.tag("busybox", "r.example:5000/app:1")
        client.images.push("r.example:5000/app:1")
        registry = daemon._engine.registries.get("r.example:5000")
        digest = registry.manifest("app", "1").digest
        image.reload()
        assert f"r.example:5000/app@{digest}" in image.digests
        with FakeDaemon(registries={"r.example:5000": registry}) as other:
            assert other.client().images.pull("r.example:5000/app:1").id == image.id
            assert other.client().images.get_registry_data("r.example:5000/app:1").digest == digest

    def test_layers_are_sent_once(self, client: Client) -> None:
        client.images.pull("busybox")
        told: list[list[str | None]] = []
        for name in ("r.example/app:1", "r.example/app:1", "r.example/other:1"):
            client.images.tag("busybox", name)
            told.append([])
            client.images.push(name, on_progress=lambda m: told[-1].append(m.status))
        assert "Pushed" in told[0]
        assert "Layer already exists" in told[1]
        assert "Mounted from app" in told[2]

    def test_what_is_not_there(self, client: Client) -> None:
        with pytest.raises(PushError, match=r"An image does not exist locally with the tag: r\.example/app"):
            client.images.push("r.example/app:1")

    def test_credentials(self, daemon: FakeDaemon, client: Client) -> None:
        daemon._engine.registries.add("r.example", FakeRegistry(users={"me": "pass"}))
        client.images.pull("busybox")
        client.images.tag("busybox", "r.example/app:1")
        with pytest.raises(PushError, match="no basic auth credentials"):
            client.images.push("r.example/app:1")
        with pytest.raises(PushError, match="unauthorized: authentication required"):
            client.images.push("r.example/app:1", auth_config={"username": "me", "password": "no"})
        client.images.push("r.example/app:1", auth_config={"username": "me", "password": "pass"})
        wanted = Unauthorized if daemon._engine.api != "1.41" else ServerError
        with pytest.raises(wanted, match="unauthorized: authentication required"):
            client.images.pull("r.example/app:1", auth_config={"username": "me", "password": "no"})

    def test_to_somebody_elses(self, client: Client) -> None:
        client.images.pull("busybox")
        with pytest.raises(PushError, match="denied: requested access to the resource is denied"):
            client.images.push("busybox")


class TestArchives:
    @pytest.mark.parametrize("other", ["1.41", "1.51"])
    def test_save_and_load(self, client: Client, other: str) -> None:
        image = client.images.pull("alpine")
        client.images.tag("alpine", "mine:1")
        data = b"".join(client.images.save(["alpine", "mine:1"]))
        with FakeDaemon(api=other) as daemon:
            loaded = daemon.client().images.load(data)
            assert {found.id for found in loaded} == {image.id}
            assert sorted(daemon.client().images.get("mine:1").tags) == ["alpine:latest", "mine:1"]
            assert daemon.client().containers.run("mine:1", ["echo", "hi"]) == b"hi\n"

    def test_by_id_there_is_no_name(self, client: Client) -> None:
        image = client.images.pull("hello-world")
        data = b"".join(client.images.save([image.id]))
        client.images.remove("hello-world")
        assert client.images.load(data)[0].tags == []

    @pytest.mark.parametrize("data", [b"garbage", b"\0" * 1024])
    def test_no_archive(self, client: Client, data: bytes) -> None:
        with pytest.raises(ImageLoadError):
            client.images.load(data)
        assert client.images.list() == []

    def test_not_what_it_says(self, client: Client, tar: Callable[..., bytes]) -> None:
        manifest = json.dumps([{"Config": "nosuch.json", "RepoTags": ["x:1"], "Layers": []}]).encode()
        with pytest.raises(ImageLoadError, match=r"nosuch\.json: no such file or directory"):
            client.images.load(tar(**{"manifest.json": manifest}))

    def test_nothing_here_of_that_name(self, client: Client) -> None:
        with pytest.raises(ImageNotFound, match="No such image: nosuch"):
            b"".join(client.images.save(["nosuch"]))
