"""All that our client sends to registries: the fake answers it as real ones (distribution 2.8) do."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from requests.adapters import HTTPAdapter

import dockpy
from dockpy.config.credentials import Credentials
from dockpy.fake.registry import FakeRegistry, serve
from dockpy.registry.registry import Registry
from dockpy.registry.scope import pulling, pushing
from dockpy.registry.session import RegistrySession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import requests

pytestmark = [
    pytest.mark.engine,
    pytest.mark.real,
    pytest.mark.skipif(not os.environ.get("DOCKPY_TEST_HOSTS"), reason="DOCKPY_TEST_HOSTS names no engine"),
]

OCI = "application/vnd.oci.image.manifest.v1+json"
_SAID = ("host", "user-agent", "date", "connection", "accept-encoding")


class Recorder(HTTPAdapter):
    """Sends requests; keeps what was asked and answered, with what differs from run to run masked."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self.host = host
        self.lines: list[tuple[Any, ...]] = []
        self._lock = threading.Lock()

    def send(self, request: requests.PreparedRequest, *given: Any, **more: Any) -> requests.Response:
        answer = super().send(request, *given, **more)
        method, path = str(request.method), str(request.url).partition(self.host)[2]
        told = "json" in answer.headers.get("Content-Type", "") and "/manifests/" not in path
        content = answer.content if told and method != "HEAD" else b""
        line = (
            method,
            self._masked(path),
            self._headers(request.headers),
            answer.status_code,
            self._headers(answer.headers),
            self._masked(content.decode()),
        )
        with self._lock:
            self.lines.append(line)
        if content:  # the client reads it too
            answer.raw = urllib3.HTTPResponse(io.BytesIO(content), preload_content=False)
        return answer

    def _headers(self, headers: Any) -> dict[str, str]:
        return {
            name.lower(): self._masked(str(value))
            for name, value in headers.items()
            if name.lower() not in _SAID
        }

    def _masked(self, text: str) -> str:
        uuid = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
        text = re.sub(uuid, "<uuid>", text.replace(self.host, "<host>"))
        text = re.sub(r'realm="[^"]*"', "realm=<realm>", text)
        return re.sub(r"_state=[\w%=-]+", "_state=<state>", text)


def session_of(recorder: Recorder, who: Credentials | None = None) -> RegistrySession:
    return RegistrySession(recorder.host, credentials=lambda: who, adapter=recorder)


