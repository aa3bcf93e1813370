"""Writes down what docker-py asks of a daemon for each of `calls`, and what it gives back.

python tests/unit/compat_models/record.py        with docker 7.2.0 installed
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from calls import CALLS, given
from stub import daemon

RECORDED = Path(__file__).with_name("recorded.json")


def talk(docker: Any, call: Any) -> dict[str, Any]:
    """What comes of a function of `calls` with a library of docker-py's names."""
    with daemon() as server:
        client = docker.DockerClient(base_url=server.url, version="1.41", timeout=10)
        gave = [given(value) for value in call(docker, client)]
        client.close()
        return {"asked": server.asked, "gave": gave}


if __name__ == "__main__":
    import docker

    found = {call.__name__: talk(docker, call) for call in CALLS}
    RECORDED.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
