"""Networks and volumes."""

import os

import docker
from docker.errors import APIError, NotFound
from docker.types import IPAMConfig, IPAMPool, Mount

name = os.environ["NAME"]
client = docker.from_env()
network = client.networks.create(
    name, driver="bridge", labels={name: "1"}, internal=True, check_duplicate=True
)
container = client.containers.run("busybox", "sleep 1000", detach=True, network=name, name=name)
volume = client.volumes.create(name, driver="local", labels={name: "1"})
mine = {"label": f"{name}=1"}
try:
    print(repr(network).replace(network.short_id, "SHORT"), network.name == name, network.attrs["Internal"])
    print(network.containers)
    network.reload()
    print(network.containers == [container], network == client.networks.get(name))
    print(container.attrs["NetworkSettings"]["Networks"].keys() == {name})
    print(network.disconnect(container, force=True), network.connect(container, aliases=["alias"]))
    container.reload()
    print("alias" in container.attrs["NetworkSettings"]["Networks"][name]["Aliases"])
    print(
        client.networks.list(names=[name]) == [network], client.networks.list(ids=[network.id]) == [network]
    )
    print([found.containers for found in client.networks.list(filters=mine)])
    print([found.containers == [container] for found in client.networks.list(filters=mine, greedy=True)])
    try:
        network.remove()
    except APIError as error:
        print(error.status_code)

    print(repr(volume) == f"<Volume: {name[:12]}>", volume.id == volume.name == name, volume.attrs["Driver"])
    print(
        client.volumes.list(filters=mine) == [volume],
        client.volumes.list(filters={"name": "nothing-like-it"}),
    )
    print(client.volumes.get(name) == volume, len({client.volumes.get(name), volume}))
    print(
        client.containers.run(
            "busybox",
            "sh -c 'echo kept > /data/file'",
            remove=True,
            network_mode="none",
            mounts=[Mount("/data", name, type="volume")],
        ),
        client.containers.run(
            "busybox", "cat /data/file", remove=True, network_mode="none", volumes=[f"{name}:/data:ro"]
        ),
    )
finally:
    container.remove(force=True)
    print(network.remove(), volume.remove())
for call in (network.reload, volume.reload, volume.remove):
    try:
        call()
    except NotFound as error:
        print(type(error).__name__)
pool = IPAMPool(subnet="192.168.231.0/29", gateway="192.168.231.1")
network = client.networks.create(name, ipam=IPAMConfig(pool_configs=[pool]), labels={name: "1"})
print(network.attrs["IPAM"]["Config"])
print([pruned == name for pruned in client.networks.prune(filters=mine)["NetworksDeleted"]])
client.volumes.create(name, labels={name: "1"})
client.volumes.get(name).remove(force=True)
print(client.volumes.prune(filters=mine)["SpaceReclaimed"])
print(
    client.containers.prune(filters=mine)["SpaceReclaimed"],
    client.images.prune(filters=mine)["SpaceReclaimed"],
)
client.close()
