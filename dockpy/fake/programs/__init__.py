"""Programs: which file is which, how processes start in containers, and programs that users wrote."""

from __future__ import annotations

import errno
import inspect
import posixpath
from typing import TYPE_CHECKING

from dockpy.fake.failure import Failure
from dockpy.fake.files import ROOT
from dockpy.fake.kernel.process import Process
from dockpy.fake.programs.init import INIT, under_init
from dockpy.fake.programs.launching import LaunchFailed, cannot_start, cannot_use, relative_cwd
from dockpy.fake.programs.loader import DEFAULT_PATH, SHELLS, Loaded, find, load
from dockpy.fake.programs.users import Identity, UnknownUser, home_of, identify
from dockpy.fake.programs.worker import Workers
from dockpy.version import at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from typing import Any, Literal

    from dockpy.fake.engine import Engine
    from dockpy.fake.files import FileSystem, Who
    from dockpy.fake.kernel.file import File
    from dockpy.fake.kernel.namespace import Namespace
    from dockpy.fake.kernel.process import Code
    from dockpy.fake.kernel.scheduler import Program
    from dockpy.fake.kernel.tty import Terminal
    from dockpy.fake.state.image import Image

__all__ = ["LaunchFailed", "Programs"]

_REASONS = {
    errno.ENOENT: "no such file or directory",
    errno.EACCES: "permission denied",
    errno.ENOTDIR: "not a directory",
    errno.ELOOP: "too many levels of symbolic links",
    errno.ENAMETOOLONG: "file name too long",
    errno.ENOEXEC: "exec format error",
}


class _Viewer:
    """Looks at files as somebody who is no process."""

    umask = 0o022

    def __init__(self, identity: Identity, cwd: str) -> None:
        self.uid, self.gid, self.groups = identity
        self.cwd = cwd


