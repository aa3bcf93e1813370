"""A swarm of one, its services, secrets and configs."""

import os
import time

import docker
from docker.errors import APIError, InvalidArgument, NotFound
from docker.types import (
    EndpointSpec,
    Healthcheck,
    Resources,
    RestartPolicy,
    SecretReference,
    ServiceMode,
    UpdateConfig,
)

name = os.environ["NAME"]
client = docker.from_env()
for collection in (client.services, client.nodes, client.secrets, client.configs):
    try:
        collection.list()
    except APIError as error:
        print(type(error).__name__, error.status_code, error.is_server_error())
swarm = client.swarm
print(swarm.attrs)
node_id = swarm.init("127.0.0.1", os.environ["LISTEN"], task_history_retention_limit=2, labels={"a": "b"})
try:
    (node,) = client.nodes.list()
    print(node.id == node_id, client.nodes.get(node_id) == node, node.attrs["Spec"]["Role"], node.version > 0)
    print(swarm.attrs["Spec"]["Orchestration"], swarm.attrs["Spec"]["Labels"], swarm.id == client.swarm.id)
    print(swarm.update(rotate_worker_token=True, labels={"c": "d"}))
    swarm.reload()
    print(swarm.attrs["Spec"]["Labels"], swarm.attrs["Spec"]["CAConfig"]["NodeCertExpiry"])
    print(node.update({**node.attrs["Spec"], "Labels": {"zone": "one"}}))
    print(client.nodes.get(node_id).attrs["Spec"]["Labels"], client.nodes.list(filters={"role": "worker"}))
    print(swarm.get_unlock_key())

    secret = client.secrets.create(name=f"{name}-secret", data=b"hush", labels={"a": "b"})
    config = client.configs.create(name=f"{name}-config", data=b"plain")
    print(
        repr(secret).replace(name, "NAME"),
        secret == client.secrets.get(secret.id),
        config.name == f"{name}-config",
    )
    config.reload()
    print(config.attrs["Spec"]["Data"], "Data" in client.secrets.get(secret.id).attrs["Spec"])
    print(client.secrets.list() == [secret], client.configs.list(filters={"name": "nothing"}))

    service = client.services.create(
        "busybox",
        ["sh", "-c", "cat /run/secrets/key; echo; exec sleep 1000"],
        name=name,
        env=["A=1"],
        labels={"kept": "1"},
        container_labels={"inner": "1"},
        mode=ServiceMode("replicated", 0),
        constraints=["node.role == manager"],
        resources=Resources(mem_limit=1 << 26),
        restart_policy=RestartPolicy(condition="none"),
        secrets=[SecretReference(secret.id, secret.name, filename="key")],
        update_config=UpdateConfig(parallelism=2, delay=0),
        endpoint_spec=EndpointSpec(mode="dnsrr"),
        healthcheck=Healthcheck(test=["NONE"]),
        stop_grace_period=10**9,
        networks=["host"],
    )
    spec = service.attrs["Spec"]
    print(service.name == name, spec["Labels"], spec["Mode"], spec["TaskTemplate"]["ContainerSpec"]["Env"])
    print(
        client.services.list() == [service],
        client.services.list(filters={"label": "nothing"}),
        service.tasks(),
    )
    print(service.scale(1))
    while not [task for task in service.tasks() if task["Status"]["State"] == "running"]:
        time.sleep(0.1)
    print(
        [
            task["Spec"]["ContainerSpec"]["Labels"]
            for task in service.tasks(filters={"desired-state": "running"})
        ]
    )
    while not (said := b"".join(service.logs(stdout=True))):
        time.sleep(0.1)
    print(said)
    try:
        service.scale(0)  # what is known of it is old
    except APIError as error:
        print(error.status_code, "out of sequence" in error.explanation)
    service.reload()
    print(service.attrs["Spec"]["Mode"], service.attrs["Spec"]["Labels"], service.version > 0)
    print(service.update(labels={"new": "1"}, mode=ServiceMode("replicated", 0)))
    service.reload()
    spec = service.attrs["Spec"]
    print(
        spec["Labels"],
        spec["Mode"],
        spec["TaskTemplate"]["ContainerSpec"]["Env"],
        spec["TaskTemplate"]["ForceUpdate"],
    )
    print(service.force_update())
    service.reload()
    print(service.attrs["Spec"]["TaskTemplate"]["ForceUpdate"], service.attrs["Spec"]["Labels"])
    everywhere = client.services.create(
        "busybox", "true", name=f"{name}-all", mode="global", constraints=["node.role == worker"]
    )
    try:
        everywhere.scale(2)
    except InvalidArgument as error:
        print(error)
    print(everywhere.remove(), service.remove())
    try:
        service.reload()
    except NotFound as error:
        print(type(error).__name__)
    while True:
        try:
            print(secret.remove(), config.remove())
            break
        except APIError:  # a task still has it
            time.sleep(0.1)
    try:
        swarm.leave()
    except APIError as error:
        print(error.status_code)
finally:
    print(swarm.leave(force=True))
print(client.swarm.attrs)
client.close()
