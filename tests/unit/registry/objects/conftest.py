"""Registries to list and inspect: fake ones on a socket, and servers that answer whatever a test says."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from dockpy.fake.registry import FakeRegistry, ServedRegistry, serve
from dockpy.registry.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Nothing of the machine's docker configuration counts."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


@pytest.fixture(params=["1.1", "1.0"])
def served(request: pytest.FixtureRequest) -> Iterator[ServedRegistry]:
    """A fake registry of each kind."""
    with serve(FakeRegistry(spec=request.param)) as server:
        yield server


@pytest.fixture
def registry(served: ServedRegistry) -> Iterator[Registry]:
    """A client of it."""
    with Registry(served.host) as registry:
        yield registry


@pytest.fixture
def modern() -> Iterator[ServedRegistry]:
    """A fake registry of the newer kind."""
    with serve(FakeRegistry()) as server:
        yield server


class Scripted:
    """A registry that answers as a function says, and remembers what it was asked."""

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        self.asked: list[tuple[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do(handler) -> None:  # noqa: N805
                self.asked.append((handler.command, handler.path))
                length = int(handler.headers.get("Content-Length") or 0)
                handler.rfile.read(length)
                status, headers, content = answer(handler.path)
                handler.send_response_only(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    handler.send_header(name, value)
                handler.end_headers()
                if handler.command != "HEAD":
                    handler.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        for method in ("GET", "HEAD", "PUT", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.do)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self.host = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def scripted() -> Iterator[Callable[[Callable[[str], Answer]], tuple[Scripted, Registry]]]:
    """Start a registry that answers each path as a function says; gives it, and a client of it."""
    servers: list[Scripted] = []
    clients: list[Registry] = []

    def begin(answer: Callable[[str], Answer]) -> tuple[Scripted, Registry]:
        server = Scripted(answer)
        servers.append(server)
        clients.append(Registry(f"http://{server.host}"))
        return server, clients[-1]

    yield begin
    for client in clients:
        client.close()
    for server in servers:
        server.close()
