"""What happens between compat's client and its daemon: lost connections, timeouts, streams that end early."""

from __future__ import annotations

import json
import os
import pickle
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import requests
from low_engine import FRAMES

from dockpy.compat import APIClient, TLSConfig, errors
from dockpy.compat.transport import SSHHTTPAdapter, UnixHTTPAdapter
from dockpy.compat.types import CancellableStream
from dockpy.compat.utils.socket import frames_iter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


@contextmanager
def answering(path: Path, answer: Callable[[socket.socket], object]) -> Iterator[APIClient]:
    """A client of a daemon at a UNIX socket that does so with each connection, once it has read a request."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path / "d.sock"))
        server.listen()

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with APIClient(base_url=f"unix://{path}/d.sock", version="1.41", timeout=10) as api:
                yield api
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_what_comes_with_the_head_of_a_connection_is_kept(tmp_path: Path) -> None:
    with answering(tmp_path, lambda c: c.sendall(UPGRADED + b"".join(FRAMES))) as api:
        assert api.exec_start("e") == b"out\nerr\nmore"
        sock = api.attach_socket("web")
        assert next(iter(frames_iter(sock, tty=False))) == (1, b"out\n")
        sock.close()


def test_a_connection_that_ends_before_its_answer(tmp_path: Path) -> None:
    with answering(tmp_path, lambda _: None) as api:
        with pytest.raises(requests.exceptions.ConnectionError):
            api.info()
        with pytest.raises(requests.exceptions.ConnectionError):
            api.exec_start("e")


def test_an_answer_that_is_no_http(tmp_path: Path) -> None:
    with answering(tmp_path, lambda c: c.sendall(b"SSH-2.0-x\r\n")) as api:
        with pytest.raises(requests.exceptions.ConnectionError):
            api.info()
        with pytest.raises(requests.exceptions.ConnectionError):
            api.attach_socket("web")


def test_an_answer_that_does_not_come(tmp_path: Path) -> None:
    release = threading.Event()
    with answering(tmp_path, lambda _: release.wait(20)) as api:
        api.timeout = 0.05
        with pytest.raises(requests.exceptions.ReadTimeout):
            api.exec_start("e")
        release.set()
    release = threading.Event()
    (tmp_path / "d.sock").unlink()
    with answering(tmp_path, lambda _: release.wait(20)) as api:
        api.timeout = 0.05
        with pytest.raises(requests.exceptions.ReadTimeout):
            api.info()
        release.set()


def test_a_stream_that_breaks_off_ends_where_docker_py_ends_it(tmp_path: Path) -> None:
    with answering(tmp_path, lambda c: c.sendall(CHUNKED + b"5\r\n{}\r\n\n\r\n")) as api:
        assert list(api.events()) == [b"{}\r\n\n"]


@pytest.mark.parametrize("follow", ["events", "attach"])
def test_a_stream_is_closed_from_another_thread(tmp_path: Path, follow: str) -> None:
    release = threading.Event()

    def answer(connection: socket.socket) -> None:
        head = CHUNKED + b"4\r\n{}\r\n\r\n" if follow == "events" else UPGRADED + FRAMES[0]
        if follow == "attach" and answers.pop() == "inspect":
            content = json.dumps({"Config": {"Tty": False}}).encode()
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(content), content)
            connection.sendall(head)
            return
        connection.sendall(head)
        threading.Thread(target=held, args=(connection.dup(),)).start()

    def held(connection: socket.socket) -> None:
        with connection:
            release.wait(20)

    answers = ["inspect", "attach"]
    with answering(tmp_path, answer) as api:
        stream = api.events() if follow == "events" else api.attach("web", stream=True)
        next(stream)
        rest: list[Any] = []
        reader = threading.Thread(target=lambda: rest.extend(stream))
        reader.start()
        stream.close()
        reader.join(10)
        assert not reader.is_alive()
        assert rest == []
        release.set()


def test_an_error_without_a_message(tmp_path: Path) -> None:
    content = b'["a proxy"]'
    answer = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: %d\r\n\r\n%b" % (len(content), content)
    with answering(tmp_path, lambda c: c.sendall(answer)) as api, pytest.raises(errors.APIError) as caught:
        api.info()
    assert caught.value.explanation == content.decode()
    assert caught.value.is_server_error()


def test_a_stream_that_was_closed_gives_nothing(tmp_path: Path) -> None:
    with answering(tmp_path, lambda c: c.sendall(UPGRADED + b"".join(FRAMES))) as api:
        made = api._post(api._url("/exec/e/start"), headers={"Upgrade": "tcp"}, stream=True)
        stream = CancellableStream(api._read_from_socket(made, stream=True, tty=False), made)
        assert next(stream) == b"out\n"
        stream.close()
        stream.close()
        assert list(stream) == []


def test_nothing_is_there(tmp_path: Path) -> None:
    api = APIClient(base_url=f"unix://{tmp_path}/none.sock", version="1.41")
    for call in (api.ping, lambda: api.exec_start("e"), lambda: api.events()):
        with pytest.raises(requests.exceptions.ConnectionError):
            call()
    with pytest.raises(errors.DockerException, match="Error while fetching server API version"):
        APIClient(base_url=f"unix://{tmp_path}/none.sock")


def test_arguments_that_cannot_be() -> None:
    with pytest.raises(errors.TLSParameterError):
        APIClient(tls=True)
    with pytest.raises(errors.DockerException):
        APIClient(base_url="npipe:////./pipe/docker_engine", version="1.41")
    with pytest.raises(errors.DockerException):
        APIClient(base_url="tcp://h:1", version=1.41)  # type: ignore[arg-type]
    with pytest.raises(errors.InvalidVersion):
        APIClient(base_url="tcp://h:1", version="1.23")


def test_tls_files_that_are_none(tmp_path: Path) -> None:
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text("no PEM")
    tls = TLSConfig((str(tmp_path / "cert"), str(tmp_path / "key")), str(tmp_path / "ca"), verify=True)
    with pytest.raises(errors.TLSParameterError):
        APIClient(base_url="tcp://h:1", tls=tls, version="1.41")


def test_where_requests_go() -> None:
    api = APIClient(base_url="unix:///a/b.sock", version="1.41")
    assert api._url("/x") == "http+docker://localhost/v1.41/x"
    adapter = api.get_adapter(api.base_url)
    assert isinstance(adapter, UnixHTTPAdapter)
    assert adapter.socket_path == "/a/b.sock"
    with pytest.raises(requests.exceptions.InvalidSchema):
        api.get("http://elsewhere/")
    over_ssh = APIClient(base_url="ssh://me@host", version="1.41")
    assert over_ssh._url("/x") == "http+docker://ssh/v1.41/x"
    assert isinstance(over_ssh.get_adapter(over_ssh.base_url), SSHHTTPAdapter)
    assert APIClient(base_url="tcp://h:1", tls=True, version="1.41").base_url == "https://h:1"
    assert APIClient(base_url="tcp://h:1/prefix", version="1.41")._url("/x") == "http://h:1/prefix/v1.41/x"


def test_an_adapter_for_a_session_of_one_s_own(tmp_path: Path) -> None:
    with answering(tmp_path, lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")):
        with requests.Session() as session:
            session.mount("http+docker://", UnixHTTPAdapter(f"http+unix://{tmp_path}/d.sock"))
            assert session.get("http+docker://any/_ping").text == "OK"


@pytest.mark.parametrize(
    "error",
    [
        errors.ContainerError("c", 1, "x", "i", b"e"),
        errors.BuildError("r", [{"a": 1}]),
        errors.ContextNotFound("x"),
        errors.TLSParameterError("x"),
        errors.StreamParseError("x"),
    ],
)
def test_errors_survive_pickling(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)


def test_credential_helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = tmp_path / "docker-credential-mine"
    helper.write_text(
        "#!/bin/sh\nread server\ncase $1-$server in\n"
        'get-token.x) echo \'{"Username":"<token>","Secret":"t"}\';;\n'
        'get-*hub*|get-*docker.io*) echo \'{"Username":"u","Secret":"\'$EXTRA\'"}\';;\n'
        'get-empty) echo \'{"Username":"","Secret":""}\';;\n'
        "get-*) echo credentials not found in native keychain; exit 1;;\n"
        'list-*) echo \'{"token.x":"<token>"}\';;\n'
        "store-*|erase-*) cat > /dev/null; echo done;;\n*) echo broken; exit 2;;\nesac\n"
    )
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    from dockpy.compat import auth, credentials

    config = auth.AuthConfig({"credsStore": "mine"}, {"EXTRA": "pw"})
    assert config.resolve_authconfig() == {"ServerAddress": auth.INDEX_URL, "Username": "u", "Password": "pw"}
    assert config.resolve_authconfig("token.x") == {"ServerAddress": "token.x", "IdentityToken": "t"}
    assert config.resolve_authconfig("elsewhere") is None
    assert config.get_all_credentials()["token.x"]["IdentityToken"] == "t"
    store = credentials.Store("mine")
    assert store.store("a", "b", "c") == b"done\n"
    store.erase("a")
    with pytest.raises(credentials.CredentialsNotFound):
        store.get("empty")
    with pytest.warns(UserWarning, match="not on the PATH"):
        missing = credentials.Store("nowhere")
    with pytest.raises(credentials.StoreError):
        missing.get("a")
    with pytest.warns(UserWarning, match="not on the PATH"), pytest.raises(errors.DockerException):
        auth.AuthConfig({"credHelpers": {"r.x": "nowhere"}}).resolve_authconfig("r.x")
