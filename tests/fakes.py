"""Fake daemons where the suite expects engines: one of each version for the whole run, over both doors.

    fake41  fake51      in this process
    sock41  sock51      over a UNIX socket

Every answer of theirs is held against the published API description of the version that is spoken; what
differs fails the test that asked for it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dockpy
from dockpy.fake import FakeDaemon, FakeRegistry
from dockpy.fake.hub import catalog
from dockpy.fake.state.image import config_blob

sys.path.insert(0, str(Path(__file__).parent / "fake"))
from described import described

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockpy.fake.call import Call
    from dockpy.fake.reply import Reply

__all__ = ["FAKES", "REGISTRY", "REGISTRY_AUTH", "close_all", "daemon_of", "furnish", "undescribed"]

FAKES = {"fake41": "1.41", "fake51": "1.51", "sock41": "1.41", "sock51": "1.51"}
"""The ways to fake daemons, and the newest version that they speak."""

REGISTRY = os.environ.get("DOCKPY_TEST_REGISTRY") or "127.0.0.1:5050"
REGISTRY_AUTH = os.environ.get("DOCKPY_TEST_REGISTRY_AUTH") or "127.0.0.1:5051"
COMMANDS = {
    "busybox:latest": ["sh"],
    "alpine:latest": ["sh"],
    "alpine:3.10": ["sh"],
    "hello-world:latest": ["echo", "Hello from Docker!"],
}
"""The images that the engines hold, and what they run: CONTRIBUTING.md says how they are made."""

CREATED = "2024-11-28T01:17:20.602362340Z"

undescribed: list[str] = []
"""What answers had that the descriptions have not, since it was last emptied."""

_daemons: dict[str, FakeDaemon] = {}
_folder: list[tempfile.TemporaryDirectory[str]] = []


def daemon_of(api: str) -> FakeDaemon:
    """The fake daemon of a version; it holds the images that the engines hold."""
    if api not in _daemons:
        if not _folder:
            _folder.append(tempfile.TemporaryDirectory())
        socket = f"unix://{_folder[0].name}/{api}.sock"
        registries = {REGISTRY_AUTH: FakeRegistry(users={"tester": "s3cret"})}
        daemon = _daemons[api] = FakeDaemon(
            socket, api=api, registries=registries, host_folders=[tempfile.gettempdir()], publish=True
        )
        furnish(daemon)
    return _daemons[api]


def furnish(daemon: FakeDaemon) -> None:
    """Give a daemon the images that the engines hold, and hold its answers against the descriptions."""
    for image in COMMANDS:
        put_into_hub(daemon, image)
        daemon.images.add(image)
    daemon._router.observers.append(_check)


def put_into_hub(daemon: FakeDaemon, image: str) -> None:
    """Let a daemon's hub have an image as the engines' mirror has it: files, a command, a label."""
    repository, _, tag = image.partition(":")
    files = catalog.find(f"library/{'busybox' if repository == 'hello-world' else repository}", tag)
    assert files is not None
    document = {
        "architecture": "amd64",
        "os": "linux",
        "created": CREATED,
        "config": {"Cmd": COMMANDS[image], "Labels": {"base": image}},
        "history": [{"created": CREATED, "comment": "Imported from -"}],
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in files.layers]},
    }
    hub = daemon.registries.get("docker.io")
    hub.put_image(f"library/{repository}", tag, config_blob(document), files.layers)


def close_all() -> None:
    for daemon in _daemons.values():
        daemon.close()
    _daemons.clear()
    for folder in _folder:
        folder.cleanup()
    _folder.clear()


def _check(call: Call, reply: Reply) -> None:
    description = described(call.version)
    if description is None:
        return
    kind = call.headers.get("content-type", reply.headers.get("Content-Type", ""))
    if reply.body and reply.headers.get("Content-Type", kind).startswith("application/json"):
        undescribed.extend(description.faults(call.operation, reply.status, json.loads(reply.body)))
    elif reply.stream is not None and call.operation.answer.kind == "json-stream":
        reply.stream = _checked(call, reply.stream)


def _checked(call: Call, pieces: Iterator[bytes]) -> Iterator[bytes]:
    from dockpy.streams.jsonlines import JsonDecoder

    decoder, description = JsonDecoder(), described(call.version)
    assert description is not None
    try:
        for piece in pieces:
            for value in decoder.feed(piece):
                undescribed.extend(description.faults(call.operation, 200, value))
            yield piece
    finally:
        pieces.close()  # type: ignore[attr-defined]


def connect(name: str, **options: Any) -> dockpy.Client:
    """A client over one of the ways."""
    daemon = daemon_of(FAKES[name])
    if name.startswith("fake"):
        return daemon.client(**options)
    return dockpy.Client(daemon.url, tls=False, **options)
