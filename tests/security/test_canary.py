"""No secret is shown: not by objects, logs, errors and their tracebacks, and not by what is pickled."""

from __future__ import annotations

import base64
import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from canary import Canary

import dockpy
from dockpy.fake import FakeDaemon
from dockpy.fake.registry import FakeRegistry
from dockpy.transport.message import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST = "r.example"


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    with canary.logged():
        yield canary
    canary.check()


@pytest.fixture
def registry(canary: Canary) -> Iterator[FakeRegistry]:
    registry = FakeRegistry(users={"me": canary.secret})
    yield registry
    registry.close()


@pytest.fixture(params=["socket", "in process"])
def daemon(request: Any, registry: FakeRegistry, tmp_path: Path) -> Iterator[FakeDaemon]:
    listen = f"unix://{tmp_path}/d.sock" if request.param == "socket" else None
    with FakeDaemon(listen, registries={HOST: registry}) as daemon:
        yield daemon


@pytest.fixture
def client(daemon: FakeDaemon, tmp_path: Path, canary: Canary) -> Iterator[dockpy.Client]:
    socket = tmp_path / "d.sock"
    with dockpy.Client(f"unix://{socket}") if socket.exists() else daemon.client() as client:
        yield client
        canary.look("client", client)
        for name in ("containers", "images", "secrets", "swarm", "services", "api"):
            canary.look(name, getattr(client, name))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], Path]:
    """Write docker's configuration."""

    def write(config: Any) -> Path:
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        path = tmp_path / "config.json"
        path.write_text(config if isinstance(config, str) else json.dumps(config))
        return path

    return write


def test_the_canary_sings() -> None:
    """What shows it in any of its forms is found."""
    for show in (
        lambda secret: secret,
        lambda secret: base64.b64encode(f"me:{secret}".encode()).decode(),
        lambda secret: base64.b64encode(json.dumps({"password": secret}).encode()).decode(),
        lambda secret: secret.encode().hex(),
    ):
        canary = Canary()
        canary.keep("here", f"... {show(canary.secret)} ...")
        with pytest.raises(AssertionError, match="here"):
            canary.check()
    canary = Canary()

    def fails() -> None:
        try:
            raise ValueError(canary.secret)
        except ValueError:
            try:
                raise KeyError
            except KeyError:
                raise OSError from None

    canary.tried("deep", fails)
    with pytest.raises(AssertionError, match="deep: ValueError"):
        canary.check()
    canary = Canary()
    with canary.logged():
        logging.getLogger("any").debug("%s", canary.secret)
    with pytest.raises(AssertionError, match="log of any"):
        canary.check()


def test_logins(client: dockpy.Client, canary: Canary) -> None:
    canary.tried("login", lambda: client.login("me", canary.secret, HOST))
    canary.tried("pull", lambda: client.images.pull(f"{HOST}/nothing"))
    canary.tried("push", lambda: client.images.push(f"{HOST}/nothing"))
    canary.tried("logout", lambda: client.logout(HOST))


def test_refused_logins(client: dockpy.Client, canary: Canary) -> None:
    canary.tried("login", lambda: client.login("somebody", canary.secret, HOST))
    canary.tried("login elsewhere", lambda: client.login("me", canary.secret, "nowhere.invalid"))
    canary.tried("login with CR", lambda: client.login("me", canary.secret + "\r\n", HOST))


@pytest.mark.parametrize("key", ["password", "identitytoken", "registrytoken", "auth"])
def test_credentials_of_one_call(client: dockpy.Client, canary: Canary, key: str) -> None:
    auth: Any = {"username": "me", "password": "x", key: canary.secret}
    for name in ("pull", "push", "get_registry_data"):
        call = getattr(client.images, name)
        canary.tried(name, lambda call=call: call(f"{HOST}/nothing", auth_config=auth))
    misnamed: Any = {"username": "me", "pasword": canary.secret}
    canary.tried("a typing error", lambda: client.images.pull(f"{HOST}/nothing", auth_config=misnamed))


