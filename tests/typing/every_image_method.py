"""Images, and how they are built. Type checkers read this; nothing runs it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, assert_type

from dockpy import BuildResult, Client, Credentials, Image, ImageReference, RegistryData
from dockpy.resources.image_layers import ImageLayer
from dockpy.transport.exchange import ByteStream
from dockpy.wire.build import BuildPruneResponse
from dockpy.wire.distribution import DistributionInspect
from dockpy.wire.images import (
    AttestationStatement,
    ImageDeleteResponseItem,
    ImageHistoryResponseItem,
    ImageInspect,
    ImagePruneResponse,
    ImageSearchResponseItem,
)
from dockpy.wire.oci import OCIPlatform
from dockpy.wire.progress import BuildInfo, PushResult

if TYPE_CHECKING:
    from dockpy.resources.builder import Builder
    from dockpy.resources.images import ImageCollection


def image(image: Image) -> None:
    assert_type(image.tags, list[str])
    assert_type(image.digests, list[str])
    assert_type(image.labels, dict[str, str])
    assert_type(image.size, int)
    assert_type(image.created, datetime | None)
    assert_type(image.os, str)
    assert_type(image.architecture, str)
    assert_type(image.platform, str)
    assert_type(image.name, str)
    assert_type(image.layers(), list[ImageLayer])
    assert_type(image.short_id, str)
    assert_type(image.attrs, ImageInspect)
    assert_type(image.client, Client)
    assert_type(image.id, str)
    image.reload()
    image.stale()
    image.tag("repository", "tag")
    assert_type(
        image.remove(force=True, noprune=True, platforms=["linux/amd64"]), list[ImageDeleteResponseItem]
    )
    assert_type(image.history(platform="linux/amd64"), list[ImageHistoryResponseItem])
    assert_type(
        image.attestations(platform="linux/amd64", types="type", statement=True), list[AttestationStatement]
    )
    assert_type(image.save(named="name", platform="linux/amd64"), ByteStream)


def image_collection(images: ImageCollection) -> None:
    assert_type(images.client, Client)
    assert_type(images.known("id"), Image)
    assert_type(images.get("name", platform="linux/amd64", manifests=True), Image)
    assert_type(
        images.list(
            "name",
            all=True,
            filters={"dangling": True},
            digests=True,
            shared_size=True,
            manifests=True,
            identity=True,
        ),
        list[Image],
    )
    assert_type(images.get_registry_data("name", auth_config={"username": "user"}), RegistryData)
    assert_type(
        images.attestations("name", platform="linux/amd64", types=["type"], statement=True),
        list[AttestationStatement],
    )
    images.tag("name", "repository", "tag")
    assert_type(
        images.remove("name", force=True, noprune=True, platforms="linux/amd64"),
        list[ImageDeleteResponseItem],
    )
    assert_type(images.history("name", platform="linux/amd64"), list[ImageHistoryResponseItem])
    assert_type(images.search("term", limit=1, filters={"is-official": True}), list[ImageSearchResponseItem])
    assert_type(images.prune(filters={"dangling": False}), ImagePruneResponse)
    assert_type(images.prune_builds(all=True, filters={"until": "24h"}), BuildPruneResponse)
    assert_type(images.pull("name"), Image)
    assert_type(
        images.pull(
            "name",
            "tag",
            platform="linux/amd64",
            auth_config=Credentials("user", "password"),
            on_progress=print,
        ),
        Image,
    )
    assert_type(images.pull("name", all_tags=True), list[Image])
    assert_type(images.push("name", "tag", platform="linux/amd64", on_progress=print), PushResult | None)
    assert_type(images.save(["name"], platform=["linux/amd64"]), ByteStream)
    assert_type(images.load(Path("archive.tar"), platform="linux/amd64", on_progress=print), list[Image])
    assert_type(
        images.import_image(
            b"",
            "repository",
            "tag",
            changes="CMD true",
            message="",
            platform="linux/amd64",
            on_progress=print,
        ),
        Image,
    )
    assert_type(images.build(path="."), BuildResult)
    image, log = images.build(path=".", on_progress=print)
    assert_type(image, Image)
    assert_type(log, list[BuildInfo])


def registry_data(data: RegistryData) -> None:
    assert_type(data.digest, str)
    assert_type(data.id, str)
    assert_type(data.short_id, str)
    assert_type(data.platforms, list[OCIPlatform])
    assert_type(data.client, Client)
    assert_type(data.name, str)
    assert_type(data.attrs, DistributionInspect)
    assert_type(data.has_platform("linux/amd64"), bool)
    assert_type(data.pull(platform="linux/amd64"), Image)


def image_reference(reference: ImageReference) -> None:
    assert_type(reference.registry, str)
    assert_type(reference.repository, str)
    assert_type(reference.tag, str | None)
    assert_type(reference.digest, str | None)
    assert_type(reference.name, str)
    assert_type(reference.familiar_name, str)
    assert_type(reference.canonical, str)
    assert_type(reference.familiar, str)
    assert_type(reference.parse("name"), ImageReference)
    assert_type(reference.with_tag("tag"), ImageReference)
    assert_type(reference.with_digest(None), ImageReference)


def builder(builder: Builder) -> None:
    assert_type(builder.client, Client)
    assert_type(builder.prune(), BuildPruneResponse)
    builder.prune(
        all=True,
        filters={"until": "24h"},
        keep_storage="1g",
        reserved_space="1g",
        max_used_space=2**30,
        min_free_space=0,
    )
    builder.cancel("id")
