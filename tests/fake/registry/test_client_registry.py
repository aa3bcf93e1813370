"""Registries as a client and a fake registry give them: whose they are, and where requests go."""

from __future__ import annotations

import base64
import gc
import json
import pickle
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import dockpy
from dockpy.fake import FakeDaemon, ManualClock
from dockpy.fake.blobs import Blob
from dockpy.fake.registry import FakeRegistry, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USERS = {"ann": "s3cret", "bob": "hunter2"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of docker's configuration, and of credential helpers."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path


@pytest.fixture
def guarded() -> FakeRegistry:
    return FakeRegistry(users=USERS)


@pytest.fixture
def daemon(guarded: FakeRegistry) -> Iterator[FakeDaemon]:
    with FakeDaemon(registries={"guarded.test": guarded}) as daemon:
        yield daemon


@pytest.fixture
def client(daemon: FakeDaemon) -> Iterator[dockpy.Client]:
    with daemon.client() as client:
        yield client


def who_asked(registry: FakeRegistry) -> str:
    """The user of the last request."""
    coded = registry.requests[-1].authorization.removeprefix("Basic ")
    return base64.b64decode(coded).decode().partition(":")[0]


def write_config(home: Path, **content: object) -> None:
    (home / "config.json").write_text(json.dumps(content))


def auths(**users: str) -> dict[str, dict[str, str]]:
    return {
        name.replace("_", "."): {"auth": base64.b64encode(f"{user}:{USERS[user]}".encode()).decode()}
        for name, user in users.items()
    }


def helper(home: Path, name: str, user: str) -> Path:
    """A credential helper that knows one user; what it was asked is in the file."""
    asked = home / f"asked-{name}"
    program = home / f"docker-credential-{name}"
    answer = json.dumps({"ServerURL": "", "Username": user, "Secret": USERS[user]})
    program.write_text(
        f"#!/bin/sh\necho \"$1\" >> {asked}\ncat >> {asked}\necho >> {asked}\necho '{answer}'\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return asked


class TestOfAClient:
    def test_the_hub_of_a_fake_daemon(self, client: dockpy.Client, daemon: FakeDaemon) -> None:
        with client.registry() as hub:
            assert hub.host == "docker.io"
            assert {"latest", "1.35"} <= set(hub.repository("library/busybox").tags())
            assert hub.image("busybox").id == client.images.pull("busybox").id
        assert daemon.registries.get("docker.io").requests

    def test_what_the_daemon_pushed(self, client: dockpy.Client) -> None:
        client.images.pull("busybox").tag("somewhere.test/app:1")
        client.images.push("somewhere.test/app:1")
        assert client.registry("somewhere.test").repositories() == ["app"]
        assert client.registry("elsewhere.test").repositories() == []

    def test_what_the_daemon_pushed_to_its_hub(self, client: dockpy.Client) -> None:
        """Its layers are mounted from the hub's own image, with a token that is good for both."""
        client.login("ann", "any")
        client.images.pull("busybox").tag("ann/app:1")
        client.images.push("ann/app:1")
        assert client.registry().repository("ann/app").tags() == ["1"]

    def test_nobody_is_there(self, client: dockpy.Client) -> None:
        with pytest.raises(dockpy.ConnectionFailed, match=r"127\.0\.0\.1:9"):
            client.registry("127.0.0.1:9").ping()

    def test_no_host(self, client: dockpy.Client) -> None:
        with pytest.raises(dockpy.InvalidArgument):
            client.registry("no host")

    def test_a_daemon_behind_a_socket_has_none_of_its_own(self) -> None:
        """What is asked there is the network, as of real engines."""
        with (
            FakeDaemon(listen="tcp://127.0.0.1:0") as daemon,
            dockpy.Client(daemon.url) as client,
            serve(FakeRegistry()) as served,
            client.registry(served.host) as registry,
        ):
            registry.ping()
            assert registry.url == served.url
            assert [request.path for request in served.registry.requests] == ["/v2/"]

    def test_tokens_expire(self, daemon: FakeDaemon) -> None:
        clock = ManualClock()
        registry = FakeRegistry(users=USERS, token_auth=True, token_ttl=60, clock=clock)
        daemon.registries.add("tokens.test", registry)
        with daemon.client() as client:
            client.login("ann", "s3cret", "tokens.test")
            found = client.registry("tokens.test")
            for _ in range(3):
                found.ping()
                clock.advance(61)
        issued = [request for request in registry.requests if request.path == "/token"]
        assert len(issued) >= 3

    def test_a_client_of_another_process_reaches_nobody(self, client: dockpy.Client) -> None:
        program = (
            "import pickle, sys, dockpy\n"
            "client = pickle.loads(sys.stdin.buffer.read())\n"
            "try:\n    client.registry().ping()\n"
            "except dockpy.ConnectionFailed:\n    print(True)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], input=pickle.dumps(client), capture_output=True, check=True
        )
        assert done.stdout == b"True\n", done.stderr


class TestWhoWeAre:
    def test_nobody(self, client: dockpy.Client) -> None:
        with pytest.raises(dockpy.Unauthorized):
            client.registry("guarded.test").ping()

    def test_so_does_a_logout(self, client: dockpy.Client, guarded: FakeRegistry) -> None:
        with client.registry("guarded.test") as registry:
            client.login("ann", "s3cret", "guarded.test")
            registry.ping()
            client.login("bob", "hunter2", "guarded.test")
            registry.ping()
            assert who_asked(guarded) == "bob"
            client.logout("guarded.test")
            with pytest.raises(dockpy.Unauthorized):
                registry.ping()
            assert guarded.requests[-1].authorization == ""

    def test_a_login_that_comes_later_counts(self, client: dockpy.Client, guarded: FakeRegistry) -> None:
        registry = client.registry("guarded.test")
        with pytest.raises(dockpy.Unauthorized):
            registry.ping()
        client.login("ann", "s3cret", "guarded.test")
        registry.ping()
        assert who_asked(guarded) == "ann"

    def test_what_counts_first(self, client: dockpy.Client, guarded: FakeRegistry, home: Path) -> None:
        """A login of the registry, a login of the client, its helper, the store, config.json."""
        asked = helper(home, "own", "bob")
        write_config(home, auths=auths(guarded_test="ann"))
        client.registry("guarded.test").ping()
        assert who_asked(guarded) == "ann"
        write_config(home, auths=auths(guarded_test="ann"), credHelpers={"guarded.test": "own"})
        with FakeDaemon(registries={"guarded.test": guarded}) as daemon, daemon.client() as other:
            other.registry("guarded.test").ping()
            assert who_asked(guarded) == "bob"
            assert asked.read_text().split() == ["get", "guarded.test"]
            other.login("ann", "s3cret", "https://guarded.test/v2/")
            registry = other.registry("guarded.test")
            registry.ping()
            assert who_asked(guarded) == "ann"
            registry.login("bob", "hunter2")
            registry.ping()
            assert who_asked(guarded) == "bob"
        assert asked.read_text().split() == ["get", "guarded.test"]

    def test_a_broken_helper_is_no_concern_of_others(
        self, client: dockpy.Client, home: Path, guarded: FakeRegistry
    ) -> None:
        write_config(home, auths=auths(guarded_test="ann"), credHelpers={"other.test": "missing"})
        client.registry("guarded.test").ping()
        client.registry("other.test").ping()  # which asks nobody who they are
        assert who_asked(guarded) == "ann"


class TestLogout:
    def test_what_was_kept_is_forgotten(self, client: dockpy.Client) -> None:
        client.login("ann", "s3cret", "guarded.test")
        before = client.registry_auth("guarded.test")
        client.logout("https://guarded.test/v1/")
        assert client.registry_auth("guarded.test") != before
        with pytest.raises(dockpy.Unauthorized):
            client.registry("guarded.test").ping()
        client.logout("guarded.test")
        client.logout()

    def test_only_that_registrys(self, client: dockpy.Client) -> None:
        client.login("ann", "s3cret", "guarded.test")
        client.login("ann", "s3cret")
        client.logout()
        client.registry("guarded.test").ping()

    def test_docker_still_knows(self, client: dockpy.Client, home: Path, guarded: FakeRegistry) -> None:
        write_config(home, auths=auths(guarded_test="bob"))
        client.login("ann", "s3cret", "guarded.test")
        client.logout("guarded.test")
        client.registry("guarded.test").ping()
        assert who_asked(guarded) == "bob"

    def test_docker_forgets_too(self, client: dockpy.Client, home: Path) -> None:
        write_config(home, auths=auths(guarded_test="bob", other_test="ann"), detachKeys="ctrl-a")
        registry = client.registry("guarded.test")
        registry.ping()
        client.logout("guarded.test", erase=True)
        kept = json.loads((home / "config.json").read_text())
        assert kept == {"auths": auths(other_test="ann"), "detachKeys": "ctrl-a"}
        with pytest.raises(dockpy.Unauthorized):
            client.registry("guarded.test").ping()

    def test_helpers_are_told(self, client: dockpy.Client, home: Path) -> None:
        asked = helper(home, "own", "bob")
        write_config(home, credHelpers={"guarded.test": "own"})
        client.logout("guarded.test")
        assert not asked.exists()
        client.logout("guarded.test", erase=True)
        assert asked.read_text().split() == ["erase", "guarded.test"]


class TestLogin:
    def test_nothing_is_saved(self, client: dockpy.Client, home: Path) -> None:
        client.login("ann", "s3cret", "guarded.test")
        assert not (home / "config.json").exists()

    def test_saved(self, client: dockpy.Client, home: Path, daemon: FakeDaemon) -> None:
        client.login("ann", "s3cret", "guarded.test", save=True)
        assert json.loads((home / "config.json").read_text())["auths"] == auths(guarded_test="ann")
        with daemon.client() as other:
            other.registry("guarded.test").ping()

    def test_wrong_ones_are_not(self, client: dockpy.Client, home: Path) -> None:
        with pytest.raises(dockpy.ApiError):
            client.login("ann", "wrong", "guarded.test", save=True)
        assert not (home / "config.json").exists()

    def test_what_cannot_be_saved_is_kept(self, client: dockpy.Client, home: Path) -> None:
        write_config(home, credsStore="missing")
        with pytest.raises(dockpy.ConfigError, match="missing"):
            client.login("ann", "s3cret", "guarded.test", save=True)
        client.registry("guarded.test").ping()


class TestOfAFakeRegistry:
    def test_in_process(self) -> None:
        registry, other = FakeRegistry(), FakeRegistry(users=USERS, token_auth=True)
        with registry.client() as first, other.client("ann", "s3cret") as second:
            assert (first.host, second.host) == (registry.host, other.host)
            assert first.host != second.host
            first.ping()
            second.ping()
            assert second.repositories() == []
        with pytest.raises(dockpy.Unauthorized):
            other.client("ann", "wrong").ping()
        with pytest.raises(dockpy.InvalidArgument, match="password"):
            other.client("ann")

    def test_docker_is_not_asked(self, home: Path) -> None:
        registry = FakeRegistry(users=USERS)
        write_config(home, auths={registry.host: {"auth": "YW5uOnMzY3JldA=="}})
        with pytest.raises(dockpy.Unauthorized):
            registry.client().ping()

    def test_by_another_name(self) -> None:
        registry = FakeRegistry(users=USERS, token_auth=True)
        for host in ("docker.io", "127.0.0.1:5000", "ghcr.io"):
            with registry.client("ann", "s3cret", host=host) as client:
                assert client.host == host
                client.ping()

    def test_sent_to_another(self) -> None:
        registry, other = FakeRegistry(users=USERS), FakeRegistry()
        content = Blob.of(b"content")
        for one in (registry, other):
            one._store.make("app").blobs[content.digest] = content
        client = registry.client("ann", "s3cret")
        with registry.fail("GET", "*/blobs/*", redirect=f"http://{other.host}"):
            assert client.repository("app").blob(content.digest).read() == b"content"
        assert other.requests[-1].authorization == ""
        with (
            registry.fail("GET", "*/blobs/*", redirect="http://nobody.test"),
            pytest.raises(dockpy.DockpyError, match=r"nobody\.test"),
        ):
            client.repository("app").blob(content.digest).read()

    def test_a_daemon_finds_it_by_its_name(self, client: dockpy.Client) -> None:
        registry = FakeRegistry()
        client.images.pull("busybox").tag(f"{registry.host}/app:1")
        pushed = client.images.push(f"{registry.host}/app:1")
        assert pushed is not None
        assert registry.client().manifest("app:1").digest == pushed.digest
        assert client.registry(registry.host).repositories() == ["app"]

    def test_over_its_socket(self) -> None:
        with (
            serve(FakeRegistry(users=USERS)) as served,
            served.client("ann", "s3cret") as registry,
        ):
            registry.ping()
            assert registry.url == served.url

    def test_it_goes_when_nobody_has_it(self) -> None:
        from dockpy.fake.registry.local import registry_at

        registry = FakeRegistry()
        host = registry.host
        assert registry_at(host) is registry
        del registry
        gc.collect()
        assert registry_at(host) is None
