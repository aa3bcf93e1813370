"""Who a client is to registries, and the registries as that client sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.daemon import credentials_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.config.credentials import Credentials
    from dockpy.config.tls import TLS
    from dockpy.daemon import Daemon
    from dockpy.registry.registry import Registry
    from dockpy.transport.caller import Caller
    from dockpy.transport.message import Timeouts
    from dockpy.wire.auth import AuthResponse

__all__ = ["Logins"]


class Logins:
    """The calls of a client that are about registries and their users."""

    _shared: Daemon

    @property
    def api(self) -> Caller:
        """The Engine's operations as they are."""
        raise NotImplementedError

    @property
    def timeouts(self) -> Timeouts:
        """How long calls wait to connect and for an answer."""
        raise NotImplementedError

    def login(
        self,
        username: str,
        password: str,
        registry: str = "docker.io",
        *,
        email: str | None = None,
        save: bool = False,
    ) -> AuthResponse | None:
        """Have the daemon check credentials for a registry, and keep them in this client's memory.

        Args:
            username: the user's name.
            password: the password, or an access token.
            registry: the registry's host.
            email: an address; some old registries ask for it.
            save: keep them where the docker command finds them too, as ``docker login`` does: in the
                registry's credential helper, or else in config.json.

        Returns:
            What the registry said; None where it said nothing.

        Raises:
            Unauthorized: the registry refused them.
            ServerError: the registry cannot be reached from the daemon, or refused them and the engine says
                so with status 500, as it does for some registries.
            ConfigError: they are right, and cannot be saved.

        Operation: SystemAuth.
        """
        from dockpy.config.credentials import Credentials, server_address
        from dockpy.ops import system

        address = server_address(registry)
        credentials = Credentials(username, password, server_address=address, email=email or "")
        answer = self.api.call(system.AUTH, body=credentials.to_wire())
        if answer is not None and (token := answer.get("IdentityToken")):
            credentials = Credentials(username, identity_token=str(token), server_address=address)
        self._shared.logins[address] = credentials
        if save:
            from dockpy.config.save import save_credentials

            save_credentials(credentials, self._shared.environ)
            self._shared.forget_config()
        return answer

    def logout(self, registry: str = "docker.io", *, erase: bool = False) -> None:
        """Forget what `login` kept for a registry; where it kept nothing, nothing happens.

        What docker's configuration says of the registry counts again, unless that is erased too. No daemon
        is asked.

        Args:
            registry: the registry's host.
            erase: forget what docker's config.json and the registry's credential helper keep too, as
                ``docker logout`` does.

        Raises:
            ConfigError: config.json cannot be read or written, or the helper is missing or failed.
        """
        from dockpy.config.credentials import matching_key

        logins = self._shared.logins
        if (key := matching_key(registry, list(logins))) is not None:
            logins.pop(key, None)
        if erase:
            from dockpy.config.save import erase_credentials

            erase_credentials(registry, self._shared.environ)
            self._shared.forget_config()

    def registry(
        self, host: str = "docker.io", *, insecure: bool | None = None, tls: TLS | None = None
    ) -> Registry:
        """A registry, reached without the daemon, as the user that this client is there.

        That is whom `login` named, now or later, else whom docker's configuration names. A registry of a
        fake daemon in this process is the one that this daemon knows by the name.

        Args:
            host: the registry's host, with its port where it has one.
            insecure: as of `Registry`.
            tls: as of `Registry`.

        Raises:
            InvalidArgument: it is no host.
        """
        from dockpy.registry.door import Door, ReachesRegistries
        from dockpy.registry.identity import Identity
        from dockpy.registry.registry import Registry
        from dockpy.registry.session import RegistrySession

        who = Identity(host, login=lambda: self._login(host), find=self._credentials)
        connector, timeouts = self._shared.connector, self.timeouts
        session = RegistrySession(
            host,
            credentials=who,
            insecure=insecure,
            tls=tls,
            timeout=(timeouts.connect, timeouts.read),
            adapter=Door(connector.registry) if isinstance(connector, ReachesRegistries) else None,
        )
        return Registry._of_session(session, who)

    def registry_auth(self, registry: str, given: Credentials | Mapping[str, str] | None = None) -> str:
        """The X-Registry-Auth header for a registry.

        The credentials are those given, else login's, else those of docker's configuration.

        Args:
            registry: the registry's host.
            given: credentials for this one call, or a mapping of them (``username``, ``password``, …).

        Raises:
            ConfigError: docker's configuration or a credential helper cannot be used.
        """
        from dockpy.config.credentials import Credentials, encode_registry_auth, server_address

        if given is not None and not isinstance(given, Credentials):
            given = credentials_of(given, server_address(registry))
        return encode_registry_auth(self._credentials(registry, given))

    def _login(self, registry: str) -> Credentials | None:
        from dockpy.config.credentials import matching_key

        logins = dict(self._shared.logins)
        key = matching_key(registry, logins)
        return None if key is None else logins[key]

    def _credentials(self, registry: str, given: Credentials | None = None) -> Credentials | None:
        from dockpy.config.lookup import find_credentials

        shared = self._shared
        return find_credentials(
            registry, explicit=given, login=shared.logins, config=shared.config_file, environ=shared.environ
        )
