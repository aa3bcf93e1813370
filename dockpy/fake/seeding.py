"""Putting images into a fake daemon without a client: what `FakeDaemon.images` is."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from dockpy.errors import ImageLoadError, InvalidArgument
from dockpy.fake.failure import Failure
from dockpy.fake.files import Layer
from dockpy.fake.hub.rootfs import RootFS
from dockpy.fake.state.image_lines import Lines
from dockpy.fake.state.image_load import load
from dockpy.fake.state.image_names import parse_name
from dockpy.fake.state.image_pull import pull

if TYPE_CHECKING:
    from dockpy.fake.engine import Engine
    from dockpy.fake.state.image import Image

__all__ = ["Seeds"]

_PIECE = 256 * 1024
_CONFIG = {
    *("User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal"),
    *("Healthcheck", "Shell", "OnBuild"),
}


class Seeds:
    """The images that a fake daemon holds, to put more of them there.

    Args:
        engine: the daemon's state.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __iter__(self) -> Iterator[str]:
        """The names of the images, tags included."""
        with self._engine.lock:
            return iter(
                sorted(tag for image in self._engine.images for tag in self._engine.images.tags_of(image))
            )

    def __contains__(self, reference: object) -> bool:
        with self._engine.lock:
            return isinstance(reference, str) and self._engine.images.find(reference) is not None

    def add(
        self,
        reference: str,
        *,
        program: Callable[..., Any] | None = None,
        tar: bytes | str | os.PathLike[str] | BinaryIO | Iterable[bytes] | None = None,
        dockerfile: str | None = None,
        context: Mapping[str, bytes] | None = None,
        files: Mapping[str, bytes | str] | None = None,
        config: Mapping[str, Any] | None = None,
        base: str = "busybox",
    ) -> str:
        """Put an image into the daemon.

            daemon.images.add("redis:7")                             as the small hub has it
            daemon.images.add("postgres:16", program=serve)          busybox, and your program
            daemon.images.add("shop:1", tar="shop.tar")              what ``docker save`` of an engine wrote
            daemon.images.add("shop:1", dockerfile="FROM alpine …")  built

        Args:
            reference: the image's name; ``latest`` where it has no tag.
            program: what its containers run: a function, as of `FakeDaemon.program`.
            tar: an archive of ``docker save``, of one image or with one of this name: its bytes, a path, an
                open file, or pieces.
            dockerfile: the text of a Dockerfile, which is built now.
            context: the files that it copies, by path.
            files: files to add to it, by absolute path.
            config: what to change in its configuration, by the names of an image's JSON (``Env``, ``Cmd``).
            base: what an image that is made here begins as, where the hub does not have the reference.

        Returns:
            The image's id.

        Raises:
            InvalidArgument: the arguments do not go together.
            ImageLoadError: the archive cannot be read, or the Dockerfile not be built.
        """
        if tar is not None and dockerfile is not None:
            raise InvalidArgument("images.add takes tar= or dockerfile=, not both")
        if context is not None and dockerfile is None:
            raise InvalidArgument("images.add takes context= with dockerfile= only")
        if unknown := sorted(set(config or ()) - _CONFIG):
            known = ", ".join(sorted(_CONFIG))
            raise InvalidArgument(f"An image's config has no {', '.join(unknown)}; it has {known}")
        engine = self._engine
        with engine.lock:
            try:
                name = parse_name(reference, engine.api).with_default()
                if tar is not None:
                    image = self._load(reference, tar)
                elif dockerfile is not None:
                    image = engine.builder.build_now(dockerfile, dict(context or {}), reference)
                else:
                    image = self._known(reference, base, program is not None)
                if program is not None or files or config:
                    image = self._changed(image, name.familiar, program, files or {}, config or {})
                engine.images.name(name, image)
            except Failure as failure:
                raise ImageLoadError(f"{reference} was not added: {failure.message}") from None
            if program is not None:
                engine.programs.register(reference, program)
            return image.id

    def _load(self, reference: str, tar: Any) -> Image:
        images = self._engine.images
        before = {image.id for image in images}
        list(load(images, _pieces(tar), Lines(self._engine.api)))
        found = images.find(reference)
        new = [image for image in images if image.id not in before]
        if found is not None and (found in new or not new):
            return found
        if len(new) != 1:
            raise Failure(400, f"the archive holds {len(new)} new images, and none of this name")
        return new[0]

    def _known(self, reference: str, base: str, made_here: bool) -> Image:
        """The image that the hub has under a name; that of `base` where it has none, or it is made here."""
        images = self._engine.images
        for candidate in (base,) if made_here else (reference, base):
            if (image := images.find(candidate)) is not None:
                return image
            try:
                list(pull(images, candidate, "" if _tagged(candidate) else "latest", Lines(self._engine.api)))
            except Failure:
                if candidate == base:
                    raise
            else:
                return images.resolve(candidate)
        raise AssertionError("unreachable")

    def _changed(
        self,
        image: Image,
        name: str,
        program: object,
        files: Mapping[str, bytes | str],
        config: Mapping[str, Any],
    ) -> Image:
        document = copy.deepcopy(image.config)
        settings = document.setdefault("config", {})
        layers = list(image.layers)
        added = RootFS(0)
        if program is not None and "Entrypoint" not in config and not settings.get("Entrypoint"):
            path = f"/usr/local/bin/{name.rpartition('/')[2].partition(':')[0]}"
            added.program(path.removeprefix("/"), name)
            settings |= {"Entrypoint": [path], "Cmd": None}
        for path, content in files.items():
            if not path.startswith("/"):
                raise InvalidArgument(f"files={path!r}: the paths of an image's files are absolute")
            added.file(path.removeprefix("/"), content)
        settings |= config
        layers.append(Layer.from_tar(added.tar()))
        document.setdefault("history", []).append({"created_by": "dockpy: images.add"})
        document.pop("rootfs", None)
        return self._engine.images.add(document, layers)


def _tagged(reference: str) -> bool:
    return ":" in reference.rpartition("/")[2] or "@" in reference


def _pieces(tar: Any) -> Iterator[bytes]:
    if isinstance(tar, (bytes, bytearray)):
        yield bytes(tar)
    elif isinstance(tar, (str, os.PathLike)):
        with open(tar, "rb") as file:
            yield from iter(lambda: file.read(_PIECE), b"")
    elif hasattr(tar, "read"):
        yield from iter(lambda: tar.read(_PIECE), b"")
    elif isinstance(tar, Iterable):
        yield from tar
    else:
        raise InvalidArgument(f"tar= takes bytes, a path, an open file or pieces, not {type(tar).__name__}")
