"""Each option of create and run lands where the engine has it."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from dockpy import BadParameter, Client, InvalidArgument
from dockpy.wire.mounts import Mount

if TYPE_CHECKING:
    from pathlib import Path


def inspected(container: Any) -> tuple[Any, Any]:
    attrs = container.attrs
    return attrs.config, attrs.host_config


def test_process(engine: Client, create: Any) -> None:
    container = create(
        engine,
        ["a", "b c"],
        entrypoint="sh -c 'x y'",
        environment={"NAME": "value", "EMPTY": "", "NUMBER": 7, "FLAG": True, "PATH": None},
        working_dir="/srv",
        user=1000,
        hostname="host",
        domainname="example.org",
        tty=True,
        stdin_open=True,
        stop_signal="SIGUSR1",
        stop_timeout=3,
    )
    config, _ = inspected(container)
    assert config.cmd == ["a", "b c"]
    assert config.entrypoint == ["sh", "-c", "x y"]
    assert {"NAME=value", "EMPTY=", "NUMBER=7", "FLAG=True"} <= set(config.env)
    assert not [variable for variable in config.env if variable.startswith("PATH=")]
    assert (config.working_dir, config.user) == ("/srv", "1000")
    assert (config.hostname, config.domainname) == ("host", "example.org")
    assert (config.tty, config.open_stdin) == (True, True)
    assert (config.stop_signal, config.stop_timeout) == ("SIGUSR1", 3)


def test_what_is_left_out_is_the_images(engine: Client, create: Any) -> None:
    config, host = inspected(create(engine, image="hello-world", network_mode="default"))
    assert config.cmd == ["echo", "Hello from Docker!"]
    assert config["Entrypoint"] is None
    assert config["User"] == ""
    assert (config.tty, config.open_stdin) == (False, False)
    assert host.auto_remove is False
    assert host["Binds"] is None


def test_labels_and_environment_as_lists(engine: Client, create: Any) -> None:
    container = create(engine, environment=["A=1", "B=x=y"])
    config, _ = inspected(container)
    assert {"A=1", "B=x=y"} <= set(config.env)


def test_labels(engine: Client, create: Any, labels: dict[str, str]) -> None:
    container = create(engine, labels={"org.example.a": "1", "empty": ""})
    assert container.labels == {**labels, "org.example.a": "1", "empty": "", "base": "busybox:latest"}


def test_resources(engine: Client, create: Any) -> None:
    _, host = inspected(
        create(
            engine, mem_limit="64m", memswap_limit="1g", nano_cpus=500_000_000, shm_size="16m", pids_limit=100
        )
    )
    assert host.memory == 64 * 1024**2
    assert host.memory_swap == 1024**3
    assert host.nano_cpus == 500_000_000
    assert host.shm_size == 16 * 1024**2
    assert host.pids_limit == 100


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("always", ("always", 0)),
        ("unless-stopped", ("unless-stopped", 0)),
        ("on-failure:5", ("on-failure", 5)),
        ({"Name": "on-failure", "MaximumRetryCount": 2}, ("on-failure", 2)),
    ],
)
def test_restart_policy(engine: Client, create: Any, policy: Any, expected: tuple[str, int]) -> None:
    _, host = inspected(create(engine, restart_policy=policy))
    assert (host.restart_policy.name, host.restart_policy.maximum_retry_count) == expected


def test_security(engine: Client, create: Any) -> None:
    _, host = inspected(
        create(
            engine,
            privileged=False,
            read_only=True,
            init=True,
            cap_add=["NET_ADMIN"],
            cap_drop=["MKNOD", "CHOWN"],
            security_opt=["no-new-privileges"],
            sysctls={"net.ipv4.ip_unprivileged_port_start": "0"},
            pid_mode="host",
            ipc_mode="private",
        )
    )
    assert (host.privileged, host.readonly_rootfs, host.init) == (False, True, True)
    assert [name.removeprefix("CAP_") for name in host.cap_add] == ["NET_ADMIN"]
    assert [name.removeprefix("CAP_") for name in host.cap_drop] == ["MKNOD", "CHOWN"]
    assert "no-new-privileges" in host.security_opt  # the engine adds to it for pid_mode="host"
    assert host.sysctls == {"net.ipv4.ip_unprivileged_port_start": "0"}
    assert (host.pid_mode, host.ipc_mode) == ("host", "private")


def test_privileged(engine: Client, create: Any) -> None:
    assert create(engine, privileged=True).attrs.host_config.privileged is True


def test_log_config(engine: Client, create: Any) -> None:
    _, host = inspected(create(engine, log_config={"type": "json-file", "config": {"max-size": "1m"}}))
    assert (host.log_config.type, host.log_config.config) == ("json-file", {"max-size": "1m"})


def test_names_of_hosts(engine: Client, start: Any) -> None:
    container = start(
        engine,
        ["cat", "/etc/hosts", "/etc/resolv.conf"],
        network="bridge",
        extra_hosts={"db": "10.0.0.2"},
        dns=["10.0.0.3"],
        hostname="itself",
    )
    container.wait()
    hosts = container.logs().decode()
    assert "10.0.0.2\tdb" in hosts
    assert "itself" in hosts
    assert "nameserver 10.0.0.3" in hosts
    assert container.attrs.host_config.extra_hosts == ["db:10.0.0.2"]


def test_names_of_hosts_as_a_list(engine: Client, create: Any) -> None:
    container = create(engine, extra_hosts=["a:10.0.0.1", "b:10.0.0.2"])
    assert container.attrs.host_config.extra_hosts == ["a:10.0.0.1", "b:10.0.0.2"]


def test_what_they_do(engine: Client, start: Any) -> None:
    """Not only where they land: what the process sees of them."""
    program = "touch /file 2>/dev/null && echo writable; touch /scratch/file && echo scratch; id -u; pwd"
    container = start(
        engine,
        ["sh", "-c", f"{program}; hostname; echo $NAME; grep scratch /proc/mounts"],
        read_only=True,
        tmpfs={"/scratch": "size=1m,mode=1777"},
        user="1000:1000",
        working_dir="/tmp",
        hostname="here",
        environment={"NAME": "value"},
    )
    container.wait()
    scratch, user, folder, host, name, mount = container.logs().decode().splitlines()
    assert (scratch, user, folder, host, name) == ("scratch", "1000", "/tmp", "here", "value")
    assert "tmpfs /scratch tmpfs rw" in mount
    assert "size=1024k" in mount


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


SERVER = ["sh", "-c", "while true; do echo served | nc -l -p 80; done"]


def asked(port: int) -> bytes:
    """What the container's server says; it may not listen yet, and the engine's proxy hangs up then."""
    while True:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            try:
                if answer := sock.makefile("rb").readline():
                    return answer
            except ConnectionResetError:
                pass


class TestPorts:
    def test_a_chosen_port(self, engine: Client, start: Any) -> None:
        port = free_port()
        container = start(engine, SERVER, network="bridge", ports={"80/tcp": ("127.0.0.1", port)})
        assert container.ports == {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}
        assert asked(port) == b"served\n"

    def test_a_port_that_the_engine_chooses(self, engine: Client, start: Any) -> None:
        container = start(engine, SERVER, network="bridge", ports=["127.0.0.1::80"])
        (binding,) = container.ports["80/tcp"]
        assert asked(int(binding["HostPort"])) == b"served\n"
        (listed,) = engine.containers.list(filters={"id": container.id})
        assert listed.ports == container.ports

    def test_forms(self, engine: Client, create: Any) -> None:
        container = create(
            engine,
            network="bridge",
            ports={"80/tcp": 8080, 81: None, "82/udp": [8082, ("127.0.0.1", 8083)], "90-91": None},
        )
        bindings = container.attrs.host_config.to_dict()["PortBindings"]
        assert bindings == {
            "80/tcp": [{"HostIp": "", "HostPort": "8080"}],
            "81/tcp": [{"HostIp": "", "HostPort": ""}],
            "82/udp": [{"HostIp": "", "HostPort": "8082"}, {"HostIp": "127.0.0.1", "HostPort": "8083"}],
            "90/tcp": [{"HostIp": "", "HostPort": ""}],
            "91/tcp": [{"HostIp": "", "HostPort": ""}],
        }
        assert set(container.attrs.config.exposed_ports) == set(bindings)

    def test_all_that_are_exposed(self, engine: Client, create: Any) -> None:
        assert (
            create(engine, network="bridge", publish_all_ports=True).attrs.host_config.publish_all_ports
            is True
        )

    def test_a_port_that_is_taken(self, engine: Client, create: Any) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            port = listener.getsockname()[1]
            container = create(engine, network="bridge", ports={"80/tcp": ("127.0.0.1", port)})
            with pytest.raises(Exception, match="address already in use") as caught:
                container.start()
        assert type(caught.value).__module__.startswith("dockpy.errors.")


class TestVolumes:
    def test_a_volume(self, engine: Client, start: Any, new_name: Any, labels: dict[str, str]) -> None:
        volume = engine.volumes.create(new_name(), labels=labels)
        writer = start(
            engine, ["sh", "-c", "echo kept > /data/file"], volumes={volume.name: {"bind": "/data"}}
        )
        writer.wait()
        reader = start(engine, ["cat", "/data/file"], volumes=[f"{volume.name}:/data:ro"])
        reader.wait()
        assert reader.logs() == b"kept\n"
        (mount,) = reader.mounts
        assert (mount.type, mount.name, mount.destination, mount.rw) == (
            "volume",
            volume.name,
            "/data",
            False,
        )
        writer.remove()
        reader.remove()
        volume.remove()

    def test_a_folder_of_the_host(self, engine: Client, start: Any, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("from the host")
        container = start(
            engine,
            ["sh", "-c", "cat /in/file; echo > /in/new || echo; echo to the host > /out/file"],
            volumes={
                str(tmp_path): {"bind": "/in", "mode": "ro"},
                str(tmp_path / "out"): "/out",
            },
        )
        container.wait()
        assert container.logs(stderr=False) == b"from the host\n"
        assert (tmp_path / "out" / "file").read_text() == "to the host\n"
        assert not (tmp_path / "new").exists()
        assert sorted(container.attrs.host_config.binds) == [f"{tmp_path}/out:/out", f"{tmp_path}:/in:ro"]

    def test_a_volume_without_a_name(self, engine: Client, create: Any) -> None:
        container = create(engine, volumes=["/srv"])
        (mount,) = container.mounts
        assert (mount.type, mount.destination, len(mount.name)) == ("volume", "/srv", 64)

    def test_mounts(self, engine: Client, create: Any, new_name: Any, labels: dict[str, str]) -> None:
        volume = engine.volumes.create(new_name(), labels=labels)
        container = create(
            engine,
            mounts=[
                Mount(type="tmpfs", target="/memory"),
                {"type": "volume", "source": volume.name, "target": "/data", "read_only": True},
            ],
        )
        mounts = {mount.target: mount for mount in container.attrs.host_config.mounts}
        assert mounts["/memory"].type == "tmpfs"
        assert (mounts["/data"].source, mounts["/data"].read_only) == (volume.name, True)


class TestNetworks:
    @pytest.mark.parametrize("option", ["network", "network_mode"])
    def test_by_name(
        self, engine: Client, create: Any, new_name: Any, labels: dict[str, str], option: str
    ) -> None:
        network = engine.networks.create(new_name(), labels=labels)
        container = create(engine, **{option: network.name})
        assert list(container.networks) == [network.name]
        assert container.attrs.host_config.network_mode == network.name
        container.remove()
        network.remove()

    def test_another_containers(self, engine: Client, start: Any) -> None:
        other = start(engine)
        container = start(engine, network_mode=f"container:{other.id}")
        assert container.attrs.host_config.network_mode == f"container:{other.id}"

    def test_both_options(self, engine: Client) -> None:
        with pytest.raises(InvalidArgument, match="give one of them"):
            engine.containers.create("busybox", network="a", network_mode="b")


class TestRefused:
    def test_by_the_engine(self, engine: Client, create: Any) -> None:
        with pytest.raises(BadParameter, match=r"[Mm]inimum memory limit"):
            create(engine, mem_limit=1)

    def test_before_anything_is_sent(self, engine: Client) -> None:
        requests: list[Any] = []
        engine.hooks.request.append(requests.append)
        for options in (
            {"mem_limit": "much"},
            {"ports": {"80/http": 80}},
            {"environment": ["=x"]},
            {"volumes": ["relative"]},
            {"restart_policy": "on-failure:x"},
            {"labels": {"a": 1}},
            {"tty": "yes please"},
        ):
            with pytest.raises(InvalidArgument, match=next(iter(options))):
                engine.containers.create("busybox", **options)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="did you mean 'environment'"):
            engine.containers.create("busybox", enviroment={})  # type: ignore[call-arg]
        assert requests == []
