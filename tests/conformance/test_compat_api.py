"""`dockpy.compat`'s low-level client on containers: what docker-py gives, from real engines."""

from __future__ import annotations

import contextlib
import io
import socket
import tarfile
from typing import TYPE_CHECKING, Any

import pytest
import requests

from dockpy.compat import APIClient, TLSConfig, errors
from dockpy.compat.utils.socket import frames_iter, read, read_exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BOTH = "echo out; echo err >&2"


def connected(place: Any, **options: Any) -> APIClient:
    if place.tls is not None:
        options["tls"] = TLSConfig((place.tls.cert, place.tls.key), place.tls.ca, verify=True)
    return APIClient(base_url=place.url, **options)


@pytest.fixture
def api(engine_place: Any) -> Iterator[APIClient]:
    """A client of each engine."""
    with connected(engine_place) as client:
        yield client


@pytest.fixture
def way(place: Any) -> Iterator[APIClient]:
    """A client over each way to an engine."""
    with connected(place) as client:
        yield client


@pytest.fixture
def make(labels: dict[str, str]) -> Iterator[Callable[..., dict[str, Any]]]:
    """Create a container, and start it."""
    made: list[tuple[APIClient, Any]] = []

    def begin(api: APIClient, command: Any = "sleep 1000", started: bool = True, **options: Any) -> Any:
        host = options.pop("host_config", {})
        config = api.create_host_config(**{"network_mode": "none", **host})
        container = api.create_container("busybox", command, labels=labels, host_config=config, **options)
        made.append((api, container))
        if started:
            api.start(container)
        return container

    yield begin
    for api, container in made:
        with contextlib.suppress(errors.NotFound):
            api.remove_container(container, v=True, force=True)


def test_a_container_s_life(api: APIClient, make: Any, new_name: Callable[[], str]) -> None:
    name, other = new_name(), new_name()
    container = make(api, started=False, name=name)
    assert api.inspect_container(container)["State"]["Status"] == "created"
    assert api.start(container) is None
    assert name in api.containers(filters={"name": name})[0]["Names"][0]
    assert api.containers(quiet=True, filters={"name": name}) == [{"Id": container["Id"]}]
    assert api.top(name)["Processes"]
    api.pause(name)
    assert api.inspect_container(name)["State"]["Paused"]
    api.unpause(name)
    api.rename(name, other)
    assert isinstance(api.update_container(other, mem_limit="64m", memswap_limit="64m"), dict)
    assert api.inspect_container(other)["HostConfig"]["Memory"] == 64 * 1024**2
    api.restart(other, timeout=0)
    api.kill(other, signal="KILL")
    assert api.wait(other)["StatusCode"] == 137
    api.remove_container(other, v=True)
    with pytest.raises(errors.NotFound) as caught:
        api.inspect_container(other)
    assert caught.value.response.status_code == 404
    assert caught.value.response.json()["message"] == caught.value.explanation
    assert "404 Client Error for http+docker://localhost/v" in str(caught.value)
    assert isinstance(caught.value, requests.exceptions.HTTPError)


def test_stopping_one_that_ends_by_itself(api: APIClient, make: Any) -> None:
    container = make(api, ["sh", "-c", "trap exit TERM; sleep 1000 & wait"])
    api.stop(container, timeout=5)
    assert api.wait(container, timeout=20)["StatusCode"] in (0, 143)


def test_a_wait_that_takes_longer(api: APIClient, make: Any) -> None:
    with pytest.raises((requests.exceptions.ReadTimeout, requests.exceptions.ConnectionError)):
        api.wait(make(api), timeout=0.2)


def test_errors_by_status(api: APIClient, make: Any, new_name: Callable[[], str]) -> None:
    name = new_name()
    make(api, name=name)
    with pytest.raises(errors.APIError) as conflict:
        make(api, name=name)
    assert conflict.value.status_code == 409
    assert conflict.value.is_client_error()
    with pytest.raises(errors.ImageNotFound):
        api.create_container(f"{new_name()}:none", "true")
    with pytest.raises(errors.NotFound) as missing:
        api.start(new_name())
    assert not isinstance(missing.value, errors.ImageNotFound)


