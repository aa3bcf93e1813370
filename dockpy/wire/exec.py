"""Commands executed in running containers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dockpy.wire.base import Model, Name, Since, SnakeModel

__all__ = ["ExecCreateRequest", "ExecInspectResponse", "ExecStartRequest", "ProcessConfig"]


class ExecCreateRequest(Model):
    """What ContainerExec is asked for."""

    attach_stdin: bool | None = None
    attach_stdout: bool | None = None
    attach_stderr: bool | None = None
    console_size: Annotated[list[int], Since("1.42")] = []  # height, width
    detach_keys: str | None = None
    tty: bool | None = None
    env: list[str] = []
    cmd: list[str] = []
    privileged: bool | None = None
    user: str | None = None  # name or id, and :group
    working_dir: str | None = None


class ExecStartRequest(Model):
    """What ExecStart is asked for; `tty` as at ContainerExec, for it alone decides on framing."""

    detach: bool | None = None
    tty: bool | None = None
    console_size: Annotated[list[int], Since("1.42")] = []  # height, width


class ProcessConfig(SnakeModel):
    """The process of an exec."""

    privileged: bool | None = None
    user: str | None = None
    tty: bool = False
    entrypoint: str = ""  # the command
    arguments: list[str] = []


class ExecInspectResponse(Model):
    """The answer of ExecInspect."""

    can_remove: bool = False
    detach_keys: str = ""
    id: Annotated[str, Name("ID")] = ""
    running: bool = False
    exit_code: int | None = None  # once it ended
    process_config: ProcessConfig = Field(default_factory=ProcessConfig)
    open_stdin: bool = False
    open_stderr: bool = False
    open_stdout: bool = False
    container_id: Annotated[str, Name("ContainerID")] = ""
    pid: int = 0
