"""What a registry is asked, what it answers, and how it refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

from dockpy.fake.blobs import Blob
from dockpy.fake.reply import encode_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["JSON_TYPE", "HasPieces", "RegistryAnswer", "RegistryError", "RegistryRequest", "render"]

JSON_TYPE = "application/json; charset=utf-8"

_ERRORS = {
    "UNKNOWN": (500, "unknown error"),
    "UNSUPPORTED": (405, "The operation is unsupported."),
    "UNAUTHORIZED": (401, "authentication required"),
    "DENIED": (403, "requested access to the resource is denied"),
    "UNAVAILABLE": (503, "service unavailable"),
    "TOOMANYREQUESTS": (429, "too many requests"),
    "DIGEST_INVALID": (400, "provided digest did not match uploaded content"),
    "SIZE_INVALID": (400, "provided length did not match content length"),
    "RANGE_INVALID": (416, "invalid content range"),
    "NAME_INVALID": (400, "invalid repository name"),
    "NAME_UNKNOWN": (404, "repository name not known to registry"),
    "MANIFEST_UNKNOWN": (404, "manifest unknown"),
    "MANIFEST_INVALID": (400, "manifest invalid"),
    "MANIFEST_BLOB_UNKNOWN": (400, "blob unknown to registry"),
    "BLOB_UNKNOWN": (404, "blob unknown to registry"),
    "BLOB_UPLOAD_UNKNOWN": (404, "blob upload unknown to registry"),
    "BLOB_UPLOAD_INVALID": (404, "blob upload invalid"),
    "PAGINATION_NUMBER_INVALID": (400, "invalid number of results requested"),
}
_NOTHING = object()


class RegistryError(Exception):
    """How a registry refuses.

    Args:
        code: of the error, such as ``MANIFEST_UNKNOWN``.
        detail: what is said besides; nothing where it is left out.
        message: the text; None for the code's usual one.
        status: the HTTP status; None for the code's usual one.
        headers: of the answer.
        more: errors that are told of in the same answer, each a code and a detail.
    """

    def __init__(
        self,
        code: str,
        detail: Any = _NOTHING,
        *,
        message: str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        more: Iterable[tuple[str, Any]] = (),
    ) -> None:
        usual, text = _ERRORS.get(code, (400, code.lower().replace("_", " ")))
        self.code: str = code
        self.message: str = text if message is None else message
        self.status: int = usual if status is None else status
        self.headers: dict[str, str] = dict(headers or {})
        self._errors = [_error(code, self.message, detail)]
        self._errors += [_error(other, _ERRORS[other][1], said) for other, said in more]
        super().__init__(f"{code.lower()}: {self.message}")

    def answer(self) -> RegistryAnswer:
        """It as an answer."""
        return RegistryAnswer.of_json({"errors": self._errors}, status=self.status, headers=self.headers)


def _error(code: str, message: str, detail: Any) -> dict[str, Any]:
    error = {"code": code, "message": message}
    return error if detail is _NOTHING else {**error, "detail": detail}


def render(value: Any) -> bytes:
    """A value as registries write JSON."""
    return encode_text(json.dumps(value, ensure_ascii=False, separators=(",", ":"))) + b"\n"


@dataclass(slots=True)
class RegistryRequest:
    """A request.

    Attributes:
        method: in capitals.
        path: decoded, with its ``/v2/``.
        query: the parameters, as they stand.
        headers: lower-case names.
        body: as it comes; or a blob, which is not copied then.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Iterable[bytes] | Blob = ()

    @property
    def parameters(self) -> dict[str, str]:
        """The first value of each parameter."""
        return {name: values[0] for name, values in parse_qs(self.query, keep_blank_values=True).items()}

    @property
    def pieces(self) -> Iterable[bytes]:
        """The body, piece by piece."""
        return self.body.pieces() if isinstance(self.body, Blob) else self.body

    @property
    def base(self) -> str:
        """How whoever asks calls this registry: ``http://127.0.0.1:5000``."""
        scheme = self.headers.get("x-forwarded-proto", "http")
        return f"{scheme}://{self.headers.get('host', 'registry')}"


class HasPieces(Protocol):
    """What a body is made of as it is read: a blob, or what is made up."""

    def pieces(self, offset: int = 0, size: int | None = None) -> Iterator[bytes]:
        """A part of it, piece by piece; all that follows the offset where no size is given."""
        ...


@dataclass(slots=True)
class RegistryAnswer:
    """An answer.

    Attributes:
        status: the HTTP status.
        headers: as they are written.
        body: bytes, or a blob, or what is made as it is read; `pieces` gives them all.
        offset: where in it the answer begins, where it is not bytes.
        length: how many bytes of it there are; None for all that follow.
        cut: the connection ends after that many bytes of the body; None for none of that.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | HasPieces = b""
    offset: int = 0
    length: int | None = None
    cut: int | None = None

    @classmethod
    def of_json(
        cls, value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> RegistryAnswer:
        """An answer of JSON."""
        body = render(value)
        given = {"Content-Type": JSON_TYPE, **(headers or {}), "Content-Length": str(len(body))}
        return cls(status, given, body)

    @classmethod
    def of_text(cls, status: int, text: str, headers: Mapping[str, str] | None = None) -> RegistryAnswer:
        """An answer of plain text."""
        body = text.encode()
        given = {
            **(headers or {}),
            "Content-Type": "text/plain; charset=utf-8",
            "X-Content-Type-Options": "nosniff",
            "Content-Length": str(len(body)),
        }
        return cls(status, given, body)

    @property
    def blob(self) -> Blob | None:
        """The blob, where the answer is one whole."""
        whole = self.offset == 0 and self.length is None and self.cut is None
        return self.body if isinstance(self.body, Blob) and whole else None

    @property
    def size(self) -> int:
        """How long the body is, as the answer says; 0 where it does not."""
        return int(self.headers.get("Content-Length", "0"))

    def pieces(self) -> Iterator[bytes]:
        """The body, piece by piece; `ConnectionResetError` where it is cut."""
        body = self.body
        pieces = iter((body,)) if isinstance(body, bytes) else body.pieces(self.offset, self.length)
        if self.cut is None:
            yield from pieces
            return
        left = self.cut
        for piece in pieces:
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                break
        raise ConnectionResetError("the connection is cut on purpose")