class Programs:
    """The programs that a daemon's containers can run: the `Loader` of all their namespaces.

    Args:
        engine: whose.

    Attributes:
        workers: the threads of programs that are plain functions.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._registered: dict[str, Code] = {}
        self.workers: Workers = Workers(engine)

    def register(self, reference: str, function: Callable[..., Any]) -> None:
        """Let a function be the program of an image: its entrypoint, whatever file that names.

        It is that of images made from this one as well, as long as they have its entrypoint.

        Args:
            reference: the image's name; the image may come later.
            function: a generator function takes the `Process`, and runs on the kernel; a plain function takes
                a `Program`, and runs in a thread of its own. What it returns is the exit code, None for 0.
        """
        self._registered[reference] = (
            _on_kernel(function) if inspect.isgeneratorfunction(function) else self.workers.code(function)
        )

    def start(
        self,
        namespace: Namespace,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str,
        user: str,
        groups: Sequence[str] = (),
        fds: Mapping[int, File],
        tty: Terminal | None = None,
        image: Image | None = None,
        kind: Literal["create", "exec"] = "create",
        init: bool = False,
    ) -> Process:
        """Start a container's PID 1, or a process beside it.

        It runs from the next time that the engine pumps. PID 1's end is told to ``namespace.on_exit``, that
        of another one to ``process.on_exit``; both may be set once this has returned.

        Args:
            namespace: the container; its files are mounted already.
            argv: the program and its arguments.
            env: all of its environment, PATH included; HOME is added where it has none, or an empty one.
            cwd: the working directory, ``/`` where empty; PID 1's is made where it is missing.
            user: ``name|uid[:group|gid]``; root where empty.
            groups: ``HostConfig.GroupAdd``.
            fds: its files; they are its own from now on, also where it cannot be started (they are closed
                then). With `tty`, those that are missing of 0, 1 and 2 are the terminal.
            tty: the terminal of its session.
            image: what the container was made from: that image's program is its entrypoint.
            kind: ``create`` for PID 1, ``exec`` for a process beside it.
            init: let PID 1 be docker-init, which starts the program, and says itself if that cannot be.

        Raises:
            LaunchFailed: it cannot be started: the engine's status and text, and the exit code that it notes.
        """
        files = dict(fds)
        exec = kind == "exec"
        try:
            identity = self._identify(namespace.fs, user, groups, exec=exec)
            if image is not None:
                namespace.image_program = self._program_of(image)
            cwd = self._working_directory(namespace.fs, cwd or "/", exec=exec)
            env = dict(env)
            env["HOME"] = env.get("HOME") or home_of(namespace.fs, identity.uid)
            viewer = _Viewer(identity if not (exec or self._modern) else Identity(0, 0, (0,)), cwd)
            program = self._program(namespace, argv[0], exec=exec)
            known = program is not None or init
            path = argv[0] if known else self._find(namespace, viewer, argv[0], env, exec=exec)
        except LaunchFailed:
            for file in files.values():
                file.close()
            raise
        before: tuple[str, ...] = ()
        if init:
            code, argv, path = under_init(argv, program), [INIT, "--", *argv], INIT
        elif program is not None:
            code = program
        else:
            code, before = self._code(namespace, viewer, path, env)
        if tty is not None:
            for fd in range(3):
                if fd not in files:
                    files[fd] = tty.open()
        process = Process(
            namespace,
            None,
            code,
            [*before, *argv[1:]] if before else argv,
            env=env,
            cwd=cwd,
            uid=identity.uid,
            gid=identity.gid,
            groups=identity.groups,
            fds=files,
        )
        process.exe = path
        if tty is not None:
            process.tty = tty
            tty.foreground = process.pgid
        return process

    def check_user(self, fs: FileSystem, user: str) -> None:
        """See that there is such a user, as engines since API 1.42 do when an exec is created.

        Raises:
            Failure: 400, there is none.
        """
        try:
            identify(fs, user, modern=self._modern)
        except UnknownUser as error:
            raise Failure(400, str(error)) from None

    def load(self, process: Process, name: str, env: Mapping[str, str]) -> Loaded:
        """The program of a name, for a process (see `dockpy.fake.kernel.namespace.Loader`).

        Raises:
            OSError: ENOENT, EACCES or ENOEXEC.
        """
        return load(process.fs, process, name, env, self._special(process.namespace))

    def close(self) -> None:
        """End the threads of programs; called without the engine's lock."""
        self.workers.close()

    @property
    def _modern(self) -> bool:
        return at_least(self._engine.api, "1.42")

    def _identify(self, fs: FileSystem, user: str, groups: Sequence[str], *, exec: bool) -> Identity:
        try:
            return identify(fs, user, groups, modern=self._modern)
        except UnknownUser as error:
            raise cannot_use(str(error), exec=exec, modern=self._modern) from None

    def _working_directory(self, fs: FileSystem, cwd: str, *, exec: bool) -> str:
        if not cwd.startswith("/"):
            raise relative_cwd(modern=self._modern)
        cwd = posixpath.normpath(cwd)
        cwd = cwd[1:] if cwd.startswith("//") else cwd
        try:
            if not exec:
                fs.makedirs(ROOT, cwd, 0o755)
            if not fs.stat(ROOT, cwd).is_dir:
                raise NotADirectoryError(errno.ENOTDIR, "Not a directory")
            return fs.realpath(ROOT, cwd)
        except OSError as error:
            reason = f'chdir to cwd ("{cwd}") set in config.json failed: {_reason(error)}'
            raise cannot_start(reason, exec=exec, modern=self._modern) from None

    def _find(self, namespace: Namespace, who: Who, name: str, env: Mapping[str, str], *, exec: bool) -> str:
        """The path that the runtime finds; it does not look into the file."""
        fs = namespace.fs
        try:
            path = find(fs, who, name, env.get("PATH", DEFAULT_PATH))
        except OSError:
            reason = "executable file not found in $PATH"
            raise cannot_start(f'exec: "{name}": {reason}', exec=exec, modern=self._modern) from None
        try:
            there = fs.stat(who, path)
        except OSError as error:
            text = f'exec: "{name}": stat {name}: {_reason(error)}'
            raise cannot_start(text, exec=exec, modern=self._modern) from None
        if not there.is_file or not there.mode & 0o111:
            text = f'exec: "{name}": permission denied'
            raise cannot_start(text, exec=exec, modern=self._modern)
        if not fs.access(who, path, 1):
            raise cannot_start(f"exec {path}: permission denied", exec=exec, modern=self._modern)
        return path

    def _program(self, namespace: Namespace, name: str, *, exec: bool) -> Code | None:
        """The user's program, where this is the image's entrypoint."""
        entry, code = namespace.image_program or ("", None)
        if code is None or exec:
            return self._special(namespace)(name, "")
        return code if entry in ("", name) else None

    def _code(
        self, namespace: Namespace, who: Who, path: str, env: Mapping[str, str]
    ) -> tuple[Code, tuple[str, ...]]:
        try:
            loaded = load(namespace.fs, who, path, env, self._special(namespace))
        except OSError as error:
            text = f"exec {path}: {_reason(error)}\n"
            return lambda p: _complain(p, text), ()
        return loaded.code, loaded.before

    def _special(self, namespace: Namespace) -> Callable[[str, str], Code | None]:
        def special(name: str, inner: str) -> Code | None:
            if inner:
                from dockpy.fake.hub.programs import PROGRAMS

                return PROGRAMS.get(inner)
            program = namespace.image_program
            if program is None or name.rpartition("/")[2] in SHELLS:
                return None
            return program[1] if name == program[0] else None

        return special

    def _program_of(self, image: Image) -> tuple[str, Code] | None:
        """What the entrypoint of an image is called, and the function that was registered for it."""
        for reference, code in reversed(self._registered.items()):
            try:
                origin = self._engine.images.resolve(reference)
            except Failure:
                continue
            entry = _entrypoint(origin)
            layers = origin.diff_ids
            derived = bool(layers) and image.diff_ids[: len(layers)] == layers and _entrypoint(image) == entry
            if origin.id == image.id or derived:
                return entry, code
        return None


def _entrypoint(image: Image) -> str:
    settings = image.settings
    words = settings.get("Entrypoint") or settings.get("Cmd") or [""]
    return str(words[0])


def _reason(error: OSError) -> str:
    return _REASONS.get(error.errno or 0) or str(error.strerror).lower()


def _complain(p: Process, text: str) -> Program:
    yield from p.write(2, text.encode("utf-8", "surrogateescape"))
    return 1


def _on_kernel(function: Callable[[Process], Generator[Any, Any, Any]]) -> Code:
    def program(p: Process) -> Program:
        from dockpy.fake.programs.worker import exit_code_of, trace_of

        try:
            result = yield from function(p)
        except SystemExit as error:
            code, text = exit_code_of(error.code)
        except GeneratorExit:
            raise
        except BaseException as error:
            code, text = 1, trace_of(error)
        else:
            return exit_code_of(result)[0]
        if text and 2 in p.fds:
            yield from p.write(2, text)
        return code

    return program
