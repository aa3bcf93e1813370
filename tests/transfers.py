"""Between two engines: which ones, what is put into volumes, and what is found in them."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
import itertools
import os
import random
import tarfile
from collections import Counter
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dockpy import Client, Container

__all__ = [
    "NUMBERS",
    "PAIRS",
    "archive",
    "entry",
    "fill",
    "found",
    "listing",
    "many",
    "mounted",
    "odd_tree",
    "shared",
    "tree_of",
]

PAIRS = [
    ("fake41", "fake51"),
    ("fake51", "fake41"),
    ("unix20", "unix28"),
    ("unix28", "unix20"),
    pytest.param("fake51", "unix20", marks=pytest.mark.engine),
    pytest.param("unix28", "fake41", marks=pytest.mark.engine),
]
"""Where from, where to."""

# Two workers have half of them each; what a killed run has left is not always in the way of the next.
_FIRST = 125 * (os.environ.get("PYTEST_XDIST_WORKER", "gw0") != "gw0")
NUMBERS = itertools.cycle(random.sample(range(_FIRST, _FIRST + 125), 125))
"""Of subnets that nobody has."""

Entry = tuple[tarfile.TarInfo, bytes]


def entry(name: str, kind: bytes = tarfile.REGTYPE, data: bytes = b"", **about: Any) -> Entry:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(data)
    info.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
    info.mtime = 981173106
    for key, value in about.items():
        setattr(info, key, value)
    return info, data


def odd_tree(size: int = 70_000) -> list[Entry]:
    """One of everything that a folder can hold, the folder itself first; large files are about so large."""
    return [
        entry(".", tarfile.DIRTYPE, mode=0o1771, uid=11, gid=12, mtime=915148800),
        entry("plain", data=b"plain\n", uid=1000, gid=1001),
        entry("setuid", data=b"#!", mode=0o4755),
        entry("setgid", data=b"#!", mode=0o2711),
        entry("secret", data=b"s", mode=0),
        entry("sticky", tarfile.DIRTYPE, mode=0o1777),
        entry("empty", tarfile.DIRTYPE, mode=0o700, uid=65534),
        entry("deep", tarfile.DIRTYPE),
        entry("deep/er", tarfile.DIRTYPE, mode=0o2750, gid=77),
        entry("deep/er/file", data=b"x" * size),
        entry("deep/" + "n" * 200, data=b"a long name"),
        entry("hard", tarfile.LNKTYPE, linkname="plain"),
        entry("deep/hard", tarfile.LNKTYPE, linkname="deep/er/file"),
        entry("link", tarfile.SYMTYPE, linkname="plain", mode=0o777, uid=5, gid=6),
        entry("dangling", tarfile.SYMTYPE, linkname="/no/where", mode=0o777),
        entry("upwards", tarfile.SYMTYPE, linkname="../../etc/passwd", mode=0o777),
        entry("pipe", tarfile.FIFOTYPE, mode=0o600),
        entry("null", tarfile.CHRTYPE, mode=0o666, devmajor=1, devminor=3),
        entry("loop", tarfile.BLKTYPE, mode=0o660, devmajor=7, devminor=9),
        entry("a b\n'\"$c", data=b"odd"),
        entry("ünïcödé ☃", data=b"text"),
        entry("bytes\udcff\udcfe", data=b"no text"),
        entry("-rf", data=b"no option"),
        entry("nothing"),
        entry("old", data=b"o", mtime=1),
        entry("sparse", data=bytes(4 * size)),
    ]


def many(count: int) -> list[Entry]:
    """So many files, folders aside: every permission there is, links of both kinds among them."""
    entries = [entry(".", tarfile.DIRTYPE, mode=0o2775)]
    for number in range(count):
        folder = f"d{number // 200}"
        if number % 200 == 0:
            entries.append(entry(folder, tarfile.DIRTYPE, mode=0o1700 | number // 200 % 0o100))
        name, mode = f"{folder}/f{number}", number % 0o10000
        if number % 10 == 8:
            entries.append(entry(name, tarfile.LNKTYPE, linkname=f"{folder}/f{number - 1}"))
        elif number % 10 == 9:
            entries.append(entry(name, tarfile.SYMTYPE, linkname=f"f{number - 3}", mode=0o777))
        else:
            data = f"{number}\n".encode() * (number % 50)
            entries.append(entry(name, data=data, mode=mode, uid=number, gid=number // 2, mtime=number))
    return entries


def archive(entries: list[Entry], folder: str) -> bytes:
    """A tar of them, below a folder."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in entries:
            placed = copy.copy(info)
            placed.name = folder if info.name == "." else f"{folder}/{info.name}"
            if info.type == tarfile.LNKTYPE:
                placed.linkname = f"{folder}/{info.linkname}"
            tar.addfile(placed, io.BytesIO(data))
    return file.getvalue()


