"""What `run` gives back, and raises."""

import contextlib
import os

import docker
from docker.errors import ContainerError, NotFound

name = os.environ["NAME"]
client = docker.DockerClient.from_env(version="auto", timeout=30)
here = {"network_mode": "none", "remove": True}

print(client.containers.run("busybox", "echo hi", **here))
print(client.containers.run("busybox", ["sh", "-c", "echo out; echo err >&2"], **here))
print(client.containers.run("busybox", ["sh", "-c", "echo err >&2"], stderr=True, stdout=False, **here))
print(client.containers.run(client.images.get("busybox"), "echo image", **here))
stream = client.containers.run("busybox", ["sh", "-c", "echo a; echo b"], stream=True, **here)
print(type(stream).__name__, b"".join(stream))
print(client.containers.run("busybox", "echo unread", log_config={"Type": "none"}, **here))
print(client.containers.run("busybox", "sh -c 'echo $A $B'", environment=["A=1", "B=2"], **here))
print(client.containers.run("busybox", "tty", tty=True, **here))
print(client.containers.run("busybox", "cat /proc/1/status", user="7", **here).count(b"Uid:\t7"))

for options in ({}, {"stderr": True}, {"stream": True}):
    try:
        client.containers.run("busybox", "sh -c 'echo out; echo err >&2; exit 3'", **here, **options)
    except ContainerError as error:
        print(error.exit_status, error.command, error.image, error.stderr, type(error.container).__name__)
        print(str(error).startswith("Command 'sh -c"), "non-zero exit status 3" in str(error))

container = client.containers.run("busybox", "sleep 1000", name=name, detach=True, network_mode="none")
print(type(container).__name__, container.status, container.attrs["State"]["Running"])
container.remove(force=True)
with contextlib.suppress(NotFound):
    client.containers.run("busybox", "true", name=name, detach=True, **here).wait(condition="removed")

for options in (
    {"nothing_like_it": 1},
    {"one": 1, "two": 2},
    {"network": "a", "network_mode": "b"},
    {"networking_config": {"a": None}},
):
    try:
        client.containers.run("busybox", "true", **options)
    except (TypeError, RuntimeError) as error:
        print(type(error).__name__, str(error) if isinstance(error, TypeError) else "")
try:
    client.containers.run(f"{os.environ['REGISTRY']}/nothing/like:it", "true")
except NotFound as error:
    print(type(error).__name__, error.status_code, "manifest unknown" in error.explanation)
try:
    client.containers.run("busybox", "true", ports={"80": "x"}, network_mode="none")
except Exception as error:
    print(type(error).__name__)
for missing in ("create_container", "nothing_like_it"):
    try:
        getattr(client, missing)
    except AttributeError as error:
        print(
            str(error).startswith(f"'DockerClient' object has no attribute '{missing}'"),
            "APIClient" in str(error),
        )
try:
    client.containers()
except TypeError as error:
    print("not callable" in str(error))
client.close()
