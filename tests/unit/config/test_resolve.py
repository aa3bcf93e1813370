"""Which daemon is meant: the order, and where TLS comes from."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.config import TLS, environment, resolve_endpoint
from dockpy.errors import ConfigError, ContextNotFound, InvalidArgument, InvalidEndpoint

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MATERIAL = TLS("/given/ca.pem")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def context(home: Path) -> Callable[..., Path]:
    """Store a context; returns the directory of its TLS files."""

    def store(name: str, host: str, *files: str, skip: bool = False) -> Path:
        root = home / ".docker" / "contexts"
        identifier = hashlib.sha256(name.encode()).hexdigest()
        meta = root / "meta" / identifier / "meta.json"
        meta.parent.mkdir(parents=True)
        meta.write_text(
            json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": skip}}})
        )
        certs = root / "tls" / identifier / "docker"
        certs.mkdir(parents=True)
        for file in files:
            (certs / file).touch()
        return certs

    return store


@pytest.fixture
def certs(tmp_path: Path, data: Path) -> Path:
    directory = tmp_path / "certs"
    directory.mkdir()
    for name in ("ca.pem", "cert.pem", "key.pem"):
        shutil.copy(data / name, directory)
    return directory


def material(directory: Path, verify: bool = True) -> TLS:
    return TLS(directory / "ca.pem", directory / "cert.pem", directory / "key.pem", verify)


def test_the_order(
    env: dict[str, str],
    write_config: Callable[[Any], Path],
    context: Callable[..., Path],
    sockets: list[Path],
) -> None:
    for name in ("argued", "second", "third"):
        context(name, f"tcp://{name}")
    sockets[0].touch()
    config = write_config({"currentContext": "third"})
    env |= {"DOCKER_HOST": "tcp://first", "DOCKER_CONTEXT": "second"}

    def found(**given: Any) -> tuple[str, str]:
        endpoint = resolve_endpoint(environ=env, **given)
        return endpoint.url, endpoint.origin

    default = (f"unix://{sockets[0]}", "default socket")
    third = ("tcp://third:2375", f"context 'third' from the currentContext of {str(config)!r}")
    assert found(host="tcp://given") == ("tcp://given:2375", "argument")
    assert found(context="argued") == ("tcp://argued:2375", "context 'argued'")
    assert found() == found(context="default") == ("tcp://first:2375", "DOCKER_HOST")
    env["DOCKER_HOST"] = ""
    assert found() == ("tcp://second:2375", "context 'second' from DOCKER_CONTEXT")
    assert found(context="default") == default
    env["DOCKER_CONTEXT"] = "default"
    assert found() == default
    env["DOCKER_CONTEXT"] = ""
    assert found() == third
    assert found(host="unix:///x", context=None) == ("unix:///x", "argument")
    write_config({"currentContext": "default"})
    assert found() == default
    config.unlink()
    assert found() == default


def test_host_and_context_exclude_each_other(env: dict[str, str]) -> None:
    with pytest.raises(InvalidArgument, match="host and context"):
        resolve_endpoint("tcp://h", context="x", environ=env)


@pytest.mark.parametrize("where", ["argument", "DOCKER_HOST", "context 'bad'"])
def test_a_bad_address_names_its_origin(
    where: str, env: dict[str, str], context: Callable[..., Path]
) -> None:
    context("bad", "localhost")
    if where == "DOCKER_HOST":
        env["DOCKER_HOST"] = "localhost"
    with pytest.raises(InvalidEndpoint, match=f"endpoint 'localhost' from {where}"):
        resolve_endpoint(
            "localhost" if where == "argument" else None,
            context="bad" if "context" in where else None,
            environ=env,
        )


def test_an_empty_host_is_a_mistake(env: dict[str, str]) -> None:
    with pytest.raises(InvalidEndpoint, match="cannot be empty"):
        resolve_endpoint("", environ=env)


def test_an_unknown_context_says_who_named_it(
    env: dict[str, str], write_config: Callable[[Any], Path]
) -> None:
    with pytest.raises(ContextNotFound, match="no docker context 'nope'"):
        resolve_endpoint(context="nope", environ=env)
    path = write_config({"currentContext": "gone"})
    with pytest.raises(ContextNotFound) as caught:
        resolve_endpoint(environ=env)
    message = f"there is no docker context 'gone', which the currentContext of {str(path)!r} names"
    assert caught.value.message == caught.value.args[0] == message
    assert caught.value.hint
    with pytest.raises(ContextNotFound, match="'lost', which DOCKER_CONTEXT names"):
        resolve_endpoint(environ={**env, "DOCKER_CONTEXT": "lost"})


def test_the_default_socket(env: dict[str, str], sockets: list[Path]) -> None:
    tried = tuple(map(str, sockets))
    nothing = resolve_endpoint(environ=env)
    assert (nothing.path, nothing.candidates, nothing.origin) == (tried[0], tried, "default socket")
    sockets[1].touch()
    assert resolve_endpoint(environ=env).path == tried[1]
    sockets[0].touch()
    assert resolve_endpoint(environ=env).path == tried[0]
    assert resolve_endpoint("unix:///x", environ=env).candidates == ()


def test_the_rootless_socket_is_found(
    env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = environment.default_sockets
    monkeypatch.setattr(environment, "default_sockets", lambda environ: real(environ)[1:])
    (tmp_path / "docker.sock").touch()
    found = resolve_endpoint(environ={**env, "XDG_RUNTIME_DIR": str(tmp_path)})
    assert found.url == f"unix://{tmp_path}/docker.sock"


def test_a_context_without_an_address_means_the_default_socket(
    env: dict[str, str], sockets: list[Path], context: Callable[..., Path]
) -> None:
    context("plain", "")
    found = resolve_endpoint(context="plain", environ=env)
    assert (found.path, found.origin) == (str(sockets[0]), "context 'plain'")
    assert len(found.candidates) == 2


def test_windows(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "WINDOWS", True)
    assert resolve_endpoint(environ=env).url == "npipe:////./pipe/docker_engine"


@pytest.mark.parametrize("by", ["argument", "DOCKER_HOST"])
def test_the_environments_tls_is_for_addresses_on_the_network(
    by: str, env: dict[str, str], certs: Path
) -> None:
    env |= {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(certs)}

    def tls(host: str, given: TLS | bool | None = None) -> TLS | None:
        if by == "argument":
            return resolve_endpoint(host, given, environ=env).tls
        return resolve_endpoint(None, given, environ={**env, "DOCKER_HOST": host}).tls

    assert tls("tcp://h") == tls("https://h") == tls("TCP://h") == material(certs)
    assert tls("unix:///x") is None
    assert tls("ssh://h") is None
    assert tls("tcp://h", MATERIAL) == MATERIAL
    assert tls("tcp://h", True) == material(certs)
    assert tls("tcp://h", False) is None
    with pytest.raises(InvalidEndpoint, match="http:// is without TLS"):
        tls("http://h")
    assert tls("http://h", False) is None


def test_the_port_follows_the_environments_tls(env: dict[str, str], certs: Path) -> None:
    env |= {"DOCKER_HOST": "tcp://h"}
    assert resolve_endpoint(environ=env).port == 2375
    env |= {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(certs)}
    assert resolve_endpoint(environ=env).port == 2376


def test_tls_without_material(env: dict[str, str]) -> None:
    assert resolve_endpoint("tcp://h", True, environ=env).tls == TLS()
    assert resolve_endpoint("https://h", environ=env).tls == TLS()
    assert resolve_endpoint("tcp://h", environ=env).tls is None


def test_the_environments_files_are_named_when_missing(env: dict[str, str]) -> None:
    env |= {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/nowhere"}
    with pytest.raises(ConfigError, match="/nowhere"):
        resolve_endpoint("tcp://h", environ=env)
    assert resolve_endpoint("tcp://h", MATERIAL, environ=env).tls == MATERIAL


def test_the_default_socket_is_without_tls(env: dict[str, str], sockets: list[Path], certs: Path) -> None:
    environ = {**env, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(certs)}
    assert resolve_endpoint(environ=environ).tls is None
    with pytest.raises(InvalidEndpoint, match=r"TLS is for tcp:// .* from default socket"):
        resolve_endpoint(tls=MATERIAL, environ=env)


def test_a_context_has_its_own_tls(env: dict[str, str], context: Callable[..., Path], certs: Path) -> None:
    stored = context("full", "tcp://h", "ca.pem", "cert.pem", "key.pem")
    context("skip", "tcp://h", skip=True)
    context("bare", "tcp://h")
    context("local", "unix:///x", "ca.pem")
    context("shell", "ssh://h", "ca.pem")
    env |= {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(certs)}

    def tls(name: str, given: TLS | bool | None = None) -> TLS | None:
        return resolve_endpoint(None, given, name, env).tls

    assert tls("full") == tls("full", True) == material(stored)
    assert tls("full", MATERIAL) == MATERIAL
    assert tls("full", False) is None
    assert tls("skip") == TLS(verify=False)
    assert tls("bare") is None
    assert tls("bare", True) == TLS()
    assert tls("local") is None
    assert tls("shell") is None


def test_the_headers_of_the_configuration(env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    write_config({"HttpHeaders": {"X-Token": "s3cret"}})
    for endpoint in (resolve_endpoint(environ=env), resolve_endpoint("tcp://h", environ=env)):
        assert endpoint.headers == {"X-Token": "s3cret"}
        assert "s3cret" not in repr(endpoint)


def test_a_broken_configuration_is_no_silent_default(
    env: dict[str, str], write_config: Callable[[Any], Path]
) -> None:
    path = write_config("{")
    with pytest.raises(ConfigError, match="not valid JSON") as caught:
        resolve_endpoint(environ=env)
    assert str(path) in str(caught.value)
