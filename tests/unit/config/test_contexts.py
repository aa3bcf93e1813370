"""Docker contexts, as docker 28.5 wrote them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.config import TLS, Context, current_context_name, list_contexts, load_context
from dockpy.errors import ConfigError, ContextNotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# `docker context create` of docker 28.5.2: the directory, and its meta.json to the letter.
RECORDED = {
    "b71199ebd070b36beab7317920c2c2f1d777df8d05e5527d8458fda57cb17a7a": (
        '{"Name":"remote","Metadata":{"Description":"over TLS"},"Endpoints":{"docker":'
        '{"Host":"tcp://10.0.0.5:2376","SkipTLSVerify":false}}}'
    ),
    "42e93b9bb77d8a73e8412111b8f3d6befab66bf48fdcdefa80bb111819aa0cb1": (
        '{"Name":"skip","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://10.0.0.6:2376","SkipTLSVerify":true}}}'
    ),
    "6afcdc9bdb8ee147fd2d0f48e7058a4cc57da43ebbafbd0f571e5c79698b40e3": (
        '{"Name":"caonly","Metadata":{},"Endpoints":{"docker":'
        '{"Host":"tcp://10.0.0.7:2376","SkipTLSVerify":false}}}'
    ),
    "a0d2d48f2fa91ffb14b9bbc1ccae848b5d318152ddbe982498536fc958f5a1c7": (
        '{"Name":"over-ssh","Metadata":{},"Endpoints":{"docker":'
        '{"Host":"ssh://user@build:2222","SkipTLSVerify":false}}}'
    ),
    "25bf8e1a2393f1108d37029b3df5593236c755742ec93465bbafa9b290bddcf6": (
        '{"Name":"local","Metadata":{},"Endpoints":{"docker":'
        '{"Host":"unix:///run/user/1000/docker.sock","SkipTLSVerify":false}}}'
    ),
    "2e1cfa82b035c26cbbbdae632cea070514eb8b773f616aaeaf668e2f0be8f10d": (
        '{"Name":"empty","Metadata":{"Description":"Current DOCKER_HOST based configuration"},"Endpoints":'
        '{"docker":{"Host":"unix:///var/run/docker.sock","SkipTLSVerify":false}}}'
    ),
}
RECORDED_CONFIG = '{\n\t"auths": {},\n\t"currentContext": "remote"\n}'
RECORDED_TLS = {
    "b71199ebd070b36beab7317920c2c2f1d777df8d05e5527d8458fda57cb17a7a": ("ca.pem", "cert.pem", "key.pem"),
    "6afcdc9bdb8ee147fd2d0f48e7058a4cc57da43ebbafbd0f571e5c79698b40e3": ("ca.pem",),
}


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """The recorded tree, as a DOCKER_CONFIG."""
    directory = tmp_path / "recorded"
    for identifier, meta in RECORDED.items():
        path = directory / "contexts" / "meta" / identifier / "meta.json"
        path.parent.mkdir(parents=True)
        path.write_text(meta)
    for identifier, names in RECORDED_TLS.items():
        certs = directory / "contexts" / "tls" / identifier / "docker"
        certs.mkdir(parents=True)
        for name in names:
            (certs / name).touch()
    (directory / "config.json").write_text(RECORDED_CONFIG)
    return directory


@pytest.fixture
def write_context(home: Path) -> Callable[[str, Any], Path]:
    """Write the meta.json of a context."""

    def write(name: str, meta: Any) -> Path:
        identifier = hashlib.sha256(name.encode()).hexdigest()
        path = home / ".docker" / "contexts" / "meta" / identifier / "meta.json"
        path.parent.mkdir(parents=True)
        path.write_text(meta if isinstance(meta, str) else json.dumps(meta))
        return path

    return write


def test_what_docker_wrote(recorded: Path) -> None:
    environ = {"DOCKER_CONFIG": str(recorded)}
    tls = recorded / "contexts" / "tls"
    remote = tls / "b71199ebd070b36beab7317920c2c2f1d777df8d05e5527d8458fda57cb17a7a" / "docker"
    caonly = tls / "6afcdc9bdb8ee147fd2d0f48e7058a4cc57da43ebbafbd0f571e5c79698b40e3" / "docker"
    assert list_contexts(environ) == [
        Context("default", "", "DOCKER_HOST, else the default socket"),
        Context("caonly", "tcp://10.0.0.7:2376", tls=TLS(caonly / "ca.pem")),
        Context("empty", "unix:///var/run/docker.sock", "Current DOCKER_HOST based configuration"),
        Context("local", "unix:///run/user/1000/docker.sock"),
        Context("over-ssh", "ssh://user@build:2222"),
        Context(
            "remote",
            "tcp://10.0.0.5:2376",
            "over TLS",
            TLS(remote / "ca.pem", remote / "cert.pem", remote / "key.pem"),
        ),
        Context("skip", "tcp://10.0.0.6:2376", tls=TLS(verify=False)),
    ]
    for context in list_contexts(environ):
        assert load_context(context.name, environ) == context
    assert current_context_name(environ) == "remote"


def test_nothing_is_stored(env: dict[str, str]) -> None:
    assert [context.name for context in list_contexts(env)] == ["default"]
    assert current_context_name(env) == "default"


def test_the_default_context_is_the_environments(env: dict[str, str]) -> None:
    env["DOCKER_HOST"] = "tcp://h"
    assert load_context("default", env).host == list_contexts(env)[0].host == "tcp://h"


def test_an_unknown_one_names_those_there_are(recorded: Path) -> None:
    with pytest.raises(ContextNotFound, match="there is no docker context 'nope'") as caught:
        load_context("nope", {"DOCKER_CONFIG": str(recorded)})
    assert caught.value.hint == (
        f"In {str(recorded)!r} are: default, caonly, empty, local, over-ssh, remote, skip."
    )
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("name", ["", "../x", "/etc", "a/b", ".a", "a b", "a\n", "\ud800", "a\0"])
def test_what_cannot_be_a_name(
    name: str, env: dict[str, str], write_context: Callable[[str, Any], Path]
) -> None:
    if "\ud800" not in name:
        write_context(name, {"Name": name, "Endpoints": {"docker": {"Host": "tcp://h"}}})
    with pytest.raises(ContextNotFound, match="there is no docker context"):
        load_context(name, env)


def test_fields_may_be_missing(env: dict[str, str], write_context: Callable[[str, Any], Path]) -> None:
    write_context("bare", {"Name": "bare"})
    write_context("null", {"Name": "null", "Metadata": None, "Endpoints": {"docker": None}, "More": [1]})
    assert load_context("bare", env) == Context("bare")
    assert load_context("null", env) == Context("null")


@pytest.mark.parametrize(
    ("meta", "problem"),
    [
        ("{", "not valid JSON: .* at line 1, column 2"),
        ("[]", "does not hold a JSON object"),
        ({"Name": 1}, "Name is not a string"),
        ({}, "is no docker context"),
        ({"Name": "../x"}, "is no docker context"),
        ({"Name": "bad", "Endpoints": []}, "Endpoints is not an object"),
        ({"Name": "bad", "Endpoints": {"docker": {"Host": 1}}}, "Endpoints.docker.Host is not a string"),
        (
            {"Name": "bad", "Endpoints": {"docker": {"SkipTLSVerify": "yes"}}},
            "SkipTLSVerify is not true or false",
        ),
        ({"Name": "bad", "Metadata": {"Description": []}}, "Metadata.Description is not a string"),
    ],
)
def test_a_file_that_cannot_be_read(
    meta: Any, problem: str, env: dict[str, str], write_context: Callable[[str, Any], Path]
) -> None:
    write_context("good", {"Name": "good"})
    path = write_context("bad", meta)
    for read in (lambda: load_context("bad", env), lambda: list_contexts(env)):
        with pytest.raises(ConfigError, match=problem) as caught:
            read()
        assert str(path) in str(caught.value)
    with pytest.raises(ContextNotFound) as unknown:
        load_context("nope", env)
    assert "good" in str(unknown.value)


def test_the_current_one(env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    write_config({"currentContext": "third"})
    assert current_context_name(env) == "third"
    assert current_context_name({**env, "DOCKER_CONTEXT": ""}) == "third"
    assert current_context_name({**env, "DOCKER_CONTEXT": "second"}) == "second"
    assert current_context_name({**env, "DOCKER_CONTEXT": "second", "DOCKER_HOST": "tcp://h"}) == "default"
