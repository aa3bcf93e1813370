"""Images that travel: from and to registries, from and to archives."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

from dockpy.errors import DockpyError, ImageLoadError, InvalidArgument, InvalidResponse, PullError, PushError
from dockpy.ops import images as ops
from dockpy.options.platforms import platform_json, platforms_json
from dockpy.options.values import string_list
from dockpy.reference import ImageReference, is_image_id
from dockpy.resources.archive import Archive, opened
from dockpy.resources.base import Collection
from dockpy.resources.progress import follow

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dockpy.config.credentials import Credentials
    from dockpy.resources.image import Image
    from dockpy.transport.exchange import ByteStream
    from dockpy.wire.progress import CreateImageInfo, LoadImageInfo, PushImageInfo, PushResult

__all__ = ["AuthConfig", "ImageTransfers", "image_reference"]


AuthConfig: TypeAlias = "Credentials | Mapping[str, str]"


class ImageTransfers(Collection):
    """Pull and push, save and load, import."""

    @overload
    def pull(
        self,
        repository: str,
        tag: str | None = None,
        *,
        all_tags: Literal[False] = False,
        platform: str | None = None,
        auth_config: AuthConfig | None = None,
        on_progress: Callable[[CreateImageInfo], object] | None = None,
    ) -> Image: ...

    @overload
    def pull(
        self,
        repository: str,
        tag: str | None = None,
        *,
        all_tags: Literal[True],
        platform: str | None = None,
        auth_config: AuthConfig | None = None,
        on_progress: Callable[[CreateImageInfo], object] | None = None,
    ) -> builtins.list[Image]: ...

    def pull(
        self,
        repository: str,
        tag: str | None = None,
        *,
        all_tags: bool = False,
        platform: str | None = None,
        auth_config: AuthConfig | None = None,
        on_progress: Callable[[CreateImageInfo], object] | None = None,
    ) -> Image | builtins.list[Image]:
        """Fetch an image from its registry.

        Args:
            repository: its name, such as ``alpine``, ``alpine:3.10`` or ``registry:5000/team/app@sha256:…``.
            tag: its tag or digest, in place of the name's; ``latest`` where neither says.
            all_tags: fetch every tag of the repository.
            platform: ``os[/arch[/variant]]``; the daemon's own where none is given.
            auth_config: credentials for this registry, in place of those known.
            on_progress: called with each message of the engine as it comes.

        Returns:
            The image; with ``all_tags``, all of the repository's.

        Raises:
            InvalidReference: the name is none.
            ImageNotFound: the registry does not have it, or wants credentials.
            PullError: it failed on the way.
            ServerError: the engine cannot reach the registry, or has no credentials that it takes.

        Operation: ImageCreate.
        """
        reference = image_reference(repository, tag)
        if all_tags and (tag or reference.digest or repository.endswith(f":{reference.tag}")):
            raise InvalidArgument("all_tags=True fetches every tag: leave the tag and the digest out")
        wanted = platform or self.client.default_platform
        subject = f"image {reference.familiar_name if all_tags else reference.familiar}"
        with _naming(subject):
            stream = self.client.api.objects(
                ops.CREATE,
                query={
                    # Without a tag the engine fetches them all.
                    "fromImage": reference.name if all_tags else reference.canonical,
                    "platform": wanted,
                },
                headers=self._auth(reference, auth_config),
            )
        follow(stream, PullError, subject, on_progress)
        if all_tags:
            return self.client.images.list(reference.familiar_name)
        return self.client.images.get(reference.familiar)

    def push(
        self,
        repository: str,
        tag: str | None = None,
        *,
        platform: str | None = None,
        auth_config: AuthConfig | None = None,
        on_progress: Callable[[PushImageInfo], object] | None = None,
    ) -> PushResult | None:
        """Send an image to the registry that its name says.

        Args:
            repository: its name, such as ``registry:5000/team/app`` or ``registry:5000/team/app:1.0``.
            tag: its tag, in place of the name's; ``latest`` where neither says.
            platform: only this platform of it (API 1.46).
            auth_config: credentials for this registry, in place of those known.
            on_progress: called with each message of the engine as it comes.

        Returns:
            What is in the registry now: tag, digest and size; None where the engine did not say.

        Raises:
            InvalidReference: the name is none.
            PushError: there is no image of that name on the daemon, the registry refused it, or it failed.

        Operation: ImagePush.
        """
        reference = image_reference(repository, tag)
        if reference.digest is not None:  # the engine would push every tag of the repository
            raise InvalidArgument(f"{repository!r} has a digest: an image is pushed by a name and a tag")
        with self.client.api.objects(
            ops.PUSH,
            {"name": reference.name},
            {"tag": reference.tag, "platform": platform_json(platform)},
            headers=self._auth(reference, auth_config),
        ) as stream:
            messages = follow(stream, PushError, f"image {reference.familiar}", on_progress)
        return next((message.aux for message in messages if message.get("aux")), None)

    def save(self, names: str | Sequence[str], *, platform: str | Sequence[str] | None = None) -> ByteStream:
        """Images as one tar (``docker save``), streamed: iterate, or ``read()``; close it where you leave it.

        Args:
            names: names or ids.
            platform: only this platform of them (API 1.48), or these (API 1.52).

        Raises:
            ImageNotFound: one is not there.

        Operation: ImageGetAll.
        """
        wanted = string_list("names", names)
        if not wanted:
            raise InvalidArgument("names is empty: it takes the names or ids of images")
        query = {"names": wanted, "platform": platforms_json("platform", platform)}
        with _naming(f"image {', '.join(wanted)}"):
            return self.client.api.stream(ops.GET_ALL, query=query)

    def load(
        self,
        data: Archive,
        *,
        platform: str | Sequence[str] | None = None,
        on_progress: Callable[[LoadImageInfo], object] | None = None,
    ) -> builtins.list[Image]:
        """Load images from a tar of ``docker save``, sent as it is read.

        Args:
            data: the tar: bytes, an open file, pieces, or a path.
            platform: only this platform of them (API 1.48), or these (API 1.52).
            on_progress: called with each message of the engine as it comes.

        Returns:
            The images that were loaded.

        Raises:
            ImageLoadError: it is no such tar, or loading failed.

        Operation: ImageLoad.
        """
        with (
            opened(data) as body,
            self.client.api.objects(
                ops.LOAD,
                query={
                    "quiet": on_progress is None or None,
                    "platform": platforms_json("platform", platform),
                },
                body=body,
            ) as stream,
        ):
            messages = follow(stream, ImageLoadError, "image archive", on_progress)
        return [self.client.images.get(name) for name in _loaded(messages)]

    def import_image(
        self,
        src: Archive,
        repository: str | None = None,
        tag: str | None = None,
        *,
        changes: str | Sequence[str] | None = None,
        message: str | None = None,
        platform: str | None = None,
        on_progress: Callable[[CreateImageInfo], object] | None = None,
    ) -> Image:
        """Make an image of one layer from a tar of files (``docker import``).

        Args:
            src: the tar: bytes, an open file, pieces or a path; or the ``http(s)://`` URL of one, which the
                daemon fetches.
            repository: its name.
            tag: its tag.
            changes: Dockerfile instructions to apply, such as ``CMD ["sh"]``.
            message: a comment for its history.
            platform: ``os[/arch[/variant]]`` of its files.
            on_progress: called with each message of the engine as it comes.

        Raises:
            ImageLoadError: it is no tar, or importing failed.

        Operation: ImageCreate.
        """
        target = image_reference(repository, tag) if repository else None
        if (tag and not target) or (target and target.digest):
            raise InvalidArgument(
                f"repository={repository!r}, tag={tag!r}: an import has a name and a tag, or neither"
            )
        remote = isinstance(src, str) and src.startswith(("http://", "https://"))
        query = {
            "fromSrc": src if remote else "-",
            "repo": target.name if target else None,
            "tag": target.tag if target else None,
            "changes": string_list("changes", changes) if changes is not None else None,
            "message": message,
            "platform": platform,
        }
        with (
            opened(b"" if remote else src) as body,
            self.client.api.objects(ops.CREATE, query=query, body=body) as stream,
        ):
            messages = follow(stream, ImageLoadError, "image import", on_progress)
        ids = [status for item in messages if is_image_id(status := str(item.get("status") or ""))]
        if not ids:
            raise InvalidResponse(
                "The engine did not name the image that it imported", daemon=self.client.daemon
            )
        return self.client.images.get(ids[-1])

    def _auth(self, reference: ImageReference, auth_config: AuthConfig | None) -> dict[str, str]:
        return {"X-Registry-Auth": self.client.registry_auth(reference.registry, auth_config)}


def image_reference(repository: str, tag: str | None) -> ImageReference:
    """A name and a tag or digest that counts in place of the name's own."""
    reference = ImageReference.parse(repository)
    if tag is None:
        return reference
    return reference.with_digest(tag) if ":" in tag else reference.with_tag(tag)


@contextlib.contextmanager
def _naming(subject: str) -> Iterator[None]:
    """Errors say which images it was about, which no path says."""
    try:
        yield
    except DockpyError as error:
        error.at(subject=subject)
        raise


def _loaded(messages: Iterable[Any]) -> Iterator[str]:
    """The names and ids in a load's messages: ``Loaded image: a:1``, ``Loaded image ID: sha256:…``."""
    for message in messages:
        for line in str(message.get("stream") or "").splitlines():
            kind, found, name = line.partition(": ")
            if found and kind in ("Loaded image", "Loaded image ID"):
                yield name.strip()
