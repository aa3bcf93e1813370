"""The containers of a daemon."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

from dockpy.errors import ImageNotFound, InvalidArgument, NotFound, VersionMismatch
from dockpy.ops import containers as ops
from dockpy.options.containers import CreateOptions, create_request
from dockpy.options.fitting import for_version
from dockpy.reference import is_image_id
from dockpy.resources.base import Collection, given, require, summaries
from dockpy.resources.container import Container
from dockpy.resources.feed import input_pieces
from dockpy.resources.run import RunStream, discard, run_attached
from dockpy.resources.surroundings import IdFile, surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from typing_extensions import Unpack

    from dockpy.resources.feed import Input
    from dockpy.resources.image import Image
    from dockpy.resources.output import RunOutput
    from dockpy.wire.containers import (
        ContainerCreateRequest,
        ContainerCreateResponse,
        ContainerPruneResponse,
    )

    Time: TypeAlias = datetime | timedelta | float | str

__all__ = ["ContainerCollection"]

logger: logging.Logger = logging.getLogger("dockpy")


class ContainerCollection(Collection):
    """The containers of a daemon: ``client.containers``."""

    def known(self, container_id: str) -> Container:
        """The container of an id, without asking the engine; what else is read of it is loaded then."""
        return Container(self.client, container_id)

    def get(self, container_id: str) -> Container:
        """The container of a name or id.

        Raises:
            NotFound: there is none.

        Operation: ContainerInspect.
        """
        attrs = self.client.api.call(ops.INSPECT, {"id": container_id})
        return Container(self.client, require(self.client, attrs, "Id", "container"), attrs=attrs)

    def list(
        self,
        all: bool = False,
        *,
        before: str | None = None,
        since: str | None = None,
        limit: int | None = None,
        filters: Mapping[str, Any] | None = None,
        full: bool = False,
    ) -> list[Container]:
        """The containers, in one request.

        Args:
            all: those that do not run too.
            before: only those made before this container.
            since: only those made after this container.
            limit: how many, the newest.
            filters: ``ancestor``, ``exited``, ``expose``, ``health``, ``id``, ``is-task``, ``label``,
                ``name``, ``network``, ``publish``, ``status``, ``volume``.
            full: load everything of each, several at a time; those that vanish meanwhile are left out.

        Operation: ContainerList.
        """
        wanted = {**(filters or {}), **given(before=before, since=since)}
        query = {"all": all or None, "limit": limit, "filters": wanted or None}
        found = [
            Container(self.client, id, summary=entry)
            for id, entry in summaries(self.client, ops.LIST, query, "container")
        ]
        return _loaded(found) if full else found

    def create(
        self, image: str | Image, command: str | Sequence[str] | None = None, **options: Unpack[CreateOptions]
    ) -> Container:
        """Create a container, without starting it.

        Args:
            image: the image, its name or id. It has to be on the daemon, unless ``pull`` says otherwise.
            command: what to run in it; a str is split as a shell would. None for the image's own.
            **options: see `CreateOptions`.

        Raises:
            TypeError: there is no such option; the message suggests one.
            InvalidArgument: a value is none of the accepted forms.
            ImageNotFound: the image is not there.
            Conflict: the name is taken.

        Operation: ContainerCreate.
        """
        return self._create("create", image, command, options, "never")

    def _create(
        self,
        function: str,
        image: str | Image,
        command: str | Sequence[str] | None,
        options: Mapping[str, Any],
        pull: str,
    ) -> Container:
        """Create a container; its image is pulled ``always``, where it is ``missing``, or ``never``."""
        proxies = {} if options.get("use_config_proxy") is False else self.client.proxy_variables
        body, query = create_request(function, _image_id(image), command, options, proxies, surroundings())
        if self.client.default_platform:
            query.setdefault("platform", self.client.default_platform)
        try:
            for_version(body, self.client.api.version())
        except VersionMismatch as error:
            raise error.at(operation=ops.CREATE.id, daemon=self.client.daemon) from None
        id_path = body.host_config.container_id_file if body.host_config else None
        with IdFile(id_path) if id_path else nullcontext() as id_file:
            answer = self._sent(image, body, query, options.get("pull") or pull)
            container = Container(self.client, require(self.client, answer, "Id", "container"))
            if id_file:
                id_file.write(container.id)
        for warning in answer.get("Warnings") or []:  # such as: an option that the host's kernel has not
            logger.warning("container %s on %s: %s", container.short_id, self.client.daemon, warning)
        return container

    def _sent(
        self, image: str | Image, body: ContainerCreateRequest, query: Mapping[str, str], pull: str
    ) -> ContainerCreateResponse:
        name = image if isinstance(image, str) and not is_image_id(image) else None
        if pull == "always":
            if not name:
                raise InvalidArgument("pull='always': an image's id says nothing of where to pull from")
            self.client.images.pull(name, platform=query.get("platform"))
        try:
            return self.client.api.call(ops.CREATE, query=query, body=body)
        except ImageNotFound:
            if not name or pull != "missing":
                raise
        self.client.images.pull(name, platform=query.get("platform"))
        return self.client.api.call(ops.CREATE, query=query, body=body)

    @overload
    def run(
        self,
        image: str | Image,
        command: str | Sequence[str] | None = None,
        *,
        stdout: bool = True,
        stderr: bool = False,
        stream: Literal[False] = False,
        detach: Literal[False] = False,
        remove: bool = False,
        input: Input | None = None,
        **options: Unpack[CreateOptions],
    ) -> RunOutput: ...

    @overload
    def run(
        self,
        image: str | Image,
        command: str | Sequence[str] | None = None,
        *,
        stdout: bool = True,
        stderr: bool = False,
        stream: Literal[True],
        detach: Literal[False] = False,
        remove: bool = False,
        input: Input | None = None,
        **options: Unpack[CreateOptions],
    ) -> RunStream: ...

    @overload
    def run(
        self,
        image: str | Image,
        command: str | Sequence[str] | None = None,
        *,
        stdout: bool = True,
        stderr: bool = False,
        detach: Literal[True],
        remove: bool = False,
        **options: Unpack[CreateOptions],
    ) -> Container: ...

    def run(
        self,
        image: str | Image,
        command: str | Sequence[str] | None = None,
        *,
        stdout: bool = True,
        stderr: bool = False,
        stream: bool = False,
        detach: bool = False,
        remove: bool = False,
        input: Input | None = None,
        **options: Unpack[CreateOptions],
    ) -> RunOutput | RunStream | Container:
        """Run a command in a new container; the image is pulled where it is missing, unless told otherwise.

        Args:
            image: the image, its name or id.
            command: what to run; a str is split as a shell would. None for the image's own.
            stdout: standard output belongs to the result.
            stderr: standard error belongs to the result.
            stream: what it writes as it comes, in place of all at once.
            detach: do not wait: give back the running container.
            remove: remove the container when it has exited.
            input: what it reads: bytes, a file open for reading bytes, or an iterable of bytes.
            **options: see `CreateOptions`.

        Returns:
            What it wrote, a `RunOutput`: bytes with ``.stdout``, ``.stderr`` and ``.exit_status``. With
            ``stream``, a `RunStream`, an iterator of bytes; with ``detach``, the `Container`.

        Raises:
            TypeError: there is no such option; the message suggests one.
            InvalidArgument: a value is none of the accepted forms.
            ContainerError: the command ended with another status than 0.
            PullError: the image could not be pulled.

        Operation: ContainerCreate, ContainerAttach, ContainerWait, ContainerStart.
        """
        if detach and (stream or input is not None):
            raise InvalidArgument(f"detach=True does not go with {'stream=True' if stream else 'input='}")
        pieces = None if input is None else input_pieces(input)
        if remove:
            options = {**options, "auto_remove": True}
        if pieces is not None:
            options = {"stdin_once": True, **options, "stdin_open": True}
        container = self._create("run", image, command, options, "missing")
        if not detach:
            return (RunStream.begin if stream else run_attached)(
                container,
                image=_image_id(image),
                command=command,
                stdout=stdout,
                stderr=stderr,
                tty=bool(options.get("tty")),
                removed=bool(options.get("auto_remove")),
                input=pieces,
            )
        try:
            container.start()
        except BaseException:
            if options.get("auto_remove"):
                discard(container)
            raise
        return container

    def remove(self, container_id: str, *, v: bool = False, force: bool = False) -> None:
        """Remove the container of a name or id; see `Container.remove`."""
        Container(self.client, container_id).remove(v=v, force=force)

    def prune(self, *, filters: Mapping[str, Any] | None = None) -> ContainerPruneResponse:
        """Remove the containers that do not run.

        Args:
            filters: ``label``, ``until``.

        Operation: ContainerPrune.
        """
        return self.client.api.call(ops.PRUNE, query={"filters": filters})


def _loaded(containers: list[Container]) -> list[Container]:
    """Those containers that are still there, each with its full inspect."""

    def load(container: Container) -> bool:
        try:
            container.reload()
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(max_workers=8) as pool:
        return [
            container
            for container, there in zip(containers, pool.map(load, containers), strict=True)
            if there
        ]


def _image_id(image: str | Image) -> str:
    """The image as the engine takes it: its name or id; anything else is refused with the other options."""
    if isinstance(image, str) or not hasattr(image, "id"):
        return image  # type: ignore[return-value]  # whoever checks the options shows it
    return image.id
