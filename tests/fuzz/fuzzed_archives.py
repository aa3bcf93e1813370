"""Targets: archives, as they come out of containers, registries and files, and as the fake takes them in."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import tarfile
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from material import Material, cuts, fuzzed, outcome, same

from dockpy.errors import ArchiveError
from dockpy.fake.blobs import Blob
from dockpy.fake.failure import Failure
from dockpy.fake.files import ROOT, FileSystem, Upper
from dockpy.fake.files.archives import untar
from dockpy.fake.files.faults import BadArchive
from dockpy.fake.files.scan import scan
from dockpy.fake.files.unpack import members
from dockpy.fake.files.unpacking import unpacked
from dockpy.registry.cancel import Cancel
from dockpy.registry.pushing import opened_archive
from dockpy.resources.unpack import file_contents, unpack
from dockpy.streams.tar import BLOCK, END_OF_ARCHIVE, TarEntry, TarKind, encode_entry
from dockpy.streams.untar import TarDecoder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

KINDS = b"0123456\0xgLKS7"
NAMES = (
    "a",
    "a/b",
    "a/b/c",
    "a/../b",
    "/a",
    "..",
    "a/..",
    ".",
    "a/./b",
    "../x",
    "a//b",
    "link",
    "link/b",
    "",
)
FIELDS = (0, 100, 108, 116, 124, 136, 148, 156, 157, 257, 265, 297, 329, 337, 345, 500)


def _summed(block: bytes) -> bytes:
    plain = block[:148] + b" " * 8 + block[156:]
    return plain[:148] + b"%06o\0 " % sum(plain) + plain[156:]


def _archive(material: Material) -> Iterator[bytes]:
    """An archive whose headers have right sums, however wrong what they say is."""
    for _ in range(material.byte() % 6):
        choice = material.byte()
        name = NAMES[choice % len(NAMES)] if choice < 200 else material.text()
        target = NAMES[material.byte() % len(NAMES)]
        kind = KINDS[material.byte() % len(KINDS)]
        data = material.text().encode("utf-8", "surrogateescape") if kind in b"0\0007xgLK" else b""
        if kind in b"xg" and material.byte() & 1:
            key, value = (
                ("path", "linkpath", "size", "mtime", "uid", "SCHILY.xattr.user.a")[material.byte() % 6],
                data,
            )
            record = b" " + key.encode() + b"=" + value + b"\n"
            size = len(record) + len(str(len(record) + 3))
            data = str(size).encode() + record
        block = bytearray(BLOCK)
        for at, text in ((0, name), (157, target)):
            encoded = text.encode("utf-8", "surrogateescape")[:99]
            block[at : at + len(encoded)] = encoded
        for at, number in ((100, 0o644), (108, 0), (116, 0), (124, len(data)), (136, 1)):
            block[at : at + 8] = b"%07o\0" % number
        block[156:157] = bytes([kind])
        block[257:265] = b"ustar\00000"
        for _ in range(material.byte() % 3):
            at, piece = (
                FIELDS[material.byte() % len(FIELDS)],
                material.text().encode("utf-8", "surrogateescape"),
            )
            block[at : at + len(piece)] = piece
        yield _summed(bytes(block[:BLOCK])) + data + bytes(-len(data) % BLOCK)
    if not material.byte() & 1:
        yield END_OF_ARCHIVE


def _tar(*files: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue().rstrip(b"\0") + bytes(1536)


PLANS = (
    b"\x02\x00\x00\x05\x00\x01\x00\x00hello\xff\x00",
    b"\x03\x00\x00\x05\x00\x01\x00\x08x\xff\x01\x00\x00\x0b\x02\x02\x00\x00\x00\x00",
    b"\x02\xf0name\xff\x00\x08abc\xff\x01\x00\x01\x00\x00\x00\x01\x04\x00\xff\x00",
)


def _read(pieces: Sequence[bytes]) -> list[tuple[TarEntry, bytes]]:
    decoder, found = TarDecoder(), list[tuple[TarEntry, bytes]]()
    for piece in pieces:
        for item in decoder.feed(piece):
            if isinstance(item, TarEntry):
                found.append((item, b""))
            else:
                found[-1] = found[-1][0], found[-1][1] + item
    decoder.close()
    return found


@fuzzed(_tar(("a", b"hello")), _tar(("a" * 120, b""), ("b", bytes(600))), weight=12)
def tar(data: bytes) -> None:
    """Any bytes: the same whatever the chunking."""
    same(outcome(lambda: _read(list(cuts(data, data[-7:])))), outcome(lambda: _read([data])))


@fuzzed(*PLANS, weight=12)
def tar_headers(data: bytes) -> None:
    """Headers whose sums are right: the same whatever the chunking."""
    whole = b"".join(_archive(Material(data)))
    same(outcome(lambda: _read(list(cuts(whole, data[:7])))), outcome(lambda: _read([whole])))


@fuzzed(b"\x00abc\xff\xffdata\xff\x01\x02\x10\x40", errors=(ArchiveError,), weight=12)
def tar_round_trip(data: bytes) -> None:
    """What is written is what is read, here and by Python's own reader."""
    material, entries = Material(data), list[tuple[TarEntry, bytes]]()
    while material.left() and len(entries) < 5:
        kind = list(TarKind)[material.byte() % len(TarKind)]
        name, target, content = (
            material.text(),
            material.text(),
            material.text().encode("utf-8", "surrogateescape"),
        )
        content = content if kind is TarKind.FILE else b""
        linked = target if kind in (TarKind.SYMLINK, TarKind.HARDLINK) else ""
        numbers = material.byte() << material.byte() % 40, material.byte() - 9
        entries.append((TarEntry(name, kind, len(content), material.byte(), *numbers, 3, linked), content))
    whole = (
        b"".join(piece for entry, content in entries for piece in encode_entry(entry, [content]))
        + END_OF_ARCHIVE
    )
    found = _read(list(cuts(whole, data[:7])))
    names = [entry.name.rstrip("/") or "/" for entry, _ in entries]
    same(
        [(e.name, e.kind, e.size, e.mode, e.uid, e.gid, e.mtime, e.target, c) for e, c in found],
        [
            (name, e.kind, e.size, e.mode, e.uid, e.gid, e.mtime, e.target, c)
            for name, (e, c) in zip(names, entries, strict=True)
        ],
    )
    with tarfile.open(fileobj=io.BytesIO(whole), errors="surrogateescape", encoding="utf-8") as other:
        same(
            [member.name for member in other if member.name.strip("/")],
            [name for name in names if name.strip("/")],
        )


