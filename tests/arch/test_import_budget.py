"""What an import loads: next to nothing, and libraries when they are needed."""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import dockpy

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(dockpy.__file__).parents[1]
RECORDED = ROOT / "tests" / "unit" / "wire" / "recorded" / "docker28.json"
HEAVY = {
    *("requests", "urllib3", "requests_unixsocket", "pydantic", "pydantic_core", "typing_extensions"),
    *("http", "ssl", "socket", "asyncio", "email", "json", "logging", "subprocess", "threading", "typing"),
    *("urllib", "dataclasses", "inspect", "re", "tempfile", "pathlib"),
}
OPTIONAL = {"paramiko", "docker", "IPython", "ipywidgets", "pandas", "matplotlib", "rich", "yaml", "pytest"}


def loaded(program: str, folder: Path, host: str | None = None) -> set[str]:
    """The modules that a program loads beyond those of a bare interpreter."""
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("DOCKER", "COVERAGE"))
    }
    environ |= {"HOME": str(folder), "PYTHONPATH": str(ROOT)}
    if host:
        environ["DOCKER_HOST"] = host
    text = f"import sys\nbefore = set(sys.modules)\n{program}\nprint('\\n'.join(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", text], env=environ, cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stdout.split() if not name.startswith("dockpy")} | {
        name for name in done.stdout.split() if name.startswith("dockpy")
    }


def test_importing_dockpy_loads_nothing(tmp_path: Path) -> None:
    modules = loaded("import dockpy", tmp_path)
    assert not modules & (HEAVY | OPTIONAL)
    assert {name for name in modules if name.startswith("dockpy")} == {"dockpy", "dockpy._version"}


@pytest.mark.parametrize("name", ["errors", "reference", "version", "wire", "ops", "options", "streams"])
def test_pure_parts_load_no_library(name: str, tmp_path: Path) -> None:
    modules = loaded(f"import dockpy.{name}", tmp_path)
    assert not modules & {"requests", "urllib3", "pydantic", "socket", "ssl", "subprocess", "threading"}


def test_making_a_client_loads_neither_requests_nor_pydantic(tmp_path: Path) -> None:
    for program in (
        "import dockpy; dockpy.from_env()",
        "import dockpy; dockpy.Client('tcp://127.0.0.1:1'); dockpy.Client('ssh://user@host')",
        "import dockpy; dockpy.from_env().containers; dockpy.from_env().images; dockpy.from_env().networks",
        "from dockpy.fleet import Fleet; Fleet({'a': 'unix:///a', 'b': 'ssh://user@host'}).containers",
    ):
        modules = loaded(program, tmp_path)
        assert "dockpy.client" in modules
        assert not modules & {"requests", "urllib3", "requests_unixsocket", "pydantic", "pydantic_core"}
        assert not modules & OPTIONAL


class Engine(BaseHTTPRequestHandler):
    """Answers a ping and a listing, as Docker 28.5 did."""

    protocol_version = "HTTP/1.1"
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        content = b"OK"
        if self.path != "/_ping":
            listing = next(e for e in json.loads(RECORDED.read_text()) if e["operation"] == "ContainerList")
            content = json.dumps(listing["answer"]).encode()
        self.send_response(200)
        self.send_header("Api-Version", "1.51")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(params=["unix", "tcp"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    Engine.asked.clear()
    server: socketserver.BaseServer
    if request.param == "unix":
        server = socketserver.ThreadingUnixStreamServer(str(tmp_path / "engine.sock"), Engine)
        host = f"unix://{tmp_path / 'engine.sock'}"
    else:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Engine)
        host = f"tcp://127.0.0.1:{server.server_address[1]}"  # type: ignore[misc]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield host
    server.shutdown()
    thread.join()
    server.server_close()


PYDANTIC = {"pydantic", "pydantic_core"}


def test_a_ping_needs_none_of_the_libraries(engine: str, tmp_path: Path) -> None:
    modules = loaded("import dockpy\nwith dockpy.from_env() as c: assert c.ping()", tmp_path, engine)
    assert not modules & PYDANTIC
    assert not modules & {"requests", "urllib3", "requests_unixsocket", "http.client", "email"}
    assert Engine.asked == ["/_ping"]


LISTING = """
import dockpy
with dockpy.from_env() as client:
    (container,) = client.containers.list()
    for name in ("id", "short_id", "name", "status", "labels", "created", "ports"):
        assert getattr(container, name), name
    assert container.image.id and list(container.networks) and list(container.mounts)
    assert repr(container)
"""


def test_a_listing_needs_no_pydantic_and_one_request(engine: str, tmp_path: Path) -> None:
    modules = loaded(LISTING, tmp_path, engine)
    assert not modules & PYDANTIC
    assert Engine.asked == ["/_ping", "/v1.51/containers/json"]


def test_a_typed_field_loads_it(engine: str, tmp_path: Path) -> None:
    """The other tests would say so if it were loaded."""
    program = f"{LISTING}\n    assert container.networks['dockpy-recorded'].ip_address"
    assert loaded(program, tmp_path, engine) >= PYDANTIC
