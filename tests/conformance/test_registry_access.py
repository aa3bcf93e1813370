"""Real registries (distribution 2.8): being let in, and sharing what is kept with the docker command."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import ConnectionFailed, ImageNotFound, Unauthorized
from dockpy.config import ConfigFile, Credentials, erase_credentials, find_credentials, save_credentials
from dockpy.fake.registry import FakeRegistry, serve
from dockpy.registry.login import login, logout
from dockpy.registry.scope import CATALOG, NOTHING, pulling
from dockpy.registry.session import RegistrySession

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [
    pytest.mark.engine,
    pytest.mark.real,
    pytest.mark.skipif(not os.environ.get("DOCKPY_TEST_HOSTS"), reason="DOCKPY_TEST_HOSTS names no engine"),
]

HELPER = """#!/bin/sh
given=$(cat)
echo "$1 $given" >> "$DOCKER_CONFIG/calls"
case $1 in
store) echo "$given" > "$DOCKER_CONFIG/kept" ;;
get) cat "$DOCKER_CONFIG/kept" 2>/dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
erase) rm -f "$DOCKER_CONFIG/kept" ;;
list) echo '{"registry.example": "tester"}' ;;
esac
"""


def ping(session: RegistrySession) -> int:
    return session.call("GET", "/v2/", scope=NOTHING, subject="registry").status


class TestRegistries:
    def test_an_open_one(self, registry: str) -> None:
        with RegistrySession(registry) as session:
            assert ping(session) == 200
            assert session.url == f"http://{registry}"
            with pytest.raises(ImageNotFound, match="MANIFEST_UNKNOWN"):
                session.call("GET", "/v2/dockpy-no-such/manifests/1", scope=pulling("x"), subject="image")

    def test_one_that_speaks_no_tls(self, registry: str) -> None:
        for host, insecure in ((registry, False), (f"https://{registry}", None)):
            with RegistrySession(host, insecure=insecure) as session:
                with pytest.raises(ConnectionFailed, match="does not speak TLS"):
                    ping(session)

    def test_a_locked_one(self, locked_registry: str) -> None:
        with RegistrySession(locked_registry) as session:
            with pytest.raises(Unauthorized):
                ping(session)
            with pytest.raises(Unauthorized):
                login(session, "tester", "wrong")
            login(session, "tester", "s3cret")
            assert ping(session) == 200
            session.call("GET", "/v2/_catalog", scope=CATALOG, subject="catalog")
            logout(session)
            with pytest.raises(Unauthorized):
                ping(session)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment of its own, with a credential helper in it."""
    helper = tmp_path / "bin" / "docker-credential-dockpytest"
    helper.parent.mkdir()
    helper.write_text(HELPER)
    helper.chmod(0o755)
    config = tmp_path / "docker"
    config.mkdir()
    return {"PATH": f"{helper.parent}:{os.environ['PATH']}", "DOCKER_CONFIG": str(config)}


@pytest.fixture
def docker(environ: dict[str, str]) -> Callable[..., str]:
    """Run the docker command against Docker 28.5."""
    command = os.environ["DOCKPY_TEST_CLI"]
    host = os.environ["DOCKPY_TEST_HOSTS"].split(",")[-1]

    def run(*given: str, text: str = "", code: int = 0, **variables: str) -> str:
        done = subprocess.run(
            [command, *given],
            input=text,
            env={**environ, "DOCKER_HOST": host, **variables},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == code, done.stderr
        return done.stderr if code else done.stdout

    return run


def written(environ: dict[str, str]) -> Any:
    with open(f"{environ['DOCKER_CONFIG']}/config.json") as file:
        return json.load(file)


def configure(environ: dict[str, str], **content: Any) -> None:
    with open(f"{environ['DOCKER_CONFIG']}/config.json", "w") as file:
        json.dump(content, file)


def ask(environ: dict[str, str], host: str) -> int:
    """A ping of who docker's configuration says we are."""
    with RegistrySession(host, credentials=lambda: find_credentials(host, environ=environ)) as session:
        return ping(session)


WAYS: list[Callable[[str], dict[str, Any]]] = [
    lambda host: {"HttpHeaders": {"X": "y"}, "auths": {"other.io": {"auth": "eDp5"}}},
    lambda host: {"credsStore": "dockpytest", "auths": {host: {"auth": "eDp5"}}},
    lambda host: {"credHelpers": {host: "dockpytest"}},
]


@pytest.mark.parametrize("way", WAYS, ids=["file", "store", "helper"])
class TestBesideTheCommand:
    """What one writes the other reads, and both write the same."""

    def test_what_docker_keeps_is_found(
        self, way: Any, environ: dict[str, str], docker: Callable[..., str], locked_registry: str
    ) -> None:
        configure(environ, **way(locked_registry))
        docker("login", "-u", "tester", "--password-stdin", locked_registry, text="s3cret")
        theirs = written(environ)
        assert ask(environ, locked_registry) == 200
        configure(environ, **way(locked_registry))
        save_credentials(Credentials("tester", "s3cret", server_address=locked_registry), environ)
        assert written(environ) == theirs
        docker("logout", locked_registry)
        with pytest.raises(Unauthorized):
            ask(environ, locked_registry)

    def test_what_we_keep_docker_finds(
        self, way: Any, environ: dict[str, str], docker: Callable[..., str], locked_registry: str
    ) -> None:
        configure(environ, **way(locked_registry))
        with RegistrySession(locked_registry) as session:
            login(session, "tester", "s3cret", save=True, environ=environ)
            assert "Login Succeeded" in docker("login", locked_registry)
            logout(session, erase=True, environ=environ)
        assert find_credentials(locked_registry, environ=environ) is None
        assert locked_registry not in ConfigFile.load(environ).registries


def test_identity_tokens(environ: dict[str, str], docker: Callable[..., str]) -> None:
    registry = FakeRegistry(users={"tester": "s3cret"}, token_auth=True)
    with serve(registry) as served:
        docker("login", "-u", "tester", "--password-stdin", served.host, text="s3cret")
        theirs = written(environ)["auths"][served.host]
        assert ask(environ, served.host) == 200
        with RegistrySession(served.host) as session:
            kept = login(session, "tester", "s3cret", save=True, environ=environ)
        ours = written(environ)["auths"][served.host]
        assert "s3cret" not in str(ours)
        assert {**ours, "identitytoken": ""} == {**theirs, "identitytoken": ""}
        assert ours["identitytoken"] == kept.identity_token != ""
        assert "not found" in docker("pull", f"{served.host}/nothing:1", code=1), "which only users are told"


def test_the_variable_counts_before_the_file(
    environ: dict[str, str], docker: Callable[..., str], locked_registry: str
) -> None:
    configure(environ, credHelpers={locked_registry: "dockpytest"})
    save_credentials(Credentials("tester", "wrong", server_address=locked_registry), environ)
    with pytest.raises(Unauthorized):
        ask(environ, locked_registry)
    given = json.dumps({"auths": {locked_registry: {"auth": "dGVzdGVyOnMzY3JldA=="}}})
    assert "Login Succeeded" in docker("login", locked_registry, DOCKER_AUTH_CONFIG=given)
    assert ask({**environ, "DOCKER_AUTH_CONFIG": given}, locked_registry) == 200
    erase_credentials(locked_registry, environ)
