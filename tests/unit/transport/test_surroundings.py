"""What the environment says of the web does not count for a daemon; what docker's configuration says does."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import dockpy
from dockpy import ConfigError
from dockpy.ops import containers

if TYPE_CHECKING:
    from pathlib import Path

MISLEADING = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "socks5://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "all_proxy": "http://127.0.0.1:9",
    "NO_PROXY": "",
    "REQUESTS_CA_BUNDLE": "/nowhere/ca.pem",
    "CURL_CA_BUNDLE": "/nowhere/ca.pem",
    "SSL_CERT_FILE": "/nowhere/ca.pem",
    "SSL_CERT_DIR": "/nowhere",
}


@pytest.fixture
def misled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in MISLEADING.items():
        monkeypatch.setenv(name, value)
    netrc = tmp_path / "netrc"
    netrc.write_text(
        "machine 127.0.0.1 login web password hunter2\nmachine localhost login web password hunter2\n"
        "machine daemon login web password hunter2\ndefault login web password hunter2\n"
    )
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))


@pytest.mark.usefixtures("misled")
def test_the_environment_of_the_web_does_not_count(
    serve: Any, connect: Any, over: str, answer: Any, always: Any
) -> None:
    server = serve(always(answer(body=b"{}")), over)
    client = connect(server)
    client.info()
    list(client.events(reconnect=False))
    assert [asked.target for asked in server.asked] == ["/v1.41/info", "/v1.41/events"]
    for asked in server.asked:
        assert "authorization" not in asked.headers
        assert "proxy-authorization" not in asked.headers
        assert asked.headers["host"] == (
            client.daemon.removeprefix("tcp://") if over != "unix" else "localhost"
        )


def test_requests_keep_no_cookies(serve: Any, connect: Any, answer: Any, always: Any) -> None:
    server = serve(always(answer(Set_Cookie="session=1; Path=/")))
    client = connect(server)
    client.info()
    client.info()
    assert all("cookie" not in asked.headers for asked in server.asked)


def test_the_user_agent_names_dockpy(serve: Any, connect: Any, over: str, answer: Any, always: Any) -> None:
    server = serve(always(answer()), over)
    client = connect(server)
    client.info()
    list(client.events(reconnect=False))
    client.api.call(containers.UPDATE, {"id": "web"}, body={})
    assert {asked.headers["user-agent"] for asked in server.asked} == {f"dockpy/{dockpy.__version__}"}
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", dockpy.__version__)


def test_http_headers_of_the_configuration_are_sent(
    serve: Any, connect: Any, over: str, answer: Any, always: Any, configure: Any
) -> None:
    configure({"HttpHeaders": {"X-Meta-Team": "storage", "User-Agent": "ours/1"}})
    server = serve(always(answer()), over)
    client = connect(server)
    client.info()
    list(client.events(reconnect=False))
    assert len(server.asked) == 2
    for asked in server.asked:
        assert asked.headers["x-meta-team"] == "storage"
        assert asked.headers["user-agent"] == "ours/1"


def test_http_headers_that_would_frame_a_request_are_left_out(
    serve: Any, connect: Any, over: str, answer: Any, always: Any, configure: Any
) -> None:
    """As the docker command leaves them out; and no name is sent twice, however it is written."""
    framing = {"Content-Length": "5", "transfer-encoding": "chunked", "connection": "close", "HOST": "other"}
    configure({"HttpHeaders": {**framing, "user-agent": "ours/1", "content-type": "text/plain"}})
    server = serve(always(answer()), over)
    client = connect(server)
    for _ in range(2):
        client.info()
        client.api.call(containers.UPDATE, {"id": "web"}, body={})
    assert server.connections == 1
    list(client.events(reconnect=False))
    for asked in server.asked:
        assert asked.headers["host"] != "other"
        assert "transfer-encoding" not in asked.headers
        assert asked.headers["user-agent"] == "ours/1"
    assert [asked.headers.get("content-length") for asked in server.asked] == [None, "2", None, "2", None]
    assert [asked.headers["content-type"] for asked in server.asked if asked.body] == ["application/json"] * 2


@pytest.mark.parametrize(
    "headers",
    [{"X-A": "\u20ac"}, {"X-A": "a\r\nX-B: b"}, {"X-A\r\n": "b"}, {"X A": "b"}, {"": "b"}, {"X-A": 7}],
)
def test_http_headers_that_are_none(
    serve: Any, connect: Any, configure: Any, headers: dict[str, Any]
) -> None:
    configure({"HttpHeaders": headers})
    server = serve(lambda peer: peer.request())
    with pytest.raises(ConfigError, match=r"config\.json"):
        connect(server).info()
    assert server.connections == 0


@pytest.fixture
def configure(tmp_path: Path) -> Any:
    """Write docker's configuration."""

    def write(content: Any) -> None:
        directory = tmp_path / "docker-config"
        directory.mkdir()
        (directory / "config.json").write_text(json.dumps(content))

    return write


def test_no_compression_is_asked_for(serve: Any, connect: Any, answer: Any, always: Any) -> None:
    server = serve(always(answer()))
    client = connect(server)
    client.info()
    list(client.events(reconnect=False))
    assert all(
        "accept-encoding" not in asked.headers or asked.headers["accept-encoding"] == "identity"
        for asked in server.asked
    )


def test_making_a_client_does_no_io(serve: Any, connect: Any) -> None:
    server = serve(lambda peer: None)
    client = connect(server, version="auto")
    for noun in ("containers", "images", "networks", "volumes"):
        getattr(client, noun)
    assert server.connections == 0
