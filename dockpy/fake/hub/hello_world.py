"""hello-world: one program and nothing else."""

from __future__ import annotations

from typing import Any

from dockpy.fake.hub.busybox import PATH
from dockpy.fake.hub.rootfs import RootFS

__all__ = ["CONFIG", "layers"]

_CREATED = "2025-08-08T19:05:17Z"

CONFIG: dict[str, Any] = {
    "architecture": "amd64",
    "config": {"Env": [PATH], "Cmd": ["/hello"], "WorkingDir": "/"},
    "created": _CREATED,
    "history": [
        {
            "created": _CREATED,
            "created_by": "COPY hello / # buildkit",
            "comment": "buildkit.dockerfile.v0",
        },
        {
            "created": _CREATED,
            "created_by": 'CMD ["/hello"]',
            "comment": "buildkit.dockerfile.v0",
            "empty_layer": True,
        },
    ],
    "os": "linux",
}
"""What is known before the layers are made."""


def layers() -> list[bytes]:
    """The tars of its layers."""
    return [RootFS(1754679917).program("hello", "hello").tar()]
