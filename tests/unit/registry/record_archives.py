"""Record what engines write: ``python tests/unit/registry/record_archives.py``, where both engines run.

The containerd store is one of a private Docker 28.5. Of images that are built anew the digests are others:
the expectations of `test_archive_reading.py` are to be changed with them.
"""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import dockpy

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "integration"))
from private_engine import PrivateEngine  # noqa: E402

NAMES = ("dockpy-t5d/one:1", "127.0.0.1:5050/dockpy-t5d/one:other", "dockpy-t5d/two:2")


def context(dockerfile: str, **files: bytes) -> io.BytesIO:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in {"Dockerfile": dockerfile.encode(), **files}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    buffer.seek(0)
    return buffer


def keep(name: str, archive: bytes) -> None:
    (HERE / "recorded" / f"{name}.tar.gz").write_bytes(gzip.compress(archive, mtime=0))


def docker_save(name: str, url: str) -> None:
    """Two images, one of two names, one with the same layer twice."""
    with dockpy.Client(url) as client:

        def build(tag: str, dockerfile: str, **files: bytes) -> str:
            built = client.images.build(
                fileobj=context(dockerfile, **files), custom_context=True, tag=tag, builder="classic"
            )
            return built.image.id

        build(NAMES[0], "FROM scratch\nCOPY a /a\nENV X=1\n", a=b"aaa")
        two = build(NAMES[2], f"FROM {NAMES[0]}\nCOPY b /b\nCOPY b /b\nLABEL l=2\n", b=b"bbb")
        client.images.tag(NAMES[0], NAMES[1])
        keep(name, b"".join(client.images.save(NAMES)))
        keep(f"{name}-by-id", b"".join(client.images.save(two)))
        for tag in NAMES[::-1]:
            client.images.remove(tag)


def buildx(shared: str, folder: Path) -> None:
    engine = PrivateEngine(shared, {"features": {"containerd-snapshotter": True}, "storage-driver": "native"})
    try:
        engine.start()
        (folder / "a").write_text("aaa\n")
        (folder / "Dockerfile").write_text("FROM scratch\nCOPY a /a\n")
        plugins = folder / "config" / "cli-plugins"
        plugins.mkdir(parents=True)
        (plugins / "docker-buildx").symlink_to(Path(os.environ["DOCKPY_TEST_CLI_PLUGINS"]) / "docker-buildx")
        environ = {**os.environ, "DOCKER_HOST": engine.url, "DOCKER_CONFIG": str(folder / "config")}
        out = folder / "out.tar"

        def docker(name: str, *arguments: str) -> None:
            command = [os.environ["DOCKPY_TEST_CLI"], *arguments]
            subprocess.run(command, env=environ, cwd=folder, check=True)
            if name:
                keep(name, out.read_bytes())

        one, many = "dockpy-t5d/bx:1", "dockpy-t5d/bx:m"
        both = "--platform=linux/amd64,linux/arm64"
        docker("buildx-oci", "buildx", "build", "-o", f"type=oci,dest={out}", "-t", one, ".")
        docker("buildx-docker", "buildx", "build", "-o", f"type=docker,dest={out}", "-t", one, ".")
        docker("buildx-platforms", "buildx", "build", both, "-o", f"type=oci,dest={out}", "-t", many, ".")
        docker("", "buildx", "build", both, "--provenance=true", "-t", many, "--load", ".")
        docker("docker28-containerd", "save", many, "-o", str(out))
    finally:
        engine.close()


if __name__ == "__main__":
    hosts = os.environ["DOCKPY_TEST_HOSTS"].split(",")
    for name, url in zip(("docker20", "docker28"), hosts, strict=True):
        docker_save(name, url)
    with tempfile.TemporaryDirectory() as folder:
        buildx(hosts[1].removeprefix("unix://"), Path(folder))
