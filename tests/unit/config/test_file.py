"""config.json: what counts, and that nothing shows what it holds."""

from __future__ import annotations

import base64
import os
import pickle
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.config import ConfigFile, Credentials
from dockpy.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable


def basic(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_missing_file_is_an_empty_one(env: dict[str, str], tmp_path: Path) -> None:
    config = ConfigFile.load(env)
    assert config == ConfigFile(path=Path(env["HOME"]) / ".docker" / "config.json")
    assert config.credentials("docker.io") is None
    assert config.proxy_variables() == {}
    (tmp_path / "file").touch()
    assert ConfigFile.read(tmp_path / "file" / "config.json").current_context == ""


@pytest.mark.parametrize("content", ["", " \n", "{}", "\ufeff{}", '{"auths": null, "HttpHeaders": null}'])
def test_an_empty_file(content: str, env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    write_config(content)
    assert ConfigFile.load(env).registries == ()


def test_everything(env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    path = write_config(
        {
            "auths": {"ghcr.io": {}},
            "credsStore": "pass",
            "credHelpers": {"gcr.io": "gcloud"},
            "HttpHeaders": {"X-Meta": "yes"},
            "proxies": {"default": {"httpProxy": "http://p", "noProxy": "", "later": True}},
            "detachKeys": "ctrl-e,e",
            "currentContext": "remote",
            "psFormat": "table",
            "plugins": {"x": {"y": "z"}},
        }
    )
    config = ConfigFile.load(env)
    assert config.path == path
    assert config.registries == ("ghcr.io",)
    assert config.credentials_store == "pass"
    assert config.credential_helpers == {"gcr.io": "gcloud"}
    assert config.http_headers == {"X-Meta": "yes"}
    assert config.proxies == {"default": {"httpProxy": "http://p"}}
    assert config.detach_keys == "ctrl-e,e"
    assert config.current_context == "remote"
    assert ConfigFile.load({"DOCKER_CONFIG": str(path.parent)}) == config


def test_the_proxies_become_variables(env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    every = {f"{kind}Proxy": f"http://{kind}" for kind in ("http", "https", "no", "ftp", "all")}
    write_config({"proxies": {"default": every, "tcp://h:2376": {"httpProxy": "http://own"}}})
    config = ConfigFile.load(env)
    upper = {f"{kind.upper()}_PROXY": f"http://{kind}" for kind in ("http", "https", "no", "ftp", "all")}
    lower = {name.lower(): value for name, value in upper.items()}
    assert config.proxy_variables() == config.proxy_variables("unix:///x") == {**upper, **lower}
    own = {"HTTP_PROXY": "http://own", "http_proxy": "http://own"}
    assert config.proxy_variables("tcp://h:2376") == own


HUB = "https://index.docker.io/v1/"


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"auth": basic("me:s3cret")}, Credentials("me", "s3cret")),
        ({"auth": basic("me:pass:with:colons")}, Credentials("me", "pass:with:colons")),
        ({"auth": basic("mé:pä\0\0")}, Credentials("mé", "pä")),
        ({"username": "me", "password": "s3cret"}, Credentials("me", "s3cret")),
        ({"username": "not", "password": "not", "auth": basic("me:s3cret")}, Credentials("me", "s3cret")),
        ({"auth": basic("me:"), "identitytoken": "t"}, Credentials("me", identity_token="t")),
        ({"auth": basic("me:x"), "identitytoken": "t"}, Credentials("me", identity_token="t")),
        ({"registrytoken": "t"}, Credentials(registry_token="t")),
        ({"auth": basic("me:x"), "email": "m@e"}, Credentials("me", "x", email="m@e")),
        ({}, None),
        ({"auth": ""}, None),
        ({"email": "m@e"}, None),
    ],
)
def test_the_forms_of_an_entry(
    entry: dict[str, str],
    found: Credentials | None,
    env: dict[str, str],
    write_config: Callable[[Any], Path],
) -> None:
    write_config({"auths": {"ghcr.io": entry}})
    expected = None
    if found is not None:
        expected = Credentials(
            found.username,
            found.password,
            found.identity_token,
            found.registry_token,
            "ghcr.io",
            found.email,
        )
    assert ConfigFile.load(env).credentials("ghcr.io") == expected


@pytest.mark.parametrize(
    ("key", "registry", "address"),
    [
        (HUB, "docker.io", HUB),
        (HUB, "index.docker.io", HUB),
        (HUB, "registry-1.docker.io", HUB),
        (HUB, HUB, HUB),
        ("https://index.docker.io/v1", "docker.io", HUB),
        ("index.docker.io", "docker.io", HUB),
        ("docker.io", "docker.io", HUB),
        ("ghcr.io", "ghcr.io", "ghcr.io"),
        ("https://ghcr.io", "ghcr.io", "ghcr.io"),
        ("https://ghcr.io/v2/", "ghcr.io", "ghcr.io"),
        ("http://h:5000", "h:5000", "h:5000"),
        ("h:5000", "http://h:5000/", "h:5000"),
        ("ghcr.io", "GHCR.io", "ghcr.io"),
    ],
)
def test_a_registry_is_found_by_any_of_its_names(
    key: str, registry: str, address: str, env: dict[str, str], write_config: Callable[[Any], Path]
) -> None:
    write_config({"auths": {key: {"auth": basic("me:s3cret")}}})
    assert ConfigFile.load(env).credentials(registry) == Credentials("me", "s3cret", server_address=address)


