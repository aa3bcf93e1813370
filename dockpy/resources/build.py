"""Building an image from a Dockerfile and its context."""

from __future__ import annotations

import base64
import json
import logging
import time
from typing import TYPE_CHECKING, Any

from dockpy.build.classic import ClassicProgress
from dockpy.build.dockerfile import parse_dockerfile
from dockpy.build.source import read_source
from dockpy.errors import BuildError, ConfigError, InvalidArgument, InvalidReference, InvalidResponse
from dockpy.ops import images as ops
from dockpy.options.build import build_request
from dockpy.reference import ImageReference, is_image_id
from dockpy.resources.base import Collection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Unpack

    from dockpy.build.classic import BuildStep
    from dockpy.build.source import Source
    from dockpy.options.build import BuildOptions, BuildRequest
    from dockpy.resources.image import Image
    from dockpy.transport.answers import JsonStream
    from dockpy.wire.progress import BuildInfo

__all__ = ["BuildResult", "ImageBuilds"]

logger: logging.Logger = logging.getLogger("dockpy")


class BuildResult(tuple["Image", "list[BuildInfo]"]):
    """What a build made: the image and the log, as a pair.

    Attributes:
        steps: what was done, one step for each instruction.
    """

    steps: list[BuildStep]

    def __new__(cls, image: Image, log: list[BuildInfo], steps: list[BuildStep]) -> BuildResult:
        """The pair, with the steps beside it."""
        result = super().__new__(cls, (image, log))
        result.steps = steps
        return result

    @property
    def image(self) -> Image:
        """The image that was built."""
        return self[0]

    @property
    def log(self) -> list[BuildInfo]:
        """The engine's messages, but for the progress of pulls."""
        return self[1]

    def __repr__(self) -> str:
        return f"<BuildResult: {self.image!r}, {len(self.steps)} steps>"


class ImageBuilds(Collection):
    """Build images."""

    def build(
        self, *, on_progress: Callable[[BuildInfo], object] | None = None, **options: Unpack[BuildOptions]
    ) -> BuildResult:
        """Build an image (``docker build``).

        Give ``path=`` for a folder, whose ``.dockerignore`` counts; ``dockerfile=`` for a Dockerfile's path
        or its text; ``tag=`` for the image's name. What is sent is read as it is sent.

        Args:
            on_progress: called with each message of the engine as it comes.
            options: see `BuildOptions`.

        Returns:
            The image and the log; `steps` tells what was done.

        Raises:
            TypeError: there is no such keyword.
            InvalidArgument: a value is none of the accepted forms, or the Dockerfile needs BuildKit; nothing
                was sent.
            ArchiveError: a file of the context cannot be read.
            BadParameter: the Dockerfile has a syntax error.
            BuildError: a step failed; its text ends with the last lines that the step wrote.

        Operation: ImageBuild.
        """
        given: dict[str, Any] = dict(options)
        if given.get("platform") is None:
            given["platform"] = self.client.default_platform
        request = build_request("build", given, self.client.proxy_variables)
        source = read_source(request.source)
        images = self._images_of(source, request)
        query = {name: value for name, value in source.query.items() if value is not None}
        with self.client.api.objects(
            ops.BUILD,
            query={**query, **request.query},
            body=source.body() if source.body is not None else None,
            headers=self._registry_config(images),
        ) as stream:
            progress = _follow(stream, on_progress)
        return BuildResult(self._built(progress.image_id), progress.log, progress.steps)

    def _images_of(self, source: Source, request: BuildRequest) -> list[str]:
        """The images that it is built from.

        Raises:
            InvalidArgument: the classic builder would not build what the Dockerfile says.
        """
        if source.dockerfile is None:
            return []
        dockerfile = parse_dockerfile(source.dockerfile)
        for need in dockerfile.needs(request.arguments):
            raise InvalidArgument(
                f"The Dockerfile's line {need.line}, {need.text!r}: {need.reason} needs BuildKit, which "
                "dockpy does not speak to yet; the classic builder would fail at it or ignore it",
                operation=ops.BUILD.id,
                daemon=self.client.daemon,
            )
        return dockerfile.images(request.arguments)

    def _registry_config(self, images: Iterable[str]) -> dict[str, str]:
        """Credentials for the registries that the build pulls from, and no others."""
        found: dict[str, Any] = {}
        for registry in dict.fromkeys(map(_registry_of, images)):
            try:
                coded = self.client.registry_auth(registry) if registry else ""
            except ConfigError as error:  # the image may be here already, or open to all
                logger.warning("no credentials for %s in a build: %s", registry, error)
                continue
            if credentials := json.loads(base64.urlsafe_b64decode(coded) or b"{}"):
                found[credentials.get("serveraddress") or registry] = credentials
        coded = base64.urlsafe_b64encode(json.dumps(found).encode()).decode()
        return {"X-Registry-Config": coded} if found else {}

    def _built(self, image_id: str | None) -> Image:
        if image_id is None:
            raise InvalidResponse(
                "The build ended without an image", operation=ops.BUILD.id, daemon=self.client.daemon
            )
        images = self.client.images
        return images.known(image_id) if image_id.startswith("sha256:") else images.get(image_id)


def _follow(
    stream: JsonStream[BuildInfo], on_progress: Callable[[BuildInfo], object] | None
) -> ClassicProgress[BuildInfo]:
    progress: ClassicProgress[BuildInfo] = ClassicProgress()
    with stream:
        for message in stream:
            try:
                progress.feed(message, time.monotonic())
            except BuildError as error:
                raise stream.at(error) from None
            if on_progress is not None:
                on_progress(message)
    progress.finish(time.monotonic())
    return progress


def _registry_of(image: str) -> str:
    try:
        return "" if is_image_id(image) else ImageReference.parse(image).registry
    except InvalidReference:  # the engine says so, by the Dockerfile's line
        return ""
