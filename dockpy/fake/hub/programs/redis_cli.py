"""redis-cli: a command a time, from its arguments or its input."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from dockpy.fake.hub.programs.redis import encode
from dockpy.fake.hub.programs.serving import Reader

if TYPE_CHECKING:
    from collections.abc import Generator

    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Program

__all__ = ["redis_cli"]


def redis_cli(p: Process) -> Program:
    """Options: -h, -p, -a, --raw, --no-raw; the rest is a command."""
    host, port, password, words = "127.0.0.1", 6379, "", list(p.argv[1:])
    raw = not p.file(1).isatty
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in ("-v", "--version"):
            yield from p.write(1, f"redis-cli {p.env.get('REDIS_VERSION', '8.2.2')}\n".encode())
            return 0
        if option in ("-h", "-p", "-a", "-n", "-u") and words:
            value = words.pop(0)
            host = value if option == "-h" else host
            port = int(value) if option == "-p" and value.isdigit() else port
            password = value if option == "-a" else password
        elif option in ("--raw", "--no-raw"):
            raw = option == "--raw"
    try:
        fd = p.open_fd(p.network.connect(host, port))
    except OSError as error:
        yield from p.write(2, f"Could not connect to Redis at {host}:{port}: {error.strerror}\n".encode())
        return 1
    reader, replies = Reader(p, fd), Reader(p, 0)
    if password:
        yield from _ask(p, fd, reader, ["AUTH", password])
    if words:
        good, text = yield from _shown(p, fd, reader, words, raw)
        yield from p.write(1, text)
        return 0 if good else 1
    while (line := (yield from replies.line())) is not None:
        try:
            given = shlex.split(line.decode("utf-8", "surrogateescape"))
        except ValueError:
            yield from p.write(1, b"Invalid argument(s)\n")
            continue
        if given and given[0].lower() in ("quit", "exit"):
            break
        if given:
            _, text = yield from _shown(p, fd, reader, given, raw)
            yield from p.write(1, text)
    return 0


def _ask(p: Process, fd: int, reader: Reader, words: list[str]) -> Generator[Any, None, Any]:
    yield from p.write(fd, encode([word.encode("utf-8", "surrogateescape") for word in words]))
    return (yield from _reply(reader))


def _shown(
    p: Process, fd: int, reader: Reader, words: list[str], raw: bool
) -> Generator[Any, None, tuple[bool, bytes]]:
    reply = yield from _ask(p, fd, reader, words)
    return not isinstance(reply, _Error), (_raw(reply) if raw else _pretty(reply)) + b"\n"


class _Error(bytes):
    __slots__ = ()


class _Status(bytes):
    __slots__ = ()


def _reply(reader: Reader) -> Generator[Any, None, Any]:
    line = yield from reader.line()
    if line is None:
        return _Error(b"Error: Server closed the connection")
    kind, rest = line[:1], line[1:]
    if kind == b"-":
        return _Error(rest)
    if kind == b"+":
        return _Status(rest)
    if kind == b":":
        return int(rest)
    count = int(rest)
    if count < 0:
        return None
    if kind == b"$":
        data = yield from reader.exactly(count + 2)
        return b"" if data is None else data[:-2]
    items = []
    for _ in range(count):
        items.append((yield from _reply(reader)))
    return items


def _raw(reply: Any) -> bytes:
    if reply is None:
        return b""
    if isinstance(reply, list):
        return b"\n".join(_raw(item) for item in reply)
    return b"%d" % reply if isinstance(reply, int) else bytes(reply)


def _pretty(reply: Any) -> bytes:
    match reply:
        case None:
            return b"(nil)"
        case int():
            return b"(integer) %d" % reply
        case _Error():
            return b"(error) " + reply
        case _Status():
            return bytes(reply)
        case list():
            if not reply:
                return b"(empty array)"
            return b"\n".join(b"%d) %s" % (number, _pretty(item)) for number, item in enumerate(reply, 1))
        case _:
            text = bytes(reply).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
            return b'"%s"' % text
