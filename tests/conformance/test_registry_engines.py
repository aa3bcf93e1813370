"""Real engines and a fake registry on a socket: what one pushes the other pulls, however it is guarded."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import tarfile
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy.fake import FakeDaemon, ManualClock
from dockpy.fake.blobs import Blob
from dockpy.fake.registry import FakeRegistry, ServedRegistry, serve
from dockpy.resources.layers_progress import LayersProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockpy.fake.registry import RegistryAnswer

pytestmark = [
    pytest.mark.engine,
    pytest.mark.real,
    pytest.mark.skipif(not os.environ.get("DOCKPY_TEST_HOSTS"), reason="DOCKPY_TEST_HOSTS names no engine"),
]

USERS = {"ann": "s3cret"}
DIRECTIONS = pytest.mark.parametrize("first", [0, 1], ids=["from 20.10", "from 28.5"])


@pytest.fixture(params=["open", "basic", "token", "token, soon over", "identity", "distribution 2.8"])
def guarded(request: pytest.FixtureRequest) -> FakeRegistry:
    made: dict[str, Callable[[], FakeRegistry]] = {
        "open": FakeRegistry,
        "basic": lambda: FakeRegistry(users=USERS),
        "token": lambda: FakeRegistry(users=USERS, token_auth=True, identity_tokens=False),
        "token, soon over": lambda: FakeRegistry(users=USERS, token_auth=True, token_ttl=61),
        "identity": lambda: FakeRegistry(users=USERS, token_auth=True),
        "distribution 2.8": lambda: FakeRegistry(spec="1.0"),
    }
    return made[request.param]()


@pytest.fixture
def served(guarded: FakeRegistry) -> Iterator[ServedRegistry]:
    with serve(guarded) as served:
        yield served


@pytest.fixture
def engines() -> Iterator[list[dockpy.Client]]:
    clients = [dockpy.Client(url) for url in os.environ["DOCKPY_TEST_HOSTS"].split(",")]
    yield clients
    for client in clients:
        client.close()


def archive_of_a_file() -> bytes:
    """A layer that nobody has yet."""
    file, content = io.BytesIO(), secrets.token_bytes(300_000)
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("data")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


@contextlib.contextmanager
def image_of(engine: dockpy.Client, name: str) -> Iterator[dockpy.Image]:
    """An image that nobody has yet, with this name, on an engine."""
    image = engine.images.import_image(archive_of_a_file(), repository=name, tag="1")
    try:
        yield image
    finally:
        image.remove(force=True)


@contextlib.contextmanager
def pulled(engine: dockpy.Client, name: str, **given: Any) -> Iterator[dockpy.Image]:
    image = engine.images.pull(name, **given)
    try:
        yield image
    finally:
        image.remove(force=True)


@DIRECTIONS
def test_from_one_engine_to_the_other(
    guarded: FakeRegistry,
    served: ServedRegistry,
    engines: list[dockpy.Client],
    first: int,
    new_name: Callable[[], str],
) -> None:
    """With its digest and its id unchanged; tokens are worth nothing any more after each step."""
    sender, receiver = engines[first], engines[1 - first]
    auth: Any = {"username": "ann", "password": "s3cret"} if guarded._gate.users else None
    name = f"{served.host}/{new_name()}"
    with image_of(sender, name) as image:
        pushed = sender.images.push(name, "1", auth_config=auth)
        assert pushed is not None
        found = guarded.manifest(name.partition("/")[2], "1")
        assert found.digest == pushed.digest
        guarded.expire_tokens()
        assert sender.images.push(name, "1", auth_config=auth) == pushed  # nothing is sent twice
        guarded.expire_tokens()
        with pulled(receiver, name, tag="1", auth_config=auth) as other:
            assert other.id == image.id == found.document["config"]["digest"]
            assert f"{name}@{pushed.digest}" in other.digests
            guarded.expire_tokens()
            assert receiver.images.push(name, "1", auth_config=auth) == pushed  # and back
        if auth:
            with pytest.raises(dockpy.APIError, match=r"denied|no basic auth credentials"):
                receiver.images.pull(name, tag="1")
    uploads = [request for request in guarded.requests if request.method == "PATCH"]
    assert len(uploads) == 2  # a layer and a configuration


@DIRECTIONS
def test_a_login_lasts(
    guarded: FakeRegistry,
    served: ServedRegistry,
    engines: list[dockpy.Client],
    first: int,
    new_name: Callable[[], str],
) -> None:
    """Of an engine: with an identity token where the registry gives such, in place of the password."""
    engine = engines[first]
    engine.login("ann", "s3cret", served.host)
    name = f"{served.host}/{new_name()}"
    with image_of(engine, name):
        assert engine.images.push(name, "1") is not None
        with engine.registry(served.host) as registry:
            assert registry.repositories() == [name.partition("/")[2]]
        engine.logout(served.host)
        if guarded._gate.users:
            with pytest.raises(dockpy.PushError, match=r"denied|no basic auth credentials"):
                engine.images.push(name, "1")
        else:
            assert engine.images.push(name, "1") is not None


@DIRECTIONS
def test_without_an_engine_on_one_side(
    guarded: FakeRegistry,
    served: ServedRegistry,
    engines: list[dockpy.Client],
    first: int,
    new_name: Callable[[], str],
) -> None:
    """What an engine pushed another loads from us; what we push from its archive an engine pulls."""
    sender, receiver = engines[first], engines[1 - first]
    who = ("ann", "s3cret") if guarded._gate.users else ()
    auth: Any = dict(zip(("username", "password"), who, strict=False)) or None
    name = new_name()
    reference = f"{served.host}/{name}"
    with served.client(*who) as registry, image_of(sender, reference) as image:
        pushed = sender.images.push(reference, "1", auth_config=auth)
        assert pushed is not None
        (loaded,) = receiver.images.load(registry.pull(f"{name}:1"))
        assert loaded.id == image.id == registry.image(f"{name}:1").id
        loaded.remove(force=True)
        manifest = registry.push(sender.images.save(f"{reference}:1"), f"{name}-again:1")
        guarded.expire_tokens()
        with pulled(receiver, f"{reference}-again:1", auth_config=auth) as other:
            assert other.id == image.id
            assert f"{reference}-again@{manifest.digest}" in other.digests


def test_blobs_are_somewhere_else(engines: list[dockpy.Client], new_name: Callable[[], str]) -> None:
    """Where engines do not say who they are."""
    registry = FakeRegistry(users=USERS, token_auth=True)
    name = new_name()
    with serve(registry) as served, serve(registry) as storage:
        reference = f"{served.host}/{name}"
        with image_of(engines[0], reference) as image:
            engines[0].images.push(reference, "1", auth_config={"username": "ann", "password": "s3cret"})
        registry.blobs_at = storage.url
        for engine in engines:
            engine.login("ann", "s3cret", served.host)
            with pulled(engine, f"{reference}:1") as other:
                assert other.id == image.id
    there = [request for request in registry.requests if request.path.startswith("/storage/")]
    assert len(there) >= 4  # a layer and a configuration each
    assert {request.authorization for request in there} == {""}


def test_mounts_as_the_fake_engine(engines: list[dockpy.Client], new_name: Callable[[], str]) -> None:
    """A layer that a registry has in another repository; with a token that is good for both."""
    name = new_name()
    with FakeDaemon(api="1.41") as old, FakeDaemon(api="1.51") as new:
        for engine in (*engines, old.client(), new.client()):
            registry = FakeRegistry(users=USERS, token_auth=True, identity_tokens=False)
            with serve(registry) as served:
                engine.login("ann", "s3cret", served.host)
                with image_of(engine, f"{served.host}/{name}") as image:
                    engine.images.push(f"{served.host}/{name}", "1")
                    registry.requests.clear()
                    image.tag(f"{served.host}/{name}-more", "1")
                    engine.images.push(f"{served.host}/{name}-more", "1")
            asked = [(request.method, request.path, request.status) for request in registry.requests]
            assert ("POST", f"/v2/{name}-more/blobs/uploads/", 201) in asked
            scopes = [request.query for request in registry.requests if request.path == "/token"]
            both = f"repository%3A{name}%3Apull"
            assert any(both in query and f"{name}-more" in query for query in scopes), scopes


def test_we_go_on_when_tokens_expire(engines: list[dockpy.Client], new_name: Callable[[], str]) -> None:
    """In the midst of a push and a pull of ours: each token is worth nothing when it is used once more."""
    clock = ManualClock()
    used: Counter[str] = Counter()

    class Hasty(FakeRegistry):
        def handle(
            self, method: str, path: str, query: str = "", headers: Any = None, body: Any = ()
        ) -> RegistryAnswer:
            token = headers.get("authorization", "")
            used[token] += 1
            if token.startswith("Bearer") and used[token] == 6:  # more than one blob takes
                clock.advance(61)
            return super().handle(method, path, query, headers, body)

    registry = Hasty(users=USERS, token_auth=True, token_ttl=60, clock=clock)
    name = new_name()
    with serve(registry) as served, served.client("ann", "s3cret") as client:
        with image_of(engines[1], f"{served.host}/{name}") as image:
            client.push(engines[1].images.save(f"{served.host}/{name}:1"), f"{name}:1")
        assert 6 in used.values()
        used.clear()
        (loaded,) = engines[0].images.load(client.pull(f"{name}:1"))
        try:
            assert loaded.id == image.id == client.image(f"{name}:1").id
        finally:
            loaded.remove(force=True)


def test_an_image_that_was_put_there(engines: list[dockpy.Client]) -> None:
    """Without any engine's push: what Python puts there engines pull."""

    class Layer:
        blob = Blob.of(archive_of_a_file())

    registry = FakeRegistry()
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": ["true"]},
        "rootfs": {"type": "layers", "diff_ids": [Layer.blob.digest]},
        "history": [{"created_by": "a test"}],
    }
    manifest = registry.put_image("seeded", "1", config, [Layer()])
    with serve(registry) as served:
        for engine in engines:
            with pulled(engine, f"{served.host}/seeded:1") as image:
                assert image.id == manifest.document["config"]["digest"]


@DIRECTIONS
def test_layers_are_followed(engines: list[dockpy.Client], first: int, new_name: Callable[[], str]) -> None:
    sender, receiver = engines[first], engines[1 - first]
    phases: list[str] = []

    def in_order(found: list[str], usual: list[str]) -> bool:
        """Engines leave out what is over soon."""
        return [phase for phase in usual if phase in found] == found and found[0] + found[-1] == "waitingdone"

    def seen(progress: LayersProgress) -> None:
        (layer,) = progress.layers.values()
        if layer.phase not in phases:
            phases.append(layer.phase)

    with serve(FakeRegistry()) as served:
        name = f"{served.host}/{new_name()}"
        with image_of(sender, name):
            sender.images.push(name, "1", on_progress=LayersProgress(seen))
            assert in_order(phases, ["waiting", "pushing", "done"])
            phases.clear()
            followed = LayersProgress(seen)
            with pulled(receiver, f"{name}:1", on_progress=followed):
                assert in_order(phases, ["waiting", "downloading", "downloaded", "extracting", "done"])
                (layer,) = followed.layers.values()
                assert layer.current == layer.total
                assert layer.total is not None
                assert layer.total >= 300_000
