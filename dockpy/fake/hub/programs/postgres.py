"""postgres: it starts, is ready and takes connections, and says that it runs no SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dockpy.fake.hub.programs.serving import Reader, serve
from dockpy.fake.kernel.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Generator

    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Program

__all__ = ["pg_isready", "postgres", "psql"]

_INT, _QUIT, _TERM = 2, 3, 15
_SSL, _GSS = 80877103, 80877104
_KINDS = {_INT: "fast", _TERM: "smart", _QUIT: "immediate"}
_REFUSAL = "the fake daemon's PostgreSQL runs no SQL"
_NOT_SAFE = """\
Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
"""


def postgres(p: Process) -> Program:
    """Make a data folder where there is none, and listen."""
    version = p.env.get("PG_VERSION", "17.6").partition("-")[0]
    if any(argument in ("-V", "--version") for argument in p.argv[1:]):
        yield from p.write(1, f"postgres (PostgreSQL) {version}\n".encode())
        return 0
    folder = p.env.get("PGDATA", "/var/lib/postgresql/data")
    if not p.exists(f"{folder}/PG_VERSION"):
        if not p.env.get("POSTGRES_PASSWORD") and p.env.get("POSTGRES_HOST_AUTH_METHOD") != "trust":
            yield from p.write(2, _NOT_SAFE.encode())
            return 1
        p.makedirs(folder)
        p.write_bytes(f"{folder}/PG_VERSION", f"{version.partition('.')[0]}\n".encode())
        p.write_bytes(f"{folder}/postgresql.conf", b"listen_addresses = '*'\n")
        yield from p.write(1, b"\nPostgreSQL init process complete; ready for start up.\n\n")
    port = int(p.env["PGPORT"]) if p.env.get("PGPORT", "").isdigit() else 5432
    for text in (
        f"starting PostgreSQL {version} on x86_64-pc-linux-gnu, compiled by gcc, 64-bit",
        f'listening on IPv4 address "0.0.0.0", port {port}',
        f'listening on Unix socket "/var/run/postgresql/.s.PGSQL.{port}"',
        "database system is ready to accept connections",
    ):
        yield from _log(p, text)

    def connection(child: Process, fd: int, address: str) -> Program:
        return (yield from _serve_one(child, fd))

    try:
        signal = yield from serve(p, [port], connection, (_INT, _QUIT, _TERM))
    except OSError as error:
        yield from _log(p, f'could not bind IPv4 address "0.0.0.0": {error.strerror}')
        yield from _log(p, "could not create any TCP/IP sockets", "FATAL")
        return 1
    yield from _log(p, f"received {_KINDS[signal]} shutdown request")
    yield from _log(p, "database system is shut down")
    return 0


def _log(p: Process, text: str, level: str = "LOG") -> Generator[Any, None, None]:
    now = p.namespace.scheduler.now()
    moment = datetime.fromtimestamp(now // SECOND, UTC)
    shown = f"{moment:%Y-%m-%d %H:%M:%S}.{now % SECOND // 1_000_000:03d} UTC"
    yield from p.write(2, f"{shown} [{p.pid}] {level}:  {text}\n".encode())


def _serve_one(p: Process, fd: int) -> Program:
    reader = Reader(p, fd)
    while (head := (yield from reader.exactly(8))) is not None:
        size, code = int.from_bytes(head[:4]), int.from_bytes(head[4:])
        if not 8 <= size <= 10_000:
            return 0
        yield from reader.exactly(size - 8)
        if code in (_SSL, _GSS):
            yield from p.write(fd, b"N")
            continue
        yield from _log(p, _REFUSAL, "FATAL")
        fields = {b"S": "FATAL", b"V": "FATAL", b"C": "0A000", b"M": _REFUSAL}
        body = b"".join(key + value.encode() + b"\0" for key, value in fields.items()) + b"\0"
        yield from p.write(fd, b"E" + (len(body) + 4).to_bytes(4) + body)
        return 0
    return 0


def _place(p: Process) -> tuple[str, int]:
    host, port = p.env.get("PGHOST", ""), p.env.get("PGPORT", "5432")
    arguments = p.argv[1:]
    for name, value in pairwise(arguments):
        host = value if name in ("-h", "--host") else host
        port = value if name in ("-p", "--port") else port
    return host, int(port) if port.isdigit() else 5432


def pg_isready(p: Process) -> Program:
    """Whether a server takes connections."""
    host, port = _place(p)
    shown = host or "/var/run/postgresql"
    try:
        p.network.connect(host or "127.0.0.1", port).close()
    except OSError:
        yield from p.write(1, f"{shown}:{port} - no response\n".encode())
        return 2
    yield from p.write(1, f"{shown}:{port} - accepting connections\n".encode())
    return 0


def psql(p: Process) -> Program:
    """Say that there is no SQL."""
    if any(argument in ("-V", "--version") for argument in p.argv[1:]):
        version = p.env.get("PG_VERSION", "17.6").partition("-")[0]
        yield from p.write(1, f"psql (PostgreSQL) {version}\n".encode())
        return 0
    host, port = _place(p)
    where = f'"{host or "/var/run/postgresql"}", port {port}'
    try:
        p.network.connect(host or "127.0.0.1", port).close()
        problem = f"FATAL:  {_REFUSAL}"
    except OSError as error:
        problem = f"{error.strerror}\n\tIs the server running on that host and accepting TCP/IP connections?"
    yield from p.write(2, f"psql: error: connection to server at {where} failed: {problem}\n".encode())
    return 2
