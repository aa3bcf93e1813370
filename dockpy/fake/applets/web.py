"""wget and httpd: HTTP between containers."""

from __future__ import annotations

import functools
import mimetypes
import os
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from dockpy.fake.applets.applet import applet, raw
from dockpy.fake.applets.errors import Die, reason
from dockpy.fake.applets.inputs import close, open_fd
from dockpy.fake.applets.network import connected
from dockpy.fake.applets.numbers import number_of

if TYPE_CHECKING:
    from dockpy.fake.applets.applet import Applet, Steps
    from dockpy.fake.applets.options import Options
    from dockpy.fake.kernel.process import Process
    from dockpy.fake.kernel.scheduler import Program

__all__: list[str] = []

_LONG = {
    "continue": "c",
    "quiet": "q",
    "server-response": "S",
    "output-document": "O",
    "output-file": "o",
    "directory-prefix": "P",
    "header": "H",
    "post-data": "D",
    "spider": "s",
    "timeout": "T",
    "tries": "t",
    "user-agent": "U",
    "no-check-certificate": "n",
    "no-verbose": "N",
}
_HEAD = 65536


class _Response:
    """The head of an answer, and how its body goes on."""

    def __init__(self, a: Applet, fd: int) -> None:
        self.a = a
        self.fd = fd
        self.status = ""
        self.headers: list[tuple[str, str]] = []
        self._rest = b""

    def head(self) -> Steps[None]:
        while b"\r\n\r\n" not in self._rest and b"\n\n" not in self._rest and len(self._rest) < _HEAD:
            piece = yield from self.a.p.read(self.fd)
            if not piece:
                break
            self._rest += piece
        mark = b"\r\n\r\n" if b"\r\n\r\n" in self._rest else b"\n\n"
        head, _, self._rest = self._rest.partition(mark)
        lines = head.decode("latin-1").splitlines()
        if not lines:
            raise Die("error getting response")
        self.status = lines[0]
        self.headers = [
            (k.strip().lower(), v.strip()) for k, _, v in (line.partition(":") for line in lines[1:])
        ]

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    @property
    def code(self) -> int:
        words = self.status.split()
        return int(words[1]) if len(words) > 1 and words[1].isdecimal() else 0

    def _more(self) -> Steps[bytes]:
        data, self._rest = self._rest, b""
        return data or (yield from self.a.p.read(self.fd))

    def _line(self) -> Steps[bytes]:
        while b"\n" not in self._rest:
            piece = yield from self.a.p.read(self.fd)
            if not piece:
                break
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line.strip()

    def body(self, fd: int) -> Steps[int]:
        """Copy the body to a descriptor; how long it was."""
        if (self.header("transfer-encoding") or "").lower() == "chunked":
            total = 0
            while size := int((yield from self._line()).split(b";")[0] or b"0", 16):
                total += yield from self._copy(fd, size)
                yield from self._line()
            return total
        length = self.header("content-length")
        return (yield from self._copy(fd, int(length) if length is not None else None))

    def _copy(self, fd: int, size: int | None) -> Steps[int]:
        done = 0
        while size is None or done < size:
            data = yield from self._more()
            if not data:
                if size is not None:
                    raise Die("connection closed prematurely")
                break
            if size is not None and len(data) > size - done:
                self._rest = data[size - done :]
                data = data[: size - done]
            done += len(data)
            yield from self.a.p.write(fd, data)
            yield None
        return done


@applet("wget")
def wget(a: Applet) -> Steps[int | None]:
    """Fetch a file over HTTP."""
    found = a.options("cqSO:o:P:T:t:U:nNH:D:sY:", _LONG, least=1)
    for url in found.rest:
        yield from _fetch(a, found, url)
    return 0


def _fetch(a: Applet, found: Options, url: str) -> Steps[None]:
    quiet = "q" in found
    for _ in range(20):
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme != "http":
            raise Die(f"not an http or ftp url: {url}")
        host, port = parts.hostname or "", parts.port or 80
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        socket = connected(a, host, port)
        if not quiet:
            yield from a.error(f"Connecting to {parts.netloc} ({socket.remote[0]}:{port})\n")
        fd = a.p.open_fd(socket, 3)
        body = raw(found.get("D") or "")
        lines = [f"{'POST' if 'D' in found else 'GET'} {target} HTTP/1.1"]
        lines += [f"Host: {parts.netloc}", f"User-Agent: {found.get('U') or 'Wget'}"]
        lines += ["Connection: close", *found.all("H")]
        if "D" in found:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        yield from a.p.write(fd, raw("\r\n".join(lines) + "\r\n\r\n") + body)
        answer = _Response(a, fd)
        yield from answer.head()
        if "S" in found:
            shown = "".join(f"  {key.title()}: {value}\n" for key, value in answer.headers)
            yield from a.error(f"  {answer.status}\n{shown}")
        location = answer.header("location")
        if answer.code in (301, 302, 303, 307, 308) and location:
            a.p.close(fd)
            url = location if "://" in location else f"http://{parts.netloc}/{location.lstrip('/')}"
            continue
        if not 200 <= answer.code < 300:
            raise Die(f"server returned error: {answer.status}")
        if "s" in found:
            if not quiet:
                yield from a.error("remote file exists\n")
            a.p.close(fd)
            return
        yield from _save(a, found, answer, parts.path, quiet=quiet)
        a.p.close(fd)
        return
    raise Die("too many redirections")


