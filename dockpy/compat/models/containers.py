"""Containers."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from dockpy.compat.constants import DEFAULT_DATA_CHUNK_SIZE
from dockpy.compat.errors import (
    ContainerError,
    DockerException,
    ImageNotFound,
    NotFound,
)
from dockpy.compat.models.images import Image
from dockpy.compat.models.keywords import RUN_CREATE_KWARGS, RUN_HOST_CONFIG_KWARGS, container_arguments
from dockpy.compat.models.resource import Collection, Model
from dockpy.compat.utils import version_gte

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "RUN_CREATE_KWARGS",
    "RUN_HOST_CONFIG_KWARGS",
    "Container",
    "ContainerCollection",
    "ExecResult",
]


class ExecResult(NamedTuple):
    """What a command in a container gave; the exit code is None where its output is still to be read."""

    exit_code: int | None
    output: Any


class Container(Model):
    """A container."""

    @property
    def name(self) -> str | None:
        """Its name."""
        name: str | None = self.attrs.get("Name")
        return None if name is None else name.lstrip("/")

    @property
    def image(self) -> Image | None:
        """Its image, which is asked for."""
        image_id = self.attrs["ImageID"] if "ImageID" in self.attrs else self.attrs["Image"]
        return None if image_id is None else self.client.images.get(image_id.rpartition(":")[2])

    @property
    def labels(self) -> dict[str, str]:
        """Its labels.

        Raises:
            DockerException: it comes from ``list(sparse=True)``.
        """
        if "Config" not in self.attrs:
            raise DockerException("A container of list(sparse=True) has no labels before reload()")
        return self.attrs["Config"].get("Labels") or {}

    @property
    def status(self) -> str:
        """Its state in a word: ``running``, ``exited`` …"""
        state = self.attrs["State"]
        return cast("str", state["Status"] if isinstance(state, dict) else state)

    @property
    def health(self) -> str:
        """Its health: ``healthy``, ``unhealthy``, ``starting``; ``unknown`` without a health check."""
        return cast("str", self.attrs.get("State", {}).get("Health", {}).get("Status", "unknown"))

    @property
    def ports(self) -> dict[str, Any]:
        """Its ports, and where the host publishes them."""
        return cast("dict[str, Any]", self.attrs.get("NetworkSettings", {}).get("Ports", {}))

    # Its life

    def start(self, **kwargs: Any) -> None:
        """Start it."""
        self.client.api.start(self.id, **kwargs)

    def stop(self, **kwargs: Any) -> None:
        """Stop it; after ``timeout`` seconds, 10 where nothing is given, it is killed."""
        self.client.api.stop(self.id, **kwargs)

    def restart(self, **kwargs: Any) -> None:
        """Stop it, as `stop` does, and start it."""
        self.client.api.restart(self.id, **kwargs)

    def kill(self, signal: str | int | None = None) -> None:
        """Send it a signal; SIGKILL where none is given."""
        self.client.api.kill(self.id, signal=signal)

    def pause(self) -> None:
        """Hold its processes."""
        self.client.api.pause(self.id)

    def unpause(self) -> None:
        """Let its processes go on."""
        self.client.api.unpause(self.id)

    def wait(self, **kwargs: Any) -> Any:
        """Wait until it stops: the answer holds ``StatusCode``.

        Args:
            kwargs: ``timeout`` of the request in seconds, and ``condition``: ``not-running``, ``next-exit``
                or ``removed``.
        """
        return self.client.api.wait(self.id, **kwargs)

    def rename(self, name: str) -> None:
        """Give it another name."""
        self.client.api.rename(self.id, name)

    def update(self, **kwargs: Any) -> Any:
        """Change its limits; keywords as of `APIClient.update_container`."""
        return self.client.api.update_container(self.id, **kwargs)

    def remove(self, **kwargs: Any) -> None:
        """Remove it: ``force`` where it runs, ``v`` with its anonymous volumes, ``link`` for a link only."""
        self.client.api.remove_container(self.id, **kwargs)

    # Its processes, and what they say

    def attach(self, **kwargs: Any) -> Any:
        """Its output from now on; keywords as of `APIClient.attach`."""
        return self.client.api.attach(self.id, **kwargs)

    def attach_socket(self, **kwargs: Any) -> Any:
        """The connection to its processes; keywords as of `APIClient.attach_socket`."""
        return self.client.api.attach_socket(self.id, **kwargs)

    def logs(self, **kwargs: Any) -> Any:
        """Its output as bytes, or as a stream of bytes; keywords as of `APIClient.logs`."""
        return self.client.api.logs(self.id, **kwargs)

    def exec_run(
        self,
        cmd: str | list[str],
        stdout: bool = True,
        stderr: bool = True,
        stdin: bool = False,
        tty: bool = False,
        privileged: bool = False,
        user: str = "",
        detach: bool = False,
        stream: bool = False,
        socket: bool = False,
        environment: dict[str, str] | list[str] | None = None,
        workdir: str | None = None,
        demux: bool = False,
    ) -> ExecResult:
        """Run a command in it.

        Args:
            cmd: the command; a text is split as a shell would.
            stdout: collect its standard output.
            stderr: collect its standard error.
            stdin: give it a standard input: see ``socket``.
            tty: give it a terminal.
            privileged: give it all capabilities.
            user: who runs it.
            detach: do not wait for it.
            stream: the output is an iterator over its chunks, the exit code None.
            socket: the output is the connection, the exit code None.
            environment: variables.
            workdir: where it starts.
            demux: outputs are pairs (stdout, stderr).
        """
        api = self.client.api
        id = api.exec_create(
            self.id,
            cmd,
            stdout=stdout,
            stderr=stderr,
            stdin=stdin,
            tty=tty,
            privileged=privileged,
            user=user,
            environment=environment,
            workdir=workdir,
        )["Id"]
        output = api.exec_start(id, detach=detach, tty=tty, stream=stream, socket=socket, demux=demux)
        return ExecResult(None if socket or stream else api.exec_inspect(id)["ExitCode"], output)

    def resize(self, height: int, width: int) -> None:
        """Set the size of its terminal."""
        self.client.api.resize(self.id, height, width)

    def stats(self, **kwargs: Any) -> Any:
        """What it uses, once or as a stream; keywords as of `APIClient.stats`."""
        return self.client.api.stats(self.id, **kwargs)

    def top(self, **kwargs: Any) -> Any:
        """Its processes; ``ps_args`` are for ps."""
        return self.client.api.top(self.id, **kwargs)

    # Its files

    def diff(self) -> Any:
        """What it changed of its image's files; 0 is changed, 1 added, 2 deleted."""
        return self.client.api.diff(self.id)

    def get_archive(
        self, path: str, chunk_size: int | None = DEFAULT_DATA_CHUNK_SIZE, encode_stream: bool = False
    ) -> tuple[Iterator[bytes], dict[str, Any]]:
        """A file or directory of it as a tar archive, and what it is.

        Args:
            path: which.
            chunk_size: bytes in each chunk of the archive; None for chunks as they come.
            encode_stream: compressed on the way.
        """
        return self.client.api.get_archive(self.id, path, chunk_size, encode_stream)

    def put_archive(self, path: str, data: Any) -> bool:
        """Unpack a tar archive, bytes or a file, in a directory of it."""
        return self.client.api.put_archive(self.id, path, data)

    def export(self, chunk_size: int | None = DEFAULT_DATA_CHUNK_SIZE) -> Iterator[bytes]:
        """All of its files as a tar archive, in chunks."""
        return self.client.api.export(self.id, chunk_size)

    def commit(self, repository: str | None = None, tag: str | None = None, **kwargs: Any) -> Image:
        """Make an image of it; keywords as of `APIClient.commit`."""
        answer = self.client.api.commit(self.id, repository=repository, tag=tag, **kwargs)
        return self.client.images.get(answer["Id"])


