"""What holds for all objects and collections, and where docker-py itself is wrong."""

from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import dockpy.compat as docker
from dockpy.compat.models.containers import Container, ContainerCollection, ExecResult
from dockpy.compat.models.images import Image, normalize_platform
from dockpy.compat.models.plugins import PluginCollection
from dockpy.compat.models.resource import Collection, Model
from dockpy.compat.models.secrets import Secret
from dockpy.compat.models.volumes import Volume

sys.path.insert(0, str(Path(__file__).parent))
import compat_daemon

if TYPE_CHECKING:
    from collections.abc import Iterator

A, B = "a" * 64, "b" * 64


@pytest.fixture
def daemon() -> Iterator[compat_daemon.Daemon]:
    with compat_daemon.daemon() as daemon:
        yield daemon


@pytest.fixture
def client(daemon: compat_daemon.Daemon) -> Iterator[docker.DockerClient]:
    with docker.DockerClient(base_url=daemon.url, version="1.41") as client:
        yield client


# Objects


def test_objects_are_equal_by_class_and_id() -> None:
    one, same, other = (Container({"Id": id}) for id in (A, A, B))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert len({one, same, other}) == 2
    assert one != Image({"Id": A})
    assert one != A


def test_objects_show_what_they_are() -> None:
    assert repr(Container({"Id": A})) == f"<Container: {A[:12]}>"
    assert (
        repr(Image({"Id": f"sha256:{A}", "RepoTags": ["a:1", "<none>:<none>", "b:2"]}))
        == "<Image: 'a:1', 'b:2'>"
    )
    assert repr(Image({"Id": A, "RepoTags": None})) == "<Image: ''>"
    assert repr(Secret({"ID": A, "Spec": {"Name": "key"}})) == "<Secret: 'key'>"
    assert repr(Volume({"Name": "data"})) == "<Volume: data>"


def test_ids() -> None:
    assert Container({"Id": A}).short_id == "a" * 12
    assert Image({"Id": f"sha256:{A}"}).short_id == "sha256:" + "a" * 12
    assert Image({"Id": A}).short_id == "a" * 12
    assert Model().id is None
    assert Model().attrs == {}


def test_a_collection_makes_objects_its_own() -> None:
    collection = ContainerCollection(client="the client")  # type: ignore[arg-type]
    made = collection.prepare_model({"Id": A})
    assert (made.client, made.collection, made.attrs) == ("the client", collection, {"Id": A})
    assert collection.prepare_model(made) is made
    adopted = collection.prepare_model(Container({"Id": B}))
    assert (adopted.client, adopted.collection) == ("the client", collection)
    with pytest.raises(Exception, match="Can't create Container from 7"):
        collection.prepare_model(7)  # type: ignore[arg-type]


def test_a_collection_that_does_not_say_how_cannot() -> None:
    for call in (lambda c: c.list(), lambda c: c.get("key"), lambda c: c.create()):
        with pytest.raises(NotImplementedError):
            call(Collection())


def test_collections_are_not_callable_any_more() -> None:
    with pytest.raises(TypeError, match=r"'ContainerCollection' object is not callable.*docker\.APIClient"):
        ContainerCollection()(all=True)


def test_exec_results_are_pairs() -> None:
    result = ExecResult(0, b"out")
    assert (result.exit_code, result.output) == result == (0, b"out")
    assert repr(result) == "ExecResult(exit_code=0, output=b'out')"
    assert pickle.loads(pickle.dumps(result)) == result


# Containers and images


@pytest.mark.parametrize(
    ("attrs", "name", "status", "health", "ports"),
    [
        ({"Name": "/web", "State": {"Status": "running"}}, "web", "running", "unknown", {}),
        ({"State": "exited"}, None, "exited", None, {}),
        (
            {
                "Name": "/a",
                "State": {"Status": "running", "Health": {"Status": "healthy"}},
                "NetworkSettings": {"Ports": {"80/tcp": None}},
            },
            "a",
            "running",
            "healthy",
            {"80/tcp": None},
        ),
    ],
)
def test_what_a_container_says(attrs: Any, name: Any, status: Any, health: Any, ports: Any) -> None:
    container = Container(attrs)
    assert (container.name, container.status, container.ports) == (name, status, ports)
    if health is not None:
        assert container.health == health


