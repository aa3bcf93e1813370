"""What `import dockpy` costs, and a new process to its first answer."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from benchmarks.measure import ROOT, Subject
from benchmarks.standin import standin

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Bench, Measured

__all__ = ["cold_list", "cold_ping", "imported"]

_TIMED = "import time\nbegan = time.process_time()\nimport {0}\nprint(time.process_time() - began)"
_COLD = {
    "dockpy": "import dockpy\nclient = dockpy.Client({url!r})\n",
    "docker-py": "import docker\nclient = docker.DockerClient({url!r})\n",
    "podman-py": "import podman\nclient = podman.PodmanClient(base_url='http+' + {url!r})\n",
    "aiodocker": "import aiodocker, asyncio\nasync def main():\n    client = aiodocker.Docker({url!r})\n",
    "http.client": "import sys\nsys.path.insert(0, '.')\nfrom benchmarks.peers import bare\n",
}
_NEEDED = {"http.client": "http"}
_FIRST = {
    "ping": {
        "dockpy": "assert client.ping()",
        "docker-py": "assert client.ping()",
        "podman-py": "assert client.ping()",
        "aiodocker": "    assert await client.version()\n    await client.close()\nasyncio.run(main())",
        "http.client": "assert bare({url!r}, '/_ping').read() == b'OK'",
    },
    "list": {
        "dockpy": "assert len(client.containers.list()) == 1",
        "docker-py": "assert len(client.containers.list()) == 1",
        "aiodocker": "    assert len(await client.containers.list()) == 1\n"
        "    await client.close()\nasyncio.run(main())",
        "http.client": "assert bare({url!r}, '/containers/json').read().startswith(b'[')",
    },
}


def importing(module: str) -> Callable[[], object]:
    """An interpreter of its own says what it takes it: here, too much is loaded already."""
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)  # it is compiled

    def work() -> dict[str, float]:
        program = [sys.executable, "-c", _TIMED.format(module)]
        done = subprocess.run(program, check=True, capture_output=True, text=True, cwd=ROOT)
        return {"cpu": float(done.stdout)}

    return work


def running(program: str) -> Callable[[], object]:
    """A whole process, from its start to its end."""
    return lambda: subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def imported(bench: Bench) -> Measured:
    modules = {"dockpy": "dockpy", "docker-py": "docker", "podman-py": "podman", "aiodocker": "aiodocker"}
    subjects = {
        name: Subject("imports:importing", {"module": module}, module) for name, module in modules.items()
    }
    return bench.measure(subjects, 11)


def _cold(bench: Bench, what: str) -> Measured:
    with standin(bench.folder / "cold") as (url,):
        programs = {name: (_COLD[name] + first).format(url=url) for name, first in _FIRST[what].items()}
        subjects = {
            name: Subject("imports:running", {"program": text}, _NEEDED.get(name, name.replace("-py", "")))
            for name, text in programs.items()
        }
        return bench.measure(subjects, 9)


def cold_ping(bench: Bench) -> Measured:
    return _cold(bench, "ping")


def cold_list(bench: Bench) -> Measured:
    return _cold(bench, "list")
