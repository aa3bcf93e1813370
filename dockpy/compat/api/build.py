"""Builds, by the engine's classic builder."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from typing import TYPE_CHECKING, Any

from dockpy.compat import auth, constants, errors
from dockpy.compat.api.streams import StreamClient
from dockpy.compat.utils.build import match_tag, mkbuildcontext, tar
from dockpy.compat.utils.decorators import minimum_version
from dockpy.compat.utils.utils import convert_filters, format_extra_hosts
from dockpy.ops import images

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BuildApiMixin", "process_dockerfile"]

_REMOTE = ("http://", "https://", "git://", "github.com/", "git@")


class BuildApiMixin(StreamClient):
    """docker-py's low-level methods on builds."""

    def build(
        self,
        path: str | None = None,
        tag: str | None = None,
        quiet: bool = False,
        fileobj: Any = None,
        nocache: bool = False,
        rm: bool = False,
        timeout: float | None = None,
        custom_context: bool = False,
        encoding: str | None = None,
        pull: bool = False,
        forcerm: bool = False,
        dockerfile: str | None = None,
        container_limits: dict[str, Any] | None = None,
        decode: bool = False,
        buildargs: dict[str, str] | None = None,
        gzip: bool = False,
        shmsize: int | None = None,
        labels: dict[str, str] | None = None,
        cache_from: list[str] | None = None,
        target: str | None = None,
        network_mode: str | None = None,
        squash: bool | None = None,
        extra_hosts: Any = None,
        platform: str | None = None,
        isolation: str | None = None,
        use_config_proxy: bool = True,
    ) -> Iterator[Any]:
        """Build an image: what the builder says, as it says it. That it failed stands in there alone."""
        limits = _checked(path, fileobj, custom_context, tag, container_limits, gzip, encoding)
        for option, value, since in (("extra_hosts", extra_hosts, "1.27"), ("platform", platform, "1.32")):
            if value is not None:
                self._needs(since, option)
        variables = dict(buildargs or {})
        for variable, value in self._proxy_configs.get_environment().items() if use_config_proxy else ():
            variables.setdefault(variable, value)
        params = {
            "t": tag,
            "q": quiet,
            "nocache": nocache,
            "rm": rm,
            "forcerm": forcerm,
            "pull": pull,
            "dockerfile": dockerfile,
            **limits,
            "buildargs": json.dumps(variables) if variables else None,
            **self._newer(shmsize, labels, cache_from, target, network_mode, squash),
            "extrahosts": format_extra_hosts(extra_hosts) if isinstance(extra_hosts, dict) else extra_hosts,
            "platform": platform,
            "isolation": isolation,
        }
        headers: dict[str, Any] = {}
        self._set_auth_headers(headers)
        context: Any = None
        if custom_context:
            context = fileobj
        elif fileobj is not None:
            context = mkbuildcontext(fileobj)
        elif path is not None and path.startswith(_REMOTE):
            params["remote"] = path
        elif path is not None:
            params["dockerfile"], text = process_dockerfile(dockerfile, path)
            context = tar(path, _ignored(path), (params["dockerfile"], text), gzip=gzip)
            encoding = "gzip" if gzip else encoding
        if context is not None:
            headers["Content-Type"] = "application/tar"
            if encoding:
                headers["Content-Encoding"] = encoding
        with contextlib.nullcontext() if custom_context or context is None else context:
            response = self._send(
                images.BUILD, data=context, params=params, headers=headers, stream=True, timeout=timeout
            )
        return self._stream_helper(response, decode=decode)

    def _newer(
        self,
        shmsize: int | None,
        labels: dict[str, str] | None,
        cache_from: list[str] | None,
        target: str | None,
        network_mode: str | None,
        squash: bool | None,
    ) -> dict[str, Any]:
        """The parameters that came after the first API versions; falsy ones are not sent."""
        options = {
            "cache_from": ("cachefrom", cache_from and json.dumps(cache_from), "1.25"),
            "network_mode": ("networkmode", network_mode, "1.25"),
            "squash": ("squash", squash, "1.25"),
            "target": ("target", target, "1.29"),
        }
        params: dict[str, Any] = {
            "shmsize": shmsize or None,
            "labels": json.dumps(labels) if labels else None,
        }
        for option, (name, value, since) in options.items():
            if value:
                self._needs(since, option)
                params[name] = value
        return params

    @minimum_version("1.31")
    def prune_builds(self, filters: Any = None, keep_storage: int | None = None, all: Any = None) -> Any:
        """Empty the builder's cache."""
        params = {
            "filters": None if filters is None else convert_filters(filters),
            "keep-storage": keep_storage,
            "all": all,
        }
        if any(value is not None for value in params.values()):
            self._needs("1.39", "`filters`, `keep_storage` and `all` of prune_builds")
        return self._json(images.BUILD_PRUNE, params=params)

    def _set_auth_headers(self, headers: dict[str, Any]) -> None:
        """Add the credentials for every registry, where there are any."""
        if not self._auth_configs or self._auth_configs.is_empty:
            self.reload_config()
        found = self._auth_configs.get_all_credentials()
        if auth.INDEX_NAME in found:
            found.setdefault(auth.INDEX_URL, found[auth.INDEX_NAME])
        if found:
            headers["X-Registry-Config"] = auth.encode_header(found)


def _checked(
    path: str | None,
    fileobj: Any,
    custom_context: bool,
    tag: str | None,
    container_limits: dict[str, Any] | None,
    gzip: bool,
    encoding: str | None,
) -> dict[str, Any]:
    """The limits, after what can be refused at once."""
    if path is None and fileobj is None:
        raise TypeError("Either path or fileobj needs to be provided.")
    if gzip and encoding is not None:
        raise errors.DockerException("Can not use custom encoding if gzip is enabled")
    if custom_context and not fileobj:
        raise TypeError("You must specify fileobj with custom_context")
    if path is not None and fileobj is None and not path.startswith(_REMOTE) and not os.path.isdir(path):
        raise TypeError("You must specify a directory to build in path")
    if tag is not None and not match_tag(tag):
        raise errors.DockerException(f"invalid tag '{tag}': invalid reference format")
    limits = container_limits or {}
    if unknown := [key for key in limits if key not in constants.CONTAINER_LIMITS_KEYS]:
        raise errors.DockerException(f"container_limits has no {', '.join(unknown)}")
    return limits


def _ignored(path: str) -> list[str] | None:
    """The patterns of a context's .dockerignore; None where it has none."""
    file = os.path.join(path, ".dockerignore")
    if not os.path.exists(file):
        return None
    with open(file) as lines:
        return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def process_dockerfile(dockerfile: str | None, path: str) -> tuple[str | None, str | None]:
    """A Dockerfile's name in the context, and its text where it is outside of it.

    Args:
        dockerfile: its path, absolute or in the context; None for the usual one.
        path: the context's folder.
    """
    if not dockerfile:
        return None, None
    absolute = dockerfile if os.path.isabs(dockerfile) else os.path.join(path, dockerfile)
    prefix = constants.WINDOWS_LONGPATH_PREFIX
    if constants.IS_WINDOWS_PLATFORM and absolute is not dockerfile and path.startswith(prefix):
        absolute = prefix + os.path.normpath(absolute.removeprefix(prefix))
    other_drive = os.path.splitdrive(path)[0] != os.path.splitdrive(absolute)[0]
    if other_drive or os.path.relpath(absolute, path).startswith(".."):
        with open(absolute) as file:
            return f".dockerfile.{secrets.token_hex(20)}", file.read()
    return os.path.relpath(absolute, path) if dockerfile == absolute else dockerfile, None
