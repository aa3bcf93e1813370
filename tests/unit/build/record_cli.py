"""Records what of a folder the docker command sends, for test_as_the_command.py.

    python tests/unit/build/record_cli.py /usr/bin/docker unix:///engine.sock

For the classic builder, a server that builds nothing stands in for the engine. For BuildKit, the engine
itself copies all it was sent into an image, and gives back what is there.
"""

from __future__ import annotations

import io
import json
import os
import shlex
import socket
import socketserver
import subprocess
import sys
import tarfile
import tempfile
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).parent

# Every file's path; what ends with a slash is an empty folder, what has an arrow a symbolic link.
TREE: list[str] = [
    "Dockerfile",
    "README.md",
    "README-secret.md",
    "a.txt",
    "ab.txt",
    "b.log",
    ".hidden",
    "a^b",
    "a+b.txt",
    "a[1].txt",
    "with space.txt",
    "ünïcödé.txt",
    "#hash",
    "!bang",
    "empty/",
    "link -> a.txt",
    "dir-link -> src",
    "broken -> nowhere",
    "outside -> ../..",
    "src/main.py",
    "src/main.pyc",
    "src/__pycache__/main.pyc",
    "src/sub/deep/x.py",
    "src/sub/deep/x.log",
    "src/sub/README.md",
    "src/sub/keep",
    "node_modules/a/index.js",
    "node_modules/a/keep",
    "node_modules/b/index.js",
    "node_modules/keep",
    "vendor/node_modules/c/index.js",
    "foo/bar/baz.txt",
    "foo/bar.txt",
    "foobar/baz.txt",
    "xfoo",
    "docs/a/b/c/d.txt",
    "docs/a/b/Dockerfile",
    "docs/Dockerfile",
]

RULES: list[str] = [
    "",
    "*.md\n!README.md",
    "!README.md\n*.md",
    "*.md\n!README*.md\nREADME-secret.md",
    "*\n!src",
    "*\n!src/main.py",
    "**\n!src",
    "**\n!src/sub/keep",
    "*",
    "**",
    ".",
    "/",
    "..",
    "../a.txt",
    "/a.txt",
    "//a.txt",
    "./a.txt",
    "src/../a.txt",
    "a.txt/",
    "src/",
    "src/*",
    "src/**",
    "src/**\n!src/main.py",
    "src/*\n!src/sub/keep",
    "src\n!src/sub/keep",
    "src\n!src/sub",
    "src/sub\n!src/sub\nsrc/sub/deep",
    "**/*.pyc",
    "**/__pycache__",
    "**/node_modules",
    "**/node_modules\n!node_modules/a",
    "node_modules\n!**/keep",
    "node_modules\n!*/keep",
    "node_modules\n!node_modules/*/keep",
    "*\n!**/*.py",
    "*\n!**/keep\nsrc/sub",
    "*/*.py",
    "*/*/keep",
    "**/keep\n!src/**/keep",
    "**foo",
    "**/foo",
    "foo**",
    "foo/**",
    "foo/**/baz.txt",
    "**/baz.txt",
    "docs/**/d.txt",
    "docs/**/b",
    "**/b/**",
    "a?.txt",
    "[ab].txt",
    "[a-z]*.txt",
    "[^a]*",
    "[!a]*",
    "a[^x]b",
    "foo[^x]bar.txt",
    "a\\[1].txt",
    "a[[]1].txt",
    "a+b.txt",
    "a^b",
    "?^b",
    "*[*]*",
    "with space.txt",
    "  a.txt  ",
    "a.txt\r\nb.log\r\n",
    "# a.txt\n #hash\n#hash",
    "\\#hash",
    "\\!bang",
    "!bang",
    "! a.txt\n*.txt\n! a.txt",
    "*.txt\n!/a.txt",
    "\ufeffa.txt",
    "\ufeff# a.txt\nb.log",
    "README.MD",
    ".*",
    ".dockerignore",
    ".dockerignore\nDockerfile",
    "Dockerfile\n!Dockerfile",
    "**/Dockerfile",
    "*\n!docs/a/b/c/d.txt",
    "docs\n!docs/a/b\ndocs/a/b/c",
    "!docs\ndocs",
    "link",
    "dir-link",
    "dir-link/main.py",
    "empty",
    "ünïcödé.txt",
    "ün*",
    "\\a.txt",
    "\\d*",
    "*\\*",
    "a.txt\n\n\n\t\nb.log",
    "src/sub/deep\n!src/sub/deep/x.py\n!src/sub",
    "*/sub\n!src/sub/keep",
    "**/*.log\n!**/x.log",
    "src/[a-",
    "[]a]",
    "[a-]",
    "a\\",
    "!",
    "!\n",
    "[b-a]x",
]


# Flags, a line as of a shell; test_as_the_command.py says the keywords for them.
FLAGS: list[str] = [
    "--tag a:1 --tag registry:5000/b",
    "--build-arg A=b --build-arg C=d=e --build-arg EMPTY=",
    "--label a=b --label c",
    "--target t",
    "--platform linux/arm64",
    "--no-cache --pull --force-rm",
    "--rm=false",
    "--quiet",
    "--cache-from a --cache-from b:1",
    "--network none",
    "--add-host db:10.0.0.2 --add-host six:::1",
    "--shm-size 64m",
    "--ulimit nofile=1:2 --ulimit nproc=5",
    "--memory 1g --memory-swap -1",
    "--cpu-shares 2 --cpu-period 3 --cpu-quota 4",
    "--cpuset-cpus 0-1 --cpuset-mems 0",
    "--cgroup-parent /x",
]


