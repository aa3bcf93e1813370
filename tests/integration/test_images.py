"""Images that are here: found, named, described, removed, made of tars."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import (
    ApiError,
    Client,
    Conflict,
    ImageLoadError,
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


def tar_of(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@pytest.fixture
def own_image(new_name: Callable[[], str], labels: dict[str, str]) -> Callable[..., Any]:
    """Import a small image of its own, with this run's label and a name."""

    def make(client: Client, **options: Any) -> Any:
        changes = [f"LABEL dockpy-test={labels['dockpy-test']}", 'CMD ["/hello"]']
        content = tar_of({"hello": new_name().encode()})
        return client.images.import_image(content, new_name(), **{"changes": changes, **options})

    return make


def test_get(client: Client) -> None:
    image = client.images.get("busybox")
    assert image.id.startswith("sha256:")
    assert "busybox:latest" in image.tags
    assert image.name == image.tags[0]
    assert len(image.short_id) == 12
    assert image.labels == {"base": "busybox:latest"}
    assert image.size > 100_000
    assert image.created < datetime.now(UTC)
    assert image.attrs.config.cmd == ["sh"]
    assert image.attrs["Architecture"]


@pytest.mark.parametrize("how", ["name", "tagged", "whole", "id", "short id"])
def test_get_by(engine: Client, how: str) -> None:
    image = engine.images.get("alpine")
    names = {
        "name": "alpine",
        "tagged": "alpine:latest",
        "whole": "docker.io/library/alpine:latest",
        "id": image.id,
        "short id": image.short_id,
    }
    assert engine.images.get(names[how]) == image


def test_get_what_is_not_there(client: Client) -> None:
    with pytest.raises(ImageNotFound, match="No such image: nowhere:1") as caught:
        client.images.get("nowhere:1")
    assert (caught.value.operation, caught.value.subject) == ("ImageInspect", "image nowhere:1")
    assert isinstance(caught.value, NotFound)


@pytest.mark.parametrize("name", ["", "a b", "../json", "a?x=1", "UPPER/../x", "a//b", "a\nb"])
def test_names_that_are_none(engine: Client, name: str) -> None:
    requests: list[Any] = []
    engine.hooks.request.append(requests.append)
    for ask in (engine.images.get, engine.images.remove, engine.images.history):
        with pytest.raises(InvalidArgument):
            ask(name)
    assert requests == []


def test_list(client: Client) -> None:
    assert client.api_version  # agreed on
    requests: list[str] = []
    client.hooks.request.append(lambda event: requests.append(event.operation))
    found = {tag: image for image in client.images.list() for tag in image.tags}
    assert {"busybox:latest", "alpine:latest", "alpine:3.10", "hello-world:latest"} <= set(found)
    image = found["hello-world:latest"]
    assert image.labels == {"base": "hello-world:latest"}
    assert image.size > 0
    assert image.created.tzinfo is not None
    assert requests == ["ImageList"]
    assert image == client.images.get("hello-world")


def test_list_some(engine: Client, own_image: Any, labels: dict[str, str]) -> None:
    assert {tag for image in engine.images.list("alpine") for tag in image.tags} >= {
        "alpine:latest",
        "alpine:3.10",
    }
    assert [image.tags for image in engine.images.list("alpine:3.10")] == [["alpine:3.10"]]
    assert engine.images.list("no-such-image") == []
    image = own_image(engine)
    assert image in engine.images.list(filters={"label": labels})
    assert engine.images.list(filters={"label": labels, "before": image.id, "reference": image.tags[0]}) == []
    assert image in engine.images.list(all=True)


def test_tag(engine: Client, own_image: Any, new_name: Any) -> None:
    image, first, second = own_image(engine), new_name(), new_name()
    image.tag(first)
    image.tag(f"{second}:1.0")
    engine.images.tag(image.id, second, "2.0")
    assert {f"{first}:latest", f"{second}:1.0", f"{second}:2.0"} <= set(engine.images.get(image.id).tags)
    with pytest.raises(ImageNotFound):
        engine.images.tag("nowhere:1", new_name())
    with pytest.raises(InvalidReference):
        image.tag("Not A Reference")
    with pytest.raises(InvalidArgument, match="digest"):
        image.tag(f"{first}@sha256:{'0' * 64}")


def test_tags_are_current(engine: Client, own_image: Any, new_name: Any) -> None:
    image, name = own_image(engine), new_name()
    before = image.tags
    image.tag(name)
    assert set(image.tags) == {*before, f"{name}:latest"}