class ContainerCollection(Collection[Container]):
    """The containers of a daemon."""

    model = Container

    def run(
        self,
        image: str | Image,
        command: str | list[str] | None = None,
        stdout: bool = True,
        stderr: bool = False,
        remove: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Create a container and start it, and wait for its output unless ``detach`` is given.

        Args:
            image: the image; it is pulled where it is missing.
            command: the command; a text is split as a shell would.
            stdout: give back standard output.
            stderr: give back standard error.
            remove: remove the container when it has ended.
            kwargs: ``detach``: give back the container, at once. ``stream``: give back an iterator over the
                output. All others are `RUN_CREATE_KWARGS`, `RUN_HOST_CONFIG_KWARGS`, ``ports``, ``volumes``,
                ``network`` and ``networking_config``.

        Returns:
            The output as bytes, or what ``detach`` or ``stream`` ask for; None where the log driver keeps
            nothing that can be read.

        Raises:
            ContainerError: it ended with another exit code than 0.
            ImageNotFound: there is no such image to pull.
            RuntimeError: two keywords contradict each other.
            TypeError: there is no such keyword.
        """
        if isinstance(image, Image):
            image = image.id
        stream = kwargs.pop("stream", False)
        detach = kwargs["detach"] = kwargs.get("detach", False)
        if detach and remove:
            if not version_gte(self.client.api._version, "1.25"):
                raise RuntimeError("Options 'detach' and 'remove' go together from API version 1.25 on")
            kwargs["auto_remove"] = True
        if kwargs.get("network") and kwargs.get("network_mode"):
            raise RuntimeError("Options 'network' and 'network_mode' exclude each other")
        if kwargs.get("networking_config") and not kwargs.get("network"):
            raise RuntimeError("Option 'networking_config' needs option 'network'")

        try:
            container = self.create(image, command, **kwargs)
        except ImageNotFound:
            self.client.images.pull(image, platform=kwargs.get("platform"))
            container = self.create(image, command, **kwargs)
        container.start()
        if detach:
            return container

        output = None
        if container.attrs["HostConfig"]["LogConfig"]["Type"] in ("json-file", "journald"):
            output = container.logs(stdout=stdout, stderr=stderr, stream=True, follow=True)
        with ExitStack() as unless_all_is_well:
            if output is not None:
                unless_all_is_well.callback(output.close)
            exit_status, said = container.wait()["StatusCode"], None
            if exit_status != 0 and not kwargs.get("auto_remove"):
                said = container.logs(stdout=False, stderr=True)
            if remove:
                container.remove()
            if exit_status != 0:
                raise ContainerError(container, exit_status, command, image, said)
            unless_all_is_well.pop_all()
        return output if stream or output is None else b"".join(output)

    def create(self, image: str | Image, command: str | list[str] | None = None, **kwargs: Any) -> Container:
        """Create a container; keywords as of `run`.

        Raises:
            ImageNotFound: there is no such image.
            TypeError: there is no such keyword.
        """
        kwargs["image"] = image.id if isinstance(image, Image) else image
        kwargs["command"] = command
        kwargs["version"] = self.client.api._version
        return self.get(self.client.api.create_container(**container_arguments(kwargs))["Id"])

    def get(self, container_id: str) -> Container:
        """The container of an ID or a name."""
        return self.prepare_model(self.client.api.inspect_container(container_id))

    def list(
        self,
        all: bool = False,
        before: str | None = None,
        filters: dict[str, Any] | None = None,
        limit: int = -1,
        since: str | None = None,
        sparse: bool = False,
        ignore_removed: bool = False,
    ) -> list[Container]:
        """The containers, each asked for unless ``sparse``.

        Args:
            all: those that do not run, too.
            before: those created before this one.
            filters: those that these leave.
            limit: so many of the newest.
            since: those created after this one.
            sparse: in one request, with the attributes that listings have.
            ignore_removed: leave out those that are gone before they are asked for.

        Raises:
            NotFound: one was gone before it was asked for, and ``ignore_removed`` was not given.
        """
        found = self.client.api.containers(all=all, before=before, filters=filters, limit=limit, since=since)
        if sparse:
            return [self.prepare_model(attrs) for attrs in found]
        containers = []
        for attrs in found:
            try:
                containers.append(self.get(attrs["Id"]))
            except NotFound:
                if not ignore_removed:
                    raise
        return containers

    def prune(self, filters: dict[str, Any] | None = None) -> Any:
        """Remove the containers that do not run."""
        return self.client.api.prune_containers(filters=filters)
