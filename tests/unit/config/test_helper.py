"""The protocol of credential helpers."""

from __future__ import annotations

import pickle
import traceback
from typing import TYPE_CHECKING

import pytest

from dockpy.config import CredentialHelper, Credentials
from dockpy.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOT_FOUND = 'echo "credentials not found in native keychain"; exit 1'


def test_making_one_runs_nothing(env: dict[str, str]) -> None:
    helper = CredentialHelper("not-installed", env)
    assert repr(helper) == "CredentialHelper('not-installed')"


@pytest.mark.parametrize("name", ["", "../x", "/bin/sh", "a/b", "a\\b", "-x", ".", "a b", "a\n", "a\0"])
def test_a_name_that_leads_elsewhere(name: str, env: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="is not the name of a credential helper"):
        CredentialHelper(name, env)


@pytest.mark.parametrize(
    ("registry", "server"), [("docker.io", "https://index.docker.io/v1/"), ("https://ghcr.io/v2/", "ghcr.io")]
)
def test_get(
    registry: str,
    server: str,
    env: dict[str, str],
    install: Callable[[str, str], None],
    calls: Callable[[], list[str]],
) -> None:
    install("one", """echo '{"ServerURL":"x","Username":"me","Secret":"s3cret"}'""")
    assert CredentialHelper("one", env).get(registry) == Credentials("me", "s3cret", server_address=server)
    assert calls() == [f"one get {server}"]


def test_get_an_identity_token(env: dict[str, str], install: Callable[[str, str], None]) -> None:
    install("one", """echo '{"Username":"<token>","Secret":"s3cret"}'""")
    found = CredentialHelper("one", env).get("h")
    assert found == Credentials(identity_token="s3cret", server_address="h")


@pytest.mark.parametrize(
    "script", [NOT_FOUND, """echo '{"Username":"","Secret":""}'""", "echo '{}'", f"printf x; {NOT_FOUND}"]
)
def test_get_nothing(script: str, env: dict[str, str], install: Callable[[str, str], None]) -> None:
    install("one", script)
    assert CredentialHelper("one", env).get("h") is None


def test_store(
    env: dict[str, str], install: Callable[[str, str], None], calls: Callable[[], list[str]]
) -> None:
    install("one", "")
    helper = CredentialHelper("one", env)
    helper.store(Credentials("me", 'p"ä', server_address="docker.io"))
    helper.store(Credentials("me", "unused", identity_token="t", server_address="ghcr.io"))
    assert calls() == [
        r'one store {"ServerURL": "https://index.docker.io/v1/", "Username": "me", "Secret": "p\"\u00e4"}',
        'one store {"ServerURL": "ghcr.io", "Username": "<token>", "Secret": "t"}',
    ]


def test_erase(
    env: dict[str, str], install: Callable[[str, str], None], calls: Callable[[], list[str]]
) -> None:
    install("one", NOT_FOUND)
    CredentialHelper("one", env).erase("docker.io")
    assert calls() == ["one erase https://index.docker.io/v1/"]


def test_list(
    env: dict[str, str], install: Callable[[str, str], None], calls: Callable[[], list[str]]
) -> None:
    install("one", """echo '{"https://index.docker.io/v1/":"me","ghcr.io":"you"}'""")
    install("none", NOT_FOUND)
    assert CredentialHelper("one", env).list() == {"https://index.docker.io/v1/": "me", "ghcr.io": "you"}
    assert CredentialHelper("none", env).list() == {}
    assert calls()[0] == "one list "


def test_it_gets_the_environment(env: dict[str, str], install: Callable[[str, str], None]) -> None:
    install("one", """echo "{\\"Username\\":\\"$WHO\\",\\"Secret\\":\\"x\\"}" """)
    found = CredentialHelper("one", {**env, "WHO": "someone"}).get("h")
    assert found is not None
    assert found.username == "someone"


def test_one_that_does_not_read_its_input(
    env: dict[str, str], tmp_path: Path, install: Callable[[str, str], None]
) -> None:
    install("deaf", "")
    (tmp_path / "bin" / "docker-credential-deaf").write_text("#!/bin/sh\nexec 0<&-\n")
    CredentialHelper("deaf", env).store(Credentials("me", "x" * 1_000_000, server_address="h"))


# the script, what the message says
FAILURES = [
    ("echo 'keychain is locked'; exit 1", "failed: keychain is locked"),
    ("echo 'gpg: no agent' >&2; exit 2", "failed: gpg: no agent"),
    ("exit 3", "failed: exit status 3"),
    ("kill -9 $$", "failed: exit status -9"),
    ("""echo '{"Username":"me","Secret":"s3cret"}'; exit 1""", "failed: exit status 1"),
    ("echo s3cret", "answered no JSON object of strings"),
    ("echo '[\"s3cret\"]'", "answered no JSON object of strings"),
    ("""echo '{"Username":1,"Secret":"s3cret"}'""", "answered no JSON object of strings"),
    ("exit 0", "answered no JSON object of strings"),
    ("printf '\\377s3cret'", "answered no JSON object of strings"),
    ("exec sleep 60", "did not answer within 0.5 s"),
]


@pytest.mark.parametrize(("script", "message"), FAILURES)
def test_one_that_fails(
    script: str, message: str, env: dict[str, str], install: Callable[[str, str], None]
) -> None:
    install("bad", script)
    with pytest.raises(ConfigError, match=r"credential helper 'docker-credential-bad' \(get\)") as caught:
        CredentialHelper("bad", env, timeout=0.5).get("h")
    error = caught.value
    assert message in str(error)
    assert error.__context__ is None  # it would hold the output
    assert "s3cret" not in str(error) + repr(error) + "".join(traceback.format_exception(error))
    assert b"s3cret" not in pickle.dumps(error)


def test_one_that_repeats_the_secret(env: dict[str, str], install: Callable[[str, str], None]) -> None:
    install("bad", 'echo "cannot store $given"; exit 1')
    install("worse", 'echo "cannot store s3cret"; exit 1')
    for name, message in (("bad", "exit status 1"), ("worse", "cannot store ***")):
        with pytest.raises(ConfigError) as caught:
            CredentialHelper(name, env).store(Credentials("me", "s3cret", server_address="h"))
        assert message in str(caught.value)
        assert "s3cret" not in str(caught.value)


def test_a_long_story_is_cut(env: dict[str, str], install: Callable[[str, str], None]) -> None:
    install("bad", "head -c 100000 /dev/zero | tr '\\0' x; exit 1")
    with pytest.raises(ConfigError) as caught:
        CredentialHelper("bad", env).get("h")
    assert len(str(caught.value)) < 700


def test_one_that_is_missing(env: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="'docker-credential-gone' is not on the PATH") as caught:
        CredentialHelper("gone", env).get("h")
    assert "credsStore" in str(caught.value)


def test_one_that_cannot_be_run(
    env: dict[str, str], install: Callable[[str, str], None], tmp_path: Path
) -> None:
    install("odd", "")
    (tmp_path / "bin" / "docker-credential-odd").write_text("#!/no/such/interpreter\n")
    with pytest.raises(ConfigError, match="could not be run: No such file"):
        CredentialHelper("odd", env).get("h")