def make_tree(root: Path, rules: str) -> None:
    """The tree, with these rules."""
    for line in TREE:
        path, _, target = line.partition(" -> ")
        whole = root / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        if target:
            whole.symlink_to(target)
        elif path.endswith("/"):
            whole.mkdir()
        else:
            whole.write_text("FROM scratch\n" if path.endswith("Dockerfile") else path)
    if rules:
        (root / ".dockerignore").write_bytes(rules.encode())


class Builder(BaseHTTPRequestHandler):
    """Takes a context, and says that nothing was built."""

    protocol_version = "HTTP/1.1"
    context = b""
    query: dict[str, list[str]] = {}

    def do_GET(self) -> None:
        self._answer(b"OK")

    do_HEAD = do_GET  # noqa: N815

    def do_POST(self) -> None:
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        type(self).context = data
        type(self).query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        self._answer(b'{"stream":"done"}\n')

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        for name, value in (("Api-Version", "1.51"), ("OSType", "linux"), ("Content-Length", len(body))):
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def classic(docker: str, root: Path, *flags: str, text: str | None = None) -> Any:
    """What the command sends to the classic builder: each member's name, type, mode and target."""
    Builder.context = b""
    with tempfile.TemporaryDirectory() as folder, Server(f"{folder}/s", Builder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = subprocess.run(
            [docker, "-H", f"unix://{folder}/s", "build", *flags, str(root)],
            env={**os.environ, "DOCKER_BUILDKIT": "0", "DOCKER_CONFIG": folder},
            capture_output=True,
            text=True,
            input=text,
        )
        server.shutdown()
    if not Builder.context:
        return {"error": done.stderr.strip().splitlines()[-1].replace(str(root), "ROOT")}
    # Where it has put in a Dockerfile, it ends the tar short of its padding.
    with tarfile.open(fileobj=io.BytesIO(Builder.context + bytes(10240)), mode="r:") as archive:
        return [
            [member.name, member.type.decode(), member.mode, member.linkname, member.uid, member.gid]
            for member in archive
        ]


def buildkit(docker: str, engine: str, root: Path) -> Any:
    """The files that BuildKit has of the folder."""
    done = subprocess.run(
        [docker, "-H", engine, "buildx", "build", "-q", "--output", "type=tar,dest=-", "-f", "-", str(root)],
        env={**os.environ, "DOCKER_CONFIG": os.environ.get("DOCKER_CONFIG", "")},
        capture_output=True,
        input=b"FROM scratch\nCOPY . /\n",
    )
    if done.returncode:
        return {"error": done.stderr.decode().strip().splitlines()[-1]}
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        return sorted(member.name for member in archive if not member.isdir())


def special(docker: str) -> dict[str, Any]:
    """Kinds of files beside the usual ones, and where the Dockerfile is."""
    recorded: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        root.mkdir()
        (root / "Dockerfile").write_text("FROM scratch\n")
        os.mkfifo(root / "fifo")
        (root / "first").write_text("same")
        os.link(root / "first", root / "second")
        (root / "mode").write_text("")
        (root / "mode").chmod(0o6751)
        recorded["kinds"] = classic(docker, root)
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(str(root / "sock"))
            recorded["socket"] = classic(docker, root)
        (root / "sock").unlink()
        (root / ".dockerignore").write_text("*")
        other = Path(folder, "Other")
        other.write_text("FROM scratch\n")
        recorded["outside"] = classic(docker, root, "-f", str(other))
        recorded["text"] = classic(docker, root, "-f", "-", text="FROM scratch\n")
        (root / "sub").mkdir()
        (root / "sub" / "Dockerfile").write_text("FROM scratch\n")
        (root / "linked").symlink_to("sub/Dockerfile")
        recorded["below"] = classic(docker, root, "-f", str(root / "sub" / "Dockerfile"))
        recorded["linked"] = classic(docker, root, "-f", str(root / "linked"))
    return recorded


def queries(docker: str) -> dict[str, dict[str, list[str]]]:
    """What flags change in the query."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Dockerfile").write_text("FROM scratch\n")
        classic(docker, Path(folder))
        plain = Builder.query
        recorded = {}
        for flags in FLAGS:
            classic(docker, Path(folder), *shlex.split(flags))
            recorded[flags] = {
                name: value for name, value in Builder.query.items() if value != plain.get(name)
            }
            recorded[flags] |= {name: [] for name in plain if name not in Builder.query}
    return recorded


def left_out(root: Path, sent: Any, files: bool) -> Any:
    """What of a folder was not sent; of `files` alone, or folders too."""
    if isinstance(sent, dict):
        return sent
    there = {
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_symlink() or not path.is_dir() or not files
    }
    names = {(item if isinstance(item, str) else item[0]).rstrip("/") for item in sent}
    assert files or names <= there, names - there
    return sorted(there - names)


def main(docker: str, engine: str) -> None:
    """Write what the command does."""
    recorded = []
    for rules in RULES:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            make_tree(root, rules)
            recorded.append(
                {
                    "rules": rules,
                    "classic": left_out(root, classic(docker, root), files=False),
                    "buildkit": left_out(root, buildkit(docker, engine, root), files=True),
                }
            )
    write({"rules": recorded, "special": special(docker), "queries": queries(docker)})


def write(golden: dict[str, Any]) -> None:
    """One fixture a line."""
    lines = json.dumps(golden, ensure_ascii=False, separators=(",", ":")).replace(
        '{"rules":"', '\n{"rules":"'
    )
    (HERE / "cli.json").write_text(lines + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
