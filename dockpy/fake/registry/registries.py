"""The registries that a fake daemon reaches, by the names that references give them."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from dockpy.fake.registry.client import RegistrySession
from dockpy.fake.registry.credentials import Credentials
from dockpy.fake.registry.local import HUB, host_of, registry_at
from dockpy.fake.registry.refusal import Refusal
from dockpy.fake.registry.registry import FakeRegistry
from dockpy.fake.registry.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.fake.blobs import Blob
    from dockpy.fake.engine import Engine
    from dockpy.fake.registry.store import HasBlob

__all__ = ["Registries"]

_NOBODY = re.compile(r"(localhost|127\.0\.0\.1|\[::1\]):[1-9]")


class Registries:
    """What a daemon knows under the names of hosts.

    docker.io is a small hub: pushes to it stay with this daemon. A registry of this process is found under
    its `host`, and under its address where it is served on a socket. Any other name is an empty registry,
    made when it is first used; but nothing listens at ports 1 to 9 of this machine.

    Args:
        engine: the daemon.
        given: registries by host, shared with others.
    """

    def __init__(self, engine: Engine, given: Mapping[str, FakeRegistry] | None = None) -> None:
        self._engine = engine
        self._registries: dict[str, FakeRegistry] = {}
        for host, registry in (given or {}).items():
            self.add(host, registry)

    def add(self, host: str, registry: FakeRegistry) -> None:
        """Know a registry under a host's name from now on."""
        self._registries[host_of(host)] = registry

    def get(self, host: str) -> FakeRegistry:
        """The registry of a host.

        Raises:
            ConnectionRefusedError: nobody is there.
        """
        host = host_of(host)
        if host not in self._registries:
            if (found := registry_at(host)) is not None:
                return found
            if _NOBODY.fullmatch(host):
                raise ConnectionRefusedError(host.replace("localhost", "127.0.0.1"))
            self._registries[host] = self._new_hub() if host == HUB else self._new()
        return self._registries[host]

    def session(
        self,
        host: str,
        repository: str,
        *,
        auth: str | None = None,
        actions: tuple[str, ...] = ("pull",),
    ) -> RegistrySession:
        """A way to a repository.

        Args:
            host: its registry.
            repository: its name there.
            auth: the header ``X-Registry-Auth``, if there is one.
            actions: what is to be done: ``pull``, or ``pull`` and ``push``.

        Raises:
            ValueError: the header cannot be read.
        """
        who = Credentials.of_header(auth)
        return RegistrySession(host, repository, self.get, credentials=who, actions=actions)

    def login(self, given: dict[str, object]) -> dict[str, str]:
        """Try somebody's credentials: what SystemAuth answers.

        Args:
            given: ``username``, ``password``, ``serveraddress``.

        Raises:
            Failure: they are wrong, or nobody is there.
        """
        host = host_of(str(given.get("serveraddress") or HUB))
        who = Credentials.of(given)
        try:
            token = RegistrySession(host, "", self.get, credentials=who).login()
        except Refusal as refusal:
            raise refusal.of_login(self._engine.api) from None
        return {"IdentityToken": token, "Status": "Login Succeeded"}

    def _new(self) -> FakeRegistry:
        return FakeRegistry(clock=self._engine.clock, seed=self._engine.random.getrandbits(64))

    def _new_hub(self) -> FakeRegistry:
        store = hub_store()

        def allow(user: str | None, repository: str, action: str) -> bool:
            mine = user is not None and repository.startswith(f"{user}/")
            return mine or (action == "pull" and store.find(repository) is not None)

        seed = self._engine.random.getrandbits(64)
        return FakeRegistry(
            token_auth=True,
            identity_tokens=False,
            allow=allow,
            clock=self._engine.clock,
            seed=seed,
            store=store,
        )


def hub_store() -> Store:
    """What the hub holds: its images are made when somebody asks for them."""
    from dockpy.fake.hub import catalog  # whoever serves an empty registry needs none of it

    store = Store()
    for name, known in catalog.REPOSITORIES.items():
        repository = store.make(name)
        for tag in known.tags:
            repository.pending[tag] = partial(_image, name, tag)
    return store


def _image(repository: str, tag: str) -> tuple[Blob, Sequence[HasBlob]]:
    from dockpy.fake.hub import catalog

    image = catalog.find(repository, tag)
    assert image is not None, f"the hub names {repository}:{tag}, and has not got it"
    return image.config, image.layers