@pytest.fixture(autouse=True)
def same_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is thrown away with a tag has the same digest here and there."""
    monkeypatch.setattr(secrets, "token_hex", lambda size=16: "00" * size)


@pytest.fixture(scope="module")
def archive() -> bytes:
    """An image as Docker 28.5 saves it: an OCI layout."""
    with dockpy.Client(os.environ["DOCKPY_TEST_HOSTS"].split(",")[1]) as engine:
        return engine.images.save("busybox").read()


def ways(registry: Registry, name: str, archive: bytes) -> None:
    """What people do with a registry."""
    registry.ping()
    assert name not in registry.repositories(limit=3)
    with pytest.raises(dockpy.NotFound):
        registry.repository(name).tags()
    for missing in ("1", "sha256:" + "0" * 64):
        with pytest.raises(dockpy.ImageNotFound):
            registry.repository(name).manifest(missing)
        assert not registry.repository(name).exists(missing)
    assert not registry.repository(name).has_blob("sha256:" + "0" * 64)
    manifest = registry.push(archive, f"{name}:1")
    assert registry.push(archive, f"{name}:2").digest == manifest.digest
    repository = registry.repository(name)
    assert sorted(repository.tags()) == ["1", "2"]
    image = repository.image("1")
    for layer in image.layers:
        with repository.blob(layer.digest) as blob:
            assert sum(map(len, blob)) == layer.size
    with pytest.raises(dockpy.NotFound):
        repository.blob("sha256:" + "0" * 64)
    assert repository.exists(manifest.digest)
    assert repository.referrers("1") == []
    assert len(registry.pull(f"{name}:1").read()) > 0
    registry.copy(f"{name}:1", to=registry, name=f"{name}-copy:1")
    registry.copy(f"{name}:1", to=registry, name=f"{name}:3")
    repository.delete("3")
    assert sorted(repository.tags()) == ["1", "2"]
    for each in (name, f"{name}-copy"):
        registry.repository(each).delete(manifest.digest)
        with pytest.raises(dockpy.NotFound):
            registry.repository(each).delete(manifest.digest)
        assert registry.repository(each).tags() == []


def corners(session: RegistrySession, name: str) -> None:
    """What goes wrong with uploads and manifests, in the forms that we send."""
    anything = (200, 201, 202, 204, 206, 400, 401, 404, 405, 416, 500)

    def ask(method: str, path: str, body: bytes = b"", **headers: str) -> dict[str, str]:
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        scope = pulling(name) if method in ("GET", "HEAD") else pushing(name)
        answer = session.call(
            method, path, scope=scope, subject="it", headers=given, body=body, accept=anything
        )
        return {key.lower(): value for key, value in answer.headers.items()}

    base = f"/v2/{name}"
    octets = "application/octet-stream"
    place = ask("POST", f"{base}/blobs/uploads/")["location"]
    place = ask("PATCH", place, b"01234", Content_Type=octets, Content_Range="0-4")["location"]
    ask("GET", place)
    place = ask("PATCH", place, b"56789", Content_Type=octets, Content_Range="5-9")["location"]
    ask("GET", place)
    ask("HEAD", place)
    wrong = "sha256:" + "1" * 64
    ask("PUT", f"{place}&digest={wrong}", Content_Type=octets)
    again = ask("POST", f"{base}/blobs/uploads/")["location"]
    content = b"0123456789"
    digest = "sha256:84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"
    ask("PUT", f"{again}&digest={digest}", content, Content_Type=octets)
    ask("GET", f"/v2/_catalog?n=1&last={name[:-2]}")
    ask("GET", f"{base}/tags/list")
    ask("HEAD", f"{base}/blobs/{digest}")
    for span in ("bytes=3-", "bytes=0-3", "bytes=10-", "bytes=3-3"):
        ask("HEAD", f"{base}/blobs/{digest}", Range=span)
        if span != "bytes=10-":  # distribution 2.8 promises a body, and sends none
            ask("GET", f"{base}/blobs/{digest}", Range=span)
    ask("POST", f"{base}/blobs/uploads/?mount={digest}&from={name}-none")
    mounted = ask("POST", f"{base}/blobs/uploads/?mount={wrong}&from={name}")
    ask("DELETE", mounted["location"])
    sha512 = "sha512:" + "2" * 128
    ask("HEAD", f"{base}/blobs/{sha512}")
    ask("GET", f"{base}/manifests/{sha512}", Accept=OCI)
    ask("GET", f"{base}/referrers/{digest}")
    document: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": OCI,
        "config": {"mediaType": "application/vnd.test", "digest": digest, "size": len(content)},
        "layers": [],
        "artifactType": "application/vnd.test",
        "subject": {"mediaType": OCI, "digest": wrong, "size": 1},
        "annotations": {"a": "b"},
    }
    ask("PUT", f"{base}/manifests/{sha512}", json.dumps(document).encode(), Content_Type=OCI)
    ask("PUT", f"{base}/manifests/artifact", json.dumps(document).encode(), Content_Type=OCI)
    ask("GET", f"{base}/manifests/artifact", Accept=OCI)
    ask("HEAD", f"{base}/tags/list")
    ask("GET", f"{base}/tags/list?n=1")
    ask("GET", f"{base}/tags/list?n=1&last=artifact")
    ask("DELETE", f"{base}/blobs/{digest}")
    ask("GET", f"{base}/manifests/artifact", Accept=OCI)
    large = b" " * (4 * 1024 * 1024 + 1)
    ask("PUT", f"{base}/manifests/large", large, Content_Type=OCI)


def same(real: Recorder, fake: Recorder) -> None:
    """Compare what two registries answered; the client sends some of it from several threads."""
    assert len(real.lines) == len(fake.lines)
    for expected, found in zip(
        *(sorted(map(_without_odds, one.lines), key=repr) for one in (real, fake)), strict=True
    ):
        assert found == expected


def _without_odds(line: tuple[Any, ...]) -> tuple[Any, ...]:
    method, path, asked, status, headers, body = line
    if "/v2/_catalog" in path:  # others' repositories
        headers = {name: value for name, value in headers.items() if name not in ("content-length", "link")}
        body = body if "last=" in path else ""
    if "/tags/list" in path and status == 200:  # they come as its file system has them
        body = json.dumps(sorted(json.loads(body)["tags"] or ()))
    if status == 416:
        headers = {name: value for name, value in headers.items() if name != "content-length"}
    return method, path, asked, status, headers, body


def test_what_people_do(registry: str, new_name: Callable[[], str], archive: bytes) -> None:
    name = f"zz-{new_name()}"
    with serve(FakeRegistry(spec="1.0")) as served:
        recorders = [Recorder(registry), Recorder(served.host)]
        for recorder in recorders:
            with Registry._of_session(session_of(recorder)) as client:
                ways(client, name, archive)
    same(*recorders)


def test_corners(registry: str, new_name: Callable[[], str]) -> None:
    name = f"zz-{new_name()}.0"  # what follows it without its end is itself
    with serve(FakeRegistry(spec="1.0")) as served:
        recorders = [Recorder(registry), Recorder(served.host)]
        for recorder in recorders:
            session = session_of(recorder)
            corners(session, name)
            session.close()
    same(*recorders)


@pytest.mark.parametrize("who", [None, Credentials("tester", "wrong"), Credentials("tester", "s3cret")])
def test_who_may(
    locked_registry: str, new_name: Callable[[], str], archive: bytes, who: Credentials | None
) -> None:
    name = f"zz-{new_name()}"
    with serve(FakeRegistry(spec="1.0", users={"tester": "s3cret"})) as served:
        recorders = [Recorder(locked_registry), Recorder(served.host)]
        for recorder in recorders:
            with Registry._of_session(session_of(recorder, who)) as client:
                if who is not None and who.password == "s3cret":
                    ways(client, name, archive)
                else:
                    for refused in (client.ping, client.repositories, client.repository(name).tags):
                        with pytest.raises(dockpy.Unauthorized):
                            refused()
                    with pytest.raises(dockpy.Unauthorized):
                        client.session.call(
                            "POST", f"/v2/{name}/blobs/uploads/", scope=pushing(name), subject="it"
                        )
    same(*recorders)


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[str]:
    """A real registry that deletes nothing."""
    program = shutil.which("docker-registry") or shutil.which("registry")
    assert program is not None, "CONTRIBUTING.md says how to install it"
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    config = tmp_path / "config.yml"
    storage = f"{{filesystem: {{rootdirectory: {tmp_path / 'data'}}}}}"
    config.write_text(f'version: 0.1\nstorage: {storage}\nhttp: {{addr: "{host}"}}\n')
    process = subprocess.Popen(
        [program, "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        assert any("listening on" in line for line in process.stderr)
        yield host
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_nothing_is_deleted(keeper: str, archive: bytes) -> None:
    with serve(FakeRegistry(spec="1.0", deletes=False)) as served:
        recorders = [Recorder(keeper), Recorder(served.host)]
        for recorder in recorders:
            with Registry._of_session(session_of(recorder)) as client:
                digest = client.push(archive, "app:1").digest
                for reference in ("1", digest):
                    with pytest.raises(dockpy.ApiError):
                        client.repository("app").delete(reference)
                with contextlib.suppress(dockpy.ApiError):
                    client.session.call(
                        "DELETE", f"/v2/app/blobs/{digest}", scope=pushing("app"), subject="it"
                    )
                assert client.repository("app").tags() == ["1"]
    same(*recorders)