def test_build_arguments(client: dockpy.Client, canary: Canary, tmp_path: Path) -> None:
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "Dockerfile").write_text("FROM busybox\nARG TOKEN\nCOPY nothing /\n")
    build = {"path": tmp_path / "context", "buildargs": {"TOKEN": canary.secret}}
    canary.tried("build", lambda: client.images.build(**build))
    canary.tried("a value", lambda: client.images.build(**build, memory=object()))


def test_environments(client: dockpy.Client, canary: Canary) -> None:
    client.images.pull("busybox")
    environment = {"PASSWORD": canary.secret}
    container = canary.tried("create", lambda: client.containers.create("busybox", environment=environment))
    canary.tried("start", lambda: container.start())
    canary.tried("run", lambda: client.containers.run("busybox", ["nothing"], environment=environment))
    canary.tried("exec", lambda: container.exec_run("nothing", environment=environment))


def test_secrets_of_a_swarm(client: dockpy.Client, canary: Canary) -> None:
    canary.tried("no swarm", lambda: client.secrets.create("mine", canary.secret.encode()))
    canary.tried("join", lambda: client.swarm.join(["127.0.0.1:1"], f"SWMTKN-1-{canary.secret}"))
    canary.tried("init", lambda: client.swarm.init())
    made = canary.tried("create", lambda: client.secrets.create("mine", canary.secret.encode()))
    canary.look("made", made.attrs)
    canary.tried("twice", lambda: client.secrets.create("mine", canary.secret.encode()))
    canary.tried("a name that is none", lambda: client.secrets.create("m/i", canary.secret.encode()))
    canary.tried("config", lambda: client.configs.create("mine", canary.secret.encode()))
    canary.tried("unlock", lambda: client.swarm.unlock(f"SWMKEY-1-{canary.secret}"))
    canary.tried("a token that is none", lambda: client.swarm.join(["127.0.0.1:1"], canary.secret + "\n"))


def test_tokens_of_a_swarm_are_not_shown(client: dockpy.Client, canary: Canary) -> None:
    client.swarm.init(autolock_managers=True)
    tokens = client.swarm.attrs["JoinTokens"]
    canary.look("swarm", client.swarm)
    canary.look("attrs", client.swarm.attrs)
    shown = " ".join(text for where, text in canary.shown if "pickle" not in where)
    assert tokens["Worker"] not in shown
    assert tokens["Manager"] not in shown


