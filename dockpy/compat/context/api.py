"""The docker command's contexts."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from dockpy.compat import errors
from dockpy.compat.context.config import (
    METAFILE,
    get_current_context_name,
    get_meta_dir,
    write_context_name_to_docker_config,
)
from dockpy.compat.context.context import Context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.compat.tls import TLSConfig

__all__ = ["ContextAPI"]


class ContextAPI:
    """Contexts by name."""

    DEFAULT_CONTEXT: Context = Context("default", "swarm")

    @classmethod
    def create_context(
        cls,
        name: str,
        orchestrator: str | None = None,
        host: str | None = None,
        tls_cfg: TLSConfig | None = None,
        default_namespace: str | None = None,
        skip_tls_verify: bool = False,
    ) -> Context:
        """Make one and keep it.

        Raises:
            MissingContextParameter: there is no name.
            ContextAlreadyExists: there is one of that name.
            ContextException: the name is ``default``.
        """
        if not name:
            raise errors.MissingContextParameter("name")
        if name == "default":
            raise errors.ContextException('"default" is a reserved context name')
        if Context.load_context(name):
            raise errors.ContextAlreadyExists(name)
        context = Context(name, orchestrator)
        endpoint = orchestrator if orchestrator and orchestrator != "swarm" else "docker"
        context.set_endpoint(
            endpoint, host, tls_cfg, skip_tls_verify=skip_tls_verify, def_namespace=default_namespace
        )
        context.save()
        return context

    @classmethod
    def get_context(cls, name: str | None = None) -> Context | None:
        """The context of a name, else the current one; None where there is none of that name."""
        name = name or get_current_context_name()
        return cls.DEFAULT_CONTEXT if name == "default" else Context.load_context(name)

    @classmethod
    def contexts(cls) -> list[Context | None]:
        """All of them, the default one first.

        Raises:
            ContextException: a context's file cannot be read.
        """
        found: list[Context | None] = [cls.DEFAULT_CONTEXT]
        for folder, _, files in os.walk(get_meta_dir()):
            if METAFILE not in files:
                continue
            try:
                with open(os.path.join(folder, METAFILE)) as file:
                    name = json.load(file)["Name"]
            except (OSError, ValueError, KeyError) as error:
                raise errors.ContextException(f"Failed to load metafile {METAFILE}: {error}") from error
            found.append(Context.load_context(name))
        return found

    @classmethod
    def get_current_context(cls) -> Context | None:
        """The one that config.json says."""
        return cls.get_context()

    @classmethod
    def kwargs_from_context(
        cls, name: str | None = None, environment: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The keywords of a client for a context's daemon.

        Args:
            name: the context's name; None for DOCKER_CONTEXT, else the current one.
            environment: the environment to ask.
        """
        environ = os.environ if environment is None else environment
        context = cls.get_context(environ.get("DOCKER_CONTEXT") if name is None else name)
        host = context.Host if context else None
        if context is None or not host:
            return {}
        tls = context.TLSConfig
        return {"base_url": host} if tls is None else {"base_url": host, "tls": tls}

    @classmethod
    def set_current_context(cls, name: str = "default") -> None:
        """Make it the current one.

        Raises:
            ContextNotFound: there is none of that name.
            ContextException: config.json cannot be written.
        """
        if not cls.get_context(name):
            raise errors.ContextNotFound(name)
        if error := write_context_name_to_docker_config(name):
            raise errors.ContextException(f"Failed to set current context: {error}")

    @classmethod
    def remove_context(cls, name: str) -> None:
        """Remove it.

        Raises:
            MissingContextParameter: there is no name.
            ContextNotFound: there is none of that name.
            ContextException: it is the default one.
        """
        if not name:
            raise errors.MissingContextParameter("name")
        if name == "default":
            raise errors.ContextException('context "default" cannot be removed')
        context = cls._stored(name)
        if name == get_current_context_name():
            write_context_name_to_docker_config(None)
        context.remove()

    @classmethod
    def inspect_context(cls, name: str = "default") -> dict[str, Any]:
        """All that is known of it.

        Raises:
            MissingContextParameter: there is no name.
            ContextNotFound: there is none of that name.
        """
        if not name:
            raise errors.MissingContextParameter("name")
        return cls.DEFAULT_CONTEXT() if name == "default" else cls._stored(name)()

    @classmethod
    def _stored(cls, name: str) -> Context:
        context = Context.load_context(name)
        if context is None:
            raise errors.ContextNotFound(name)
        return context
