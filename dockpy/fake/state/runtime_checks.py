"""What is found out only when a container starts: what the host has not, and what the runtime refuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.programs import LaunchFailed
from dockpy.fake.state.isolation import HOST_DEVICES
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockpy.fake.state.container import Container

__all__ = ["check_environment", "check_runtime"]

_CREATE = "OCI runtime create failed: runc create failed: "
_BEGIN = "unable to start container process: "
_LONGEST_NAME = 64
_OF_CONTAINERS = re.compile(
    r"net\..+|fs\.mqueue\..+|"
    r"kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced|domainname)"
)
_LIMITS = {
    "cpu": 0, "fsize": 1, "data": 2, "stack": 3, "core": 4, "rss": 5, "nproc": 6, "nofile": 7, "memlock": 8,
    "as": 9, "locks": 10, "sigpending": 11, "msgqueue": 12, "nice": 13, "rtprio": 14, "rttime": 15,
}  # fmt: skip


def check_runtime(container: Container) -> None:
    """See whether a container can be started.

    Raises:
        Failure: it cannot; a `LaunchFailed` where it is the runtime that says so.
    """
    host = container.host_config
    for request in host.get("DeviceRequests") or ():
        driver, sets = request.get("Driver") or "", request.get("Capabilities") or []
        shown = " ".join(f"[{' '.join(names)}]" for names in sets)
        raise Failure(500, f'could not select device driver "{driver}" with capabilities: [{shown}]')
    for device in host.get("Devices") or ():
        path = device.get("PathOnHost") or ""
        if path not in HOST_DEVICES:
            problem = f'error gathering device information while adding custom device "{path}"'
            raise Failure(500, f"{problem}: no such file or directory")
    for limit in host.get("Ulimits") or ():
        _check_limit(container, limit.get("Name") or "", limit.get("Soft") or 0, limit.get("Hard") or 0)
    for name in host.get("Sysctls") or ():
        if not _OF_CONTAINERS.fullmatch(name):
            raise _refused(container, f'sysctl "{name}" is not in a separate kernel namespace')
    if len(container.hostname) > _LONGEST_NAME:
        raise _refused(container, f"{_BEGIN}error during container init: sethostname: invalid argument")


def _check_limit(container: Container, name: str, soft: int, hard: int) -> None:
    number = _LIMITS.get(name)
    if number is None:
        raise _refused(container, f"wrong rlimit value: RLIMIT_{name.upper()}")
    if 0 <= hard < soft or (soft < 0 <= hard):
        problem = (
            f"error setting rlimits for ready process: error setting rlimit type {number}: invalid argument"
        )
        raise _refused(container, f"{_BEGIN}error during container init: {problem}")


def _refused(container: Container, reason: str) -> LaunchFailed:
    modern = at_least(container.engine.api, "1.42")
    task = "failed to create task for container: " if modern else ""
    text = f"{task}failed to create shim task: {_CREATE}{reason}"
    return LaunchFailed(500, text if modern else f"{text}: unknown", 128)


def check_environment(container: Container, added: Sequence[str]) -> None:
    """See whether a command can have this environment.

    Args:
        container: where it is executed.
        added: what is added to the container's.

    Raises:
        LaunchFailed: a variable has no name.
    """
    for line in added:
        if not line or line.startswith("="):
            modern = at_least(container.engine.api, "1.42")
            text = (
                f"OCI runtime exec failed: exec failed: {_BEGIN}environment variable name can't be empty: "
                f'"{line}"'
            )
            raise LaunchFailed(500, text if modern else f"{text}: unknown", 128 if modern else 126)
