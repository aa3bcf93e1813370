"""Builds come out as on the engines that they were recorded on: messages, images, failures."""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from cases import CASES
from record import RECORDED, answer

from dockpy.fake.blobs import Blob
from dockpy.fake.daemon import FakeDaemon
from dockpy.fake.engine import Peer
from dockpy.fake.files import Layer, Upper
from dockpy.fake.kernel.clock import ManualClock
from dockpy.fake.reply import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cases import Case

ANSWERS: dict[str, dict[str, Any]] = json.loads(RECORDED.read_text())
_PLACES = re.compile(r"(?:/[\w./-]*?)?/docker-builder/|(?:/[\w./-]*?)?/merged(?=/)|\.pivot_root\d+")
_UNUSED = re.compile(r"(?<=build-args \[)[\w ]+(?=\])")
_NO_HUB = re.compile(r'Get \\"https://registry-1.*?no such host|pull access denied for .*?resource is denied')


@pytest.fixture(scope="module", params=["1.41", "1.51"])
def daemon(request: pytest.FixtureRequest) -> Iterator[FakeDaemon]:
    with FakeDaemon(api=request.param, clock=ManualClock(), seed=1) as daemon:
        prepare(daemon)
        yield daemon


def prepare(daemon: FakeDaemon) -> None:
    """It holds busybox as the engines do: imported, with hardly any users."""
    users = "root:x:0:0:root:/root:/bin/sh\npostgres:x:70:70::/var/lib/postgresql:/bin/sh\n"
    files = {
        "/etc/passwd": f"{users}nobody:x:65534:65534:nobody:/:/bin/false\n",
        "/etc/group": "root:x:0:\npostgres:x:70:\nnogroup:x:65534:\n",
    }
    made = daemon.images.add("busybox", files=files)
    images = daemon._engine.images
    whole = Layer.from_tar(Upper(images.resolve(made).tree()).tar())
    config = {
        "architecture": "amd64",
        "config": {"Cmd": ["sh"], "Labels": {"base": "busybox:latest"}},
        "created": "2026-01-01T00:00:00Z",
        "history": [{"created": "2026-01-01T00:00:00Z", "comment": "Imported from -"}],
        "os": "linux",
    }
    images.add(config, [whole], references=["busybox"])


def send(
    daemon: FakeDaemon, method: str, target: str, body: bytes, headers: dict[str, str]
) -> tuple[int, bytes]:
    lower = {name.lower(): value for name, value in headers.items()}
    engine = daemon._engine
    with engine.lock:
        reply = daemon._router.answer(Request(method, target, lower, Blob.of(body)), Peer())
        return reply.status, b"".join(reply.stream) if reply.stream is not None else reply.body


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_as_recorded(daemon: FakeDaemon, case: Case) -> None:
    version = daemon._engine.api
    expected = ANSWERS[case.name][version]
    got = answer(functools.partial(send, daemon), case, version)
    got.pop("_left", None)
    assert comparable(got) == comparable(expected)


def comparable(found: dict[str, Any]) -> dict[str, Any]:
    """Without where an engine has its files, and what its hub is."""
    text = _UNUSED.sub(lambda match: " ".join(sorted(match[0].split())), json.dumps(found))
    text = _PLACES.sub("/", text)
    text = _NO_HUB.sub("NO HUB", text)
    value: dict[str, Any] = json.loads(text)
    if (image := value.get("image")) is not None:
        image["Config"] = dict(sorted(image["Config"].items()))
    return value
