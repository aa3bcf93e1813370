"""A container from its creation to its end."""

import os
import time

import docker
from docker.errors import APIError, NotFound

name = os.environ["NAME"]
client = docker.from_env()
container = client.containers.create(
    "busybox",
    ["sh", "-c", "echo out; echo err >&2; sleep 1000"],
    name=name,
    labels={"purpose": "compat", name: "1"},
    environment={"A": "1"},
    network_mode="none",
    mem_limit="64m",
    volumes={"/tmp": {"bind": "/host", "mode": "ro"}},
    ports={"80/tcp": None},
    healthcheck={"test": ["NONE"]},
)
try:
    print(repr(container).replace(container.short_id, "SHORT"), len(container.id), len(container.short_id))
    print(container.name == name, container.status, container.labels["purpose"], container.health)
    print("busybox:latest" in container.image.tags, container.image == client.images.get("busybox"))
    print(container.attrs["HostConfig"]["Memory"], container.attrs["HostConfig"]["Binds"])
    print(container.attrs["Config"]["Env"][0], container.attrs["Config"]["ExposedPorts"])
    print(container.start(), container.status)
    container.reload()
    print(container.status, type(container.attrs).__name__, container.ports)
    while container.logs().count(b"\n") < 2:
        time.sleep(0.05)
    print(sorted(container.logs().splitlines()))
    print(container.logs(stderr=False), container.logs(stdout=False), container.logs(tail=0))
    lines = container.logs(stream=True, follow=False, stderr=False)
    print(type(lines).__name__, list(lines))
    print([line.split(b" ", 1)[1] for line in container.logs(stdout=False, timestamps=True).splitlines()])

    print(container.exec_run("echo hi"))
    print(container.exec_run(["sh", "-c", "echo o; echo e >&2; exit 3"], demux=True))
    print(container.exec_run("true", demux=True), container.exec_run("cat", stdin=False).exit_code)
    code, chunks = container.exec_run("echo streamed", stream=True)
    print(code, b"".join(chunks))
    code, pairs = container.exec_run(["sh", "-c", "echo o"], stream=True, demux=True)
    print(code, list(pairs))
    print(container.exec_run("pwd", workdir="/tmp").output, container.exec_run("id -u", user="1").output)
    print(container.exec_run(["sh", "-c", "echo $B"], environment={"B": "2"}, tty=True).output)
    print(container.exec_run("true", detach=True).output)
    try:
        print(container.exec_run("/nothing/like/it").exit_code in (126, 127))
    except APIError as error:
        print(error.status_code)

    mine = {"label": f"{name}=1"}
    print(
        client.containers.list(filters=mine) == [container],
        container in client.containers.list(ignore_removed=True),
    )
    (sparse,) = client.containers.list(filters=mine, sparse=True)
    print(
        sparse == container, hash(sparse) == hash(container), sparse.status, sparse.image == container.image
    )
    try:
        print(sparse.labels)
    except docker.errors.DockerException as error:
        print(type(error).__name__)
    print(client.containers.list(filters={"label": "nothing-like-it"}))

    container.exec_run(["touch", "/new"])
    print({"Path": "/new", "Kind": 1} in container.diff())
    print(sorted(container.top()), container.top(ps_args="-o pid,args")["Processes"][0][1])
    stats = container.stats(stream=False)
    print(type(stats).__name__, stats["memory_stats"]["limit"])
    stream = container.stats(decode=True)
    print(type(next(stream)).__name__)

    print(container.pause(), client.containers.get(name).status, container.unpause())
    print(
        container.rename(f"{name}-b"),
        client.containers.get(f"{name}-b").name == f"{name}-b",
        container.name == name,
    )
    print(container.update(mem_limit="80m", memswap_limit="80m"))
    container.reload()
    print(container.attrs["HostConfig"]["Memory"])
    try:
        container.remove()
    except APIError as error:
        print(
            type(error).__name__,
            error.status_code,
            error.is_client_error(),
            isinstance(error, docker.errors.NotFound),
        )
    print(container.restart(timeout=0), container.kill("KILL"), container.wait()["StatusCode"])
    print(container.start(), container.stop(timeout=0))
    image = container.commit(f"{name}-image", "1", message="compat", changes="LABEL a=b")
    print([tag.replace(name, "NAME") for tag in image.tags], image.labels["a"])
    client.images.remove(f"{name}-image:1")
finally:
    print(container.remove(force=True, v=True))
for call in (lambda: client.containers.get(name), container.reload, container.start):
    try:
        call()
    except NotFound as error:
        print(type(error).__name__, error.status_code, error.explanation.split(":")[0])
client.close()
