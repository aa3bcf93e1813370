"""Images."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dockpy.compat import auth, errors
from dockpy.compat.api.base import filters_param
from dockpy.compat.api.streams import StreamClient
from dockpy.compat.constants import DEFAULT_DATA_CHUNK_SIZE
from dockpy.compat.utils.decorators import check_resource, minimum_version
from dockpy.compat.utils.utils import convert_filters, parse_repository_tag, version_lt
from dockpy.ops import distribution, images

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.ops.operation import Operation

__all__ = ["ImageApiMixin", "is_file"]

_TAR = {"Content-Type": "application/tar"}


class ImageApiMixin(StreamClient):
    """docker-py's low-level methods on images."""

    def _auth_headers(self, name: str, auth_config: Any = None) -> dict[str, Any]:
        """The header with the credentials for a repository's registry, where there are any."""
        registry, _ = auth.resolve_repository_name(name)
        header = (
            auth.get_config_header(self, registry) if auth_config is None else auth.encode_header(auth_config)
        )
        return {"X-Registry-Auth": header} if header else {}

    @check_resource("image")
    def get_image(self, image: Any, chunk_size: int | None = DEFAULT_DATA_CHUNK_SIZE) -> Iterator[bytes]:
        """It as a tar, as ``docker save`` writes it."""
        return self._stream_raw_result(self._send(images.GET, image, stream=True), chunk_size, False)

    @check_resource("image")
    def history(self, image: Any) -> Any:
        """The steps that made it."""
        return self._json(images.HISTORY, image)

    def images(
        self, name: str | None = None, quiet: bool = False, all: bool = False, filters: Any = None
    ) -> Any:
        """Those there are; with `quiet`, their ids."""
        params = {"only_ids": int(bool(quiet)), "all": int(bool(all))}
        if name and version_lt(self._version, "1.25"):
            params["filter"] = name  # type: ignore[assignment]
        elif name:
            filters = {**(filters or {}), "reference": name}
        found = self._json(images.LIST, params={**params, **filters_param(filters)})
        return [one["Id"] for one in found] if quiet else found

    def import_image(
        self,
        src: Any = None,
        repository: str | None = None,
        tag: str | None = None,
        image: str | None = None,
        changes: Any = None,
        stream_src: bool = False,
    ) -> str:
        """Make an image of a tar: of a file's path, a URL, an open file, or another image."""
        if not (src or image):
            raise errors.DockerException("Must specify src or image to import from")
        text = src if isinstance(src, str) else None
        params = _import_params(repository, tag, image=image, src=text, changes=changes)
        if image or params.get("fromSrc") != "-":
            return str(self._result(self._send(images.CREATE, params=params)))
        if text is not None:
            with open(text, "rb") as file:
                return self._import(file, params)
        return self._import(src, params, timeout=self.timeout)

    def _import(self, data: Any, params: Any, timeout: float | None = None) -> str:
        response = self._send(images.CREATE, data=data, params=params, headers=_TAR, timeout=timeout)
        return str(self._result(response))

    def import_image_from_data(
        self, data: Any, repository: str | None = None, tag: str | None = None, changes: Any = None
    ) -> str:
        """Make an image of a tar's bytes."""
        return self._import(data, _import_params(repository, tag, src="-", changes=changes))

    def import_image_from_file(
        self, filename: str, repository: str | None = None, tag: str | None = None, changes: Any = None
    ) -> str:
        """Make an image of a tar's file."""
        return self.import_image(src=filename, repository=repository, tag=tag, changes=changes)

    def import_image_from_stream(
        self, stream: Any, repository: str | None = None, tag: str | None = None, changes: Any = None
    ) -> str:
        """Make an image of a tar that is read as it is sent."""
        return self.import_image(src=stream, stream_src=True, repository=repository, tag=tag, changes=changes)

    def import_image_from_url(
        self, url: str, repository: str | None = None, tag: str | None = None, changes: Any = None
    ) -> str:
        """Make an image of a tar that the engine fetches."""
        return self.import_image(src=url, repository=repository, tag=tag, changes=changes)

    def import_image_from_image(
        self, image: str, repository: str | None = None, tag: str | None = None, changes: Any = None
    ) -> str:
        """Make an image of another one."""
        return self.import_image(image=image, repository=repository, tag=tag, changes=changes)

    @check_resource("image")
    def inspect_image(self, image: Any) -> Any:
        """All that is known of it."""
        return self._json(images.INSPECT, image)

    @minimum_version("1.30")
    @check_resource("image")
    def inspect_distribution(self, image: Any, auth_config: Any = None) -> Any:
        """What its registry knows of it."""
        return self._json(distribution.INSPECT, image, headers=self._auth_headers(image, auth_config))

    def load_image(self, data: Any, quiet: bool | None = None) -> Any:
        """Load the images of a tar, as ``docker save`` writes it."""
        params = {}
        if quiet is not None:
            params["quiet"] = quiet
        response = self._send(images.LOAD, data=data, params=params, stream=True)
        return self._stream_helper(response, decode=True)

    @minimum_version("1.25")
    def prune_images(self, filters: Any = None) -> Any:
        """Remove those that nobody uses."""
        params = {} if filters is None else {"filters": convert_filters(filters)}
        return self._json(images.PRUNE, params=params)

    def pull(
        self,
        repository: str,
        tag: str | None = None,
        stream: bool = False,
        auth_config: Any = None,
        decode: bool = False,
        platform: str | None = None,
        all_tags: bool = False,
    ) -> Any:
        """Have the engine fetch an image: what it says, as text or as it comes.

        That it failed stands in there alone.
        """
        repository, in_name = parse_repository_tag(repository)
        chosen = None if all_tags else tag or in_name or "latest"
        params = {"tag": chosen, "fromImage": repository}
        headers = self._auth_headers(repository, auth_config)
        if platform is not None:
            self._needs("1.32", "platform")
            params["platform"] = platform
        return self._progress(images.CREATE, stream, decode, params=params, headers=headers, timeout=None)

    def push(
        self,
        repository: str,
        tag: str | None = None,
        stream: bool = False,
        auth_config: Any = None,
        decode: bool = False,
    ) -> Any:
        """Have the engine send an image to its registry: what it says, as text or as it comes.

        That it failed stands in there alone.
        """
        if not tag:
            repository, tag = parse_repository_tag(repository)
        headers = self._auth_headers(repository, auth_config)
        return self._progress(
            images.PUSH, stream, decode, repository, params={"tag": tag}, headers=headers, body=None
        )

    def _progress(
        self, operation: Operation[Any], stream: bool, decode: bool, *parts: str, **kwargs: Any
    ) -> Any:
        response = self._call(operation, *parts, stream=stream, **kwargs)
        return self._stream_helper(response, decode=decode) if stream else self._result(response)

    @check_resource("image")
    def remove_image(self, image: Any, force: bool = False, noprune: bool = False) -> Any:
        """Remove it, or its tag."""
        return self._json(images.DELETE, image, params={"force": force, "noprune": noprune})

    def search(self, term: str, limit: int | None = None) -> Any:
        """Search Docker Hub."""
        return self._json(images.SEARCH, params={"term": term, "limit": limit})

    @check_resource("image")
    def tag(self, image: Any, repository: str, tag: str | None = None, force: bool = False) -> bool:
        """Give it a name."""
        params = {"tag": tag, "repo": repository, "force": int(bool(force))}
        return self._call(images.TAG, image, params=params).status_code == 201


def is_file(src: Any) -> bool:
    """Whether it is the path of a file."""
    return isinstance(src, str) and os.path.isfile(src)


def _import_params(
    repository: str | None,
    tag: str | None,
    image: str | None = None,
    src: str | None = None,
    changes: Any = None,
) -> dict[str, Any]:
    params: dict[str, Any] = {"repo": repository, "tag": tag, "changes": changes or None}
    if image:
        return {**params, "fromImage": image}
    return {**params, "fromSrc": src if src and not is_file(src) else "-"}
