"""What a daemon answered, and what of it is compared: shapes, and texts without what is different every time."""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket

__all__ = ["Answer", "masked", "payloads", "read_all", "read_head", "shape"]


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
    def streams(self) -> dict[int, bytes]:
        """A multiplexed stream by its streams: how an engine's writers interleave is not to be known."""
        found: dict[int, bytes] = {}
        for stream, data in self.frames:
            found[stream] = found.get(stream, b"") + data
        return dict(sorted(found.items()))

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


def read_head(sock: socket.socket) -> tuple[int, dict[str, str], bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        assert piece, "the daemon closed the connection"
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}, rest


def read_all(sock: socket.socket) -> bytes:
    data = b""
    while piece := sock.recv(65536):
        data += piece
    return data


def payloads(data: bytes) -> bytes:
    """What the data frames of a WebSocket's server hold; closing frames are left out."""
    found = b""
    while data:
        code, size, at = data[0] & 15, data[1] & 127, 2
        if size == 126:
            size, at = struct.unpack(">H", data[2:4])[0], 4
        if code in (0, 1, 2):
            found += data[at : at + size]
        data = data[at + size :]
    return found


_MASKS = [
    (re.compile(r"\b[0-9a-f]{64}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b(?=[a-z]*\d)[0-9a-z]{25}\b"), "<swarm id>"),
    (re.compile(r'("version": ")\d+'), r"\1<number>"),
    (re.compile(r"(docker-import-|size: )\d+"), r"\1<number>"),
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
