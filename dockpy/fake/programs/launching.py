"""What engines say when a process cannot be started, word by word."""

from __future__ import annotations

from dockpy.fake.failure import Failure

__all__ = ["LaunchFailed", "cannot_start", "cannot_use", "relative_cwd"]

_CREATE = "OCI runtime create failed: runc create failed: unable to start container process: "
_EXEC = "OCI runtime exec failed: exec failed: "
_NO_DIRECTORY = (
    ": Are you trying to mount a directory onto a file (or vice-versa)? "
    "Check if the specified host path exists and is the expected type"
)


class LaunchFailed(Failure):
    """A process could not be started.

    Args:
        status: the HTTP status.
        message: the engine's text.
        exit_code: what the engine has for the exit code of what never ran.
    """

    def __init__(self, status: int, message: str, exit_code: int) -> None:
        super().__init__(status, message)
        self.exit_code: int = exit_code


def cannot_start(reason: str, *, exec: bool, modern: bool) -> LaunchFailed:
    """The runtime refuses.

    Args:
        reason: its own reason (``exec: "x": executable file not found in $PATH``).
        exec: it was to run beside a container's PID 1.
        modern: as engines since API 1.42 say it.
    """
    code = 128
    if reason.endswith(("no such file or directory", "not found in $PATH", "not a directory")):
        code = 127
    elif reason.endswith("permission denied"):
        code = 126
    text = (
        f"{_EXEC}unable to start container process: {reason}" if exec else f"{_shim(modern)}{_CREATE}{reason}"
    )
    text += "" if modern else ": unknown"
    if reason.endswith("not a directory"):
        text += _NO_DIRECTORY
    status = 500 if code == 128 else 400
    return LaunchFailed(status, text, 126 if exec and not modern else code)


def relative_cwd(*, modern: bool) -> LaunchFailed:
    """The working directory of an exec is not absolute."""
    text = f"{_EXEC}Cwd must be an absolute path"
    return LaunchFailed(500, text if modern else f"{text}: unknown", 128 if modern else 126)


def cannot_use(message: str, *, exec: bool, modern: bool) -> LaunchFailed:
    """There is no such user or group."""
    return LaunchFailed(500, message, 126 if exec and not modern else 128)


def _shim(modern: bool) -> str:
    return (
        "failed to create task for container: failed to create shim task: "
        if modern
        else "failed to create shim task: "
    )
