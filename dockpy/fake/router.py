"""From a request to an operation's handler, and from its answer to a reply."""

from __future__ import annotations

import json
import logging
import posixpath
import re
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, unquote

from dockpy.fake import handlers
from dockpy.fake.call import CHECKS, HANDLERS, Answer, Call
from dockpy.fake.engine import Gone, Peer
from dockpy.fake.failure import Failure
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.releases import release
from dockpy.fake.reply import Reply, Request, encode_text
from dockpy.fake.shaping import shape
from dockpy.fake.times import http_date
from dockpy.ops.path import match_path
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockpy.fake.engine import Engine
    from dockpy.fake.faults import Faults
    from dockpy.ops.operation import Operation

__all__ = ["RecordedRequest", "Router"]

_log = logging.getLogger("dockpy.fake")

_VERSIONED = re.compile(r"/v([0-9.]+)(/.*)")
_ABSOLUTE = re.compile(r"^https?://[^/?]*", re.IGNORECASE)
_KEPT_BODY = 1024 * 1024
_KEPT = 16 * 1024 * 1024
"""Of all requests so many bytes; where there are more, the older half is forgotten."""

_RECORD = 1024
"""What one takes beside its body."""


@dataclass(slots=True)
class RecordedRequest:
    """A request that came to a fake daemon.

    Attributes:
        operation: the operation's id; None where no operation has such a path.
        method: the HTTP method.
        path: decoded, without the version.
        version: the API version that was asked for; None where the path named none.
        query: the parameters, each with all of its values.
        headers: by their names in lower case.
        body: the body, its first MiB.
        status: what it was answered with; 0 while it is not, and where the connection was broken instead.
    """

    operation: str | None
    method: str
    path: str
    version: str | None
    query: dict[str, list[str]]
    headers: dict[str, str] = field(repr=False)  # credentials among them
    body: bytes = field(repr=False)
    status: int = 0

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


