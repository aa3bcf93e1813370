"""One daemon as a scenario sees it: plain HTTP over its socket, and a transcript of what came back.

Nothing of dockpy's client is used, so that it cannot hide what differs. A scenario is a function that takes a
`Side`; it is run on a fake daemon and on a real engine, and the two transcripts are compared.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Answer", "Side", "masked", "shape"]


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("docker", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


@dataclass
class Answer:
    """What a daemon answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        """The objects of a stream of JSON."""
        decoder, text, found = json.JSONDecoder(), self.body.decode().strip(), []
        while text:
            value, end = decoder.raw_decode(text)
            found.append(value)
            text = text[end:].lstrip()
        return found

    @property
    def frames(self) -> list[tuple[int, bytes]]:
        """A multiplexed stream, neighbouring frames of one stream joined."""
        found: list[tuple[int, bytes]] = []
        data = self.body
        while data:
            stream, size = struct.unpack(">BxxxL", data[:8])
            payload, data = data[8 : 8 + size], data[8 + size :]
            if found and found[-1][0] == stream:
                payload = found.pop()[1] + payload
            found.append((stream, payload))
        return found


@dataclass
class Side:
    """A daemon, and what a scenario heard from it.

    Attributes:
        path: its socket.
        version: the API version that is spoken.
        run: makes names its own.
        transcript: what is compared: a line for each thing, and what it was.
    """

    path: str
    version: str
    run: str
    transcript: list[tuple[str, Any]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    operations: list[tuple[str, str]] = field(default_factory=list)
    made: list[str] = field(default_factory=list)

    def name(self, short: str) -> str:
        """A name that nothing has yet; in the transcript it is ``<short>``."""
        whole = f"dockpy-diff-{self.run}-{short}"
        self.names[whole] = f"<{short}>"
        return whole

    def call(
        self,
        method: str,
        path: str,
        json_body: Any = None,
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        query: dict[str, Any] | None = None,
        note: bool = True,
        versioned: bool = True,
    ) -> Answer:
        """Call an operation; its status and the shape of its answer go to the transcript.

        Args:
            method: the HTTP method.
            path: without the version; names in it are percent-encoded by the caller.
            json_body: the body, as JSON.
            body: the body, as bytes (a tar).
            headers: more headers.
            query: parameters; what is no str is written as JSON.
            note: False where the answer is not to be compared (the scenario notes what matters).
            versioned: False asks without the version.
        """
        target = f"/v{self.version}{path}" if versioned else path
        if query:
            texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in query.items()}
            target += "?" + "&".join(f"{k}={quote(v, safe='')}" for k, v in texts.items())
        sent = dict(headers or {})
        if json_body is not None:
            body = json.dumps(json_body).encode()
            sent.setdefault("Content-Type", "application/json")
        elif body is not None:
            sent.setdefault("Content-Type", "application/x-tar")
        connection = _Connection(self.path)
        try:
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            answer = Answer(
                response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
            )
        finally:
            connection.close()
        self.operations.append((method, path))
        if note:
            self.note(f"{method} {self.mask(path)}", self._noted(answer))
        return answer

    def get(self, path: str, **options: Any) -> Answer:
        return self.call("GET", path, **options)

    def post(self, path: str, json_body: Any = None, **options: Any) -> Answer:
        return self.call("POST", path, json_body, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.call("DELETE", path, **options)

    def _noted(self, answer: Answer) -> Any:
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if kind == "application/json" and answer.body:
            try:
                value = answer.json
            except ValueError:
                return answer.status, kind, [self.shape(line) for line in answer.lines]
            if answer.status >= 400:
                return answer.status, kind, self.mask(str(value.get("message")))
            return answer.status, kind, self.shape(value)
        return answer.status, kind if answer.body else "", len(answer.body) > 0

    def note(self, what: str, value: Any) -> None:
        """Put something into the transcript."""
        self.transcript.append((what, value))

    def mask(self, text: str) -> str:
        """A text without what is different every time."""
        for whole, short in sorted(self.names.items(), key=lambda item: -len(item[0])):
            text = text.replace(whole, short)
        return masked(text)

    def shape(self, value: Any) -> Any:
        """See `shape`; names are masked in keys."""
        return shape(value, self.mask)

    # Everyday things

    def create(self, short: str, cmd: list[str] | None = None, *, note: bool = True, **config: Any) -> str:
        """Create a container of busybox, without a network unless asked; returns its id."""
        host = {"NetworkMode": "none", **config.pop("HostConfig", {})}
        request = {"Image": "busybox", "Cmd": cmd, **config, "HostConfig": host}
        answer = self.post("/containers/create", request, query={"name": self.name(short)}, note=note)
        if answer.status != 201:
            return ""
        self.made.append(f"/containers/{answer.json['Id']}?force=1&v=1")
        return str(answer.json["Id"])

    def start(self, short: str, cmd: list[str] | None = None, **config: Any) -> str:
        """Create a container and start it."""
        id = self.create(short, cmd, note=False, **config)
        self.post(f"/containers/{id}/start", note=False)
        return id

    def wait(self, id: str) -> int:
        """Wait until a container has ended; its exit code."""
        answer = self.post(f"/containers/{id}/wait", note=False)
        return int(answer.json["StatusCode"])

    def logs(self, id: str, what: str = "logs", **query: Any) -> None:
        """Note a container's log, byte for byte."""
        answer = self.get(f"/containers/{id}/logs", query={"stdout": "1", "stderr": "1", **query}, note=False)
        self.note(what, answer.frames)

    def now(self) -> str:
        """The daemon's time, for `events`."""
        return str(self.get("/info", note=False).json["SystemTime"])

    def events(self, since: str, **filters: list[str]) -> None:
        """Note what happened since then: types, actions, and what is said of each."""
        query = {"since": since, "until": self.now(), "filters": filters}
        answer = self.get("/events", query=query, note=False)
        for event in answer.lines:
            actor = event["Actor"]
            attributes = {name: self.mask(value) for name, value in (actor["Attributes"] or {}).items()}
            self.note(f"event {event['Type']} {self.mask(event['Action'])}", attributes)

    def exec(self, id: str, cmd: list[str], what: str, **config: Any) -> None:
        """Execute a command in a container; note its output and its exit code."""
        request = {"Cmd": cmd, "AttachStdout": True, "AttachStderr": True, **config}
        created = self.post(f"/containers/{id}/exec", request, note=False)
        if created.status != 201:
            self.note(what, self._noted(created))
            return
        answer = self.post(f"/exec/{created.json['Id']}/start", {"Detach": False, "Tty": False}, note=False)
        code = self.get(f"/exec/{created.json['Id']}/json", note=False).json["ExitCode"]
        frames = answer.frames if answer.status == 200 else self._noted(answer)
        self.note(what, (frames, code))

    @contextlib.contextmanager
    def cleaning(self) -> Iterator[Side]:
        """Remove what was made, at the end."""
        try:
            yield self
        finally:
            for path in reversed(self.made):
                self.delete(path, note=False)


_MASKS = [
    (re.compile(r"\b[0-9a-f]{64}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"), "<time>"),
    (re.compile(r"\b\d{1,3}(\.\d{1,3}){3}(/\d+)?\b"), "<ip>"),
    (re.compile(r"\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b"), "<mac>"),
]


def masked(text: str) -> str:
    """A text without ids, times and addresses."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text


def shape(value: Any, mask: Any = masked) -> Any:
    """The keys of a JSON value and the types of what they hold; of a list, the shapes there are in it."""
    if isinstance(value, dict):
        return {mask(name): shape(item, mask) for name, item in sorted(value.items())}
    if isinstance(value, list):
        shapes: list[Any] = []
        for item in value:
            if (one := shape(item, mask)) not in shapes:
                shapes.append(one)
        return shapes
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    return "null" if value is None else "string"
