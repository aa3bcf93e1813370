"""``python -m http.server``: the files of a folder."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from dockpy.fake.hub.programs.serving import Reader, serve
from dockpy.fake.kernel.clock import SECOND

if TYPE_CHECKING:
    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Program

__all__ = ["http_server"]

_INT = 2
_PHRASES = {
    200: "OK",
    301: "Moved Permanently",
    400: "Bad Request",
    404: "File not found",
    501: "Unsupported method",
}
_TYPES = {
    "html": "text/html",
    "txt": "text/plain",
    "json": "application/json",
    "css": "text/css",
    "py": "text/x-python",
}


def http_server(p: Process, arguments: list[str], version: str) -> Program:
    """Serve on a port, 8000 where none is given; ``--directory`` names the folder."""
    port, folder, host = 8000, p.cwd, "0.0.0.0"  # noqa: S104 - of a container
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word in ("--directory", "-d") and words:
            folder = words.pop(0)
        elif word in ("--bind", "-b") and words:
            host = words.pop(0)
        elif word.isdigit():
            port = int(word)

    def connection(child: Process, fd: int, address: str) -> Program:
        return (yield from _serve_one(child, fd, address, folder.rstrip("/"), version))

    yield from p.write(1, f"Serving HTTP on {host} port {port} (http://{host}:{port}/) ...\n".encode())
    try:
        yield from serve(p, [port], connection, (_INT,))
    except OSError as error:
        yield from p.write(2, f"OSError: [Errno {error.errno}] {error.strerror}\n".encode())
        return 1
    yield from p.write(1, b"\nKeyboard interrupt received, exiting.\n")
    return 0


def _serve_one(p: Process, fd: int, address: str, folder: str, version: str) -> Program:
    reader = Reader(p, fd)
    first = yield from reader.line()
    if not first:
        return 0
    while (yield from reader.line()):
        pass
    request = first.decode("latin-1")
    parts = request.split(" ")
    status, kind, body, more = _answer(p, parts, folder)
    now = datetime.fromtimestamp(p.namespace.scheduler.now() // SECOND, UTC)
    head = (
        f"HTTP/1.0 {status} {_PHRASES[status]}\r\nServer: SimpleHTTP/0.6 Python/{version}\r\n"
        f"Date: {now:%a, %d %b %Y %H:%M:%S} GMT\r\n{more}Content-type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    moment = f"{now:%d/%b/%Y %H:%M:%S}"
    log = f'{address} - - [{moment}] "{request}" {status} -\n'
    if status >= 400:
        log = f"{address} - - [{moment}] code {status}, message {_PHRASES[status]}\n{log}"
    yield from p.write(2, log.encode())
    yield from p.write(fd, head.encode() + (b"" if parts[0] == "HEAD" else body))
    return 0


def _answer(p: Process, parts: list[str], folder: str) -> tuple[int, str, bytes, str]:
    """Status, type, body, and further headers."""
    if len(parts) < 2:
        return _error(400)
    if parts[0] not in ("GET", "HEAD"):
        return _error(501)
    path = unquote(parts[1].partition("?")[0])
    place = folder + "/" + "/".join(part for part in path.split("/") if part not in ("", ".", ".."))
    try:
        if p.stat(place).is_dir:
            if not path.endswith("/"):
                return 301, "text/html", b"", f"Location: {path}/\r\n"
            index = f"{place.rstrip('/')}/index.html"
            if not p.exists(index):
                return 200, "text/html; charset=utf-8", _listing(p, place, path), ""
            place = index
        data = p.read_bytes(place)
    except OSError:
        return _error(404)
    return 200, _TYPES.get(place.rpartition(".")[2], "application/octet-stream"), data, ""


def _listing(p: Process, place: str, path: str) -> bytes:
    names = [name + ("/" if p.stat(f"{place}/{name}").is_dir else "") for name in sorted(p.listdir(place))]
    items = "".join(f'<li><a href="{quote(name)}">{html.escape(name)}</a></li>\n' for name in names)
    title = f"Directory listing for {html.escape(path)}"
    return (
        f"<!DOCTYPE HTML>\n<html>\n<head>\n<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n<hr>\n"
        f"<ul>\n{items}</ul>\n<hr>\n</body>\n</html>\n"
    ).encode()


def _error(status: int) -> tuple[int, str, bytes, str]:
    what = f"<p>Error code: {status}</p><p>{_PHRASES[status]}.</p>"
    text = f"<html><body><h1>Error response</h1>{what}</body></html>\n"
    return status, "text/html;charset=utf-8", text.encode(), "Connection: close\r\n"