def test_labels_of_a_listing_are_to_be_reloaded() -> None:
    assert Container({"Config": {"Labels": None}}).labels == {}
    assert Container({"Config": {"Labels": {"a": "b"}}}).labels == {"a": "b"}
    with pytest.raises(docker.errors.DockerException, match="reload"):
        _ = Container({"Labels": {"a": "b"}}).labels


@pytest.mark.parametrize("image_id", [f"sha256:{A}", A])
def test_the_image_is_asked_for_by_its_id(
    client: docker.DockerClient, image_id: str, monkeypatch: Any
) -> None:
    """With its algorithm or, as podman has it, without."""
    asked = list[str]()
    monkeypatch.setattr(client.api, "inspect_image", lambda name: asked.append(name) or {"Id": name})
    container = Container({"Image": image_id}, client=client)
    assert container.image is not None
    assert asked == [A]
    assert Container({"Image": "busybox", "ImageID": image_id}, client=client).image == container.image
    assert Container({"Image": None}, client=client).image is None


def test_a_platform_is_completed_by_the_engines() -> None:
    engine = {"Os": "linux", "Arch": "amd64"}
    assert normalize_platform(None, engine) == {"os": "linux", "architecture": "amd64"}
    assert normalize_platform({"architecture": "arm", "variant": "v7"}, engine) == {
        "os": "linux",
        "architecture": "arm",
        "variant": "v7",
    }


# The client


def test_methods_of_docker_py_1_are_pointed_to() -> None:
    client = docker.DockerClient(base_url="tcp://127.0.0.1:1", version="1.41")
    with pytest.raises(
        AttributeError, match=r"^'DockerClient' object has no attribute 'pull'\..*client\.api\.pull$"
    ):
        _ = client.pull
    with pytest.raises(AttributeError, match=r"^'DockerClient' object has no attribute 'nothing_like_it'$"):
        _ = client.nothing_like_it
    client.close()


def test_what_a_program_puts_in_place_of_an_operation_counts(
    client: docker.DockerClient, monkeypatch: Any
) -> None:
    monkeypatch.setattr(
        client.api, "containers", lambda **options: [{"Id": A, "State": "running", **options}]
    )
    (container,) = client.containers.list(all=True, sparse=True)
    assert (container.id, container.attrs["all"], container.attrs["limit"]) == (A, True, -1)


def test_from_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    with docker.from_env(version="1.41", timeout=7) as client:
        assert (client.api.base_url, client.api.timeout, client.api.api_version) == (
            "http://127.0.0.1:1",
            7,
            "1.41",
        )
    with docker.from_env(version="1.41", environment={"DOCKER_HOST": "tcp://127.0.0.1:2"}) as client:
        assert (client.api.base_url, client.api.timeout) == ("http://127.0.0.1:2", 60)


def test_the_current_context_counts_where_there_is_no_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(json.dumps({"currentContext": "there"}))
    docker.ContextAPI.create_context("there", host="tcp://127.0.0.1:3")
    with docker.from_env(version="1.41") as client:
        assert client.api.base_url == "https://127.0.0.1:3"
    with docker.from_context("there", version="1.41", timeout=7) as client:
        assert (client.api.base_url, client.api.timeout) == ("https://127.0.0.1:3", 7)
    with docker.from_env(version="1.41", use_context=False) as client:
        assert client.api.base_url != "https://127.0.0.1:3"
    with docker.from_env(version="1.41", environment={"DOCKER_HOST": "tcp://127.0.0.1:4"}) as client:
        assert client.api.base_url == "http://127.0.0.1:4"


# Where docker-py 7.2 is wrong


def test_a_plugin_is_pushed_by_a_push(daemon: compat_daemon.Daemon, client: docker.DockerClient) -> None:
    (plugin,) = client.plugins.list()
    assert [said["status"] for said in plugin.push()] == ["one", "two"]
    assert daemon.asked[-1]["request"] == "POST /plugins/tool:latest/push"


def test_a_plugin_that_is_enabled_is_not_upgraded() -> None:
    plugin = PluginCollection().prepare_model({"Name": "tool", "Enabled": True})
    with pytest.raises(docker.errors.DockerException, match="disabled"):
        next(plugin.upgrade())
