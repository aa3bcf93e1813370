"""From a task to its container: what a node asks of its engine, and the files that it puts in."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.files import ROOT, FileSystem, Upper
from dockpy.fake.kernel.clock import SECOND
from dockpy.fake.state.swarm_templates import BadTemplate, context_of, expand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.engine import Engine
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.swarm_cluster import Cluster
    from dockpy.fake.state.swarm_data import DataObject
    from dockpy.fake.state.swarm_nodes import Node
    from dockpy.fake.state.swarm_task import Task

__all__ = ["make_container"]

_MOUNT_OPTIONS = ("BindOptions", "VolumeOptions", "TmpfsOptions", "ImageOptions")


def make_container(engine: Engine, cluster: Cluster, node: Node, task: Task) -> Container:
    """Make the container of a task.

    Args:
        engine: the node's.
        cluster: the swarm.
        node: whose task it is.
        task: which.

    Raises:
        Failure: it cannot be made.
    """
    context = context_of(task, node)
    for one in task.networks:
        cluster.networks.bring(engine, one["Network"]["ID"])
    networks = _networks(cluster, task)
    container, _ = engine.containers.create(task.name, _request(task, context, networks[:1]))
    try:
        for name, settings in networks[1:]:
            engine.networks.connect(name, container, settings)
        _put_files(cluster, container, task, context)
    except BaseException:
        engine.containers.forget(container, remove_volumes=True)
        raise
    return container


def _networks(cluster: Cluster, task: Task) -> list[tuple[str, dict[str, Any]]]:
    """The networks that its container is on, and what is asked of its place there."""
    found = []
    for one in task.spec.get("Networks") or ():
        name = cluster.networks.name_of(one["Target"])
        settings: dict[str, Any] = {"IPAMConfig": {}}
        if name not in ("host", "bridge", "none"):
            settings["Aliases"] = list(one.get("Aliases") or ())
        if one.get("DriverOpts"):
            settings["DriverOpts"] = one["DriverOpts"]
        found.append((name, settings))
    return found


def _request(
    task: Task, context: Mapping[str, Any], networks: list[tuple[str, dict[str, Any]]]
) -> dict[str, Any]:
    spec = task.spec["ContainerSpec"]
    try:
        env = [expand(line, context) for line in spec.get("Env") or ()]
        hostname = expand(spec.get("Hostname") or "", context)
        mounts = [_mount(mount, context) for mount in spec.get("Mounts") or ()]
    except BadTemplate as problem:
        raise Failure(400, f"expanding template failed: {problem}") from None
    host = _host_config(task, spec)
    host["Mounts"] = mounts
    request: dict[str, Any] = {
        "Image": spec["Image"],
        "Hostname": hostname,
        "Env": env,
        "User": spec.get("User") or "",
        "WorkingDir": spec.get("Dir") or "",
        "Tty": bool(spec.get("TTY")),
        "OpenStdin": bool(spec.get("OpenStdin")),
        "Labels": _labels(task, spec),
        "HostConfig": host,
    }
    if spec.get("Command"):
        request |= {"Entrypoint": spec["Command"], "Cmd": spec.get("Args") or []}
    elif spec.get("Args"):
        request["Cmd"] = spec["Args"]
    for name in ("StopSignal", "Healthcheck"):
        if spec.get(name):
            request[name] = spec[name]
    if host["PortBindings"]:
        request["ExposedPorts"] = {port: {} for port in host["PortBindings"]}
    if networks:
        host["NetworkMode"] = networks[0][0]
        request["NetworkingConfig"] = {"EndpointsConfig": dict(networks)}
    return request


def _labels(task: Task, spec: Mapping[str, Any]) -> dict[str, str]:
    return {
        **(spec.get("Labels") or {}),
        "com.docker.swarm.node.id": task.node_id,
        "com.docker.swarm.service.id": task.service_id,
        "com.docker.swarm.service.name": task.service_name,
        "com.docker.swarm.task": "",
        "com.docker.swarm.task.id": task.id,
        "com.docker.swarm.task.name": task.name,
    }


def _mount(mount: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    made = {
        "Type": mount.get("Type") or "bind",
        "Source": expand(mount.get("Source") or "", context),
        "Target": expand(mount.get("Target") or "", context),
        "ReadOnly": bool(mount.get("ReadOnly")),
    }
    return made | {name: mount[name] for name in _MOUNT_OPTIONS if mount.get(name)}


def _host_config(task: Task, spec: Mapping[str, Any]) -> dict[str, Any]:
    resources = task.spec.get("Resources") or {}
    limits, reservations = resources.get("Limits") or {}, resources.get("Reservations") or {}
    dns = spec.get("DNSConfig") or {}
    privileges = spec.get("Privileges") or {}
    host: dict[str, Any] = {
        "PortBindings": _bindings(task),
        "Memory": limits.get("MemoryBytes") or 0,
        "NanoCpus": limits.get("NanoCPUs") or 0,
        "MemoryReservation": reservations.get("MemoryBytes") or 0,
        "Ulimits": spec.get("Ulimits") or [],
        "Dns": dns.get("Nameservers"),
        "DnsSearch": dns.get("Search"),
        "DnsOptions": dns.get("Options"),
        "ExtraHosts": [_host(line) for line in spec.get("Hosts") or ()] or None,
        "GroupAdd": spec.get("Groups"),
        "CapAdd": spec.get("CapabilityAdd"),
        "CapDrop": spec.get("CapabilityDrop"),
        "ReadonlyRootfs": bool(spec.get("ReadOnly")),
        "Isolation": spec.get("Isolation") or "default",
    }
    if limits.get("Pids"):
        host["PidsLimit"] = limits["Pids"]
    if spec.get("Sysctls"):
        host["Sysctls"] = spec["Sysctls"]
    if spec.get("Init") is not None:
        host["Init"] = spec["Init"]
    if spec.get("OomScoreAdj"):
        host["OomScoreAdj"] = spec["OomScoreAdj"]
    if privileges.get("NoNewPrivileges"):
        host["SecurityOpt"] = ["no-new-privileges=true"]
    if (driver := task.spec.get("LogDriver")) is not None:
        host["LogConfig"] = {"Type": driver.get("Name") or "", "Config": driver.get("Options") or {}}
    return host


def _host(line: str) -> str:
    """``10.0.0.2 db`` → ``db:10.0.0.2``."""
    address, *names = line.split()
    return f"{names[0]}:{address}" if names else address


def _bindings(task: Task) -> dict[str, list[dict[str, str]]]:
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in (task.endpoint or {}).get("Ports") or ():
        if port["PublishMode"] == "host" and port.get("TargetPort"):
            number = port.get("PublishedPort")
            key = f"{port['TargetPort']}/{port['Protocol']}"
            bindings.setdefault(key, []).append({"HostIp": "", "HostPort": str(number) if number else ""})
    return bindings


# Secrets and configs


def _put_files(cluster: Cluster, container: Container, task: Task, context: Mapping[str, Any]) -> None:
    """Mount the secrets and configs of a task, each a file that cannot be written."""
    spec = task.spec["ContainerSpec"]
    for kind, objects in (("Secret", cluster.secrets), ("Config", cluster.configs)):
        for one in spec.get(f"{kind}s") or ():
            found = objects.objects.get(one.get(f"{kind}ID") or "")
            if found is None:
                raise Failure(400, f"{kind.lower()} not found: {one.get(f'{kind}Name')}")
            if (file := one.get("File")) is None:
                continue
            data = _filled(cluster, task, found, context)
            folder = "/run/secrets" if kind == "Secret" else "/"
            _put_file(container, posixpath.join(folder, file["Name"]), data, file)


def _filled(cluster: Cluster, task: Task, found: DataObject, context: Mapping[str, Any]) -> bytes:
    """What a secret, or a config, holds for a task."""
    if found.templating is None or found.templating.get("Name") != "golang":
        return found.data
    spec = task.spec["ContainerSpec"]

    def held(kind: str, target: str) -> str:
        objects = cluster.secrets if kind == "Secret" else cluster.configs
        for one in spec.get(f"{kind}s") or ():
            if (one.get("File") or {}).get("Name") == target:
                return objects.objects[one[f"{kind}ID"]].data.decode("utf-8", "replace")
        raise BadTemplate(f"{kind.lower()} target {target} not found")

    def variable(name: str) -> str:
        lines = [line.partition("=") for line in spec.get("Env") or ()]
        return next((expand(value, context) for key, _, value in lines if key == name), "")

    functions = {
        "secret": lambda target: held("Secret", target),
        "config": lambda target: held("Config", target),
        "env": variable,
    }
    try:
        return expand(found.data.decode("utf-8", "surrogateescape"), context, functions).encode(
            "utf-8", "surrogateescape"
        )
    except BadTemplate as problem:
        raise Failure(400, f"failed to expand templated {found.name}: {problem}") from None


def _put_file(container: Container, path: str, data: bytes, file: Mapping[str, Any]) -> None:
    engine, fs = container.engine, container.fs
    tree = Upper.empty(0o755, mtime=engine.now() // SECOND * SECOND)
    files = FileSystem(tree, now=engine.now)
    files.write_bytes(ROOT, "/data", data, 0o444)
    mode: int | None = file.get("Mode")
    files.chmod(ROOT, "/data", 0o444 if mode is None else int(mode))
    files.chown(ROOT, "/data", int(file.get("UID") or 0), int(file.get("GID") or 0))
    if not fs.exists(ROOT, path):
        fs.makedirs(ROOT, posixpath.dirname(path), 0o755)
        fs.write_bytes(ROOT, path, b"", 0o755)
    fs.mount(fs.realpath(ROOT, path), tree, "data", True)