class TestRemove:
    def test_one_name_of_two(self, engine: Client, own_image: Any, new_name: Any) -> None:
        image, name = own_image(engine), new_name()
        first = image.tags[0]
        image.tag(name)
        (answer,) = engine.images.remove(name)
        assert (answer.untagged, answer["Untagged"]) == (f"{name}:latest", f"{name}:latest")
        assert engine.images.get(image.id).tags == [first]

    def test_the_last_name(self, engine: Client, own_image: Any) -> None:
        image = own_image(engine)
        answer = engine.images.remove(image.tags[0])
        assert image.id in [item.deleted for item in answer]
        with pytest.raises(ImageNotFound):
            image.reload()

    def test_by_id_with_two_names(self, engine: Client, own_image: Any, new_name: Any) -> None:
        image = own_image(engine)
        image.tag(new_name())
        with pytest.raises(Conflict, match="must be forced"):
            image.remove()
        assert len([item for item in image.remove(force=True) if item.untagged]) == 2

    def test_what_a_container_uses(self, engine: Client, own_image: Any, create: Any) -> None:
        image = own_image(engine)
        container = create(engine, image=image.id)
        with pytest.raises(Conflict, match=r"using its referenced image|is being used"):
            image.remove()
        container.remove()
        image.remove()

    def test_what_is_not_there(self, engine: Client) -> None:
        with pytest.raises(ImageNotFound, match="No such image"):
            engine.images.remove("nowhere:1")


def test_history(engine: Client, own_image: Any) -> None:
    image = own_image(engine, message="made by a test")
    (layer,) = image.history()
    assert layer.comment == "made by a test"
    assert (layer.id, layer.size > 0) == (image.id, True)
    assert "busybox:latest" in engine.images.history("busybox")[0].tags
    with pytest.raises(ImageNotFound):
        engine.images.history("nowhere:1")


def test_an_option_that_the_engine_is_too_old_for(engine: Client) -> None:
    assert engine.api_version  # agreed on
    asked: list[str] = []
    engine.hooks.request.append(lambda event: asked.append(event.operation))
    if engine.api_version == "1.41":
        with pytest.raises(
            VersionMismatch, match=r"'platform' needs API 1\.48, and the daemon is spoken to in 1\.41"
        ):
            engine.images.history("busybox", platform="linux/amd64")
        assert asked == []
    else:
        platform = "{0.os}/{0.architecture}".format(engine.images.get("busybox").attrs)
        assert engine.images.history("busybox", platform=platform)


def test_prune(engine: Client, own_image: Any, labels: dict[str, str]) -> None:
    mine = {"label": {"prune-images": labels["dockpy-test"]}}
    changes = [f"LABEL prune-images={labels['dockpy-test']}", f"LABEL dockpy-test={labels['dockpy-test']}"]
    images = {own_image(engine, changes=changes).id for _ in range(2)}
    answer = engine.images.prune(filters={"dangling": False, **mine})
    deleted = {item.deleted for item in answer.images_deleted}
    assert images <= deleted
    assert answer.space_reclaimed > 0
    assert engine.images.list(filters=mine) == []
    assert engine.images.prune(filters=mine).images_deleted == []


@pytest.mark.real("fake daemons always reach their hub")
def test_search_without_a_network(engine: Client) -> None:
    with pytest.raises(ApiError) as caught:
        engine.images.search("busybox", limit=3)
    assert isinstance(caught.value, ServerError)
    assert caught.value.operation == "ImageSearch"


def test_search_for_too_many(engine: Client) -> None:
    with pytest.raises(ApiError, match=r"(?i)limit"):
        engine.images.search("busybox", limit=1000)


def parts(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), 1000):
        yield data[start : start + 1000]


ARCHIVES: dict[str, Callable[[bytes, Path], Any]] = {
    "bytes": lambda data, path: data,
    "file": lambda data, path: io.BytesIO(data),
    "pieces": lambda data, path: parts(data),
    "path": lambda data, path: path,
    "str": lambda data, path: str(path),
}


@pytest.mark.parametrize("form", list(ARCHIVES))
def test_save_and_load(engine: Client, own_image: Any, tmp_path: Path, form: str) -> None:
    image = own_image(engine)
    name = image.tags[0]
    data = engine.images.save(name).read()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))  # type: ignore[arg-type]
    assert manifest[0]["RepoTags"] == [name]
    path = tmp_path / "image.tar"
    path.write_bytes(data)
    engine.images.remove(name)
    assert engine.images.load(ARCHIVES[form](data, path)) == [image]
    assert engine.images.get(name) == image


