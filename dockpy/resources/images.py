"""The images of a daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockpy.errors import InvalidArgument
from dockpy.ops import distribution
from dockpy.ops import images as ops
from dockpy.options.platforms import platform_json, platforms_json
from dockpy.resources.base import require, summaries
from dockpy.resources.build import ImageBuilds
from dockpy.resources.image import Image
from dockpy.resources.image_transfers import AuthConfig, ImageTransfers, image_reference

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping, Sequence

    from dockpy.resources.registry_data import RegistryData
    from dockpy.wire.build import BuildPruneResponse
    from dockpy.wire.images import (
        AttestationStatement,
        ImageDeleteResponseItem,
        ImageHistoryResponseItem,
        ImagePruneResponse,
        ImageSearchResponseItem,
    )

__all__ = ["AuthConfig", "ImageCollection"]


class ImageCollection(ImageTransfers, ImageBuilds):
    """The images of a daemon: ``client.images``."""

    def known(self, image_id: str) -> Image:
        """The image of an id, without asking the engine; what else is read of it is loaded then."""
        return Image(self.client, image_id)

    def get(self, name: str, *, platform: str | None = None, manifests: bool | None = None) -> Image:
        """The image of a name or id.

        Args:
            name: its name or id.
            platform: of this platform of it (API 1.49).
            manifests: with all the manifests that it is made of (API 1.48); not with ``platform``.

        Raises:
            ImageNotFound: it is not on the daemon (`pull` fetches it).

        Operation: ImageInspect.
        """
        if platform is not None and manifests:
            raise InvalidArgument("platform= asks for one of the manifests, manifests=True for all: give one")
        query = {"platform": platform_json(platform), "manifests": manifests}
        attrs = self.client.api.call(ops.INSPECT, {"name": name}, query)
        return Image(self.client, require(self.client, attrs, "Id", "image"), attrs=attrs)

    def list(
        self,
        name: str | None = None,
        *,
        all: bool = False,
        filters: Mapping[str, Any] | None = None,
        digests: bool | None = None,
        shared_size: bool | None = None,
        manifests: bool | None = None,
        identity: bool | None = None,
    ) -> builtins.list[Image]:
        """The images, in one request.

        Args:
            name: only those of this repository, or reference; ``*`` matches.
            all: intermediate ones of builds too.
            filters: ``before``, ``dangling``, ``label``, ``reference``, ``since``, ``until``.
            digests: with their names by digest, which most engines give anyway.
            shared_size: with the bytes that each shares with others (API 1.42).
            manifests: with the manifests that each is made of (API 1.47).
            identity: with who vouches for each (API 1.54); with ``manifests`` only.

        Operation: ImageList.
        """
        wanted = dict(filters or {})
        if name is not None:
            wanted["reference"] = name
        query = {
            "all": all or None,
            "filters": wanted or None,
            "digests": digests,
            "shared-size": shared_size,
            "manifests": manifests,
            "identity": identity,
        }
        found = summaries(self.client, ops.LIST, query, "image")
        return [Image(self.client, id, summary=entry) for id, entry in found]

    def get_registry_data(self, name: str, *, auth_config: AuthConfig | None = None) -> RegistryData:
        """What the registry says of an image, without pulling it: its digest and its platforms.

        Args:
            name: its name, such as ``alpine:3.10`` or ``registry:5000/team/app``.
            auth_config: credentials for this registry, in place of those known.

        Raises:
            InvalidReference: the name is none.
            ApiError: the registry does not have it, or wants credentials; engines say so with 401, 403, 404
                or 500.

        Operation: DistributionInspect.
        """
        from dockpy.resources.registry_data import RegistryData

        reference = image_reference(name, None)
        attrs = self.client.api.call(
            distribution.INSPECT,
            {"name": reference.canonical},
            headers=self._auth(reference, auth_config),
        )
        return RegistryData(self.client, reference.familiar, attrs)

    def attestations(
        self,
        name: str,
        *,
        platform: str | None = None,
        types: str | Sequence[str] | None = None,
        statement: bool | None = None,
    ) -> builtins.list[AttestationStatement]:
        """What is attested of an image: how it was built, what it holds (API 1.55).

        Args:
            name: its name or id.
            platform: of this platform of it.
            types: only statements of these predicate types.
            statement: with the statements themselves.

        Raises:
            ImageNotFound: it is not there.
            VersionMismatch: the engine is too old.

        Operation: ImageAttestations.
        """
        query = {"platform": platforms_json("platform", platform), "type": types, "statement": statement}
        return self.client.api.call(ops.ATTESTATIONS, {"name": name}, query)

    def tag(self, name: str, repository: str, tag: str | None = None) -> None:
        """Give an image a further name.

        Args:
            name: the image's name or id.
            repository: the further name, with or without a tag.
            tag: its tag, in place of the name's; ``latest`` where neither says.

        Raises:
            InvalidReference: the further name is none.
            ImageNotFound: the image is not there.

        Operation: ImageTag.
        """
        target = image_reference(repository, tag)
        if target.digest is not None:
            raise InvalidArgument(f"{repository!r} has a digest: an image is tagged with a name and a tag")
        self.client.api.call(ops.TAG, {"name": name}, {"repo": target.name, "tag": target.tag})

    def remove(
        self,
        name: str,
        *,
        force: bool = False,
        noprune: bool = False,
        platforms: str | Sequence[str] | None = None,
    ) -> builtins.list[ImageDeleteResponseItem]:
        """Remove an image, or one name of it where it has more.

        Args:
            name: its name or id.
            force: also where a stopped container uses it, or its id is given and it has several names.
            noprune: keep its untagged parents.
            platforms: only these platforms of it (API 1.50).

        Returns:
            What was untagged and deleted.

        Raises:
            ImageNotFound: it is not there.
            Conflict: a container uses it.

        Operation: ImageDelete.
        """
        query = {
            "force": force or None,
            "noprune": noprune or None,
            "platforms": platforms_json("platforms", platforms),
        }
        return self.client.api.call(ops.DELETE, {"name": name}, query)

    def history(self, name: str, *, platform: str | None = None) -> builtins.list[ImageHistoryResponseItem]:
        """Which instruction made which layer of an image, newest first.

        Args:
            name: its name or id.
            platform: of this platform of it (API 1.48).

        Raises:
            ImageNotFound: it is not there.

        Operation: ImageHistory.
        """
        return self.client.api.call(ops.HISTORY, {"name": name}, {"platform": platform_json(platform)})

    def search(
        self, term: str, *, limit: int | None = None, filters: Mapping[str, Any] | None = None
    ) -> builtins.list[ImageSearchResponseItem]:
        """Search Docker Hub, or the registry that the term begins with.

        Args:
            term: what to search for.
            limit: how many results, 1 to 100; the engine gives 25 where none is given.
            filters: ``is-official``, ``stars``.

        Operation: ImageSearch.
        """
        return self.client.api.call(ops.SEARCH, query={"term": term, "limit": limit, "filters": filters})

    def prune(self, *, filters: Mapping[str, Any] | None = None) -> ImagePruneResponse:
        """Remove images without a name that no container uses.

        Args:
            filters: ``dangling`` (False: named ones that no container uses too), ``label``, ``until``.

        Operation: ImagePrune.
        """
        return self.client.api.call(ops.PRUNE, query={"filters": filters})

    def prune_builds(
        self, *, all: bool | None = None, filters: Mapping[str, Any] | None = None
    ) -> BuildPruneResponse:
        """Remove what the builder keeps: docker-py's name for `Builder.prune`.

        Args:
            all: what is used by images too.
            filters: as of `Builder.prune`.

        Operation: BuildPrune.
        """
        return self.client.builder.prune(all=all, filters=filters)
