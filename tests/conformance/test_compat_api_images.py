"""`dockpy.compat`'s low-level client on images and builds: what docker-py gives, from real engines."""

from __future__ import annotations

import io
import json
import tarfile
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.compat import APIClient, errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def api(engine_place: Any) -> Iterator[APIClient]:
    """A client of each engine."""
    with APIClient(base_url=engine_place.url) as client:
        yield client


@pytest.fixture
def tagged(api: APIClient, new_name: Callable[[], str]) -> Iterator[str]:
    """A name of busybox's image."""
    name = f"{new_name()}:x"
    assert api.tag("busybox", *name.split(":")) is True
    yield name
    for image in api.images(name.split(":")[0]):
        api.remove_image(image["Id"] if image["RepoTags"] is None else image["RepoTags"][0])


def test_listing_and_removing(api: APIClient, tagged: str) -> None:
    (image,) = api.images(tagged)
    assert image["RepoTags"] is not None
    assert tagged in image["RepoTags"]
    assert api.images(tagged, quiet=True) == [image["Id"]]
    assert api.inspect_image(tagged)["Id"] == image["Id"]
    assert api.history(tagged)[0]["Created"]
    assert api.remove_image(tagged) == [{"Untagged": tagged}]
    with pytest.raises(errors.ImageNotFound):
        api.remove_image(tagged)


def test_saving_and_loading(api: APIClient, tagged: str) -> None:
    saved = b"".join(api.get_image(tagged))
    with tarfile.open(fileobj=io.BytesIO(saved)) as tar:
        assert "manifest.json" in tar.getnames()
    api.remove_image(tagged)
    messages = list(api.load_image(io.BytesIO(saved)))
    assert any(tagged in message.get("stream", "") for message in messages)
    assert api.images(tagged)


def test_importing(api: APIClient, new_name: Callable[[], str], tmp_path: Path) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("empty"))
    path = tmp_path / "rootfs.tar"
    path.write_bytes(archive.getvalue())
    for give in (
        lambda name: api.import_image(src=str(path), repository=name, changes=["ENV A=b"]),
        lambda name: api.import_image_from_data(archive.getvalue(), repository=name, changes=["ENV A=b"]),
        lambda name: api.import_image_from_stream(
            io.BytesIO(archive.getvalue()), repository=name, changes=["ENV A=b"]
        ),
    ):
        name = new_name()
        answer = give(name)
        assert isinstance(answer, str)
        assert json.loads(answer.strip().splitlines()[-1])["status"].startswith("sha256:")
        assert api.inspect_image(name)["Config"]["Env"] == ["A=b"]
        api.remove_image(name)


def test_pulling_and_pushing(api: APIClient, registry: str, new_name: Callable[[], str]) -> None:
    name = f"{registry}/{new_name()}"
    api.tag("busybox", name, "1")
    pushed = list(api.push(name, "1", stream=True, decode=True))
    assert any("digest" in message.get("status", "") for message in pushed)
    api.remove_image(f"{name}:1")
    lines = list(api.pull(f"{name}:1", stream=True))
    assert all(json.loads(line) for line in lines), "each piece is one message, whole"
    assert isinstance(api.pull(name, "1"), str)
    assert api.inspect_image(f"{name}:1")["RepoTags"]
    assert api.inspect_distribution(f"{name}:1")["Descriptor"]["digest"].startswith("sha256:")
    api.remove_image(f"{name}:1")


def test_a_pull_that_fails(api: APIClient, registry: str, new_name: Callable[[], str]) -> None:
    with pytest.raises(errors.APIError) as caught:
        api.pull(f"{registry}/{new_name()}")
    assert caught.value.status_code in (404, 500)


def test_credentials(api: APIClient, locked_registry: str, new_name: Callable[[], str]) -> None:
    name = f"{locked_registry}/{new_name()}"
    api.tag("busybox", name, "1")
    try:
        assert "errorDetail" in api.push(name, "1")
        with pytest.raises(errors.APIError):
            api.login("tester", "wrong", registry=locked_registry)
        answer = api.login("tester", "s3cret", registry=locked_registry)
        assert answer["Status"] == "Login Succeeded"
        assert api.login("tester", registry=locked_registry)["password"] == "s3cret"
        assert "errorDetail" not in api.push(name, "1")
        given = {"username": "tester", "password": "s3cret"}
        with APIClient(base_url=api_url(api)) as other:
            assert "errorDetail" not in other.push(name, "1", auth_config=given)
    finally:
        api.remove_image(f"{name}:1")


def api_url(api: APIClient) -> str:
    return f"unix://{api.get_adapter(api.base_url).socket_path}"  # type: ignore[attr-defined]


def test_building(api: APIClient, new_name: Callable[[], str], tmp_path: Path, labels: Any) -> None:
    (tmp_path / "Dockerfile").write_text("FROM busybox\nCOPY . /ctx\nRUN ls /ctx > /list\nARG A\nENV A=$A\n")
    (tmp_path / "kept").write_text("")
    (tmp_path / "left").write_text("")
    (tmp_path / ".dockerignore").write_text("left\n")
    name = new_name()
    messages = list(
        api.build(
            str(tmp_path), tag=name, decode=True, rm=True, forcerm=True, buildargs={"A": "b"}, labels=labels
        )
    )
    try:
        assert any(f"Successfully tagged {name}:latest" in message.get("stream", "") for message in messages)
        assert "A=b" in api.inspect_image(name)["Config"]["Env"]
        container = api.create_container(name, "true", labels=labels)
        pieces, _ = api.get_archive(container, "/list")
        api.remove_container(container)
        with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
            listed = tar.extractfile("list")
            assert listed is not None
            assert listed.read().split() == [b"Dockerfile", b"kept"]
    finally:
        api.remove_image(name, force=True)


def test_a_build_that_fails(api: APIClient, labels: dict[str, str]) -> None:
    dockerfile = io.BytesIO(b"FROM busybox\nRUN exit 3\n")
    pieces = list(api.build(fileobj=dockerfile, rm=True, forcerm=True, labels=labels))
    assert isinstance(pieces[0], bytes)
    assert json.loads(pieces[-1])["errorDetail"]["code"] == 3
    with pytest.raises(errors.APIError, match=r"[Uu]nknown instruction"):
        list(api.build(fileobj=io.BytesIO(b"FROM busybox\nNONSENSE\n")))


def test_no_error_shows_a_builds_arguments(api: APIClient) -> None:
    arguments = {"TOKEN": "s3cret"}
    with pytest.raises(errors.APIError) as caught:
        list(api.build(fileobj=io.BytesIO(b"FROM busybox\nNONE\n"), buildargs=arguments))
    text = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "/build?" in text
    assert "buildargs=***" in text
    assert "s3cret" not in text


def test_pruning(api: APIClient, new_name: Callable[[], str]) -> None:
    assert api.prune_images({"label": new_name()})["SpaceReclaimed"] == 0
    assert "SpaceReclaimed" in api.prune_builds(filters={"id": new_name()})