@pytest.mark.parametrize("tty", [False, True])
def test_logs(api: APIClient, make: Any, tty: bool) -> None:
    container = make(api, ["sh", "-c", BOTH], tty=tty)
    api.wait(container)
    whole = api.logs(container)
    assert isinstance(whole, bytes)
    assert sorted(whole.replace(b"\r", b"").split()) == [b"err", b"out"]
    assert b"".join(api.logs(container, stream=True)) == whole
    assert api.logs(container, tail=0) == b""
    assert api.logs(container, since=2**31 - 1) == b""
    assert api.logs(container, timestamps=True).count(b"T") == 2
    if not tty:
        assert api.logs(container, stderr=False) == b"out\n"


def test_a_stream_of_logs_is_closed_from_another_thread(api: APIClient, make: Any, in_thread: Any) -> None:
    stream = api.logs(make(api, ["sh", "-c", "echo ready; sleep 1000"]), stream=True)
    assert next(stream) == b"ready\n"
    in_thread(stream.close)
    assert list(stream) == []
    assert api.ping() is True


def test_attach(api: APIClient, make: Any) -> None:
    for demux, expected in ((False, {b"out\nerr\n", b"err\nout\n"}), (True, {(b"out\n", b"err\n")})):
        container = make(api, ["sh", "-c", f"read line; {BOTH}"], stdin_open=True)
        sock = api.attach_socket(container, params={"stdin": 1, "stream": 1})
        stream = api.attach(container, stream=True, demux=demux)
        sock._sock.sendall(b"go\n")
        pieces = list(stream)
        if demux:
            assert sorted(pieces, key=str) == [(None, b"err\n"), (b"out\n", None)]
        else:
            assert b"".join(pieces) in expected
        assert api.attach(container, logs=True, demux=demux) in expected
        sock.close()


def test_executing(api: APIClient, make: Any) -> None:
    container = make(api)
    made = api.exec_create(container, ["sh", "-c", BOTH], environment={"A": "b"}, workdir="/tmp")
    assert set(made) == {"Id"}
    assert api.exec_start(made, demux=True) == (b"out\n", b"err\n")
    assert api.exec_inspect(made)["ExitCode"] == 0
    failing = api.exec_create(container, "sh -c 'exit 3'")
    assert api.exec_start(failing) == b""
    assert api.exec_inspect(failing["Id"])["ExitCode"] == 3
    streamed = api.exec_create(container, "echo one")
    assert list(api.exec_start(streamed, stream=True)) == [b"one\n"]
    with_tty = api.exec_create(container, "echo one", tty=True)
    assert api.exec_start(with_tty, tty=True) == b"one\r\n"
    assert api.exec_start(api.exec_create(container, "true"), detach=True) == ""
    with pytest.raises(errors.NotFound):
        api.exec_start("0" * 64)


def test_the_socket_of_an_exec(way: APIClient, make: Any) -> None:
    container = make(way)
    both = way.exec_create(container, ["sh", "-c", BOTH])
    assert way.exec_start(both, demux=True) == (b"out\n", b"err\n")
    made = way.exec_create(container, "cat", stdin=True)
    sock = way.exec_start(made, socket=True)
    raw = getattr(sock, "_sock", sock)  # of TLS it is the socket itself, as docker-py's
    raw.sendall(b"a" * 3)
    assert next(frames_iter(sock, tty=False)) == (1, b"aaa")
    large = b"x" * 100_000
    raw.sendall(large)
    received = b""
    for _, piece in frames_iter(sock, tty=False):
        received += piece
        if len(received) == len(large):
            break
    assert received == large
    assert sock.fileno() >= 0
    if raw is sock:  # Python's TLS cannot close one side alone
        sock.close()
        return
    raw.shutdown(socket.SHUT_WR)
    assert list(frames_iter(sock, tty=False)) == []
    sock.close()
    assert way.exec_inspect(made)["ExitCode"] == 0


