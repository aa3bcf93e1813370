"""Archives between engines and registries: what an engine saves is pushed, what is pulled an engine loads."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import FakeDaemon, FakeRegistry, Registry
from dockpy.fake.registry import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy import Client

RECORDED = Path(__file__).parents[1] / "unit" / "registry" / "recorded"
AUTH = {"username": "tester", "password": "s3cret"}


def arrived(client: Client, name: str) -> bool:
    return client.containers.run(name, ["echo", "arrived"], remove=True, network="none") == b"arrived\n"


@contextlib.contextmanager
def named(client: Client, name: str) -> Iterator[str]:
    """Busybox under a name of its own; gives its id."""
    client.images.tag("busybox", name)
    try:
        yield client.images.get(name).id
    finally:
        client.images.remove(name)


def journey(
    source: Client, target: Client, first: Registry, second: Registry, name: str, folder: Path
) -> None:
    """The way of an image from one engine into archives, registries, and other engines."""
    reference, copied = f"{first.host}/{name}:1", f"{second.host}/{name}:1"
    with named(source, reference) as image_id:
        (pushed,) = first.push(source.images.save(reference))  # a stream
    assert pushed.reference == reference
    assert first.image(f"{name}:1").id == image_id

    pulled = target.images.pull(reference)
    try:
        assert pulled.id == image_id
        assert f"{first.host}/{name}@{pushed.digest}" in pulled.digests
        assert arrived(target, reference)
    finally:
        target.images.remove(reference)

    archive = first.pull(f"{name}:1")
    assert archive.digest == pushed.digest
    for engine in (target, source):
        (loaded,) = engine.images.load(archive)
        try:
            assert loaded.id == image_id
            assert reference in loaded.tags
            assert arrived(engine, reference)
        finally:
            engine.images.remove(reference)

    for given in (archive, archive.write_to(folder / "a.tar"), archive.write_layout(folder / "layout")):
        assert [found.digest for found in second.push(given)] == [pushed.digest]
        assert second.manifest(f"{name}:1").content == archive.manifest.content
        second.delete(f"{name}:1")
    assert second.push(archive, f"{name}:1").reference == copied
    target.images.pull(copied, auth_config=AUTH)
    try:
        assert target.images.get(copied).id == image_id
    finally:
        target.images.remove(copied)

    with named(target, reference):
        saved = b"".join(target.images.save(reference))
    again = first.push(saved, f"{name}:2", compress=True)
    assert first.image(f"{name}:2").id == image_id
    assert all(layer.media_type.endswith("gzip") for layer in again.layers)
    assert arrived(source, f"{first.host}/{name}:2")
    source.images.remove(f"{first.host}/{name}:2")
    for registry, tag in ((first, "1"), (first, "2"), (second, "1")):
        registry.delete(f"{name}:{tag}")


@pytest.mark.parametrize(("source", "target"), [("unix28", "unix20"), ("unix20", "unix28")])
def test_on_the_real_registries(
    reach: Callable[[str], Any],
    registry: str,
    locked_registry: str,
    new_name: Callable[[], str],
    tmp_path: Path,
    source: str,
    target: str,
) -> None:
    with (
        reach(source).connect() as one,
        reach(target).connect() as other,
        Registry(registry) as first,
        Registry(locked_registry, **AUTH) as second,
    ):
        journey(one, other, first, second, new_name(), tmp_path)


@pytest.mark.real("two registries that this process and the engine reach")
@pytest.mark.parametrize("archive", ["buildx-platforms", "docker28-containerd", "buildx-docker"])
def test_what_builders_export(
    engine: Client, registry: str, new_name: Callable[[], str], archive: str
) -> None:
    """Engines pull it, and load it out of the registry; with all platforms, the index is the same again."""
    name = new_name()
    with Registry(registry) as there:
        pushed = there.push(RECORDED / f"{archive}.tar.gz", f"{name}:1")
        image = there.image(f"{name}:1", platform="linux/amd64")
        pulled = engine.images.pull(f"{registry}/{name}:1", platform="linux/amd64")
        assert pulled.id == image.id
        engine.images.remove(f"{registry}/{name}:1")
        for platform in ("all", "linux/amd64"):
            found = there.pull(f"{name}:1", platform=platform)
            assert found.digest == (pushed.digest if platform == "all" else image.digest)
            (loaded,) = engine.images.load(found)
            assert (loaded.id, loaded.tags) == (image.id, [f"{registry}/{name}:1"])
            engine.images.remove(f"{registry}/{name}:1")
        (again,) = there.push(there.pull(f"{name}:1", platform="all"))
        assert (again.digest, again.content) == (pushed.digest, pushed.content)
        there.delete(f"{name}:1")


@pytest.mark.parametrize(("engine", "spec"), [("unix20", "1.0"), ("unix28", "1.1")])
def test_engines_with_fake_registries(
    reach: Callable[[str], Any], new_name: Callable[[], str], tmp_path: Path, engine: str, spec: Any
) -> None:
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(reach(engine).connect())
        first = stack.enter_context(serve(FakeRegistry(spec=spec)))
        second = stack.enter_context(
            serve(FakeRegistry(spec=spec, users={"tester": "s3cret"}, token_auth=True))
        )
        journey(
            client,
            client,
            stack.enter_context(first.client()),
            stack.enter_context(second.client(**AUTH)),
            new_name(),
            tmp_path,
        )


@pytest.mark.parametrize("apis", [("1.51", "1.41"), ("1.41", "1.51")])
def test_on_fakes(new_name: Callable[[], str], tmp_path: Path, apis: tuple[str, str]) -> None:
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(serve(FakeRegistry()))
        second = stack.enter_context(serve(FakeRegistry(users={"tester": "s3cret"})))
        daemons = [stack.enter_context(FakeDaemon(api=api)) for api in apis]
        for daemon in daemons:
            daemon.images.add("busybox:latest")
        one, other = (stack.enter_context(daemon.client()) for daemon in daemons)
        journey(
            one,
            other,
            stack.enter_context(first.client()),
            stack.enter_context(second.client(**AUTH)),
            new_name(),
            tmp_path,
        )