@pytest.mark.parametrize(
    "host",
    [
        "tcp://me:{}@h.invalid",
        "ssh://me:{}@h.invalid",
        "https://me:{}@h.invalid:1",
        "ssh://me:{}/x@h",
        "ssh://me:{}#x@h",
    ],
)
def test_passwords_in_addresses(host: str, canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    address = host.format(canary.secret)
    canary.tried("client", lambda: dockpy.Client(address).ping())
    monkeypatch.setenv("DOCKER_HOST", address)
    canary.tried("environment", lambda: dockpy.Client().ping())


def _auth(secret: str) -> dict[str, Any]:
    return {"auths": {HOST: {"auth": base64.b64encode(f"me:{secret}".encode()).decode()}}}


def test_what_crosses_a_transport(canary: Canary) -> None:
    secret = canary.secret
    canary.keep("request", repr(Request("POST", "/", {"X-Registry-Auth": secret}, secret.encode())))
    canary.keep("answer", repr(Response(200, "OK", {}, secret.encode())))


@pytest.mark.parametrize("wrong", [False, True])
def test_docker_configuration(home: Any, daemon: FakeDaemon, canary: Canary, wrong: bool) -> None:
    home(
        {
            **_auth(canary.secret),
            "HttpHeaders": {"X-Meta": canary.secret},
            **({"credsStore": 5} if wrong else {}),
        }
    )
    with dockpy.Client(daemon.urls[0]) if daemon.urls else daemon.client() as client:
        canary.tried("pull", lambda: client.images.pull(f"{HOST}/nothing"))
        canary.tried("build", lambda: client.images.build(dockerfile="FROM nothing\nRUN x\n"))
        canary.look("client", client)


@pytest.mark.parametrize(
    "broken",
    [
        '{{"auths": {{"r.example": {{"auth": "{0}"}}}}}}',
        '{{"auths": {{"r.example": {{"password": ["{0}"]}}}}}}',
        '{{"HttpHeaders": {{"X": "{0}\\r\\nY: z"}}}}',
        '{{"HttpHeaders": {{"X": ["{0}"]}}}}',
        '{{"HttpHeaders": {{"X": "{0}\u20ac"}}}}',
        '{{"proxies": {{"default": {{"httpProxy": ["http://u:{0}@p"]}}}}}}',
        '{{"auths": "{0}"}}',
        '{{"auths": {{"x": "{0}"',
        '"{0}"',
    ],
)
def test_broken_configuration(
    home: Any, daemon: FakeDaemon, canary: Canary, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = broken.format(canary.secret)
    home(text)
    with daemon.client() as client:
        canary.tried("pull", lambda: client.images.pull(f"{HOST}/nothing"))
        canary.tried("create", lambda: client.containers.create("busybox"))
    home({})
    monkeypatch.setenv("DOCKER_AUTH_CONFIG", text)
    with daemon.client() as client:
        canary.tried("pull", lambda: client.images.pull(f"{HOST}/nothing"))


def test_proxies(home: Any, daemon: FakeDaemon, canary: Canary) -> None:
    home({"proxies": {"default": {"httpProxy": f"http://u:{canary.secret}@p.example:3128"}}})
    with daemon.client() as client:
        client.images.pull("busybox")
        canary.tried("create", lambda: client.containers.create("busybox"))
        canary.tried("run", lambda: client.containers.run("busybox", ["nothing"]))
        canary.tried("build", lambda: client.images.build(dockerfile="FROM nothing\nRUN x\n"))


@pytest.mark.parametrize(
    "script",
    [
        'echo \'{{"ServerURL":"r.example","Username":"me","Secret":"{0}"}}\'',
        'echo \'{{"Secret":"{0}"\'; exit 1',
        "echo '\"Secret\" {0}' >&2; exit 1",
        "echo {{{0}",
        'echo \'{{"Username":"me","Secret":["{0}"]}}\'',
    ],
)
def test_credential_helpers(
    home: Any,
    daemon: FakeDaemon,
    canary: Canary,
    script: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = tmp_path / "bin" / "docker-credential-canary"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\ncat >/dev/null\n" + script.format(canary.secret) + "\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    home({"credsStore": "canary"})
    with daemon.client() as client:
        canary.tried("pull", lambda: client.images.pull(f"{HOST}/nothing"))
        canary.tried("save", lambda: client.login("me", canary.secret, HOST, save=True))


def test_registries(registry: FakeRegistry, canary: Canary) -> None:
    with registry.client("me", canary.secret) as client:
        canary.look("registry", client)
        canary.tried("manifest", lambda: client.manifest("nothing"))
        canary.tried("tags", lambda: list(client.repository("nothing").tags()))
    with registry.client("somebody", canary.secret) as client:
        canary.tried("refused", lambda: client.manifest("nothing"))
        canary.look("registry", client)


@pytest.mark.parametrize("daemon", ["socket"], indirect=True)
def test_compat(daemon: FakeDaemon, canary: Canary) -> None:
    from dockpy.compat import DockerClient

    with DockerClient(base_url=daemon.urls[0]) as client:
        canary.tried("login", lambda: client.login("me", canary.secret, registry=HOST))
        canary.tried("refused", lambda: client.login("somebody", canary.secret, registry=HOST))
        auth = {"username": "me", "password": canary.secret}
        canary.tried("pull", lambda: client.images.pull(f"{HOST}/nothing", auth_config=auth))
        canary.look("client", client)
