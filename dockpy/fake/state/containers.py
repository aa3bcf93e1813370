"""The containers of a daemon: by id and name, from their creation to their removal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.state.container import Container
from dockpy.fake.state.container_config import host_config, merged_config
from dockpy.fake.state.container_names import random_name
from dockpy.fake.state.container_update import update
from dockpy.fake.state.create_checks import check_links, check_name, check_request
from dockpy.fake.state.image_platform import parse_platform
from dockpy.fake.state.lifecycle import Lifecycle
from dockpy.fake.state.sharing import make_exact
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.image import Image

__all__ = ["Containers"]

KILL = 9


class Containers:
    """The containers of a daemon.

    Args:
        engine: the daemon.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._containers: dict[str, Container] = {}
        self._names: dict[str, Container] = {}
        self._lifecycle = Lifecycle(engine)

    # What is here

    def __iter__(self) -> Iterator[Container]:
        """All of them, the oldest first."""
        return iter(list(self._containers.values()))

    def __len__(self) -> int:
        return len(self._containers)

    def find(self, reference: str) -> Container | None:
        """The container of an id, a name or the only one whose id begins so; None where there is none."""
        found = self._containers.get(reference) or self._names.get(reference.removeprefix("/"))
        if found is None and reference:
            matches = [one for id, one in self._containers.items() if id.startswith(reference)]
            if len(matches) > 1:
                text = (
                    f"multiple IDs found with provided prefix: {reference}"
                    if self._modern
                    else f"Multiple IDs found with provided prefix: {reference}"
                )
                raise Failure(400 if self._modern else 404, text)
            found = matches[0] if matches else None
        return found

    @property
    def _modern(self) -> bool:
        return at_least(self._engine.api, "1.42")

    def get(self, reference: str) -> Container:
        """The container of an id, a name or the only one whose id begins so.

        Raises:
            Failure: 404, there is none; several ids begin so.
        """
        if (found := self.find(reference)) is None:
            raise Failure(404, f"No such container: {reference}")
        return found

    def links(self) -> dict[str, list[str]]:
        """By a container's id, the names that others link to it under: ``/other/alias``."""
        names: dict[str, list[str]] = {}
        for container in self._containers.values():
            for link in container.host_config.get("Links") or ():
                name, _, alias = link.partition(":")
                other = self.find(name)
                if other is not None:
                    names.setdefault(other.id, []).append(f"/{container.name}/{alias or name}")
        return names

    # Creation and removal

    def create(
        self,
        name: str | None,
        request: Mapping[str, Any],
        *,
        platform: str = "",
        image: Image | None = None,
    ) -> tuple[Container, list[str]]:
        """Make a container.

        Args:
            name: its name; None or empty for a random one.
            request: ``ContainerCreateRequest``.
            platform: what the image has to be for.
            image: what it is made from, where that has no name.

        Returns:
            The container, and warnings.

        Raises:
            Failure: in the engine's words.
        """
        engine = self._engine
        if name:
            check_name(name)
        warnings = check_request(engine, request)
        reference = str(request.get("Image") or "")
        if image is None:
            if not reference:
                raise Failure(400, f"{'n' if self._modern else 'N'}o command specified")
            image = engine.images.resolve(reference)
        if platform:
            _check_platform(platform, reference, image, engine.api)
        id = engine.new_id()
        config = merged_config(request, image, id, engine.api)
        host = host_config(request.get("HostConfig"), engine.api)
        make_exact(engine, host)
        chosen = self._reserve(name, id)
        if host["NetworkMode"] == "host" and not request.get("Hostname"):
            config["Hostname"] = engine.name
        container = Container(engine, id, chosen, image, reference, config, host)
        check_links(engine, host.get("Links") or ())
        container.requested_mac = request.get("MacAddress") or ""
        _make_working_dir(container)
        try:
            engine.volumes.mount_all(container)
            engine.networks.prepare(container, request.get("NetworkingConfig"))
        except BaseException:
            engine.volumes.release(container, True)
            raise
        self._containers[id] = container
        self._names[chosen] = container
        container.emit("create")
        return container, warnings

    def _reserve(self, name: str | None, id: str) -> str:
        if not name:
            return random_name(self._engine.random, self._names)
        bare = name.removeprefix("/")
        if (other := self._names.get(bare)) is not None:
            raise Failure(409, in_use(bare, other))
        return bare

    def remove(
        self,
        container: Container,
        *,
        force: bool = False,
        volumes: bool = False,
        link: bool = False,
        called: str = "",
        peer: Callable[[], bool] | None = None,
    ) -> None:
        """Remove a container.

        Args:
            container: which.
            force: though it runs.
            volumes: with its anonymous volumes.
            link: only a link of it.
            called: what it was called in the request; it is in the message.
            peer: who waits.

        Raises:
            Failure: 409, it runs.
        """
        state = container.state
        if link:
            raise Failure(500, "Conflict, cannot remove the default link name of the container")
        if state.running and not force:
            raise Failure(409, self._running(container, called or container.id))
        if state.running:
            before = container.exits
            container.host_config["AutoRemove"] = False
            self._lifecycle.kill(container, KILL)
            self._engine.wait(lambda: container.exits != before or not state.running, peer)
        if state.removed:
            return
        self.forget(container, remove_volumes=volumes)

    def _running(self, container: Container, called: str) -> str:
        state = container.state
        if not self._modern:
            how = "a paused" if state.paused else "a restarting" if state.restarting else "a running"
            first = "Unpause and then stop" if state.paused else "Stop"
            rest = "the container before attempting removal or force remove"
            return f"You cannot remove {how} container {container.id}. {first} {rest}"
        if state.paused:
            why = "container is paused and must be unpaused first"
        else:
            why = f"container is {state.status}: stop the container before removing or force remove"
        return f'cannot remove container "{called}": {why}'

    def forget(self, container: Container, *, remove_volumes: bool) -> None:
        """Have a container that does not run be gone."""
        state = container.state
        if state.removed:
            return
        state.removed = True
        engine = self._engine
        if container.restart_timer is not None:
            container.restart_timer.cancel()
        container.stdio.reset()
        del self._containers[container.id]
        del self._names[container.name]
        engine.networks.forget(container)
        engine.volumes.release(container, remove_volumes)
        engine.execs.forget(container)
        container.emit("destroy")

    # What happens to them

    def start(self, container: Container) -> bool:
        """Start it; whether it did not run yet."""
        started = self._lifecycle.start(container)
        self._engine.catch_up()  # its first steps are taken now, whenever the next call comes
        return started

    def stop(
        self,
        container: Container,
        timeout: int | None = None,
        signal: int | None = None,
        peer: Callable[[], bool] | None = None,
    ) -> bool:
        """Stop it; whether it ran. See `Lifecycle.stop`."""
        return self._lifecycle.stop(container, timeout, signal, peer)

    def begin_stop(self, container: Container, timeout: int) -> None:
        """Ask one that runs to stop, and do not wait for it. See `Lifecycle.begin_stop`."""
        self._lifecycle.begin_stop(container, timeout)

    def restart(
        self,
        container: Container,
        timeout: int | None = None,
        signal: int | None = None,
        peer: Callable[[], bool] | None = None,
    ) -> None:
        """Stop it, if it runs, and start it."""
        removed_after = container.host_config["AutoRemove"]
        container.host_config["AutoRemove"] = False
        try:
            self._lifecycle.stop(container, timeout, signal, peer)
        finally:
            container.host_config["AutoRemove"] = removed_after
        self._lifecycle.start(container)
        container.emit("restart")
        self._engine.catch_up()

    def kill(self, container: Container, signal: int = KILL, *, called: str = "") -> None:
        """Send PID 1 a signal; ``called`` is what the container was called in the request."""
        self._lifecycle.kill(container, signal, called)

    def pause(self, container: Container) -> None:
        """Let its processes stand still."""
        self._lifecycle.pause(container)

    def unpause(self, container: Container) -> None:
        """Let them go on."""
        self._lifecycle.unpause(container)

    def rename(self, container: Container, name: str) -> None:
        """Give it another name.

        Raises:
            Failure: 400, it cannot be a name; 409, it is taken.
        """
        old = container.name
        if not name:
            raise Failure(400, "Neither old nor new names may be empty")
        if name.removeprefix("/") == old:
            raise Failure(400, "Renaming a container with the same name as its current name")
        try:
            bare = check_name(name, shown=f"/{name.removeprefix('/')}")
        except Failure as failure:
            raise Failure(400, f"Error when allocating new name: {failure.message}") from None
        if (other := self._names.get(bare)) is not None:
            raise Failure(409, f"Error when allocating new name: {in_use(bare, other)}")
        del self._names[old]
        self._names[bare] = container
        container.name = bare
        self._engine.networks.renamed(container)
        container.emit("rename", oldName=f"/{old}")

    def update(self, container: Container, request: Mapping[str, Any]) -> list[str]:
        """Change its resources and its restart policy; warnings."""
        return update(container, request)

    def end_all(self) -> None:
        """The daemon ends: so do its processes, without a word."""
        for container in self:
            namespace, container.namespace = container.namespace, None
            if namespace is not None:
                namespace.on_exit = None
                for process in list(namespace.processes.values()):
                    process.kill(KILL)


def in_use(name: str, other: Container) -> str:
    """Why a container cannot have this name."""
    return (
        f'Conflict. The container name "/{name}" is already in use by container "{other.id}". '
        "You have to remove (or rename) that container to be able to reuse that name."
    )


def _check_platform(platform: str, reference: str, image: Image, api: str) -> None:
    wanted = parse_platform(platform, api)
    if wanted is None or (wanted.os, wanted.architecture) == (image.os, image.architecture):
        return
    raise Failure(
        404,
        f"image with reference {reference} was found but its platform ({image.platform}) "
        f"does not match the specified platform ({wanted})"
        if at_least(api, "1.42")
        else f"image with reference {reference} was found but does not match the specified platform: "
        f"wanted {wanted}, actual: {image.platform}",
    )


def _make_working_dir(container: Container) -> None:
    from dockpy.fake.files import ROOT

    directory = container.config.get("WorkingDir") or "/"
    try:
        if not container.fs.exists(ROOT, directory):
            container.fs.makedirs(ROOT, directory, 0o755)
        elif not container.fs.stat(ROOT, directory).is_dir:
            raise NotADirectoryError
    except NotADirectoryError:
        raise Failure(500, f"Cannot mkdir: {directory} is not a directory") from None
