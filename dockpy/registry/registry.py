"""A registry, by its own API: no daemon takes part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from dockpy.closing import Closing
from dockpy.reference import DEFAULT_REGISTRY
from dockpy.registry.identity import Identity, explicit_credentials
from dockpy.registry.listing import list_names
from dockpy.registry.references import read_reference, read_repository
from dockpy.registry.repository import Repository
from dockpy.registry.scope import CATALOG, NOTHING

if TYPE_CHECKING:
    from dockpy.config.tls import TLS
    from dockpy.reference import ImageReference
    from dockpy.registry.image import RegistryImage
    from dockpy.registry.manifest import Manifest
    from dockpy.registry.session import RegistrySession

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
        timeout: seconds to wait for a connection, and for bytes of an answer; or one for each.

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
        timeout: float | tuple[float, float] = 60,
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
        self._session = session
        self._identity = identity

    @property
    def host(self) -> str:
        """Its name, as references begin with it: ``docker.io``, ``127.0.0.1:5050``."""
        return self._session.host

    @property
    def url(self) -> str:
        """Where it is: ``https://registry-1.docker.io``."""
        return self._session.url

    def ping(self) -> None:
        """See that it is there, speaks the API, and lets us in.

        Raises:
            ConnectionFailed: nothing answers there.
            Unauthorized: it wants credentials, or others.
            ApiError: what answers is no registry.
        """
        self._session.call("GET", "/v2/", scope=NOTHING, subject=f"registry {self.host}")

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
            self._session,
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

    def close(self) -> None:
        """Give the connections back; the next request opens new ones."""
        self._session.close()

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
            raise TypeError("a registry in this process cannot be pickled")
        return self._arguments

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]  # it is made anew

    def __repr__(self) -> str:
        user = self._identity.username
        return f"<Registry: {self.host} as {user}>" if user else f"<Registry: {self.host}>"
