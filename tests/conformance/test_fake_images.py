"""Archives of images go from real engines to fake daemons and back, and keep their ids."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import Client, NotFound
from dockpy.fake.daemon import FakeDaemon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.real


@pytest.fixture(params=["1.41", "1.51"])
def fake(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A fake daemon of an old and of a new engine."""
    with FakeDaemon(api=request.param) as daemon:
        yield daemon.client()


@pytest.fixture
def named(engine: Client, new_name: Callable[[], str]) -> Iterator[Callable[[], str]]:
    """Names of images on the engine, which go with the test."""
    made: list[str] = []

    def make() -> str:
        made.append(f"{new_name()}:1")
        return made[-1]

    yield make
    for name in made:
        with contextlib.suppress(NotFound):
            engine.images.remove(name, force=True)


def shape(image: Any) -> tuple[Any, ...]:
    """What of an image has to be the same everywhere."""
    steps = [(step.created, step.created_by, step.comment, step.size) for step in image.history()]
    return image.id, image.attrs["RootFS"]["Layers"], image.attrs["Size"], image.attrs["Created"], steps


def test_from_the_engine_and_back(
    engine: Client, fake: Client, named: Callable[[], str], create: Any, labels: dict[str, str]
) -> None:
    """Three layers: files, a deletion, and none."""
    name, other = named(), named()
    container = create(engine, ["sh", "-c", "echo hi > /made; mkdir /d; ln /made /d/link"])
    container.start()
    container.wait()
    container.commit(*name.split(":"), changes=["CMD cat /made"])
    container = create(engine, ["rm", "/made"], name)
    container.start()
    container.wait()
    image = container.commit(*other.split(":"), message="why <&>", author="ä")

    loaded = fake.images.load(b"".join(engine.images.save([name, other])))
    assert {found.id for found in loaded} == {image.id, engine.images.get(name).id}
    assert shape(fake.images.get(other)) == shape(image)

    back = b"".join(fake.images.save([name, other]))
    for gone in (other, name):
        engine.images.remove(gone, force=True)
    engine.images.load(back)
    assert shape(engine.images.get(other)) == shape(fake.images.get(other))
    assert engine.images.get(name).tags == [name]


@pytest.mark.parametrize("image", ["busybox", "alpine", "hello-world"])
def test_the_hubs_images_are_taken(
    engine: Client, fake: Client, named: Callable[[], str], image: str
) -> None:
    made, name = fake.images.pull(image), named()
    fake.images.tag(image, name)
    loaded = engine.images.load(b"".join(fake.images.save([name])))
    assert [found.id for found in loaded] == [made.id]
    assert shape(loaded[0]) == shape(made)
    for key in ("Cmd", "Env", "Entrypoint"):
        assert loaded[0].attrs["Config"][key] == made.attrs["Config"][key]


@pytest.mark.parametrize("whose", ["the engine's", "the fake daemon's"])
def test_files_of_a_container(
    engine: Client, fake: Client, named: Callable[[], str], create: Any, whose: str
) -> None:
    """What one exports, both import as the same layer."""
    fake.images.pull("busybox")
    made = (
        create(engine, ["true"]) if whose == "the engine's" else fake.containers.create("busybox", ["true"])
    )
    data = b"".join(made.export())
    name = named()
    here = engine.images.import_image(data, repository=name.partition(":")[0], tag="1")
    there = fake.images.import_image(data, repository="there", tag="1")
    assert here.attrs["RootFS"] == there.attrs["RootFS"]
    assert here.attrs["Size"] == there.attrs["Size"]
