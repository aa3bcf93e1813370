"""Tries the cases on real engines, and keeps what they answered: ``python …/record.py [NAME…]``.

The engines are those of DOCKPY_TEST_HOSTS: Docker 20.10 and 28.5. What is built is removed.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).parent))
from cases import CASES, context

if TYPE_CHECKING:
    from cases import Case

RECORDED = Path(__file__).parent / "recorded.json"
VERSIONS = ("1.41", "1.51")
_IDS = (
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:ID"),
    (re.compile(r"(?<![:0-9a-f])[0-9a-f]{64}"), "LONG-ID"),
    (re.compile(r"(?<![:0-9a-f])[0-9a-f]{12}(?![0-9a-f])"), "ID"),
    (re.compile(r"docker-builder\d+"), "docker-builder"),
    (re.compile(r"/var/lib/docker/\S*?/(?=merged|diff)|/\S*overlay2/\S*?/(?=merged|diff)"), "/ROOT/"),
)


def masked(text: str) -> str:
    """Without what differs from one build to the next."""
    for pattern, word in _IDS:
        text = pattern.sub(word, text)
    return text


class Unix(http.client.HTTPConnection):
    """HTTP over a UNIX socket."""

    def __init__(self, path: str) -> None:
        super().__init__("engine", timeout=120)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


def query_of(case: Case) -> str:
    return urlencode({"nocache": "1", **case.query}, doseq=True)


def lines_of(data: bytes) -> list[Any]:
    """The messages of a build; what a command wrote may come in pieces: they are joined."""
    found: list[Any] = []
    for line in data.decode().splitlines():
        message = json.loads(line)
        text = message.get("stream") if len(message) == 1 else None
        before = found[-1].get("stream") if found and len(found[-1]) == 1 else None
        if text is not None and before is not None:
            found[-1]["stream"] += text
        elif "progressDetail" not in message:
            found.append(message)
    return found


def image_of(inspect: dict[str, Any], history: list[dict[str, Any]], version: str) -> dict[str, Any]:
    """What is kept of an image."""
    config = inspect["Config"]
    return {
        "Config": {
            name: value
            for name, value in config.items()
            if value not in (None, "", False, {}, []) and name not in ("Image", "Hostname")
        },
        "Author": inspect.get("Author", ""),
        "Comment": inspect.get("Comment", ""),
        "Architecture": inspect.get("Architecture", ""),
        "Created": [[step["CreatedBy"], step["Comment"]] for step in history],
        "Layers": len(inspect["RootFS"].get("Layers") or []),
    }


def answer(send: Any, case: Case, version: str) -> dict[str, Any]:
    """What an engine answers; `send` takes method, path, body and headers, and gives status and body."""
    status, data = send(
        "POST",
        f"/v{version}/build?{query_of(case)}",
        context(case),
        {"Content-Type": "application/x-tar", **case.headers},
    )
    if status != 200:
        return {"status": status, "message": masked(json.loads(data)["message"])}
    lines = lines_of(data)
    ids = [line["aux"]["ID"] for line in lines if "aux" in line]
    ids += [line["stream"].strip() for line in lines if line.get("stream", "").startswith("sha256:")]
    result: dict[str, Any] = {"status": status, "lines": json.loads(masked(json.dumps(lines)))}
    if ids and "error" not in lines[-1]:
        name = quote(ids[-1])
        inspect = json.loads(send("GET", f"/v{version}/images/{name}/json", b"", {})[1])
        history = json.loads(send("GET", f"/v{version}/images/{name}/history", b"", {})[1])
        result["image"] = json.loads(masked(json.dumps(image_of(inspect, history, version))))
    result["_left"] = [*ids, *re.findall(r"(?:--->|Running in) ([0-9a-f]{12})", data.decode())]
    return result


def main(names: list[str]) -> None:
    sockets = [host.removeprefix("unix://") for host in os.environ["DOCKPY_TEST_HOSTS"].split(",")]
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    known = {case.name for case in CASES}
    recorded = {name: answers for name, answers in recorded.items() if name in known}
    for version, path in zip(VERSIONS, sockets, strict=True):

        def send(method: str, target: str, body: bytes, headers: dict[str, str], path: str = path) -> Any:
            connection = Unix(path)
            try:
                connection.request(method, target, body, headers)
                response = connection.getresponse()
                return response.status, response.read()
            finally:
                connection.close()

        before = {image["Id"] for image in json.loads(send("GET", "/images/json?all=1", b"", {})[1])}
        for case in CASES:
            if names and case.name not in names:
                continue
            if not names and version in recorded.get(case.name, {}):
                continue
            try:
                result = answer(send, case, version)
            except Exception as error:
                print(case.name, version, repr(error))
                continue
            tags = case.query.get("t", [])
            for tag in [tags] if isinstance(tags, str) else tags:
                if tag.startswith("dockpy-build-case"):
                    send("DELETE", f"/images/{tag}", b"", {})
            for id in reversed(result.pop("_left", [])):
                if not any(
                    known_id.removeprefix("sha256:").startswith(id.removeprefix("sha256:"))
                    for known_id in before
                ):
                    send("DELETE", f"/containers/{id}?force=1", b"", {})
                    send("DELETE", f"/images/{id}", b"", {})
            recorded.setdefault(case.name, {})[version] = result
    order = [case.name for case in CASES]
    recorded = {name: recorded[name] for name in order if name in recorded}
    RECORDED.write_text(
        "{\n"
        + ",\n".join(
            f"{json.dumps(name)}: {json.dumps(answers, ensure_ascii=False)}"
            for name, answers in recorded.items()
        )
        + "\n}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
