"""The daemon itself: what it is, how much it holds."""

from __future__ import annotations

import base64
import uuid
from typing import TYPE_CHECKING, Any

from dockpy.fake.releases import release
from dockpy.fake.state.container_views import summary
from dockpy.fake.state.image_listing import listed
from dockpy.fake.state.volumes import ROOT_FOLDER
from dockpy.fake.times import rfc3339
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Collection

    from dockpy.fake.engine import Engine

__all__ = ["DISK_USAGE_KINDS", "KERNEL", "System"]

DISK_USAGE_KINDS = ("container", "image", "volume", "build-cache")
"""What disk usage is told of."""

KERNEL = "6.8.0-fake"
"""The version of the fake host's kernel."""

_COMMIT, _BUILT = "d0cfa4e", "2024-01-01T00:00:00.000000000+00:00"
_CONTAINERD, _RUNC = "05044ec0a9a75232cad458027ca83437aae3f4da", "v1.1.12-0-g51d5e94"
_MEMORY, _CPUS = 8 << 30, 4
_LOG_DRIVERS = ("awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "splunk", "syslog")
_POOLS = [
    {"Base": "172.17.0.0/12", "Size": 16},
    {"Base": "192.168.0.0/16", "Size": 20},
]


class System:
    """A daemon.

    Args:
        engine: its state.

    Attributes:
        id: what it calls itself.
        listeners: how many follow its events.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.listeners: int = 0
        random = engine.random
        if at_least(engine.api, "1.43"):
            self.id: str = str(uuid.UUID(int=random.getrandbits(128), version=4))
        else:
            text = base64.b32encode(random.randbytes(30)).decode()
            self.id = ":".join(text[start : start + 4] for start in range(0, 48, 4))

    def swarm(self) -> dict[str, Any]:
        """What its swarm is, as JSON."""
        return self._engine.swarm.info()

    def plugins(self) -> dict[str, Any]:
        """The plugins that are built in, by what they are for, as JSON."""
        modern = at_least(self._engine.api, "1.44")
        return {
            "Volume": ["local"],
            "Network": ["bridge", "host", "ipvlan", "macvlan", "null", "overlay"],
            "Authorization": None,
            "Log": list(_LOG_DRIVERS) if modern else sorted((*_LOG_DRIVERS, "logentries")),
        }

    def resources(self) -> dict[str, int]:
        """What a swarm is told that tasks may take of it, as JSON."""
        return {"NanoCPUs": _CPUS * 1_000_000_000, "MemoryBytes": _MEMORY}

    def version(self) -> dict[str, Any]:
        """The answer of SystemVersion."""
        engine = self._engine
        common = {
            "ApiVersion": engine.api,
            "Arch": "amd64",
            "BuildTime": _BUILT,
            "GitCommit": _COMMIT,
            "GoVersion": "go1.21.13",
            "KernelVersion": KERNEL,
            "MinAPIVersion": engine.min_api,
            "Os": "linux",
        }
        number = release(engine.api)
        parts = (
            ("Engine", number, {**common, "Experimental": "false"}),
            ("containerd", "1.6.33", {"GitCommit": _CONTAINERD}),
            ("runc", "1.1.12", {"GitCommit": _RUNC}),
            ("docker-init", "0.19.0", {"GitCommit": "de40ad0"}),
        )
        return {
            "Platform": {"Name": "Docker Engine - Community"},
            "Components": [
                {"Name": name, "Version": version, "Details": dict(sorted(details.items()))}
                for name, version, details in parts
            ],
            "Version": number,
            **common,
        }

    def info(self, version: str) -> dict[str, Any]:
        """The answer of SystemInfo.

        Args:
            version: the API version that is spoken.
        """
        engine = self._engine
        modern = at_least(engine.api, "1.44")
        containers = [container.state.status for container in engine.containers]
        running = sum(status in ("running", "restarting") for status in containers)
        paused = containers.count("paused")
        status = [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]]
        if modern:
            status.append(["Using metacopy", "false"])
        status += [["Native Overlay Diff", "true"], ["userxattr", "false"]]
        told: dict[str, Any] = {
            "ID": self.id,
            "Containers": len(containers),
            "ContainersRunning": running,
            "ContainersPaused": paused,
            "ContainersStopped": len(containers) - running - paused,
            "Images": len(engine.images),
            "Driver": "overlay2",
            "DriverStatus": status,
            "Plugins": self.plugins(),
            **dict.fromkeys(
                ("MemoryLimit", "SwapLimit", "CpuCfsPeriod", "CpuCfsQuota", "CPUShares", "CPUSet"), True
            ),
            **dict.fromkeys(("PidsLimit", "IPv4Forwarding", "OomKillDisable", "KernelMemoryTCP"), True),
            "Debug": False,
            "NFd": 30,
            "NGoroutines": 60,
            "SystemTime": rfc3339(engine.now()),
            "LoggingDriver": "json-file",
            "CgroupDriver": "cgroupfs",
            "CgroupVersion": "1",
            "NEventsListener": self.listeners,
            "KernelVersion": KERNEL,
            "OperatingSystem": "dockpy's fake daemon",
            "OSVersion": "1",
            "OSType": "linux",
            "Architecture": "x86_64",
            "IndexServerAddress": "https://index.docker.io/v1/",
            "RegistryConfig": self._registry_config(version),
            "NCPU": _CPUS,
            "MemTotal": _MEMORY,
            "GenericResources": None,
            "DockerRootDir": ROOT_FOLDER,
            "HttpProxy": "",
            "HttpsProxy": "",
            "NoProxy": "",
            "Name": engine.name,
            "Labels": [f"{name}={value}" for name, value in engine.labels.items()],
            "ExperimentalBuild": False,
            "ServerVersion": release(engine.api),
            "DefaultRuntime": "runc",
            "Swarm": self.swarm(),
            "LiveRestoreEnabled": False,
            "Isolation": "",
            "InitBinary": "docker-init",
            "SecurityOptions": [f"name=seccomp,profile={'builtin' if modern else 'default'}"],
            "DefaultAddressPools": _POOLS,
            "Warnings": None,
        }
        return told | self._parts(version)

    def _registry_config(self, version: str) -> dict[str, Any]:
        hub = {"Name": "docker.io", "Mirrors": [], "Secure": True, "Official": True}
        local = ["127.0.0.0/8", *(["::1/128"] if at_least(self._engine.api, "1.46") else [])]
        told: dict[str, Any] = {
            "InsecureRegistryCIDRs": local,
            "IndexConfigs": {"docker.io": hub},
            "Mirrors": None,
        }
        if not at_least(version, "1.47"):
            told["AllowNondistributableArtifactsCIDRs"] = None
            told["AllowNondistributableArtifactsHostnames"] = None
        return told

    def _parts(self, version: str) -> dict[str, Any]:
        """What engines and versions tell in different ways."""
        api = self._engine.api
        runtime: dict[str, Any] = {"path": "runc"}
        if at_least(api, "1.44") and at_least(version, "1.44"):
            features = '{"ociVersionMin":"1.0.0","ociVersionMax":"1.1.0+dev"}'
            runtime["status"] = {"org.opencontainers.runtime-spec.features": features}
        runtimes = {"io.containerd.runc.v2": runtime, "runc": runtime}
        if not at_least(api, "1.42"):
            runtimes["io.containerd.runtime.v1.linux"] = runtime
        told: dict[str, Any] = {"Runtimes": runtimes}
        expected = not at_least(version, "1.49")
        for name, commit in (("Containerd", _CONTAINERD), ("Runc", _RUNC), ("Init", "de40ad0")):
            told[f"{name}Commit"] = {"ID": commit, **({"Expected": commit} if expected else {})}
        if not at_least(version, "1.42"):
            told["KernelMemory"] = True
        if not at_least(version, "1.50"):
            told["BridgeNfIptables"] = told["BridgeNfIp6tables"] = True
        if at_least(api, "1.44"):
            told["CDISpecDirs"] = ["/etc/cdi", "/var/run/cdi"]
        if at_least(api, "1.46") and at_least(version, "1.46"):
            namespaces = {"Containers": "moby", "Plugins": "plugins.moby"}
            told["Containerd"] = {"Address": "/run/containerd/containerd.sock", "Namespaces": namespaces}
        if at_least(api, "1.49") and at_least(version, "1.49"):
            told["FirewallBackend"] = {"Driver": "iptables"}
        return told

    # Disk usage

    def disk_usage(self, kinds: Collection[str], version: str, *, verbose: bool) -> dict[str, Any]:
        """The answer of SystemDataUsage.

        Args:
            kinds: of what, out of `DISK_USAGE_KINDS`.
            version: the API version that is spoken.
            verbose: since 1.52, each object as well as the sums.
        """
        listed = {kind: self._objects(kind, version) if kind in kinds else None for kind in DISK_USAGE_KINDS}
        told: dict[str, Any] = {}
        if not at_least(version, "1.53"):
            told |= {
                "LayersSize": self._layers() if "image" in kinds else 0,
                "Images": listed["image"],
                "Containers": listed["container"],
                "Volumes": listed["volume"],
                "BuildCache": listed["build-cache"],
            }
            if not at_least(self._engine.api, "1.42"):
                told["BuildCache"] = told["BuildCache"] or None
                told["BuilderSize"] = sum(record["Size"] for record in listed["build-cache"] or ())
        if at_least(version, "1.52"):
            names = ("ContainerUsage", "ImageUsage", "VolumeUsage", "BuildCacheUsage")
            for name, kind in zip(names, DISK_USAGE_KINDS, strict=True):
                if (objects := listed[kind]) is not None:
                    told[name] = self._sums(kind, objects, verbose)
        return told

    def _objects(self, kind: str, version: str) -> list[dict[str, Any]]:
        engine = self._engine
        match kind:
            case "container":
                return [
                    summary(container, size=True, knows=lambda since: at_least(version, since))
                    for container in engine.containers
                ]
            case "image":
                users: dict[str, int] = {}
                for container in engine.containers:
                    users[container.image.id] = users.get(container.image.id, 0) + 1
                images = listed(engine.images, version, {}, shared_size=True)
                return [image | {"Containers": users.get(image["Id"], 0)} for image in images]
            case "volume":
                return [volume.inspect(usage=True) for volume in engine.volumes]
            case _:
                builder = getattr(engine, "builder", None)
                return [] if builder is None else builder.disk_usage()

    def _layers(self) -> int:
        """The bytes of all layers, each counted once."""
        layers = {layer.diff_id: layer.size for image in self._engine.images for layer in image.layers}
        return sum(layers.values())

    def _sums(self, kind: str, objects: list[dict[str, Any]], verbose: bool) -> dict[str, Any]:
        match kind:
            case "container":
                running = ("running", "paused", "restarting")
                uses = [(one["State"] in running, one.get("SizeRw") or 0) for one in objects]
            case "image":
                uses = [(one["Containers"] > 0, one["Size"] - max(one["SharedSize"], 0)) for one in objects]
            case "volume":
                uses = [(one["UsageData"]["RefCount"] > 0, one["UsageData"]["Size"]) for one in objects]
            case _:
                uses = [(one["InUse"], 0 if one["Shared"] else one["Size"]) for one in objects]
        total = self._layers() if kind == "image" else sum(size for _, size in uses)
        told = {
            "ActiveCount": sum(active for active, _ in uses),
            "TotalCount": len(uses),
            "Reclaimable": total - sum(size for active, size in uses if active),
            "TotalSize": total,
            "Items": objects if verbose else [],
        }
        return {name: value for name, value in told.items() if value}
