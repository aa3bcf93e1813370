"""A registry, by its own API: no daemon takes part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, overload

from dockpy.closing import Closing
from dockpy.config.credentials import Credentials
from dockpy.errors import InvalidArgument, InvalidResponse
from dockpy.reference import DEFAULT_REGISTRY
from dockpy.registry.identity import Identity, explicit_credentials
from dockpy.registry.listing import list_names
from dockpy.registry.references import read_reference, read_repository
from dockpy.registry.repository import Repository
from dockpy.registry.scope import CATALOG, NOTHING

if TYPE_CHECKING:
    from dockpy.config.tls import TLS
    from dockpy.reference import ImageReference
    from dockpy.registry.archive.image_archive import ImageArchive
    from dockpy.registry.archive.source import TarSource
    from dockpy.registry.image import RegistryImage
    from dockpy.registry.limits import RateLimit
    from dockpy.registry.manifest import Manifest
    from dockpy.registry.progress import Progress
    from dockpy.registry.session import RegistrySession
    from dockpy.transport.message import TimeoutSetting

__all__ = ["Registry"]


class Registry(Closing):
    """A registry of images.

    Making one opens no connection, and threads may share it. Closing it gives its connections back.

    Args:
        host: the registry, such as ``ghcr.io`` or ``127.0.0.1:5050``; ``https://`` may stand in front, and
            ``http://`` where plain HTTP may be.
        username: who we are; None for what docker knows of this registry: its credential helpers, its
            config.json. That is looked up once, when the registry asks.
        password: the user's password, or a token that the registry takes in its place.
        identity_token: a token that the registry's token server takes in place of a password.
        insecure: True lets plain HTTP and certificates that cannot be verified pass; None plain HTTP to this
            machine; False neither.
        tls: certificates; None for those of ``certs.d`` and the system.
        timeout: seconds to wait for a connection, and for bytes of an answer; a pair of them; None for no
            limit.

    Raises:
        InvalidArgument: the host is none, or a user comes without a password or a password without a user.
    """

    def __init__(
        self,
        host: str = DEFAULT_REGISTRY,
        *,
        username: str | None = None,
        password: str | None = None,
        identity_token: str | None = None,
        insecure: bool | None = None,
        tls: TLS | None = None,
        timeout: TimeoutSetting = 60,
    ) -> None:
        from dockpy.registry.session import RegistrySession

        identity = Identity(host, explicit_credentials(host, username, password, identity_token))
        options: dict[str, Any] = {"insecure": insecure, "tls": tls, "timeout": timeout}
        self._setup(RegistrySession(host, credentials=identity, **options), identity)
        self._arguments: dict[str, Any] | None = {"host": host, **options}

    @classmethod
    def _of_session(cls, session: RegistrySession, identity: Identity | None = None) -> Self:
        """A registry that is reached in some other way; it cannot be pickled.

        Args:
            session: how its requests go.
            identity: who we are, where the session asks it.
        """
        registry = cls.__new__(cls)
        registry._setup(session, identity or Identity(session.host))
        registry._arguments = None
        return registry

    def _setup(self, session: RegistrySession, identity: Identity) -> None:
        self.session: RegistrySession = session
        self._identity = identity

    @property
    def host(self) -> str:
        """Its name, as references begin with it: ``docker.io``, ``127.0.0.1:5050``."""
        return self.session.host

    @property
    def url(self) -> str:
        """Where it is: ``https://registry-1.docker.io``."""
        return self.session.url

    def ping(self) -> None:
        """See that it is there, speaks the API, and lets us in.

        Raises:
            ConnectionFailed: nothing answers there.
            Unauthorized: it wants credentials, or others.
            ApiError, InvalidResponse: what answers is no registry.
        """
        subject = f"registry {self.host}"
        answer = self.session.call("GET", "/v2/", scope=NOTHING, subject=subject)
        if "html" in answer.headers.get("Content-Type", "").lower():
            raise InvalidResponse(
                "What answers there is no registry, but gives a web page",
                operation="GET /v2/",
                subject=subject,
                daemon=self.url,
                hint="Check the host, and the port; a proxy may be in between.",
            )

    def repositories(self, *, limit: int | None = None) -> list[str]:
        """The names of its repositories: all pages of the catalog.

        Args:
            limit: at most so many, and no more is asked for; None for all.

        Raises:
            Unauthorized, Forbidden, NotFound: it shows its catalog to others, or to nobody, as Docker Hub.
            ResponseTooLarge: there are more than 100,000, and no `limit` was given.
            InvalidResponse: what came is no list of names, or one without an end.
            UntrustedLocation: the list goes on at another host.
        """
        return list_names(
            self.session,
            "/v2/_catalog",
            "repositories",
            scope=CATALOG,
            subject=f"registry {self.host}",
            limit=limit,
        )

    def repository(self, name: str) -> Repository:
        """One of its repositories; nothing is asked yet.

        Args:
            name: such as ``team/app``; on Docker Hub, ``ubuntu`` is ``library/ubuntu``.

        Raises:
            InvalidReference: it is no name of a repository.
        """
        return Repository(self, read_repository(self.host, name).repository)

    def login(self, username: str, password: str, *, save: bool = False) -> None:
        """Be somebody to this registry from now on, once it has said that it knows them.

        Where its token server gives an identity token, that is kept in place of the password.

        Args:
            username: the user's name.
            password: the password, or a token that the registry takes in its place.
            save: keep it where ``docker login`` does, too: in the registry's credential helper, or in
                config.json.

        Raises:
            InvalidArgument: one of them is empty.
            Unauthorized: the registry does not accept them; who we are stays as it was.
            ConfigError: they cannot be kept.
        """
        from dockpy.registry.login import login

        self._identity.set(login(self.session, username, password, save=save))

    def logout(self, *, erase: bool = False) -> None:
        """Be nobody to this registry from now on.

        Args:
            erase: forget what ``docker login`` or ``login(save=True)`` kept, too.

        Raises:
            ConfigError: config.json or the credential helper cannot be used.
        """
        from dockpy.registry.login import logout

        logout(self.session, erase=erase)
        self._identity.set(Credentials())

    @property
    def rate_limit(self) -> RateLimit | None:
        """How much may be asked for, as the last answers said; None where they did not say."""
        return self.session.rate_limit

    def manifest(self, ref: str, *, platform: str | None = None) -> Manifest:
        """What a reference stands for; see `Repository.manifest`.

        Args:
            ref: relative to this registry, such as ``team/app:1`` or ``app@sha256:…``; a whole reference of
                this registry is one too.
            platform: as of `Repository.manifest`.

        Raises:
            InvalidReference: it is none, or of another registry.
        """
        repository, target = self._found(ref)
        return repository.manifest(target, platform=platform)

    def image(self, ref: str, *, platform: str | None = None) -> RegistryImage:
        """The image behind a reference; see `Repository.image`, and `manifest` for what a reference is."""
        repository, target = self._found(ref)
        return repository.image(target, platform=platform)

    def exists(self, ref: str) -> bool:
        """Whether a reference stands for something; see `manifest` for what a reference is."""
        repository, target = self._found(ref)
        return repository.exists(target)

    def delete(self, ref: str) -> None:
        """Delete a tag, or a manifest by its digest; see `Repository.delete`.

        Args:
            ref: as of `manifest`; one without tag and digest means ``latest``.
        """
        repository, target = self._found(ref)
        repository.delete(target)

    def copy(
        self,
        ref: str,
        *,
        to: Registry,
        name: str | None = None,
        platform: str | None = None,
        referrers: bool = False,
        progress: Progress | None = None,
    ) -> Manifest:
        """Copy an image to another registry, or to another name; its digest stays.

        Layers go through this process, a few at a time, and are verified on their way; those that are there
        already are left out, and within one registry none is sent.

        Args:
            ref: the image, as of `manifest`.
            to: the registry that it is copied to.
            name: how it is called there, relative to `to`; without a tag it keeps the one it has, and None is
                the same name.
            platform: ``os[/arch[/variant]]``: only the image for it, of an index of several; None for all.
            referrers: what is about it goes with it: signatures, attestations.
            progress: is called with each `TransferProgress`, from one thread at a time.

        Returns:
            What is there now.

        Raises:
            ImageNotFound: it is not there.
            InvalidReference: `ref` or `name` is no reference, or one of another registry.
            InvalidArgument: there is no image for the platform, or `name` has the digest of another.
            DigestMismatch: some of it is not what its digest says.
            ApiError: a registry refuses, such as `Unauthorized`.
            ConnectionFailed: a connection broke, and again when it was tried anew.
        """
        from dockpy.registry.copying import copy_image

        if not isinstance(to, Registry):
            raise InvalidArgument(f"to={to!r}: it takes a registry, such as Registry('ghcr.io')")
        return copy_image(
            self, ref, to=to, name=name, platform=platform, referrers=referrers, progress=progress
        )

    def pull(
        self, ref: str, *, platform: str | None = None, progress: Progress | None = None
    ) -> ImageArchive:
        """An image as an archive, which is fetched while it is read; no daemon takes part.

        ``client.images.load`` takes it, on any engine, and so does `push` of another registry; `write_to` and
        `write_layout` keep it in a file or a folder.

        Args:
            ref: the image, as of `manifest`.
            platform: ``os[/arch[/variant]]``: the image for it, of an index of several; None for this
                machine's, else the only one there is. ``all`` for the index with all that it lists; engines
                before the containerd store then load this machine's.
            progress: is called with each `TransferProgress` while it is read.

        Raises:
            ImageNotFound: it is not there.
            InvalidArgument: there is no image for the platform; the message names those there are.
            DigestMismatch: a manifest is not what its digest says.
            InvalidResponse: it is not as it should be.
        """
        from dockpy.registry.pulling import pull_archive

        repository, target = self._found(ref)
        return pull_archive(self.session, repository.name, target, platform=platform, progress=progress)

    @overload
    def push(
        self,
        archive: TarSource | ImageArchive,
        ref: str,
        *,
        image: str | None = None,
        compress: bool | None = None,
        progress: Progress | None = None,
    ) -> Manifest: ...
    @overload
    def push(
        self,
        archive: TarSource | ImageArchive,
        ref: None = None,
        *,
        image: str | None = None,
        compress: bool | None = None,
        progress: Progress | None = None,
    ) -> list[Manifest]: ...
    def push(
        self,
        archive: TarSource | ImageArchive,
        ref: str | None = None,
        *,
        image: str | None = None,
        compress: bool | None = None,
        progress: Progress | None = None,
    ) -> Manifest | list[Manifest]:
        """Push images from an archive of ``docker save``, or an OCI image layout; no daemon takes part.

        What has a digest keeps it: a layout's manifests and indexes go as they are, with all platforms. An
        archive of Docker before 25 has no manifests: its images get Docker's, with compressed layers; their
        ids stay. What the registry has already is not sent. Nothing is unpacked to disk; a stream, and what
        is compressed as a whole, is kept in a temporary file meanwhile.

        Args:
            archive: a path of a file or of a layout's folder, bytes, an open file, pieces, or what `pull`
                gave.
            ref: what the image is called here, as of `manifest`; the archive holds one image, or `image` says
                which. None for the archive's own names, for each image: other registries' names are taken
                without the registry.
            image: of several images, the one of this name, or id.
            compress: whether layers that are not compressed are compressed with gzip, which changes the
                manifest's digest; None for only where there is no manifest yet.
            progress: is called with each `TransferProgress`, from one thread at a time.

        Returns:
            The manifest that is there now; without `ref`, one for each name.

        Raises:
            InvalidArgument: the archive cannot be read, or it is not clear what is meant, or its name.
            ArchiveError: it holds no images, it is damaged, or something is missing in it.
            DigestMismatch: something in it is not what its digest says; that image was not pushed.
            ApiError: the registry refuses, such as `Unauthorized`.
            ConnectionFailed: the connection broke, and again when it was tried anew.
        """
        from dockpy.registry.pushing import push_archive

        pushed = push_archive(self.session, archive, ref, image=image, compress=compress, progress=progress)
        return pushed if ref is None else pushed[0]

    def close(self) -> None:
        """Give the connections back; the next request opens new ones."""
        self.session.close()

    def _read(self, ref: str) -> ImageReference:
        return read_reference(self.host, ref)

    def _found(self, ref: str) -> tuple[Repository, str]:
        read = self._read(ref)
        return Repository(self, read.repository), read.digest or read.tag or ""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Registry):
            return NotImplemented
        return type(self) is type(other) and self.host == other.host

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.host))

    def __getstate__(self) -> dict[str, Any]:
        """How to make such a registry: neither connections nor credentials are pickled."""
        if self._arguments is None:
            raise TypeError("a registry that a client or a fake gave cannot be pickled")
        return self._arguments

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]  # it is made anew

    def __repr__(self) -> str:
        user = self._identity.username
        return f"<Registry: {self.host} as {user}>" if user else f"<Registry: {self.host}>"