class Router:
    """Answers the requests of one daemon. Everything here happens under the engine's lock.

    Args:
        engine: the daemon's state.
        faults: what goes wrong on purpose.
    """

    def __init__(self, engine: Engine, faults: Faults) -> None:
        handlers.load()
        self._engine = engine
        self._faults = faults
        self.requests: list[RecordedRequest] = []
        self._kept = 0
        self.observers: list[Callable[[Call, Reply], None]] = []
        """Called with each call and what it is answered with, before that is sent."""
        self._date = (-1, "")

    def refuses(self, request: Request, peer: Peer) -> bool:
        """Whether a request is going to be refused whatever its body is: nobody needs to read that."""
        path, _, query = request.target.partition("?")
        versioned = _VERSIONED.fullmatch(path)
        version, path = versioned.groups() if versioned else (None, path)
        found = match_path(request.method, path)
        check = CHECKS.get(found[0].id) if found is not None else None
        if found is None or check is None:
            return False
        values = parse_qs(query, keep_blank_values=True)
        call = Call(self._engine, *found, values, request.headers, version or self._engine.api, (), peer)
        try:
            check(call)
        except Failure:
            return True
        return False

    def answer(self, request: Request, peer: Peer) -> Reply:
        """Answer a request.

        Args:
            request: what came.
            peer: who waits for the answer.

        Raises:
            Gone: nobody waits any more.
        """
        path, _, query = _ABSOLUTE.sub("", request.target).partition("?")
        versioned = _VERSIONED.fullmatch(path)
        version, path = versioned.groups() if versioned else (None, path)
        found = match_path(request.method, path)
        values = parse_qs(query, keep_blank_values=True)
        record = RecordedRequest(
            found[0].id if found else None,
            request.method,
            unquote(path),
            version,
            values,
            request.headers,
            request.body.read(0, _KEPT_BODY),
        )
        self._keep(record)
        self._engine.catch_up()
        try:
            reply = self._answer(request, peer, path, version, values, found)
            if reply.duplex is None:
                reply.headers["Date"] = self._dated()
            record.status = 0 if reply.broken else reply.status
        finally:
            self._engine.notify()
        return reply

    def _dated(self) -> str:
        """The time, as heads say it; it is put in words once a second."""
        second = self._engine.now() // SECOND
        if second != self._date[0]:
            self._date = second, http_date(second)
        return self._date[1]

    def _keep(self, record: RecordedRequest) -> None:
        self.requests.append(record)
        self._kept += _RECORD + len(record.body)
        if self._kept > _KEPT:
            sizes = [_RECORD + len(kept.body) for kept in self.requests]
            self._kept, forgotten = sum(sizes), 0
            while self._kept > _KEPT // 2:
                self._kept -= sizes[forgotten]
                forgotten += 1
            del self.requests[:forgotten]

    def _answer(
        self,
        request: Request,
        peer: Peer,
        path: str,
        version: str | None,
        values: dict[str, list[str]],
        found: tuple[Operation[Any], dict[str, str]] | None,
    ) -> Reply:
        engine = self._engine
        if (clean := _clean(unquote(path))) is not None:
            return Reply(301, {"Location": quote(clean if version is None else f"/v{version}{clean}")})
        if found is None or not found[0].known_to(engine.api):
            return Reply.error(404, "page not found")
        operation, parts = found
        headers = {
            "Api-Version": engine.api,
            "Ostype": "linux",
            "Server": f"Docker/{release(engine.api)} (linux)",
        }
        if version is not None and (refused := self._refuse_version(version)):
            refused.headers = headers | refused.headers
            return refused
        headers["Docker-Experimental"] = "false"
        spoken = version or engine.api
        call = Call(engine, operation, parts, values, request.headers, spoken, request.body, peer)
        faults = self._faults.of(call)
        reply = faults.applied(faults.reply or self._handled(call))
        if reply.duplex is None or operation.id not in _SAY_NO_MORE:
            reply.headers = headers | reply.headers
        for observer in self.observers:
            observer(call, reply)
        return reply

    def _refuse_version(self, version: str) -> Reply | None:
        engine = self._engine
        asked = version if re.fullmatch(r"\d{1,3}\.\d{1,4}", version) else "0.0"
        if not at_least(engine.api, asked):
            known = f"Maximum supported API version is {engine.api}"
            return Reply.error(400, f"client version {version} is too new. {known}")
        if not at_least(asked, engine.min_api):
            text = (
                f"client version {version} is too old. Minimum supported API version is {engine.min_api}, "
                "please upgrade your client to a newer version"
            )
            if at_least(engine.api, "1.52"):
                return Reply.error(400, text)
            plain = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
            return Reply(400, plain, f"{text}\n".encode())
        return None

    def _handled(self, call: Call) -> Reply:
        try:
            return self._handle(call)
        except Failure as failure:
            return Reply.error(failure.status, failure.message)
        except Gone:
            raise
        except Exception as error:
            # A fault of ours must not look like an answer of an engine's.
            _log.exception("%s", call.operation.id)
            shown = "".join(traceback.format_exception_only(error)).strip()
            return Reply.error(500, f"dockpy's fake daemon failed in {call.operation.id}: {shown}")

    def _handle(self, call: Call) -> Reply:
        operation = call.operation
        handler = HANDLERS.get(operation.id)
        if handler is None:
            raise Failure(501, f"dockpy's fake daemon does not have {operation.id}")
        answer = handler(call) or Answer()
        status = answer.status or operation.success[0]
        reply = Reply(status, dict(answer.headers))
        if answer.content_type:
            reply.headers["Content-Type"] = answer.content_type
        if answer.json is not None:
            model, value = operation.answer.model, answer.json
            if model is not None and not answer.shaped:
                value = shape(value, model, call.version)
            reply.headers.setdefault("Content-Type", "application/json")
            reply.body = encode_json(value)
        elif answer.body is not None:
            reply.headers.setdefault("Content-Type", "text/plain; charset=utf-8")
            reply.body = answer.body
        elif answer.stream is not None:
            if answer.content_type is None:
                kind = _STREAMS.get(operation.answer.kind, "application/json")
                reply.headers.setdefault("Content-Type", kind)
            reply.stream = answer.stream
        elif answer.duplex is not None:
            self._take_over(call, reply, answer)
        return reply

    def _take_over(self, call: Call, reply: Reply, answer: Answer) -> None:
        reply.duplex = answer.duplex
        if answer.status is None:  # as an engine takes over a connection: with 101 where that was asked for
            upgrade = call.headers.get("upgrade")
            reply.status = 101 if upgrade else 200
            reply.headers.setdefault("Content-Type", "application/vnd.docker.raw-stream")
            if upgrade:
                reply.headers |= {"Connection": "Upgrade", "Upgrade": upgrade}


_SAY_NO_MORE = {"ContainerAttach", "ContainerAttachWebsocket"}
"""What engines answer with nothing in the head but that the connection is taken over."""

_STREAMS = {
    "frames": "application/vnd.docker.raw-stream",
    "raw": "application/x-tar",
    "json-stream": "application/json",
}


def _clean(path: str) -> str | None:
    """Where an engine sends clients whose path has ``..`` or ``//`` in it; None where it has not."""
    clean = "/" + posixpath.normpath(f"/{path}").lstrip("/")
    if path.endswith("/") and clean != "/":
        clean += "/"
    return clean if clean != path else None


def encode_json(value: Any) -> bytes:
    """JSON as an engine writes it: in one line, with a line break."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return encode_text(text) + b"\n"
