"""What a Python program in a container finds: built-ins and modules that show it the container."""

from __future__ import annotations

import builtins
import codeop
import importlib
import io
import posixpath
import time
import traceback
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dockpy.fake.programs.context import Program

__all__ = ["World"]

_PURE = """
abc argparse array ast base64 binascii bisect calendar cmath collections contextlib copy csv dataclasses
datetime decimal difflib enum fractions functools graphlib hashlib heapq hmac html itertools json keyword
math numbers operator pprint queue random re secrets shlex statistics string struct textwrap traceback
types typing unicodedata urllib.parse uuid warnings zlib
"""
_OWN = "<string>", "<stdin>"


class World:
    """One interpreter.

    Args:
        program: whose.
        argv: what ``sys.argv`` is.
        version: which Python it says that it is.
    """

    def __init__(self, program: Program, argv: Sequence[str], version: str) -> None:
        self._program = program
        self._modules = {module.__name__: module for module in self._own_modules(list(argv), version)}
        self._globals: dict[str, Any] = {"__name__": "__main__", "__builtins__": self._builtins()}

    def run(self, source: str, name: str) -> int:
        """Run a program; its exit code."""
        try:
            code = compile(source, name, "exec", dont_inherit=True)
            exec(code, self._globals)  # noqa: S102 - that is what it is for  # nosec B102
        except SystemExit as exit:
            return self._left(exit)
        except Exception as error:
            self._program.stderr.write(_told(error, name, source))
            return 1
        return 0

    def talk(self) -> int:
        """Answer line by line; its exit code."""
        program = self._program
        text = ""
        while True:
            program.stdout.write("... " if text else ">>> ")
            line = program.stdin.readline().decode("utf-8", "replace")
            if not line:
                return 0
            text += line
            try:
                code = codeop.compile_command(text, "<stdin>", "exec")
                if code is None:
                    continue
                try:
                    value = eval(compile(text.strip(), "<stdin>", "eval"), self._globals)  # noqa: S307  # nosec B307
                except SyntaxError:
                    value = exec(code, self._globals)  # type: ignore[func-returns-value]  # noqa: S102  # nosec B102
                if value is not None:
                    program.stdout.write(f"{value!r}\n")
            except SystemExit as exit:
                return self._left(exit)
            except Exception as error:
                program.stderr.write(_told(error, "<stdin>", text))
            text = ""

    def _left(self, exit: SystemExit) -> int:
        if exit.code is None or isinstance(exit.code, int):
            return exit.code or 0
        self._program.stderr.write(f"{exit.code}\n")
        return 1

    # What it finds

    def _builtins(self) -> dict[str, Any]:
        program, found = self._program, dict(vars(builtins))
        for name in ("breakpoint", "copyright", "credits", "help", "license"):
            found.pop(name, None)

        def show(
            *values: object,
            sep: str | None = " ",
            end: str | None = "\n",
            file: Any = None,
            flush: bool = False,
        ) -> None:
            text = (" " if sep is None else sep).join(str(value) for value in values)
            (file or program.stdout).write(text + ("\n" if end is None else end))

        def ask(prompt: object = "") -> str:
            program.stdout.write(str(prompt))
            line = program.stdin.readline().decode("utf-8", "replace")
            if not line:
                raise EOFError("EOF when reading a line")
            return line.removesuffix("\n")

        def leave(code: object = None) -> None:
            raise SystemExit(code)

        found |= {"print": show, "input": ask, "open": self._open, "exit": leave, "quit": leave}
        found["__import__"] = self._import
        return found

    def _open(self, path: str, mode: str = "r", *_: object, **__: object) -> io.StringIO | io.BytesIO:
        files = self._program.files
        binary = "b" in mode
        before = b"" if "w" in mode or "x" in mode else None
        if "x" in mode and files.exists(path):
            raise FileExistsError(17, "File exists", path)
        if before is None:
            before = b"" if "a" in mode and not files.exists(path) else files.read_bytes(path)
        writes = any(letter in mode for letter in "wax+")

        def save(data: bytes) -> None:
            files.write_bytes(path, data)

        if writes:
            save(before)
        if binary:
            return _Bytes(before, save if writes else None, "a" in mode)
        return _Text(before.decode(), save if writes else None, "a" in mode)

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> ModuleType:
        if name in self._modules:
            return self._modules[name if fromlist else name.partition(".")[0]]
        known = _PURE.split()
        if level or (name not in known and name.partition(".")[0] not in known):
            raise ModuleNotFoundError(f"No module named {name!r} in the fake daemon's python", name=name)
        module = importlib.import_module(name)
        return module if fromlist else importlib.import_module(name.partition(".")[0])

    def _own_modules(self, argv: list[str], version: str) -> list[ModuleType]:
        program = self._program
        files = program.files
        numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
        sys = _module(
            "sys",
            argv=argv,
            stdin=program.stdin,
            stdout=program.stdout,
            stderr=program.stderr,
            version=f"{version} (main, Oct 21 2025, 00:00:00) [GCC 14.2.0]",
            version_info=(*numbers, "final", 0),
            platform="linux",
            executable="/usr/local/bin/python3",
            maxsize=2**63 - 1,
            byteorder="little",
            path=[""],
            exit=self._builtin_exit,
        )
        path = _module(
            "os.path",
            **{name: getattr(posixpath, name) for name in _PATH_FUNCTIONS},
            exists=files.exists,
            isdir=files.is_dir,
            isfile=lambda path: files.exists(path) and not files.is_dir(path),
            abspath=lambda path: posixpath.normpath(posixpath.join(program.cwd, path)),
        )
        system = _module(
            "os",
            path=path,
            environ=program.env,
            getenv=program.env.get,
            getcwd=lambda: program.cwd,
            listdir=files.listdir,
            makedirs=lambda path, mode=0o777, exist_ok=False: files.makedirs(path),
            mkdir=lambda path, mode=0o777: files.makedirs(path),
            remove=files.remove,
            unlink=files.remove,
            getpid=lambda: program.pid,
            getuid=lambda: program.uid,
            getgid=lambda: program.gid,
            sep="/",
            linesep="\n",
            name="posix",
        )
        started = program.time()
        clock = _module(
            "time",
            time=program.time,
            time_ns=lambda: round(program.time() * 1e9),
            sleep=program.sleep,
            monotonic=lambda: program.time() - started,
            perf_counter=lambda: program.time() - started,
            strftime=lambda text, when=None: time.strftime(text, when or time.gmtime(program.time())),
            gmtime=lambda seconds=None: time.gmtime(program.time() if seconds is None else seconds),
            localtime=lambda seconds=None: time.gmtime(program.time() if seconds is None else seconds),
        )
        return [sys, path, system, clock]

    @staticmethod
    def _builtin_exit(code: object = None) -> None:
        raise SystemExit(code)


