"""python: runs programs in this process's interpreter, in a world that is the container's.

What a program sees of files, environment, arguments and time is the container's. Modules that compute are
there; those that reach out of the process (sockets, threads, subprocesses) are not: importing them says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockpy.fake.hub.programs.python_server import http_server
from dockpy.fake.hub.programs.python_world import World

if TYPE_CHECKING:
    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Program
    from dockpy.fake.programs.context import Program as Running

__all__ = ["python"]

_BUILD = "(main, Oct 21 2025, 00:00:00) [GCC 14.2.0]"


def python(p: Process) -> Program:
    """``--version``, ``-c``, ``-m http.server``, a script, or what comes on its input."""
    version = p.env.get("PYTHON_VERSION", "3.13.9")
    arguments = p.argv[1:]
    while arguments and arguments[0] in ("-u", "-B", "-E", "-s", "-S", "-I", "-q", "-i", "-O", "-OO"):
        arguments = arguments[1:]
    if arguments and arguments[0] in ("-V", "--version"):
        yield from p.write(1, f"Python {version}\n".encode())
        return 0
    if arguments[:2] == ["-m", "http.server"]:
        return (yield from http_server(p, arguments[2:], version))
    if arguments[:1] == ["-m"]:
        yield from p.write(
            2,
            f"{p.argv[0]}: No module named {' '.join(arguments[1:2])} in the fake daemon's python\n".encode(),
        )
        return 1
    if arguments and arguments[0].startswith("-") and arguments[0] not in ("-", "-c"):
        yield from p.write(
            2, f"Unknown option: {arguments[0]}\nusage: python [option] ... [file] [arg] ...\n".encode()
        )
        return 2
    workers = p.namespace.loader.workers  # type: ignore[attr-defined]
    code: int = yield from workers.code(lambda running: _run(running, arguments, version))(p)
    return code


def _run(running: Running, arguments: list[str], version: str) -> int:
    if arguments[:1] == ["-c"]:
        if len(arguments) == 1:
            running.stderr.write("Argument expected for the -c option\n")
            return 2
        return World(running, ["-c", *arguments[2:]], version).run(arguments[1], "<string>")
    if arguments and arguments[0] != "-":
        path = arguments[0]
        try:
            source = running.files.read_text(path)
        except OSError as error:
            running.stderr.write(
                f"{running.argv[0]}: can't open file '{running.cwd.rstrip('/')}/{path}': "
                f"[Errno {error.errno}] {error.strerror}\n"
            )
            return 2
        return World(running, arguments, version).run(source, path)
    world = World(running, arguments or [""], version)
    if not running.stdin.isatty():
        return world.run(running.stdin.read().decode("utf-8", "replace"), "<stdin>")
    running.stdout.write(f'Python {version} {_BUILD} on linux\nType "exit()" to leave.\n')
    return world.talk()