@fuzzed(*PLANS, weight=10)
def copied_out(data: bytes) -> None:
    """What is unpacked stands within its folder, and what was beside it is as it was."""
    with tempfile.TemporaryDirectory(dir=SCRATCH, prefix="fuzz") as top:
        outside = os.path.join(top, "outside")
        os.mkdir(os.path.join(top, "in"))
        Path(outside).write_bytes(b"mine")
        os.chmod(outside, 0o600)
        try:
            unpack(
                cuts(b"".join(_archive(Material(data))), data[:5]),
                os.path.join(top, "in", "made"),
                contents=bool(data[:1] > b"\x7f"),
            )
        finally:
            assert sorted(os.listdir(top)) == ["in", "outside"], os.listdir(top)
            assert os.listdir(os.path.join(top, "in")) in ([], ["made"]), os.listdir(os.path.join(top, "in"))
            status = os.stat(outside)
            assert (status.st_mode & 0o777, status.st_nlink, status.st_size) == (0o600, 1, 4), status
            for folder, folders, _ in os.walk(top):
                for name in folders:
                    if not os.path.islink(os.path.join(folder, name)):
                        os.chmod(os.path.join(folder, name), 0o700)
            shutil.rmtree(os.path.join(top, "in"))


SCRATCH = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@fuzzed(*PLANS, weight=12)
def one_file(data: bytes) -> None:
    """The content of the one file that an archive holds."""
    b"".join(file_contents(cuts(b"".join(_archive(Material(data))), data[:5]), "/a"))


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