def test_save_and_load_over_every_way(client: Client, own_image: Any) -> None:
    image = own_image(client)
    with client.images.save(image.tags[0]) as stream:
        data = b"".join(stream)
    client.images.remove(image.tags[0])
    messages: list[Any] = []
    assert client.images.load(parts(data), on_progress=messages.append) == [image]
    assert any("Loaded image" in (message.stream or "") for message in messages)


def test_save_several(engine: Client, own_image: Any) -> None:
    images = [own_image(engine), own_image(engine)]
    data = engine.images.save([image.tags[0] for image in images]).read()
    for image in images:
        image.remove()
    assert set(engine.images.load(data)) == set(images)


def test_save_by_id_loads_without_a_name(engine: Client, own_image: Any) -> None:
    image = own_image(engine)
    data, named = image.save().read(), image.save(named=True).read()
    name = image.tags[0]
    image.remove()
    (again,) = engine.images.load(data)
    assert (again.id, again.tags) == (image.id, [])
    (again,) = engine.images.load(named)
    assert again.tags == [name]
    with pytest.raises(InvalidArgument, match="other:1"):
        again.save(named="other:1")


def test_save_what_is_not_there(engine: Client, own_image: Any) -> None:
    with pytest.raises(ImageNotFound):
        engine.images.save("nowhere:1").read()
    with pytest.raises(InvalidArgument, match="names is empty"):
        engine.images.save([])


def test_load_what_is_no_archive(client: Client, tmp_path: Path) -> None:
    for data in (b"not a tar" * 1000, tar_of({"hello": b"world"})):
        with pytest.raises((ImageLoadError, ApiError)) as caught:
            client.images.load(data)
        assert caught.value.operation == "ImageLoad"
        assert caught.value.daemon == client.daemon
    with pytest.raises(InvalidArgument, match="cannot be read: No such file"):
        client.images.load(tmp_path / "none.tar")


def test_import(engine: Client, labels: dict[str, str], new_name: Any, create: Any) -> None:
    messages: list[Any] = []
    image = engine.images.import_image(
        tar_of({"etc/motd": b"hello"}),
        f"{new_name()}:1.0",
        changes=[f"LABEL dockpy-test={labels['dockpy-test']}", "ENV A=b", 'CMD ["/run", "me"]'],
        message="imported",
        on_progress=messages.append,
    )
    assert image.tags[0].endswith(":1.0")
    assert image.attrs.config.env == ["A=b"]
    assert image.attrs.config.cmd == ["/run", "me"]
    assert image.attrs.comment == "imported"
    assert [message.status for message in messages] == [image.id]
    assert create(engine, image=image.tags[0]).attrs.config.cmd == ["/run", "me"]


def test_import_without_a_name(engine: Client, labels: dict[str, str]) -> None:
    image = engine.images.import_image(
        tar_of({"a": b"b"}), changes=f"LABEL dockpy-test={labels['dockpy-test']}"
    )
    assert image.tags == []
    assert image.name == image.short_id


@pytest.mark.parametrize("form", list(ARCHIVES))
def test_import_from(
    engine: Client, labels: dict[str, str], tmp_path: Path, form: str, new_name: Any
) -> None:
    data = tar_of({"file": new_name().encode()})
    path = tmp_path / "files.tar"
    path.write_bytes(data)
    changes = f"LABEL dockpy-test={labels['dockpy-test']}"
    image = engine.images.import_image(ARCHIVES[form](data, path), new_name(), changes=changes)
    assert len(image.attrs.root_fs.layers) == 1


def test_import_what_is_no_tar(engine: Client, new_name: Any) -> None:
    with pytest.raises((ImageLoadError, ApiError)) as caught:
        engine.images.import_image(b"not a tar" * 1000, new_name())
    assert caught.value.operation == "ImageCreate"
    with pytest.raises((ImageLoadError, ApiError), match=r"(?i)run is not a valid change command"):
        engine.images.import_image(tar_of({"a": b"b"}), new_name(), changes="RUN echo")
    with pytest.raises((ImageLoadError, ApiError)):
        engine.images.import_image("http://127.0.0.1:9/none.tar", new_name())
