"""What a container's files have besides its image: /proc, /dev, /sys, and files of /etc."""

from __future__ import annotations

import errno
import os
from functools import cache
from typing import TYPE_CHECKING

from dockpy.fake.files import Layer, Node, OpenFile, Tree, Upper, fault
from dockpy.fake.files.paths import may
from dockpy.fake.kernel.proc import Machine, proc_tree
from dockpy.fake.kernel.sysfs import sys_tree
from dockpy.streams.tar import END_OF_ARCHIVE, TarEntry, TarKind, encode_header

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockpy.fake.files import FileSystem, Who
    from dockpy.fake.kernel.file import File
    from dockpy.fake.kernel.namespace import Namespace
    from dockpy.fake.kernel.tty import Terminal

__all__ = ["SHM_SIZE", "prepare", "skeleton"]

_ETC = ("hostname", "hosts", "resolv.conf")
SHM_SIZE = 64 << 20
_DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}
_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "ptmx": "pts/ptmx",
}


@cache
def skeleton() -> Layer:
    """What lies between an image and a container's own files: where `prepare` mounts, and empty files."""
    files = {".dockerenv": 0o755, "dev/console": 0o755} | {f"etc/{name}": 0o644 for name in _ETC}
    pieces = []
    for name in ("dev", "dev/pts", "dev/shm", "etc", "proc", "sys"):
        pieces.append(encode_header(TarEntry(name, TarKind.DIRECTORY, 0, 0o755)))
    for name, mode in files.items():
        pieces.append(encode_header(TarEntry(name, TarKind.FILE, 0, mode)))
    pieces.append(encode_header(TarEntry("etc/mtab", TarKind.SYMLINK, 0, 0o777, target="/proc/mounts")))
    return Layer.from_tar([*pieces, END_OF_ARCHIVE])


def prepare(
    fs: FileSystem,
    namespace: Namespace,
    *,
    machine: Machine | None = None,
    etc: Mapping[str, Callable[[], bytes]] | None = None,
    tty: Terminal | None = None,
) -> list[str]:
    """Mount what every container has, where nothing else is mounted. The top image layer is `skeleton`.

    Args:
        fs: the container's files.
        namespace: the container.
        machine: what it sees of the machine.
        etc: by name, what the files say that the engine gives it (``hosts``, ``hostname``, ``resolv.conf``);
            one that is opened to be written keeps what it has from then on.
        tty: the terminal of PID 1, which is ``/dev/console``.

    Returns:
        Where something is mounted now: to be unmounted, the last one first, before the container starts anew.
    """
    mounted: dict[str, Tree | Upper] = {
        "/proc": proc_tree(namespace, machine or Machine(namespace.scheduler.now())),
        "/dev": _devices(namespace, tty),
        "/dev/pts": Tree(Node.dynamic_directory(lambda: _terminals(namespace), 0o755)),
        "/dev/shm": Upper.empty(0o1777),  # noqa: S108
        "/dev/mqueue": Upper.empty(0o1777),
        "/sys": sys_tree(namespace),
    }
    for name, produce in (etc or {}).items():
        path = f"/etc/{name}"
        mounted[path] = Tree(_engine_file(fs, path, produce))
    for path in [path for path in mounted if fs.mounted_at(path) is not None]:
        del mounted[path]  # somebody asked for another one
    for path, tree in mounted.items():
        mount = fs.mount(path, tree)
        if path == "/dev/shm":  # noqa: S108
            mount.tmpfs = f"nosuid,nodev,noexec,relatime,size={namespace.settings.shm_size // 1024}k"
    return list(mounted)


def _devices(namespace: Namespace, tty: Terminal | None) -> Upper:
    entries = {name: Node.device(*numbers) for name, numbers in _DEVICES.items()}
    entries |= {name: Node.symlink(target) for name, target in _LINKS.items()}
    entries |= {name: Node.directory() for name in ("pts", "shm", "mqueue")}
    terminal = Node.device(5, 0)
    terminal.opener = _own_terminal
    entries["tty"] = terminal
    if tty is not None:
        entries["console"] = _terminal(tty)
    return Upper(Tree(Node.directory(entries)))


def _own_terminal(who: object, _flags: int) -> File:
    tty: Terminal | None = getattr(who, "tty", None)
    if tty is None or tty.closed:
        raise OSError(errno.ENXIO, "No such device or address", "/dev/tty")
    return tty.open()


def _terminals(namespace: Namespace) -> dict[str, Node]:
    found = {"ptmx": Node.device(5, 2)}
    for process in namespace.visible.values():
        if process.tty is not None:
            found[str(process.tty.number)] = _terminal(process.tty)
    return found


def _terminal(tty: Terminal) -> Node:
    node = Node.device(136, tty.number, 0o620)
    node.gid = 5
    node.opener = lambda _who, _flags: tty.open()
    return node


def _engine_file(fs: FileSystem, path: str, produce: Callable[[], bytes]) -> Node:
    """A file that says what the engine gives, until somebody opens it to write."""
    kept: list[Node] = []
    file = Node.file(mode=0o644)

    def opener(who: Who, flags: int) -> File:
        writes = flags & os.O_ACCMODE != os.O_RDONLY
        if not may(who, file, 2 if writes else 4):
            raise fault(errno.EACCES, path)
        if writes and not kept:
            kept.append(Node.file(produce()))
        node = kept[0] if kept else Node.file(produce())
        if flags & os.O_TRUNC:
            node.data = b""
        return OpenFile(node, flags, path, 1, fs.now, lambda size: size)

    file.opener = opener
    return file
