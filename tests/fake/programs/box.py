"""A container for tests of programs: files, an engine, and how to run something in it."""

from __future__ import annotations

from dockpy.fake.engine import Engine
from dockpy.fake.failure import Failure
from dockpy.fake.files import ROOT, FileSystem, Tree, Upper
from dockpy.fake.files.node import Node
from dockpy.fake.kernel.file import pipe
from dockpy.fake.kernel.namespace import Namespace
from dockpy.fake.programs import Programs

PASSWD = "root:x:0:0:root:/root:/bin/sh\nmail:x:8:12:mail:/var/mail:/bin/false\n"
GROUP = "root:x:0:\naudio:x:29:mail\nstaff:x:50:\nmail:x:12:\n"
BUSYBOX = b"\x7fELFdockpy:busybox\n"


class Image:
    """As much of an image as programs look at."""

    def __init__(self, id, entrypoint=(), layers=("one",)):
        self.id, self.diff_ids = id, list(layers)
        self.settings = {"Entrypoint": list(entrypoint)}


class Images:
    def __init__(self):
        self.known = {}

    def resolve(self, reference):
        if reference not in self.known:
            raise Failure(404, f"No such image: {reference}")
        return self.known[reference]


class Box:
    """A container, and what a started process reads and writes."""

    def __init__(self, clock, api="1.51"):
        self.engine = Engine(clock, api=api)
        self.engine.images = Images()
        self.programs = self.engine.programs = Programs(self.engine)
        self.fs = FileSystem(Upper(Tree(Node.directory())), now=self.engine.now)
        for folder in ("/bin", "/etc", "/t", "/t/priv"):
            self.fs.mkdir(ROOT, folder, 0o700 if folder == "/t/priv" else 0o755)
        self.file("/etc/passwd", PASSWD, 0o644)
        self.file("/etc/group", GROUP, 0o644)
        for name in ("sh", "cat", "echo", "true", "false"):
            self.file(f"/bin/{name}", BUSYBOX)
        self.namespace = Namespace(
            self.engine.scheduler, self.programs, self.fs, "box", self.engine.host_pids
        )

    def file(self, path, content, mode=0o755):
        self.fs.write_bytes(ROOT, path, content.encode() if isinstance(content, str) else content, mode)
        self.fs.chmod(ROOT, path, mode)

    def start(self, *argv, **more):
        """Start a process; itself, its output and its input."""
        reader, writer = pipe()
        stdin, typed = pipe()
        arguments = {"env": {"PATH": "/bin"}, "cwd": "", "user": "", **more}
        fds = {0: stdin, 1: writer, 2: writer.retain()}
        with self.engine.lock:
            process = self.programs.start(self.namespace, argv, fds=fds, **arguments)
        return process, reader, typed

    def run(self, *argv, stdin=b"", **more):
        """Run it to its end: the exit code, and what it wrote."""
        process, reader, typed = self.start(*argv, **more)
        with self.engine.lock:
            typed.write_now(stdin)
            typed.close()
            out = self.drain(reader)
            self.engine.wait(lambda: process.exit_code is not None)
        return process.exit_code, out

    def drain(self, reader):
        """All that is written, to its end."""
        out = bytearray()

        def ended():
            while data := reader.read_now(65536):
                out.extend(data)
            return data is not None

        with self.engine.lock:
            self.engine.wait(ended)
        return bytes(out)

    def line(self, reader):
        """What is written next."""
        out = bytearray()

        def some():
            out.extend(reader.read_now(65536) or b"")
            return b"\n" in out

        with self.engine.lock:
            self.engine.wait(some)
        return bytes(out)

    def wait(self, process):
        with self.engine.lock:
            self.engine.wait(lambda: process.exit_code is not None)
        return process.exit_code

    def close(self):
        self.engine.close()
        self.programs.close()
