"""Images that are here: list, inspect, tag, remove, prune, commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockpy import BadParameter, Conflict, ImageNotFound, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy import Client
    from dockpy.fake.daemon import FakeDaemon


def events(daemon: FakeDaemon) -> list[tuple[str, str]]:
    return [
        (event.action, event.attributes["name"])
        for event in daemon._engine.events.kept()
        if event.type == "image"
    ]


@pytest.fixture
def imported(client: Client, tar: Callable[..., bytes]) -> Callable[..., Any]:
    """Import an image with one file."""

    def make(name: str, data: bytes = b"x", **options: Any) -> Any:
        return client.images.import_image(tar(file=data), repository=name, tag="1", **options)

    return make


def test_nothing_to_begin_with(client: Client) -> None:
    assert client.images.list() == []
    with pytest.raises(ImageNotFound, match="No such image: busybox:latest"):
        client.images.get("busybox")


def test_resolve(client: Client, imported: Callable[..., Any]) -> None:
    image = imported("app")
    for reference in ("app:1", "docker.io/library/app:1", image.id, image.id[7:], image.id[7:15]):
        assert client.images.get(reference) == image
    with pytest.raises(ImageNotFound):
        client.images.get("app:2")


def test_inspect(client: Client, daemon: FakeDaemon, imported: Callable[..., Any]) -> None:
    image = imported("app", message="why", changes=["CMD echo hi", "ENV A=b", "EXPOSE 80"])
    assert image.attrs["Comment"] == "why"
    assert image.attrs["Size"] == 1
    assert image.attrs["Config"]["Cmd"] == ["/bin/sh", "-c", "echo hi"]
    assert image.attrs["Config"]["Env"] == ["A=b"]
    assert image.attrs["Config"]["ExposedPorts"] == {"80/tcp": {}}
    assert ("Hostname" in image.attrs["Config"]) == (daemon._engine.api == "1.41")
    assert ("Container" in image.attrs) == (daemon._engine.api == "1.41")
    assert [step.comment for step in image.history()] == ["why"]


def test_tag_moves_a_name(client: Client, imported: Callable[..., Any]) -> None:
    one, two = imported("one"), imported("two", b"y")
    client.images.tag("one:1", "two:1")
    assert sorted(client.images.get("one:1").tags) == ["one:1", "two:1"]
    two.reload()
    assert two.tags == []
    assert one in client.images.list(name="one")
    assert [image.id for image in client.images.list(filters={"dangling": True})] == [two.id]


class TestRemove:
    def test_names_then_image(self, client: Client, daemon: FakeDaemon, imported: Callable[..., Any]) -> None:
        image = imported("app")
        client.images.tag("app:1", "other:1")
        chain = image.attrs["RootFS"]["Layers"][0]
        assert [item.untagged for item in client.images.remove("app:1")] == ["app:1"]
        gone = client.images.remove("other:1")
        assert [(item.untagged, item.deleted) for item in gone] == [
            ("other:1", None),
            (None, image.id),
            (None, chain),
        ]
        assert events(daemon)[-3:] == [("untag", image.id), ("untag", image.id), ("delete", image.id)]

    def test_by_id_with_two_names(self, client: Client, imported: Callable[..., Any]) -> None:
        image = imported("app")
        client.images.tag("app:1", "other:1")
        with pytest.raises(Conflict, match=r"must be forced.*referenced in multiple"):
            client.images.remove(image.id)
        gone = client.images.remove(image.id, force=True)
        assert [item.untagged for item in gone if item.untagged] == ["app:1", "other:1"]

    def test_a_layer_stays_that_another_image_has(self, client: Client, imported: Callable[..., Any]) -> None:
        imported("one")
        imported("two", message="another")
        gone = [item.deleted for item in client.images.remove("two:1") if item.deleted]
        assert len(gone) == 1  # the image, and no layer

    def test_of_a_container(self, client: Client, imported: Callable[..., Any]) -> None:
        image = imported("app")
        container = client.containers.create("app:1", ["x"])
        short = container.id[:12]
        with pytest.raises(
            Conflict,
            match=rf'repository reference "app:1" \(must force\) - container {short} is using',
        ):
            client.images.remove("app:1")
        with pytest.raises(Conflict, match=rf"image is being used by stopped container {short}"):
            client.images.remove(image.id)
        assert image.id in [item.deleted for item in client.images.remove("app:1", force=True)]

    def test_children(self, client: Client) -> None:
        base = client.images.pull("busybox")
        container = client.containers.create("busybox", ["x"])
        child = container.commit("child", "1")
        container.remove()
        client.images.remove("busybox")
        with pytest.raises(Conflict, match=r"\(cannot be forced\) - image has dependent child images"):
            client.images.remove(base.id, force=True)
        gone = [item.deleted for item in client.images.remove("child:1")]
        assert child.id in gone
        assert base.id in gone  # its parent had no name any more

    def test_nothing_is_there(self, client: Client) -> None:
        with pytest.raises(NotFound, match="No such image: nosuch:latest"):
            client.images.remove("nosuch")


def test_prune(client: Client, imported: Callable[..., Any]) -> None:
    imported("app")
    old = client.images.get("app:1")
    imported("app", b"yy")
    pruned = client.images.prune()
    assert next(item.deleted for item in pruned.images_deleted) == old.id
    assert pruned.space_reclaimed == 1
    assert [image.tags for image in client.images.list()] == [["app:1"]]
    client.images.prune(filters={"dangling": False})
    assert client.images.list() == []


def test_commit(client: Client) -> None:
    container = client.containers.run("busybox", ["sh", "-c", "echo hi > /made"], detach=True)
    container.wait()
    image = container.commit("made", "1", message="why", author="me", changes=["CMD cat /made"])
    assert image.attrs["Parent"] == client.images.get("busybox").id
    assert image.attrs["Author"] == "me"
    step = image.history()[0]
    assert (step.comment, step.created_by, step.size) == ("why", "sh -c echo hi > /made", 3)
    assert client.containers.run("made:1") == b"hi\n"


def test_bad_changes(client: Client, imported: Callable[..., Any]) -> None:
    with pytest.raises(BadParameter, match=r"(?i)run is not a valid change command"):
        imported("app", changes=["RUN x"])


def test_search(client: Client) -> None:
    found = client.images.search("nginx")
    assert found[0].name == "nginx"
    assert found[0].is_official
