"""Keeping and forgetting credentials."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.config import HUB_SERVER, ConfigFile, Credentials, erase_credentials, save_credentials
from dockpy.errors import ConfigError, InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Callable


def read(env: dict[str, str]) -> Any:
    return json.loads((Path(env["HOME"]) / ".docker" / "config.json").read_text())


@pytest.mark.parametrize(
    "credentials",
    [
        Credentials("me", "s3cret", server_address="127.0.0.1:5051"),
        Credentials("mé", "pä:ss", server_address=HUB_SERVER),
        Credentials("me", identity_token="t", server_address="ghcr.io"),
        Credentials("me", "p", registry_token="t", server_address="ghcr.io"),
    ],
)
def test_what_is_saved_is_found(credentials: Credentials, env: dict[str, str]) -> None:
    save_credentials(credentials, env)
    assert ConfigFile.load(env).credentials(credentials.server_address) == credentials
    erase_credentials(credentials.server_address, env)
    assert ConfigFile.load(env).credentials(credentials.server_address) is None


def test_as_docker_login_writes_it(env: dict[str, str]) -> None:
    save_credentials(Credentials("tester", "s3cret", server_address="127.0.0.1:5051"), env)
    path = Path(env["HOME"]) / ".docker" / "config.json"
    # docker 28.5 pushes with it, and `docker login` writes the same.
    assert path.read_text() == (
        '{\n\t"auths": {\n\t\t"127.0.0.1:5051": {\n\t\t\t"auth": "dGVzdGVyOnMzY3JldA=="\n\t\t}\n\t}\n}'
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["config.json"]


def test_what_else_is_there_stays(env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    content = {
        "auths": {"other.io": {"auth": "eDp5", "more": 1}},
        "HttpHeaders": {"X": "y"},
        "plugins": {"a": {"b": "ä"}},
        "unknown": [1, None],
    }
    write_config(content)
    save_credentials(Credentials("me", "p", server_address="docker.io"), env)
    assert read(env)["auths"].pop("other.io") == content["auths"]["other.io"]  # type: ignore[index]
    assert list(read(env)) == list(content)
    erase_credentials("index.docker.io", env)
    assert read(env) == content
    erase_credentials("nobody.io", env)
    assert read(env) == content


def test_a_link_to_the_file_stays_one(env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    path = write_config({})
    target = Path(env["HOME"]) / "dotfiles.json"
    path.rename(target)
    path.symlink_to(target)
    save_credentials(Credentials("me", "p", server_address="h"), env)
    assert path.is_symlink()
    assert "h" in json.loads(target.read_text())["auths"]


def test_a_helper_keeps_them_instead(
    env: dict[str, str],
    write_config: Callable[[Any], Path],
    install: Callable[[str, str], None],
    calls: Callable[[], list[str]],
) -> None:
    install("all", "")
    install("own", "")
    content = {"credsStore": "all", "credHelpers": {"ghcr.io": "own"}, "auths": {"h": {"auth": "eDp5"}}}
    write_config(content)
    save_credentials(Credentials("me", "p", server_address="ghcr.io"), env)
    assert read(env) == {**content, "auths": {"h": {"auth": "eDp5"}, "ghcr.io": {}}}
    erase_credentials("h", env)
    assert read(env)["auths"] == {"ghcr.io": {}}
    assert calls() == ['own store {"ServerURL": "ghcr.io", "Username": "me", "Secret": "p"}', "all erase h"]


def test_what_was_kept_in_the_clear_gives_way_to_the_helper(
    env: dict[str, str], write_config: Callable[[Any], Path], install: Callable[[str, str], None]
) -> None:
    install("all", "")
    write_config({"credsStore": "all", "auths": {"ghcr.io": {"auth": "eDp5"}}})
    save_credentials(Credentials("me", "p", server_address="ghcr.io"), env)
    assert read(env)["auths"] == {"ghcr.io": {}}
    assert ConfigFile.load(env).credentials("ghcr.io") is None


def test_however_they_are_written_they_are_forgotten(
    env: dict[str, str], write_config: Callable[[Any], Path]
) -> None:
    entry = {"auth": "eDp5"}
    names = ("ghcr.io", "https://ghcr.io", "http://ghcr.io/v2/", "other.io")
    write_config({"auths": dict.fromkeys(names, entry)})
    erase_credentials("ghcr.io", env)
    assert read(env)["auths"] == {"other.io": entry}


def test_they_must_name_a_registry(env: dict[str, str]) -> None:
    with pytest.raises(InvalidArgument, match="name no registry"):
        save_credentials(Credentials("me", "s3cret"), env)


def test_a_broken_file_is_not_overwritten(env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    path = write_config("{broken")
    with pytest.raises(ConfigError, match="not valid JSON"):
        save_credentials(Credentials("me", "s3cret", server_address="h"), env)
    assert path.read_text() == "{broken"


def test_a_file_that_cannot_be_written(
    env: dict[str, str], write_config: Callable[[Any], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_config({})

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(ConfigError, match=r"cannot write .*config.json': No space left"):
        save_credentials(Credentials("me", "s3cret", server_address="h"), env)
    assert os.listdir(path.parent) == ["config.json"]
    assert path.read_text() == "{}"
