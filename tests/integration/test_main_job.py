"""What a new user does first, in a program of its own, over every way to reach an engine."""

from __future__ import annotations

import contextlib
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy.ops import containers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAIN_JOB = 'import dockpy; c = dockpy.from_env(); print(c.containers.run("busybox", ["echo", "hi"]))'


@pytest.fixture
def tidy(request: pytest.FixtureRequest, reach: Any) -> Iterator[None]:
    """Remove the containers that the main job leaves: it is run to the letter, so they carry no label."""
    wanted = {"ancestor": "busybox", "exited": 0, "status": "exited"}

    def left(client: dockpy.Client) -> set[str]:
        found = client.api.call(containers.LIST, query={"all": True, "filters": wanted})
        return {entry.id for entry in found if entry.command == "echo hi"}

    place = request.getfixturevalue("place") if "place" in request.fixturenames else reach("tls28")
    with place.connect() as client:
        before = left(client)
        yield
        for container_id in left(client) - before:
            with contextlib.suppress(dockpy.NotFound):
                client.containers.remove(container_id)


@pytest.mark.usefixtures("tidy")
def test_over_every_way(python: Any, place: Any) -> None:
    ran = python(MAIN_JOB, place.environ)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("b'hi\\n'\n", "", 0)


@pytest.mark.usefixtures("tidy")
@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "HTTPS_PROXY"])
def test_tls_where_the_environment_speaks_of_the_web(python: Any, reach: Any, variable: str) -> None:
    ran = python(MAIN_JOB, {**reach("tls28").environ, variable: "/nowhere/ca.pem"})
    assert (ran.stdout, ran.stderr) == ("b'hi\\n'\n", "")


@pytest.fixture
def contexts(tmp_path: Path) -> Callable[..., str]:
    """Have the docker command make a context of a place; gives back its DOCKER_CONFIG."""
    command = os.environ.get("DOCKPY_TEST_CLI")
    if not command:
        pytest.skip("DOCKPY_TEST_CLI names no docker command")
    directory = str(tmp_path / "docker")

    def make(place: Any, name: str) -> str:
        told = f"host={place.url}"
        if place.tls:
            told += f",ca={place.tls.ca},cert={place.tls.cert},key={place.tls.key}"
        environ = {**os.environ, "DOCKER_CONFIG": directory}
        arguments = ["context", "create", name, "--docker", told]
        subprocess.run([command, *arguments], env=environ, check=True, capture_output=True)
        return directory

    return make


PING = """if True:
    import dockpy
    with dockpy.from_env() as client:
        print(client.endpoint.url, client.endpoint.origin, client.ping(), client.api_version)
"""


def test_a_context_by_variable(python: Any, contexts: Any, place: Any) -> None:
    config = contexts(place, "there")
    ran = python(PING, {"DOCKER_CONFIG": config, "DOCKER_CONTEXT": "there"})
    assert (ran.stdout, ran.stderr) == (
        f"{place.url} context 'there' from DOCKER_CONTEXT True {place.api}\n",
        "",
    )


def test_the_current_context(python: Any, contexts: Any, reach: Any) -> None:
    place = reach("tls28")
    config = contexts(place, "current")
    environ = {**os.environ, "DOCKER_CONFIG": config}
    subprocess.run(
        [os.environ["DOCKPY_TEST_CLI"], "context", "use", "current"],
        env=environ,
        check=True,
        capture_output=True,
    )
    ran = python(PING, {"DOCKER_CONFIG": config})
    assert ran.stdout.startswith(f"{place.url} context 'current' from the currentContext of ")
    assert ran.stdout.endswith(f" True {place.api}\n")


def test_a_variable_comes_before_a_context(python: Any, contexts: Any, reach: Any) -> None:
    config = contexts(reach("unix28"), "there")
    ran = python(PING, {"DOCKER_CONFIG": config, "DOCKER_CONTEXT": "there", **reach("unix20").environ})
    assert (ran.stdout, ran.stderr) == (f"{reach('unix20').url} DOCKER_HOST True 1.41\n", "")


def test_from_context(contexts: Any, place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", contexts(place, "named"))
    with dockpy.Client.from_context("named") as client:
        assert client.ping() is True
        assert client.endpoint.origin == "context 'named'"
        assert client.daemon == place.url


def test_an_unknown_context(contexts: Any, reach: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", contexts(reach("unix20"), "there"))
    with pytest.raises(dockpy.ContextNotFound, match="no docker context 'elsewhere'") as caught:
        dockpy.Client.from_context("elsewhere")
    assert "default, there" in caught.value.hint
    monkeypatch.setenv("DOCKER_CONTEXT", "elsewhere")
    with (
        dockpy.from_env() as client,
        pytest.raises(dockpy.ContextNotFound, match="which DOCKER_CONTEXT names"),
    ):
        client.ping()


def test_https(python: Any, reach: Any) -> None:
    environ = {**reach("tls28").environ, "DOCKER_HOST": reach("tls28").url.replace("tcp://", "https://")}
    ran = python(PING, environ)
    assert ran.stdout.endswith("True 1.51\n"), ran.stderr
