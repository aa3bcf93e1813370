"""A container from its start to its end: how it stands, other limits, an image of it, its removal."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any, Self

from dockpy.errors import Conflict, InvalidArgument, NotFound
from dockpy.ops import containers as ops
from dockpy.ops import images
from dockpy.options.updates import UpdateOptions, update_request
from dockpy.options.values import string_list
from dockpy.resources.base import require
from dockpy.resources.image_transfers import image_reference
from dockpy.resources.part import ContainerPart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from typing_extensions import Unpack

    from dockpy.resources.image import Image
    from dockpy.wire.containers import ContainerConfig, ContainerUpdateResponse

__all__ = ["ContainerLifetime"]

_HEALTH = re.compile(r"\((?:health: )?(starting|healthy|unhealthy)\)")


class ContainerLifetime(ContainerPart):
    """The part of a container that begins, changes and ends it."""

    @property
    def health(self) -> str | None:
        """``starting``, ``healthy`` or ``unhealthy``; None where it has no health check."""
        known = self._known
        if known.get("State") == "running":  # of those that run, a listing says it in words
            words = _HEALTH.search(str(known.get("Status") or ""))
            return words[1] if words else None
        health = (self.attrs.get("State") or {}).get("Health") or {}
        status = str(health.get("Status") or "none")
        return None if status == "none" else status

    @property
    def exit_code(self) -> int | None:
        """Its exit status; None where it has not ended."""
        state = self.attrs.get("State") or {}
        return state.get("ExitCode") if state.get("Status") in ("exited", "dead") else None

    def update(self, **options: Unpack[UpdateOptions]) -> ContainerUpdateResponse:
        """Change its limits or its restart policy; what is not given stays as it is.

        Args:
            **options: see `UpdateOptions`.

        Returns:
            The engine's ``.warnings``.

        Raises:
            TypeError: there is no such option; the message suggests one.
            InvalidArgument: a value is none of the accepted forms, or none is given.
            ApiError: the engine or its host cannot do that.

        Operation: ContainerUpdate.
        """
        request = update_request(options)
        try:
            return self.client.api.call(ops.UPDATE, {"id": self.id}, body=request)
        finally:
            self.stale()

    def commit(
        self,
        repository: str | None = None,
        tag: str | None = None,
        *,
        message: str | None = None,
        author: str | None = None,
        changes: str | Sequence[str] | None = None,
        conf: Mapping[str, Any] | ContainerConfig | None = None,
        pause: bool = True,
    ) -> Image:
        """Make an image of what it has become; what its volumes hold does not belong to that.

        Args:
            repository: the image's name, with or without a tag; without a name it is known by its id alone.
            tag: its tag, in place of the name's; ``latest`` where neither says.
            message: what changed, for the image's history.
            author: who made it.
            changes: instructions of a Dockerfile to apply: ``["CMD top", "ENV A=b"]``.
            conf: what containers of it are, in place of what this one is.
            pause: pause its processes meanwhile, so that no file is half written.

        Raises:
            InvalidReference: the name is none.
            BadParameter: an instruction is none that can be applied.
            NotFound: it is not there any more.

        Operation: ImageCommit.
        """
        if tag is not None and repository is None:
            raise InvalidArgument(f"tag={tag!r} is of no repository: give the repository too")
        name = None if repository is None else image_reference(repository, tag)
        if name is not None and name.digest is not None:
            raise InvalidArgument(f"repository={repository!r} has a digest, which only a registry gives")
        query = {
            "container": self.id,
            "repo": name and name.name,
            "tag": name and name.tag,
            "comment": message,
            "author": author,
            "changes": None if changes is None else string_list("changes", changes),
            "pause": pause,
        }
        answer = self.client.api.call(images.COMMIT, query=query, body=conf or {})  # podman needs one
        return self.client.images.known(require(self.client, answer, "Id", "image"))

    # Until the end of a with statement

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill it where it runs, and remove it with its anonymous volumes; gone already is fine."""
        path = {"id": self.id}
        with contextlib.suppress(NotFound):
            try:
                self.client.api.call(ops.DELETE, path, {"v": True, "force": True})
            except Conflict:  # it is being removed
                self.client.with_options(stream_timeout=30).api.call(ops.WAIT, path, {"condition": "removed"})
