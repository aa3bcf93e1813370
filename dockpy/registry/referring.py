"""What refers to a manifest, in registries that keep no list of it: the list lies under a tag then."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from dockpy.errors import ImageNotFound
from dockpy.registry.manifest_calls import get_manifest, put_manifest
from dockpy.registry.scope import pulling
from dockpy.wire.oci import OCI_INDEX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.registry.repository import Repository
    from dockpy.registry.session import RegistrySession
    from dockpy.wire.oci import OCIDescriptor

__all__ = ["keep_referrers"]


def keep_referrers(repository: Repository, referring: Mapping[str, Sequence[OCIDescriptor]]) -> None:
    """Let a registry know what refers to manifests, where it does not find out by itself.

    A registry of version 1.1 of the OCI specification does. In others the list is an index with the tag
    ``sha256-<hex>``, to which is added what it has not; who adds to it at the same moment may be overwritten.

    Args:
        repository: where the manifests are.
        referring: by the digest of a manifest, what refers to it.
    """
    for digest, items in referring.items():
        if _keeps_them(repository, digest):
            return
        _add(repository, digest.replace(":", "-")[:128], items)


def _keeps_them(repository: Repository, digest: str) -> bool:
    session: RegistrySession = repository.registry.session
    with session.open(
        "GET",
        f"/v2/{repository.name}/referrers/{digest}",
        scope=pulling(repository.name),
        subject=f"repository {repository.reference}",
        accept=(200, 400, 404, 405),
    ) as answer:
        return answer.status == 200


def _add(repository: Repository, tag: str, items: Sequence[OCIDescriptor]) -> None:
    session = repository.registry.session
    known: list[dict[str, Any]] = []
    with contextlib.suppress(ImageNotFound):
        known = [item.to_dict() for item in get_manifest(session, repository.name, tag).manifests]
    digests = {item["digest"] for item in known}
    added = [item.to_dict() for item in items if item.digest not in digests]
    if added:
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": known + added}
        put_manifest(session, repository.name, tag, json.dumps(index).encode(), OCI_INDEX)
