"""One daemon as a scenario sees it: plain HTTP over its socket, and a transcript of what came back.

Nothing of dockpy's client is used, so that it cannot hide what differs. A scenario is a function that takes a
`Side`; it is run on a fake daemon and on a real engine, and the two transcripts are compared.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import http.client
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from answers import Answer, masked, payloads, read_all, read_head, shape

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

__all__ = ["Side"]


_TICK = threading.Event()  # never set: waiting for it is how a condition is asked again in a while
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("docker", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


@dataclass
class Side:
    """A daemon, and what a scenario heard from it.

    Attributes:
        path: its socket.
        version: the API version that is spoken.
        run: makes names its own.
        made: the paths of what was made, which is deleted at the end.
        after: what is done when all of that is gone.
        transcript: what is compared: a line for each thing, and what it was.
    """

    path: str
    version: str
    run: str
    transcript: list[tuple[str, Any]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    operations: list[tuple[str, str]] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    after: list[Callable[[], object]] = field(default_factory=list)

    def name(self, short: str) -> str:
        """A name that nothing has yet; in the transcript it is ``<short>``."""
        whole = f"dockpy-diff-{self.run}-{short}"
        self.names[whole] = f"<{short}>"
        self.names[self.run] = "<run>"
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
        values: bool = False,
        without: Collection[str] = (),
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
            values: compare what JSON holds, and not only its shape; texts are masked.
            without: of these names only the shape, wherever they stand.
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
            noted = self.noted(answer, values=values, without=without)
            self.note(f"{method} {self.mask(path)}{_query_text(query, self.mask)}", noted)
        return answer

    def get(self, path: str, **options: Any) -> Answer:
        return self.call("GET", path, **options)

    def post(self, path: str, json_body: Any = None, **options: Any) -> Answer:
        return self.call("POST", path, json_body, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.call("DELETE", path, **options)

    def put(self, path: str, json_body: Any = None, **options: Any) -> Answer:
        return self.call("PUT", path, json_body, **options)

    def noted(self, answer: Answer, *, values: bool = False, without: Collection[str] = ()) -> Any:
        """What is compared of an answer."""
        kind = answer.headers.get("content-type", "").partition(";")[0]
        seen = (lambda value: self.valued(value, without)) if values else self.shape
        if kind == "application/json" and answer.body:
            try:
                value = answer.json
            except ValueError:
                return answer.status, kind, [seen(line) for line in answer.lines]
            if answer.status >= 400:
                said = (
                    self.mask(str(value.get("message"))) if set(value) == {"message"} else self.shape(value)
                )
                return answer.status, kind, said
            return answer.status, kind, seen(value)
        if answer.status >= 400:
            return answer.status, kind, self.mask(answer.body.decode(errors="replace"))
        return answer.status, kind if answer.body else "", len(answer.body) > 0

    def note(self, what: str, value: Any) -> None:
        """Put something into the transcript."""
        self.transcript.append((what, value))

    def mask(self, text: str) -> str:
        """A text without what is different every time."""
        for root, short in self._roots:
            text = text.replace(root, short)
        for whole, short in sorted(self.names.items(), key=lambda item: -len(item[0])):
            text = text.replace(whole, short)
        return masked(text)

    @functools.cached_property
    def _roots(self) -> list[tuple[str, str]]:
        root = str(self.get("/info", note=False).json["DockerRootDir"])
        beside = (
            "/var/run/docker" if root == "/var/lib/docker" else str(PurePosixPath(root).with_name("exec"))
        )
        return [(root, "<root>"), (beside, "<exec>")]

    def shape(self, value: Any) -> Any:
        """See `shape`; names are masked in keys."""
        return shape(value, self.mask)

    def valued(self, value: Any, without: Collection[str] = ()) -> Any:
        """A JSON value with its texts masked."""
        if isinstance(value, dict):
            return {
                self.mask(name): self.shape(item) if name in without else self.valued(item, without)
                for name, item in sorted(value.items())
            }
        if isinstance(value, list):
            whole = [self.valued(item, without) for item in value]
            mounts = bool(whole) and isinstance(whole[0], dict) and "Destination" in whole[0]
            return sorted(whole, key=str) if mounts else whole  # engines have no order of mounts
        return self.mask(value) if isinstance(value, str) else value

    @property
    def label(self) -> str:
        """A label of this run's own."""
        return f"dockpy-diff={self.run}"

    # Connections that are taken over

    def hijack(
        self, path: str, json_body: Any = None, *, send: bytes = b"", upgrade: bool = True, half: bool = True
    ) -> Answer:
        """Ask for a connection that is taken over, send something, close that half, and read to the end.

        Args:
            path: without the version.
            json_body: the request's body.
            send: what is sent once the connection is taken over.
            upgrade: ask for it with an Upgrade.
            half: close the half that is sent on.
        """
        body = b"" if json_body is None else json.dumps(json_body).encode()
        head = f"POST /v{self.version}{path} HTTP/1.1\r\nHost: docker\r\nContent-Length: {len(body)}\r\n"
        if json_body is not None:
            head += "Content-Type: application/json\r\n"
        if upgrade:
            head += "Connection: Upgrade\r\nUpgrade: tcp\r\n"
        with self._connected() as sock:
            sock.sendall(f"{head}\r\n".encode() + body)
            status, headers, rest = read_head(sock)
            if status < 300:
                if send:
                    sock.sendall(send)
                if half:
                    sock.shutdown(socket.SHUT_WR)
                rest += read_all(sock)
            else:
                while len(rest) < int(headers.get("content-length", "0")):
                    rest += sock.recv(65536)
        self.operations.append(("POST", path.partition("?")[0]))
        return Answer(status, headers, rest)

    def websocket(self, path: str) -> Answer:
        """Ask for a WebSocket and read to its end; the body is what came of payload."""
        head = (
            f"GET /v{self.version}{path} HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\nOrigin: http://docker\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        with self._connected() as sock:
            sock.sendall(head.encode())
            status, headers, rest = read_head(sock)
            if status == 101:
                rest += read_all(sock)
            else:
                while len(rest) < int(headers.get("content-length", "0")):
                    rest += sock.recv(65536)
        self.operations.append(("GET", path.partition("?")[0]))
        return Answer(status, headers, payloads(rest) if status == 101 else rest)

    def _connected(self) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(30)
        sock.connect(self.path)
        return sock

    # Everyday things

    def create(self, short: str, cmd: list[str] | None = None, *, note: bool = True, **config: Any) -> str:
        """Create a container of busybox, without a network unless asked; returns its id."""
        host = {"NetworkMode": "none", **config.pop("HostConfig", {})}
        env = [f"PATH={PATH}", *config.pop("Env", [])]  # the fake's busybox has it, the engines' has not
        request = {"Image": "busybox", "Cmd": cmd, "Env": env, **config, "HostConfig": host}
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

    def until(self, condition: Callable[[], object], seconds: float = 20) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not come to be so"
            _TICK.wait(0.02)

    def output(self, id: str) -> bytes:
        """What a container has written so far."""
        query = {"stdout": "1", "stderr": "1"}
        return b"".join(
            data for _, data in self.get(f"/containers/{id}/logs", query=query, note=False).frames
        )

    def output_since(self, id: str, since: str) -> bytes:
        """What a container has written since a time of the daemon's; both streams as they come."""
        query = {"stdout": "1", "stderr": "1", "since": _seconds(since)}
        return self.get(f"/containers/{id}/logs", query=query, note=False).body

    def logs(self, id: str, what: str = "logs", **query: Any) -> None:
        """Note a container's log, byte for byte."""
        answer = self.get(f"/containers/{id}/logs", query={"stdout": "1", "stderr": "1", **query}, note=False)
        self.note(what, self.heard(answer))

    def heard(self, answer: Answer) -> Any:
        """What streams held, or why there are none."""
        kind = answer.headers.get("content-type", "")
        return self.noted(answer) if answer.status >= 300 else (answer.status, kind, answer.streams)

    def now(self) -> str:
        """The daemon's time, for `events`: seconds, a point, nanoseconds."""
        return _seconds(str(self.get("/info", note=False).json["SystemTime"]))

    def events(self, since: str, *, ordered: bool = True, **filters: list[str]) -> None:
        """Note what happened since then: types, actions, and what is said of each.

        Args:
            since: what `now` gave.
            ordered: False where the engine has no order (of a container's networks).
            filters: which events.
        """
        query = {"since": since, "until": self.now(), "filters": filters}
        answer = self.get("/events", query=query, note=False)
        told = []
        for event in answer.lines:
            actor = event["Actor"]
            attributes = {name: self.mask(value) for name, value in (actor["Attributes"] or {}).items()}
            told.append((f"event {event['Type']} {self.mask(event['Action'])}", attributes))
        for what, attributes in told if ordered else sorted(told, key=str):
            self.note(what, attributes)

    def exec_code(self, id: str, cmd: list[str]) -> int:
        """Execute a command in a container, to wait for something; nothing is noted."""
        exec = self.post(f"/containers/{id}/exec", {"Cmd": cmd, "AttachStdout": True}, note=False).json["Id"]
        self.post(f"/exec/{exec}/start", {"Detach": False}, note=False)
        return int(self.get(f"/exec/{exec}/json", note=False).json["ExitCode"])

    def exec(self, id: str, cmd: list[str], what: str, **config: Any) -> None:
        """Execute a command in a container; note its output and its exit code."""
        request = {"Cmd": cmd, "AttachStdout": True, "AttachStderr": True, **config}
        created = self.post(f"/containers/{id}/exec", request, note=False)
        if created.status != 201:
            self.note(what, self.noted(created))
            return
        answer = self.post(f"/exec/{created.json['Id']}/start", {"Detach": False, "Tty": False}, note=False)
        code = self.get(f"/exec/{created.json['Id']}/json", note=False).json["ExitCode"]
        self.note(what, (self.heard(answer), code))

    def prune_images(self, label: str) -> None:
        """Remove the images with a label that have no names, and what those were made of."""
        query = {"filters": {"label": [label]}}
        while self.post("/images/prune", query=query, note=False).json["ImagesDeleted"]:
            pass

    @contextlib.contextmanager
    def cleaning(self) -> Iterator[Side]:
        """Remove what was made, at the end."""
        try:
            yield self
        finally:
            for path in reversed(self.made):
                self.delete(path, note=False)
            for action in self.after:
                action()


def _query_text(query: dict[str, Any] | None, mask: Callable[[str], str]) -> str:
    if not query:
        return ""
    return f" {mask(json.dumps(query, sort_keys=True))}"


def _seconds(time: str) -> str:
    """A time as an engine writes it, in seconds since 1970 with a point and nanoseconds."""
    whole, _, fraction = time.removesuffix("Z").partition(".")
    seconds = int(datetime.datetime.fromisoformat(f"{whole}+00:00").timestamp())
    return f"{seconds}.{fraction:0<9}"
