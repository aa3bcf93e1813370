"""A project of somebody else's: what its tests look like that use the plugin, on a fake daemon or a real one."""

from __future__ import annotations

TESTS = """
import threading

import dockpy
import pytest


def test_run(docker):
    assert docker.containers.run("busybox", ["echo", "hi"], remove=True) == b"hi\\n"


def test_an_exit_code(docker):
    with pytest.raises(dockpy.ContainerError) as raised:
        docker.containers.run("busybox", ["sh", "-c", "echo broken >&2; exit 3"], network="none")
    assert (raised.value.exit_status, raised.value.stderr) == (3, b"broken\\n")


def test_a_container_of_the_factory(container_factory):
    web = container_factory("busybox", ["sleep", "1000"], network="none")
    assert web.exec_run(["hostname"]).output.decode().strip() == web.short_id


def test_a_file_travels(container_factory, tmp_path):
    web = container_factory("busybox", ["sleep", "1000"], network="none")
    web.copy_to(b"content", "/tmp/file")
    assert web.exec_run(["cat", "/tmp/file"]).output == b"content"


def test_a_volume_is_shared(docker, container_factory):
    volume = docker.volumes.create()
    writer = container_factory(
        "busybox", ["sh", "-c", "echo kept > /data/file"], volumes=[f"{volume.name}:/data"], network="none"
    )
    assert writer.wait().status_code == 0
    read = docker.containers.run(
        "busybox", ["cat", "/data/file"], volumes=[f"{volume.name}:/data"], network="none", remove=True
    )
    assert read == b"kept\\n"


def test_containers_find_each_other(docker, container_factory):
    network = docker.networks.create("dockpy-sample-network")
    container_factory(
        "busybox", ["sh", "-c", "echo served | nc -l -p 8080"], name="dockpy-sample-server", network=network.name
    )
    client = container_factory(
        "busybox",
        ["sh", "-c", "until nc dockpy-sample-server 8080 </dev/null; do sleep 0.05; done"],
        network=network.name,
    )
    assert client.wait().status_code == 0
    assert client.logs(stderr=False) == b"served\\n"


def test_a_build(docker, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM busybox\\nRUN echo built > /made\\nCMD cat /made\\n")
    image, _ = docker.images.build(path=tmp_path, builder="classic", rm=True)
    assert docker.containers.run(image, network="none", remove=True) == b"built\\n"


def test_push_and_pull(docker, registry):
    name = f"{registry.host}/team/box:1"
    docker.images.pull("busybox")
    docker.images.tag("busybox", name)
    try:
        docker.images.push(name)
        docker.images.remove(name)
        assert name in docker.images.pull(name).tags
    finally:
        docker.images.remove(name)


@pytest.mark.fake_docker("it breaks the daemon")
def test_a_daemon_that_fails(docker, fake_daemon):
    with fake_daemon.fail("ContainerStart", status=500, message="no memory left"):
        with pytest.raises(dockpy.ServerError, match="no memory left"):
            docker.containers.run("busybox", ["true"])


@pytest.mark.real_docker("it is about the kernel")
def test_a_real_kernel(docker):
    assert docker.info().kernel_version
"""

FAILING = """
def test_that_fails(container_factory):
    container = container_factory("busybox", ["sh", "-c", "echo what it said; sleep 1000"], name="dockpy-sample-talker", network="none")
    container.wait_log("what it said", timeout=30)
    assert container.status == "flying"
"""

STUCK = """
import threading


def test_that_never_ends(docker, container_factory):
    docker.volumes.create("dockpy-sample-volume")
    docker.networks.create("dockpy-sample-stuck")
    container_factory("busybox", ["sleep", "1000"], name="dockpy-sample-stuck", network="none")
    print("STUCK", flush=True)
    threading.Event().wait()
"""

OTHER = """
import sys


def test_nothing_is_loaded():
    loaded = {name for name in sys.modules if name.startswith("dockpy")}
    assert loaded <= {"dockpy", "dockpy._version", "dockpy.testing", "dockpy.testing.plugin"}, loaded
"""

SHORT = """
def test_run(docker):
    docker.containers.run("busybox", ["true"], network="none", remove=True)
"""

LABELS = """
import io
import pickle
import tarfile

import dockpy
import pytest

LABELS = {"dockpy.session", "dockpy.test"}


@pytest.mark.parametrize("odd", ['a"b$HOME ${y}'])
def test_everything_is_labelled(docker, odd):
    container = docker.containers.create("busybox", ["true"], network="none")
    committed = container.commit("dockpy-labels-commit:1", changes="LABEL mine=1")
    archive = io.BytesIO()
    tarfile.open(fileobj=archive, mode="w").close()
    imported = docker.images.import_image(archive.getvalue(), repository="dockpy-labels-import")
    again = pickle.loads(pickle.dumps(docker)).volumes.create()
    docker.close()
    for one in (committed, imported, again):
        assert one.labels["dockpy.test"] == container.labels["dockpy.test"]
        assert LABELS <= set(one.labels)
    assert committed.labels["mine"] == "1"
"""

UNRULY = """
import pytest


def test_that_leaves_everything_hanging(container_factory, fake_daemon):
    container_factory("busybox", ["sleep", "9"])
    fake_daemon.fail(hang=True)


@pytest.mark.parametrize("end", ["stop", "close"])
def test_that_ends_its_daemon(container_factory, fake_daemon, end):
    container_factory("busybox", ["sleep", "9"])
    getattr(fake_daemon, end)()


def test_that_fails_while_everything_does(container_factory, fake_daemon):
    container_factory("busybox", ["sh", "-c", "echo what it said; sleep 9"]).wait_log("said")
    fake_daemon.fail(status=500)
    assert False


@pytest.fixture
def broken(container_factory):
    container_factory("busybox", ["sh", "-c", "echo what this said; sleep 9"]).wait_log("said")
    assert False


def test_whose_fixture_fails(broken):
    pass
"""
