"""Which credentials count: explicit, login, credHelpers, credsStore, auths."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.config import HUB_SERVER, ConfigFile, Credentials, find_credentials
from dockpy.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOT_FOUND = 'echo "credentials not found in native keychain"; exit 1'


def answer(username: str) -> str:
    return f"""echo '{{"Username":"{username}","Secret":"s3cret"}}'"""


def entry(username: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{username}:s3cret".encode()).decode()}


def name(found: Credentials | None) -> str | None:
    return None if found is None else found.username


def test_the_order(
    env: dict[str, str],
    write_config: Callable[[Any], Path],
    install: Callable[[str, str], None],
    calls: Callable[[], list[str]],
) -> None:
    install("own", answer("own helper"))
    install("all", answer("all helper"))
    login = {"ghcr.io": Credentials("login", "s3cret")}
    config: dict[str, Any] = {"auths": {"ghcr.io": entry("file")}}

    def found(**given: Any) -> str | None:
        write_config(config)
        return name(find_credentials("ghcr.io", environ=env, **given))

    assert found() == "file"
    config["credsStore"] = "all"
    assert found() == "all helper"
    config["credHelpers"] = {"ghcr.io": "own"}
    assert found() == "own helper"
    assert calls() == ["all get ghcr.io", "own get ghcr.io"]
    env["DOCKER_AUTH_CONFIG"] = json.dumps({"auths": {"https://ghcr.io/": entry("variable")}})
    assert found() == "variable"
    assert found(login=login) == "login"
    assert found(login=login, explicit=Credentials("explicit")) == "explicit"
    assert len(calls()) == 2


def test_only_the_registrys_own_helper_runs(
    env: dict[str, str],
    write_config: Callable[[Any], Path],
    install: Callable[[str, str], None],
    calls: Callable[[], list[str]],
) -> None:
    install("one", NOT_FOUND)
    install("other", answer("other"))
    install("all", answer("all"))
    write_config(
        {"credsStore": "all", "credHelpers": {"one.io": "one", "other.io": "other", "x.io": "missing"}}
    )
    assert find_credentials("one.io", environ=env) is None
    assert calls() == ["one get one.io"]


def test_a_helper_that_knows_nothing_leaves_it_to_the_file(
    env: dict[str, str], write_config: Callable[[Any], Path], install: Callable[[str, str], None]
) -> None:
    install("all", NOT_FOUND)
    write_config({"credsStore": "all", "auths": {"ghcr.io": entry("file"), "empty.io": {}}})
    assert name(find_credentials("ghcr.io", environ=env)) == "file"
    assert find_credentials("empty.io", environ=env) is None


@pytest.mark.parametrize("helper", ["missing", "bad"])
def test_a_helper_that_fails_is_no_silent_nobody(
    helper: str, env: dict[str, str], write_config: Callable[[Any], Path], install: Callable[[str, str], None]
) -> None:
    install("bad", "exit 1")
    write_config({"credHelpers": {"ghcr.io": helper}, "auths": {"ghcr.io": entry("file")}})
    with pytest.raises(ConfigError, match=f"docker-credential-{helper}"):
        find_credentials("ghcr.io", environ=env)
    assert find_credentials("other.io", environ=env) is None


def test_an_empty_helper_means_the_file(
    env: dict[str, str],
    write_config: Callable[[Any], Path],
    install: Callable[[str, str], None],
    calls: Callable[[], list[str]],
) -> None:
    install("all", answer("all"))
    write_config({"credsStore": "all", "credHelpers": {"ghcr.io": ""}, "auths": {"ghcr.io": entry("file")}})
    assert name(find_credentials("ghcr.io", environ=env)) == "file"
    assert calls() == []


@pytest.mark.parametrize("key", [HUB_SERVER, "docker.io", "index.docker.io", "registry-1.docker.io"])
@pytest.mark.parametrize("registry", [HUB_SERVER, "docker.io", "index.docker.io", "registry-1.docker.io"])
def test_docker_hub_by_any_of_its_names(
    key: str,
    registry: str,
    env: dict[str, str],
    write_config: Callable[[Any], Path],
    install: Callable[[str, str], None],
) -> None:
    install("own", answer("helper"))
    write_config({"credHelpers": {key: "own"}})
    expected = Credentials("helper", "s3cret", server_address=HUB_SERVER)
    assert find_credentials(registry, environ=env) == expected
    write_config({"auths": {key: entry("file")}})
    assert name(find_credentials(registry, environ=env)) == "file"
    login = {key: Credentials("login")}
    assert find_credentials(registry, login=login, environ=env) == Credentials(
        "login", server_address=HUB_SERVER
    )


def test_what_is_given_reads_no_file(env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    write_config("{broken")
    given = Credentials("me", "s3cret", server_address="kept.io")
    assert find_credentials("ghcr.io", explicit=given, environ=env) is not None
    assert find_credentials("ghcr.io", login={"ghcr.io": given}, environ=env) == given
    with pytest.raises(ConfigError, match="not valid JSON"):
        find_credentials("ghcr.io", login={"other.io": given}, environ=env)


def test_an_empty_one_asks_to_be_nobody(env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    write_config({"auths": {"ghcr.io": entry("file")}})
    assert find_credentials("ghcr.io", explicit=Credentials(), environ=env) == Credentials(
        server_address="ghcr.io"
    )


def test_a_configuration_can_be_handed_in(env: dict[str, str], write_config: Callable[[Any], Path]) -> None:
    config = ConfigFile.read(write_config({"auths": {"ghcr.io": entry("file")}}))
    write_config({})
    assert name(find_credentials("ghcr.io", config=config, environ=env)) == "file"


def test_the_helper_has_a_time_limit(
    env: dict[str, str], write_config: Callable[[Any], Path], install: Callable[[str, str], None]
) -> None:
    install("slow", "exec sleep 60")
    write_config({"credsStore": "slow"})
    with pytest.raises(ConfigError, match=r"within 0.2 s"):
        find_credentials("ghcr.io", environ=env, timeout=0.2)


@pytest.mark.parametrize(
    "text", ["{secret", '["secret"]', '{"auths": "secret"}', '{"auths": {"h": {"auth": "secret"}}}']
)
def test_a_variable_that_cannot_be_read(env: dict[str, str], text: str) -> None:
    env["DOCKER_AUTH_CONFIG"] = text
    with pytest.raises(ConfigError, match="DOCKER_AUTH_CONFIG") as caught:
        find_credentials("h", environ=env)
    assert "secret" not in str(caught.value)


def test_a_variable_that_says_nothing_of_a_registry(
    env: dict[str, str], write_config: Callable[[Any], Path]
) -> None:
    write_config({"auths": {"h": entry("file")}})
    for text in ("", "{}", '{"auths": {"other": {"auth": "eDp5"}}}'):
        env["DOCKER_AUTH_CONFIG"] = text
        assert name(find_credentials("h", environ=env)) == "file"
