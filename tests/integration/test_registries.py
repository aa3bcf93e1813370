"""Pull, push and login, with registries that anyone may use and that want to know their users."""

from __future__ import annotations

import base64
import json
import os
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import (
    ApiError,
    Client,
    Credentials,
    ImageNotFound,
    InvalidArgument,
    InvalidReference,
    PushError,
    ServerError,
    Unauthorized,
    VersionMismatch,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AUTH = {"username": "tester", "password": "s3cret"}
WRONG = {"username": "tester", "password": "a-wrong-password"}


def test_pull(client: Client, registry_image: Any) -> None:
    name = registry_image(client)
    messages: list[Any] = []
    image = client.images.pull(name, on_progress=messages.append)
    assert name in image.tags
    assert client.images.get(name) == image == client.images.get("busybox")
    assert any("Digest: sha256:" in (message.status or "") for message in messages)


def test_pull_by_its_parts(engine: Client, registry_image: Any) -> None:
    name = registry_image(engine, "1.5")
    repository, _, tag = name.rpartition(":")
    assert name in engine.images.pull(repository, tag).tags
    engine.images.remove(name)
    assert name in engine.images.pull(f"{repository}:other", "1.5").tags


def test_pull_by_digest(engine: Client, registry_image: Any) -> None:
    name = registry_image(engine)
    repository = name.rpartition(":")[0]
    engine.images.pull(name)
    (digest,) = [found for found in engine.images.get(name).digests if found.startswith(f"{repository}@")]
    engine.images.remove(name)
    image = engine.images.pull(digest)
    assert digest in image.digests
    assert name not in image.tags
    assert engine.images.pull(repository, digest.partition("@")[2]) == image
    engine.images.remove(digest)


def test_pull_all_tags(engine: Client, registry_image: Any, registry: str, new_name: Any) -> None:
    repository = f"{registry}/{new_name()}"
    names = {registry_image(engine, tag, repository) for tag in ("1", "2", "latest")}
    (image,) = engine.images.pull(repository, all_tags=True)
    assert names <= set(image.tags)
    with pytest.raises(InvalidArgument, match="leave the tag"):
        engine.images.pull(f"{repository}:1", all_tags=True)


def test_pull_takes_latest_and_no_other(
    engine: Client, registry_image: Any, registry: str, new_name: Any
) -> None:
    repository = f"{registry}/{new_name()}"
    for tag in ("1", "latest"):
        registry_image(engine, tag, repository)
    image = engine.images.pull(repository)
    assert f"{repository}:latest" in image.tags
    assert f"{repository}:1" not in image.tags


def test_pull_by_a_short_name(engine: Client) -> None:
    """From Docker Hub, of which the engines have a mirror here."""
    assert "hello-world:latest" in engine.images.pull("hello-world").tags
    assert "alpine:3.10" in engine.images.pull("docker.io/library/alpine:3.10").tags


def test_pull_what_is_not_there(engine: Client, registry: str, registry_image: Any) -> None:
    name = registry_image(engine)
    for missing in (f"{registry}/dockpy-test/nowhere:1", name.rpartition(":")[0] + ":nowhere"):
        with pytest.raises(ImageNotFound) as caught:
            engine.images.pull(missing)
        assert (caught.value.operation, caught.value.daemon) == ("ImageCreate", engine.daemon)
        assert missing.rpartition(":")[0] in str(caught.value)


def test_pull_from_a_registry_that_is_not_there(engine: Client) -> None:
    with pytest.raises(ServerError, match="connection refused"):
        engine.images.pull("127.0.0.1:9/app")


@pytest.mark.parametrize(
    "name", ["", "UPPER", "a//b", "a b", "../a", "a:b:c", "a@sha256:1", "a:b\nc", "-a", "a?x=1"]
)
def test_references_that_are_none(engine: Client, name: str) -> None:
    requests: list[Any] = []
    engine.hooks.request.append(requests.append)
    with pytest.raises(InvalidReference):
        engine.images.pull(name)
    with pytest.raises(InvalidReference):
        engine.images.push(name)
    with pytest.raises(InvalidReference):
        engine.images.pull("busybox", "not a tag")
    assert requests == []


def test_pull_for_a_platform(engine: Client, registry_image: Any) -> None:
    name = registry_image(engine)
    attrs = engine.images.get("busybox").attrs
    assert name in engine.images.pull(name, platform=f"{attrs.os}/{attrs.architecture}").tags


@pytest.fixture
def local(new_name: Callable[[], str]) -> Any:
    """Name busybox for a registry; gives back the name."""

    def name(client: Client, registry: str, tag: str = "1") -> str:
        image = f"{registry}/{new_name()}:{tag}"
        client.images.tag("busybox", image)
        return image

    return name


def test_push(client: Client, registry: str, local: Any) -> None:
    name = local(client, registry)
    messages: list[Any] = []
    result = client.images.push(name, on_progress=messages.append)
    assert result.tag == "1"
    assert result.digest.startswith("sha256:")
    assert result.size > 100
    assert any(message.status == "Pushed" or "Mounted" in (message.status or "") for message in messages)
    repository = name.rpartition(":")[0]
    assert client.images.push(repository, "1").digest == result.digest


def test_push_what_is_not_there(engine: Client, registry: str) -> None:
    with pytest.raises((ImageNotFound, PushError), match="does not exist"):
        engine.images.push(f"{registry}/dockpy-test/nowhere:1")


def test_push_for_a_platform(engine: Client, registry: str, local: Any) -> None:
    name = local(engine, registry)
    attrs = engine.images.get("busybox").attrs
    if engine.api_version == "1.41":
        with pytest.raises(VersionMismatch, match=r"'platform' needs API 1\.46"):
            engine.images.push(name, platform=f"{attrs.os}/{attrs.architecture}")
    else:
        assert engine.images.push(name, platform=f"{attrs.os}/{attrs.architecture}") is not None


class TestCredentials:
    """The registry that wants to know its users: whoever is refused first is let in with the right ones."""

    def refused(self, client: Client, name: str, **options: Any) -> None:
        with pytest.raises(
            PushError, match=r"no basic auth credentials|unauthorized|authentication required"
        ) as caught:
            client.images.push(name, **options)
        error = caught.value
        assert (error.operation, error.daemon) == ("ImagePush", client.daemon)
        assert WRONG["password"] not in str(error) + repr(vars(error)) + repr(pickle.dumps(error))
        repository = name.rpartition(":")[0]
        with pytest.raises(ApiError, match=r"no basic auth credentials|unauthorized|authentication required"):
            client.images.pull(f"{repository}:never", **options)

    def accepted(self, client: Client, name: str, **options: Any) -> None:
        assert client.images.push(name, **options) is not None
        client.images.remove(name)
        assert name in client.images.pull(name, **options).tags

    @pytest.mark.parametrize("form", ["mapping", "docker-py", "credentials"])
    def test_given(self, engine: Client, locked_registry: str, local: Any, form: str) -> None:
        name = local(engine, locked_registry)
        given: Any = {
            "mapping": AUTH,
            "docker-py": {**AUTH, "serveraddress": locked_registry},
            "credentials": Credentials(**AUTH),
        }[form]
        self.refused(engine, name)
        self.refused(engine, name, auth_config=WRONG)
        self.accepted(engine, name, auth_config=given)
        self.refused(engine, name)  # they counted for those calls only

    def test_login(self, client: Client, locked_registry: str, local: Any) -> None:
        name = local(client, locked_registry)
        answer = client.login(AUTH["username"], AUTH["password"], locked_registry)
        assert answer.status == "Login Succeeded"
        self.accepted(client, name)
        self.accepted(client.with_options(timeout=30), name)
        self.refused(client, name, auth_config=WRONG)  # given ones come first

    def test_login_belongs_to_the_client(
        self, engine_place: Any, locked_registry: str, engine: Client, local: Any
    ) -> None:
        with engine_place.connect() as other:
            other.login(AUTH["username"], AUTH["password"], locked_registry)
        self.refused(engine, local(engine, locked_registry))

    def test_login_with_wrong_credentials(self, engine: Client, locked_registry: str, local: Any) -> None:
        # Both engines answer 500 to that, and say that the registry answered 401.
        with pytest.raises((Unauthorized, ServerError), match="401 Unauthorized") as caught:
            engine.login("tester", WRONG["password"], locked_registry)
        error = caught.value
        assert (error.operation, error.daemon) == ("SystemAuth", engine.daemon)
        assert WRONG["password"] not in str(error) + repr(vars(error))
        self.refused(engine, local(engine, locked_registry))  # they were not kept

    def test_login_at_nobody(self, engine: Client) -> None:
        with pytest.raises(ServerError, match="connection refused"):
            engine.login("tester", "s3cret", "127.0.0.1:9")

    def test_the_configuration(
        self, engine_place: Any, locked_registry: str, local: Any, tmp_path: Path
    ) -> None:
        directory = tmp_path / "docker-config"
        directory.mkdir()
        auth = base64.b64encode(b"tester:s3cret").decode()
        (directory / "config.json").write_text(json.dumps({"auths": {locked_registry: {"auth": auth}}}))
        with engine_place.connect() as client:
            name = local(client, locked_registry)
            self.accepted(client, name)
            self.refused(client, name, auth_config=WRONG)
            client.images.remove(name)

    def test_a_credential_helper(
        self,
        engine_place: Any,
        locked_registry: str,
        local: Any,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        directory = tmp_path / "docker-config"
        directory.mkdir()
        (directory / "config.json").write_text(json.dumps({"credHelpers": {locked_registry: "tests"}}))
        helper = directory / "docker-credential-tests"
        told = json.dumps({"ServerURL": locked_registry, "Username": "tester", "Secret": "s3cret"})
        helper.write_text(f"#!/bin/sh\ncat >> {directory}/asked; echo '{told}'\n")
        helper.chmod(0o755)
        monkeypatch.setenv("PATH", f"{directory}{os.pathsep}{os.environ['PATH']}")
        with engine_place.connect() as client:
            name = local(client, locked_registry)
            assert not (directory / "asked").exists()
            self.accepted(client, name)
            client.images.remove(name)
        assert set((directory / "asked").read_text().splitlines()) <= {locked_registry, locked_registry * 2}

    def test_run_pulls_with_them(
        self, engine: Client, locked_registry: str, local: Any, labels: dict[str, str]
    ) -> None:
        name = local(engine, locked_registry)
        engine.login(AUTH["username"], AUTH["password"], locked_registry)
        engine.images.push(name)
        engine.images.remove(name)
        output = engine.containers.run(name, ["echo", "hi"], remove=True, labels=labels, network="none")
        assert output == b"hi\n"
