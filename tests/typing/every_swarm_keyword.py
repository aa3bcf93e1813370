"""Every keyword of swarms and services. Type checkers read this; nothing runs it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, assert_type

from dockpy import Healthcheck, MountOptions, Service, ServiceOptions
from dockpy.wire.container_spec import DNSConfig, Privileges, SecretReference
from dockpy.wire.mounts import Mount
from dockpy.wire.services import EndpointSpec, ReplicatedService, ServiceMode, UpdateConfig
from dockpy.wire.tasks import NetworkAttachmentConfig, ResourceRequirements, SwarmRestartPolicy

if TYPE_CHECKING:
    from dockpy import Config, Network, Secret, Swarm
    from dockpy.resources.services import ServiceCollection


def init(swarm: Swarm) -> None:
    node_id = swarm.init(
        advertise_addr="eth0",
        listen_addr="0.0.0.0:2377",
        data_path_addr="eth1",
        data_path_port=4789,
        default_addr_pool=["10.1.0.0/16"],
        subnet_size=24,
        force_new_cluster=False,
        availability="active",
        name="default",
        labels={"a": "b"},
        task_history_retention_limit=5,
        snapshot_interval=10_000,
        keep_old_snapshots=0,
        log_entries_for_slow_followers=500,
        election_tick=10,
        heartbeat_tick=1,
        dispatcher_heartbeat_period="5s",
        node_cert_expiry=timedelta(days=90),
        external_cas=[{"protocol": "cfssl", "url": "https://example.org"}],
        signing_ca_cert="PEM",
        signing_ca_key="PEM",
        ca_force_rotate=1,
        autolock_managers=True,
        log_driver={"name": "json-file", "options": {"max-size": "1m"}},
    )
    assert_type(node_id, str)


def create_service(services: ServiceCollection, network: Network, secret: Secret, config: Config) -> None:
    service = services.create(
        "busybox",
        ["true"],
        auth_config={"username": "user", "password": ""},
        query_registry=True,
        name="web",
        labels={"a": "b"},
        mode="replicated",
        replicas=0,
        max_concurrent=1,
        entrypoint="sh -c",
        args=["true"],
        env={"A": 1},
        container_labels=["a=b"],
        hostname="web",
        workdir="/",
        user=0,
        groups=["wheel"],
        tty=True,
        open_stdin=True,
        read_only=True,
        init=True,
        isolation="default",
        stop_signal="SIGTERM",
        stop_grace_period="1m30s",
        healthcheck=Healthcheck(test="true", interval="30s"),
        cap_add=["NET_ADMIN"],
        cap_drop=["ALL"],
        sysctls={"net.core.somaxconn": 128},
        ulimits={"nofile": (1024, 2048), "nproc": 64},
        oom_score_adj=100,
        privileges={"no_new_privileges": True},
        credential_spec="file://spec.json",
        mounts=["data:/data:ro", MountOptions(target="/cache"), Mount(target="/x")],
        secrets=[
            secret,
            "token",
            {"source": secret, "target": "/run/token"},
            SecretReference(secret_id="id"),
        ],
        configs=[config, "settings", {"source": "settings", "mode": 0o400}],
        constraints=["node.role==manager"],
        preferences=["spread=node.labels.zone", ("spread", "node.labels.rack")],
        maxreplicas=1,
        platforms=["linux/amd64", ("amd64", "linux")],
        limit_cpu=1.5,
        limit_memory="512m",
        limit_pids=100,
        reserve_cpu="0.5",
        reserve_memory=2**20,
        generic_resources={"GPU": 2},
        memory_swap=-1,
        memory_swappiness=0,
        resources={"limits": {"pids": 1}},
        networks=[network, "name", {"target": network, "aliases": ["db"]}],
        ports={"80/tcp": 8080},
        endpoint_mode="vip",
        endpoint_spec={"mode": "dnsrr"},
        hosts={"db": "10.0.0.2"},
        dns=["10.0.0.1"],
        dns_search=["example.org"],
        dns_opt=["ndots:2"],
        dns_config={"nameservers": ["10.0.0.1"]},
        restart_policy={"condition": "any", "delay": "5s"},
        update_config={"parallelism": 2, "order": "start-first"},
        rollback_config={"parallelism": 1},
        log_driver="json-file",
        log_driver_options={"max-size": "1m"},
    )
    assert_type(service, Service)


def create_service_of_models(services: ServiceCollection) -> None:
    options: ServiceOptions = {
        "mode": ServiceMode(replicated=ReplicatedService(replicas=2)),
        "privileges": Privileges(),
        "networks": [NetworkAttachmentConfig(target="id")],
        "resources": ResourceRequirements(),
        "endpoint_spec": EndpointSpec(mode="vip"),
        "dns_config": DNSConfig(),
        "restart_policy": SwarmRestartPolicy(condition="none"),
        "update_config": UpdateConfig(parallelism=1),
        "ports": [{"target": 80, "published": 8080, "mode": "host"}],
    }
    assert_type(services.create("busybox", **options), Service)