_PATH_FUNCTIONS = (
    "basename",
    "commonprefix",
    "dirname",
    "isabs",
    "join",
    "normpath",
    "split",
    "splitext",
    "sep",
)


def _module(title: str, /, **members: Any) -> ModuleType:
    module = ModuleType(title)
    vars(module).update(members)
    return module


class _Bytes(io.BytesIO):
    """A file that is saved when it is closed."""

    def __init__(self, data: bytes, save: Callable[[bytes], None] | None, at_end: bool) -> None:
        super().__init__(data)
        self._save = save
        if at_end:
            self.seek(0, io.SEEK_END)

    def close(self) -> None:
        if not self.closed and self._save is not None:
            self._save(self.getvalue())
        super().close()


class _Text(io.StringIO):
    """A file of text that is saved when it is closed."""

    def __init__(self, text: str, save: Callable[[bytes], None] | None, at_end: bool) -> None:
        super().__init__(text, newline="")
        self._save = save
        if at_end:
            self.seek(0, io.SEEK_END)

    def close(self) -> None:
        if not self.closed and self._save is not None:
            self._save(self.getvalue().encode())
        super().close()


def _told(error: BaseException, name: str, source: str) -> str:
    """An error as the interpreter shows it: only the frames of the program itself."""
    lines = source.splitlines()
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    text = "Traceback (most recent call last):\n" if frames else ""
    for frame in frames:
        text += f'  File "{name}", line {frame.lineno}, in {frame.name}\n'
        number = frame.lineno or 0
        if name not in _OWN and 0 < number <= len(lines):
            text += f"    {lines[number - 1].strip()}\n"
    return text + "".join(traceback.format_exception_only(error))
