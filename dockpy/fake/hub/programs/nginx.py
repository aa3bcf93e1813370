"""nginx: serves the files of its folder, and logs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from dockpy.fake.hub.programs.serving import Reader, serve
from dockpy.fake.kernel.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Generator

    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Program

__all__ = ["nginx"]

_INT, _QUIT, _TERM = 2, 3, 15
_NAMES = {_INT: "SIGINT", _QUIT: "SIGQUIT", _TERM: "SIGTERM"}
_SITES = "/etc/nginx/conf.d"
_FOLDER = "/usr/share/nginx/html"
_TYPES = {
    "html": "text/html",
    "htm": "text/html",
    "css": "text/css",
    "js": "application/javascript",
    "json": "application/json",
    "txt": "text/plain",
    "svg": "image/svg+xml",
    "png": "image/png",
    "xml": "text/xml",
}
_PHRASES = {200: "OK", 301: "Moved Permanently", 400: "Bad Request", 403: "Forbidden", 404: "Not Found"}
_PHRASES[405] = "Not Allowed"


def nginx(p: Process) -> Program:
    """Serve the files of ``root`` on the ports of ``listen``, as the folder ``conf.d`` says."""
    version = p.env.get("NGINX_VERSION", "1.29.2")
    arguments = p.argv[1:]
    if "-v" in arguments or "-V" in arguments:
        yield from p.write(2, f"nginx version: nginx/{version}\n".encode())
        return 0
    ports, root = _configured(p)
    if "-t" in arguments:
        shown = "/etc/nginx/nginx.conf"
        yield from p.write(
            2,
            f"nginx: the configuration file {shown} syntax is ok\n"
            f"nginx: configuration file {shown} test is successful\n".encode(),
        )
        return 0

    def notice(text: str) -> Generator[Any, None, None]:
        yield from p.write(2, f"{_moment(p):%Y/%m/%d %H:%M:%S} [notice] {p.pid}#{p.pid}: {text}\n".encode())

    for text in ('using the "epoll" event method', f"nginx/{version}", "start worker processes"):
        yield from notice(text)

    def connection(child: Process, fd: int, address: str) -> Program:
        return (yield from _serve_one(child, fd, address, root, version))

    try:
        signal = yield from serve(p, ports, connection, (_INT, _QUIT, _TERM))
    except OSError as error:
        where = f"0.0.0.0:{ports[0]}"
        yield from p.write(
            2, f"nginx: [emerg] bind() to {where} failed ({error.errno}: {error.strerror})\n".encode()
        )
        return 1
    how = "shutting down" if signal == _QUIT else "exiting"
    yield from notice(f"signal {signal} ({_NAMES[signal]}) received, {how}")
    yield from notice("exit")
    return 0


def _moment(p: Process) -> datetime:
    return datetime.fromtimestamp(p.namespace.scheduler.now() // SECOND, UTC)


def _configured(p: Process) -> tuple[list[int], str]:
    text = ""
    if p.exists(_SITES):
        for name in sorted(p.listdir(_SITES)):
            if name.endswith(".conf"):
                text += p.read_bytes(f"{_SITES}/{name}").decode("utf-8", "replace") + "\n"
    text = re.sub(r"#.*", "", text)
    ports = [int(port) for port in re.findall(r"\blisten\s+(?:[\w.*]+:)?(\d+)\b[^;]*;", text)]
    folder = re.search(r"\broot\s+([^;\s]+)\s*;", text)
    return sorted(set(ports)) or [80], folder[1] if folder else _FOLDER


def _serve_one(p: Process, fd: int, address: str, root: str, version: str) -> Program:
    reader = Reader(p, fd)
    while (first := (yield from reader.line())) is not None:
        headers: dict[str, str] = {}
        while line := (yield from reader.line()):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        request = first.decode("latin-1")
        parts = request.split(" ")
        if length := headers.get("content-length", ""):
            yield from reader.exactly(int(length) if length.isdigit() else 0)
        status, kind, body, more = _answer(p, parts, root, version)
        alive = (
            len(parts) == 3 and parts[2] == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
        )
        now = _moment(p)
        head = (
            f"HTTP/1.1 {status} {_PHRASES[status]}\r\nServer: nginx/{version}\r\n"
            f"Date: {now:%a, %d %b %Y %H:%M:%S} GMT\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n"
            f"Connection: {'keep-alive' if alive else 'close'}\r\n{more}\r\n"
        )
        sent = b"" if parts[0] == "HEAD" else body
        yield from p.write(fd, head.encode() + sent)
        log = (
            f'{address} - - [{now:%d/%b/%Y:%H:%M:%S} +0000] "{request}" {status} {len(sent)} '
            f'"{headers.get("referer", "-")}" "{headers.get("user-agent", "-")}" "-"\n'
        )
        yield from p.write(1, log.encode())
        if not alive:
            break
    return 0


def _answer(p: Process, parts: list[str], root: str, version: str) -> tuple[int, str, bytes, str]:
    """Status, type, body, and further headers."""
    if len(parts) != 3 or not parts[1].startswith("/"):
        return (400, "text/html", _page(400, version), "")
    if parts[0] not in ("GET", "HEAD"):
        return (405, "text/html", _page(405, version), "")
    path = unquote(parts[1].partition("?")[0])
    if ".." in path.split("/"):
        return (400, "text/html", _page(400, version), "")
    place = root + path
    try:
        if p.stat(place).is_dir:
            if not path.endswith("/"):
                return (301, "text/html", _page(301, version), f"Location: {path}/\r\n")
            place += "index.html"
            if not p.exists(place):
                return (403, "text/html", _page(403, version), "")
        kind = _TYPES.get(place.rpartition(".")[2], "application/octet-stream")
        return (200, kind, p.read_bytes(place), "Accept-Ranges: bytes\r\n")
    except PermissionError:
        return (403, "text/html", _page(403, version), "")
    except OSError:
        return (404, "text/html", _page(404, version), "")


def _page(status: int, version: str) -> bytes:
    title = f"{status} {_PHRASES[status]}"
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        f"<hr><center>nginx/{version}</center>\r\n</body>\r\n</html>\r\n"
    ).encode()