@pytest.mark.parametrize(
    "registry", ["h", "h:5001", "ghcr.io.evil.example", "evil.example/ghcr.io", "docker.io"]
)
def test_a_registry_is_not_found_by_anothers_name(
    registry: str, env: dict[str, str], write_config: Callable[[Any], Path]
) -> None:
    write_config({"auths": {key: {"auth": basic("me:s3cret")} for key in ("h:5000", "ghcr.io")}})
    assert ConfigFile.load(env).credentials(registry) is None


def test_the_exact_name_comes_first(env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    names = [HUB + "access-token", HUB + "refresh-token", "docker.io", HUB]
    auths = {name: {"auth": basic(f"user{number}:x")} for number, name in enumerate(names)}
    write_config({"auths": auths})
    assert ConfigFile.load(env).credentials("docker.io") == Credentials("user3", "x", server_address=HUB)
    write_config({"auths": {name: auths[name] for name in names[:3]}})
    assert ConfigFile.load(env).credentials("docker.io") == Credentials("user2", "x", server_address=HUB)
    write_config({"auths": {name: auths[name] for name in names[:2]}})
    assert ConfigFile.load(env).credentials("docker.io") is None


SECRETS = {
    "auths": {"ghcr.io": {"auth": basic("me:s3cret"), "identitytoken": "s3cret"}},
    "HttpHeaders": {"Authorization": "s3cret"},
    "proxies": {"default": {"httpProxy": "http://me:s3cret@p"}},
}


def test_the_repr_shows_no_secret(env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    write_config(SECRETS)
    config = ConfigFile.load(env)
    shown = repr(config) + str(config) + repr(config.credentials("ghcr.io"))
    assert "s3cret" not in shown
    assert basic("me:s3cret") not in shown
    assert pickle.loads(pickle.dumps(config)).credentials("ghcr.io") == config.credentials("ghcr.io")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"auths": {"h": {"auth": "s3cret"', r"not valid JSON: .* at line 1, column \d+"),
        ("s3cret", "not valid JSON"),
        ('["s3cret"]', "does not hold a JSON object"),
        ("[" * 100_000, "not valid JSON"),
        ('{"auths": "s3cret"}', "auths is not an object"),
        ('{"HttpHeaders": ["s3cret"]}', "HttpHeaders is not an object"),
        ('{"HttpHeaders": {"X": 1}}', "HttpHeaders.X is not a string"),
        ('{"HttpHeaders": {"X": "a\\r\\nY: s3cret"}}', "HttpHeaders.X is not a header's name and value"),
        ('{"HttpHeaders": {"X Y": "s3cret"}}', "HttpHeaders.X Y is not a header's name and value"),
        ('{"credHelpers": {"h": ["s3cret"]}}', "credHelpers.h is not a string"),
        ('{"credsStore": {"s3cret": 1}}', "credsStore is not a string"),
        ('{"proxies": {"default": {"httpProxy": ["s3cret"]}}}', "proxies.default.httpProxy is not a string"),
        ('{"currentContext": 1}', "currentContext is not a string"),
    ],
)
def test_a_file_that_cannot_be_read(
    content: str, problem: str, env: dict[str, str], write_config: Callable[[Any], Path]
) -> None:
    path = write_config(content)
    with pytest.raises(ConfigError, match=problem) as caught:
        ConfigFile.load(env)
    error = caught.value
    assert str(path) in str(error)
    assert error.__context__ is None  # a decoder's error would hold the document
    assert "s3cret" not in str(error) + repr(error) + "".join(traceback.format_exception(error))
    assert b"s3cret" not in pickle.dumps(error)


def test_a_file_that_is_no_text(env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    write_config("").write_bytes(b'{"auths": "\xff"}')
    with pytest.raises(ConfigError, match="not valid JSON in UTF-8"):
        ConfigFile.load(env)


@pytest.mark.parametrize(
    "auth", ["s3cret!", basic("s3cret"), "czNjcmV0O", base64.b64encode(b"\xff:s3cret").decode()]
)
def test_an_entry_that_cannot_be_read_harms_no_other(
    auth: str, env: dict[str, str], write_config: Callable[[Any], Path]
) -> None:
    path = write_config({"auths": {"bad": {"auth": auth}, "odd": 1, "good": {"auth": basic("me:x")}}})
    config = ConfigFile.load(env)
    assert config.credentials("good")
    with pytest.raises(ConfigError, match=r"auths.bad.auth is not 'username:password' in base64") as caught:
        config.credentials("bad")
    assert str(path) in str(caught.value)
    assert auth not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    with pytest.raises(ConfigError, match=r"auths.odd is not an object"):
        config.credentials("odd")


def test_a_file_that_may_not_be_read(
    env: dict[str, str], write_config: Callable[[Any], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_config({})

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ConfigError, match=r"cannot read .*config.json': Permission denied"):
        ConfigFile.load(env)
    # Where even its directory is closed to us, nobody can say that there is one.
    assert ConfigFile.load({"DOCKER_CONFIG": "/nowhere"}).registries == ()


def test_a_directory_is_no_file(env: dict[str, str]) -> None:
    os.makedirs(Path(env["HOME"]) / ".docker" / "config.json")
    with pytest.raises(ConfigError, match="cannot read"):
        ConfigFile.load(env)