def _save(a: Applet, found: Options, answer: _Response, path: str, *, quiet: bool) -> Steps[None]:
    name = found.get("O")
    if name == "-":
        if not quiet:
            yield from a.error("writing to stdout\n")
        size = yield from answer.body(1)
        if not quiet:
            yield from a.error(_bar("-", size) + "written to stdout\n")
        return
    exists = name is None
    name = name if name is not None else unquote(path.rstrip("/").rpartition("/")[2] or "index.html")
    if found.get("P") and exists:
        name = f"{found.get('P')}/{name}"
    flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if exists else os.O_TRUNC)
    try:
        fd = open_fd(a, name, flags)
    except OSError as error:
        raise Die(f"can't open '{name}': {reason(error)}") from None
    if not quiet:
        yield from a.error(f"saving to '{name}'\n")
    size = yield from answer.body(fd)
    close(a, fd)
    if not quiet:
        yield from a.error(_bar(name, size) + f"'{name}' saved\n")


def _bar(name: str, size: int) -> str:
    return f"\r{name[:20]:<20s} 100% |{'*' * 32}| {size:5d}  0:00:00 ETA\n"


@applet("httpd")
def httpd(a: Applet) -> Steps[int | None]:
    """Serve the files of a folder over HTTP."""
    found = a.options("ifvc:p:u:r:h:")
    where = (found.get("p") or "80").rpartition(":")
    port = number_of(where[2], least=1, most=65535)
    home = found.get("h") or a.p.cwd
    fs = a.p.namespace.fs
    if not fs.exists(a.p, home):
        raise Die(f"can't change directory to '{home}': No such file or directory")
    root = fs.realpath(a.p, home)
    try:
        listener = a.p.network.listen(port, where[0] or "0.0.0.0")  # noqa: S104 - within the container
    except OSError as error:
        raise Die(f"bind: {reason(error)}") from None

    def serve(p: Process) -> Program:
        fd = p.open_fd(listener.retain(), 3)
        while True:
            accepted, _ = yield from p.accept(fd)
            p.fork(functools.partial(_answer, fd=accepted, root=root))
            p.close(accepted)
            while any(one.exit_code is not None for one in p.children):
                yield from p.wait()

    if "f" in found:
        return (yield from serve(a.p))
    a.p.fork(serve, a.p.argv)
    listener.close()
    return 0


def _answer(p: Process, fd: int, root: str) -> Program:
    request = b""
    while b"\r\n\r\n" not in request and b"\n\n" not in request and len(request) < _HEAD:
        piece = yield from p.read(fd)
        if not piece:
            return 0
        request += piece
    words = request.split(b"\r\n", 1)[0].decode("latin-1").split()
    status, body, kind = "400 Bad Request", b"", "text/html"
    if len(words) > 1 and words[0] in ("GET", "HEAD"):
        path = unquote(words[1].partition("?")[0])
        status, body, kind = _page(p, root, path)
    elif words:
        status = "501 Not Implemented"
    if not status.startswith("200"):
        body = (
            f"<HTML><HEAD><TITLE>{status}</TITLE></HEAD>\n<BODY><H1>{status}</H1>\n</BODY></HTML>\n".encode()
        )
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-type: {kind}",
        "Connection: close",
        f"Content-length: {len(body)}",
    ]
    head = "\r\n".join(lines) + "\r\n\r\n"
    yield from p.write(fd, head.encode() + (b"" if words[:1] == ["HEAD"] else body))
    return 0


def _page(p: Process, root: str, path: str) -> tuple[str, bytes, str]:
    fs = p.namespace.fs
    if ".." in path.split("/"):
        return "400 Bad Request", b"", "text/html"
    full = f"{root.rstrip('/')}/{path.lstrip('/')}"
    try:
        if fs.stat(p, full).is_dir:
            full = f"{full.rstrip('/')}/index.html"
        return (
            "200 OK",
            fs.read_bytes(p, full),
            mimetypes.guess_type(full, strict=True)[0] or "application/octet-stream",
        )
    except OSError:
        return "404 Not Found", b"", "text/html"