def shared(client: Client, points: Sequence[str]) -> list[bool]:
    """Which points of a transfer are tried from here to there; the others are from there to here."""
    way, seen, found = client.api_version == "1.41", Counter[str](), []
    for point in points:
        seen[point] += 1
        once = point.startswith(("NetworkConnect", "connect"))  # on the one way alone
        found.append(once or crc32(f"{point} {seen[point]}".encode()) % 2 == way)
    return found


@contextlib.contextmanager
def mounted(client: Client, *volumes: str) -> Iterator[Container]:
    """A container that has volumes at ``/v``, ``/vv``, … and does not run."""
    binds = [f"{volume}:/{'v' * number}:nocopy" for number, volume in enumerate(volumes, 1)]
    container = client.containers.create("busybox", ["true"], network="none", volumes=binds)
    try:
        yield container
    finally:
        container.remove(force=True)


def fill(client: Client, volume: str, entries: list[Entry]) -> None:
    """Put files into a volume."""
    with mounted(client, volume) as container:
        container.put_archive("/", archive(entries, "v"))


def listing(client: Client, volume: str) -> dict[str, tuple[Any, ...]]:
    """All that can be seen of what a volume holds, by path."""
    return listings(client, [volume])[volume]


def listings(client: Client, volumes: list[str]) -> dict[str, dict[str, tuple[Any, ...]]]:
    """That, of several volumes."""
    if not volumes:
        return {}
    with mounted(client, *volumes) as container:
        return {
            volume: tree_of(container.get_archive("/" + "v" * number)[0].read())
            for number, volume in enumerate(volumes, 1)
        }


def tree_of(data: bytes) -> dict[str, tuple[Any, ...]]:
    """What a tar holds, by path: of hard links, which of them are one, and not which one is the file."""
    tree: dict[str, tuple[Any, ...]] = {}
    first: dict[str, str] = {}  # of each name, the one that the file came with
    with tarfile.open(fileobj=io.BytesIO(data), errors="surrogateescape") as tar:
        for member in tar:
            name = member.name
            if member.type == tarfile.LNKTYPE:
                first[name] = first[member.linkname]
                continue
            first[name] = name
            content = tar.extractfile(member) if member.isreg() else None
            tree[name] = (
                member.type,
                oct(member.mode & 0o7777),
                (member.uid, member.gid),
                int(member.mtime),
                member.linkname,
                (member.devmajor, member.devminor),
                member.size,
                hashlib.sha256(content.read()).hexdigest() if content else "",
            )
    same: dict[str, list[str]] = {}
    for name in sorted(first):
        same.setdefault(first[name], []).append(name)
    return {name: (*about, *same[name]) for name, about in tree.items()}


def found(client: Client) -> dict[str, Any]:
    """All that is on a daemon: to be the same before and after."""
    volumes = client.volumes.list()
    files = listings(client, [each.name for each in volumes])
    return {
        "containers": sorted((each.id, each.name, each.status) for each in client.containers.list(all=True)),
        "images": sorted((each.id, sorted(each.tags)) for each in client.images.list(all=True)),
        "networks": sorted((each.id, each.name) for each in client.networks.list()),
        "volumes": {
            each.name: (each.driver, each.options, each.labels, files[each.name]) for each in volumes
        },
    }
