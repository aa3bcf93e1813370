"""The keywords of commands that are executed in a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from dockpy.errors import InvalidArgument
from dockpy.options.keywords import check_keywords
from dockpy.options.values import command_list, environment_list, is_list, typed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockpy.wire.exec import ExecCreateRequest

__all__ = ["ExecOptions", "exec_request", "terminal_size"]


class ExecOptions(TypedDict, total=False):
    """How a command is executed in a container."""

    stdout: bool
    """Its standard output is attached: it is, unless False is given."""
    stderr: bool
    """Its standard error is attached: it is, unless False is given."""
    stdin: bool
    """Its standard input is attached."""
    tty: bool
    """It has a terminal: its output is one stream then."""
    privileged: bool
    """It has all rights on the host."""
    user: str | int
    """Whom it runs as: a name or an id, and ``:group``; the container's own user where none is given."""
    workdir: str
    """Where it runs; the container's own place where none is given."""
    environment: Mapping[str, object] | Sequence[str]
    """Variables, beside the container's: ``{"NAME": "value"}`` or ``["NAME=value"]``."""
    detach_keys: str
    """The keys that detach from its terminal: ``"ctrl-p,ctrl-q"``."""
    console_size: tuple[int, int]
    """Height and width of its terminal, in characters (API 1.42)."""


def exec_request(
    function: str, cmd: str | Sequence[str], options: Mapping[str, Any], mark: str | None = None
) -> ExecCreateRequest:
    """The Engine's request for a command.

    Args:
        function: the function's name, for errors.
        cmd: the command; a str is split as a shell would.
        options: the keywords of `ExecOptions`.
        mark: a variable, ``NAME=value``, that it gets beside the others.

    Raises:
        TypeError: there is no such keyword.
        InvalidArgument: a value is none of the accepted forms.
    """
    from dockpy.wire.exec import ExecCreateRequest

    check_keywords(function, options, ExecOptions.__annotations__)
    given = {name: value for name, value in options.items() if value is not None}
    command = command_list("cmd", cmd)
    if not command:
        raise InvalidArgument(f"cmd={cmd!r}: it takes a command, as a str or a list of str")
    fields: dict[str, Any] = {"cmd": command}
    for name, (field, kinds, default) in _FIELDS.items():
        if (value := given.get(name, default)) is not None:
            fields[field] = typed(name, value, *kinds)
    if fields.get("attach_stdin"):
        # Where no output is attached beside it, the engine does not end the connection when the command ends.
        fields["attach_stdout"] = True
    if "user" in fields:
        fields["user"] = str(fields["user"])
    env = environment_list(given["environment"]) if "environment" in given else []
    if env or mark:
        fields["env"] = [*env, mark] if mark else env
    if "console_size" in given:
        fields["console_size"] = terminal_size("console_size", given["console_size"])
    return ExecCreateRequest(**fields)


_FIELDS: dict[str, tuple[str, tuple[type, ...], Any]] = {
    "stdout": ("attach_stdout", (bool,), True),
    "stderr": ("attach_stderr", (bool,), True),
    "stdin": ("attach_stdin", (bool,), None),
    "tty": ("tty", (bool,), None),
    "privileged": ("privileged", (bool,), None),
    "user": ("user", (str, int), None),
    "workdir": ("working_dir", (str,), None),
    "detach_keys": ("detach_keys", (str,), None),
}


def terminal_size(option: str, value: object) -> list[int]:
    """Height and width of a terminal.

    Raises:
        InvalidArgument: they are not two whole numbers that a terminal can have.
    """
    if is_list(value) and len(value) == 2:
        sizes = [size for size in value if isinstance(size, int) and not isinstance(size, bool)]
        if len(sizes) == 2 and all(0 <= size < 1 << 16 for size in sizes):
            return sizes
    raise InvalidArgument(
        f"{option}={value!r}: it takes the height and the width, 0 to 65535 characters each"
    )
