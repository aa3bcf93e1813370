"""How blobs come into a registry: uploads, whole or in chunks, and mounts from other repositories."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dockpy.fake.blobs import Blob, BlobWriter
from dockpy.fake.registry.messages import RegistryAnswer, RegistryError

if TYPE_CHECKING:
    import random

    from dockpy.fake.registry.messages import RegistryRequest
    from dockpy.fake.registry.store import Store

__all__ = ["DIGEST", "Uploads", "digest_of"]

DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_RANGE = re.compile(r"(?:bytes[ =])?(\d+)-(\d+)")


@dataclass(slots=True)
class _Upload:
    id: str
    repository: str
    content: BlobWriter = field(default_factory=BlobWriter)
    whole: Blob | None = None  # one that was handed over as it is
    spoiled: bool = False
    short: bool = False  # its last chunk has fewer bytes than one has to have, and so nothing may follow


class Uploads:
    """The uploads that have begun and not ended.

    Args:
        store: where they end.
        random: their ids come from it.
        resumable: an upload whose connection broke may go on where it stands, and chunks have to follow
            each other; distribution 2.8 has neither.
        single: a whole blob may come with the request that begins its upload.
        chunk: how many bytes each chunk but the last has to have.
    """

    def __init__(
        self, store: Store, random: random.Random, *, resumable: bool, single: bool, chunk: int = 0
    ) -> None:
        self._store = store
        self._random = random
        self._resumable = resumable
        self._single = single
        self._chunk = chunk
        self._open: dict[str, _Upload] = {}
        self._secret = random.randbytes(32)

    def begin(self, request: RegistryRequest, name: str) -> RegistryAnswer:
        """POST …/blobs/uploads/: begin one, or mount a blob of another repository."""
        asked = request.parameters
        source = self._store.find(asked.get("from", ""))
        if source is not None and (blob := source.blobs.get(asked.get("mount", ""))) is not None:
            self._store.make(name).blobs[blob.digest] = blob
            return _created(request, name, blob.digest)
        upload = _Upload(str(uuid.UUID(int=self._random.getrandbits(128), version=4)), name)
        self._open[upload.id] = upload
        if self._single and "digest" in asked:
            self._receive(upload, request)
            return self._finish(upload, request)
        answer = self._told(request, upload, 202)
        if self._chunk:
            answer.headers["Oci-Chunk-Min-Length"] = str(self._chunk)
        return answer

    def status(self, request: RegistryRequest, name: str, id: str) -> RegistryAnswer:
        """GET …/blobs/uploads/{id}: how far it has come."""
        return self._told(request, self._find(request, name, id), 204)

    def receive(self, request: RegistryRequest, name: str, id: str) -> RegistryAnswer:
        """PATCH …/blobs/uploads/{id}: a part of it."""
        upload = self._find(request, name, id)
        if request.headers.get("content-type", "application/octet-stream") != "application/octet-stream":
            raise RegistryError("UNKNOWN", {})
        if self._resumable and (given := request.headers.get("content-range")) is not None:
            matched = _RANGE.match(given)
            if matched is None or int(matched[1]) != self._size(upload):
                raise RegistryError("RANGE_INVALID", headers=self._place(request, upload))
        before = self._size(upload)
        self._receive(upload, request)
        upload.short = self._size(upload) - before < self._chunk
        return self._told(request, upload, 202)

    def finish(self, request: RegistryRequest, name: str, id: str) -> RegistryAnswer:
        """PUT …/blobs/uploads/{id}?digest=…: the rest of it, and what it is to be."""
        upload = self._find(request, name, id)
        digest = request.parameters.get("digest", "")
        if not digest:
            raise RegistryError("DIGEST_INVALID", "digest missing")
        if not DIGEST.fullmatch(digest):
            raise RegistryError("DIGEST_INVALID", "digest parsing failed")
        self._receive(upload, request)
        return self._finish(upload, request)

    def cancel(self, request: RegistryRequest, name: str, id: str) -> RegistryAnswer:
        """DELETE …/blobs/uploads/{id}: forget it."""
        upload = self._find(request, name, id)
        self._forget(upload)
        return RegistryAnswer(204, {"Docker-Upload-Uuid": upload.id})

    def close(self) -> None:
        """Forget them all."""
        for upload in list(self._open.values()):
            self._forget(upload)

    def _forget(self, upload: _Upload) -> None:
        self._open.pop(upload.id, None)
        upload.content.close()

    def _find(self, request: RegistryRequest, name: str, id: str) -> _Upload:
        state = self._state_in(request)
        if state is None or state["Name"] != name or state["UUID"] != id:
            raise RegistryError("BLOB_UPLOAD_INVALID", {} if state is None else None)
        upload = self._open.get(id)
        if upload is None:
            raise RegistryError("BLOB_UPLOAD_UNKNOWN", {})
        if upload.spoiled or (not self._resumable and state["Offset"] != self._size(upload)):
            raise RegistryError("BLOB_UPLOAD_INVALID")
        return upload

    def _receive(self, upload: _Upload, request: RegistryRequest) -> None:
        if isinstance(request.body, Blob) and self._size(upload) == 0:
            upload.whole = request.body
            return
        for piece in request.pieces:
            if upload.short and piece:
                raise RegistryError("SIZE_INVALID", headers=self._place(request, upload))
            if upload.whole is not None and piece:  # more follows what was taken for the whole
                whole, upload.whole = upload.whole, None
                for part in whole.pieces():
                    upload.content.write(part)
            upload.content.write(piece)

    def _finish(self, upload: _Upload, request: RegistryRequest) -> RegistryAnswer:
        digest = request.parameters["digest"]
        blob = upload.whole or upload.content.blob()
        if digest_of(blob, digest) != digest:
            upload.spoiled = True
            raise RegistryError("DIGEST_INVALID", {"Digest": digest, "Reason": {}})
        self._store.make(upload.repository).blobs[digest] = blob
        self._forget(upload)
        return _created(request, upload.repository, digest)

    @staticmethod
    def _size(upload: _Upload) -> int:
        return upload.whole.size if upload.whole is not None else upload.content.size

    # Where it goes on: signed, so that a client cannot make it up

    def _told(self, request: RegistryRequest, upload: _Upload, status: int) -> RegistryAnswer:
        length = {"Content-Length": "0"} if status != 204 else {}
        return RegistryAnswer(status, {**self._place(request, upload), **length})

    def _place(self, request: RegistryRequest, upload: _Upload) -> dict[str, str]:
        size = self._size(upload)
        said = {"Name": upload.repository, "UUID": upload.id, "Offset": size}
        text = json.dumps(said, separators=(",", ":")).encode()
        state = base64.urlsafe_b64encode(self._signature(text) + text).decode()
        path = f"/v2/{upload.repository}/blobs/uploads/{upload.id}"
        return {
            "Docker-Upload-Uuid": upload.id,
            "Location": f"{request.base}{path}?_state={quote(state)}",
            "Range": f"0-{max(0, size - 1)}",
        }

    def _state_in(self, request: RegistryRequest) -> dict[str, Any] | None:
        try:
            data = base64.urlsafe_b64decode(request.parameters.get("_state", ""))
        except (binascii.Error, ValueError):
            return None
        signature, text = data[:32], data[32:]
        if not hmac.compare_digest(signature, self._signature(text)):
            return None
        state: dict[str, Any] = json.loads(text)
        return state

    def _signature(self, text: bytes) -> bytes:
        return hmac.new(self._secret, text, hashlib.sha256).digest()


def digest_of(blob: Blob, wanted: str) -> str:
    """The digest of a blob, of the same kind as another one."""
    algorithm = wanted.partition(":")[0]
    if algorithm == "sha256":
        return blob.digest
    made = hashlib.new(algorithm)
    for piece in blob.pieces():
        made.update(piece)
    return f"{algorithm}:{made.hexdigest()}"


def _created(request: RegistryRequest, name: str, digest: str) -> RegistryAnswer:
    return RegistryAnswer(
        201,
        {
            "Content-Length": "0",
            "Docker-Content-Digest": digest,
            "Location": f"{request.base}/v2/{name}/blobs/{digest}",
        },
    )