CONFIG = json.dumps(
    {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [_digest(b"layer")]}}
).encode()
SAVED = json.dumps([{"Config": "c.json", "RepoTags": ["app:1"], "Layers": ["l.tar"]}]).encode()
OCI = "application/vnd.oci.image.manifest.v1+json"
MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": OCI,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": _digest(CONFIG),
            "size": len(CONFIG),
        },
        "layers": [],
    }
).encode()
INDEX = json.dumps(
    {
        "schemaVersion": 2,
        "manifests": [{"mediaType": OCI, "digest": _digest(MANIFEST), "size": len(MANIFEST)}],
    }
).encode()


def _opened(files: list[tuple[str, bytes]] | bytes) -> None:
    archive = files if isinstance(files, bytes) else _tar(*files)
    with opened_archive(archive) as contents:
        for image in contents.images:
            str(image.references), image.ids
            for descriptor in image.tree.blobs() if hasattr(image, "tree") else ():
                for _ in contents.blob(descriptor, Cancel()).open():
                    pass


@fuzzed(SAVED, SAVED + b"\xff" + CONFIG, weight=10)
def saved_archives(data: bytes) -> None:
    """What `docker save` wrote, its manifest and config anything."""
    manifest, _, config = data.partition(b"\xff")
    _opened([("manifest.json", manifest), ("c.json", config or CONFIG), ("l.tar", b"layer")])


@fuzzed(INDEX, INDEX + b"\xff" + MANIFEST, INDEX + b"\xff" + MANIFEST + b"\xff" + CONFIG, weight=10)
def oci_layouts(data: bytes) -> None:
    """An OCI layout: its index as it comes, or as it comes with a manifest that it names by its digest."""
    index, _, more = data.partition(b"\xff")
    manifest, _, config = more.partition(b"\xff")
    config = config or CONFIG
    if manifest:
        index = index.replace(_digest(MANIFEST).encode(), _digest(manifest).encode())
        index = index.replace(b'"size": %d' % len(MANIFEST), b'"size": %d' % len(manifest))
    manifest = manifest or MANIFEST
    blobs = [(f"blobs/sha256/{_digest(blob)[7:]}", blob) for blob in (manifest, config)]
    _opened([("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'), ("index.json", index), *blobs])


@fuzzed(
    _tar(("manifest.json", SAVED), ("c.json", CONFIG), ("l.tar", b"layer")),
    gzip.compress(_tar(("index.json", INDEX))),
    weight=10,
)
def image_archives(data: bytes) -> None:
    """Any bytes as an archive of images."""
    _opened(data)


@fuzzed(*PLANS, errors=(BadArchive, OSError, Failure), weight=10)
def fake_untar(data: bytes) -> None:
    """What is copied into a container of the fake's."""
    fs = FileSystem(Upper.empty(), now=lambda: 0)
    fs.mkdir(ROOT, "/t", 0o755)
    untar(
        fs,
        ROOT,
        "/t",
        cuts(b"".join(_archive(Material(data))), data[:5]),
        no_overwrite_dir_non_dir=data[:1] > b"\x7f",
    )


@fuzzed(_tar(("a", b"hello")), *PLANS, errors=(BadArchive,), weight=10)
def fake_scan(data: bytes) -> None:
    """The fake's own reader of archives, on any bytes."""
    for whole in (data, b"".join(_archive(Material(data)))):
        blob = Blob.of(whole)
        try:
            for _ in scan(blob):
                pass
        finally:
            blob.release() if hasattr(blob, "release") else None


@fuzzed(
    gzip.compress(b"hello"),
    b"BZh91AY&SY",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd\x00",
    errors=(BadArchive, Failure, OSError),
    weight=10,
)
def fake_decompress(data: bytes) -> None:
    """Compressed archives that the fake takes in."""
    blob, _ = unpacked([data])
    assert blob.size <= 64 << 20


@fuzzed(
    _tar(("a", b"hello")),
    gzip.compress(_tar(("a", b"hello"))),
    errors=(BadArchive, Failure, OSError),
    weight=10,
)
def fake_members(data: bytes) -> None:
    """Members of what the fake takes in, compressed or not."""
    for member in members(list(cuts(data, data[:3])), "1.51"):
        str(member)
