"""redis-server: keeps what it is told, in memory, as long as it runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dockpy.fake.hub.programs.redis_data import Data, Refusal, Simple
from dockpy.fake.hub.programs.serving import Reader, serve
from dockpy.fake.kernel.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Generator

    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Program

__all__ = ["encode", "redis_server"]

_INT, _TERM = 2, 15
_NAMES = {_INT: "SIGINT", _TERM: "SIGTERM"}
_MOST = 512 * 1024 * 1024


def redis_server(p: Process) -> Program:
    """Serve on ``--port``; ``--requirepass`` asks for a password."""
    version = p.env.get("REDIS_VERSION", "8.2.2")
    if any(argument in ("-v", "--version") for argument in p.argv[1:]):
        yield from p.write(
            1, f"Redis server v={version} sha=00000000:0 malloc=jemalloc bits=64 build=0\n".encode()
        )
        return 0
    options = {
        name.removeprefix("--"): value
        for name, value in zip(p.argv[1:], p.argv[2:], strict=False)
        if name.startswith("--")
    }
    port = int(options["port"]) if options.get("port", "").isdigit() else 6379
    data = Data(p.namespace.scheduler.now)

    def log(mark: str, text: str) -> Generator[Any, None, None]:
        now = p.namespace.scheduler.now()
        moment = datetime.fromtimestamp(now // SECOND, UTC)
        shown = f"{moment:%d %b %Y %H:%M:%S}.{now % SECOND // 1_000_000:03d}"
        yield from p.write(1, f"{p.pid}:M {shown} {mark} {text}\n".encode())

    yield from log("*", "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo")
    yield from log(
        "*", f"Redis version={version}, bits=64, commit=00000000, modified=0, pid={p.pid}, just started"
    )
    yield from log("*", f"Running mode=standalone, port={port}.")

    def connection(child: Process, fd: int, address: str) -> Program:
        return (yield from _serve_one(p, child, fd, data, options.get("requirepass", "")))

    yield from log("*", "Server initialized")
    yield from log("*", "Ready to accept connections tcp")
    try:
        signal = yield from serve(p, [port], connection, (_INT, _TERM))
    except OSError:
        yield from log(
            "#", f"Warning: Could not create server TCP listening socket *:{port}: bind: Address in use"
        )
        return 1
    yield from log("*", f"Received {_NAMES[signal]} scheduling shutdown...")
    yield from log("*", "User requested shutdown...")
    yield from log("#", "Redis is now ready to exit, bye bye...")
    return 0


def _serve_one(server: Process, p: Process, fd: int, data: Data, password: str) -> Program:
    reader = Reader(p, fd)
    known = not password
    while words := (yield from _command(reader)):
        name = words[0].upper()
        try:
            if name in (b"QUIT", b"SHUTDOWN"):
                if name == b"SHUTDOWN":
                    server.kill(_TERM)
                else:
                    yield from p.write(fd, b"+OK\r\n")
                return 0
            if name == b"AUTH":
                known = _check(words[-1], password)
                answer: Any = Simple("OK")
            elif name == b"HELLO":
                raise Refusal("NOPROTO unsupported protocol version")
            elif not known:
                raise Refusal("NOAUTH Authentication required.")
            else:
                answer = data.call(words)
        except Refusal as refusal:
            yield from p.write(fd, f"-{refusal}\r\n".encode())
        else:
            yield from p.write(fd, encode(answer))
    return 0


def _check(given: bytes, password: str) -> bool:
    if not password:
        raise Refusal(
            "ERR AUTH <password> called without any password configured for the default user. "
            "Are you sure your configuration is correct?"
        )
    if given.decode("utf-8", "replace") != password:
        raise Refusal("WRONGPASS invalid username-password pair or user is disabled.")
    return True


def _command(reader: Reader) -> Generator[Any, None, list[bytes]]:
    """A command's words; none at the end, and where it is no command."""
    line = yield from reader.line()
    while line == b"":
        line = yield from reader.line()
    if line is None:
        return []
    if not line.startswith(b"*"):
        return line.split()
    words: list[bytes] = []
    for _ in range(int(line[1:]) if line[1:].isdigit() else 0):
        size = yield from reader.line()
        if size is None or not size.startswith(b"$") or not size[1:].isdigit() or int(size[1:]) > _MOST:
            return []
        word = yield from reader.exactly(int(size[1:]) + 2)
        if word is None:
            return []
        words.append(word[:-2])
    return words


def encode(value: Any) -> bytes:
    """An answer, in the protocol."""
    match value:
        case None:
            return b"$-1\r\n"
        case Simple():
            return f"+{value}\r\n".encode()
        case int():
            return b":%d\r\n" % value
        case bytes():
            return b"$%d\r\n%s\r\n" % (len(value), value)
        case _:
            return b"*%d\r\n" % len(value) + b"".join(encode(item) for item in value)
