"""Calls of docker-py's high-level API, for docker-py itself and for dockpy.compat.

Each function yields what its calls give back; names of the module ``docker`` come with the first argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def services_create(docker: Any, client: Any) -> Iterator[Any]:
    types = docker.types
    yield client.services.create("busybox")
    yield client.services.create(
        "busybox", ["sleep", "1"], name="web", labels={"a": "b"}, container_labels={"c": "d"}
    )
    yield client.services.create(
        "busybox",
        "sleep 1",
        args=["x"],
        constraints=["node.role == manager"],
        preferences=[("spread", "node.labels.zone")],
        platforms=[("x86_64", "linux")],
        maxreplicas=2,
        endpoint_spec=types.EndpointSpec(mode="vip", ports={8080: 80, 8053: (53, "udp")}),
        env=["A=1"],
        hostname="h",
        init=True,
        log_driver="json-file",
        log_driver_options={"max-size": "1m"},
        mode=types.ServiceMode("replicated", 0),
        mounts=["data:/data:ro", types.Mount("/b", "/c", type="bind", read_only=True)],
        networks=["n1", types.NetworkAttachmentConfig("n2", aliases=["alias"])],
        resources=types.Resources(cpu_limit=500000000, mem_limit=1 << 26, generic_resources={"gpu": 1}),
        restart_policy=types.RestartPolicy(condition="on-failure", delay=1, max_attempts=3),
        secrets=[types.SecretReference("secret1", "key", filename="file", mode=0o400)],
        configs=[types.ConfigReference("config1", "conf")],
        stop_grace_period=5 * 10**9,
        update_config=types.UpdateConfig(parallelism=2, delay=1, order="start-first"),
        rollback_config=types.RollbackConfig(parallelism=1),
        user="1",
        workdir="/",
        tty=True,
        groups=["2"],
        open_stdin=True,
        read_only=True,
        stop_signal="SIGINT",
        healthcheck=types.Healthcheck(test=["CMD", "true"], interval=10**9),
        hosts={"host": "10.0.0.1"},
        dns_config=types.DNSConfig(nameservers=["10.0.0.2"], search=["a"], options=["b"]),
        privileges=types.Privileges(selinux_disable=True),
        cap_add=["NET_ADMIN"],
        cap_drop=["ALL"],
        sysctls={"net.ipv4.ip_forward": "1"},
    )


def services_change(docker: Any, client: Any) -> Iterator[Any]:
    service = client.services.get("web")
    yield service
    yield service.name
    yield service.version
    yield service.scale(0)
    yield service.scale(5)
    yield service.force_update()
    yield service.update(image="alpine", env=["A=1"])
    yield service.update(labels={"new": "1"}, force_update=True)
    yield service.update(force_update=9, fetch_current_spec=False, name="web")
    yield service.tasks()
    yield service.tasks(filters={"desired-state": "running"})
    yield b"".join(service.logs(stdout=True, tail=5))
    yield service.remove()


def services_list(docker: Any, client: Any) -> Iterator[Any]:
    yield client.services.list()
    yield client.services.list(filters={"name": "web"}, status=True)
    yield client.services.get("web", insert_defaults=True)


def services_refused(docker: Any, client: Any) -> Iterator[Any]:
    for refused in (
        lambda: client.services.get("all").scale(2),
        lambda: client.services.create("busybox", nothing_like_it=1),
        lambda: client.services.get("web").update(nothing_like_it=1),
        lambda: client.services.create("busybox", force_update=1),
        lambda: client.services.create("busybox", log_driver_options={}),
    ):
        try:
            refused()
        except (docker.errors.InvalidArgument, TypeError) as error:
            yield type(error).__name__
            yield str(error)


def swarm(docker: Any, client: Any) -> Iterator[Any]:
    swarm = client.swarm
    yield swarm.id
    yield swarm.short_id
    yield swarm.version
    yield swarm.attrs
    yield swarm.init()
    yield swarm.init(
        "10.0.0.1",
        "0.0.0.0:2377",
        force_new_cluster=True,
        default_addr_pool=["10.20.0.0/16"],
        subnet_size=24,
        data_path_addr="10.0.0.1",
        data_path_port=4790,
        snapshot_interval=5000,
        log_entries_for_slow_followers=1200,
        task_history_retention_limit=5,
        heartbeat_tick=1,
        election_tick=10,
        dispatcher_heartbeat_period=10**9,
        node_cert_expiry=10**15,
        external_cas=[docker.types.SwarmExternalCA("https://ca", protocol="cfssl")],
        name="default",
        labels={"a": "b"},
        autolock_managers=True,
        log_driver=docker.types.DriverConfig("json-file"),
    )
    yield swarm.join(["10.0.0.1:2377"], "token", advertise_addr="10.0.0.2")
    yield swarm.update(rotate_worker_token=True)
    yield swarm.update(rotate_manager_token=True, rotate_manager_unlock_key=True, node_cert_expiry=10**15)
    yield swarm.get_unlock_key()
    yield swarm.unlock("SWMKEY-1")
    yield swarm.unlock({"UnlockKey": "SWMKEY-1"})
    yield swarm.leave()
    yield swarm.leave(force=True)
    yield swarm.reload()


def nodes(docker: Any, client: Any) -> Iterator[Any]:
    (node,) = client.nodes.list(filters={"role": "manager"})
    yield node
    yield node.version
    yield node == client.nodes.get("node1")
    yield node.update({"Availability": "drain", "Role": "manager"})
    yield node.remove()
    yield node.remove(force=True)


def secrets_and_configs(docker: Any, client: Any) -> Iterator[Any]:
    for collection in (client.secrets, client.configs):
        created = collection.create(name="key", data=b"hush", labels={"a": "b"})
        yield created
        yield created.name
        yield created.id
        found = collection.get("key")
        yield found
        yield found.attrs
        yield collection.list()
        yield collection.list(filters={"name": "key"})
        yield found.reload()
        yield found.remove()
    yield client.secrets.create(name="driven", data=b"", driver=docker.types.DriverConfig("vault"))
    yield client.configs.create(name="template", data="text", templating={"Name": "golang"})


def plugins(docker: Any, client: Any) -> Iterator[Any]:
    (plugin,) = client.plugins.list()
    yield plugin
    yield plugin.name
    yield plugin.enabled
    yield plugin.settings
    yield client.plugins.get("tool")
    yield client.plugins.install("tool:latest")
    yield client.plugins.install("tool", "local")
    yield plugin.configure({"DEBUG": "1"})
    yield plugin.enable()
    yield plugin.enable(timeout=5)
    yield plugin.disable()
    yield plugin.disable(force=True)
    yield list(plugin.upgrade())
    yield list(plugin.upgrade("tool:2"))
    yield plugin.remove()
    yield plugin.remove(force=True)


def containers_create(docker: Any, client: Any) -> Iterator[Any]:
    types = docker.types
    yield client.containers.create("busybox")
    yield client.containers.create("busybox", "echo 'a b' c", version="1.40")
    yield client.containers.create(
        "busybox",
        ["true"],
        auto_remove=True,
        blkio_weight=300,
        blkio_weight_device=[{"Path": "/dev/sda", "Weight": 400}],
        cap_add=["NET_ADMIN"],
        cap_drop=["ALL"],
        cgroup_parent="/docker",
        cgroupns="private",
        cpu_count=1,
        cpu_percent=50,
        cpu_period=100000,
        cpu_quota=50000,
        cpu_rt_period=1000,
        cpu_rt_runtime=500,
        cpu_shares=2,
        cpuset_cpus="0",
        cpuset_mems="0",
        device_cgroup_rules=["c 1:3 rwm"],
        device_read_bps=[{"Path": "/dev/sda", "Rate": 1000}],
        device_requests=[types.DeviceRequest(count=-1, capabilities=[["gpu"]])],
        devices=["/dev/null:/dev/zero:r"],
        dns=["10.0.0.1"],
        dns_opt=["a"],
        dns_search=["b"],
        domainname="domain",
        entrypoint="sh -c",
        environment={"A": "1", "B": None},
        extra_hosts={"host": "10.0.0.1"},
        group_add=["1", 2],
        healthcheck={"test": "true", "interval": 10**9},
        hostname="h",
        init=True,
        ipc_mode="private",
        labels=["a", "b"],
        links={"other": "alias"},
        log_config=types.LogConfig(type="json-file", config={"max-size": "1m"}),
        mac_address="02:42:ac:11:00:02",
        mem_limit="1g",
        mem_reservation="512m",
        mem_swappiness=0,
        memswap_limit="2g",
        mounts=[
            types.Mount("/a", "vol", labels={"a": "b"}),
            types.Mount("/t", None, type="tmpfs", tmpfs_size="1m"),
        ],
        name="web",
        nano_cpus=10**9,
        network_disabled=True,
        oom_kill_disable=True,
        oom_score_adj=5,
        pid_mode="host",
        pids_limit=9,
        platform="linux/amd64",
        ports={"80/tcp": 8080, "81": ("127.0.0.1", 8081), "82/udp": None, 83: [1, 2]},
        privileged=True,
        publish_all_ports=True,
        read_only=True,
        restart_policy={"Name": "on-failure", "MaximumRetryCount": 5},
        runtime="runc",
        security_opt=["label:disable"],
        shm_size="1g",
        stdin_open=True,
        stop_signal="SIGINT",
        storage_opt={"size": "1g"},
        sysctls={"a": "b"},
        tmpfs={"/run": "size=1m"},
        tty=True,
        ulimits=[types.Ulimit(name="nofile", soft=1, hard=2)],
        use_config_proxy=False,
        user=1,
        userns_mode="host",
        uts_mode="host",
        volume_driver="local",
        volumes={"/host": {"bind": "/inside", "mode": "ro"}, "named": {"bind": "/data"}},
        volumes_from=["other"],
        working_dir="/",
    )
    for volumes in (["/a:/b", "/c:/d:ro", "named:/e:rw", "/anonymous"], [r"c:\a:d:\b:rw"], []):
        yield client.containers.create("busybox", volumes=volumes)
    endpoint = client.api.create_endpoint_config(
        aliases=["alias"], ipv4_address="10.0.0.9", driver_opt={"a": "b"}
    )
    for config in ({"net": endpoint}, {"another": endpoint}, None):
        yield client.containers.create("busybox", network="net", networking_config=config)
    yield client.containers.run("busybox", detach=True, remove=True)


CALLS = [
    services_create,
    services_change,
    services_list,
    services_refused,
    swarm,
    nodes,
    secrets_and_configs,
    plugins,
    containers_create,
]


def given(value: Any) -> Any:
    """What a call gave, as it is written down."""
    return value if isinstance(value, (str, int, dict, type(None))) else repr(value)
