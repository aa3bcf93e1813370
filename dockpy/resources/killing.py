"""Killing what is executed in a container.

The Engine has no operation for that, and tells a process's number on its own host alone. So the command gets
a variable of a name that nothing else has, its children inherit it, and a second command, in the same
container, kills whatever carries it. That takes a shell there.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from dockpy.errors import DockpyError
from dockpy.ops import exec as ops
from dockpy.resources.output import OutputStream

if TYPE_CHECKING:
    from dockpy.client import Client

__all__ = ["kill_marked", "new_mark"]

_VARIABLE = "DOCKPY_EXEC"
_PATIENCE = 10.0
"""Seconds that the second command may take."""
_ROUNDS = 5
"""How often it looks for children that were born meanwhile."""

_KILL = f"""
for round in {" ".join(map(str, range(_ROUNDS)))}; do
    found=
    for process in /proc/[0-9]*; do
        while IFS= read -r line || [ -n "$line" ]; do
            case $line in *"$1"*) kill -9 "${{process#/proc/}}" && found=1;; esac
        done < "$process/environ"
    done
    [ -n "$found" ] || break
done 2>/dev/null
"""


def new_mark() -> str:
    """A variable that nothing else has."""
    return f"{_VARIABLE}={secrets.token_hex(12)}"


def kill_marked(client: Client, container_id: str, mark: str, *, user: str | None, privileged: bool) -> None:
    """Kill every process in a container that has this variable.

    Args:
        client: the container's client.
        container_id: the container.
        mark: the variable, as `new_mark` made it.
        user: whom to do it as: who may signal the processes.
        privileged: with all rights on the host.

    Raises:
        DockpyError: nothing can be executed there.
    """
    wanted: dict[str, Any] = {
        "cmd": ["/bin/sh", "-c", _KILL, "dockpy", mark],
        "attach_stdout": True,
        "attach_stderr": True,
        "privileged": privileged or None,
        "user": user,
    }
    api = client.with_options(stream_timeout=_PATIENCE).api
    created = api.call(ops.CREATE, {"id": container_id}, body=wanted)
    with OutputStream(api.upgrade(ops.START, {"id": created.id}, body={}), framed=True) as output:
        output.read()
        if code := api.call(ops.INSPECT, {"id": created.id}).get("ExitCode"):
            raise DockpyError(f"There is no /bin/sh that could kill it (status {code})")
