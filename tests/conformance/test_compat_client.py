"""docker-py's objects on real engines: what programs cannot print."""

from __future__ import annotations

import io
import tarfile
import threading
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
import dockpy.compat as docker
from dockpy.compat.errors import APIError, ContainerError, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Place


@pytest.fixture
def compat(engine_place: Place) -> Iterator[docker.DockerClient]:
    """docker-py's client of each engine."""
    with docker.DockerClient(base_url=engine_place.url, version="auto") as client:
        yield client


@pytest.fixture
def asked(compat: docker.DockerClient) -> list[str]:
    """The paths that are asked for, without the version."""
    paths = list[str]()

    def note(response: Any, *_: Any, **__: Any) -> None:
        paths.append(response.request.path_url.partition("?")[0].partition("/v1.")[2].partition("/")[2])

    compat.api.hooks["response"].append(note)
    return paths


def test_a_list_asks_for_each_container_unless_it_is_sparse(
    compat: docker.DockerClient,
    engine: dockpy.Client,
    start: Callable[..., Any],
    asked: list[str],
    new_name: Any,
) -> None:
    label = new_name()
    ids = {start(engine, labels={label: "1"}).id for _ in range(3)}
    found = compat.containers.list(filters={"label": label})
    assert {container.id for container in found} == ids
    assert sorted(asked) == sorted(["containers/json", *(f"containers/{id}/json" for id in ids)])
    asked.clear()
    sparse = compat.containers.list(filters={"label": label}, sparse=True)
    assert sparse == found
    assert asked == ["containers/json"]
    assert sparse[0].attrs["Labels"][label] == "1"
    sparse[0].reload()
    assert sparse[0].labels[label] == "1"


def test_a_container_that_goes_during_a_list(
    compat: docker.DockerClient, engine: dockpy.Client, create: Callable[..., Any], new_name: Any
) -> None:
    label = new_name()

    def remove(response: Any, *_: Any, **__: Any) -> None:
        if "/containers/json" in response.request.path_url:
            container.remove(force=True)

    compat.api.hooks["response"].append(remove)
    container = create(engine, labels={label: "1"})
    with pytest.raises(NotFound):
        compat.containers.list(all=True, filters={"label": label})
    container = create(engine, labels={label: "1"})
    assert compat.containers.list(all=True, filters={"label": label}, ignore_removed=True) == []


def test_run_pulls_what_is_missing(
    compat: docker.DockerClient, engine: dockpy.Client, registry_image: Callable[..., str]
) -> None:
    image = registry_image(engine)
    try:
        assert compat.containers.run(image, "echo pulled", network_mode="none", remove=True) == b"pulled\n"
    finally:
        engine.images.remove(image)


def test_a_failure_without_anything_to_read(compat: docker.DockerClient) -> None:
    """A container that removes itself leaves no log."""
    with pytest.raises((ContainerError, NotFound)) as failed:
        compat.containers.run("busybox", "sh -c 'exit 5'", network_mode="none", auto_remove=True)
    if isinstance(failed.value, ContainerError):  # it may be gone before its exit code is asked for
        assert (failed.value.exit_status, failed.value.stderr) == (5, None)


@pytest.fixture
def anywhere(place: Place) -> Iterator[docker.DockerClient]:
    """docker-py's client over each transport, as the environment says it."""
    with docker.from_env(environment=place.environ, version="auto") as client:
        yield client


def test_run_over_each_transport(anywhere: docker.DockerClient) -> None:
    output = anywhere.containers.run("busybox", ["sh", "-c", "echo over"], network_mode="none", remove=True)
    assert output == b"over\n"


def test_a_stream_is_closed_from_another_thread(
    anywhere: docker.DockerClient,
    client: dockpy.Client,
    start: Callable[..., Any],
    in_thread: Callable[..., Any],
) -> None:
    container = anywhere.containers.get(start(client, ["sh", "-c", "echo first; sleep 1000"]).id)
    stream = container.logs(stream=True, follow=True)
    read, first = list[bytes](), threading.Event()

    def reading() -> None:
        for chunk in stream:
            read.append(chunk)
            first.set()

    thread = in_thread(reading)
    assert first.wait(10)
    stream.close()
    thread.join(5)
    assert not thread.is_alive()
    assert b"".join(read) == b"first\n"


def test_exec_over_its_socket(
    compat: docker.DockerClient, engine: dockpy.Client, start: Callable[..., Any]
) -> None:
    container = compat.containers.get(start(engine).id)
    code, connection = container.exec_run("cat", stdin=True, tty=False, socket=True)
    assert code is None
    sock = connection._sock  # the name that programs for docker-py use
    sock.sendall(b"over and back")
    frame = b""
    while len(frame) < 8 + 13:
        frame += sock.recv(100)
    assert frame == b"\x01\0\0\0\0\0\0\x0dover and back"
    connection.close()


def test_files_go_in_and_out(
    compat: docker.DockerClient, engine: dockpy.Client, start: Callable[..., Any]
) -> None:
    container = compat.containers.get(start(engine).id)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        info = tarfile.TarInfo("file")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"bytes"))
    assert container.put_archive("/tmp", packed.getvalue()) is True
    chunks, stat = container.get_archive("/tmp/file")
    assert (stat["name"], stat["size"]) == ("file", 5)
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        member = archive.extractfile("file")
        assert member is not None
        assert member.read() == b"bytes"
    with pytest.raises(NotFound):
        container.get_archive("/nothing/like/it")
    assert b"tmp/file" in b"".join(container.export())


def test_build_of_a_folder(compat: docker.DockerClient, tmp_path: Path, new_name: Callable[[], str]) -> None:
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "ignored").write_text("ignored")
    (tmp_path / ".dockerignore").write_text("ignored\n")
    (tmp_path / "Own.Dockerfile").write_text(
        "FROM busybox\nARG WHAT\nCOPY . /here\nRUN echo $WHAT > /here/arg\n"
    )
    tag = f"{new_name()}:1"
    image, log = compat.images.build(
        path=str(tmp_path),
        dockerfile="Own.Dockerfile",
        tag=tag,
        rm=True,
        buildargs={"WHAT": "this"},
        network_mode="none",
    )
    try:
        assert image.tags == [tag]
        assert any("Successfully built" in message.get("stream", "") for message in log)
        out = compat.containers.run(
            image, "sh -c 'ls /here; cat /here/arg'", network_mode="none", remove=True
        )
        assert out == b"Own.Dockerfile\narg\nkept\nthis\n"
    finally:
        compat.images.remove(tag)


def test_an_answer_says_all(
    compat: docker.DockerClient, create: Callable[..., Any], engine: dockpy.Client
) -> None:
    container = compat.containers.get(create(engine).id)
    with pytest.raises(APIError) as failed:
        container.pause()
    error = failed.value
    assert (error.status_code, error.response.status_code) == (409, 409)
    assert "is not running" in error.explanation
    assert str(error) == f'409 Client Error for {error.response.url}: Conflict ("{error.explanation}")'
    assert error.is_client_error()
    assert not error.is_server_error()
