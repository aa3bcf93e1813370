"""What comes of `compat_calls` with docker-py, and with dockpy.compat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compat_calls import given
from compat_daemon import daemon

RECORDED = Path(__file__).with_name("recorded.json")


def talk(docker: Any, call: Any) -> dict[str, Any]:
    """What comes of a function of `compat_calls` with a library of docker-py's names."""
    with daemon() as server:
        client = docker.DockerClient(base_url=server.url, version="1.41", timeout=10)
        gave = [given(value) for value in call(docker, client)]
        client.close()
        return {"asked": server.asked, "gave": gave}
