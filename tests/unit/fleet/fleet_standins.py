"""Daemons in a process of their own that answer late, always the same, and take next to no time for it.

    python tests/unit/fleet/fleet_standins.py DIRECTORY COUNT LATENCY

COUNT sockets in the directory, 0.sock and so on, each with one container; ``hanging.sock``, which takes
connections and never answers; ``refusing.sock``, where nobody listens. It writes "ready" when they are there,
and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["standins"]


@contextlib.contextmanager
def standins(directory: Path, count: int, latency: float) -> Iterator[dict[str, str]]:
    """The addresses of `count` daemons that answer, by name, as long as a ``with`` block takes."""
    command = [sys.executable, __file__, str(directory), str(count), str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield {f"d{number}": f"unix://{directory}/{number}.sock" for number in range(count)}
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 0


def _answer(status: str, kind: str, content: bytes) -> bytes:
    head = [f"HTTP/1.1 {status}", "Api-Version: 1.51", f"Content-Type: {kind}"]
    return "\r\n".join([*head, f"Content-Length: {len(content)}", "", ""]).encode() + content


def _answers(number: int) -> dict[str, bytes]:
    container = {"Id": f"{number:064x}", "Names": [f"/on-{number}"], "Image": "busybox", "State": "running"}
    version = {"Version": "28.5.1", "ApiVersion": "1.51", "MinAPIVersion": "1.24"}
    return {
        "_ping": _answer("200 OK", "text/plain", b"OK"),
        "json": _answer("200 OK", "application/json", json.dumps([container]).encode()),
        "version": _answer("200 OK", "application/json", json.dumps(version).encode()),
    }


async def _serve(directory: Path, count: int, latency: float) -> None:
    async def one(number: int) -> None:
        answers = _answers(number)
        missing = _answer("404 Not Found", "application/json", b'{"message": "page not found"}')

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    request = await reader.readuntil(b"\r\n\r\n")
                    path = request.split(b" ", 2)[1].partition(b"?")[0].decode()
                    await asyncio.sleep(latency)
                    writer.write(answers.get(path.rpartition("/")[2], missing))
            writer.close()

        await asyncio.start_unix_server(talk, directory / f"{number}.sock")

    for number in range(count):
        await one(number)

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            pass
        writer.close()

    await asyncio.start_unix_server(hang, directory / "hanging.sock")
    refusing = socket.socket(socket.AF_UNIX)
    refusing.bind(str(directory / "refusing.sock"))
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)  # whoever is connected is not waited for


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