def test_the_socket_of_an_attached_tty(api: APIClient, make: Any) -> None:
    container = make(api, "cat", tty=True, stdin_open=True)
    sock = api.attach_socket(container, params={"stdin": 1, "stdout": 1, "stream": 1})
    api.resize(container, 20, 80)
    sock._sock.sendall(b"hi\n")
    assert read_exactly(sock, 8) == b"hi\r\nhi\r\n"
    sock._sock.sendall(b"\x04")
    assert read(sock) == b""
    sock.close()


def test_files(api: APIClient, make: Any) -> None:
    container = make(api, started=False)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        info = tarfile.TarInfo("note")
        info.size = 5
        tar.addfile(info, io.BytesIO(b"hello"))
    for data in (archive.getvalue(), io.BytesIO(archive.getvalue()), iter([archive.getvalue()])):
        assert api.put_archive(container, "/tmp", data) is True
    pieces, stat = api.get_archive(container, "/tmp/note")
    assert (stat["name"], stat["size"]) == ("note", 5)
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
        content = tar.extractfile("note")
        assert content is not None
        assert content.read() == b"hello"
    with pytest.raises(errors.NotFound):
        api.get_archive(container, "/none")
    assert {"Path": "/tmp/note", "Kind": 1} in api.diff(container)
    exported = io.BytesIO(b"".join(api.export(container)))
    with tarfile.open(fileobj=exported) as tar:
        assert "tmp/note" in tar.getnames()


def test_stats(api: APIClient, make: Any) -> None:
    container = make(api)
    assert api.stats(container, stream=False, one_shot=True)["memory_stats"]
    stream = api.stats(container, decode=True)
    assert next(stream)["id"] == container["Id"]
    stream.close()


def test_ports_and_settings(api: APIClient, make: Any) -> None:
    container = make(
        api,
        ports=[80, (53, "udp")],
        environment={"A": "1"},
        healthcheck={"test": "true", "interval": 10**9},
        host_config={"network_mode": "bridge", "port_bindings": {80: ("127.0.0.1", None)}},
    )
    (binding,) = api.port(container, 80)
    assert binding["HostIp"] == "127.0.0.1"
    assert int(binding["HostPort"]) > 0
    assert api.port(container, "53/udp") is None
    config = api.inspect_container(container)["Config"]
    assert "A=1" in config["Env"]
    assert config["Healthcheck"]["Test"] == ["CMD-SHELL", "true"]


def test_committing(api: APIClient, make: Any, new_name: Callable[[], str]) -> None:
    name = new_name()
    made = api.commit(make(api), name, "x", message="m", changes=["ENV A=b"])
    try:
        assert "A=b" in api.inspect_image(f"{name}:x")["Config"]["Env"]
    finally:
        api.remove_image(made)


def test_pruning(api: APIClient, make: Any, new_name: Callable[[], str], labels: dict[str, str]) -> None:
    name = new_name()
    host = api.create_host_config(network_mode="none")
    mine = api.create_container("busybox", "true", labels={**labels, "one": name}, host_config=host)
    assert api.prune_containers({"label": f"one={name}"})["ContainersDeleted"] == [mine["Id"]]


def test_threads_share_a_client(api: APIClient, make: Any, in_thread: Any) -> None:
    container = make(api)
    threads = [
        in_thread(lambda: api.exec_start(api.exec_create(container, "echo hi")) == b"hi\n" or 1 / 0)
        for _ in range(8)
    ]
    for thread in threads:
        thread.join()


def test_there_is_no_engine(tmp_path: Any, engine_place: Any) -> None:
    with pytest.raises(errors.DockerException, match="Error while fetching server API version"):
        APIClient(base_url=f"unix://{tmp_path}/none.sock")
    api = APIClient(base_url=f"unix://{tmp_path}/none.sock", version="1.41")
    with pytest.raises(requests.exceptions.ConnectionError):
        api.ping()
    with pytest.raises(requests.exceptions.ConnectionError):
        api.attach_socket("web")
    api.close()
    with connected(engine_place, version="1.99") as newer, pytest.raises(errors.APIError, match="is too new"):
        newer.info()
