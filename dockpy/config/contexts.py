"""Docker contexts, as ``docker context create`` stores them: named daemons with their TLS material.

Under the directory of config.json, a context is ``contexts/meta/<id>/meta.json``, and its TLS files are
``contexts/tls/<id>/docker/{ca,cert,key}.pem``, where ``<id>`` is the SHA-256 of its name. They are read only.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dockpy.config.environment import config_dir
from dockpy.config.file import ConfigFile
from dockpy.config.jsonfile import read_object
from dockpy.config.tls import TLS
from dockpy.errors import ConfigError, ContextNotFound

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["DEFAULT_CONTEXT", "Context", "current_context_name", "list_contexts", "load_context"]

DEFAULT_CONTEXT = "default"
"""The context that is no file: ``DOCKER_HOST``, else the default socket."""

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.+-]+")


@dataclass(frozen=True, slots=True)
class Context:
    """A daemon that the docker command knows by a name.

    Attributes:
        name: the name.
        host: the daemon's address; empty where the context leaves it to the default socket.
        description: what its author wrote about it.
        tls: the TLS material stored with it; None where there is none.
    """

    name: str
    host: str = ""
    description: str = ""
    tls: TLS | None = None


def current_context_name(environ: Mapping[str, str] = os.environ) -> str:
    """The context that counts where no daemon is named.

    Args:
        environ: the environment to ask.

    Returns:
        ``default`` where ``DOCKER_HOST`` is set, else ``DOCKER_CONTEXT``, else the ``currentContext`` of
        config.json, else ``default``.

    Raises:
        ConfigError: config.json cannot be read.
    """
    if environ.get("DOCKER_HOST"):
        return DEFAULT_CONTEXT
    return environ.get("DOCKER_CONTEXT") or ConfigFile.load(environ).current_context or DEFAULT_CONTEXT


def list_contexts(environ: Mapping[str, str] = os.environ) -> list[Context]:
    """All contexts, ``default`` first and the stored ones by name.

    Args:
        environ: the environment to ask.

    Raises:
        ConfigError: a context's file cannot be read; the message names it.
    """
    directory = config_dir(environ)
    stored = [_read(path, directory) for path in _meta_files(directory)]
    return [_default(environ), *sorted(stored, key=lambda context: context.name)]


def load_context(name: str, environ: Mapping[str, str] = os.environ) -> Context:
    """A context by its name.

    Args:
        name: the name; ``default`` is ``DOCKER_HOST``, else the default socket.
        environ: the environment to ask.

    Raises:
        ContextNotFound: there is none of that name; the message lists those there are.
        ConfigError: its file cannot be read; the message names it.
    """
    if name == DEFAULT_CONTEXT:
        return _default(environ)
    directory = config_dir(environ)
    path = directory / "contexts" / "meta" / _id(name) / "meta.json"
    # The hash alone keeps a name from leading elsewhere; the check makes a plain answer of a strange name.
    if not _NAME.fullmatch(name) or not path.exists():
        known = ", ".join([DEFAULT_CONTEXT, *_known_names(directory)])
        raise ContextNotFound(
            f"there is no docker context {name!r}", hint=f"In {str(directory)!r} are: {known}."
        )
    return _read(path, directory)


def _default(environ: Mapping[str, str]) -> Context:
    return Context(DEFAULT_CONTEXT, environ.get("DOCKER_HOST", ""), "DOCKER_HOST, else the default socket")


def _id(name: str) -> str:
    import hashlib  # as much to load as half of this package: not for those who name no context

    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _meta_files(directory: Path) -> list[Path]:
    return sorted((directory / "contexts" / "meta").glob("*/meta.json"))


def _known_names(directory: Path) -> list[str]:
    names = list[str]()
    for path in _meta_files(directory):
        try:
            names.append(_read(path, directory).name)
        except ConfigError:
            continue  # a broken one must not hide what is missing
    return sorted(names)


def _read(path: Path, directory: Path) -> Context:
    meta = read_object(path)
    name = meta.text("Name")
    endpoint = meta.section("Endpoints").section("docker")
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{str(path)!r} is no docker context: its name is missing or not valid")
    verify = not endpoint.flag("SkipTLSVerify")
    tls = _tls(directory / "contexts" / "tls" / path.parent.name / "docker", verify)
    return Context(name, endpoint.text("Host"), meta.section("Metadata").text("Description"), tls)


def _tls(directory: Path, verify: bool) -> TLS | None:
    """The TLS material as the docker command takes it: any file of the three, or verification turned off."""
    paths = [directory / name for name in ("ca.pem", "cert.pem", "key.pem")]
    ca, cert, key = (path if path.exists() else None for path in paths)
    if ca is None and cert is None and key is None and verify:
        return None
    return TLS(ca, cert, key, verify)
