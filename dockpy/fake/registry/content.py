"""What a registry gives back: blobs with ranges, manifests as they are accepted, lists page by page."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dockpy.fake.blobs import Blob
from dockpy.fake.registry.messages import RegistryAnswer, RegistryError
from dockpy.fake.registry.store import Manifest, Repository
from dockpy.fake.registry.uploads import DIGEST, digest_of
from dockpy.wire.oci import (
    DOCKER_MANIFEST_LIST,
    INDEX_TYPES,
    MANIFEST_TYPES,
    OCI_INDEX,
    OCI_MANIFEST,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.fake.registry.messages import RegistryRequest
    from dockpy.fake.registry.store import Store

__all__ = ["Content"]

_LARGEST_MANIFEST = 4 * 1024 * 1024
_LARGEST_PAGE = 1000
_USUAL_PAGE = 100
_SPAN = re.compile(r"bytes=(\d*)-(\d*)")
_CACHED = "max-age=31536000"


class Content:
    """Blobs, manifests and lists.

    Args:
        store: where they are.
        newer: it does what the OCI specification 1.1 added: pages of tags, referrers, tags that are deleted.
        deletes: what is there may be deleted.
    """

    def __init__(self, store: Store, *, newer: bool, deletes: bool) -> None:
        self._store = store
        self._newer = newer
        self._deletes = deletes

    # Blobs

    def blob(self, request: RegistryRequest, name: str, digest: str) -> RegistryAnswer:
        """GET …/blobs/{digest}, whole or in part."""
        blob = self._blob(name, digest)
        tag = f'"{digest}"'
        known = {"Cache-Control": _CACHED, "Docker-Content-Digest": digest, "Etag": tag}
        if request.headers.get("if-none-match") in (tag, digest):
            return RegistryAnswer(304, known)
        given = request.headers.get("range")
        span = None if given is None else _span(given, blob.size)
        if given is not None and span is None and "," not in given:
            refused = RegistryAnswer.of_text(416, "", known)
            if (asked := _SPAN.fullmatch(given)) and int(asked[1] or 0) >= blob.size:
                refused.headers["Content-Range"] = f"bytes */{blob.size}"
            return refused
        known = {"Accept-Ranges": "bytes", **known, "Content-Type": "application/octet-stream"}
        if span is None:  # several spans at once: the whole may be given instead
            return RegistryAnswer(200, {**known, "Content-Length": str(blob.size)}, blob)
        first, last = span
        known["Content-Range"] = f"bytes {first}-{last}/{blob.size}"
        known["Content-Length"] = str(last + 1 - first)
        return RegistryAnswer(206, known, blob, first, last + 1 - first)

    def sent_elsewhere(self, request: RegistryRequest, place: str, name: str, digest: str) -> RegistryAnswer:
        """GET …/blobs/{digest}: where it is to be had."""
        self._blob(name, digest)
        url = f"{place}/storage/{name}/{digest}?signature={_signature(name, digest)}"
        body = b"" if request.method == "HEAD" else f'<a href="{url}">Temporary Redirect</a>.\n\n'.encode()
        kind = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
        return RegistryAnswer(307, {**kind, "Location": url}, body)

    def stored(self, request: RegistryRequest) -> RegistryAnswer:
        """GET /storage/…: a blob where clients were sent to. It is signed for; users are of no account."""
        name, _, digest = request.path.removeprefix("/storage/").rpartition("/")
        if "authorization" in request.headers:
            return RegistryAnswer.of_text(400, "Only one auth mechanism allowed\n")
        if request.query != f"signature={_signature(name, digest)}":
            return RegistryAnswer.of_text(403, "SignatureDoesNotMatch\n")
        return self.blob(request, name, digest)

    def _blob(self, name: str, digest: str) -> Blob:
        repository = self._store.find(name)
        if not DIGEST.fullmatch(digest):
            raise RegistryError("DIGEST_INVALID", {})
        blob = repository.blobs.get(digest) if repository is not None else None
        if blob is None:
            raise RegistryError("BLOB_UNKNOWN", digest)
        return blob

    def delete_blob(self, request: RegistryRequest, name: str, digest: str) -> RegistryAnswer:
        """DELETE …/blobs/{digest}."""
        if not self._deletes:
            raise RegistryError("UNSUPPORTED")
        repository = self._store.find(name)
        if repository is None or repository.blobs.pop(digest, None) is None:
            raise RegistryError("BLOB_UNKNOWN")
        return RegistryAnswer(202, {"Content-Length": "0"})

    # Manifests

    def manifest(self, request: RegistryRequest, name: str, reference: str) -> RegistryAnswer:
        """GET …/manifests/{reference}: in a form that is accepted."""
        repository = self._store.find(name) or Repository(name)
        manifest = self._accepted(request, repository, reference)
        digest = manifest.digest
        if reference in repository.manifests and manifest is repository.manifests[reference]:
            digest = reference
        tag = f'"{digest}"'
        if request.headers.get("if-none-match") in (tag, digest):
            return RegistryAnswer(304)
        headers = {
            "Content-Length": str(manifest.blob.size),
            "Content-Type": manifest.media_type,
            "Docker-Content-Digest": digest,
            "Etag": tag,
        }
        return RegistryAnswer(200, headers, manifest.blob)

    def _accepted(self, request: RegistryRequest, repository: Repository, reference: str) -> Manifest:
        given = request.headers.get("accept", "").split(",")
        accepted = {item.partition(";")[0].strip() for item in given}
        manifest = repository.manifest(reference)
        kind = manifest.media_type
        if kind in accepted:
            return manifest
        if self._newer and accepted & {"", "*/*", "application/*"}:
            return manifest
        if kind in (OCI_MANIFEST, OCI_INDEX):
            what, many = ("manifest", "manifests") if kind == OCI_MANIFEST else ("index", "indexes")
            text = f"OCI {what} found, but accept header does not support OCI {many}"
            raise RegistryError("MANIFEST_UNKNOWN", message=text)
        if ":" in reference:
            return manifest
        if kind == DOCKER_MANIFEST_LIST:  # the usual platform's is given to those that know no lists
            manifest = repository.manifest(_for_amd64(manifest))
        if manifest.media_type not in accepted:
            raise RegistryError("MANIFEST_INVALID", {})  # as schema 1, which nothing is kept in any more
        return manifest

    def put_manifest(self, request: RegistryRequest, name: str, reference: str) -> RegistryAnswer:
        """PUT …/manifests/{reference}: once all is there that it names."""
        body = b""
        for piece in request.pieces:
            body += piece
            if len(body) > _LARGEST_MANIFEST:
                raise RegistryError("MANIFEST_INVALID", "http: request body too large")
        manifest = Manifest(request.headers.get("content-type", "").partition(";")[0], Blob.of(body))
        subject = self._check(self._store.find(name) or Repository(name), manifest, body)
        digest = manifest.digest
        if ":" in reference:
            wanted = reference if self._newer else digest  # distribution 2.8 knows one kind of digest
            if not DIGEST.fullmatch(wanted) or reference != (digest := digest_of(manifest.blob, wanted)):
                raise RegistryError("DIGEST_INVALID")
        self._store.make(name).put(manifest, None if ":" in reference else reference, digest)
        headers = {
            "Docker-Content-Digest": digest,
            "Location": f"{request.base}/v2/{name}/manifests/{digest}",
            "Content-Length": "0",
        }
        if subject is not None and self._newer:
            headers["Oci-Subject"] = subject
        return RegistryAnswer(201, headers)

    def _check(self, repository: Repository, manifest: Manifest, body: bytes) -> str | None:
        """The digest of what it is about; or an error where it cannot be taken."""
        try:
            document = json.loads(body)
        except (ValueError, RecursionError) as error:
            offset = min(getattr(error, "pos", 0) + 1, len(body))
            raise RegistryError("MANIFEST_INVALID", {"Offset": offset}) from None
        kind = manifest.media_type
        if (
            not isinstance(document, dict)
            or kind not in (*MANIFEST_TYPES, *INDEX_TYPES)
            or document.get("schemaVersion") != 2
            or document.get("mediaType", kind if kind in (OCI_MANIFEST, OCI_INDEX) else None) != kind
        ):
            raise RegistryError("MANIFEST_INVALID", {})
        if kind in INDEX_TYPES:
            missing = [d for d in _digests(document.get("manifests")) if d not in repository.manifests]
        else:
            named = [*_digests([document.get("config")]), *_digests(document.get("layers"))]
            missing = [digest for digest in named if digest not in repository.blobs]
        if missing:
            code = "MANIFEST_BLOB_UNKNOWN"
            raise RegistryError(code, missing[0], more=[(code, digest) for digest in missing[1:]])
        subject = document.get("subject")
        return subject.get("digest") if isinstance(subject, dict) else None

    def delete_manifest(self, request: RegistryRequest, name: str, reference: str) -> RegistryAnswer:
        """DELETE …/manifests/{reference}: with its tags; or a tag alone."""
        if not self._deletes:
            raise RegistryError("UNSUPPORTED")
        repository = self._store.find(name) or Repository(name)
        if ":" in reference:
            repository.remove(reference)
        elif not self._newer:
            raise RegistryError("DIGEST_INVALID")
        else:
            repository.manifest(reference)
            del repository.tags[reference]
        return RegistryAnswer(202, {"Content-Length": "0"})

    def referrers(self, request: RegistryRequest, name: str, digest: str) -> RegistryAnswer:
        """GET …/referrers/{digest}: what is about a manifest, perhaps of one type."""
        if not DIGEST.fullmatch(digest):
            raise RegistryError("DIGEST_INVALID", {})
        repository = self._store.find(name) or Repository(name)
        wanted = request.parameters.get("artifactType")
        found = [_described(manifest) for manifest in repository.referrers(digest)]
        if wanted is not None:
            found = [item for item in found if item.get("artifactType") == wanted]
        answer = RegistryAnswer.of_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found})
        answer.headers["Content-Type"] = OCI_INDEX
        if wanted is not None:
            answer.headers["Oci-Filters-Applied"] = "artifactType"
        return answer

    # Lists

    def tags(self, request: RegistryRequest, name: str) -> RegistryAnswer:
        """GET …/tags/list."""
        repository = self._store.find(name)
        known = repository is not None and (repository.tagged or bool(repository.pending))
        if repository is None or not (known or (self._newer and repository.manifests)):
            raise RegistryError("NAME_UNKNOWN", {"name": name})
        if not self._newer:
            return RegistryAnswer.of_json({"name": name, "tags": repository.all_tags or None})
        limit = _page_size(request, usual=None)
        page, link = _page(sorted(repository.all_tags), request, limit, f"/v2/{name}/tags/list")
        return RegistryAnswer.of_json({"name": name, "tags": page}, headers=link)

    def catalog(self, request: RegistryRequest) -> RegistryAnswer:
        """GET /v2/_catalog."""
        limit = _page_size(request, usual=_USUAL_PAGE)
        page, link = _page(self._store.names(), request, limit, "/v2/_catalog")
        return RegistryAnswer.of_json({"repositories": page}, headers=link)


def _signature(name: str, digest: str) -> str:
    return hashlib.sha256(f"{name}@{digest}".encode()).hexdigest()


def _span(given: str, size: int) -> tuple[int, int] | None:
    """The first and the last byte that a Range asks for."""
    matched = _SPAN.fullmatch(given)
    if matched is None or matched[0] == "bytes=-":
        return None
    if not matched[1]:
        first, last = max(0, size - int(matched[2])), size - 1
    else:
        first, last = int(matched[1]), min(int(matched[2] or size), size - 1)
    return (first, last) if first <= last else None


def _for_amd64(manifest: Manifest) -> str:
    for item in manifest.document.get("manifests", ()):
        platform = item.get("platform", {})
        if (platform.get("os"), platform.get("architecture")) == ("linux", "amd64"):
            return str(item["digest"])
    raise RegistryError("MANIFEST_UNKNOWN")


def _digests(descriptors: Any) -> list[str]:
    """What descriptors name; those that lie elsewhere are not asked for."""
    if descriptors is None:
        return []
    if not isinstance(descriptors, list):
        raise RegistryError("MANIFEST_INVALID", {})
    found = []
    for item in descriptors:
        if not isinstance(item, dict) or not DIGEST.fullmatch(str(item.get("digest"))):
            raise RegistryError("MANIFEST_INVALID", {})
        if not item.get("urls"):
            found.append(item["digest"])
    return found


def _described(manifest: Manifest) -> dict[str, Any]:
    document = manifest.document
    kind = document.get("artifactType") or document.get("config", {}).get("mediaType")
    described: dict[str, Any] = {
        "mediaType": manifest.media_type,
        "size": manifest.blob.size,
        "digest": manifest.digest,
    }
    if kind:
        described["artifactType"] = kind
    if document.get("annotations"):
        described["annotations"] = document["annotations"]
    return described


def _page_size(request: RegistryRequest, usual: int | None) -> int | None:
    text = request.parameters.get("n", "")
    if not re.fullmatch(r"\d+", text):
        return usual
    if int(text) > _LARGEST_PAGE:
        raise RegistryError("PAGINATION_NUMBER_INVALID", {"n": int(text)})
    return int(text)


def _page(
    names: Sequence[str], request: RegistryRequest, limit: int | None, path: str
) -> tuple[list[str], dict[str, str]]:
    last = request.parameters.get("last", "")
    rest = [name for name in names if name > last]
    page = rest if limit is None else rest[:limit]
    if not page or len(page) == len(rest):
        return page, {}
    return page, {"Link": f'<{path}?last={quote(page[-1], safe="")}&n={limit}>; rel="next"'}
