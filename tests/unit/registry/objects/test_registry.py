"""Registries: names within them, who we are to them, and what of them is kept."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry_content import push_image

from dockpy.config.credentials import Credentials
from dockpy.errors import (
    InvalidArgument,
    InvalidReference,
    InvalidResponse,
    NotFound,
    ServerError,
    Unauthorized,
)
from dockpy.fake.registry import FakeRegistry, RateLimit, ServedRegistry, serve
from dockpy.reference import ImageReference
from dockpy.registry.identity import Identity
from dockpy.registry.references import read_reference, read_repository
from dockpy.registry.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Answer = tuple[int, dict[str, str], bytes]
    Begin = Callable[[Callable[[str], Answer]], tuple[Any, Any]]

HOST = "127.0.0.1:5050"
DIGEST = "sha256:" + "a" * 64


# Names


@pytest.mark.parametrize(
    ("host", "text", "repository", "tag", "digest"),
    [
        (HOST, "app", "app", "latest", None),
        (HOST, "team/app:1", "team/app", "1", None),
        (HOST, f"app@{DIGEST}", "app", None, DIGEST),
        (HOST, f"app:1@{DIGEST}", "app", "1", DIGEST),
        (HOST, f"{HOST}/team/app:1", "team/app", "1", None),
        (HOST, "library/app", "library/app", "latest", None),
        ("docker.io", "ubuntu", "library/ubuntu", "latest", None),
        ("docker.io", "docker.io/ubuntu:1", "library/ubuntu", "1", None),
        ("docker.io", "index.docker.io/library/ubuntu:1", "library/ubuntu", "1", None),
        ("docker.io", "team/app", "team/app", "latest", None),
        ("[::1]:5000", "app", "app", "latest", None),
        ("[::1]:5000", "[::1]:5000/app", "app", "latest", None),
        ("ghcr.io", "GHCR.io/app", "app", "latest", None),
    ],
)
def test_references(host: str, text: str, repository: str, tag: str | None, digest: str | None) -> None:
    read = read_reference(host, text)
    assert (read.repository, read.tag, read.digest) == (repository, tag, digest)


@pytest.mark.parametrize(
    "text",
    ["ghcr.io/app:1", "localhost/app", "127.0.0.1:5051/app", "docker.io/app", "index.docker.io/library/app"],
)
def test_references_of_other_registries(text: str) -> None:
    with pytest.raises(InvalidReference, match=f"not of {HOST}") as raised:
        read_reference(HOST, text)
    assert text in str(raised.value)


@pytest.mark.parametrize(
    "text", ["", "App", "app:", "app@", "a//b", "../x", "app:1:2", "https://x/y", "a b", "a" * 300]
)
def test_references_that_are_none(text: str) -> None:
    with pytest.raises(InvalidReference):
        read_reference(HOST, text)


@pytest.mark.parametrize("text", ["app:1", f"app@{DIGEST}", f"{HOST}/app:1", "ghcr.io/app", "Upper", ""])
def test_names_that_are_no_repositories(text: str) -> None:
    with pytest.raises(InvalidReference):
        read_repository(HOST, text)


PARTS = st.from_regex(r"[a-z0-9]{1,5}([._-][a-z0-9]{1,5}){0,2}", fullmatch=True)


@given(
    st.lists(PARTS, min_size=1, max_size=4), st.from_regex(r"[\w][\w.-]{0,20}", fullmatch=True), st.booleans()
)
def test_names_come_back(parts: list[str], tag: str, whole: bool) -> None:
    tag = tag.encode("ascii", "ignore").decode() or "a"
    if tag[0] in ".-":
        tag = "a" + tag
    name = "x" + "/".join(parts).replace(".", "-")
    read = read_reference(HOST, f"{f'{HOST}/' * whole}{name}:{tag}")
    assert (read.registry, read.repository, read.tag) == (HOST, name, tag)
    assert ImageReference.parse(str(read)) == read


def test_repositories_by_name(registry: Registry, served: ServedRegistry) -> None:
    repository = registry.repository("team/app")
    assert (repository.name, repository.reference) == ("team/app", f"{registry.host}/team/app")
    assert repository.registry is registry
    assert registry.repository(f"{registry.host}/team/app") == repository
    assert len({repository, registry.repository("team/app"), registry.repository("other")}) == 2
    assert repr(repository) == f"<Repository: '{registry.host}/team/app'>"
    assert served.registry.requests == []


def test_shortcuts(registry: Registry) -> None:
    pushed = push_image(registry, "team/app", "1")
    for ref in ("team/app:1", f"{registry.host}/team/app:1", f"team/app@{pushed.digest}"):
        assert registry.exists(ref)
        assert registry.manifest(ref).digest == registry.image(ref).digest == pushed.digest
    assert not registry.exists("team/app")
    push_image(registry, "team/app", "latest")
    assert registry.exists("team/app")
    registry.delete("team/app")
    assert registry.repository("team/app").tags() == ["1"]
    for ask in (registry.manifest, registry.image, registry.exists, registry.delete):
        with pytest.raises(InvalidReference):
            ask("ghcr.io/team/app:1")


# Itself


def test_what_it_says_of_itself(registry: Registry, served: ServedRegistry) -> None:
    assert registry.host == served.host
    registry.ping()
    assert registry.url == served.url
    assert repr(registry) == f"<Registry: {served.host}>"
    assert registry == Registry(served.host) != Registry("127.0.0.1:1")
    assert len({registry, Registry(served.host)}) == 1
    assert registry != served.host
    assert registry.rate_limit is None
    registry.close()
    registry.close()
    registry.ping()


@pytest.mark.parametrize(
    "host", ["", "a b", "ftp://x", "http://registry.example.com", "x/y", "user@host", "host:99999"]
)
def test_hosts_that_are_none(host: str) -> None:
    with pytest.raises(InvalidArgument):
        Registry(host)


@pytest.mark.parametrize(
    "options",
    [{"password": "p"}, {"username": "u"}, {"username": "", "password": "p"}, {"timeout": 0}],
)
def test_options_that_do_not_go_together(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        Registry(HOST, **options)


def test_limits_are_told(modern: ServedRegistry) -> None:
    modern.registry.rate_limit = RateLimit(pulls=10, seconds=60)
    with modern.client() as registry:
        push_image(registry, "app", "1")
        registry.manifest("app:1")
        assert registry.rate_limit is not None
        assert (registry.rate_limit.limit, registry.rate_limit.remaining) == (10, 9)


@pytest.mark.parametrize("status", [404, 500])
def test_a_ping_of_what_is_no_registry(scripted: Begin, status: int) -> None:
    _, registry = scripted(lambda _: (status, {}, b"<html>"))
    with pytest.raises(NotFound if status == 404 else ServerError) as raised:
        registry.ping()
    assert raised.value.subject == f"registry {registry.host}"
    assert raised.value.daemon == registry.url
    registry.close()  # which ends its connections, whatever error is kept


def test_a_ping_of_a_web_server(scripted: Begin) -> None:
    """Which may have a page for any path, or for none of these."""
    page = b"<html>welcome</html>"
    _, registry = scripted(lambda _: (200, {"Content-Type": "text/html; charset=utf-8"}, page))
    with pytest.raises(InvalidResponse, match="web page") as caught:
        registry.ping()
    assert (caught.value.subject, caught.value.daemon) == (f"registry {registry.host}", registry.url)
    _, registry = scripted(lambda _: (404, {"Content-Type": "text/html"}, page))
    with pytest.raises(NotFound, match="no registry: check the host"):
        registry.ping()


def test_pickling(registry: Registry, served: ServedRegistry) -> None:
    secret = Registry(served.host, username="me", password="hush-hush", timeout=(1, 2))
    kept = pickle.dumps(secret)
    assert b"hush" not in kept
    assert b"me'" not in kept
    again = pickle.loads(kept)
    assert again == registry
    assert repr(again) == f"<Registry: {served.host}>"
    again.ping()
    again.close()
    repository = pickle.loads(pickle.dumps(registry.repository("app")))
    assert repository == registry.repository("app")
    push_image(registry, "app", "1")
    manifest = registry.manifest("app:1")
    assert pickle.loads(pickle.dumps(manifest)) == manifest
    image = registry.image("app:1")
    assert pickle.loads(pickle.dumps(image)).layers == image.layers
    repository.registry.close()


# Who we are


@pytest.fixture(params=[False, True], ids=["basic", "token"])
def locked(request: pytest.FixtureRequest) -> Iterator[ServedRegistry]:
    with serve(FakeRegistry(users={"me": "hush", "you": "psst"}, token_auth=request.param)) as server:
        yield server


def test_explicit_credentials(locked: ServedRegistry) -> None:
    with Registry(locked.host, username="me", password="hush") as registry:
        registry.ping()
        push_image(registry, "app", "1")
        assert registry.repositories() == ["app"]
        assert repr(registry) == f"<Registry: {locked.host} as me>"
        registry.delete("app:1")
    for options in ({}, {"username": "me", "password": "wrong-word"}):
        with Registry(locked.host, **options) as nobody, pytest.raises(Unauthorized) as raised:
            nobody.repositories()
        assert "wrong-word" not in repr(raised.value) + str(raised.value) + repr(nobody)


def test_credentials_of_docker(
    locked: ServedRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "docker"
    folder.mkdir()
    auth = {"auth": "bWU6aHVzaA=="}  # me:hush
    (folder / "config.json").write_text(json.dumps({"auths": {locked.host: auth}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    with Registry(locked.host) as registry:
        assert repr(registry) == f"<Registry: {locked.host}>"
        registry.ping()
        assert repr(registry) == f"<Registry: {locked.host} as me>"
        (folder / "config.json").write_text("{")  # asked once
        push_image(registry, "app", "1")
    (folder / "config.json").write_text(json.dumps({"auths": {locked.host: auth}}))
    with Registry(locked.host, username="you", password="wrong") as registry:  # explicit ones come first
        with pytest.raises(Unauthorized):
            registry.ping()
        registry.login("me", "hush")
        registry.ping()


def test_docker_is_not_asked_for_what_is_open(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "config.json").write_text("{")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "broken"))
    registry.ping()
    push_image(registry, "app", "1")


def test_logging_in_and_out(locked: ServedRegistry) -> None:
    with Registry(locked.host) as registry:
        with pytest.raises(Unauthorized):
            registry.login("me", "wrong")
        with pytest.raises(InvalidArgument):
            registry.login("me", "")
        assert repr(registry) == f"<Registry: {locked.host}>"
        registry.login("me", "hush")
        assert repr(registry) == f"<Registry: {locked.host} as me>"
        registry.ping()
        push_image(registry, "app", "1")
        registry.login("you", "psst")
        assert repr(registry) == f"<Registry: {locked.host} as you>"
        registry.logout()
        assert repr(registry) == f"<Registry: {locked.host}>"
        with pytest.raises(Unauthorized):
            registry.repositories()


def test_a_login_that_is_kept(
    locked: ServedRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with Registry(locked.host) as registry:
        registry.login("me", "hush", save=True)
    with Registry(locked.host) as registry:
        registry.ping()
        assert repr(registry) == f"<Registry: {locked.host} as me>"
        registry.logout(erase=True)
        with pytest.raises(Unauthorized):
            registry.repositories()
    with Registry(locked.host) as registry, pytest.raises(Unauthorized):
        registry.repositories()


def test_an_identity() -> None:
    asked = []

    def find(host: str) -> Credentials:
        asked.append(host)
        return Credentials("found", "p")

    who = Identity(HOST, find=find)
    assert who.username == ""
    assert asked == []
    assert who() == who() == Credentials("found", "p")
    assert asked == [HOST]
    assert who.username == "found"
    who.set(Credentials("other", "secret"))
    assert (who(), who.username) == (Credentials("other", "secret"), "other")
    who.set(Credentials())
    assert (who(), who.username) == (Credentials(), "")
    assert "secret" not in repr(who)
    given = Identity(HOST, Credentials("given", "p"), find=find)
    assert given() == Credentials("given", "p")
    assert asked == [HOST]
