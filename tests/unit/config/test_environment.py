from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dockpy.config import api_version, config_dir, default_platform, default_sockets, environment
from dockpy.errors import InvalidArgument


def test_the_config_directory() -> None:
    assert config_dir({"HOME": "/home/u"}) == Path("/home/u/.docker")
    assert config_dir({"HOME": "/home/u", "DOCKER_CONFIG": "/etc/d"}) == Path("/etc/d")
    assert config_dir({"HOME": "/home/u", "DOCKER_CONFIG": ""}) == Path("/home/u/.docker")
    assert config_dir({}) == Path.home() / ".docker"


def test_the_process_environment_is_asked_when_the_function_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", "/set/now")
    assert config_dir() == Path("/set/now")


@pytest.mark.parametrize(("text", "version"), [("1.44", "1.44"), ("v1.41", "1.41"), ("", None), (None, None)])
def test_the_api_version(text: str | None, version: str | None) -> None:
    assert api_version({} if text is None else {"DOCKER_API_VERSION": text}) == version


@pytest.mark.parametrize("text", ["1", "latest", "1.44\r\nX: y", " 1.44"])
def test_an_api_version_that_is_none(text: str) -> None:
    with pytest.raises(InvalidArgument, match="DOCKER_API_VERSION"):
        api_version({"DOCKER_API_VERSION": text})


def test_the_default_platform() -> None:
    assert default_platform({"DOCKER_DEFAULT_PLATFORM": "linux/arm64"}) == "linux/arm64"
    assert default_platform({"DOCKER_DEFAULT_PLATFORM": ""}) is None
    assert default_platform({}) is None


def test_the_default_sockets_in_their_order() -> None:
    desktop = ("/home/u/.docker/run/docker.sock", "/home/u/.docker/desktop/docker.sock")
    assert default_sockets({"HOME": "/home/u"}) == ("/var/run/docker.sock", *desktop)
    assert default_sockets({"HOME": "/home/u", "XDG_RUNTIME_DIR": "/run/user/1"}) == (
        "/var/run/docker.sock",
        "/run/user/1/docker.sock",
        *desktop,
    )
    assert default_sockets({"HOME": "relative", "XDG_RUNTIME_DIR": "here"}) == ("/var/run/docker.sock",)


def test_the_default_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "WINDOWS", True)
    assert default_sockets({}) == ("//./pipe/docker_engine",)
    assert config_dir({"HOME": "/elsewhere", "USERPROFILE": "/users/u"}) == Path("/users/u/.docker")


def test_importing_it_imports_no_http_and_no_models() -> None:
    program = (
        "import sys, dockpy.config\n"
        "print(sorted({'requests', 'urllib3', 'pydantic', 'dockpy.transport'} & set(sys.modules)))\n"
        "print(sorted(set(dir(dockpy.config)) >= set(dockpy.config.__all__) and [1]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "[1]"]
