"""What containers need of volumes: what is mounted in them, and where it comes from."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockpy.fake.failure import Failure
from dockpy.fake.files import ROOT, HostFolder, Upper, copy_tree
from dockpy.fake.state.mount_specs import MountSpec, asked_mounts, parse_volumes_from, tmpfs_mode, tmpfs_told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockpy.fake.engine import Engine
    from dockpy.fake.files import Tree
    from dockpy.fake.state.container import Container
    from dockpy.fake.state.volumes import Volume

__all__ = ["ContainerMounts"]


@dataclass(slots=True)
class _Mounted:
    """One mount of a container: what was asked for, and what it came to."""

    spec: MountSpec
    volume: Volume | None
    source: str

    def told(self) -> dict[str, Any]:
        """As a container's inspect tells it."""
        spec, volume = self.spec, self.volume
        told: dict[str, Any] = {"Type": spec.kind}
        if volume is not None or spec.kind == "image":
            told["Name"] = volume.name if volume is not None else spec.source
        told |= {"Source": self.source, "Destination": spec.target}
        if volume is not None:
            told["Driver"] = "local"
        return told | {"Mode": spec.mode, "RW": spec.writable, "Propagation": spec.propagation}


class ContainerMounts:
    """The part of `Volumes` that containers call.

    Attributes:
        host: the folders of the fake host, those that nobody has put there are empty.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mounted: dict[str, list[_Mounted]] = {}
        self.host: Upper = Upper.empty(mtime=engine.now())

    def find(self, name: str) -> Volume | None:
        """See `Volumes`."""
        raise NotImplementedError

    def create(
        self,
        name: str = "",
        driver: str = "",
        options: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Volume:
        """See `Volumes`."""
        raise NotImplementedError

    def remove(self, name: str, force: bool = False) -> None:
        """See `Volumes`."""
        raise NotImplementedError

    # A container's life

    def mount_all(self, container: Container) -> None:
        """Give a new container its volumes and binds, made where they are missing, in ``container.fs``.

        ``container.mounts`` tells of them from then on.

        Raises:
            Failure: something cannot be.
        """
        engine, host_config = self._engine, container.host_config
        specs = asked_mounts(container.config, host_config, engine.api)
        inherited = self._inherited(host_config.get("VolumesFrom") or ())
        for spec in specs:
            if spec.kind == "bind" and spec.must_exist and not self._exists(spec.source):
                problem = f"bind source path does not exist: {spec.source}"
                raise Failure(400, f'invalid mount config for type "bind": {problem}')
        by_target = {one.spec.target: one for one in inherited}
        self._mounted[container.id] = mounted = list(by_target.values())
        for one in mounted:
            self._use(container, one.volume)
        for spec in specs:
            if spec.by_image and spec.target in by_target:
                continue
            one = self._resolve(container, spec)
            if (other := by_target.get(spec.target)) is not None:
                mounted.remove(other)
                self._disuse(container, other.volume)
            mounted.append(one)
        for one in sorted(mounted, key=lambda one: one.spec.target.count("/")):
            self._mount(container, one)
        container.mounts = [one.told() for one in mounted]

    def _resolve(self, container: Container, spec: MountSpec) -> _Mounted:
        if spec.kind == "volume":
            volume = self.create(spec.source, spec.driver, spec.options, spec.labels)
            self._use(container, volume)
            return _Mounted(spec, volume, volume.path)
        if spec.kind == "bind":
            return _Mounted(spec, None, spec.source)
        if spec.kind == "image":
            image = self._engine.images.resolve(spec.source)
            return _Mounted(spec, None, f"/var/lib/docker/overlay2/{image.id.partition(':')[2]}/merged")
        return _Mounted(spec, None, "")

    def _inherited(self, volumes_from: list[str] | tuple[str, ...]) -> list[_Mounted]:
        found: list[_Mounted] = []
        for text in volumes_from:
            reference, mode = parse_volumes_from(text)
            try:
                other = self._engine.containers.get(reference)
            except Failure as failure:
                raise Failure(400, failure.message) from None
            for one in self._mounted.get(other.id, ()):
                old = one.spec
                spec = MountSpec(
                    old.kind,
                    old.source,
                    old.target,
                    "",
                    writable=old.writable and "ro" not in mode.split(","),
                    named=old.named,
                    propagation=old.propagation,
                    subpath=old.subpath,
                    tmpfs=old.tmpfs,
                )
                found.append(_Mounted(spec, one.volume, one.source))
        return found

    def _mount(self, container: Container, one: _Mounted) -> None:
        spec, fs = one.spec, container.fs
        target = posixpath.join("/", spec.target)
        if one.volume is not None and spec.copy and not one.volume.device:
            self._populate(container, one.volume, target)
        tree, subpath = self._tree(container, one)
        if target == "/":
            return
        self._make_place(container, target, tree, subpath)
        fs.mount(fs.realpath(ROOT, target), tree, subpath, not spec.writable)

    def _tree(self, container: Container, one: _Mounted) -> tuple[Upper | Tree | HostFolder, str]:
        """What is mounted, and which part of it."""
        spec = one.spec
        if spec.kind == "image":
            return self._engine.images.resolve(spec.source).tree(), spec.subpath
        if spec.kind == "tmpfs":
            return self._tmpfs(int(spec.tmpfs.get("Mode") or 0o1777)), ""
        if one.volume is not None:
            if one.volume.device:
                return self._host(one.volume.device)
            return one.volume.tree, spec.subpath
        return self._host(spec.source)

    def _make_place(
        self, container: Container, target: str, tree: Upper | Tree | HostFolder, subpath: str
    ) -> None:
        """Make what is mounted over, as a runtime does."""
        fs = container.fs
        if fs.exists(ROOT, target):
            return
        node = tree.root
        for name in filter(None, subpath.split("/")):
            node = (node.entries or {}).get(name, node)
        if node.entries is not None:
            fs.makedirs(ROOT, target, 0o755)
        else:
            fs.makedirs(ROOT, posixpath.dirname(target), 0o755)
            fs.write_bytes(ROOT, target, b"", 0o755)

    def _populate(self, container: Container, volume: Volume, target: str) -> None:
        """Let an empty volume begin as what the container has at the place."""
        if volume.tree.root.entries or not container.fs.exists(ROOT, target):
            return
        source = container.fs.lookup(ROOT, target)
        if source.entries is not None:
            copy_tree(source, volume.tree)

    def _tmpfs(self, mode: int) -> Upper:
        return Upper.empty(mode, mtime=self._engine.now())

    def _exists(self, path: str) -> bool:
        return self.host.find(path) is not None or os.path.exists(path)

    def _host(self, path: str) -> tuple[Upper | HostFolder, str]:
        """A folder of the host: this machine's where it was allowed, else the fake host's."""
        real = os.path.realpath(path)
        for folder in self._engine.host_folders:
            allowed = os.path.realpath(folder)
            if real == allowed or real.startswith(allowed.rstrip("/") + "/"):
                if not os.path.exists(real):
                    os.makedirs(real)
                return HostFolder(real), ""
        names = [name for name in path.split("/") if name]
        now = self._engine.now()
        for number in range(1, len(names) + 1):
            if self.host.find("/".join(names[:number])) is None:
                self.host.put(names[:number], Upper.empty(mtime=now).root.copy(self.host), now)
        return self.host, path

    def started(self, container: Container) -> None:
        """The container starts: its tmpfs are empty, and events tell of its volumes.

        Raises:
            Failure: 404 or 500, something cannot be mounted.
        """
        for path, options in (container.host_config.get("Tmpfs") or {}).items():
            self._remount(container, path, options)
        for one in self._mounted.get(container.id, ()):
            if one.spec.kind == "tmpfs":
                self._remount(container, one.spec.target, _options_of(one.spec))
            if one.volume is None:
                continue
            self._check_there(one.volume, one.spec)
            attributes = {
                "container": container.id,
                "destination": one.spec.target,
                "driver": "local",
                "propagation": one.spec.propagation,
                "read/write": "true" if one.spec.writable else "false",
            }
            self._engine.events.emit("volume", "mount", one.volume.name, attributes)

    def _check_there(self, volume: Volume, spec: MountSpec) -> None:
        if volume.device and not self._exists(volume.device):
            problem = f"mount {volume.device}:{volume.path}, flags: 0x1000: no such file or directory"
            text = f"error while mounting volume '{volume.path}': failed to mount local volume: {problem}"
            raise Failure(500, text)
        if spec.subpath and volume.tree.find(spec.subpath) is None:
            path = posixpath.join(volume.path, spec.subpath)
            problem = f"lstat {path}: no such file or directory"
            raise Failure(404, f"cannot access path {path}: {problem}")

    def _remount(self, container: Container, path: str, options: str) -> None:
        fs = container.fs
        tree = self._tmpfs(tmpfs_mode(options))
        self._make_place(container, path, tree, "")
        place = fs.realpath(ROOT, path)
        if any(mount.path == place for mount in fs.mounts):
            fs.unmount(place)
        fs.mount(place, tree).tmpfs = tmpfs_told(options)

    def stopped(self, container: Container) -> None:
        """The container has stopped: events tell of its volumes."""
        for one in self._mounted.get(container.id, ()):
            if one.volume is not None:
                attributes = {"container": container.id, "driver": "local"}
                self._engine.events.emit("volume", "unmount", one.volume.name, attributes)

    def release(self, container: Container, remove_anonymous: bool) -> None:
        """The container is removed.

        Args:
            container: which.
            remove_anonymous: remove those of its volumes that nobody gave a name, too.
        """
        mounted = self._mounted.pop(container.id, [])
        for one in mounted:
            self._disuse(container, one.volume)
        if not remove_anonymous:
            return
        for one in mounted:
            volume = one.volume
            if volume is not None and not one.spec.named and not volume.users:
                self.remove(volume.name, force=True)

    def _use(self, container: Container, volume: Volume | None) -> None:
        if volume is not None:
            volume.users[container.id] = volume.users.get(container.id, 0) + 1

    def _disuse(self, container: Container, volume: Volume | None) -> None:
        if volume is not None and container.id in volume.users:
            volume.users[container.id] -= 1
            if not volume.users[container.id]:
                del volume.users[container.id]

    def summary(self, container: Container) -> list[dict[str, Any]]:
        """``Mounts`` of a container in the list: of a volume that its image asks for it tells no path."""
        told = []
        for one in self._mounted.get(container.id, ()):
            mount = one.told()
            if one.spec.by_image:
                mount["Source"] = ""
            told.append(mount)
        return told


def _options_of(spec: MountSpec) -> str:
    """A mount of memory, as one of ``HostConfig.Tmpfs`` would ask for it."""
    given = spec.tmpfs
    mode, size = given.get("Mode"), given.get("SizeBytes")
    return ",".join([*([f"mode={mode:o}"] if mode else []), *([f"size={size}"] if size else [])])
