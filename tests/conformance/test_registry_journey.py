"""An image's way: pushed by an engine, looked at, copied, pulled by another engine, deleted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import FakeDaemon, FakeRegistry, ImageNotFound, Registry
from dockpy.fake.registry import serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy import Client

AUTH = {"username": "tester", "password": "s3cret"}


def journey(source: Client, target: Client, first: Registry, second: Registry, name: str) -> None:
    """The way of an image from one engine to another, by two registries.

    Args:
        source: pushes it.
        target: pulls it.
        first: where it is pushed to.
        second: where it is copied to.
        name: the repository, one that nobody else has.
    """
    reference, copied = f"{first.host}/{name}:1", f"{second.host}/{name}:1"
    source.images.tag("busybox", reference)
    try:
        pushed = source.images.push(reference)
    finally:
        source.images.remove(reference)
    assert pushed is not None
    digest = str(pushed.digest)

    assert name in first.repositories()
    repository = first.repository(name)
    assert repository.tags() == ["1"]
    manifest = repository.manifest("1")
    assert manifest.digest == digest == repository.manifest(digest).digest
    image = repository.image("1")
    local = source.images.get("busybox")
    assert image.id == local.id
    assert image.platform == f"{local.attrs['Os']}/{local.attrs['Architecture']}"
    assert [layer.diff_id for layer in image.layers] == local.attrs["RootFS"]["Layers"]
    assert image.size == sum(layer.size for layer in manifest.layers)
    for layer in manifest.layers:
        with repository.blob(layer.digest) as blob:
            assert sum(map(len, blob)) == layer.size

    assert first.copy(f"{name}:1", to=second).digest == digest
    assert second.repository(name).manifest("1").content == manifest.content

    pulled = target.images.pull(copied, auth_config=AUTH)
    try:
        assert f"{second.host}/{name}@{digest}" in pulled.digests
        assert pulled.id == image.id
        assert target.containers.run(copied, ["echo", "arrived"], remove=True, network="none") == b"arrived\n"
    finally:
        target.images.remove(copied)

    for registry in (first, second):
        assert registry.exists(f"{name}:1")
        registry.delete(f"{name}@{digest}")
        assert not registry.exists(f"{name}:1")
        with pytest.raises(ImageNotFound):
            registry.manifest(f"{name}:1")
        assert registry.repository(name).tags() == []


@pytest.mark.parametrize(("source", "target"), [("unix28", "unix20"), ("unix20", "unix28")])
def test_on_the_real_registries(
    reach: Callable[[str], Any],
    registry: str,
    locked_registry: str,
    new_name: Callable[[], str],
    source: str,
    target: str,
) -> None:
    with (
        reach(source).connect() as one,
        reach(target).connect() as other,
        Registry(registry) as first,
        Registry(locked_registry, **AUTH) as second,
    ):
        journey(one, other, first, second, new_name())


@pytest.mark.parametrize("spec", ["1.0", "1.1"])
def test_on_fakes(spec: Any, new_name: Callable[[], str]) -> None:
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(serve(FakeRegistry(spec=spec)))
        second = stack.enter_context(serve(FakeRegistry(spec=spec, users={"tester": "s3cret"})))
        one, other = (stack.enter_context(FakeDaemon(api=api)) for api in ("1.51", "1.41"))
        for daemon in (one, other):
            daemon.images.add("busybox:latest")
        journey(
            stack.enter_context(one.client()),
            stack.enter_context(other.client()),
            stack.enter_context(Registry(first.host)),
            stack.enter_context(Registry(second.host, **AUTH)),
            new_name(),
        )
