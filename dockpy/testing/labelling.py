"""A client whose every creation carries labels: whatever a test makes can be found again."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from dockpy.client import Client
from dockpy.transport.caller import Caller

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.ops.operation import Operation
    from dockpy.transport.message import Request

__all__ = ["LabellingClient"]

_IN_BODY = {
    "ContainerCreate",
    "NetworkCreate",
    "VolumeCreate",
    "SecretCreate",
    "ConfigCreate",
    "ServiceCreate",
}


@dataclass(frozen=True, slots=True)
class _LabellingCaller(Caller):
    labels: Mapping[str, str] = field(default_factory=dict[str, str])

    def _request(
        self,
        operation: Operation[Any],
        path: Mapping[str, str],
        query: Mapping[str, Any],
        body: Any,
        headers: Mapping[str, str],
    ) -> Request:
        if operation.id in _IN_BODY:
            body = _labelled(body, self.labels)
        elif operation.id == "ImageBuild":
            given = query.get("labels") or {}
            given = json.loads(given) if isinstance(given, str) else given
            query = {**query, "labels": {**self.labels, **given}}
        elif operation.id == "ImageCommit" or (operation.id == "ImageCreate" and query.get("fromSrc")):
            instructions = [f"LABEL {_quoted(name)}={_quoted(value)}" for name, value in self.labels.items()]
            query = {**query, "changes": [*instructions, *(query.get("changes") or ())]}
        return Caller._request(self, operation, path, query, body, headers)


def _quoted(text: str) -> str:
    """A word of a Dockerfile's instruction, in which nothing is expanded."""
    return '"' + re.sub(r'(["\\\\$])', r"\\\1", text) + '"'


def _labelled(body: Any, labels: Mapping[str, str]) -> Any:
    """The body with these labels beside its own; it may be a model or the JSON of one."""
    raw = body.to_dict() if hasattr(body, "to_dict") else dict(body or {})
    return raw | {"Labels": {**labels, **(raw.get("Labels") or {})}}


class LabellingClient(Client):
    """A `dockpy.Client` that puts labels on the containers, networks, volumes, services and images it makes.

    Attributes:
        labels: by name; shared by all views of the client, and changed while it is used.
    """

    labels: dict[str, str]

    def with_options(self, **options: Any) -> Self:
        """As of `dockpy.Client.with_options`."""
        view = super().with_options(**options)
        view.labels = self.labels
        return view

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "labels": self.labels}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.labels = state["labels"]

    @property
    def api(self) -> Caller:
        """As of `dockpy.Client.api`."""
        plain = super().api
        return _LabellingCaller(
            plain.transport, plain.negotiation, plain.timeouts, plain.hooks, plain.read_timeout, self.labels
        )
