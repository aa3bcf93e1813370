"""Commands in containers that run."""

from __future__ import annotations

from typing import Any

from dockpy.compat.api.streams import UPGRADE, StreamClient
from dockpy.compat.types.daemon import CancellableStream
from dockpy.compat.utils.decorators import check_resource
from dockpy.compat.utils.utils import format_environment, split_command
from dockpy.ops import exec as execs

__all__ = ["ExecApiMixin"]


def _id(exec_id: Any) -> Any:
    return exec_id.get("Id") if isinstance(exec_id, dict) else exec_id


class ExecApiMixin(StreamClient):
    """docker-py's low-level methods on execs."""

    @check_resource("container")
    def exec_create(
        self,
        container: Any,
        cmd: str | list[str],
        stdout: bool = True,
        stderr: bool = True,
        stdin: bool = False,
        tty: bool = False,
        privileged: bool = False,
        user: str = "",
        environment: Any = None,
        workdir: str | None = None,
        detach_keys: str | None = None,
    ) -> Any:
        """Make ready to execute a command in it."""
        if environment is not None:
            self._needs("1.25", "environment of an exec")
        data = {
            "Container": container,
            "User": user,
            "Privileged": privileged,
            "Tty": tty,
            "AttachStdin": stdin,
            "AttachStdout": stdout,
            "AttachStderr": stderr,
            "Cmd": split_command(cmd) if isinstance(cmd, str) else cmd,
            "Env": format_environment(environment) if isinstance(environment, dict) else environment,
        }
        if workdir is not None:
            self._needs("1.35", "workdir")
            data["WorkingDir"] = workdir
        if keys := detach_keys or self._general_configs.get("detachKeys"):
            data["detachKeys"] = keys
        return self._json(execs.CREATE, container, body=data)

    def exec_inspect(self, exec_id: Any) -> Any:
        """All that is known of an exec."""
        return self._json(execs.INSPECT, _id(exec_id))

    def exec_resize(self, exec_id: Any, height: int | None = None, width: int | None = None) -> None:
        """Set the size of its TTY, in characters."""
        self._call(execs.RESIZE, _id(exec_id), params={"h": height, "w": width})

    @check_resource("exec_id")
    def exec_start(
        self,
        exec_id: Any,
        detach: bool = False,
        tty: bool = False,
        stream: bool = False,
        socket: bool = False,
        demux: bool = False,
    ) -> Any:
        """Execute the command: its output, all of it or as it comes, or the connection to it."""
        body = {"Tty": tty, "Detach": detach}
        if detach:
            return self._result(self._send(execs.START, exec_id, body=body))
        response = self._send(execs.START, exec_id, body=body, headers=UPGRADE, stream=True)
        if socket:
            return self._get_raw_response_socket(response)
        output = self._read_from_socket(response, stream, tty=tty, demux=demux)
        return CancellableStream(output, response) if stream else output
