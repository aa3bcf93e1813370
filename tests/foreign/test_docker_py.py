"""Everyday programs of docker-py, on the fake daemon and on the engine that it stands for."""

from __future__ import annotations

import io
import tarfile
import threading
from typing import TYPE_CHECKING, Any

import pytest

docker = pytest.importorskip("docker")

if TYPE_CHECKING:
    from collections.abc import Iterator

# docker-py leaves the sockets of its streams to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ALONE = {"network_mode": "none"}


@pytest.fixture
def client(url: str) -> Iterator[Any]:
    client = docker.DockerClient(base_url=url, timeout=30)
    yield client
    client.close()


@pytest.fixture
def sleeper(client: Any, prefix: str) -> Any:
    """A container that runs."""
    return client.containers.run("busybox", "sleep 1000", detach=True, name=f"{prefix}-sleeper", **ALONE)


def archive(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def test_run(client: Any) -> None:
    run = client.containers.run
    assert run("busybox", ["echo", "hi"], remove=True, **ALONE) == b"hi\n"
    both = run("busybox", ["sh", "-c", "echo out; echo err >&2"], remove=True, stderr=True, **ALONE)
    assert sorted(both.split()) == [b"err", b"out"]
    assert b"".join(run("busybox", "seq 3", remove=True, stream=True, **ALONE)) == b"1\n2\n3\n"
    with pytest.raises(docker.errors.ContainerError) as failed:
        run("busybox", ["sh", "-c", "echo why >&2; exit 5"], remove=True, **ALONE)
    assert (failed.value.exit_status, failed.value.stderr) == (5, b"why\n")
    with pytest.raises(docker.errors.ImageNotFound):
        client.images.get("no-such-image-of-dockpy")


def test_life(client: Any, sleeper: Any, prefix: str) -> None:
    assert sleeper.status == "created"  # docker-py does not look again
    sleeper.reload()
    assert sleeper.status == "running"
    sleeper.pause()
    sleeper.reload()
    assert sleeper.status == "paused"
    sleeper.unpause()
    sleeper.rename(f"{prefix}-renamed")
    assert client.containers.get(f"{prefix}-renamed").id == sleeper.id
    sleeper.update(mem_limit="64m", memswap_limit="64m")
    sleeper.reload()
    assert sleeper.attrs["HostConfig"]["Memory"] == 64 << 20
    sleeper.restart(timeout=0)
    sleeper.kill()
    assert sleeper.wait() == {"StatusCode": 137}
    assert [one.id for one in client.containers.list(all=True, filters={"name": prefix})] == [sleeper.id]
    sleeper.remove()
    with pytest.raises(docker.errors.NotFound, match="No such container"):
        sleeper.reload()


def test_errors(client: Any, sleeper: Any) -> None:
    with pytest.raises(docker.errors.APIError) as conflict:
        client.containers.create("busybox", name=sleeper.name)
    assert conflict.value.status_code == 409
    assert "is already in use by container" in conflict.value.explanation
    with pytest.raises(docker.errors.APIError) as running:
        sleeper.remove()
    assert running.value.status_code == 409
    with pytest.raises(docker.errors.APIError) as start:
        client.containers.create("busybox", "no-such-program", name=f"{sleeper.name}-2", **ALONE).start()
    assert start.value.status_code == 400
    assert "executable file not found in $PATH" in start.value.explanation


def test_exec_run(sleeper: Any) -> None:
    program = ["sh", "-c", "echo out; echo err >&2; exit 4"]
    assert tuple(sleeper.exec_run(["echo", "hi"])) == (0, b"hi\n")
    assert tuple(sleeper.exec_run(program, demux=True)) == (4, (b"out\n", b"err\n"))
    streamed = sleeper.exec_run(["seq", "1000"], stream=True).output
    assert b"".join(streamed).split() == [str(number).encode() for number in range(1, 1001)]
    assert (b"out\n", None) in list(sleeper.exec_run(program, stream=True, demux=True).output)
    assert sleeper.exec_run("pwd", workdir="/etc", user="1", environment={"A": "1"}).output == b"/etc\n"
    assert sleeper.exec_run("tty", tty=True).output == b"/dev/pts/0\r\n"
    assert sleeper.exec_run("no-such-program").exit_code == 127


def test_exec_socket(client: Any, sleeper: Any) -> None:
    id = client.api.exec_create(sleeper.id, ["sh", "-c", "read x; echo got $x"], stdin=True, tty=True)["Id"]
    response = client.api.exec_start(id, socket=True, tty=True)
    stream = response._sock
    try:
        stream.sendall(b"text\n")
        said = b""
        while b"got text\r\n" not in said:
            piece = stream.recv(1000)
            assert piece, said
            said += piece
    finally:
        response.close()
    assert client.api.exec_inspect(id)["ProcessConfig"]["tty"] is True


def test_attach_socket(client: Any, prefix: str) -> None:
    container = client.containers.create(
        "busybox", ["sh", "-c", "read x; echo got $x"], stdin_open=True, tty=True, name=f"{prefix}-c", **ALONE
    )
    response = container.attach_socket(params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
    container.start()
    container.resize(30, 100)
    try:
        response._sock.sendall(b"text\n")
        said = b""
        while piece := response._sock.recv(1000):
            said += piece
    finally:
        response.close()
    assert said == b"text\r\ngot text\r\n"
    assert container.wait()["StatusCode"] == 0


def test_logs(client: Any, prefix: str) -> None:
    container = client.containers.run(
        "busybox", ["sh", "-c", "echo one; echo two; read x"], stdin_open=True, detach=True,
        name=f"{prefix}-c", **ALONE,
    )  # fmt: skip
    followed = container.logs(stream=True, follow=True)
    said = b""
    while said != b"one\ntwo\n":
        said += next(followed)
    container.kill()
    assert list(followed) == []
    assert container.logs(tail=1) == b"two\n"
    assert container.logs(stdout=False, stderr=True) == b""
    assert container.logs(timestamps=True).startswith(b"20")


def test_archives(client: Any, sleeper: Any) -> None:
    assert sleeper.put_archive("/tmp", archive(a=b"text of a", b=b"b" * 100_000))
    pieces, stat = sleeper.get_archive("/tmp/b")
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
        assert tar.extractfile("b").read() == b"b" * 100_000
    assert (stat["name"], stat["size"], stat["linkTarget"]) == ("b", 100_000, "")
    assert sleeper.exec_run("cat /tmp/a").output == b"text of a"
    assert {"Path": "/tmp/a", "Kind": 1} in sleeper.diff()
    with pytest.raises(docker.errors.NotFound, match="Could not find the file"):
        sleeper.get_archive("/nothing")
    with tarfile.open(fileobj=io.BytesIO(b"".join(sleeper.export()))) as tar:
        names = tar.getnames()
    assert {"tmp/a", "bin/sh"} <= set(names)


def test_build(client: Any, prefix: str) -> None:
    text = f"FROM busybox\nLABEL of={prefix}\nCOPY a /\nRUN echo built > /built\nCMD cat /a /built\n"
    context = archive(Dockerfile=text.encode(), a=b"copied\n")
    image, log = client.images.build(fileobj=io.BytesIO(context), custom_context=True, tag=prefix)
    assert f"Successfully tagged {prefix}:latest\n" in [line.get("stream") for line in log]
    assert image.tags == [f"{prefix}:latest"]
    assert client.containers.run(prefix, remove=True, **ALONE) == b"copied\nbuilt\n"
    assert image.history()[0]["CreatedBy"] == '/bin/sh -c #(nop)  CMD ["/bin/sh" "-c" "cat /a /built"]'
    failing = archive(Dockerfile=f"FROM busybox\nLABEL of={prefix}\nRUN exit 3\n".encode())
    with pytest.raises(docker.errors.BuildError, match="returned a non-zero code: 3"):
        client.images.build(fileobj=io.BytesIO(failing), custom_context=True)


def test_images(client: Any, sleeper: Any, prefix: str, registry: str) -> None:
    name = f"{registry}/{prefix}"
    image = sleeper.commit(name, "1", message="why", changes=f"LABEL of={prefix}")
    assert image.labels["of"] == prefix
    pushed = list(client.images.push(name, "1", stream=True, decode=True))
    assert pushed[-1]["aux"]["Tag"] == "1"
    digest = pushed[-1]["aux"]["Digest"]
    saved = b"".join(image.save(named=True))
    client.images.remove(f"{name}:1", force=True)
    assert client.images.pull(name, "1").attrs["RepoDigests"] == [f"{name}@{digest}"]
    client.images.remove(f"{name}:1", force=True)
    assert [one.tags for one in client.images.load(saved)] == [[f"{name}:1"]]
    assert client.images.get(f"{name}:1").tag(prefix, "2")
    assert [one.id for one in client.images.list(prefix)] == [image.id]
    assert client.images.get_registry_data(f"{name}:1").id == digest


def test_networks(client: Any, sleeper: Any, prefix: str) -> None:
    pool = docker.types.IPAMPool(subnet="10.213.78.0/24", gateway="10.213.78.1")
    network = client.networks.create(
        f"{prefix}-net", ipam=docker.types.IPAMConfig(pool_configs=[pool]), labels={"a": "b"}
    )
    run = client.containers.run
    server = run("busybox", "sleep 1000", detach=True, name=f"{prefix}-server", network=network.name)
    assert b"10.213.78.2" in run("busybox", f"ping -c 1 {server.name}", remove=True, network=network.name)
    network.reload()
    assert [one.name for one in network.containers] == [server.name]
    network.disconnect(server)
    network.connect(server, ipv4_address="10.213.78.77", aliases=["other"])
    server.reload()
    assert server.attrs["NetworkSettings"]["Networks"][network.name]["IPAddress"] == "10.213.78.77"
    with pytest.raises(docker.errors.APIError, match="has active endpoints"):
        network.remove()
    server.remove(force=True)
    network.remove()


def test_ports(client: Any, prefix: str) -> None:
    options = {"ports": {"80/tcp": ("127.0.0.1", None)}, "detach": True, "name": f"{prefix}-c"}
    container = client.containers.run("busybox", "sleep 1000", **options)
    container.reload()
    assert container.ports["80/tcp"][0]["HostIp"] == "127.0.0.1"
    assert int(container.ports["80/tcp"][0]["HostPort"]) > 0


def test_volumes(client: Any, prefix: str) -> None:
    volume = client.volumes.create(f"{prefix}-volume", labels={"a": "b"})
    mounts = {volume.name: {"bind": "/data", "mode": "rw"}}
    run = client.containers.run
    run("busybox", ["sh", "-c", "echo kept > /data/x"], remove=True, volumes=mounts, **ALONE)
    typed = docker.types.Mount("/in", volume.name, read_only=True)
    assert run("busybox", "cat /in/x", remove=True, mounts=[typed], **ALONE) == b"kept\n"
    assert [one.name for one in client.volumes.list(filters={"name": prefix})] == [volume.name]
    assert volume.attrs["Labels"] == {"a": "b"}
    volume.remove()
    with pytest.raises(docker.errors.NotFound, match="no such volume"):
        volume.reload()


def test_events(client: Any, prefix: str) -> None:
    events = client.events(decode=True, filters={"container": f"{prefix}-c"})
    made = client.containers.create("busybox", "true", name=f"{prefix}-c", **ALONE)
    made.start()
    actions = []
    for event in events:
        actions.append(event["Action"])
        if event["Action"] == "die":
            assert event["Actor"]["Attributes"]["exitCode"] == "0"
            break
    events.close()
    assert actions == ["create", "start", "die"]


def test_stats_and_top(sleeper: Any) -> None:
    once = sleeper.stats(stream=False)
    assert once["memory_stats"]["usage"] > 0
    assert once["pids_stats"]["current"] == 1
    stream = sleeper.stats(stream=True, decode=True)
    assert next(stream)["name"] == f"/{sleeper.name}"
    stream.close()
    top = sleeper.top(ps_args="-o pid,args")
    assert [process[-1] for process in top["Processes"]] == ["sleep 1000"]
    assert top["Titles"] == ["PID", "COMMAND"]


def test_waiting(client: Any, prefix: str) -> None:
    container = client.containers.create("busybox", ["sh", "-c", "exit 6"], name=f"{prefix}-c", **ALONE)
    told: list[Any] = []
    thread = threading.Thread(target=lambda: told.append(container.wait(condition="next-exit", timeout=20)))
    thread.start()
    while thread.is_alive():  # its request may come after the first of these
        container.start()
        container.wait()
    thread.join(20)
    assert told == [{"StatusCode": 6}]


def test_health(client: Any, prefix: str) -> None:
    health = {"test": ["CMD", "true"], "interval": 1_000_000_000}
    container = client.containers.run(
        "busybox", "sleep 1000", detach=True, healthcheck=health, name=f"{prefix}-c", **ALONE
    )
    for event in client.events(decode=True, since=0, filters={"container": container.name}):
        if event["Action"] == "health_status: healthy":
            break
    assert client.containers.get(container.name).health == "healthy"


def test_daemon(client: Any) -> None:
    assert client.ping()
    assert client.version()["Os"] == "linux"
    assert client.info()["OSType"] == "linux"
    assert set(client.df()) >= {"Images", "Containers", "Volumes", "BuildCache", "LayersSize"}


def test_login(client: Any, locked_registry: str) -> None:
    told = client.login("tester", "s3cret", registry=locked_registry, reauth=True)
    assert told["Status"] == "Login Succeeded"
    with pytest.raises(docker.errors.APIError) as refused:
        client.login("tester", "wrong", registry=locked_registry, reauth=True)
    assert refused.value.status_code == 500


def test_prune(client: Any, prefix: str) -> None:
    label = {"of": prefix}
    made = client.containers.create("busybox", labels=label, name=f"{prefix}-c", **ALONE)
    client.networks.create(f"{prefix}-net", labels=label)
    assert client.containers.prune({"label": f"of={prefix}"})["ContainersDeleted"] == [made.id]
    assert client.networks.prune({"label": f"of={prefix}"})["NetworksDeleted"] == [f"{prefix}-net"]
