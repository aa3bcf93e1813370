"""Which image of several a machine runs, and how deep it is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry_content import push_image, push_index

from dockpy.errors import ImageNotFound, InvalidArgument, InvalidResponse
from dockpy.registry import platforms
from dockpy.registry.platforms import choose, fits, here, normalized, platform_of
from dockpy.wire.document import Document

if TYPE_CHECKING:
    from dockpy.fake.registry import ServedRegistry
    from dockpy.registry.registry import Registry
    from dockpy.wire.oci import OCIDescriptor


def item(platform: str | None, number: int = 0, **more: Any) -> OCIDescriptor:
    raw: dict[str, Any] = {"digest": f"sha256:{number:064x}", "size": 1, **more}
    if platform is not None:
        names = ("os", "architecture", "variant")
        raw["platform"] = dict(zip(names, platform.split("/"), strict=False))
    found: OCIDescriptor = Document.of(raw, "oci.OCIDescriptor")
    return found


@pytest.mark.parametrize(
    ("wanted", "offered", "chosen"),
    [
        ("linux/amd64", ["linux/arm64", "linux/amd64"], "linux/amd64"),
        ("linux/x86_64", ["linux/arm64", "linux/amd64"], "linux/amd64"),
        ("LINUX/AMD64", ["linux/arm64", "linux/amd64"], "linux/amd64"),
        ("linux/arm64", ["linux/arm/v7", "linux/arm64/v8"], "linux/arm64/v8"),
        ("linux/arm64/v8", ["linux/arm/v7", "linux/arm64"], "linux/arm64"),
        ("linux/aarch64", ["linux/arm/v7", "linux/arm64"], "linux/arm64"),
        ("linux/arm64/8", ["linux/arm64/v8"], "linux/arm64/v8"),
        ("linux/arm64/v9", ["linux/arm64/v8", "linux/arm64/v9"], "linux/arm64/v9"),
        ("linux/arm64/v9", ["linux/arm64/v8"], "linux/arm64/v8"),
        ("linux/arm64", ["linux/arm64/v9"], None),
        ("linux/arm64", ["linux/arm/v6", "linux/arm/v7"], "linux/arm/v7"),
        ("linux/arm", ["linux/arm/v6", "linux/arm/v7", "linux/arm/v5"], "linux/arm/v7"),
        ("linux/arm", ["linux/arm/v6"], "linux/arm/v6"),
        ("linux/arm/v6", ["linux/arm/v7", "linux/arm/v5"], "linux/arm/v5"),
        ("linux/arm/v6", ["linux/arm/v7"], None),
        ("linux/armhf", ["linux/arm/v6", "linux/arm/v7"], "linux/arm/v7"),
        ("linux/armel", ["linux/arm/v7", "linux/arm/v6"], "linux/arm/v6"),
        ("linux/amd64", ["linux/386"], "linux/386"),
        ("linux/amd64", ["linux/386", "linux/amd64"], "linux/amd64"),
        ("linux/386", ["linux/amd64"], None),
        ("linux/amd64", ["linux/amd64/v2"], None),
        ("linux/amd64/v3", ["linux/amd64", "linux/amd64/v2", "linux/amd64/v4"], "linux/amd64/v2"),
        ("linux/amd64/v1", ["linux/amd64"], "linux/amd64"),
        ("linux/s390x", ["linux/amd64"], None),
        ("linux/riscv64", ["linux/riscv64"], "linux/riscv64"),
        ("windows/amd64", ["linux/amd64", "windows/amd64"], "windows/amd64"),
        ("windows/amd64", ["linux/amd64"], None),
    ],
)
def test_the_choice(wanted: str, offered: list[str], chosen: str | None) -> None:
    items = [item(platform, number) for number, platform in enumerate(offered)]
    if chosen is None:
        with pytest.raises(InvalidArgument, match=offered[0]) as raised:
            choose(items, wanted, subject="image x")
        assert wanted in str(raised.value)
    else:
        assert platform_of(choose(items, wanted, subject="image x")) == chosen


def test_of_equals_it_is_the_first() -> None:
    items = [item("linux/amd64", 1), item("linux/amd64", 2)]
    assert choose(items, "linux/amd64", subject="x").digest == items[0].digest


def test_none_is_this_machine_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert here() == "linux/arm64"
    items = [item("linux/amd64"), item("linux/arm64/v8")]
    assert platform_of(choose(items, None, subject="x")) == "linux/arm64/v8"
    assert platform_of(choose(items, "linux", subject="x")) == "linux/arm64/v8"


def test_none_is_the_only_one_there_is() -> None:
    only = item("linux/s390x")
    assert choose([item("unknown/unknown"), only], None, subject="x") == only
    assert choose([item(None)], None, subject="x") == item(None)
    with pytest.raises(InvalidArgument, match="this machine") as raised:
        choose([only, item("linux/ppc64le")], None, subject="x")
    assert raised.value.hint == "There are images for: linux/s390x, linux/ppc64le."


def test_attestations_are_never_chosen() -> None:
    marked = item("linux/amd64", annotations={"vnd.docker.reference.type": "attestation-manifest"})
    for alone in (marked, item("unknown/unknown")):
        for platform in (None, "linux/amd64"):
            with pytest.raises(InvalidArgument):
                choose([alone], platform, subject="x")
        with pytest.raises(InvalidArgument):
            choose([alone], "unknown/unknown", subject="x")


@pytest.mark.parametrize("platform", ["", "a/b/c/d", "linux/", "/amd64", "linux amd64", 5])
def test_what_is_no_platform(platform: Any) -> None:
    with pytest.raises(InvalidArgument):
        choose([item("linux/amd64")], platform, subject="x")


@pytest.mark.parametrize(
    "raw", [None, "linux/amd64", 5, [], {}, {"os": "linux"}, {"os": 1, "architecture": 2}]
)
def test_platforms_that_are_none(raw: Any) -> None:
    assert platform_of(Document.of({"digest": "x", "platform": raw}, "oci.OCIDescriptor")) == ""


WORDS = st.sampled_from(
    ["linux", "amd64", "arm64", "arm", "386", "v8", "v7", "v1", "v99", "8", "x86_64", "", "V8"]
)


@given(WORDS, WORDS, WORDS)
def test_what_is_normalized_stays_so(os: str, architecture: str, variant: str) -> None:
    once = normalized(os, architecture, variant)
    assert normalized(*once) == once


@given(st.from_regex(r"[a-z0-9]{1,8}/[a-z0-9_.-]{1,8}(/[a-z0-9]{1,4})?", fullmatch=True))
def test_every_machine_runs_its_own_best(platform: str) -> None:
    assert fits(platform, platform) == 0


# Of a registry


def test_indexes_in_indexes(registry: Registry) -> None:
    arm, intel = (push_image(registry, "app", None, platform=p) for p in ("linux/arm64", "linux/amd64"))
    inner = push_index(registry, "app", None, [arm.described()])
    other = push_index(registry, "app", None, [intel.described()])
    push_index(registry, "app", "1", [inner.described(), other.described()])
    for platform, pushed in (("linux/arm64", arm), ("linux/amd64", intel)):
        assert registry.manifest("app:1", platform=platform).digest == pushed.digest
        assert registry.image("app:1", platform=platform).digest == pushed.digest
    with pytest.raises(InvalidArgument):
        registry.manifest("app:1", platform="linux/s390x")


def test_indexes_too_deep(registry: Registry) -> None:
    pushed = push_image(registry, "app", None)
    for _ in range(6):
        pushed = push_index(registry, "app", "deep", [pushed.described()])
    for platform in ("linux/amd64", None):
        with pytest.raises(InvalidResponse, match="in one another"):
            registry.image("app:deep", platform=platform)


def test_indexes_too_wide(registry: Registry, served: ServedRegistry) -> None:
    images = [push_image(registry, "app", None, texts=[str(number)]) for number in range(20)]
    unnamed = [{**image.described(), "platform": None} for image in images]
    push_index(registry, "app", "wide", unnamed)
    before = len(served.registry.requests)
    with pytest.raises(InvalidResponse, match="looked at"):
        registry.image("app:wide", platform="linux/s390x")
    assert len(served.registry.requests) - before < 40


def test_images_that_do_not_say_for_what_they_are(registry: Registry) -> None:
    intel = push_image(registry, "app", None)
    arm = push_image(registry, "app", None, platform="linux/arm64")
    index = [{key: value for key, value in p.described().items() if key != "platform"} for p in (intel, arm)]
    push_index(registry, "app", "1", index)
    assert registry.manifest("app:1", platform="linux/arm64").digest == arm.digest
    push_index(registry, "app", "2", index[:1])
    assert registry.image("app:2").digest == intel.digest
    with pytest.raises(InvalidArgument, match="linux/amd64"):
        registry.image("app:2", platform="linux/arm64")


def test_one_image_is_for_its_own_platform(registry: Registry) -> None:
    pushed = push_image(registry, "app", "1", platform="linux/arm64/v8")
    assert registry.manifest("app:1").digest == pushed.digest
    assert registry.image("app:1").platform == "linux/arm64/v8"
    assert registry.manifest("app:1", platform="linux/arm64").digest == pushed.digest
    for ask in (registry.manifest, registry.image):
        with pytest.raises(InvalidArgument, match="linux/arm64/v8") as raised:
            ask("app:1", platform="linux/amd64")
        assert raised.value.subject == f"image {registry.host}/app:1"


def test_an_index_that_names_what_is_gone(modern: ServedRegistry) -> None:
    with modern.client() as registry:
        pushed = push_image(registry, "app", None)
        push_index(registry, "app", "1", [pushed.described()])
        registry.delete(f"app@{pushed.digest}")
        with pytest.raises(ImageNotFound) as raised:
            registry.image("app:1")
        assert raised.value.subject == f"image {registry.host}/app@{pushed.digest}"


def test_no_platform_is_refused_before_anything_is_sent(registry: Registry, served: ServedRegistry) -> None:
    for ask in (registry.manifest, registry.image):
        with pytest.raises(InvalidArgument, match="platform="):
            ask("app:1", platform="a/b/c/d")
    assert served.registry.requests == []


def test_this_machine_is_named_as_images_are() -> None:
    assert platforms.wanted_platform(None)[0] == "linux"
    assert fits(None, here()) == 0
