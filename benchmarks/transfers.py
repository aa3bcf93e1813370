"""Much data to and from an engine: what is measured against is curl."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from benchmarks.measure import Subject
from benchmarks.peers import docker_py, socket_path
from benchmarks.standin import standin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from benchmarks.measure import Bench, Measured

__all__ = ["KINDS", "growth", "transferred", "with_the_engine"]

KINDS = ("get", "put", "save", "load", "export")
GB = 1 << 30
# Of each, what curl is to do; IMAGE and CONTAINER are names, FILE what is sent.
_CURL = {
    "get": ["http://d/v1.51/containers/CONTAINER/archive?path=/large"],
    "export": ["http://d/v1.51/containers/CONTAINER/export"],
    "save": ["http://d/v1.51/images/IMAGE/get"],
    "put": ["-T", "FILE", "http://d/v1.51/containers/CONTAINER/archive?path=/"],
    "load": ["-X", "POST", "-T", "FILE", "http://d/v1.51/images/load"],
}


def _read(pieces: Iterable[bytes], least: int) -> None:
    length = sum(map(len, pieces))
    assert length >= least, f"{length} bytes came of {least}"


def _send(file: str, send: Callable[[BinaryIO], object]) -> None:
    with open(file, "rb") as data:
        send(data)
        assert data.tell() == os.fstat(data.fileno()).st_size


def with_dockpy(
    what: str, url: str, container: str, image: str, file: str, least: int
) -> Callable[[], object]:
    import dockpy

    client = dockpy.Client(url)
    client.info()  # what a program has done before
    subject = client.containers.known(container)
    works: dict[str, Callable[[], object]] = {
        "get": lambda: _read(subject.get_archive("/large")[0], least),
        "export": lambda: _read(subject.export(), least),
        "save": lambda: _read(client.images.save(image), least),
        "put": lambda: _send(file, lambda data: subject.put_archive("/", data)),
        "load": lambda: _send(file, client.images.load),
    }
    return works[what]


def with_docker_py(
    what: str, url: str, container: str, image: str, file: str, least: int
) -> Callable[[], object]:
    api = docker_py(url).api
    works: dict[str, Callable[[], object]] = {
        "get": lambda: _read(api.get_archive(container, "/large")[0], least),
        "export": lambda: _read(api.export(container), least),
        "save": lambda: _read(api.get_image(image), least),
        "put": lambda: _send(file, lambda data: api.put_archive(container, "/", data)),
        "load": lambda: _send(file, lambda data: list(api.load_image(data))),
    }
    return works[what]


def with_curl(what: str, url: str, container: str, image: str, file: str, least: int) -> Callable[[], object]:
    names = {"CONTAINER": container, "IMAGE": image, "FILE": file}
    command = ["curl", "-sSf", "-o", "/dev/null", "--unix-socket", socket_path(url)]
    command += ["-w", "%{size_upload}" if what in ("put", "load") else "%{size_download}"]
    if what in ("put", "load"):  # as dockpy sends it: of a length that is not known
        command += ["-H", "Transfer-Encoding: chunked", "-H", "Expect:"]
    for argument in _CURL[what]:
        command.append(re.sub("CONTAINER|IMAGE|FILE", lambda match: names[match[0]], argument))

    def work() -> None:
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        assert int(done.stdout) >= least, f"{done.stdout.decode()} bytes of {least}"

    return work


def _archive(path: Path, size: int) -> str:
    """A tar with one file of zeros, which takes no room on a disk."""
    entry = tarfile.TarInfo("large")
    entry.size = size
    with path.open("wb") as file:
        file.write(entry.tobuf())
        file.truncate(512 + -(-size // 512) * 512 + 1024)
    with path.open("rb") as file:  # from now on it is in the system's memory, whoever reads it first
        while file.read(1 << 20):
            pass
    return str(path)


def _subjects(what: str, names: Mapping[str, Any], docker_py: bool = True) -> dict[str, Subject]:
    given = {"what": what, **names}
    functions = {"dockpy": "with_dockpy", "curl": "with_curl"} | (
        {"docker-py": "with_docker_py"} if docker_py else {}
    )
    return {name: Subject(f"transfers:{function}", given) for name, function in functions.items()}


def transferred(bench: Bench, what: str) -> Measured:
    """From and to a stand-in, which is faster than any engine."""
    size = bench.much(GB, 100_000)
    file = _archive(bench.folder / "large.tar", size)
    with standin(bench.folder / "transfers") as (url,):
        names = {"url": url, "container": str(size), "image": str(size), "file": file, "least": size}
        return bench.measure(_subjects(what, names))


@contextlib.contextmanager
def _prepared(bench: Bench, size: int) -> Iterator[dict[str, Any]]:
    """A container with a file of that size, an image made of it, and a tar of the file or the image."""
    import dockpy

    file = _archive(bench.folder / "large.tar", size)
    label = "dockpy-benchmark"
    name = f"{label}-{secrets.token_hex(4)}"
    with dockpy.Client(bench.engine, timeout=600) as client, contextlib.ExitStack() as undo:
        container = client.containers.create(
            "busybox", ["sleep", "600"], network="none", name=name, labels={label: ""}
        )
        undo.callback(container.remove, force=True)
        with open(file, "rb") as data:
            container.put_archive("/", data)
        image = container.commit(name)
        undo.callback(client.images.remove, image.id)
        yield {"url": bench.engine, "container": container.id, "image": name, "file": file, "least": size}


def with_the_engine(bench: Bench, what: str) -> Measured:
    """From and to the engine."""
    import dockpy

    with _prepared(bench, bench.much(GB, 100_000)) as names:
        if what == "load":
            names["file"] = str(bench.folder / "image.tar")
            with dockpy.Client(bench.engine) as client, open(names["file"], "wb") as file:
                file.writelines(client.images.save(names["image"]))
        try:
            return bench.measure(_subjects(what, names, docker_py=False), 3)
        finally:
            if what == "load":
                Path(names["file"]).unlink()


def growth(bench: Bench, what: str) -> dict[int, Measured]:
    """By the number of bytes."""
    found = {}
    with standin(bench.folder / "growing") as (url,):
        for size in bench.sizes((1000, 100_000, 10_000_000, GB, 5 * GB), (1000, 10_000)):
            file = _archive(bench.folder / "growing.tar", size)
            names = {"url": url, "container": str(size), "image": str(size), "file": file, "least": size}
            found[size] = bench.measure(_subjects(what, names, docker_py=False), 3)
    return found
